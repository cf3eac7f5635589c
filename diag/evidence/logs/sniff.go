package logs

import (
	"bytes"
	"strings"

	"meiqia-diag/diag/lazy"
)

const sniffLines = 400

// Sniff tells whose log a text is from its beginning (some ten KiB do). score
// is between 0 and 1: the part of its entries that show it, so that a caller
// can weigh it against other readings of the same file. KindUnknown scores low:
// at most 0.4 for text whose lines are stamped, 0 for text that is no log.
func Sniff(head string) (Kind, float64) {
	head = strings.TrimPrefix(head, "\ufeff")
	var o opener
	var sum [3]float64 // console, client, server
	actors := map[string]bool{}
	entries, opened, lines := 0, 0, 0
	for n := 0; head != "" && n < sniffLines; n++ {
		var text string
		text, head, _ = strings.Cut(head, "\n")
		if head == "" && n > 0 && len(text) > 0 && text[0] == '{' && text[len(text)-1] != '}' {
			break // cut off in the middle of an object
		}
		line := trimLine([]byte(text))
		if len(bytes.TrimSpace(line)) == 0 {
			continue
		}
		lines++
		var s stamp
		how := o.open(line, nil, &s)
		switch how {
		case follows:
			// A stack of a script is a console's or a client's, no matter of whom.
			continue
		case stamped, object, column:
			opened++
		}
		entries++
		if how == pretty { // its members are on the lines to come
			if i := strings.Index(head, "\n}"); i >= 0 {
				line = append(line, head[:i+2]...)
				head = head[i+2:]
			}
		}
		if len(actors) < manyActors {
			if m := actorField.FindSubmatch(line[:min(len(line), 2048)]); m != nil {
				actors[string(m[1])] = true
			}
		}
		who, w := sniffLine(string(line), how, &s)
		if w > 0 {
			sum[who] += w
		}
	}
	if entries == 0 {
		return KindUnknown, 0
	}
	kinds := [...]Kind{KindConsole, KindClient, KindServer}
	best := 0
	for i := range sum {
		if sum[i] > sum[best] {
			best = i
		}
	}
	if score := min(sum[best]/float64(entries), 1); score >= 0.1 {
		return kinds[best], score
	}
	if len(actors) >= manyActors {
		return KindServer, 0.6
	}
	return KindUnknown, 0.4 * float64(opened) / float64(entries)
}

// A log in which many people act is the service's: a client's tells of one.
const manyActors = 4

var actorField = lazy.MustCompile(`(?i)\b(?:operator|actor|agent|servicer|staff|uid|user)(?:_?id)?["']?\s*[=:]\s*["']?(?:[a-z]{1,8}[:_])?(\d[\w-]*)`)

const (
	whoConsole = iota
	whoClient
	whoServer
)

// sniffLine gives what one opening line shows, and how clearly (0 to 1).
func sniffLine(line string, how opening, s *stamp) (who int, weight float64) {
	switch how {
	case column, header:
		return whoServer, 1
	case object, pretty:
		return sniffJSON(line)
	case stamped:
		switch s.form {
		case formCLF, formApache:
			return whoServer, 1
		case formChromium, formLogcat:
			if s.start == 1 && line[0] != '[' { // glog's I1120: services write it, Kubernetes and what is built like it
				return whoServer, 0.8
			}
			return whoClient, 1
		case formSyslog:
			return whoServer, 0.8
		case formTime:
			rest := line[s.end:]
			if w := consoleSign(rest); w > 0 {
				return whoConsole, w
			}
			if strings.HasPrefix(rest, " › ") || strings.HasPrefix(rest, " > ") { // electron-log's terminal
				return whoClient, 0.8
			}
			return whoConsole, 0.3
		}
		return sniffText(line, s)
	}
	if w := consoleSign(line); w > 0 {
		return whoConsole, w
	}
	if strings.HasPrefix(line, "--------- beginning of ") {
		return whoClient, 1
	}
	return whoServer, 0
}

