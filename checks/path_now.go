package checks

import (
	"strconv"
	"time"

	"meiqia-diag/checks/probe"
	"meiqia-diag/diag"
	"meiqia-diag/diag/lang"
)

// Losses in bursts below both are what every Wi-Fi has.
const (
	burstsMatterAt = 2.0 // percent
	burstMatters   = 12  // probes in a row: 100 ms
	// A recall is a request or two of three round trips each; from here on people feel
	// them, and from a few times this pages give up. Half the way around the globe is 300 ms.
	slowNow = 500 * time.Millisecond
)

// pathNow reports round trips and loss of the path, and sorts it.
func (s *sheet) pathNow(p probe.PathResult) string {
	s.gatewayNow(p)
	if p.Sent == 0 {
		return ""
	}
	src := []option{live(), method(p.Loss.Method), from(p.Addr), detail("sent", itoa(p.Sent), "late", itoa(p.Late), "verdict", string(p.Loss.Verdict), "bursts", itoa(p.Loss.Bursts))}
	with := func(more ...option) []option { return append(append([]option{}, src...), more...) }
	s.add(NetworkLoss, round(p.Loss.Percent), with(unit("percent"), between(round(p.Loss.Low), round(p.Loss.High)),
		detail("lost", itoa(p.Lost+p.Overdue), "longest_burst", itoa(p.Loss.Longest), "pattern", string(p.Loss.Pattern), "window", windowText(p), "tcp", answered(p.TCP), "icmp", answered(p.ICMP)))...)
	word := pathWord(p)
	if p.Place != "" && word != "good" {
		s.add(NetworkPlace, string(p.Place), src...)
		if p.Place != probe.PlacePort && (word == "lossy" || word == "unstable" || word == "gap") && p.Loss.Verdict == probe.LossHigh {
			s.add(NetworkFault, string(p.Place)+" loss", with(detail("place", string(p.Place), "kind", "loss"))...)
		}
	}
	if c := p.Requests.Counters; c.Method != "" && p.Requests.Sent > 0 {
		s.add(NetworkResent, c.Retransmitted, live(), method(c.Method), from(p.Addr), unit("count"), detail("segments", itoa(c.SegmentsOut), "requests", itoa(p.Requests.Sent), "answered", itoa(p.Requests.Answered)))
	}
	if p.RTT.Median > 0 {
		s.add(NetworkRTT, round(diag.Millis(p.RTT.Median)), with(unit("ms"),
			detail("min", msExact(p.RTT.Min), "p95", msExact(p.RTT.P95), "p99", msExact(p.RTT.P99), "max", msExact(p.RTT.Max)))...)
		s.add(NetworkJitter, round(diag.Millis(p.Jitter)), with(unit("ms"))...)
	}
	if p.ICMP.Answered > 0 {
		s.add(NetworkEchoRTT, round(diag.Millis(p.ICMP.RTT.Median)), live(), method(p.ICMP.Method), from(p.Addr), unit("ms"))
	}
	if word != "" {
		s.add(NetworkQuality, word, src...)
	}
	return word
}

// pathWord sorts a path; "" where the probes tell of a port and not of the path.
func pathWord(p probe.PathResult) string {
	bursty := p.Loss.Pattern == probe.PatternBursts || p.Loss.Pattern == probe.PatternGap
	swings := p.RTT.P95-p.RTT.Median > max(4*swingMin, 3*p.RTT.Median) && p.Jitter > swingMin/2
	switch {
	case p.Place == probe.PlacePort:
		return "" // connections are dropped on a path that passes packets; the ladder names the rung
	case p.Answered == 0 && p.Late > 0:
		return "slow"
	case p.Answered == 0 && p.Lost == 0:
		return "" // too little time
	case p.Answered == 0:
		return "dead"
	case p.Loss.Verdict == probe.LossHigh && p.Loss.Pattern == probe.PatternGap && p.RTT.Median < 3*p.RTT.Min:
		return "gap"
	case p.Loss.Verdict == probe.LossHigh && bursty && p.Loss.Percent < burstsMatterAt && p.Loss.Longest < burstMatters:
		return "good"
	case p.Loss.Verdict == probe.LossHigh && bursty, swings:
		return "unstable"
	case p.Loss.Verdict == probe.LossHigh:
		return "lossy"
	case p.RTT.Median >= slowNow:
		return "slow"
	}
	return "good"
}

// gatewayNow reports what this machine's gateway answered.
func (s *sheet) gatewayNow(p probe.PathResult) {
	g := p.Gateway
	if !g.Answers {
		return
	}
	how := "tcp-connect"
	switch {
	case g.ICMP.Counted && g.TCP.Counted:
		how = "tcp-connect+" + g.ICMP.Method
	case g.ICMP.Counted:
		how = g.ICMP.Method
	}
	opts := []option{live(), method(how), from(g.Addr), detail("tcp", answered(g.TCP), "icmp", answered(g.ICMP))}
	s.add(NetworkGatewayRTT, round(diag.Millis(g.RTT.Median)), append([]option{unit("ms")}, opts...)...)
	s.add(NetworkGatewayLoss, round(g.Percent), append([]option{unit("percent")}, opts...)...)
}

// pathText says what is wrong with a path. Of bursts it says what was seen in
// the window, and no more: a short look cannot tell how many there are in the long run.
func pathText(word string, p probe.PathResult) lang.Text {
	where := map[probe.Place]lang.Text{
		probe.PlaceLAN: lang.T("（在本机到网关之间）", " (between this machine and its gateway)"),
		probe.PlaceWAN: lang.T("（在网关之外）", " (beyond the gateway)"),
	}[p.Place]
	if p.Loss.Pattern == probe.PatternBursts || p.Loss.Pattern == probe.PatternGap {
		return lang.T("在这 %s 秒里丢了 %d 个探测，分成 %d 次突发%s；看一眼说不出长期情况，请隔一会儿多运行几次",
			"in this window of %s s: %d probes lost in %d bursts%s; one look does not tell the long run, so run this a few times more").F(windowText(p), p.Lost+p.Overdue, p.Loss.Bursts, where)
	}
	return lang.T("%s%s", "%s%s").F(qualityTexts[word], where)
}

func windowText(p probe.PathResult) string {
	return strconv.FormatFloat(p.Window.Seconds(), 'f', 1, 64)
}

// answered writes "17 of 18", "" for a method that was not used; where its
// losses are not believed it says so.
func answered(s probe.Series) string {
	if s.Method == "" {
		return ""
	}
	text := itoa(s.Answered) + " of " + itoa(s.Sent)
	if rest := s.Sent - s.Answered - s.Lost; rest > 0 { // neither answered nor lost
		text += ", " + itoa(rest) + " still in flight at the end"
	}
	if !s.Counted {
		text += ", not counted"
	}
	return text
}

func msExact(d time.Duration) string {
	return strconv.FormatFloat(round(diag.Millis(d)), 'f', -1, 64)
}
