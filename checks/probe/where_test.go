package probe

import (
	"net/http"
	"net/netip"
	"testing"
	"time"
)

func TestWhereOnLoopback(t *testing.T) {
	srv, ca := tlsServer(t, wsHandler(wsEcho))
	res := dnsServer(t, map[string][]string{"svc.test": {"127.0.0.1"}})
	server := nameServer(t, func(q []byte, _ int) [][]byte {
		return [][]byte{dnsAnswer(q, map[string][]string{"svc.test": {"127.0.0.1"}})}
	})
	opt := Options{CAFile: ca, Proxy: direct, Resolver: res}
	here := Surroundings{NameServers: []netip.AddrPort{server}}
	r := Where(t.Context(), []Target{{"api", at(srv, "https", "svc.test")}, {"push", at(srv, "wss", "svc.test")}}, here, opt)
	if len(r.Faults) != 0 || len(r.Ladders) != 2 || len(r.Names) != 1 || r.Duration > 2*time.Second {
		t.Errorf("%+v in %v", r.Faults, r.Duration)
	}
	// One host is missing: that is told, and of that host alone.
	r = Where(t.Context(), []Target{{"api", at(srv, "https", "svc.test")}, {"static", "https://gone.test/"}}, here, opt)
	if len(r.Faults) != 1 || r.Faults[0].Kind != FaultNXDomain || r.Faults[0].Host() != "gone.test" {
		t.Errorf("%+v", r.Faults)
	}
	// Nobody listens.
	r = Where(t.Context(), []Target{{"api", "https://" + closedPort(t)}}, Surroundings{}, opt)
	if len(r.Faults) != 1 || r.Faults[0].Kind != FaultRefused || r.Faults[0].Place != PlaceUnknown {
		t.Errorf("%+v", r.Faults)
	}
	// A proxy that does not let through, past which the service is reached.
	opt.Proxy = through("http://" + connectProxy(t, 407))
	r = Where(t.Context(), []Target{{"api", srv.URL}}, Surroundings{}, opt)
	if len(r.Faults) != 1 || r.Faults[0].Kind != FaultProxyAuth || r.Faults[0].Detail != "direct works" {
		t.Errorf("%+v", r.Faults)
	}
	if r := Where(t.Context(), nil, here, opt); len(r.Faults) != 0 {
		t.Errorf("%+v", r.Faults)
	}
}

func TestServerFaults(t *testing.T) {
	status := func(code int) http.HandlerFunc {
		return func(w http.ResponseWriter, _ *http.Request) { w.Header().Set("Retry-After", "5"); w.WriteHeader(code) }
	}
	turn := make(chan int, 100)
	for i := range 100 {
		turn <- i
	}
	for _, c := range []struct {
		name string
		h    http.HandlerFunc
		want FaultKind
	}{
		{"well", hello, ""},
		{"login wanted", status(401), ""},
		{"failing", status(500), Fault5xx},
		{"limited", status(429), Fault429},
		{"by turns", func(w http.ResponseWriter, r *http.Request) {
			if <-turn%3 == 0 {
				status(503)(w, r)
			}
		}, FaultOverload},
		{"never answers", func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() }, FaultDeadline},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			r := Server(t.Context(), []Target{{"api", plainServer(t, c.h).URL}}, Options{Proxy: direct})
			fs := ServerFaults(r)
			if c.want == "" && len(fs) > 0 || c.want != "" && (len(fs) != 1 || fs[0].Kind != c.want || fs[0].Place != PlaceService) {
				t.Errorf("%+v of %+v", fs, r.Targets[0])
			}
		})
	}
}
