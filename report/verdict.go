package report

import (
	"meiqia-diag/diag"
	"meiqia-diag/diag/lang"
)

// primary gives the primary cause, nil when there is none.
func primary(doc *diag.Document) *diag.CauseReport {
	for i, c := range doc.Verdict.Causes {
		if c.Role == "primary" {
			return &doc.Verdict.Causes[i]
		}
	}
	if doc.Verdict.Outcome == diag.Explained && len(doc.Verdict.Causes) > 0 {
		return &doc.Verdict.Causes[0]
	}
	return nil
}

// others gives the causes that are not the primary one.
func others(doc *diag.Document) []diag.CauseReport {
	p := primary(doc)
	var out []diag.CauseReport
	for i := range doc.Verdict.Causes {
		if &doc.Verdict.Causes[i] != p {
			out = append(out, doc.Verdict.Causes[i])
		}
	}
	return out
}

// title is the heading above the one sentence.
func title(doc *diag.Document) lang.Text {
	of := titles
	if doc.Health {
		of = healthTitles
	}
	if t, ok := of[doc.Verdict.Outcome]; ok {
		return t
	}
	return of[diag.Inconclusive]
}

// summary is the one sentence.
func summary(doc *diag.Document) lang.Text {
	if s := doc.Verdict.Summary; !s.IsZero() {
		return cleanText(s)
	}
	if p := primary(doc); p != nil {
		if c, ok := diag.CauseOf(p.Code); ok {
			return c.What
		}
		return lang.Same(clean(string(p.Code)))
	}
	return title(doc)
}

// howSure puts the verdict's certainty into words and a percentage; it is zero
// when there is nothing to be sure of.
func howSure(doc *diag.Document) lang.Text {
	p := primary(doc)
	if p == nil {
		switch {
		case doc.Verdict.Outcome == diag.Healthy:
			return lang.Text{}
		case len(doc.Verdict.Causes) > 0:
			best := doc.Verdict.Causes[0].Probability
			return lang.T("证据不足，最可能的一个也只有 %s", "the evidence does not suffice: the likeliest cause has %s").F(percent(best))
		}
		return lang.T("证据不足", "the evidence does not suffice")
	}
	return lang.T("%s（%s）", "%s (%s)").F(sureness(p.Probability), percent(p.Probability))
}

func causeName(code diag.Code) lang.Text {
	if c, ok := diag.CauseOf(code); ok && !c.Name.IsZero() {
		return c.Name
	}
	return lang.Same(clean(string(code)))
}

// othersHead is the heading above the causes beside the primary one.
func othersHead(doc *diag.Document) lang.Text {
	switch {
	case primary(doc) == nil:
		return sCandidates
	case doc.Verdict.Outcome == diag.Inconclusive:
		return sOtherCandidates
	}
	return sContributing
}
