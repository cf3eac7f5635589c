package probe

import (
	"math"
	"time"
)

// gatewayReport sums up what the gateway answered, and tells losses on the way
// to it from losses beyond.
func (m *series) gatewayReport(r *PathResult, now time.Duration, service tally) {
	g := &r.Gateway
	a, b := &m.gatewayTCP, &m.gatewayICMP
	g.TCP, g.ICMP = a.series(now, true), b.series(now, true)
	best, tcpRight, icmpRight := m.gatewayTally(now)
	g.TCP.Counted, g.ICMP.Counted = tcpRight, icmpRight
	if !tcpRight && !icmpRight {
		return
	}
	g.Answers = true
	g.Percent = 100 * share(best)
	g.RTT = g.ICMP.RTT
	if g.ICMP.Answered == 0 || g.TCP.Answered > 0 && g.TCP.RTT.Median < g.ICMP.RTT.Median {
		g.RTT = g.TCP.RTT
	}
	switch {
	case r.Addr == "":
		if best.lost == 0 {
			r.Place = PlaceWAN // not even a resolver answered, and the gateway does
		}
	case r.Loss.Verdict == LossHigh || r.TCP.Answered == 0:
		r.Place = placeOf(best, service)
	}
}

// gatewayTally sums up the gateway's answers by the methods that are right. What
// a gateway does not offer it need not answer: a method that was never answered
// tells nothing, and of two that differ the one that lost less is right.
func (m *series) gatewayTally(now time.Duration) (best tally, tcp, icmp bool) {
	x, y := count(m.gatewayTCP.outcomes(now)), count(m.gatewayICMP.outcomes(now))
	tcp = x.answered > 0 && !(y.answered > 0 && odd(x, y))
	icmp = y.answered > 0 && !(x.answered > 0 && odd(y, x))
	if tcp {
		best = x
	}
	if icmp {
		best = tally{answered: best.answered + y.answered, lost: best.lost + y.lost}
	}
	return best, tcp, icmp
}

// placed reports whether no more is to be learnt of where the losses arise.
func (m *series) placed(now time.Duration, service []Outcome) bool {
	best, tcp, icmp := m.gatewayTally(now)
	return !tcp && !icmp || placeOf(best, count(service)) != PlaceUnknown
}

// placeOdds is how much better one explanation has to fit than the other.
const placeOdds = 30

// placeOf asks which explains the gateway's answers better: that they are lost as
// the service's are, or that the way to the gateway is sound (LossFine). A
// gateway that loses more than what is behind it limits its answers.
func placeOf(gateway, service tally) Place {
	if odd(gateway, service) {
		return PlaceUnknown
	}
	there := math.Min(math.Max(share(service), LossFine), 0.99)
	fit := func(p float64) float64 {
		return float64(gateway.lost)*math.Log(p) + float64(gateway.answered)*math.Log(1-p)
	}
	switch odds := fit(there) - fit(LossFine); {
	case odds > math.Log(placeOdds):
		return PlaceLAN
	case odds < -math.Log(placeOdds):
		return PlaceWAN
	}
	return PlaceUnknown
}

func share(n tally) float64 {
	if n.answered+n.lost == 0 {
		return 0
	}
	return float64(n.lost) / float64(n.answered+n.lost)
}
