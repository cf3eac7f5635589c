package logs

import (
	"bytes"
	"slices"
	"time"
)

// learner counts what the lines of the samples look like.
type learner struct {
	rd                                   *Reading
	all                                  bool // of every look: which are entries' is not known yet
	seen                                 []seen
	sample                               int
	led                                  map[int]int // lines with a stamp behind blanks alone, by these
	w3c                                  w3c         // as it is now
	head                                 w3c         // as the first directives made it
	front, behind, bare, epochs, objects int
	yearless, dated, zoned               int
	pretty, indent                       int
	votes                                votes
	voted                                map[int64]bool // instants whose votes are counted
	orders                               [4]int         // by order
	unsure                               stamp          // the last whose order is open
	unix                                 int64          // an instant of the file
	zones                                map[int]int
	first                                int // the zone that was written first
	lastWall                             int64
	day, shift                           int64 // of the last stamp that was noted: its day, and from there to that of 2000
	lastBare                             bool
}

func (l *learner) stamped() int { return l.front + l.behind + l.objects + l.w3c.rows + l.bare }

func (l *learner) samples(list []sample) {
	if l.all {
		n := 0
		for _, s := range list {
			n += bytes.Count(s.text, []byte{'\n'}) + 1
		}
		l.seen = make([]seen, 0, min(n, maxSeen))
	}
	for i, s := range list {
		l.sample = i
		l.read(s.text)
	}
}

// indentation is how many blanks stand before the stamps of a log that has
// them before most; 0 of all others.
func (l *learner) indentation() int {
	best, total := 0, l.stamped()+l.pretty
	for n, k := range l.led {
		total += k
		if k > l.led[best] || k == l.led[best] && n < best {
			best = n
		}
	}
	if l.led[best]*2 > total {
		return best
	}
	return 0
}

// dayFirst is true of a log whose dates of numbers have the day first: some can
// be read in no other way, and where all can be read either way the reading
// counts that is nearer to the last change, and not after it.
func (l *learner) dayFirst(mod time.Time) bool {
	if l.orders[dayFirst] > 0 || l.orders[monthFirst] > 0 || l.orders[orderOpen] == 0 || mod.IsZero() {
		return l.orders[dayFirst] > l.orders[monthFirst]
	}
	s := l.unsure
	month := s.wall()
	s.swapDay()
	day, limit := s.wall(), mod.Unix()+86400
	return day <= limit && (month > limit || day > month)
}

// read looks at the lines of one sample.
func (l *learner) read(text []byte) {
	var prev struct {
		t    int64
		zone bool
		set  bool
	}
	for len(text) > 0 {
		line := text
		if i := bytes.IndexByte(text, '\n'); i >= 0 {
			line, text = text[:i], text[i+1:]
		} else {
			text = nil
		}
		line = bytes.TrimPrefix(trimLine(line), bom)
		if len(line) == 0 {
			continue
		}
		var s, twin stamp
		both := false
		switch ok := false; {
		case line[0] == '{':
			ok, twin, both = s.jsonStamp(line)
			if ok && l.entry(objectLook(&s), &s) {
				l.objects++
				break
			}
			if ok {
				continue
			}
			l.open(line, text)
			continue
		case line[0] == '#' && l.w3c.directive(line):
			if l.head.names == nil || l.w3c.rows == 0 {
				l.head = l.w3c
			}
			continue
		case len(l.w3c.names) > 0 && l.w3c.row(line, &s):
			l.note(columnLook, &s)
		case l.rd.column.col > 0:
			if !l.rd.column.stamp(line, &s) {
				l.open(line, text)
				continue
			}
			l.front++
		case !s.keyed(line) && !s.find(line):
			l.open(line, text)
			continue
		case s.form == formTime:
			if l.all {
				l.note(lookOf(line, &s, false), &s)
			}
			l.bare++
		case opensFront(line, &s) || l.rd.led > 0 && opensLed(line, l.rd.led, &s):
			if !l.entry(lookOf(line, &s, false), &s) {
				continue
			}
			l.front++
			if s.form == formEpoch {
				l.epochs++
			}
		case s.start <= 160 && !indented(line):
			if l.all && continues(line) || !l.entry(lookOf(line, &s, true), &s) {
				continue
			}
			l.behind++
		case l.all && indented(line) && opensLed(line, spaces(line, 0), &s):
			if l.led == nil {
				l.led = map[int]int{}
			}
			l.led[spaces(line, 0)]++
			l.open(line, text)
			continue
		default:
			l.open(line, text)
			continue
		}
		if s.order != orderNone {
			if l.orders[s.order]++; s.order == orderOpen {
				l.unsure = s
			}
			if l.rd.dayFirst {
				s.swapDay()
			}
		}
		l.lastBare = !s.hasZone && s.hasDate && s.hasYear
		l.lastWall = s.wall()
		if s.hasZone {
			if l.zones == nil {
				l.zones, l.first = map[int]int{}, s.zone
			}
			l.zoned++
			l.zones[s.zone]++
		}
		switch {
		case !s.hasDate:
			continue
		case !s.hasYear:
			l.yearless++
			continue
		}
		l.dated++
		cur := prev
		cur.t, cur.zone, cur.set = s.wall(), s.hasZone, true
		if s.hasZone {
			cur.t -= int64(s.zone)
		}
		switch {
		case both:
			l.votes.add(twin.wall(), cur.t, 2, true)
			l.unix = cur.t
		case prev.set && prev.zone != cur.zone:
			wall, unix := prev.t, cur.t
			if !cur.zone {
				wall, unix = cur.t, prev.t
			}
			// A clock goes on: one instant again and again is a quotation.
			if !l.voted[unix] && len(l.voted) < maxSeen {
				if l.voted == nil {
					l.voted = map[int64]bool{}
				}
				l.voted[unix] = true
				l.votes.add(wall, unix, 2, false)
				l.unix = unix
			}
		}
		prev = cur
	}
}

