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

// What the device and the page's surface show.
const (
	DeviceKind = "device.kind" // desktop, mobile
	// DevicePressDelay is ms from the press to the request: how long the page was busy. Its value is the middle, low and high its bounds.
	DevicePressDelay = "device.press_delay"
	DeviceSignal     = "device.signal" // device_slow, tap_missed, button_hidden beside the recall
	DeviceHint       = "device.hint"   // the same elsewhere
	DeviceLoad       = "device.load"   // percent of all processors, now
	DeviceMemory     = "device.memory" // percent of memory available, now
)

// Device looks at load and memory, and at what logs say of taps, buttons and a busy page.
func Device() diag.Check {
	return diag.Check{ID: "device", Title: lang.T("设备响应及时，点击有效", "the device answered the press in time"), Run: runDevice}
}

func runDevice(ctx context.Context, in *diag.Input, _ diag.Observations) diag.Result {
	s := &sheet{}
	a := in.Attempt
	if d := in.Incident.String(incident.Device); d != "" {
		kind := "desktop"
		if len(d) > 6 && d[:6] == "mobile" {
			kind = "mobile"
		}
		s.stated(DeviceKind, in.Incident, incident.Device, kind, detail("device", d))
	} else if a.Client.UserAgent != "" {
		kind := "desktop"
		if a.Client.Mobile {
			kind = "mobile"
		}
		s.add(DeviceKind, kind, from("User-Agent"), detail("system", a.Client.OS))
	}
	delay, slow := s.pressDelay(in)
	tap := s.press(a)
	strong := s.signals("device", a, "device_slow", "tap_missed", "button_hidden")
	busy, measured := s.load(ctx, in)

	res := diag.Result{State: diag.Pass, Observations: s.list}
	switch {
	case tap == attempt.TapMissed:
		res.State, res.Reason = diag.Fail, lang.T("点击没有落在撤回按钮上", "the press did not land on the recall button")
	case tap == attempt.TapCovered:
		res.State, res.Reason = diag.Fail, lang.T("撤回按钮被别的东西盖住，点击落在了上面那一层", "the recall button was covered: the press landed on what lies over it")
	case tap == attempt.TapSwallowed:
		res.State, res.Reason = diag.Fail, lang.T("点击在到达撤回按钮之前被拦下", "the press was stopped before it got to the recall button")
	case tap == attempt.TapDisabled:
		res.State, res.Reason = diag.Fail, lang.T("撤回按钮不可用", "the recall button was disabled")
	case tap != attempt.TapHit && a.Button != nil && (a.Button.State == "outside" || a.Button.State == "hidden" || a.Button.State == "covered"):
		res.State, res.Reason = diag.Warn, lang.T("撤回按钮没有显示在屏幕上", "the recall button was not on the screen")
	case slow:
		res.State, res.Reason = diag.Fail, lang.T("从按下到发出用了 %.1f 秒", "%.1f s passed from the press to the request").F(delay.Seconds())
	case strong > 0:
		res.State, res.Reason = diag.Warn, lang.T("日志里有点击、按钮或卡顿的异常", "logs speak of taps, buttons or a busy page")
	case busy:
		res.State, res.Reason = diag.Warn, lang.T("本机此刻负载很高", "this machine is very busy right now")
	case !measured && len(s.list) == 0:
		res.State, res.Reason = diag.Skip, lang.T("没有设备的记录可看", "nothing tells of the device")
	default:
		res.Reason = lang.T("未见卡顿或误触的迹象", "no sign of a busy page or a missed tap")
	}
	return res
}

// pressDelay measures from the press to the request where both are on the device's clock.
func (s *sheet) pressDelay(in *diag.Input) (time.Duration, bool) {
	a := in.Attempt
	r := a.Request
	if d := a.InputDelay; d > 0 {
		s.add(DevicePressDelay, diag.Millis(d), unit("ms"), from(a.Press.Source), at(a.Press), method("input-delay"))
		return d, d > 2*time.Second
	}
	if r == nil || r.Start.IsZero() || r.Late || a.Press.IsZero() || a.Press.Source == r.Start.Source || a.Press.Err > 5*time.Second {
		return 0, false
	}
	var span clock.Span
	if a.Press.Clock == clock.Service {
		span = r.Start.OnService(a.Offset).Since(a.Press.OnService(a.Offset))
	} else {
		d := r.Start.T.Sub(a.Press.T)
		e := r.Start.Err + a.Press.Err
		span = clock.Span{Lo: d - e, Hi: d + e}
	}
	if span.Mid().Abs() > 5*time.Minute || span.Hi < 0 {
		return 0, false
	}
	s.add(DevicePressDelay, diag.Millis(span.Mid()), unit("ms"), plusMinus(diag.Millis(span.Half())), between(diag.Millis(span.Lo), diag.Millis(span.Hi)), from(r.Source), at(r.Start))
	return span.Mid(), span.Lo > 2*time.Second
}
