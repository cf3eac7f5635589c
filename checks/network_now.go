package checks

import (
	"context"
	"sync"

	"meiqia-diag/checks/probe"
	"meiqia-diag/diag"
	"meiqia-diag/diag/lang"
	"meiqia-diag/diag/profile"
)

// faultWords names the place and kind of a rung that failed, one word each.
var faultWords = map[string]string{"dns": "dns", "tcp": "port", "proxy": "proxy", "tls": "tls", "http": "http", "websocket": "websocket"}

// networkNow climbs the ladder to every host and probes the path to the
// service, all side by side.
func (s *sheet) networkNow(ctx context.Context, in *diag.Input) (diag.CheckState, lang.Text) {
	if in.Offline {
		return diag.Skip, lang.Text{}
	}
	all := targets(in, profile.API, profile.Workbench, profile.Push, profile.Visitor, profile.Discovery, profile.Static, profile.Media)
	if len(all) == 0 {
		return diag.Skip, lang.T("配置里没有服务的主机", "the profile names no host")
	}
	opt := probeOptions(in)
	ladders := make([]probe.LadderResult, len(all))
	var path probe.PathResult
	var wg sync.WaitGroup
	for i, t := range all {
		wg.Go(func() { ladders[i] = probe.Ladder(ctx, t, opt) })
	}
	wg.Go(func() { path = probe.Path(ctx, all[0], opt) })
	wg.Wait()

	state, reason := diag.Pass, lang.T("到各主机的连接逐级正常", "every host is reached, rung by rung")
	for _, l := range ladders {
		if l.FirstFailed == "" || l.FirstFailed == "websocket" && l.WS.Kind == probe.UpgradeRefused && l.WS.Status != 426 && l.WS.Status < 500 {
			continue // a push host that wants a login answers, and that is all that is asked here
		}
		var failed probe.Rung
		for _, r := range l.Rungs() {
			if r.Name == l.FirstFailed {
				failed = r
			}
		}
		word := faultWords[failed.Name] + " " + string(failed.Kind)
		s.add(NetworkRung, word, live(), method("ladder"), from(l.Host), detail("role", l.Target.Role, "host", l.Host, "port", l.Port, "proxy", l.Proxy, "detail", failed.Detail))
		text := lang.T("%s:%s 一级失败(%s)", "%s: the %s rung failed (%s)").F(l.Host, failed.Name, string(failed.Kind))
		core := l.Target.Role == string(profile.API) || l.Target.Role == string(profile.Workbench)
		if core && failed.Name != "http" {
			s.add(NetworkFault, word, live(), method("ladder"), from(l.Host), detail("place", faultWords[failed.Name], "kind", string(failed.Kind), "host", l.Host))
			if state != diag.Fail {
				state, reason = diag.Fail, text
			}
		} else if state == diag.Pass {
			state, reason = diag.Warn, text
		}
		if core && (failed.Kind == probe.Redirected || failed.Kind == probe.Portal || failed.Kind == probe.ProxyAuth) {
			s.add(NetworkFault, "proxy intercepted", live(), method("ladder"), from(l.Host), detail("place", "proxy", "kind", "intercepted", "host", l.Host))
			state, reason = diag.Fail, text
		}
		if l.Target.Role == string(profile.Push) {
			s.add(NetworkPush, "unreachable", live(), method("ladder"), from(l.Host), detail("kind", string(failed.Kind)))
		}
	}
	word := s.pathNow(path)
	if word != "" && word != "good" && state == diag.Pass {
		state, reason = diag.Fail, qualityTexts[word]
	}
	return state, reason
}

// pathNow reports round trips and loss of the path, and sorts it.
func (s *sheet) pathNow(p probe.PathResult) string {
	if p.Sent == 0 {
		return ""
	}
	src := []option{live(), method(p.Loss.Method), from(p.Addr), detail("sent", itoa(p.Sent), "late", itoa(p.Late), "verdict", string(p.Loss.Verdict), "bursts", itoa(p.Loss.Bursts))}
	with := func(more ...option) []option { return append(append([]option{}, src...), more...) }
	s.add(NetworkLoss, round(p.Loss.Percent), with(unit("percent"), between(round(p.Loss.Low), round(p.Loss.High)))...)
	if p.Answered == 0 {
		s.add(NetworkQuality, "dead", src...)
		return "dead"
	}
	s.add(NetworkRTT, round(diag.Millis(p.RTT.Median)), with(unit("ms"))...)
	s.add(NetworkJitter, round(diag.Millis(p.Jitter)), with(unit("ms"))...)
	word := "good"
	switch {
	case p.Loss.Verdict == probe.LossHigh:
		word = "lossy"
	case p.RTT.P95-p.RTT.Median > max(4*swingMin, 3*p.RTT.Median) && p.Jitter > swingMin/2:
		word = "unstable"
	case p.RTT.Median >= slowRTT:
		word = "slow"
	}
	s.add(NetworkQuality, word, src...)
	return word
}
