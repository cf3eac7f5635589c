package verdict

import (
	"encoding/json"
	"math/rand/v2"
	"testing"

	"meiqia-diag/diag"
)

// cases holds, for each cause of the contract in its order, one set of
// observations as the checks would make them when it is the truth.
var cases = []struct {
	code diag.Code
	obs  string
}{
	{"trigger.missed-tap", "attempt.symptom=no_reaction? device.kind=mobile? browser.dispatch=absent device.signal=tap_missed"},
	{"trigger.button-hidden", "attempt.symptom=no_button? device.kind=mobile? device.signal=button_hidden"},
	{"trigger.device-slow", "attempt.symptom=no_reaction? device.signal=device_slow device.press_delay=6200 server.answer=accepted[proof=weak]"},
	{"dispatch.extension-blocked", "attempt.symptom=no_reaction? server.answer=not_sent browser.dispatch=blocked"},
	{"dispatch.browser-settings", "attempt.symptom=no_reaction? server.answer=not_sent browser.dispatch=policy"},
	{"dispatch.browser-outdated", "attempt.symptom=no_reaction? browser.dispatch=absent browser.signal=outdated_browser browser.version=below"},
	{"dispatch.client-outdated", "attempt.symptom=refused? server.answer=refused server.status=426 server.refusal=version client.version=below"},
	{"dispatch.stale-app", "attempt.symptom=refused? server.answer=refused server.status=404 server.route=missing cache.app=stale"},
	{"transport.interrupted", "attempt.symptom=timed_out? server.answer=no_answer network.error=offline"},
	{"transport.packet-loss", "attempt.symptom=timed_out? server.answer=no_answer network.error=timeout network.quality=lossy"},
	{"transport.unstable", "attempt.symptom=timed_out? server.answer=no_answer network.error=changed network.quality=unstable"},
	{"transport.high-latency", "attempt.symptom=refused? server.answer=refused server.refusal=window window.asked=in window.arrived=out network.quality=slow"},
	{"transport.local-network", "attempt.symptom=timed_out? server.answer=no_answer network.error=proxy"},
	{"admission.overloaded", "attempt.symptom=refused? server.answer=refused server.status=503 server.refusal=overload server.failing=60"},
	{"admission.uneven-backends", "attempt.symptom=timed_out? server.answer=no_answer server.status=504 server.backends=uneven"},
	{"admission.rate-limited", "attempt.symptom=refused? server.answer=refused server.status=429 server.refusal=rate"},
	{"admission.session-invalid", "attempt.symptom=refused? server.answer=refused server.status=401 server.refusal=session"},
	{"decision.window-expired", "attempt.symptom=refused? server.answer=refused server.status=403 server.refusal=window window.asked=out clock.skewed=none"},
	{"decision.clock-skew", "attempt.symptom=refused? server.answer=refused server.refusal=window window.shown=in window.asked=out clock.skewed=large"},
	{"decision.message-read", "attempt.symptom=refused? server.answer=refused server.status=403 server.refusal=read"},
	{"decision.visitor-acted", "attempt.symptom=refused? server.answer=refused server.refusal=acted permission.visitor_action=replied"},
	{"decision.system-processed", "attempt.symptom=refused? server.answer=refused server.refusal=processed"},
	{"decision.type-unsupported", "attempt.symptom=refused? server.answer=refused server.refusal=type"},
	{"decision.not-own", "attempt.symptom=refused? server.answer=refused server.refusal=not_own permission.sender=colleague?"},
	{"decision.no-permission", "attempt.symptom=refused? server.answer=refused server.status=403 server.refusal=permission"},
	{"decision.channel-unsupported", "attempt.symptom=refused? server.answer=refused server.refusal=channel"},
	{"decision.target-missing", "attempt.symptom=refused? server.answer=refused server.status=404 server.refusal=missing"},
	{"sync.stale-view", "attempt.symptom=still_visible? server.answer=accepted sync.history=cached"},
	{"sync.multi-session", "attempt.symptom=still_visible? server.answer=accepted sync.other_logins=2? sync.signal=other_session"},
	{"sync.push-disconnected", "attempt.symptom=still_visible? server.answer=accepted sync.push=down"},
	{"sync.visitor-client-outdated", "attempt.symptom=still_visible? server.answer=accepted sync.visitor_client=below"},
	{"service.unknown", "attempt.symptom=still_visible? server.answer=accepted sync.history=still sync.event=absent sync.push=up"},
}

