package diag

import (
	"context"
	"strconv"
	"testing"
	"time"
)

// A bound holds as it is written, and is never written as nothing.
func TestPlusMinus(t *testing.T) {
	for _, c := range []struct {
		v, bound   float64
		value, err string
	}{
		{9.65014, 0.002, "9.650", "0.003"}, {9.65, 0.002, "9.650", "0.002"}, {0, 0, "0.000", "0.001"}, {8.4, 0.3, "8.40", "0.30"}, {8.4, 0.301, "8.40", "0.31"},
		{98.44, 1.2, "98.4", "1.3"}, {7, 2, "7.0", "2.0"}, {-8.4004, 0.05, "-8.40", "0.06"},
	} {
		value, err := PlusMinus(c.v, c.bound)
		if value != c.value || err != c.err {
			t.Errorf("%v ± %v: %s ± %s, want %s ± %s", c.v, c.bound, value, err, c.value, c.err)
		}
	}
	for bound := 0.0001; bound < 1000; bound *= 1.37 {
		for v := -3.0; v < 40; v += 0.7321 {
			value, err := PlusMinus(v, bound)
			x, _ := strconv.ParseFloat(value, 64)
			e, _ := strconv.ParseFloat(err, 64)
			if e <= 0 || x-e > v-bound+1e-8 || x+e < v+bound-1e-8 {
				t.Fatalf("%v ± %v is written %s ± %s, which does not hold", v, bound, value, err)
			}
		}
	}
	if s := AtMost(0.002); s != "0.002" {
		t.Error(s)
	}
}

// What was measured live says when.
func TestLiveObservationsHaveATime(t *testing.T) {
	now := time.Date(2026, 11, 20, 10, 0, 0, 0, time.FixedZone("+08:00", 8*3600))
	own := "2026-11-20T01:00:00Z"
	c := Check{ID: "network", Run: func(context.Context, *Input, Observations) Result {
		return Result{State: Pass, Observations: []Observation{{ID: "a", Value: true, Live: true}, {ID: "b", Value: true}, {ID: "c", Value: true, Live: true, At: own}}}
	}}
	out := Runner{Checks: []Check{c}}.Run(context.Background(), &Input{Now: func() time.Time { return now }})
	obs := out[0].Observations
	if obs[0].At != "2026-11-20T02:00:00Z" || obs[1].At != "" || obs[2].At != own {
		t.Errorf("%q, %q, %q", obs[0].At, obs[1].At, obs[2].At)
	}
}
