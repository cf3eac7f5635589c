package redact

import (
	"strconv"
	"strings"
	"unicode/utf8"
)

// spots redacts what single programs write in forms of their own; each is
// asked only of a line that holds its mark.
func (c *scan) spots() {
	s := c.s
	c.rank = byKey
	if i := strings.Index(s, "Tencent Files"); i >= 0 {
		c.folder(i + len("Tencent Files"))
	}
	if i := strings.Index(s, "Sec-WebSocket-Protocol:"); i >= 0 {
		for from := i + len("Sec-WebSocket-Protocol:"); from < len(s); {
			to := from + anyOrEnd(s[from:], " ,\"'")
			if looksSecret(s[from:to]) {
				c.secretSpan(from, to, "secret")
			}
			from = to + 1
		}
	}
	for _, mark := range [...]string{"/bot/v2/hook/", "/bot/hook/", "/webhookb2/", "/api/webhooks/", "/hooks/catch/", "/workflows/", "/mmopen/", "/mmhead/"} { // who knows the address may write there
		if i := strings.Index(s, mark); i >= 0 {
			from := i + len(mark)
			if to := from + anyOrEnd(s[from:], " \t\"'<>?&#,;)"); looksSecret(s[from:to]) {
				c.secretSpan(from, to, "secret")
			}
		}
	}
	for _, mark := range [...]string{"hooks.slack.com/services/", "/webhook/send/", "/reset/", "/reset-password/", "/password/reset/", "/verify/", "/activate/", "/confirm/", "/invite/", "/magic/", "/unsubscribe/", "/bot"} {
		if i := strings.Index(s, mark); i >= 0 {
			from := i + len(mark)
			to := from + anyOrEnd(s[from:], " \t\"'<>?&#,;)")
			if looksSecret(s[from:to]) && strings.ToLower(s[from:to]) != s[from:to] {
				c.secretSpan(from, to, "secret")
			}
		}
	}
	if i := strings.Index(s, "/qzone/"); i >= 0 {
		c.folder(i + len("/qzone/"))
		if n := digitsRun(s[i+7:]); n > 0 { // once more
			c.folder(i + 7 + n)
		}
	}
	c.logons()
	if len(s) > 30 && (s[0] == '-' || s[0] == 'd' || s[0] == 'l') && strings.Trim(s[1:10], "rwxsStT-") == "" { // ls -l
		if fields := strings.Fields(s); len(fields) > 4 && digitsRun(fields[1]) == len(fields[1]) {
			from := strings.Index(s, " "+fields[2]+" ") + 1
			for _, who := range fields[2:4] {
				if from > 0 && !common()[who] && digitsRun(who) < len(who) && len(who) > 3 {
					c.teach(from, from+len(who), "user", who)
				}
				from += len(who)
				for from < len(s) && s[from] == ' ' {
					from++
				}
			}
		}
	}
	if i := strings.Index(s, "S-1-5-21-"); i >= 0 { // whoami /user
		c.mark(i, runEnd(s, i, "-"), "user", s[i:runEnd(s, i, "-")])
		before := strings.TrimRight(s[:i], " \t")
		from := strings.LastIndexAny(before, " \t\"'") + 1
		if k := strings.IndexByte(before[from:], '\\'); k > 0 {
			c.teach(from, from+k, "host", before[from:from+k])
			if u := before[from+k+1:]; u != "" && !common()[strings.ToLower(u)] {
				c.teach(from+k+1, len(before), "user", u)
			}
		}
	}
	c.refused()
	c.machineReadable()
	c.salutation()
}