// entry remembers a stamped line, and is false when its look is not one of
// entries.
func (l *learner) entry(k look, s *stamp) bool {
	if l.all {
		l.note(k, s)
		return true
	}
	return l.rd.opens(k)
}

// opens is true of looks that open entries. What was not met is taken for one
// in front, and for text behind other text.
func (rd *Reading) opens(k look) bool {
	if k.behind == 0 {
		return !slices.Contains(rd.strays, k)
	}
	if slices.Contains(rd.behind, k) {
		return true
	}
	k.behind = anyWords
	return slices.Contains(rd.behind, k)
}

// opensLed is true when nothing but so many blanks and marks stands before a stamp.
func opensLed(line []byte, blanks int, s *stamp) bool {
	return s.start >= blanks && spaces(line, 0) == blanks && isFront(line[blanks:s.start])
}

// open notes a line that may open an indented object which tells its time.
func (l *learner) open(line, rest []byte) {
	n, ok := opensObject(line)
	if !ok || l.pretty > 0 && n != l.indent {
		return
	}
	end := closesObject(rest, n)
	if end < 0 {
		return
	}
	object := append(append(bytes.Clone(line), '\n'), rest[:end]...)
	var s stamp
	if ok, _, _ := s.jsonStamp(bytes.TrimLeft(object, " \t")); ok {
		l.pretty++
		l.indent = n
		if s.hasZone {
			if l.zones == nil {
				l.zones, l.first = map[int]int{}, s.zone
			}
			l.zones[s.zone]++
			l.zoned++
		}
	}
}

// opensFront is true when a stamp stands where it opens an entry, but for what
// stands before it is no text.
func opensFront(line []byte, s *stamp) bool {
	return s.start == 0 || s.form == formCLF && line[s.start-1] == '[' || !indented(line) && isFront(line[:s.start])
}

// opensObject gives the blanks before an indented object whose first line this is.
func opensObject(line []byte) (indent int, ok bool) {
	indent = spaces(line, 0)
	if indent >= len(line) || line[indent] != '{' {
		return 0, false
	}
	rest := bytes.TrimSpace(line[indent+1:])
	return indent, len(rest) == 0 || rest[0] == '"' && walkJSON(line[indent:], all) < 0
}

// Bounds of an indented object: one without an end must not swallow the log.
const (
	maxObject      = headSize
	maxObjectLines = 5000
)

// closesObject gives the index after the line that closes an indented object,
// -1 when there is none in reach.
func closesObject(rest []byte, indent int) int {
	p := 0
	for range maxObjectLines {
		if p >= len(rest) || p > maxObject {
			return -1
		}
		end := len(rest)
		if i := bytes.IndexByte(rest[p:], '\n'); i >= 0 {
			end = p + i + 1
		}
		line := trimEnd(rest[p:end])
		n := spaces(line, 0)
		switch {
		case n == len(line):
		case n == indent && line[n] == '}':
			return end
		case n <= indent && line[n] != ']' && line[n] != '"':
			return -1
		}
		p = end
	}
	return -1
}
