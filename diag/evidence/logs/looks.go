package logs

import (
	"bytes"
	"slices"
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

// The looks of stamps that are members and columns.
var (
	objectLook = look{form: 0xff}
	columnLook = look{form: 0xfe}
)

// lookOf tells the look of a stamp that was found in a line.
func lookOf(line []byte, s *stamp, behind bool) look {
	k := look{form: s.form, frac: s.nano != 0 || s.prec < 1e9, zone: s.hasZone}
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
	year   bool
	sample int
}

// maxSeen bounds what is remembered of samples.
const maxSeen = 20000

// note remembers a stamped line.
func (l *learner) note(k look, s *stamp) {
	if len(l.seen) >= maxSeen || !s.hasDate {
		return
	}
	t := s.wall()
	if s.hasZone {
		t -= int64(s.zone)
	}
	o := seen{look: k, t: t, plain: t, year: s.hasYear, sample: l.sample}
	if !s.hasYear {
		o.plain = days(2000, s.month, s.day)*86400 + t - days(0, s.month, s.day)*86400
	} else {
		y, m, d := civil(t)
		o.plain = t + (days(2000, m, d)-days(y, m, d))*86400
	}
	l.seen = append(l.seen, o)
}

// settle tells which looks are those of entries. Most lines decide; a rarer
// look stands for entries when its stamps go along with those of the lines
// around, as those of two writers to one file do, and is text when they do not.
func (l *learner) settle() (foreign, behind []look) {
	count := map[look]int{}
	total := 0
	for i := range l.seen {
		k := l.seen[i].look
		if k.behind > 0 {
			k.behind = anyWords
		}
		count[k]++
		total++
	}
	var most look
	for k, n := range count {
		if n > count[most] || n == count[most] && k.less(most) {
			most = k
		}
	}
	tol := l.pace(most)
	for k, n := range count {
		if k == most {
			continue
		}
		stray := n*4 < count[most] && l.strays(k, most, tol)
		switch {
		case k.behind == 0 && stray:
			foreign = append(foreign, k)
		case k.behind != 0 && !stray && n*20 > total:
			behind = append(behind, k)
		}
	}
	if most.behind != 0 {
		behind = append(behind, most)
	}
	var out []look
	for _, k := range behind {
		out = append(out, l.words(k, count[k])...)
	}
	return foreign, out
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

// less orders looks, so that a choice between equals does not hang on chance.
func (k look) less(o look) bool {
	a, b := [...]int{int(k.form), int(k.before), int(k.sep), int(k.digits), int(k.behind)}, [...]int{int(o.form), int(o.before), int(o.sep), int(o.digits), int(o.behind)}
	if c := slices.Compare(a[:], b[:]); c != 0 {
		return c < 0
	}
	return !k.frac && o.frac || k.frac == o.frac && !k.zone && o.zone
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
	var gaps []int64
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

// strays is true of a look whose lines stand between those of another, nearly
// all of them, and mostly tell of other times.
func (l *learner) strays(k, most look, tol int64) bool {
	all, between, near := 0, 0, 0
	above := -1 // the last line of the other look
	var open []int
	for i := range l.seen {
		o := &l.seen[i]
		if above >= 0 && l.seen[above].sample != o.sample {
			above, open = -1, open[:0]
		}
		switch {
		case o.is(most):
			for _, j := range open {
				between++
				if above >= 0 && l.seen[j].close(&l.seen[above], tol) || l.seen[j].close(o, tol) {
					near++
				}
			}
			above, open = i, open[:0]
		case o.is(k):
			all++
			if above >= 0 {
				open = append(open, i)
			}
		}
	}
	return between > 0 && between*5 >= all*4 && near*2 < between
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
