package dnr

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"meiqia-diag/checks/dnr/dnrtest"
)

// realRules gives a file of the npm package @adguard/dnr-rulesets, which .ci/need
// fetches: its licence (GPL-3.0) keeps it out of this repository.
func realRules(t testing.TB, name string) []byte {
	t.Helper()
	dir := os.Getenv("MEIQIA_DIAG_DNR_RULESETS")
	if dir == "" {
		cache, err := os.UserCacheDir()
		if err != nil {
			t.Fatal(err)
		}
		dir = filepath.Join(cache, "meiqia-diag-tests", "dnr-rulesets-3.3.20260320140136")
	}
	data, err := os.ReadFile(filepath.Join(dir, name))
	if err != nil {
		say := t.Skipf
		if os.Getenv("CI") != "" {
			say = t.Fatalf
		}
		say("no list of real rules: run .ci/need, which fetches it from npm (%v)", err)
	}
	return data
}

// oracle is one extension's rules, in the browser and here.
type oracle struct {
	dir string
	set *Set
}

// newOracle makes an extension of static rulesets, by name in their order.
func newOracle(t *testing.T, names []string, rules map[string][]byte) oracle {
	t.Helper()
	o := oracle{set: &Set{}}
	var resources []any
	files := map[string]any{"empty.js": ""}
	for i, name := range names {
		resources = append(resources, map[string]any{"id": name, "enabled": true, "path": name + ".json"})
		files[name+".json"] = rules[name]
		s, problems := Load(bytes.NewReader(rules[name]))
		if problems.Err != nil {
			t.Fatal(problems.Err)
		}
		if problems.Dropped > 0 {
			t.Logf("%s: %d rules dropped, the first: %s", name, problems.Dropped, problems.First)
		}
		s.ID, s.Order = name, i+1
		o.set.Rulesets = append(o.set.Rulesets, s)
	}
	o.dir = dnrtest.Extension(t, dnrtest.Manifest{
		"name":                    "oracle",
		"permissions":             []string{"declarativeNetRequest", "declarativeNetRequestFeedback"},
		"host_permissions":        []string{"<all_urls>"},
		"declarative_net_request": map[string]any{"rule_resources": resources},
	}, files)
	return o
}

// compare asks both and gives the share of requests on which they agree.
func (o oracle) compare(t *testing.T, asked []dnrtest.Asked) float64 {
	t.Helper()
	return o.compareIn(t, dnrtest.Start(t, t.TempDir(), o.dir), asked)
}

func (o oracle) compareIn(t *testing.T, b *dnrtest.Browser, asked []dnrtest.Asked) float64 {
	t.Helper()
	answers := b.Outcomes(o.dir, asked)
	agreed, matched, errs := 0, 0, 0
	for i, a := range answers {
		q := asked[i]
		if a.Error != "" {
			errs++
			t.Logf("not answered: %+v: %s", q, a.Error)
			continue
		}
		got := o.set.Match(Request{URL: q.URL, Type: q.Type, Method: q.Method, Initiator: q.Initiator})
		want, mine := "", ""
		for _, m := range a.Matched {
			want += " " + m.RulesetID + "/" + strconv.Itoa(m.RuleID)
		}
		// Rules that change headers are named instead of a rule that lets the request through.
		if got.Rule != nil && len(got.Modifies) == 0 {
			mine = " " + got.Ruleset + "/" + strconv.Itoa(got.Rule.ID)
		}
		for _, r := range got.Modifies {
			mine += " " + o.ruleset(r) + "/" + strconv.Itoa(r.ID)
		}
		if want != "" {
			matched++
		}
		if want == mine {
			agreed++
		} else {
			t.Logf("%+v\n\tChromium: %q\n\there:     %q%s", q, want, mine, o.describe(want+mine))
		}
	}
	share := float64(agreed) / float64(len(answers)-errs)
	t.Logf("%d of %d agree (%.3f %%), %d of them matched a rule", agreed, len(answers)-errs, 100*share, matched)
	if matched < len(answers)/10 {
		t.Errorf("only %d of %d requests matched any rule: the requests tell little", matched, len(answers))
	}
	if errs > len(answers)/100 {
		t.Errorf("%d requests were not answered", errs)
	}
	return share
}

func (o oracle) ruleset(r *Rule) string {
	for _, s := range o.set.Rulesets {
		if slices.Contains(s.rules, r) {
			return s.ID
		}
	}
	return ""
}

