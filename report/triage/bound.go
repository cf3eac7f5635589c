package triage

import (
	"strconv"
	"strings"
	"time"

	"meiqia-diag/diag/incident"
	"meiqia-diag/diag/lang"
	"meiqia-diag/diag/lazy"
)

var (
	backFromNow = lazy.MustCompile(`^(\d{1,6})\s*(m|h|d|w|\x{5206}\x{949f}?|\x{5c0f}\x{65f6}|\x{5929}|\x{5468})$`) // 分钟 小时 天 周
	dateAlone   = lazy.MustCompile(`^(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})$`)
)

var backUnits = map[string]time.Duration{"m": time.Minute, "h": time.Hour, "d": 24 * time.Hour, "w": 7 * 24 * time.Hour, "分": time.Minute, "分钟": time.Minute, "小时": time.Hour, "天": 24 * time.Hour, "周": 7 * 24 * time.Hour}

// ParseBound reads one end of a span: a moment as people write it, a date, or a
// length that counts back from now (7d, 24h). The later end is not in the span
// itself: of a date it is the day after, of a moment the millisecond after.
func ParseBound(s string, now time.Time, later bool) (time.Time, *lang.Problem) {
	s = strings.TrimSpace(s)
	if m := backFromNow.FindStringSubmatch(strings.ToLower(s)); m != nil {
		n, _ := strconv.Atoi(m[1])
		return now.Add(-time.Duration(n) * backUnits[m[2]]), nil
	}
	if m := dateAlone.FindStringSubmatch(s); m != nil {
		var n [3]int
		for i := range n {
			n[i], _ = strconv.Atoi(m[i+1])
		}
		t := time.Date(n[0], time.Month(n[1]), n[2], 0, 0, 0, 0, now.Location())
		if t.Day() != n[2] || int(t.Month()) != n[1] {
			return time.Time{}, &lang.Problem{What: lang.T("没有 %s 这一天", "there is no day %s").F(s)}
		}
		if later {
			t = t.AddDate(0, 0, 1)
		}
		return t, nil
	}
	m, p := incident.ParseMoment(s, now)
	if p != nil {
		return time.Time{}, &lang.Problem{What: p.What, Hint: lang.T("请写成 2026-11-20、\"2026-11-20 10:00\" 或 7d", "write it as 2026-11-20, \"2026-11-20 10:00\" or 7d")}
	}
	from, until := m.T, m.T.Add(time.Millisecond)
	if m.Err >= 30*time.Second { // it names a minute or an hour, all of which is in
		from, until = m.T.Add(-m.Err), m.T.Add(m.Err)
	}
	if later {
		return until, nil
	}
	return from, nil
}
