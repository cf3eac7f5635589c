package record

import (
	"bytes"
	"encoding/json"
	"net/url"
	"sort"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"meiqia-diag/diag/lazy"
	"meiqia-diag/diag/profile"
)

// The recorder keeps of a body what a diagnosis needs - ids, codes, states,
// times, error texts - and nothing that a person wrote. Which is which, the
// place tells, and not the words:
//
//   - a string under a key for content (content, text, body, …) is a message,
//     whatever it says; so is one under "message" or "msg" in an object that
//     also tells who sent it, when, or of what type: that object is a message;
//   - under a key for errors (error, errmsg, reason, …), and under "message" or
//     "msg" beside a code, status or success flag, stands the service's own text;
//   - names, addresses and numbers of people are left out like messages;
//   - any other string is kept where it is a token (an id, a word, a time, a
//     version) and left out where it is prose.
//
// What is left out is replaced by its length, as in "[text, 12]".
var (
	secretKeys  = keyWords(`pass(?:word|wd|code|phrase)?|pwd|secret|(?:access|refresh|id|auth|csrf|xsrf|session|api|push|device)? ?token|token|jwt|bearer|authorization|auth ?key|api ?key|app ?key|app ?secret|private ?key|credential\w*|cookie|sid|session ?id|sess|signature|sign|sig|ticket|otp|captcha\w*|sms ?code|verif\w* ?code|auth`)
	contentKeys = keyWords(`(?:msg|message|chat|rich|reply|last|quote|raw|plain|draft|old|new|sub)? ?(?:content|text|body|html|markdown|caption|summary|preview|snippet|abstract|excerpt|draft|digest)s?|quote\w*|remark|note|comment|question|answer|keyword|query|q|search|subject|input|data ?text|transcript|last ?(?:msg|message)|push ?text|alert ?body`)
	personKeys  = keyWords(`(?:\w+ ?)?(?:nick ?name|nick|real ?name|full ?name|first ?name|last ?name|user ?name|display ?name|visitor ?name|customer ?name|client ?name|agent ?name|sender ?name|staff ?name)|name|e ?mail|mail|phone|mobile|tel|telephone|address|addr|avatar|qq|wechat|weixin|wx|id ?card|birthday|company|signature|login|account ?name|url ?title|page ?title|title`)
	errorKeys   = keyWords(`err(?:or)?s?|err(?:or)? ?(?:msg|message|text|info|desc\w*|detail|reason|type|name|code|no)|errmsg|error_description|reason|fail(?:ed|ure)? ?(?:msg|message|reason|text|desc)|deny ?reason|denied ?reason|ret ?msg|result ?(?:msg|message)|resp ?msg|sub ?msg|user ?message|display ?(?:msg|message)|toast|tips?|prompt|why|exception|localized ?message`)
	eitherKeys  = keyWords(`message|msg|detail|details|info|desc|description|hint|cause|notice|explanation`)
	besideError = keyWords(`code|err ?code|error ?code|err ?no|errno|ret|ret ?code|result ?code|status ?code|sub ?code|success|ok|succ|is ?success|error|errors|status|trace ?id|request ?id`)
	besideText  = keyWords(`(?:from|sender|author|to|receiver)(?: ?\w+)?|content ?type|msg ?type|message ?type|created ?(?:on|at|time)|send ?(?:time|at)|sent ?(?:at|on)|read ?status|local ?id|client ?msg ?id|conversation ?id|conv ?id|agent|visitor ?id|track ?id|seq|timestamp|role`)
	token       = lazy.MustCompile(`^[\x21-\x7e]{1,96}$`)
	moment      = lazy.MustCompile(`^\d{4}[-/]\d\d[-/]\d\d(?:[T ]\d\d:\d\d(?::\d\d)?(?:\.\d+)?(?: ?(?:Z|UTC|GMT|[+-]\d\d:?\d\d))?)?$`)
	jwtLike     = lazy.MustCompile(`eyJ[\w-]{8,}\.[\w-]{8,}`)
	mailLike    = lazy.MustCompile(`^[^@\s]+@[^@\s]+\.\w+$`)
	phoneLike   = lazy.MustCompile(`^\+?(?:86)?1[3-9]\d{9}$`)
)

