package logs

import (
	"sort"
	"time"
)

// Stamps without a year (syslog, logcat, Chromium) or without a date (consoles)
// get it from what is around them. The file's last change dates the last line,
// the lines before it are walked backwards, and each stamp is taken in the year
// (or on the day) that puts it closest to the one behind it, never after the
// file's last change. So New Year and midnight are crossed wherever they are,
// late lines and stepped clocks stay where they belong, and one wrong stamp
// does not carry the others with it.

// mark is a stamp at some place of a log. Marks are kept where the time moves
// on, not for every line.
type mark struct {
	off        int64
	wall       int64 // in seconds, of a full date
	kind       markKind
	month, day int8
	tod        int32 // seconds of the day
}

type markKind uint8

const (
	markFull markKind = iota
	markYearless
	markBare
)

func markOf(s *stamp, off int64) mark {
	m := mark{off: off, month: int8(s.month), day: int8(s.day), tod: int32(s.hour*3600 + s.min*60 + s.sec)}
	switch {
	case !s.hasDate:
		m.kind = markBare
	case !s.hasYear:
		m.kind = markYearless
	default:
		m.wall = s.wall()
	}
	return m
}

// near is true when a mark tells no more than the one before it.
func (m mark) near(o mark) bool {
	switch {
	case m.kind != o.kind:
		return false
	case m.kind == markFull:
		return m.wall-o.wall < 86400 && o.wall-m.wall < 86400
	case m.kind == markYearless:
		return m.month == o.month && m.day == o.day
	}
	return m.tod/3600 == o.tod/3600
}

// ref is what the clock showed at some place of a log, as if in UTC.
type ref struct{ off, wall int64 }

type refs []ref

// at gives what the clock showed last at or before a place, or first after it.
func (r refs) at(off int64) (wall int64, ok bool) {
	if len(r) == 0 {
		return 0, false
	}
	i := sort.Search(len(r), func(i int) bool { return r[i].off > off })
	return r[max(i-1, 0)].wall, true
}

// settle dates marks, from the last to the first. full tells that some have a date of their own.
func settle(marks []mark, anchor, limit int64) (out refs, full bool) {
	out = make(refs, len(marks))
	near, known := anchor, anchor != 0
	for i := len(marks) - 1; i >= 0; i-- {
		if m := marks[i]; m.kind == markFull && !known { // the lines behind the first date
			near, known = m.wall, true
		}
	}
	if !known {
		return nil, false
	}
	for i := len(marks) - 1; i >= 0; i-- {
		m := marks[i]
		switch m.kind {
		case markFull:
			near, full = m.wall, true
		case markYearless:
			if y, ok := closestYear(int(m.month), int(m.day), int64(m.tod), near, limit); ok {
				near = days(y, int(m.month), int(m.day))*86400 + int64(m.tod)
			}
		case markBare:
			near = closestDay(int64(m.tod), near, limit)
		}
		out[i] = ref{m.off, near}
	}
	return out, full
}

// closestYear gives the year that puts a day and time closest to a reading of
// the clock, and not after limit unless that is 0. 29 February is eight years
// apart at most.
func closestYear(month, day int, tod, near, limit int64) (year int, ok bool) {
	last := time.Unix(near, 0).UTC().Year() + 1
	best := int64(1) << 62
	for y := last; y >= last-9 && y >= 1970; y-- {
		if day > monthDays(y, month) {
			continue
		}
		wall := days(y, month, day)*86400 + tod
		if limit != 0 && wall > limit {
			continue
		}
		d := wall - near
		if d < 0 {
			d = -d
		}
		if d >= best {
			break
		}
		best, year, ok = d, y, true
	}
	return year, ok
}

// closestDay gives the reading of the clock with this time of day that is
// closest to another, and not after limit unless that is 0.
func closestDay(tod, near, limit int64) int64 {
	wall := near - mod(near, 86400) + tod
	switch d := wall - near; {
	case d > 43200:
		wall -= 86400
	case d < -43200:
		wall += 86400
	}
	for limit != 0 && wall > limit {
		wall -= 86400
	}
	return wall
}

