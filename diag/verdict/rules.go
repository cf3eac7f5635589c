// Package verdict weighs all observations in one place and names the stage that
// broke and the cause. It knows nothing but observations, so that the same
// verdict comes from a saved report as from a live run.
package verdict

import (
	"embed"
	"fmt"
	"io/fs"
	"slices"
	"sort"
	"strconv"
	"strings"
	"sync"

	"gopkg.in/yaml.v3"

	"meiqia-diag/diag"
	"meiqia-diag/diag/incident"
	"meiqia-diag/diag/lang"
)

// The weights are many files, read in the order of their names: their rules
// stand along the six stages.
//
//go:embed weights/*.yaml
var weights embed.FS

// healthy is the hypothesis that nothing failed. It is weighed like a cause.
const healthy diag.Code = "healthy"

// rule is one line of weights/*.yaml; weights/00-scale.yaml explains the keys.
type rule struct {
	ID      string             `yaml:"id"`
	When    yaml.Node          `yaml:"when"`
	For     map[string]float64 `yaml:"for"`
	Against map[string]float64 `yaml:"against"`
	Group   string             `yaml:"group"`
	Share   bool               `yaml:"share"`
	Shows   string             `yaml:"shows"` // the condition whose observation the reason speaks of; the first by default
	Because lang.Text          `yaml:"because"`

	conditions []condition
	weights    []weight // wildcards spelled out, in the contract's order
}

// condition asks one thing of the observations of one id.
type condition struct {
	id, detail string
	test       string
}

type weight struct {
	code diag.Code
	db   float64
}

// book is weights/*.yaml.
type book struct {
	Basis       map[incident.Basis]float64 `yaml:"basis"`
	Live        float64                    `yaml:"live"`
	Temperature float64                    `yaml:"temperature"`
	Explained   float64                    `yaml:"explained"`
	Priors      map[diag.Code]float64      `yaml:"priors"`
	Rules       []*rule                    `yaml:"rules"`
}

var loadBook = sync.OnceValue(func() *book {
	b, err := readBook(weights)
	if err != nil {
		panic("verdict: " + err.Error()) // embedded: the tests read it
	}
	return b
})

// readBook joins the files; each key but the rules stands in one of them.
func readBook(files fs.FS) (*book, error) {
	names, err := fs.Glob(files, "weights/*.yaml")
	if err != nil {
		return nil, err
	}
	b := &book{}
	var all []*rule
	for _, name := range names {
		data, err := fs.ReadFile(files, name)
		if err != nil {
			return nil, err
		}
		b.Rules = nil
		dec := yaml.NewDecoder(strings.NewReader(string(data)))
		dec.KnownFields(true)
		if err := dec.Decode(b); err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
		if err := prepare(b.Rules, all); err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
		all = append(all, b.Rules...)
	}
	b.Rules = all
	return b, nil
}

// prepare reads what the rules of one file say; before are those of other files.
func prepare(rules, before []*rule) error {
	codes := hypotheses()
	ids := map[string]bool{}
	for _, r := range before {
		ids[r.ID] = true
	}
	for _, r := range rules {
		if r.ID == "" || ids[r.ID] {
			return fmt.Errorf("line %d: rule without an id of its own: %q", r.When.Line, r.ID)
		}
		ids[r.ID] = true
		if r.Because.ZH == "" || r.Because.EN == "" {
			return fmt.Errorf("rule %s: no reason", r.ID)
		}
		if r.When.Kind != yaml.MappingNode || len(r.When.Content) == 0 {
			return fmt.Errorf("rule %s: no condition", r.ID)
		}
		for i := 0; i+1 < len(r.When.Content); i += 2 {
			key := r.When.Content[i].Value
			id, detail, _ := strings.Cut(strings.TrimSuffix(key, "]"), "[")
			r.conditions = append(r.conditions, condition{id: id, detail: detail, test: r.When.Content[i+1].Value})
		}
		if r.Shows != "" && !slices.ContainsFunc(r.conditions, func(c condition) bool { return c.id == r.Shows }) {
			return fmt.Errorf("rule %s: shows %q, which is none of its conditions", r.ID, r.Shows)
		}
		sum := map[diag.Code]float64{}
		for sign, part := range map[float64]map[string]float64{1: r.For, -1: r.Against} {
			for pattern, db := range part {
				hit := false
				for _, c := range codes {
					if string(c) == pattern {
						sum[c], hit = sign*db, true
					} else if stage, ok := strings.CutSuffix(pattern, ".*"); ok && strings.HasPrefix(string(c), stage+".") {
						hit = true
						if _, named := part[string(c)]; !named {
							sum[c] += sign * db
						}
					}
				}
				if !hit {
					return fmt.Errorf("rule %s: %q names no cause", r.ID, pattern)
				}
			}
		}
		for _, c := range codes {
			if sum[c] != 0 {
				r.weights = append(r.weights, weight{c, sum[c]})
			}
		}
	}
	return nil
}

