package report

import (
	"bytes"
	"fmt"
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
		doc := apartClocks()
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
	want := render(t, apartClocks(), "html", withLogs(lang.ZH))
	for range 5 {
		if got := render(t, apartClocks(), "html", withLogs(lang.ZH)); !bytes.Equal(got, want) {
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

// Entries that say the same over and over are one row that opens; what stands
// out, another log's entry and a moment of the incident are never behind it.
func TestEntriesThatAreAlikeAreOneRow(t *testing.T) {
	noon := time.Date(2026, 11, 20, 12, 0, 0, 0, time.UTC)
	n := 0
	on := func(seconds float64, text string) LogLine {
		n++
		return LogLine{Number: n, At: noon.Add(time.Duration(seconds * float64(time.Second))), Text: text}
	}
	var busy []LogLine
	for i := range 20 {
		busy = append(busy, on(float64(i), fmt.Sprintf("heartbeat %d of seat a%x took %d ms", i, i*7919, i%7)))
	}
	busy[5].Level, busy[5].Text = "error", "heartbeat 5 of seat a1 took 9 ms"
	busy[14].Why = lang.T("附近", "near it")
	ms := []moment{{Moment: diag.Moment{Kind: "press"}, t: noon.Add(8500 * time.Millisecond), text: lang.Same("pressed")}}
	logs := []Log{{Name: "busy", Lines: busy}, {Name: "other", Lines: []LogLine{on(11.5, "one"), on(17.5, "two"), on(17.6, "two too"), on(17.7, "heartbeat of another")}}}
	p := logsOf(logs, ms)
	var got []string
	for _, r := range p.Rows {
		switch {
		case r.Moment > 0:
			got = append(got, r.Words.EN)
		case r.Same != nil:
			got = append(got, fmt.Sprintf("%s×%d", r.Lane.Name, len(r.Same)))
		default:
			got = append(got, fmt.Sprintf("%s:%d", r.Lane.Name, r.Number))
		}
	}
	want := "busy×5 busy:6 busy×3 pressed busy×3 other:21 busy:13 busy:14 busy:15 busy×3 other:22 other:23 other:24 busy:19 busy:20"
	if strings.Join(got, " ") != want {
		t.Errorf("got  %s\nwant %s", strings.Join(got, " "), want)
	}
	if alike := p.Rows[0].Alike.EN; alike != "5 lines, alike but for numbers, 12:00:00.000 to 12:00:04.000" {
		t.Error(alike)
	}
	page := string(render(t, expired(), "html", Options{Logs: logs}))
	for _, x := range busy {
		if strings.Count(page, fmt.Sprintf(`id="l1-%d"`, x.Number)) != 1 {
			t.Errorf("line %d is not on the page once", x.Number)
		}
	}
}

func TestShapes(t *testing.T) {
	for _, c := range []struct {
		a, b string
		same bool
	}{
		{"ping 12 ms", "ping 7 ms", true}, {"seat a1f3 up", "seat b2 up", true}, {"10:22:41.100 ok", "10:22:42.7 ok", true}, {"第3次心跳", "第14次心跳", true},
		{"ping ok", "ping failed", false}, {"已读", "未读", false}, {"a 1", "a", false}, {"", "", true},
	} {
		if got := shapeOf(c.a) == shapeOf(c.b); got != c.same {
			t.Errorf("%q, %q: %v", c.a, c.b, got)
		}
	}
}
