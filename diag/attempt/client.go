package attempt

import (
	"strings"
	"sync"

	"meiqia-diag/diag/incident"
	"meiqia-diag/diag/lazy"
)

// ClientFacts is what the recording tells of the software that made it.
type ClientFacts struct {
	UserAgent string
	Browser   string // chrome edge firefox safari ie other, "" unknown
	Version   string // of the browser
	OS        string
	Mobile    bool
	App       string // version of the agents' client, as it named itself
	AppLeast  string // the least version of it that still works, as the service or its updater said
	PageBuild string // build of the page that ran
	LiveBuild string // build that the service said is current

	pageTold, liveTold string // the same as logs tell them
	pageByURL          bool   // PageBuild is read off a script's address
}

var (
	uaTokens = []struct {
		re   *lazy.Regexp
		name string
	}{
		{lazy.MustCompile(`(?:Edg|EdgA|EdgiOS|Edge)/([\d.]+)`), "edge"},
		{lazy.MustCompile(`(?:Firefox|FxiOS)/([\d.]+)`), "firefox"},
		{lazy.MustCompile(`(?:MSIE |Trident/.*rv:)([\d.]+)`), "ie"},
		{lazy.MustCompile(`(?:HeadlessChrome|Chrome|CriOS|Chromium)/([\d.]+)`), "chrome"},
		{lazy.MustCompile(`Version/([\d.]+).*Safari/`), "safari"},
	}
	uaSystems = []struct{ token, name string }{
		{"Windows NT 10.0", "Windows 10/11"}, {"Windows NT 6.3", "Windows 8.1"}, {"Windows NT 6.1", "Windows 7"}, {"Windows NT 5", "Windows XP"}, {"Windows", "Windows"},
		{"iPhone", "iOS"}, {"iPad", "iPadOS"}, {"Android", "Android"}, {"Mac OS X", "macOS"}, {"Linux", "Linux"}, {"HarmonyOS", "HarmonyOS"},
	}
	buildMeta  = lazy.MustCompile(`(?i)<meta[^>]+name=["']?(?:build|version|app-?version|release|build-?id)["']?[^>]+content=["']?([\w.+-]{2,40})`)
	buildField = lazy.MustCompile(`(?:latest|current|required|server|new|expected|min)(?: ?(?:app|web|client|front ?end|page))? ?(?:build|version|release)(?: ?id)?$`)
	ownVersion = lazy.MustCompile(`^x-(?:client|app|desktop|agent)-?version$`)
	buildName  = lazy.MustCompile(`build|release|bundle|web-version|frontend`)
)

func (a *Attempt) clientFacts(in *incident.Incident) {
	f := &a.Client
	builds := map[string]bool{} // header names, of which there are few, by whether they tell a build
	tellsBuild := func(name string) bool {
		b, known := builds[name]
		if !known {
			b = buildName.MatchString(name)
			builds[name] = b
		}
		return b
	}
	for _, c := range a.Calls {
		e := c.Entry
		if ua := e.ReqHeaders.Get("user-agent"); ua != "" && f.UserAgent == "" {
			f.UserAgent = ua
			f.Browser, f.Version, f.OS, f.Mobile = readUA(ua)
		}
		for _, h := range e.ReqHeaders {
			switch {
			case f.App == "" && strings.HasSuffix(h.Name, "version") && ownVersion.MatchString(h.Name):
				f.App = h.Value
			case tellsBuild(h.Name):
				f.PageBuild = h.Value
			}
		}
		for _, h := range e.RespHeaders {
			if e.FromCache() == "" && tellsBuild(h.Name) {
				if c.Kind == "api" {
					f.LiveBuild = h.Value
				} else if c.Kind == "document" && f.PageBuild == "" {
					f.PageBuild = h.Value
				}
			}
		}
		if c.Kind == "document" && f.PageBuild == "" {
			if m := buildMeta.FindStringSubmatch(head(e.RespBody, 8192)); m != nil {
				f.PageBuild = m[1]
			}
		}
		if c.Kind == "script" && f.PageBuild == "" {
			if m := scriptBuild.FindStringSubmatch(e.URL); m != nil {
				f.PageBuild, f.pageByURL = m[1], true
			}
		}
		if c.Kind == "api" && e.RespBody != "" && len(e.RespBody) < 4096 && e.FromCache() == "" && f.LiveBuild == "" && versionPath.MatchString(e.URL) {
			if fs, ok := fields(e.RespBody); ok {
				for _, x := range fs {
					if f.LiveBuild == "" && versionKey.MatchString(x.key) && hasDigit.MatchString(x.value) && len(x.value) < 40 {
						f.LiveBuild = x.value
					}
				}
			}
		}
		if c.Kind == "api" && e.RespBody != "" && len(e.RespBody) < 4096 && f.LiveBuild == "" && tellsOfBuild(e.RespBody) {
			if fs, ok := fields(e.RespBody); ok {
				for _, x := range fs {
					if buildField.MatchString(x.key) && hasDigit.MatchString(x.value) && len(x.value) < 40 {
						f.LiveBuild = x.value
					}
				}
			}
		}
	}
	if f.Mobile || strings.HasPrefix(in.String(incident.Device), "mobile") {
		f.Mobile = true
	}
}

var buildWords = sync.OnceValue(func() *hints { return newHints("build", "version", "release") })

