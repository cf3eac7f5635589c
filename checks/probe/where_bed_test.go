package probe_test

import (
	"context"
	"fmt"
	"os"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"meiqia-diag/checks/probe"
	"meiqia-diag/diag/lab/bed"
	"meiqia-diag/diag/lab/link"
)

// The catalogue of the test bed against what the probes say of it.

type lookReq struct {
	CAFile string
}

type lookRes struct {
	Where     probe.WhereResult
	Server    probe.ServerResult
	AtService []probe.Fault
	Took      time.Duration
}

// faults are all that are told as faults, without the notes.
func (r lookRes) faults() (out []probe.Fault) {
	return slices.Concat(r.Where.Faults, r.AtService)
}

// lookAround runs what the checks network and server run, side by side as they do.
func lookAround(ctx context.Context, req lookReq) (lookRes, error) {
	opt := probe.Options{CAFile: req.CAFile, ExpectedIssuers: []string{"Bed Root CA"}}
	desk := probe.Target{Role: "workbench", URL: "https://" + bed.Workbench + "/chat"}
	api := probe.Target{Role: "api", URL: "https://" + bed.API + "/"}
	push := probe.Target{Role: "push", URL: "wss://" + bed.Push + "/pusher/websocket"}
	var r lookRes
	start := time.Now()
	var wg sync.WaitGroup
	wg.Go(func() { r.Where = probe.Where(ctx, []probe.Target{api, desk, push}, probe.Here(), opt) })
	wg.Go(func() { r.Server = probe.Server(ctx, []probe.Target{api, desk}, opt) })
	wg.Wait()
	r.Took = time.Since(start)
	r.AtService = probe.ServerFaults(r.Server)
	return r, nil
}

// seen says what a condition of the bed is called here. A place that is "" is
// not asked for; a kind may have several names that are all right.
type wanted struct {
	place probe.Place
	kinds string // separated by |
	addrs bool   // the backend has to be named
}

// notOurs are conditions that other probes find: of loss, jitter and clocks, and
// those that only a longer look can find.
var notOurs = []string{
	"lan-loss", "lan-bursts", "wan-loss", "wan-loss-back", "wan-loss-heavy", "wan-bursts", "wan-flapping",
	"bloat-up", "bloat-down", "bloat-busy", "ws-idle",
	"service-ahead", "service-behind", "device-behind", "device-ahead",
}

var wantedOf = map[string]wanted{
	"lan-slow": {probe.PlaceLAN, "delay", false}, "lan-dead": {probe.PlaceLAN, "dead", false},
	"wan-slow": {probe.PlaceRoute, "delay", false}, "wan-dead": {probe.PlaceRoute, "dead", false},
	"wan-unstable": {probe.PlaceRoute, "jitter|delay", false},
	"mtu-up":       {probe.PlaceRoute, "mtu", false}, "mtu-down": {probe.PlaceRoute, "mtu", false},

	"port-drop": {probe.PlaceGateway, "drop", false}, "server-drop": {probe.PlaceService, "drop", false},
	"port-closed": {probe.PlaceService, "reset", false}, "client-firewall": {probe.PlaceDevice, "host-prohibited|forbidden", false},
	"no-route": {probe.PlaceDevice, "no-route", false}, "hello-reset": {probe.PlaceGateway, "hello-reset", false},
	"port-reset": {probe.PlaceGateway, "reset", false}, "port-port-unreachable": {probe.PlaceGateway, "port-unreachable", false},
	"port-host-unreachable": {probe.PlaceGateway, "host-unreachable", false}, "port-net-unreachable": {probe.PlaceGateway, "net-unreachable", false},
	"port-admin-prohibited": {probe.PlaceGateway, "admin-prohibited", false},
	"port-host-prohibited":  {probe.PlaceGateway, "host-prohibited|admin-prohibited", false}, // ICMPv6 has one code for both (RFC 4443, 3.1)
	"interception":          {probe.PlaceGateway, "interception", false}, "interception-trusted": {probe.PlaceGateway, "interception", false},
	"portal": {probe.PlaceGateway, "portal", false}, "portal-silent": {probe.PlaceGateway, "portal", false},
	"proxy-auth": {probe.PlaceProxy, "proxy-auth", false}, "proxy-refused": {probe.PlaceProxy, "proxy-refused", false},
	"ws-denied": {probe.PlaceGateway, "ws-denied", false}, "ws-stripped": {probe.PlaceGateway, "ws-stripped", false}, "ws-mute-proxy": {probe.PlaceGateway, "ws-mute", false},
	"ipv6-hole": {probe.PlaceGateway, "drop", false}, "ipv6-rejected": {probe.PlaceGateway, "net-unreachable", false},

	"dns-silent": {probe.PlaceNames, "silent", false}, "dns-first-silent": {probe.PlaceNames, "silent", false}, "dns-slow": {probe.PlaceNames, "slow", false},
	"dns-servfail": {probe.PlaceNames, "servfail", false}, "dns-nxdomain": {probe.PlaceNames, "nxdomain", false}, "dns-refused": {probe.PlaceNames, "dns-refused", false},
	"dns-injected": {probe.PlaceNames, "injected", false}, "dns-differs": {probe.PlaceNames, "forged", false}, "dns-private": {probe.PlaceNames, "forged", false},

	"ws-refused": {probe.PlaceService, "ws-denied", false}, "ws-426": {probe.PlaceService, "ws-stripped", false}, "ws-mute": {probe.PlaceService, "ws-mute", false},
	"cert-expired": {probe.PlaceService, "expired", false}, "cert-not-yet": {probe.PlaceService, "not-yet-valid", false},
	"cert-name": {probe.PlaceService, "wrong-name", false}, "cert-self-signed": {probe.PlaceService, "self-signed", false},
	"busy": {probe.PlaceService, "queueing", false}, "overloaded": {probe.PlaceService, "overload", false}, "stalled": {probe.PlaceService, "deadline|http-silent", false},
	"failing": {probe.PlaceService, "5xx", false}, "rate-limited": {probe.PlaceService, "429", false}, "backlog-full": {probe.PlaceService, "backlog", false},
	"backend-slow": {probe.PlaceService, "uneven", true}, "backend-failing": {probe.PlaceService, "uneven", true}, "backend-dead": {probe.PlaceService, "uneven", true},
	"backend-closed": {probe.PlaceService, "uneven", true}, "backend-clock": {probe.PlaceService, "uneven", true},
}