func keyWords(words string) *lazy.Regexp { return lazy.MustCompile(`^(?:` + words + `)$`) }

const (
	removed  = "[removed]"
	maxError = 300 // runes of an error text
)

// cleaner takes out of what was recorded what nobody is to read.
type cleaner struct {
	prof    *profile.Profile
	secrets map[string]bool // passwords and tokens that were typed or sent
	texts   map[string]bool // what people wrote
	learn   bool            // only collect, while all is read for the first time
}

func newCleaner(prof *profile.Profile) *cleaner {
	return &cleaner{prof: prof, secrets: map[string]bool{}, texts: map[string]bool{}}
}

// typed notes what somebody typed into a field.
func (c *cleaner) typed(v string, secret bool) {
	if secret {
		c.noteSecret(v)
	} else {
		c.noteText(v)
	}
}

const mostNoted = 20_000

func (c *cleaner) noteSecret(v string) {
	if utf8.RuneCountInString(v) >= 3 && len(c.secrets) < mostNoted {
		c.secrets[v] = true
	}
}

// noteText keeps a text to be taken out of logs, where it is long enough to be
// told from the words of a program.
func (c *cleaner) noteText(v string) {
	v = strings.TrimSpace(v)
	n := utf8.RuneCountInString(v)
	switch {
	case len(c.texts) >= mostNoted, len(v) > 4000, n < 2, n < 4 && len(v) == n:
		return
	case strings.Trim(v, "0123456789.-:") == "" && n < 6:
		return
	case n <= 8 && c.prof.RecallVerb(profile.Words(v)) != "" && !strings.ContainsAny(v, " ,，。!！?？"):
		return // a label
	case n < 5 && !strings.ContainsFunc(v, func(r rune) bool { return !unicode.IsLower(r) || r >= 0x80 }):
		return // a short plain word, which is in every log
	}
	c.texts[v] = true
	for line := range strings.Lines(v) { // logs and frames hold single lines of it
		if line = strings.TrimSpace(line); line != v && utf8.RuneCountInString(line) >= 6 {
			c.texts[line] = true
		}
	}
}

func mask(s string) string { return "[text, " + strconv.Itoa(utf8.RuneCountInString(s)) + "]" }

// body reduces a body of either side: JSON, a form, a page, or anything else.
func (c *cleaner) body(mime, text string) string {
	t := strings.TrimSpace(strings.TrimPrefix(text, "\ufeff"))
	switch {
	case t == "":
		return ""
	case t[0] == '<' || strings.HasPrefix(mime, "text/html"):
		return c.page(t)
	}
	if out, ok := c.json(t); ok {
		return out
	}
	if i := strings.IndexAny(t, "{["); i > 0 && i <= 24 && !strings.ContainsAny(t[:i], "=&<") { // 42["recall",{…}]
		if out, ok := c.json(t[i:]); ok {
			return t[:i] + out
		}
	}
	if strings.Contains(mime, "form-urlencoded") || strings.Contains(t, "=") && !strings.ContainsAny(t, " \n<{") {
		if q, err := url.ParseQuery(t); err == nil {
			for k, vs := range q {
				for i := range vs {
					vs[i] = c.value(profile.Words(k), vs[i], nil, 0)
				}
			}
			return q.Encode()
		}
	}
	if token.MatchString(t) && len(t) <= 32 && !c.texts[t] {
		return c.plain(t)
	}
	if matches := c.prof.RefusalsIn(t, ""); len(matches) > 0 && utf8.RuneCountInString(t) <= maxError {
		return c.hide(t) // a body that is nothing but the service's text
	}
	c.seen(t)
	return mask(t)
}

