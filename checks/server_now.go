package checks

import (
	"context"
	"strings"

	"meiqia-diag/checks/probe"
	"meiqia-diag/diag"
	"meiqia-diag/diag/lang"
	"meiqia-diag/diag/lazy"
	"meiqia-diag/diag/profile"
)

// serverNow asks each address behind the service's names.
func (s *sheet) serverNow(ctx context.Context, in *diag.Input) (diag.CheckState, lang.Text) {
	if in.Offline {
		return diag.Skip, lang.Text{}
	}
	var ts []probe.Target
	for _, t := range targets(in, profile.API, profile.Workbench) {
		if strings.HasPrefix(t.URL, "http") {
			ts = append(ts, t)
		}
	}
	if len(ts) == 0 {
		return diag.Skip, lang.Text{}
	}
	return s.serverFound(probe.Server(ctx, ts, probeOptions(in)))
}

// serverFound reports what a probe of the service found.
func (s *sheet) serverFound(r probe.ServerResult) (diag.CheckState, lang.Text) {
	state, reason := diag.Skip, lang.T("服务未能连上，无从测量", "the service was not reached, so there was nothing to measure")
	worse := func(st diag.CheckState, t lang.Text) {
		if state == diag.Skip || state == diag.Pass || state == diag.Warn && st == diag.Fail {
			state, reason = st, t
		}
	}
	for _, t := range r.Targets {
		if t.Answered == 0 && t.Overdue == 0 {
			continue
		}
		name := hostOf(t.Target.URL)
		src := []option{live(), method("probe"), from(name), detail("requests", itoa(t.Sent), "answered", itoa(t.Answered), "longest", msText(diag.Millis(t.QueueingMax)))}
		add := func(id string, v float64, in string) {
			s.add(id, round(v), append(append([]option{}, src...), unit(in))...)
		}
		if t.Answered > 0 {
			add(ServerQueueing, diag.Millis(t.Queueing), "ms")
			add(ServerFailing, 100*float64(t.Errors5xx)/float64(t.Answered), "percent")
		}
		if t.Limited > 0 {
			add(ServerLimited, 100*float64(t.Limited)/float64(t.Answered), "percent")
		}
		if t.Overdue > 0 {
			add(ServerOverdue, 100*float64(t.Overdue)/float64(t.Answered+t.Overdue), "percent")
		}
		if t.RetryAfter > 0 {
			add(ServerRetry, t.RetryAfter.Seconds(), "s")
		}
		worse(diag.Pass, lang.T("服务应答正常", "the service answers well"))
	}
	for _, f := range probe.ServerFaults(r) {
		st := diag.Fail
		switch {
		case f.Kind == probe.FaultUneven:
			s.add(ServerBackends, "uneven", live(), method("probe"), from(f.Host()), detail("host", f.Host(), "how", f.Detail, "backend", strings.Join(f.Addrs, " ")))
		case f.Note:
			st = diag.Warn
		default:
			s.fault(f, "probe")
		}
		worse(st, faultText(f))
	}
	s.twins(r.Targets)
	return state, reason
}

var digits = lazy.MustCompile(`[0-9]+`)

// twins compares hosts whose addresses differ in digits alone, as
// api1 and api2 or 10.0.0.1 and 10.0.0.2 do: they are machines of one kind.
func (s *sheet) twins(ts []probe.ServerTarget) {
	good, bad := map[string]string{}, map[string]string{}
	for _, t := range ts {
		if t.Sent < 3 || t.Target.Role != string(profile.API) {
			continue
		}
		host := hostOf(t.Target.URL)
		kind := digits.ReplaceAllString(host, "#")
		switch {
		case t.Errors5xx+t.Unanswered == 0:
			good[kind] = host
		case t.Errors5xx+t.Overdue == t.Sent:
			bad[kind] = host
		}
	}
	for kind, host := range bad {
		if good[kind] != "" {
			s.add(ServerBackends, "uneven", live(), method("probe"), from(host), detail("host", host, "good", good[kind]))
		}
	}
}

func hostOf(raw string) string {
	raw = pathOf(raw)
	if i := strings.Index(raw, "://"); i >= 0 {
		raw = raw[i+3:]
	}
	host, _, _ := strings.Cut(raw, "/")
	return host
}
