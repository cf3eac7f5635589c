package checks

import (
	"maps"
	"math"
	"slices"
	"strconv"
	"strings"

	"meiqia-diag/diag/attempt"
)

// tally is how one machine behind a name did.
type tally struct {
	name   string
	bad, n int
	recall bool                 // it was asked for the recall
	waits  map[string][]float64 // ms, of its good answers, by what was asked for
}

// Bounds of what counts as uneven. A machine that fails must do so more often
// than chance would have it (Fisher's exact test, one-sided, times the number of
// machines that might have been picked), while the others are sound: where all
// fail now and then, the service is overloaded and no machine is to blame. The
// recall itself is no chance pick, so that one failure there beside good machines
// is told too, as what it is worth.
const (
	unevenChance = 0.05
	soundShare   = 0.25 // of the others' requests that may fail
	slowTimes    = 5.0  // as slow as the best machine's worst answer, or as nine in ten of the others' answers
	slowLeast    = 1000 // ms
)

// backends compares the machines behind the service's names.
func (s *sheet) backends(a *attempt.Attempt) bool {
	groups, order := tallies(a)
	for _, host := range order {
		list := groups[host]
		if len(list) < 2 {
			continue
		}
		t, p := failing(list)
		if t == nil || p > unevenChance {
			t, p = failing(impaired(list))
		}
		if t != nil {
			s.add(ServerBackends, "uneven", from(harNames(a)), detail("host", host, "backend", t.name, "bad", itoa(t.bad), "of", itoa(t.n), "chance", strconv.FormatFloat(p, 'g', 2, 64), "strength", strength(p)))
			return p <= unevenChance
		}
		if t := slowest(list); t != nil {
			s.add(ServerBackends, "uneven", from(harNames(a)), detail("host", host, "backend", t.name, "bad", itoa(t.bad), "of", itoa(t.n), "strength", "strong"))
			return true
		}
	}
	for _, host := range order {
		if list := groups[host]; len(list) >= 2 {
			s.add(ServerBackends, "even", from(harNames(a)), detail("host", host))
			break
		}
	}
	return false
}

// strength sorts how far chance is from explaining what was seen.
func strength(p float64) string {
	switch {
	case p <= 0.01:
		return "strong"
	case p <= unevenChance:
		return "fair"
	}
	return "weak"
}

// tallies counts per name and machine. A service's own log holds all kinds of
// requests of everybody: an address that fails wherever it is asked says nothing
// of a machine and is left out.
func tallies(a *attempt.Attempt) (groups map[string][]*tally, order []string) {
	usable := func(c *attempt.Call) bool {
		return c.Backend != "" && c.Entry.FromCache() == "" && (c.Kind == "api" || c.Kind == "document")
	}
	calls := slices.Concat(a.Calls, a.Server)
	works := map[string]bool{}
	for _, c := range calls {
		if usable(c) && !lostAnswer(c) {
			works[route(c)] = true
		}
	}
	groups = map[string][]*tally{}
	for _, m := range a.Machines {
		t := find(groups, &order, m.Group, m.Name)
		t.n, t.bad, t.recall = t.n+m.Asked, t.bad+m.Bad, t.recall || m.Recall
		if m.Wait >= 0 {
			t.waits[""] = append(t.waits[""], m.Wait)
		}
	}
	for _, c := range calls {
		recall := a.Request != nil && a.Request.Call != nil && (a.Request.Call == c || a.Request.Entry == c.Entry)
		if !usable(c) || c.Picked && !recall || c.Host == "log" && !works[route(c)] && !recall {
			continue
		}
		t := find(groups, &order, c.Host, c.Backend)
		t.n++
		t.recall = t.recall || recall
		if lostAnswer(c) {
			t.bad++
		} else if c.Wait > 0 {
			alike := "" // a recording is of one person's page; a service's log is of everything
			if c.Host == "log" {
				alike = route(c)
			}
			t.waits[alike] = append(t.waits[alike], c.Wait)
		}
	}
	return groups, order
}

// find gives the tally of a machine, a new one for one not seen before.
func find(groups map[string][]*tally, order *[]string, group, name string) *tally {
	i := slices.IndexFunc(groups[group], func(t *tally) bool { return t.name == name })
	if i < 0 {
		if len(groups[group]) == 0 {
			*order = append(*order, group)
		}
		i = len(groups[group])
		groups[group] = append(groups[group], &tally{name: name, waits: map[string][]float64{}})
	}
	return groups[group][i]
}

