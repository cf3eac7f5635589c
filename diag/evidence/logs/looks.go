package logs

import (
	"bytes"
	"cmp"
	"maps"
	"slices"
	"time"
)

// look is how the stamp of a line is spelled and where it stands. The entries
// of a log share one look or a few; a stamp of another look that opens a line
// may be an entry of another writer, or text of a message: rows of a query, a
// quoted line.
type look struct {
	form   form
	before byte // the byte before the stamp: 'a' for letters, '0' for digits, 0 at the start
	sep    byte // what follows its first digits or letters
	digits uint8
	frac   bool
	zone   bool
	behind int8 // words before it, plus one, when these are no mere marks; 0 in front; anyWords
}

// anyWords stands for any number of words before a stamp.
const anyWords = -1

// columnLook is the look of stamps in columns of a W3C log.
var columnLook = look{form: 0xfe}

// objectLook is the look of a stamp that is a member of an object.
func objectLook(s *stamp) look {
	return look{form: 0xff, digits: s.rank, sep: byte(s.form), frac: s.prec < time.Second, zone: s.hasZone}
}

// lookOf tells the look of a stamp that was found in a line.
func lookOf(line []byte, s *stamp, behind bool) look {
	k := look{form: s.form, frac: s.prec < time.Second, zone: s.hasZone}
	if s.start > 0 {
		switch k.before = line[s.start-1]; {
		case isLetter(k.before):
			k.before = 'a'
		case isDigit(k.before):
			k.before = '0'
		case k.before == '\t':
			k.before = ' '
		}
	}
	if s.start == s.end { // a value: it has no place
		return k
	}
	n := s.start
	for n < s.end && (isDigit(line[n]) || isLetter(line[n])) {
		n++
	}
	if k.digits = uint8(n - s.start); k.digits == 1 { // 9 and 10 of the clock or the month
		k.digits = 2
	}
	if n < s.end {
		k.sep = line[n]
	}
	if behind {
		k.behind = int8(min(len(bytes.Fields(line[:s.start])), 100) + 1)
	}
	return k
}

// seen is a line with a stamp in a sample.
type seen struct {
	look   look
	t      int64 // an instant when look.zone, else the clock's reading
	plain  int64 // the same, its year being 2000
	prec   time.Duration
	year   bool
	day    bool // else t is a time of day
	sample int
}

// maxSeen bounds what is remembered of samples.
const maxSeen = 20000

// note remembers a stamped line.
func (l *learner) note(k look, s *stamp) {
	if len(l.seen) >= maxSeen {
		return
	}
	t := s.wall()
	if s.hasZone {
		t -= int64(s.zone)
	}
	o := seen{look: k, t: t, plain: t, prec: s.prec, year: s.hasYear, day: s.hasDate, sample: l.sample}
	switch {
	case !s.hasDate:
		o.t = int64(s.hour*3600 + s.min*60 + s.sec)
		o.plain = o.t
	case !s.hasYear:
		o.plain = days(2000, s.month, s.day)*86400 + t - days(0, s.month, s.day)*86400
	default:
		if day := t - (t%86400+86400)%86400; day != l.day || l.shift == 0 {
			y, m, d := civil(t)
			l.day, l.shift = day, (days(2000, m, d)-days(y, m, d))*86400
		}
		o.plain = t + l.shift
	}
	l.seen = append(l.seen, o)
}

// settle tells which looks are those of entries. Most lines decide; a rarer
// look stands for entries when its stamps go along with those of the lines
// around, as those of two writers to one file do, and is text when they do not.
func (l *learner) settle() (foreign, behind []look) {
	count := map[look]int{}
	total := len(l.seen)
	for i := 0; i < total; {
		k, n := l.seen[i].look, 1
		for i+n < total && l.seen[i+n].look == k { // most lines look as the one above
			n++
		}
		i += n
		if k.behind > 0 {
			k.behind = anyWords
		}
		count[k] += n
	}
	looks := slices.SortedFunc(maps.Keys(count), func(a, b look) int {
		return cmp.Or(count[b]-count[a], a.compare(b))
	})
	trims := l.trims()
	ref := references{l: l, pace: map[look]int64{}, count: count}
	for i, k := range looks {
		stray := i > 0 && count[k]*4 < count[looks[0]] && !trims[k] && ref.strays(k)
		switch {
		case k.behind == 0 && stray:
			foreign = append(foreign, k)
			continue
		case k.behind != 0 && (stray || count[k]*20 <= total):
			continue
		case k.behind != 0:
			behind = append(behind, k)
		}
		ref.pace[k] = l.pace(k)
	}
	var out []look
	for _, k := range behind {
		out = append(out, l.words(k, count[k])...)
	}
	return foreign, out
}

// trims tells the looks without a fraction of writers that leave its zeros out:
// theirs are of several lengths.
func (l *learner) trims() map[look]bool {
	first, out := map[look]time.Duration{}, map[look]bool{}
	for i := range l.seen {
		k := l.seen[i].look
		if !k.frac {
			continue
		}
		if prec, ok := first[k]; !ok {
			first[k] = l.seen[i].prec
		} else if prec != l.seen[i].prec {
			k.frac = false
			out[k] = true
		}
	}
	return out
}