func (w wanted) met(f probe.Fault) bool {
	return (w.place == f.Place) && slices.Contains(strings.Split(w.kinds, "|"), string(f.Kind)) &&
		(!w.addrs || slices.ContainsFunc(f.Addrs, func(a string) bool { return strings.HasPrefix(a, bed.BackendIP(2).String()+":") }))
}

func briefly(fs []probe.Fault) string {
	var out []string
	for _, f := range fs {
		s := string(f.Place) + " " + string(f.Kind)
		if f.Family != "" {
			s += " " + f.Family
		}
		if len(f.Addrs) > 0 {
			s += fmt.Sprint(" ", f.Addrs)
		}
		if f.Note {
			s += " (note)"
		}
		out = append(out, s)
	}
	return "[" + strings.Join(out, "; ") + "]"
}

// shown tells of a result what helps to understand it.
func shown(r lookRes) string {
	var b strings.Builder
	for _, l := range slices.Concat(r.Where.Ladders, r.Where.Direct) {
		fmt.Fprintf(&b, "  %s:", l.Host)
		for _, g := range l.Rungs() {
			fmt.Fprintf(&b, " %s=%s(%s) %v", g.Name, g.State, g.Kind, g.Duration.Round(100*time.Microsecond))
		}
		fmt.Fprintf(&b, " small=%q toward=%q wait %v ttfb %v %v\n", l.TLS.SmallSegments, l.TLS.Toward, l.WS.Waited.Round(time.Millisecond), l.WS.TTFB.Round(time.Millisecond), l.Duration.Round(time.Millisecond))
		for _, a := range l.TCP.Addresses {
			if a.State != probe.OK {
				fmt.Fprintf(&b, "    %s %s %v\n", a.Addr, a.Kind, a.Duration.Round(100*time.Microsecond))
			}
		}
	}
	fmt.Fprintf(&b, "  gateway %+v; taken over at %d; lag %v; plain %+v\n", r.Where.Gateway, r.Where.TakenOver, r.Where.Lag, r.Where.Plain)
	for _, w := range r.Where.Ways {
		fmt.Fprintf(&b, "  way %s own %v in %v:", w.Addr, w.Own, w.Duration.Round(time.Millisecond))
		for _, h := range w.Hops {
			if h.Word != "" {
				fmt.Fprintf(&b, " %s%d=%s@%v(%v)", h.Proto, h.TTL, h.Word, h.From, h.RTT.Round(100*time.Microsecond))
			}
		}
		b.WriteString("\n")
	}
	for _, n := range r.Where.Names {
		for _, s := range n.Servers {
			fmt.Fprintf(&b, "  %s at %s: %s %v injected=%v %d answers\n", n.Host, s.Server, s.Kind, s.Duration.Round(time.Millisecond), s.Injected, len(s.Answers))
		}
	}
	for _, t := range r.Server.Targets {
		fmt.Fprintf(&b, "  server %s %s: sent %d answered %d 5xx %d 429 %d unanswered %d overdue %d queueing %v swing %v lag %v taken over %v uneven %+v\n", t.Target.URL, t.Kind, t.Sent, t.Answered, t.Errors5xx, t.Limited, t.Unanswered, t.Overdue, t.Queueing, t.Swing, t.Lag, t.TakenOver, t.Uneven)
	}
	return b.String()
}

