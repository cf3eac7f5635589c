package attempt

import (
	"encoding/json"
	"maps"
	"net/url"
	"slices"
	"strings"

	"meiqia-diag/diag/evidence/har"
	"meiqia-diag/diag/lazy"
	"meiqia-diag/diag/profile"
)

// Weights of the signs of a recall request, in decibans. No single sign is
// enough: services name, address and wrap the same request in many ways.
const (
	dbSample     = 20.0  // it matches a sample of the profile
	dbVerbPath   = 14.0  // the address says "recall"
	dbVerbBody   = 12.0  // the body's method, action or state says "recall"
	dbVerbLoose  = 5.0   // "recall" stands elsewhere in the body
	dbDelete     = 14.0  // DELETE of a message
	dbAlter      = 6.0   // PATCH or PUT of this message, body unknown
	dbID         = 6.0   // it names the message
	dbMessage    = 3.0   // it speaks of a message
	dbChanging   = 3.0   // POST, PUT, PATCH, DELETE
	dbReading    = -9.0  // GET, HEAD
	dbSettings   = -12.0 // it asks for or sets configuration
	dbTelemetry  = -16.0 // it only measures or reports
	dbStatic     = -18.0 // a picture, style sheet or script
	dbForeign    = -6.0  // none of the service's hosts
	dbOption     = -30.0 // a CORS preflight: the browser asks, nothing is recalled
	recallAtMost = 12.0  // from here on a request counts as one
)

var (
	actionKeys   = lazy.MustCompile(`^(?:action|act|method|op|opt|operation|operation ?name|op ?name|type|cmd|command|event|evt|name|api|service|svc|func|function|fn|path|route|topic|t|e|k|kind|m|verb|query|mutation|uri|url|do|call|msg ?type|request ?type|event ?type|interface|r)$`)
	stateKeys    = lazy.MustCompile(`(?:state|status|flag|deleted|is ?withdrawn|recalled|revoked|retracted)`)
	settingsPath = lazy.MustCompile(`(?i)(?:settings?|config|configs|configuration|polic(?:y|ies)|rules?|permissions?|features?|toggle|options|limits?|preferences?|capabilit(?:y|ies)|i18n|locale|help|docs?)(?:[/?._-]|$)`)
)

// field is one leaf of a body: its last key, in words, and its value as text.
type field struct{ key, value string }

// fields takes a JSON, form or query body apart; ok is false when it is neither.
func fields(body string) (out []field, ok bool) {
	t := strings.TrimSpace(body)
	if t == "" || len(t) > 64<<10 {
		return nil, false
	}
	if t[0] == '{' || t[0] == '[' {
		if i := strings.IndexByte(t, '['); i >= 0 && t[0] == '[' && i > 0 {
			t = t[i:]
		}
		dec := json.NewDecoder(strings.NewReader(t))
		dec.UseNumber()
		var v any
		if dec.Decode(&v) == nil {
			walk("", v, 0, &out)
			return append(out, headOf(v)...), true
		}
		return nil, false
	}
	// Frames of some services put an event's number or name before the JSON, as in 42["recall",{…}].
	if i := strings.IndexAny(t, "{["); i > 0 && i <= 24 && !strings.ContainsAny(t[:i], "=&<") {
		if rest, ok := fields(t[i:]); ok {
			if m := ackNumber.FindStringSubmatch(t[:i]); m != nil {
				rest = append(rest, field{"ack id", m[1]})
			}
			return append(rest, field{"prefix", t[:i]}), true
		}
	}
	if strings.Contains(t, "=") && !strings.ContainsAny(t[:strings.IndexByte(t, '=')], " \n<{") {
		if q, err := url.ParseQuery(t); err == nil {
			for _, k := range slices.Sorted(maps.Keys(q)) {
				for _, v := range q[k] {
					out = append(out, field{profile.Words(k), v})
					if inner, ok := fields(v); ok && strings.HasPrefix(strings.TrimSpace(v), "{") {
						out = append(out, inner...)
					}
				}
			}
			return out, true
		}
	}
	return nil, false
}

// ackNumber is the number by which socket.io tells an event's answer: 4217[…] is answered by 4317[…].
var ackNumber = lazy.MustCompile(`^4[23](?:/[^,]*,)?(\d+)$`)

// headOf names what stands at the head of an array that is a frame: an event's
// name, and before it references, as in ["recall",{…}] and ["3","7","room:12","recall",{…}].
func headOf(v any) (out []field) {
	list, ok := v.([]any)
	for i := 0; ok && i < len(list) && i < 5; i++ {
		s, isText := list[i].(string)
		if !isText || len(s) > 64 {
			break
		}
		out = append(out, field{"event", s})
		if i < 2 && !isShortNumber(s) {
			out = append(out, field{"ref", s})
		}
	}
	return out
}

