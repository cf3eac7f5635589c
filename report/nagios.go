package report

import (
	"fmt"
	"io"
	"strconv"
	"strings"

	"meiqia-diag/diag"
)

// perf lists what goes into the performance data: observation, label, unit of the plugin guidelines.
var perf = []struct{ id, label, unit, bounds string }{
	{"network.rtt", "rtt", "ms", ";;;0"},
	{"network.jitter", "jitter", "ms", ";;;0"},
	{"network.loss", "loss", "%", ";;;0;100"},
	{"clock.offset", "clock_offset", "ms", ""},
	{"server.queueing", "queueing", "ms", ";;;0"},
	{"window.margin", "window_margin", "ms", ""},
}

// writeNagios gives the plugin output: the status line, then the checks.
func writeNagios(w io.Writer, doc *diag.Document, opt Options) error {
	status := map[string]string{diag.Healthy: "OK", diag.Explained: "CRITICAL"}[standing(doc)]
	if status == "" {
		status = "UNKNOWN"
	}
	says := said(doc).In(opt.Lang)
	if p := primary(doc); p != nil && doc.Verified == nil {
		says += fmt.Sprintf(" (%s %s)", p.Code, percent(p.Probability))
	}
	var data []string
	if p := primary(doc); p != nil {
		data = append(data, "probability="+strconv.FormatFloat(p.Probability, 'f', 3, 64)+";;;0;1")
	}
	counts := map[diag.CheckState]int{}
	for _, c := range doc.Checks {
		counts[c.State]++
	}
	data = append(data, fmt.Sprintf("checks_failed=%d;;;0;%d", counts[diag.Fail]+counts[diag.Error], len(doc.Checks)))
	obs := doc.Observations()
	for _, p := range perf {
		if o, ok := obs.First(p.id); ok {
			if n, ok := o.Number(); ok {
				data = append(data, p.label+"="+strconv.FormatFloat(n, 'f', -1, 64)+p.unit+p.bounds)
			}
		}
	}
	var b strings.Builder
	fmt.Fprintf(&b, "%s - %s | %s\n", status, nagiosText(says), strings.Join(data, " "))
	for _, c := range checks(doc) {
		fmt.Fprintf(&b, "%s[%s] %s: %s\n", strings.Repeat("  ", c.depth), nagiosText(string(c.State)), nagiosText(c.ID), nagiosText(reason(c).In(opt.Lang)))
	}
	_, err := io.WriteString(w, b.String())
	return err
}

// nagiosText keeps a text out of the performance data.
func nagiosText(s string) string { return strings.ReplaceAll(clean(s), "|", "/") }
