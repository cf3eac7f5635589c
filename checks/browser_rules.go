package checks

import (
	"context"
	"slices"
	"strconv"
	"strings"

	"meiqia-diag/checks/dnr"
	"meiqia-diag/checks/machine"
	"meiqia-diag/diag"
	"meiqia-diag/diag/attempt"
	"meiqia-diag/diag/lang"
	"meiqia-diag/diag/profile"
)

// onDisk is the method of what is told by an extension's rules.
const onDisk = "rule on disk"

// trial is one request of the service that the rules of extensions are tried on.
type trial struct {
	hits string // what a rule that stops it hits: recall api push script page; other for what no recall depends on
	req  dnr.Request
}

// trials gives the requests that a recall depends on: the recall itself as the
// evidence has it, else the profile's samples; what the evidence shows stopped
// inside the browser; the push connections, the workbench's page and its scripts.
func trials(in *diag.Input) (out []trial) {
	bench := ""
	if hosts := in.Profile.HostsOf(profile.Workbench); len(hosts) > 0 {
		bench = hosts[0].URL
	}
	add := func(hits, method, address, kind, page string) {
		t := trial{hits, dnr.Request{URL: address, Method: method, Type: kind, Initiator: page, Page: page}}
		if kind == dnr.MainFrame {
			t.req.Initiator, t.req.Page = "", ""
		}
		if !slices.Contains(out, t) {
			out = append(out, t)
		}
	}
	a := in.Attempt
	seen := false
	if a.Request != nil && a.Request.Entry != nil && a.Request.Via == "http" {
		e := a.Request.Entry
		add("recall", e.Method, e.URL, dnr.XMLHTTPRequest, firstOf(e.ReqHeaders.Get("referer"), e.ReqHeaders.Get("origin"), bench))
		seen = true
	}
	for _, c := range a.Calls {
		if c.Entry == nil || seen && c.Entry == a.Request.Entry || c.Failure != attempt.FailBlocked && c.Kind != "script" {
			continue
		}
		if hits, kind := kindOfCall(c); hits != "" && len(out) < 200 {
			add(hits, c.Entry.Method, c.Entry.URL, kind, firstOf(c.Entry.ReqHeaders.Get("referer"), c.Entry.ReqHeaders.Get("origin"), bench))
		}
	}
	if !seen {
		for _, sample := range in.Profile.RecallRequests {
			if method, address, ok := strings.Cut(strings.TrimSpace(sample), " "); ok {
				add("recall", method, strings.TrimSpace(address), dnr.XMLHTTPRequest, bench)
			}
		}
		for _, h := range in.Profile.HostsOf(profile.API) {
			add("api", "POST", h.URL, dnr.XMLHTTPRequest, bench)
		}
	}
	for _, h := range in.Profile.HostsOf(profile.Push) {
		if strings.HasPrefix(h.URL, "ws") {
			add("push", "", h.URL, dnr.WebSocket, bench)
		}
	}
	for _, h := range in.Profile.HostsOf(profile.Workbench) {
		add("page", "GET", h.URL, dnr.MainFrame, "")
	}
	for _, h := range in.Profile.HostsOf(profile.Static) {
		add("script", "GET", h.URL, dnr.Script, bench)
	}
	return out
}

// kindOfCall names what a request of the evidence is to extensions. Of what only
// measures, and of what the page asks for besides, no recall depends.
func kindOfCall(c *attempt.Call) (hits, kind string) {
	switch {
	case c.Kind == "api":
		return "other", dnr.XMLHTTPRequest
	case c.Kind == "script" && attempt.Measures(c.Entry.URL):
		return "other", dnr.Script
	}
	switch c.Kind {
	case "script":
		return "script", dnr.Script
	case "socket":
		return "push", dnr.WebSocket
	case "document":
		return "page", dnr.MainFrame
	}
	return "", ""
}

// extensions lists a profile's enabled extensions that can touch the service's
// hosts, and those whose rules stop what a recall depends on. To be able to is no
// accusation. It reports whether there was a list that could be read.
func (s *sheet) extensions(ctx context.Context, in *diag.Input, u usedProfile, source string, now bool) (read bool) {
	list, err := machine.Rules(ctx, u.Dir)
	if err != nil {
		return false // no list to read: nothing is known, nothing is said
	}
	more := []option{from(source)}
	if now {
		more = append(more, live())
	}
	tried := trials(in)
	for i := range list {
		x := &list[i]
		if !touches(x, in.Profile) {
			continue
		}
		s.add(BrowserExtension, x.Extension.Name, append(more, detail(append(abilities(x, in, tried), "among", u.choice())...))...)
	}
	type key struct{ extension, ruleset, rule, hits string }
	told := map[key]bool{}
	for _, t := range tried {
		for _, h := range machine.Stopped(list, t.req) {
			id := strconv.Itoa(h.Outcome.Rule.ID)
			k := key{h.By.Extension.ID, h.Outcome.Ruleset, id, t.hits}
			if told[k] {
				continue
			}
			told[k] = true
			title, line := h.By.Line(h.Outcome.Ruleset, h.Outcome.Rule)
			s.add(BrowserBlockedBy, blocker(h.By.Extension.Name, id), append(more, method(onDisk),
				detail("extension", h.By.Extension.ID, "name", clip(h.By.Extension.Name, 60), "rule", id, "ruleset", h.Outcome.Ruleset, "list", clip(title, 120),
					"filter", clip(firstOf(line, h.Outcome.Rule.Condition()), 200), "action", string(h.Outcome.Action),
					"hits", t.hits, "url", clip(pathOf(t.req.URL), 200), "request", t.req.Method, "profile", u.Name(), "among", u.choice()))...)
		}
	}
	return true
}