func tellsOfBuild(body string) bool { return buildWords().in(body) }

// readUA takes a User-Agent apart: the brand in front of the engine it claims to be.
func readUA(ua string) (browser, version, system string, mobile bool) {
	for _, t := range uaTokens {
		if m := t.re.FindStringSubmatch(ua); m != nil {
			browser, version = t.name, m[1]
			break
		}
	}
	for _, s := range uaSystems {
		if strings.Contains(ua, s.token) {
			system = s.name
			break
		}
	}
	return browser, version, system, strings.Contains(ua, "Mobile") || strings.Contains(ua, "Android") || strings.Contains(ua, "iPhone")
}

var (
	// engineSaid is a line by which a page, a support tool or a person names the browser: "Browser: 360 13.1 (Chromium 78)".
	// A shell's own number tells nothing of its engine, so the engine's name must stand there.
	engineSaid = lazy.MustCompile(`(?i)(?:\b(?:browser|user ?agent|ua|engine|kernel|navigator|client)\b|浏览器|内核)[^\n]{0,60}?\b(HeadlessChrome|Chromium|Chrome|Firefox|Edge|Safari)[ /]?(?:内核|版本|version|v|ESR)?[ /:：]{0,2}(\d{2,3}(?:\.\d+){0,3})\b`)
	// demanded is a line that says which browsers a page is made for.
	demanded  = lazy.MustCompile(`(?i)\b(?:requires?|required|needs?|supports?|supported|minimum|at least|or (?:later|newer|above|higher)|upgrade|update|deprecat\w*|future|recommend\w*|polyfill\w*|target\w*)\b|\d\+|>=|≥|以上|至少|最低|需要|支持|升级|推荐|请使用|建议|更高`)
	uaText    = lazy.MustCompile(`Mozilla/5\.0 \([^)]{4,120}\)[^"'\n]{0,200}`)
	ownClient = lazy.MustCompile(`(?i)\b(?:app(?:lication)?(?: start(?:ed)?)?|client|desktop|current|local|installed)[ _-]?(?:version|build)?[\\"']*\s*[=: ]\s*[\\"']*(?:[a-z]\w{1,24}/)?v?(\d+\.\d+(?:\.\d+){0,2})\b|\b[a-z]\w{2,24} v?(\d+\.\d+\.\d+)(?: \([^)]{1,24}\))? (?:is )?(?:starting|started|launching|launched|booting)\b`)
	leastText = lazy.MustCompile(`(?i)\bmin(?:imum)?[ _-]?(?:supported|required|allowed|client|app)?[ _-]?(?:version|build|release)?[\\"']*\s*[=: ]\s*[\\"']*v?(\d+\.\d+(?:\.\d+){0,2})\b`)
	// mendedIn is a log that knows its program's own defect: "known issue AD-12, fixed in 5.1.0".
	mendedIn = lazy.MustCompile(`(?i)\b(?:known (?:issue|bug|defect|problem)|bug|defect|regression|issue)\b.{0,40}\b(?:fixed|resolved|corrected|mended) (?:in|since|by|with) (?:version |build |release )?v?(\d+\.\d+(?:\.\d+){0,2})\b|已知(?:问题|缺陷).{0,40}?(\d+\.\d+(?:\.\d+){0,2})\s?(?:版本?)?(?:中)?(?:已)?(?:修复|解决)`)
	// updateOffer is an installed program that found a newer version of itself: a page's builds have no such numbers.
	updateOffer = lazy.MustCompile(`(?i)(?:检查更新|(?:发现|有)新版本|check(?:ing)? for updates?|update check|(?:new|newer) version (?:is )?(?:available|found))[^\d\n]{0,16}v?\d{1,3}\.\d+\.\d+\b`)
	ofVisitors  = lazy.MustCompile(`(?i)visitor|sdk|访客|客户`)
)

var engineNames = sync.OnceValue(func() *hints { return newHints("chrom", "firefox", "edge", "safari") })

// learnClient takes what an agent's client or page says of itself in its log.
func (a *Attempt) learnClient(text, file string) {
	if ofVisitors.MatchString(file) {
		return
	}
	f := &a.Client
	if f.UserAgent == "" && strings.Contains(text, "Mozilla/5.0 (") {
		if ua := uaText.FindString(text); ua != "" {
			f.UserAgent = strings.TrimSpace(ua)
			f.Browser, f.Version, f.OS, f.Mobile = readUA(ua)
		}
	}
	if f.Browser == "" && engineNames().in(text) {
		if m := engineSaid.FindStringSubmatch(text); m != nil && !ofVisitors.MatchString(text) && !demanded.MatchString(text) {
			f.Browser, f.Version = strings.ToLower(m[1]), m[2]
			if strings.Contains(f.Browser, "chrom") {
				f.Browser = "chrome"
			}
		}
	}
	if f.AppLeast == "" {
		if m := leastText.FindStringSubmatch(text); m != nil && !ofVisitors.MatchString(text) {
			f.AppLeast = m[1]
		} else if m := mendedIn.FindStringSubmatch(text); m != nil && !ofVisitors.MatchString(text) {
			f.AppLeast = firstText(m[1], m[2])
		}
	}
	if f.App == "" {
		if m := ownClient.FindStringSubmatch(text); m != nil && !ofVisitors.MatchString(text) {
			f.App = firstText(m[1], m[2])
		}
	}
}
