package archive

import (
	"encoding/json"
	"strings"
	"time"

	"meiqia-diag/diag/lang"
	"meiqia-diag/report"
)

// Bounds of what the page shows of a log; the file has all of the slice.
const (
	pageLines = 300
	around    = 4
)

// excerpt lists the errors of a log and picks the lines that the page shows.
func (b *builder) excerpt(p *piece, data []byte) {
	lines := strings.Split(strings.TrimSuffix(string(data), "\n"), "\n")
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
	show := map[int]bool{}
	if len(lines) > pageLines {
		for n := range lines {
			if serious[n+1] && len(show) < pageLines {
				for k := max(1, n+1-around); k <= min(len(lines), n+1+around); k++ {
					show[k] = true
				}
			}
		}
	}
	l := report.Log{Name: p.name}
	for n, s := range lines {
		if len(lines) > pageLines && !show[n+1] || len(data) == 0 {
			continue
		}
		if len(s) > 2000 {
			s = strings.ToValidUTF8(s[:2000], "") + "…"
		}
		l.Lines = append(l.Lines, report.LogLine{Number: n + 1, Text: strings.TrimRight(s, "\r"), Serious: serious[n+1]})
	}
	l.Omitted = len(lines) - len(l.Lines)
	if len(data) == 0 {
		l.Omitted = 0
	}
	if p.info != nil && p.info.From != "" {
		l.Note = lang.T("%s 至 %s，错误 %d 条", "%s to %s, %d errors").F(b.stamp(p.info.From), b.stamp(p.info.To), len(p.stats.Errors))
	} else {
		l.Note = lang.T("错误 %d 条", "%d errors").F(len(p.stats.Errors))
	}
	b.logs = append(b.logs, l)
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