// refused reads the value that a database or a form refused, before the name of
// its field: Duplicate entry '138…' for key 'user.phone'.
func (c *scan) refused() {
	s := c.s
	for at := 0; at < len(s); {
		k := strings.Index(s[at:], " for ")
		if k < 0 {
			return
		}
		at += k + 5
		if k = at - 6; k < 2 || s[k] != '\'' && s[k] != '"' && s[k] != '`' {
			continue
		}
		rest := s[at:]
		n := strings.IndexAny(rest[:min(len(rest), 24)], "'\"`")
		if n < 0 || !hasAny(rest[:n], "key", "field", "column", "param", "property", "attribute", "header", "input", "argument") && n > 0 {
			continue
		}
		key := rest[n+1:]
		key = key[:anyOrEnd(key, "'\"`")]
		cl := c.f.classify(key[strings.LastIndexByte(key, '.')+1:])
		from := strings.LastIndexByte(s[:k], s[k]) + 1
		if (sensitive(cl) || cl == thing || cl == maybe) && from > 0 && from < k {
			c.judge(cl, from, k, true, false, false)
		}
	}
}

// folder marks the account's number that a folder is named after.
func (c *scan) folder(at int) {
	for at < len(c.s) && (c.s[at] == '\\' || c.s[at] == '/') {
		at++
	}
	if n := digitsRun(c.s[at:]); n >= 5 && n <= 11 {
		c.teach(at, at+n, "qq", c.s[at:at+n])
	}
}

// machineReadable reads the two lines at the foot of a passport (ICAO 9303).
func (c *scan) machineReadable() {
	v := strings.TrimSpace(c.s)
	if k := strings.LastIndexAny(v, " :="); k >= 0 {
		v = v[k+1:]
	}
	v = strings.Trim(v, "\"',")
	if len(v) != 44 && len(v) != 36 && len(v) != 30 {
		return
	}
	for i := 0; i < len(v); i++ {
		if b := v[i]; !(b >= '0' && b <= '9' || b >= 'A' && b <= 'Z' || b == '<') {
			return
		}
	}
	name := strings.HasPrefix(v, "P") && strings.Contains(v, "<<")
	number := len(v) > 28 && digitsIn(v[13:19]) == 6 && digitsIn(v[21:27]) == 6 && strings.Trim(v[10:13], "ABCDEFGHIJKLMNOPQRSTUVWXYZ<") == ""
	if name || number {
		i := strings.LastIndex(c.s, v)
		c.mark(i, i+len(v), "id", v)
	}
}

// salutation reads a name between a greeting and a title: 尊敬的张三先生.
func (c *scan) salutation() {
	s := c.s
	for _, title := range [...]string{"先生", "女士", "小姐", "同学", "老师"} {
		end := strings.Index(s, title)
		if end < 0 {
			continue
		}
		for _, head := range [...]string{"尊敬的", "亲爱的", "您好,", "您好，", "你好,", "你好，", "您好 ", "你好 ", "Hi ", "hi "} {
			k := strings.LastIndex(s[:end], head)
			if k < 0 {
				continue
			}
			from := k + len(head)
			v := s[from:end]
			n := utf8.RuneCountInString(v)
			han := true
			for _, r := range v {
				han = han && (r == '·' || r >= 0x4E00 && r <= 0x9FFF)
			}
			if n >= 1 && n <= 8 && han && v != "客户" && v != "用户" && v != "顾客" && v != "会员" {
				c.nameSpan(from, end, v, n > 1)
			}
		}
	}
}

// spot asks spots once of a line.
func (c *scan) spot() {
	if c.next[bySpot] == 0 {
		c.next[bySpot] = 1
		c.spots()
	}
}

