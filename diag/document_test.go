package diag

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	"meiqia-diag/diag/incident"
	"meiqia-diag/diag/lang"
)

var friday = time.Date(2026, 11, 20, 14, 30, 0, 0, time.FixedZone("", 8*3600))

// fullIncident knows every field of the contract.
func fullIncident(t testing.TB) *incident.Incident {
	t.Helper()
	in := incident.New()
	for f, text := range map[incident.Field]string{
		incident.MessageID: "8842", incident.MessageType: "text", incident.MessageSender: "self", incident.MessageChannel: "web", incident.SentAt: "2026-11-20T10:21:03.123+08:00",
		incident.Read: "no", incident.VisitorAction: "none", incident.ProcessedBy: "crm, automation", incident.AttemptAt: "10:22", incident.Symptom: "refused",
		incident.ErrorText: `消息<已被>阅读 & "无法" 撤回`, incident.Device: "desktop_web", incident.ClientVersion: "4.0.1", incident.OtherLogins: "1", incident.Role: "agent",
		incident.CanRecall: "yes", incident.SDK: "android", incident.SDKVersion: "3.5.0", incident.PolicyWindow: "2分钟", incident.RecallableTypes: "text",
	} {
		if p := in.Set(f, text, "incident.yaml:4", friday); p != nil {
			t.Fatal(p)
		}
	}
	return in
}

func TestIncidentJSON(t *testing.T) {
	data, err := json.Marshal(IncidentJSON{fullIncident(t)})
	if err != nil {
		t.Fatal(err)
	}
	// Sections and keys in the contract's order.
	at := -1
	for _, word := range []string{`"message":{`, `"id"`, `"type"`, `"sender"`, `"channel"`, `"sent_at"`, `"read"`, `"visitor_action"`, `"processed_by"`, `"attempt":{`, `"at"`, `"symptom"`, `"error_text"`,
		`"device"`, `"client_version"`, `"other_logins"`, `"account":{`, `"role"`, `"can_recall"`, `"visitor":{`, `"sdk"`, `"sdk_version"`, `"policy":{`, `"window"`, `"recallable_types"`} {
		i := bytes.Index(data, []byte(word))
		if i < at {
			t.Errorf("%s is missing or out of order in %s", word, data)
		}
		at = i
	}
	var sections map[string]map[string]struct {
		Value   any     `json:"value"`
		Basis   string  `json:"basis"`
		Source  string  `json:"source"`
		Instant string  `json:"instant"`
		ErrMS   float64 `json:"err_ms"`
		Seconds float64 `json:"seconds"`
	}
	if err := json.Unmarshal(data, &sections); err != nil {
		t.Fatal(err)
	}
	n := 0
	for section, facts := range sections {
		for key, f := range facts {
			n++
			if f.Value == nil || f.Basis != "stated" || f.Source != "incident.yaml:4" {
				t.Errorf("%s.%s: %+v", section, key, f)
			}
		}
	}
	if n != len(incident.Specs()) {
		t.Errorf("%d fields written", n)
	}
	if f := sections["message"]["sent_at"]; f.Value != "2026-11-20T10:21:03.123+08:00" || f.Instant != "2026-11-20T10:21:03.123+08:00" {
		t.Errorf("sent_at %+v", f)
	}
	if f := sections["attempt"]["at"]; f.Value != "10:22" || f.Instant != "2026-11-20T10:22:30+08:00" || f.ErrMS != 30_000 {
		t.Errorf("at %+v", f)
	}
	if f := sections["policy"]["window"]; f.Value != "2分钟" || f.Seconds != 120 {
		t.Errorf("window %+v", f)
	}
	if f := sections["attempt"]["other_logins"]; f.Value != 1.0 {
		t.Errorf("other_logins %+v", f)
	}
	whole, _ := (&Document{Schema: Schema, Incident: IncidentJSON{fullIncident(t)}}).JSON()
	if !bytes.Contains(whole, []byte(`消息<已被>阅读 & \"无法\" 撤回`)) {
		t.Errorf("text is escaped for HTML: %s", whole)
	}
	for _, in := range []*incident.Incident{nil, incident.New()} {
		if data, err := json.Marshal(IncidentJSON{in}); err != nil || string(data) != "{}" {
			t.Errorf("nothing known: %s, %v", data, err)
		}
	}
}

