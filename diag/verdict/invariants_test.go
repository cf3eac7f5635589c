package verdict

import (
	"encoding/json"
	"math/rand/v2"
	"sort"
	"strings"
	"testing"

	"meiqia-diag/diag"
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