func mod(a, b int64) int64 { return ((a % b) + b) % b }

// times finds out from the samples what the log speaks of.
func (rd *Reading) times(samples []sample, opt LearnOptions) {
	_, off := rd.src.ModTime.In(rd.loc).Zone()
	slack := int64(86400) // zones, and clocks that are wrong
	if rd.bare {
		slack = 3600
	}
	if y := rd.src.ModTime.Year(); y >= 2000 && !rd.src.ModTime.IsZero() {
		rd.anchor = rd.src.ModTime.Unix() + int64(off)
		rd.limit = rd.anchor + slack
	} else {
		rd.anchor = rd.wall(later(opt.From, opt.To))
	}
	c := &cutter{rd: rd, collect: true}
	w := c.walker()
	if rd.yearly || rd.bare {
		var marks []mark
		for _, s := range samples {
			b := &block{off: s.off, buf: s.text}
			w.block(b)
			marks = append(marks, b.marks...)
		}
		rd.date(marks, opt)
	}
	c.collect = false
	w = c.walker()
	var zs zones
	unzoned := 0
	for _, s := range samples {
		b := &block{off: s.off, buf: s.text}
		w.block(b)
		rd.Stamped += b.stamped
		zs.join(b.zones)
		unzoned += b.unzoned
		rd.First, rd.Last = earlier(rd.First, b.first), later(rd.Last, b.last)
	}
	if rd.Zone.Name == "" && rd.Stamped > 0 {
		rd.Zone.Name = rd.loc.String()
		if rd.Zone.Name == "Local" || rd.Zone.Name == "" {
			_, off := rd.First.In(rd.loc).Zone()
			rd.Zone.Name = zoneName(zoneText(off))
		}
	}
	if rd.Stamped == 0 {
		rd.Zone = Zone{}
		return
	}
	_, east := rd.First.In(rd.loc).Zone()
	rd.Zone.Offset = time.Duration(east) * time.Second
	if zs.n > 0 && unzoned == 0 {
		rd.Zone.Offset = time.Duration(zs.first) * time.Second
	}
}

// date takes the marks over as what is known of the time. Where none has a full
// date and the last change may be a copy's, or days are what is missing, they
// may all be moved back as a whole, to touch the time of interest.
func (rd *Reading) date(marks []mark, opt LearnOptions) {
	list, full := settle(marks, rd.anchor, rd.limit)
	rd.refs = list
	if full || len(list) == 0 || opt.From.IsZero() || opt.To.IsZero() || !rd.bare && !opt.Copied {
		return
	}
	from, to := rd.wall(opt.From), rd.wall(opt.To)
	touches := func(list refs) bool {
		lo, hi := list[0].wall, list[0].wall
		for _, r := range list {
			lo, hi = min(lo, r.wall), max(hi, r.wall)
		}
		slack := int64(86400) // marks are a day apart, or an hour
		if rd.bare {
			slack = 3600
		}
		return from <= hi+slack && lo-slack <= to
	}
	if touches(list) {
		return
	}
	// Dated anew from the time of interest, which then is in the past of the file's last change.
	if to < rd.anchor || rd.limit == 0 {
		end := to
		if last := marks[len(marks)-1]; rd.bare && last.kind == markBare {
			end += 43200 // the log may go on until half a day later
		}
		if again, _ := settle(marks, end, 0); touches(again) {
			rd.refs, rd.limit = again, 0
		}
	}
}

// wall is what the log's clock shows at some moment; 0 for none.
func (rd *Reading) wall(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	_, off := t.In(rd.loc).Zone()
	return t.Unix() + int64(off)
}

func earlier(a, b time.Time) time.Time {
	if a.IsZero() || !b.IsZero() && b.Before(a) {
		return b
	}
	return a
}

func later(a, b time.Time) time.Time {
	if a.IsZero() || !b.IsZero() && b.After(a) {
		return b
	}
	return a
}
