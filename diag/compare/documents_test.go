package compare

import (
	"encoding/json"
	"fmt"
	"math"
	"math/rand/v2"
	"strings"
	"testing"

	"meiqia-diag/diag"
	"meiqia-diag/diag/incident"
)

// run makes a health run's document with these live observations, each under its own check.
func run(outcome string, causes []diag.CauseReport, obs ...diag.Observation) *diag.Document {
	d := &diag.Document{Schema: diag.Schema, Health: true, Verdict: diag.Verdict{Outcome: outcome, Causes: causes}, Incident: diag.IncidentJSON{Incident: incident.New()}}
	for _, id := range diag.CheckIDs {
		c := diag.CheckJSON{ID: id, State: diag.Skip}
		for _, o := range obs {
			if strings.HasPrefix(o.ID, id+".") {
				o.Live, o.Basis = true, incident.Measured
				c.State = diag.Pass
				c.Observations = append(c.Observations, o)
			}
		}
		d.Checks = append(d.Checks, c)
	}
	return d
}

func value(id string, v float64, unit string) diag.Observation {
	return diag.Observation{ID: id, Value: v, Unit: unit}
}

func bounded(id string, v, u float64) diag.Observation {
	o := value(id, v, "ms")
	o.Uncertainty = diag.Float(u)
	return o
}

// loss is what the network check makes of k lost of n.
func loss(k, n int) diag.Observation {
	o := value("network.loss", 100*float64(k)/float64(n), "percent")
	low, high := wilson(float64(k), float64(n))
	o.Low, o.High = &low, &high
	return o
}

func word(id, v string, detail ...string) diag.Observation {
	o := diag.Observation{ID: id, Value: v, Detail: map[string]string{}}
	for i := 0; i+1 < len(detail); i += 2 {
		o.Detail[detail[i]] = detail[i+1]
	}
	return o
}

func find(t *testing.T, d *diag.Diff, id string) (diag.Change, bool) {
	t.Helper()
	for _, c := range d.Changes {
		if c.ID == id {
			return c, true
		}
	}
	return diag.Change{}, false
}

