package checks

import (
	"fmt"
	"net/http/httptest"
	"os"
	"path/filepath"
	"testing"
	"time"

	"meiqia-diag/checks/webcache"
	"meiqia-diag/checks/webcache/webcachetest"
	"meiqia-diag/diag"
	"meiqia-diag/diag/incident"
	"meiqia-diag/diag/profile"
	"meiqia-diag/diag/verdict"
)

// deskOf names a visited site as the service.
func deskOf(t *testing.T, s *webcachetest.Site) *desk {
	path := filepath.Join(t.TempDir(), "profile.yaml")
	webcachetest.Must(t, os.WriteFile(path, fmt.Appendf(nil, "name: desk\nbase: meiqia\nhosts:\n  - {role: workbench, url: %q}\n", s.URL+"/chat"), 0o600))
	p, problems := profile.Load(path)
	if p == nil {
		t.Fatal(problems)
	}
	return &desk{Server: &httptest.Server{URL: s.URL}, profile: p.Prepare()}
}

// TestStaleAppOfChromiumInABrowser visits a workbench with a real browser, deploys a new
// build, and asks the check about the profile that is left.
func TestStaleAppOfChromiumInABrowser(t *testing.T) {
	s := webcachetest.NewSite(t)
	dir := t.TempDir()
	stop := webcachetest.Chromium(t, dir, "", s.URL+"/chat")
	s.Await(t, "loaded", time.Minute)
	stop()
	d := deskOf(t, s)
	today := func(in *diag.Input) { in.Now = time.Now }

	res := d.look(t, dir, today)
	want(t, res, diag.Pass, "cache.app=current", "!cache.app=stale", "cache.view=kept", "!cache.worker", "!cache.torn")
	if v := verdict.Judge(res.Observations, verdict.Context{Health: true, Measured: true}).Verdict; v.Outcome != diag.Healthy {
		t.Errorf("the same build: %s %+v", v.Outcome, v.Causes)
	}

	s.Build.Store("20261118.2")
	res = d.look(t, dir, today)
	want(t, res, diag.Warn, "cache.app=stale where:http-cache kept:yes page:20261101.1 service:20261118.2 kind:script")
	left, _ := first(t, res, CacheFreshnessLeft).Number()
	age, _ := first(t, res, CacheAge).Number()
	if left < 500 || left > 600 || age < 0 || age > 60 { // the page's 600 s
		t.Errorf("age %v, left %v", age, left)
	}
	v := verdict.Judge(res.Observations, verdict.Context{Health: true, Measured: true}).Verdict
	if v.Outcome != diag.Explained || v.Causes[0].Code != "dispatch.stale-app" {
		t.Errorf("a new build: %s %+v", v.Outcome, v.Causes)
	}
	// A day later the browser would ask first.
	want(t, d.look(t, dir, func(in *diag.Input) { in.Now = func() time.Time { return time.Now().Add(24 * time.Hour) } }), diag.Pass, "cache.app=stale kept:no")
}

func TestStaleServiceWorkerInABrowser(t *testing.T) {
	s := webcachetest.NewSite(t)
	s.Worker.Store(true)
	dir := t.TempDir()
	stop := webcachetest.Chromium(t, dir, "", s.URL+"/chat")
	s.Await(t, "loaded", time.Minute)
	for end := time.Now().Add(20 * time.Second); time.Now().Before(end); time.Sleep(100 * time.Millisecond) {
		if list, err := webcache.ReadWorkers(t.Context(), filepath.Join(dir, "Default"), func(string) bool { return true }); err == nil && len(list) == 1 && list[0].Active {
			break
		}
	}
	stop()
	s.Build.Store("20261118.2")
	d := deskOf(t, s)
	res := d.look(t, dir, func(in *diag.Input) { in.Now = func() time.Time { return time.Now().Add(30 * 24 * time.Hour) } })
	want(t, res, diag.Warn, "cache.worker=active", "cache.app=stale where:service-worker kept:yes page:20261101.1 service:20261118.2")
	if v := verdict.Judge(res.Observations, verdict.Context{Health: true, Measured: true}).Verdict; v.Outcome != diag.Explained || v.Causes[0].Code != "dispatch.stale-app" {
		t.Errorf("%s %+v", v.Outcome, v.Causes)
	}
}

func TestStaleAppOfFirefoxInABrowser(t *testing.T) {
	s := webcachetest.NewSite(t)
	dir := filepath.Join(t.TempDir(), "profile")
	stop := webcachetest.Firefox(t, dir, s.URL+"/chat")
	s.Await(t, "loaded", time.Minute)
	time.Sleep(2 * time.Second) // it writes what it got a little later
	stop()
	s.Build.Store("20261118.2")
	d := deskOf(t, s)
	res := d.look(t, dir, func(in *diag.Input) {
		in.Now = time.Now
		if p := in.Incident.Set(incident.Symptom, "no_reaction", "incident", time.Now()); p != nil {
			t.Fatal(p)
		}
	})
	want(t, res, diag.Warn, "cache.app=stale where:http-cache kept:yes page:20261101.1 service:20261118.2", "cache.view=kept")
}
