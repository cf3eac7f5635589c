package probe

import (
	"context"
	"math"
	"slices"
	"time"

	"meiqia-diag/diag/clock"
)

// The Date search. A Date is whole seconds, so one answer bounds the offset to
// a second and the round trip. Requests on both sides of the service's second
// edge bound it to their distance and the round trip.
//
// Where NTP tells when the edge will be, few requests suffice (aimed). Where it
// does not, requests follow each other until one falls behind an edge, and
// others cut what is left around the next edge, one second later.
const (
	maxDates   = 8                          // requests to one host whose edge NTP predicts, and to all hosts but the first
	maxMissed  = 16                         // requests to the first host where NTP predicted its edge, but it was not there
	maxLead    = 1 + sweepDates + fineDates // requests to the first host where nothing predicts it
	dateLines  = 4                          // connections to begin with
	sweepDates = 19                         // requests in a second that look for its edge
	fineDates  = 12                         // requests around the next one
	roughDates = 3                          // the same for other hosts than the first
	tightEdge  = 100 * time.Millisecond     // a span this much wider than the round trip was caught at an edge
	maxPrime   = 250 * time.Millisecond     // NTP that is less sure than this aims at nothing
	dateSettle = 60 * time.Millisecond      // for answers, beyond what they usually take
)

// aimSteps gives where the requests around a predicted edge arrive, from it. The
// inner ones give the precision; the outer ones catch an edge that is not quite
// where it was predicted, and on a steady path no two are so far apart that the
// bound would exceed half the round trip plus 12 ms. Where round trips differ,
// all of them are wider apart.
func aimSteps(jitter time.Duration) []time.Duration {
	const ms = time.Millisecond
	jitter = min(jitter, 10*ms)
	in, mid, out := max(2*ms, jitter), max(8*ms, 3*jitter), max(27*ms, 9*jitter)
	return []time.Duration{-out, -mid, -in, in, mid, out}
}

// dateOf bounds a host's clock. lead is the host that matters most: it may cost more.
func (s *session) dateOf(ctx context.Context, ep endpoint, ts *timeServers, lead bool) DateTarget {
	d := s.newDateSearch(ctx, ep)
	w := d.connect(dateLines)
	if w == nil {
		return d.finish()
	}
	d.judge(w)
	d.lines <- w
	// An edge that comes before an answer could is not to be missed for it.
	if !ts.isReady() || d.untilAim(ts) > d.rtt()+d.rtt()/4 {
		if !d.first() {
			return d.finish()
		}
	}
	if !lead && !ts.isReady() {
		select {
		case <-ts.ready:
		case <-ts.done:
		case <-time.After(primeWait):
		case <-ctx.Done():
		}
	}
	if lead && !ts.isReady() {
		d.sweep(ts.ready)
	}
	if ts.isReady() && d.aim(ts, lead) {
		return d.finish()
	}
	if !lead {
		d.volley(d.inside(min(roughDates, maxDates-d.asked())))
		d.volley(d.inside(maxDates - d.asked()))
		return d.finish()
	}
	if !d.atEdge() {
		d.sweep(nil) // the service is not where NTP is
	}
	d.volley(d.inside(fineDates))
	return d.finish()
}

// primeWait is for NTP, after the first answer, on hosts that are not worth a sweep.
const primeWait = 200 * time.Millisecond

func (d *dateSearch) asked() int { n, _ := d.counts(); return n }

// first asks once, and once more where no answer came, or one without a Date.
func (d *dateSearch) first() bool {
	for range 2 {
		w := d.take(tcpLimit)
		if w == nil {
			break
		}
		d.ask(w)
		if _, used := d.counts(); used > 0 {
			return true
		}
		d.mu.Lock()
		again := slices.Contains([]Kind{NoDate, Timeout, Reset, Closed}, d.out.Kind)
		d.mu.Unlock()
		if !again {
			break
		}
	}
	return false
}

