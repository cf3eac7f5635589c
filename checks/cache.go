package checks

import (
	"context"
	"math"
	"strconv"
	"strings"
	"time"

	"meiqia-diag/checks/webcache"
	"meiqia-diag/diag"
	"meiqia-diag/diag/attempt"
	"meiqia-diag/diag/lang"
)

// What caches held.
const (
	// CacheApp compares the page's build with the service's: current, stale. The detail tells
	// the two apart (page, service). With "copy" stored it is about what a browser has stored: where
	// (http-cache, service-worker), kept (the browser uses it without asking) and for how many minutes, and of a
	// script whether both ask for recalls at the same paths (recall: same, differs).
	CacheApp = "cache.app"
	// CacheUsed says that a page or script of the service came out of a cache: memory, disk, service-worker;
	// in the detail whether its address changes with its content (named_by_content).
	CacheUsed = "cache.used"
	// CacheAge is the age in s (RFC 9111 section 4.2.3) of the page or script that ran out of a cache;
	// with "copy" stored, of one that a browser has stored, each partition by itself.
	CacheAge           = "cache.age"
	CacheFreshnessLeft = "cache.freshness_left" // s, negative when stale; by the browser's own clock where it is about a stored copy
	CacheSignal        = "cache.signal"         // stale_app beside the recall
	CacheHint          = "cache.hint"           // stale_app elsewhere
)

// Cache looks at how old the page and scripts were that ran, and at those that browsers have stored.
func Cache() diag.Check {
	return diag.Check{ID: "cache", Title: lang.T("运行的是当前版本的页面和脚本", "the page and scripts that ran were current"), Needs: []string{"clock"}, Run: runCache}
}

func runCache(ctx context.Context, in *diag.Input, seen diag.Observations) diag.Result {
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
	copies := s.storedCopies(ctx, in, seen)
	found, old := s.againstService(ctx, in, copies)

	res := diag.Result{State: diag.Pass, Observations: s.list}
	switch {
	case app == "stale":
		res.State, res.Reason = diag.Fail, lang.T("页面是旧版本（%s），服务已是 %s", "the page is of build %s, the service of %s").F(a.Client.PageBuild, a.Client.LiveBuild)
	case found == "stale" && old.kept && old.where == workerCache:
		res.State, res.Reason = diag.Warn, lang.T("Service Worker 提供的 %s 与服务上的不同", "the service worker hands out a %s that is not the service's").F(clip(lastPart(old.URL), 60))
	case found == "stale" && old.kept:
		res.State, res.Reason = diag.Warn, lang.T("缓存里的 %s 与服务上的不同，浏览器还会用 %s 分钟", "the cached %s is not the service's, and the browser uses it for another %s min").F(clip(lastPart(old.URL), 60), strconv.Itoa(int(math.Ceil(old.fresh.Left().Minutes()))))
	case found == "stale":
		res.Reason = lang.T("缓存里的 %s 是旧的，但浏览器用前会先问服务", "the cached %s is old, but the browser asks the service before it uses it").F(clip(lastPart(old.URL), 60))
	case strong > 0:
		res.State, res.Reason = diag.Warn, lang.T("日志里有页面版本过旧的迹象", "logs speak of an outdated page")
	case oldest > 24*time.Hour:
		res.State, res.Reason = diag.Warn, lang.T("页面脚本取自 %s 前的缓存", "scripts came from a cache %s old").F(oldest.Round(time.Hour).String())
	case found == "current":
		res.Reason = lang.T("缓存里的页面和脚本与服务上的相同", "the cached page and scripts are the service's own")
	case len(copies) > 0 && len(a.Calls) == 0 && app == "" && len(s.list) > 0:
		res.Reason = lang.T("读了缓存里的 %d 个页面、脚本和接口回答，未与服务比对", "%d cached pages, scripts and answers were read, and not compared with the service").F(len(copies))
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
		where := e.FromCache()
		if e.SWSource() != "" && e.SWSource() != "network" || e.SWCache() != "" {
			where = "service-worker"
		}
		if where == "" {
			continue
		}
		// A file named by its content never goes stale: a new build has a new
		// name. So the page that names it counts before it.
		name := yesNo(namedByContent(e.URL))
		s.add(CacheUsed, where, from(c.Source), detail("url", clip(pathOf(e.URL), 120), "named_by_content", name))
		// The Date is the service's, and so must be the moment that it is held against.
		used := c.Start.OnService(a.Offset)
		f := webcache.FreshnessOf(webcache.Answer{Status: c.Status, Header: func(name string) string { return e.RespHeaders.Get(strings.ToLower(name)) }}, used.Middle())
		if f.Known && (source == "" || name < named || name == named && f.Age >= oldest) {
			oldest, left, half, source, named = f.Age, (f.Lifetime - f.Age).Seconds(), used.Half().Seconds(), c.Source, name
		}
	}
	if source != "" {
		pm := plusMinus(math.Ceil(half) + 1) // whole seconds, as a Date has them
		s.add(CacheAge, float64(int(oldest.Seconds())), unit("s"), pm, from(source), detail("named_by_content", named))
		s.add(CacheFreshnessLeft, float64(int(left)), unit("s"), pm, from(source))
	}
	return oldest
}

func sameBuild(a, b string) bool {
	a, b = strings.TrimPrefix(strings.ToLower(a), "v"), strings.TrimPrefix(strings.ToLower(b), "v")
	return a == b || strings.HasPrefix(a, b) || strings.HasPrefix(b, a)
}
