package logs

import (
	"strconv"
	"strings"
)

const (
	maxFields = 96
	maxValue  = 4 << 10 // bytes of one value
)

// fields collects what an entry names. The entries of a log name the same few
// things over and over, so one list is filled again and again, and only what
// an entry keeps becomes a map.
type fields struct{ list []field }

type field struct{ key, value string }

// set sets a field, over an earlier value.
func (f *fields) set(k, v string) {
	if k == "" {
		return
	}
	if len(v) > maxValue {
		v = clip(v, maxValue)
	}
	for i := range f.list {
		if f.list[i].key == k {
			f.list[i].value = v
			return
		}
	}
	if len(f.list) < maxFields {
		f.list = append(f.list, field{k, v})
	}
}

// add sets a field that has no value yet.
func (f *fields) add(k, v string) {
	if v != "" && f.get(k) == "" {
		f.set(k, v)
	}
}

func (f *fields) get(k string) string {
	for i := range f.list {
		if f.list[i].key == k {
			return f.list[i].value
		}
	}
	return ""
}

// take gives the fields as a map, nil when there are none, and starts anew.
func (f *fields) take() map[string]string {
	if len(f.list) == 0 {
		return nil
	}
	m := make(map[string]string, len(f.list))
	for _, x := range f.list {
		m[x.key] = x.value
	}
	f.list = f.list[:0]
	return m
}

// duration sets duration_ms from a number in a unit: "s", "ms", "us" or "ns".
func (f *fields) duration(v, unit string) {
	x, err := strconv.ParseFloat(v, 64)
	if err != nil || x < 0 || x > 1e12 {
		return
	}
	switch unit {
	case "s":
		x *= 1e3
	case "us":
		x /= 1e3
	case "ns":
		x /= 1e6
	}
	f.add("duration_ms", strconv.FormatFloat(x, 'f', -1, 64))
}

// durationText sets duration_ms from a number with its unit, as in "12ms".
func (f *fields) durationText(v string) {
	i := len(v)
	for i > 0 && !isDigit(v[i-1]) {
		i--
	}
	switch unit := strings.TrimSpace(v[i:]); unit {
	case "s", "ms", "us", "ns":
		f.duration(v[:i], unit)
	case "µs", "μs":
		f.duration(v[:i], "us")
	}
}

// clip cuts s to at most n bytes without splitting a character.
func clip(s string, n int) string {
	if len(s) <= n {
		return s
	}
	for n > 0 && s[n]&0xC0 == 0x80 {
		n--
	}
	return s[:n]
}

// The names that logs have for the same thing, best first.
var synonyms = []struct {
	name string
	of   []string
}{
	{"message", []string{"msg", "Message", "text", "log", "event", "err.message", "error.message"}},
	{"method", []string{"req.method", "request.method", "http.method", "request_method", "httpMethod", "http_method", "verb"}},
	{"url", []string{"req.url", "request.url", "http.url", "request_url", "requestUrl", "fullUrl"}},
	{"path", []string{"req.path", "request.path", "http.path", "uri", "request_uri", "requestUri", "req.uri", "request_path", "route"}},
	{"status", []string{"res.status", "res.statusCode", "response.status", "response.statusCode", "http.status", "http.status_code", "statusCode", "status_code", "http_status", "httpStatus", "response_status"}},
	{"request_id", []string{"requestId", "req_id", "reqId", "req.id", "request.id", "rid", "x_request_id", "x-request-id", "X-Request-Id", "trace_id", "traceId", "traceid"}},
}

// Durations whose key tells the unit; "" where only the value can.
var durations = []struct{ key, unit string }{
	{"durationMs", "ms"}, {"elapsed_ms", "ms"}, {"elapsedMs", "ms"}, {"latency_ms", "ms"}, {"latencyMs", "ms"},
	{"cost_ms", "ms"}, {"took_ms", "ms"}, {"time_ms", "ms"}, {"responseTime", "ms"}, // pino-http
	{"request_time", "s"}, {"rt", "s"}, {"upstream_response_time", "s"}, {"duration_s", "s"}, {"elapsed_s", "s"}, // nginx
	{"duration_us", "us"}, {"duration_ns", "ns"},
	{"duration", ""}, {"latency", ""}, {"elapsed", ""}, {"cost", ""}, {"took", ""},
}

// known finds a synonym: the thing's index and the name's rank; things from
// len(synonyms) on are durations.
var known = func() map[string]struct{ thing, rank int } {
	m := map[string]struct{ thing, rank int }{}
	for i, s := range synonyms {
		for r, k := range s.of {
			m[k] = struct{ thing, rank int }{i, r}
		}
	}
	for r, d := range durations {
		m[d.key] = struct{ thing, rank int }{len(synonyms), r}
	}
	return m
}()