func walk(key string, v any, depth int, out *[]field) {
	if depth > 24 || len(*out) > 4000 {
		return
	}
	switch x := v.(type) {
	case map[string]any:
		for _, k := range slices.Sorted(maps.Keys(x)) { // a map's own order would differ from run to run
			walk(profile.Words(k), x[k], depth+1, out)
		}
	case []any:
		for _, inner := range x {
			walk(key, inner, depth+1, out)
		}
	case string:
		*out = append(*out, field{key, x})
		if t := strings.TrimSpace(x); len(t) > 1 && (t[0] == '{' || t[0] == '[') {
			if inner, ok := fields(t); ok {
				*out = append(*out, inner...)
			}
		}
	case json.Number:
		*out = append(*out, field{key, x.String()})
	case bool:
		*out = append(*out, field{key, map[bool]string{true: "true", false: "false"}[x]})
	case nil:
		*out = append(*out, field{key, ""})
	}
}

// scoreRequest weighs whether an entry asks for a recall.
func (a *Attempt) scoreRequest(e *har.Entry, h *hosts) float64 {
	if method := strings.ToUpper(e.Method); !a.verbs.coded(e.URL) && !a.verbs.coded(e.ReqBody) && method != "DELETE" && method != "PATCH" && method != "PUT" {
		return 0 // nothing in it says "recall"
	}
	u := parse(e.URL)
	if u == nil {
		return 0
	}
	score := 0.0
	path := profile.Words(u.Path)
	switch strings.ToUpper(e.Method) {
	case "POST", "PUT", "PATCH", "DELETE":
		score += dbChanging
	case "OPTIONS":
		score += dbOption
	case "": // it was stopped before anything tells its method
	default:
		score += dbReading
	}
	if a.matchesSample(e.Method, u) {
		score += dbSample
	}
	verb := a.Profile.RecallVerb(path)
	query, _ := fields(u.RawQuery)
	body, _ := fields(e.ReqBody)
	switch {
	case verb != "":
		score += dbVerbPath
	case a.verbIn(append(query, body...)):
		score += dbVerbBody
		if a.asksSettings(append(query, body...)) {
			score += dbSettings
		}
	case e.ReqBody != "" && a.verbLoose(e.ReqBody, body):
		score += dbVerbLoose
	case strings.EqualFold(e.Method, "DELETE") && a.Profile.MessageWord(path) != "":
		score += dbDelete
	case (strings.EqualFold(e.Method, "PATCH") || strings.EqualFold(e.Method, "PUT")) && a.Profile.MessageWord(path) != "" && mentions(u.Path, a.ID):
		score += dbAlter
	default:
		return 0 // nothing in it says "recall"
	}
	if a.Profile.MessageWord(path) != "" || a.Profile.MessageWord(profile.Words(head(e.ReqBody, 4096))) != "" {
		score += dbMessage
	}
	if a.ID != "" && (mentions(e.URL, a.ID) || mentions(e.ReqBody, a.ID)) {
		score += dbID
	}
	if stranger(e.URL) {
		score += dbTelemetry
	}
	if settingsPath.MatchString(u.Path) {
		score += dbSettings
	}
	if !h.service(e.URL) {
		score += dbForeign
	}
	if k := callKind(e); k == "static" || k == "script" || k == "document" {
		score += dbStatic
	}
	return score
}

func (a *Attempt) verbIn(fs []field) bool {
	for _, f := range fs {
		words := profile.Words(operation(f))
		if actionKeys.MatchString(f.key) && a.Profile.RecallVerb(words) != "" {
			return true
		}
		if stateKeys.MatchString(f.key) && (a.Profile.RecallVerb(words) != "" || (a.Profile.RecallVerb(f.key) != "" && (words == "true" || words == "1"))) {
			return true
		}
		if a.Profile.RecallVerb(f.key) != "" && words != "false" && words != "0" && words != "" && words != "null" {
			return true
		}
	}
	return false
}

// verbLoose reports whether a body says "recall" anywhere but in what a person wrote.
func (a *Attempt) verbLoose(body string, fs []field) bool {
	for _, f := range fs {
		if !contentKeys.MatchString(f.key) && a.Profile.RecallVerb(profile.Words(head(f.value, 2048))) != "" {
			return true
		}
	}
	return len(fs) == 0 && a.Profile.RecallVerb(profile.Words(head(body, 4096))) != ""
}

var (
	settingsWords = lazy.MustCompile(`\b(?:settings?|config\w*|polic(?:y|ies)|permissions?|rules?|preferences?|capabilit(?:y|ies))\b`)
	graphQLRead   = lazy.MustCompile(`^\s*(?:query\b|\{)`)
)

