package checks

import (
	"slices"
	"strings"

	"meiqia-diag/checks/probe"
	"meiqia-diag/diag"
	"meiqia-diag/diag/lang"
	"meiqia-diag/diag/profile"
)

// rungsNow reports every rung of a ladder that failed.
func (s *sheet) rungsNow(ladders []probe.LadderResult) {
	for _, l := range ladders {
		if !broken(l) {
			continue
		}
		var failed probe.Rung
		for _, r := range l.Rungs() {
			if r.Name == l.FirstFailed {
				failed = r
			}
		}
		s.add(NetworkRung, faultWords[failed.Name]+" "+string(failed.Kind), live(), method("ladder"), from(l.Host),
			detail("role", l.Target.Role, "host", l.Host, "port", l.Port, "proxy", l.Proxy, "detail", failed.Detail))
	}
}

// pushNow reports a push host that is not reached, or whose WebSocket somebody on
// the way stops, where the hosts that take recalls are well: else it is one
// more sign of what hits them.
func (s *sheet) pushNow(r probe.WhereResult) {
	if slices.ContainsFunc(r.Ladders, func(l probe.LadderResult) bool { return isCore(l) && broken(l) }) {
		return
	}
	for _, l := range r.Ladders {
		if l.Target.Role != string(profile.Push) {
			continue
		}
		kind := string(l.FirstFailed)
		stopped := false
		for _, f := range r.Faults {
			if slices.Contains(f.Hosts, l.Host) && !harmless(f) && strings.HasPrefix(string(f.Kind), "ws-") {
				stopped, kind = true, string(f.Kind)
			}
		}
		if broken(l) || stopped {
			s.add(NetworkPush, "unreachable", live(), method("ladder"), from(l.Host), detail("kind", kind))
		}
	}
}

// isCore reports whether a recall passes through the host of a ladder.
func isCore(l probe.LadderResult) bool {
	return l.Target.Role == string(profile.API) || l.Target.Role == string(profile.Workbench)
}

func broken(l probe.LadderResult) bool { return l.FirstFailed != "" && !wantsLogin(l) }

// wantsLogin reports that a push host answers and says no: nobody is logged in
// here, and that it answers is all that is asked.
func wantsLogin(l probe.LadderResult) bool {
	return l.FirstFailed == "websocket" && l.WS.Kind == probe.UpgradeRefused && l.WS.Status != 426 && l.WS.Status/100 == 4
}

// hitsRecalls reports whether a fault is on the way of a recall: at a host that
// takes recalls, and not at another port of it that alone fails.
func hitsRecalls(f probe.Fault, ladders []probe.LadderResult) bool {
	if len(f.Hosts) == 0 {
		return true
	}
	core, coreFails, otherFails := false, false, false
	for _, l := range ladders {
		switch {
		case !slices.Contains(f.Hosts, l.Host):
		case isCore(l):
			core, coreFails = true, coreFails || broken(l)
		default:
			otherFails = otherFails || broken(l)
		}
	}
	return core && (coreFails || !otherFails)
}

// harmless are faults that software gets around, or that only tell of another.
func harmless(f probe.Fault) bool {
	return f.Note || f.Family == "ip6" || f.Kind == probe.FaultUneven || f.Kind == probe.FaultInjected
}

// whereNow reports where connections break, and sorts what that means for the
// way to the service.
func (s *sheet) whereNow(r probe.WhereResult) (diag.CheckState, lang.Text) {
	s.rungsNow(r.Ladders)
	s.pushNow(r)
	state, reason := diag.Pass, lang.T("到各主机的连接逐级正常", "every host is reached, rung by rung")
	for _, f := range r.Faults {
		hit := hitsRecalls(f, r.Ladders)
		if hit && !f.Note && f.Kind != probe.FaultUneven {
			s.fault(f, "ladder")
		}
		st := diag.Warn
		if hit && !harmless(f) {
			st = diag.Fail
		}
		if f.Note && f.Place == probe.PlaceService {
			continue // the service's check tells of it
		}
		if state == diag.Pass || state == diag.Warn && st == diag.Fail {
			state, reason = st, faultText(f)
		}
	}
	for _, l := range r.Ladders {
		if isCore(l) && broken(l) && state != diag.Fail { // where it breaks is not known, and it does
			return diag.Fail, lang.T("%s：%s 一级失败", "%s: the %s rung failed").F(l.Host, l.FirstFailed)
		}
	}
	if state == diag.Pass {
		for _, l := range r.Ladders {
			if broken(l) {
				return diag.Warn, lang.T("%s：%s 一级失败", "%s: the %s rung failed").F(l.Host, l.FirstFailed)
			}
		}
	}
	return state, reason
}

// fault adds one that breaks recalls now.
func (s *sheet) fault(f probe.Fault, how string) {
	place, kind := faultWord(f)
	s.add(NetworkFault, place+" "+kind, live(), method(how), from(f.Host()),
		detail("place", place, "kind", kind, "at", string(f.Place), "what", string(f.Kind), "host", f.Host(), "by", f.By, "family", f.Family, "detail", f.Detail))
}

// faultWord gives the place and kind of a fault in the words of NetworkFault.
// Places are those that a rule may rely on: device, gateway, route, dns, proxy,
// tls, port and websocket are this side's; service, ipv6, lan and wan (delays) are not
// a break of the local network.
func faultWord(f probe.Fault) (place, kind string) {
	kind = string(f.Kind)
	switch {
	case f.Kind == probe.FaultPortal:
		return "proxy", "intercepted"
	case f.Kind == probe.FaultInterception && f.Place != probe.PlaceService:
		return "tls", kind
	case f.Kind == probe.FaultBloat, f.Kind == probe.FaultJitter:
		return "wan", kind
	case f.Kind == probe.FaultDelay && f.Place == probe.PlaceLAN:
		return "lan", kind
	case f.Kind == probe.FaultDelay:
		return "wan", kind
	case f.Kind == probe.FaultMTU:
		return "route", kind
	case f.Family == "ip6":
		return "ipv6", kind
	case f.Place == probe.PlaceService:
		return "service", kind
	case strings.HasPrefix(kind, "ws-"):
		return "websocket", kind
	case f.Place == probe.PlaceLAN:
		return "gateway", kind
	case f.Place != probe.PlaceUnknown:
		return string(f.Place), strings.TrimPrefix(kind, "proxy-")
	}
	switch f.Kind {
	case probe.FaultDead:
		return "route", kind
	case probe.FaultTLS, probe.FaultTLSSilent, probe.FaultHelloReset, probe.FaultUntrusted:
		return "tls", kind
	case probe.FaultNotHTTP:
		return "proxy", kind
	}
	return "port", kind
}
