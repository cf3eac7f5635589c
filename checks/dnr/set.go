package dnr

import "sort"

// Set is all rules of one extension.
type Set struct {
	Rulesets []*Ruleset
	// Access tells whether the extension was granted a host, nil for every one.
	// Redirects need it for the address and the page that asks.
	Access func(url string) bool
	// AccessAlways is of extensions with declarativeNetRequestWithHostAccess: every rule needs it.
	AccessAlways bool
}

// Outcome is what an extension's rules do to a request.
type Outcome struct {
	Rule     *Rule  // nil where none decides
	Ruleset  string // the rule's
	Action   Action // "" where none decides
	Page     bool   // the rule let all of the page through
	Modifies []*Rule
	// Later says that a rule which looks at the answer's headers may still decide otherwise.
	Later bool
	// Withheld says that a rule matched and may not act: its extension has no access to the host.
	Withheld bool
}

// Stops reports whether the request does not reach the server that it was meant for.
func (o Outcome) Stops() bool { return o.Action == Block || o.Action == Redirect }

// Len tells how many rules there are.
func (s *Set) Len() (n int) {
	for _, r := range s.Rulesets {
		n += r.Len()
	}
	return n
}

// Match tells what the rules do to a request. An address that is none, or of a
// scheme that rules do not see, is left alone.
func (s *Set) Match(r Request) Outcome {
	q, ok := newQuery(r)
	if !ok {
		return Outcome{}
	}
	var best found
	for _, set := range s.Rulesets {
		set.sort()
		if f := set.decide(&q); f.beats(best) {
			best = f
		}
	}
	o := Outcome{}
	if r.Page != "" && r.Type != MainFrame {
		if page, ok := newQuery(Request{URL: r.Page, Type: MainFrame}); ok {
			for _, set := range s.Rulesets {
				if f := set.letsAll(&page); f.rule != nil && !best.beats(f) {
					best, o.Page = f, true
				}
			}
		}
	}
	var floor uint64
	if best.rule != nil {
		o.Rule, o.Ruleset, o.Action = best.rule, best.set.ID, best.rule.Action
		if o.Action == Allow || o.Action == AllowAllRequests {
			floor = best.rule.weight()
		}
		if (s.AccessAlways || o.Action == Redirect) && !s.mayTouch(r) {
			o = Outcome{Withheld: true}
		}
	}
	if o.Stops() || o.Action == UpgradeScheme {
		return o // no header of a request that is not made is changed
	}
	var modify []found
	for _, set := range s.Rulesets {
		list, later := set.others(&q, floor)
		modify = append(modify, list...)
		o.Later = o.Later || later
	}
	if len(modify) > 0 && s.mayTouch(r) {
		sort.SliceStable(modify, func(i, j int) bool { return modify[i].beats(modify[j]) })
		for _, f := range modify {
			o.Modifies = append(o.Modifies, f.rule)
		}
	}
	return o
}

func (s *Set) mayTouch(r Request) bool {
	return s.Access == nil || s.Access(r.URL) && (r.Initiator == "" || s.Access(r.Initiator))
}

func (s *Ruleset) sort() {
	for _, x := range []*index{&s.requests, &s.frames, &s.headers, &s.later} {
		x.sort()
	}
}
