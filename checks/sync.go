package checks

import (
	"context"
	"net/url"
	"slices"
	"strings"
	"time"

	"meiqia-diag/diag"
	"meiqia-diag/diag/attempt"
	"meiqia-diag/diag/evidence"
	"meiqia-diag/diag/evidence/har"
	"meiqia-diag/diag/incident"
	"meiqia-diag/diag/lang"
	"meiqia-diag/diag/profile"
)

// What became of the result in every view.
const (
	// SyncEvent says whether a push connection brought the recall's event: seen, absent. Its detail
	// "side" says whose connection: agent, visitor; what one side was told says nothing of the other's view.
	SyncEvent = "sync.event"
	// SyncPush is the state of the push connection at the recall: up, down.
	SyncPush = "sync.push"
	// SyncLogins is the number of other logins of the account.
	SyncLogins = "sync.other_logins"
	// SyncKicked says that another login took the session over.
	SyncKicked = "sync.kicked"
	// SyncSession says that of several recorded logins one was told and another was not: behind.
	SyncSession = "sync.session"
	// SyncVisitor compares the visitor's client with the profile's minimum: ok, below, unknown.
	SyncVisitor = "sync.visitor_client"
	// SyncHistory says what a history read after the recall showed: withdrawn, still, cached (it came
	// out of a cache); "side" as for the event.
	SyncHistory = "sync.history"
	// SyncDelivery says that the service's log had no connection to bring this recall's event over: failed.
	SyncDelivery = "sync.delivery"
	SyncSignal   = "sync.signal" // stale_view, other_session, push_down, push_up, visitor_outdated beside the recall
	SyncHint     = "sync.hint"   // the same elsewhere
)

// Sync looks at push events, other logins and the visitor's client.
func Sync() diag.Check {
	return diag.Check{ID: "sync", Title: lang.T("各端都收到了撤回结果", "every view was told of the recall"), Run: runSync}
}

func runSync(_ context.Context, in *diag.Input, _ diag.Observations) diag.Result {
	s := &sheet{}
	a := in.Attempt
	push := s.push(in)
	if n, ok := in.Incident.Int(incident.OtherLogins); ok {
		s.stated(SyncLogins, in.Incident, incident.OtherLogins, n, unit("count"))
	}
	if ev, _ := firstKick(a); ev != nil {
		s.add(SyncKicked, true, from(ev.Source), at(ev.At), detail("text", clip(ev.Text, 120)))
	}
	s.sessions(a)
	if sig := a.Undelivered(); sig != nil {
		s.add(SyncDelivery, "failed", from(sig.Source), at(sig.At), detail("words", clip(sig.Words, 80)))
	}
	visitor := s.visitorClient(in)
	history := s.history(in)
	if l := a.Later; history == "" && l != nil {
		history = l.Word
		s.add(SyncHistory, l.Word, from(l.Source), at(l.At), detail("via", "log"))
	}
	s.signals("sync", a, "stale_view", "other_session", "push_down", "push_up", "visitor_outdated")

	res := diag.Result{State: diag.Pass, Observations: s.list}
	seen := diag.Observations(s.list)
	accepted := a.Request != nil && a.Request.Result == attempt.Accepted
	switch {
	case push == "down":
		res.State, res.Reason = diag.Fail, lang.T("撤回时推送连接是断开的", "the push connection was down at the recall")
	case visitor == "below":
		res.State, res.Reason = diag.Fail, lang.T("访客端版本过旧，不认撤回", "the visitor's client is too old to honour a recall")
	case history == "cached" || history == "still":
		res.State, res.Reason = diag.Warn, lang.T("撤回后读到的历史仍是旧的", "a history read after the recall was old")
	case seen.Has(SyncSession, "behind"):
		res.State, res.Reason = diag.Fail, lang.T("一处登录收到了撤回，另一处没有", "one login was told of the recall, another was not")
	case seen.Has(SyncSignal, "stale_view"), seen.Has(SyncSignal, "other_session"), seen.Has(SyncSignal, "visitor_outdated"),
		a.PushDown, a.Undelivered() != nil:
		res.State, res.Reason = diag.Warn, lang.T("日志里有同步方面的异常", "logs speak of trouble with the views")
	case accepted && seen.Has(SyncEvent, "absent"):
		res.State, res.Reason = diag.Warn, lang.T("服务接受了撤回，推送却没有带来撤回事件", "the service accepted the recall, and the push brought no event of it")
	case accepted && loggedInElsewhere(seen):
		res.State, res.Reason = diag.Warn, lang.T("同一账号还有其他登录，不知道那边收到撤回没有", "the account was logged in elsewhere too; whether that login was told is not known")
	case push == "" && history == "" && visitor != "ok" && !seen.Has(SyncEvent, "seen") && !seen.Has(SyncSignal, "push_up"):
		res.State, res.Reason = diag.Skip, lang.T("没有同步的记录可看", "nothing tells of the views")
	case accepted && !seen.Has(SyncEvent, "seen") && history == "":
		res.State, res.Reason = diag.Skip, lang.T("服务接受了撤回，之后各端显示什么没有记录", "the service accepted the recall; what the views showed afterwards was not recorded")
	default:
		res.Reason = lang.T("未见同步异常", "no sign of a view left behind")
	}
	return res
}

