package checks

import (
	"slices"
	"strconv"
	"time"

	"meiqia-diag/checks/probe"
	"meiqia-diag/diag"
	"meiqia-diag/diag/clock"
	"meiqia-diag/diag/incident"
	"meiqia-diag/diag/lang"
)

// WindowForecast is the percent of probability that a recall pressed now reaches
// the service within the window; in the detail until when it can be pressed.
const WindowForecast = "window.forecast"

// WindowLeft is ms that the window stays open from now on, negative where it has
// closed, while nobody has pressed.
const WindowLeft = "window.left"

// forecast tells whether a recall pressed now would make it, where both the
// clocks and the path were measured; told is false where it cannot.
func (s *sheet) forecast(in *diag.Input, seen diag.Observations, sent clock.Stamp, length time.Duration, b incident.Basis) (diag.CheckState, lang.Text, bool) {
	none := func() (diag.CheckState, lang.Text, bool) { return diag.Skip, lang.Text{}, false }
	off, known := liveOffset(seen)
	if in.Offline || in.Now == nil || sent.IsZero() || length <= 0 || !known {
		return none()
	}
	now := clock.Stamp{T: in.Now(), Clock: clock.Device, Source: "this machine"}
	elapsed := now.OnService(off).Since(sent.OnService(off))
	if sent.Clock == clock.Unknown {
		elapsed = sameOrMapped(now, sent, off)
	}
	left := clock.Span{Lo: length - elapsed.Hi, Hi: length - elapsed.Lo}
	if elapsed.Hi < 0 {
		return none() // not even sent
	}
	if in.Attempt.Press.IsZero() && (left.Lo > 0 || left.Hi <= 0) { // else whether it is open cannot be told
		s.add(WindowLeft, round(diag.Millis(left.Mid())), live(), unit("ms"), plusMinus(round(diag.Millis(left.Half()))), basis(b), from(sent.Source+" → now"))
	}
	if left.Hi <= 0 {
		return diag.Fail, lang.T("时限已在 %s 秒前结束（±%s 秒），现在撤回会被拒绝", "the window closed %s s ago (± %s s): a recall now is refused").F(seconds(diag.Millis(-left.Mid())), seconds(diag.Millis(left.Half()))), in.Attempt.Press.IsZero()
	}
	rtt, ok := liveRTT(seen)
	if !ok || !takesRecalls(seen) {
		return diag.Warn, lang.T("离时限结束还有 %s 秒（±%s 秒），但服务现在连不上或不应答，能否及时撤回无法预计", "%s s ± %s s are left, but the service is not reached or does not answer now: whether a recall makes it cannot be told").F(seconds(diag.Millis(left.Mid())), seconds(diag.Millis(left.Half()))), in.Attempt.Press.IsZero()
	}
	race := probe.Race{Left: left, RTT: rtt}
	if o, ok := seen.First(NetworkLoss); ok && o.Live {
		v, _ := o.Number()
		race.Loss = v / 100
		if o.High != nil && v > 0 {
			race.LossHigh = *o.High / 100
		}
	}
	f := probe.Predict(race)
	percent := round(100 * f.Chance)
	opts := []option{live(), unit("percent"), between(round(100*f.Low), round(100*f.High)), basis(b), from(sent.Source + " → now"), method("forecast")}
	safe := f.Travel > 0 && f.Latest > 0
	if safe {
		opts = append(opts, detail("until", now.T.Add(f.Latest).Format(time.RFC3339), "left_ms", strconv.FormatInt(f.Latest.Milliseconds(), 10)))
	}
	s.add(WindowForecast, percent, append(opts, detail("travel_ms", strconv.FormatInt(f.Travel.Milliseconds(), 10)))...)
	if safe {
		return diag.Pass, lang.T("现在点撤回，及时到达的可能是 %.0f%%；最迟到 %s", "a recall pressed now makes it with %.0f%%; you have until %s").F(percent, now.T.Add(f.Latest).Format("15:04:05")), true
	}
	return diag.Warn, lang.T("现在点撤回，及时到达的可能只有 %.0f%%，且已没有把握的时间", "a recall pressed now makes it with %.0f%% only, and no moment is safe any more").F(percent), true
}

// takesRecalls reports that nothing was found that keeps the service from answering now.
func takesRecalls(seen diag.Observations) bool {
	for _, o := range seen.All(NetworkFault) {
		if slow := slices.Contains([]string{"delay", "jitter", "loss", "bufferbloat"}, o.Detail["kind"]); o.Live && !slow && o.Detail["place"] != "ipv6" {
			return false
		}
	}
	for _, id := range []string{ServerFailing, ServerLimited, ServerOverdue} {
		for _, o := range seen.All(id) {
			if v, ok := o.Number(); ok && o.Live && v >= 50 {
				return false
			}
		}
	}
	return true
}

// liveRTT gives the round trips that were measured now.
func liveRTT(seen diag.Observations) (r probe.RTT, ok bool) {
	for _, o := range seen.All(NetworkRTT) {
		v, isNum := o.Number()
		if !o.Live || !isNum || v <= 0 {
			continue
		}
		part := func(name string) time.Duration {
			if n, err := strconv.ParseFloat(o.Detail[name], 64); err == nil {
				return time.Duration(n * float64(time.Millisecond))
			}
			return time.Duration(v * float64(time.Millisecond))
		}
		return probe.RTT{Min: part("min"), Median: time.Duration(v * float64(time.Millisecond)), P95: part("p95"), P99: part("p99"), Max: part("max")}, true
	}
	return r, false
}

// liveOffset gives the offset that was measured now, with its own bound.
func liveOffset(seen diag.Observations) (clock.Offset, bool) {
	for _, o := range seen.All(ClockOffset) {
		if v, isNum := o.Number(); o.Live && isNum && o.Uncertainty != nil {
			d, e := time.Duration(v*float64(time.Millisecond)), time.Duration(*o.Uncertainty*float64(time.Millisecond))
			return clock.Offset{Span: clock.Exactly(d, e), Known: true}, true
		}
	}
	return clock.Offset{}, false
}
