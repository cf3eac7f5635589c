package checks

import (
	"context"
	"math"
	"net/http"
	"regexp"
	"strconv"
	"strings"
	"time"

	"meiqia-diag/diag"
	"meiqia-diag/diag/attempt"
	"meiqia-diag/diag/lang"
)

// What caches held.
const (
	// CacheApp compares the page's build with the service's: current, stale.
	CacheApp = "cache.app"
	// CacheUsed says that a page or script of the service came out of a cache: memory, disk, service-worker.
	CacheUsed          = "cache.used"
	CacheAge           = "cache.age"            // s, RFC 9111 section 4.2.3, of the oldest page or script that ran
	CacheFreshnessLeft = "cache.freshness_left" // s, negative when stale
	CacheSignal        = "cache.signal"         // stale_app beside the recall
	CacheHint          = "cache.hint"           // stale_app elsewhere
)

// Cache looks at how old the page and scripts were that ran.
func Cache() diag.Check {
	return diag.Check{ID: "cache", Title: lang.T("运行的是当前版本的页面和脚本", "the page and scripts that ran were current"), Run: runCache}
}

func runCache(_ context.Context, in *diag.Input, _ diag.Observations) diag.Result {
	s := &sheet{}
	a := in.Attempt
	app := ""
	if f := a.Client; f.PageBuild != "" && f.LiveBuild != "" {
		app = "current"
		if !sameBuild(f.PageBuild, f.LiveBuild) {
			app = "stale"
		}
		s.add(CacheApp, app, from(harNames(a)), detail("page", f.PageBuild, "service", f.LiveBuild))
	}
	oldest := s.cached(a)
	strong := s.signals("cache", a, "stale_app")

	res := diag.Result{State: diag.Pass, Observations: s.list}
	switch {
	case app == "stale":
		res.State, res.Reason = diag.Fail, lang.T("页面是旧版本（%s），服务已是 %s", "the page is of build %s, the service of %s").F(a.Client.PageBuild, a.Client.LiveBuild)
	case strong > 0:
		res.State, res.Reason = diag.Warn, lang.T("日志里有页面版本过旧的迹象", "logs speak of an outdated page")
	case oldest > 24*time.Hour:
		res.State, res.Reason = diag.Warn, lang.T("页面脚本取自 %s 前的缓存", "scripts came from a cache %s old").F(oldest.Round(time.Hour).String())
	case len(s.list) == 0 && len(a.Calls) == 0:
		res.State, res.Reason = diag.Skip, lang.T("没有页面加载的记录可看", "no page load was recorded")
	default:
		res.Reason = lang.T("未见旧页面或旧脚本", "no old page or script was seen")
	}
	return res
}

// cached reports pages and scripts that came out of a cache, with the age of the oldest.
func (s *sheet) cached(a *attempt.Attempt) time.Duration {
	var oldest time.Duration
	var left, half float64
	var source, named string
	for _, c := range a.Calls {
		if c.Kind != "script" && c.Kind != "document" {
			continue
		}
		e := c.Entry
		where := e.FromCache
		if e.SWSource != "" && e.SWSource != "network" || e.SWCache != "" {
			where = "service-worker"
		}
		if where == "" {
			continue
		}
		s.add(CacheUsed, where, from(c.Source), detail("url", clip(pathOf(e.URL), 120)))
		// The Date is the service's, and so must be the moment that it is held against.
		used := c.Start.OnService(a.Offset)
		age, life, ok := freshness(e.RespHeaders.Get, used.Middle())
		// A file named by its content never goes stale: a new build has a new
		// name. So the page that names it counts before it.
		name := "no"
		if contentNamed.MatchString(pathOf(e.URL)) {
			name = "yes"
		}
		if ok && (source == "" || name < named || name == named && age >= oldest) {
			oldest, left, half, source, named = age, (life - age).Seconds(), used.Half().Seconds(), c.Source, name
		}
	}
	if source != "" {
		pm := plusMinus(math.Ceil(half) + 1) // whole seconds, as a Date has them
		s.add(CacheAge, float64(int(oldest.Seconds())), unit("s"), pm, from(source), detail("named_by_content", named))
		s.add(CacheFreshnessLeft, float64(int(left)), unit("s"), pm, from(source))
	}
	return oldest
}

var contentNamed = regexp.MustCompile(`[._-][0-9a-fA-F]{4,40}\.(?:chunk\.|min\.|bundle\.)*m?js$`)

var maxAge = regexp.MustCompile(`(?i)(?:^|[\s,])max-age\s*=\s*"?(\d{1,10})`)

// freshness gives a stored answer's age and lifetime at a moment, by RFC 9111
// sections 4.2.1 to 4.2.3; ok is false without a Date.
func freshness(header func(string) string, now time.Time) (age, life time.Duration, ok bool) {
	date, err := http.ParseTime(header("date"))
	if err != nil || now.IsZero() {
		return 0, 0, false
	}
	age = max(now.Sub(date), 0)
	if n, err := strconv.Atoi(header("age")); err == nil {
		age = max(age, time.Duration(n)*time.Second)
	}
	if m := maxAge.FindStringSubmatch(header("cache-control")); m != nil {
		n, _ := strconv.Atoi(m[1])
		return age, time.Duration(n) * time.Second, true
	}
	if t, err := http.ParseTime(header("expires")); err == nil {
		return age, max(t.Sub(date), 0), true
	}
	if t, err := http.ParseTime(header("last-modified")); err == nil && date.After(t) {
		return age, date.Sub(t) / 10, true // RFC 9111 section 4.2.2 suggests a tenth
	}
	return age, 0, true
}

func sameBuild(a, b string) bool {
	a, b = strings.TrimPrefix(strings.ToLower(a), "v"), strings.TrimPrefix(strings.ToLower(b), "v")
	return a == b || strings.HasPrefix(a, b) || strings.HasPrefix(b, a)
}
