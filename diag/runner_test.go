package diag

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"meiqia-diag/diag/lang"
)

// passing is a check that sees one thing.
func passing(id string, needs ...string) Check {
	return Check{ID: id, Needs: needs, Run: func(context.Context, *Input, Observations) Result {
		return Result{State: Pass, Observations: []Observation{{ID: id + ".seen", Value: true}}}
	}}
}

func ids(results []Result) string {
	var out []string
	for _, r := range results {
		out = append(out, r.ID+":"+string(r.State))
	}
	return strings.Join(out, " ")
}

// runIn runs and fails the test when the runner does not come back in time.
func runIn(t *testing.T, limit time.Duration, r Runner, ctx context.Context) []Result {
	t.Helper()
	done := make(chan []Result, 1)
	go func() { done <- r.Run(ctx, &Input{}) }()
	select {
	case out := <-done:
		return out
	case <-time.After(limit):
		t.Fatalf("not back after %v", limit)
		return nil
	}
}

func TestResultsComeInTheContractsOrder(t *testing.T) {
	var checks []Check
	for _, id := range slices.Backward(CheckIDs) {
		checks = append(checks, passing(id))
	}
	checks = append([]Check{passing("extra")}, checks...)
	out := runIn(t, 5*time.Second, Runner{Checks: checks}, context.Background())
	var got []string
	for _, r := range out {
		got = append(got, r.ID)
		if len(r.Observations) != 1 || r.Observations[0].Source != r.ID {
			t.Errorf("%s: %+v", r.ID, r.Observations)
		}
	}
	if want := append(slices.Clone(CheckIDs), "extra"); !slices.Equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
}

// A check sees what it needs, all of it, and nothing else; whatever the order of the list.
func TestNeeds(t *testing.T) {
	slow := func(id string, needs ...string) Check {
		c := passing(id, needs...)
		run := c.Run
		c.Run = func(ctx context.Context, in *Input, seen Observations) Result {
			time.Sleep(20 * time.Millisecond)
			return run(ctx, in, seen)
		}
		return c
	}
	var seen atomic.Value
	window := Check{ID: "window", Needs: []string{"clock", "server", "absent"}, Run: func(_ context.Context, _ *Input, obs Observations) Result {
		seen.Store(obs)
		return Result{State: Pass}
	}}
	out := runIn(t, 5*time.Second, Runner{Checks: []Check{window, slow("server", "clock"), slow("clock"), slow("network")}}, context.Background())
	got, _ := seen.Load().(Observations)
	if len(got) != 2 || got[0].ID != "clock.seen" || got[1].ID != "server.seen" {
		t.Errorf("window saw %v", got)
	}
	if ids(out) != "clock:pass network:pass server:pass window:pass" {
		t.Errorf("%s", ids(out))
	}
}

func TestChecksRunSideBySide(t *testing.T) {
	var checks []Check
	for _, id := range CheckIDs {
		checks = append(checks, Check{ID: id, Run: func(context.Context, *Input, Observations) Result {
			time.Sleep(100 * time.Millisecond)
			return Result{State: Pass}
		}})
	}
	start := time.Now()
	out := Runner{Checks: checks}.Run(context.Background(), &Input{})
	if d := time.Since(start); d > 700*time.Millisecond {
		t.Errorf("ten checks of 0.1 s took %v", d)
	}
	for _, r := range out {
		if r.Duration < 90*time.Millisecond || r.Duration > 600*time.Millisecond {
			t.Errorf("%s: duration %v", r.ID, r.Duration)
		}
	}
}

// A need that waits on itself, or two that wait on each other, must not hang the program.
func TestDependencyLoopEnds(t *testing.T) {
	for name, checks := range map[string][]Check{
		"itself": {passing("clock", "clock")},
		"a pair": {passing("clock", "server"), passing("server", "clock"), passing("network")},
	} {
		t.Run(name, func(t *testing.T) {
			ctx, cancel := context.WithCancel(context.Background())
			done := make(chan []Result, 1)
			go func() { done <- Runner{Checks: checks}.Run(ctx, &Input{}) }()
			select {
			case out := <-done:
				if len(out) != len(checks) {
					t.Errorf("%s", ids(out))
				}
			case <-time.After(2 * time.Second):
				t.Error("hangs for as long as the context lives")
			}
			cancel()
		})
	}
}

func TestDependencyLoopEndsWithTheContext(t *testing.T) {
	ctx, cancel := context.WithTimeout(context.Background(), 50*time.Millisecond)
	defer cancel()
	out := runIn(t, time.Second, Runner{Checks: []Check{passing("clock", "server"), passing("server", "clock")}}, ctx)
	if len(out) != 2 {
		t.Errorf("%s", ids(out))
	}
}

func TestOnlyAndSkip(t *testing.T) {
	checks := []Check{passing("clock"), passing("network"), passing("window", "clock")}
	for _, c := range []struct {
		only, skip []string
		want       string
	}{
		{nil, nil, "clock:pass network:pass window:pass"},
		{[]string{"window"}, nil, "clock:skip network:skip window:pass"},
		{nil, []string{"clock"}, "clock:skip network:pass window:pass"},
		{[]string{"clock", "window"}, []string{"window"}, "clock:pass network:skip window:skip"},
		{[]string{"nothing"}, nil, "clock:skip network:skip window:skip"},
	} {
		out := runIn(t, 5*time.Second, Runner{Checks: checks, Only: c.only, Skip: c.skip}, context.Background())
		if ids(out) != c.want {
			t.Errorf("only %v, skip %v: %s, want %s", c.only, c.skip, ids(out), c.want)
		}
		for _, r := range out {
			if r.State == Skip && (r.Reason.ZH == "" || r.Reason.EN == "" || len(r.Observations) > 0) {
				t.Errorf("%s: %+v", r.ID, r)
			}
		}
	}
}

