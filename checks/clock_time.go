package checks

import (
	"slices"
	"time"

	"meiqia-diag/checks/probe"
	"meiqia-diag/diag"
	"meiqia-diag/diag/lang"
)

// timeServers adds how the time servers fared, one by one and together, and
// gives a person's words for what is not as it should be.
func (s *sheet) timeServers(r probe.ClockResult) lang.Text {
	for _, t := range r.Servers {
		state := "used"
		if t.Kind != probe.None {
			state = string(t.Kind)
		}
		apart := ""
		if t.Kind == probe.Falseticker {
			apart = msText(diag.Millis(t.Apart))
		}
		o := []option{live(), method("sntp"), from(t.Addr), detail("state", state, "stratum", itoa(t.Stratum), "kiss", t.KissCode, "apart_ms", apart, "sent", itoa(t.Sent), "answered", itoa(t.Answered))}
		if t.Known {
			o = append(o, unit("ms"), plusMinus(round(diag.Millis(t.Span.Half()))))
			s.add(ClockServer, round(diag.Millis(t.Span.Mid())), o...)
		} else {
			s.add(ClockServer, state, o...)
		}
	}
	t := r.Time()
	if t.State == probe.TimeNobody {
		return lang.Text{}
	}
	s.add(ClockTime, string(t.State), live(), method("sntp"), from("time servers"), detail("asked", itoa(t.Asked), "used", itoa(t.Used),
		"silent", itoa(t.Silent), "refused", itoa(t.Refused), "lying", itoa(t.Liars), "kisses", itoa(t.Kisses), "unsynchronised", itoa(t.Unsynced), "no_name", itoa(t.NoName)))
	return timeText(r, t)
}

// timeText says in words what the time servers did, nothing when all of them agree.
func timeText(r probe.ClockResult, t probe.TimeTally) lang.Text {
	missing := t.Asked - t.Used
	switch t.State {
	case probe.TimeLiars:
		out := lang.T("%d 个时间服务器中 %d 个报错了时间，已剔除", "%d time servers were asked; %d told a wrong time and were left out").F(t.Asked, t.Liars)
		for _, s := range r.Servers {
			if s.Kind != probe.Falseticker {
				continue
			}
			dir := lang.T("快", "ahead")
			if s.Apart < 0 {
				dir = lang.T("慢", "behind")
			}
			out = lang.T("%[1]s（%[2]s %[3]s %[4]s 秒）", "%[1]s (%[2]s is %[4]s s %[3]s)").F(out, s.Addr, dir, seconds(diag.Millis(s.Apart.Abs())))
		}
		return out
	case probe.TimePartly:
		return lang.T("%d 个时间服务器中 %d 个没有可用的回答，其余一致", "%d time servers were asked; %d gave no usable answer, and the others agree").F(t.Asked, missing)
	case probe.TimeDisputed:
		return lang.T("时间服务器说法不一，没有多数，都没有采用", "the time servers disagree without a majority, and none was used")
	case probe.TimeKiss:
		return lang.T("时间服务器谢绝查询（%s），没有采用", "the time servers turned the question away (kiss of death, %s), and none was used").F(kissCode(r))
	case probe.TimeUnsynced:
		return lang.T("时间服务器自己还没有对时，没有采用", "the time servers are not synchronised themselves, and none was used")
	case probe.TimeBlocked:
		switch {
		case t.NoName > 0 && t.Silent+t.Refused == 0:
			return lang.T("时间服务器的域名查不到", "the names of the time servers were not found")
		case t.Refused > 0 && t.Silent == 0:
			return lang.T("时间服务器拒绝查询，或到它们的路不通", "the time servers refuse the question, or there is no way to them")
		case serviceNear(r):
			return lang.T("%d 个时间服务器都没有回音，而服务有：UDP 123 端口多半被拦", "none of the %d time servers answered, and the service did: UDP port 123 is probably blocked").F(t.Silent)
		}
		return lang.T("%d 个时间服务器都没有及时回音", "none of the %d time servers answered in time").F(t.Silent)
	}
	return lang.Text{}
}

// serviceNear reports that the service answered well within the time that the
// time servers were given.
func serviceNear(r probe.ClockResult) bool {
	return slices.ContainsFunc(r.Dates, func(d probe.DateTarget) bool { return d.Known && d.RTT > 0 && d.RTT < 400*time.Millisecond })
}

func kissCode(r probe.ClockResult) string {
	for _, s := range r.Servers {
		if s.KissCode != "" {
			return s.KissCode
		}
	}
	return "–"
}
