package compare

import (
	"math"
	"slices"

	"meiqia-diag/diag"
	"meiqia-diag/diag/incident"
	"meiqia-diag/diag/lang"
)

// proof says what a health run can tell of a cause: by which check, and by
// which of its live observations. What is not listed shows in another recall only.
type proof struct {
	check string
	seen  []string // a live one of these has to be there, and none may be as bad as before
	good  string   // the words the first of them has to say, where it says words
	bad   []string // live observations that were there before and have to be gone
	swing bool     // the trouble comes and goes: that it is not there now is no promise
}

var proofs = map[diag.Code]proof{
	"trigger.device-slow":        {check: "device", seen: []string{"device.load", "device.memory"}, swing: true},
	"dispatch.extension-blocked": {check: "browser", seen: []string{"browser.installed"}, bad: []string{"browser.blocked_by"}},
	"dispatch.browser-settings":  {check: "browser", seen: []string{"browser.installed"}, bad: []string{"browser.setting"}},
	"dispatch.browser-outdated":  {check: "browser", seen: []string{"browser.engine"}, good: "ok"},
	"dispatch.client-outdated":   {check: "client", seen: []string{"client.version"}, good: "ok"},
	"dispatch.stale-app":         {check: "cache", seen: []string{"cache.app"}, good: "current"},
	"transport.interrupted":      {check: "network", seen: []string{"network.quality"}, bad: []string{"network.fault", "network.rung"}, swing: true},
	"transport.packet-loss":      {check: "network", seen: []string{"network.loss"}, swing: true},
	"transport.unstable":         {check: "network", seen: []string{"network.jitter", "network.loss"}, swing: true},
	"transport.high-latency":     {check: "network", seen: []string{"network.rtt"}, swing: true},
	"transport.local-network":    {check: "network", seen: []string{"network.quality", "network.rtt"}, bad: []string{"network.fault", "network.rung"}},
	"admission.overloaded":       {check: "server", seen: []string{"server.queueing", "server.failing"}, swing: true},
	"admission.uneven-backends":  {check: "server", seen: []string{"server.failing"}, bad: []string{"server.backends"}},
	"decision.clock-skew":        {check: "clock", seen: []string{"clock.offset"}},
	"sync.push-disconnected":     {check: "network", seen: []string{"network.quality", "network.rtt"}, bad: []string{"network.push"}, swing: true},
}

// ChecksFor gives the checks of a health run that tell of these causes, in the
// contract's order; none where only another recall tells.
func ChecksFor(codes []diag.Code) []string {
	var out []string
	for _, id := range diag.CheckIDs {
		if slices.ContainsFunc(codes, func(c diag.Code) bool { return proofs[c].check == id }) {
			out = append(out, id)
		}
	}
	return out
}

// Swings tells whether a cause comes and goes, so that one good run is no promise.
func Swings(code diag.Code) bool { return proofs[code].swing }

// named are the causes that a document gives its failure to: of an inconclusive
// one the candidates.
func named(d *diag.Document) []diag.CauseReport {
	var out []diag.CauseReport
	for _, c := range d.Verdict.Causes {
		if len(out) < 40 && !slices.ContainsFunc(out, func(o diag.CauseReport) bool { return o.Code == c.Code }) {
			out = append(out, c)
		}
	}
	return out
}

// likely is the probability from which a contributing cause is worth following:
// below it, it is one of the candidates that come and go with every run.
const likely = 0.25

func follows(c diag.CauseReport) bool { return c.Role == "primary" || c.Probability >= likely }

// causes tells what became of the causes of a, and which are new in b.
func causes(a, b *diag.Document) []diag.CauseChange {
	out := []diag.CauseChange{}
	in := func(d *diag.Document, code diag.Code) *diag.CauseReport {
		for _, c := range named(d) {
			if c.Code == code {
				return &c
			}
		}
		return nil
	}
	for _, was := range named(a) {
		is := in(b, was.Code)
		if !follows(was) && (is == nil || !follows(*is)) {
			continue
		}
		c := diag.CauseChange{Code: was.Code, Role: was.Role, Was: diag.Float(was.Probability), Guess: a.Verdict.Outcome == diag.Inconclusive}
		switch {
		case is != nil && b.Verdict.Outcome == diag.Explained && follows(*is):
			c.State, c.Role, c.Is, c.Moved = diag.CauseStill, is.Role, diag.Float(is.Probability), a.Health == b.Health && moved(was, *is)
		default:
			if is != nil {
				c.Is = diag.Float(is.Probability)
			}
			c.Because = Contradicted(was, a, b)
			c.State = diag.CauseMended
			if len(c.Because) == 0 {
				c.State, c.Tell = diag.CauseUntold, Tells(was.Code)
			}
		}
		c.Signs = signs(was)
		out = append(out, c)
	}
	for _, is := range named(b) {
		if in(a, is.Code) == nil && follows(is) && b.Verdict.Outcome == diag.Explained {
			out = append(out, diag.CauseChange{Code: is.Code, State: diag.CauseNew, Role: is.Role, Is: diag.Float(is.Probability), Signs: signs(is)})
		}
	}
	return out
}

// signs are the observations that speak for a cause.
func signs(c diag.CauseReport) []string {
	var out []string
	for _, w := range c.For {
		out = append(out, w.Observation)
	}
	return out
}

