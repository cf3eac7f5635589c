package verdict

import (
	"strings"
	"testing"

	"meiqia-diag/diag"
	"meiqia-diag/diag/incident"
)

func TestThresholds(t *testing.T) {
	b := loadBook()
	for _, c := range []struct {
		name string
		top  scored
		ctx  Context
		want string
	}{
		{"just sure", scored{code: "decision.not-own", p: b.Explained, own: 10}, Context{}, diag.Explained},
		{"just not", scored{code: "decision.not-own", p: b.Explained - 1e-9, own: 10}, Context{}, diag.Inconclusive},
		{"sure without evidence", scored{code: "decision.not-own", p: 0.99}, Context{}, diag.Inconclusive},
		{"healthy with evidence", scored{code: healthy, p: b.Explained, own: 5}, Context{}, diag.Healthy},
		{"healthy, not sure", scored{code: healthy, p: b.Explained - 1e-9, own: 5}, Context{}, diag.Inconclusive},
		{"healthy, nothing seen", scored{code: healthy, p: 0.99}, Context{}, diag.Inconclusive},
		{"health run, nothing amiss", scored{code: healthy, p: 0.99}, Context{Health: true, Measured: true}, diag.Healthy},
		{"health run, nothing looked at", scored{code: healthy, p: 0.99}, Context{Health: true}, diag.Inconclusive},
		{"health run, a check failed", scored{code: healthy, p: 0.99, own: 5}, Context{Health: true, Measured: true, Failed: true}, diag.Inconclusive},
	} {
		if got := b.verdict([]scored{c.top}, nil, c.ctx).Outcome; got != c.want {
			t.Errorf("%s: %s, want %s", c.name, got, c.want)
		}
	}
}

// Without evidence nothing is explained, however likely a cause is beforehand.
func TestNothingSeen(t *testing.T) {
	j := Judge(nil, Context{})
	if j.Verdict.Outcome != diag.Inconclusive || len(j.Verdict.Causes) != 0 || len(j.Verdict.Missing) == 0 {
		t.Errorf("%s, %s, missing %v", j.Verdict.Outcome, short(j.Verdict), j.Verdict.Missing)
	}
	for _, s := range j.Stages {
		if s.State != diag.Unknown {
			t.Errorf("%s is %s", s.Stage, s.State)
		}
	}
	if j.Outcomes != (diag.Outcomes{RequestResult: "unknown", SenderView: "unknown", VisitorView: "unknown"}) {
		t.Errorf("%+v", j.Outcomes)
	}
	// What speaks only against causes explains none.
	j = Judge(saw(t, "window.asked=in permission.read=no permission.sender=self clock.skewed=none network.quality=good"), Context{})
	if j.Verdict.Outcome == diag.Explained {
		t.Errorf("explained by %s", short(j.Verdict))
	}
}

func TestHealthRun(t *testing.T) {
	const fine = "network.quality=good clock.skewed=none browser.version=ok client.version=ok cache.app=current sync.push=up server.backends=even"
	if j := Judge(saw(t, fine), Context{Health: true, Measured: true}); j.Verdict.Outcome != diag.Healthy || len(j.Remedies) > 0 {
		t.Errorf("a sound machine: %s, %s", j.Verdict.Outcome, short(j.Verdict))
	}
	if j := Judge(nil, Context{Health: true}); j.Verdict.Outcome != diag.Inconclusive {
		t.Errorf("nothing looked at: %s", j.Verdict.Outcome)
	}
	for _, c := range []struct {
		name, obs string
		want      diag.Code
	}{ // what would break a recall now
		{"no way out", "network.quality=dead network.fault=dns~failed[place=dns]", "transport.local-network"},
		{"a captive portal", "network.fault=proxy~intercepted[place=proxy]", "transport.local-network"},
		{"clocks far apart", "network.quality=good clock.skewed=large", "decision.clock-skew"},
		{"sustained loss", "network.quality=lossy clock.skewed=none", "transport.packet-loss"},
		{"an old browser", "network.quality=good browser.version=below", "dispatch.browser-outdated"},
		{"uneven backends", "network.quality=good server.backends=uneven", "admission.uneven-backends"},
		{"a firewall", "network.fault=gateway~drop[place=gateway,kind=drop] network.quality=good", "transport.local-network"},
		{"a proxy that wants a login", "network.fault=proxy~auth[place=proxy,kind=auth]", "transport.local-network"},
		{"interception", "network.fault=tls~interception[place=tls,kind=interception] network.quality=good clock.skewed=none", "transport.local-network"},
		{"no route out", "network.fault=device~no-route[place=device,kind=no-route]", "transport.interrupted"},
		{"IPv6 swallowed", "network.fault=ipv6~drop[place=ipv6,kind=drop] network.quality=good", "transport.local-network"},
		{"a long way", "network.fault=wan~delay[place=wan,kind=delay] network.quality=slow", "transport.high-latency"},
		{"500 for all", "network.fault=service~5xx[place=service,kind=5xx] server.failing=100 network.quality=good", "admission.overloaded"},
		{"429 for all", "network.fault=service~429[place=service,kind=429] server.limited=100 network.quality=good", "admission.rate-limited"},
		{"no answers", "network.fault=service~deadline[place=service,kind=deadline] server.overdue=100 network.quality=good", "admission.overloaded"},
		{"the service is down", "network.fault=service~drop[place=service,kind=drop] network.quality=good clock.skewed=none", "admission.overloaded"},
		{"an expired certificate", "network.fault=service~expired[place=service,kind=expired] network.quality=good clock.skewed=none", "service.unknown"},
		{"push alone", "network.push=unreachable network.quality=good clock.skewed=none", "sync.push-disconnected"},
	} {
		obs := saw(t, c.obs)
		for i := range obs {
			obs[i].Live = true
		}
		j := Judge(obs, Context{Health: true, Measured: true})
		if j.Verdict.Outcome != diag.Explained || primary(j) != c.want {
			t.Errorf("%s: %s, %s", c.name, j.Verdict.Outcome, short(j.Verdict))
		}
	}
}