func lostAnswer(c *attempt.Call) bool {
	return c.Status >= 500 || c.Failure == attempt.FailTimeout || c.Failure == attempt.FailReset || c.Failure == attempt.FailAborted || c.Failure == attempt.FailPending
}

// route is what a request asked for, ids left out: the parts of its path that hold digits.
func route(c *attempt.Call) string {
	path := pathOf(c.Entry.URL)
	var b strings.Builder
	b.Grow(len(c.Host) + len(path) + 8)
	b.WriteString(c.Host + " " + c.Entry.Method + " ")
	for i, part := range strings.Split(path, "/") {
		if i > 0 {
			b.WriteByte('/')
		}
		if i > 0 && strings.ContainsAny(part, "0123456789") {
			part = "#"
		}
		b.WriteString(part)
	}
	return b.String()
}

// impaired counts what each machine lost or was far slower with than the others
// are with the like: a machine in trouble loses some requests and keeps the rest waiting.
func impaired(list []*tally) []*tally {
	out := make([]*tally, len(list))
	for i, t := range list {
		c := *t
		for what, waits := range t.waits {
			var others []float64
			for _, o := range list {
				if o != t {
					others = append(others, o.waits[what]...)
				}
			}
			if len(others) == 0 {
				continue
			}
			slices.Sort(others)
			limit := max(slowLeast, slowTimes*others[(len(others)-1)*9/10])
			for _, w := range waits {
				if w > limit && c.bad < c.n {
					c.bad++
				}
			}
		}
		out[i] = &c
	}
	return out
}

// failing finds the machine that fails while the others are sound, and how often chance alone shows that.
func failing(list []*tally) (worst *tally, chance float64) {
	n, bad := 0, 0
	for _, t := range list {
		n, bad = n+t.n, bad+t.bad
	}
	chance = 1
	for _, t := range list {
		if t.bad == 0 || float64(bad-t.bad) > soundShare*float64(n-t.n) || n-t.n < 2 || 2*t.bad < t.n {
			continue
		}
		p := min(1, fisher(t.bad, t.n, bad, n)*float64(len(list)))
		if t.recall && t.bad == t.n {
			p /= float64(len(list)) // the recall chose the machine, and not we
		}
		if p < chance {
			worst, chance = t, p
		}
	}
	if worst != nil && chance > unevenChance && !(worst.recall && worst.bad == worst.n && bad == worst.bad) {
		return nil, 1
	}
	return worst, chance
}

// fisher is the probability that k or more of the bad ones of n fall on the m
// requests of one machine when they are dealt at random (R. A. Fisher, 1922).
func fisher(k, m, bad, n int) float64 {
	choose := func(n, k int) float64 {
		a, _ := math.Lgamma(float64(n + 1))
		b, _ := math.Lgamma(float64(k + 1))
		c, _ := math.Lgamma(float64(n - k + 1))
		return a - b - c
	}
	p := 0.0
	for i := k; i <= min(m, bad); i++ {
		if n-m >= bad-i {
			p += math.Exp(choose(bad, i) + choose(n-bad, m-i) - choose(n, m))
		}
	}
	return min(p, 1)
}

// slowest finds the machine whose best answer is far slower than another's worst to the like.
func slowest(list []*tally) *tally {
	asked := map[string]bool{}
	n, bad := 0, 0
	for _, t := range list {
		n, bad = n+t.n, bad+t.bad
	}
	if float64(bad) > soundShare*float64(n) {
		return nil // where so much fails, when a request came decides how long it took, and not where it went
	}
	for _, t := range list {
		for what := range t.waits {
			asked[what] = true
		}
	}
	for _, what := range slices.Sorted(maps.Keys(asked)) {
		if t := slowestOf(list, what); t != nil {
			return t
		}
	}
	return nil
}

func slowestOf(list []*tally, what string) *tally {
	best := -1.0
	var worst *tally
	least := -1.0
	for _, t := range list {
		waits := t.waits[what]
		if len(waits) < 2 && !(t.recall && len(waits) > 0) {
			continue
		}
		if w := slices.Max(waits); best < 0 || w < best {
			best = w
		}
		if w := slices.Min(waits); w > least {
			worst, least = t, w
		}
	}
	if best <= 0 || least <= slowTimes*best || least <= slowLeast {
		return nil
	}
	return worst
}
