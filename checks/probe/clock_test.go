package probe

import (
	"context"
	"net/http"
	"net/netip"
	"slices"
	"sync/atomic"
	"testing"
	"time"

	"meiqia-diag/diag/clock"
)

const true3217 = 3217 * time.Millisecond

func TestClockBoundsHoldTheTruth(t *testing.T) {
	srv, ca := tlsServer(t, dated(0))
	a, packetsA := ntpServer(t, ntpAnswer{stratum: 1})
	b, _ := ntpServer(t, ntpAnswer{stratum: 2, root: 20 * time.Millisecond})
	r := Clock(t.Context(), []string{a, b, a}, []Target{{"api", srv.URL}}, Options{CAFile: ca, Now: deviceOff(true3217), Proxy: direct})

	if len(r.Servers) != 2 {
		t.Fatalf("%d servers, want 2: a server named twice is asked once", len(r.Servers))
	}
	if n := packetsA.Load(); n > ntpPackets {
		t.Errorf("%d packets to one server, at most %d are polite", n, ntpPackets)
	}
	for name, e := range map[string]Estimate{"ntp": r.NTP, "service": r.Service, "combined": r.Combined} {
		if !e.Known || !e.Span.Contains(true3217) {
			t.Errorf("%s %+v does not hold the true offset %v", name, e, true3217)
		}
	}
	d := r.Dates[0]
	if d.Trust != TrustTLS || d.Asked > maxDates || !d.Agree {
		t.Errorf("date target: %+v", d)
	}
	if r.Whose != "device" {
		t.Errorf("whose clock: %q, want device", r.Whose)
	}
	if r.Combined.Method != "date" {
		t.Errorf("method %q", r.Combined.Method)
	}
}

// The bound holds and the device is right, whatever NTP is able to tell.
func TestClockWithoutTimeServers(t *testing.T) {
	const off = -1400 * time.Millisecond
	srv := plainServer(t, dated(off))
	silent, _ := ntpServer(t, ntpAnswer{silent: true})
	r := Clock(t.Context(), []string{silent}, []Target{{"api", srv.URL}}, Options{Proxy: direct})
	if r.NTP.Known || r.Servers[0].Kind != Timeout {
		t.Errorf("silent server: %+v", r.Servers[0])
	}
	if !r.Combined.Known || !r.Combined.Span.Contains(off) || r.Combined.Method != "date-plain" {
		t.Errorf("combined %+v does not hold %v", r.Combined, off)
	}
	if r.Whose != "unknown" {
		t.Errorf("whose %q, want unknown", r.Whose)
	}
	if n := r.Dates[0].Asked; n > maxLead {
		t.Errorf("%d requests", n)
	}
	if s := r.Time(); s.State != TimeBlocked || s.Silent != 1 {
		t.Errorf("time servers: %+v", s)
	}
}

func TestClockTellsWhoseIsOff(t *testing.T) {
	for _, c := range []struct {
		name            string
		device, service time.Duration // from true time
		want            string
	}{
		{"all right", 0, 0, "none"},
		{"device", 8 * time.Second, 0, "device"},
		{"service", 0, -5 * time.Second, "service"},
		{"both alike", 6 * time.Second, 6 * time.Second, "both"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			srv := plainServer(t, dated(c.service))
			ntp, _ := ntpServer(t, ntpAnswer{stratum: 1})
			r := Clock(t.Context(), []string{ntp}, []Target{{"api", srv.URL}}, Options{Proxy: direct, Now: func() time.Time { return time.Now().Add(c.device) }})
			if r.Whose != c.want {
				t.Errorf("whose %q, want %q (ntp %+v, service %+v)", r.Whose, c.want, r.NTP, r.Service)
			}
			if !r.Combined.Span.Contains(c.service - c.device) {
				t.Errorf("combined %+v does not hold %v", r.Combined, c.service-c.device)
			}
		})
	}
}

func TestTimeServersThatDoNotCount(t *testing.T) {
	for _, c := range []struct {
		name    string
		answer  ntpAnswer
		kind    Kind
		packets int32
	}{
		{"kiss of death", ntpAnswer{stratum: 0, kiss: "RATE"}, KissOfDeath, 1},
		{"unsynchronised", ntpAnswer{stratum: 2, leap: 3}, Unsynchronised, 1},
		{"stratum 16", ntpAnswer{stratum: 16}, Unsynchronised, 1},
		{"far from its root", ntpAnswer{stratum: 3, root: 3 * time.Second}, Unsynchronised, 2},
		{"mangled", ntpAnswer{stratum: 1, mangle: true}, Mismatch, 1},
		{"silent", ntpAnswer{silent: true}, Timeout, 2},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			addr, packets := ntpServer(t, c.answer)
			r := Clock(t.Context(), []string{addr}, nil, Options{})
			s := r.Servers[0]
			if !s.Rejected || s.Kind != c.kind || s.KissCode != c.answer.kiss {
				t.Errorf("%+v, want kind %s", s, c.kind)
			}
			if n := packets.Load(); n != c.packets {
				t.Errorf("%d packets, want %d", n, c.packets)
			}
			if r.NTP.Known || r.Combined.Known {
				t.Errorf("something is known: %+v", r.Combined)
			}
		})
	}
}

