package attempt

import (
	"strings"
	"testing"

	"meiqia-diag/diag/incident"
)

func TestActedOnOther(t *testing.T) {
	a := &Attempt{ID: "m_3d03087b44c5"}
	for text, want := range map[string]bool{
		`{"msg":"done","requested":"m_3d03087b44c5","affected":"m_ae556adf6f5f"}`: true,
		`requested m_3d03087b44c5 but server answered for m_ae556adf6f5f`:         true,
		`{"msg":"done","requested":"m_3d03087b44c5","affected":"m_3d03087b44c5"}`: false,
		`{"requested":"m_3d03087b44c5","affected":"c_ae556adf6f5f"}`:              false,
		`{"requested":"m_aaaaaaaaaa11","affected":"m_ae556adf6f5f"}`:              false,
		`requested m_3d03087b44c5, affected rows: 1`:                              false,
	} {
		if got := a.actedOnOther(text) != ""; got != want {
			t.Errorf("%s: %v", text, got)
		}
	}
}

// A log that names its program's own version and the one that mends it, or that the service asks for, tells of an old client.
func TestLeastClient(t *testing.T) {
	for log, want := range map[string][2]string{
		"[2026-11-20 10:22:41.300] [info] (app) AgentDesk 4.2.0 starting (channel=stable)\n[2026-11-20 10:22:41.301] [error] (retract) TypeError: this.retractV2 is not a function (known issue AD-1187 fixed in 5.1.0)\n": {"4.2.0", "5.1.0"},
		"[2026-11-20 10:22:41.300] [warn] (undo) server answered {\\\"type\\\":\\\"unsupported_protocol\\\",\\\"client\\\":\\\"4.2.0\\\",\\\"min\\\":\\\"5.0.0\\\"}\n":                                                     {"4.2.0", "5.0.0"},
		`{"time":"2026-11-20T02:22:41.300Z","level":"warn","name":"recall","messageId":"8842","client":"AgentDesk/2.8.4","minBuild":"5.1.0","msg":"client build not allowed for this op"}` + "\n":                          {"2.8.4", "5.1.0"},
		"[2026-11-20 10:22:41.300] [info] message 8842 已知问题 AD-1 已在 5.1.0 版本修复\n":                                                                                                                                          {"", "5.1.0"},
	} {
		a := build(t, known, "main.log", log)
		if got := [2]string{a.Client.App, a.Client.AppLeast}; got != want {
			t.Errorf("%s: %v, want %v", log, got, want)
		}
	}
}

// The place of a press stands between it and what it hit.
func TestNeighbourPressed(t *testing.T) {
	for text, want := range map[string]bool{
		`pointerup (239,599) -> menu-item "引用" (neighbour of "撤回" rect=[230,603,52,28] enabled)`: true,
		`click at x=12, y=30 target=copy`:       true,
		`pointerup (239,599) -> menu-item "撤回"`: false,
		`menu items 复制|引用|撤回 shown at (10,20)`:  false,
	} {
		words := missedGesture(text, embedded())
		if !strings.Contains(text, words) {
			t.Errorf("%s is quoted as %q", text, words)
		}
		if got := words != ""; got != want {
			t.Errorf("%s: %v", text, got)
		}
	}
}

// An installed program that found a newer version of itself is no stale page.
func TestUpdateOffer(t *testing.T) {
	a := build(t, facts{incident.MessageID: "8842", incident.AttemptAt: press}, "about.txt", "AgentDesk\n版本 4.2.0 (2024-03-18)\n检查更新: 发现新版本 5.2.1\n", "main.log", "[2026-11-20 10:22:41.300] [info] (ui) click recall msg=8842\n")
	for _, s := range a.Signals {
		if s.Means == "stale_app" {
			t.Errorf("%+v", s)
		}
	}
}
