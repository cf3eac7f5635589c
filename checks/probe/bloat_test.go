package probe

import (
	"io"
	"net/http"
	"testing"
)

func TestBloatIsBounded(t *testing.T) {
	srv, ca := tlsServer(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body)
		w.WriteHeader(http.StatusNotFound)
	}))
	r := Bloat(t.Context(), Target{"api", srv.URL}, Options{CAFile: ca, Proxy: direct})
	if r.Kind != None || r.Sent == 0 || r.Sent > bloatBytes || r.Duration > Limit || r.Grown {
		t.Errorf("%+v", r)
	}
	if r := Bloat(t.Context(), Target{"api", "https://" + closedPort(t)}, Options{Proxy: direct}); r.Kind != Refused || r.Sent != 0 {
		t.Errorf("%+v", r)
	}
}
