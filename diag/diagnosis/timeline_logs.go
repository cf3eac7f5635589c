package diagnosis

import (
	"slices"
	"strings"

	"meiqia-diag/diag"
	"meiqia-diag/diag/attempt"
	"meiqia-diag/diag/evidence"
	"meiqia-diag/diag/lang"
)

// reasons tells the reasons that logs give and that no answer was seen to give:
// each once, and what is no more than "failed" only where nothing else is said.
// Of a request that was not answered only the service's own log can give one.
func (c *course) reasons() {
	known, unanswered := map[string]bool{}, false
	for _, r := range c.a.Requests {
		for _, reason := range r.Answer.Reasons {
			known[reason.Means] = true
		}
		known["generic"] = known["generic"] || !r.End.IsZero()
		unanswered = r.Result == attempt.NoAnswer || r.Result == attempt.NotSent
	}
	var vague *attempt.Signal
	for i := range c.a.Signals {
		sig := &c.a.Signals[i]
		means, says := strings.CutPrefix(sig.Means, "says:")
		switch {
		case !says || !sig.Strong || known[means] || means == "accepted" || unanswered && sig.Kind != evidence.ServerLog:
		case means == "generic":
			if vague == nil && !sig.At.IsZero() {
				vague = sig
			}
		case c.reason(sig):
			known[means], known["generic"] = true, true
		}
	}
	if vague != nil && !known["generic"] {
		c.reason(vague)
	}
}

func (c *course) reason(sig *attempt.Signal) bool {
	text := lang.T("页面或客户端记下的理由：“%s”", "the reason that the page or client wrote down: “%s”")
	if sig.Kind == evidence.ServerLog {
		text = lang.T("服务日志里的理由：“%s”", "the reason in the service's log: “%s”")
	}
	m := c.add("reason", sig.At, text.F(clipLine(sig.Words)))
	if m == nil {
		return false
	}
	m.Source, m.Serious = sig.Source, true
	if sig.Kind == evidence.ServerLog {
		m.between(c.arrival, c.answer)
	}
	c.rows = slices.DeleteFunc(c.rows, func(m moment) bool { return m.Kind == "event" && m.Source == sig.Source })
	return true
}

// signals tells what the logs said that the verdict rests on, each thing once.
func (c *course) signals(doc *diag.Document) {
	seen := map[string]bool{}
	for _, cause := range doc.Verdict.Causes {
		if cause.Probability < worthTelling && cause.Role != "primary" {
			continue
		}
		for _, w := range cause.For {
			if !strings.HasSuffix(w.Observation, ".signal") && !strings.HasSuffix(w.Observation, ".hint") {
				continue
			}
			sig := c.signalOf(doc, w)
			if sig == nil || seen[sig.Means] || len(c.rows) >= maxTimeline {
				continue
			}
			seen[sig.Means] = true
			kind := "log"
			if sig.Kind == evidence.Console {
				kind = "console"
			}
			if m := c.add(kind, sig.At, w.Text); m != nil {
				m.Source, m.Serious = sig.Source, sig.Level == "error" || sig.Level == "fatal"
			}
		}
	}
}

// worthTelling is how likely a cause beside the primary must be for its log entries to be told.
const worthTelling = 0.1

// signalOf finds what a log said behind a piece of evidence.
func (c *course) signalOf(doc *diag.Document, w diag.Weighing) *attempt.Signal {
	for _, o := range doc.Observations().All(w.Observation) {
		if !strings.Contains(w.Text.EN, o.Detail["words"]) {
			continue
		}
		for i := range c.a.Signals {
			if sig := &c.a.Signals[i]; sig.Means == o.Text() && sig.Source == o.Source {
				return sig
			}
		}
	}
	return nil
}
