package checks

import (
	"context"
	"time"

	"meiqia-diag/checks/probe"
	"meiqia-diag/diag"
	"meiqia-diag/diag/lang"
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
// servers', now. It gives offset and bound in milliseconds, and words for what
// the time servers did.
func (s *sheet) clockNow(ctx context.Context, in *diag.Input) (off, bound float64, words lang.Text, ok bool) {
	if in.Offline {
		return 0, 0, words, false
	}
	began := time.Now()
	r := probe.Clock(ctx, in.Profile.TimeServers, targets(in, profile.API, profile.Workbench), probeOptions(in))
	if !cutShort(ctx, began) {
		words = s.timeServers(r)
	}
	if r.Disagree {
		s.add(ClockConflict, true, live(), method("date"), from("service"))
	}
	if r.Step != 0 {
		s.add(ClockStep, round(diag.Millis(r.Step)), unit("ms"), live(), from("device"))
		return 0, 0, lang.T("本机时钟在测量时被改了 %s 秒，请再测一次", "this device's clock was set by %s s while it was measured; please measure again").F(signedSeconds(r.Step)), false
	}
	if !r.Combined.Known {
		return 0, 0, words, false
	}
	off, bound = round(diag.Millis(r.Combined.Best)), round(diag.Millis(r.Combined.Bound()))
	s.add(ClockOffset, off, unit("ms"), plusMinus(bound), between(round(diag.Millis(r.Combined.Span.Lo)), round(diag.Millis(r.Combined.Span.Hi))),
		live(), method(r.Combined.Method), from("service"), detail("whose", r.Whose, "sources", itoa(r.Combined.Sources)))
	return off, bound, words, true
}

// signedSeconds writes a duration in seconds with its sign.
func signedSeconds(d time.Duration) string {
	sign := "+"
	if d < 0 {
		sign = "−"
	}
	return sign + seconds(diag.Millis(d.Abs()))
}
