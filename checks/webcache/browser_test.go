package webcache

import (
	"context"
	"errors"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"meiqia-diag/checks/webcache/webcachetest"
)

func ofSite(s *webcachetest.Site) Wanted {
	return func(url string) bool { return strings.HasPrefix(url, s.URL+"/") }
}

func pathsOf(s *webcachetest.Site, r Reading) []string {
	var out []string
	for _, e := range r.Entries {
		if p := strings.TrimPrefix(e.URL, s.URL); p != "/favicon.ico" {
			out = append(out, p)
		}
	}
	return slices.Compact(out)
}

// matches compares what was read with what the server sent.
func matches(t *testing.T, s *webcachetest.Site, r Reading) {
	t.Helper()
	for _, e := range r.Entries {
		sent, ok := s.Sent(strings.TrimPrefix(e.URL, s.URL))
		if !ok {
			continue // the icon that browsers ask for by themselves
		}
		for _, name := range []string{"ETag", "Cache-Control", "Content-Type", "Last-Modified", "Vary", "Content-Encoding"} {
			if got, want := e.Header.Get(name), sent.Header.Get(name); got != want {
				t.Errorf("%s %s: %s is %q, sent %q", e.Format, e.URL, name, got, want)
			}
		}
		if e.Header.Get("Set-Cookie") != "" {
			t.Errorf("%s %s: a cookie was kept", e.Format, e.URL)
		}
		if e.Status != 200 {
			t.Errorf("%s %s: status %d", e.Format, e.URL, e.Status)
		}
		if got, err := e.Sum(); err != nil || got != webcachetest.Sum(sent.Body) {
			t.Errorf("%s %s: body %.8s, %v; sent %.8s", e.Format, e.URL, got, err, webcachetest.Sum(sent.Body))
		}
		// Firefox and the CacheStorages keep whole seconds, and times of their own.
		if d := e.ResponseTime.Sub(sent.At); d < -2500*time.Millisecond || d > 2500*time.Millisecond {
			t.Errorf("%s %s: came %s, sent %s", e.Format, e.URL, e.ResponseTime, sent.At)
		}
		if e.RequestTime.After(e.ResponseTime) {
			t.Errorf("%s %s: asked %s after it came", e.Format, e.URL, e.RequestTime)
		}
		f := FreshnessOf(e.Answer(), e.ResponseTime.Add(30*time.Second))
		if strings.Contains(e.Header.Get("Cache-Control"), "max-age") && (!f.Fresh() || f.Age < 28*time.Second || f.Age > 34*time.Second) {
			t.Errorf("%s %s: freshness %+v", e.Format, e.URL, f)
		}
	}
}

var stored = []string{"/api/v1/messages?limit=20", "/app.js", "/chat", "/frame.html", "/main.3f2a91bc.js"}

// Each format is filled by a real Chromium, and read while it runs and after it has ended.
func TestChromiumCachesInABrowser(t *testing.T) {
	for _, format := range []Format{Simple, Blockfile, SQL} {
		t.Run(string(format), func(t *testing.T) {
			s := webcachetest.NewSite(t)
			dir := t.TempDir()
			stop := webcachetest.Chromium(t, dir, string(format), s.URL+"/chat")
			s.Await(t, "loaded", time.Minute)
			profile := filepath.Join(dir, "Default")
			if r, err := Read(t.Context(), profile, "Cache/Cache_Data", ofSite(s)); err != nil || r.Format != format {
				t.Errorf("while it runs: %s, %v", r.Format, err)
			} else {
				matches(t, s, r)
			}
			stop()
			r, err := Read(t.Context(), profile, "Cache/Cache_Data", ofSite(s))
			if err != nil || r.Format != format || r.Torn != 0 {
				t.Fatalf("%s, %d torn, %v", r.Format, r.Torn, err)
			}
			if got := pathsOf(s, r); !slices.Equal(got, stored) {
				t.Errorf("stored %q, want %q", got, stored)
			}
			matches(t, s, r)
			for _, e := range r.Entries {
				if site, _, _ := strings.Cut(e.Partition, " "); site != "http://127.0.0.1" {
					t.Errorf("%s is kept apart for %q", e.URL, e.Partition)
				}
			}
		})
	}
}

