// Package dnr tells what a browser's declarativeNetRequest rules do to a
// request, without the browser: which rule of an extension blocks, redirects or
// lets it through.
//
// It follows Chromium's own evaluation (extensions/browser/api/declarative_net_request
// and components/url_pattern_index of its source), down to the order in which
// rules of one priority are tried, and is compared with the browser's
// testMatchOutcome in its tests. What depends on an answer (responseHeaders) or
// on an open tab (tabIds) cannot be told beforehand, and is said to be unknown.
package dnr

import (
	"regexp"
	"sync"
)

// Action is what a rule does.
type Action string

// The actions, in the order in which they win at one priority.
const (
	Allow            Action = "allow"
	AllowAllRequests Action = "allowAllRequests"
	Block            Action = "block"
	UpgradeScheme    Action = "upgradeScheme"
	Redirect         Action = "redirect"
	ModifyHeaders    Action = "modifyHeaders"
)

// rank orders actions of one priority; 0 is none of them.
var rank = map[Action]uint64{Allow: 6, AllowAllRequests: 5, Block: 4, UpgradeScheme: 3, Redirect: 2, ModifyHeaders: 1}

// Resource types, as the API names them.
const (
	MainFrame      = "main_frame"
	SubFrame       = "sub_frame"
	Stylesheet     = "stylesheet"
	Script         = "script"
	Image          = "image"
	Font           = "font"
	Object         = "object"
	XMLHTTPRequest = "xmlhttprequest"
	Ping           = "ping"
	CSPReport      = "csp_report"
	Media          = "media"
	WebSocket      = "websocket"
	WebTransport   = "webtransport"
	WebBundle      = "webbundle"
	Other          = "other"
)

var typeBits = bits(MainFrame, SubFrame, Stylesheet, Script, Image, Font, Object, XMLHTTPRequest, Ping, CSPReport, Media, WebSocket, WebTransport, WebBundle, Other)

// nonHTTP stands for the method of a request that is not of HTTP, as a WebSocket's.
const nonHTTP = "non_http"

var methodBits = bits("connect", "delete", "get", "head", "options", "patch", "post", "put", "other", nonHTTP)

func bits(names ...string) map[string]uint16 {
	m := map[string]uint16{}
	for i, n := range names {
		m[n] = 1 << i
	}
	return m
}

func all(m map[string]uint16) (mask uint16) {
	for _, b := range m {
		mask |= b
	}
	return mask
}

var (
	allTypes     = all(typeBits)
	defaultTypes = allTypes &^ typeBits[MainFrame] // of a rule that names none
	allMethods   = all(methodBits)
)

// Rule is one rule as its file has it.
type Rule struct {
	ID       int
	Priority int // 1 where the file gives none
	Action   Action
	Filter   string // urlFilter as written, "" for none
	Regex    string // regexFilter as written, "" for none

	pattern   pattern
	initiator domains // of the page that asks
	request   domains // of the address asked for
	redirect  *redirect
	types     uint16
	methods   uint16
	sensitive bool
	first     bool // applies to requests within a site
	third     bool // applies to requests to another site
	headers   bool // waits for the answer's headers

	compile sync.Once
	re      *regexp.Regexp // nil where it does not compile
}

// Condition gives the text that people know a rule by: its filter or expression,
// else the hosts it is for.
func (r *Rule) Condition() string {
	switch {
	case r.Filter != "":
		return r.Filter
	case r.Regex != "":
		return "/" + r.Regex + "/"
	case len(r.request.in) > 0:
		return "||" + r.request.in[0] + "^"
	}
	return "*"
}

// weight is by what rules are ordered: priority, then action.
func (r *Rule) weight() uint64 { return uint64(r.Priority)<<8 | rank[r.Action] }

// expression compiles a rule's expression when it is first asked for.
func (r *Rule) expression() *regexp.Regexp {
	r.compile.Do(func() { r.re = compileRegex(r.Regex, r.sensitive) })
	return r.re
}

func (r *Rule) matches(q *query) bool {
	if r.Regex != "" {
		return r.possible(q) && r.expressionMatches(q)
	}
	return r.fits(q) && r.pattern.matches(q.text(r.sensitive), q.hostStart, q.hostEnd) && r.meant(q)
}

// possible is all of matches but the expression.
func (r *Rule) possible(q *query) bool { return r.fits(q) && r.meant(q) }

func (r *Rule) fits(q *query) bool {
	if r.types&q.kind == 0 || r.methods&q.method == 0 {
		return false
	}
	return q.third && r.third || !q.third && r.first
}

func (r *Rule) meant(q *query) bool {
	return r.request.cover(q.host, true) && r.initiator.cover(q.initiator, q.initiator != "")
}

func (r *Rule) expressionMatches(q *query) bool {
	re := r.expression()
	return re != nil && re.MatchString(q.spec)
}
