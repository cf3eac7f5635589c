package attempt

import (
	"strconv"
	"strings"
	"time"

	"meiqia-diag/diag/incident"
	"meiqia-diag/diag/lazy"
)

// Who refuses a recall as late often says what the limit is: "messages older than
// 2 minutes cannot be recalled", "over limit limit_s=120". That is the service's
// own rule, and better than what a profile assumes.
var (
	limitWords = lazy.MustCompile(`(?i)\b(?:older than|more than|longer than|over|exceed(?:s|ed|ing)?|within|beyond|limit(?:ed)?(?: of| is| to)?|window(?: of| is)?|in the last|past)\s+(?:the\s+)?(?:(?:last|first|allowed|limit of)\s+)?(\d{1,4}|one|two|three|five|ten)[ -]?(s|secs?|seconds?|m|mins?|minutes?|h|hrs?|hours?)\b`)
	limitZh    = lazy.MustCompile(`(?:超过|超出|超過|逾|已过|仅限|只限|限|在|只能|仅能|可在)了?\s?(\d{1,4}|[一二两三五十])\s?(个?小时|分钟?|分鐘|秒钟?)`)
	limitField = lazy.MustCompile(`(?i)\b(?:limit|max(?:_?age)?|window|allowed|ttl)_?(ms|s|secs?|seconds|m|mins?|minutes)?["']?\s*[=:]\s*["']?(\d{1,7})\s?(ms|s|secs?|seconds|m|mins?|minutes)?\b`)
	spelled    = map[string]int{"one": 1, "two": 2, "three": 3, "five": 5, "ten": 10, "一": 1, "二": 2, "两": 2, "三": 3, "五": 5, "十": 10}
)

// limitIn reads the window's length off a refusal, 0 when it tells none.
func limitIn(text string, fields bool) time.Duration {
	n, unit := "", ""
	if m := limitWords.FindStringSubmatch(text); m != nil {
		n, unit = strings.ToLower(m[1]), strings.ToLower(m[2])
	} else if m := limitZh.FindStringSubmatch(text); m != nil {
		n, unit = m[1], m[2]
	} else if m := limitField.FindStringSubmatch(text); m != nil && fields && m[1]+m[3] != "" {
		n, unit = m[2], strings.ToLower(m[1]+m[3])
	}
	v, known := spelled[n]
	if !known {
		v, _ = strconv.Atoi(n)
	}
	one := time.Minute
	switch {
	case v == 0 || unit == "":
		return 0
	case unit == "ms":
		one = time.Millisecond
	case unit[0] == 's' || strings.HasPrefix(unit, "秒"):
		one = time.Second
	case unit[0] == 'h' || strings.Contains(unit, "小时"):
		one = time.Hour
	}
	if d := time.Duration(v) * one; d >= 10*time.Second && d <= 7*24*time.Hour {
		return d
	}
	return 0
}

// learnWindow takes the window's length from the refusal, where no setting told it.
func (a *Attempt) learnWindow(in *incident.Incident) {
	if a.Facts.Window > 0 {
		return
	}
	if r := a.Request; r != nil && r.Answer.Has("window") {
		if a.Facts.Window = limitIn(r.Answer.Text, false); a.Facts.Window > 0 {
			return
		}
	}
	for _, s := range a.Signals {
		if s.Means == "says:window" && s.Strong && !s.Said {
			if a.Facts.Window = limitIn(s.Text, true); a.Facts.Window > 0 {
				return
			}
		}
	}
	for _, m := range a.Profile.RefusalsIn(in.String(incident.ErrorText), "") {
		if m.Means == "window" {
			a.Facts.Window = limitIn(in.String(incident.ErrorText), false)
			return
		}
	}
}
