package pathtext

import (
	"slices"
	"time"

	"meiqia-diag/diag/lang"
)

// run is a Ping being read.
type run struct {
	Ping
	seq     bool // probes are numbered: lost ones show as gaps
	hasBase bool // base is certain: the head of the run was seen
	base    int  // number of the first probe
	next    int  // the number expected next; without numbers, probes so far
	missing map[int]FailureKind
	loose   map[FailureKind]int // failures told without a number
	errs    int                 // Windows: "Reply from …" that were errors, which its summary counts as received
	closed  bool                // fping's line of totals came
}

// reply notes a reply without a number.
func (r *run) reply(p *parser, d time.Duration, bound, timed bool) {
	r.next++
	r.sample(p, d, bound, timed)
}

func (r *run) sample(p *parser, d time.Duration, bound, timed bool) {
	r.Shown++
	if !timed || !p.room(1, r.Line) {
		return
	}
	r.RTTs = append(r.RTTs, d)
	if bound {
		r.Bound++
	}
}

// miss notes a lost probe without a number.
func (r *run) miss(p *parser, k FailureKind) {
	r.fail(k)
	r.lose(p, r.next, k)
	r.next++
}

func (r *run) lose(p *parser, n int, k FailureKind) {
	if _, known := r.missing[n]; !known && !p.room(1, r.Line) {
		return
	}
	if r.missing == nil {
		r.missing = map[int]FailureKind{}
	}
	r.missing[n] = k
}

// fail counts a failure that is tied to no number.
func (r *run) fail(k FailureKind) {
	if r.loose == nil {
		r.loose = map[FailureKind]int{}
	}
	r.loose[k]++
}

// numbered places probe n: a gap before it is so many lost. k is "" for a reply.
func (r *run) numbered(p *parser, n int, k FailureKind, d time.Duration, bound, timed, dup bool) {
	if !r.seq {
		r.seq = true
		if !r.hasBase {
			// The head of the run is not there: nothing is known before n.
			r.base = n
		}
		r.next = r.base
	}
	// icmp_seq is 16 bits wide: after 65535 comes 0.
	for n < r.next-32768 && n <= 65535 {
		n += 65536
	}
	if n >= r.next {
		if n-r.next > 65536 {
			return // no run skips that far; the number is damaged
		}
		for i := r.next; i < n; i++ {
			r.lose(p, i, "")
		}
		r.next = n + 1
	} else if k == "" {
		if _, was := r.missing[n]; !was || dup {
			r.fail(Dup)
			return
		}
	}
	if k != "" {
		r.lose(p, n, k)
		return
	}
	if _, was := r.missing[n]; was { // late, not lost
		delete(r.missing, n)
		p.samples--
	}
	if dup {
		r.fail(Dup)
	}
	r.sample(p, d, bound, timed)
}

// finish settles counts; false when the run holds nothing at all.
func (r *run) finish(p *parser) bool {
	r.Failed = len(r.missing)
	shown := r.next - r.base
	if !r.seq {
		shown = r.next
	}
	r.Failures = map[FailureKind]int{}
	for k, n := range r.loose {
		r.Failures[k] += n
	}
	for n, k := range r.missing {
		if r.seq {
			if k == "" {
				k = Timeout
			}
			r.Failures[k]++
		}
		r.Lost = append(r.Lost, n-r.base)
	}
	slices.Sort(r.Lost)
	if r.Tool == FPing || r.Tool == BSDPing {
		// These print the cause of a loss and, later, the same probe's timeout.
		for k, n := range r.loose {
			if k != Dup && r.Failures[Timeout] > 0 {
				if r.Failures[Timeout] -= n; r.Failures[Timeout] <= 0 {
					delete(r.Failures, Timeout)
				}
			}
		}
	}
	if s := r.Summary; s != nil {
		r.settle(p, s, shown)
	} else {
		r.Sent, r.Received = max(shown, r.Shown+r.Failed), r.Shown
	}
	if r.Min == 0 && r.Max == 0 && len(r.RTTs) > 0 {
		var sum time.Duration
		for _, d := range r.RTTs {
			sum += d
		}
		r.Min, r.Max, r.Avg = slices.Min(r.RTTs), slices.Max(r.RTTs), sum/time.Duration(len(r.RTTs))
	}
	return r.Sent > 0 || r.Shown > 0 || len(r.Failures) > 0 || r.Summary != nil
}

// settle brings the printed summary and what was counted together.
func (r *run) settle(p *parser, s *Summary, shown int) {
	got := max(0, s.Received-r.errs)
	if s.HasRTT {
		r.Min, r.Avg, r.Max = s.Min, s.Avg, s.Max
	} else if r.Tool == WindowsPing && r.errs > 0 {
		got = min(got, r.Shown)
	}
	if r.errs > 0 && s.Received > got {
		p.problem(r.Line, lang.T("Windows 统计的“已接收”包含了 %d 个“无法访问”之类的答复，已改按真正的回复计",
			"the summary's \"received\" includes %d replies that were errors; only echo replies are counted").F(r.errs))
	}
	if s.Received > 0 && r.Tool == WindowsPing && !s.HasRTT && r.Shown == 0 && r.errs == 0 {
		p.problem(r.Line, lang.T("统计说收到了回复，却没有往返时间：这些回复可能是“无法访问”",
			"the summary counts replies but has no round trip times: they may have been \"unreachable\""))
	}
	switch {
	case r.Shown > got || shown > s.Sent:
		// A summary in the middle (Ctrl+Break), or counts that cannot be.
		r.Sent, r.Received = max(shown, s.Sent), max(r.Shown, got)
		p.problem(r.Line, lang.T("显示的探测比统计的多：显示 %d 个、收到 %d 个，统计为发送 %d 个、收到 %d 个；按显示的计",
			"more probes are shown than summed up: %d shown, %d answered; the summary has %d sent, %d received; the shown are counted").
			F(shown, r.Shown, s.Sent, s.Received))
		return
	}
	r.Sent, r.Received = s.Sent, min(got, s.Sent)
	lost := r.Sent - r.Received
	if r.seq && shown < r.Sent && len(r.missing)+r.Sent-shown == lost && p.room(r.Sent-shown, r.Line) {
		// The probes after the last reply were lost as well.
		for i := shown; i < r.Sent; i++ {
			r.Lost = append(r.Lost, i)
		}
		r.Failures[Timeout] += r.Sent - shown
		r.Failed += r.Sent - shown
		shown = r.Sent
	}
	if shown == 0 && r.Shown == 0 {
		return // only a summary: nothing is contradicted
	}
	if r.Shown < r.Received || len(r.Lost) > lost {
		r.Partial = true
		p.problem(r.Line, lang.T("文本不全：显示 %d 个回复，统计为 %d 个；按统计的计",
			"lines are missing: %d replies are shown, the summary has %d; the summary is counted").F(r.Shown, r.Received))
		if len(r.Lost) > lost {
			// The gaps are where the paste was cut, so only what was said outright is lost.
			r.Lost = r.Lost[:0]
			for n, k := range r.missing {
				if k != "" {
					r.Lost = append(r.Lost, n-r.base)
				} else if r.Failures[Timeout]--; r.Failures[Timeout] == 0 {
					delete(r.Failures, Timeout)
				}
			}
			slices.Sort(r.Lost)
			r.Failed = len(r.Lost)
		}
	}
}
