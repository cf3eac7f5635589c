package record

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"github.com/chromedp/cdproto/audits"
	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/domdebugger"
	"github.com/chromedp/cdproto/runtime"

	"meiqia-diag/diag/evidence/recording"
)

// message is what the script in the page tells.
type message struct {
	K string `json:"k"` // down press long view ws typed
	recording.Press
	T      float64 `json:"t"` // ms since 1970, the browser's clock
	ID     int     `json:"id"`
	C      bool    `json:"c"` // of down: a recall control is near
	MS     float64 `json:"ms"`
	V      string  `json:"v"`
	Secret bool    `json:"secret"`
	URL    string  `json:"url"`
	Code   int     `json:"code"`
	Reason string  `json:"reason"`
	Clean  bool    `json:"clean"`
	Scale  float64 `json:"scale"`
	OuterW float64 `json:"ow"`
	OuterH float64 `json:"oh"`
	SW     float64 `json:"sw"`
	SH     float64 `json:"sh"`
	Touch  float64 `json:"touch"`
}

// maxTold is more than the script ever tells at once; a page that found the way to talk to the recorder is cut off.
const maxTold = 32 << 10

func fromMillis(ms float64) time.Time { return time.UnixMicro(int64(ms * 1000)).UTC() }

// told takes what the script in a page says.
func (r *recorder) told(t *tab, text string) {
	var m message
	if len(text) > maxTold || json.Unmarshal([]byte(text), &m) != nil {
		return
	}
	at := fromMillis(m.T)
	if m.K != "typed" && time.Since(at).Abs() > 24*time.Hour {
		at = time.Now()
	}
	switch m.K {
	case "typed":
		r.clean.typed(m.V, m.Secret)
	case "down":
		if m.C {
			r.shoot(r.pageOf(t), fmt.Sprintf("press-%d-before", r.manifest.Presses+1), "pressed", &mark{m.X, m.Y})
		}
	case "press":
		r.press(t, at, m.Press)
	case "said":
		// Kept is what reads as the service's refusal, and nothing that a person wrote: that is looked at once all is known.
		r.note(t, recording.Event{Type: "said", At: at, Text: m.V})
	case "long":
		r.note(t, recording.Event{Type: "long", At: at, MS: m.MS})
	case "ws":
		r.traffic.closed(t.id, m.URL, m.Code, m.Reason)
		r.note(t, recording.Event{Type: "ws", At: at, WS: &recording.WS{URL: m.URL, Code: m.Code, Reason: m.Reason, Clean: m.Clean}})
	case "view":
		v := recording.View{Width: m.Width, Height: m.Height, DPR: m.DPR, Scale: m.Scale, OuterW: m.OuterW, OuterH: m.OuterH, Touch: m.Touch > 0}
		if m.SW > 0 {
			v.Screen = fmt.Sprintf("%.0fx%.0f", m.SW, m.SH)
		}
		r.manifest.View = &v
		r.note(t, recording.Event{Type: "view", At: at, View: &v})
	}
}

func (r *recorder) press(t *tab, at time.Time, p recording.Press) {
	r.manifest.Presses++
	n := r.manifest.Presses
	r.note(t, recording.Event{Type: "press", At: at, Press: &p})
	if p.Click && !p.Reached {
		r.hearers(t, &p)
	}
	if p.Near != nil {
		page := r.pageOf(t)
		r.aside(5*time.Second, func(ctx context.Context) func() {
			select {
			case <-time.After(900 * time.Millisecond): // the page has answered by then, or shows that it has not
			case <-ctx.Done():
			case <-r.done:
				return nil
			}
			return func() { r.shoot(page, fmt.Sprintf("press-%d-after", n), "after", &mark{p.X, p.Y}) }
		})
	}
}

// pageOf gives the page that a frame is embedded in.
func (r *recorder) pageOf(t *tab) *tab {
	for i := 0; t != nil && t.kind != "page" && i < 16; i++ {
		t = r.frames[t.parent]
	}
	return t
}

// front is the page in which something was pressed last, else any.
func (r *recorder) front() *tab {
	var any *tab
	for _, t := range r.frames {
		if t.kind == "page" && (any == nil || t.id == r.first.id) {
			any = t
		}
	}
	return any
}

// look asks the pages how their recall controls stand, and notes what has
// changed. A page that does not answer stands still, which is noted, too.
func (r *recorder) look(now time.Time, last bool) {
	for _, t := range r.frames {
		if t.kind != "page" && t.kind != "iframe" || t.looking || t.dialog || t.crashed || !last && now.Before(t.nextLook) {
			continue
		}
		t.looking = true
		asked := time.Now()
		limit := 30 * time.Second
		if last {
			limit = 3 * time.Second
		}
		r.aside(limit, func(ctx context.Context) func() {
			yes := true
			got, err := cdp.Call(ctx, t.session, runtime.Evaluate, runtime.EvaluateParams{Expression: `window["` + r.mark + `"] ? window["` + r.mark + `"].look() : null`, ReturnByValue: &yes})
			took := time.Since(asked)
			return func() {
				t.looking = false
				t.nextLook = time.Now().Add(lookEvery)
				if took > stillFor && !t.dialog {
					r.note(t, recording.Event{Type: "unresponsive", At: asked, MS: float64(took.Milliseconds())})
				}
				if err == nil && got.Result != nil {
					r.looked(t, got.Result.Value)
				}
			}
		})
	}
}