// What was written and read back is the same incident, fact by fact.
func TestIncidentJSONRoundTrip(t *testing.T) {
	in := fullIncident(t)
	in.Put(incident.Read, incident.Fact{Value: "yes", Basis: incident.Measured, Source: "shop.har entry 12"})
	in.Put(incident.RecallableTypes, incident.Fact{Value: []string{}, Basis: incident.Assumed, Source: "profile meiqia"})
	data, _ := json.Marshal(IncidentJSON{in})
	var back IncidentJSON
	if err := json.Unmarshal(data, &back); err != nil {
		t.Fatal(err)
	}
	for _, f := range in.Fields() {
		a, _ := in.Get(f)
		b, ok := back.Get(f)
		if fmt.Sprintf("%T", a.Value) != fmt.Sprintf("%T", b.Value) || !ok || a.Basis != b.Basis || a.Source != b.Source || in.String(f) != back.String(f) {
			t.Errorf("%s: %#v became %#v", f, a, b)
		}
	}
	again, _ := json.Marshal(back)
	if !bytes.Equal(data, again) {
		t.Errorf("%s\nbecame\n%s", data, again)
	}
}

// Every time and duration that a person may write survives, to the last digit.
func TestTimesSurviveTheRoundTrip(t *testing.T) {
	check := func(f incident.Field, text string) {
		in := incident.New()
		if p := in.Set(f, text, "x", friday); p != nil {
			t.Fatal(p)
		}
		data, _ := json.Marshal(IncidentJSON{in})
		var back IncidentJSON
		if err := json.Unmarshal(data, &back); err != nil {
			t.Fatal(err)
		}
		again, _ := json.Marshal(back)
		a, _ := in.Get(f)
		b, _ := back.Get(f)
		if m, ok := a.Value.(incident.Moment); ok {
			n := b.Value.(incident.Moment)
			if !m.T.Equal(n.T) || m.Err != n.Err || m.ZoneAssumed != n.ZoneAssumed {
				t.Errorf("%q: %+v became %+v", text, m, n)
			}
		} else if a.Value != b.Value {
			t.Errorf("%q: %+v became %+v", text, a.Value, b.Value)
		}
		if !bytes.Equal(data, again) {
			t.Errorf("%q: %s became %s", text, data, again)
		}
	}
	for _, text := range []string{"10:22", "10点", "10:22:41", "10:22:41.1", "10:22:41.123456789", "2026-11-20T10:22:41Z", "昨晚10点半", "10:22 -05:00", "10:22 +05:30"} {
		check(incident.AttemptAt, text)
	}
	for _, text := range []string{"2m", "0.29", "1.1s", "4.35s", "1.001", "0.000000001", "2.675m", "0.1h", "1小时30分", "7d", "16.9", "1.15", "8.29"} {
		check(incident.PolicyWindow, text)
	}
}

func sample(t testing.TB) *Document {
	obs := []Observation{
		{ID: "clock.offset", Value: -12.5, Unit: "ms", Uncertainty: Float(32), Low: Float(-44.5), High: Float(19.5), Basis: incident.Measured, At: "2026-11-20T06:30:00Z", Live: true, Source: "clock"},
		{ID: "server.refusal", Value: "read", Basis: incident.Measured, Source: "shop.har entry 12", Detail: map[string]string{"words": "已读 <b>", "by": "service", "a": "z"}},
		{ID: "sync.kicked", Value: true, Basis: incident.Stated, Source: "x"},
	}
	return &Document{
		Schema: Schema, Tool: Tool{"0.1.0"}, Profile: ProfileRef{"meiqia", "2026.11"}, StartedAt: "2026-11-20T14:30:00.123456789+08:00", DurationMS: 12.345,
		Incident: IncidentJSON{fullIncident(t)}, Outcomes: Outcomes{"refused", "still_visible", "still_visible"},
		Stages: []StageReport{{Decision, Broken, []string{"server.refusal"}}},
		Checks: ChecksOf([]Result{{ID: "clock", State: Pass, Duration: 1234567, Reason: lang.T("一致", "agrees"), Observations: obs}, {ID: "sync", State: Skip, FollowsFrom: "network"}}),
		Verdict: Verdict{Outcome: Explained, Summary: lang.T("已读", "read"), Causes: []CauseReport{{Code: "decision.message-read", Role: "primary", Probability: 0.974,
			For: []Weighing{{Observation: "server.refusal", DB: 24, Rule: "says-read", Text: lang.T("已读", "read")}}, Against: []Weighing{}, Fix: []string{"x"}}},
			RuledOut: []RuledOut{{Code: "decision.not-own", Because: []string{"permission.sender"}}}, Missing: []string{}},
		Remedies: []string{"say so"}, Timeline: []Moment{{Kind: "press", At: "2026-11-20T02:22:41.000Z", ErrMS: 1000, Clock: "device", Text: lang.T("按下", "pressed"), Basis: incident.Stated}},
		Evidence: []FileRef{{Name: "shop.har", Kind: "har", Size: 1 << 40}}, Problems: []ProblemJSON{{Where: "a:1", Text: lang.T("坏", "bad")}},
		Report: &ReportRef{Path: "r.zip", SHA256: strings.Repeat("ab", 32)},
	}
}

