package checks

import (
	"context"
	"time"

	"meiqia-diag/diag"
	"meiqia-diag/diag/attempt"
	"meiqia-diag/diag/clock"
	"meiqia-diag/diag/incident"
	"meiqia-diag/diag/lang"
)

// What the window's arithmetic gives. All times are the service's.
const (
	WindowLength = "window.length" // s
	// WindowMargin is ms between the press and the window's end, positive inside.
	WindowMargin = "window.margin"
	// WindowAsked says whether the recall was pressed within the window: in, out, unknown.
	WindowAsked = "window.asked"
	// WindowArrived says whether it reached the service within the window: in, out, unknown.
	WindowArrived = "window.arrived"
	// WindowTravel is ms from the press to the arrival at the service.
	WindowTravel = "window.travel"
	// WindowShown says what a comparison of the stamps as shown, clocks ignored, would give: in, out. It
	// is reported only where it contradicts the true margin.
	WindowShown = "window.shown"
	// WindowZone says that two times differ by a whole zone and otherwise fit: hours, as in 8.
	WindowZone = "window.zone"
	// WindowElapsed is ms from the send to the press.
	WindowElapsed = "window.elapsed"
	// WindowEdge says that the press was so near to the window's end that it cannot be told on which side: near.
	WindowEdge = "window.edge"
	// WindowParadox says that the service refused as late what reached it well within the window: refused_in_time.
	WindowParadox = "window.paradox"
	// WindowOrder says that the recall was before the send by the stamps as given: reversed.
	WindowOrder = "window.order"
)

// Window compares the recall with the time in which the service allows it.
func Window() diag.Check {
	return diag.Check{ID: "window", Title: lang.T("撤回在时限之内", "the recall was within its window"), Needs: []string{"clock", "network", "server"}, Run: runWindow}
}

func runWindow(_ context.Context, in *diag.Input, seen diag.Observations) diag.Result {
	s := &sheet{}
	a := in.Attempt
	length, b, source := windowOf(in)
	if length > 0 {
		s.add(WindowLength, length.Seconds(), unit("s"), basis(b), from(source))
	}
	sent, press := a.Sent, a.Press
	state, forecast, told := s.forecast(in, seen, sent, length, b)
	switch {
	case told && press.IsZero():
		return diag.Result{State: state, Observations: s.list, Reason: forecast}
	case sent.IsZero() && press.IsZero():
		return diag.Result{State: diag.Skip, Observations: s.list, Reason: lang.T("不知道发送和撤回的时间", "neither the time of sending nor that of recalling is known")}
	case sent.IsZero():
		return diag.Result{State: diag.Skip, Observations: s.list, Reason: lang.T("不知道消息的发送时间", "when the message was sent is not known")}
	case press.IsZero():
		return diag.Result{State: diag.Skip, Observations: s.list, Reason: lang.T("不知道按下撤回的时间", "when the recall was pressed is not known")}
	}
	off := offsetOf(a, seen)
	elapsed := press.OnService(off).Since(sent.OnService(off))
	if sent.Clock == clock.Unknown && press.Clock != clock.Service {
		// Both were most likely read off the same device; the service's stamp in the chat is the other reading.
		elapsed = sameOrMapped(press, sent, off)
	}
	s.add(WindowElapsed, diag.Millis(elapsed.Mid()), unit("ms"), plusMinus(diag.Millis(elapsed.Half())), from(sent.Source+" → "+press.Source))
	if zone, ok := zoneTrap(press.T.Sub(sent.T), length, sent, press, a.SentAlt); ok {
		if !zoneGuessed(sent) && !zoneGuessed(press) {
			s.add(WindowZone, float64(zone), unit("h"), from(sent.Source))
		}
		elapsed = shift(elapsed, zone)
	}
	if elapsed.Hi < 0 {
		s.add(WindowOrder, "reversed", from(press.Source))
	}
	if length == 0 {
		return diag.Result{State: diag.Skip, Observations: s.list, Reason: lang.T("撤回时限未知", "the window's length is not known")}
	}
	if elapsed.Hi < 0 {
		// Nobody recalls what is not yet sent: one of the two times is wrong, and no margin follows from them.
		s.add(WindowAsked, "unknown", basis(b), from(press.Source))
		return diag.Result{State: diag.Warn, Observations: s.list, Reason: lang.T("按所给时间，撤回比发送还早 %s 秒，这不可能：两个时间至少有一个不对，无法判定是否在时限内", "as given, the recall was %s s before the send, which cannot be: one of the two times is wrong, and whether it was in time cannot be told").F(seconds(diag.Millis(elapsed.Mid().Abs())))}
	}
	elapsed.Lo = max(elapsed.Lo, 0)
	margin := clock.Span{Lo: length - elapsed.Hi, Hi: length - elapsed.Lo}
	s.add(WindowMargin, diag.Millis(margin.Mid()), unit("ms"), plusMinus(diag.Millis(margin.Half())), between(diag.Millis(margin.Lo), diag.Millis(margin.Hi)), basis(b), from(sent.Source+" → "+press.Source))
	asked := inOut(margin)
	late := false
	if asked != "out" { // the service's own sums know the edge better than two clocks do
		if word, over := saidInTime(a, length); word != "" {
			asked, late = word, over
		}
	}
	s.add(WindowAsked, asked, basis(b), from(press.Source), detail("margin_ms", ms(margin.Mid()), "half_ms", ms(margin.Half())))
	if asked == "unknown" && margin.Half() <= nearEdge {
		s.add(WindowEdge, "near", basis(b), from(press.Source))
	}
	arrived := ""
	if late {
		arrived = "out"
		s.add(WindowArrived, arrived, basis(b), from(a.Travel.Source))
	} else {
		arrived = s.arrival(a, off, length, sent, press, margin, b)
	}
	s.shown(a, sent, press, off, length, asked)
	if b != incident.Assumed && asked == "in" && arrived == "in" && margin.Lo > 2*nearEdge && a.Request.Result == attempt.Refused && a.Request.Answer.Has("window") {
		s.add(WindowParadox, "refused_in_time", basis(b), from(a.Request.Source))
	}

	res := diag.Result{State: diag.Pass, Observations: s.list}
	by, pm := diag.PlusMinus(margin.Mid().Abs().Seconds(), margin.Half().Seconds())
	switch {
	case asked == "out":
		res.State, res.Reason = diag.Fail, lang.T("按下撤回时，时限已过 %s 秒（±%s 秒）", "asked %s s ± %s s after the window closed").F(by, pm)
	case asked == "in" && arrived == "out":
		res.State, res.Reason = diag.Fail, lang.T("按下时在时限内，到达服务时已超时", "asked in time, arrived after the window closed")
	case asked == "unknown":
		res.State, res.Reason = diag.Warn, lang.T("离时限太近，无法判定（差 %s 秒，误差 ±%s 秒）", "too near to the window's end to tell (%s s, ± %s s)").F(by, pm)
	default:
		res.Reason = lang.T("按下时离时限还有 %s 秒（±%s 秒）", "asked %s s ± %s s before the window closed").F(by, pm)
	}
	return res
}

