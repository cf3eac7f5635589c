package probe_test

import (
	"context"
	"testing"

	"meiqia-diag/checks/probe"
	"meiqia-diag/diag/lab/bed"
)

// An upload fills the queue of a slow line, and nothing else is called bloated.
func TestBloatOnTheBed(t *testing.T) {
	p := bed.NewProbe(t, func(ctx context.Context, req lookReq) (probe.BloatResult, error) {
		return probe.Bloat(ctx, probe.Target{Role: "api", URL: "https://" + bed.API + "/"}, probe.Options{CAFile: req.CAFile}), nil
	})
	b := bed.New(t, bed.Topology{})
	for name, want := range map[string]bool{"bloat-up": true, "clean": false, "far": false} {
		if err := b.Reset(); err != nil {
			t.Fatal(err)
		}
		c, _ := bed.Find(name)
		if err := b.Apply(t.Context(), c); err != nil {
			t.Fatal(err)
		}
		r := p.Must(b.Client, lookReq{b.CAFile})
		t.Logf("%s: idle %v, loaded %v over %d probes (%d lost), %d bytes in %v", name, r.Idle, r.Loaded, r.Probes, r.Lost, r.Sent, r.Duration)
		if r.Grown != want || r.Sent > 15<<20 || r.Duration > probe.Limit+probe.Limit/10 {
			t.Errorf("%s: %+v", name, r)
		}
	}
}