// beyondThreeSeconds tells of pairs that no run can take apart: at 800 ms, name, connection, TLS and request take 3.2 s,
// and a run has three; what shows above TCP cannot be told.
func beyondThreeSeconds(pair [2]bed.Condition) bool {
	if pair[0].Name == "wan-unstable" || pair[1].Name == "wan-unstable" {
		return true // round trips of up to seconds, and another as soon as the next packet
	}
	const above = "mtu ws- cert- busy overloaded stalled failing rate-limited backend- interception hello ipv6- backlog"
	return pair[0].Name == "wan-slow" && slices.ContainsFunc(strings.Fields(above), func(p string) bool { return strings.HasPrefix(pair[1].Name, p) })
}

// steadily looks around while this machine is not busy with other things: where
// it stood still meanwhile, up to two times again.
func steadily(p *bed.Probe[lookReq, lookRes], b *bed.Bed) (r lookRes) {
	for range 3 {
		r = p.Must(b.Client, lookReq{b.CAFile})
		worst := r.Where.Lag.Worst
		for _, t := range r.Server.Targets {
			worst = max(worst, t.Lag.Worst)
		}
		if worst < 50*time.Millisecond {
			break
		}
		time.Sleep(300 * time.Millisecond)
	}
	return r
}

const refill = 4 * time.Second

// TestWhereOnTheBed holds each fault of the catalogue, alone and in pairs,
// against what is told of it. MEIQIA_DIAG_BED_PAIRS says how many pairs (all: -1).
func TestWhereOnTheBed(t *testing.T) {
	p := bed.NewProbe(t, lookAround)
	b := bed.New(t, bed.Topology{})
	run := func(t *testing.T, list ...bed.Condition) lookRes {
		t.Helper()
		if err := b.Reset(); err != nil {
			t.Fatal(err)
		}
		if err := b.Apply(t.Context(), list...); err != nil {
			t.Fatal(err)
		}
		for _, c := range list {
			// Routers limit their ICMP errors (Linux: six, then one a second), and the runs
			// before this one used them up.
			if c.Truth.Kind == "no-route" || strings.Contains(c.Truth.Kind, "unreachable") || strings.Contains(c.Truth.Kind, "prohibited") {
				time.Sleep(refill)
			}
		}
		return steadily(p, b)
	}
	var table strings.Builder
	longest := time.Duration(0)
	total, located := 0, 0
	judged := func(t *testing.T, r lookRes, list ...bed.Condition) {
		t.Helper()
		var names, missing []string
		var wants []wanted
		for _, c := range list {
			names = append(names, c.Name)
			if w, ok := wantedOf[c.Name]; ok {
				wants = append(wants, w)
				total++
				if slices.ContainsFunc(r.faults(), w.met) {
					located++
				} else {
					missing = append(missing, fmt.Sprintf("%s %s", w.place, w.kinds))
				}
			}
		}
		var extra []probe.Fault
		for _, f := range r.faults() {
			if !slices.ContainsFunc(wants, func(w wanted) bool { return w.met(f) }) {
				extra = append(extra, f)
			}
		}
		longest = max(longest, r.Took)
		verdict := "located"
		if len(missing) > 0 {
			verdict = "MISSED " + strings.Join(missing, ", ")
		} else if len(extra) > 0 {
			verdict = "located, and more"
		}
		fmt.Fprintf(&table, "%-42s %6.2f s  %-18s %s\n", strings.Join(names, " + "), r.Took.Seconds(), verdict, briefly(r.faults()))
		if len(missing) > 0 || len(extra) > 0 {
			t.Logf("%s: %s, said %s\n%s", strings.Join(names, " + "), verdict, briefly(r.faults()), shown(r))
		}
		if r.Took > 6*time.Second { // three are the aim, see the table; this one hangs
			t.Errorf("took %v", r.Took)
		}
	}
	ours := func(c bed.Condition) bool { return !slices.Contains(notOurs, c.Name) && c.Missing() == nil }
	right := func(r lookRes, c bed.Condition) bool {
		w, known := wantedOf[c.Name]
		return (!known || slices.ContainsFunc(r.faults(), w.met)) &&
			!slices.ContainsFunc(r.faults(), func(f probe.Fault) bool { return !known || !w.met(f) })
	}
	for _, c := range bed.Conditions() {
		if !ours(c) {
			continue
		}
		t.Run(c.Name, func(t *testing.T) {
			r := run(t, c)
			if !right(r, c) {
				// A machine that other work holds up makes near look far: two of three runs decide.
				t.Logf("once: said %s", briefly(r.faults()))
				if again := run(t, c); right(again, c) {
					if last := run(t, c); right(last, c) {
						r = last
					}
				}
			}
			judged(t, r, c)
		})
	}
	alone, aloneOf := located, total
	pairs := 10
	if n, err := strconv.Atoi(os.Getenv("MEIQIA_DIAG_BED_PAIRS")); err == nil {
		pairs = n
	}
	var all [][2]bed.Condition
	for _, pair := range bed.Pairs() {
		_, one := wantedOf[pair[0].Name]
		_, two := wantedOf[pair[1].Name]
		if one && two && !beyondThreeSeconds(pair) {
			all = append(all, pair)
		}
	}
	if pairs < 0 || pairs > len(all) {
		pairs = len(all)
	}
	for i := range pairs {
		pair := all[(i*len(all)/max(pairs, 1)+i)%len(all)]
		t.Run(pair[0].Name+" and "+pair[1].Name, func(t *testing.T) { judged(t, run(t, pair[:]...), pair[:]...) })
	}
	t.Logf("\n%s\nalone: %d of %d located; in %d of %d pairs: %d of %d; longest %v", &table, alone, aloneOf, pairs, len(all), located-alone, total-aloneOf, longest)
	if total > 0 && float64(located) < 0.95*float64(total) {
		t.Errorf("%d of %d faults located, less than 95 %%", located, total)
	}
}

