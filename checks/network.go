package checks

import (
	"context"
	"net"
	"sort"
	"strings"
	"time"

	"meiqia-diag/diag"
	"meiqia-diag/diag/attempt"
	"meiqia-diag/diag/evidence/pathtext"
	"meiqia-diag/diag/lang"
)

// What is known of the network.
const (
	NetworkRTT    = "network.rtt"    // ms, median
	NetworkJitter = "network.jitter" // ms, RFC 3550's mean difference of successive round trips
	NetworkLoss   = "network.loss"   // percent, low and high of a 95 % interval (Wilson)
	// NetworkQuality sorts a path: good, lossy, unstable, slow, gap (one hole), dead; its target in the detail.
	NetworkQuality = "network.quality"
	// NetworkFault is the place and kind of a break, one word each, as in "dns failed".
	NetworkFault = "network.fault"
	// NetworkError is how the recall's request ended without an answer: the words of attempt.Failure.
	NetworkError = "network.error"
	// NetworkOthers is the percent of the service's other requests around the recall that ended without an answer.
	NetworkOthers = "network.others_failing"
	// NetworkRestarts is how often the browser's own network stack sent the recall
	// again after a connection that it had used before broke, the last such error in
	// the detail: any of those sendings may have been carried out, whatever the page saw.
	NetworkRestarts = "network.restarts"
	// NetworkHidden is the status of an answer that came and that the browser kept
	// from the page (CORS and its like), so that the page saw a failure.
	NetworkHidden = "network.hidden_answer"
	NetworkSetup  = "network.setup" // ms the recall spent before it was on its way: queue, DNS, connect
	// NetworkPathRTT is ms, the median TCP handshake in the recording.
	NetworkPathRTT = "network.recorded_rtt"
	NetworkSwings  = "network.recorded_swings" // percent of recorded requests slower than five times their median
	NetworkPush    = "network.push"            // the push host, now: unreachable
	NetworkRung    = "network.rung"            // a rung of the ladder to a host that failed, now
	// NetworkPlace is where packets are lost, now: lan (to this machine's gateway), wan (beyond it), port (connections alone).
	NetworkPlace       = "network.place"
	NetworkGatewayRTT  = "network.gateway_rtt"  // ms, median, to this machine's gateway, now
	NetworkGatewayLoss = "network.gateway_loss" // percent, on the way to it
	NetworkEchoRTT     = "network.echo_rtt"     // ms, median, of ICMP echoes to the service, beside the connects of network.rtt
	// NetworkResent is how many segments the system sent again on one connection to the service, now: a hint beside network.loss.
	NetworkResent = "network.resent"
	// NetworkBloat is how many ms round trips grow while this machine uploads (bufferbloat), now.
	NetworkBloat  = "network.bloat"
	NetworkBarred = "network.barred" // recall: something on the user's side logged that it stopped this request
	// NetworkDropped says that the browser had no network at all when it made another request beside the press: offline.
	NetworkDropped = "network.dropped"
	NetworkSignal  = "network.signal" // offline, reset, unstable, loss, timeout, local_network beside the recall
	NetworkHint    = "network.hint"   // the same elsewhere
)

// Network looks at the way to the service: ladder, round trips, loss.
func Network() diag.Check {
	return diag.Check{ID: "network", Title: lang.T("到服务的网络通畅", "the network to the service is sound"), Run: runNetwork}
}

