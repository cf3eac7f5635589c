package report

import (
	"meiqia-diag/diag"
	"meiqia-diag/diag/lang"
)

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
	if mayHaveRun(doc) {
		add([]lang.Text{lookFirst})
	}
	sure := doc.Verdict.Outcome != diag.Inconclusive
	if !sure {
		for _, m := range missing(doc) {
			add([]lang.Text{lang.T("补充证据：%s", "More evidence: %s").F(m)})
		}
	}
	if p := primary(doc); p != nil && (sure || p.Probability >= worthMending) {
		add(undoings(doc, *p))
		add(fixes(*p))
	}
	for _, c := range others(doc) {
		if f := append(undoings(doc, c), fixes(c)...); len(f) > 0 && c.Probability >= worthMending {
			add(f[:1])
		}
	}
	return out
}

// mostNow is how many steps a person takes at a time.
const mostNow = 3

// plan is what todo lists, in its order, in two parts where nothing is settled:
// what tells the leading causes apart is done first, and the rest only if that
// does not help. A rest of a single step is none.
func plan(doc *diag.Document) (now, further []lang.Text) {
	list := todo(doc)
	if doc.Verdict.Outcome != diag.Inconclusive || len(list) <= mostNow+1 {
		return list, nil
	}
	return list[:mostNow], list[mostNow:]
}

var lookFirst = lang.T("先别急着再按：这次撤回可能已经生效，只是结果没传回来。刷新会话，或请同事、访客看一眼，消息还在再撤回一次。",
	"Do not press again yet: this recall may have gone through, and only its result been lost. Reload the conversation, or ask a colleague or the visitor to look; if the message is still there, recall it again.")

// mayHaveRun reports whether the recall may have been carried out although the
// page saw it fail: it was asked for, it ended in the page, and nothing tells how
// the service decided.
func mayHaveRun(doc *diag.Document) bool {
	obs := doc.Observations()
	if _, asked := obs.First("server.answer"); !asked || doc.Outcomes.SenderView == "gone" || doc.Outcomes.VisitorView == "gone" {
		return false
	}
	if _, ok := obs.First("network.restarts"); ok && doc.Outcomes.RequestResult != "accepted" && doc.Outcomes.RequestResult != "not_sent" {
		return true
	}
	if _, ok := obs.First("network.hidden_answer"); ok && doc.Outcomes.RequestResult == "unknown" {
		return true
	}
	if doc.Outcomes.RequestResult != "unknown" && doc.Outcomes.RequestResult != "no_answer" {
		return false
	}
	for _, o := range obs.All("network.error") {
		switch o.Text() {
		case "reset", "changed", "timeout", "aborted", "pending", "unspecified":
			return true // what befalls a request before it is sent is not among them
		}
	}
	return false
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

// unsettled is what would settle it, where the steps to take do not say so already.
func unsettled(doc *diag.Document) []lang.Text {
	if doc.Verdict.Outcome == diag.Inconclusive {
		return nil
	}
	return missing(doc)
}

// remedies gives what to do when the message cannot be recalled any more.
func remedies(doc *diag.Document) []diag.Remedy {
	if doc.Health && (doc.Incident.Incident == nil || doc.Incident.Empty()) {
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
