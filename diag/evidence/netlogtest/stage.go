package netlogtest

import (
	"bytes"
	"crypto/tls"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/chromedp"

	"meiqia-diag/diag/realbrowser"
)

// Stage is a service that goes wrong in every way at its own addresses, and counts what reaches it.
type Stage struct {
	Plain, Secure *httptest.Server
	Dead          string // host and port where nobody listens

	mu    sync.Mutex
	seen  map[string]int // by method and path
	conns map[string]bool
}

// NewStage starts one, and ends it with the test.
func NewStage(t testing.TB) *Stage {
	t.Helper()
	s := &Stage{seen: map[string]int{}, conns: map[string]bool{}}
	s.Plain = httptest.NewServer(http.HandlerFunc(s.serve))
	s.Secure = httptest.NewUnstartedServer(http.HandlerFunc(s.serve))
	s.Secure.Config.ErrorLog = nil
	s.Secure.TLS = &tls.Config{}
	s.Secure.StartTLS()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	s.Dead = l.Addr().String()
	l.Close()
	t.Cleanup(func() { s.Plain.CloseClientConnections(); s.Plain.Close(); s.Secure.Close() })
	return s
}

// Count gives how often a request, its method and path, reached the service.
func (s *Stage) Count(key string) int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.seen[key]
}

func (s *Stage) serve(w http.ResponseWriter, r *http.Request) {
	_, _ = io.Copy(io.Discard, r.Body)
	key := r.Method + " " + r.URL.Path
	s.mu.Lock()
	s.seen[key]++
	n := s.seen[key]
	reused := s.conns[r.RemoteAddr]
	s.conns[r.RemoteAddr] = true
	s.mu.Unlock()
	switch r.URL.Path {
	case "/page":
		w.Header().Set("Content-Type", "text/html")
		fmt.Fprint(w, "<!doctype html><title>stage</title>")
	case "/page-csp":
		w.Header().Set("Content-Type", "text/html")
		w.Header().Set("Content-Security-Policy", "connect-src 'none'")
		fmt.Fprint(w, "<!doctype html><title>stage</title>")
	case "/warm": // several at once leave as many connections behind
		time.Sleep(150 * time.Millisecond)
		answer(w)
	case "/reset/recall":
		if reused || n < 3 { // each time on a connection that worked before, as a gateway that forgot it does
			reset(w)
			return
		}
		answer(w)
	case "/reset-always/recall":
		reset(w)
	case "/cut/recall":
		w.Header().Set("Content-Length", "1000")
		_, _ = io.WriteString(w, `{"code":0}`)
		_ = http.NewResponseController(w).Flush()
		panic(http.ErrAbortHandler)
	case "/slow/recall":
		select {
		case <-r.Context().Done():
		case <-time.After(5 * time.Second):
		}
	case "/login-expired/recall":
		http.Redirect(w, r, "/login", http.StatusFound)
	case "/ws404":
		http.NotFound(w, r)
	default:
		answer(w)
	}
}

func answer(w http.ResponseWriter) {
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("X-Backend", "node-1")
	w.Header().Add("Set-Cookie", "sid=not-for-anybody")
	_, _ = io.WriteString(w, `{"code":0}`)
}

func reset(w http.ResponseWriter) {
	c, _, err := http.NewResponseController(w).Hijack()
	if err != nil {
		panic(err)
	}
	_ = c.(*net.TCPConn).SetLinger(0)
	c.Close()
}

// Browse runs a script, an async function's body, on a page in a real Chromium, and
// gives the NetLog that it wrote and what the script returned. seen gets the
// events of the page as chromedp.Listen gives them, nil for nobody.
func Browse(t testing.TB, page, script, mode string, seen func(any), flags ...chromedp.ExecAllocatorOption) (log []byte, said string) {
	t.Helper()
	file := filepath.Join(t.TempDir(), "log.json")
	flags = append([]chromedp.ExecAllocatorOption{chromedp.Flag("log-net-log", file), chromedp.Flag("net-log-capture-mode", mode)}, flags...)
	tab, end := realbrowser.Drive(t, 90*time.Second, realbrowser.Options(realbrowser.Chromium(t), t.TempDir(), flags...))
	if seen != nil {
		if err := chromedp.Listen(tab, seen); err != nil {
			t.Fatal(err)
		}
	}
	if err := chromedp.Do(tab, chromedp.Navigate(page)); err != nil {
		t.Fatal(err)
	}
	if err := chromedp.Do(tab, chromedp.Evaluate[chromedp.Void](`window.done=null;(async()=>{`+script+`})().then(v=>{window.done=String(v)},e=>{window.done="threw "+e});undefined`)); err != nil {
		t.Fatal(err)
	}
	deadline := time.Now().Add(60 * time.Second)
	for {
		out, err := chromedp.Run(tab, chromedp.Evaluate[string](`window.done||""`))
		if err != nil {
			t.Fatal(err)
		}
		if out != "" {
			said = out
			break
		}
		if time.Now().After(deadline) {
			t.Fatal("the script on the page did not end")
		}
		time.Sleep(20 * time.Millisecond)
	}
	end() // closes the browser, which ends the log as it should
	for {
		data, err := os.ReadFile(file)
		if err == nil && bytes.HasSuffix(bytes.TrimSpace(data), []byte("}")) && bytes.Contains(data, []byte(`"polledData"`)) || time.Now().After(deadline) {
			return data, said
		}
		time.Sleep(50 * time.Millisecond)
	}
}

// Tries asks for one address after the other, and says how the page saw each end.
func Tries(steps ...string) string {
	return `const out=[];const t=async(n,f)=>{try{const r=await f();out.push(n+"="+(r&&r.status!==undefined?r.status:r))}catch(e){out.push(n+"="+e.name)}};
const post=(u,o)=>fetch(u,Object.assign({method:"POST",body:'{"id":"8842"}'},o));
const ws=u=>new Promise(r=>{const s=new WebSocket(u);s.onclose=e=>r(e.code);s.onopen=()=>s.close()});` + strings.Join(steps, "\n") + `;return out.join(" ")`
}

// Step is one try: its name, and the script that makes it.
func Step(name, expr string) string { return fmt.Sprintf(`await t(%q,()=>%s);`, name, expr) }
