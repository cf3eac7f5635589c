package report

import (
	"math"
	"sort"

	"meiqia-diag/diag"
	"meiqia-diag/diag/incident"
	"meiqia-diag/diag/lang"
)

// excluded is a cause that was ruled out, and why.
type excluded struct {
	Code diag.Code
	Name lang.Text
	why  []lang.Text
}

func ruledOut(doc *diag.Document) []excluded {
	obs := doc.Observations()
	var out []excluded
	for _, r := range doc.Verdict.RuledOut {
		x := excluded{Code: r.Code, Name: causeName(r.Code)}
		if len(r.Text) > 0 {
			for _, t := range r.Text {
				x.why = append(x.why, cleanText(t))
			}
		} else {
			for _, id := range r.Because {
				if o, ok := obs.First(id); ok {
					x.why = append(x.why, lang.T("%s = %s", "%s = %s").F(observationName(id), observationValue(o)))
				} else {
					x.why = append(x.why, lang.Same(clean(id)))
				}
			}
		}
		out = append(out, x)
	}
	return out
}

// alike puts causes together that are ruled out for the same reasons.
func alike(list []excluded) [][]excluded {
	var out [][]excluded
	at := map[string]int{}
	for _, x := range list {
		key := ""
		for _, w := range x.why {
			key += w.EN + "\n"
		}
		i, ok := at[key]
		if !ok {
			i = len(out)
			at[key] = i
			out = append(out, nil)
		}
		out[i] = append(out[i], x)
	}
	return out
}

// weighing is one piece of evidence, ready to be shown.
type weighing struct {
	DB    float64
	Text  lang.Text
	ID    string
	Basis incident.Basis
}

func weighings(doc *diag.Document, list []diag.Weighing) []weighing {
	obs := doc.Observations()
	var out []weighing
	for _, w := range list {
		x := weighing{DB: w.DB, Text: cleanText(w.Text), ID: clean(w.Observation)}
		if o, ok := obs.First(w.Observation); ok {
			x.Basis = o.Basis
			if w.Basis != "" {
				x.Basis = w.Basis
			}
			if x.Text.IsZero() {
				x.Text = lang.T("%s = %s", "%s = %s").F(observationName(o.ID), observationValue(o))
			}
		} else if f, ok := doc.Incident.Get(incident.Field(w.Observation)); ok {
			x.Basis = f.Basis
		}
		if x.Text.IsZero() {
			x.Text = lang.Same(x.ID)
		}
		out = append(out, x)
	}
	sort.SliceStable(out, func(i, j int) bool { return math.Abs(out[i].DB) > math.Abs(out[j].DB) })
	return out
}
