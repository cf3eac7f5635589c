package dnr

import (
	"math/rand/v2"
	"strings"
	"testing"

	"meiqia-diag/checks/dnr/dnrtest"
)

// The words that generated rules and requests are made of: few, so that many
// rules match one request and weigh the same.
var (
	genHosts   = []string{"desk.test", "api.desk.test", "push.desk.test", "cdn.co.uk", "shop.com.cn", "me.github.io", "you.github.io", "10.0.0.7", "a.b.c.desk.test", "tracker.test"}
	genWords   = []string{"api", "v1", "messages", "recall", "Recall", "withdraw", "conversations", "8842", "app.js", "banner", "ADS", "track-er", "a_b", "x%20y", "img"}
	genRegexes = []string{`recall`, `^https?://api\.desk\.test/`, `/messages/(\d+)/recall$`, `[0-9]{4}`, `\.js(\?|$)`, `(?i)withdraw`, `desk|shop`, `/api/v[12]/(messages|conversations)/`,
		`^wss?:`, `(recall|withdraw)+$`, `[a-z0-9]{40,90}x{200}`, `^https://(www\.)?([a-z]+)\.com\.cn/(.*)$`}
)

type gen struct{ *rand.Rand }

func (g gen) one(list []string) string { return list[g.IntN(len(list))] }
func (g gen) some(list []string) []string {
	var out []string
	for _, s := range list {
		if g.IntN(3) == 0 {
			out = append(out, s)
		}
	}
	if len(out) == 0 {
		out = []string{g.one(list)}
	}
	return out
}
func (g gen) chance(n int) bool { return g.IntN(n) == 0 }

func (g gen) filter() string {
	var b strings.Builder
	switch g.IntN(5) {
	case 0:
		b.WriteString("||" + g.one(genHosts))
	case 1:
		b.WriteString("|http")
	case 2:
		b.WriteString("|https://" + g.one(genHosts))
	case 3:
		b.WriteString("||" + g.one(genHosts)[1:])
	}
	for range g.IntN(4) {
		b.WriteString(g.one([]string{"/", "^", "*", "*/", "^*", "."}))
		b.WriteString(g.one(genWords))
	}
	b.WriteString(g.one([]string{"", "", "", "^", "|", "*", "^|", "*|"}))
	if b.Len() == 0 {
		return g.one(genWords)
	}
	return b.String()
}

// rule makes one rule; one in fifty is none by the API's own rules.
func (g gen) rule(id int) map[string]any {
	c := map[string]any{}
	regex := false
	switch g.IntN(10) {
	case 0, 1:
		c["regexFilter"], regex = g.one(genRegexes), true
	case 2: // hosts and types alone
	default:
		c["urlFilter"] = g.filter()
	}
	if g.chance(8) {
		c["isUrlFilterCaseSensitive"] = g.chance(2)
	}
	if g.chance(4) {
		c["domainType"] = g.one([]string{"firstParty", "thirdParty"})
	}
	if g.chance(5) {
		c[g.one([]string{"initiatorDomains", "initiatorDomains", "domains"})] = g.some(genHosts)
	}
	if g.chance(8) {
		c["excludedInitiatorDomains"] = g.some(genHosts)
	}
	if c["domains"] != nil && g.chance(2) {
		delete(c, "excludedInitiatorDomains")
		c["excludedDomains"] = g.some(genHosts)
	}
	if g.chance(4) {
		c["requestDomains"] = g.some(genHosts)
	}
	if g.chance(8) {
		c["excludedRequestDomains"] = g.some(genHosts)
	}
	methods := []string{"get", "post", "put", "delete", "head", "options", "patch", "connect", "other"}
	switch g.IntN(8) {
	case 0:
		c["requestMethods"] = g.some(methods)
	case 1:
		c["excludedRequestMethods"] = g.some(methods)
	}
	types := []string{MainFrame, SubFrame, Stylesheet, Script, Image, Font, Object, XMLHTTPRequest, Ping, CSPReport, Media, WebSocket, WebTransport, WebBundle, Other}
	switch g.IntN(4) {
	case 0:
		c["resourceTypes"] = g.some(types)
	case 1:
		c["excludedResourceTypes"] = g.some(types)
	}
	a := map[string]any{}
	switch g.IntN(12) {
	case 0, 1:
		a["type"] = "allow"
	case 2:
		a["type"] = "allowAllRequests"
		delete(c, "excludedResourceTypes")
		c["resourceTypes"] = g.some([]string{MainFrame, SubFrame})
	case 3:
		a["type"] = "upgradeScheme"
	case 4, 5:
		a["type"], a["redirect"] = "redirect", g.redirect(regex)
	case 6:
		a["type"] = "modifyHeaders"
		a["requestHeaders"] = []any{map[string]any{"header": "x-test", "operation": "set", "value": "1"}}
	default:
		a["type"] = "block"
	}
	r := map[string]any{"id": id, "action": a, "condition": c}
	if !g.chance(4) {
		r["priority"] = 1 + g.IntN(3)
	}
	if g.chance(15) {
		g.spoil(r, c, a)
	}
	return r
}

