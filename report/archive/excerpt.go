package archive

import (
	"bytes"
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

// line is what is known of a line of a slice; its text is data[start:end].
type line struct {
	start, end int
	at         time.Time // zero for one of the entry above
	serious    bool
	warn       bool
}

// excerpt lists the errors of a log and picks the lines that the page shows.
func (b *builder) excerpt(p *piece, data []byte) {
	serious := map[int]bool{}
	for _, x := range p.stats.Errors {
		serious[x.Line] = true
	}
	all := make([]line, 0, bytes.Count(data, []byte("\n"))+1)
	for s := range bytes.Lines(data) {
		x := line{serious: serious[len(all)+1]}
		if n := len(all); n > 0 {
			x.start = all[n-1].end + 1
		}
		x.end = x.start + len(bytes.TrimSuffix(s, []byte("\n")))
		all = append(all, x)
	}
	text := func(n int) string {
		s := string(data[all[n].start:min(all[n].end, all[n].start+pageText)])
		if all[n].end-all[n].start > pageText {
			s = strings.ToValidUTF8(s, "") + "…"
		}
		return strings.TrimRight(s, "\r")
	}
	for _, x := range p.stats.Errors {
		words := ""
		if x.Line <= len(all) {
			words = strings.TrimRight(string(data[all[x.Line-1].start:all[x.Line-1].end]), "\r")
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
		}{p.name, x.Line, x.From, at, words})
		b.errors = append(append(b.errors, row...), '\n')
	}
	why := map[int]lang.Text{}
	for _, f := range p.stats.Findings {
		why[f.Line] = f.Why
	}
	stamped := stamp(p, all)
	for n := range all {
		x := &all[n]
		if !x.serious && !(stamped && x.at.IsZero()) { // else it goes with the entry above
			x.warn = logs.LevelOf(text(n)) == logs.LevelWarn
		}
	}
	l := report.Log{Name: p.name}
	for _, n := range b.worthShowing(all) {
		x := report.LogLine{Number: n + 1, Text: text(n), At: all[n].at, Serious: all[n].serious, Why: why[n+1]}
		switch {
		case all[n].serious:
			x.Level = "error"
		case all[n].warn:
			x.Level = "warn"
		}
		l.Lines = append(l.Lines, x)
	}
	l.Omitted = len(all) - len(l.Lines)
	if p.info != nil && p.info.From != "" {
		l.Note = lang.T("%s 至 %s，错误 %d 条", "%s to %s, %d errors").F(b.stamp(p.info.From), b.stamp(p.info.To), len(p.stats.Errors))
	} else {
		l.Note = lang.T("错误 %d 条", "%d errors").F(len(p.stats.Errors))
	}
	b.logs = append(b.logs, l)
}

// stamp gives each line of a slice its instant on the service's clock; false
// where the log tells no times. They are read off the text before it was
// redacted, which has the same lines.
func stamp(p *piece, all []line) (stamped bool) {
	find := p.stats.Time
	if find == nil || bytes.Count(bytes.TrimSuffix(p.data, []byte("\n")), []byte("\n"))+1 != len(all) {
		return false
	}
	n := 0
	for s := range bytes.Lines(p.data) {
		s = bytes.TrimSuffix(s, []byte("\n"))
		if t, ok := find(s[:min(len(s), stampHead)]); ok {
			all[n].at, stamped = t, true
		}
		n++
	}
	return stamped
}

// worthShowing picks the lines for the page: errors and what stands beside
// them, what is near the press, warnings, and then what is nearest to the press.
func (b *builder) worthShowing(all []line) []int {
	order := make([]int, len(all))
	for i := range order {
		order[i] = i
	}
	if len(all) <= pageLines {
		return order
	}
	press := b.pressAt()
	const beside, far = 1, 4
	rank := make([]int8, len(all))
	away := make([]time.Duration, len(all))
	at := time.Time{} // of the entry
	for i, x := range all {
		if !x.at.IsZero() {
			at = x.at
		}
		rank[i], away[i] = far, time.Duration(1<<62)
		if !at.IsZero() && !press.IsZero() {
			away[i] = at.Sub(press).Abs()
		}
		switch {
		case away[i] <= pressed:
			rank[i] = 2
		case x.warn:
			rank[i] = 3
		}
	}
	for i, x := range all {
		if x.serious {
			for k := max(0, i-around); k <= min(len(all)-1, i+around); k++ {
				rank[k] = min(rank[k], beside)
			}
			rank[i] = 0
		}
	}
	slices.SortStableFunc(order, func(i, j int) int {
		return cmp.Or(cmp.Compare(rank[i], rank[j]), cmp.Compare(away[i], away[j]))
	})
	order = order[:pageLines]
	slices.Sort(order)
	return slices.DeleteFunc(order, func(i int) bool {
		return rank[i] == far && press.IsZero() // nothing tells that it matters
	})
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
