package verdict

import (
	"strings"
	"testing"

	"meiqia-diag/diag"
	"meiqia-diag/diag/incident"
)

func TestSummaryTellsTheMargin(t *testing.T) {
	obs := saw(t, "attempt.symptom=refused? server.answer=refused server.refusal=window window.asked=out clock.skewed=none window.margin=-61500")
	obs[len(obs)-1].Uncertainty = diag.Float(1500)
	v := Judge(obs, Context{}).Verdict
	if !strings.Contains(v.Summary.EN, "61.5 s ± 1.5 s") || !strings.Contains(v.Summary.ZH, "61.5 秒") {
		t.Errorf("%+v", v.Summary)
	}
}

// A certain verdict asks for nothing more; an uncertain one says what would settle it.
func TestMissing(t *testing.T) {
	if v := Judge(saw(t, "server.answer=refused server.status=429 server.refusal=rate"), Context{}).Verdict; len(v.Missing) > 0 {
		t.Errorf("certain, and yet missing %v", v.Missing)
	}
	v := Judge(saw(t, "attempt.symptom=timed_out?"), Context{}).Verdict
	if len(v.Missing) == 0 || len(v.Missing) != len(v.MissingText) {
		t.Errorf("uncertain: %v", v.Missing)
	}
	for i, m := range v.MissingText {
		if m.EN != v.Missing[i] || m.ZH == "" {
			t.Errorf("%+v", m)
		}
	}
}

// Whoever is asked for a HAR is not asked for one again in other words, as each
// cause would: evidence of a kind is asked for once.
func TestEvidenceOfAKindIsAskedForOnce(t *testing.T) {
	v := Judge(saw(t, "attempt.symptom=timed_out?"), Context{}).Verdict
	n := 0
	for _, m := range v.Missing {
		if strings.Contains(m, "HAR") {
			n++
		}
	}
	if n != 1 || len(v.Missing) < 3 {
		t.Errorf("a HAR is asked for %d times: %q", n, v.Missing)
	}
}

func TestQuantities(t *testing.T) {
	for _, c := range []struct {
		value  float64
		unit   string
		zh, en string
	}{{16.667, "percent", "16.7%", "16.7%"}, {3, "count", "3", "3"}, {8864, "ms", "8.9 秒", "8.9 s"}, {212.4, "ms", "212.4 毫秒", "212.4 ms"}, {8, "h", "8 小时", "8 h"}, {86400, "s", "86400 秒", "86400 s"}} {
		if got := quantity(diag.Observation{Value: c.value, Unit: c.unit}); got.ZH != c.zh || got.EN != c.en {
			t.Errorf("%v %s: %q %q", c.value, c.unit, got.ZH, got.EN)
		}
	}
}

// A number says what it is a share of.
func TestSharesSayOfWhat(t *testing.T) {
	for _, id := range []string{"server.failing", "network.others_failing", "network.recorded_swings", "device.load", "device.memory"} {
		got := quantity(diag.Observation{ID: id, Value: 2.2, Unit: "percent"})
		if got.ZH == "2.2%" || got.EN == "2.2%" || !strings.Contains(got.ZH, "2.2%") || !strings.Contains(got.EN, "2.2%") {
			t.Errorf("%s: %+v", id, got)
		}
	}
}

// What a reason speaks of is what it is shown with: not the first of its conditions, stated as that may be.
func TestReasonsShowWhatTheySpeakOf(t *testing.T) {
	obs := saw(t, "server.answer=refused server.refusal=window window.asked=in? window.arrived=out? network.setup=2100")
	for i := range obs {
		if obs[i].ID == "network.setup" {
			obs[i].Unit = "ms"
		}
	}
	j := Judge(obs, Context{})
	for _, c := range j.Verdict.Causes {
		for _, w := range c.For {
			if w.Rule == "held-up-on-the-way" {
				if w.Basis != incident.Measured || w.Observation != "network.setup" || !strings.Contains(w.Text.EN, "2.1 s") {
					t.Errorf("%+v", w)
				}
				return
			}
		}
	}
	t.Errorf("no such reason: %s", short(j.Verdict))
}

// Of several observations of one id the surest carries the weight, and is shown.
func TestBasisOfTheSurest(t *testing.T) {
	j := Judge(saw(t, "server.answer=refused server.refusal=read[words=said]? server.refusal=read[words=logged]"), Context{})
	for _, w := range j.Verdict.Causes[0].For {
		if w.Observation == "server.refusal" && (w.Basis != incident.Measured || !strings.Contains(w.Text.EN, "logged")) {
			t.Errorf("%+v", w)
		}
	}
}

