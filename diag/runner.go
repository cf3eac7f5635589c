package diag

import (
	"context"
	"fmt"
	"sort"
	"sync"
	"time"

	"meiqia-diag/diag/lang"
)

// Progress is told when a check starts (res nil) and when it ends.
type Progress func(id string, res *Result)

// Runner runs checks side by side, each as soon as what it needs is there.
type Runner struct {
	Checks   []Check
	Only     []string // run no others when set
	Skip     []string
	Timeout  time.Duration // limit for each check; 0 for the context's alone
	Progress Progress
	Now      func() time.Time
}

// Run runs the checks and gives their results in the contract's order. It
// returns when all have ended or the context has; a check that did not end by
// then is an error in its own result, so nothing fails silently.
func (r Runner) Run(ctx context.Context, in *Input) []Result {
	var (
		mu      sync.Mutex
		wg      sync.WaitGroup
		done    = map[string]chan struct{}{}
		results = map[string]*Result{}
	)
	for _, c := range r.Checks {
		done[c.ID] = make(chan struct{})
	}
	finish := func(id string, res Result) {
		res.ID = id
		for i := range res.Observations {
			o := &res.Observations[i]
			if o.Source == "" {
				o.Source = id
			}
			if o.Live && o.At == "" { // a saved report has to tell when it was so
				o.At = in.now().UTC().Format(time.RFC3339Nano)
			}
		}
		mu.Lock()
		results[id] = &res
		if r.Progress != nil {
			r.Progress(id, &res)
		}
		mu.Unlock()
		close(done[id])
	}
	looped := r.loops()
	for _, c := range r.Checks {
		if why, skip := r.skips(c.ID); skip {
			finish(c.ID, Result{State: Skip, Reason: why})
			continue
		}
		if looped[c.ID] {
			finish(c.ID, Result{State: Error, Reason: lang.T("检查之间互相等待，无法开始", "the check waits for itself, by way of what it needs")})
			continue
		}
		wg.Go(func() {
			for _, need := range c.Needs {
				if ch, ok := done[need]; ok {
					select {
					case <-ch:
					case <-ctx.Done():
					}
				}
			}
			mu.Lock()
			seen := gather(results, c.Needs)
			if r.Progress != nil {
				r.Progress(c.ID, nil)
			}
			mu.Unlock()
			finish(c.ID, r.runOne(ctx, c, in, seen))
		})
	}
	wg.Wait()
	out := make([]Result, 0, len(r.Checks))
	for _, c := range r.Checks {
		out = append(out, *results[c.ID])
	}
	sort.SliceStable(out, func(i, j int) bool { return order(out[i].ID) < order(out[j].ID) })
	return fold(out)
}

func (r Runner) runOne(ctx context.Context, c Check, in *Input, seen Observations) (res Result) {
	if r.Timeout > 0 {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(ctx, r.Timeout)
		defer cancel()
	}
	start := time.Now()
	ended := make(chan Result, 1)
	go func() {
		defer func() {
			if p := recover(); p != nil {
				ended <- Result{State: Error, Reason: lang.T("检查自身出错：%v", "the check itself failed: %v").F(fmt.Sprint(p))}
			}
		}()
		ended <- c.Run(ctx, in, seen)
	}()
	select {
	case res = <-ended:
	case <-ctx.Done():
		// A well-behaved check ends by itself shortly after the limit and keeps what it saw.
		select {
		case res = <-ended:
		case <-time.After(200 * time.Millisecond):
			res = Result{State: Error, Reason: lang.T("在时限内没有完成", "did not finish within its time limit")}
		}
	}
	res.Duration = time.Since(start)
	return res
}

// loops gives the checks that wait for themselves, at once or by way of
// others. A check that is skipped lets nobody wait.
func (r Runner) loops() map[string]bool {
	needs := map[string][]string{}
	for _, c := range r.Checks {
		if _, skip := r.skips(c.ID); !skip {
			needs[c.ID] = c.Needs
		}
	}
	out := map[string]bool{}
	for id := range needs {
		seen := map[string]bool{}
		for todo := []string{id}; len(todo) > 0; {
			last := len(todo) - 1
			next := needs[todo[last]]
			todo = todo[:last]
			for _, n := range next {
				if !seen[n] {
					seen[n] = true
					todo = append(todo, n)
				}
			}
		}
		out[id] = seen[id]
	}
	return out
}

// Why a check was not asked for.
var (
	notSelected = lang.T("未选中（--only）", "not selected (--only)")
	skipped     = lang.T("按要求跳过（--skip）", "skipped as asked (--skip)")
)

func (r Runner) skips(id string) (lang.Text, bool) {
	if len(r.Only) > 0 && !contains(r.Only, id) {
		return notSelected, true
	}
	if contains(r.Skip, id) {
		return skipped, true
	}
	return lang.Text{}, false
}

// Blind tells of a check that was asked for and had nothing to look at.
func (c CheckJSON) Blind() bool {
	return c.State == Skip && c.Reason != notSelected.EN && c.Reason != skipped.EN
}

// fold marks failures that follow from another: the earliest failing check they name.
func fold(results []Result) []Result {
	state := map[string]CheckState{}
	for _, r := range results {
		state[r.ID] = r.State
	}
	for i, r := range results {
		if r.FollowsFrom != "" && (state[r.FollowsFrom] == Pass || state[r.FollowsFrom] == Skip || r.State == Pass) {
			results[i].FollowsFrom = ""
		}
	}
	return results
}

func gather(results map[string]*Result, ids []string) Observations {
	var out Observations
	for _, id := range ids {
		if r := results[id]; r != nil {
			out = append(out, r.Observations...)
		}
	}
	return out
}

func order(id string) int {
	for i, x := range CheckIDs {
		if x == id {
			return i
		}
	}
	return len(CheckIDs)
}

func contains(list []string, s string) bool {
	for _, x := range list {
		if x == s {
			return true
		}
	}
	return false
}