// mayBe is set for the lengths and first bytes of the keys of known: most keys
// of a log are in neither, and this is cheaper to ask.
var mayBe = func() (set [24][256]bool) {
	for k := range known {
		set[len(k)][k[0]] = true
	}
	return set
}()

// canonical fills in the common names.
func (f *fields) canonical() {
	var best [8]struct {
		value string
		rank  int
		set   bool
	}
	for _, x := range f.list {
		if len(x.key) >= len(mayBe) || !mayBe[len(x.key)][x.key[0]] {
			continue
		}
		if k, ok := known[x.key]; ok && x.value != "" && x.value != "-" {
			if b := &best[k.thing]; !b.set || k.rank < b.rank {
				b.value, b.rank, b.set = x.value, k.rank, true
			}
		}
	}
	for i, s := range synonyms {
		if best[i].set {
			f.add(s.name, best[i].value)
		}
	}
	if d := best[len(synonyms)]; d.set {
		if unit := durations[d.rank].unit; unit != "" {
			f.duration(d.value, unit)
		} else {
			f.durationText(d.value)
		}
	}
}

// logger gives the name of what wrote a JSON entry.
func (f *fields) logger() string {
	for _, k := range [...]string{"logger", "logger_name", "name", "caller", "module", "component", "category"} {
		if v := f.get(k); v != "" && len(v) < 200 {
			return v
		}
	}
	return ""
}

// json takes the members of an object.
func (f *fields) json(text string) (level Level) {
	walkJSON([]byte(text), func(m member) bool {
		k := unescape(m.key)
		if m.parent != nil {
			k = unescape(m.parent) + "." + k
		}
		v := string(m.val)
		if m.str {
			v = unescape(m.val[:min(len(m.val), maxValue)])
		} else if v == "null" {
			return true
		}
		f.set(k, v)
		if m.parent == nil && level == "" {
			switch k {
			case "level", "severity", "lvl", "levelname", "log_level", "logLevel", "@l", "s", "Level", "level_name", "loglevel":
				if level = levelWord(v); level == "" && (len(v) == 2 || k == "severity") {
					level = levelNumber(v)
				}
				if k == "s" && len(v) == 1 { // MongoDB
					level = letterLevel(v[0])
				}
			}
		}
		return len(f.list) < maxFields
	})
	return level
}

func letterLevel(c byte) Level {
	switch c {
	case 'V', 'D', 'T':
		return LevelDebug
	case 'I', 'N':
		return LevelInfo
	case 'W':
		return LevelWarn
	case 'E':
		return LevelError
	case 'F', 'A', 'S':
		return LevelFatal
	}
	return ""
}

// pairs takes key=value and key="some value" from text. A key stands after a
// blank or an opening mark, so that a URL's query is not taken apart.
func (f *fields) pairs(s string) {
	s = s[:min(len(s), maxValue)]
	for i := 0; ; {
		n := strings.IndexByte(s[i:], '=')
		if n < 0 {
			return
		}
		eq := i + n
		i = eq + 1
		k := eq
		for k > 0 && (isWord(s[k-1]) || s[k-1] == '.' || s[k-1] == '-' || s[k-1] == '@') {
			k--
		}
		if k == eq || eq-k > 64 || isDigit(s[k]) || k > 0 && !opensKey(s[k-1]) || i >= len(s) || s[i] == '=' || s[i] == '>' {
			continue
		}
		var v string
		if s[i] == '"' || s[i] == '\'' {
			e := closing(s, i)
			if e < 0 {
				continue
			}
			v, i = s[i+1:e], e+1
			if strings.IndexByte(v, '\\') >= 0 {
				v = unescape([]byte(v))
			}
		} else {
			e := i
			for e < len(s) && s[e] != ' ' && s[e] != ',' && s[e] != ';' && s[e] != '\t' && s[e] != ')' && s[e] != ']' && s[e] != '}' && s[e] != '\n' {
				e++
			}
			v = s[i:e]
			i = e
		}
		f.set(s[k:eq], v)
	}
}

func opensKey(c byte) bool {
	switch c {
	case ' ', '\t', ',', ';', '(', '[', '{', '|':
		return true
	}
	return false
}

// closing gives the index of the quote that closes the one at i, -1 if none.
func closing(s string, i int) int {
	for k := i + 1; k < len(s) && s[k] != '\n'; k++ {
		switch s[k] {
		case '\\':
			k++
		case s[i]:
			return k
		}
	}
	return -1
}