func TestDocumentRoundTrip(t *testing.T) {
	for name, d := range map[string]*Document{"full": sample(t), "bare": {Schema: Schema}} {
		data, err := d.JSON()
		if err != nil {
			t.Fatal(err)
		}
		if data[len(data)-1] != '\n' || bytes.HasSuffix(data, []byte("\n\n")) {
			t.Errorf("%s: one final newline", name)
		}
		for _, in := range [][]byte{data, append([]byte("\xef\xbb\xbf"), data...)} {
			back, err := ReadDocument(in)
			if err != nil {
				t.Fatal(err)
			}
			again, err := back.JSON()
			if err != nil || !bytes.Equal(data, again) {
				t.Errorf("%s: %v\n%s\nbecame\n%s", name, err, data, again)
			}
		}
	}
}

func TestDocumentKeepsTheContractsKeys(t *testing.T) {
	data, _ := sample(t).JSON()
	at := 0
	for _, key := range []string{"schema", "tool", "profile", "started_at", "duration_ms", "incident", "outcomes", "stages", "checks", "verdict", "remedies", "report"} {
		i := bytes.Index(data, []byte("\n  \""+key+"\":"))
		if i < at {
			t.Errorf("%s is missing or out of order", key)
		}
		at = max(at, i)
	}
	d, _ := ReadDocument(data)
	if o := d.Observations(); len(o) != 3 || *o[0].Uncertainty != 32 || o[1].Detail["words"] != "已读 <b>" || o[2].Text() != "true" {
		t.Errorf("%+v", o)
	}
	if c := d.Checks[1]; c.Observations == nil || c.ID != "sync" || c.FollowsFrom != "network" {
		t.Errorf("no observations is an empty list: %+v", c)
	}
	if d.Checks[0].DurationMS != 1.234 || d.Checks[0].ReasonText() != lang.T("一致", "agrees") {
		t.Errorf("%+v", d.Checks[0])
	}
	if !bytes.Contains(data, []byte(`"observations": []`)) || bytes.Contains(data, []byte(`"observations": null`)) {
		t.Error("a list is never null")
	}
}

func TestReadDocumentRefuses(t *testing.T) {
	good, _ := sample(t).JSON()
	for name, data := range map[string]string{
		"nothing": "", "text": "hello", "null": "null", "a list": "[]", "empty": "{}", "another schema": `{"schema":"meiqia-diag/2"}`, "HAR": `{"log":{"version":"1.2","entries":[]}}`,
		"cut": string(good[:len(good)/2]), "more behind": string(good) + "{}", "bad instant": strings.Replace(string(good), "2026-11-20T10:22:30+08:00", "noon", 1),
		"incident of another shape": `{"schema":"meiqia-diag/1","incident":[1]}`,
	} {
		if _, err := ReadDocument([]byte(data)); err == nil {
			t.Errorf("%s: accepted", name)
		}
	}
	// A report of a person who knows nothing.
	if d, err := ReadDocument([]byte(`{"schema":"meiqia-diag/1","incident":null}`)); err != nil || !d.Incident.Empty() {
		t.Errorf("%v, %v", d, err)
	}
}

func FuzzReadDocument(f *testing.F) {
	good, _ := sample(f).JSON()
	f.Add(good)
	for _, text := range []string{`{"schema":"meiqia-diag/1"}`, `{"schema":"meiqia-diag/1","incident":{"message":{"id":{"value":{"a":1},"basis":"x"}}}}`, `{"schema":"meiqia-diag/1","incident":{"policy":{"window":{"value":"2m","seconds":1e300}}}}`,
		`{"schema":"meiqia-diag/1","incident":{"no":{"such":{"value":1}}}}`} {
		f.Add([]byte(text))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		d, err := ReadDocument(data)
		if err != nil {
			return
		}
		one, err := d.JSON()
		if err != nil {
			t.Fatalf("read, and cannot be written: %v", err)
		}
		if _, err := ReadDocument(one); err != nil {
			t.Fatalf("what was written cannot be read: %v", err)
		}
	})
}