// Nobody is asked for what was handed in, or measured, already.
func TestNothingIsAskedForTwice(t *testing.T) {
	for _, c := range []struct{ have, words string }{
		{"browser.dispatch=sent", "xport a HAR file"}, {"clock.offset=3 clock.skewed=small", "measure how far the two clocks differ"}, {"sync.event=absent", "WebSocket"},
	} {
		obs := saw(t, "attempt.symptom=still_visible? "+c.have)
		for i := range obs {
			if obs[i].ID == "browser.dispatch" {
				obs[i].Source = "a.har entry 3"
			}
		}
		var list []scored
		for _, x := range diag.Causes() {
			list = append(list, scored{code: x.Code, p: 0.3})
		}
		for len(list) > 0 {
			for _, m := range missing(list, obs, diag.Inconclusive, Context{}) {
				if strings.Contains(m.EN, c.words) && (c.words == "WebSocket" || !strings.Contains(m.EN, "WebSocket")) {
					t.Errorf("%s: %s", c.have, m.EN)
				}
			}
			list = list[1:]
		}
	}
	if asked := missing([]scored{{code: "decision.clock-skew", p: 0.5}}, saw(t, "server.answer=refused window.asked=unknown"), diag.Inconclusive, Context{}); len(asked) != 1 || !strings.Contains(asked[0].EN, "two clocks") {
		t.Errorf("%v", asked)
	}
	// Two times that cannot both be are asked for again as such.
	if asked := missing([]scored{{code: "decision.clock-skew", p: 0.5}}, saw(t, "server.answer=refused window.asked=unknown window.order=reversed"), diag.Inconclusive, Context{}); len(asked) != 2 || !strings.Contains(asked[0].EN, "before the send") {
		t.Errorf("%v", asked)
	}
}

// A health run tells what would break a recall, not what happened to one.
func TestHealthSummaries(t *testing.T) {
	obs := saw(t, "network.fault=gateway~blocked[place=gateway,kind=blocked]")
	for i := range obs {
		obs[i].Live = true
	}
	j := Judge(obs, Context{Health: true})
	if j.Verdict.Outcome == diag.Healthy || !strings.Contains(j.Verdict.Summary.EN, "now") || !strings.Contains(j.Verdict.Summary.ZH, "现在撤回") {
		t.Errorf("%s: %+v", j.Verdict.Outcome, j.Verdict.Summary)
	}
	if s := summary(diag.Verdict{Outcome: diag.Inconclusive}, nil, Context{Health: true}); strings.Contains(s.EN, "failed") {
		t.Error(s.EN)
	}
	// There is no failure of which to bring evidence.
	for _, m := range missing([]scored{{code: healthy, p: 0.5}}, nil, diag.Inconclusive, Context{Health: true}) {
		if strings.Contains(m.EN, "HAR") || strings.Contains(m.EN, "when the message was sent") {
			t.Error(m.EN)
		}
	}
}

// The sentence about clocks says by how much and which way, where that was measured.
func TestSkewedClocksAreSaidInFigures(t *testing.T) {
	for _, c := range []struct {
		n, bound float64
		zh, en   string
	}{
		{-90_000, 3, "快 90.0 秒（误差 ±0.1 秒）", "90.0 s (± 0.1 s) ahead"}, {200_400, 23, "慢 3 分 20 秒（误差 ±1 秒）", "3 min 20 s (± 1 s) behind"}, {8 * 3600_000, 1000, "慢 8 小时 0 分，", "8 h 0 min behind"},
		{400, 20, "", ""}, {90_000, 100_000, "", ""},
	} {
		got, ok := skewed(diag.Observations{{ID: "clock.offset.incident", Value: c.n, Unit: "ms", Uncertainty: diag.Float(c.bound)}})
		if ok != (c.zh != "") || !strings.Contains(got.ZH, c.zh) || !strings.Contains(got.EN, c.en) {
			t.Errorf("%v: %q %q", c.n, got.ZH, got.EN)
		}
	}
	if _, ok := skewed(diag.Observations{{ID: "clock.offset", Value: 90_000.0, Unit: "ms"}}); ok {
		t.Error("an offset without a bound is told as if it had one")
	}
}
