package logs

import "strings"

// access takes the columns of an access log in common or combined format, with
// the stamp at [start,end): addresses and user before it, then the request,
// status, size, referrer and agent; what nginx is often told to add after that
// is a duration in seconds or key=value pairs.
func (f *fields) access(line string, start, end int) {
	if head := strings.Fields(strings.TrimSuffix(line[:start], "[")); len(head) > 0 {
		f.set("remote_addr", strings.TrimSuffix(head[0], ","))
		if n := len(head); n > 2 && head[n-1] != "-" {
			f.set("user", head[n-1])
		}
	}
	rest := strings.TrimPrefix(strings.TrimPrefix(line[end:], "]"), " ")
	for i := 0; i < 12 && rest != ""; i++ {
		rest = strings.TrimLeft(rest, " ")
		if rest == "" {
			return
		}
		var v string
		if rest[0] == '"' {
			e := closing(rest, 0)
			if e < 0 {
				return
			}
			v, rest = rest[1:e], rest[e+1:]
		} else {
			e := strings.IndexByte(rest, ' ')
			if e < 0 {
				e = len(rest)
			}
			v = rest[:e]
			if strings.IndexByte(v, '=') > 0 {
				f.pairs(rest)
				return
			}
			rest = rest[e:]
		}
		if v == "-" || v == "" {
			continue
		}
		switch {
		case i == 0:
			f.request(v)
		case i == 1:
			f.set("status", v)
		case i == 2:
			f.set("bytes", v)
		case i == 3:
			f.set("referer", v)
		case i == 4:
			f.set("user_agent", v)
		case strings.Count(v, ".") == 1 && strings.Trim(v, "0123456789.") == "":
			f.add("request_time", v)
		default:
			f.add("extra", v)
		}
	}
}

// request takes "POST /path HTTP/1.1".
func (f *fields) request(v string) {
	m, rest, ok := strings.Cut(v, " ")
	if !ok {
		return
	}
	p, proto, _ := strings.Cut(rest, " ")
	f.set("method", m)
	f.set("path", p)
	if proto != "" {
		f.set("protocol", proto)
	}
}

// nginxError takes `[error] 12#12: *34 message, client: …, request: "…"` after
// the stamp.
func (f *fields) nginxError(rest string) {
	rest = strings.TrimLeft(rest, " ")
	if i := strings.Index(rest, "] "); i > 0 && rest[0] == '[' {
		rest = rest[i+2:]
	}
	if id, after, ok := strings.Cut(rest, ": "); ok && strings.Contains(id, "#") {
		f.set("pid", id[:strings.IndexByte(id, '#')])
		rest = after
	}
	if strings.HasPrefix(rest, "*") {
		if c, after, ok := strings.Cut(rest[1:], " "); ok {
			f.set("connection", c)
			rest = after
		}
	}
	msg := rest
	for _, k := range [...]string{"client", "server", "request", "upstream", "host", "referrer", "subrequest"} {
		i := strings.Index(rest, ", "+k+": ")
		if i < 0 {
			continue
		}
		msg = msg[:min(len(msg), i)]
		v := rest[i+len(k)+4:]
		if strings.HasPrefix(v, `"`) {
			e := closing(v, 0)
			if e < 0 {
				continue
			}
			v = v[1:e]
		} else if e := strings.Index(v, ", "); e >= 0 {
			v = v[:e]
		}
		if k == "request" {
			f.request(v)
		} else {
			f.set(k, v)
		}
	}
	f.set("message", msg)
}

