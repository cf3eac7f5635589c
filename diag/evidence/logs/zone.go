package logs

import (
	"fmt"
	"time"
)

// moment is a stamp as an instant: the truth lies in [at, at+span).
type moment struct {
	at      time.Time
	span    time.Duration
	assumed bool // the zone is Options.Zone's
	fold    bool // the wall clock showed it twice, and span covers both
	zone    string
}

// resolver turns readings into instants: it fills in the zone, the year of
// syslog and the day of a console.
type resolver struct {
	loc   *time.Location
	basis string // "assumed" or "inferred": what a stamp without a zone rests on

	// The period of loc that readings fell in last, as Unix seconds, and its
	// offset. Looking a zone up costs more than finding the stamp.
	from, to, off int64

	near    int64 // a full date of the same file in wall seconds, when hasNear
	hasNear bool
	mod     time.Time // latest moment that the file can speak of
	day     int64     // days since 1970 of the last time of day, when hasDay
	hasDay  bool
	tod     int64 // last time of day in seconds, -1 before the first
}

func newResolver(opt *Options) *resolver {
	r := &resolver{loc: opt.Zone, basis: "assumed", mod: opt.ModTime, tod: -1}
	if r.loc == nil {
		r.loc = time.Local
	}
	if r.mod.IsZero() {
		r.mod = opt.To
	}
	if !opt.Day.IsZero() {
		y, m, d := opt.Day.Date()
		r.day, r.hasDay = days(y, int(m), d), true
		r.near, r.hasNear = r.day*86400, opt.ModTime.IsZero()
	}
	return r
}

// resolve gives the instant of a stamp; ok is false when its date is unknown.
func (r *resolver) resolve(s *stamp) (m moment, ok bool) {
	switch {
	case !s.hasDate:
		if !r.hasDay {
			return m, false
		}
		r.midnight(int64(s.hour*3600 + s.min*60 + s.sec))
	case !s.hasYear:
		if !r.year(s) {
			return m, false
		}
	}
	wall := s.wall()
	if !s.hasDate {
		wall = r.day*86400 + r.tod
	} else if s.hasYear && s.form != formEpoch {
		r.near, r.hasNear = wall, true
	}
	m.span = s.prec
	if s.hasZone {
		m.at = time.Unix(wall-int64(s.zone), int64(s.nano)).UTC()
		m.zone = zoneText(s.zone)
		return m, true
	}
	u, again := r.instant(wall)
	m.at = time.Unix(u, int64(s.nano)).UTC()
	m.assumed = r.basis == "assumed"
	if again > u {
		m.fold = true
		m.span += time.Duration(again-u) * time.Second
	}
	return m, true
}

// midnight moves the day along with times of day: a step of more than half a
// day is the way over midnight, or back over it where lines are out of order.
func (r *resolver) midnight(tod int64) {
	if r.tod >= 0 {
		switch d := tod - r.tod; {
		case d < -43200:
			r.day++
		case d > 43200:
			r.day--
		}
	}
	r.tod = tod
}

// year finds the year of a stamp that has none: the one that puts it next to
// the last full date of the same file, else the latest that is not after the
// file's last change. A day is allowed for zones and wrong clocks.
func (r *resolver) year(s *stamp) bool {
	var limit int64
	switch {
	case r.hasNear:
		limit = r.near + 183*86400
	case !r.mod.IsZero():
		_, off := r.mod.In(r.loc).Zone()
		limit = r.mod.Unix() + int64(off) + 86400
	default:
		return false
	}
	last := time.Unix(limit, 0).UTC().Year()
	for y := last; y > last-9 && y >= 1970; y-- { // 29 February is eight years apart at most
		if s.day <= monthDays(y, s.month) {
			s.year = y
			if s.wall() <= limit {
				return true
			}
		}
	}
	s.year = 0
	return false
}

// instant gives the Unix time of a wall clock reading, and a second one where
// the zone runs through it twice (0 elsewhere). A reading that the zone leaps
// over is taken as if the clock had not been put forward yet.
func (r *resolver) instant(wall int64) (first, second int64) {
	const far = 26 * 3600 // no two offsets are further apart
	u := wall - r.off
	if r.from+far <= u && u < r.to-far {
		return u, 0
	}
	before := r.offset(wall - far)
	after := r.offset(wall + far)
	a, b := wall-before, wall-after
	okA, okB := r.offset(a) == before, r.offset(b) == after
	switch {
	case before == after:
		first = a
	case okA && okB:
		first, second = min(a, b), max(a, b)
	case okB:
		first = b
	default:
		first = a
	}
	start, end := time.Unix(first, 0).In(r.loc).ZoneBounds()
	r.from, r.to, r.off = -1<<60, 1<<60, r.offset(first)
	if !start.IsZero() {
		r.from = start.Unix()
	}
	if !end.IsZero() {
		r.to = end.Unix()
	}
	return first, second
}

func (r *resolver) offset(unix int64) int64 {
	_, off := time.Unix(unix, 0).In(r.loc).Zone()
	return int64(off)
}

// zoneText spells an offset as RFC 3339 does.
func zoneText(sec int) string {
	switch sec {
	case 0:
		return "Z"
	case 8 * 3600:
		return "+08:00"
	}
	sign := '+'
	if sec < 0 {
		sign, sec = '-', -sec
	}
	return fmt.Sprintf("%c%02d:%02d", sign, sec/3600, sec/60%60)
}

// zoneName names an offset for Zone.Name.
func zoneName(text string) string {
	if text == "Z" {
		return "UTC"
	}
	return text
}

// votes collects what a file's own stamps tell of the zone of its zone-less
// ones: pairs of a wall clock's reading and an instant that belong together.
type votes struct {
	by    map[int64]int
	total int
	sure  int // votes from two stamps of the same entry
}

// add takes a reading and an instant of (nearly) the same moment. Zones are
// whole quarters of an hour, so a pair counts only when its difference is one
// but for the time that may lie between two lines; most pairs that do not
// belong together fall through.
func (v *votes) add(wall, unix int64, slack int64, same bool) {
	d := wall - unix
	q := (d + 14*3600 + 450) / 900 // positive: d is −12 h or more
	off := q*900 - 14*3600
	if rest := d - off; rest > slack || rest < -slack || off > 14*3600 || off < -12*3600 {
		return
	}
	if v.by == nil {
		v.by = map[int64]int{}
	}
	v.by[off]++
	v.total++
	if same {
		v.sure++
	}
}

// winner gives the offset that nearly all pairs agree on. Neighbouring lines
// must agree at least twice: one pair may be chance.
func (v *votes) winner() (off int64, ok bool) {
	best := 0
	for o, n := range v.by {
		if n > best || n == best && o < off {
			off, best = o, n
		}
	}
	return off, best > 0 && best*5 >= v.total*4 && (best >= 2 || v.sure > 0)
}

// infer takes the winner over as the zone, keeping Options.Zone where that
// agrees: it knows its summer time, an offset does not.
func (r *resolver) infer(v *votes, unix int64) {
	off, ok := v.winner()
	if !ok {
		return
	}
	r.basis = "inferred"
	if r.offset(unix) != off {
		r.loc = time.FixedZone(zoneName(zoneText(int(off))), int(off))
		r.from, r.to = 0, 0
	}
}