func (r *recorder) looked(t *tab, raw []byte) {
	var l struct {
		recording.Look
		T  float64 `json:"t"`
		MS float64 `json:"ms"` // what looking took
	}
	if json.Unmarshal(raw, &l) != nil || l.T == 0 {
		return
	}
	cost := max(l.MS, 0)
	if rest := time.Duration(cost*100) * time.Millisecond; rest > lookEvery { // never over one percent of the page's time
		t.nextLook = time.Now().Add(rest)
	}
	at := fromMillis(l.T)
	l.Look.Cost = 0
	same, _ := encode(l.Look)
	if same == t.lastLook || l.Controls == 0 && t.lastLook == "" {
		return
	}
	t.lastLook = same
	l.Look.Cost = cost
	r.note(t, recording.Event{Type: "look", At: at, Look: &l.Look})
}

func worldOf(c *runtime.ExecutionContextDescription) world {
	w := world{origin: c.Origin, name: c.Name, unique: c.UniqueID}
	var aux struct {
		Default bool `json:"isDefault"`
	}
	w.main = json.Unmarshal(c.AuxData, &aux) == nil && aux.Default
	return w
}

// hearers finds out who listens to clicks before the page's elements get them:
// the content scripts of extensions, each in a world of its own, and the page.
func (r *recorder) hearers(t *tab, p *recording.Press) {
	worlds := map[runtime.ExecutionContextID]world{}
	for id, w := range t.worlds {
		if w.main || strings.Contains(w.origin, "-extension://") {
			worlds[id] = w
		}
	}
	r.aside(4*time.Second, func(ctx context.Context) func() {
		var found []recording.Hearer
		for id, w := range worlds {
			for _, on := range []string{"window", "document"} {
				if ctx.Err() == nil && listens(ctx, t.session, id, on, w.main) {
					h := recording.Hearer{On: on}
					if !w.main {
						_, h.Extension, _ = strings.Cut(w.origin, "://")
						h.Name = w.name
					}
					found = append(found, h)
				}
			}
		}
		return func() { p.Listeners = found }
	})
}

// listens reports whether somebody in one world catches clicks on the way down.
// The recorder's own listeners are passive, and do not count.
func listens(ctx context.Context, s *session, id runtime.ExecutionContextID, on string, page bool) bool {
	got, err := cdp.Call(ctx, s, runtime.Evaluate, runtime.EvaluateParams{Expression: on, ContextID: id, ObjectGroup: "meiqia-diag"})
	if err != nil || got.Result == nil || got.Result.ObjectID == "" {
		return false
	}
	list, err := cdp.Call(ctx, s, domdebugger.GetEventListeners, domdebugger.GetEventListenersParams{ObjectID: got.Result.ObjectID})
	if err != nil {
		return false
	}
	for _, l := range list.Listeners {
		if l != nil && l.Type == "click" && l.UseCapture && !(page && l.Passive) {
			return true
		}
	}
	return false
}

// issue takes what the browser's own rules stopped. Of a request that the
// content security policy stopped there is no event of the network's: it
// becomes an entry of the HAR here.
func (r *recorder) issue(t *tab, p *audits.EventIssueAdded) {
	if p.Issue == nil || p.Issue.Details == nil {
		return
	}
	d := p.Issue.Details
	now := time.Now()
	add := func(x recording.Issue) {
		x.URL = bare(r.clean.address(x.URL))
		r.note(t, recording.Event{Type: "issue", At: now, Issue: &x})
	}
	switch {
	case d.ContentSecurityPolicyIssueDetails != nil:
		x := d.ContentSecurityPolicyIssueDetails
		add(recording.Issue{Kind: "csp", URL: x.BlockedURL, Directive: x.ViolatedDirective, Reason: string(x.ContentSecurityPolicyViolationType), Warning: x.IsReportOnly})
		if !x.IsReportOnly && strings.Contains(x.BlockedURL, "://") {
			r.traffic.stopped(t.id, x.BlockedURL, kindOfDirective(x.ViolatedDirective), "net::ERR_BLOCKED_BY_CSP", "csp "+x.ViolatedDirective, now.UTC())
		}
	case d.MixedContentIssueDetails != nil:
		x := d.MixedContentIssueDetails
		add(recording.Issue{Kind: "mixed-content", URL: x.InsecureURL, Reason: string(x.ResolutionStatus), Warning: x.ResolutionStatus != audits.MixedContentResolutionStatusMixedContentBlocked})
	case d.CorsIssueDetails != nil:
		x := d.CorsIssueDetails
		i := recording.Issue{Kind: "cors", Warning: x.IsWarning}
		if x.Request != nil {
			i.URL = x.Request.URL
		}
		if x.CorsErrorStatus != nil {
			i.Reason = string(x.CorsErrorStatus.CorsError)
			if strings.Contains(i.Reason, "LocalNetwork") || strings.Contains(i.Reason, "PrivateNetwork") {
				i.Kind = "local-network"
			}
		}
		add(i)
	case d.BlockedByResponseIssueDetails != nil:
		x := d.BlockedByResponseIssueDetails
		i := recording.Issue{Kind: "response", Reason: string(x.Reason)}
		if x.Request != nil {
			i.URL = x.Request.URL
		}
		add(i)
	}
}

// kindOfDirective gives DevTools' resource type of what a directive governs.
func kindOfDirective(d string) string {
	switch d, _, _ := strings.Cut(d, " "); d {
	case "script-src", "script-src-elem", "worker-src":
		return "script"
	case "style-src", "style-src-elem":
		return "stylesheet"
	case "img-src":
		return "image"
	case "font-src":
		return "font"
	case "media-src":
		return "media"
	case "frame-src", "child-src":
		return "document"
	case "connect-src":
		return "fetch"
	}
	return "other"
}

// bare is an address without its query.
func bare(url string) string {
	if i := strings.IndexAny(url, "?#"); i >= 0 {
		url = url[:i]
	}
	return url
}
