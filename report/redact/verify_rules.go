package redact

import (
	"net"
	"strconv"
	"strings"

	"meiqia-diag/diag/lazy"
)

// check is one rule of the second pass: a regular expression whose first group
// is the value, asked only where its words or numbers are found, and what tells
// a false alarm.
type check struct {
	rule string
	hint hint
	re   *lazy.Regexp
	fine func(s string, from, to int) bool // nothing is wrong with the value s[from:to]
}

// hint tells where a rule can match: behind one of its words, or near something.
type hint struct {
	words  []string // in small letters; one of them must be in the line
	back   int      // how long before the first word a match can begin, 0 for anywhere
	number bool     // eleven digits must stand together
	four   bool     // four numbers with dots between them must
	near   func(s string, at int) (lo, hi, next int)
}

func holds(words ...string) hint { return hint{words: words} }

func holdsBehind(back int, words ...string) hint { return hint{words: words, back: back} }

// namesOfPeople are the keys of names, as they end.
func namesOfPeople() (out []string) {
	for _, w := range []string{"real", "nick", "full", "display", "true", "customer", "visitor", "agent", "contact"} {
		out = append(out, w+`name"`, w+`_name"`)
	}
	return out
}

func never(string, int, int) bool { return false }

// The words that stand in a redacted file under a key that matters, and tell nothing.
var vPlain = lazy.MustCompile(`(?i)^(?:<|\{|\[|&lt;|\\u003c|%3C|\*+$|(?:true|false|null|nil|none|undefined|expired|invalid|missing|required|empty|valid|revoked|rejected|denied|ok|yes|no|error|unknown|anonymous|guest|admin|administrator|root|system|test|user|agent|visitor|bot|self|public|default)\b)`)

// vCounter are keys of sizes, times and ids of messages, whose numbers look like a phone by chance.
var vCounter = lazy.MustCompile(`(?i)(?:bytes|total|size|offset|length|len|count|seq|sequence|ts|time|timestamp|duration|elapsed|ns|us|ms|pos|position|rss|heap|alloc|allocated|inode|xid|uptime|block|port|pid|line|version|build|(?:msg|message|conv|conversation|request|req|trace|track|span|log|event|page|browser|ent|enterprise|job|task|process|thread|build|block)_?id)\\*["']?\s*[:=]\s*["']?(?:\x1b\[[0-9;]*m)?$`)

var vNotAlone = lazy.MustCompile(`^20[0-9]{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12][0-9]|3[01])$`)