func TestSucceeded(t *testing.T) {
	j := Judge(saw(t, "server.answer=accepted sync.event=seen[side=agent] sync.event=seen[side=visitor] sync.push=up sync.history=withdrawn"), Context{})
	if j.Verdict.Outcome != diag.Healthy || len(j.Remedies) > 0 || j.Outcomes.SenderView != "gone" || j.Outcomes.VisitorView != "gone" {
		t.Errorf("%s, %s, %+v", j.Verdict.Outcome, short(j.Verdict), j.Outcomes)
	}
	for _, s := range j.Stages {
		if s.State != diag.Passed {
			t.Errorf("%s is %s", s.Stage, s.State)
		}
	}
}

// An accepted recall of which neither view is known did not pass the sync stage.
func TestUnknownViewsDoNotPassSync(t *testing.T) {
	for _, obs := range []string{
		"server.answer=accepted", "server.answer=accepted sync.event=seen[side=agent] sync.push=up",
		"server.answer=accepted sync.history=withdrawn sync.event=seen[side=agent]", "server.answer=accepted sync.event=seen[side=visitor]",
	} {
		j := Judge(saw(t, obs), Context{})
		last := j.Stages[len(j.Stages)-1]
		if last.State != diag.Unknown || j.Stages[4].State != diag.Passed {
			t.Errorf("%s: %+v", obs, j.Stages)
		}
		if j.Verdict.Outcome == diag.Healthy && strings.Contains(j.Verdict.Summary.EN, "worked") {
			t.Errorf("%s: %s", obs, j.Verdict.Summary.EN)
		}
	}
}

