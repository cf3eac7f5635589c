package compare

import (
	"maps"
	"net"
	"slices"
	"strconv"
	"strings"

	"meiqia-diag/diag"
)

// maxOf bounds how many observations of one id are held against each other: a
// document may come from anybody.
const maxOf = 200

// observations compares what the checks saw, id by id. A health run sees
// nothing of a recall, so beside one only what was measured on the spot counts.
func (p *pair) observations() {
	live := p.a.Health != p.b.Health
	for _, check := range diag.CheckIDs {
		if !looked(p.a, check) || !looked(p.b, check) {
			continue
		}
		x, y := byID(p.a, check, live), byID(p.b, check, live)
		p.sound = checkOf(p.b, check).State == diag.Pass
		for _, id := range bothKeys(x, y) {
			if !beside(id) {
				p.compareAll(id, x[id], y[id])
			}
		}
	}
}

func byID(d *diag.Document, check string, live bool) map[string][]diag.Observation {
	out := map[string][]diag.Observation{}
	for _, o := range checkOf(d, check).Observations {
		if (o.Live || !live) && len(out[o.ID]) < maxOf {
			out[o.ID] = append(out[o.ID], o)
		}
	}
	return out
}

func bothKeys[V any](x, y map[string]V) []string {
	all := map[string]bool{}
	for k := range x {
		all[k] = true
	}
	for k := range y {
		all[k] = true
	}
	return slices.Sorted(maps.Keys(all))
}

// compareAll compares the observations of one id: numbers each with its like,
// words as sets.
func (p *pair) compareAll(id string, xs, ys []diag.Observation) {
	var wx, wy []diag.Observation
	var nx, ny []diag.Observation
	split := func(list []diag.Observation) (words, numbers []diag.Observation) {
		for _, o := range list {
			if _, ok := o.Number(); ok && !scales[id].exact {
				numbers = append(numbers, o)
			} else {
				words = append(words, o)
			}
		}
		return words, numbers
	}
	wx, nx = split(xs)
	wy, ny = split(ys)
	p.numbers(id, nx, ny)
	p.words(id, wx, wy)
}

// numbers pairs each number with its like: of the same host, or in the same
// place where the hosts' names tell nothing. One that has no like is no change.
func (p *pair) numbers(id string, xs, ys []diag.Observation) {
	left := slices.Clone(ys)
	take := func(match func(diag.Observation) bool) (diag.Observation, bool) {
		i := slices.IndexFunc(left, match)
		if i < 0 {
			return diag.Observation{}, false
		}
		o := left[i]
		left = slices.Delete(left, i, i+1)
		return o, true
	}
	var alone []diag.Observation
	pair := func(x, y diag.Observation) { p.number(id, x, y, len(xs) > 1) }
	for _, x := range xs {
		if y, ok := take(func(y diag.Observation) bool { return y.Live == x.Live && place(y) == place(x) }); ok {
			pair(x, y)
		} else {
			alone = append(alone, x)
		}
	}
	for _, x := range alone {
		if y, ok := take(func(y diag.Observation) bool { return y.Live == x.Live }); ok {
			pair(x, y)
		}
	}
}

// place is where something was measured: the host, or nothing for what was
// read from files, whose names and lines say nothing of the world.
func place(o diag.Observation) string {
	if !o.Live {
		return ""
	}
	if host, _, err := net.SplitHostPort(o.Source); err == nil {
		return host
	}
	return o.Source
}

func (p *pair) number(id string, x, y diag.Observation, several bool) {
	s := scales[id]
	d, ok := differ(x, y, s, jitterOf(p.a, x), jitterOf(p.b, y))
	if !ok {
		return
	}
	m, _ := x.Number()
	n, _ := y.Number()
	c := diag.Change{Part: "observation", ID: id, Kind: "changed", A: short(m), B: short(n), Unit: x.Unit, Delta: &d.delta, Bound: &d.bound, Method: d.how,
		Significance: diag.Significant, Direction: s.direction(m, n), From: &x, To: &y}
	if several {
		c.Of = place(y)
	}
	if x.Unit != y.Unit {
		return
	}
	if s.momentary || d.how == byThumb {
		c.Significance = diag.Minor
		if d.how == byThumb && !s.momentary && s.better != 0 { // a change by the rule of thumb is still a big one
			c.Significance = diag.Significant
		}
	}
	if d.differs {
		p.add(c)
	} else if d.delta != 0 {
		c.Significance, c.Direction = diag.Minor, diag.Neutral
		p.d.Alike = append(p.d.Alike, c)
	}
}

