package lab

import (
	"testing"
	"time"
)

// TestScenariosTakeOverOnlyTheFiguresOfTheirFault: another failure's figures
// change the one thing that is wrong, and nothing once it is mended.
func TestScenariosTakeOverOnlyTheFiguresOfTheirFault(t *testing.T) {
	all := Like{Offset: 95 * time.Second, Travel: 2 * time.Second, Queue: 1500 * time.Millisecond, Status: 502, ClientVersion: "3.1.0", SDK: "ios", SDKVersion: "3.4.0", TakenBy: "erp"}
	takes := map[string]string{"clock-skew": "offset", "clock-skew-request": "offset", "high-latency": "travel", "overloaded": "queue,status", "client-outdated": "client_version", "visitor-client-outdated": "sdk", "system-processed": "taken_by"}
	for _, s := range Scenarios() {
		if got := s.Takes(all); got != takes[s.Name] {
			t.Errorf("%s takes %q, want %q", s.Name, got, takes[s.Name])
		}
		if got := s.Takes(Like{}); got != "" {
			t.Errorf("%s takes %q of nothing", s.Name, got)
		}
	}
	plan := func(name string, healed bool) plan {
		s, _ := Find(name)
		return s.planLike(healed, all)
	}
	if p := plan("clock-skew", false); p.faults.ClockOffset != 95*time.Second {
		t.Errorf("offset %v", p.faults.ClockOffset)
	}
	if p := plan("clock-skew", true); p.faults.ClockOffset != 0 {
		t.Errorf("offset once mended %v", p.faults.ClockOffset)
	}
	if p := plan("high-latency", false); p.path.delay != 500*time.Millisecond {
		t.Errorf("delay %v", p.path.delay)
	}
	if p := plan("visitor-client-outdated", true); p.story.sdk != "ios" || p.story.sdkVersion != "4.1.5" {
		t.Errorf("mended %s %s", p.story.sdk, p.story.sdkVersion)
	}
	if p := plan("healthy", false); p.faults.ClockOffset != 0 || p.path.delay != 0 || p.story.clientVersion != "" {
		t.Errorf("a good day took something over: %+v", p.faults)
	}
	long, _ := Find("high-latency")
	if p := long.planLike(false, Like{Travel: time.Hour}); p.path.delay != longestDelay {
		t.Errorf("an hour's travel makes a delay of %v", p.path.delay)
	}
}
