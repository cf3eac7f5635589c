package attempt

import (
	"regexp"

	"meiqia-diag/diag/evidence"
	"meiqia-diag/diag/evidence/har"
	"meiqia-diag/diag/profile"
)

// policyStop is how consoles word a request that a Content Security Policy or the
// rule on mixed content kept from being made, its address last: Chromium's two
// wordings, Firefox's, and Safari's.
var policyStop = regexp.MustCompile(`(?i)(?:Refused to connect to|Connecting to) ['"]?(https?://[^\s'"]+)['"]? because it (?:violates|does not appear in)|Connecting to ['"](https?://[^\s'"]+)['"] violates the following Content Security Policy|Content[- ]Security[- ]Policy: The page.s settings blocked [^\n]{0,80}? at (https?://[^\s'"]+)|Mixed Content: [^\n]{0,200}? requested an insecure [^\n]{0,40}?['"](https?://[^\s'"]+)['"]\. This request has been blocked|Blocked loading mixed active content [“"](https?://[^\s”"]+)`)

// reportOnly marks a policy that is only tried out: nothing was stopped.
var reportOnly = regexp.MustCompile(`(?i)report[- ]only`)

// policySaid makes of a console's word that the browser's rules kept the recall
// from being made the recall itself, where nothing else shows one.
func (a *Attempt) policySaid() {
	if a.Request != nil {
		return
	}
	for _, s := range a.Signals {
		if s.Means != "settings" || s.Said || s.Kind == evidence.ServerLog || !s.Strong || reportOnly.MatchString(s.Text) {
			continue
		}
		m := policyStop.FindStringSubmatch(s.Text)
		if m == nil || a.aboutOther(s.Text) {
			continue
		}
		raw := ""
		for _, x := range m[1:] {
			if x != "" {
				raw = x
			}
		}
		if stranger(raw) || settingsPath.MatchString(pathIn(raw)) || a.Profile.RecallVerb(profile.Words(pathIn(raw))) == "" {
			continue
		}
		e := &har.Entry{Method: "POST", URL: raw, ResourceType: "fetch", Time: -1, Wait: -1, Blocked: -1, DNS: -1, Connect: -1, SSL: -1, Send: -1, Receive: -1}
		c := newCall(e, s.Source, "")
		c.Failure, c.Source, c.Start = FailPolicy, s.Source, s.At
		a.Request = &Request{Via: "log", Entry: e, Call: c, Start: s.At, Score: recallAtMost, Result: NotSent, Source: s.Source, IDs: a.requestIDs(raw, "")}
		a.Requests = append(a.Requests, a.Request)
		return
	}
}
