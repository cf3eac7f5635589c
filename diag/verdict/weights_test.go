package verdict

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"path/filepath"
	"reflect"
	"strconv"
	"strings"
	"testing"
	"testing/fstest"

	"meiqia-diag/diag"
	"meiqia-diag/diag/incident"
)

func TestWeightsParse(t *testing.T) {
	b, err := readBook(weights)
	if err != nil {
		t.Fatal(err)
	}
	if b.Explained <= 0 || b.Explained > 1 || b.Temperature < 0.5 || b.Temperature > 3 || b.Live <= 0 || b.Live > 1 {
		t.Errorf("explained %v, temperature %v, live %v", b.Explained, b.Temperature, b.Live)
	}
	if b.Basis[incident.Measured] < b.Basis[incident.Stated] || b.Basis[incident.Stated] < b.Basis[incident.Assumed] || b.Basis[incident.Assumed] <= 0 {
		t.Errorf("basis %v: what was measured weighs most", b.Basis)
	}
	known := map[diag.Code]bool{}
	for _, c := range hypotheses() {
		known[c] = true
	}
	for code := range b.Priors {
		if !known[code] {
			t.Errorf("a prior for %q, which is no cause", code)
		}
	}
	for _, r := range b.Rules {
		if len(r.weights) == 0 {
			t.Errorf("rule %s weighs nothing", r.ID)
		}
		for _, w := range r.weights {
			if abs(w.db) > 40 {
				t.Errorf("rule %s: %v dB for %s is more than any observation can tell", r.ID, w.db, w.code)
			}
		}
	}
}

// A code on both sides of a rule, or under two patterns, would be weighed as the map's order wants.
func TestWeightsDoNotDependOnMapOrder(t *testing.T) {
	first, err := readBook(weights)
	if err != nil {
		t.Fatal(err)
	}
	for range 50 {
		again, _ := readBook(weights)
		for i, r := range again.Rules {
			if !reflect.DeepEqual(r.weights, first.Rules[i].weights) {
				t.Fatalf("rule %s: %v and %v", r.ID, r.weights, first.Rules[i].weights)
			}
		}
	}
	for _, r := range first.Rules {
		side := map[diag.Code]string{}
		for name, part := range map[string]map[string]float64{"for": r.For, "against": r.Against} {
			for pattern, db := range part {
				if db <= 0 {
					t.Errorf("rule %s: %v dB %s %s", r.ID, db, name, pattern)
				}
				for _, c := range hypotheses() {
					stage, wild := strings.CutSuffix(pattern, ".*")
					if string(c) != pattern && !(wild && strings.HasPrefix(string(c), stage+".")) {
						continue
					}
					if other := side[c]; other != "" && other != name {
						t.Errorf("rule %s: %s stands for and against", r.ID, c)
					}
					side[c] = name
				}
			}
		}
	}
}

// readTexts reads a book of files with these texts.
func readTexts(texts ...string) (*book, error) {
	files := fstest.MapFS{}
	for i, text := range texts {
		files[fmt.Sprintf("weights/%d.yaml", i)] = &fstest.MapFile{Data: []byte(text)}
	}
	return readBook(files)
}

func TestReadBookRefuses(t *testing.T) {
	const rule = "rules:\n- id: a\n  when: {x.y: z}\n  for: {decision.not-own: 3}\n  because: {zh: 甲, en: a}\n"
	if _, err := readTexts(rule); err != nil {
		t.Fatal(err)
	}
	if _, err := readTexts(rule, rule); err == nil {
		t.Error("the same rule in two files: accepted")
	}
	for name, text := range map[string]string{
		"unknown cause":    strings.Replace(rule, "decision.not-own", "decision.mood", 1),
		"unknown stage":    strings.Replace(rule, "decision.not-own", "mood.*", 1),
		"no id":            strings.Replace(rule, "id: a", "group: a", 1),
		"twice":            rule + strings.TrimPrefix(rule, "rules:\n"),
		"no reason":        strings.Replace(rule, "zh: 甲, ", "", 1),
		"no condition":     strings.Replace(rule, "{x.y: z}", "{}", 1),
		"unknown key":      rule + "temprature: 1\n",
		"unknown rule key": strings.Replace(rule, "  for:", "  fro:", 1),
	} {
		if _, err := readTexts(text); err == nil {
			t.Errorf("%s: accepted", name)
		}
	}
}