// spotWord tells whether the word at s[i] is a mark that spots asks for.
func spotWord(s string, i int) bool {
	switch s[i] {
	case 'T':
		return strings.HasPrefix(s[i:], "Tencent Files")
	case 'S':
		return strings.HasPrefix(s[i:], "S-1-5-21-") || strings.HasPrefix(s[i:], "Sec-WebSocket-Protocol") || strings.HasPrefix(s[i:], "Session ")
	case 'f':
		return strings.HasPrefix(s[i:], "for ")
	case 'u':
		return strings.HasPrefix(s[i:], "uid=") || strings.HasPrefix(s[i:], "unix-user:") || strings.HasPrefix(s[i:], "user ") || strings.HasPrefix(s[i:], "user:")
	case 's', 'C':
		return strings.HasPrefix(s[i:], "sudo") || strings.HasPrefix(s[i:], "su[") || strings.HasPrefix(s[i:], "su:") || strings.HasPrefix(s[i:], "CRON[") || strings.HasPrefix(s[i:], "CMD (")
	case 'a', 'A':
		return strings.HasPrefix(s[i:], "acct=") || strings.HasPrefix(s[i:], "Account Name:") || strings.HasPrefix(s[i:], "Authorized to ")
	case 'L', 'p':
		return strings.HasPrefix(s[i:], "LOGIN ON") || strings.HasPrefix(s[i:], "pam_")
	}
	return false
}

// endsAsPassport tells whether a line ends in as many capitals, digits and "<" as
// the foot of a passport has.
func endsAsPassport(s string) bool {
	end := len(s)
	for end > 0 && (s[end-1] == '"' || s[end-1] == '\'' || s[end-1] == ',' || s[end-1] == ' ' || s[end-1] == '\r') {
		end--
	}
	i := end
	for i > 0 && end-i < 45 && (s[i-1] >= '0' && s[i-1] <= '9' || s[i-1] >= 'A' && s[i-1] <= 'Z' || s[i-1] == '<') {
		i--
	}
	return end-i == 44 || end-i == 36 || end-i == 30
}

// spotPaths are the folders behind which a link holds what may be done once.
var spotPaths = []string{"/services/", "/webhook/", "/reset/", "/reset-password/", "/verify/", "/activate/", "/confirm/", "/invite/", "/magic/", "/unsubscribe/", "/bot", "/hook/", "/webhookb2/", "/webhooks/", "/hooks/", "/workflows/", "/mmopen/", "/mmhead/", "/qzone/"}

func spotPath(s string, i int) bool {
	if i == 0 || !wordByte(s[i-1]) {
		return false
	}
	switch s[i+1] {
	case 's', 'w', 'r', 'v', 'a', 'c', 'i', 'm', 'u', 'b', 'h', 'q':
		for _, p := range spotPaths {
			if strings.HasPrefix(s[i:], p) {
				return true
			}
		}
	}
	return false
}

// pairOfPlaces reads a longitude and a latitude with a comma between them,
// whose first digit stands at s[i]: both with four decimals or more, in China.
func (c *scan) pairOfPlaces(i int) {
	s := c.s
	first, n := decimal(s, i)
	at := i + n
	for at < len(s) && s[at] == ' ' {
		at++
	}
	if n == 0 || at >= len(s) || s[at] != ',' {
		return
	}
	for at++; at < len(s) && s[at] == ' '; at++ {
	}
	second, m := decimal(s, at)
	if m == 0 {
		return
	}
	if lng, lat := max(first, second), min(first, second); lng >= 73 && lng <= 136 && lat >= 3 && lat <= 54 {
		c.rank = byNumber
		c.mark(i, at+m, "geo", s[i:at+m])
	}
}

// decimal reads a number with four decimals or more, and gives its length.
func decimal(s string, i int) (float64, int) {
	n := i + digitsRun(s[i:])
	if n == i || n-i > 3 || n >= len(s) || s[n] != '.' {
		return 0, 0
	}
	end := n + 1 + digitsRun(s[n+1:])
	if end-n < 5 || end < len(s) && wordByte(s[end]) {
		return 0, 0
	}
	v, err := strconv.ParseFloat(s[i:end], 64)
	if err != nil {
		return 0, 0
	}
	return v, end - i
}

