package checks

import (
	"context"

	"meiqia-diag/diag"
	"meiqia-diag/diag/lang"
)

// What is known of the clocks.
const (
	ClockOffset         = "clock.offset"          // ms, service minus this device, now
	ClockOffsetIncident = "clock.offset.incident" // ms, the same at the time of the incident
	// ClockSkewed sorts the offset at the incident by what it can do to a window of minutes: none (within ±2 s), small (to 15 s), large.
	ClockSkewed   = "clock.skewed"
	ClockStep     = "clock.step"     // ms, the device's clock was set while recording
	ClockConflict = "clock.conflict" // the service's own clocks disagree
	ClockServer   = "clock.server"   // a time server's answer, ms; its address and state in the detail
	ClockTime     = "clock.ntp"      // how the time servers fared together: the words of probe.TimeState; counts in the detail
	ClockSignal   = "clock.signal"   // clock_step, or zone_trap or age_differs (an age that is off, by whole hours or otherwise), beside the recall
	ClockHint     = "clock.hint"     // the same elsewhere
)

// Clock compares this device's clock with the service's, now and at the incident.
func Clock() diag.Check {
	return diag.Check{ID: "clock", Title: lang.T("本机时钟与服务一致", "this device's clock agrees with the service's"), Run: runClock}
}

func runClock(ctx context.Context, in *diag.Input, _ diag.Observations) diag.Result {
	s := &sheet{}
	est := in.Attempt.Estimate
	var off, bound float64
	known := false
	if est.Known {
		known = true
		off, bound = diag.Millis(est.Mid()), diag.Millis(est.Half())
		note, how, source, counted := "", "har-date", harNames(in.Attempt), "responses"
		switch {
		case est.Source != "":
			how, source, counted = est.Method, est.Source, "readings"
		case est.Foreign:
			note = "other hosts"
		}
		s.add(ClockOffsetIncident, off, unit("ms"), plusMinus(bound), between(diag.Millis(est.Lo), diag.Millis(est.Hi)), method(how), from(source), detail(counted, itoa(est.N), "of", note))
	}
	if est.Step != 0 {
		s.add(ClockStep, diag.Millis(est.Step), unit("ms"), from(harNames(in.Attempt)))
	}
	if est.Conflict {
		s.add(ClockConflict, true, from(harNames(in.Attempt)))
	}
	s.signals("clock", in.Attempt, "clock_step", "zone_trap", "age_differs")
	now, nowBound, words, ok := s.clockNow(ctx, in)
	if ok && !known {
		known, off, bound = true, now, nowBound
	}
	res := diag.Result{State: diag.Pass}
	switch {
	case !known:
		res.State, res.Reason = diag.Skip, lang.T("没有可比较的时间", "there was no time to compare with")
		if in.Offline {
			res.Reason = lang.T("没有可比较的时间（离线，HAR 中也没有 Date）", "there was no time to compare with (offline, and no Date in a HAR)")
		}
	default:
		abs := max(off, -off)
		word := "none"
		switch {
		case abs-bound > 15_000:
			word = "large"
		case abs-bound > 2_000:
			word = "small"
		}
		s.add(ClockSkewed, word, detail("offset_ms", msText(off), "half_ms", msText(bound)))
		switch word {
		case "large":
			res.State = diag.Fail
		case "small":
			res.State = diag.Warn
		}
		dir := lang.T("慢", "behind")
		if off < 0 {
			dir = lang.T("快", "ahead of")
		}
		if word == "none" {
			res.Reason = lang.T("本机时钟与服务相差 %s 秒以内", "this device's clock is within %s s of the service's").F(diag.AtMost((abs + bound) / 1000))
		} else {
			by, pm := diag.PlusMinus(abs/1000, bound/1000)
			res.Reason = lang.T("本机时钟比服务%s %s 秒（±%s 秒）", "this device's clock is %s the service's by %s s ± %s s").F(dir, by, pm)
		}
	}
	if !words.IsZero() {
		res.Reason = lang.T("%s；%s", "%s; %s").F(res.Reason, words)
	}
	res.Observations = s.list
	return res
}
