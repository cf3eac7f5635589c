package report

import (
	"meiqia-diag/diag"
	"meiqia-diag/diag/incident"
	"meiqia-diag/diag/lang"
)

// because gives the observations that a stage's state rests on.
func because(doc *diag.Document, st diag.StageReport) []lang.Text {
	obs := doc.Observations()
	var out []lang.Text
	for _, id := range st.Because {
		if t, ok := weighed(doc, st, id); ok {
			out = append(out, t)
			continue
		}
		if t, ok := passedBy[id]; ok && st.State == diag.Passed {
			out = append(out, t)
			continue
		}
		if o, ok := obs.First(id); ok {
			out = append(out, lang.T("%s %s [%s]", "%s %s [%s]").F(observationName(id), observationValue(o), basisWord(o.Basis)))
			continue
		}
		if f, ok := doc.Incident.Get(incident.Field(id)); ok {
			v, _ := factText(doc, incident.Field(id))
			out = append(out, lang.T("%s %s [%s]", "%s %s [%s]").F(incident.SpecOf(incident.Field(id)).Label, v, basisWord(f.Basis)))
			continue
		}
		out = append(out, observationName(id))
	}
	return out
}

// passedBy says what an observation that shows a stage to be passed means.
var passedBy = map[string]lang.Text{
	"browser.dispatch": lang.T("请求已离开页面", "the request left the page"),
	"server.answer":    lang.T("请求到了服务，得到了回答", "the request reached the service, which answered"),
	"server.refusal":   lang.T("请求到了服务，得到了拒绝的理由", "the request reached the service, which gave its reason"),
}

// weighed gives the reason that the primary cause has for one observation, as
// far as a broken stage rests on it.
func weighed(doc *diag.Document, st diag.StageReport, id string) (lang.Text, bool) {
	p := primary(doc)
	if p == nil || st.State != diag.Broken {
		return lang.Text{}, false
	}
	for _, w := range p.For {
		if w.Observation == id {
			return cleanText(w.Text), true
		}
	}
	return lang.Text{}, false
}

// stages gives all six stages in order; one that the document lacks is unknown.
func stages(doc *diag.Document) []diag.StageReport {
	out := make([]diag.StageReport, len(diag.Stages))
	for i, s := range diag.Stages {
		out[i] = diag.StageReport{Stage: s, State: diag.Unknown}
		for _, r := range doc.Stages {
			if r.Stage == s {
				out[i] = r
			}
		}
	}
	return out
}