// asksSettings reports whether what says "recall" only reads or sets its rules.
func (a *Attempt) asksSettings(fs []field) bool {
	for _, f := range fs {
		words := profile.Words(operation(f))
		if a.Profile.RecallVerb(words) == "" || !actionKeys.MatchString(f.key) {
			continue
		}
		if settingsWords.MatchString(words) || f.key == "query" && graphQLRead.MatchString(f.value) {
			return true
		}
	}
	return false
}

// asksNothing are actions of frames that listen for recalls, or count them.
var asksNothing = lazy.MustCompile(`\b(?:un)?sub(?:scribe)?\b|\blisten|\bwatch|analytic|telemetr|\btrack|\bmetric|\bbeacon|\bstats?\b`)

func (a *Attempt) asksRecall(fs []field) bool {
	for _, f := range fs {
		if actionKeys.MatchString(f.key) && asksNothing.MatchString(profile.Words(f.value)) {
			return false
		}
	}
	return a.verbIn(fs) && !a.asksSettings(fs)
}

var graphQL = lazy.MustCompile(`^\s*(?:(mutation|query|subscription)\b\s*(\w*)[^{]*)?\{\s*(?:\w+\s*:\s*)?(\w+)`)

// operation gives the part of a value that can name what is asked: of a GraphQL
// document its name and first field, for the fields it selects name what it reads.
func operation(f field) string {
	if m := graphQL.FindStringSubmatch(f.value); m != nil && (f.key == "query" || f.key == "mutation" || m[1] != "") {
		return m[2] + " " + m[3]
	}
	return head(f.value, 2048)
}

// matchesSample compares with the profile's samples; numbers in a sample's path stand for any id.
func (a *Attempt) matchesSample(method string, u *url.URL) bool {
	for _, s := range a.Profile.RecallRequests {
		m, raw, ok := strings.Cut(s, " ")
		su, err := url.Parse(raw)
		if !ok || err != nil || !strings.EqualFold(m, method) || !strings.EqualFold(su.Host, u.Host) {
			continue
		}
		x, y := strings.Split(su.Path, "/"), strings.Split(u.Path, "/")
		same := len(x) == len(y)
		for i := 0; same && i < len(x); i++ {
			same = x[i] == y[i] || (hasDigit.MatchString(x[i]) && hasDigit.MatchString(y[i]))
		}
		if same {
			return true
		}
	}
	return false
}

var hasDigit = lazy.MustCompile(`\d`)

// idsIn finds the message ids that a text names, in JSON, URLs, queries and prose.
var idPattern = lazy.MustCompile(`(?i)(?:"?(?:client_?)?(?:msg|message|mid)s?_?(?:id|guid|key|seq|no|sn|ref|uuid)?s?"?\s*(?:[=:/#]|%3[aA]|\s)\s*\[?"?|消息(?:id|编号)?\s*[:\x{FF1A}#]?\s*)([A-Za-z]{0,6}[-_]?[0-9][A-Za-z0-9_-]{0,63}|[A-Za-z]{1,6}[-_][A-Za-z0-9]{8,64})`)

var routeWord = lazy.MustCompile(`(?i)(?:^|[-_])(?:batch|bulk|recall|withdraw|revoke|retract|unsend|undo|delete|remove|send|read|list|history|search|sync|status|mark|update|create|get|by)(?:$|[-_])`)

func idsIn(text string) []string {
	var out []string
	for _, m := range idPattern.FindAllStringSubmatch(head(text, 8192), 16) {
		id := strings.TrimRight(m[1], "-_")
		dup := !hasDigit.MatchString(id) && routeWord.MatchString(id) // "messages/batch_withdraw" names a route and no message
		for _, x := range out {
			dup = dup || x == id
		}
		if !dup {
			out = append(out, id)
		}
	}
	return out
}

// aboutOther reports whether a text names messages, and none of them is ours.
func (a *Attempt) aboutOther(text string) bool {
	if a.ID == "" || a.ours(text) {
		return false
	}
	return len(idsIn(text)) > 0 || likeID(text, a.ID) || a.outcomeOfOther(text)
}

// bareID is how a log names the object of what it says was done: "withdraw ok id=783322018".
var bareID = lazy.MustCompile(`(?i)(?:^|[\s,;(])(?:id|key|target)=([a-z]{0,6}[-_]?[a-z0-9][\w-]{5,63})\b`)

// outcomeOfOther reports whether a line tells what became of another recall.
func (a *Attempt) outcomeOfOther(text string) bool {
	if len(text) > 400 || strings.ContainsAny(text, "{<") || !doneWords.MatchString(text) && !deniedWords.MatchString(text) {
		return false
	}
	m := bareID.FindStringSubmatch(text)
	return m != nil && hasDigit.MatchString(m[1]) && a.Profile.RecallVerb(profile.Words(text)) != ""
}
