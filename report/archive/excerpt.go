package archive

import (
	"cmp"
	"encoding/json"
	"slices"
	"strings"
	"time"

	"meiqia-diag/diag/evidence/logs"
	"meiqia-diag/diag/lang"
	"meiqia-diag/report"
)

// Bounds of what the page shows of a log; the file has all of the slice.
const (
	pageLines = 300
	pageText  = 2000 // bytes of one line
	around    = 4    // lines beside an error
	stampHead = 4096 // bytes of a line that its stamp is looked for in
	pressed   = 10 * time.Second
)

// excerpt lists the errors of a log and picks the lines that the page shows.
func (b *builder) excerpt(p *piece, data []byte) {
	lines := strings.Split(strings.TrimSuffix(string(data), "\n"), "\n")
	if len(data) == 0 {
		lines = nil
	}
	serious := map[int]bool{}
	for _, x := range p.stats.Errors {
		serious[x.Line] = true
		text := ""
		if x.Line <= len(lines) {
			text = strings.TrimRight(lines[x.Line-1], "\r")
		}
		at := x.At.Format(time.RFC3339Nano)
		if p.info.Mode == "whole" {
			at = "" // no stamps were looked for
		}
		row, _ := json.Marshal(struct {
			File string `json:"file"`
			Line int    `json:"line"`
			From int    `json:"line_in_original"`
			At   string `json:"at,omitempty"`
			Text string `json:"text"`
		}{p.name, x.Line, x.From, at, text})
		b.errors = append(append(b.errors, row...), '\n')
	}
	why := map[int]lang.Text{}
	for _, f := range p.stats.Findings {
		why[f.Line] = f.Why
	}
	all := make([]report.LogLine, len(lines))
	stamps := b.stampsOf(p, len(lines))
	for n, s := range lines {
		if len(s) > pageText {
			s = strings.ToValidUTF8(s[:pageText], "") + "…"
		}
		x := report.LogLine{Number: n + 1, Text: strings.TrimRight(s, "\r"), Serious: serious[n+1], Why: why[n+1]}
		if stamps != nil {
			x.At = stamps[n]
		}
		switch {
		case x.Serious:
			x.Level = "error"
		case stamps != nil && x.At.IsZero(): // it goes with the entry above
		case logs.LevelOf(s) == logs.LevelWarn:
			x.Level = "warn"
		}
		all[n] = x
	}
	l := report.Log{Name: p.name, Lines: b.worthShowing(all)}
	l.Omitted = len(lines) - len(l.Lines)
	if p.info != nil && p.info.From != "" {
		l.Note = lang.T("%s 至 %s，错误 %d 条", "%s to %s, %d errors").F(b.stamp(p.info.From), b.stamp(p.info.To), len(p.stats.Errors))
	} else {
		l.Note = lang.T("错误 %d 条", "%d errors").F(len(p.stats.Errors))
	}
	b.logs = append(b.logs, l)
}

// stampsOf gives the instant of each line of a slice on the service's clock,
// zero for a line of the entry above; nil where the log tells no times. They
// are read off the text before it was redacted, which has the same lines.
func (b *builder) stampsOf(p *piece, n int) []time.Time {
	find := p.stats.Time
	if find == nil {
		return nil
	}
	plain := strings.Split(strings.TrimSuffix(string(p.data), "\n"), "\n")
	if len(plain) != n {
		return nil
	}
	out := make([]time.Time, n)
	stamped := false
	for i, s := range plain {
		if t, ok := find([]byte(s[:min(len(s), stampHead)])); ok {
			out[i], stamped = t, true
		}
	}
	if !stamped {
		return nil
	}
	return out
}

// worthShowing picks the lines for the page: errors and what stands beside
// them, what is near the press, warnings, and then what is nearest to the press.
func (b *builder) worthShowing(all []report.LogLine) []report.LogLine {
	if len(all) <= pageLines {
		return all
	}
	press := b.pressAt()
	const beside, far = 1, 4
	rank := make([]int, len(all))
	away := make([]time.Duration, len(all))
	at := time.Time{} // of the entry
	for i, x := range all {
		if !x.At.IsZero() {
			at = x.At
		}
		rank[i], away[i] = far, time.Duration(1<<62)
		if !at.IsZero() && !press.IsZero() {
			away[i] = at.Sub(press).Abs()
		}
		switch {
		case away[i] <= pressed:
			rank[i] = 2
		case x.Level == "warn":
			rank[i] = 3
		}
	}
	for i, x := range all {
		if x.Serious {
			for k := max(0, i-around); k <= min(len(all)-1, i+around); k++ {
				rank[k] = min(rank[k], beside)
			}
			rank[i] = 0
		}
	}
	order := make([]int, len(all))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(i, j int) int {
		return cmp.Or(cmp.Compare(rank[i], rank[j]), cmp.Compare(away[i], away[j]))
	})
	order = order[:pageLines]
	slices.Sort(order)
	out := make([]report.LogLine, 0, pageLines)
	for _, i := range order {
		if rank[i] == far && press.IsZero() {
			continue // nothing tells that it matters
		}
		out = append(out, all[i])
	}
	return out
}

// pressAt is when the recall was pressed, or sent off; zero when unknown.
func (b *builder) pressAt() time.Time {
	for _, kind := range []string{"press", "request"} {
		for _, m := range b.opt.Doc.Timeline {
			if t, err := time.Parse(time.RFC3339Nano, m.At); m.Kind == kind && err == nil {
				return t
			}
		}
	}
	return time.Time{}
}

// stamp writes a time in the zone of the person's clock.
func (b *builder) stamp(s string) string {
	t, err := time.Parse(time.RFC3339Nano, s)
	if err != nil {
		return s
	}
	if zone := report.ZoneOf(b.opt.Doc); zone != nil {
		t = t.In(zone)
	}
	return t.Format("2006-01-02 15:04:05 -07:00")
}