func TestTimeout(t *testing.T) {
	release := make(chan struct{})
	defer close(release)
	deaf := Check{ID: "network", Run: func(context.Context, *Input, Observations) Result {
		<-release
		return Result{State: Pass}
	}}
	polite := Check{ID: "server", Run: func(ctx context.Context, _ *Input, _ Observations) Result {
		<-ctx.Done()
		return Result{State: Warn, Observations: []Observation{{ID: "server.partial", Value: 3.0}}}
	}}
	after := passing("window", "network", "server")
	out := runIn(t, 3*time.Second, Runner{Checks: []Check{deaf, polite, after, passing("clock")}, Timeout: 50 * time.Millisecond}, context.Background())
	if ids(out) != "clock:pass network:error server:warn window:pass" {
		t.Fatalf("%s", ids(out))
	}
	if out[1].Reason.ZH == "" || out[1].Reason.EN == "" {
		t.Errorf("an error says why: %+v", out[1])
	}
	if o := out[2].Observations; len(o) != 1 || o[0].ID != "server.partial" {
		t.Errorf("what it saw until then is lost: %+v", o)
	}
}

func TestCancellationEndsWithinASecond(t *testing.T) {
	release := make(chan struct{})
	defer close(release)
	var checks []Check
	for i, id := range CheckIDs {
		c := Check{ID: id, Run: func(context.Context, *Input, Observations) Result { <-release; return Result{} }}
		if i > 0 { // a chain: each waits for the one before
			c.Needs = []string{CheckIDs[i-1]}
		}
		checks = append(checks, c)
	}
	ctx, cancel := context.WithCancel(context.Background())
	time.AfterFunc(30*time.Millisecond, cancel)
	start := time.Now()
	out := runIn(t, 5*time.Second, Runner{Checks: checks}, ctx)
	if d := time.Since(start); d > time.Second {
		t.Errorf("took %v", d)
	}
	for _, r := range out {
		if r.State != Error || r.Reason.IsZero() {
			t.Errorf("%s: %s %v: nothing fails silently", r.ID, r.State, r.Reason)
		}
	}
	if len(out) != len(CheckIDs) {
		t.Errorf("%d results", len(out))
	}
}

func TestPanicIsAnError(t *testing.T) {
	for _, p := range []any{"boom", fmt.Errorf("wrapped"), 42} {
		bad := Check{ID: "cache", Run: func(context.Context, *Input, Observations) Result { panic(p) }}
		out := runIn(t, 5*time.Second, Runner{Checks: []Check{bad, passing("sync", "cache")}}, context.Background())
		if ids(out) != "cache:error sync:pass" || !strings.Contains(out[0].Reason.EN, fmt.Sprint(p)) || !strings.Contains(out[0].Reason.ZH, fmt.Sprint(p)) {
			t.Errorf("%s: %+v", ids(out), out[0].Reason)
		}
	}
}

func TestProgress(t *testing.T) {
	var mu sync.Mutex
	started, ended := map[string]int{}, map[string]CheckState{}
	r := Runner{
		Checks: []Check{passing("clock"), passing("network", "clock"), passing("sync"), {ID: "device", Run: func(context.Context, *Input, Observations) Result { panic("x") }}},
		Skip:   []string{"sync"},
		Progress: func(id string, res *Result) {
			mu.Lock()
			defer mu.Unlock()
			if res == nil {
				started[id]++
				if _, early := ended[id]; early {
					t.Errorf("%s starts after its end", id)
				}
				return
			}
			if res.ID != id || started[id] == 0 && res.State != Skip {
				t.Errorf("%s ends as %+v without a start", id, res)
			}
			ended[id] = res.State
		},
	}
	runIn(t, 5*time.Second, r, context.Background())
	want := map[string]CheckState{"clock": Pass, "network": Pass, "sync": Skip, "device": Error}
	for id, s := range want {
		if ended[id] != s || s != Skip && started[id] != 1 {
			t.Errorf("%s: started %d times, ended %q", id, started[id], ended[id])
		}
	}
}

// A failure is told to follow from another only while that other has failed itself.
func TestFollowsFrom(t *testing.T) {
	as := func(id string, s CheckState, from string) Check {
		return Check{ID: id, Run: func(context.Context, *Input, Observations) Result {
			return Result{State: s, FollowsFrom: from, Reason: lang.Same("x")}
		}}
	}
	for _, c := range []struct {
		first, second CheckState
		skip          []string
		want          string
	}{
		{Fail, Fail, nil, "network"}, {Warn, Fail, nil, "network"}, {Error, Error, nil, "network"}, {Pass, Fail, nil, ""}, {Skip, Fail, nil, ""}, {Fail, Pass, nil, ""}, {Fail, Fail, []string{"network"}, ""},
	} {
		out := runIn(t, 5*time.Second, Runner{Checks: []Check{as("network", c.first, ""), as("server", c.second, "network")}, Skip: c.skip}, context.Background())
		if out[1].FollowsFrom != c.want {
			t.Errorf("%s then %s, skip %v: follows from %q, want %q", c.first, c.second, c.skip, out[1].FollowsFrom, c.want)
		}
	}
}

func TestNoChecks(t *testing.T) {
	if out := runIn(t, time.Second, Runner{}, context.Background()); len(out) != 0 {
		t.Errorf("%v", out)
	}
}