func TestNumbersAreComparedWithTheirUncertainty(t *testing.T) {
	for _, c := range []struct {
		name      string
		a, b      []diag.Observation
		id        string
		changed   bool
		direction string
	}{
		{"offset within both bounds", []diag.Observation{bounded("clock.offset", 100, 90)}, []diag.Observation{bounded("clock.offset", -40, 60)}, "clock.offset", false, ""},
		{"offset beyond both bounds", []diag.Observation{bounded("clock.offset", 95000, 20)}, []diag.Observation{bounded("clock.offset", 0.2, 3)}, "clock.offset", true, diag.Better},
		{"the clock runs off the other way", []diag.Observation{bounded("clock.offset", 100, 5)}, []diag.Observation{bounded("clock.offset", -9000, 5)}, "clock.offset", true, diag.Worse},
		{"clocks wander by a few milliseconds", []diag.Observation{bounded("clock.offset", 1, 0.1)}, []diag.Observation{bounded("clock.offset", 9, 0.1)}, "clock.offset", false, ""},
		{"loss of one in 78 is what none in 78 is", []diag.Observation{loss(0, 78)}, []diag.Observation{loss(1, 78)}, "network.loss", false, ""},
		{"loss of a fifth is more", []diag.Observation{loss(0, 78)}, []diag.Observation{loss(16, 78)}, "network.loss", true, diag.Worse},
		{"loss is gone", []diag.Observation{loss(30, 200)}, []diag.Observation{loss(0, 200)}, "network.loss", true, diag.Better},
		{"three of twenty is not more than one of twenty", []diag.Observation{loss(1, 20)}, []diag.Observation{loss(3, 20)}, "network.loss", false, ""},
		{"a round trip within its jitter", []diag.Observation{value("network.rtt", 40, "ms"), value("network.jitter", 6, "ms")}, []diag.Observation{value("network.rtt", 55, "ms"), value("network.jitter", 5, "ms")}, "network.rtt", false, ""},
		{"a round trip beyond its jitter", []diag.Observation{value("network.rtt", 600, "ms"), value("network.jitter", 6, "ms")}, []diag.Observation{value("network.rtt", 55, "ms"), value("network.jitter", 5, "ms")}, "network.rtt", true, diag.Better},
		{"the share of failures, counted", []diag.Observation{{ID: "server.failing", Value: 0.0, Unit: "percent", Detail: map[string]string{"answered": "10"}}}, []diag.Observation{{ID: "server.failing", Value: 100.0, Unit: "percent", Detail: map[string]string{"answered": "10"}}}, "server.failing", true, diag.Worse},
		{"one failure of ten is no change", []diag.Observation{{ID: "server.failing", Value: 0.0, Unit: "percent", Detail: map[string]string{"answered": "10"}}}, []diag.Observation{{ID: "server.failing", Value: 10.0, Unit: "percent", Detail: map[string]string{"answered": "10"}}}, "server.failing", false, ""},
		{"queueing of milliseconds", []diag.Observation{value("server.queueing", 0.3, "ms")}, []diag.Observation{value("server.queueing", 30, "ms")}, "server.queueing", false, ""},
		{"queueing of a second", []diag.Observation{value("server.queueing", 0.3, "ms")}, []diag.Observation{value("server.queueing", 1100, "ms")}, "server.queueing", true, diag.Worse},
		{"numbers that are none", []diag.Observation{value("server.queueing", math.NaN(), "ms")}, []diag.Observation{value("server.queueing", math.Inf(1), "ms")}, "server.queueing", false, ""},
		{"the place of the fault is gone", []diag.Observation{word("network.fault", "port refused"), word("network.quality", "good")}, []diag.Observation{word("network.quality", "good")}, "network.fault", true, diag.Better},
		{"another rule blocks", []diag.Observation{word("browser.blocked_by", "uBlock", "rule", "1"), word("browser.installed", "Chromium")}, []diag.Observation{word("browser.blocked_by", "uBlock", "rule", "2"), word("browser.installed", "Chromium")}, "browser.blocked_by", true, diag.Neutral},
		{"a newer browser", []diag.Observation{word("browser.installed", "Chromium", "version", "109.0.1")}, []diag.Observation{word("browser.installed", "Chromium", "version", "142.0.0.0")}, "browser.installed", true, diag.Better},
		{"an extension came", []diag.Observation{word("browser.installed", "Chromium")}, []diag.Observation{word("browser.installed", "Chromium"), word("browser.extension", "Shield", "id", "x")}, "browser.extension", true, diag.Neutral},
		{"another policy, as many as before", []diag.Observation{{ID: "browser.policy", Value: 2.0, Unit: "count", Detail: map[string]string{"browser": "Edge", "names": "A B"}}}, []diag.Observation{{ID: "browser.policy", Value: 2.0, Unit: "count", Detail: map[string]string{"browser": "Edge", "names": "A C"}}}, "browser.policy", true, diag.Neutral},
		{"the sets are the same in another order", []diag.Observation{word("browser.installed", "A"), word("browser.installed", "B")}, []diag.Observation{word("browser.installed", "B"), word("browser.installed", "A")}, "browser.installed", false, ""},
		{"a processor is busy now and then", []diag.Observation{value("device.load", 5, "percent")}, []diag.Observation{value("device.load", 100, "percent")}, "device.load", false, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			d := Documents(run(diag.Healthy, nil, c.a...), run(diag.Healthy, nil, c.b...))
			got, ok := find(t, d, c.id)
			ok = ok && got.Significance == diag.Significant
			if ok != c.changed || ok && got.Direction != c.direction {
				t.Errorf("changed %v %q, want %v %q: %+v", ok, got.Direction, c.changed, c.direction, d.Changes)
			}
			if d.Same == c.changed {
				t.Errorf("same is %v", d.Same)
			}
		})
	}
}

