package dnr

import (
	"slices"
)

// Ruleset is the rules of one file, indexed.
type Ruleset struct {
	ID string // as the manifest names it; "_dynamic" for the rules that the extension added
	// Order tells rulesets of one extension apart where rules weigh the same: the
	// place in the manifest's list counted from 1, 0 for dynamic rules, which lose.
	Order int

	rules    []*Rule
	requests index   // what decides on a request, but for allowAllRequests
	frames   index   // allowAllRequests
	headers  index   // modifyHeaders
	later    index   // what waits for the answer's headers
	regexes  []*Rule // of all kinds
	off      map[int]bool
}

// DynamicID names the rules that an extension added while it ran, as Chromium does.
const DynamicID = "_dynamic"

// Len tells how many rules there are.
func (s *Ruleset) Len() int { return len(s.rules) }

// Disable turns single rules off, as updateStaticRules does. In Chromium (seen in
// 156) those with a regexFilter stay on all the same.
func (s *Ruleset) Disable(ids ...int) {
	if s.off == nil {
		s.off = map[int]bool{}
	}
	for _, id := range ids {
		s.off[id] = true
	}
}

// DisableAll is Disable for browsers that turn off rules with a regexFilter, too.
func (s *Ruleset) DisableAll(ids ...int) {
	s.Disable(ids...)
	s.regexes = slices.DeleteFunc(s.regexes, func(r *Rule) bool { return s.off[r.ID] })
}

func (s *Ruleset) add(r *Rule) {
	s.rules = append(s.rules, r)
	switch {
	case r.Regex != "":
		s.regexes = append(s.regexes, r)
	case r.headers:
		s.later.add(r)
	case r.Action == AllowAllRequests:
		s.frames.add(r)
	case r.Action == ModifyHeaders:
		s.headers.add(r)
	default:
		s.requests.add(r)
	}
}

// found is what one ruleset says to a request.
type found struct {
	rule *Rule
	set  *Ruleset
}

func (f found) beats(g found) bool {
	switch {
	case f.rule == nil:
		return false
	case g.rule == nil:
		return true
	case f.rule.weight() != g.rule.weight():
		return f.rule.weight() > g.rule.weight()
	case f.set.Order != g.set.Order:
		// Of rules that let through, those of the first ruleset count, which is
		// asked first; of all others those of the last.
		if act := f.rule.Action; act == Allow || act == AllowAllRequests {
			return g.set.Order == 0 || f.set.Order != 0 && f.set.Order < g.set.Order
		}
		return f.set.Order > g.set.Order
	}
	return f.rule.ID > g.rule.ID
}

// decide gives the rule that decides on a request, among those that look at its
// address alone. A redirect that would lead nowhere else is none, and hides what
// weighs less than it.
func (s *Ruleset) decide(q *query) found {
	best := s.take(s.requests.best(q, s.off), q)
	if f := (found{s.frames.best(q, s.off), s}); f.beats(best) {
		best = f
	}
	if f := s.take(s.bestRegex(q, false), q); f.beats(best) {
		best = f
	}
	return best
}

func (s *Ruleset) take(r *Rule, q *query) found {
	if r != nil && (r.Action == Redirect && !r.redirects(q) || r.Action == UpgradeScheme && !q.upgradable()) {
		r = nil
	}
	return found{r, s}
}

// bestRegex gives the heaviest rule of those with an expression. Expressions are
// tried from the heaviest rule down, so that few are compiled.
func (s *Ruleset) bestRegex(q *query, allowAll bool) *Rule {
	if len(s.regexes) == 0 {
		return nil
	}
	var able []*Rule
	for _, r := range s.regexes {
		if r.Action == ModifyHeaders || r.headers || allowAll && r.Action != AllowAllRequests {
			continue
		}
		if r.possible(q) {
			able = append(able, r)
		}
	}
	slices.SortStableFunc(able, func(a, b *Rule) int { return compare(b.weight(), a.weight()) })
	for _, r := range able {
		if r.expressionMatches(q) {
			return r
		}
	}
	return nil
}

// letsAll gives the rule that lets everything of a page through.
func (s *Ruleset) letsAll(q *query) found {
	best := found{s.frames.best(q, s.off), s}
	if f := (found{s.bestRegex(q, true), s}); f.beats(best) {
		best = f
	}
	return best
}

// others gives the rules that change headers and weigh more than floor, and
// whether any rule that waits for the answer could still decide.
func (s *Ruleset) others(q *query, floor uint64) (modify []found, later bool) {
	for _, r := range s.headers.all(q, s.off) {
		if r.weight() > floor {
			modify = append(modify, found{r, s})
		}
	}
	for _, r := range s.later.all(q, s.off) {
		later = later || r.weight() > floor
	}
	for _, r := range s.regexes {
		if (r.Action == ModifyHeaders || r.headers) && r.weight() > floor && r.matches(q) {
			if r.headers {
				later = true
			} else {
				modify = append(modify, found{r, s})
			}
		}
	}
	return modify, later
}

func compare(a, b uint64) int {
	switch {
	case a < b:
		return -1
	case a > b:
		return 1
	}
	return 0
}
