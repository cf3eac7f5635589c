package incident

import (
	"math"
	"strconv"
	"strings"
	"time"

	"meiqia-diag/diag/lang"
	"meiqia-diag/diag/lazy"
)

var isoLayouts = []string{
	"2006-01-02T15:04:05.999999999Z07:00",
	"2006-01-02T15:04:05.999999999Z0700",
	"2006-01-02 15:04:05.999999999 Z07:00",
	"2006-01-02 15:04:05.999999999Z07:00",
	"2006-01-02 15:04:05.999999999 -0700",
	"2006-01-02T15:04Z07:00",
}

// A time as people write it: an optional day, an optional half of the day, and hours.
var humanTime = lazy.MustCompile(`^(?:(?:(\d{4})\s*[-/.年])?\s*(\d{1,2})\s*[-/.月]\s*(\d{1,2})\s*[日号]?|(今天|今日|today|昨天|昨日|昨晚|yesterday|前天|今早|今晚))?[\st,]*` +
	`(凌晨|早上|上午|中午|下午|傍晚|晚上|晚|am|pm)?\s*(\d{1,2})\s*[:点时]\s*(?:(\d{1,2}|半|整)\s*[分]?)?(?:\s*:?\s*(\d{1,2})(?:[.,](\d{1,9}))?\s*秒?)?\s*(am|pm)?\s*(z|utc|gmt|[+-]\d{1,2}(?::?\d{2})?)?$`)

// halfWidth turns the full-width letters, digits and signs that a Chinese input
// method writes (\uFF01 to \uFF5E, and the wide space) into their ASCII twins.
func halfWidth(s string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r >= '\uFF01' && r <= '\uFF5E':
			return r - '\uFF01' + '!'
		case r == '\u3000':
			return ' '
		case r == '\u3001':
			return ','
		}
		return r
	}, s)
}

// smallHours is where "last night" ends: 昨晚1点 is past midnight, 昨晚5点 is in the evening before.
const smallHours = 5

// ParseMoment reads a time as people write it: RFC 3339, "2026-11-20 10:22:41",
// "11-20 10:22", "10:22:41", "昨天 22:15", "下午3点5分". What is missing is
// filled in from now: the day that makes the moment the latest one not after
// now, and now's zone. The error of the moment is that of the last digit given.
func ParseMoment(text string, now time.Time) (Moment, *lang.Problem) {
	s := strings.TrimSpace(halfWidth(text))
	for _, layout := range isoLayouts {
		if t, err := time.Parse(layout, s); err == nil && plausible(t) {
			return momentOf(text, t, layoutPrecision(s, layout), false), nil
		}
	}
	m := humanTime.FindStringSubmatch(strings.ToLower(s))
	if m == nil {
		return Moment{}, badMoment(text)
	}
	loc, zoneAssumed := now.Location(), true
	if m[11] != "" {
		zone, ok := parseZone(m[11])
		if !ok {
			return Moment{}, badMoment(text)
		}
		loc, zoneAssumed = zone, false
	}
	here := now.In(loc)
	hour, _ := strconv.Atoi(m[6])
	half, night := m[5]+m[10], strings.HasSuffix(m[4], "晚")
	if half == "" && night {
		half = "晚"
	}
	nextDay := 0
	switch half {
	case "晚上", "晚":
		switch {
		case hour == 12:
			hour, nextDay = 0, 1
		case hour < smallHours:
			nextDay = 1
		case hour < 12:
			hour += 12
		}
	case "下午", "傍晚", "pm":
		if hour < 12 {
			hour += 12
		}
	case "中午":
		if hour < 10 {
			hour += 12
		}
	case "am", "凌晨":
		if hour == 12 {
			hour = 0
		}
		if night {
			nextDay = 1
		}
	}
	minute, precision := 0, time.Hour
	switch m[7] {
	case "":
	case "半":
		minute, precision = 30, time.Minute
	case "整":
		precision = time.Minute
	default:
		minute, _ = strconv.Atoi(m[7])
		precision = time.Minute
	}
	sec, nsec := 0, 0
	if m[8] != "" {
		sec, _ = strconv.Atoi(m[8])
		precision = time.Second
	}
	if m[9] != "" {
		digits := (m[9] + "000000000")[:9]
		nsec, _ = strconv.Atoi(digits)
		precision = time.Second
		for range len(m[9]) {
			precision /= 10
		}
	}
	if hour > 23 || minute > 59 || sec > 60 {
		return Moment{}, badMoment(text)
	}
	year, month, day := here.Date()
	dated := true
	switch {
	case m[2] != "":
		mo, _ := strconv.Atoi(m[2])
		d, _ := strconv.Atoi(m[3])
		if mo < 1 || mo > 12 || d < 1 || d > 31 {
			return Moment{}, badMoment(text)
		}
		month, day = time.Month(mo), d
		if m[1] != "" {
			year, _ = strconv.Atoi(m[1])
		} else if time.Date(year, month, day, hour, minute, sec, 0, loc).After(here.Add(24 * time.Hour)) {
			year--
		}
	case strings.HasPrefix(m[4], "昨") || m[4] == "yesterday":
		day--
	case m[4] == "前天":
		day -= 2
	case m[4] == "":
		dated = false
	}
	t := time.Date(year, month, day, hour, minute, sec, nsec, loc)
	if (m[2] != "" && (t.Day() != day || t.Month() != month)) || !plausible(t) {
		return Moment{}, badMoment(text)
	}
	t = t.AddDate(0, 0, nextDay)
	if (!dated || nextDay > 0 && m[2] == "") && t.After(here.Add(time.Minute)) {
		t = t.AddDate(0, 0, -1) // said after midnight, 今晚12点 is the midnight just past
	}
	return momentOf(text, t, precision, zoneAssumed), nil
}

