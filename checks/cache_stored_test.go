package checks

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	"meiqia-diag/checks/webcache"
	"meiqia-diag/checks/webcache/webcachetest"
	"meiqia-diag/diag"
	"meiqia-diag/diag/attempt"
	"meiqia-diag/diag/clock"
	"meiqia-diag/diag/evidence"
	"meiqia-diag/diag/incident"
	"meiqia-diag/diag/profile"
	"meiqia-diag/diag/verdict"
)

// desk is a service with files that a test sets, and a profile that names it.
type desk struct {
	*httptest.Server
	profile *profile.Profile
	mu      sync.Mutex
	files   map[string]file
	asked   []string
}

type file struct {
	body   string
	header map[string]string
	status int
}

func newDesk(t *testing.T) *desk {
	d := &desk{files: map[string]file{}}
	d.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		d.mu.Lock()
		defer d.mu.Unlock()
		d.asked = append(d.asked, r.Method+" "+r.URL.RequestURI())
		if r.Header.Get("Cookie")+r.Header.Get("Authorization") != "" {
			t.Errorf("credentials were sent for %s", r.URL)
		}
		f, ok := d.files[r.URL.RequestURI()]
		if !ok {
			http.NotFound(w, r)
			return
		}
		for k, v := range f.header {
			w.Header().Set(k, v)
		}
		if tag := f.header["ETag"]; tag != "" && r.Header.Get("If-None-Match") == tag {
			w.WriteHeader(http.StatusNotModified)
			return
		}
		if f.status != 0 {
			w.WriteHeader(f.status)
		}
		fmt.Fprint(w, f.body)
	}))
	t.Cleanup(d.Close)
	path := filepath.Join(t.TempDir(), "profile.yaml")
	webcachetest.Must(t, os.WriteFile(path, fmt.Appendf(nil, "name: desk\nbase: meiqia\nhosts:\n  - {role: workbench, url: %q}\n  - {role: api, url: %q}\n", d.URL+"/chat", d.URL+"/"), 0o600))
	p, problems := profile.Load(path)
	if p == nil {
		t.Fatal(problems)
	}
	d.profile = p.Prepare()
	return d
}

var js = "Content-Type: text/javascript"

// copied is an entry of a cache: its path, header lines, how long ago it came, and its body.
type copied struct {
	path  string
	lines []string
	ago   time.Duration
	body  string
	site  string
}

// now is the moment of these tests' health runs.
var cacheNow = pressT.Add(time.Minute)

func (d *desk) put(t *testing.T, dir string, list ...copied) {
	t.Helper()
	webcachetest.Simple(t, dir)
	for _, c := range list {
		came := cacheNow.Add(-c.ago)
		lines := append([]string{"Date: " + came.UTC().Format(http.TimeFormat)}, c.lines...)
		webcachetest.SimpleEntry(t, dir, webcachetest.Answer{URL: d.URL + c.path, Site: c.site, Lines: lines, Asked: came, Came: came, Body: []byte(c.body)}, webcache.SuperFastHash)
	}
}

// look runs the check on a profile folder as evidence, live, with no incident.
func (d *desk) look(t *testing.T, dir string, change ...func(*diag.Input)) diag.Result {
	t.Helper()
	in := incident.New()
	ev := evidence.Read(context.Background(), []string{dir}, evidence.Options{})
	if len(ev.Browsers) == 0 {
		t.Fatalf("%s is no browser's: %v", dir, ev.Files)
	}
	input := &diag.Input{Incident: in, Attempt: attempt.Build(ev, in, d.profile), Profile: d.profile, Now: func() time.Time { return cacheNow }}
	for _, f := range change {
		f(input)
	}
	res := Cache().Run(context.Background(), input, nil)
	res.ID = "cache"
	return res
}

const inside = "Default/Cache/Cache_Data"