func (c *cleaner) seen(text string) {
	if c.learn {
		c.noteText(text)
	}
}

// json reduces a JSON value; ok is false when it is none.
func (c *cleaner) json(text string) (string, bool) {
	if text[0] != '{' && text[0] != '[' {
		return "", false
	}
	dec := json.NewDecoder(strings.NewReader(text))
	dec.UseNumber()
	var v any
	if dec.Decode(&v) != nil {
		return "", false
	}
	out, err := encode(c.walk("", v, nil, 0))
	return out, err == nil
}

func encode(v any) (string, error) {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	err := enc.Encode(v)
	return strings.TrimSuffix(b.String(), "\n"), err
}

const maxNesting = 40

func (c *cleaner) walk(key string, v any, around map[string]any, depth int) any {
	if depth > maxNesting {
		return "[deep]"
	}
	switch x := v.(type) {
	case map[string]any:
		out := make(map[string]any, len(x))
		for k, inner := range x {
			name := k
			if !token.MatchString(k) {
				name = mask(k)
			}
			out[name] = c.walk(profile.Words(k), inner, x, depth+1)
		}
		return out
	case []any:
		for i := range x {
			x[i] = c.walk(key, x[i], around, depth+1)
		}
		return x
	case string:
		return c.value(key, x, around, depth)
	case json.Number:
		if secretKeys.MatchString(key) && len(x) >= 4 && key != "auth" {
			return removed
		}
		if phoneLike.MatchString(string(x)) && personKeys.MatchString(key) {
			return mask(string(x))
		}
	}
	return v
}

// value reduces one string by the key that it stands under and what stands around it.
func (c *cleaner) value(key, s string, around map[string]any, depth int) string {
	t := strings.TrimSpace(s)
	if t == "" {
		return s
	}
	if secretKeys.MatchString(key) {
		if c.learn && !setting.MatchString(t) {
			c.noteSecret(t)
		}
		return removed
	}
	if len(t) > 1 && (t[0] == '{' || t[0] == '[') && depth < maxNesting { // JSON in a string, as in a message's "extra"
		if out, ok := c.nested(key, t, depth); ok {
			return out
		}
	}
	if contentKeys.MatchString(key) || personKeys.MatchString(key) && !identifier.MatchString(t) {
		if m := graphQL.FindString(t); m != "" {
			return m
		}
		c.seen(t)
		return mask(t)
	}
	if errorKeys.MatchString(key) || eitherKeys.MatchString(key) && isEnvelope(around) {
		if utf8.RuneCountInString(t) > maxError {
			t = string([]rune(t)[:maxError]) + "…"
		}
		return c.hide(t)
	}
	if eitherKeys.MatchString(key) && !token.MatchString(t) {
		c.seen(t)
		return mask(t)
	}
	if !token.MatchString(t) && !moment.MatchString(t) {
		c.seen(t)
		return mask(t)
	}
	return c.plain(t)
}

var (
	setting    = lazy.MustCompile(`^(?:[a-z]{1,12}|\d{1,5})$`)             // "true", "none", "bearer": what stands under such a key and is no key
	identifier = lazy.MustCompile(`^[a-z][a-z0-9]*(?:[._:/-][a-z0-9]+)+$`) // the name of a right or a feature, not of a person
	graphQL    = lazy.MustCompile(`^(?:query|mutation|subscription)\s+[A-Za-z]\w{1,60}`)
)

func (c *cleaner) nested(key, t string, depth int) (string, bool) {
	dec := json.NewDecoder(strings.NewReader(t))
	dec.UseNumber()
	var v any
	if dec.Decode(&v) != nil || dec.More() {
		return "", false
	}
	if contentKeys.MatchString(key) { // a rich message
		c.collect(v, 0)
		return mask(t), true
	}
	out, err := encode(c.walk(key, v, nil, depth+1))
	return out, err == nil
}

