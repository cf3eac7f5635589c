package attempt

import (
	"testing"
	"time"
)

func TestWaited(t *testing.T) {
	for text, want := range map[string]time.Duration{
		"[perf] input delay: click on menu-revoke queued at 11:35:31.626, handled at 11:38:42.461; main thread busy 99%": 190*time.Second + 835*time.Millisecond,
		"click received at 23:59:58.000 and handled at 00:00:03.000":                                                     5 * time.Second,
		"renderer unresponsive for 140s, handler for menu-item-unsend runs only now":                                     140 * time.Second,
		"main thread blocked 9000 ms before the click handler ran":                                                       9 * time.Second,
		"页面卡死 12秒，点击才执行":                                                                                                 12 * time.Second,
		"handler ran 345.4s after the click":                                                                             345400 * time.Millisecond,
		"input delay 426723ms for menu-item-revoke":                                                                      426723 * time.Millisecond,
		"[perf] input->handler delay 37820ms (main thread busy)":                                                         37820 * time.Millisecond,
		"click to paint: 12.5 s":                                                                                         12500 * time.Millisecond,
		"renderer unresponsive for 140s":                                                                                 0,
		"job queued at 11:35:31, next at 11:36:00":                                                                       0,
	} {
		if got := waited(text); (got - want).Abs() > time.Millisecond {
			t.Errorf("%q: %s, want %s", text, got, want)
		}
	}
}

// A press that the page handled minutes later sets off everything later: the refusal then still belongs to it.
func TestLateHandler(t *testing.T) {
	a := build(t, known, "main.log", "[2026-11-20 10:22:40.058] [info] (ui) context menu open msg=8842 items=[复制,引用,撤回]\n"+
		"[2026-11-20 10:25:01.126] [warn] (ui) renderer unresponsive for 140s, handler for menu-item-unsend runs only now\n"+
		"[2026-11-20 10:25:01.219] [warn] (unsend) unsend failed msg=8842 code=CHT-1107 \"已超过允许撤回的时间\"\n")
	if a.InputDelay != 140*time.Second || a.Press.T.Sub(pressT).Abs() > 2*time.Second {
		t.Errorf("delay %s, press %+v", a.InputDelay, a.Press)
	}
	found := false
	for _, s := range a.Signals {
		found = found || s.Means == "says:window" && s.Strong
	}
	if !found {
		t.Errorf("signals %+v", a.Signals)
	}
}

// What a page measured of the press and sent away tells how long it waited; of another event it tells nothing.
func TestEventTiming(t *testing.T) {
	recall := entry(60.2, "POST", host+"/api/v1/messages/8842/recall", "", 403, `{"error":"window_expired"}`)
	for body, want := range map[string]time.Duration{
		`{"ev":"event-timing","name":"click","startTime":1795141361000,"processingStart":1795141421000,"duration":60100}`: 60 * time.Second,
		`{"metric":"INP","attribution":{"interactionType":"pointer","inputDelay":60000.5}}`:                               60000 * time.Millisecond,
		`{"ev":"event-timing","name":"load","startTime":1795141361000,"processingStart":1795141421000}`:                   0,
	} {
		a := build(t, known, "a.har", harOf("WebInspector", entry(60.1, "POST", host+"/rum/collect", body, 204, ""), recall))
		if (a.InputDelay - want).Abs() > time.Millisecond {
			t.Errorf("%s: %s, want %s", body, a.InputDelay, want)
		}
	}
}
