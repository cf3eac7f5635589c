package diagnosis_test

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"meiqia-diag/checks"
	"meiqia-diag/diag"
	"meiqia-diag/diag/diagnosis"
	"meiqia-diag/diag/incident"
	"meiqia-diag/diag/lang"
	"meiqia-diag/diag/profile"
)

var friday = time.Date(2026, 11, 20, 14, 30, 0, 0, time.FixedZone("", 8*3600))

func loadProfile(t testing.TB) *profile.Profile {
	t.Helper()
	p, ps := profile.Load("")
	for _, x := range ps {
		t.Fatal(x)
	}
	return p
}

func parseIncident(t testing.TB, text string) *incident.Incident {
	t.Helper()
	in, ps := incident.Parse([]byte(text), "incident.yaml", friday)
	for _, x := range ps {
		t.Fatal(x)
	}
	return in
}

// sees is a check that reports some observations.
func sees(id string, obs ...diag.Observation) diag.Check {
	return diag.Check{ID: id, Run: func(context.Context, *diag.Input, diag.Observations) diag.Result {
		return diag.Result{State: diag.Pass, Reason: lang.T("好", "fine"), Observations: slices.Clone(obs)}
	}}
}

func options(t testing.TB, in *incident.Incident, list ...diag.Check) diagnosis.Options {
	return diagnosis.Options{Version: "0.0.1", Incident: in, Profile: loadProfile(t), Checks: list, Offline: true, Now: func() time.Time { return friday }}
}

func bytesOf(t testing.TB, d *diag.Document) []byte {
	t.Helper()
	data, err := d.JSON()
	if err != nil {
		t.Fatal(err)
	}
	return data
}

// firstDifference gives the first line in which two documents differ.
func firstDifference(got, want []byte) string {
	a, b := strings.Split(string(got), "\n"), strings.Split(string(want), "\n")
	for i := range a {
		if i >= len(b) || a[i] != b[i] {
			return fmt.Sprintf("line %d is %q, want %q", i+1, a[i], strings.Join(b[min(i, len(b)):min(i+1, len(b))], ""))
		}
	}
	return fmt.Sprintf("%d lines, want %d", len(a), len(b))
}

// incidents are what people write; the real checks look at them, offline.
var incidents = map[string]string{
	"nothing":   "",
	"read":      "message: {id: \"8842\", read: yes}\nattempt: {symptom: refused, error_text: \"消息已被阅读,无法撤回\"}\n",
	"late":      "message: {sent_at: 2026-11-20 10:00:00, type: text, sender: self}\nattempt: {at: 2026-11-20 10:22:41, symptom: refused, error_text: 超过可撤回时间}\n",
	"colleague": "message: {sender: colleague}\nattempt: {symptom: refused}\n",
	"no button": "attempt: {symptom: no_button, device: mobile_web}\nmessage: {type: image}\n",
	"visitor":   "attempt: {symptom: still_visible, other_logins: 2}\nvisitor: {sdk: android, sdk_version: \"3.5.0\"}\n",
	"reversed":  "message: {sent_at: \"10:22:41\"}\nattempt: {at: \"10:21:03\", symptom: timed_out}\npolicy: {window: 16.9}\n",
	"unclear":   "attempt: {symptom: unknown}\n",
}

// A saved report judged again reads the same, byte for byte.
func TestJudgedAgainFromTheReport(t *testing.T) {
	for name, text := range incidents {
		t.Run(name, func(t *testing.T) {
			doc := diagnosis.Run(context.Background(), options(t, parseIncident(t, text), checks.All()...)).Document
			want := bytesOf(t, doc)
			back, err := diag.ReadDocument(want)
			if err != nil {
				t.Fatal(err)
			}
			if got := bytesOf(t, back); !bytes.Equal(got, want) {
				t.Errorf("read back: %s", firstDifference(got, want))
			}
			back.Outcomes, back.Stages, back.Verdict, back.Remedies = diag.Outcomes{}, nil, diag.Verdict{}, nil
			diagnosis.Judge(back)
			if got := bytesOf(t, back); !bytes.Equal(got, want) {
				t.Errorf("judged again: %s", firstDifference(got, want))
			}
			if len(doc.Stages) != 6 || len(doc.Checks) != 10 || doc.Remedies == nil || doc.Timeline == nil || doc.Evidence == nil || doc.Problems == nil {
				t.Errorf("the document is not whole:\n%s", want)
			}
			for i, c := range doc.Checks {
				if c.ID != diag.CheckIDs[i] || c.State == diag.Error || c.Reason == "" || c.ReasonZH == "" {
					t.Errorf("check %d: %s %s %q %q", i, c.ID, c.State, c.Reason, c.ReasonZH)
				}
			}
		})
	}
}

