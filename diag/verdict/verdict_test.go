package verdict

import (
	"encoding/json"
	"math/rand/v2"
	"sort"
	"strings"
	"testing"

	"meiqia-diag/diag"
	"meiqia-diag/diag/incident"
)

// checkInvariants holds for every judgement, whatever was seen.
func checkInvariants(t *testing.T, obs diag.Observations, j Judgement) {
	t.Helper()
	v := j.Verdict
	sum := 0.0
	named := map[diag.Code]bool{}
	for i, c := range v.Causes {
		sum += c.Probability
		named[c.Code] = true
		if want := map[bool]string{true: "primary", false: "contributing"}[i == 0]; c.Role != want {
			t.Errorf("cause %d is %s", i, c.Role)
		}
		if c.Probability < 0 || c.Probability > 1 || c.Probability > v.Causes[0].Probability || len(c.For) == 0 {
			t.Errorf("%s: p %v, %d for it", c.Code, c.Probability, len(c.For))
		}
		for _, w := range c.For {
			if _, ok := obs.First(w.Observation); !ok || w.DB <= 0 || w.Text.ZH == "" || w.Text.EN == "" {
				t.Errorf("%s: for it: %+v", c.Code, w)
			}
		}
		for _, w := range c.Against {
			if _, ok := obs.First(w.Observation); !ok || w.DB >= 0 {
				t.Errorf("%s: against it: %+v", c.Code, w)
			}
		}
	}
	if sum > 1+0.0005*float64(len(v.Causes)) { // each is rounded to a thousandth
		t.Errorf("probabilities sum to %v", sum)
	}
	for i, r := range v.RuledOut {
		if named[r.Code] || len(r.Because) == 0 || i > 0 && position(v.RuledOut[i-1].Code) >= position(r.Code) {
			t.Errorf("ruled out: %+v", r)
		}
	}
	if v.Outcome == diag.Explained && (len(v.Causes) == 0 || v.Causes[0].Probability < loadBook().Explained-0.0005) {
		t.Errorf("explained by %s", short(v))
	}
	if v.Outcome == diag.Healthy && len(v.Causes) > 0 {
		t.Errorf("healthy with %s", short(v))
	}
	checkStages(t, obs, j)
	for got, allowed := range map[string]string{
		j.Outcomes.RequestResult: "accepted refused no_answer not_sent unknown", j.Outcomes.SenderView: "gone still_visible unknown", j.Outcomes.VisitorView: "gone still_visible unknown",
	} {
		if !contains(strings.Fields(allowed), got) {
			t.Errorf("outcome %q is none of %s", got, allowed)
		}
	}
}

func checkStages(t *testing.T, obs diag.Observations, j Judgement) {
	t.Helper()
	if len(j.Stages) != 6 {
		t.Fatalf("%d stages", len(j.Stages))
	}
	var broken []diag.Stage
	_, answered := obs.First("server.answer")
	_, dispatched := obs.First("browser.dispatch")
	for i, s := range j.Stages {
		if s.Stage != diag.Stages[i] {
			t.Errorf("stage %d is %s", i, s.Stage)
		}
		switch s.State {
		case diag.Broken:
			broken = append(broken, s.Stage)
		case diag.Passed:
			if len(broken) > 0 {
				t.Errorf("%s is passed after %s broke", s.Stage, broken[0])
			}
			if len(s.Because) == 0 || !answered && !dispatched {
				t.Errorf("%s is passed, and nothing shows it", s.Stage)
			}
			for _, id := range s.Because {
				if _, ok := obs.First(id); !ok {
					t.Errorf("%s is passed because of %s, which nobody saw", s.Stage, id)
				}
			}
		case diag.Unknown:
			if len(s.Because) > 0 {
				t.Errorf("%s is unknown because of %v", s.Stage, s.Because)
			}
		default:
			t.Errorf("%s is %q", s.Stage, s.State)
		}
	}
	want := diag.Stage("")
	if j.Verdict.Outcome == diag.Explained {
		want = primary(j).Stage()
	}
	if want == "" && len(broken) != 0 || want != "" && (len(broken) != 1 || broken[0] != want) {
		t.Errorf("broken: %v, the primary cause is %s, %s", broken, primary(j), j.Verdict.Outcome)
	}
}