// loggedInElsewhere reports whether the account had another login.
func loggedInElsewhere(seen diag.Observations) bool {
	o, ok := seen.First(SyncLogins)
	n, isNum := o.Number()
	return ok && isNum && n >= 1
}

// sideOf tells who made a recording: the visitor's page or app where it speaks
// to hosts that the profile has for visitors and to no workbench, else the agent.
func sideOf(p *profile.Profile, h evidence.HARFile) string {
	side := "agent"
	for _, e := range h.Entries {
		switch roleOf(p, e.URL) {
		case profile.Visitor:
			side = "visitor"
		case profile.Workbench:
			return "agent"
		}
	}
	return side
}

// roleOf gives a URL's role by the host that the profile lists with its port,
// the longest path first: one host may serve several roles.
func roleOf(p *profile.Profile, raw string) profile.Role {
	u, err := url.Parse(raw)
	if err != nil || u.Host == "" {
		return ""
	}
	role, best := profile.Role(""), -1
	for _, h := range p.Hosts {
		l, err := url.Parse(h.URL)
		if err == nil && strings.EqualFold(l.Host, u.Host) && strings.HasPrefix(u.Path+"/", strings.TrimSuffix(l.Path, "/")+"/") && len(l.Path) > best {
			role, best = h.Role, len(l.Path)
		}
	}
	return role
}

// sideIn gives the side of the recording that a source names, "" for any other source.
func sideIn(in *diag.Input, source string) string {
	for _, h := range in.Attempt.Evidence.HARs {
		if strings.HasPrefix(source, h.File.Name+" ") {
			return sideOf(in.Profile, h)
		}
	}
	return ""
}

// push tells the state of the push connection from the recorded sockets.
func (s *sheet) push(in *diag.Input) string {
	a := in.Attempt
	seen, here := false, false // by anybody; by the agent's own side
	sides := map[string]bool{}
	for _, ev := range a.Events {
		if ev.Means == "recalled" && (ev.Mine || a.ID == "") && a.Request != nil && (ev.At.IsZero() || a.Request.Start.IsZero() || !ev.At.T.Before(a.Request.Start.T)) {
			side := sideIn(in, ev.Source)
			if side == "" && a.OfVisitor(ev.Source) {
				side = "visitor"
			}
			if sides[side] {
				continue
			}
			sides[side], seen = true, true
			here = here || side != "visitor"
			s.add(SyncEvent, "seen", from(ev.Source), at(ev.At), detail("side", side))
		}
	}
	state, source := "", ""
	for _, c := range a.Calls {
		if c.Kind != "socket" {
			continue
		}
		if a.Request != nil && !a.Request.End.IsZero() && !c.Start.IsZero() && c.Start.T.After(a.Request.End.T.Add(2*time.Second)) && state != "" {
			continue // what was opened after the recall says nothing of the moment of it
		}
		switch {
		case c.Failure != "" && c.Failure != attempt.FailPending || c.Status >= 400:
			state, source = "down", c.Source
		case c.Status == 101:
			state, source = "up", c.Source
			if end, ok := socketEnd(c, a); ok && end {
				state = "down"
			}
		}
	}
	if polled(a) {
		state, source = "down", harNames(a)
	} else if here {
		state = "up"
	}
	if state != "" {
		s.add(SyncPush, state, from(source))
	}
	if !seen && a.Request != nil && a.Request.Result == attempt.Accepted && framesAfter(a) && whole(a) {
		s.add(SyncEvent, "absent", from(harNames(a)))
	}
	return state
}

