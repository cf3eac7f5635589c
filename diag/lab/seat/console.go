package seat

import (
	"fmt"
	"strings"
	"sync"
	"time"
)

// Console is the page's console.
type Console struct {
	mu    sync.Mutex
	lines []consoleLine
}

type consoleLine struct {
	at                  time.Time
	level, source, text string
}

func (c *Console) add(at time.Time, level, source, text string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.lines = append(c.lines, consoleLine{at, level, source, text})
}

// logf is the pages' own log function: the text begins with the device's time.
func (c *Console) logf(level, source, format string, args ...any) {
	now := time.Now()
	c.add(now, level, source, fmt.Sprintf("[%s] ", stampISO(now))+fmt.Sprintf(format, args...))
}

// Text is the console as the browser saves it. Chrome's own timestamps are off
// by default, so only what the page's log function writes carries a time.
func (c *Console) Text() string {
	c.mu.Lock()
	defer c.mu.Unlock()
	var s strings.Builder
	for _, l := range c.lines {
		fmt.Fprintf(&s, "%s:%d %s\n", l.source, lineOf(l.text), l.text)
	}
	return s.String()
}

// ClientLog is the same as a desktop client's log file has it.
func (c *Console) ClientLog() string {
	c.mu.Lock()
	defer c.mu.Unlock()
	var s strings.Builder
	for _, l := range c.lines {
		text := l.text
		if _, rest, ok := strings.Cut(text, "Z] "); ok && strings.HasPrefix(text, "[") {
			text = rest
		}
		fmt.Fprintf(&s, "[%s] [%s]%s (renderer) %s\n", l.at.Format("2006-01-02 15:04:05.000"), l.level, strings.Repeat(" ", max(0, 6-len(l.level))), text)
	}
	return s.String()
}

// clear starts the console anew, as a navigation does.
func (c *Console) clear() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.lines = nil
}

// lineOf makes up a line number that is the same for the same kind of line.
func lineOf(text string) int {
	n := 0
	for _, r := range strings.TrimLeft(text, "[0123456789-:.TZ] ") {
		if r == '=' || r == '/' {
			break
		}
		n += int(r)
	}
	return 10 + n%150
}
