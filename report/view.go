package report

import (
	"math"
	"sort"
	"strings"
	"time"

	"meiqia-diag/diag"
	"meiqia-diag/diag/incident"
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

// fixes gives what mends a cause, in both languages where the catalogue has them.
func fixes(c diag.CauseReport) []lang.Text {
	known, _ := diag.CauseOf(c.Code)
	out := []lang.Text{}
	for _, en := range c.Fix {
		t := lang.Same(clean(en))
		for _, k := range known.Fix {
			if k.EN == en {
				t = k
			}
		}
		out = append(out, t)
	}
	return out
}

// todo lists what to do now: the primary cause's steps, then the first step of
// each other likely cause. Where the cause is not certain, what would settle it
// comes first.
func todo(doc *diag.Document) []lang.Text {
	var out []lang.Text
	seen := map[string]bool{}
	add := func(list []lang.Text) {
		for _, t := range list {
			if !seen[t.EN] {
				seen[t.EN] = true
				out = append(out, t)
			}
		}
	}
	sure := doc.Verdict.Outcome != diag.Inconclusive
	if !sure {
		for _, m := range missing(doc) {
			add([]lang.Text{lang.T("补充证据：%s", "More evidence: %s").F(m)})
		}
	}
	if p := primary(doc); p != nil && (sure || p.Probability >= worthMending) {
		add(fixes(*p))
	}
	for _, c := range others(doc) {
		if f := fixes(c); len(f) > 0 && c.Probability >= worthMending {
			add(f[:1])
		}
	}
	return out
}

// worthMending is how likely a cause beside the primary must be for its mend to
// be put before a person who wants to know what to do.
const worthMending = 0.2

// attached is what to hand on: a path to copy, or the archive that went to standard output.
func attached(path string) lang.Text {
	if path == "-" {
		return lang.T("写到标准输出的那个压缩包", "the archive that went to standard output")
	}
	return lang.Same(clean(path))
}

// missing gives what would settle it, in both languages where they are known.
func missing(doc *diag.Document) []lang.Text {
	if len(doc.Verdict.MissingText) == len(doc.Verdict.Missing) {
		out := []lang.Text{}
		for _, t := range doc.Verdict.MissingText {
			out = append(out, cleanText(t))
		}
		return out
	}
	out := []lang.Text{}
	for _, en := range doc.Verdict.Missing {
		t := lang.Same(clean(en))
		for _, c := range diag.Causes() {
			for _, s := range c.SettleTexts() {
				if s.EN == en {
					t = s
				}
			}
		}
		out = append(out, t)
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

// unsettled is what would settle it, where the steps to take do not say so already.
func unsettled(doc *diag.Document) []lang.Text {
	if doc.Verdict.Outcome == diag.Inconclusive {
		return nil
	}
	return missing(doc)
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

// remedies gives what to do when the message cannot be recalled any more.
func remedies(doc *diag.Document) []diag.Remedy {
	if doc.Health {
		return nil // there is no message to take back
	}
	if len(doc.RemedyList) > 0 {
		return doc.RemedyList
	}
	var out []diag.Remedy
	for _, s := range doc.Remedies {
		r := diag.Remedy{Text: lang.Same(clean(s))}
		for _, k := range diag.Remedies() {
			if k.ID == s || k.Text.EN == s {
				r = k
			}
		}
		out = append(out, r)
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

// ordered is a check and how deep it is folded.
type ordered struct {
	diag.CheckJSON
	depth int
}

// checks gives the checks in the contract's order, folded ones under the one they follow.
func checks(doc *diag.Document) []ordered {
	var out []ordered
	shown := make([]bool, len(doc.Checks))
	var put func(i, depth int)
	put = func(i, depth int) {
		if shown[i] {
			return
		}
		shown[i] = true
		out = append(out, ordered{doc.Checks[i], depth})
		for j, c := range doc.Checks {
			if c.FollowsFrom == doc.Checks[i].ID && c.FollowsFrom != "" {
				put(j, min(depth+1, 3))
			}
		}
	}
	has := map[string]bool{}
	for _, c := range doc.Checks {
		has[c.ID] = true
	}
	for i, c := range doc.Checks {
		if c.FollowsFrom == "" || !has[c.FollowsFrom] || c.FollowsFrom == c.ID {
			put(i, 0)
		}
	}
	for i := range doc.Checks { // those that follow one another in a circle
		put(i, 0)
	}
	return out
}

// reason is a check's reason, with the name of the check it follows.
func reason(c ordered) lang.Text {
	t := cleanText(c.ReasonText())
	if c.FollowsFrom != "" {
		f := sFollows.F(checkName(c.FollowsFrom))
		if t.IsZero() {
			return f
		}
		return lang.T("%s（%s）", "%s (%s)").F(t, f)
	}
	return t
}

// moment is a moment of the timeline with its time read.
type moment struct {
	diag.Moment
	t    time.Time
	text lang.Text
}

// moments gives the timeline in its order in time and in the zone of the
// person's clock; moments without a readable time are left out.
func moments(doc *diag.Document) []moment {
	var out []moment
	zone := ZoneOf(doc)
	for _, m := range doc.Timeline {
		t, err := time.Parse(time.RFC3339Nano, m.At)
		if err != nil {
			continue
		}
		text := cleanText(m.Text)
		if text.IsZero() {
			text = kindWord(m.Kind)
		}
		if zone != nil {
			t = t.In(zone)
		}
		out = append(out, moment{m, t, text})
	}
	sort.SliceStable(out, func(i, j int) bool { return out[i].t.Before(out[j].t) })
	return out
}

// shown is what the clock showed, in the person's zone.
func shown(m moment) string {
	t, err := time.Parse(time.RFC3339Nano, m.Shown)
	if err != nil {
		return m.Shown
	}
	return t.In(m.t.Location()).Format("2006-01-02 15:04:05.000")
}

// ZoneOf gives the zone that the person's clock shows: as the incident tells
// it, else as the page wrote it down; nil when nothing tells.
func ZoneOf(doc *diag.Document) *time.Location {
	for _, f := range []incident.Field{incident.AttemptAt, incident.SentAt} {
		if m, ok := doc.Incident.Moment(f); ok {
			return fixedZone(m.T)
		}
	}
	for _, m := range doc.Timeline {
		t, err := time.Parse(time.RFC3339Nano, m.Shown)
		if _, off := t.Zone(); err == nil && off != 0 && m.Clock != "service" {
			return fixedZone(t)
		}
	}
	return nil
}

func fixedZone(t time.Time) *time.Location {
	_, off := t.Zone()
	return time.FixedZone("", off)
}

// problems gives the problems with the input, one line each.
func problems(doc *diag.Document) []lang.Text {
	var out []lang.Text
	for _, p := range doc.Problems {
		t := cleanText(p.Text)
		if w := clean(p.Where); w != "" && !strings.HasPrefix(t.EN, w) {
			t = lang.T("%s：%s", "%s: %s").F(w, t)
		}
		out = append(out, t)
	}
	return out
}

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