func runNetwork(ctx context.Context, in *diag.Input, _ diag.Observations) diag.Result {
	s := &sheet{}
	a := in.Attempt
	quality := s.pathTexts(in)
	failure := s.failure(a)
	s.recorded(a)
	s.requestSeries(a)
	strong := s.signals("network", a, "offline", "reset", "unstable", "slow_path", "loss", "timeout", "local_network")
	if sig := a.Barred(); sig != nil {
		s.add(NetworkBarred, "recall", from(sig.Source), at(sig.At), detail("words", clip(sig.Words, 80)))
	}
	if c := a.WentOffline(); c != nil {
		s.add(NetworkDropped, "offline", from(c.Source), at(c.Start), detail("error", clip(c.Entry.ErrorText(), 80)))
	}
	liveState, liveReason := s.networkNow(ctx, in)

	res := diag.Result{State: diag.Pass, Observations: s.list, Series: s.series}
	switch {
	case failure != "" && failure != attempt.FailBlocked && failure != attempt.FailPolicy && failure != attempt.FailUnspecified:
		res.State, res.Reason = diag.Fail, lang.T("撤回请求没有得到回答（%s）", "the recall got no answer (%s)").F(failureWord(failure))
	case liveState == diag.Fail:
		res.State, res.Reason = liveState, liveReason
	case quality != "" && quality != "good":
		res.State, res.Reason = diag.Fail, qualityTexts[quality]
	case liveState == diag.Warn:
		res.State, res.Reason = liveState, liveReason
	case strong > 0:
		res.State, res.Reason = diag.Warn, lang.T("日志里有网络异常", "logs speak of trouble with the network")
	case quality == "good":
		res.Reason = lang.T("探测文本显示网络正常", "the probes' texts show a sound network")
	case liveState == diag.Pass:
		res.Reason = liveReason
	case len(a.Calls) > 0:
		res.Reason = lang.T("录到的请求都正常往返", "the recorded requests went back and forth")
	default:
		res.State, res.Reason = diag.Skip, lang.T("没有网络的记录可看", "nothing tells of the network")
		if in.Offline {
			res.Reason = lang.T("离线运行，也没有网络的记录", "offline, and nothing recorded tells of the network")
		}
	}
	return res
}

var qualityTexts = map[string]lang.Text{
	"lossy":    lang.T("网络丢包", "the network loses packets"),
	"unstable": lang.T("网络时好时坏", "the network swings"),
	"slow":     lang.T("网络延迟高", "the network is slow"),
	"gap":      lang.T("网络中断过一段", "the network was gone for a while"),
	"dead":     lang.T("网络不通", "the network is dead"),
}

// pathTexts reports the ping and traceroute runs, the one that says most first.
func (s *sheet) pathTexts(in *diag.Input) string {
	type run struct {
		pathtext.Ping
		file, quality string
		rank          int
	}
	var runs []run
	for _, f := range in.Attempt.Evidence.Paths {
		for _, p := range f.Result.Pings {
			runs = append(runs, run{p, f.File.Name, quality(p), s.rank(in, p)})
		}
		for _, t := range f.Result.Traces {
			if t.ResolveFailed {
				s.add(NetworkFault, "dns failed", from(f.File.Name), detail("place", "dns", "kind", "failed", "host", t.Host))
			}
			if p, ok := lastHop(t); ok {
				runs = append(runs, run{p, f.File.Name, quality(p), s.rank(in, p)})
			}
		}
	}
	sort.SliceStable(runs, func(i, j int) bool { return runs[i].rank > runs[j].rank })
	sizes := make([]pathtext.Ping, len(runs))
	for i, r := range runs {
		sizes[i] = r.Ping
	}
	word := ""
	for i, r := range runs {
		target := detail("target", firstOf(r.Host, r.Addr), "tool", r.Tool, "sent", itoa(r.Sent))
		src := from(r.file)
		switch {
		case r.Failures[pathtext.UnknownHost] > 0:
			s.add(NetworkFault, "dns failed", src, detail("place", "dns", "kind", "failed", "host", r.Host))
			continue
		case r.Received == 0 && (r.Failures[pathtext.GeneralFailure]+r.Failures[pathtext.NoRoute]+r.Failures[pathtext.SendFailed]+r.Failures[pathtext.Denied] > 0):
			s.add(NetworkFault, "device unroutable", src, detail("place", "device", "kind", "unroutable"))
		case r.Received == 0 && r.Failures[pathtext.HostUnreachable] > 0:
			s.add(NetworkFault, "gateway unreachable", src, detail("place", "gateway", "kind", "unreachable", "by", r.UnreachableFrom))
		}
		if i > 0 && r.rank < runs[0].rank {
			continue // the run to the service speaks; others are beside the point
		}
		if small, hole := sizeHole(r.Ping, sizes); hole {
			s.add(NetworkFault, "route mtu", src, detail("place", "route", "kind", "mtu", "host", r.Host, "lost_bytes", itoa(r.Payload), "passed_bytes", itoa(small)))
			continue // large probes tell of the way's MTU, not of its loss
		}
		if r.Received == 0 && r.Failures[pathtext.TooBig] > 0 {
			continue // a router refused the size and said so, as it should; nothing is lost
		}
		if r.Sent > 0 {
			f, lo, hi := r.Loss()
			s.add(NetworkLoss, round(f*100), unit("percent"), between(round(lo*100), round(hi*100)), method("ping"), src, target)
		}
		if len(r.RTTs) > 0 || r.Avg > 0 {
			s.add(NetworkRTT, diag.Millis(medianOf(r.Ping)), unit("ms"), method("ping"), src, target)
			s.add(NetworkJitter, diag.Millis(r.Jitter()), unit("ms"), method("ping"), src, target)
			s.pingSeries(r.Ping, r.file)
		}
		if r.quality != "" {
			s.add(NetworkQuality, r.quality, src, target)
			if word == "" || word == "good" {
				word = r.quality
			}
		}
	}
	return word
}