func touches(x *machine.ExtensionRules, p *profile.Profile) bool {
	for _, role := range []profile.Role{profile.API, profile.Workbench, profile.Push} {
		for _, h := range p.HostsOf(role) {
			if x.Extension.CanTouch(h.Name()) {
				return true
			}
		}
	}
	return false
}

// abilities are the details of what an extension can do: its interfaces, whether
// it reads the pages or holds requests by code, its rules and the proxy that it
// has set; and what of it nobody can know from outside.
func abilities(x *machine.ExtensionRules, in *diag.Input, tried []trial) []string {
	e := x.Extension
	rules, unknown := "", []string{}
	if n := x.Set.Len(); n > 0 || len(x.Lists) > 0 {
		rules = strconv.Itoa(n)
	}
	if e.Has("declarativeNetRequest") || e.Has("declarativeNetRequestWithHostAccess") {
		unknown = append(unknown, "session_rules")
	}
	var lists []string
	for _, l := range x.Lists {
		if l.Unread {
			unknown = append(unknown, "ruleset:"+l.ID)
		}
		lists = append(lists, firstOf(l.Title, l.ID))
	}
	if e.Has("webRequestBlocking") || len(x.Listeners) > 0 {
		unknown = append(unknown, "web_request_code")
	}
	pages := ""
	for _, h := range in.Profile.HostsOf(profile.Workbench) {
		if e.RunsIn(h.Name()) {
			pages = "yes"
			unknown = append(unknown, "content_script_code")
			break
		}
	}
	holds, aimed, alters := "", "", ""
	for _, t := range tried {
		if o := x.Set.Match(t.req); t.hits == "recall" && alters == "" {
			if len(o.Modifies) > 0 {
				alters = "recall headers, rule " + strconv.Itoa(o.Modifies[0].ID) + " " + o.Modifies[0].Condition()
			} else if o.Action == dnr.UpgradeScheme {
				alters = "recall scheme, rule " + strconv.Itoa(o.Rule.ID) + " " + o.Rule.Condition()
			}
		}
		for _, l := range x.Listeners {
			if t.hits == "recall" && l.MayStop(t.req.URL, t.req.Type) {
				holds = "recall"
				if aimed == "" {
					aimed = "no"
				}
				if l.Aimed(t.req.URL, t.req.Type) {
					aimed = "yes"
				}
			}
		}
	}
	return []string{"id", e.ID, "version", e.Version, "can", strings.Join(e.APIs, " "), "content_script", pages,
		"rules", rules, "lists", clip(strings.Join(lists, ", "), 300), "may_hold", holds, "aimed", aimed, "alters", clip(alters, 200), "proxy", clip(x.Proxy, 120), "unknown", clip(strings.Join(unknown, " "), 300)}
}

// joinBlockers puts together what the evidence says was blocked, by nobody knows
// whom, and the one extension whose rule on disk stops that request. It gives the
// rule on disk that stops the recall, nil for none.
func (s *sheet) joinBlockers() (stopped *diag.Observation) {
	unnamed := -1
	var rules []int
	who := map[string]bool{}
	for i, o := range s.list {
		if o.ID != BrowserBlockedBy {
			continue
		}
		switch {
		case o.Method == onDisk && o.Detail["hits"] == "recall":
			rules = append(rules, i)
			who[o.Detail["extension"]] = true
		case o.Method == "" && o.Detail["extension"] == "":
			unnamed = i
		}
	}
	if len(rules) == 0 {
		return nil
	}
	named := s.list[rules[0]]
	if unnamed >= 0 && len(who) == 1 {
		known := s.list[unnamed]
		known.Value, known.Detail, known.Method = named.Value, named.Detail, named.Method
		s.list[unnamed] = known
		s.list = slices.Delete(s.list, rules[0], rules[0]+1)
	}
	return &named
}

// blocker writes an extension and its rule as one value; the rule is "" when unknown.
func blocker(extension, rule string) string {
	if _, err := strconv.Atoi(rule); err == nil {
		rule = "#" + rule
	}
	return strings.TrimSpace(extension + " " + rule)
}

// stoppedBy says which extension's rule stops the recall, by the rule's text and
// the list that it stands in.
func stoppedBy(o *diag.Observation) lang.Text {
	return lang.T("扩展“%s”的规则 %s（%s）拦下撤回请求", "the rule %[2]s (%[3]s) of the extension %[1]s stops the recall request").F(
		o.Detail["name"], clip(o.Detail["filter"], 120), clip(firstOf(o.Detail["list"], o.Detail["ruleset"]), 60))
}
