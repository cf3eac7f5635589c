package webcache

import (
	"math"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Answer is what freshness is told from. All its times and the moment that it is
// told for are by one clock.
type Answer struct {
	Status int                      // 0 when unknown
	Header func(name string) string // first value of a header field, names as RFC 9110 writes them
	// RequestTime and ResponseTime are when the browser asked and had the answer, or
	// last validated it; zero where a recording does not tell.
	RequestTime, ResponseTime time.Time
	Firefox                   bool // its rules of thumb differ from Chromium's
}

// What a lifetime was taken from.
const (
	ByMaxAge    = "max-age"
	ByExpires   = "expires"
	ByHeuristic = "heuristic"
	ByNothing   = "none"
)

// Freshness is how old a stored answer is and for how long a browser uses it
// without asking: RFC 9111 section 4.2, for a private cache.
type Freshness struct {
	Age      time.Duration // section 4.2.3; meaningless unless Known
	Known    bool
	Lifetime time.Duration // section 4.2.1
	By       string

	NoStore        bool          // it should not have been stored
	NoCache        bool          // to be validated before every use
	MustRevalidate bool          // never to be used stale
	Immutable      bool          // not asked for even by a reload while fresh, RFC 8246
	StaleWhile     time.Duration // it may be used for so long when stale, while it is asked for, RFC 5861
	Vary           []string      // request fields that choose it, lower case
}

// Left gives how long the answer stays fresh, negative when stale.
func (f Freshness) Left() time.Duration {
	if f.NoCache || f.NoStore || f.varies() {
		return min(0, f.Lifetime-f.Age)
	}
	return f.Lifetime - f.Age
}

// Fresh reports whether a browser uses the answer without asking.
func (f Freshness) Fresh() bool { return f.Known && f.Left() > 0 }

// Kept reports whether a browser uses the answer as it is: fresh, or stale for
// once while it asks for a new one.
func (f Freshness) Kept() bool {
	return f.Fresh() || f.Known && !f.NoCache && !f.NoStore && !f.MustRevalidate && !f.varies() && f.Left() > -f.StaleWhile
}

// varies reports whether no later request can match, section 4.1.
func (f Freshness) varies() bool { return slices.Contains(f.Vary, "*") }

// firefoxHeuristic bounds what Firefox takes a tenth of Last-Modified for.
const firefoxHeuristic = 7 * 24 * time.Hour

// FreshnessOf tells a stored answer's freshness at a moment.
func FreshnessOf(a Answer, now time.Time) Freshness {
	cc := directives(a.Header("Cache-Control"))
	f := Freshness{By: ByNothing}
	_, f.NoStore = cc["no-store"]
	_, f.NoCache = cc["no-cache"] // also with field names: section 5.2.2.4, last paragraph
	_, f.MustRevalidate = cc["must-revalidate"]
	_, f.Immutable = cc["immutable"]
	if len(cc) == 0 && strings.Contains(strings.ToLower(a.Header("Pragma")), "no-cache") {
		f.NoCache = true // section 5.4: left open for answers; browsers heed it
	}
	if v, ok := cc["stale-while-revalidate"]; ok {
		f.StaleWhile, _ = seconds(v)
	}
	for name := range strings.SplitSeq(a.Header("Vary"), ",") {
		if name = strings.ToLower(strings.TrimSpace(name)); name != "" {
			f.Vary = append(f.Vary, name)
		}
	}
	date, dated := httpTime(a.Header("Date"))
	if !dated {
		date = a.ResponseTime // RFC 9110 section 6.6.1: the moment it came
	}
	f.age(a, date, now)
	f.lifetime(a, cc, date)
	return f
}

// age is section 4.2.3.
func (f *Freshness) age(a Answer, date, now time.Time) {
	if now.IsZero() || date.IsZero() {
		return
	}
	f.Known = true
	said, _ := seconds(firstOf(a.Header("Age"))) // one that is no number is left alone, section 5.1
	if a.ResponseTime.IsZero() {
		f.Age = max(0, now.Sub(date), said)
		return
	}
	apparent := max(0, a.ResponseTime.Sub(date))
	delay := time.Duration(0)
	if !a.RequestTime.IsZero() {
		delay = max(0, a.ResponseTime.Sub(a.RequestTime))
	}
	resident := max(0, now.Sub(a.ResponseTime)) // a clock that was set back makes nothing younger
	f.Age = max(apparent, said+delay) + resident
}

// lifetime is section 4.2.1; s-maxage is for shared caches and is not looked at.
func (f *Freshness) lifetime(a Answer, cc map[string]string, date time.Time) {
	if v, ok := cc["max-age"]; ok {
		f.By = ByMaxAge
		f.Lifetime, _ = seconds(v) // what cannot be read is stale, section 4.2.1
		return
	}
	if v := a.Header("Expires"); v != "" {
		f.By = ByExpires
		if t, ok := httpTime(v); ok && !date.IsZero() { // "0" and the like have expired, section 5.3
			f.Lifetime = max(0, t.Sub(date))
		}
		return
	}
	_, public := cc["public"]
	modified, ok := httpTime(a.Header("Last-Modified"))
	if !ok || date.IsZero() || !date.After(modified) || !public && a.Status != 0 && !slices.Contains(cacheable, a.Status) {
		return
	}
	if f.MustRevalidate && !a.Firefox {
		return // Chromium makes no guess then
	}
	f.By, f.Lifetime = ByHeuristic, date.Sub(modified)/10 // section 4.2.2
	if a.Firefox {
		f.Lifetime = min(f.Lifetime, firefoxHeuristic)
	}
}

// cacheable lists the statuses whose answers may be kept by a guess, RFC 9110 section 15.1.
var cacheable = []int{200, 203, 204, 206, 300, 301, 308, 404, 405, 410, 414, 501}

// directives reads a Cache-Control field (section 5.2): names in lower case,
// values without quotes. Of a name that comes twice the first counts.
func directives(s string) map[string]string {
	out := map[string]string{}
	for s != "" {
		var item string
		item, s = cutItem(s)
		name, value, _ := strings.Cut(item, "=")
		name = strings.ToLower(strings.TrimSpace(name))
		if _, twice := out[name]; name != "" && !twice {
			out[name] = strings.Trim(strings.TrimSpace(value), `"`)
		}
	}
	return out
}

// cutItem cuts a list at its first comma outside of quotes.
func cutItem(s string) (item, rest string) {
	quoted := false
	for i := 0; i < len(s); i++ {
		switch {
		case s[i] == '\\' && quoted:
			i++
		case s[i] == '"':
			quoted = !quoted
		case s[i] == ',' && !quoted:
			return s[:i], s[i+1:]
		}
	}
	return s, ""
}

// seconds reads delta-seconds; what is larger than 2^31 is that (section 1.2.2).
func seconds(s string) (time.Duration, bool) {
	s = strings.TrimSpace(s)
	if s == "" || strings.Trim(s, "0123456789") != "" {
		return 0, false
	}
	n, err := strconv.ParseInt(s, 10, 64)
	if err != nil || n > math.MaxInt32 {
		n = math.MaxInt32 + 1
	}
	return time.Duration(n) * time.Second, true
}

// firstOf gives the first member of a list.
func firstOf(s string) string {
	first, _, _ := strings.Cut(s, ",")
	return first
}

func httpTime(s string) (time.Time, bool) {
	t, err := http.ParseTime(strings.TrimSpace(s))
	return t, err == nil
}

// Answer gives what an entry's freshness is told from, by the browser's own clock.
func (e Entry) Answer() Answer {
	return Answer{Status: e.Status, Header: e.Header.Get, RequestTime: e.RequestTime, ResponseTime: e.ResponseTime, Firefox: e.Format == Cache2}
}