func TestWhatPeopleWriteIsDiagnosed(t *testing.T) {
	for name, want := range map[string]diag.Code{"read": "decision.message-read", "late": "decision.window-expired", "colleague": "decision.not-own", "visitor": "sync.visitor-client-outdated"} {
		v := diagnosis.Run(context.Background(), options(t, parseIncident(t, incidents[name]), checks.All()...)).Document.Verdict
		if v.Outcome != diag.Explained || len(v.Causes) == 0 || v.Causes[0].Code != want {
			t.Errorf("%s: %s %+v, want %s", name, v.Outcome, v.Causes, want)
		}
	}
}

func TestHealthRun(t *testing.T) {
	doc := diagnosis.Run(context.Background(), options(t, incident.New(), sees("clock"))).Document
	if !doc.Health || doc.Verdict.Outcome != diag.Healthy {
		t.Errorf("nothing given: health %v, %s", doc.Health, doc.Verdict.Outcome)
	}
	doc = diagnosis.Run(context.Background(), options(t, parseIncident(t, "message: {id: \"1\"}"), sees("clock"))).Document
	if doc.Health || doc.Verdict.Outcome != diag.Inconclusive {
		t.Errorf("an incident: health %v, %s", doc.Health, doc.Verdict.Outcome)
	}
	log := filepath.Join(t.TempDir(), "app.log")
	if err := os.WriteFile(log, []byte("2026-11-20 10:22:41 INFO started\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	opt := options(t, incident.New(), sees("clock"))
	opt.Evidence = []string{log}
	doc = diagnosis.Run(context.Background(), opt).Document
	if doc.Health || len(doc.Evidence) != 1 || doc.Evidence[0].Name != "app.log" {
		t.Errorf("evidence alone: health %v, %+v", doc.Health, doc.Evidence)
	}
}

// What was measured minutes after the incident speaks of it; hours later it hardly does.
func TestLiveObservationsFade(t *testing.T) {
	lossy := diag.Observation{ID: "network.quality", Value: "lossy", Basis: incident.Measured, Live: true}
	weight := func(at string) float64 {
		v := diagnosis.Run(context.Background(), options(t, parseIncident(t, "attempt: {symptom: timed_out, at: \""+at+"\"}"), sees("network", lossy))).Document.Verdict
		for _, c := range v.Causes {
			for _, w := range c.For {
				if c.Code == "transport.packet-loss" && w.Observation == "network.quality" {
					return w.DB
				}
			}
		}
		return 0
	}
	now, later := weight("14:25:00"), weight("10:22:41")
	if now <= 10 || later >= now/2 {
		t.Errorf("five minutes later %v dB, four hours later %v dB", now, later)
	}
}

func TestProblemsAreKept(t *testing.T) {
	opt := options(t, incident.New(), sees("clock"))
	opt.Problems = []*lang.Problem{{File: "incident.yaml", Line: 3, What: lang.T("坏", "bad")}}
	opt.Evidence = []string{filepath.Join(t.TempDir(), "gone.har")}
	doc := diagnosis.Run(context.Background(), opt).Document
	if len(doc.Problems) != 2 || doc.Problems[0].Where != "incident.yaml:3" || doc.Problems[1].Text.ZH == "" || doc.Problems[1].Text.EN == "" {
		t.Errorf("%+v", doc.Problems)
	}
}

func TestTimeline(t *testing.T) {
	doc := diagnosis.Run(context.Background(), options(t, parseIncident(t, "message: {sent_at: 2026-11-20 10:21:03}\nattempt: {at: 2026-11-20 10:22:41}\npolicy: {window: 1m}\n"), sees("clock"))).Document
	var got []string
	for _, m := range doc.Timeline {
		got = append(got, m.Kind+" "+m.At)
		if m.Text.ZH == "" || m.Text.EN == "" || m.Basis != incident.Stated || m.ErrMS <= 0 {
			t.Errorf("%+v", m)
		}
	}
	want := "sent 2026-11-20T02:21:03.000Z, window_end 2026-11-20T02:22:03.000Z, press 2026-11-20T02:22:41.000Z"
	if strings.Join(got, ", ") != want {
		t.Errorf("got %v, want %s", got, want)
	}
	doc = diagnosis.Run(context.Background(), options(t, parseIncident(t, "message: {sent_at: 2026-11-20 10:21:03}\n"), sees("clock"))).Document
	if len(doc.Timeline) != 2 || doc.Timeline[1].At != "2026-11-20T02:23:03.000Z" {
		t.Errorf("the profile's window of 2m: %+v", doc.Timeline)
	}
}

func TestSameInputSameBytes(t *testing.T) {
	var want []byte
	for i := range 20 {
		opt := options(t, parseIncident(t, incidents["late"]), sees("server", diag.Observation{ID: "server.refusal", Value: "window", Basis: incident.Measured, Detail: map[string]string{"b": "1", "a": "2", "c": "3"}}), sees("clock"))
		doc := diagnosis.Run(context.Background(), opt).Document
		for j := range doc.Checks {
			doc.Checks[j].DurationMS = 0
		}
		got := bytesOf(t, doc)
		if i == 0 {
			want = got
		} else if !bytes.Equal(got, want) {
			t.Fatalf("run %d differs:\n%s\n%s", i, got, want)
		}
	}
}

func TestTimeLimitAndCancellation(t *testing.T) {
	release := make(chan struct{})
	defer close(release)
	deaf := diag.Check{ID: "network", Run: func(context.Context, *diag.Input, diag.Observations) diag.Result { <-release; return diag.Result{} }}
	for _, c := range []string{"timeout", "cancel"} {
		opt := options(t, parseIncident(t, incidents["read"]), deaf, sees("server", diag.Observation{ID: "server.refusal", Value: "read", Basis: incident.Measured}))
		ctx, cancel := context.WithCancel(context.Background())
		if c == "timeout" {
			opt.Timeout = 50 * time.Millisecond
		} else {
			time.AfterFunc(50*time.Millisecond, cancel)
		}
		start := time.Now()
		doc := diagnosis.Run(ctx, opt).Document
		if d := time.Since(start); d > time.Second {
			t.Errorf("%s: took %v", c, d)
		}
		if doc.Checks[0].State != diag.Error || doc.Checks[1].State != diag.Pass || len(doc.Verdict.Causes) == 0 {
			t.Errorf("%s: what was found until then is lost: %+v", c, doc.Verdict)
		}
		cancel()
	}
}

func TestOnlySkipAndProgress(t *testing.T) {
	opt := options(t, incident.New(), sees("clock"), sees("network"), sees("sync"))
	opt.Only, opt.Skip = []string{"clock", "sync"}, []string{"sync"}
	var ended []string
	opt.Progress = func(id string, res *diag.Result) {
		if res != nil {
			ended = append(ended, fmt.Sprint(id, ":", res.State))
		}
	}
	doc := diagnosis.Run(context.Background(), opt).Document
	slices.Sort(ended)
	if want := "clock:pass network:skip sync:skip"; strings.Join(ended, " ") != want {
		t.Errorf("%v, want %s", ended, want)
	}
	if doc.Schema != diag.Schema || doc.Tool.Version != "0.0.1" || doc.Profile.Name != "meiqia" || doc.StartedAt != "2026-11-20T14:30:00+08:00" {
		t.Errorf("%+v", doc)
	}
}
