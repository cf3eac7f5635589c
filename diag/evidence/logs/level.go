package logs

import "strings"

// levelWord gives the level that a word names when it stands where a level
// stands, in any case; "" when it names none.
func levelWord(w string) Level {
	if len(w) < 3 || len(w) > 13 {
		return ""
	}
	var b [13]byte
	for i := 0; i < len(w); i++ {
		c := w[i]
		if c >= 'A' && c <= 'Z' {
			c |= 0x20
		}
		b[i] = c
	}
	switch string(b[:len(w)]) {
	case "trace", "debug", "verbose", "silly", "finest", "finer", "fine", "dbg", "verb", "trc":
		return LevelDebug
	case "info", "notice", "information", "informational", "inf", "log", "default", "config", "http":
		return LevelInfo
	case "warn", "warning", "wrn":
		return LevelWarn
	case "error", "err", "severe", "fault":
		return LevelError
	case "fatal", "crit", "critical", "alert", "emerg", "emergency", "panic", "dpanic", "assert", "ftl":
		return LevelFatal
	}
	return ""
}

// levelNumber gives the level of a number: pino and bunyan count 10 to 60,
// syslog severities 0 to 7.
func levelNumber(n string) Level {
	switch n {
	case "10", "20", "7":
		return LevelDebug
	case "30", "6", "5":
		return LevelInfo
	case "40", "4":
		return LevelWarn
	case "50", "3":
		return LevelError
	case "60", "2", "1", "0":
		return LevelFatal
	}
	return ""
}

const (
	labelLimit = 256  // a level stands near the start of the first line
	proseLimit = 4096 // what is read for words that tell of an error
)

// LevelOf tells how grave a text is. A level that the text states ([error],
// ERROR, level=error, "level":50, error: at its start) decides: an INFO entry
// that mentions a failure is still info. Else its words do, whole words only:
// those that say that something failed, unless they are denied ("no error",
// "errors: 0", "error=null"). LevelNone when nothing tells.
func LevelOf(text string) Level { return levelFrom(text, 0) }

// levelFrom is LevelOf for a text whose stamp ends at from.
func levelFrom(text string, from int) Level {
	line := text[:min(len(text), labelLimit)]
	if i := strings.IndexByte(line, '\n'); i >= 0 {
		line = line[:i]
	}
	if l := stated(line, from); l != "" {
		return l
	}
	return prose(text[:min(len(text), proseLimit)])
}

// stated finds a level that the beginning of a line states as such, from a
// byte on.
func stated(s string, from int) Level {
	first := true // no word of the message yet, only stamps and marks
	for i := from; i < len(s); {
		if !isLetter(s[i]) {
			if s[i] >= 0x80 {
				first = false
			}
			i++
			continue
		}
		j := i + 1
		upper := s[i] < 'a'
		for j < len(s) && (isWord(s[j]) || s[j] == '-' && j+1 < len(s) && isWord(s[j+1])) {
			upper = upper && s[j] < 'a'
			j++
		}
		w := s[i:j]
		var before, after byte
		if i > 0 {
			before = s[i-1]
		}
		if j < len(s) {
			after = s[j]
		}
		if l := levelWord(w); l != "" && (before == 0 || before != '.' && before != '/' && before != '-' && before != '_') {
			switch {
			case after == '=' || after == '"' && j+1 < len(s) && s[j+1] == ':': // a key
			case before == '[' && after == ']', before == '<' && after == '>', before == '(' && after == ')':
				return l
			case upper && after != '.' && after != '/' && after != '_' && w != "HTTP" && w != "LOG" && w != "FINE" && w != "DEFAULT" && !(severity(l) > 0 && (first && emptyValue(s, j) || !first && denied(s, i, j))):
				return l
			case first && (after == ':' || before == ':' && after == ':') && !denied(s, i, j):
				return l
			case first && before == ' ' && i >= 8 && (after == ' ' || after == 0) && !denied(s, i, j):
				return l // the first word after a stamp
			}
		}
		switch w {
		case "level", "lvl", "severity", "levelname", "log_level", "loglevel", "Level", "level_name", "severity_text", "LEVEL":
			k := j
			for k < len(s) && (s[k] == '"' || s[k] == '=' || s[k] == ':' || s[k] == ' ') {
				k++
			}
			e := k
			for e < len(s) && isWord(s[e]) {
				e++
			}
			if k > j && e > k {
				if l := levelWord(s[k:e]); l != "" {
					return l
				}
				if l := levelNumber(s[k:e]); l != "" && e-k == 2 {
					return l
				}
			}
		}
		// T and Z of a stamp, and names of days and months, are no words.
		if j-i > 1 && !calendar(w) && before != '[' {
			first = false
		}
		i = j
	}
	return ""
}