// account reads user:password before the "@" at s[at] where no scheme stands
// before them: root:x@tcp(10.0.0.1:3306)/db, user:x@proxy.local:8080.
func (c *scan) account(at int) bool {
	s := c.s
	rest := s[at+1:]
	n := 0
	for n < len(rest) && (wordByte(rest[n]) || rest[n] == '.' || rest[n] == '-') {
		n++
	}
	if n == 0 {
		return false
	}
	switch {
	case n == len(rest):
		if strings.ContainsAny(s, " \t=/") || strings.Count(s, ":") != 1 || strings.IndexByte(s, ':') > at {
			return false // :authority: user:password@host, and nothing else
		}
	case rest[n] == '(' && (rest[:n] == "tcp" || rest[:n] == "unix" || rest[:n] == "tcp6" || rest[:n] == "cloudsql"):
	case rest[n] == ':' && n+1 < len(rest) && digitsRun(rest[n+1:]) >= 2 && digitsRun(rest[n+1:]) <= 5:
	default:
		return false
	}
	from := at
	for from > 0 && at-from < 120 && strings.IndexByte(" \t\"'=<>,;()|", s[from-1]) < 0 {
		from--
	}
	user, passw, ok := strings.Cut(s[from:at], ":")
	if !ok || user == "" || passw == "" || strings.HasPrefix(passw, "//") || strings.ContainsAny(user, "/@") {
		return false
	}
	c.rank = byUserinfo
	c.teach(from, from+len(user), "user", user)
	c.teach(from+len(user)+1, at, "secret", passw)
	c.next[byMail] = max(c.next[byMail], at+1)
	return true
}

// arguments reads the secrets among the arguments of a call, which have no
// names: new PDO(dsn, user, password), new System.Net.Cookie(name, value).
func (c *scan) arguments(open int) {
	s := c.s
	head := s[:open]
	var want [3]string
	switch {
	case strings.HasSuffix(head, "PDO"), strings.HasSuffix(head, "DriverManager.getConnection"):
		want[1], want[2] = "user", "secret"
	case strings.HasSuffix(head, "mysqli"), strings.HasSuffix(head, "mysqli_connect"), strings.HasSuffix(head, "mysql_connect"):
		want[1], want[2] = "user", "secret"
	case strings.HasSuffix(head, "Cookie"), strings.HasSuffix(head, "set_cookie"), strings.HasSuffix(head, "setcookie"), strings.HasSuffix(head, "Cookies.set"), strings.HasSuffix(head, "cookies.set"), strings.HasSuffix(head, "addCookie"):
		want[1] = "cookie"
	case strings.HasSuffix(head, "HTTPBasicAuth"), strings.HasSuffix(head, "BasicAuth"), strings.HasSuffix(head, "SetBasicAuth"), strings.HasSuffix(head, "NetworkCredential"), strings.HasSuffix(head, "auth="), strings.HasSuffix(head, ".login"), strings.HasSuffix(head, "db.auth"):
		want[0], want[1] = "user", "secret"
	default:
		return
	}
	c.rank = byKey
	n := 0
	for at := open + 1; at < len(s) && s[at] != ')' && n < 4; {
		switch s[at] {
		case ',':
			n++
			at++
		case '"', '\'', '`':
			to := quoteEnd(s, at+1, s[at], 0)
			if kind := want[min(n, 2)]; n < 3 && kind != "" && to > at+1 && !common()[strings.ToLower(s[at+1:to])] {
				c.teach(at+1, to, kind, s[at+1:to])
			}
			at = to + 1
		default:
			at++
		}
	}
}

// cookieDict reads the values of a dictionary of cookies, from its brace at s[i].
func (c *scan) cookieDict(i int) int {
	s := c.s
	end := len(s)
	if k := strings.IndexAny(s[max(i, 0):], "})"); k > 0 {
		end = max(i, 0) + k
	} else if c.depth == 0 {
		c.f.carry.what = cookieLines
		c.tie()
	}
	c.rank = byKey
	value := false
	for at := i + 1; at < end; {
		switch q := s[at]; q {
		case '"', '\'':
			to := min(quoteEnd(s, at+1, q, 0), end)
			if value && to > at+1 {
				c.cookie(at+1, to)
			}
			at = to + 1
			value = false
		case ':', '=':
			value = true
			at++
		case '>':
			value = true
			at++
		default:
			at++
		}
	}
	return end
}
