package logs

import "strings"

// chromium takes [pid:tid:1122/221612.199204:LEVEL:file.cc:12] text (older ones
// wrote file.cc(12)), with the stamp at [start,end), and glog's "I1120 10:22:41.123456 pid file.cc:12] text".
func (f *fields) chromium(line string, start, end int) (origin string, level Level) {
	rest := line[end:]
	if start == 1 { // glog
		level = letterLevel(line[0])
		head, msg, ok := strings.Cut(rest, "] ")
		if !ok {
			return "", level
		}
		w := strings.Fields(head)
		if len(w) > 1 {
			f.set("pid", w[0])
		}
		if len(w) > 0 {
			origin = w[len(w)-1]
		}
		f.set("message", msg)
		return origin, level
	}
	ids := strings.Split(strings.Trim(line[:start], "[:"), ":")
	if len(ids) == 2 {
		f.set("pid", ids[0])
		f.set("tid", ids[1])
	}
	head, msg, ok := strings.Cut(strings.TrimPrefix(rest, ":"), "] ")
	if !ok {
		return "", ""
	}
	name, file, _ := strings.Cut(head, ":")
	if level = levelWord(strings.TrimRight(name, "0123456789-")); level == "" {
		level = LevelInfo
	}
	if i := strings.IndexByte(file, '('); i > 0 {
		origin = file[:i] + ":" + strings.TrimSuffix(file[i+1:], ")")
	} else {
		origin = file
	}
	f.set("message", msg)
	// A page's console goes through it: "text", source: https://…/app.js (12)
	if i := strings.LastIndex(msg, `", source: `); i > 0 && strings.HasPrefix(msg, `"`) {
		text, src := msg[1:i], msg[i+len(`", source: `):]
		f.set("message", text)
		if url, n, ok := strings.Cut(src, " ("); ok {
			f.set("source", url)
			origin = base(url) + ":" + strings.TrimSuffix(n, ")")
		}
		if l := prose(text); severity(l) > severity(level) {
			level = l
		}
	}
	return origin, level
}

// base is the last part of a URL's path, without its query.
func base(url string) string {
	if i := strings.IndexAny(url, "?#"); i >= 0 {
		url = url[:i]
	}
	if i := strings.LastIndexByte(url, '/'); i >= 0 && i+1 < len(url) {
		url = url[i+1:]
	}
	return url
}

// logcat takes "  1234  1250 E Tag: text" after the stamp.
func (f *fields) logcat(rest string) (tag string, level Level) {
	w := strings.Fields(rest[:min(len(rest), labelLimit)])
	if len(w) < 3 {
		return "", ""
	}
	n := 0
	for n < len(w) && strings.Trim(w[n], "0123456789") == "" {
		n++
	}
	switch {
	case n >= 2 && n < len(w) && len(w[n]) == 1: // threadtime
		f.set("pid", w[n-2])
		f.set("tid", w[n-1])
		level = letterLevel(w[n][0])
		rest = rest[strings.Index(rest, " "+w[n]+" ")+3:]
		t, msg, ok := strings.Cut(rest, ":")
		if !ok {
			return "", level
		}
		tag = strings.TrimSpace(t)
		f.set("message", strings.TrimPrefix(msg, " "))
	case len(w[0]) > 2 && w[0][1] == '/': // time: E/Tag( 1234): text
		level = letterLevel(w[0][0])
		head, msg, ok := strings.Cut(rest, "): ")
		if !ok {
			return "", level
		}
		t, pid, _ := strings.Cut(strings.TrimLeft(head, " ")[2:], "(")
		tag = strings.TrimSpace(t)
		f.set("pid", strings.TrimSpace(pid))
		f.set("message", msg)
	}
	if tag != "" {
		f.set("tag", tag)
	}
	return tag, level
}

// electron takes "] [error] (scope) text" after the stamp.
func (f *fields) electron(rest string) (scope string, level Level) {
	rest = strings.TrimLeft(strings.TrimPrefix(rest, "]"), " ")
	if i := strings.IndexByte(rest, ']'); i > 0 && rest[0] == '[' {
		level = levelWord(rest[1:i])
		rest = strings.TrimLeft(rest[i+1:], " ")
	}
	if i := strings.IndexByte(rest, ')'); i > 0 && rest[0] == '(' && i < 40 {
		scope = strings.TrimSpace(rest[1:i])
		rest = strings.TrimLeft(rest[i+1:], " ")
	}
	f.set("message", rest)
	return scope, level
}
