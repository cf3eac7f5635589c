package checks

import (
	"context"
	"slices"
	"strings"
	"time"

	"meiqia-diag/diag"
	"meiqia-diag/diag/attempt"
	"meiqia-diag/diag/incident"
	"meiqia-diag/diag/lang"
)

// What the service answered.
const (
	// ServerAnswer is what became of the recall at the service: accepted, refused, no_answer, not_sent, unknown; "weak" in the detail when nothing contradicts but nothing proves it.
	ServerAnswer = "server.answer"
	ServerStatus = "server.status" // HTTP status of the recall
	// ServerRefusal is a reason that an answer, a log or the error text a person read may mean: the words of package profile.
	ServerRefusal = "server.refusal"
	ServerTTFB    = "server.ttfb" // ms from the recall's last byte sent to the first byte of the answer
	// ServerQueueing is ms, time to first byte less the round trip of the path.
	ServerQueueing = "server.queueing"
	// ServerFailing is the percent of the service's other requests around the recall answered with 5xx.
	ServerFailing = "server.failing"
	ServerLimited = "server.limited" // percent of the probes answered with 429
	ServerOverdue = "server.overdue" // percent of the probes without an answer within the time that a page would wait
	ServerSlow    = "server.slow"    // ms, median time to first byte of the service's other requests
	// ServerBackends says whether the machines behind the name behave alike: even, uneven; in the
	// detail how often chance alone makes them look so different.
	ServerBackends = "server.backends"
	// ServerSession is the state of the login around the recall: lost.
	ServerSession = "server.session"
	// ServerRoute says that the address the recall went to does not exist (any more): missing.
	ServerRoute = "server.route"
	ServerRetry = "server.retry_after" // the answer's Retry-After
	// ServerBug says that the service's log shows its own program going wrong on: recall.
	ServerBug    = "server.bug"
	ServerSignal = "server.signal" // overload, server_error, rate, session, uneven beside the recall
	ServerHint   = "server.hint"   // the same elsewhere
)

// Server looks at what the service answered and how it did while answering.
func Server() diag.Check {
	return diag.Check{ID: "server", Title: lang.T("服务正常受理请求", "the service answers as it should"), Run: runServer}
}

func runServer(ctx context.Context, in *diag.Input, _ diag.Observations) diag.Result {
	s := &sheet{}
	a := in.Attempt
	result := s.answer(a)
	s.reasons(in)
	failing := s.others(a)
	uneven := s.backends(a)
	session := s.session(a)
	if sig := a.ServiceBug(); sig != nil {
		s.add(ServerBug, "recall", from(sig.Source), at(sig.At), detail("words", clip(sig.Words, 80)))
	}
	s.signals("server", a, "overload", "server_error", "rate", "session", "uneven")
	liveState, liveReason := s.serverNow(ctx, in)

	res := diag.Result{State: diag.Pass, Observations: s.list}
	status := 0
	if a.Request != nil {
		status = a.Request.Answer.Status
	}
	switch {
	case status >= 500 || status == 429:
		res.State, res.Reason = diag.Fail, lang.T("服务对撤回回答了 %d", "the service answered the recall with %d").F(status)
	case session:
		res.State, res.Reason = diag.Fail, lang.T("登录已失效", "the login was no longer valid")
	case uneven:
		res.State, res.Reason = diag.Fail, lang.T("同一域名下的服务器表现不一", "the machines behind one name behave differently")
	case failing >= 20:
		res.State, res.Reason = diag.Fail, lang.T("撤回前后 %.0f%% 的请求得到 5xx", "%.0f%% of the requests around the recall got a 5xx").F(failing)
	case liveState == diag.Fail || liveState == diag.Warn:
		res.State, res.Reason = liveState, liveReason
	case result == attempt.Refused:
		res.Reason = lang.T("服务受理了请求并拒绝撤回", "the service took the request up and refused the recall")
	case result == attempt.Accepted:
		res.Reason = lang.T("服务接受了撤回", "the service accepted the recall")
	case liveState == diag.Pass:
		res.Reason = liveReason
	case len(a.Calls) > 0:
		res.Reason = lang.T("录到的其他请求都正常", "the other recorded requests went well")
	default:
		res.State, res.Reason = diag.Skip, lang.T("没有服务回答的记录", "no answer of the service is on record")
		if !liveReason.IsZero() {
			res.Reason, res.FollowsFrom = liveReason, "network"
		}
	}
	return res
}

func (s *sheet) answer(a *attempt.Attempt) attempt.Result {
	r := a.Request
	if r == nil {
		return attempt.Unknown
	}
	weak := ""
	if r.Answer.Weak {
		weak = "weak"
	}
	s.add(ServerAnswer, string(r.Result), from(r.Source), at(r.End), detail("proof", weak, "via", r.Via, "text", clip(r.Answer.Text, 120), "codes", clip(strings.Join(r.Answer.Codes, " "), 60)))
	if st := r.Answer.Status; st > 0 {
		s.add(ServerStatus, st, from(r.Source))
		body := ""
		if r.Entry != nil {
			body = r.Entry.RespBody
		}
		silent := r.Call != nil && r.Call.Bodiless // what is not there was perhaps said of the message
		if st == 410 || st == 405 || st == 501 || st == 404 && !silent && (r.Entry == nil || noMessageReason(r) || strings.Contains(strings.ToLower(body), "<html")) {
			s.add(ServerRoute, "missing", from(r.Source), detail("status", itoa(st)))
		}
	}
	if r.Call != nil && r.Call.Wait >= 0 && r.Call.Failure == "" {
		s.add(ServerTTFB, round(r.Call.Wait), unit("ms"), from(r.Source))
		s.add(ServerQueueing, round(max(0, r.Call.Wait-pathRTT(a))), unit("ms"), from(r.Source))
	}
	if r.Entry != nil {
		if v := r.Entry.RespHeaders.Get("retry-after"); v != "" {
			s.add(ServerRetry, clip(v, 40), from(r.Source))
		}
	}
	return r.Result
}

