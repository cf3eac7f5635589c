package checks

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"meiqia-diag/diag"
	"meiqia-diag/diag/attempt"
	"meiqia-diag/diag/evidence"
	"meiqia-diag/diag/evidence/hartest"
	"meiqia-diag/diag/incident"
	"meiqia-diag/diag/profile"
)

type obj = hartest.Obj

const host = "https://app.meiqia.com"

var (
	pressT  = hartest.Press
	entry   = hartest.Entry
	headers = hartest.Headers
	socket  = hartest.Socket
)

func respHeaders(pairs ...string) obj { return obj{"response": obj{"headers": headers(pairs...)}} }

func failed(word string) obj {
	return obj{"response": obj{"_error": word}, "timings": obj{"wait": -1}}
}

func kind(resourceType string) obj { return obj{"_resourceType": resourceType} }

func recall(at float64, status int, resp string, more ...obj) obj {
	return entry(at, "POST", host+"/api/v1/messages/8842/recall", "", status, resp, more...)
}

func me(at float64, more ...obj) obj {
	return entry(at, "GET", host+"/api/v1/me", "", 200, `{}`, more...)
}

type facts map[incident.Field]string

func (f facts) with(pairs ...string) facts {
	out := facts{}
	for k, v := range f {
		out[k] = v
	}
	for i := 0; i < len(pairs); i += 2 {
		out[incident.Field(pairs[i])] = pairs[i+1]
	}
	return out
}

var known = facts{incident.MessageID: "8842", incident.SentAt: "2026-11-20T10:21:03+08:00", incident.AttemptAt: "2026-11-20T10:22:41+08:00"}

var embedded = sync.OnceValue(func() *profile.Profile {
	p, ps := profile.Load("")
	if p == nil {
		panic(ps[0])
	}
	return p.Prepare()
})

// input reads the files (name and content in turn; a name of "har" takes
// entries instead) and puts everything together, as an offline run does.
func input(t testing.TB, f facts, prof *profile.Profile, files ...any) *diag.Input {
	t.Helper()
	dir := t.TempDir()
	var entries []obj
	for i := 0; i < len(files); i++ {
		switch x := files[i].(type) {
		case obj:
			entries = append(entries, x)
		case string:
			write(t, filepath.Join(dir, x), files[i+1].(string))
			i++
		}
	}
	if len(entries) > 0 {
		write(t, filepath.Join(dir, "a.har"), hartest.File("WebInspector", "537.36", entries...))
	}
	in := incident.New()
	for k, v := range f {
		if p := in.Set(k, v, "incident", pressT.In(time.FixedZone("+08:00", 8*3600))); p != nil {
			t.Fatal(p)
		}
	}
	opt := evidence.Options{Zone: time.FixedZone("+08:00", 8*3600)}
	if m, ok := in.Moment(incident.AttemptAt); ok {
		opt.Attempt = m.T
	}
	if prof == nil {
		prof = embedded()
	}
	ev := evidence.Read(context.Background(), []string{dir}, opt)
	return &diag.Input{Incident: in, Attempt: attempt.Build(ev, in, prof.Prepare()), Profile: prof, Offline: true, Now: func() time.Time { return pressT.Add(72 * time.Hour) }}
}

func write(t testing.TB, path, text string) {
	t.Helper()
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}

// run runs one check, after those that it needs.
func run(t testing.TB, id string, in *diag.Input) diag.Result {
	t.Helper()
	byID := map[string]diag.Check{}
	for _, c := range All() {
		byID[c.ID] = c
	}
	var seen diag.Observations
	for _, need := range byID[id].Needs {
		seen = append(seen, byID[need].Run(context.Background(), in, nil).Observations...)
	}
	res := byID[id].Run(context.Background(), in, seen)
	res.ID = id
	return res
}

// seen is one observation as text: "id=value unit", with its details named after it.
func seen(o diag.Observation, details ...string) string {
	s := o.ID + "=" + o.Text()
	if o.Unit != "" {
		s += " " + o.Unit
	}
	for _, d := range details {
		s += " " + d + ":" + o.Detail[d]
	}
	return s
}

// want compares a result with a state and with observations, each of which has
// to be there; one that opens with "!" must not. Details follow an observation as " name:value".
func want(t testing.TB, r diag.Result, state diag.CheckState, list ...string) {
	t.Helper()
	if state != "" && r.State != state {
		t.Errorf("state %s (%s), want %s", r.State, r.Reason.EN, state)
	}
	if r.Reason.EN == "" || r.Reason.ZH == "" {
		t.Errorf("no reason in both languages: %+v", r.Reason)
	}
	for _, w := range list {
		w, no := strings.CutPrefix(w, "!")
		found := false
		for _, o := range r.Observations {
			var details []string
			for _, word := range strings.Fields(w)[1:] {
				if name, _, ok := strings.Cut(word, ":"); ok {
					details = append(details, name)
				}
			}
			found = found || seen(o, details...) == w || no && (o.ID == w || seen(o) == w)
		}
		if found == no {
			t.Errorf("want %q; there is:\n%s", w, list2text(r))
		}
	}
	for _, o := range r.Observations {
		if !strings.HasPrefix(o.ID, r.ID+".") && o.ID != AttemptSymptom || o.Basis == "" || o.Value == nil {
			t.Errorf("observation %+v", o)
		}
		switch o.Value.(type) {
		case string, bool, float64:
		default:
			t.Errorf("%s has a value of type %T", o.ID, o.Value)
		}
	}
}

func list2text(r diag.Result) string {
	var b strings.Builder
	for _, o := range r.Observations {
		fmt.Fprintf(&b, "  %s %v\n", seen(o), o.Detail)
	}
	return b.String()
}

func first(t testing.TB, r diag.Result, id string) diag.Observation {
	t.Helper()
	o, ok := diag.Observations(r.Observations).First(id)
	if !ok {
		t.Fatalf("no %s; there is:\n%s", id, list2text(r))
	}
	return o
}
