package compare

import (
	"cmp"
	"slices"

	"meiqia-diag/diag"
	"meiqia-diag/diag/incident"
	"meiqia-diag/diag/lang"
)

// Documents tells what changed from report a to report b. A difference that
// measuring the same thing twice would give as well is no change.
func Documents(a, b *diag.Document) *diag.Diff {
	d := &diag.Diff{Schema: diag.DiffSchema, A: side(a), B: side(b), Causes: []diag.CauseChange{}, Changes: []diag.Change{}, Alike: []diag.Change{}, Notes: []lang.Text{}}
	d.Causes = append(d.Causes, causes(a, b)...)
	p := &pair{a: a, b: b, d: d}
	p.run()
	p.incident()
	p.outcomes()
	p.stages()
	p.checks()
	p.observations()
	p.notes()
	slices.SortStableFunc(d.Changes, func(x, y diag.Change) int { return cmp.Compare(weight(x), weight(y)) })
	d.Same = a.Verdict.Outcome == b.Verdict.Outcome &&
		!slices.ContainsFunc(d.Causes, func(c diag.CauseChange) bool {
			alike := c.Guess && c.Is != nil && b.Verdict.Outcome == diag.Inconclusive // a candidate then and now
			return c.State != diag.CauseStill && !alike
		}) &&
		!slices.ContainsFunc(d.Changes, func(c diag.Change) bool { return c.Significance == diag.Significant })
	return d
}

func side(d *diag.Document) diag.DiffSide {
	return diag.DiffSide{Tool: d.Tool, Profile: d.Profile, StartedAt: d.StartedAt, Health: d.Health, Outcome: d.Verdict.Outcome}
}

// weight orders changes: what got worse, what got better, the rest, what is minor.
func weight(c diag.Change) int {
	switch {
	case c.Significance == diag.Minor:
		return 3
	case c.Direction == diag.Worse:
		return 0
	case c.Direction == diag.Better:
		return 1
	}
	return 2
}

// pair is a comparison under way.
type pair struct {
	a, b  *diag.Document
	d     *diag.Diff
	sound bool // the check whose observations are compared passed in b
}

func (p *pair) add(c diag.Change) {
	switch {
	case c.Kind != "":
	case c.A == "":
		c.Kind = "added"
	case c.B == "":
		c.Kind = "removed"
	default:
		c.Kind = "changed"
	}
	p.d.Changes = append(p.d.Changes, c)
}

// run compares what the two runs were made with.
func (p *pair) run() {
	put := func(id, x, y, how string) {
		if x != y {
			p.add(diag.Change{Part: "run", ID: id, A: x, B: y, Method: how, Significance: diag.Significant, Direction: diag.Neutral})
		}
	}
	put("tool.version", p.a.Tool.Version, p.b.Tool.Version, byVersion)
	put("profile.name", p.a.Profile.Name, p.b.Profile.Name, byWord)
	if p.a.Profile.Name == p.b.Profile.Name {
		put("profile.version", p.a.Profile.Version, p.b.Profile.Version, byVersion)
	}
}

// everyOther are facts that are others in any two attempts.
var everyOther = []incident.Field{incident.MessageID, incident.SentAt, incident.AttemptAt}

// incident compares what is known of the two attempts. What only one of them
// tells is no change: nobody asked the other.
func (p *pair) incident() {
	if p.a.Incident.Incident == nil || p.b.Incident.Incident == nil {
		return
	}
	for _, f := range p.a.Incident.Fields() {
		x, y := p.a.Incident.String(f), p.b.Incident.String(f)
		if slices.Contains(everyOther, f) || x == "" || y == "" || x == y {
			continue
		}
		c := diag.Change{Part: "incident", ID: string(f), A: x, B: y, Method: byWord, Significance: diag.Significant, Direction: diag.Neutral}
		if f == incident.ClientVersion || string(f) == "visitor.sdk_version" {
			c.Method = byVersion
			c.Direction = newer(x, y)
		}
		p.add(c)
	}
}