func TestStoredCopies(t *testing.T) {
	page := func(scripts ...string) string {
		var b strings.Builder
		b.WriteString("<!doctype html>")
		for _, s := range scripts {
			fmt.Fprintf(&b, `<script src="%s"></script>`, s)
		}
		return b.String()
	}
	html := "Content-Type: text/html; charset=utf-8"
	hour := "Cache-Control: max-age=3600"
	for _, c := range []struct {
		name   string
		stored []copied
		served map[string]file
		state  diag.CheckState
		want   []string
	}{
		{"a script that differs and is kept", []copied{{"/app.js", []string{js, hour, `ETag: "v1"`}, 39 * time.Minute, "one", ""}}, map[string]file{"/app.js": {"two", map[string]string{"ETag": `"v2"`}, 0}}, diag.Warn,
			[]string{`cache.app=stale kept:yes copy:stored where:http-cache minutes:21 page:"v1" service:"v2"`, "cache.age=2340 s copy:stored kept:yes named_by_content:no", "cache.freshness_left=1260 s"}},
		{"one that the browser asks for first", []copied{{"/app.js", []string{js, "Cache-Control: no-cache", `ETag: "v1"`}, time.Hour, "one", ""}}, map[string]file{"/app.js": {"two", map[string]string{"ETag": `"v2"`}, 0}}, diag.Pass,
			[]string{"cache.app=stale kept:no"}},
		{"one that went stale an hour ago", []copied{{"/app.js", []string{js, hour, `ETag: "v1"`}, 2 * time.Hour, "one", ""}}, map[string]file{"/app.js": {"two", map[string]string{"ETag": `"v2"`}, 0}}, diag.Pass,
			[]string{"cache.app=stale kept:no", "cache.freshness_left=-3600 s"}},
		{"the service's own, by its validator", []copied{{"/app.js", []string{js, hour, `ETag: "v1"`}, time.Minute, "one", ""}}, map[string]file{"/app.js": {"one", map[string]string{"ETag": `"v1"`}, 0}}, diag.Pass, []string{"cache.app=current copy:stored", "!cache.app=stale"}},
		{"the service's own, by its bytes", []copied{{"/app.js", []string{js, hour}, time.Minute, "one", ""}}, map[string]file{"/app.js": {"one", nil, 0}}, diag.Pass, []string{"cache.app=current"}},
		{"a new validator of the same bytes", []copied{{"/app.js", []string{js, hour, `ETag: "a"`}, time.Minute, "one", ""}}, map[string]file{"/app.js": {"one", map[string]string{"ETag": `"b"`}, 0}}, diag.Pass, []string{"cache.app=current"}},
		{"other bytes without a validator", []copied{{"/app.js", []string{js, hour}, time.Minute, "one", ""}}, map[string]file{"/app.js": {"two", nil, 0}}, diag.Warn, []string{"cache.app=stale page:7692c3ad3540 service:3fc4ccfe7458"}},
		{"a script that is gone", []copied{{"/old.js", []string{js, hour}, time.Minute, "one", ""}}, nil, diag.Warn, []string{"cache.app=stale service:404"}},
		{"who is not logged in is sent elsewhere", []copied{{"/chat", []string{html, hour}, time.Minute, page("/a.1a2b3c4d.js"), ""}}, map[string]file{"/chat": {"", map[string]string{"Location": "/login"}, 302}}, "", []string{"!cache.app"}},
		{"or shown another page", []copied{{"/chat", []string{html, hour}, time.Minute, page("/a.1a2b3c4d.js"), ""}}, map[string]file{"/chat": {page("/login.9f8e7d6c.js"), nil, 0}}, "", []string{"!cache.app"}},
		{"an error of the service tells nothing", []copied{{"/app.js", []string{js, hour}, time.Minute, "one", ""}}, map[string]file{"/app.js": {"oops", nil, 503}}, "", []string{"!cache.app"}},
		{"a page that names old scripts", []copied{{"/chat", []string{html, hour}, 10 * time.Minute, page("/main.3f2a91bc.js", "/vendor.aaaa1111.js"), ""}, {"/main.3f2a91bc.js", []string{js, "Cache-Control: max-age=31536000"}, 30 * 24 * time.Hour, "old", ""}},
			map[string]file{"/chat": {page("/main.77aa00cc.js", "/vendor.aaaa1111.js"), nil, 0}, "/main.77aa00cc.js": {"new", nil, 0}}, diag.Warn, []string{"cache.app=stale kind:page kept:yes", "cache.age=600 s named_by_content:no"}},
		{"a page that says something else and runs the same", []copied{{"/chat", []string{html, hour}, time.Minute, page("/main.3f2a91bc.js") + "<p>Ann", ""}}, map[string]file{"/chat": {page("/main.3f2a91bc.js") + "<p>Bob", nil, 0}}, diag.Pass, []string{"cache.app=current"}},
		{"a page that runs another build by a parameter", []copied{{"/chat", []string{html, hour}, time.Minute, page("/app.js?build=20261101&t=1"), ""}}, map[string]file{"/chat": {page("/app.js?build=20261118&t=2"), nil, 0}}, diag.Warn, []string{"cache.app=stale"}},
		{"a parameter that only keeps copies from being used", []copied{{"/chat", []string{html, hour}, time.Minute, page("/app.js?t=1795400000"), ""}}, map[string]file{"/chat": {page("/app.js?t=1795409999"), nil, 0}}, diag.Pass, []string{"cache.app=current"}},
		{"a script named by its content is never stale", []copied{{"/main.3f2a91bc.js", []string{js, "Cache-Control: max-age=31536000"}, 30 * 24 * time.Hour, "old", ""}}, nil, "", []string{"!cache.app", "cache.age=2592000 s named_by_content:yes"}},
		{"builds that pages name", []copied{{"/chat", []string{html, hour}, time.Minute, `<meta name="build" content="2026.11.01">`, ""}}, map[string]file{"/chat": {`<meta name="build" content="2026.11.18">`, nil, 0}}, diag.Warn, []string{"cache.app=stale page:2026.11.01 service:2026.11.18"}},
		{"an address that tells who asks is not asked for", []copied{{"/app.js?token=secret", []string{js, hour}, time.Minute, "one", ""}}, nil, "", []string{"!cache.app", "cache.age=60 s"}},
		{"Age counts", []copied{{"/app.js", []string{js, hour, "Age: 3500"}, 10 * time.Second, "one", ""}}, map[string]file{"/app.js": {"one", nil, 0}}, diag.Pass, []string{"cache.age=3510 s", "cache.freshness_left=90 s"}},
		{"each partition by itself", []copied{{"/app.js", []string{js, hour}, time.Minute, "one", ""}, {"/app.js", []string{js, hour}, 10 * time.Minute, "none", "https://portal.example"}}, map[string]file{"/app.js": {"one", nil, 0}}, diag.Warn,
			[]string{"cache.age=60 s", "cache.age=600 s partition:https://portal.example https://portal.example", "cache.app=stale partition:https://portal.example https://portal.example"}},
		{"a stored history is of the view, not of the app", []copied{{"/api/v1/messages", []string{"Content-Type: application/json", hour}, time.Minute, `{"messages":[{"id":"8842","content":"x","created_at":1}]}`, ""}}, nil, "", []string{"cache.view=kept left_s:3540", "!cache.app", "!cache.age"}},
		{"other sites' entries", []copied{}, nil, "", []string{"!cache.age", "!cache.app"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			d := newDesk(t)
			d.files = c.served
			dir := t.TempDir()
			d.put(t, filepath.Join(dir, inside), c.stored...)
			other := &desk{Server: &httptest.Server{URL: "https://other.example"}}
			other.put(t, filepath.Join(dir, inside), copied{"/app.js", []string{js, hour}, time.Minute, "x", ""})
			// A value with spaces cannot be a word of want: it is compared by itself.
			res := d.look(t, dir)
			var plain []string
			for _, w := range c.want {
				if head, part, ok := strings.Cut(w, " partition:"); ok {
					found := false
					for _, o := range res.Observations {
						found = found || seen(o) == head && o.Detail["partition"] == part
					}
					if !found {
						t.Errorf("no %s for %s; there is:\n%s", head, part, list2text(res))
					}
					continue
				}
				plain = append(plain, w)
			}
			want(t, res, c.state, plain...)
			for _, a := range d.asked {
				if !strings.HasPrefix(a, "GET ") || strings.Contains(a, "token") || strings.Contains(a, "/api/") {
					t.Errorf("asked %s", a)
				}
			}
			d.asked = nil
			want(t, d.look(t, dir, func(in *diag.Input) { in.Offline = true }), "", "!cache.app")
			if len(d.asked) != 0 {
				t.Errorf("offline, and yet asked %q", d.asked)
			}
		})
	}
}

