package probe

import (
	"context"
	"encoding/pem"
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"
)

func TestFetch(t *testing.T) {
	var conns, cookies atomic.Int32
	h := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("Cookie") != "" || r.Header.Get("Authorization") != "" {
			cookies.Add(1)
		}
		switch r.URL.Path {
		case "/app.js":
			w.Header().Set("ETag", `"v2"`)
			if r.Header.Get("If-None-Match") == `"v2"` {
				w.WriteHeader(http.StatusNotModified)
				return
			}
			fmt.Fprint(w, "v2")
		case "/moved":
			http.Redirect(w, r, "http://192.0.2.1/login", http.StatusFound)
		case "/big":
			_, _ = w.Write(make([]byte, maxAnswer+1))
		case "/cut":
			w.Header().Set("Content-Length", "100")
			_, _ = w.Write([]byte("x"))
		case "/hang":
			<-r.Context().Done()
		default:
			http.NotFound(w, r)
		}
	})
	plain := httptest.NewUnstartedServer(h)
	plain.Config.ConnState = func(_ net.Conn, s http.ConnState) {
		if s == http.StateNew {
			conns.Add(1)
		}
	}
	plain.Start()
	defer plain.Close()
	secure := httptest.NewTLSServer(h)
	defer secure.Close()
	ca := filepath.Join(t.TempDir(), "ca.pem")
	if err := os.WriteFile(ca, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: secure.Certificate().Raw}), 0o600); err != nil {
		t.Fatal(err)
	}
	asks := []Ask{{URL: plain.URL + "/app.js", ETag: `"v2"`}, {URL: plain.URL + "/app.js", ETag: `"v1"`}, {URL: plain.URL + "/none"}, {URL: plain.URL + "/moved"},
		{URL: plain.URL + "/big"}, {URL: plain.URL + "/cut"}, {URL: secure.URL + "/app.js"}, {URL: "ws://127.0.0.1:1/"}, {URL: "ftp://127.0.0.1/x"}, {URL: strings.Replace(plain.URL, "//", "//user:secret@", 1) + "/app.js"}}
	got := Fetch(context.Background(), asks, Options{CAFile: ca})
	for i, want := range []struct {
		status int
		body   string
		kind   Kind
	}{{304, "", None}, {200, "v2", None}, {404, "404 page not found\n", None}, {302, "", None}, {200, "", None}, {0, "", Reset}, {200, "v2", None}, {0, "", Canceled}, {0, "", Canceled}, {200, "v2", None}} {
		g := got[i]
		if g.Status != want.status || g.Kind != want.kind || want.body != "" && string(g.Body) != want.body {
			t.Errorf("%s: %d %q %s, want %d %q %s", asks[i].URL, g.Status, g.Body, g.Kind, want.status, want.body, want.kind)
		}
	}
	if got[4].Body != nil {
		t.Error("a body over the bound was kept")
	}
	if cookies.Load() != 0 {
		t.Error("credentials were sent")
	}
	if n := conns.Load(); n > 3 {
		t.Errorf("%d connections to one host", n)
	}
	// A certificate that a browser would refuse: nothing is asked.
	if got := Fetch(context.Background(), []Ask{{URL: secure.URL + "/app.js"}}, Options{}); got[0].Status != 0 || got[0].Kind != UnknownAuthority {
		t.Errorf("%+v", got[0])
	}
	start := time.Now()
	if got := Fetch(context.Background(), []Ask{{URL: plain.URL + "/hang"}}, Options{Timeout: 200 * time.Millisecond}); got[0].Kind == None || time.Since(start) > 2*time.Second {
		t.Errorf("%+v after %v", got[0], time.Since(start))
	}
}

func TestSameHost(t *testing.T) {
	for _, c := range []struct {
		a, b string
		same bool
	}{
		{"https://a.example/x", "https://A.example:443/y", true}, {"http://a.example", "https://a.example", false}, {"https://a.example", "https://b.a.example", false},
		{"https://a.example@evil.example/", "https://a.example/", false}, {"://", "://", false}, {"", "", false},
	} {
		if SameHost(c.a, c.b) != c.same {
			t.Errorf("%q and %q: %v", c.a, c.b, !c.same)
		}
	}
}