func TestEveryCauseCanWin(t *testing.T) {
	causes := diag.Causes()
	if len(cases) != 32 || len(causes) != 32 {
		t.Fatalf("%d cases, %d causes", len(cases), len(causes))
	}
	for i, c := range cases {
		if causes[i].Code != c.code {
			t.Errorf("cause %d is %s, the contract's is %s", i, causes[i].Code, c.code)
		}
		j := Judge(saw(t, c.obs), Context{})
		v := j.Verdict
		if v.Outcome != diag.Explained || primary(j) != c.code {
			t.Errorf("%s: %s, %s", c.code, v.Outcome, short(v))
			continue
		}
		if len(v.Causes[0].For) == 0 || len(v.Causes[0].Fix) == 0 || v.Summary.ZH == "" || v.Summary.EN == "" {
			t.Errorf("%s: no reason, no fix or no sentence: %+v", c.code, v)
		}
		checkInvariants(t, saw(t, c.obs), j)
		for _, s := range j.Stages {
			if (s.State == diag.Broken) != (s.Stage == c.code.Stage()) {
				t.Errorf("%s: stage %s is %s", c.code, s.Stage, s.State)
			}
		}
	}
}

func short(v diag.Verdict) string {
	out := ""
	for _, c := range v.Causes {
		b, _ := json.Marshal(c.Probability)
		out += string(c.Code) + " " + string(b) + "; "
	}
	return out
}

// The facts come in any order: the verdict is the same to the byte.
func TestOrderDoesNotMatter(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	for _, c := range cases {
		obs := saw(t, c.obs)
		want, _ := json.Marshal(Judge(obs, Context{}))
		for range 4 {
			if got, _ := json.Marshal(Judge(shuffled(r, obs), Context{})); string(got) != string(want) {
				t.Errorf("%s: another order gives\n%s\nnot\n%s", c.code, got, want)
				break
			}
		}
	}
}

// Two observations of one id may come in any order too, whatever words they quote.
func TestOrderOfOneIDDoesNotMatter(t *testing.T) {
	for _, text := range []string{
		"server.answer=refused server.refusal=read[words=已读] server.refusal=type[words=类型] server.refusal=generic",
		"server.answer=no_answer network.signal=offline network.signal=reset network.hint=loss network.hint=timeout",
		"attempt.symptom=refused? server.refusal=window[by=person]? server.refusal=window",
		"server.answer=refused server.refusal=read[words=a] server.refusal=read[words=b]",
	} {
		obs := saw(t, text)
		want := Judge(obs, Context{})
		r := rand.New(rand.NewPCG(3, 4))
		for range 20 {
			got := Judge(shuffled(r, obs), Context{})
			if short(got.Verdict) != short(want.Verdict) || got.Verdict.Outcome != want.Verdict.Outcome {
				t.Errorf("%s: %s, then %s", text, short(want.Verdict), short(got.Verdict))
				break
			}
		}
	}
}

func TestJSONIsDeterministic(t *testing.T) {
	for i, c := range cases {
		obs := saw(t, c.obs+" network.hint=offline sync.other_logins=1? device.kind=desktop")
		want, err := json.Marshal(Judge(obs, Context{}))
		if err != nil {
			t.Fatal(err)
		}
		runs := 5
		if i%8 == 0 {
			runs = 100
		}
		for range runs {
			if got, _ := json.Marshal(Judge(obs, Context{})); string(got) != string(want) {
				t.Fatalf("%s: %s\nthen %s", c.code, want, got)
			}
		}
	}
}