// sizeHole reports whether a run of large probes was lost whole while smaller
// ones to the same target came back, and how large those were: on the way to it
// a link takes no packets of that size, and says so to nobody (RFC 2923 section 2.1).
func sizeHole(p pathtext.Ping, all []pathtext.Ping) (small int, hole bool) {
	if p.Payload <= 508 || p.Sent == 0 || p.Received > 0 {
		return 0, false
	}
	for _, o := range all {
		if o.Host == p.Host && o.Payload < p.Payload && 2*o.Received > o.Sent && o.Payload > small {
			small, hole = o.Payload, true
		}
	}
	return small, hole
}

// lastHop reads the last row of a report such as mtr's as a run of probes to
// the target. Loss at hops in between that the target does not share is those
// routers' own rate limit (RFC 1812 section 4.3.2.8), and says nothing.
func lastHop(t pathtext.Trace) (pathtext.Ping, bool) {
	if len(t.Hops) == 0 || !t.Reached && t.Hops[len(t.Hops)-1].Sent == 0 {
		return pathtext.Ping{}, false
	}
	h := t.Hops[len(t.Hops)-1]
	if h.Sent < 3 {
		return pathtext.Ping{}, false
	}
	return pathtext.Ping{Host: firstOf(t.Host, h.Name), Addr: firstOf(t.Addr, h.Addr), Tool: t.Tool, Sent: h.Sent, Received: h.Sent - h.Lost, RTTs: h.RTTs, Min: h.Best, Avg: h.Avg, Max: h.Worst}, true
}

// rank orders runs by how much they say of the way to the service.
func (s *sheet) rank(in *diag.Input, p pathtext.Ping) int {
	ip := net.ParseIP(firstOf(p.Addr, p.Host))
	switch {
	case in.Profile.Related(p.Host):
		return 3
	case ip != nil && (ip.IsPrivate() || ip.IsLoopback()):
		return 1
	}
	return 2
}

func medianOf(p pathtext.Ping) time.Duration {
	if len(p.RTTs) > 0 {
		return p.Median()
	}
	return p.Avg
}

// Bounds of what counts as sound: interactive use is comfortable under 300 ms
// and 2 % (ITU-T G.1010 asks for under 3 % loss of interactive data).
const (
	slowRTT  = 300 * time.Millisecond
	lossyAt  = 0.02
	swingMin = 60 * time.Millisecond
)

// quality sorts a run of pings; "" when it is too short to say.
func quality(p pathtext.Ping) string {
	if p.Sent < 3 {
		return ""
	}
	loss, low, _ := p.Loss()
	med := medianOf(p)
	if p.Received == 0 {
		return "dead"
	}
	spread := p.Max - p.Min
	if len(p.RTTs) >= 10 {
		spread = p.Percentile(95) - p.Percentile(5)
	}
	bursts, longest := p.Bursts()
	switch {
	case bursts == 1 && longest >= 3 && len(p.RTTs) >= 4 && p.Jitter() < max(swingMin, med/2):
		return "gap" // one hole in an otherwise sound run
	case len(p.RTTs) >= 3 && p.Jitter() > max(swingMin, med/2) && spread > max(2*swingMin, med),
		len(p.RTTs) >= 4 && spread > max(4*swingMin, med*4/5),
		loss >= lossyAt && longest >= 4 && bursts >= 2 && p.Jitter() > swingMin/2:
		return "unstable"
	case loss >= lossyAt && (low > 0.005 || loss >= 0.1):
		return "lossy"
	case med >= slowRTT:
		return "slow"
	}
	return "good"
}