func short(v float64) string { return strconv.FormatFloat(v, 'f', -1, 64) }

// jitterOf is how much the round trips of a run swung, 0 for anything else.
func jitterOf(d *diag.Document, o diag.Observation) float64 {
	if !strings.HasSuffix(o.ID, "rtt") {
		return 0
	}
	for _, j := range d.Observations().All("network.jitter") {
		if j.Live == o.Live {
			v, _ := j.Number()
			return v
		}
	}
	return 0
}

// words compares words as sets: what came, what went, and one for one what became another.
func (p *pair) words(id string, xs, ys []diag.Observation) {
	s := scales[id]
	x, y := set(xs, s), set(ys, s)
	var gone, come []string
	for _, k := range slices.Sorted(maps.Keys(x)) {
		if to, ok := y[k]; ok {
			p.version(id, x[k], to, s)
		} else {
			gone = append(gone, k)
		}
	}
	for _, k := range slices.Sorted(maps.Keys(y)) {
		if _, ok := x[k]; !ok {
			come = append(come, k)
		}
	}
	if len(gone) == 1 && len(come) == 1 && len(x) == 1 && len(y) == 1 {
		from, to := x[gone[0]], y[come[0]]
		before := len(p.d.Changes)
		p.word("observation", id, "", valueOf(from), valueOf(to), s)
		if len(p.d.Changes) > before {
			c := &p.d.Changes[len(p.d.Changes)-1]
			c.From, c.To = &from, &to
		} else { // the same word of another rule, browser, key
			p.add(diag.Change{Part: "observation", ID: id, Kind: "changed", A: valueOf(from), B: valueOf(to), Method: byWord, Significance: diag.Significant, Direction: diag.Neutral, From: &from, To: &to})
		}
		return
	}
	one := func(o diag.Observation, way int) {
		c := diag.Change{Part: "observation", ID: id, Method: byWord, Significance: diag.Significant, Direction: diag.Neutral}
		rank := s.rank(valueOf(o))
		if way < 0 {
			c.A, c.Kind, c.From = valueOf(o), "removed", &o
			switch {
			case rank < 0 && o.Live && p.sound: // one looked for it on the spot
				c.Direction = diag.Better
			case rank < 0: // that nobody saw it again is no measurement
				c.Direction = diag.Untold
			}
		} else {
			c.B, c.Kind, c.To = valueOf(o), "added", &o
			if rank < 0 {
				c.Direction = diag.Worse
			}
		}
		if rank > 0 || s.momentary || valueOf(o) == "unknown" || rank == 0 && !inventory(id) { // that nothing said so once is no bad news
			c.Significance, c.Direction = diag.Minor, diag.Neutral
		}
		p.add(c)
	}
	for _, k := range gone {
		one(x[k], -1)
	}
	for _, k := range come {
		one(y[k], +1)
	}
}

// inventory are ids that list what a machine has: one more or less is a fact.
func inventory(id string) bool {
	switch id {
	case "browser.installed", "browser.extension", "browser.setting", "browser.policy", "client.installed", "cache.worker":
		return true
	}
	return false
}

func set(list []diag.Observation, s scale) map[string]diag.Observation {
	out := map[string]diag.Observation{}
	for _, o := range list {
		key := valueOf(o)
		for _, d := range s.same {
			key += "\x00" + o.Detail[d]
		}
		if _, ok := out[key]; !ok {
			out[key] = o
		}
	}
	return out
}

func valueOf(o diag.Observation) string {
	if v := o.Text(); v != "" {
		return v
	}
	return "-"
}

// version compares the versions behind two observations that are else the same.
func (p *pair) version(id string, x, y diag.Observation, s scale) {
	m, n := x.Detail["version"], y.Detail["version"]
	if !s.version || m == "" || n == "" || m == n {
		return
	}
	p.add(diag.Change{Part: "observation", ID: id, Of: valueOf(y), Kind: "changed", A: m, B: n, Unit: "version", Method: byVersion, Significance: diag.Significant, Direction: newer(m, n)})
}
