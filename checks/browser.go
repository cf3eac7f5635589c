package checks

import (
	"context"
	"strings"

	"meiqia-diag/diag"
	"meiqia-diag/diag/attempt"
	"meiqia-diag/diag/incident"
	"meiqia-diag/diag/lang"
	"meiqia-diag/diag/lazy"
)

// What the browser let out.
const (
	// BrowserDispatch says whether the recall's request left the page: sent,
	// blocked (by an extension), policy (by the browser's own rules), replaced
	// (an extension answered it), unspecified (it ended without a reason given;
	// its detail wire then says none where the browser measured not even a beginning),
	// stopped (the page asked for it, and the NetLog of the same browser and moment
	// has no trace of it: it was ended inside the browser, by whom is not said),
	// absent (the moment was recorded and no request was made), hidden (recorded,
	// but the recording leaves out what may have carried it: frames, or its cut-off end).
	BrowserDispatch = "browser.dispatch"
	// BrowserBlockedBy names the extension that stops requests of the service, its rule in the
	// detail, and what it hits: recall, api, push, script, page, other. It is told by the evidence, or
	// by the extension's rules as they lie on disk (the method); see browser_rules.go.
	BrowserBlockedBy = "browser.blocked_by"
	// BrowserScript says that a script of the service's was blocked (by an extension), stopped
	// by policy, failed, is missing on the server (404: the page that asks for it is of an older
	// build), that one was halted (it ended on an exception that the browser's own rules threw),
	// or that a page was loaded whose scripts never_ran.
	BrowserScript = "browser.script"
	// BrowserThrew names the extension whose code threw an exception in the midst of the recall;
	// in the detail the function that it stands in for.
	BrowserThrew = "browser.threw"
	// BrowserVersion compares the browser with the profile's minimum: ok, below.
	BrowserVersion = "browser.version"
	// BrowserCompare says what the same recall without the person's extensions and settings came
	// to: works-without, works-with, works-alike, fails-alike, incomparable. In the detail: what differs.
	BrowserCompare = "browser.compare"
	// BrowserSignal and BrowserHint are words in logs: extension, settings, outdated_browser.
	BrowserSignal = "browser.signal"
	BrowserHint   = "browser.hint"
	// BrowserInstalled is a browser found on this machine, its version in the detail.
	BrowserInstalled = "browser.installed"
	// BrowserEngine compares the engine of a browser in use on this machine, whatever
	// its brand's number, with the profile's minimum: ok, below. In the detail how it is
	// told to be in use: workbench, running, default, last.
	BrowserEngine = "browser.engine"
	// BrowserPolicy counts the policies that an organisation set for a browser in use.
	BrowserPolicy = "browser.policy"
	// BrowserSetting is something that the browser is set to do otherwise than by itself: site,
	// javascript, cookies, storage, insecure-content, https-only, local-network, proxy,
	// third-party-cookies, tracking-protection, websocket, service-workers, doh, popups,
	// notifications, images, sound, background-sync, clipboard. In the detail for which
	// site (service, all, other: it is not known whose), the effect (block, strict, secure,
	// force; of a proxy fixed, pac, auto, dead), by whom, where it is written, and a word
	// for how it is set back.
	BrowserSetting = "browser.setting"
	// BrowserExtension is an enabled extension that can touch the service's hosts; in the detail
	// what it can do, how many rules it has and what of it cannot be known.
	BrowserExtension = "browser.extension"
)

// Browser looks at what the browser let out, at its version and its extensions.
func Browser() diag.Check {
	return diag.Check{ID: "browser", Title: lang.T("浏览器放行了撤回请求", "the browser let the recall out"), Run: runBrowser}
}

