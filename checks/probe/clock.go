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
	// from NTP where that is as likely as any value of its span; NTP's own
	// otherwise, which assumes that the service keeps true time.
	Combined Estimate
	// Whose says which clock is provably more than ClockTolerance from true time:
	// none, device, service, both; unknown when NTP or Date is missing.
	Whose    string
	Disagree bool // the hosts' clocks exclude each other
	NoQuorum bool // servers answered, but no majority of them agrees
	// Step is how far the device's clock was set while it was measured, 0 when it
	// was not. The estimates are not Known then: they would mix two clocks.
	Step      time.Duration
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
// whose clock is off. NTP's interval rests on one assumption, that most of the
// servers that answer tell the time to within the root distance that they state;
// Date's on one, that the service writes it when it answers.
func Clock(ctx context.Context, servers []string, targets []Target, opt Options) ClockResult {
	ctx, cancel := opt.bounded(ctx)
	defer cancel()
	start := time.Now()
	s := newSession(opt)
	s.now, s.opt.Now = deviceClock(opt.Now)
	watch := watchClock(s.now)
	ts := s.askServers(ctx, servers)

	eps := s.endpoints(targets, maxDateHosts)
	r := ClockResult{Dates: make([]DateTarget, len(eps))}
	dateCtx, cancelDates := context.WithTimeout(ctx, dateLimit)
	defer cancelDates()
	lead := leader(eps)
	var wg sync.WaitGroup
	for i, ep := range eps {
		wg.Go(func() { r.Dates[i] = s.dateOf(dateCtx, ep, ts, i == lead) })
	}
	wg.Wait()
	var patience <-chan time.Time
	if len(eps) > 0 && ts.isReady() {
		patience = time.After(voteWait) // who has not answered by now would add nothing but waiting
	}
	select {
	case <-ts.done:
	case <-patience:
	case <-ctx.Done():
		r.Truncated = true
	}
	r.NTP, r.Servers = ts.vote()
	for _, one := range r.Servers {
		r.NoQuorum = r.NoQuorum || (!r.NTP.Known && one.Known && !one.Rejected)
	}
	var core clock.Span
	r.Service, core, r.Disagree = serviceClock(r.Dates)
	if r.Step = watch(); r.Step != 0 {
		r.NTP, r.Service = Estimate{}, Estimate{}
	}
	r.Combined = combine(r.NTP, r.Service, core)
	r.Whose = whose(r.NTP, r.Service)
	r.Duration = time.Since(start)
	return r
}

// leader is the first host of the API, who judges a recall, or the first of all.
func leader(eps []endpoint) int {
	for i, ep := range eps {
		if ep.target.Role == "api" {
			return i
		}
	}
	return 0
}

// deviceClock gives the clock to measure, as finely as the system shows it.
// given is what Options.Now holds; custom is it too, unless that is nil or reads
// the system's clock itself.
func deviceClock(given func() time.Time) (now, custom func() time.Time) {
	if given == nil {
		return systemNow, nil
	}
	before := time.Now()
	shown := given()
	if after := time.Now(); !shown.Before(before) && !shown.After(after) {
		return systemNow, nil
	}
	return given, given
}

// clockStep is the least change of the device's clock against its own running
// that counts as a step. Clocks that are merely slewed stay below it: at 500 ppm
// (RFC 5905's greatest) they gain 1.25 ms in Limit.
const clockStep = 50 * time.Millisecond

// watchClock notes what a clock shows; the function that it gives tells how far
// the clock was set since then. A machine that slept shows that too.
func watchClock(now func() time.Time) func() time.Duration {
	wall, running := now().Round(0), time.Now()
	return func() time.Duration {
		step := now().Round(0).Sub(wall) - time.Since(running)
		if step.Abs() < clockStep {
			return 0
		}
		return step
	}
}

// serviceClock joins what several hosts say. Hosts whose certificate was good
// come before those without, and those before hosts whose certificate was bad.
// Where hosts exclude each other, the first API host counts (that is who judges a
// recall), else the first host of all. core is where in the span the truth would
// be if the path were symmetric.
func serviceClock(dates []DateTarget) (e Estimate, core clock.Span, disagree bool) {
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
		first := chosen[0]
		for _, d := range chosen {
			if d.Target.Role == "api" {
				first = d
				break
			}
		}
		e = Estimate{Known: true, Span: first.Span, Best: first.core().Mid(), Method: dateMethods[trust], Sources: len(chosen)}
		core = first.core()
		for _, d := range chosen {
			both, ok := e.Span.Intersect(d.Span)
			if !ok {
				e.Span, e.Sources = first.Span, 1
				return e, core, true
			}
			e.Span = both
		}
		e.Best = clamp(e.Best, e.Span)
		return e, core, false
	}
	return Estimate{}, core, false
}

var dateMethods = map[string]string{TrustTLS: "date", TrustPlain: "date-plain", TrustBad: "date-unverified"}

// fineCore is the half-width from which on a Date's own middle is better than
// the guess that the service keeps true time.
const fineCore = 5 * time.Millisecond

// combine gives the service's offset. The bound is Date's own. Within a core
// that is not fine, a service that keeps true time is the likeliest.
func combine(ntp, service Estimate, core clock.Span) Estimate {
	if !service.Known {
		return ntp
	}
	if ntp.Known && core.Half() > fineCore && core.Contains(ntp.Best) {
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
