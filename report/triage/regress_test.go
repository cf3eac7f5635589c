package triage

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"
	"time"

	"meiqia-diag/diag"
	"meiqia-diag/report/triage/store"
)

// Causes of a made-up desk with how often each is met: few are frequent, most are rare.
var mix = []struct {
	code   string
	weight float64
}{
	{"decision.window-expired", 30}, {"decision.message-read", 20}, {"transport.high-latency", 12}, {"transport.packet-loss", 8}, {"dispatch.extension-blocked", 6},
	{"admission.overloaded", 5}, {"admission.session-invalid", 4}, {"sync.stale-view", 3}, {"decision.clock-skew", 3}, {"trigger.button-hidden", 2}, {"dispatch.browser-settings", 2}, {"dispatch.stale-app", 1},
}

func draw(r *rand.Rand) string {
	total := 0.0
	for _, m := range mix {
		total += m.weight
	}
	x := r.Float64() * total
	for _, m := range mix {
		if x -= m.weight; x < 0 {
			return m.code
		}
	}
	return mix[0].code
}

var began = time.Date(2026, 9, 1, 0, 0, 0, 0, time.UTC)

// explained is a report of one cause.
func explained(n int, at time.Time, code string) *store.Report {
	return &store.Report{Hash: fmt.Sprintf("%064x", n), At: at.UnixMilli(), AtBasis: "attempt", Outcome: diag.Explained, Causes: []store.Cause{{Code: code, Role: "primary", Probability: 0.95}}}
}

// desk makes n reports over some days whose causes depend on nothing at all.
func desk(r *rand.Rand, n, days int) []*store.Report {
	var rows []*store.Report
	devices := []string{"desktop_web", "desktop_app", "mobile_app", ""}
	for i := range n {
		x := explained(i, began.Add(time.Duration(r.Float64()*float64(days)*float64(24*time.Hour))), draw(r))
		x.Device = devices[r.IntN(len(devices))]
		x.ClientVersion = fmt.Sprintf("5.%d.%d", r.IntN(3), r.IntN(3))
		x.ServiceBuild = fmt.Sprintf("2026.%d.1", 1+r.IntN(6))
		x.Browser, x.BrowserVersion = []string{"chrome", "edge", "firefox"}[r.IntN(3)], fmt.Sprintf("%d.0.0", 140+r.IntN(5))
		x.SDK, x.SDKVersion = "android", fmt.Sprintf("3.%d", r.IntN(5))
		if r.IntN(10) == 0 {
			x.Outcome = diag.Inconclusive
		}
		rows = append(rows, x)
	}
	return rows
}

// Where nothing changed, a regression is named in at most one picture in twenty:
// whatever the number of reports, and with a version that came late.
func TestNoRegressionIsNamedByChance(t *testing.T) {
	const sets = 300
	for _, c := range []struct {
		n, days int
	}{{3, 2}, {12, 5}, {40, 1}, {200, 30}, {600, 60}} {
		r := rand.New(rand.NewPCG(uint64(c.n), 5))
		named, tried := 0, 0
		for range sets {
			rows := desk(r, c.n, c.days)
			list, over := regressions(rows, axisOf(rows, time.UTC))
			tried += over.Pairs
			if len(list) > 0 {
				named++
			}
		}
		t.Logf("%d reports over %d days: named in %d of %d sets, %d pairs each", c.n, c.days, named, sets, tried/sets)
		if tried == 0 && c.n > 3 || named > sets/20 {
			t.Errorf("%d reports: a regression was named in %d of %d sets where there is none", c.n, named, sets)
		}
	}
}

// A busy week brings more reports of everything, and no cause is to be blamed for
// it; an outage of one day is not an end of the world either.
func TestMoreReportsBlameNoCause(t *testing.T) {
	r := rand.New(rand.NewPCG(8, 8))
	blamed := 0
	for range 100 {
		rows := desk(r, 200, 60)
		for i, x := range desk(r, 300, 10) { // 10 days in which five times as many come
			x.Hash = fmt.Sprintf("b%063x", i)
			x.At += (50 * 24 * time.Hour).Milliseconds()
			rows = append(rows, x)
		}
		list, _ := regressions(rows, axisOf(rows, time.UTC))
		whole := false
		for _, x := range list {
			if x.Code != "" {
				blamed++
			}
			whole = whole || x.Code == "" && x.Field == "time"
		}
		if !whole {
			t.Fatal("five times as many reports were not seen at all")
		}
	}
	if blamed > 5 {
		t.Errorf("a cause was blamed for the volume %d times in 100", blamed)
	}
}