func runBrowser(ctx context.Context, in *diag.Input, _ diag.Observations) diag.Result {
	s := &sheet{}
	a := in.Attempt
	dispatch := s.dispatch(a)
	if t := a.Thrown; t != nil {
		s.add(BrowserThrew, t.Extension, from(t.Source), at(t.At), detail("function", clip(t.Function, 60)))
	}
	scripts := s.blockedScripts(a)
	version := s.browserVersion(in)
	compared := s.compared(a)
	strong := s.signals("browser", a, "extension", "settings", "outdated_browser")
	found := s.setUpNow(ctx, in)
	old := s.lacks(a)
	stopped := s.joinBlockers()

	res := diag.Result{State: diag.Pass, Observations: s.list}
	switch {
	case stopped != nil && dispatch != "sent" && dispatch != "policy":
		res.State, res.Reason = diag.Fail, stoppedBy(stopped)
	case dispatch == "blocked" || dispatch == "replaced" || dispatch == "policy" || dispatch == "stopped":
		res.State, res.Reason = diag.Fail, lang.T("撤回请求在浏览器内被拦下", "the recall request was stopped inside the browser")
	case a.Thrown != nil && dispatch != "sent":
		res.State, res.Reason = diag.Fail, lang.T("撤回时扩展的代码抛出了异常", "an extension's code threw an exception in the midst of the recall")
	case scripts:
		res.State, res.Reason = diag.Fail, lang.T("工作台的脚本被拦下或加载失败", "a script of the workbench was blocked or failed")
	case compared == "works-without":
		res.State, res.Reason = diag.Fail, lang.T("同样的撤回，不带扩展和设置就成功", "the same recall works without the extensions and settings")
	case found.blocked != "":
		res.State, res.Reason = diag.Fail, lang.T("浏览器的设置挡住了工作台（%s）", "a setting of the browser stands in the workbench's way (%s)").F(found.blocked)
	case old:
		res.State, res.Reason = diag.Fail, lang.T("浏览器太旧，缺少页面要用的函数", "the browser is too old and lacks a function that the page uses")
	case found.engine == "below":
		res.State, res.Reason = diag.Warn, lang.T("正在使用的浏览器内核低于要求", "the engine of the browser in use is older than required")
	case version == "below":
		res.State, res.Reason = diag.Fail, lang.T("浏览器版本低于要求", "the browser is older than required")
	case strong > 0:
		res.State, res.Reason = diag.Warn, lang.T("日志里有浏览器侧的异常", "logs speak of trouble inside the browser")
	case dispatch == "absent":
		res.State, res.Reason = diag.Warn, lang.T("录到了那一刻，但没有撤回请求", "that moment was recorded, and no recall was sent")
	case dispatch == "sent":
		res.Reason = lang.T("撤回请求已从页面发出", "the recall left the page")
	case found.browsers == 0:
		res.State, res.Reason = diag.Skip, lang.T("没有浏览器的记录可看", "nothing tells of the browser")
	case found.unread > 0: // nothing seen is no good news where nothing could be
		res.State, res.Reason = diag.Error, lang.T("给出的浏览器配置里有读不了的，看不出有没有拦截", "a browser profile that was handed in cannot be read: whether it blocks anything is unknown")
	default:
		res.Reason = lang.T("未见拦截的迹象", "no sign of anything being blocked")
	}
	return res
}

func (s *sheet) dispatch(a *attempt.Attempt) string {
	r := a.Request
	if r == nil {
		switch a.Covered {
		case attempt.CoverFull:
			s.add(BrowserDispatch, "absent", from(harNames(a)), detail("by", recorders(a)))
			return "absent"
		case attempt.CoverPartial:
			s.add(BrowserDispatch, "hidden", from(harNames(a)))
			return "hidden"
		}
		return ""
	}
	word := "sent"
	if r.Call != nil {
		switch r.Call.Failure {
		case attempt.FailBlocked:
			word = "blocked"
		case attempt.FailPolicy:
			word = "policy"
		case attempt.FailUnspecified:
			if word = "unspecified"; r.Call.Inside != "" {
				word = "stopped"
			}
		default:
			if r.Call.Inside != "" {
				word = "stopped"
			} else if r.Result == attempt.NotSent && r.Call.Failure == "" {
				word = "replaced"
			}
		}
	}
	var err string
	if r.Entry != nil {
		err = r.Entry.ErrorText()
	}
	reason, inside, wire := "", "", ""
	if r.Entry != nil {
		reason = clip(r.Entry.BlockedReason(), 60)
	}
	if r.Call != nil {
		inside = r.Call.Inside
		if r.Call.NoTransaction() {
			wire = "none"
		}
	}
	s.add(BrowserDispatch, word, from(r.Source), at(r.Start), detail("via", r.Via, "error", clip(err, 80), "reason", reason, "missing_in", inside, "wire", wire))
	if word == "blocked" || word == "replaced" {
		ext, rule := blockerIn(a)
		if list := a.Extensions(); ext == "" && len(list) == 1 {
			ext = clip(firstOf(list[0].Name, list[0].ID), 60) // no other can have done it
		}
		s.add(BrowserBlockedBy, blocker(firstOf(ext, "unknown"), rule), from(r.Source), detail("extension", ext, "rule", rule, "enabled", enabledIn(a)))
	}
	return word
}

