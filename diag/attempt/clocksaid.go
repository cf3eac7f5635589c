package attempt

import (
	"strconv"
	"strings"
	"time"

	"meiqia-diag/diag/clock"
	"meiqia-diag/diag/evidence"
	"meiqia-diag/diag/lazy"
)

// Clients compare their clock with the service's, and write down by how much the
// two differ: as a difference whose name says which is taken from which, in words,
// or as the two readings side by side.

const (
	serviceSide = `(?:server|service|remote|cloud|standard|ntp|backend)(?:[_ -]?(?:time|clock|ts|now|date))?`
	deviceSide  = `(?:local|client|device|browser|system|my|pc|machine)(?:[_ -]?(?:time|clock|ts|now|date))?`
	deviceClock = `(?:local|client|device|browser|system|my|pc|machine|computer)(?:'s)?[_ -](?:system )?(?:time|clock)`
	amount      = `(\d+(?:\.\d+)?)\s?(ms|milliseconds|s|secs?|seconds?|min(?:ute)?s?|毫秒|秒|分钟?)`
	readingText = `["']?\s*[=:]\s*["']?(1[5-9]\d{8}(?:\d{3})?(?:\.\d+)?|\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:?\d\d))`
)

var (
	serviceLess = lazy.MustCompile(`(?i)\b` + serviceSide + `[_ ]?(?:minus|-|−|less)[_ ]?` + deviceSide + `[_ ]?(ms|s|sec|seconds)?["']?\s*[=:]\s*["']?([+-]?\d+(?:\.\d+)?)\s?(ms|s|sec|seconds)?\b`)
	deviceLess  = lazy.MustCompile(`(?i)\b` + deviceSide + `[_ ]?(?:minus|-|−|less)[_ ]?` + serviceSide + `[_ ]?(ms|s|sec|seconds)?["']?\s*[=:]\s*["']?([+-]?\d+(?:\.\d+)?)\s?(ms|s|sec|seconds)?\b`)
	clockAhead  = lazy.MustCompile(`(?i)\b` + deviceClock + `[^.;\n\d]{0,24}\b(ahead|fast|behind|slow)\b[^.;\n\d]{0,24}` + amount)
	clockBy     = lazy.MustCompile(`(?i)\b` + deviceClock + `[^.;\n\d]{0,24}` + amount + ` (?:too )?(ahead|fast|behind|slow)\b`)
	clockSaidZh = lazy.MustCompile(`(?:本机|本地|客户端|电脑|设备|手机|系统)的?(?:时间|时钟)?.{0,8}比.{0,4}(?:服务器|服务端|标准|网络|北京|实际)(?:时间|时钟)?.{0,4}(快|慢|早|晚|超前|落后)了?(?:约|大约)?\s?` + amount)
	serviceRead = lazy.MustCompile(`(?i)\b(?:server|service|remote)(?:[_ -]?(?:said|says|reports?|reported|replied|returned|sent))?[_ -]?(?:time|ts|now|date|clock|timestamp)(?:_ms)?` + readingText)
	deviceRead  = lazy.MustCompile(`(?i)\b(?:local|client|device|browser)[_ -]?(?:time|ts|now|date|clock|timestamp)(?:_ms)?` + readingText)
)

// saidDifference reads service - device off a line that compares the two clocks.
func saidDifference(text string) (d time.Duration, ok bool) {
	if m := serviceLess.FindStringSubmatch(text); m != nil {
		return amountOf(m[2], m[1]+m[3])
	}
	if m := deviceLess.FindStringSubmatch(text); m != nil {
		d, ok = amountOf(m[2], m[1]+m[3])
		return -d, ok
	}
	word, n, unit := "", "", ""
	if m := clockAhead.FindStringSubmatch(text); m != nil {
		word, n, unit = m[1], m[2], m[3]
	} else if m := clockBy.FindStringSubmatch(text); m != nil {
		word, n, unit = m[3], m[1], m[2]
	} else if m := clockSaidZh.FindStringSubmatch(text); m != nil {
		word, n, unit = m[1], m[2], m[3]
	}
	if word != "" {
		d, ok = amountOf(n, unit)
		switch strings.ToLower(word) {
		case "ahead", "fast", "快", "早", "超前":
			d = -d
		}
		return d, ok
	}
	s, c := serviceRead.FindStringSubmatch(text), deviceRead.FindStringSubmatch(text)
	if s == nil || c == nil {
		return 0, false
	}
	at, _, noZone, ok1 := serviceTime(s[1])
	here, _, noZone2, ok2 := serviceTime(c[1])
	return at.Sub(here), ok1 && ok2 && !noZone && !noZone2
}

// amountOf reads a number in a unit; without a unit it tells nothing.
func amountOf(n, unit string) (time.Duration, bool) {
	f, err := strconv.ParseFloat(n, 64)
	if err != nil || f > 1e9 || f < -1e9 {
		return 0, false
	}
	switch strings.ToLower(unit) {
	case "ms", "milliseconds", "毫秒":
		f /= 1000
	case "min", "mins", "minute", "minutes", "分", "分钟":
		f *= 60
	case "":
		return 0, false
	}
	return time.Duration(f * float64(time.Second)), true
}

// clockWords spare most lines the look for a comparison of clocks.
var clockWords = newHints("minus", "ahead", "behind", "fast", "slow", "less", "server", "remote", "service", "快", "慢", "超前", "落后")

// saidOffset takes the offset that the agent's own client reckoned nearest before
// the press; how it did so is not known, so that a second is allowed for the way.
func (a *Attempt) saidOffset() (span clock.Span, source string, n int) {
	best := time.Duration(-1)
	for _, lf := range a.Logs {
		if lf.File.Kind == evidence.ServerLog || elsewhere(lf) {
			continue
		}
		for _, e := range lf.Entries {
			if !a.recent(e) || !clockWords.in(e.Text) {
				continue
			}
			d, ok := saidDifference(head(e.Text, 2048))
			if !ok || d.Abs() > 14*time.Hour {
				continue
			}
			gap := time.Duration(0)
			if !e.At.IsZero() && !a.Press.IsZero() {
				gap = e.At.T.Sub(a.Press.T).Abs()
			}
			if best < 0 || gap < best {
				best, span, source, n = gap, clock.Exactly(d, readingErr), lf.File.Name, n+1
			}
		}
	}
	return span, source, n
}