// What a stored copy makes of a verdict: an older script that is kept is likely
// to be what breaks recalls, and not certain to; one that is asked for first is not.
func TestStoredCopiesInAVerdict(t *testing.T) {
	d := newDesk(t)
	judge := func(served string, lines []string, more ...diag.Observation) diag.Verdict {
		d.files = map[string]file{"/app.js": {served, nil, 0}}
		dir := t.TempDir()
		d.put(t, filepath.Join(dir, inside), copied{"/app.js", append([]string{js}, lines...), 5 * time.Minute, "one", ""})
		res := d.look(t, dir)
		return verdict.Judge(append(res.Observations, more...), verdict.Context{Health: true, Measured: true}).Verdict
	}
	hour := []string{"Cache-Control: max-age=3600"}
	v := judge("two", hour)
	if v.Outcome != diag.Explained || v.Causes[0].Code != "dispatch.stale-app" || v.Causes[0].Probability > 0.9 || v.Causes[0].Probability < 0.6 {
		t.Errorf("kept: %s %+v", v.Outcome, v.Causes)
	}
	if v := judge("one", hour); v.Outcome != diag.Healthy {
		t.Errorf("the service's own: %s %+v", v.Outcome, v.Causes)
	}
	if v := judge("two", []string{"Cache-Control: no-cache"}); v.Outcome != diag.Healthy {
		t.Errorf("asked for first: %s %+v", v.Outcome, v.Causes)
	}
	gone := judge("two", hour, diag.Observation{ID: ServerRoute, Value: "missing", Basis: incident.Measured})
	if gone.Outcome != diag.Explained || gone.Causes[0].Code != "dispatch.stale-app" || gone.Causes[0].Probability <= v.Causes[0].Probability {
		t.Errorf("beside a route that is gone: %+v", gone.Causes)
	}
}