func (o oracle) describe(ids string) (out string) {
	for _, word := range strings.Fields(ids) {
		set, id, _ := strings.Cut(word, "/")
		for _, s := range o.set.Rulesets {
			for _, r := range s.rules {
				if s.ID == set && strconv.Itoa(r.ID) == id {
					out += fmt.Sprintf("\n\t%s: %s %s priority %d", word, r.Action, r.Condition(), r.Priority)
				}
			}
		}
	}
	return out
}

var anyTypes = []string{XMLHTTPRequest, XMLHTTPRequest, Script, Image, SubFrame, MainFrame, WebSocket, Ping, Stylesheet, Font, Media, Other}

// requestsFor makes requests of rules: an address that the filter should match,
// mutations of it, and ordinary ones.
func requestsFor(rng *rand.Rand, s *Set, n int) []dnrtest.Asked {
	pick := func(list []string) string { return list[rng.IntN(len(list))] }
	ordinary := []string{"https://www.example.com/", "https://app.meiqia.com/api/v1/conversations/1/messages/2/recall", "https://static.meiqia.com/dist/app.3f2a.js",
		"https://www.baidu.com/s?wd=recall", "https://news.qq.com/a/20201120/001.htm", "https://cdn.bootcdn.net/ajax/libs/jquery/3.6.0/jquery.min.js", "http://127.0.0.1:8801/a?b=c#d"}
	var rules []*Rule
	for _, set := range s.Rulesets {
		rules = append(rules, set.rules...)
	}
	var out []dnrtest.Asked
	for len(out) < n {
		r := rules[rng.IntN(len(rules))]
		u := addressFor(rng, r)
		switch rng.IntN(8) {
		case 0:
			u = strings.ToUpper(u[:len(u)/2]) + u[len(u)/2:]
		case 1:
			if i := rng.IntN(len(u)); i > 12 {
				u = u[:i] + string("aZ0/.-_%?&="[rng.IntN(11)]) + u[i:]
			}
		case 2:
			if i := rng.IntN(len(u)); i > 12 {
				u = u[:i] + u[i+1:]
			}
		case 3:
			if rng.IntN(3) == 0 {
				u = pick(ordinary)
			}
		}
		a := dnrtest.Asked{URL: u, Type: pick(anyTypes)}
		if a.Type == WebSocket {
			a.URL = "ws" + strings.TrimPrefix(strings.ToLower(a.URL[:4])+a.URL[4:], "http")
		}
		if rng.IntN(3) > 0 {
			a.Method = pick([]string{"get", "post", "put", "head", "options"})
		}
		switch {
		case len(r.initiator.in) > 0 && rng.IntN(4) > 0:
			a.Initiator = "https://" + pick([]string{"", "www."}) + pick(r.initiator.in)
		case len(r.initiator.out) > 0 && rng.IntN(2) > 0:
			a.Initiator = "https://" + pick(r.initiator.out)
		case rng.IntN(2) == 0:
			a.Initiator = "https://app.meiqia.com"
		case rng.IntN(2) == 0:
			if _, _, host, _, ok := split(u); ok {
				a.Initiator = "https://" + host
			}
		}
		out = append(out, a)
	}
	return out
}

// addressFor writes an address that a rule's filter is meant for.
func addressFor(rng *rand.Rand, r *Rule) string {
	body := r.pattern.body
	if r.Regex != "" || body == "" {
		body = "/ads/banner" + strconv.Itoa(rng.IntN(90)) + ".js"
	}
	var b strings.Builder
	for i := 0; i < len(body); i++ {
		switch body[i] {
		case '*':
			b.WriteString([]string{"", "x", "abc/def", "a1"}[rng.IntN(4)])
		case '^':
			b.WriteByte("/?&=:"[rng.IntN(2)])
		default:
			b.WriteByte(body[i])
		}
	}
	text := b.String()
	host := "www.site" + strconv.Itoa(rng.IntN(50)) + ".com"
	if len(r.request.in) > 0 {
		host = r.request.in[rng.IntN(len(r.request.in))]
	}
	scheme := []string{"https://", "http://"}[rng.IntN(2)]
	switch {
	case strings.HasPrefix(text, "http:") || strings.HasPrefix(text, "https:"):
		return text
	case strings.Contains(text, "://"):
		return "https" + text[strings.Index(text, "://"):]
	case r.pattern.left == subdomain:
		return scheme + []string{"", "a.", "not"}[rng.IntN(3)] + text + []string{"", "/", "x.js", "?a=1&ad=2"}[rng.IntN(4)]
	}
	return scheme + host + "/" + strings.TrimPrefix(text, "/") + []string{"", "/x", "?b=1"}[rng.IntN(3)]
}