// constants gives every string constant of package checks that looks like an observation's id.
func constants(t *testing.T) map[string]bool {
	t.Helper()
	files, err := filepath.Glob("../../checks/*.go")
	if err != nil || len(files) < 10 {
		t.Fatalf("package checks: %v, %v", files, err)
	}
	out := map[string]bool{}
	for _, path := range files {
		if strings.HasSuffix(path, "_test.go") {
			continue
		}
		f, err := parser.ParseFile(token.NewFileSet(), path, nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		for _, d := range f.Decls {
			g, ok := d.(*ast.GenDecl)
			if !ok || g.Tok != token.CONST {
				continue
			}
			for _, spec := range g.Specs {
				for _, v := range spec.(*ast.ValueSpec).Values {
					if lit, ok := v.(*ast.BasicLit); ok && lit.Kind == token.STRING {
						s, _ := strconv.Unquote(lit.Value)
						out[s] = true
					}
				}
			}
		}
	}
	return out
}

// A rule that looks at what no check reports would never hold, silently.
func TestEveryObservationOfARuleExists(t *testing.T) {
	known := constants(t)
	for _, r := range loadBook().Rules {
		for _, c := range r.conditions {
			if !known[c.id] {
				t.Errorf("rule %s looks at %q, which is no constant of package checks", r.ID, c.id)
			}
		}
	}
	for _, id := range []string{"clock.offset", "clock.offset.incident", "network.rtt", "network.jitter", "network.loss", "network.fault", "server.queueing",
		"browser.blocked_by", "cache.age", "cache.freshness_left", "window.margin"} {
		if !known[id] {
			t.Errorf("the contract's observation %q is no constant of package checks", id)
		}
	}
}

// Every cause of the contract must be reachable: some rule speaks for it, and strongly enough to be named.
func TestEveryCauseHasARule(t *testing.T) {
	best := map[diag.Code]float64{}
	for _, r := range loadBook().Rules {
		for _, w := range r.weights {
			best[w.code] = max(best[w.code], w.db)
		}
	}
	for _, c := range hypotheses() {
		if best[c] < 8 {
			t.Errorf("%s: the strongest rule gives %v dB", c, best[c])
		}
	}
}

func TestConditions(t *testing.T) {
	for _, c := range []struct {
		test string
		o    string
		want bool
	}{
		{"a", "x=a", true}, {"a", "x=b", false}, {"a|b", "x=b", true}, {"!a", "x=b", true}, {"!a", "x=a", false}, {"!a|b", "x=b", false}, {"any", "x=anything", true},
		{">=5", "x=5", true}, {">=5", "x=4.9", false}, {"<5", "x=4.9", true}, {"<5", "x=5", false}, {">=5", "x=word", false}, {"<5", "x=word", false},
		{">=0", "x=-1", false}, {"<0", "x=-1", true}, {"5", "x=5", true},
	} {
		if got := (condition{id: "x", test: c.test}).meets(saw(t, c.o)[0]); got != c.want {
			t.Errorf("%s meets %q: %v", c.o, c.test, got)
		}
	}
	o := saw(t, "x=a[k=v]")[0]
	if !(condition{id: "x", detail: "k", test: "v"}).meets(o) || (condition{id: "x", detail: "k", test: "!v"}).meets(o) || !(condition{id: "x", detail: "none", test: "!v"}).meets(o) {
		t.Error("details")
	}
}

// Conditions on one id must hold for one and the same observation; "none" is its absence.
func TestRulesHold(t *testing.T) {
	parse := func(when string) (*book, *rule) {
		b, err := readTexts(fmt.Sprintf("basis: {measured: 1, stated: 0.5}\nlive: 0.25\nrules:\n- id: a\n  when: %s\n  for: {decision.not-own: 10}\n  because: {zh: 甲, en: a}\n", when))
		if err != nil {
			t.Fatal(err)
		}
		return b, b.Rules[0]
	}
	for _, c := range []struct {
		when, obs string
		want      bool
		scale     float64
	}{
		{"{x: a}", "x=a", true, 1}, {"{x: a}", "x=a?", true, 0.5}, {"{x: a}", "x=a? x=a", true, 1}, {"{x: a}", "x=b", false, 0}, {"{x: a}", "", false, 0},
		{`{x: a, "x[k]": v}`, "x=a[k=w] x=b[k=v]", false, 0}, {`{x: a, "x[k]": v}`, "x=b[k=v] x=a[k=v]", true, 1},
		{"{x: a, y: none}", "x=a", true, 1}, {"{x: a, y: none}", "x=a y=b", false, 0}, {"{x: a, y: none|b}", "x=a y=b", true, 1}, {"{x: a, y: none|b}", "x=a", true, 1},
		{"{x: a, y: b}", "x=a", false, 0}, {"{x: a, y: '!b'}", "x=a", false, 0},
	} {
		b, r := parse(c.when)
		h, ok := b.holds(r, saw(t, c.obs), false)
		if ok != c.want || ok && h.scale != c.scale {
			t.Errorf("%s of %q: %v, scale %v; want %v, %v", c.when, c.obs, ok, h.scale, c.want, c.scale)
		}
	}
	b, r := parse("{x: a}")
	obs := saw(t, "x=a")
	obs[0].Live = true
	if h, _ := b.holds(r, obs, false); h.scale != 0.25 {
		t.Errorf("live, long after: scale %v", h.scale)
	}
	if h, _ := b.holds(r, obs, true); h.scale != 1 {
		t.Errorf("live, at the incident: scale %v", h.scale)
	}
}