func TestFalsetickersAreOutvoted(t *testing.T) {
	var addrs []string
	for _, off := range []time.Duration{0, 0, 0, 120 * time.Millisecond, -50 * time.Second} {
		a, _ := ntpServer(t, ntpAnswer{stratum: 2, offset: off})
		addrs = append(addrs, a)
	}
	r := Clock(t.Context(), addrs, nil, Options{})
	for i, s := range r.Servers {
		if want := i >= 3; s.Rejected != want {
			t.Errorf("server %d: %+v, rejected should be %v", i, s, want)
		}
	}
	if !r.NTP.Known || r.NTP.Sources != 3 || !r.NTP.Span.Contains(0) {
		t.Errorf("ntp %+v", r.NTP)
	}
}

// A falseticker that overlaps the good servers must not pull the bound away from the truth.
func TestBoundOutlastsAnOverlappingFalseticker(t *testing.T) {
	ms := time.Millisecond
	good, bad := clock.Exactly(0, 20*ms), clock.Exactly(30*ms, 20*ms)
	s, ok := truechimers([]clock.Span{good, good, bad, good})
	if !ok || !s.Contains(0) {
		t.Errorf("%v %v", s, ok)
	}
	if _, ok := truechimers([]clock.Span{good, clock.Exactly(time.Second, 20*ms)}); ok {
		t.Error("two that exclude each other agree")
	}
	if s, ok := truechimers([]clock.Span{bad}); !ok || s != bad {
		t.Errorf("one server is believed: %v %v", s, ok)
	}
	if _, ok := truechimers(nil); ok {
		t.Error("nobody agrees")
	}
}

func TestStepWhileMeasuring(t *testing.T) {
	srv := plainServer(t, dated(0))
	start := time.Now()
	r := Clock(t.Context(), nil, []Target{{"api", srv.URL}}, Options{Proxy: direct, Now: func() time.Time {
		if time.Since(start) > 30*time.Millisecond {
			return time.Now().Add(-3*time.Second - time.Minute)
		}
		return time.Now().Add(-time.Minute)
	}})
	if (r.Step+3*time.Second).Abs() > clockStep || r.Combined.Known {
		t.Errorf("step %v, %+v", r.Step, r.Combined)
	}
}

func TestDeviceClock(t *testing.T) {
	for _, system := range []func() time.Time{nil, time.Now} {
		if _, custom := deviceClock(system); custom != nil {
			t.Error("the system's own clock is read without its kernel stamps")
		}
	}
	now, custom := deviceClock(deviceOff(true3217))
	if custom == nil || time.Since(now()).Round(100*time.Millisecond) != true3217.Round(100*time.Millisecond) {
		t.Errorf("a clock of its own shows %v", now())
	}
}

func TestFamiliesTakeTurns(t *testing.T) {
	addr := netip.MustParseAddr
	got := alternate([]netip.Addr{addr("2001:db8::1"), addr("2001:db8::2"), addr("192.0.2.1"), addr("192.0.2.2"), addr("192.0.2.3")})
	want := []netip.Addr{addr("2001:db8::1"), addr("192.0.2.1"), addr("2001:db8::2"), addr("192.0.2.2"), addr("192.0.2.3")}
	if !slices.Equal(got, want) {
		t.Errorf("%v", got)
	}
}

func TestTwoClocksThatDifferSayNothing(t *testing.T) {
	a, _ := ntpServer(t, ntpAnswer{stratum: 2})
	b, _ := ntpServer(t, ntpAnswer{stratum: 2, offset: time.Minute})
	r := Clock(t.Context(), []string{a, b}, nil, Options{})
	if r.NTP.Known || !r.NoQuorum || r.Time().State != TimeDisputed {
		t.Errorf("ntp %+v, no quorum %v", r.NTP, r.NoQuorum)
	}
}