func calendar(w string) bool {
	if len(w) != 3 {
		return false
	}
	switch w {
	case "Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun", "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec", "UTC", "GMT":
		return true
	}
	return false
}

// Phrases that browsers print, with the level that their console shows.
var phrases = []struct {
	text  string
	level Level
}{
	{"[Violation]", LevelWarn}, {"[Deprecation]", LevelWarn}, {"[Intervention]", LevelWarn},
	{"net::ERR_", LevelError}, {"blocked by CORS policy", LevelError}, {"CORS Missing", LevelError},
	{"CORS Failed", LevelError}, {"Cross-Origin Request Blocked", LevelError},
	{"Refused to ", LevelError}, {"Mixed Content:", LevelError},
	{"The page’s settings blocked", LevelError}, {"The page's settings blocked", LevelError},
	{"Content-Security-Policy: ", LevelWarn}, {"NS_ERROR_", LevelError}, {"NS_BINDING_ABORTED", LevelError},
	{"致命", LevelFatal}, {"崩溃", LevelFatal},
	{"错误", LevelError}, {"失败", LevelError}, {"异常", LevelError}, {"超时", LevelError},
	{"警告", LevelWarn}, {"告警", LevelWarn},
}

// opensPhrase is set for the bytes that a phrase opens with.
var opensPhrase = func() (set [256]bool) {
	for _, p := range phrases {
		set[p.text[0]] = true
	}
	return set
}()

// prose reads the words of a message that states no level.
func prose(s string) Level {
	best, rank := LevelNone, 0
	take := func(l Level, r int) {
		if r > rank {
			best, rank = l, r
		}
	}
	for i := 0; i < len(s); i++ {
		if !opensPhrase[s[i]] {
			continue
		}
		for _, p := range phrases {
			if s[i] != p.text[0] || !strings.HasPrefix(s[i:], p.text) || rank >= severity(p.level) {
				continue
			}
			if s[i] >= 0x80 && deniedHan(s, i, i+len(p.text)) {
				continue
			}
			if s[i] == '[' && i < 128 { // the browser's own label decides
				return p.level
			}
			take(p.level, severity(p.level))
		}
	}
	for i := 0; i < len(s) && rank < severity(LevelFatal); {
		if !isLetter(s[i]) {
			i++
			continue
		}
		j := i + 1
		for j < len(s) && (isWord(s[j]) && s[j] < 0x80 || s[j] == '-' && j+1 < len(s) && isLetter(s[j+1])) {
			j++
		}
		if l := proseWord(s[i:j], s[j:]); l != "" && severity(l) > rank && joined(s, i) && !denied(s, i, j) {
			take(l, severity(l))
		}
		i = j
	}
	if rank == 0 {
		if st := httpStatus(s); st >= 400 {
			return LevelError
		}
	}
	return best
}

// joined is false for the later part of a path, a host or a file's name
// (/error, log.error): it is a name there, not a word.
func joined(s string, i int) bool {
	if i == 0 {
		return true
	}
	switch s[i-1] {
	case '.':
		return s[i] < 'a' // java.net.SocketTimeoutException
	case '/', '-', '_', '@', '#', '&', '?', '$':
		return false
	}
	return !isDigit(s[i-1])
}

func severity(l Level) int {
	switch l {
	case LevelFatal:
		return 3
	case LevelError:
		return 2
	case LevelWarn:
		return 1
	}
	return 0
}

