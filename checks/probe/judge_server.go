package probe

import (
	"slices"
	"time"
)

// What counts as a queue. A slow handler takes its time each time; a queue
// makes requests wait differently long.
const (
	queueMedian = 50 * time.Millisecond
	queueSpread = 40 * time.Millisecond // between the quartiles
	lagWeight   = 3                     // a machine that is late itself makes others look late
	someFail    = 0.1                   // share of requests
	mostFail    = 0.9
)

// ServerFaults tells what is wrong at the service itself.
func ServerFaults(r ServerResult) []Fault {
	var out []Fault
	for _, t := range r.Targets {
		for _, f := range t.faults() {
			i := slices.IndexFunc(out, func(g Fault) bool { return g.Kind == f.Kind && g.Note == f.Note && slices.Equal(g.Addrs, f.Addrs) })
			if i < 0 {
				out = append(out, f)
			} else if !slices.Contains(out[i].Hosts, f.Hosts[0]) {
				out[i].Hosts = append(out[i].Hosts, f.Hosts[0])
			}
		}
	}
	return out
}

func (t ServerTarget) faults() (out []Fault) {
	if t.Answered+t.Overdue == 0 {
		return nil
	}
	host := hostName(t.Target.URL)
	add := func(k FaultKind, detail string, addrs ...string) {
		out = append(out, Fault{Place: PlaceService, Kind: k, Hosts: []string{host}, Detail: detail, Addrs: addrs})
	}
	// What one address does to its own requests is its unevenness.
	sent, failed, overdue, limited := 0, 0, 0, 0
	var waits []time.Duration
	for _, b := range t.Backends {
		if slices.Contains(t.Uneven.Failing, b.Addr) || slices.Contains(t.Uneven.Slow, b.Addr) {
			continue
		}
		for _, q := range b.Requests {
			sent++
			switch {
			case q.Status >= 500:
				failed++
			case q.Status == 429:
				limited++
			case b.late(q):
				overdue++
			}
			if !q.Open {
				waits = append(waits, q.Queueing)
			}
		}
	}
	share := func(n int) float64 { return float64(n) / float64(max(sent, 1)) }
	retry := ""
	if t.RetryAfter > 0 {
		retry = t.RetryAfter.String()
	}
	queue := t.queue(waits)
	switch {
	case share(overdue) >= 0.5 && !t.Lag.Stalled():
		add(FaultDeadline, "")
	case share(failed) >= mostFail:
		add(Fault5xx, retry)
	case share(failed) >= someFail && failed >= 2:
		add(FaultOverload, retry)
		queue = false
	}
	if share(limited) >= someFail && limited >= 2 {
		add(Fault429, retry)
	}
	if queue && share(overdue) < 0.5 {
		add(FaultQueueing, medianOf(waits).Round(time.Millisecond).String())
		out[len(out)-1].Note = medianOf(waits) < slowRequest
	}
	for kind, addrs := range map[string][]string{"failing": t.Uneven.Failing, "slow": unless(t.Lag.Stalled(), t.Uneven.Slow), "clock": t.Uneven.Clocks} {
		if len(addrs) > 0 {
			add(FaultUneven, kind, addrs...)
		}
	}
	// By turns: only where the service as a whole is well, else it is that.
	if len(out) == 0 {
		for kind, addrs := range map[string][]string{"mixed": t.Uneven.Mixed, "split": unless(t.Lag.Stalled(), t.Uneven.Split)} {
			if len(addrs) > 0 {
				add(FaultUneven, kind, addrs...)
			}
		}
	}
	return out
}

func unless(no bool, list []string) []string {
	if no {
		return nil
	}
	return list
}

// slowRequest is when waiting at the service is felt.
const slowRequest = 1500 * time.Millisecond

// queue reports whether requests wait at the service, and differently long.
func (t ServerTarget) queue(waits []time.Duration) bool {
	if t.Lag.Stalled() {
		return false
	}
	if t.TakenOver {
		return false // who answers for the service has his own way to it, and may make it anew each time
	}
	noise := lagWeight*t.Lag.Usual + t.Swing
	// One stall of this machine holds up all requests that are under way.
	least, spread := max(queueMedian+noise, t.Lag.Worst*5/4), queueSpread+noise
	if len(waits) < leastRequests/2 || medianOf(waits) < least {
		return false
	}
	s := slices.Sorted(slices.Values(waits))
	return medianOf(waits) >= slowRequest || rank(s, 0.75)-rank(s, 0.25) >= spread
}
