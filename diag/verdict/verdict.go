package verdict

import (
	"math"
	"slices"
	"sort"

	"meiqia-diag/diag"
	"meiqia-diag/diag/lang"
)

// Context is what a verdict must know besides the observations.
type Context struct {
	Health   bool // no incident: would a recall work now
	Fresh    bool // what was measured live holds for the incident too
	Measured bool // of a health run: some check had something to look at
	Failed   bool // of a health run: some check found its part broken, or could not look
}

// Judgement is all that follows from the observations.
type Judgement struct {
	Outcomes diag.Outcomes
	Stages   []diag.StageReport
	Verdict  diag.Verdict
	Remedies []diag.Remedy
}

// scored is one hypothesis with its evidence.
type scored struct {
	code     diag.Code
	prior    float64
	weighed  []diag.Weighing // strongest first, for and against
	db       float64         // prior and all weights
	own      float64         // sum of what speaks for it, decibans
	p        float64
	excluded float64 // sum of what speaks against it
}

// Judge weighs the observations.
func Judge(obs diag.Observations, ctx Context) Judgement {
	b := loadBook()
	list := b.weigh(obs, ctx)
	var j Judgement
	j.Outcomes = outcomes(obs)
	j.Verdict = b.verdict(list, obs, ctx)
	j.Stages = stages(obs, j.Verdict, j.Outcomes)
	j.Remedies = remedies(j.Verdict, j.Outcomes, obs)
	return j
}

func (b *book) weigh(obs diag.Observations, ctx Context) []scored {
	var hits []hit
	groups := map[string]string{}
	for _, r := range b.Rules {
		groups[r.ID] = r.Group
		if h, ok := b.holds(r, obs, ctx.Fresh || ctx.Health); ok && len(h.seen) > 0 {
			hits = append(hits, h)
		}
	}
	var list []scored
	for _, code := range hypotheses() {
		s := scored{code: code, prior: b.Priors[code]}
		if ctx.Health && code == healthy {
			s.prior += 20 // nobody says that anything failed
		}
		for _, h := range hits {
			for _, w := range h.rule.weights {
				if w.code == code {
					o := h.seen[0]
					s.weighed = append(s.weighed, diag.Weighing{Observation: o.ID, DB: round1(w.db * h.scale), Rule: h.rule.ID, Basis: o.Basis, Text: explain(h.rule.Because, o)})
				}
			}
		}
		s.weighed = strongest(s.weighed, groups)
		s.db = s.prior
		for _, w := range s.weighed {
			s.db += w.DB
			if w.DB > 0 {
				s.own += w.DB
			} else {
				s.excluded -= w.DB
			}
		}
		list = append(list, s)
	}
	if ctx.Health && slices.ContainsFunc(list, func(s scored) bool { return s.code != healthy && s.own >= minHealth }) {
		list[0].db -= 20 // list[0] is healthy: something was seen that breaks recalls, so the presumption falls
		for i := range list[1:] {
			if s := &list[1+i]; s.own <= 0 {
				s.db -= unseen
			}
		}
	}
	softmax(list, b.Temperature)
	sort.SliceStable(list, func(i, j int) bool { return list[i].p > list[j].p })
	return list
}

// softmax turns decibans into probabilities: one of the hypotheses is true.
func softmax(list []scored, temperature float64) {
	top := math.Inf(-1)
	for _, s := range list {
		top = max(top, s.db)
	}
	sum := 0.0
	for i := range list {
		list[i].p = math.Pow(10, (list[i].db-top)/10/temperature)
		sum += list[i].p
	}
	for i := range list {
		list[i].p /= sum
	}
}

// explain adds what was seen to a rule's reason.
func explain(because lang.Text, o diag.Observation) lang.Text {
	words := o.Detail["words"]
	switch {
	case words != "":
		return lang.T("%s（“%s”）", "%s (“%s”)").F(because, words)
	case o.Unit != "":
		return lang.T("%s（%s）", "%s (%s)").F(because, quantity(o))
	case o.Detail["error"] != "":
		return lang.T("%s（%s）", "%s (%s)").F(because, o.Detail["error"])
	}
	return because
}

// Bounds of what is shown.
const (
	minContributing = 6.0   // decibans of its own that a contributing cause must have
	minHealth       = 9.0   // decibans of one cause's own that end the presumption of health
	unseen          = 12.0  // decibans that a cause without any sign of its own loses where nobody says that a recall failed
	minShown        = 0.02  // probability
	ruledOutBelow   = 0.005 // probability
	maxContributing = 4
)

func (b *book) verdict(list []scored, obs diag.Observations, ctx Context) diag.Verdict {
	v := diag.Verdict{Causes: []diag.CauseReport{}, RuledOut: []diag.RuledOut{}, Missing: []string{}}
	top := list[0]
	evidence := top.own > 0
	switch {
	case top.code == healthy && top.p >= b.Explained && (evidence || ctx.Health && ctx.Measured) && !(ctx.Health && ctx.Failed):
		v.Outcome = diag.Healthy
	case top.code != healthy && top.p >= b.Explained && evidence:
		v.Outcome = diag.Explained
	default:
		v.Outcome = diag.Inconclusive
	}
	if v.Outcome != diag.Healthy {
		for _, s := range list {
			if s.code == healthy {
				continue
			}
			role := "contributing"
			if len(v.Causes) == 0 {
				role = "primary"
			} else if s.own < minContributing || s.p < minShown || len(v.Causes) > maxContributing {
				continue
			}
			if role == "primary" && s.own <= 0 {
				break // nothing at all speaks for any cause
			}
			v.Causes = append(v.Causes, report(s, role))
		}
	}
	for _, s := range list {
		if s.code == healthy || s.p >= ruledOutBelow || s.excluded == 0 {
			continue
		}
		out := diag.RuledOut{Code: s.code}
		for _, w := range s.weighed {
			if w.DB < 0 {
				out.Because = append(out.Because, w.Observation)
				out.Text = append(out.Text, w.Text)
			}
		}
		v.RuledOut = append(v.RuledOut, out)
	}
	sort.SliceStable(v.RuledOut, func(i, j int) bool { return position(v.RuledOut[i].Code) < position(v.RuledOut[j].Code) })
	v.MissingText = missing(list, obs, v.Outcome, ctx)
	for _, t := range v.MissingText {
		v.Missing = append(v.Missing, t.EN)
	}
	v.Summary = summary(v, obs, ctx)
	return v
}

func report(s scored, role string) diag.CauseReport {
	c := diag.CauseReport{Code: s.code, Role: role, Probability: math.Round(s.p*1000) / 1000, For: []diag.Weighing{}, Against: []diag.Weighing{}, Fix: []string{}}
	for _, w := range s.weighed {
		if w.DB > 0 {
			c.For = append(c.For, w)
		} else {
			c.Against = append(c.Against, w)
		}
	}
	if cause, ok := diag.CauseOf(s.code); ok {
		for _, f := range cause.Fix {
			c.Fix = append(c.Fix, f.EN)
		}
	}
	return c
}

func position(code diag.Code) int {
	for i, c := range diag.Causes() {
		if c.Code == code {
			return i
		}
	}
	return len(diag.Causes())
}

func round1(v float64) float64 { return math.Round(v*10) / 10 }
