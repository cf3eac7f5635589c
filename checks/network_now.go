package checks

import (
	"context"
	"slices"
	"strconv"
	"sync"
	"time"

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
	var path probe.PathResult
	var where probe.WhereResult
	var wg sync.WaitGroup
	start, began := in.Now(), time.Now()
	wg.Go(func() { where = probe.Where(ctx, all, probe.Here(), opt) })
	wg.Go(func() { path = probe.Path(ctx, all[0], opt) })
	wg.Wait()
	if cutShort(ctx, began) {
		return diag.Skip, lang.T("时限太短，还没有测完", "the time limit came before it was measured")
	}

	state, reason := s.whereNow(where)
	word := s.pathNow(path)
	s.pathSeries(path, start)
	if word != "" && word != "good" && state == diag.Pass {
		state, reason = diag.Fail, pathText(word, path)
	}
	if in.Load && state != diag.Fail {
		if t, grown := s.bloatNow(probe.Bloat(ctx, all[0], opt)); grown {
			state, reason = diag.Warn, t
		}
	}
	return state, reason
}

// silence is how long a host has to be silent for that to mean anything: TCP
// sends the first segment of a connection again after a second (RFC 6298), and
// most answers that come at all have come by then.
const silence = time.Second

// cutShort tells that the time for a run was over before silence meant
// anything: what had not answered by then is not known.
func cutShort(ctx context.Context, began time.Time) bool {
	return ctx.Err() != nil && time.Since(began) < silence
}

// bloatNow reports how round trips grow under load.
func (s *sheet) bloatNow(r probe.BloatResult) (lang.Text, bool) {
	if r.Kind != probe.None || r.Probes == 0 {
		return lang.Text{}, false
	}
	grown := round(diag.Millis(max(0, r.Loaded-r.Idle)))
	s.add(NetworkBloat, grown, live(), unit("ms"), method("tcp-connect"), from(r.Addr),
		detail("idle_ms", msExact(r.Idle), "loaded_ms", msExact(r.Loaded), "bytes", strconv.FormatInt(r.Sent, 10), "probes", itoa(r.Probes), "lost", itoa(r.Lost)))
	if !r.Grown {
		return lang.Text{}, false
	}
	f := probe.Fault{Kind: probe.FaultBloat, Hosts: []string{hostOf(r.Target.URL)}, Detail: msText(grown)}
	s.fault(f, "upload")
	return faultText(f), true
}

// UnderLoad orders the checks so that the line is filled only after the clock
// and the service were measured on it as it is.
func UnderLoad(all []diag.Check) []diag.Check {
	out := slices.Clone(all)
	for i := range out {
		if out[i].ID == "network" {
			out[i].Needs = append(slices.Clone(out[i].Needs), "clock", "server")
		}
	}
	return out
}