// compared puts down what a second recording without the person's profile tells.
func (s *sheet) compared(a *attempt.Attempt) string {
	c := a.Compared
	if c == nil {
		return ""
	}
	var differs []string
	for _, d := range c.Differences {
		differs = append(differs, strings.TrimSpace(d.What+" "+d.Of)+": "+d.With+" / "+firstOf(d.Without, "-"))
	}
	s.add(BrowserCompare, c.Says, detail("differs", clip(strings.Join(differs, "; "), 600), "with", c.With.Result, "without", c.Without.Result))
	return c.Says
}

// recorders tells what it is that shows no recall: har, netlog or both.
func recorders(a *attempt.Attempt) string {
	har, log := false, len(a.Evidence.NetLogs) > 0
	for _, h := range a.Evidence.HARs {
		har = har || !h.NetLog
	}
	switch {
	case har && log:
		return "both"
	case log:
		return "netlog"
	}
	return "har"
}

// enabledIn names the extensions that were on when a NetLog ended.
func enabledIn(a *attempt.Attempt) string {
	var names []string
	for _, n := range a.Evidence.NetLogs {
		for _, x := range n.Meta.Extensions {
			if x.Enabled {
				names = append(names, clip(firstOf(x.Name, x.ID), 60))
			}
		}
	}
	return clip(strings.Join(names, ", "), 300)
}

var (
	extensionID = lazy.MustCompile(`(?:chrome|moz|safari-web|edge)-extension://([a-zA-Z0-9-]+)`)
	// Blockers that consoles and people call by name.
	blockerName = lazy.MustCompile(`(?i)\b(?:uBlock(?: ?Origin)?(?: ?Lite)?|AdGuard|Adblock(?: ?Plus)?|AdBlocker|Ghostery|Privacy Badger|NoScript|uMatrix|Disconnect|DuckDuckGo(?: Privacy Essentials)?)\b|广告净化器|广告终结者`)
	// A rule as filter lists write it, or what a line calls one.
	namedRule  = lazy.MustCompile(`(?i)(?:\b(?:rule|filter)(?:\s*(?:id|text|set))?|\x{89C4}\x{5219}|\x{8FC7}\x{6EE4}\x{5668})\s*[=:\x{FF1A}#]?\s*(?:"([^"]{2,200})"|'([^']{2,200})'|“([^”]{2,200})”|([^\s"'“”,;\x{FF0C}\x{FF1B}\x{3002})\x{FF09}]{2,200}))`)
	filterRule = lazy.MustCompile(`(?:@@)?\|\|[\w.*-]+[^\s"'“”,;\x{FF0C}\x{3002})\x{FF09}]*|(?:^|[\s"'“(])(/[^\s"']{2,200}\$[a-z~][\w~,=.|-]*)`)
)

// blockerIn looks for the name of an extension in the console, and for the rule
// that it went by: in the line that names it, else in another that speaks of extensions.
func blockerIn(a *attempt.Attempt) (ext, rule string) {
	for _, sig := range a.Signals {
		if sig.Means != "extension" {
			continue
		}
		here := extensionIn(sig.Text)
		r := ruleIn(sig.Text)
		switch {
		case here != "" && (ext == "" || rule == "" && r != "" && here == ext):
			ext, rule = here, firstOf(r, rule)
		case rule == "":
			rule = r
		}
	}
	return ext, rule
}

