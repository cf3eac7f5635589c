package report

import (
	"bytes"
	"encoding/json"
	"regexp"
	"strings"
	"testing"

	"meiqia-diag/diag"
	"meiqia-diag/diag/compare"
	"meiqia-diag/diag/incident"
	"meiqia-diag/diag/lang"
)

// skewedRun is a health run with this clock offset, and the cause that follows from it.
func skewedRun(ms float64, named bool) *diag.Document {
	d := &diag.Document{Schema: diag.Schema, Health: true, StartedAt: "2026-11-20T10:22:41+08:00", Incident: diag.IncidentJSON{Incident: incident.New()}, Verdict: diag.Verdict{Outcome: diag.Healthy}}
	o := diag.Observation{ID: "clock.offset", Value: ms, Unit: "ms", Uncertainty: diag.Float(20), Basis: incident.Measured, Live: true}
	d.Checks = []diag.CheckJSON{{ID: "clock", State: diag.Pass, Observations: []diag.Observation{o}}}
	if named {
		d.Checks[0].State = diag.Fail
		d.Verdict.Outcome = diag.Explained
		d.Verdict.Causes = []diag.CauseReport{{Code: "decision.clock-skew", Role: "primary", Probability: 0.99, For: []diag.Weighing{{Observation: "clock.offset", DB: 20}}}}
	}
	return d
}

// otherRun is one that names this cause and measured nothing.
func otherRun(code diag.Code) *diag.Document {
	d := skewedRun(0, true)
	d.Checks = nil
	d.Verdict.Causes[0].Code, d.Verdict.Causes[0].For = code, nil
	return d
}

func worded(a, b *diag.Document) *diag.Diff {
	d := compare.Documents(a, b)
	d.A.Name, d.B.Name = "a.zip", "b.zip"
	WordDiff(d)
	return d
}

func TestTheSentenceOfADiff(t *testing.T) {
	for _, c := range []struct {
		name   string
		d      *diag.Diff
		zh, en string
	}{
		{"mended", worded(skewedRun(95000, true), skewedRun(0.2, false)),
			"A 的原因“两端时间不一致”（decision.clock-skew）在 B 中不再出现；与服务的钟差：+95 ± 0.02 秒 → +0.2 ± 20 毫秒。",
			"The cause of A, decision.clock-skew (the clocks differ), is gone in B; clock offset to the service: +95 ± 0.02 s → +0.2 ± 20 ms."},
		{"new", worded(skewedRun(0.2, false), skewedRun(-95000, true)),
			"B 出现了新的原因“两端时间不一致”（decision.clock-skew）；与服务的钟差：+0.2 ± 20 毫秒 → -95 ± 0.02 秒。",
			"B has a new cause, decision.clock-skew (the clocks differ); clock offset to the service: +0.2 ± 20 ms → -95 ± 0.02 s."},
		{"two causes", worded(skewedRun(95000, true), otherRun("transport.packet-loss")),
			"A 的原因“两端时间不一致”（decision.clock-skew）在 B 中没有再被指出，但没有实测结果与它矛盾；B 出现了新的原因“网络丢包”（transport.packet-loss）。",
			"The cause of A, decision.clock-skew (the clocks differ), is not named in B, but nothing measured contradicts it; B has a new cause, transport.packet-loss (packet loss)."},
		{"still there", worded(skewedRun(95000, true), skewedRun(95010, true)), "A 的原因“两端时间不一致”（decision.clock-skew）在 B 中仍在。", "The cause of A, decision.clock-skew (the clocks differ), is still there in B."},
		{"alike", worded(skewedRun(1, false), skewedRun(9, false)), "A 与 B 没有实质差别。", "A and B do not differ in anything of significance."},
	} {
		if c.d.Summary.ZH != c.zh || strings.Contains(c.d.Summary.ZH, "； ") || c.d.Summary.EN != c.en {
			t.Errorf("%s: %q %q", c.name, c.d.Summary.ZH, c.d.Summary.EN)
		}
		var out bytes.Buffer
		if err := WriteDiff(&out, "text", c.d, Options{Lang: lang.EN, Width: 40}); err != nil {
			t.Fatal(err)
		}
		if first, _, _ := strings.Cut(out.String(), "\n"); first != c.en {
			t.Errorf("%s: the first line is %q", c.name, first)
		}
		out.Reset()
		if err := WriteDiff(&out, "text", c.d, Options{Lang: lang.EN, Width: 50, Terminal: true}); err != nil {
			t.Fatal(err)
		}
		first, _, _ := strings.Cut(out.String(), "\n\n")
		if strings.Join(strings.Fields(first), " ") != c.en {
			t.Errorf("%s: on a terminal it says %q", c.name, first)
		}
		for _, l := range strings.Split(first, "\n") {
			if len([]rune(l)) > 50 || !strings.Contains(" "+c.en+" ", " "+strings.TrimSpace(l)+" ") {
				t.Errorf("%s: a terminal breaks %q", c.name, l)
			}
		}
	}
}

