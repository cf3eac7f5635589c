package compare

import (
	"slices"

	"meiqia-diag/diag"
	"meiqia-diag/diag/lang"
)

// Verify tells what became of a report's causes by a run made now: a health
// run, or another recall.
func Verify(report, now *diag.Document) *diag.Verified {
	d := Documents(report, now)
	v := &diag.Verified{Report: d.A, Causes: d.Causes, Changes: d.Changes, Notes: d.Notes}
	if report.Verdict.Outcome != diag.Inconclusive { // said of the report alone: what the run now came to, its own verdict says
		v.Notes = slices.DeleteFunc(v.Notes, func(t lang.Text) bool { return t == candidates })
	}
	has := func(state string) bool {
		return slices.ContainsFunc(v.Causes, func(c diag.CauseChange) bool { return c.State == state })
	}
	switch {
	case has(diag.CauseStill):
		v.Outcome = diag.CauseStill
	case has(diag.CauseNew):
		v.Outcome = diag.CauseNew
	case has(diag.CauseUntold) || now.Verdict.Outcome != diag.Healthy:
		v.Outcome = diag.CauseUntold
	case has(diag.CauseMended):
		v.Outcome, v.Holds = diag.CauseMended, true
	default:
		v.Outcome = diag.CauseUnchanged
	}
	if v.Holds && slices.ContainsFunc(v.Causes, func(c diag.CauseChange) bool { return Swings(c.Code) }) {
		v.Notes = append(v.Notes, lang.T("这类故障时有时无，一次正常不等于不再发生：请用 meiqia-diag watch 连续观察。", "Trouble of this kind comes and goes, and one good run is no promise: observe it with meiqia-diag watch."))
	}
	if now.Health {
		v.Notes = append(v.Notes, lang.T("这是在本机、本网络上测的；报告来自别的电脑时，请到那台电脑上再运行。", "This was measured on this computer and network; if the report comes from another one, run it there."))
	}
	return v
}