func TestOutcomes(t *testing.T) {
	for obs, want := range map[string]diag.Outcomes{
		"server.answer=accepted":  {RequestResult: "accepted", SenderView: "unknown", VisitorView: "unknown"},
		"server.answer=refused":   {RequestResult: "refused", SenderView: "still_visible", VisitorView: "still_visible"},
		"server.answer=no_answer": {RequestResult: "no_answer", SenderView: "unknown", VisitorView: "unknown"},
		"browser.dispatch=absent": {RequestResult: "not_sent", SenderView: "still_visible", VisitorView: "still_visible"},
		// Whoever still sees it does not say in whose view.
		"server.answer=accepted attempt.symptom=still_visible?": {RequestResult: "accepted", SenderView: "unknown", VisitorView: "unknown"},
		// What the agent's end was told says nothing of the visitor's.
		"server.answer=accepted sync.event=seen":                                                 {RequestResult: "accepted", SenderView: "unknown", VisitorView: "unknown"},
		"server.answer=accepted sync.event=seen[side=agent]":                                     {RequestResult: "accepted", SenderView: "unknown", VisitorView: "unknown"},
		"server.answer=accepted sync.event=seen[side=visitor]":                                   {RequestResult: "accepted", SenderView: "unknown", VisitorView: "gone"},
		"server.answer=accepted sync.event=seen[side=visitor] sync.visitor_client=below":         {RequestResult: "accepted", SenderView: "unknown", VisitorView: "unknown"},
		"server.answer=accepted sync.history=still[side=visitor] attempt.symptom=still_visible?": {RequestResult: "accepted", SenderView: "unknown", VisitorView: "still_visible"},
		"server.answer=accepted sync.history=cached[side=agent] attempt.symptom=still_visible?":  {RequestResult: "accepted", SenderView: "still_visible", VisitorView: "unknown"},
		"server.answer=accepted sync.history=withdrawn[side=agent] sync.session=behind":          {RequestResult: "accepted", SenderView: "still_visible", VisitorView: "unknown"},
		"server.answer=accepted sync.history=withdrawn":                                          {RequestResult: "accepted", SenderView: "gone", VisitorView: "unknown"},
		"server.answer=no_answer sync.history=withdrawn":                                         {RequestResult: "no_answer", SenderView: "gone", VisitorView: "unknown"},
		"attempt.symptom=refused?":                                                               {RequestResult: "unknown", SenderView: "still_visible", VisitorView: "unknown"},
		"attempt.symptom=timed_out? network.quality=lossy":                                       {RequestResult: "unknown", SenderView: "unknown", VisitorView: "unknown"},
	} {
		if got := Judge(saw(t, obs), Context{}).Outcomes; got != want {
			t.Errorf("%s: %+v, want %+v", obs, got, want)
		}
	}
}

// Remedies appear when the message cannot be recalled any more, or nobody knows.
func TestRemedies(t *testing.T) {
	for _, c := range cases {
		for _, late := range []bool{false, true} {
			obs := saw(t, c.obs)
			out := obs.Has("window.asked", "out")
			if late && !out {
				if obs.Has("window.asked", "in") {
					continue
				}
				obs = append(obs, diag.Observation{ID: "window.asked", Value: "out", Basis: incident.Assumed})
				out = true
			}
			j := Judge(obs, Context{})
			if j.Verdict.Outcome != diag.Explained {
				continue
			}
			cause, _ := diag.CauseOf(primary(j))
			if want := cause.Retry != "yes" || out; (len(j.Remedies) > 0) != want {
				t.Errorf("%s, retry %s, late %v: %d remedies", cause.Code, cause.Retry, out, len(j.Remedies))
			}
		}
	}
	if len(Judge(nil, Context{}).Remedies) == 0 {
		t.Error("nothing is known, and nothing is offered")
	}
}

func BenchmarkJudge(b *testing.B) {
	obs := saw(b, cases[17].obs+noise)
	for b.Loop() {
		Judge(obs, Context{})
	}
}

// Weighed together, observations tell what none of them tells alone.
func TestWhatOnlyTogetherTells(t *testing.T) {
	for _, c := range []struct {
		obs  string
		want diag.Code
	}{
		{"attempt.symptom=refused? server.answer=refused server.refusal=already", "decision.target-missing"},
		{"attempt.symptom=timed_out? server.answer=refused server.refusal=already network.signal=reset", "transport.interrupted"},
		{"attempt.symptom=timed_out? server.answer=refused server.refusal=already network.quality=unstable network.loss=5", "transport.unstable"},
		{"attempt.symptom=still_visible? server.answer=accepted permission.channel=not_recallable", "decision.channel-unsupported"},
		{"attempt.symptom=still_visible? server.answer=accepted permission.channel=recallable sync.push=down", "sync.push-disconnected"},
		{"attempt.symptom=refused? server.answer=refused server.refusal=window window.asked=out? clock.signal=zone_trap", "decision.clock-skew"},
		{"attempt.symptom=no_reaction? browser.script=missing", "dispatch.stale-app"},
		{"attempt.symptom=refused? server.answer=refused server.status=503 server.backends=uneven[strength=strong]", "admission.uneven-backends"},
		{"attempt.symptom=refused? server.answer=refused server.status=503 server.failing=60 server.backends=uneven[strength=weak]", "admission.overloaded"},
		{"attempt.symptom=timed_out? server.answer=no_answer network.error=timeout network.fault=route~mtu[place=route,kind=mtu]", "transport.local-network"},
	} {
		if j := Judge(saw(t, c.obs), Context{}); primary(j) != c.want || j.Verdict.Outcome != diag.Explained {
			t.Errorf("%s: %s, want %s", c.obs, short(j.Verdict), c.want)
		}
	}
}