// TestNoiseIsNoChange draws pairs of health runs from one world: a path with
// loss, jitter and a clock, each measured with the error that it says. A 99 %
// comparison may be wrong now and then, and not more often.
func TestNoiseIsNoChange(t *testing.T) {
	for _, p := range []float64{0, 0.01, 0.1} {
		t.Run(fmt.Sprint("loss ", p), func(t *testing.T) {
			rng := rand.New(rand.NewPCG(7, uint64(p*1000)))
			draw := func() *diag.Document {
				const n = 78
				lost := 0
				for range n {
					if rng.Float64() < p {
						lost++
					}
				}
				j := 4 * (0.7 + 0.6*rng.Float64())
				failed := 0.0
				for range 10 {
					if rng.Float64() < p {
						failed += 10
					}
				}
				return run(diag.Healthy, nil, loss(lost, n), value("network.rtt", 40+2*rng.NormFloat64(), "ms"), value("network.jitter", j, "ms"), word("network.quality", "good"),
					bounded("clock.offset", 12+3*(2*rng.Float64()-1), 3), value("server.queueing", 20*rng.ExpFloat64(), "ms"),
					diag.Observation{ID: "server.failing", Value: failed, Unit: "percent", Detail: map[string]string{"answered": "10"}}, value("device.load", 100*rng.Float64(), "percent"))
			}
			const pairs = 2000
			wrong := 0
			for range pairs {
				if !Documents(draw(), draw()).Same {
					wrong++
				}
			}
			if share := float64(wrong) / pairs; share > 0.03 {
				t.Errorf("%.1f %% of pairs of the same world differ", 100*share)
			}
		})
	}
}

func cause(code string, role string, p float64, signs ...string) diag.CauseReport {
	c := diag.CauseReport{Code: diag.Code(code), Role: role, Probability: p}
	for _, s := range signs {
		c.For = append(c.For, diag.Weighing{Observation: s, DB: 12})
	}
	return c
}

func TestWhatBecomesOfACause(t *testing.T) {
	skew := []diag.CauseReport{cause("decision.clock-skew", "primary", 0.98, "clock.offset")}
	far, near := bounded("clock.offset", 95000, 20), bounded("clock.offset", 0.2, 3)
	blocked := []diag.CauseReport{cause("dispatch.extension-blocked", "primary", 0.9, "browser.blocked_by")}
	for _, c := range []struct {
		name    string
		a, b    *diag.Document
		state   string
		outcome string
	}{
		{"the clock is set", run(diag.Explained, skew, far), run(diag.Healthy, nil, near), diag.CauseMended, diag.CauseMended},
		{"the clock is still off", run(diag.Explained, skew, far), run(diag.Explained, skew, far), diag.CauseStill, diag.CauseStill},
		{"the clock was not measured", run(diag.Explained, skew, far), run(diag.Healthy, nil, loss(0, 78)), diag.CauseUntold, diag.CauseUntold},
		{"the clock check failed in another way", run(diag.Explained, skew, far), failing(run(diag.Inconclusive, nil, near), "clock"), diag.CauseUntold, diag.CauseUntold},
		{"it is a candidate again", run(diag.Explained, skew, far), run(diag.Inconclusive, []diag.CauseReport{cause("decision.clock-skew", "primary", 0.5)}, near), diag.CauseUntold, diag.CauseUntold},
		{"a reading tells nothing now", run(diag.Explained, []diag.CauseReport{cause("decision.message-read", "primary", 0.99, "permission.read")}, near), run(diag.Healthy, nil, near, loss(0, 78)), diag.CauseUntold, diag.CauseUntold},
		{"a dropped connection of then tells nothing now", run(diag.Explained, []diag.CauseReport{cause("transport.interrupted", "primary", 0.9, "network.error")}, near), run(diag.Healthy, nil, near, word("network.quality", "good")), diag.CauseUntold, diag.CauseUntold},
		{"the extension was seen here and is gone", run(diag.Explained, blocked, word("browser.installed", "Chromium"), word("browser.blocked_by", "Shield")), run(diag.Healthy, nil, word("browser.installed", "Chromium")), diag.CauseMended, diag.CauseMended},
		{"the extension was seen in a recording alone", run(diag.Explained, blocked, word("browser.installed", "Chromium")), run(diag.Healthy, nil, word("browser.installed", "Chromium")), diag.CauseUntold, diag.CauseUntold},
		{"the service queues as before", run(diag.Explained, []diag.CauseReport{cause("admission.overloaded", "primary", 0.9, "server.queueing")}, value("server.queueing", 700, "ms")), run(diag.Healthy, nil, value("server.queueing", 690, "ms")), diag.CauseUntold, diag.CauseUntold},
		{"the service does not queue any more", run(diag.Explained, []diag.CauseReport{cause("admission.overloaded", "primary", 0.9, "server.queueing")}, value("server.queueing", 700, "ms")), run(diag.Healthy, nil, value("server.queueing", 1, "ms")), diag.CauseMended, diag.CauseMended},
		{"a loss that is as high as before", run(diag.Explained, []diag.CauseReport{cause("transport.packet-loss", "primary", 0.9, "network.loss")}, loss(16, 78)), run(diag.Healthy, nil, loss(9, 78)), diag.CauseUntold, diag.CauseUntold},
	} {
		t.Run(c.name, func(t *testing.T) {
			v := Verify(c.a, c.b)
			if len(v.Causes) != 1 || v.Causes[0].State != c.state || v.Outcome != c.outcome || v.Holds != (c.outcome == diag.CauseMended) {
				t.Errorf("outcome %s, causes %+v", v.Outcome, v.Causes)
			}
			if v.Causes[0].State == diag.CauseUntold && v.Causes[0].Tell.IsZero() {
				t.Error("it is not said what would tell")
			}
		})
	}
}

