package dnr

import "sort"

// gram is how many bytes of a filter it is found by.
const gram = 5

// index finds the rules that may match an address: each stands under five bytes
// of its filter, those of which the fewest rules had been there before it. Which
// bytes these are decides, among rules of one weight, which of them Chromium
// takes: the one whose bytes come last in the address.
type index struct {
	byGram map[uint64][]*Rule
	rest   []*Rule // filters without five bytes in a row
	sorted bool
}

func (x *index) add(r *Rule) {
	key, ok := x.rarest(lower(r.pattern.body))
	if !ok {
		x.rest = append(x.rest, r)
		return
	}
	if x.byGram == nil {
		x.byGram = map[uint64][]*Rule{}
	}
	x.byGram[key] = append(x.byGram[key], r)
}

func (x *index) rarest(body string) (key uint64, ok bool) {
	least := -1
	run := 0 // bytes since the last "*" or "^"
	var g uint64
	for i := 0; i < len(body); i++ {
		if body[i] == '*' || body[i] == '^' {
			run, g = 0, 0
			continue
		}
		run++
		if g = next(g, body[i]); run < gram {
			continue
		}
		if n := len(x.byGram[g]); least < 0 || n < least {
			key, least = g, n
			if n == 0 {
				break
			}
		}
	}
	return key, least >= 0
}

func next(g uint64, c byte) uint64 { return (g<<8 | uint64(c)) & (1<<(8*gram) - 1) }

// sort orders each list by weight, rules of one weight as they came.
func (x *index) sort() {
	if x.sorted {
		return
	}
	x.sorted = true
	heavier := func(list []*Rule) func(i, j int) bool {
		return func(i, j int) bool { return list[i].weight() > list[j].weight() }
	}
	for _, list := range x.byGram {
		if len(list) > 1 {
			sort.SliceStable(list, heavier(list))
		}
	}
	sort.SliceStable(x.rest, heavier(x.rest))
}

// best gives the heaviest rule that matches, nil for none.
func (x *index) best(q *query, off map[int]bool) *Rule {
	var best *Rule
	x.candidates(q, func(list []*Rule) {
		for _, r := range list {
			if best != nil && r.weight() < best.weight() {
				return
			}
			if !off[r.ID] && r.matches(q) {
				best = r // of one weight, the later
				return
			}
		}
	})
	return best
}

// all gives every rule that matches.
func (x *index) all(q *query, off map[int]bool) (out []*Rule) {
	seen := map[*Rule]bool{}
	x.candidates(q, func(list []*Rule) {
		for _, r := range list {
			if !off[r.ID] && !seen[r] && r.matches(q) {
				seen[r] = true
				out = append(out, r)
			}
		}
	})
	return out
}

func (x *index) candidates(q *query, do func([]*Rule)) {
	if len(x.byGram) > 0 {
		var g uint64
		for i := 0; i < len(q.small); i++ {
			g = next(g, q.small[i])
			if i >= gram-1 {
				if list := x.byGram[g]; list != nil {
					do(list)
				}
			}
		}
	}
	if len(x.rest) > 0 {
		do(x.rest)
	}
}
