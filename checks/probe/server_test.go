package probe

import (
	"math"
	"math/rand/v2"
	"net"
	"net/http"
	"net/http/httptest"
	"runtime"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"
)

// backends starts one server for each handler, on neighbouring loopback
// addresses and the same port, behind one name; a nil handler listens nowhere.
func backends(t *testing.T, hs ...http.HandlerFunc) (url string, opt Options) {
	t.Helper()
	port := "0"
	var addrs []string
	for i, h := range hs {
		ip := net.IPv4(127, 0, 0, byte(1+i)).String()
		addrs = append(addrs, ip)
		if h == nil {
			continue
		}
		l, err := net.Listen("tcp", net.JoinHostPort(ip, port))
		if err != nil {
			if runtime.GOOS == "linux" || runtime.GOOS == "windows" {
				t.Fatal(err)
			}
			t.Skipf("ONE LOOPBACK ADDRESS ONLY: %v", err)
		}
		_, port, _ = net.SplitHostPort(l.Addr().String())
		srv := &httptest.Server{Listener: l, Config: &http.Server{Handler: h}}
		srv.Start()
		t.Cleanup(srv.Close)
	}
	return "http://pool.test:" + port + "/", Options{Proxy: direct, Resolver: dnsServer(t, map[string][]string{"pool.test": addrs})}
}

func slow(d time.Duration) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		time.Sleep(d)
		hello(w, r)
	}
}

func TestServerBackendsAlike(t *testing.T) {
	var asked atomic.Int32
	h := func(w http.ResponseWriter, r *http.Request) { asked.Add(1); hello(w, r) }
	url, opt := backends(t, h, h, h)
	r := Server(t.Context(), []Target{{"api", url}, {"workbench", url + "chat"}, {"push", "ws://pool.test/"}}, opt)
	if len(r.Targets) != 1 {
		t.Fatalf("%d targets: one host is measured once, and WebSockets not at all", len(r.Targets))
	}
	got := r.Targets[0]
	if got.Sent != 15 || got.Answered != 15 || asked.Load() != 15 || got.Kind != None || got.Errors5xx != 0 {
		t.Errorf("%+v", got)
	}
	if got.Uneven.Any() || !got.Uneven.Tested {
		t.Errorf("uneven %+v", got.Uneven)
	}
	for _, b := range got.Backends {
		if !b.Good() || !b.Dated || !b.Offset.Contains(0) || b.Connect <= 0 {
			t.Errorf("%+v", b)
		}
	}
}

func TestServerOneSlowBackend(t *testing.T) {
	url, opt := backends(t, hello, slow(350*time.Millisecond), hello, hello)
	u := Server(t.Context(), []Target{{"api", url}}, opt).Targets[0].Uneven
	if len(u.Slow) != 1 || !strings.HasPrefix(u.Slow[0], "127.0.0.2:") || len(u.Failing)+len(u.Mixed) > 0 {
		t.Errorf("%+v", u)
	}
}

func TestServerFailingBackends(t *testing.T) {
	bad := func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusBadGateway) }
	url, opt := backends(t, hello, bad, nil)
	got := Server(t.Context(), []Target{{"api", url}}, opt).Targets[0]
	if u := got.Uneven; len(u.Failing) != 2 || len(u.Slow) > 0 {
		t.Errorf("%+v", u)
	}
	if got.Backends[2].Kind != Refused || len(got.Backends[2].Requests) != 0 || got.Errors5xx != 5 {
		t.Errorf("%+v", got)
	}
}

// All failing alike is not uneven.
func TestServerAllFailing(t *testing.T) {
	busy := func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Retry-After", "7")
		w.WriteHeader(http.StatusServiceUnavailable)
	}
	url, opt := backends(t, busy, busy)
	got := Server(t.Context(), []Target{{"api", url}}, opt).Targets[0]
	if got.Uneven.Any() || got.Errors5xx != got.Sent || got.RetryAfter != 7*time.Second {
		t.Errorf("%+v", got)
	}
}