func TestFirefoxCacheInABrowser(t *testing.T) {
	s := webcachetest.NewSite(t)
	s.Worker.Store(true)
	dir := filepath.Join(t.TempDir(), "profile")
	stop := webcachetest.Firefox(t, dir, s.URL+"/chat")
	s.Await(t, "loaded", time.Minute)
	time.Sleep(2 * time.Second) // it writes what it got a little later
	if r, err := Read(t.Context(), dir, "cache2", ofSite(s)); err != nil || r.Format != Cache2 {
		t.Errorf("while it runs: %s, %v", r.Format, err)
	} else {
		matches(t, s, r)
	}
	stop()
	r, err := Read(t.Context(), dir, "cache2", ofSite(s))
	if err != nil || r.Torn != 0 {
		t.Fatalf("%d torn, %v", r.Torn, err)
	}
	for _, want := range stored {
		if !slices.Contains(pathsOf(s, r), want) {
			t.Errorf("%s is not among %q", want, pathsOf(s, r))
		}
	}
	matches(t, s, r)
	for _, e := range r.Entries {
		if e.Partition != "http://127.0.0.1" {
			t.Errorf("%s is kept apart for %q", e.URL, e.Partition)
		}
	}
	caches, err := ReadFirefoxCaches(t.Context(), dir, ofSite(s))
	if got := pathsOf(s, caches); err != nil || caches.Torn != 0 || !slices.Contains(got, "/app.js") || !slices.Contains(got, "/shell.html") || !slices.Contains(got, "/sw.js") {
		t.Errorf("%q, %d torn, %v", got, caches.Torn, err)
	}
	matches(t, s, caches)
	list, err := ReadFirefoxWorkers(dir, ofSite(s))
	if err != nil || len(list) != 1 || list[0].Script != s.URL+"/sw.js" || list[0].Scope != s.URL+"/" || !list[0].Fetches {
		t.Errorf("%+v, %v", list, err)
	}
}

func TestChromiumServiceWorkerInABrowser(t *testing.T) {
	s := webcachetest.NewSite(t)
	s.Worker.Store(true)
	dir := t.TempDir()
	stop := webcachetest.Chromium(t, dir, "", s.URL+"/chat")
	s.Await(t, "loaded", time.Minute)
	profile := filepath.Join(dir, "Default")
	check := func(when string) {
		r, err := ReadCacheStorage(t.Context(), profile, ofSite(s))
		if got := pathsOf(s, r); err != nil || r.Torn != 0 || !slices.Equal(got, []string{"/app.js", "/shell.html"}) {
			t.Errorf("%s: %q, %d torn, %v", when, got, r.Torn, err)
		}
		matches(t, s, r)
		for _, e := range r.Entries {
			if e.Cache != "shell-20261101.1" {
				t.Errorf("%s: in cache %q", when, e.Cache)
			}
		}
		list, err := ReadWorkers(t.Context(), profile, ofSite(s))
		if err != nil || len(list) != 1 || list[0].Script != s.URL+"/sw.js" || list[0].Scope != s.URL+"/" || !list[0].Active || !list[0].Fetches {
			t.Fatalf("%s: %+v, %v", when, list, err)
		}
		sent, _ := s.Sent("/sw.js")
		if sum, err := list[0].Installed.Sum(); err != nil || sum != webcachetest.Sum(sent.Body) {
			t.Errorf("%s: the worker's script: %.8s, %v", when, sum, err)
		}
	}
	// A cache's files are closed, and the registration written, a little after the page knows of it.
	for end := time.Now().Add(20 * time.Second); time.Now().Before(end); time.Sleep(200 * time.Millisecond) {
		r, _ := ReadCacheStorage(t.Context(), profile, ofSite(s))
		list, _ := ReadWorkers(t.Context(), profile, ofSite(s))
		if len(r.Entries) == 2 && len(list) == 1 && list[0].Active {
			break
		}
	}
	check("while it runs")
	stop()
	check("after it ended")
}

// A browser that writes all the time: what is half-written is read again or
// counted, and nothing that is read is wrong.
func TestChurnInABrowser(t *testing.T) {
	for _, format := range []Format{Simple, Blockfile, SQL} {
		t.Run(string(format), func(t *testing.T) {
			s := webcachetest.NewSite(t)
			dir := t.TempDir()
			webcachetest.Chromium(t, dir, string(format), s.URL+"/chat#churn")
			s.Await(t, "churning", time.Minute)
			want := func(url string) bool { return strings.HasPrefix(url, s.URL+"/churn/") }
			var sum Reading
			whole, cut := 0, 0
			ctx, cancel := context.WithTimeout(t.Context(), 2*time.Second)
			defer cancel()
			for ctx.Err() == nil {
				r, err := Read(ctx, filepath.Join(dir, "Default"), "Cache/Cache_Data", want)
				if err != nil {
					t.Fatal(err)
				}
				for _, e := range r.Entries {
					got, err := e.Sum()
					switch {
					case errors.Is(err, ErrBody):
						cut++
					case err != nil:
						t.Fatalf("an error of its own kind: %v", err)
					case got != e.Header.Get("X-Sum"):
						t.Errorf("%s: the body is not the head's", e.URL)
					default:
						whole++
					}
				}
				r.Entries = nil
				sum.plus(r)
			}
			t.Logf("%d records, %d read again, %d torn, %d vanished; %d bodies whole, %d cut", sum.Seen, sum.Retried, sum.Torn, sum.Vanished, whole, cut)
			if whole < 50 {
				t.Errorf("only %d bodies were read whole", whole)
			}
		})
	}
}