// failure reports how the recall's request ended when it got no answer.
func (s *sheet) failure(a *attempt.Attempt) attempt.Failure {
	r := a.Request
	if r == nil || r.Call == nil {
		return ""
	}
	c := r.Call
	if c.Sent > 0 || c.Connect > 0 {
		s.add(NetworkSetup, round(c.Sent), unit("ms"), from(c.Source))
	}
	if c.ToPortal {
		s.add(NetworkFault, "proxy intercepted", from(c.Source), detail("place", "proxy", "kind", "intercepted", "status", itoa(c.Status)))
	}
	if rtt := pathRTT(a); c.Status >= 300 && c.Wait >= 0 && rtt > 15 && c.Wait < rtt*0.4 && c.Connect <= 0 && !c.ToPortal {
		// Nothing answers sooner than its own round trip: somebody nearer did.
		s.add(NetworkFault, "proxy intercepted", from(c.Source), detail("place", "proxy", "kind", "intercepted", "wait", msText(c.Wait), "rtt", msText(rtt)))
	}
	if errs := r.Resent(); len(errs) > 0 {
		s.add(NetworkRestarts, len(errs), from(c.Source), at(r.Start), detail("error", errs[len(errs)-1], "sent", itoa(len(errs)+1)))
	}
	if w := c.Wire; w != nil && w.Unread {
		s.add(NetworkHidden, w.Status, from(c.Source), at(r.Start))
	}
	if c.Failure == "" || c.Inside != "" {
		return ""
	}
	issuer, proxy := "", ""
	if c.Wire != nil {
		issuer, proxy = clip(c.Wire.Issuer, 80), clip(c.Wire.Proxy, 80)
	}
	s.add(NetworkError, string(c.Failure), from(c.Source), at(r.Start), detail("error", clip(r.Entry.ErrorText(), 80), "ms", msText(c.Total)))
	if place, ok := faultPlaces[c.Failure]; ok {
		s.add(NetworkFault, place, from(c.Source), detail("place", strings.Fields(place)[0], "kind", strings.Fields(place)[1], "host", c.Host, "issuer", issuer, "proxy", proxy))
	}
	return c.Failure
}

var faultPlaces = map[attempt.Failure]string{
	attempt.FailDNS: "dns failed", attempt.FailProxy: "proxy failed", attempt.FailTLS: "tls untrusted",
	attempt.FailRefusedPort: "port refused", attempt.FailUnreachable: "route unreachable", attempt.FailOffline: "device offline",
}

// recorded measures the path from the recording itself: handshakes, and how
// many of the service's other requests around the recall got no answer.
func (s *sheet) recorded(a *attempt.Attempt) {
	var handshakes, waits []float64
	failed, total := 0, 0
	for _, c := range a.Calls {
		if c.Entry.FromCache() != "" || c.Kind == "socket" {
			continue
		}
		if tcp := c.Entry.Connect - max(c.Entry.SSL, 0); c.Entry.Connect > 0 && tcp > 0 {
			handshakes = append(handshakes, tcp)
		}
		if c.Wait > 0 && c.Failure == "" {
			waits = append(waits, c.Wait)
		}
		if a.Request != nil && c.Entry == a.Request.Entry {
			continue
		}
		if a.Request != nil && !a.Request.Start.IsZero() && c.Start.T.Sub(a.Request.Start.T).Abs() > 2*time.Minute {
			continue
		}
		switch c.Failure {
		case attempt.FailBlocked, attempt.FailPolicy, attempt.FailAborted, attempt.FailPending:
			continue
		case "":
		default:
			failed++
		}
		total++
	}
	if total >= 3 {
		s.add(NetworkOthers, round(100*float64(failed)/float64(total)), unit("percent"), from(harNames(a)), detail("failed", itoa(failed), "of", itoa(total)))
	}
	if len(handshakes) > 0 {
		s.add(NetworkPathRTT, round(median(handshakes)), unit("ms"), from(harNames(a)), detail("samples", itoa(len(handshakes))))
	}
	if len(waits) >= 8 {
		med, slow := median(waits), 0
		for _, w := range waits {
			if w > 5*med && w > med+300 {
				slow++
			}
		}
		s.add(NetworkSwings, round(100*float64(slow)/float64(len(waits))), unit("percent"), from(harNames(a)))
	}
}
