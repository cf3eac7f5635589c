package attempt

import (
	"net"
	"slices"
	"strconv"
	"strings"
	"time"

	"meiqia-diag/diag/evidence"
	"meiqia-diag/diag/evidence/har"
	"meiqia-diag/diag/evidence/netlog"
)

// wires is what NetLogs tell of the recorded requests.
type wires struct {
	by     map[*har.Entry]*netlog.Request
	inside map[*har.Entry]string // the network stack's log of that moment, the NetLog's name, has no trace of it
	alone  map[*har.Entry]bool   // no HAR has it
	from   []evidence.NetLogFile
}

// Bounds of the joining.
const (
	sameMoment = 2 * time.Second // apart in two records of one browser
	farClock   = 5 * time.Minute // by which a clock may have been set between the two
	edgeOfLog  = 2 * time.Second // at a NetLog's ends something may be missing
)

// joinNetLogs puts NetLogs beside the HARs: a request that both have is one, a
// request that NetLogs alone have is an entry of a recording of its own, and
// one that a HAR has and the NetLog of the same browser and moment has not was
// ended inside the browser. The evidence itself stays as it is.
func (a *Attempt) joinNetLogs() {
	a.wires = wires{by: map[*har.Entry]*netlog.Request{}, inside: map[*har.Entry]string{}, alone: map[*har.Entry]bool{}}
	if len(a.Evidence.NetLogs) == 0 {
		return
	}
	ev := *a.Evidence
	ev.HARs = slices.Clone(ev.HARs)
	for _, n := range ev.NetLogs {
		if n.Meta.First.IsZero() {
			continue // nothing of it can be placed in time
		}
		a.wires.from = append(a.wires.from, n)
		taken := map[*netlog.Request]bool{}
		for i := range ev.HARs {
			if !ev.HARs[i].NetLog {
				a.match(&ev.HARs[i], n, taken)
			}
		}
		alone := evidence.HARFile{File: n.File, NetLog: true, Meta: har.Meta{Creator: "NetLog", CreatorVersion: n.Meta.Version, Manner: har.Chrome, Truncated: n.Meta.Truncated}}
		for _, r := range n.Requests {
			if taken[r] || r.Start.IsZero() {
				continue
			}
			e := entryOf(r, len(alone.Entries))
			a.wires.by[e], a.wires.alone[e] = r, true
			alone.Entries = append(alone.Entries, e)
		}
		alone.Meta.Entries = len(alone.Entries)
		if len(alone.Entries) > 0 {
			ev.HARs = append(ev.HARs, alone)
		}
	}
	a.Evidence = &ev
}

// bare is an address without what no network stack is told.
func bare(raw string) string {
	raw, _, _ = strings.Cut(raw, "#")
	return raw
}

// match finds a HAR's requests in a NetLog.
func (a *Attempt) match(h *evidence.HARFile, n evidence.NetLogFile, taken map[*netlog.Request]bool) {
	byName := map[string][]*netlog.Request{}
	for _, r := range n.Requests {
		if !taken[r] && !r.Start.IsZero() {
			key := strings.ToUpper(r.Method) + " " + bare(r.URL)
			byName[key] = append(byName[key], r)
		}
	}
	shift, ok := clockShift(h, byName)
	if !ok {
		return
	}
	entries := slices.Clone(h.Entries)
	found, missed := 0, 0
	var lost []*har.Entry
	for i, e := range entries {
		if e.Started.IsZero() || !strings.HasPrefix(strings.ToLower(e.URL), "http") && !strings.HasPrefix(strings.ToLower(e.URL), "ws") {
			continue
		}
		var best *netlog.Request
		for _, r := range byName[nameOf(e)] {
			if gap := r.Start.Sub(e.Started.Add(shift)).Abs(); !taken[r] && gap <= sameMoment && (best == nil || gap < best.Start.Sub(e.Started.Add(shift)).Abs()) {
				best = r
			}
		}
		if best != nil {
			taken[best] = true
			found++
			entries[i] = enriched(e, best)
			a.wires.by[entries[i]] = best
			continue
		}
		if !n.Meta.Covers(e.Started.Add(shift), edgeOfLog) || !a.kept(n, e) {
			continue
		}
		switch {
		case e.Status == 0 && e.FromCache() == "" && !e.ViaSW && endsInside(failureOf(e)):
			lost = append(lost, e)
		case e.Status > 0 && e.FromCache() == "" && !e.ViaSW && !replaced(e) && e.Status != 307:
			missed++ // it went over the network, but not of this browser
		}
	}
	// A NetLog of another browser or profile has none of the page's requests; its
	// silence says nothing.
	if found > 0 && found > missed {
		for _, e := range lost {
			a.wires.inside[e] = n.File.Name
		}
	}
	h.Entries = entries
}

// endsInside reports whether a request that ended so may never have come to the
// network stack. Errors that only the network brings about show that it did.
func endsInside(f Failure) bool {
	switch f {
	case FailBlocked, FailPolicy, FailUnspecified, FailAborted, FailPending:
		return true
	}
	return false
}

// kept reports whether the reading of a NetLog would have kept a request: some to the same host were, or it is the service's.
func (a *Attempt) kept(n evidence.NetLogFile, e *har.Entry) bool {
	name, _, ok := address(e.URL)
	if !ok {
		return false
	}
	if a.Profile.Related(name) {
		return true
	}
	return slices.ContainsFunc(n.Requests, func(r *netlog.Request) bool {
		other, _, ok := address(r.URL)
		return ok && other == name
	})
}