func TestRealListInABrowser(t *testing.T) {
	list := realRules(t, "ruleset_224.json")
	o := newOracle(t, []string{"chinese"}, map[string][]byte{"chinese": list})
	if n := o.set.Len(); n < 12_000 {
		t.Fatalf("%d rules", n)
	}
	asked := requestsFor(rand.New(rand.NewPCG(1, 2)), o.set, 3000)
	if share := o.compare(t, asked); share < 0.998 {
		t.Errorf("agreement with Chromium: %.2f %%, want at least 99.8 %%", 100*share)
	}
}

// Rules that the extension adds while it runs tie with those of its files, and
// single rules of the files are off.
func TestAddedAndDisabledRulesInABrowser(t *testing.T) {
	names := []string{"one", "two"}
	lists := generated(t, 11, 40, names...)
	added := generated(t, 12, 30, "added")["added"]
	o := newOracle(t, names, lists)
	dynamic, _ := Load(bytes.NewReader(added))
	b := dnrtest.Start(t, t.TempDir(), o.dir)
	b.Open("chrome-extension://" + dnrtest.ID(o.dir) + "/page.html")
	// Of a list of added rules one that is none spoils all: only rules that can be are added.
	keep := map[int]bool{}
	for _, r := range dynamic.rules {
		keep[r.ID] = true
	}
	var all, good []map[string]any
	if err := json.Unmarshal(added, &all); err != nil {
		t.Fatal(err)
	}
	for _, r := range all {
		if id, ok := r["id"].(float64); ok && keep[int(id)] {
			good = append(good, r)
		}
	}
	var off []int
	for i, r := range o.set.Rulesets[0].rules {
		if i%3 == 1 {
			off = append(off, r.ID)
		}
	}
	dnrtest.Eval[any](b, fmt.Sprintf(`(async () => {
		await chrome.declarativeNetRequest.updateDynamicRules({addRules: %s});
		await chrome.declarativeNetRequest.updateStaticRules({rulesetId: "one", disableRuleIds: %s});
	})()`, mustJSON(t, good), mustJSON(t, off)))
	if dynamic, _ = Load(bytes.NewReader(mustJSON(t, good))); dynamic.Len() < 20 {
		t.Fatalf("%d rules to add", dynamic.Len())
	}
	dynamic.ID = DynamicID
	o.set.Rulesets[0].Disable(off...)
	o.set.Rulesets = append(o.set.Rulesets, dynamic)
	g := gen{rand.New(rand.NewPCG(13, 8))}
	var asked []dnrtest.Asked
	for range 800 {
		asked = append(asked, g.request())
	}
	if share := o.compareIn(t, b, asked); share < 0.998 {
		t.Errorf("agreement with Chromium: %.2f %%, want at least 99.8 %%", 100*share)
	}
}

func mustJSON(t testing.TB, v any) []byte {
	t.Helper()
	data, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return data
}

// Which kinds of rules can be turned off one at a time is the browser's to say.
func TestSingleRulesThatAreOffInABrowser(t *testing.T) {
	o := newOracle(t, []string{"one"}, map[string][]byte{"one": []byte(`[
		{"id":1,"action":{"type":"block"},"condition":{"urlFilter":"/plain"}},
		{"id":2,"action":{"type":"block"},"condition":{"regexFilter":"/regex$"}},
		{"id":3,"action":{"type":"block"},"condition":{"urlFilter":"/stays"}}]`)})
	b := dnrtest.Start(t, t.TempDir(), o.dir)
	b.Open("chrome-extension://" + dnrtest.ID(o.dir) + "/page.html")
	dnrtest.Eval[any](b, `chrome.declarativeNetRequest.updateStaticRules({rulesetId: "one", disableRuleIds: [1, 2]})`)
	o.set.Rulesets[0].Disable(1, 2)
	var asked []dnrtest.Asked
	for _, path := range []string{"plain", "regex", "stays"} {
		asked = append(asked, dnrtest.Asked{URL: "https://desk.test/" + path, Type: XMLHTTPRequest})
	}
	if share := o.compareIn(t, b, asked); share < 1 {
		t.Error("the browser disagrees")
	}
}
