package diag

import (
	"slices"
	"strings"
	"testing"
	"unicode"

	"meiqia-diag/diag/lang"
)

// contractCodes is section 2 of the contract, in its order.
var contractCodes = strings.Fields(`trigger.missed-tap trigger.button-hidden trigger.device-slow
	dispatch.extension-blocked dispatch.browser-settings dispatch.browser-outdated dispatch.client-outdated dispatch.stale-app
	transport.interrupted transport.packet-loss transport.unstable transport.high-latency transport.local-network
	admission.overloaded admission.uneven-backends admission.rate-limited admission.session-invalid
	decision.window-expired decision.clock-skew decision.message-read decision.visitor-acted decision.system-processed decision.type-unsupported
	decision.not-own decision.no-permission decision.channel-unsupported decision.target-missing
	sync.stale-view sync.multi-session sync.push-disconnected sync.visitor-client-outdated service.unknown`)

func bothLanguages(t *testing.T, where string, x lang.Text) {
	t.Helper()
	if strings.TrimSpace(x.ZH) == "" || strings.TrimSpace(x.EN) == "" {
		t.Errorf("%s: only one language: %+v", where, x)
	}
	if !strings.ContainsFunc(x.ZH, func(r rune) bool { return unicode.Is(unicode.Han, r) }) {
		t.Errorf("%s: no Chinese in %q", where, x.ZH)
	}
	if strings.ContainsFunc(x.EN, func(r rune) bool { return unicode.Is(unicode.Han, r) }) {
		t.Errorf("%s: Chinese in %q", where, x.EN)
	}
}

func TestCausesAreTheContracts(t *testing.T) {
	var got []string
	names := map[string]bool{}
	for _, c := range Causes() {
		got = append(got, string(c.Code))
		where := string(c.Code)
		for _, x := range []lang.Text{c.Name, c.What} {
			bothLanguages(t, where, x)
		}
		if names[c.Name.ZH] || names[c.Name.EN] {
			t.Errorf("%s: another cause has its name", where)
		}
		names[c.Name.ZH], names[c.Name.EN] = true, true
		for what, list := range map[string][]lang.Text{"told": c.Told, "fix": c.Fix, "settle": c.SettleTexts()} {
			if len(list) == 0 {
				t.Errorf("%s: no %s", where, what)
			}
			for _, x := range list {
				bothLanguages(t, where+" "+what, x)
			}
		}
		if !slices.Contains([]string{"yes", "no", "maybe"}, c.Retry) {
			t.Errorf("%s: retry %q", where, c.Retry)
		}
		found, ok := CauseOf(c.Code)
		if !ok || found.Code != c.Code {
			t.Errorf("CauseOf(%s)", c.Code)
		}
		stage := c.Code.Stage()
		if c.Code == ServiceUnknown && stage != "" || c.Code != ServiceUnknown && !strings.HasPrefix(where, string(stage)+".") {
			t.Errorf("%s breaks stage %q", where, stage)
		}
	}
	if !slices.Equal(got, contractCodes) {
		t.Errorf("got  %v\nwant %v", got, contractCodes)
	}
	for _, c := range []Code{"", "decision", "decision.", "Decision.not-own", "healthy"} {
		if _, ok := CauseOf(c); ok {
			t.Errorf("CauseOf(%q) is known", c)
		}
	}
}

func TestRemedies(t *testing.T) {
	seen := map[string]bool{}
	pastes := 0
	for _, r := range Remedies() {
		if r.ID == "" || seen[r.ID] {
			t.Errorf("id %q", r.ID)
		}
		seen[r.ID] = true
		bothLanguages(t, r.ID, r.Text)
		if !r.Paste.IsZero() {
			pastes++
			bothLanguages(t, r.ID, lang.T(r.Paste.ZH, strings.NewReplacer("【", "", "】", "").Replace(r.Paste.EN)))
			if strings.Count(r.Paste.ZH, "【") != strings.Count(r.Paste.ZH, "】") || strings.Count(r.Paste.EN, "【") != strings.Count(r.Paste.EN, "】") {
				t.Errorf("%s: an open place to fill in", r.ID)
			}
		}
	}
	if len(seen) < 3 || pastes < 2 {
		t.Errorf("%d remedies, %d texts to send", len(seen), pastes)
	}
}

func TestStages(t *testing.T) {
	want := strings.Fields("trigger dispatch transport admission decision sync")
	zh := strings.Fields("触发 发出 传输 受理 判定 同步")
	for i, s := range Stages {
		if string(s) != want[i] || s.Index() != i || s.Name().ZH != zh[i] {
			t.Errorf("stage %d: %s, index %d, %+v", i, s, s.Index(), s.Name())
		}
		bothLanguages(t, want[i], s.Question())
	}
	if Stage("").Index() != -1 || Stage("service").Index() != -1 {
		t.Error("a stage out of nothing")
	}
}

func TestObservations(t *testing.T) {
	obs := Observations{
		{ID: "a", Value: "Word"}, {ID: "b", Value: 2.50}, {ID: "a", Value: true}, {ID: "c", Value: 1e21}, {ID: "d", Value: nil}, {ID: "e", Value: 3},
	}
	if len(obs.All("a")) != 2 || len(obs.All("z")) != 0 || obs.Word("a") != "Word" || obs.Word("z") != "" || obs.Word("b") != "2.5" || obs.Word("d") != "" {
		t.Errorf("%q %q %q", obs.Word("a"), obs.Word("b"), obs.Word("d"))
	}
	if !obs.Has("a", "true") || !obs.Has("a", "word") || obs.Has("b", "2") || obs.Has("z", "") {
		t.Error("Has")
	}
	if n, ok := obs[1].Number(); !ok || n != 2.5 {
		t.Errorf("%v, %v", n, ok)
	}
	if _, ok := obs[0].Number(); ok {
		t.Error("a word is no number")
	}
	if first, ok := obs.First("a"); !ok || first.Text() != "Word" {
		t.Errorf("%v", first)
	}
	if got := obs[3].Text(); got != "1000000000000000000000" {
		t.Errorf("%q", got)
	}
	if *Float(2) != 2 {
		t.Error("Float")
	}
}