// Two thousand incidents that nobody thought of.
func TestInvariantsOfRandomCases(t *testing.T) {
	pool := words(loadBook())
	var ids []string
	for id := range pool {
		ids = append(ids, id)
	}
	sort.Strings(ids)
	r := rand.New(rand.NewPCG(20, 11))
	outcomesSeen := map[string]int{}
	for i := range 2000 {
		obs := randomCase(r, pool, ids, r.IntN(14))
		ctx := Context{Health: i%7 == 0, Fresh: i%2 == 0, Measured: i%3 > 0, Failed: i%15 == 0}
		j := Judge(obs, ctx)
		outcomesSeen[j.Verdict.Outcome]++
		checkInvariants(t, obs, j)
		if i%10 == 0 {
			want, _ := json.Marshal(j)
			if got, _ := json.Marshal(Judge(shuffled(r, obs), ctx)); string(got) != string(want) {
				t.Errorf("another order:\n%s\n%s", want, got)
			}
		}
		if t.Failed() {
			b, _ := json.Marshal(obs)
			t.Fatalf("case %d: %s", i, b)
		}
	}
	for _, o := range []string{diag.Healthy, diag.Explained, diag.Inconclusive} {
		if outcomesSeen[o] < 25 {
			t.Errorf("%s in %d of 2,000: the cases are not varied", o, outcomesSeen[o])
		}
	}
}

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

func TestSummaryTellsTheMargin(t *testing.T) {
	obs := saw(t, "attempt.symptom=refused? server.answer=refused server.refusal=window window.asked=out clock.skewed=none window.margin=-61500")
	obs[len(obs)-1].Uncertainty = diag.Float(1500)
	v := Judge(obs, Context{}).Verdict
	if !strings.Contains(v.Summary.EN, "61.5 s ± 1.5 s") || !strings.Contains(v.Summary.ZH, "61.5 秒") {
		t.Errorf("%+v", v.Summary)
	}
}

