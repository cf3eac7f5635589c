package checks

import (
	"context"
	"regexp"
	"strings"
	"time"

	"meiqia-diag/checks/probe"
	"meiqia-diag/diag"
	"meiqia-diag/diag/lang"
	"meiqia-diag/diag/profile"
)

// queueing beyond which a service that answers a plain request is called slow.
const slowService = 1500.0 // ms

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
	r := probe.Server(ctx, ts, probeOptions(in))
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
		src := []option{live(), method("probe"), from(name), detail("requests", itoa(t.Sent), "answered", itoa(t.Answered), "longest", msText(diag.Millis(t.QueueingMax)), "retry_after", retryText(t.RetryAfter))}
		with := func(more ...option) []option { return append(append([]option{}, src...), more...) }
		q := round(diag.Millis(t.Queueing))
		s.add(ServerQueueing, q, with(unit("ms"))...)
		// What this machine did not wait long enough for tells nothing.
		failing := round(100 * float64(t.Errors5xx+t.Overdue) / float64(max(t.Answered+t.Overdue, 1)))
		s.add(ServerFailing, failing, with(unit("percent"))...)
		if t.Uneven.Any() {
			s.add(ServerBackends, "uneven", with(detail("host", name, "failing", strings.Join(t.Uneven.Failing, " "), "slow", strings.Join(t.Uneven.Slow, " "), "clock", strings.Join(t.Uneven.Clocks, " "), "mixed", strings.Join(append(t.Uneven.Mixed, t.Uneven.Split...), " ")))...)
		}
		switch {
		case failing >= 50:
			worse(diag.Fail, lang.T("%s：%.0f%% 的请求失败", "%s: %.0f %% of the requests failed").F(name, failing))
		case t.Uneven.Any():
			worse(diag.Fail, lang.T("%s：各地址表现不一", "%s: its addresses behave differently").F(name))
		case t.Limited > 0:
			worse(diag.Warn, lang.T("%s：请求被限流（429%s）", "%s: requests were limited (429%s)").F(name, prefixed(", Retry-After ", retryText(t.RetryAfter))))
		case q >= slowService:
			worse(diag.Warn, lang.T("%s：排队 %.0f 毫秒", "%s: queueing %.0f ms").F(name, q))
		default:
			worse(diag.Pass, lang.T("服务应答正常", "the service answers well"))
		}
	}
	s.twins(r.Targets)
	return state, reason
}

var digits = regexp.MustCompile(`[0-9]+`)

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

func retryText(d time.Duration) string {
	if d <= 0 {
		return ""
	}
	return d.String()
}

func prefixed(prefix, s string) string {
	if s == "" {
		return ""
	}
	return prefix + s
}