// moved tells of a probability that is another: by a tenth, and by odds that
// are twice or half of what they were.
func moved(x, y diag.CauseReport) bool {
	odds := func(p float64) float64 { p = min(max(p, 0.001), 0.999); return 10 * math.Log10(p/(1-p)) }
	return math.Abs(x.Probability-y.Probability) >= 0.1 && math.Abs(odds(x.Probability)-odds(y.Probability)) >= 3
}

// Contradicted gives what in b was measured and contradicts a cause of a: ids
// of observations, or "stage transport". Nothing is no contradiction, and no sign of it either.
func Contradicted(was diag.CauseReport, a, b *diag.Document) []string {
	if p := b.Verdict.Causes; len(p) > 0 && p[0].Code == was.Code {
		return nil // it is still the likeliest
	}
	why := witnessed(was, a, b)
	if !b.Health {
		why = append(why, travelled(was.Code, b)...)
	}
	return why
}

// travelled tells how a second recall contradicts a cause: it passed the stage
// that the cause breaks, and something measured says so.
func travelled(code diag.Code, b *diag.Document) []string {
	switch {
	case code == "sync.visitor-client-outdated":
		if b.Outcomes.VisitorView == "gone" {
			return []string{"visitor_view"}
		}
		if o, ok := b.Observations().First("sync.visitor_client"); ok && o.Text() == "ok" {
			return []string{o.ID}
		}
		return nil
	case code.Stage() == diag.Sync || code == diag.ServiceUnknown:
		if b.Outcomes.RequestResult == "accepted" && b.Outcomes.SenderView == "gone" {
			return []string{"request_result", "sender_view"}
		}
		return nil
	}
	for _, s := range b.Stages {
		if s.Stage != code.Stage() || s.State != diag.Passed {
			continue
		}
		var why []string
		for _, id := range s.Because {
			if slices.ContainsFunc(b.Observations().All(id), func(o diag.Observation) bool { return o.Basis == incident.Measured }) {
				why = append(why, id)
			}
		}
		return why
	}
	return nil
}

// witnessed tells how live measurements contradict a cause.
func witnessed(was diag.CauseReport, a, b *diag.Document) []string {
	p := proofs[was.Code]
	if p.check == "" || !looked(b, p.check) {
		return nil
	}
	if s := checkOf(b, p.check).State; s == diag.Fail { // it is broken, if in another way
		return nil
	}
	live := func(d *diag.Document, id string) []diag.Observation {
		var out []diag.Observation
		for _, o := range checkOf(d, p.check).Observations {
			if o.ID == id && o.Live && o.Basis == incident.Measured {
				out = append(out, o)
			}
		}
		return out
	}
	before := false
	for _, id := range p.bad {
		if len(live(b, id)) > 0 {
			return nil
		}
		before = before || len(live(a, id)) > 0
	}
	if len(p.bad) > 0 && !before && was.Code != "transport.local-network" {
		return nil // it was told from the recall alone: that nothing shows now says nothing
	}
	var why []string
	for i, id := range p.seen {
		seen := live(b, id)
		if len(seen) == 0 {
			continue
		}
		if i == 0 && p.good != "" && !slices.ContainsFunc(seen, func(o diag.Observation) bool { return o.Text() == p.good }) {
			return nil
		}
		if asBad(id, was, a, seen) {
			return nil
		}
		why = append(why, id)
	}
	return why
}

// asBad tells whether an observation that spoke for the cause is no better now.
func asBad(id string, was diag.CauseReport, a *diag.Document, now []diag.Observation) bool {
	if !slices.ContainsFunc(was.For, func(w diag.Weighing) bool { return w.Observation == id }) {
		return false
	}
	s := scales[id]
	x, ok := worst(a.Observations().All(id), s)
	if !ok {
		return false
	}
	y, ok := worst(now, s)
	if !ok {
		return false
	}
	d, ok := differ(x, y, s, 0, 0)
	m, _ := x.Number()
	n, _ := y.Number()
	return ok && (!d.differs || s.direction(m, n) != diag.Better)
}

func worst(list []diag.Observation, s scale) (diag.Observation, bool) {
	var out diag.Observation
	found := false
	for _, o := range list {
		v, ok := o.Number()
		if !ok {
			continue
		}
		w, _ := out.Number()
		if !found || s.direction(w, v) == diag.Worse {
			out, found = o, true
		}
	}
	return out, found
}

// Tells says what would tell whether a cause is mended, where a health run does not.
func Tells(code diag.Code) lang.Text {
	switch p := proofs[code]; {
	case p.swing:
		return lang.T("它时有时无：用 meiqia-diag watch 连续观察，或用 meiqia-diag record 再录一次撤回。", "It comes and goes: observe it with meiqia-diag watch, or record another recall with meiqia-diag record.")
	case p.check != "":
		return lang.T("在出问题的那台电脑上运行 verify，或用 meiqia-diag record 再录一次撤回。", "Run verify on the computer that had the trouble, or record another recall with meiqia-diag record.")
	}
	return lang.T("只有再撤回一次才看得出：用 meiqia-diag record 录下来，或用 --evidence 交来它的 HAR 和日志。", "Only another recall shows it: record one with meiqia-diag record, or hand in its HAR and logs with --evidence.")
}