func failing(d *diag.Document, check string) *diag.Document {
	for i := range d.Checks {
		if d.Checks[i].ID == check {
			d.Checks[i].State = diag.Fail
		}
	}
	return d
}

func TestAnotherCauseIsNew(t *testing.T) {
	a := run(diag.Explained, []diag.CauseReport{cause("decision.clock-skew", "primary", 0.98, "clock.offset")}, bounded("clock.offset", 95000, 20))
	b := run(diag.Explained, []diag.CauseReport{cause("transport.packet-loss", "primary", 0.9, "network.loss"), cause("transport.unstable", "contributing", 0.05)}, bounded("clock.offset", 1, 2), loss(20, 78))
	v := Verify(a, b)
	if v.Outcome != diag.CauseNew || v.Holds || len(v.Causes) != 2 || v.Causes[0].State != diag.CauseMended || v.Causes[1].Code != "transport.packet-loss" {
		t.Errorf("outcome %s, causes %+v", v.Outcome, v.Causes)
	}
}

func TestAProbabilityThatMoved(t *testing.T) {
	a := run(diag.Explained, []diag.CauseReport{cause("decision.clock-skew", "primary", 0.98)}, bounded("clock.offset", 95000, 20))
	for p, want := range map[float64]bool{0.97: false, 0.9: false, 0.6: true} {
		b := run(diag.Explained, []diag.CauseReport{cause("decision.clock-skew", "primary", p)}, bounded("clock.offset", 95000, 20))
		if got := Documents(a, b).Causes[0].Moved; got != want {
			t.Errorf("from 0.98 to %v: moved %v", p, got)
		}
	}
}

// TestEveryCauseIsSettled looks at the catalogue: whatever becomes of a cause, it is said what would tell.
func TestEveryCauseIsSettled(t *testing.T) {
	for _, c := range diag.Causes() {
		if tell := Tells(c.Code); tell.ZH == "" || tell.EN == "" {
			t.Errorf("%s: nothing would tell", c.Code)
		}
	}
	for code, p := range proofs {
		if _, ok := diag.CauseOf(code); !ok {
			t.Errorf("%s is no cause", code)
		}
		if len(p.seen) == 0 || ChecksFor([]diag.Code{code}) == nil {
			t.Errorf("%s: nothing has to be seen", code)
		}
	}
}

func TestCandidatesThatStayAreNoChange(t *testing.T) {
	a := run(diag.Inconclusive, []diag.CauseReport{cause("transport.interrupted", "primary", 0.6)}, loss(0, 78))
	if d := Documents(a, a); !d.Same || len(d.Causes) != 1 || !d.Causes[0].Guess {
		t.Errorf("%+v", d.Causes)
	}
	if v := Verify(a, a); v.Outcome != diag.CauseUntold {
		t.Errorf("outcome %s", v.Outcome)
	}
}