// The time of the incident counts for a profile that was handed in after it.
func TestStoredCopiesOfAnIncident(t *testing.T) {
	d := newDesk(t)
	at := cacheNow.Add(-2 * time.Hour)
	when := func(in *diag.Input) {
		if p := in.Incident.Set(incident.AttemptAt, at.Format(time.RFC3339), "incident", cacheNow); p != nil {
			t.Fatal(p)
		}
		if p := in.Incident.Set(incident.MessageID, "8842", "incident", cacheNow); p != nil {
			t.Fatal(p)
		}
	}
	hour := "Cache-Control: max-age=36000"
	history := func(state string) string {
		return `{"messages":[{"id":"8842","type":"text","content":"x","created_at":1` + state + `}]}`
	}
	for _, c := range []struct {
		name   string
		stored copied
		served file
		want   []string
		live   bool
	}{
		{"deployed before", copied{"/app.js", []string{js, hour}, 3 * time.Hour, "one", ""}, file{"two", map[string]string{"Last-Modified": at.Add(-time.Hour).UTC().Format(http.TimeFormat)}, 0}, []string{"cache.app=stale kept:yes", "cache.age=3600 s"}, false},
		{"deployed since", copied{"/app.js", []string{js, hour}, 3 * time.Hour, "one", ""}, file{"two", map[string]string{"Last-Modified": at.Add(time.Hour).UTC().Format(http.TimeFormat)}, 0}, []string{"!cache.app", "cache.age=3600 s"}, false},
		{"deployed nobody knows when", copied{"/app.js", []string{js, hour}, 3 * time.Hour, "one", ""}, file{"two", nil, 0}, []string{"cache.app=stale"}, true},
		{"stored after it", copied{"/app.js", []string{js, hour}, time.Hour, "one", ""}, file{"two", nil, 0}, []string{"!cache.app", "!cache.age"}, false},
		{"a history that shows the message", copied{"/api/v1/messages", []string{"Content-Type: application/json", hour}, 3 * time.Hour, history(""), ""}, file{}, []string{"cache.view=kept message:plain"}, false},
		{"a history that shows it withdrawn", copied{"/api/v1/messages", []string{"Content-Type: application/json", "Cache-Control: no-cache"}, 3 * time.Hour, history(`,"withdrawn":true`), ""}, file{}, []string{"cache.view=asks message:withdrawn"}, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			d.files = map[string]file{c.stored.path: c.served}
			dir := t.TempDir()
			d.put(t, filepath.Join(dir, inside), c.stored)
			res := d.look(t, dir, when)
			want(t, res, "", c.want...)
			for _, o := range res.Observations {
				if o.ID == CacheApp && o.Live != c.live {
					t.Errorf("live %v: %+v", o.Live, o)
				}
				for _, v := range o.Detail {
					if strings.Contains(v, "content") {
						t.Errorf("a message's text in %+v", o)
					}
				}
			}
		})
	}
}

// A device whose clock is off does not make the service's answers older.
func TestStoredCopiesByTheServicesClock(t *testing.T) {
	d := newDesk(t)
	d.files = map[string]file{"/app.js": {"one", nil, 0}}
	dir := t.TempDir()
	cache := filepath.Join(dir, inside)
	webcachetest.Simple(t, cache)
	// The device is 10 minutes fast; the answer was made a minute ago.
	came := cacheNow.Add(-time.Minute)
	webcachetest.SimpleEntry(t, cache, webcachetest.Answer{URL: d.URL + "/app.js", Lines: []string{"Date: " + came.Add(-10*time.Minute).UTC().Format(http.TimeFormat), js, "Cache-Control: max-age=3600"}, Asked: came, Came: came, Body: []byte("one")}, webcache.SuperFastHash)
	res := d.look(t, dir)
	want(t, res, "", "cache.age=660 s", "cache.freshness_left=2940 s")
	res = d.look(t, dir, func(in *diag.Input) {
		in.Attempt.Offset.Known, in.Attempt.Offset.Span = true, clock.Exactly(-10*time.Minute, 200*time.Millisecond)
	})
	// The service's clock says a minute; the browser goes by its own device's.
	want(t, res, "", "cache.age=60 s", "cache.freshness_left=2940 s")
	if o := first(t, res, CacheAge); o.Uncertainty == nil || *o.Uncertainty < 1 || *o.Uncertainty > 3 {
		t.Errorf("%+v", o)
	}
}