// collect notes all strings of a value that is left out as a whole.
func (c *cleaner) collect(v any, depth int) {
	if depth > maxNesting || !c.learn {
		return
	}
	switch x := v.(type) {
	case map[string]any:
		for _, inner := range x {
			c.collect(inner, depth+1)
		}
	case []any:
		for _, inner := range x {
			c.collect(inner, depth+1)
		}
	case string:
		c.noteText(x)
	}
}

// isEnvelope reports whether an object tells how a request ended, and is no message.
func isEnvelope(around map[string]any) bool {
	ends := false
	for k := range around {
		w := profile.Words(k)
		if besideText.MatchString(w) || contentKeys.MatchString(w) {
			return false
		}
		ends = ends || besideError.MatchString(w)
	}
	return ends
}

// plain keeps a token, unless it is a key to something, tells of a person, or was typed.
func (c *cleaner) plain(t string) string {
	switch {
	case c.secrets[t], jwtLike.MatchString(t):
		return removed
	case mailLike.MatchString(t), phoneLike.MatchString(t):
		return mask(t)
	case c.texts[t] && !moment.MatchString(t):
		return mask(t)
	case strings.Contains(t, "://"):
		return c.address(t)
	}
	return c.hide(t)
}

// hide takes out of a text the passwords and tokens that it quotes.
func (c *cleaner) hide(t string) string {
	for s := range c.secrets {
		if len(s) >= 4 || s == t {
			t = strings.ReplaceAll(t, s, removed)
		}
	}
	return jwtLike.ReplaceAllString(t, removed)
}

// refusal reports whether a text that the page showed is the service's own: it
// says in the service's words why a recall failed, and nobody wrote it.
func (c *cleaner) refusal(text string) bool {
	if c.hide(text) != text {
		return false
	}
	for t := range c.texts {
		if strings.Contains(text, t) || strings.Contains(t, text) {
			return false
		}
	}
	for _, m := range c.prof.RefusalsIn(text, "") {
		if m.Means != "generic" && m.Means != "accepted" && m.Means != "internal" {
			return true
		}
	}
	return false
}

var (
	pageTitle = lazy.MustCompile(`(?is)<title[^>]*>([^<]{0,200})</title>`)
	pageBuild = lazy.MustCompile(`(?i)<meta[^>]+name=["']?(build|version|app-?version|release|build-?id)["']?[^>]+content=["']?([\w.+-]{2,40})`)
	pageKind  = lazy.MustCompile(`(?i)登录|登陆|log ?in|sign ?in|认证|captive|portal|wi-?fi|access denied|防火墙|firewall|网关|gateway|forbidden|blocked|拦截|阻断|\b50[0234]\b|error|错误|not found|维护`)
)

// page keeps of a page what tells a login, a portal or an error page from any other.
func (c *cleaner) page(t string) string {
	var b strings.Builder
	b.WriteString("<!doctype html><html>")
	if m := pageTitle.FindStringSubmatch(t); m != nil {
		if pageKind.MatchString(m[1]) {
			b.WriteString("<title>" + strings.TrimSpace(c.hide(m[1])) + "</title>")
		} else {
			c.seen(m[1])
		}
	}
	for _, m := range pageBuild.FindAllStringSubmatch(t, 4) {
		b.WriteString(`<meta name="` + strings.ToLower(m[1]) + `" content="` + m[2] + `">`)
	}
	if len(t) < 64<<10 && strings.Contains(t, `type="password"`) || strings.Contains(t, `type=password`) {
		b.WriteString(`<input type="password">`)
	}
	kinds := map[string]bool{}
	for _, k := range pageKind.FindAllString(t[:min(len(t), 4<<10)], 40) {
		kinds[strings.ToLower(k)] = true
	}
	var list []string
	for k := range kinds {
		list = append(list, k)
	}
	sort.Strings(list)
	if len(list) > 0 && len(t) < 16<<10 {
		b.WriteString("<p>" + strings.Join(list, " ") + "</p>")
	}
	b.WriteString("</html>")
	return b.String()
}
