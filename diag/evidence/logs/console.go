package logs

import "strings"

// Which browser's console a line is from, as far as the line tells.
const (
	someBrowser = iota
	chrome
	firefox
	safari
)

// console takes an entry of a browser's console: who logged it, the request it
// is about and how that ended. rest is the text after a stamp, if there was
// one. browser tells whose notation it is.
func (f *fields) console(rest string) (origin string, browser int) {
	line := rest
	if i := strings.IndexByte(rest, '\n'); i >= 0 {
		line = rest[:i]
	}
	line = strings.Trim(line, " ")
	msg := line
	switch {
	case strings.HasPrefix(line, "[Error] "), strings.HasPrefix(line, "[Warning] "), strings.HasPrefix(line, "[Log] "), strings.HasPrefix(line, "[Info] "), strings.HasPrefix(line, "[Debug] "):
		browser = safari
		msg = line[strings.IndexByte(line, ' ')+1:]
		// Safari puts the place last: (app.js, line 33)
		if i := strings.LastIndex(msg, " ("); i >= 0 {
			if file, n, ok := strings.Cut(strings.TrimSuffix(msg[i+2:], ")"), ", line "); ok {
				origin, msg = base(file)+":"+n, msg[:i]
			}
		}
	default:
		if w, after, ok := strings.Cut(line, " "); ok && isPlace(w) && !strings.Contains(w, "://") {
			origin, msg, browser = trimColumn(w), after, chrome
		} else if i := lastPlace(rest); i != "" {
			origin, browser = i, firefox
		} else if place, ok := frame(rest); ok {
			origin = place // nothing else says where it came from
		}
	}
	if origin != "" {
		f.set("source", origin)
	}
	f.set("message", msg)
	f.requestOf(msg, rest)
	if i := strings.Index(rest, "net::ERR_"); i >= 0 {
		f.set("error", name(rest[i:]))
		browser = max(browser, chrome)
	} else if i := strings.Index(rest, "NS_"); i >= 0 && (strings.HasPrefix(rest[i:], "NS_ERROR") || strings.HasPrefix(rest[i:], "NS_BINDING")) {
		f.set("error", name(rest[i:]))
		browser = firefox
	} else if strings.Contains(rest, "CORS Missing") || strings.Contains(rest, "CORS Failed") {
		f.set("error", "CORS")
		browser = firefox
	}
	if n := httpStatus(rest); n > 0 {
		f.set("status", string([]byte{byte('0' + n/100), byte('0' + n/10%10), byte('0' + n%10)}))
	}
	if i := strings.Index(rest, "[HTTP/"); i >= 0 {
		browser = firefox
		if e := strings.IndexByte(rest[i:], ']'); e > 0 {
			if w := strings.Fields(rest[i : i+e]); len(w) > 1 {
				f.durationText(w[len(w)-1])
			}
		}
	}
	if strings.HasPrefix(msg, "[Violation]") {
		if i := strings.Index(msg, " took "); i >= 0 {
			w, _, _ := strings.Cut(msg[i+6:], " ")
			f.durationText(w)
		}
	}
	return origin, browser
}

// requestOf finds method and URL: "POST https://…", Firefox's "XHRPOST" with
// the URL on the same or the next line, "Access to fetch at 'https://…'".
func (f *fields) requestOf(msg, whole string) {
	m := strings.TrimPrefix(msg, "XHR")
	w, after, _ := strings.Cut(m, " ")
	switch w {
	case "GET", "POST", "PUT", "DELETE", "PATCH", "HEAD", "OPTIONS":
		if after == "" {
			_, after, _ = strings.Cut(whole, "\n")
		}
		if u, _, _ := strings.Cut(strings.TrimLeft(after, " \n"), " "); strings.Contains(u, "://") {
			f.set("method", w)
			f.set("url", firstLine(u))
		}
		return
	}
	for _, mark := range [...]string{"resource '", "script '", "endpoint '", "connect to '", "connection to '", "resource at ", " at '"} {
		i := strings.Index(msg, mark)
		if i < 0 {
			continue
		}
		u := strings.TrimLeft(msg[i+len(mark):], "'‘“\"")
		if strings.Contains(u[:min(len(u), 12)], "://") {
			f.set("url", u[:urlEnd(u)])
			return
		}
	}
}

func firstLine(s string) string { s, _, _ = strings.Cut(s, "\n"); return s }

// urlEnd is the length of the URL that opens s.
func urlEnd(s string) int {
	i := 0
	for i < len(s) && s[i] > ' ' && s[i] != '\'' && s[i] != '"' && !strings.HasPrefix(s[i:], "’") && !strings.HasPrefix(s[i:], "”") {
		i++
	}
	for i > 0 && (s[i-1] == '.' || s[i-1] == ',' || s[i-1] == ')') {
		i--
	}
	return i
}

// name is the identifier that opens s.
func name(s string) string {
	i := 0
	for i < len(s) && (isWord(s[i]) && s[i] < 0x80 || s[i] == ':') {
		i++
	}
	return strings.TrimRight(s[:i], ":")
}

// isPlace is true of app.3f2a.js:1234, VM12:1, (index):40, chat:1 with a
// script's or a page's name and one or two numbers.
func isPlace(w string) bool {
	file, n := places(w)
	if n == 0 || file == "" {
		return false
	}
	if strings.HasPrefix(file, "VM") && strings.Trim(file[2:], "0123456789") == "" || file[0] == '(' && file[len(file)-1] == ')' {
		return true
	}
	if i := strings.IndexAny(file, "?#"); i >= 0 {
		file = file[:i]
	}
	for _, ext := range [...]string{".js", ".mjs", ".cjs", ".ts", ".tsx", ".jsx", ".vue", ".html", ".htm", ".php", ".svelte", "…"} {
		if strings.HasSuffix(file, ext) {
			return true
		}
	}
	return false
}

// places splits the numbers off a place: the file and how many numbers it had.
func places(w string) (file string, n int) {
	for n < 2 {
		i := strings.LastIndexByte(w, ':')
		if i <= 0 || i+1 == len(w) || strings.Trim(w[i+1:], "0123456789") != "" {
			break
		}
		w = w[:i]
		n++
	}
	return w, n
}

// trimColumn makes app.js:12:5 into app.js:12.
func trimColumn(w string) string {
	if _, n := places(w); n == 2 {
		return w[:strings.LastIndexByte(w, ':')]
	}
	return w
}

// shortPlace makes https://desk.example/app.js?v=3:12:5 into app.js:12; "" when
// w is no place.
func shortPlace(w string) string {
	file, n := places(w)
	if n == 0 || !isPlace(base(file)+":1") {
		return ""
	}
	return trimColumn(base(file) + w[len(file):])
}

// lastPlace finds Firefox's place: the last word of the first line that ends
// with one, with a line and a column.
func lastPlace(s string) string {
	line := strings.TrimRight(firstLine(s), " ")
	i := strings.LastIndexByte(line, ' ')
	w := line[i+1:]
	if _, n := places(w); i < 0 || n != 2 {
		return ""
	}
	return shortPlace(w)
}

// frame finds the script and line of the first frame of a stack.
func frame(s string) (place string, ok bool) {
	_, s, ok = strings.Cut(s, "\n")
	if !ok {
		return "", false
	}
	w := strings.FieldsFunc(firstLine(s), func(r rune) bool { return r == ' ' || r == '(' || r == ')' || r == '@' })
	if len(w) == 0 {
		return "", false
	}
	place = shortPlace(w[len(w)-1])
	return place, place != ""
}
