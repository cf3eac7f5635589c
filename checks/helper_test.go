package checks

import (
	"context"
	"encoding/json"
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
	"meiqia-diag/diag/incident"
	"meiqia-diag/diag/profile"
)

type obj = map[string]any

const host = "https://app.meiqia.com"

var pressT = time.Date(2026, 11, 20, 2, 22, 41, 0, time.UTC)

// stamp is a device time as a HAR writes it, in seconds after the press.
func stamp(at float64) string {
	return pressT.Add(time.Duration(at * float64(time.Second))).Format("2006-01-02T15:04:05.000Z07:00")
}

// entry is one request as Chrome exports it; at is seconds after the press.
func entry(at float64, method, url, body string, status int, resp string, more ...obj) obj {
	e := obj{
		"_resourceType": "fetch", "startedDateTime": stamp(at), "time": 42.0,
		"request":  obj{"method": method, "url": url, "headers": []any{}},
		"response": obj{"status": status, "headers": []any{}, "content": obj{"size": len(resp), "mimeType": "application/json", "text": resp}, "_error": nil},
		"timings":  obj{"blocked": 1.0, "dns": -1, "connect": -1, "ssl": -1, "send": 0.5, "wait": 38.0, "receive": 2.5},
	}
	if body != "" {
		e["request"].(obj)["postData"] = obj{"mimeType": "application/json", "text": body}
	}
	for _, m := range more {
		merge(e, m)
	}
	return e
}

func merge(dst, src obj) {
	for k, v := range src {
		if inner, ok := v.(obj); ok {
			if have, ok := dst[k].(obj); ok {
				merge(have, inner)
				continue
			}
		}
		dst[k] = v
	}
}

func headers(pairs ...string) []any {
	var out []any
	for i := 0; i < len(pairs); i += 2 {
		out = append(out, obj{"name": pairs[i], "value": pairs[i+1]})
	}
	return out
}

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

// socket is a push connection with its frames: ">…" was sent, "<…" received, 0.2 s apart from at on.
func socket(at float64, frames ...string) obj {
	ms := []any{}
	for i, f := range frames {
		word := map[byte]string{'>': "send", '<': "receive"}[f[0]]
		ms = append(ms, obj{"type": word, "time": float64(pressT.Unix()) + at + float64(i)*0.2, "opcode": 1, "data": f[1:]})
	}
	return entry(-60, "GET", "wss://eco-push-api-agent.meiqia.com/ws", "", 101, "", obj{"_resourceType": "websocket", "_webSocketMessages": ms, "time": 0})
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
	var entries []any
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
		out, err := json.Marshal(obj{"log": obj{"version": "1.2", "creator": obj{"name": "WebInspector", "version": "537.36"}, "pages": []any{}, "entries": entries}})
		if err != nil {
			t.Fatal(err)
		}
		write(t, filepath.Join(dir, "a.har"), string(out))
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
