package logs

import (
	"bytes"
	"strings"
)

// shapes number the layouts, so that counting them costs nothing.
const (
	shapeNone = iota
	shapeISO
	shapeSyslog
	shapeNginx
	shapeApache
	shapeW3C
	shapeJSON
	shapeEpoch
	shapeChromium
	shapeElectron
	shapeLogcat
	shapeTime
	shapeCount
)

var shapeNames = [shapeCount]string{
	LayoutNone, LayoutISO, LayoutSyslog, LayoutNginx, LayoutApache, LayoutW3C, LayoutJSON,
	LayoutEpoch, LayoutChromium, LayoutElectron, LayoutLogcat, LayoutTime,
}

// shapeOf tells an entry's layout from how it opened.
func shapeOf(how opening, s *stamp, line []byte) int {
	switch how {
	case object, pretty:
		return shapeJSON
	case column:
		return shapeW3C
	case stamped:
	default:
		return shapeNone
	}
	switch s.form {
	case formCLF:
		return shapeNginx
	case formSyslog:
		return shapeSyslog
	case formApache:
		return shapeApache
	case formChromium:
		return shapeChromium
	case formLogcat:
		return shapeLogcat
	case formTime:
		return shapeTime
	case formEpoch:
		return shapeEpoch
	}
	if s.start > 0 && line[0] == '<' {
		return shapeSyslog // RFC 5424
	}
	rest := line[s.end:]
	if len(rest) < 3 {
		return shapeISO
	}
	switch {
	case s.start == 1 && line[0] == '[' && rest[0] == ']' && rest[1] == ' ' && rest[2] == '[' && isElectron(rest[3:]):
		return shapeElectron
	case line[s.start+4] == '/' && rest[0] == ' ' && rest[1] == '[':
		return shapeNginx
	}
	return shapeISO
}

// isElectron is true of text that goes on as electron-log does, with a level
// in small letters; log4js has the same brackets and capitals.
func isElectron(rest []byte) bool {
	i := bytes.IndexByte(rest[:min(len(rest), 9)], ']')
	return i > 0 && rest[0] >= 'a' && levelWord(string(rest[:i])) != ""
}

// describe fills in level, fields and origin of an entry. how, s and shape are
// those of its first line; columns are those of a W3C log. browser is set for
// console entries.
func (e *Entry) describe(f *fields, kind Kind, how opening, shape int, s *stamp, columns []string, raw string) (browser int) {
	line := firstLine(raw)
	rest := line
	if how == stamped {
		rest = line[min(s.end, len(line)):]
	}
	var level Level
	switch shape {
	case shapeJSON:
		level = f.json(raw)
		e.Origin = f.logger()
		if level == "" {
			level = LevelOf(f.get("message") + f.get("msg"))
		}
	case shapeW3C:
		f.columns(columns, line)
		level = statusLevel(f.get("status"))
	case shapeNginx:
		if s.form == formCLF {
			f.access(line, s.start, s.end)
			level = statusLevel(f.get("status"))
		} else {
			f.nginxError(rest)
		}
	case shapeSyslog:
		e.Origin, level = f.syslog(line[:s.start], rest)
		if level == "" {
			level = LevelOf(f.get("message"))
		}
		f.inner(f.get("message"))
	case shapeChromium:
		e.Origin, level = f.chromium(line, s.start, s.end)
	case shapeLogcat:
		e.Origin, level = f.logcat(rest)
	case shapeElectron:
		e.Origin, level = f.electron(rest)
		f.inner(rest)
	default:
		if kind == KindConsole {
			if s.end > 0 && how == stamped {
				raw = raw[min(s.end, len(raw)):]
			}
			e.Origin, browser = f.console(raw)
			if level == "" {
				level = safariLevel(raw)
			}
			if level == "" {
				level = prose(raw[:min(len(raw), proseLimit)])
			}
			break
		}
		e.Origin, level = f.log4j(strings.TrimPrefix(rest, "]"))
		f.inner(rest)
	}
	f.canonical()
	if level == "" {
		from := 0
		if how == stamped {
			from = s.end
		}
		level = levelFrom(raw, from)
	}
	e.Level = level
	e.Fields = f.take()
	return browser
}

// inner takes what the text of an entry names: an object that ends it, else
// key=value pairs.
func (f *fields) inner(s string) {
	if n := len(s); n > 1 && s[n-1] == '}' {
		if i := strings.Index(s, `{"`); i >= 0 {
			f.json(s[i:])
			return
		}
	}
	if strings.IndexByte(s, '=') >= 0 {
		f.pairs(s)
	}
}

// statusLevel grades a request by how it was answered, for logs that state no
// level: a service's own failure is an error, a refusal a warning.
func statusLevel(status string) Level {
	if len(status) != 3 {
		return ""
	}
	switch status[0] {
	case '1', '2', '3':
		return LevelInfo
	case '4':
		return LevelWarn
	case '5':
		return LevelError
	}
	return ""
}

func safariLevel(raw string) Level {
	raw = strings.TrimLeft(raw, " ")
	if !strings.HasPrefix(raw, "[") {
		return ""
	}
	in, _, ok := strings.Cut(raw[1:min(len(raw), 12)], "]")
	if !ok {
		return ""
	}
	return levelWord(in)
}
