package attempt

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"meiqia-diag/diag/evidence"
	"meiqia-diag/diag/evidence/hartest"
	"meiqia-diag/diag/incident"
	"meiqia-diag/diag/profile"
)

type obj = hartest.Obj

const (
	host  = "https://app.meiqia.com"
	sent0 = "2026-11-20T10:21:03+08:00"
	press = "2026-11-20T10:22:41+08:00"
)

var (
	pressT = hartest.Press
	entry  = hartest.Entry
	header = hartest.Headers
)

// socket is a push connection with its frames, from the press on.
func socket(frames ...string) obj { return hartest.Socket(0, frames...) }

func harOf(creator string, entries ...obj) string { return hartest.File(creator, "1", entries...) }

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
	return build(t, f, "a.har", harOf("WebInspector", entries...))
}

func reasons(an Answer) string {
	var out []string
	for _, r := range an.Reasons {
		out = append(out, r.Means)
	}
	return strings.Join(out, " ")
}