func extensionIn(text string) string {
	if m := extensionID.FindStringSubmatch(text); m != nil {
		return m[1]
	}
	return blockerName.FindString(text)
}

func ruleIn(text string) string {
	if m := filterRule.FindStringSubmatch(text); m != nil {
		return clip(firstOf(m[1], m[0]), 200)
	}
	if m := namedRule.FindStringSubmatch(text); m != nil {
		if r := firstOf(m[1:]...); strings.ContainsAny(r, "/|*^$.#0123456789") { // else a word of the sentence
			return clip(r, 200)
		}
	}
	return ""
}

func (s *sheet) blockedScripts(a *attempt.Attempt) bool {
	found := false
	for _, c := range a.Calls {
		if c.Kind == "script" && (c.Status == 404 || c.Status == 410) {
			s.add(BrowserScript, "missing", from(c.Source), at(c.Start), detail("url", clip(pathOf(c.Entry.URL), 120)))
			found = true
			continue
		}
		if c.Kind != "script" || c.Failure == "" || c.Failure == attempt.FailPending || c.Failure == attempt.FailAborted {
			continue
		}
		word := "failed"
		if c.Failure == attempt.FailBlocked || c.Failure == attempt.FailPolicy {
			word = string(c.Failure)
		}
		s.add(BrowserScript, word, from(c.Source), at(c.Start), detail("url", clip(pathOf(c.Entry.URL), 120)))
		found = true
	}
	for _, x := range a.Stops {
		switch {
		case x.What == "script":
			s.add(BrowserScript, "policy", from(x.Source), at(x.At), detail("url", clip(pathOf(x.URL), 120)))
			found = true
		case x.What == "halt":
			s.add(BrowserScript, "halted", from(x.Source), at(x.At))
			found = true
		}
	}
	page, alive := "", false
	cut := cutOff(a)
	for _, c := range a.Calls {
		switch c.Kind {
		case "document":
			// What a recording that was cut off does not show may stand behind the cut.
			if (c.Status == 200 || c.Status == 304) && !cut[fileOf(c.Source)] {
				page = c.Source
			}
		case "script", "api", "socket":
			alive = true
		}
	}
	if page != "" && !alive {
		s.add(BrowserScript, "never_ran", from(page))
		found = true
	}
	return found
}

// cutOff names the recordings of which not all could be read.
func cutOff(a *attempt.Attempt) map[string]bool {
	out := map[string]bool{}
	for _, h := range a.Evidence.HARs {
		if h.Meta.Truncated {
			out[h.File.Name] = true
		}
	}
	return out
}

// fileOf gives the name of the recording that a source of an entry names.
func fileOf(source string) string {
	name, _, _ := strings.Cut(source, " entry ")
	return name
}

func (s *sheet) browserVersion(in *diag.Input) string {
	f := in.Attempt.Client
	if f.Browser == "" {
		return ""
	}
	word, want := "ok", in.Profile.MinVersions["browser_"+f.Browser]
	note := in.Profile.NoteOf("browser_" + f.Browser)
	switch {
	case f.Browser == "ie":
		word, want = "below", "any other browser"
	case want == "":
		return ""
	case older(f.Version, want):
		word = "below"
	}
	s.add(BrowserVersion, word, from("User-Agent"), detail("browser", f.Browser, "version", f.Version, "minimum", want, "minimum_basis", note.Basis, "system", f.OS))
	return word
}

func harNames(a *attempt.Attempt) string {
	var names []string
	for _, h := range a.Evidence.HARs {
		names = append(names, h.File.Name)
	}
	return strings.Join(names, ", ")
}

func pathOf(raw string) string {
	if i := strings.IndexAny(raw, "?#"); i >= 0 {
		raw = raw[:i]
	}
	return raw
}

func firstOf(words ...string) string {
	for _, w := range words {
		if w != "" {
			return w
		}
	}
	return ""
}

// attemptLive reports whether live facts speak of the incident's own time: there
// is no incident, or it was pressed minutes ago.
func attemptLive(in *diag.Input) bool {
	if in.Health {
		return true
	}
	m, ok := in.Incident.Moment(incident.AttemptAt)
	return ok && in.Now().Sub(m.T).Abs().Minutes() < 15
}