// polled reports whether the page fell back to polling around the recall: the
// visitor's kit names the reason in its address.
func polled(a *attempt.Attempt) bool {
	for _, c := range a.Calls {
		if strings.Contains(c.Entry.URL, "socket_error=true") && (a.Request == nil || a.Request.Start.IsZero() || c.Start.T.Sub(a.Request.Start.T).Abs() < time.Minute) {
			return true
		}
	}
	return false
}

// sessions compares what several recordings, each of one login, were told.
func (s *sheet) sessions(a *attempt.Attempt) {
	if len(a.Evidence.HARs) < 2 || a.Request == nil || a.Request.Start.IsZero() {
		return
	}
	told, untold := "", ""
	for _, h := range a.Evidence.HARs {
		frames, got := false, false
		for _, e := range h.Entries {
			frames = frames || len(e.Messages) > 0
		}
		for _, ev := range a.Events {
			got = got || ev.Frame && ev.Means == "recalled" && strings.HasPrefix(ev.Source, h.File.Name+" ")
		}
		switch {
		case got:
			told = h.File.Name
		case frames && wholeTalk(h):
			untold = h.File.Name
		}
	}
	if told != "" && untold != "" {
		s.add(SyncSession, "behind", from(untold), detail("told", told))
	}
}

// socketEnd reports whether a recorded socket had ended before the recall, by
// the error line that Chrome writes as its last message or by its total time.
func socketEnd(c *attempt.Call, a *attempt.Attempt) (ended, ok bool) {
	if c.Wire != nil && !c.Wire.Closed.IsZero() && a.Request != nil && !a.Request.End.IsZero() {
		return c.Wire.Closed.Before(a.Request.End.T), true
	}
	ms := c.Entry.Messages
	if c.Total > 0 && !c.Start.IsZero() && len(ms) > 0 && a.Request != nil && !a.Request.End.IsZero() {
		// Chrome's time of a socket that closed is its life.
		end := c.Start.T.Add(time.Duration(c.Total * float64(time.Millisecond)))
		if c.Total > 2000 && end.After(ms[len(ms)-1].Time.Add(-100*time.Millisecond)) && end.Before(a.Request.End.T) {
			return true, true
		}
	}
	if len(ms) > 0 && ms[len(ms)-1].Opcode == -1 {
		last := ms[len(ms)-1]
		return a.Request == nil || a.Request.End.IsZero() || last.Time.Before(a.Request.End.T), true
	}
	return false, false
}

// whole reports whether all that was recorded was read: else the event may be in what was not.
func whole(a *attempt.Attempt) bool {
	for _, h := range a.Evidence.HARs {
		if !h.NetLog && !wholeTalk(h) {
			return false
		}
	}
	return true
}

func wholeTalk(h evidence.HARFile) bool {
	return !h.Meta.Truncated && !slices.ContainsFunc(h.Entries, func(e *har.Entry) bool { return e.MessagesLost })
}

// framesAfter reports whether the recording kept frames beyond the recall, so
// that an event would have been seen.
func framesAfter(a *attempt.Attempt) bool {
	for _, c := range a.Calls {
		for _, m := range c.Entry.Messages {
			if !m.Sent && !a.Request.Start.IsZero() && m.Time.After(a.Request.Start.T) {
				return true
			}
		}
	}
	return false
}