func proseWord(w, rest string) Level {
	if len(w) < 4 {
		return ""
	}
	if len(rest) > 0 {
		switch rest[0] {
		case '.', '/': // error.log, error/1: unless a sentence ends here
			if len(rest) > 1 && isWord(rest[1]) {
				return ""
			}
		case '(':
			if w[0]|0x20 == 'e' && len(w) == 5 { // error(…) is a call
				return ""
			}
		}
	}
	switch strings.ToLower(w) {
	case "fatal", "panic", "crashed", "segfault":
		return LevelFatal
	case "error", "errors", "uncaught", "unhandled", "exception", "exceptions", "failed", "failure", "failures", "timeout", "severe":
		return LevelError
	case "warning", "warnings", "deprecated", "warn":
		return LevelWarn
	}
	// TypeError, NullPointerException: the kind of name that is thrown.
	if w[0] < 'a' && (strings.HasSuffix(w, "Error") || strings.HasSuffix(w, "Exception")) {
		return LevelError
	}
	return ""
}

// denied is true when the word s[i:j] is said not to be: "no errors", "0
// failed", "without any error", "errors: 0", "error=null", "error":false.
func denied(s string, i, j int) bool {
	k := i
	for n := 0; n < 3; n++ { // up to two words between: "no new fatal errors"
		for k > 0 && s[k-1] == ' ' {
			k--
		}
		e := k
		for k > 0 && (isWord(s[k-1]) || s[k-1] == '-' || s[k-1] == '\'') {
			k--
		}
		if k == e {
			break
		}
		switch w := strings.ToLower(s[k:e]); w {
		case "no", "without", "zero", "0":
			if w != "0" || k == 0 || s[k-1] == ' ' || s[k-1] == '(' || s[k-1] == ',' {
				return true
			}
		case "not", "non", "never", "isn't", "wasn't":
			if n == 0 {
				return true
			}
		}
	}
	if j < len(s) && s[j] == '-' && strings.HasPrefix(s[j:], "-free") {
		return true
	}
	return emptyValue(s, j)
}

// emptyValue is true when s[j:] gives the word before it a value that says
// that there is none.
func emptyValue(s string, j int) bool {
	k := j
	if strings.HasPrefix(s[k:], "(s)") {
		k += 3
	}
	if k < len(s) && (s[k] == '"' || s[k] == '\'') {
		k++
	}
	for k < len(s) && s[k] == ' ' {
		k++
	}
	if k >= len(s) || s[k] != '=' && s[k] != ':' {
		return false
	}
	sep := s[k]
	for k++; k < len(s) && s[k] == ' '; k++ {
	}
	v := s[k:]
	for _, w := range [...]string{"0", "null", "nil", "none", "None", "false", "False", "no", "undefined", "<nil>", "[]", "{}", "-", `""`, "''", "ok", "OK", `"0"`, `"null"`, `"none"`, `"false"`, "N/A", "无"} {
		if !strings.HasPrefix(v, w) {
			continue
		}
		// "error: nil pointer" and "error: 0x8007" do say something: the value
		// must end there, and after a colon a sentence may not go on.
		rest := v[len(w):]
		if rest == "" {
			return true
		}
		switch rest[0] {
		case ',', ';', ')', '}', ']', '|', '\n', '"', '\'':
			return true
		case ' ':
			return sep == '=' || w == "0" && (j == 0 || s[j-1]|0x20 != 'r')
		case '.':
			return len(rest) == 1
		}
	}
	return sep == '=' && (v == "" || v[0] == ' ')
}

// deniedHan is denied for Chinese words: 无错误, 没有异常, 未失败, 错误: 0, 错误数=0.
func deniedHan(s string, i, j int) bool {
	head := strings.TrimRight(s[:i], " 任何出现发生")
	for _, p := range [...]string{"无", "没有", "未", "没", "不会", "零"} {
		if strings.HasSuffix(head, p) {
			return true
		}
	}
	if n := len(head); n > 0 && head[n-1] == '0' && (n == 1 || !isDigit(head[n-2]) && head[n-2] != '.') {
		return true
	}
	for _, p := range [...]string{"次数", "数量", "数", "码", "信息", ""} {
		if strings.HasPrefix(s[j:], p) {
			j += len(p)
			break
		}
	}
	// The full-width colon means the same.
	return emptyValue(strings.Replace(s[j:min(j+32, len(s))], "：", ":", 1), 0)
}
