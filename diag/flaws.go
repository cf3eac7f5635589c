package diag

import (
	"slices"
	"time"

	"meiqia-diag/diag/incident"
	"meiqia-diag/diag/lang"
)

// maxFlaws bounds what is told of one document: it may come from anybody.
const maxFlaws = 20

// Words of a document that have no list elsewhere. The empty one stands for a
// part that is absent, which a reader can live with.
var (
	checkStates  = []CheckState{"", Pass, Warn, Fail, Skip, Error}
	stageStates  = []StageState{"", Passed, Broken, Unknown}
	roles        = []string{"", "primary", "contributing"}
	bases        = []incident.Basis{"", incident.Stated, incident.Measured, incident.Assumed}
	results      = []string{"", "accepted", "refused", "no_answer", "not_sent", "unknown"}
	views        = []string{"", "gone", "still_visible", "unknown"}
	verdictWords = []string{Healthy, Explained, Inconclusive}
)

// Flaws tells what in a document that was read is not a word of the contract,
// or cannot be. It is the one test of whether a document may be relied upon, for
// whoever reads it: what it finds is not counted, and shown with a warning only.
// A part that is absent is no flaw.
func (d *Document) Flaws() []*lang.Problem {
	f := &flaws{codes: map[Code]bool{}}
	for _, c := range Causes() {
		f.codes[c.Code] = true
	}
	if d.StartedAt != "" {
		if _, err := time.Parse(time.RFC3339Nano, d.StartedAt); err != nil {
			f.add("started_at", lang.T("%q 不是时间", "%q is no time").F(clip(d.StartedAt)))
		}
	}
	f.word("outcomes.request_result", d.Outcomes.RequestResult, results)
	f.word("outcomes.sender_view", d.Outcomes.SenderView, views)
	f.word("outcomes.visitor_view", d.Outcomes.VisitorView, views)
	f.stages(d.Stages)
	f.checks(d.Checks)
	if !slices.Contains(verdictWords, d.Verdict.Outcome) {
		f.add("verdict.outcome", lang.T("不认识结论 %q", "unknown outcome %q").F(clip(d.Verdict.Outcome)))
	}
	for _, c := range d.Verdict.Causes {
		f.code("verdict.causes", c.Code)
		f.word("verdict.causes.role", c.Role, roles)
		if !(c.Probability >= 0 && c.Probability <= 1) {
			f.add("verdict.causes.probability", lang.T("%v 不是概率", "%v is no probability").F(c.Probability))
		}
	}
	for _, c := range d.Verdict.RuledOut {
		f.code("verdict.ruled_out", c.Code)
	}
	return f.list
}

type flaws struct {
	codes map[Code]bool
	list  []*lang.Problem
}

func (f *flaws) add(field string, what lang.Text) {
	if len(f.list) < maxFlaws {
		f.list = append(f.list, &lang.Problem{Field: field, What: what})
	}
}

func (f *flaws) word(field, s string, known []string) {
	if !slices.Contains(known, s) {
		f.add(field, lang.T("不认识 %q", "unknown word %q").F(clip(s)))
	}
}

func (f *flaws) code(field string, c Code) {
	if !f.codes[c] {
		f.add(field, lang.T("不认识原因代码 %q", "unknown cause %q").F(clip(string(c))))
	}
}

func (f *flaws) stages(list []StageReport) {
	last := -1
	for _, s := range list {
		at := s.Stage.Index()
		switch {
		case at < 0:
			f.add("stages", lang.T("不认识阶段 %q", "unknown stage %q").F(clip(string(s.Stage))))
		case at <= last:
			f.add("stages", lang.T("阶段 %s 的次序不对", "stage %s is out of order").F(string(s.Stage)))
		}
		last = max(last, at)
		if !slices.Contains(stageStates, s.State) {
			f.add("stages", lang.T("不认识状态 %q", "unknown state %q").F(clip(string(s.State))))
		}
	}
}

func (f *flaws) checks(list []CheckJSON) {
	for _, c := range list {
		if !slices.Contains(CheckIDs, c.ID) {
			f.add("checks", lang.T("不认识检查 %q", "unknown check %q").F(clip(c.ID)))
			continue
		}
		if !slices.Contains(checkStates, c.State) {
			f.add("checks."+c.ID, lang.T("不认识状态 %q", "unknown state %q").F(clip(string(c.State))))
		}
		for _, o := range c.Observations {
			if !slices.Contains(bases, o.Basis) {
				f.add("checks."+c.ID, lang.T("不认识依据 %q", "unknown basis %q").F(clip(string(o.Basis))))
			}
			switch o.Value.(type) {
			case nil, string, float64, bool:
			default:
				f.add("checks."+c.ID, lang.T("观测值 %q 的类型不对", "the observation %q has a value of the wrong kind").F(clip(o.ID)))
			}
		}
	}
}

// clip keeps a stranger's word short enough to be told.
func clip(s string) string {
	if r := []rune(s); len(r) > 60 {
		return string(r[:60]) + "…"
	}
	return s
}