// nearEdge is how well the margin must be known for a press to stand near the window's end.
const nearEdge = 5 * time.Second

// windowOf gives the window's length: as the person stated, else the profile's.
func windowOf(in *diag.Input) (time.Duration, incident.Basis, string) {
	if d, ok := in.Incident.Window(); ok {
		fact, _ := in.Incident.Get(incident.PolicyWindow)
		return d, fact.Basis, fact.Source
	}
	if d := in.Attempt.Facts.Window; d > 0 {
		return d, incident.Measured, "service settings"
	}
	if d := in.Profile.Window.D(); d > 0 {
		note := in.Profile.NoteOf("window")
		return d, incident.Basis(note.Basis), "profile " + in.Profile.Name
	}
	return 0, "", ""
}

// offsetOf prefers the offset at the time of the incident; the live one stands
// in for it where the recall was minutes ago.
func offsetOf(a *attempt.Attempt, seen diag.Observations) clock.Offset {
	if a.Offset.Known {
		return a.Offset
	}
	if o, ok := seen.First(ClockOffset); ok {
		if v, isNum := o.Number(); isNum && o.Uncertainty != nil {
			d := time.Duration(v * float64(time.Millisecond))
			// A device's clock wanders, and is set: what holds now held then only loosely.
			e := time.Duration(*o.Uncertainty*float64(time.Millisecond)) + 2*time.Second
			return clock.Offset{Span: clock.Exactly(d, e), Known: true}
		}
	}
	return a.Offset
}

// sameOrMapped gives the span from send to press when nobody knows which clock
// showed the send: the device's, as the press, or the service's. Where the
// offset makes no difference to speak of, neither does the question.
func sameOrMapped(press, sent clock.Stamp, off clock.Offset) clock.Span {
	d, e := press.T.Sub(sent.T), press.Err+sent.Err
	same := clock.Span{Lo: d - e, Hi: d + e}
	if !off.Known {
		return same
	}
	mapped := clock.Span{Lo: d - e + off.Lo, Hi: d + e + off.Hi}
	return clock.Span{Lo: min(same.Lo, mapped.Lo), Hi: max(same.Hi, mapped.Hi)}
}

func inOut(margin clock.Span) string {
	switch {
	case margin.Lo > 0:
		return "in"
	case margin.Hi < 0:
		return "out"
	}
	return "unknown"
}