var checksOfTheSecond = []check{
	{"phone", hint{number: true, near: nearNumber(11, mayBePhone)}, lazy.MustCompile(`(?:^|[^0-9])((?:\+?86|0086)?[ -]?1[3-9][0-9][ -]?[0-9]{4}[ -]?[0-9]{4})(?:$|[^0-9])`), func(s string, from, to int) bool {
		return hexAround(s, from, to) || partOfUUID(s, from, to) || fraction(s, from) || !evenGaps(s[from:to]) || inProgram(s, from) || vCounter.MatchString(s[max(0, from-40):from])
	}},
	{"id", hint{number: true, near: nearNumber(17, mayBeID)}, lazy.MustCompile(`(?:^|[^0-9])([1-9][0-9]{5}[ -]?(?:19|20)[0-9]{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12][0-9]|3[01])[ -]?[0-9]{3}[0-9Xx])(?:$|[^0-9])`), func(s string, from, to int) bool {
		v := strings.NewReplacer(" ", "", "-", "").Replace(s[from:to])
		return !checksum11(v) || hexAround(s, from, to) || inProgram(s, from)
	}},
	{"id", holds("身份证", "idcard", "id_card", "id-card", "identity"), lazy.MustCompile(`(?i)(?:身份证|id[_-]?card|identity)[^0-9\n]{0,12}([1-9][0-9]{5}[0-9]{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12][0-9]|3[01])[0-9]{3})(?:$|[^0-9])`), never},
	{"card", hint{number: true, near: nearNumber(16, mayBeCard)}, lazy.MustCompile(`(?:^|[^0-9.])(62[0-9]{2}(?:[ -]?[0-9]{4}){3}(?:[ -]?[0-9]{1,3})?|4[0-9]{3}(?:[ -]?[0-9]{4}){3}|5[1-5][0-9]{2}(?:[ -]?[0-9]{4}){3})(?:$|[^0-9])`), func(s string, from, to int) bool {
		v := s[from:to]
		if strings.Contains(v, " ") && strings.Contains(v, "-") || strings.ContainsAny(v, " -") && v[4] != ' ' && v[4] != '-' {
			return true // two numbers
		}
		return !mod10(strings.NewReplacer(" ", "", "-", "").Replace(v)) || hexAround(s, from, to) || fraction(s, from) || inProgram(s, from) || vCounter.MatchString(s[max(0, from-40):from])
	}},
	{"email", hint{near: nearAt}, lazy.MustCompile(`([A-Za-z0-9][A-Za-z0-9._+-]*@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)*\.[A-Za-z]{2,})`), func(s string, from, to int) bool {
		end := s[strings.LastIndexByte(s[:to], '.')+1 : to]
		return vFileEnd.MatchString(end) || strings.HasPrefix(s[from:to], "git@") // nobody's: git@github.com:a/b.git
	}},
	{"jwt", holds("eyj"), lazy.MustCompile(`(eyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]{8,})`), never},
	{"cookie", holdsBehind(6, "cookie"), lazy.MustCompile(`(?i)(?:^|[\s"'{,])(?:set-)?cookie["']?\s*[:=]\s*["']?[A-Za-z0-9_.-]+=([^;"'\s<\\]{6,})`), noDigits},
	{"header", holds(`cookie"`, `authorization"`, `token"`), lazy.MustCompile(`(?i)"name"\s*:\s*"(?:cookie|set-cookie|authorization|x-[a-z-]*token)"\s*,\s*"value"\s*:\s*"((?:[^"\\]|\\.)+)"`), func(s string, from, to int) bool {
		v := s[from:to]
		return strings.Contains(v, "<#>") || strings.HasPrefix(v, "<") || noDigits(s, from, to) && len(v) < 12
	}},
	{"token", hint{words: []string{"token", "passw", "secret", "api_key", "apikey"}, near: nearSecret}, lazy.MustCompile(`(?i)(?:access_?token|refresh_?token|auth_?token|[?&]token|["']token|password|passwd|app_?secret|secret_?key|api_?key)["']?\s*[=:]\s*["']?([A-Za-z0-9_+/=.-]{12,})`), noDigits},
	{"auth", holdsBehind(8, "bearer", "basic"), lazy.MustCompile(`(?i)\b(?:bearer|basic)\s+([A-Za-z0-9_+/=.-]{12,})`), func(s string, from, to int) bool {
		v := strings.TrimRight(s[from:to], "=")
		k := strings.IndexByte(v, '=')
		return noDigits(s, from, to) || k > 0 && strings.Trim(v[:k], "abcdefghijklmnopqrstuvwxyz_") == "" // token_type=bearer expires_in=7200
	}},
	{"secret", holds("akia", "asia", "ltai", "akid", "ghp_", "gho_", "ghs_", "github_pat_", "glpat-", "xox", "aiza", "sk_live_", "rk_live_", "age-secret-key-", "private key"), lazy.MustCompile(`(?:^|[^A-Za-z0-9])((?:AKIA|ASIA)[A-Z0-9]{16}|LTAI[A-Za-z0-9]{12,26}|AKID[A-Za-z0-9]{28,}|gh[posu]_[A-Za-z0-9]{36}|github_pat_[A-Za-z0-9_]{30,}|glpat-[A-Za-z0-9_-]{20}|xox[abps]-[A-Za-z0-9-]{20,}|AIza[A-Za-z0-9_-]{35}|[sr]k_live_[A-Za-z0-9]{16,}|AGE-SECRET-KEY-1[A-Z0-9]{20,}|-----BEGIN [A-Z ]*PRIVATE KEY-----)`), never},
	{"address", hint{four: true, near: nearFour(32, 1, behindWord)}, lazy.MustCompile(`(?i)(?:ip|addr|address|remote|client|peer|src|dest|for|from|host|via)["']?\s?[:=]?\s?["'\[]?((?:[0-9]{1,3}\.){3}[0-9]{1,3})(?:$|[^0-9.])`), fineAddress},
	{"address", hint{four: true, near: nearFour(1, 8, withPort)}, lazy.MustCompile(`(?:^|[^0-9A-Za-z._-])((?:[0-9]{1,3}\.){3}[0-9]{1,3}):[0-9]{2,5}(?:$|[^0-9:.])`), fineAddress},
	{"mac", holdsBehind(8, "mac", "hwaddr", "ether"), lazy.MustCompile(`(?i)(?:mac|hwaddr|ether)[^0-9a-f\n]{1,12}((?:[0-9a-f]{2}[:-]){5}[0-9a-f]{2})(?:$|[^0-9a-f:-])`), func(s string, from, to int) bool {
		return strings.Trim(s[from:to], "0:-") == "" || strings.Trim(strings.ToLower(s[from:to]), "f:-") == ""
	}},
	{"name", holdsBehind(16, namesOfPeople()...), lazy.MustCompile(`(?i)"(?:real|nick|full|display|true|customer|visitor|agent|contact)_?name"\s*:\s*"((?:[^"\\]|\\.){2,})"`), finePlain},
	{"name", holds("姓名", "昵称"), lazy.MustCompile(`(?:姓名|昵称)\s*[:：=]\s*([\x{4E00}-\x{9FA5}]{2,4})`), never},
	{"user", hint{words: []string{"users", "/home/"}, near: nearHome}, lazy.MustCompile(`(?:[A-Za-z]:(?:\\+|/)Users(?:\\+|/)|(?:^|[\s"'=(,]|file://)/(?:Users|home)/)([^\\/\s"'<>:;,)]{2,})[\\/]`), func(s string, from, to int) bool {
		switch strings.ToLower(s[from:to]) {
		case "public", "default", "all", "shared", "runneradmin", "me", "self", "current":
			return true
		}
		return noLetters(s[from:to]) || strings.Contains(s[from:to], "#")
	}},
	{"text", hint{words: []string{`content"`, `content\`}, near: nearContent}, lazy.MustCompile(`(?i)\\*"(?:content|msg_?content|message_?content|chat_?content)\\*"\s*:\s*\\*"([^"\\<{\[][^"\\]+)`), func(s string, from, to int) bool {
		return vPlain.MatchString(s[from:to])
	}},
}

var vFileEnd = lazy.MustCompile(`(?i)^(?:m?js|cjs|css|html?|map|vue|tsx|jsx|png|jpe?g|gif|svg|webp|tgz|woff2?|json|log|txt|exe|dll|service|socket|target|timer|mount|slice|scope)$`)

// verifyLine asks every rule of a line that may find something there.
func (h *hinted) verifyLine(s string, add func(rule, value string)) {
	h.hintsIn(s)
	for k := range checksOfTheSecond {
		c := &checksOfTheSecond[k]
		at := 0
		if c.hint.words != nil {
			if h.checks&(1<<k) == 0 {
				continue
			}
			if c.hint.back > 0 {
				at = max(0, int(h.first[k])-c.hint.back)
			}
		}
		if c.hint.number && !h.number || c.hint.four && !h.four {
			continue
		}
		for at < len(s) {
			lo, hi, next := at, len(s), len(s)
			if c.hint.near != nil {
				if lo, hi, next = c.hint.near(s, at); lo < 0 {
					break
				}
			}
			m := c.re.FindStringSubmatchIndex(s[lo:hi])
			if m == nil {
				at = next
				continue
			}
			from, to := lo+m[2], lo+m[3]
			if v := s[from:to]; !strings.HasPrefix(v, "<") && !c.fine(s, from, to) {
				add(c.rule, v)
			}
			at = max(to, at+1) // what ended one value may begin the next
		}
	}
}

// fineAddress tells of four numbers that are no address, or one that is
// everybody's: a version, this machine, a public resolver.
func fineAddress(s string, from, to int) bool {
	ip := net.ParseIP(s[from:to])
	if ip == nil || ip.IsLoopback() || ip.IsUnspecified() || ip.IsMulticast() || strings.HasSuffix(s[from:to], ".0.0.0") || strings.HasPrefix(s[from:to], "255.") {
		return true
	}
	if to+1 < len(s) && strings.IndexByte("-+~", s[to]) >= 0 || from > 0 && s[from-1] == '_' {
		return true // the version of a package
	}
	switch s[from:to] {
	case "8.8.8.8", "8.8.4.4", "1.1.1.1", "1.0.0.1", "114.114.114.114", "114.114.115.115", "223.5.5.5", "223.6.6.6", "119.29.29.29", "180.76.76.76":
		return true
	}
	before := strings.ToLower(s[max(0, from-24):from])
	return vVersion.MatchString(before)
}

var vVersion = lazy.MustCompile(`(?:ver(?:sion)?["']?\s?[:=]?\s?["']?|[a-z]/|\bv)$`)

// finePlain tells of a word under a key that names nobody.
func finePlain(s string, from, to int) bool { return vPlain.MatchString(s[from:to]) }

// evenGaps tells "138 0013 8000" from columns of numbers: one kind of gap, or none.
func evenGaps(v string) bool {
	if strings.Contains(v, " ") && strings.Contains(v, "-") {
		return false
	}
	v = strings.TrimLeft(v, " -")
	last := v[len(v)-8:]
	return !(len(v) == 12 && !strings.ContainsAny(last, " -") && vNotAlone.MatchString(last)) // a date behind a number
}

var vUUID = lazy.MustCompile(`(?i)[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}`)

func partOfUUID(s string, from, to int) bool {
	at := max(0, from-36)
	for _, m := range vUUID.FindAllStringIndex(s[at:min(len(s), to+36)], -1) {
		if at+m[0] <= from && to <= at+m[1] {
			return true
		}
	}
	return false
}

// noDigits tells of a word of a sentence, not a key.
func noDigits(s string, from, to int) bool { return !strings.ContainsAny(s[from:to], "0123456789") }

func noLetters(s string) bool {
	_, err := strconv.ParseUint(s, 10, 64)
	return err == nil
}

// fraction tells whether digits stand behind a decimal point.
func fraction(s string, at int) bool {
	return at >= 2 && s[at-1] == '.' && s[at-2] >= '0' && s[at-2] <= '9'
}

// inProgram tells of a number that a program writes in hexadecimal, 0x….
func inProgram(s string, at int) bool { return at > 1 && strings.EqualFold(s[at-2:at], "0x") }

func hexAround(s string, from, to int) bool {
	hex := func(b byte) bool { return strings.IndexByte("0123456789abcdefABCDEF", b) >= 0 }
	for from > 0 && hex(s[from-1]) {
		from--
	}
	for to < len(s) && hex(s[to]) {
		to++
	}
	return (to-from >= 24 || to-from == 16) && strings.ContainsAny(s[from:to], "abcdefABCDEF")
}

func checksum11(id string) bool {
	acc := 0
	for i := range 17 {
		acc = (acc + int(id[i]-'0')) * 2 % 11
	}
	want := (12 - acc) % 11
	if want == 10 {
		return id[17] == 'X' || id[17] == 'x'
	}
	return int(id[17]-'0') == want
}

func mod10(v string) bool {
	total, double := 0, false
	for i := len(v) - 1; i >= 0; i-- {
		d := int(v[i] - '0')
		if double {
			d = d*2/10 + d*2%10
		}
		total += d
		double = !double
	}
	return total%10 == 0
}