var (
	codeSpans = regexp.MustCompile("`[^`\n]*`")
	markup    = regexp.MustCompile(`<script|[^\\]\]\(|://`)
)

// TestHostileReportsCompareHarmlessly: whatever stands in a report stays text.
func TestHostileReportsCompareHarmlessly(t *testing.T) {
	const evil = "<script>alert(1)</script>\x1b[31m\u202e](http://evil.example)|`\n# x @all"
	a, b := skewedRun(95000, true), skewedRun(1, false)
	for _, d := range []*diag.Document{a, b} {
		d.StartedAt, d.Tool.Version = evil, evil
		d.Checks = append(d.Checks, diag.CheckJSON{ID: "network", State: diag.Pass})
	}
	b.Tool.Version = "2" + evil
	a.Profile.Name, b.Profile.Name = evil, evil+"2"
	b.Checks[1].Observations = []diag.Observation{{ID: "network.fault", Value: evil, Live: true, Detail: map[string]string{"rule": evil}}}
	a.Verdict.Causes[0].Code = "x." + evil
	d := worded(a, b)
	d.A.Name = evil
	v := compare.Verify(a, b)
	v.Report.Name = evil
	b.Verified = v
	WordVerified(v, b)
	r := &diag.Replay{Original: diag.PlayedOf(a), Cause: a.Verdict.Causes[0].Code, Scenario: evil, Like: []diag.LikeFact{{Name: evil, Value: evil}}}
	one := diag.PlayedOf(b)
	r.Fault, r.Mended, r.Report.Name = &one, &one, evil
	WordReplay(r)
	for _, l := range []lang.Lang{lang.ZH, lang.EN} {
		opt := Options{Lang: l}
		outputs := map[string]string{}
		write := func(name string, f func(*bytes.Buffer) error) {
			var out bytes.Buffer
			if err := f(&out); err != nil {
				t.Fatal(name, err)
			}
			outputs[name] = out.String()
		}
		for _, f := range DiffFormats {
			write("diff "+f, func(w *bytes.Buffer) error { return WriteDiff(w, f, d, opt) })
		}
		for _, f := range Formats {
			write("verified "+f, func(w *bytes.Buffer) error { return Write(w, f, b, opt) })
		}
		for _, f := range ReplayFormats {
			write("replay "+f, func(w *bytes.Buffer) error { return WriteReplay(w, f, r, opt) })
		}
		for name, text := range outputs {
			if strings.HasSuffix(name, "json") {
				if !json.Valid([]byte(text)) {
					t.Errorf("%s is not JSON", name)
				}
				continue
			}
			for _, bad := range []string{"\x1b", "\u202e"} {
				if strings.Contains(text, bad) {
					t.Errorf("%s holds %q", name, bad)
				}
			}
			switch {
			case strings.HasSuffix(name, "html") && strings.Contains(text, "<script"):
				t.Errorf("%s holds a script", name)
			case strings.HasSuffix(name, "markdown"):
				if found := markup.FindString(codeSpans.ReplaceAllString(strings.ReplaceAll(text, "\\`", ""), "")); found != "" {
					t.Errorf("%s holds %q", name, found)
				}
			}
		}
	}
}