func nameOf(e *har.Entry) string {
	method := strings.ToUpper(e.Method)
	if method == "" && strings.HasPrefix(strings.ToLower(e.URL), "ws") {
		method = "GET" // a WebSocket that failed: Chrome leaves it out
	}
	return method + " " + bare(e.URL)
}

// clockShift gives by how much a NetLog's clock is ahead of a HAR's. Both are the
// browser's; but a NetLog counts from one reading of the clock when it began,
// so that a clock that was set since parts them. ok is false where the two have
// nothing to do with one another.
func clockShift(h *evidence.HARFile, byName map[string][]*netlog.Request) (shift time.Duration, ok bool) {
	count := map[string]int{}
	for _, e := range h.Entries {
		count[nameOf(e)]++
	}
	var gaps []time.Duration
	near := false
	for _, e := range h.Entries {
		if e.Started.IsZero() {
			continue
		}
		list := byName[nameOf(e)]
		for _, r := range list {
			near = near || r.Start.Sub(e.Started).Abs() <= sameMoment
		}
		if len(list) == 1 && count[nameOf(e)] == 1 {
			if gap := list[0].Start.Sub(e.Started); gap.Abs() <= farClock {
				gaps = append(gaps, gap)
			}
		}
	}
	if near {
		return 0, true
	}
	if len(gaps) < 3 {
		return 0, false
	}
	slices.Sort(gaps)
	mid := gaps[len(gaps)/2]
	agree := 0
	for _, g := range gaps {
		if (g - mid).Abs() <= sameMoment {
			agree++
		}
	}
	return mid, 3*agree >= 2*len(gaps)
}

// enriched gives a HAR's entry with what the NetLog knows better: the error
// where the HAR gives none, and the machine's address.
func enriched(e *har.Entry, r *netlog.Request) *har.Entry {
	out, common := *e, e.Common()
	if f := failureOf(e); r.Error != "" && (f == FailUnspecified || e.ResourceType() == "websocket" && e.Status == 0) && r.Error != "ERR_FAILED" {
		common.Error, out.ErrorSeen, out.Pending = "net::"+r.Error, true, false
	}
	if common.ServerIP == "" && r.Proxy == "" {
		common.ServerIP = hostIP(r.Address)
	}
	return out.With(common)
}

// hostIP gives the address of "1.2.3.4:443" and "[::1]:443".
func hostIP(address string) string {
	if host, _, err := net.SplitHostPort(address); err == nil {
		return host
	}
	return ""
}

// entryOf gives a request that a NetLog alone has as an entry of a recording. What no NetLog holds, bodies above all, is missing.
func entryOf(r *netlog.Request, index int) *har.Entry {
	ms := func(from, to time.Time) float64 {
		if from.IsZero() || to.IsZero() || to.Before(from) {
			return -1
		}
		return float64(to.Sub(from)) / float64(time.Millisecond)
	}
	e := &har.Entry{Index: index, Offset: -1, Started: r.Start, Time: ms(r.Start, r.End), Method: r.Method, URL: r.URL, Status: r.Status,
		RespHeaders: r.Headers, RespBodySize: max(r.Received, r.Announced()),
		Blocked: -1, DNS: -1, Connect: -1, SSL: -1, Send: -1, Wait: -1, Receive: -1}
	common := har.Common{StatusText: r.StatusText, RedirectURL: r.Location, RespMIME: strings.ToLower(r.Headers.Get("content-type"))}
	if r.Error != "" {
		common.Error, e.ErrorSeen = "net::"+r.Error, true
	}
	e.Pending = r.End.IsZero() && r.Status == 0 && r.Error == ""
	if r.WebSocket {
		common.ResourceType = "websocket"
	}
	if r.FromCache && !r.OnWire() {
		common.FromCache = "disk"
		if e.Status == 0 && common.Error == "" {
			e.Status = 200
		}
	}
	if r.Proxy == "" {
		common.ServerIP = hostIP(r.Address)
	}
	if r.Connect >= 0 {
		e.Connect = float64(r.Connect) / float64(time.Millisecond)
	}
	if sent := ms(r.Start, r.SentAt); sent >= 0 {
		e.Blocked = max(0, sent-max(e.Connect, 0))
		if len(r.Sent) == 1 {
			e.Wait = ms(r.SentAt, r.HeadersAt)
		}
		e.Receive = ms(r.HeadersAt, r.End)
	}
	return e.With(common)
}

// callOf is newCall with what NetLogs tell of the entry.
func (a *Attempt) callOf(e *har.Entry, file string, manner har.Manner) *Call {
	c := new(Call)
	a.describe(c, e, file, manner)
	return c
}

func (a *Attempt) describe(c *Call, e *har.Entry, file string, manner har.Manner) {
	c.describe(e, file, manner)
	c.Wire, c.Preflight = a.wires.by[e], a.asked[e]
	if log := a.wires.inside[e]; log != "" {
		c.Inside = log
	}
	if c.Wire != nil && a.wires.alone[e] {
		c.Bodiless = true
		c.Source = file + " request " + strconv.FormatInt(c.Wire.ID, 10)
		c.Start.Source = c.Source
	}
}
