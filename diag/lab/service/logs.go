package service

import (
	"fmt"
	"net/http"
	"strings"
	"sync"
	"time"
)

// maxLogLines bounds each log: the lab may serve for days.
const maxLogLines = 20000

// Logs are the service's own: the access log in the combined format with the
// times taken, and the application's log.
type Logs struct {
	mu          sync.Mutex
	access, app []string
}

func keep(lines []string, s string) []string {
	if len(lines) >= maxLogLines {
		lines = append(lines[:0], lines[len(lines)/2:]...)
	}
	return append(lines, s)
}

// quote makes text from outside safe inside a log line.
func quote(s string) string {
	s = strings.Map(func(r rune) rune {
		if r < ' ' || r == 0x7f || r == '"' {
			return '?'
		}
		return r
	}, s)
	if len(s) > 300 {
		s = s[:300]
	}
	return s
}

func (l *Logs) request(at time.Time, r *http.Request, who, rid, backend string, status, size int, took time.Duration) {
	if who == "" {
		who = "-"
	}
	line := fmt.Sprintf(`%s - %s [%s] "%s %s %s" %d %d "%s" "%s" rt=%.3f request_id=%s backend=%s`,
		hostOf(r.RemoteAddr), who, at.Format("02/Jan/2006:15:04:05.000 -0700"), quote(r.Method), quote(r.URL.RequestURI()), r.Proto,
		status, size, quote(r.Referer()), quote(r.UserAgent()), took.Seconds(), rid, backend)
	l.mu.Lock()
	defer l.mu.Unlock()
	l.access = keep(l.access, line)
}

// appf writes one line of the application's log: level, event and key=value pairs.
func (l *Logs) appf(at time.Time, level, format string, args ...any) {
	line := fmt.Sprintf("%s %-5s %s", at.Format("2006-01-02T15:04:05.000Z07:00"), level, quote(fmt.Sprintf(format, args...)))
	l.mu.Lock()
	defer l.mu.Unlock()
	l.app = keep(l.app, line)
}

// Access is the access log so far.
func (l *Logs) Access() string { return l.text(&l.access) }

// App is the application's log so far.
func (l *Logs) App() string { return l.text(&l.app) }

func (l *Logs) text(lines *[]string) string {
	l.mu.Lock()
	defer l.mu.Unlock()
	if len(*lines) == 0 {
		return ""
	}
	return strings.Join(*lines, "\n") + "\n"
}

func hostOf(addr string) string {
	if i := strings.LastIndexByte(addr, ':'); i > 0 {
		return strings.Trim(addr[:i], "[]")
	}
	return addr
}