// words tells how many words stand before the stamps of a look: nearly always
// as many, or any number where writers put names there.
func (l *learner) words(k look, total int) (out []look) {
	count := map[int8]int{}
	most := 0
	for i := range l.seen {
		w := l.seen[i].look.behind
		o := l.seen[i].look
		if o.behind = anyWords; w > 0 && o == k {
			count[w]++
			most = max(most, count[w])
		}
	}
	if most*4 < total*3 {
		return []look{k}
	}
	for w, n := range count {
		if n*20 >= total {
			o := k
			o.behind = w
			out = append(out, o)
		}
	}
	return out
}

// compare orders looks, so that a choice between equals does not hang on chance.
func (k look) compare(o look) int {
	number := func(k look) []int {
		n := []int{int(k.form), int(k.before), int(k.sep), int(k.digits), int(k.behind), 0}
		if k.frac {
			n[5]++
		}
		if k.zone {
			n[5] += 2
		}
		return n
	}
	return slices.Compare(number(k), number(o))
}

// is is true of a line of a look, which may leave the number of words open.
func (o *seen) is(k look) bool {
	m := o.look
	if k.behind == anyWords && m.behind > 0 {
		m.behind = anyWords
	}
	return m == k
}

// pace is how far apart in seconds stamps of one moment may be: some lines of
// the look that most have.
func (l *learner) pace(k look) int64 {
	gaps := make([]int64, 0, len(l.seen))
	prev := -1
	for i := range l.seen {
		if !l.seen[i].is(k) {
			continue
		}
		if prev >= 0 && l.seen[prev].sample == l.seen[i].sample {
			d := l.seen[i].plain - l.seen[prev].plain
			gaps = append(gaps, max(d, -d))
		}
		prev = i
	}
	if len(gaps) == 0 {
		return 1 << 40
	}
	slices.Sort(gaps)
	return max(5, 4*gaps[len(gaps)/2])
}

// references are the looks that are known to be entries'.
type references struct {
	l     *learner
	pace  map[look]int64 // of each
	count map[look]int
}

// of gives the pace of a line that is an entry's and of a look much more
// frequent than k.
func (r *references) of(o *seen, k look) (pace int64, ok bool) {
	m := o.look
	if m.behind > 0 {
		m.behind = anyWords
	}
	if pace, ok = r.pace[m]; !ok || r.count[m] < 4*r.count[k] {
		return 0, false
	}
	return pace, true
}

// longText is how many stamped lines one text has at most, once or twice in a log.
const longText = 30

// strays is true of a look whose lines stand between entries, half of them at
// least, and mostly tell of other times: a clock that stands still while that of
// the entries goes on, or one that goes a way of its own.
func (r *references) strays(k look) bool {
	all, between, near, runs, longest := 0, 0, 0, 0, 0
	times := map[int64]bool{}
	above, pace := -1, int64(0) // the last entry
	var open []int
	seen := r.l.seen
	for i := range seen {
		o := &seen[i]
		if above >= 0 && seen[above].sample != o.sample {
			above, open = -1, open[:0]
		}
		if o.is(k) {
			all++
			times[o.t] = true
			if above >= 0 {
				open = append(open, i)
			}
			continue
		}
		p, ok := r.of(o, k)
		if !ok {
			continue
		}
		if len(open) > 0 {
			runs++
			longest = max(longest, len(open))
		}
		for _, j := range open {
			between++
			if seen[j].close(&seen[above], pace) || seen[j].close(o, p) {
				near++
			}
		}
		above, pace, open = i, p, open[:0]
	}
	still := all > 2 && len(times)*3 <= all
	// A file may be several joined: a long piece of one writer is no text.
	return between > 0 && between*2 >= all && (runs > 2 || longest <= longText) && (near*2 < between || still)
}

// close is true of stamps of one moment, as far as that can be told without the
// zone of one of them: zones are quarters of an hour apart.
func (o *seen) close(p *seen, tol int64) bool {
	d := o.t - p.t
	if !o.year || !p.year {
		d = o.plain - p.plain
	}
	if d < 0 {
		d = -d
	}
	if !o.day || !p.day {
		d %= 86400
		d = min(d, 86400-d)
	}
	if o.look.zone == p.look.zone {
		return d <= tol
	}
	if d > 14*3600+tol {
		return false
	}
	d %= 900
	return min(d, 900-d) <= tol
}

// civil is the day of a time in seconds since 1970.
func civil(t int64) (year, month, day int) {
	n := t / 86400
	if t%86400 < 0 {
		n--
	}
	year = int(n/366) + 1970
	for days(year+1, 1, 1) <= n {
		year++
	}
	for month = 1; month < 12 && days(year, month+1, 1) <= n; month++ {
	}
	return year, month, int(n-days(year, month, 1)) + 1
}