// arrival places the request's arrival at the service against the window.
func (s *sheet) arrival(a *attempt.Attempt, off clock.Offset, length time.Duration, sent, press clock.Stamp, margin clock.Span, b incident.Basis) string {
	r := a.Request
	if r == nil {
		return ""
	}
	var travel clock.Span
	var source string
	switch {
	case !r.Arrived.IsZero():
		travel = r.Arrived.OnService(off).Since(press.OnService(off))
		source = r.Arrived.Source
	case r.Call != nil && !r.Start.IsZero() && (r.Call.Failure == "" || r.Call.Failure == attempt.FailTimeout):
		// The request arrived after it was on its way and before its answer was back.
		lo, hi := r.Call.Arrival()
		start := r.Start
		d := clock.Span{Lo: lo.Sub(start.T), Hi: max(hi.Sub(start.T), lo.Sub(start.T))}
		travel = start.OnService(off).Since(press.OnService(off)).Add(d)
		if press.Clock != clock.Service {
			gap := start.T.Sub(press.T)
			e := press.Err + start.Err
			travel = clock.Span{Lo: gap - e, Hi: gap + e}.Add(d)
		}
		if r.Late {
			travel.Lo = 0
		}
		source = r.Source
	default:
		return ""
	}
	if travel.Mid().Abs() > 30*time.Minute {
		return "" // not the same recall, or clocks nobody can map
	}
	travel.Lo = max(travel.Lo, 0)
	if travel.Hi < travel.Lo {
		return ""
	}
	s.add(WindowTravel, diag.Millis(travel.Mid()), unit("ms"), plusMinus(diag.Millis(travel.Half())), between(diag.Millis(travel.Lo), diag.Millis(travel.Hi)), from(source))
	at := clock.Span{Lo: margin.Lo - travel.Hi, Hi: margin.Hi - travel.Lo}
	if !r.Arrived.IsZero() && (sent.Clock == clock.Service) {
		el := r.Arrived.OnService(off).Since(sent.OnService(off))
		at = clock.Span{Lo: length - el.Hi, Hi: length - el.Lo}
	}
	word := inOut(at)
	s.add(WindowArrived, word, basis(b), from(source), detail("margin_ms", ms(at.Mid()), "half_ms", ms(at.Half())))
	return word
}

// shown compares with what the page, or a person who takes the stamps at face value, would say.
func (s *sheet) shown(a *attempt.Attempt, sent, press clock.Stamp, off clock.Offset, length time.Duration, asked string) {
	if !off.Known || off.Mid().Abs() < 2*time.Second || asked == "unknown" {
		return
	}
	// A page reckons a message's age from the service's stamp of it to its own clock.
	created := sent.T
	if sent.Clock != clock.Unknown {
		created = sent.OnService(off).Middle()
	}
	naive := "in"
	if press.T.Sub(created) > length {
		naive = "out"
	}
	if naive != asked {
		s.add(WindowShown, naive, from(press.Source), detail("offset_ms", ms(off.Mid())))
	}
}

// zoneGuessed reports whether a log that names no zone was given one by us: that
// the guess is hours off says nothing of how the service reads its stamps.
func zoneGuessed(s clock.Stamp) bool {
	return s.ZoneAssumed && s.Source != "incident" && s.Clock != clock.Service
}

// zoneTrap recognises two times that differ by whole hours of a zone, as when
// a stamp in UTC without a zone is read as UTC+8: taken off, the recall fits.
func zoneTrap(d, length time.Duration, sent, press, alt clock.Stamp) (hours int, ok bool) {
	if length <= 0 {
		length = 10 * time.Minute
	}
	// Where both say their zone, and one is the service's own, eight hours are eight hours.
	sure := sent.Clock == clock.Service && !sent.ZoneAssumed && press.Clock != clock.Unknown && !press.ZoneAssumed
	for _, h := range []int{8, -8} {
		rest := d - time.Duration(h)*time.Hour
		if !sure && rest > -time.Minute && rest <= max(2*length, 30*time.Minute) {
			return h, true
		}
	}
	if !alt.IsZero() {
		for _, h := range []int{8, -8} {
			if diff := sent.T.Sub(alt.T) - time.Duration(h)*time.Hour; diff.Abs() < 2*time.Minute {
				return h, true
			}
		}
	}
	return 0, false
}

func shift(s clock.Span, hours int) clock.Span {
	d := time.Duration(hours) * time.Hour
	if s.Mid() > 4*time.Hour && hours > 0 || s.Mid() < -4*time.Hour && hours < 0 {
		return clock.Span{Lo: s.Lo - d, Hi: s.Hi - d}
	}
	return s
}

func ms(d time.Duration) string { return time.Duration(d.Round(time.Millisecond)).String() }