func (g gen) redirect(regex bool) map[string]any {
	if regex && g.chance(2) {
		return map[string]any{"regexSubstitution": g.one([]string{`https://desk.test/\0`, `\0`, `x`})}
	}
	switch g.IntN(4) {
	case 0:
		return map[string]any{"url": g.one([]string{"https://desk.test/", "data:text/plain,", "https://api.desk.test/api"})}
	case 1:
		return map[string]any{"extensionPath": "/empty.js"}
	}
	t := map[string]any{}
	switch g.IntN(6) {
	case 0:
		t["scheme"] = "https"
	case 1:
		t["host"] = "desk.test"
	case 2:
		t["queryTransform"] = map[string]any{"removeParams": []string{"utm", "ad"}}
	case 3:
		t["queryTransform"] = map[string]any{"addOrReplaceParams": []any{map[string]any{"key": "utm", "value": "1", "replaceOnly": g.chance(2)}}}
	case 4:
		t["path"] = g.one([]string{"", "/", "/api"})
	case 5:
		t["fragment"], t["port"] = "", "8443"
	}
	return map[string]any{"transform": t}
}

// spoil makes a rule one that browsers leave out. (With other faults Chromium
// does not load the extension at all.)
func (g gen) spoil(r, c, a map[string]any) {
	switch g.IntN(7) {
	case 0:
		delete(r, "id")
	case 1:
		r["id"] = "seven"
	case 2:
		c["resourceTypes"] = []string{"script", "thought"}
	case 3:
		c["isUrlFilterCaseSensitive"] = "no"
	case 4:
		c["requestMethods"] = "get"
	case 5:
		delete(r, "condition")
	case 6:
		a["type"] = "refuse"
	}
}

func (g gen) request() dnrtest.Asked {
	a := dnrtest.Asked{Type: g.one(anyTypes), Method: g.one([]string{"get", "post", "put", "delete", "head", "options", "patch", "other"})}
	u := g.one([]string{"https://", "https://", "http://"}) + g.one([]string{"", "", "www.", "x"}) + g.one(genHosts)
	u = strings.Replace(u, "www.10.", "10.", 1)
	u = strings.Replace(u, "x10.", "10.", 1)
	u += g.one([]string{"", "", "", ":8443", ":443"})
	for range g.IntN(5) {
		u += "/" + g.one(genWords)
	}
	u += g.one([]string{"", "/", "?ad=1&utm=2", "?q=" + g.one(genWords), "#top", "/../" + g.one(genWords)})
	if a.Type == WebSocket {
		u = "ws" + strings.TrimPrefix(u, "http")
		a.Method = ""
	}
	a.URL = u
	if !g.chance(4) {
		a.Initiator = "https://" + g.one([]string{"", "www."}) + g.one(genHosts[:7])
	}
	return a
}

// generated makes lists that use every part of the API.
func generated(t testing.TB, seed uint64, n int, names ...string) map[string][]byte {
	g := gen{rand.New(rand.NewPCG(seed, 7))}
	out := map[string][]byte{}
	for _, name := range names {
		// The page that asks the browser must open.
		list := []any{map[string]any{"id": 20 * n, "priority": 1000, "action": map[string]any{"type": "allow"},
			"condition": map[string]any{"urlFilter": "|chrome-extension://", "resourceTypes": []string{MainFrame}}}}
		ids := g.Perm(10 * n)[:n]
		for _, id := range ids {
			list = append(list, g.rule(id+1))
		}
		out[name] = mustJSON(t, list)
	}
	return out
}

func TestGeneratedListsInABrowser(t *testing.T) {
	names := []string{"one", "two", "three"}
	seen := map[Action]int{}
	for seed := range uint64(4) {
		o := newOracle(t, names, generated(t, seed, 40, names...))
		g := gen{rand.New(rand.NewPCG(seed, 8))}
		var asked []dnrtest.Asked
		for range 800 {
			asked = append(asked, g.request())
		}
		for _, a := range asked {
			seen[o.set.Match(Request{URL: a.URL, Type: a.Type, Method: a.Method, Initiator: a.Initiator}).Action]++
		}
		if share := o.compare(t, asked); share < 0.998 {
			t.Errorf("seed %d: agreement with Chromium: %.2f %%, want at least 99.8 %%", seed, 100*share)
		}
	}
	for act := range rank {
		if seen[act] == 0 && act != ModifyHeaders {
			t.Errorf("no request was met with %s", act)
		}
	}
}