// sweep sends requests one pace apart through one second, until an edge has
// passed or stop is closed.
func (d *dateSearch) sweep(stop <-chan struct{}) {
	const pace = time.Second / sweepDates
	if need := int(d.rtt()/pace) + 2; need > dateLines {
		d.grow(min(need, maxLines)-dateLines, d.at(), pace)
	}
	n := min(sweepDates, maxLead-fineDates-d.asked())
	for i := range n + 4 { // four more paces for the last answers
		if i < n {
			d.conns.Go(func() {
				if w := d.take(pace); w != nil {
					d.ask(w)
				}
			})
		}
		t := time.NewTimer(pace)
		select {
		case <-t.C:
		case <-stop:
			t.Stop()
			return
		case <-d.ctx.Done():
			t.Stop()
			return
		}
		if d.atEdge() {
			return
		}
	}
}

// primed gives where NTP says that the edge is; ok is false where the servers
// are too unsure or the host's clock is known to be elsewhere.
func (d *dateSearch) primed(ts *timeServers) (best time.Duration, ok bool) {
	prime, _ := ts.vote()
	span, _, known := d.span()
	return prime.Best, prime.Known && prime.Span.Half() <= maxPrime && (!known || span.Contains(prime.Best))
}

// around gives offsets that lie some steps beside one.
func around(best time.Duration, steps []time.Duration) []time.Duration {
	var out []time.Duration
	for _, step := range steps {
		out = append(out, best+step)
	}
	return out
}

// untilAim is how long it takes until the first request of an aimed volley.
func (d *dateSearch) untilAim(ts *timeServers) time.Duration {
	best, ok := d.primed(ts)
	if !ok {
		return time.Hour
	}
	return time.Until(slices.MinFunc(d.schedule(around(best, aimSteps(ts.jitter()))), time.Time.Compare))
}

// aim looks for the edge where NTP predicts it, and once more a second later
// when it was missed, in more requests on the host that leads. tried is false
// where nothing is to be aimed at.
func (d *dateSearch) aim(ts *timeServers, lead bool) (tried bool) {
	best, ok := d.primed(ts)
	if !ok {
		return false
	}
	d.mu.Lock()
	d.out.Primed = true
	d.mu.Unlock()
	if d.volley(around(best, aimSteps(ts.jitter()))); !d.atEdge() {
		most := maxDates
		if lead {
			most = maxMissed
		}
		d.volley(d.beside(best, most-d.asked()))
	}
	return true
}

// beside gives n offsets around one that was thought the best, on the sides
// that no answer has come near: the farther, the sparser, because a service's
// clock is rarely far off and a request is rarely very late.
func (d *dateSearch) beside(best time.Duration, n int) []time.Duration {
	const step = 8 * time.Millisecond // of the nearest
	s, _, ok := d.span()
	if !ok || n <= 0 {
		return nil
	}
	core := shrunk(s, d.rtt()/2)
	best = clamp(best, core)
	sides := map[time.Duration]time.Duration{}
	if l := core.Hi - best; l > 2*step {
		sides[+1] = l
	}
	if l := best - core.Lo; l > 2*step {
		sides[-1] = l
	}
	var out []time.Duration
	for sign, length := range sides {
		k := max(1, n/len(sides))
		q := math.Pow(float64(length)/float64(step), 1/float64(k))
		for i := range k {
			out = append(out, best+sign*time.Duration(float64(step)*math.Pow(q, float64(i))))
		}
	}
	return out
}

// inside gives n offsets that cut what is left of the host's clock into equal
// parts. Half a round trip at either end of its span is no place to look: there
// the span only allows for a path that is all asymmetry, and all requests go the same path.
func (d *dateSearch) inside(n int) []time.Duration {
	s, _, ok := d.span()
	if !ok || n <= 0 {
		return nil
	}
	s = shrunk(s, d.rtt()/2)
	var out []time.Duration
	for i := range n {
		out = append(out, s.Lo+(s.Hi-s.Lo)*time.Duration(i+1)/time.Duration(n+1))
	}
	return out
}