// TestHealthyOnTheBed runs over sound links of all kinds and wants to hear of
// nothing, notes included. MEIQIA_DIAG_BED_RUNS says how often.
func TestHealthyOnTheBed(t *testing.T) {
	p := bed.NewProbe(t, lookAround)
	b := bed.New(t, bed.Topology{})
	runs := 8
	if n, err := strconv.Atoi(os.Getenv("MEIQIA_DIAG_BED_RUNS")); err == nil {
		runs = n
	}
	took := map[string][]time.Duration{}
	wolves := 0
	for i := range runs {
		rtt := []time.Duration{10, 40, 40, 100, 200, 300}[i%6] * time.Millisecond
		loss := []float64{0, 0.001, 0.003, 0.005}[i/6%4]
		if err := b.Reset(); err != nil {
			t.Fatal(err)
		}
		for _, d := range []link.Direction{link.Up, link.Down} {
			err := bed.Shape(b.WAN, d, func(c *link.Conditions) { c.Delay, c.Loss = (rtt-2*time.Millisecond)/2, loss })
			if err != nil {
				t.Fatal(err)
			}
		}
		var also bed.Condition
		if i%5 == 4 {
			also, _ = bed.Find("icmp-limited")
			if err := b.Apply(t.Context(), also); err != nil {
				t.Fatal(err)
			}
		}
		r := p.Must(b.Client, lookReq{b.CAFile}) // also where this machine is busy
		took[rtt.String()] = append(took[rtt.String()], r.Took)
		if len(r.faults()) > 0 {
			t.Logf("%v, %.1f %% loss each way: once %s", rtt, 100*loss, briefly(r.faults()))
			r = p.Must(b.Client, lookReq{b.CAFile}) // a fault that is there is there again
		}
		if fs := r.faults(); len(fs) > 0 {
			wolves++
			t.Errorf("%v, %.1f %% loss each way %s: %s\n%s", rtt, 100*loss, also.Name, briefly(fs), shown(r))
		}
	}
	for _, rtt := range []string{"10ms", "40ms", "100ms", "200ms", "300ms"} {
		if d := slices.Sorted(slices.Values(took[rtt])); len(d) > 0 {
			t.Logf("RTT %5s: %3d runs, p50 %.2f s, p95 %.2f s, longest %.2f s", rtt, len(d), d[len(d)/2].Seconds(), d[(len(d)*95-1)/100].Seconds(), d[len(d)-1].Seconds())
		}
	}
	t.Logf("%d false alarms in %d healthy runs", wolves, runs)
}
