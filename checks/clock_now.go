package checks

import (
	"context"

	"meiqia-diag/checks/probe"
	"meiqia-diag/diag"
	"meiqia-diag/diag/profile"
)

// targets gives the profile's hosts of some roles as probe targets, each address once.
func targets(in *diag.Input, roles ...profile.Role) []probe.Target {
	var out []probe.Target
	seen := map[string]bool{}
	for _, role := range roles {
		for _, h := range in.Profile.HostsOf(role) {
			if !seen[h.URL] {
				seen[h.URL] = true
				out = append(out, probe.Target{Role: string(h.Role), URL: h.URL})
			}
		}
	}
	return out
}

func probeOptions(in *diag.Input) probe.Options {
	return probe.Options{CAFile: in.Profile.CAFile, Now: in.Now, ExpectedIssuers: in.Profile.ExpectedIssuers}
}

// clockNow measures this device's clock against the service's and the time
// servers', now. It gives offset and bound in milliseconds.
func (s *sheet) clockNow(ctx context.Context, in *diag.Input) (off, bound float64, ok bool) {
	if in.Offline {
		return 0, 0, false
	}
	r := probe.Clock(ctx, in.Profile.TimeServers, targets(in, profile.API, profile.Workbench), probeOptions(in))
	for _, t := range r.Servers {
		state := "used"
		if t.Kind != probe.None {
			state = string(t.Kind)
		}
		o := []option{live(), method("sntp"), from(t.Addr), detail("state", state, "stratum", itoa(t.Stratum), "kiss", t.KissCode)}
		if t.Known {
			o = append(o, unit("ms"), plusMinus(round(diag.Millis(t.Span.Half()))))
			s.add(ClockServer, round(diag.Millis(t.Span.Mid())), o...)
		} else {
			s.add(ClockServer, state, o...)
		}
	}
	if r.Disagree {
		s.add(ClockConflict, true, live(), method("date"), from("service"))
	}
	if !r.Combined.Known {
		return 0, 0, false
	}
	off, bound = round(diag.Millis(r.Combined.Best)), round(diag.Millis(r.Combined.Bound()))
	s.add(ClockOffset, off, unit("ms"), plusMinus(bound), between(round(diag.Millis(r.Combined.Span.Lo)), round(diag.Millis(r.Combined.Span.Hi))),
		live(), method(r.Combined.Method), from("service"), detail("whose", r.Whose, "sources", itoa(r.Combined.Sources)))
	return off, bound, true
}