// schedule gives when to send a request for each supposed offset, so that it
// arrives at an edge of the service's second if the offset is so. Offsets that
// are near each other get the same edge.
func (d *dateSearch) schedule(offsets []time.Duration) []time.Time {
	const lead = 2 * time.Millisecond
	begin, arrive := time.Now(), d.s.now().Round(0).Add(lead+d.rtt()/2)
	next := func(off time.Duration) time.Time { return arrive.Add(off).Truncate(time.Second).Add(time.Second) }
	same := slices.Max(offsets)-slices.Min(offsets) < maxPrime
	var out []time.Time
	for _, off := range offsets {
		edge := next(off)
		if same {
			edge = next(slices.Max(offsets))
		}
		out = append(out, begin.Add(lead+edge.Sub(arrive.Add(off))))
	}
	return out
}

// volley sends one request for each supposed offset, at the moment at which it
// would arrive at an edge of the service's second if the offset were so: the
// answer tells on which side of it the truth lies. It returns when all are
// answered, or enough of them; requests that would tell nothing more are not sent.
func (d *dateSearch) volley(offsets []time.Duration) {
	if len(offsets) == 0 {
		return
	}
	sends := d.schedule(offsets)
	slices.SortFunc(sends, time.Time.Compare)
	rtt, finest := d.rtt(), nearest(sends)
	if t, ok := d.ctx.Deadline(); ok {
		sends = slices.DeleteFunc(sends, func(at time.Time) bool { return at.Add(rtt).After(t) }) // too late for an answer
	}
	if len(sends) == 0 {
		return
	}
	d.enough(sends, rtt)
	ctx, stop := context.WithCancel(d.ctx)
	defer stop()
	ended := make(chan struct{}, len(sends))
	for _, at := range sends {
		d.conns.Go(func() {
			defer func() { ended <- struct{}{} }()
			if !pause(ctx, time.Until(at)) {
				return
			}
			if w := d.take(15 * time.Millisecond); w != nil {
				d.ask(w)
			}
		})
	}
	usual := time.NewTimer(time.Until(sends[len(sends)-1]) + rtt + rtt/2 + dateSettle)
	defer usual.Stop()
	late := false
	for n := 0; n < len(sends); {
		select {
		case <-ended:
			n++
		case <-usual.C:
			late = true
		}
		switch s, agree, ok := d.span(); {
		case late && d.atEdge():
			return // who was retransmitted tells nothing more
		case ok && agree && s.Hi-s.Lo <= rtt+finest+edgeSlack:
			return // the two nearest each other have the edge between them
		}
	}
}

// edgeSlack is what two requests that caught an edge may take longer than usual.
const edgeSlack = 3 * time.Millisecond

// nearest is the least distance of two moments in order.
func nearest(sorted []time.Time) time.Duration {
	least := time.Duration(math.MaxInt64 / 2)
	for i := 1; i < len(sorted); i++ {
		least = min(least, sorted[i].Sub(sorted[i-1]))
	}
	return least
}

// enough opens as many connections as requests will be under way at once.
func (d *dateSearch) enough(sends []time.Time, rtt time.Duration) {
	most, from := 0, 0
	for i, at := range sends {
		for at.Sub(sends[from]) > rtt+5*time.Millisecond {
			from++
		}
		most = max(most, i-from+1)
	}
	d.mu.Lock()
	open := d.open
	d.mu.Unlock()
	d.grow(min(most, maxLines)-open, d.at(), 20*time.Millisecond)
}

func (d *dateSearch) at() string {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.addr
}

// core is where in a host's span its clock most likely is: nearer to the middle
// by half the round trip, which only asymmetry could use up.
func (d DateTarget) core() clock.Span { return shrunk(d.Span, d.RTT/2) }