func firstKick(a *attempt.Attempt) (*attempt.Event, bool) {
	for i := range a.Events {
		if a.Events[i].Means == "kicked" && a.Events[i].Frame {
			return &a.Events[i], true
		}
	}
	return nil, false
}

func (s *sheet) visitorClient(in *diag.Input) string {
	sdk, version := in.Incident.String(incident.SDK), in.Incident.String(incident.SDKVersion)
	measured := version == ""
	if measured {
		if f := in.Attempt.Facts; f.SDKVersion != "" && (sdk == "" || f.SDK == "" || sdk == f.SDK) {
			sdk, version = firstOf(f.SDK, sdk), f.SDKVersion
		}
	}
	if version == "" {
		return ""
	}
	keys := []string{"visitor_" + sdk, "visitor"}
	if sdk == "" {
		keys = []string{"visitor", "visitor_android", "visitor_ios"}
	}
	word, want, key := "unknown", "", ""
	for _, k := range keys {
		if v := in.Profile.MinVersions[k]; v != "" {
			want, key = v, k
			break
		}
	}
	if want != "" {
		word = "ok"
		if older(version, want) {
			word = "below"
		}
	}
	d := detail("sdk", sdk, "version", version, "minimum", want, "minimum_basis", in.Profile.NoteOf(key).Basis)
	if measured {
		s.add(SyncVisitor, word, from(firstOf(harNames(in.Attempt), "log")), d)
	} else {
		s.stated(SyncVisitor, in.Incident, incident.SDKVersion, word, d)
	}
	return word
}

// toldAt gives when whoever made a request knew of the recall: by its event or
// its answer, whichever came first. Recordings date requests to the millisecond,
// so what began within the same one counts as later.
func toldAt(a *attempt.Attempt, c *attempt.Call) time.Time {
	first := a.Request.End.T
	for _, ev := range a.Events {
		if ev.Means == "recalled" && ev.Frame && (ev.Mine || a.ID == "") && fileOf(ev.Source) == fileOf(c.Source) && !ev.At.IsZero() && !ev.At.T.Before(a.Request.Start.T) &&
			(first.IsZero() || ev.At.T.Before(first)) {
			first = ev.At.T
		}
	}
	if first.IsZero() {
		first = a.Request.Start.T.Add(time.Millisecond)
	}
	return first.Truncate(time.Millisecond)
}

// history looks at reads of the conversation after the recall.
func (s *sheet) history(in *diag.Input) string {
	a := in.Attempt
	if a.Request == nil || a.Request.Start.IsZero() || a.ID == "" {
		return ""
	}
	word := ""
	for _, c := range a.Calls {
		e := c.Entry
		if c.Kind != "api" || !strings.EqualFold(e.Method, "GET") || c.Start.T.Before(a.Request.Start.T) || e.Status != 200 && e.Status != 304 {
			continue
		}
		state := attempt.MessageState(e.RespBody, a.ID)
		if state != "withdrawn" && c.Start.T.Before(toldAt(a, c)) {
			continue // what is read before the recall took effect may well be old
		}
		cached := e.FromCache() != "" || e.SWSource() != "" && e.SWSource() != "network" || e.SWCache() != "" || e.Status == 304 || e.RespHeaders.Get("age") != "" && e.RespHeaders.Get("age") != "0"
		switch {
		case state == "withdrawn":
			word = "withdrawn"
		case state == "plain" && cached:
			word = "cached"
		case state == "plain":
			word = "still"
		case cached && attempt.HistoryPath(e.URL):
			word = "cached"
		default:
			continue
		}
		s.add(SyncHistory, word, from(c.Source), at(c.Start), detail("url", clip(pathOf(e.URL), 120), "cache", firstOf(e.FromCache(), e.SWSource()), "side", sideIn(in, c.Source)))
	}
	return word
}
