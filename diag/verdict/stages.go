package verdict

import "meiqia-diag/diag"

// outcomes reads the three facts about the recall off the observations.
func outcomes(obs diag.Observations) diag.Outcomes {
	o := diag.Outcomes{RequestResult: "unknown", SenderView: "unknown", VisitorView: "unknown"}
	if answer, ok := obs.First("server.answer"); ok && answer.Detail["proof"] != "weak" {
		o.RequestResult = answer.Text()
	} else if ok {
		o.RequestResult = answer.Text()
	} else if obs.Has("browser.dispatch", "absent") {
		o.RequestResult = "not_sent"
	}
	switch obs.Word("attempt.symptom") {
	case "still_visible":
		o.VisitorView = "still_visible"
	case "refused", "no_button":
		o.SenderView = "still_visible"
	}
	if obs.Has("sync.event", "seen") && o.VisitorView == "unknown" {
		o.VisitorView = "gone"
	}
	switch obs.Word("sync.history") {
	case "withdrawn":
		o.SenderView = "gone"
	case "cached", "still":
		o.SenderView = "still_visible"
	}
	if o.RequestResult == "refused" || o.RequestResult == "not_sent" {
		if o.SenderView == "unknown" {
			o.SenderView = "still_visible"
		}
		if o.VisitorView == "unknown" {
			o.VisitorView = "still_visible"
		}
	}
	return o
}

// stages places the recall on its way. A stage is passed only where something
// shows it; the broken one is the primary cause's.
func stages(obs diag.Observations, v diag.Verdict, o diag.Outcomes) []diag.StageReport {
	reached := -1 // index of the last stage that is shown to be passed
	var because []string
	pass := func(s diag.Stage, id string) {
		if s.Index() > reached {
			reached = s.Index()
			because = []string{id}
		}
	}
	if obs.Has("browser.dispatch", "blocked") || obs.Has("browser.dispatch", "policy") || obs.Has("browser.dispatch", "replaced") || obs.Has("browser.dispatch", "unspecified") {
		pass(diag.Trigger, "browser.dispatch")
	}
	if obs.Has("browser.dispatch", "sent") && o.RequestResult != "not_sent" {
		pass(diag.Dispatch, "browser.dispatch")
	}
	switch o.RequestResult {
	case "refused":
		pass(diag.Transport, "server.answer")
		if decisionReason(obs) {
			pass(diag.Admission, "server.refusal")
		}
	case "accepted":
		pass(diag.Decision, "server.answer")
		if v.Outcome == diag.Healthy {
			pass(diag.Sync, "server.answer")
		}
	}
	broken := diag.Stage("")
	var why []string
	if v.Outcome == diag.Explained && len(v.Causes) > 0 {
		broken = v.Causes[0].Code.Stage()
		for _, w := range v.Causes[0].For {
			why = append(why, w.Observation)
		}
	}
	out := make([]diag.StageReport, 0, len(diag.Stages))
	for i, s := range diag.Stages {
		r := diag.StageReport{Stage: s, State: diag.Unknown, Because: []string{}}
		switch {
		case s == broken:
			r.State, r.Because = diag.Broken, unique(why)
		case i <= reached && (broken == "" || i < broken.Index()):
			r.State, r.Because = diag.Passed, because
		}
		out = append(out, r)
	}
	return out
}

func decisionReason(obs diag.Observations) bool {
	for _, o := range obs.All("server.refusal") {
		switch o.Text() {
		case "window", "read", "acted", "processed", "type", "not_own", "permission", "channel", "missing", "already", "ended":
			return o.Detail["by"] != "person"
		}
	}
	return false
}

func unique(list []string) []string {
	out := []string{}
	for _, s := range list {
		if !contains(out, s) {
			out = append(out, s)
		}
	}
	return out
}

// remedies offers what is left when the message cannot be recalled any more.
func remedies(v diag.Verdict, o diag.Outcomes, obs diag.Observations) []diag.Remedy {
	if v.Outcome == diag.Healthy {
		return nil
	}
	if v.Outcome == diag.Explained {
		cause, _ := diag.CauseOf(v.Causes[0].Code)
		out := obs.Has("window.asked", "out")
		if cause.Retry == "yes" && !out {
			return nil
		}
	}
	return diag.Remedies()
}