func TestEmptyAndHostileDocuments(t *testing.T) {
	var empty diag.Document
	if d := Documents(&empty, &empty); !d.Same || len(d.Changes) != 0 {
		t.Errorf("two empty documents differ: %+v", d.Changes)
	}
	big := run(diag.Explained, nil)
	for i := range 5000 {
		big.Verdict.Causes = append(big.Verdict.Causes, cause(fmt.Sprint("x.", i), "primary", math.NaN()))
		big.Checks[1].Observations = append(big.Checks[1].Observations, diag.Observation{ID: "network.fault", Value: fmt.Sprint(i), Live: true})
	}
	big.Checks[1].State = diag.Pass
	other := run(diag.Healthy, nil, word("network.fault", "x"))
	d := Documents(big, other)
	if len(d.Causes) > 100 || len(d.Changes) > 1000 {
		t.Errorf("%d causes, %d changes", len(d.Causes), len(d.Changes))
	}
}

// FuzzDocuments compares whatever can be read as a document.
func FuzzDocuments(f *testing.F) {
	one, err := json.Marshal(run(diag.Explained, []diag.CauseReport{cause("decision.clock-skew", "primary", 0.9, "clock.offset")}, bounded("clock.offset", 95000, 20), loss(3, 78), word("network.fault", "x")))
	if err != nil {
		f.Fatal(err)
	}
	f.Add(one, one)
	f.Add([]byte(`{"schema":"meiqia-diag/1"}`), one)
	f.Add([]byte(`{"schema":"meiqia-diag/1","checks":[{"id":"network","state":"pass","observations":[{"id":"network.loss","value":1e308,"low":-1e308,"high":1e308,"unit":"percent"}]}]}`), one)
	f.Fuzz(func(t *testing.T, x, y []byte) {
		a, err := diag.ReadDocument(x)
		if err != nil {
			return
		}
		b, err := diag.ReadDocument(y)
		if err != nil {
			return
		}
		if _, err := json.Marshal(Documents(a, b)); err != nil {
			t.Error(err)
		}
		if d := Documents(a, a); !d.Same {
			t.Errorf("a document differs from itself: %+v %+v", d.Causes, d.Changes)
		}
		Verify(a, b)
	})
}

// TestWhatIsNotKnownIsNoBetter: a bad word that nobody repeated, a view that
// nobody looked at and a check that did not look are no news, good or bad.
func TestWhatIsNotKnownIsNoBetter(t *testing.T) {
	a := run(diag.Explained, []diag.CauseReport{{Code: "dispatch.extension-blocked", Role: "primary", Probability: 0.9}}, diag.Observation{ID: "server.refusal", Value: "generic"}, diag.Observation{ID: "network.error", Value: "reset"})
	b := run(diag.Healthy, nil, diag.Observation{ID: "network.quality", Value: "good"}, diag.Observation{ID: "server.answer", Value: "accepted"})
	a.Health, b.Health = false, false
	a.Outcomes = diag.Outcomes{RequestResult: "not_sent", SenderView: "still_visible", VisitorView: "still_visible"}
	b.Outcomes = diag.Outcomes{RequestResult: "accepted", SenderView: "gone", VisitorView: "unknown"}
	a.Stages = []diag.StageReport{{Stage: diag.Dispatch, State: diag.Broken}, {Stage: diag.Sync, State: diag.Broken}}
	b.Stages = []diag.StageReport{{Stage: diag.Dispatch, State: diag.Passed}, {Stage: diag.Sync, State: diag.Unknown}}
	for _, d := range []*diag.Document{a, b} {
		for i := range d.Checks {
			for j := range d.Checks[i].Observations { // of recordings
				d.Checks[i].Observations[j].Live = false
			}
			if d.Checks[i].ID == "window" {
				d.Checks[i].State = map[bool]diag.CheckState{true: diag.Fail, false: diag.Skip}[d == a]
			}
		}
	}
	d := Documents(a, b)
	for id, want := range map[string]string{"request_result": diag.Better, "sender_view": diag.Better, "visitor_view": diag.Untold, "dispatch": diag.Better, "sync": diag.Untold, "window": diag.Untold, "server.refusal": diag.Untold, "network.error": diag.Untold} {
		if c, ok := find(t, d, id); !ok || c.Direction != want {
			t.Errorf("%s: %v %q, want %q", id, ok, c.Direction, want)
		}
	}
	if c, ok := find(t, Documents(b, a), "network.error"); !ok || c.Direction != diag.Worse {
		t.Errorf("what came is %v %q", ok, c.Direction)
	}
}
