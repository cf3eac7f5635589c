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
	var path probe.PathResult
	var where probe.WhereResult
	var wg sync.WaitGroup
	wg.Go(func() { where = probe.Where(ctx, all, probe.Here(), opt) })
	wg.Go(func() { path = probe.Path(ctx, all[0], opt) })
	wg.Wait()

	state, reason := s.whereNow(where)
	word := s.pathNow(path)
	if word != "" && word != "good" && state == diag.Pass {
		state, reason = diag.Fail, pathText(word, path)
	}
	return state, reason
}