// noise is what any log of a day holds.
const noise = " network.hint=offline network.hint=reset network.hint=timeout network.hint=unstable server.hint=overload server.hint=session sync.hint=push_down[count=1]" +
	" cache.hint=stale_app device.hint=device_slow device.hint=tap_missed browser.hint=settings browser.hint=extension browser.hint=outdated_browser client.hint=outdated_client" +
	" clock.hint=clock_step sync.hint=other_session sync.hint=stale_view sync.other_logins=1? device.kind=mobile?"

func TestSettledFactsBeatNoise(t *testing.T) {
	for _, c := range []struct {
		code diag.Code
		obs  string
	}{
		{"dispatch.extension-blocked", "server.answer=not_sent browser.dispatch=blocked attempt.symptom=no_reaction?"},
		{"dispatch.extension-blocked", "server.answer=not_sent browser.dispatch=replaced"},
		{"dispatch.browser-settings", "server.answer=not_sent browser.dispatch=policy"},
		{"admission.rate-limited", "server.answer=refused server.status=429"},
		{"admission.session-invalid", "server.answer=refused server.status=401 server.refusal=session"},
		{"transport.interrupted", "server.answer=no_answer network.error=offline"},
		{"transport.local-network", "server.answer=no_answer network.error=proxy"},
		{"transport.local-network", "server.answer=no_answer network.error=tls"},
		{"admission.uneven-backends", "server.answer=no_answer server.status=504 server.backends=uneven"},
		{"dispatch.client-outdated", "server.answer=refused server.status=426"},
		{"decision.message-read", "server.answer=refused server.refusal=read"},
		{"decision.visitor-acted", "server.answer=refused server.refusal=acted"},
		{"decision.type-unsupported", "server.answer=refused server.refusal=type"},
		{"decision.not-own", "server.answer=refused server.refusal=not_own"},
		{"decision.no-permission", "server.answer=refused server.refusal=permission"},
		{"decision.channel-unsupported", "server.answer=refused server.refusal=channel"},
		{"decision.system-processed", "server.answer=refused server.refusal=processed"},
		{"decision.target-missing", "server.answer=refused server.refusal=already"},
		{"decision.window-expired", "server.answer=refused server.refusal=window window.asked=out clock.skewed=none"},
		{"sync.push-disconnected", "server.answer=accepted attempt.symptom=still_visible? sync.push=down"},
		{"sync.visitor-client-outdated", "server.answer=accepted attempt.symptom=still_visible? sync.visitor_client=below"},
	} {
		j := Judge(saw(t, c.obs+noise), Context{})
		if primary(j) != c.code || j.Verdict.Outcome != diag.Explained {
			t.Errorf("%s in noise: %s, %s", c.code, j.Verdict.Outcome, short(j.Verdict))
		}
	}
}

// Two different reasons, both explicit: nobody can be nearly sure.
func TestConflictingReasonsAreNotCertain(t *testing.T) {
	byCause := []struct{ reason, cause string }{
		{"window", "window"}, {"read", "read"}, {"acted", "acted"}, {"processed", "processed"}, {"type", "type"}, {"not_own", "not_own"}, {"permission", "permission"},
		{"channel", "channel"}, {"missing", "target"}, {"already", "target"}, {"ended", "target"}, {"rate", "rate"}, {"session", "session"}, {"version", "version"}, {"overload", "overload"},
	}
	for i, a := range byCause {
		for _, b := range byCause[i+1:] {
			if a.cause == b.cause {
				continue
			}
			j := Judge(saw(t, "attempt.symptom=refused? server.answer=refused server.refusal="+a.reason+" server.refusal="+b.reason), Context{})
			if len(j.Verdict.Causes) == 0 || j.Verdict.Causes[0].Probability > 0.9 {
				t.Errorf("%s and %s: %s", a.reason, b.reason, short(j.Verdict))
			}
			if len(j.Verdict.Causes) < 2 {
				t.Errorf("%s and %s: the second reason is not shown: %s", a.reason, b.reason, short(j.Verdict))
			}
		}
	}
}