// sniffText looks at a line with a full date.
func sniffText(line string, s *stamp) (int, float64) {
	before, rest := line[:s.start], line[s.end:]
	if strings.HasPrefix(before, "<") { // RFC 5424
		return whoServer, 0.9
	}
	if before == "[" && strings.HasPrefix(rest, "] [") {
		if isElectron([]byte(rest[3:min(len(rest), 16)])) && s.prec < 1e9 {
			return whoClient, 0.9
		}
	}
	if strings.HasPrefix(rest, " [") { // nginx: [error] 12#12:
		if in, after, ok := strings.Cut(rest[2:], "] "); ok && levelWord(in) != "" && nginxIDs(after) {
			return whoServer, 1
		}
	}
	if place, _, ok := strings.Cut(strings.TrimPrefix(rest, " "), " "); ok && before == "" && s.hasZone && isPlace(place) && !strings.Contains(place, "://") {
		return whoConsole, 1 // a console with full dates, as meiqia-diag record writes it
	}
	if s.hasZone && before == "" { // NSLog: App[123:4567] text
		w, _, _ := strings.Cut(strings.TrimPrefix(rest, " "), " ")
		if i := strings.IndexByte(w, '['); i > 0 && strings.HasSuffix(w, "]") && strings.Contains(w[i:], ":") {
			return whoClient, 0.9
		}
	}
	for _, w := range [...]string{"[renderer]", "[main]", "electron", "Electron", "BrowserWindow", "webContents", "deviceId=", "device_id=", "app_version=", "client_version=", "客户端版本", "renderer process"} {
		if strings.Contains(rest, w) {
			if w == "[main]" && strings.Contains(rest, " - ") { // log4j's first thread
				break
			}
			return whoClient, 0.8
		}
	}
	for _, w := range [...]string{"http-nio-", "nio-8", "exec-", "upstream", "request_id=", "requestId=", "trace_id=", "traceId=", "remote_addr=", "pool-", " --- ["} {
		if strings.Contains(rest, w) {
			return whoServer, 0.9
		}
	}
	var f fields
	if l, _ := f.log4j(strings.TrimPrefix(rest, "]")); strings.Contains(l, ".") {
		return whoServer, 0.7
	}
	return whoServer, 0
}

func nginxIDs(s string) bool {
	id, _, ok := strings.Cut(s, ": ")
	p, t, sharp := strings.Cut(id, "#")
	return ok && sharp && strings.Trim(p+t, "0123456789") == ""
}

// sniffJSON looks at the keys of an object: those of a request, or of the
// machinery that services log with, or of a client.
func sniffJSON(line string) (int, float64) {
	var request, service, client int
	walkJSON([]byte(line), func(m member) bool {
		k := string(m.key)
		switch k {
		case "method", "path", "url", "uri", "status", "statusCode", "status_code", "responseTime", "request_id", "requestId", "reqId", "req_id", "remote_addr", "remoteAddress", "request_uri", "request_time", "upstream_addr", "http_status":
			request++
		case "hostname", "logger_name", "thread_name", "caller", "service", "pod", "trace_id", "traceId", "span_id", "kubernetes":
			service++
		case "deviceId", "device_id", "app_version", "appVersion", "client_version", "clientVersion", "platform", "processType", "os_version":
			client++
		}
		return true
	})
	switch {
	case client > 0 && client >= service:
		return whoClient, 0.8
	case request >= 2:
		return whoServer, 1
	case service > 0 || request == 1:
		return whoServer, 0.7
	}
	return whoServer, 0
}

// consoleSign tells how clearly a line is a browser's console's.
func consoleSign(line string) float64 {
	line = strings.TrimLeft(line[:min(len(line), 2048)], " ")
	w, after, ok := strings.Cut(line, " ")
	if ok && isPlace(w) && !strings.Contains(w, "://") {
		return 1
	}
	for _, p := range [...]string{
		"[Violation]", "[Deprecation]", "[Intervention]", "Uncaught ", "Failed to load resource:", "Access to fetch at ",
		"Access to XMLHttpRequest at ", "Refused to ", "Mixed Content:", "DevTools failed to load", "XHRGET", "XHRPOST", "XHRPUT", "XHRDELETE",
		"Cross-Origin Request Blocked", "Content-Security-Policy:", "Navigated to http", "Unchecked runtime.lastError",
		"WebSocket connection to '", "Source map error", "Cookie “", "Blocked loading mixed active content", "Layout was forced before",
		"Loading failed for the <script>", "[Error] ", "[Warning] ", "[Log] ", "Error in event handler",
	} {
		if strings.HasPrefix(line, p) {
			return 0.9
		}
	}
	switch w {
	case "GET", "POST", "PUT", "DELETE", "PATCH", "HEAD", "OPTIONS":
		if strings.HasPrefix(after, "http") {
			return 0.8
		}
	}
	if strings.Contains(line, "net::ERR_") || strings.Contains(line, "blocked by CORS policy") || lastPlace(line) != "" {
		return 0.8
	}
	return 0
}