// syslog takes host, process, pid and message after the stamp of RFC 3164, or
// the columns of RFC 5424; before is what stood before the stamp. It gives the
// process and the level that the priority holds.
func (f *fields) syslog(before, rest string) (process string, level Level) {
	v5 := false
	if strings.HasPrefix(before, "<") {
		if p, after, ok := strings.Cut(before[1:], ">"); ok && len(p) <= 3 && strings.Trim(p, "0123456789") == "" && p != "" {
			f.set("priority", p)
			n := 0
			for _, c := range p {
				n = n*10 + int(c-'0')
			}
			level = levelNumber(string(rune('0' + n%8)))
			v5 = strings.TrimSpace(after) == "1"
		}
	}
	rest = strings.TrimLeft(rest, " ")
	if v5 {
		for _, k := range [...]string{"host", "process", "pid", "msgid"} {
			v, after, ok := strings.Cut(rest, " ")
			if !ok {
				return f.get("process"), level
			}
			if v != "-" {
				f.set(k, v)
			}
			rest = after
		}
		if strings.HasPrefix(rest, "[") {
			if i := strings.Index(rest, "] "); i > 0 {
				f.pairs(rest[1:i])
				rest = rest[i+2:]
			}
		} else {
			rest = strings.TrimPrefix(rest, "- ")
		}
		f.set("message", strings.TrimPrefix(rest, "\ufeff"))
		return f.get("process"), level
	}
	host, after, ok := strings.Cut(rest, " ")
	if !ok {
		return "", level
	}
	tag, msg, ok := strings.Cut(after, ":")
	if strings.HasSuffix(host, ":") { // no host: "app[12]: text"
		tag, msg, ok, host = strings.TrimSuffix(host, ":"), after, true, ""
	}
	if !ok || strings.Contains(tag, " ") || tag == "" {
		f.set("message", rest)
		return "", level
	}
	if host != "" {
		f.set("host", host)
	}
	if i := strings.IndexByte(tag, '['); i > 0 {
		f.set("pid", strings.TrimSuffix(tag[i+1:], "]"))
		tag = tag[:i]
	}
	f.set("process", tag)
	f.set("message", strings.TrimPrefix(msg, " "))
	return tag, level
}

// log4j finds the logger of a log4j, logback or Spring line after its stamp:
// LEVEL [thread] logger - text, [thread] LEVEL logger - text, or
// LEVEL pid --- [thread] logger : text. It reads no further than the words that
// fit, and gives the level among them all the same when they lead nowhere.
func (f *fields) log4j(rest string) (origin string, level Level) {
	thread := ""
	for n := 0; n < 8; n++ {
		rest = strings.TrimLeft(rest, " ")
		if rest == "" {
			return "", level
		}
		if rest[0] == '[' {
			e := strings.IndexByte(rest[:min(len(rest), labelLimit)], ']')
			if e < 0 {
				return "", level
			}
			in := strings.TrimSpace(rest[1:e])
			if l := levelWord(in); l != "" {
				level = firstOf(level, l)
			} else if thread == "" {
				thread = in
			}
			rest = rest[e+1:]
			continue
		}
		w, after, ok := strings.Cut(rest, " ")
		if !ok {
			return "", level
		}
		if isNumber(w) {
			rest = after
			continue
		}
		if l := levelWord(w); l != "" && w[0] < 'a' {
			level = firstOf(level, l)
			rest = after
			continue
		}
		if level == "" {
			return "", ""
		}
		name, colon := strings.CutSuffix(w, ":")
		msg := strings.TrimLeft(after, " ")
		if !colon {
			if !strings.HasPrefix(msg, "- ") && !strings.HasPrefix(msg, ": ") {
				return "", level
			}
			msg = msg[2:]
		}
		if !isName(name) {
			return "", level
		}
		if thread != "" {
			f.set("thread", thread)
		}
		f.set("logger", name)
		f.set("message", msg)
		return name, level
	}
	return "", level
}

func firstOf(a, b Level) Level {
	if a != "" {
		return a
	}
	return b
}

// isNumber is true of a process id and of Spring's dashes.
func isNumber(w string) bool {
	for i := 0; i < len(w); i++ {
		if !isDigit(w[i]) && w[i] != '-' {
			return false
		}
	}
	return true
}

func isName(w string) bool {
	for i := 0; i < len(w); i++ {
		if c := w[i]; !isWord(c) && c != '.' && c != '-' && c != '$' && c != '/' && c != '@' && c != ':' {
			return false
		}
	}
	return w != ""
}