// Every partition of a client that was handed in is read by itself, and a bare
// cache folder, too.
func TestStoredCopiesOfPartitions(t *testing.T) {
	d := newDesk(t)
	d.files = map[string]file{"/app.js": {"two", nil, 0}}
	hour := []string{js, "Cache-Control: max-age=3600"}
	dir := t.TempDir()
	webcachetest.Must(t, os.WriteFile(filepath.Join(dir, "Preferences"), []byte("{}"), 0o600))
	d.put(t, filepath.Join(dir, "Cache", "Cache_Data"), copied{"/app.js", hour, time.Minute, "two", ""})
	d.put(t, filepath.Join(dir, "Partitions", "agent", "Cache", "Cache_Data"), copied{"/app.js", hour, 10 * time.Minute, "one", ""})
	res := d.look(t, dir)
	want(t, res, diag.Warn, "cache.age=60 s", "cache.age=600 s profile:Partitions/agent", "cache.app=stale profile:Partitions/agent", "cache.app=current")
	want(t, d.look(t, filepath.Join(dir, "Partitions", "agent", "Cache", "Cache_Data")), diag.Warn, "cache.app=stale", "cache.age=600 s")
}

// A health run reads the profile in use on this machine: settings in one folder,
// its cache in another.
func TestStoredCopiesOfThisMachine(t *testing.T) {
	if runtime.GOOS != "linux" {
		t.Skip("this layout is Linux's; the others' are in machine's tests")
	}
	d := newDesk(t)
	d.files = map[string]file{"/app.js": {"two", map[string]string{"ETag": `"v2"`}, 0}}
	home := t.TempDir()
	t.Setenv("HOME", home)
	t.Setenv("XDG_CONFIG_HOME", "")
	t.Setenv("XDG_CACHE_HOME", "")
	for _, profile := range []string{"Default", "Profile 1"} {
		webcachetest.Must(t, os.MkdirAll(filepath.Join(home, ".config/chromium", profile), 0o700))
	}
	write(t, filepath.Join(home, ".config/chromium/Local State"), `{"profile":{"info_cache":{"Default":{},"Profile 1":{}},"last_used":"Default"}}`)
	d.put(t, filepath.Join(home, ".cache/chromium/Default/Cache/Cache_Data"), copied{"/app.js", []string{js, "Cache-Control: max-age=3600", `ETag: "v1"`}, time.Minute, "one", ""})
	d.put(t, filepath.Join(home, ".cache/chromium/Profile 1/Cache/Cache_Data"), copied{"/app.js", []string{js, "Cache-Control: max-age=3600"}, 50 * time.Minute, "one", ""})
	in := &diag.Input{Incident: incident.New(), Attempt: attempt.Build(&evidence.Set{}, incident.New(), d.profile), Profile: d.profile, Health: true, Now: func() time.Time { return cacheNow }}
	seen := diag.Observations{{ID: ClockOffset, Value: 30_000.0, Unit: "ms", Uncertainty: diag.Float(100), Basis: incident.Measured, Live: true}}
	res := Cache().Run(context.Background(), in, seen)
	res.ID = "cache"
	want(t, res, diag.Warn, "cache.age=90 s", "cache.freshness_left=3540 s", "cache.app=stale kept:yes minutes:59", "!cache.torn")
	for _, o := range res.Observations {
		if !o.Live || o.Source != "this machine" || !strings.HasPrefix(o.Detail["profile"], "Chromium") || strings.Contains(o.Detail["profile"], "Profile 1") {
			t.Errorf("%+v", o)
		}
	}
	// An incident of last week is not about what this machine has now.
	in.Health = false
	if p := in.Incident.Set(incident.AttemptAt, cacheNow.Add(-7*24*time.Hour).Format(time.RFC3339), "incident", cacheNow); p != nil {
		t.Fatal(p)
	}
	if res := Cache().Run(context.Background(), in, seen); len(res.Observations) != 0 {
		t.Errorf("%s", list2text(res))
	}
}
