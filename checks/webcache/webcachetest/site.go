package webcachetest

import (
	"compress/gzip"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/andybalholm/brotli"
)

// Site is a workbench of a few files that browsers visit: a page with a script
// of a fixed name and one named by its content, and on request a service worker.
type Site struct {
	*httptest.Server
	Build  atomic.Value // string: what app.js says it is of
	Worker atomic.Bool  // the page registers a service worker that puts app.js aside
	MaxAge int          // of app.js

	mu    sync.Mutex
	sent  map[string]Sent
	done  chan string
	churn atomic.Int64
}

// Sent is an answer as the site gave it last.
type Sent struct {
	Header http.Header
	Body   string // decoded
	At     time.Time
}

// NewSite starts a site.
func NewSite(t testing.TB) *Site {
	s := &Site{sent: map[string]Sent{}, done: make(chan string, 64), MaxAge: 3600}
	s.Build.Store("20261101.1")
	s.Server = httptest.NewServer(http.HandlerFunc(s.serve))
	t.Cleanup(s.Close)
	return s
}

// Sent gives what the site sent for a path last.
func (s *Site) Sent(path string) (Sent, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	x, ok := s.sent[path]
	return x, ok
}

// Await waits until a page said that it is done with something.
func (s *Site) Await(t testing.TB, what string, limit time.Duration) {
	t.Helper()
	for end := time.After(limit); ; {
		select {
		case got := <-s.done:
			if got == what {
				return
			}
		case <-end:
			t.Fatalf("no page said %q within %s", what, limit)
		}
	}
}

const page = `<!doctype html><meta name="build" content="%s"><title>workbench</title><script src="/app.js"></script><script src="/main.3f2a91bc.js"></script>
<iframe src="/frame.html"></iframe><script>
const worker = %t, churn = location.hash === "#churn"
addEventListener("load", async () => {
  await fetch("/api/v1/messages?limit=20").then(r => r.text())
  if (worker) { await navigator.serviceWorker.register("/sw.js"); await navigator.serviceWorker.ready }
  await fetch("/done?loaded", {cache: "no-store"})
  for (let n = 0; churn; n++) {
    await Promise.all([...Array(8).keys()].map(k => fetch("/churn/" + (8*n+k) %% 40, {cache: n %% 3 ? "default" : "reload"}).then(r => r.text()).catch(() => {})))
    if (n === 4) fetch("/done?churning", {cache: "no-store"})
  }
})</script>`

const worker = `const name = "shell-%s"
self.addEventListener("install", e => e.waitUntil(caches.open(name).then(c => c.addAll(["/app.js", "/shell.html"])).then(() => self.skipWaiting())))
self.addEventListener("activate", e => e.waitUntil(clients.claim()))
self.addEventListener("fetch", e => e.respondWith(caches.match(e.request).then(r => r || fetch(e.request))))`

func (s *Site) serve(w http.ResponseWriter, r *http.Request) {
	build := s.Build.Load().(string)
	h, kind, body := w.Header(), "text/javascript; charset=utf-8", ""
	switch p := r.URL.Path; {
	case p == "/done":
		s.done <- r.URL.RawQuery
		h.Set("Cache-Control", "no-store")
		return
	case p == "/chat":
		kind, body = "text/html; charset=utf-8", fmt.Sprintf(page, build, s.Worker.Load())
		h.Set("Cache-Control", "max-age=600")
	case p == "/frame.html" || p == "/shell.html":
		kind, body = "text/html", "<p>"+build
		h.Set("Cache-Control", "max-age=60")
	case p == "/app.js":
		body = "/* build " + build + " */ window.app = " + strings.Repeat("1+", 3000) + "1"
		h.Set("Cache-Control", fmt.Sprintf("max-age=%d", s.MaxAge))
		h.Set("Set-Cookie", "sid=secret")
		h.Set("Vary", "Accept-Encoding")
	case p == "/main.3f2a91bc.js":
		body = "// main"
		h.Set("Cache-Control", "max-age=31536000, immutable")
	case p == "/sw.js":
		body = fmt.Sprintf(worker, build)
		h.Set("Cache-Control", "no-cache")
	case p == "/api/v1/messages":
		kind, body = "application/json", `{"messages":[{"id":"8842","type":"text","content":"x","created_at":1}]}`
		h.Set("Cache-Control", "max-age=120")
	case strings.HasPrefix(p, "/churn/"):
		n := s.churn.Add(1)
		kind, body = "text/plain", strings.Repeat(fmt.Sprintf("%s %d\n", p, n), 20+int(n*7919%3000))
		h.Set("Cache-Control", "max-age=300")
		h.Set("X-Sum", Sum(body))
	default:
		http.NotFound(w, r)
		return
	}
	tag := `"` + Sum(body)[:16] + `"`
	h.Set("ETag", tag)
	h.Set("Content-Type", kind)
	h.Set("Last-Modified", time.Now().Add(-100*time.Hour).UTC().Format(http.TimeFormat))
	if r.Header.Get("If-None-Match") == tag {
		w.WriteHeader(http.StatusNotModified)
		return
	}
	s.write(w, r, body)
	s.mu.Lock()
	s.sent[r.URL.RequestURI()] = Sent{h.Clone(), body, time.Now()}
	s.mu.Unlock()
}

// write sends a body coded as the browser can read it: gzip for half of the files, brotli where it takes that.
func (s *Site) write(w http.ResponseWriter, r *http.Request, body string) {
	accepts := r.Header.Get("Accept-Encoding")
	switch {
	case strings.Contains(accepts, "br"):
		w.Header().Set("Content-Encoding", "br")
		z := brotli.NewWriter(w)
		_, _ = z.Write([]byte(body))
		z.Close()
	case strings.Contains(accepts, "gzip") && r.URL.Path != "/chat":
		w.Header().Set("Content-Encoding", "gzip")
		z := gzip.NewWriter(w)
		_, _ = z.Write([]byte(body))
		z.Close()
	default:
		_, _ = w.Write([]byte(body))
	}
}

// Sum is the SHA-256 of a text, in hexadecimal digits.
func Sum(text string) string {
	sum := sha256.Sum256([]byte(text))
	return hex.EncodeToString(sum[:])
}