func TestDatesThatDoNotCount(t *testing.T) {
	old := func(key, value string) http.HandlerFunc {
		return func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set(key, value)
			dated(-time.Hour)(w, r)
		}
	}
	for _, c := range []struct {
		name string
		h    http.HandlerFunc
		kind Kind
	}{
		{"age", old("Age", "3600"), Cached},
		{"cdn hit", old("X-Cache", "HIT TCP_MEM_HIT dirn:1:2"), Cached},
		{"portal", func(w http.ResponseWriter, r *http.Request) {
			http.Redirect(w, r, "http://login.portal.test/", http.StatusFound)
		}, Redirected},
		{"none", func(w http.ResponseWriter, _ *http.Request) { w.Header()["Date"] = nil }, NoDate},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			r := Clock(t.Context(), nil, []Target{{"api", plainServer(t, c.h).URL}}, Options{Proxy: direct})
			if d := r.Dates[0]; d.Known || d.Kind != c.kind {
				t.Errorf("%+v, want %s", d, c.kind)
			}
		})
	}
}

// A certificate that is bad only in time tells of the device's clock, and its
// host's Date has to count then, of all times.
func TestDateWithAWrongDeviceClock(t *testing.T) {
	srv, ca := tlsServer(t, dated(0))
	const off = 2 * 365 * 24 * time.Hour
	r := Clock(t.Context(), nil, []Target{{"api", srv.URL}}, Options{CAFile: ca, Proxy: direct, Now: deviceOff(-off)})
	if d := r.Dates[0]; d.Trust != TrustTLS || len(d.Problems) != 1 || d.Problems[0] != Expired {
		t.Errorf("%+v", d)
	}
	if !r.Combined.Span.Contains(-off) {
		t.Errorf("combined %+v", r.Combined)
	}
	r = Clock(t.Context(), nil, []Target{{"api", srv.URL}}, Options{Proxy: direct})
	if d := r.Dates[0]; d.Trust != TrustBad || r.Combined.Method != "date-unverified" {
		t.Errorf("unknown authority: %+v %+v", d, r.Combined)
	}
}

func TestBackendsWhoseClocksDiffer(t *testing.T) {
	var n atomic.Int32
	srv := plainServer(t, func(w http.ResponseWriter, r *http.Request) {
		dated(time.Duration(n.Add(1)%2)*7*time.Second)(w, r)
	})
	r := Clock(t.Context(), nil, []Target{{"api", srv.URL}}, Options{Proxy: direct})
	if d := r.Dates[0]; d.Agree || !d.Known {
		t.Errorf("%+v: two clocks that are 7 s apart agree", d)
	}
	other := plainServer(t, dated(9*time.Second))
	good := plainServer(t, dated(0))
	r = Clock(t.Context(), nil, []Target{{"static", other.URL}, {"api", good.URL}}, Options{Proxy: direct})
	if !r.Disagree || !r.Service.Span.Contains(0) {
		t.Errorf("hosts 9 s apart: disagree %v, service %+v; the API's clock counts", r.Disagree, r.Service)
	}
}

func TestClockEndsWithItsContext(t *testing.T) {
	silent, _ := ntpServer(t, ntpAnswer{silent: true})
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	r := Clock(ctx, []string{silent}, []Target{{"api", "http://" + rawServer(t, mute)}, {"api", "::bad"}}, Options{Proxy: direct})
	if r.Combined.Known {
		t.Errorf("%+v", r.Combined)
	}
}

func TestMarzullo(t *testing.T) {
	ms := time.Millisecond
	sp := func(lo, hi int) clock.Span {
		return clock.Span{Lo: time.Duration(lo) * ms, Hi: time.Duration(hi) * ms}
	}
	for _, c := range []struct {
		name  string
		in    []clock.Span
		want  clock.Span
		votes int
	}{
		{"none", nil, clock.Span{}, 0},
		{"one", []clock.Span{sp(1, 3)}, sp(1, 3), 1},
		{"Marzullo's own", []clock.Span{sp(8, 12), sp(11, 13), sp(10, 12)}, sp(11, 12), 3},
		{"one apart", []clock.Span{sp(8, 12), sp(11, 13), sp(14, 15)}, sp(11, 12), 2},
		{"touching", []clock.Span{sp(0, 5), sp(5, 9)}, sp(5, 5), 2},
		{"a tie is spanned", []clock.Span{sp(0, 4), sp(3, 8), sp(7, 9)}, sp(3, 8), 2},
		{"a point", []clock.Span{sp(2, 2), sp(0, 9), sp(2, 2)}, sp(2, 2), 3},
	} {
		if got, votes := marzullo(c.in); got != c.want || votes != c.votes {
			t.Errorf("%s: %v with %d, want %v with %d", c.name, got, votes, c.want, c.votes)
		}
	}
}