func TestServerQueueingAndLimits(t *testing.T) {
	got := Server(t.Context(), []Target{{"api", plainServer(t, slow(300*time.Millisecond)).URL}}, Options{Proxy: direct}).Targets[0]
	if got.Queueing < 250*time.Millisecond || got.Uneven.Any() {
		t.Errorf("queueing %v, uneven %+v", got.Queueing, got.Uneven)
	}
	got = Server(t.Context(), []Target{{"api", plainServer(t, func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Retry-After", time.Now().Add(time.Minute).UTC().Format(http.TimeFormat))
		w.WriteHeader(http.StatusTooManyRequests)
	}).URL}}, Options{Proxy: direct}).Targets[0]
	if got.Limited != got.Sent || got.RetryAfter < 50*time.Second {
		t.Errorf("%+v", got)
	}
	got = Server(t.Context(), []Target{{"api", "http://" + rawServer(t, mute)}}, Options{Proxy: direct}).Targets[0]
	if got.Unanswered != got.Sent || got.Sent == 0 || got.Queueing < time.Second || !got.Backends[0].Requests[0].Open {
		t.Errorf("%+v", got)
	}
}

// One address with two machines behind it, one good and one bad.
func TestServerMixedAddress(t *testing.T) {
	var n atomic.Int32
	got := Server(t.Context(), []Target{{"api", plainServer(t, func(w http.ResponseWriter, r *http.Request) {
		if n.Add(1)%2 == 0 {
			w.WriteHeader(http.StatusBadGateway)
		}
	}).URL}}, Options{Proxy: direct}).Targets[0]
	if len(got.Uneven.Mixed) != 1 {
		t.Errorf("%+v", got.Uneven)
	}
}

// noisy makes backends whose delays are of one heavy-tailed kind, some slower.
func noisy(rng *rand.Rand, n int, extra ...time.Duration) []Backend {
	var out []Backend
	for i := range n {
		b := Backend{Addr: string(rune('a' + i)), Family: "ip4"}
		for range 5 {
			// Pareto with shape 1.5 and scale 10 ms: mean 30 ms, one in thirty over 100 ms.
			d := time.Duration(10*math.Pow(1-rng.Float64(), -1/1.5)) * time.Millisecond
			if i < len(extra) {
				d += extra[i]
			}
			b.Requests = append(b.Requests, Request{Status: 200, Queueing: d})
		}
		out = append(out, b)
	}
	return out
}

func TestUnevenDoesNotCryWolf(t *testing.T) {
	rng := rand.New(rand.NewPCG(7, 8))
	const runs = 3000
	for _, n := range []int{1, 2, 4, 8} {
		alarms := 0
		for range runs {
			if uneven(noisy(rng, n), 0).Any() {
				alarms++
			}
		}
		if share := float64(alarms) / runs; share > 0.0125 {
			t.Errorf("%d addresses alike: %.4f alarms", n, share)
		}
	}
}

func TestUnevenSeesWhatIsThere(t *testing.T) {
	rng := rand.New(rand.NewPCG(9, 10))
	const runs = 60
	for _, n := range []int{2, 5} {
		seen := 0
		for range runs {
			if u := uneven(noisy(rng, n, 250*time.Millisecond), 0); slices.Contains(u.Slow, "a") {
				seen++
			}
		}
		if share := float64(seen) / runs; share < 0.75 {
			t.Errorf("one of %d slower by 250 ms: seen in %.3f", n, share)
		}
	}
}

// A family that has no way out of this machine is not a bad backend.
func TestUnevenLeavesTheFamilyOut(t *testing.T) {
	rng := rand.New(rand.NewPCG(11, 12))
	list := append(noisy(rng, 2), Backend{Addr: "six", Family: "ip6", Kind: Timeout}, Backend{Addr: "far", Family: "ip4", Kind: NoRoute})
	for i := range list[:2] {
		for j := range list[i].Requests {
			list[i].Requests[j].Queueing = 20 * time.Millisecond
		}
	}
	if u := uneven(list, 0); u.Any() {
		t.Errorf("%+v", u)
	}
}