// noMessageReason reports whether a 404 says nothing of a message: then it is the address that does not exist.
func noMessageReason(r *attempt.Request) bool {
	return !(r.Answer.Has("missing") || r.Answer.Has("ended") || r.Answer.Has("already"))
}

// pathRTT is the recording's best guess of the round trip: the median TCP handshake, else the quickest answer.
func pathRTT(a *attempt.Attempt) float64 {
	var hs []float64
	best := -1.0
	for _, c := range a.Calls {
		if tcp := c.Entry.Connect - max(c.Entry.SSL, 0); c.Entry.Connect > 0 && tcp > 0 {
			hs = append(hs, tcp)
		}
		if c.Wait > 0 && c.Failure == "" && (best < 0 || c.Wait < best) {
			best = c.Wait
		}
	}
	if len(hs) > 0 {
		return median(hs)
	}
	return max(best, 0)
}

// reasons reports every reason that any source gives for the refusal: the
// answer, logs beside the recall, and the text a person read.
func (s *sheet) reasons(in *diag.Input) {
	a := in.Attempt
	seen := map[string]bool{}
	if r := a.Request; r != nil {
		for _, m := range r.Answer.Reasons {
			if seen[m.Means] {
				continue
			}
			seen[m.Means] = true
			s.add(ServerRefusal, m.Means, from(r.Source), detail("words", clip(m.Text, 80), "by", "answer"))
		}
	}
	for _, sig := range a.Signals {
		means, ok := strings.CutPrefix(sig.Means, "says:")
		if !ok || seen[means] || !sig.Strong || means == "generic" {
			continue
		}
		seen[means] = true
		if sig.Said {
			s.add(ServerRefusal, means, basis(incident.Stated), from(sig.Source), detail("words", clip(sig.Words, 80), "by", "person"))
			continue
		}
		s.add(ServerRefusal, means, from(sig.Source), at(sig.At), detail("words", clip(sig.Words, 80), "by", string(sig.Kind)))
	}
	if text := in.Incident.String(incident.ErrorText); text != "" {
		fact, _ := in.Incident.Get(incident.ErrorText)
		for _, m := range in.Profile.RefusalsIn(text, "") {
			if seen[m.Means] {
				continue
			}
			seen[m.Means] = true
			s.add(ServerRefusal, m.Means, basis(fact.Basis), from(fact.Source), detail("words", clip(m.Text, 80), "by", "person"))
		}
	}
}

// others measures how the service's other requests around the recall did.
func (s *sheet) others(a *attempt.Attempt) float64 {
	bad, n := 0, 0
	var waits []float64
	for _, c := range slices.Concat(a.Calls, a.Server) {
		if c.Kind != "api" || a.Request != nil && c.Entry == a.Request.Entry || c.Entry.FromCache() != "" {
			continue
		}
		if a.Request != nil && !a.Request.Start.IsZero() && !c.Start.IsZero() && c.Start.T.Sub(a.Request.Start.T).Abs() > 2*time.Minute {
			continue
		}
		if c.Status == 0 || c.Picked {
			continue
		}
		n++
		if c.Status >= 500 {
			bad++
		}
		if c.Wait > 0 {
			waits = append(waits, c.Wait)
		}
	}
	share := 0.0
	if n >= 2 {
		share = round(100 * float64(bad) / float64(n))
		s.add(ServerFailing, share, unit("percent"), from(harNames(a)), detail("failing", itoa(bad), "of", itoa(n)))
	}
	if len(waits) >= 2 {
		s.add(ServerSlow, round(median(waits)), unit("ms"), from(harNames(a)))
	}
	return share
}

// session reports that the login was lost around the recall.
func (s *sheet) session(a *attempt.Attempt) bool {
	lost := func(c *attempt.Call) bool { return c.Status == 401 || c.ToLogin || c.Status == 419 || c.Status == 440 }
	if r := a.Request; r != nil && r.Call != nil && lost(r.Call) {
		s.add(ServerSession, "lost", from(r.Source), at(r.Start), detail("status", itoa(r.Call.Status)))
		return true
	}
	n := 0
	var last *attempt.Call
	for _, c := range a.Calls {
		if c.Kind != "api" || a.Request != nil && !a.Request.Start.IsZero() && c.Start.T.Sub(a.Request.Start.T).Abs() > 2*time.Minute {
			continue
		}
		if lost(c) {
			n, last = n+1, c
		} else if c.Status >= 200 && c.Status < 300 && last != nil {
			n, last = 0, nil // it was renewed
		}
	}
	if n >= 2 {
		s.add(ServerSession, "lost", from(last.Source), at(last.Start), detail("status", itoa(last.Status)))
		return true
	}
	return false
}