// momentOf centres a moment on what the last digit leaves open: "10:22" is any
// instant of that minute. A person reading a clock that shows seconds is taken
// to be right to within one second.
func momentOf(text string, t time.Time, precision time.Duration, zoneAssumed bool) Moment {
	switch {
	case precision >= time.Minute:
		return Moment{Text: text, T: t.Add(precision / 2), Err: precision / 2, ZoneAssumed: zoneAssumed}
	case precision == time.Second:
		return Moment{Text: text, T: t, Err: time.Second, ZoneAssumed: zoneAssumed}
	}
	return Moment{Text: text, T: t, Err: max(precision, 10*time.Millisecond), ZoneAssumed: zoneAssumed}
}

func layoutPrecision(s, layout string) time.Duration {
	if strings.Contains(layout, "15:04Z") {
		return time.Minute
	}
	if i := strings.IndexByte(s, '.'); i >= 0 {
		p := time.Second
		for _, c := range s[i+1:] {
			if c < '0' || c > '9' {
				break
			}
			p /= 10
		}
		return p
	}
	return time.Second
}

func plausible(t time.Time) bool { return t.Year() >= 2000 && t.Year() < 2200 }

func parseZone(s string) (*time.Location, bool) {
	if s == "z" || s == "utc" || s == "gmt" {
		return time.UTC, true
	}
	digits := strings.ReplaceAll(s[1:], ":", "")
	h, err := strconv.Atoi(digits)
	if err != nil {
		return nil, false
	}
	m := 0
	if len(digits) > 2 {
		h, m = h/100, h%100
	}
	if h > 14 || m > 59 {
		return nil, false
	}
	off := h*3600 + m*60
	if s[0] == '-' {
		off = -off
	}
	return time.FixedZone("", off), true
}

func badMoment(text string) *lang.Problem {
	return &lang.Problem{
		What: lang.T("看不懂时间 %q", "cannot read the time %q").F(text),
		Hint: lang.T("请写成 2026-11-20 10:22:41、10:22:41 或 昨天 22:15", "write it as 2026-11-20 10:22:41, 10:22:41 or yesterday 22:15"),
	}
}

// maxSpan bounds a duration, in seconds: three years.
const maxSpan = 1e8

// Span gives n units to the nanosecond or, for spans of weeks, where a float64
// of seconds no longer tells nanoseconds apart, to the microsecond. So a span
// written as seconds and read back is the same span.
func Span(n float64, unit time.Duration) time.Duration {
	return exact(time.Duration(math.Round(n * float64(unit))))
}

func exact(d time.Duration) time.Duration {
	if d >= 1<<21*time.Second {
		return d.Round(time.Microsecond)
	}
	return d
}

var humanWindow = lazy.MustCompile(`^(?:(\d+(?:\.\d+)?)\s*(d|天|days?))?\s*(?:(\d+(?:\.\d+)?)\s*(h|小时|hours?|hrs?))?\s*(?:(\d+(?:\.\d+)?)\s*(m|分钟?|minutes?|mins?))?\s*(?:(\d+(?:\.\d+)?)\s*(s|秒钟?|seconds?|secs?))?$`)

// ParseWindow reads a duration as people write it: "2m", "120s", "2分钟", "1 hour". A bare number is seconds.
func ParseWindow(text string) (time.Duration, *lang.Problem) {
	s := strings.ToLower(strings.TrimSpace(halfWidth(text)))
	if n, err := strconv.ParseFloat(s, 64); err == nil && n > 0 && n < maxSpan {
		if d := Span(n, time.Second); d > 0 {
			return d, nil
		}
	}
	m := humanWindow.FindStringSubmatch(s)
	var d time.Duration
	if s != "" && m != nil {
		for i, unit := range []time.Duration{24 * time.Hour, time.Hour, time.Minute, time.Second} {
			if m[1+2*i] != "" {
				n, _ := strconv.ParseFloat(m[1+2*i], 64)
				if n*unit.Seconds() >= maxSpan {
					m = nil
					break
				}
				d += Span(n, unit)
			}
		}
	}
	if m == nil || d <= 0 {
		return 0, &lang.Problem{
			What: lang.T("看不懂时长 %q", "cannot read the duration %q").F(text),
			Hint: lang.T("请写成 2m、120s 或 2分钟", "write it as 2m, 120s or 2 minutes"),
		}
	}
	return exact(d), nil
}
