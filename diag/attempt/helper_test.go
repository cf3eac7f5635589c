package attempt

import (
	"context"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"meiqia-diag/diag/evidence"
	"meiqia-diag/diag/incident"
	"meiqia-diag/diag/profile"
)

type obj = map[string]any

const (
	host  = "https://app.meiqia.com"
	sent0 = "2026-11-20T10:21:03+08:00"
	press = "2026-11-20T10:22:41+08:00"
)

var pressT = time.Date(2026, 11, 20, 2, 22, 41, 0, time.UTC)

// entry is one request as Chrome exports it; at is seconds after the press.
func entry(at float64, method, url, body string, status int, resp string, more ...obj) obj {
	e := obj{
		"_resourceType": "fetch", "startedDateTime": pressT.Add(time.Duration(at * float64(time.Second))).Format("2006-01-02T15:04:05.000Z07:00"), "time": 42.0,
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

func header(name, value string) []any { return []any{obj{"name": name, "value": value}} }

// socket is a push connection with its frames: ">…" was sent, "<…" received, one second apart from the press on.
func socket(frames ...string) obj {
	var ms []any
	for i, f := range frames {
		kind := map[byte]string{'>': "send", '<': "receive"}[f[0]]
		ms = append(ms, obj{"type": kind, "time": float64(pressT.Unix()) + float64(i)*0.2, "opcode": 1, "data": f[1:]})
	}
	return entry(-60, "GET", "wss://eco-push-api-agent.meiqia.com/ws", "", 101, "", obj{"_resourceType": "websocket", "_webSocketMessages": ms})
}

func harOf(t testing.TB, creator string, entries ...obj) string {
	t.Helper()
	list := []any{}
	for _, e := range entries {
		list = append(list, e)
	}
	out, err := json.Marshal(obj{"log": obj{"version": "1.2", "creator": obj{"name": creator, "version": "1"}, "pages": []any{}, "entries": list}})
	if err != nil {
		t.Fatal(err)
	}
	return string(out)
}

// facts is an incident in fields and texts.
type facts map[incident.Field]string

func (f facts) incident(t testing.TB) *incident.Incident {
	t.Helper()
	in := incident.New()
	for k, v := range f {
		if p := in.Set(k, v, "incident", pressT); p != nil {
			t.Fatal(p)
		}
	}
	return in
}

var known = facts{incident.MessageID: "8842", incident.SentAt: sent0, incident.AttemptAt: press}

var embedded = sync.OnceValue(func() *profile.Profile {
	p, ps := profile.Load("")
	if p == nil {
		panic(ps[0])
	}
	return p.Prepare()
})

// build writes the files, name and content in turn, reads them as evidence and puts the attempt together.
func build(t testing.TB, f facts, files ...string) *Attempt {
	t.Helper()
	dir := t.TempDir()
	for i := 0; i < len(files); i += 2 {
		if err := os.WriteFile(filepath.Join(dir, files[i]), []byte(files[i+1]), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	in := f.incident(t)
	opt := evidence.Options{Zone: time.FixedZone("+08:00", 8*3600)}
	if m, ok := in.Moment(incident.AttemptAt); ok {
		opt.Attempt = m.T
	}
	return Build(evidence.Read(context.Background(), []string{dir}, opt), in, embedded())
}

// chrome builds from one HAR in Chrome's manner.
func chrome(t testing.TB, f facts, entries ...obj) *Attempt {
	t.Helper()
	return build(t, f, "a.har", harOf(t, "WebInspector", entries...))
}

func reasons(an Answer) string {
	var out []string
	for _, r := range an.Reasons {
		out = append(out, r.Means)
	}
	return strings.Join(out, " ")
}