// outcomes compares the three facts about how the recall came out.
func (p *pair) outcomes() {
	if p.a.Health || p.b.Health {
		return
	}
	good := scale{good: "accepted|gone", bad: "refused|no_answer|not_sent|still_visible"}
	put := func(id, x, y string) { p.word("outcome", id, "", x, y, good) }
	put("request_result", p.a.Outcomes.RequestResult, p.b.Outcomes.RequestResult)
	put("sender_view", p.a.Outcomes.SenderView, p.b.Outcomes.SenderView)
	put("visitor_view", p.a.Outcomes.VisitorView, p.b.Outcomes.VisitorView)
}

// stages compares how far the two recalls are known to have come.
func (p *pair) stages() {
	if p.a.Health || p.b.Health {
		return
	}
	for _, s := range diag.Stages {
		p.word("stage", string(s), "", string(stageOf(p.a, s)), string(stageOf(p.b, s)), scale{good: string(diag.Passed), bad: string(diag.Broken)})
	}
}

func stageOf(d *diag.Document, s diag.Stage) diag.StageState {
	for _, r := range d.Stages {
		if r.Stage == s && (r.State == diag.Passed || r.State == diag.Broken) {
			return r.State
		}
	}
	return diag.Unknown
}

// word compares two words. What one side does not know is a minor change.
func (p *pair) word(part, id, of, x, y string, s scale) {
	if x == y {
		return
	}
	c := diag.Change{Part: part, ID: id, Of: of, A: x, B: y, Method: byWord, Significance: diag.Significant, Direction: direction(s.rank(x), s.rank(y))}
	if notKnown(x) || notKnown(y) {
		c.Significance, c.Direction = diag.Minor, diag.Untold
	} else if s.momentary {
		c.Significance = diag.Minor
	}
	p.add(c)
}

func notKnown(word string) bool { return word == "unknown" || word == "" }

// direction tells which way is up between two ranks; a word that is neither
// good nor bad has no place between them.
func direction(x, y int) string {
	switch {
	case x < 0 && y > 0:
		return diag.Better
	case x > 0 && y < 0:
		return diag.Worse
	}
	return diag.Neutral
}

var checkRank = map[diag.CheckState]int{diag.Pass: 1, diag.Warn: 1, diag.Fail: -1}

// checks compares the states of the checks. One that only could not look, and
// a warning that came or went, is minor: the observations tell what is behind it.
func (p *pair) checks() {
	for _, id := range diag.CheckIDs {
		x, y := checkOf(p.a, id), checkOf(p.b, id)
		if x.State == y.State || x.State == "" || y.State == "" {
			continue
		}
		c := diag.Change{Part: "check", ID: id, A: string(x.State), B: string(y.State), Method: byWord, Significance: diag.Minor, Direction: direction(checkRank[x.State], checkRank[y.State])}
		switch product := checkRank[x.State] * checkRank[y.State]; {
		case product < 0:
			c.Significance = diag.Significant
		case product == 0: // one of them did not look
			c.Direction = diag.Untold
		}
		if x.State == diag.Warn && y.State == diag.Pass {
			c.Direction = diag.Better
		} else if x.State == diag.Pass && y.State == diag.Warn {
			c.Direction = diag.Worse
		}
		p.add(c)
	}
}

func checkOf(d *diag.Document, id string) diag.CheckJSON {
	for _, c := range d.Checks {
		if c.ID == id {
			return c
		}
	}
	return diag.CheckJSON{}
}

// looked tells whether a check had something to look at and could.
func looked(d *diag.Document, id string) bool {
	s := checkOf(d, id).State
	return s == diag.Pass || s == diag.Warn || s == diag.Fail
}

var candidates = lang.T("至少一份没有下结论：其中列出的原因只是候选。", "At least one of them is inconclusive: the causes it lists are candidates only.")

// notes says what kept parts from being compared.
func (p *pair) notes() {
	if p.a.Health != p.b.Health {
		p.d.Notes = append(p.d.Notes, lang.T("一份是一次撤回的诊断，另一份是没有撤回的巡检：只比较两份都现场测过的内容。", "One is the diagnosis of a recall, the other a health run without one: only what both measured on the spot is compared."))
	}
	if p.a.Verdict.Outcome == diag.Inconclusive || p.b.Verdict.Outcome == diag.Inconclusive {
		p.d.Notes = append(p.d.Notes, candidates)
	}
}
