package probe

import (
	"context"
	"sync"
	"time"

	"meiqia-diag/diag/clock"
)

// Estimate is an offset, in the sense of NTP: some clock minus this device's.
type Estimate struct {
	Known   bool
	Span    clock.Span    // a bound that holds
	Best    time.Duration // the likeliest value in it
	Method  string        // date, date-plain, date-unverified, ntp
	Sources int           // servers or hosts that agree on it
}

// Bound is the least ± around Best that covers the whole span.
func (e Estimate) Bound() time.Duration { return max(e.Best-e.Span.Lo, e.Span.Hi-e.Best) }

// ClockTolerance is how far a clock may be from true time before Whose names
// it: well over what a path's asymmetry does, and far below what a recall
// window of minutes can feel.
const ClockTolerance = 100 * time.Millisecond

// ClockResult is whose clock shows what.
type ClockResult struct {
	Servers []TimeServer // in the given order
	NTP     Estimate     // true time minus device
	Dates   []DateTarget // in the given order, each host once
	Service Estimate     // service minus device, from Date alone
	// Combined is service minus device: Service where it is known, with Best taken
	// from NTP where that lies in its span; NTP's own otherwise, which assumes that
	// the service keeps true time.
	Combined Estimate
	// Whose says which clock is provably more than ClockTolerance from true time:
	// none, device, service, both; unknown when NTP or Date is missing.
	Whose     string
	Disagree  bool // the hosts' clocks exclude each other
	NoQuorum  bool // servers answered, but no majority of them agrees
	Duration  time.Duration
	Truncated bool // the time was up before all was asked
}

// maxDateHosts bounds how many hosts are asked for their Date.
const maxDateHosts = 4

// dateLimit ends the search for the second's edge.
const dateLimit = 2250 * time.Millisecond

// Clock asks time servers (SNTP, RFC 5905 section 14) and the service's own hosts
// (the Date of an HTTP answer, RFC 9110 section 6.6.1) for the time, all side by
// side. Every value is an interval in which the truth lies, not a guess: only the
// service's own clock tells what a recall window is judged by, and NTP tells
// whose clock is off.
func Clock(ctx context.Context, servers []string, targets []Target, opt Options) ClockResult {
	ctx, cancel := opt.bounded(ctx)
	defer cancel()
	start := time.Now()
	s := newSession(opt)
	ts := s.askServers(ctx, servers)

	eps := s.endpoints(targets, maxDateHosts)
	r := ClockResult{Dates: make([]DateTarget, len(eps))}
	dateCtx, cancelDates := context.WithTimeout(ctx, dateLimit)
	defer cancelDates()
	var wg sync.WaitGroup
	for i, ep := range eps {
		wg.Go(func() { r.Dates[i] = s.dateOf(dateCtx, ep, ts) })
	}
	wg.Wait()
	select {
	case <-ts.done:
	case <-ctx.Done():
		r.Truncated = true
	}
	r.NTP, r.Servers = ts.vote()
	for _, one := range r.Servers {
		r.NoQuorum = r.NoQuorum || (!r.NTP.Known && one.Known && !one.Rejected)
	}
	r.Service, r.Disagree = serviceClock(r.Dates)
	r.Combined = combine(r.NTP, r.Service)
	r.Whose = whose(r.NTP, r.Service)
	r.Duration = time.Since(start)
	return r
}

// serviceClock joins what several hosts say. Hosts whose certificate was good
// come before those without, and those before hosts whose certificate was bad.
// Where hosts exclude each other, the first API host counts (that is who judges a
// recall), else the first host of all.
func serviceClock(dates []DateTarget) (e Estimate, disagree bool) {
	for _, trust := range []string{TrustTLS, TrustPlain, TrustBad} {
		var chosen []DateTarget
		for _, d := range dates {
			if d.Known && d.Trust == trust {
				chosen = append(chosen, d)
			}
		}
		if len(chosen) == 0 {
			continue
		}
		e = Estimate{Known: true, Span: chosen[0].Span, Method: dateMethods[trust], Sources: len(chosen)}
		for _, d := range chosen[1:] {
			both, ok := e.Span.Intersect(d.Span)
			if !ok {
				disagree = true
				break
			}
			e.Span = both
		}
		if disagree {
			first := chosen[0]
			for _, d := range chosen {
				if d.Target.Role == "api" {
					first = d
					break
				}
			}
			e.Span, e.Sources = first.Span, 1
		}
		e.Best = e.Span.Mid()
		return e, disagree
	}
	return Estimate{}, false
}

var dateMethods = map[string]string{TrustTLS: "date", TrustPlain: "date-plain", TrustBad: "date-unverified"}

func combine(ntp, service Estimate) Estimate {
	if !service.Known {
		return ntp
	}
	// A narrow interval was measured at the edge of a second and needs no help.
	if ntp.Known && touches(ntp.Span, service.Span) && service.Span.Half() > ntp.Span.Half() {
		service.Best = clamp(ntp.Best, service.Span)
	}
	return service
}

// whose compares device, service and true time, all as intervals.
func whose(ntp, service Estimate) string {
	if !ntp.Known || !service.Known {
		return "unknown"
	}
	off := func(s clock.Span) bool { return s.Lo > ClockTolerance || s.Hi < -ClockTolerance }
	device := off(ntp.Span)
	svc := off(service.Span.Sub(ntp.Span)) // (service − device) − (true − device)
	switch {
	case device && svc:
		return "both"
	case device:
		return "device"
	case svc:
		return "service"
	}
	return "none"
}