// A certain verdict asks for nothing more; an uncertain one says what would settle it.
func TestMissing(t *testing.T) {
	if v := Judge(saw(t, "server.answer=refused server.status=429 server.refusal=rate"), Context{}).Verdict; len(v.Missing) > 0 {
		t.Errorf("certain, and yet missing %v", v.Missing)
	}
	v := Judge(saw(t, "attempt.symptom=timed_out?"), Context{}).Verdict
	if len(v.Missing) == 0 || len(v.Missing) != len(v.MissingText) {
		t.Errorf("uncertain: %v", v.Missing)
	}
	for i, m := range v.MissingText {
		if m.EN != v.Missing[i] || m.ZH == "" {
			t.Errorf("%+v", m)
		}
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

func TestQuantities(t *testing.T) {
	for _, c := range []struct {
		value  float64
		unit   string
		zh, en string
	}{{16.667, "percent", "16.7%", "16.7%"}, {3, "count", "3", "3"}, {8864, "ms", "8.9 秒", "8.9 s"}, {212.4, "ms", "212.4 毫秒", "212.4 ms"}, {8, "h", "8 小时", "8 h"}, {86400, "s", "86400 秒", "86400 s"}} {
		if got := quantity(diag.Observation{Value: c.value, Unit: c.unit}); got.ZH != c.zh || got.EN != c.en {
			t.Errorf("%v %s: %q %q", c.value, c.unit, got.ZH, got.EN)
		}
	}
}

// A number says what it is a share of.
func TestSharesSayOfWhat(t *testing.T) {
	for _, id := range []string{"server.failing", "network.others_failing", "network.recorded_swings", "device.load", "device.memory"} {
		got := quantity(diag.Observation{ID: id, Value: 2.2, Unit: "percent"})
		if got.ZH == "2.2%" || got.EN == "2.2%" || !strings.Contains(got.ZH, "2.2%") || !strings.Contains(got.EN, "2.2%") {
			t.Errorf("%s: %+v", id, got)
		}
	}
}

// What a reason speaks of is what it is shown with: not the first of its conditions, stated as that may be.
func TestReasonsShowWhatTheySpeakOf(t *testing.T) {
	obs := saw(t, "server.answer=refused server.refusal=window window.asked=in? window.arrived=out? network.setup=2100")
	for i := range obs {
		if obs[i].ID == "network.setup" {
			obs[i].Unit = "ms"
		}
	}
	j := Judge(obs, Context{})
	for _, c := range j.Verdict.Causes {
		for _, w := range c.For {
			if w.Rule == "held-up-on-the-way" {
				if w.Basis != incident.Measured || w.Observation != "network.setup" || !strings.Contains(w.Text.EN, "2.1 s") {
					t.Errorf("%+v", w)
				}
				return
			}
		}
	}
	t.Errorf("no such reason: %s", short(j.Verdict))
}

// Of several observations of one id the surest carries the weight, and is shown.
func TestBasisOfTheSurest(t *testing.T) {
	j := Judge(saw(t, "server.answer=refused server.refusal=read[words=said]? server.refusal=read[words=logged]"), Context{})
	for _, w := range j.Verdict.Causes[0].For {
		if w.Observation == "server.refusal" && (w.Basis != incident.Measured || !strings.Contains(w.Text.EN, "logged")) {
			t.Errorf("%+v", w)
		}
	}
}

// Nobody is asked for what was handed in, or measured, already.
func TestNothingIsAskedForTwice(t *testing.T) {
	for _, c := range []struct{ have, words string }{
		{"browser.dispatch=sent", "xport a HAR file"}, {"clock.offset=3 clock.skewed=small", "measure how far the two clocks differ"}, {"sync.event=absent", "WebSocket"},
	} {
		obs := saw(t, "attempt.symptom=still_visible? "+c.have)
		for i := range obs {
			if obs[i].ID == "browser.dispatch" {
				obs[i].Source = "a.har entry 3"
			}
		}
		var list []scored
		for _, x := range diag.Causes() {
			list = append(list, scored{code: x.Code, p: 0.3})
		}
		for len(list) > 0 {
			for _, m := range missing(list, obs, diag.Inconclusive, Context{}) {
				if strings.Contains(m.EN, c.words) && (c.words == "WebSocket" || !strings.Contains(m.EN, "WebSocket")) {
					t.Errorf("%s: %s", c.have, m.EN)
				}
			}
			list = list[1:]
		}
	}
	if asked := missing([]scored{{code: "decision.clock-skew", p: 0.5}}, saw(t, "server.answer=refused window.asked=unknown"), diag.Inconclusive, Context{}); len(asked) != 1 || !strings.Contains(asked[0].EN, "two clocks") {
		t.Errorf("%v", asked)
	}
	// Two times that cannot both be are asked for again as such.
	if asked := missing([]scored{{code: "decision.clock-skew", p: 0.5}}, saw(t, "server.answer=refused window.asked=unknown window.order=reversed"), diag.Inconclusive, Context{}); len(asked) != 2 || !strings.Contains(asked[0].EN, "before the send") {
		t.Errorf("%v", asked)
	}
}

// A health run tells what would break a recall, not what happened to one.
func TestHealthSummaries(t *testing.T) {
	obs := saw(t, "network.fault=gateway~blocked[place=gateway,kind=blocked]")
	for i := range obs {
		obs[i].Live = true
	}
	j := Judge(obs, Context{Health: true})
	if j.Verdict.Outcome == diag.Healthy || !strings.Contains(j.Verdict.Summary.EN, "now") || !strings.Contains(j.Verdict.Summary.ZH, "现在撤回") {
		t.Errorf("%s: %+v", j.Verdict.Outcome, j.Verdict.Summary)
	}
	if s := summary(diag.Verdict{Outcome: diag.Inconclusive}, nil, Context{Health: true}); strings.Contains(s.EN, "failed") {
		t.Error(s.EN)
	}
	// There is no failure of which to bring evidence.
	for _, m := range missing([]scored{{code: healthy, p: 0.5}}, nil, diag.Inconclusive, Context{Health: true}) {
		if strings.Contains(m.EN, "HAR") || strings.Contains(m.EN, "when the message was sent") {
			t.Error(m.EN)
		}
	}
}