// Planted regressions are found, with the version since when.
func TestPlantedRegressionIsFound(t *testing.T) {
	r := rand.New(rand.NewPCG(7, 7))
	found, right := 0, 0
	const sets = 100
	for range sets {
		rows := desk(r, 300, 60)
		n := 0
		for _, x := range rows {
			x.Device = "desktop_app"
			if x.ClientVersion = fmt.Sprintf("5.%d.%d", r.IntN(3), 9+r.IntN(3)); compareVersions(x.ClientVersion, "5.2.10") >= 0 && r.IntN(4) == 0 {
				x.Outcome, x.Causes[0].Code = diag.Explained, "dispatch.stale-app"
				n++
			}
		}
		list, _ := regressions(rows, axisOf(rows, time.UTC))
		for _, x := range list {
			if x.Field == "client_version" && x.Code == "dispatch.stale-app" {
				found++
				if x.Since == "5.2.10" {
					right++
				}
				if x.Within != "desktop_app" || x.Low <= 1 || x.After.Reports < n*8/10 || x.Q > level || x.P > x.Q {
					t.Errorf("what is said of it: %+v (%d planted)", x, n)
				}
			}
		}
	}
	t.Logf("found in %d of %d, with the right version in %d", found, sets, right)
	if found < sets*9/10 || right < found*8/10 {
		t.Errorf("found in %d of %d, with the right version in %d", found, sets, right)
	}
}

// The same along time: from day 40 on.
func TestPlantedChangeInTimeIsFound(t *testing.T) {
	r := rand.New(rand.NewPCG(9, 9))
	found, near := 0, 0
	const sets = 100
	for range sets {
		rows := desk(r, 300, 60)
		start := began.Add(40 * 24 * time.Hour)
		for _, x := range rows {
			if x.At >= start.UnixMilli() && r.IntN(5) == 0 {
				x.Outcome, x.Causes[0].Code = diag.Explained, "sync.push-disconnected"
			}
		}
		list, _ := regressions(rows, axisOf(rows, time.UTC))
		for _, x := range list {
			if x.Field == "time" && x.Code == "sync.push-disconnected" {
				found++
				if math.Abs(x.stamp.Sub(start).Hours()) <= 72 {
					near++
				}
			}
		}
	}
	t.Logf("found in %d of %d, within three days in %d", found, sets, near)
	if found < sets*9/10 || near < found*8/10 {
		t.Errorf("found in %d of %d, within three days in %d", found, sets, near)
	}
}

// Nine of the new build and none before is the example that desks give.
func TestSinceBuild(t *testing.T) {
	var rows []*store.Report
	add := func(n int, version, code string) {
		for range n {
			x := explained(len(rows), began.Add(time.Duration(len(rows)%7)*time.Hour), code)
			x.ClientVersion = version
			rows = append(rows, x)
		}
	}
	add(30, "5.1.9", "decision.window-expired")
	add(30, "5.2.0", "decision.message-read")
	add(20, "5.2.1", "decision.window-expired")
	add(20, "5.10.0", "decision.message-read")
	add(9, "5.2.1", "dispatch.stale-app")
	list, _ := regressions(rows, axisOf(rows, time.UTC))
	for _, x := range list {
		if x.Code == "dispatch.stale-app" && x.Field == "client_version" {
			if x.Since != "5.2.1" || x.After.Reports != 9 || x.Before.Reports != 0 || x.Before.Of != 60 || x.After.Of != 49 || x.Ratio != nil || x.High != nil || x.Low < 2 {
				t.Errorf("%+v", x)
			}
			if got := x.Text.EN; got != "since client version 5.2.1: dispatch.stale-app × 9 (an old cached page was running)" {
				t.Errorf("said as %q", got)
			}
			return
		}
	}
	t.Errorf("not named: %+v", list)
}