// hypotheses lists what can be the truth: every cause, and that nothing failed.
func hypotheses() []diag.Code {
	out := []diag.Code{healthy}
	for _, c := range diag.Causes() {
		out = append(out, c.Code)
	}
	return out
}

// hit is a rule that holds, with the observations of its first condition.
type hit struct {
	rule  *rule
	seen  []diag.Observation
	scale float64
}

// holds finds the observations for which a rule holds. Conditions on one id
// must hold for one and the same observation.
func (b *book) holds(r *rule, obs diag.Observations, fresh bool) (hit, bool) {
	h := hit{rule: r}
	first := r.conditions[0].id
	tested := map[string]bool{}
	var shown []diag.Observation
	for _, c := range r.conditions {
		if tested[c.id] {
			continue
		}
		tested[c.id] = true
		matched := r.matching(c.id, obs)
		if len(matched) == 0 && !r.allowsNone(c.id, obs) {
			return h, false
		}
		if c.id == first {
			h.seen = matched
		}
		if c.id == r.Shows {
			shown = matched
		}
	}
	if len(h.seen) == 0 {
		return h, true
	}
	h.seen = slices.Clone(h.seen)
	for i, o := range h.seen {
		f := b.Basis[o.Basis]
		if o.Live && !fresh {
			f *= b.Live
		}
		if f > h.scale { // the surest carries the weight, and is shown with it
			h.scale = f
			h.seen[0], h.seen[i] = h.seen[i], h.seen[0]
		}
	}
	if r.Share {
		distinct := map[string]bool{}
		for _, o := range obs.All(first) {
			if o.Text() != "generic" && o.Text() != "internal" && o.Text() != "accepted" {
				distinct[o.Text()] = true
			}
		}
		if n := len(distinct); n > 1 {
			h.scale *= 2 / float64(n+1)
		}
	}
	if len(shown) > 0 { // the weight stays that of the first: no reason is surer than what it starts from
		h.seen = shown
	}
	return h, true
}

// matching gives the observations of one id that meet all of the rule's conditions on it.
func (r *rule) matching(id string, obs diag.Observations) []diag.Observation {
	var out []diag.Observation
next:
	for _, o := range obs.All(id) {
		for _, c := range r.conditions {
			if c.id == id && !c.meets(o) {
				continue next
			}
		}
		out = append(out, o)
	}
	return out
}

// allowsNone reports whether the absence of an id meets the rule.
func (r *rule) allowsNone(id string, obs diag.Observations) bool {
	if _, any := obs.First(id); any {
		return false
	}
	for _, c := range r.conditions {
		if c.id == id && !contains(strings.Split(c.test, "|"), "none") {
			return false
		}
	}
	return true
}

func (c condition) meets(o diag.Observation) bool {
	text := o.Text()
	if c.detail != "" {
		text = o.Detail[c.detail]
	}
	test := c.test
	switch {
	case test == "any":
		return true
	case strings.HasPrefix(test, ">="), strings.HasPrefix(test, "<"):
		n, err := strconv.ParseFloat(text, 64)
		want, err2 := strconv.ParseFloat(strings.TrimLeft(test, "<>="), 64)
		if err != nil || err2 != nil {
			return false
		}
		if test[0] == '>' {
			return n >= want
		}
		return n < want
	case strings.HasPrefix(test, "!"):
		return !contains(strings.Split(test[1:], "|"), text)
	}
	return contains(strings.Split(test, "|"), text)
}

func contains(list []string, s string) bool {
	for _, x := range list {
		if x == s {
			return true
		}
	}
	return false
}

// strongest keeps, of the rules of one group, the strongest each way for one cause.
func strongest(ws []diag.Weighing, groups map[string]string) []diag.Weighing {
	best := map[string]int{}
	var out []diag.Weighing
	for _, w := range ws {
		g := groups[w.Rule]
		if g == "" {
			g = "rule:" + w.Rule
		}
		if w.DB < 0 {
			g = "-" + g
		}
		i, seen := best[g]
		switch {
		case !seen:
			best[g] = len(out)
			out = append(out, w)
		case abs(w.DB) > abs(out[i].DB):
			out[i] = w
		}
	}
	sort.SliceStable(out, func(i, j int) bool { return abs(out[i].DB) > abs(out[j].DB) })
	return out
}

func abs(v float64) float64 { return max(v, -v) }
