package report

import (
	"bytes"
	"math"
	"strings"
	"testing"
	"time"

	"meiqia-diag/diag"
	"meiqia-diag/diag/lang"
)

// Numbers out of all reason come to a page all the same.
func TestPageOfOddNumbers(t *testing.T) {
	for _, n := range []float64{0, -1, 1e-320, 1e15, -1e15, 1e300, -1e300, math.MaxFloat64} {
		doc := skewed()
		for i := range doc.Timeline {
			doc.Timeline[i].ErrMS = n
		}
		doc.Timeline[0].At, doc.Timeline[9].At = "0001-01-01T00:00:00Z", "9999-12-31T23:59:59.999Z"
		for i := range doc.Checks {
			for k := range doc.Checks[i].Observations {
				o := &doc.Checks[i].Observations[k]
				if _, ok := o.Number(); ok {
					o.Value, o.Uncertainty, o.Low, o.High = n, diag.Float(n), diag.Float(-n), diag.Float(n)
				}
			}
			for k := range doc.Checks[i].Series {
				p := doc.Checks[i].Series[k].Points
				p[0].At, p[1].Value, p[2].At, p[2].Value = n, diag.Float(n), -n, diag.Float(-n)
			}
		}
		doc.Verdict.Causes[0].For[0].DB, doc.Verdict.Causes[0].Probability = n, n
		for _, bad := range []string{"NaN", "Inf", "%!"} {
			if page := string(render(t, doc, "html", Options{})); strings.Contains(page, bad) {
				i := strings.Index(page, bad)
				t.Errorf("%g: %s", n, page[max(0, i-100):i+20])
			}
		}
	}
}

func TestPageIsTheSameEveryTime(t *testing.T) {
	want := render(t, skewed(), "html", withLogs(lang.ZH))
	for range 5 {
		if got := render(t, skewed(), "html", withLogs(lang.ZH)); !bytes.Equal(got, want) {
			t.Fatal("the same report gives another page")
		}
	}
}

// Logs are merged by their instants; lines without one stay with their entry.
func TestLogsAreMerged(t *testing.T) {
	noon := time.Date(2026, 11, 20, 12, 0, 0, 0, time.UTC)
	on := func(n int, seconds float64, text string) LogLine {
		return LogLine{Number: n, At: noon.Add(time.Duration(seconds * float64(time.Second))), Text: text}
	}
	ms := []moment{{Moment: diag.Moment{Kind: "press"}, t: noon, text: lang.Same("pressed")}}
	p := logsOf([]Log{
		{Name: "a", Lines: []LogLine{{Number: 1, Text: "torn off"}, on(2, 3, "third"), {Number: 3, Text: "more of it", Serious: true}}},
		{Name: "no times", Lines: []LogLine{{Number: 1, Text: "x"}}},
		{Name: "b", Lines: []LogLine{on(1, -20, "first"), on(2, -1, "second"), on(3, 3, "fourth")}},
	}, ms)
	var got []string
	for _, r := range p.Rows {
		text := r.Text
		if r.Moment > 0 {
			text = r.Words.EN
		}
		got = append(got, r.Class+"|"+text)
	}
	want := "c2 f2|first; c2 f2 near|second; ruler|pressed; c1 f1 near e|third\nmore of it; c2 f2 near|fourth"
	if strings.Join(got, "; ") != want {
		t.Errorf("got  %s\nwant %s", strings.Join(got, "; "), want)
	}
	if len(p.Untimed) != 1 || p.Lanes[0].Omitted != 1 || !p.Pressed {
		t.Errorf("%+v", p)
	}
}
