package redact

import "strings"

// quotePrefix gives the length of the letter that may stand before a quote: b'x', N'x'.
func quotePrefix(s string) int {
	if len(s) > 2 && (s[0] == '@' || s[0] == '$' || s[0] == '#') { // @"…" of Objective-C and C#, $"…", #"…"# of Swift
		n := 1
		for n < 3 && n < len(s) && strings.IndexByte("@$#", s[n]) >= 0 {
			n++
		}
		if n < len(s) && (s[n] == '"' || s[n] == '\'' && s[0] == '$') {
			return n
		}
	}
	if len(s) > 4 && begins[s[0]] == letter { // r#"…"# of Rust, u8"…" of C, rb'…' of Python, R"(…)" of C++
		for _, w := range [...]string{"r#\"", "br#\"", "r##\"", "u8\"", "rb\"", "rb'", "br\"", "br'", "Rb'", "f\"", "_utf8'", "_utf8mb4'", "_binary'", "LR\""} {
			if strings.HasPrefix(s, w) {
				return len(w) - 1
			}
		}
	}
	if len(s) > 2 && wordByte(s[0]) && (s[1] == '\'' || s[1] == '"') {
		return 1
	}
	return 0
}

// typed gives where the sign of the assignment stands behind the type that a
// declaration names between a key's ":" at s[i] and its value: token: String = "x",
// password: &str = "x"; 0 when there is none.
func typed(s string, i int) int {
	at := i + 1
	for at < len(s) && (s[at] == ' ' || s[at] == '&') && at-i < 4 {
		at++
	}
	if strings.HasPrefix(s[at:], "'static ") {
		at += len("'static ")
	}
	from := at
	for at < len(s) && at-from < 48 && (wordByte(s[at]) || strings.IndexByte("_.?!<>[]|", s[at]) >= 0 || s[at] == ' ' && at+1 < len(s) && (s[at+1] == '|' || s[at-1] == '|')) {
		at++
	}
	if at == from || begins[s[from]|0x20] != letter {
		return 0
	}
	for at < len(s) && s[at] == ' ' {
		at++
	}
	if at+2 < len(s) && s[at] == '=' && s[at-1] == ' ' && (s[at+1] == ' ' || s[at+1] == '"' || s[at+1] == '\'' || s[at+1] == '`') {
		k := at + 1
		for k < len(s) && s[k] == ' ' {
			k++
		}
		if k < len(s) && (s[k] == '"' || s[k] == '\'' || s[k] == '`' || quotePrefix(s[k:]) > 0 || typeBefore(s[k:]) > 0) {
			return at
		}
	}
	return 0
}

// declared gives the key of a declaration that names its type behind a space,
// the sign of the assignment standing at s[i]: var token string = "x".
func declared(s string, i int) (start int, key string) {
	at := len(strings.TrimRight(s[:i], " "))
	from := at
	for from > 0 && begins[s[from-1]|0x20] == letter {
		from--
	}
	switch s[from:at] {
	case "string", "String", "str", "varchar", "NSString", "bytes", "byte", "char":
	default:
		return 0, ""
	}
	if from == 0 || strings.IndexByte("]*& ", s[from-1]) < 0 {
		return 0, ""
	}
	for from > 0 && strings.IndexByte("[]*& ", s[from-1]) >= 0 {
		from--
	}
	if from < 3 || !keyEnds(s, from) {
		return 0, ""
	}
	return keyLeft(s, from)
}
