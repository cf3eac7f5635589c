package pathtext

import (
	"math"
	"strconv"
	"strings"
	"time"
)

// mtrHeader recognises the head of a table of mtr (report, or copied off its
// screen) and of WinMTR.
func (p *parser) mtrHeader(x line) bool {
	l := x.l
	if strings.HasPrefix(l, "start: ") {
		v := strings.TrimSpace(x.s[len("start: "):])
		for _, layout := range []string{"2006-01-02T15:04:05-0700", time.RFC3339} {
			if t, err := time.Parse(layout, v); err == nil {
				p.start = t
			}
		}
		return true
	}
	if hasAny(l, "loss%") && hasAny(l, "snt") {
		i := strings.Index(l, "loss%")
		t := p.openTrace(Trace{Line: x.n, Tool: MTR, Start: p.start}, false)
		p.start = time.Time{}
		if p.tool == "mtr" {
			t.Host, t.Addr = p.target, addr(p.target)
		}
		t.table = strings.Fields(l[i:])
		return true
	}
	if strings.HasPrefix(strings.TrimLeft(l, " "), "|") && hasAny(l, "sent |") && hasAny(l, "recv |") {
		t := p.openTrace(Trace{Line: x.n, Tool: WinMTR}, false)
		for _, c := range strings.Split(l, "|") {
			if c = strings.TrimSpace(c); c != "" && !strings.Contains(c, "%") {
				t.table = append(t.table, c)
			}
		}
		return true
	}
	return false
}

// mtrRow reads a row of the table.
func (t *tracing) mtrRow(x line) bool {
	if t.Tool == WinMTR {
		return t.winmtrRow(x)
	}
	rest := strings.TrimLeft(x.s, " ")
	n := digits(rest)
	if n == 0 || n >= len(rest) || rest[n] != '.' {
		// A further address of the row above.
		f := strings.Fields(strings.TrimLeft(rest, "|`- "))
		if len(t.Hops) > 0 && len(f) == 1 && addr(f[0]) != "" {
			if h := &t.Hops[len(t.Hops)-1]; len(h.Also) < 16 {
				h.Also = append(h.Also, addr(f[0]))
			}
			return true
		}
		return false
	}
	ttl, _ := leadInt(rest)
	f := strings.Fields(strings.TrimLeft(rest[n+1:], "|- "))
	if ttl > 255 || len(t.Hops) >= 255 || len(f) <= len(t.table) {
		// "2. ???" of the screen has no numbers.
		if ttl > 0 && ttl <= 255 && len(t.Hops) < 255 && len(f) > 0 && (f[0] == "???" || strings.HasPrefix(f[0], "(waiting")) {
			t.Hops = append(t.Hops, Hop{TTL: ttl})
			return true
		}
		return false
	}
	h := Hop{TTL: ttl}
	loss, drop := -1.0, -1
	for i, c := range t.table {
		v, err := strconv.ParseFloat(strings.TrimSuffix(f[len(f)-len(t.table)+i], "%"), 64)
		if err != nil || v < 0 || v > 1e9 {
			return false
		}
		ms := time.Duration(math.Round(min(v, 3.6e6) * 1e6))
		switch c {
		case "loss%":
			loss = min(v, 100)
		case "drop":
			drop = int(v)
		case "snt":
			h.Sent = int(v)
		case "last":
			h.Last = ms
		case "avg":
			h.Avg = ms
		case "best":
			h.Best = ms
		case "wrst":
			h.Worst = ms
		case "stdev":
			h.StdDev = ms
		}
	}
	switch {
	case drop >= 0:
		h.Lost = min(drop, h.Sent)
	case loss >= 0:
		h.Lost = int(math.Round(loss * float64(h.Sent) / 100))
	}
	for _, w := range f[:len(f)-len(t.table)] {
		switch a := addr(w); {
		case w == "???" || strings.HasPrefix(w, "AS") && len(w) > 2 && (w[2] == '?' || w[2] >= '0' && w[2] <= '9'):
		case a != "":
			h.Addr = a
		case h.Name == "":
			h.Name = w
		}
	}
	t.Hops = append(t.Hops, h)
	return true
}

// winmtrRow reads "|  host -  % | Sent | Recv | Best | Avrg | Wrst | Last |".
func (t *tracing) winmtrRow(x line) bool {
	c := strings.Split(strings.Trim(x.s, " |"), "|")
	if len(c) != len(t.table)+1 || len(t.Hops) >= 255 {
		return strings.HasPrefix(x.s, "|") || strings.Contains(x.s, "WinMTR")
	}
	host, _, ok := strings.Cut(strings.TrimSpace(c[0]), " - ")
	if !ok {
		return false
	}
	h := Hop{TTL: len(t.Hops) + 1}
	recv := 0
	for i, name := range t.table {
		v, ok := leadInt(c[i+1])
		if !ok {
			return false
		}
		ms := time.Duration(v) * time.Millisecond
		switch name {
		case "sent":
			h.Sent = v
		case "recv":
			recv = v
		case "best":
			h.Best = ms
		case "avrg":
			h.Avg = ms
		case "wrst":
			h.Worst = ms
		case "last":
			h.Last = ms
		}
	}
	h.Lost = max(0, h.Sent-recv)
	if host = strings.TrimSpace(host); !strings.HasPrefix(host, "No response") {
		if h.Addr = addr(host); h.Addr == "" {
			h.Name = host
		}
	}
	t.Hops = append(t.Hops, h)
	return true
}
