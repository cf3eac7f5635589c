package verdict

import (
	"slices"
	"strings"
	"time"

	"meiqia-diag/diag"
)

// outcomes reads the three facts about the recall off the observations.
func outcomes(obs diag.Observations) diag.Outcomes {
	o := diag.Outcomes{RequestResult: "unknown", SenderView: "unknown", VisitorView: "unknown"}
	if answer, ok := obs.First("server.answer"); ok {
		o.RequestResult = answer.Text()
	} else if obs.Has("browser.dispatch", "absent") {
		o.RequestResult = "not_sent"
	}
	// A person who still sees the message does not say in whose view; and an
	// event tells what a side was told, which is not yet what it shows.
	switch obs.Word("attempt.symptom") {
	case "refused", "no_button":
		o.SenderView = "still_visible"
	}
	for _, id := range viewed(obs) {
		switch {
		case id.visitor && id.gone:
			o.VisitorView = "gone"
		case id.visitor:
			o.VisitorView = "still_visible"
		case id.gone:
			o.SenderView = "gone"
		default:
			o.SenderView = "still_visible"
		}
	}
	if o.SenderView == "gone" && obs.Has("sync.session", "behind") {
		o.SenderView = "still_visible" // another login of the sender's was never told
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

// sight is one observation of what a side shows.
type sight struct {
	id            string
	at            time.Time
	visitor, gone bool
}

// viewed lists what is known of the two views, the latest last. Only what was recorded at the visitor's end speaks of the visitor's
// view, and an app that does not know the event shows the message all the same.
func viewed(obs diag.Observations) []sight {
	var out []sight
	for _, o := range obs {
		visitor := o.Detail["side"] == "visitor"
		when, _ := time.Parse(time.RFC3339Nano, o.At)
		switch {
		case o.ID == "sync.event" && visitor && o.Text() == "seen" && !obs.Has("sync.visitor_client", "below"):
			out = append(out, sight{o.ID, when, true, true})
		case o.ID == "sync.history" && o.Text() == "withdrawn":
			out = append(out, sight{o.ID, when, visitor, true})
		case o.ID == "sync.history" && (o.Text() == "cached" || o.Text() == "still"):
			out = append(out, sight{o.ID, when, visitor, false})
		}
	}
	slices.SortStableFunc(out, func(a, b sight) int {
		switch {
		case !a.at.Equal(b.at):
			return a.at.Compare(b.at)
		case a.gone == b.gone:
			return strings.Compare(a.id, b.id)
		case a.gone:
			return -1 // of two at one time, the one that still shows it counts
		}
		return 1
	})
	return out
}

// shownBy names the observations that show the message gone from both views.
func shownBy(obs diag.Observations) []string {
	var out []string
	for _, v := range viewed(obs) {
		if v.gone {
			out = append(out, v.id)
		}
	}
	return unique(out)
}

// stages places the recall on its way. A stage is passed only where something
// shows it; the broken one is the primary cause's.
func stages(obs diag.Observations, v diag.Verdict, o diag.Outcomes) []diag.StageReport {
	reached := -1 // index of the last stage that is shown to be passed
	var because []string
	pass := func(s diag.Stage, ids ...string) {
		if s.Index() > reached {
			reached = s.Index()
			because = ids
		}
	}
	if obs.Has("browser.dispatch", "blocked") || obs.Has("browser.dispatch", "policy") || obs.Has("browser.dispatch", "replaced") || obs.Has("browser.dispatch", "stopped") || obs.Has("browser.dispatch", "unspecified") {
		pass(diag.Trigger, "browser.dispatch")
	}
	if obs.Has("browser.dispatch", "sent") && o.RequestResult != "not_sent" {
		pass(diag.Dispatch, "browser.dispatch")
	}
	switch o.RequestResult {
	case "unknown":
		_, asked := obs.First("server.answer")
		if _, ok := obs.First("network.hidden_answer"); ok && asked {
			pass(diag.Transport, "network.hidden_answer") // a status came back; what it said of the recall is not known
		}
	case "refused":
		pass(diag.Transport, "server.answer")
		if decisionReason(obs) {
			pass(diag.Admission, "server.refusal")
		}
	case "accepted":
		pass(diag.Decision, "server.answer")
	}
	// The sync stage asks about the views alone: an answer does not pass it.
	synced := o.RequestResult == "accepted" && o.SenderView == "gone" && o.VisitorView == "gone"
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
		case s == diag.Sync && synced:
			r.State, r.Because = diag.Passed, shownBy(obs)
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
