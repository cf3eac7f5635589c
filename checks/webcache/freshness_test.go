package webcache

import (
	"net/http"
	"testing"
	"time"
)

// Each case is one branch of RFC 9111; the section that asks for it stands before it.
func TestFreshness(t *testing.T) {
	asked := time.Date(2026, 11, 20, 10, 0, 0, 0, time.UTC)
	came := asked.Add(2 * time.Second)
	now := asked.Add(100 * time.Second)
	at := func(d time.Duration) string { return asked.Add(d).Format(http.TimeFormat) }
	const day = 24 * time.Hour
	for _, c := range []struct {
		name    string
		header  map[string]string
		status  int
		firefox bool
		age     time.Duration
		life    time.Duration
		by      string
		fresh   bool
		kept    bool
	}{
		{"4.2.3 what the Date tells: 2 s apparent, 98 s resident", map[string]string{"Date": at(0), "Cache-Control": "max-age=3600"}, 200, false, 100 * time.Second, time.Hour, ByMaxAge, true, true},
		{"4.2.3 Age and the time it took, where that is more", map[string]string{"Date": at(0), "Age": "3500", "Cache-Control": "max-age=3600"}, 200, false, 3600 * time.Second, time.Hour, ByMaxAge, false, false},
		{"4.2.3 a Date ahead of the device's clock is no negative age", map[string]string{"Date": at(5 * time.Minute), "Cache-Control": "max-age=60"}, 200, false, 100 * time.Second, time.Minute, ByMaxAge, false, false},
		{"4.2.3 an apparent age of a device that runs ahead counts", map[string]string{"Date": at(-10 * time.Minute), "Cache-Control": "max-age=600"}, 200, false, 700 * time.Second, 10 * time.Minute, ByMaxAge, false, false},
		{"5.1 of a list in Age the first member", map[string]string{"Date": at(0), "Age": "300, 5", "Cache-Control": "max-age=500"}, 200, false, 400 * time.Second, 500 * time.Second, ByMaxAge, true, true},
		{"5.1 an Age that is no number is ignored", map[string]string{"Date": at(0), "Age": "old", "Cache-Control": "max-age=500"}, 200, false, 100 * time.Second, 500 * time.Second, ByMaxAge, true, true},
		{"RFC 9110 6.6.1 without a Date, when it came", map[string]string{"Cache-Control": "max-age=3600"}, 200, false, 100 * time.Second, time.Hour, ByMaxAge, true, true},
		{"4.2.1 max-age before Expires", map[string]string{"Date": at(0), "Cache-Control": "max-age=10", "Expires": at(time.Hour)}, 200, false, 100 * time.Second, 10 * time.Second, ByMaxAge, false, false},
		{"4.2.1 Expires less the Date", map[string]string{"Date": at(0), "Expires": at(time.Hour)}, 200, false, 100 * time.Second, time.Hour, ByExpires, true, true},
		{"5.3 an Expires that is no date has expired", map[string]string{"Date": at(0), "Expires": "0", "Last-Modified": at(-10 * day)}, 200, false, 100 * time.Second, 0, ByExpires, false, false},
		{"4.2.1 s-maxage is not for private caches", map[string]string{"Date": at(0), "Cache-Control": "s-maxage=9999, max-age=10"}, 200, false, 100 * time.Second, 10 * time.Second, ByMaxAge, false, false},
		{"4.2.1 s-maxage alone tells nothing", map[string]string{"Date": at(0), "Cache-Control": "s-maxage=9999"}, 200, false, 100 * time.Second, 0, ByNothing, false, false},
		{"4.2.1 of two max-age the first", map[string]string{"Date": at(0), "Cache-Control": "max-age=10, max-age=1000"}, 200, false, 100 * time.Second, 10 * time.Second, ByMaxAge, false, false},
		{"4.2.1 a max-age that cannot be read is stale", map[string]string{"Date": at(0), "Cache-Control": "max-age=1h", "Last-Modified": at(-10 * day)}, 200, false, 100 * time.Second, 0, ByMaxAge, false, false},
		{"5.2 quotes, spaces and letter case do not matter", map[string]string{"Date": at(0), "Cache-Control": ` Public , MAX-AGE="3600"`}, 200, false, 100 * time.Second, time.Hour, ByMaxAge, true, true},
		{"5.2 a comma in quotes parts nothing", map[string]string{"Date": at(0), "Cache-Control": `x="a, max-age=1", max-age=3600`}, 200, false, 100 * time.Second, time.Hour, ByMaxAge, true, true},
		{"1.2.2 an overflow is 2^31 s", map[string]string{"Date": at(0), "Cache-Control": "max-age=99999999999999999999"}, 200, false, 100 * time.Second, 1 << 31 * time.Second, ByMaxAge, true, true},
		{"4.2.2 a tenth of the time since Last-Modified", map[string]string{"Date": at(0), "Last-Modified": at(-100 * day)}, 200, false, 100 * time.Second, 10 * day, ByHeuristic, true, true},
		{"Firefox guesses 7 days at most", map[string]string{"Date": at(0), "Last-Modified": at(-100 * day)}, 200, true, 100 * time.Second, 7 * day, ByHeuristic, true, true},
		{"4.2.2 no guess for a status that is not cacheable of itself", map[string]string{"Date": at(0), "Last-Modified": at(-100 * day)}, 503, false, 100 * time.Second, 0, ByNothing, false, false},
		{"5.2.2.9 public makes it so", map[string]string{"Date": at(0), "Last-Modified": at(-100 * day), "Cache-Control": "public"}, 503, false, 100 * time.Second, 10 * day, ByHeuristic, true, true},
		{"Chromium makes no guess under must-revalidate", map[string]string{"Date": at(0), "Last-Modified": at(-100 * day), "Cache-Control": "must-revalidate"}, 200, false, 100 * time.Second, 0, ByNothing, false, false},
		{"4.2.2 Last-Modified behind the Date tells nothing", map[string]string{"Date": at(0), "Last-Modified": at(time.Hour)}, 200, false, 100 * time.Second, 0, ByNothing, false, false},
		{"5.2.2.4 no-cache is asked for before each use", map[string]string{"Date": at(0), "Cache-Control": "no-cache, max-age=3600"}, 200, false, 100 * time.Second, time.Hour, ByMaxAge, false, false},
		{"5.2.2.4 no-cache with fields, too", map[string]string{"Date": at(0), "Cache-Control": `no-cache="set-cookie", max-age=3600`}, 200, false, 100 * time.Second, time.Hour, ByMaxAge, false, false},
		{"5.4 Pragma where no Cache-Control is", map[string]string{"Date": at(0), "Pragma": "no-cache", "Expires": at(time.Hour)}, 200, false, 100 * time.Second, time.Hour, ByExpires, false, false},
		{"5.4 and not beside one", map[string]string{"Date": at(0), "Pragma": "no-cache", "Cache-Control": "max-age=3600"}, 200, false, 100 * time.Second, time.Hour, ByMaxAge, true, true},
		{"5.2.2.5 no-store", map[string]string{"Date": at(0), "Cache-Control": "no-store, max-age=3600"}, 200, false, 100 * time.Second, time.Hour, ByMaxAge, false, false},
		{"4.1 Vary: * never matches again", map[string]string{"Date": at(0), "Cache-Control": "max-age=3600", "Vary": "*"}, 200, false, 100 * time.Second, time.Hour, ByMaxAge, false, false},
		{"4.1 Vary by a field may match", map[string]string{"Date": at(0), "Cache-Control": "max-age=3600", "Vary": "Accept-Encoding"}, 200, false, 100 * time.Second, time.Hour, ByMaxAge, true, true},
		{"RFC 5861 stale, and used while it is asked for", map[string]string{"Date": at(0), "Cache-Control": "max-age=50, stale-while-revalidate=60"}, 200, false, 100 * time.Second, 50 * time.Second, ByMaxAge, false, true},
		{"RFC 5861 past that", map[string]string{"Date": at(0), "Cache-Control": "max-age=50, stale-while-revalidate=50"}, 200, false, 100 * time.Second, 50 * time.Second, ByMaxAge, false, false},
		{"5.2.2.2 must-revalidate forbids it", map[string]string{"Date": at(0), "Cache-Control": "max-age=50, stale-while-revalidate=600, must-revalidate"}, 200, false, 100 * time.Second, 50 * time.Second, ByMaxAge, false, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			h := func(name string) string { return c.header[name] }
			f := FreshnessOf(Answer{Status: c.status, Header: h, RequestTime: asked, ResponseTime: came, Firefox: c.firefox}, now)
			if !f.Known || f.Age != c.age || f.Lifetime != c.life || f.By != c.by || f.Fresh() != c.fresh || f.Kept() != c.kept {
				t.Errorf("age %v life %v by %s fresh %v kept %v, want %v %v %s %v %v", f.Age, f.Lifetime, f.By, f.Fresh(), f.Kept(), c.age, c.life, c.by, c.fresh, c.kept)
			}
		})
	}
	h := http.Header{"Date": {at(0)}, "Cache-Control": {"max-age=60, immutable"}, "Vary": {"Origin, Accept-Encoding"}}
	f := FreshnessOf(Answer{Header: h.Get}, asked.Add(time.Minute)) // as a recording has it: without times of its own
	if !f.Known || f.Age != time.Minute || f.Fresh() || !f.Immutable || len(f.Vary) != 2 || f.Vary[0] != "origin" {
		t.Errorf("%+v", f)
	}
	if f := FreshnessOf(Answer{Header: http.Header{}.Get}, now); f.Known || f.Fresh() || f.Kept() {
		t.Errorf("without any time nothing is known: %+v", f)
	}
	if f := FreshnessOf(Answer{Header: h.Get, RequestTime: came, ResponseTime: asked}, asked.Add(-time.Hour)); f.Age != 0 {
		t.Errorf("a clock that was set back: %v", f.Age)
	}
}
