package diag

import (
	"encoding/json"
	"strings"
	"testing"

	"meiqia-diag/diag/incident"
)

// soundDocument holds a word of every kind that Flaws looks at.
func soundDocument(t testing.TB) *Document {
	t.Helper()
	return &Document{
		Schema: Schema, StartedAt: "2026-11-20T10:22:41+08:00", Incident: IncidentJSON{fullIncident(t)},
		Outcomes: Outcomes{"refused", "still_visible", "unknown"},
		Stages:   []StageReport{{Stage: Trigger, State: Passed}, {Stage: Decision, State: Broken}, {Stage: Sync, State: Unknown}},
		Checks: []CheckJSON{{ID: "clock", State: Pass, Observations: []Observation{{ID: "clock.offset", Value: 3.5, Unit: "ms", Uncertainty: Float(2), Basis: incident.Measured}}},
			{ID: "permission", State: Warn, Observations: []Observation{{ID: "permission.read", Value: "yes", Basis: incident.Stated, Detail: map[string]string{"a": "b"}}}}},
		Verdict: Verdict{Outcome: Explained, Causes: []CauseReport{{Code: "decision.message-read", Role: "primary", Probability: 0.97}}, RuledOut: []RuledOut{{Code: "sync.stale-view"}}},
	}
}

func TestFlaws(t *testing.T) {
	if list := soundDocument(t).Flaws(); len(list) > 0 {
		t.Fatal(list[0])
	}
	if list := (&Document{Schema: Schema, Verdict: Verdict{Outcome: Healthy}}).Flaws(); len(list) > 0 {
		t.Errorf("what is absent is no flaw: %v", list[0])
	}
	for field, spoil := range map[string]func(*Document){
		"started_at":                 func(d *Document) { d.StartedAt = "yesterday" },
		"outcomes.request_result":    func(d *Document) { d.Outcomes.RequestResult = "eaten" },
		"outcomes.sender_view":       func(d *Document) { d.Outcomes.SenderView = "accepted" },
		"outcomes.visitor_view":      func(d *Document) { d.Outcomes.VisitorView = "Gone" },
		"stages":                     func(d *Document) { d.Stages[0], d.Stages[1] = d.Stages[1], d.Stages[0] },
		"checks":                     func(d *Document) { d.Checks[0].ID = "weather" },
		"checks.clock":               func(d *Document) { d.Checks[0].State = "fine" },
		"checks.permission":          func(d *Document) { d.Checks[1].Observations[0].Value = []any{1.0} },
		"verdict.outcome":            func(d *Document) { d.Verdict.Outcome = "" },
		"verdict.causes":             func(d *Document) { d.Verdict.Causes[0].Code = "decision.bad-luck" },
		"verdict.causes.role":        func(d *Document) { d.Verdict.Causes[0].Role = "chief" },
		"verdict.causes.probability": func(d *Document) { d.Verdict.Causes[0].Probability = 1.5 },
		"verdict.ruled_out":          func(d *Document) { d.Verdict.RuledOut[0].Code = "x" },
	} {
		d := soundDocument(t)
		spoil(d)
		if list := d.Flaws(); len(list) != 1 || list[0].Field != field || list[0].What.ZH == "" {
			t.Errorf("%s: %v", field, list)
		}
	}
	d := soundDocument(t)
	for range 1000 {
		d.Verdict.RuledOut = append(d.Verdict.RuledOut, RuledOut{Code: Code(strings.Repeat("长", 1000))})
	}
	if list := d.Flaws(); len(list) != maxFlaws || len(list[0].Error()) > 400 {
		t.Errorf("%d flaws, the first of %d bytes", len(list), len(list[0].Error()))
	}
}

// The quick reader and the one that says what is wrong read the same.
func TestBothReadersReadAlike(t *testing.T) {
	d := soundDocument(t)
	whole, err := d.JSON()
	if err != nil {
		t.Fatal(err)
	}
	for name, data := range map[string]string{
		"as written": string(whole), "BOM": "\xef\xbb\xbf" + string(whole), "unknown parts": strings.Replace(string(whole), "{", `{"x": [1, {"y": null}],`, 1),
		"a name twice": strings.Replace(string(whole), `"schema"`, `"schema": "x", "schema"`, 1), "broken UTF-8": strings.Replace(string(whole), "2026-11-20T10:22:41+08:00", "\xff", 1),
		"names in capitals": strings.Replace(string(whole), `"verdict"`, `"Verdict"`, 1), "nulls": strings.NewReplacer(`"3.5"`, `null`, `"measured"`, "null").Replace(string(whole)),
	} {
		var slow Document
		if err := json.Unmarshal([]byte(strings.TrimPrefix(data, "\xef\xbb\xbf")), &slow); err != nil {
			t.Fatal(name, err)
		}
		quick, err := ReadDocument([]byte(data))
		if err != nil {
			t.Fatal(name, err)
		}
		a, err1 := quick.JSON()
		b, err2 := slow.JSON()
		if err1 != nil || err2 != nil || string(a) != string(b) {
			t.Errorf("%s: %v %v\n%s\n%s", name, err1, err2, a, b)
		}
	}
	for _, data := range []string{"", "{", `{"schema":"meiqia-diag/1","checks":7}`, `{"schema":"meiqia-diag/2"}`, `{"schema":7}`, "[]", `{"schema":"meiqia-diag/1"} x`} {
		if d, err := ReadDocument([]byte(data)); err == nil {
			t.Errorf("%q was read: %+v", data, d)
		}
	}
}
