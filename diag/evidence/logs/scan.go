package logs

import (
	"bytes"
	"context"
	"io/fs"
	"slices"
	"sort"
	"time"
)

// Part is a piece of a log that begins with an entry.
type Part struct {
	Off, Size int64
	Line      int // number of its first line, from 1

	hole int64 // zero bytes before it that belong to its first line
}

// hit is an entry that names what is looked for: bytes [start, end) of a block,
// or from the last entry of the blocks before when lead is set.
type hit struct {
	start, end, line int
	lead             bool
}

// Bounds of what is looked at around a hit, and of the hits that are kept.
const (
	hitReach = 64 << 10
	maxHits  = 20_000
)

// search finds the entries of a block that name the literal as a whole word.
func (w *walker) search(b *block) {
	text := b.buf
	real := w.block0
	defer func() { w.block0 = real }()
	w.block0 = &block{} // what is judged here has been counted
	counted, lines := 0, 0
	for p := 0; len(b.hits) < maxHits; {
		i := indexFrom(text, w.literal, p)
		if i < 0 {
			return
		}
		if end := i + len(w.literal); i > 0 && isWordByte(text[i-1]) || end < len(text) && isWordByte(text[end]) {
			p = i + 1
			continue
		}
		h := hit{start: bytes.LastIndexByte(text[:i], '\n') + 1}
		for from := max(0, i-hitReach); !w.opens(text, h.start); {
			if h.start == 0 || h.start <= from {
				h.lead = h.start == 0
				break
			}
			h.start = bytes.LastIndexByte(text[:h.start-1], '\n') + 1
		}
		h.end = min(len(text), i+nextLine(text[i:], ""))
		for h.end < min(len(text), i+hitReach) && !w.opens(text, h.end) {
			h.end += nextLine(text[h.end:], "")
		}
		lines += bytes.Count(text[counted:max(counted, h.start)], []byte("\n"))
		counted = max(counted, h.start)
		h.line = lines - bytes.Count(text[h.start:counted], []byte("\n"))
		if b.mid && h.start > 0 {
			h.line--
		}
		b.hits = append(b.hits, h)
		p = h.end
	}
}

func isWordByte(c byte) bool { return c-'0' <= 9 || c|0x20-'a' <= 25 }

// opens is true when a line that begins at p opens an entry.
func (w *walker) opens(text []byte, p int) bool {
	line := text[p:]
	if i := bytes.IndexByte(line, '\n'); i >= 0 {
		line = line[:i]
	}
	return w.surely(line) != attached || w.line(line) != attached
}

// Scan is what one look at all lines of a log found: where the entries of a range
// of time and those that name something stand. A narrower range is then cut out
// of it without reading the rest again, see CutOptions.Known.
type Scan struct {
	Stats  CutStats // of the whole log, but for what was kept
	Ranges []Part   // hold the entries of the range of time, and no others
	Named  []Part   // hold the entries that name the literal

	from, to time.Time // of the range, on the log's own clock
	zones    zones
	unzoned  int
	loc      *time.Location // that stamps without a zone were read in
	apart    bool           // each line was judged by itself, whatever stands before it
	changed  time.Time      // when the file was last changed before the look at it
}

// Parts gives Ranges and Named together, in the file's order.
func (s *Scan) Parts() []Part {
	return JoinParts(slices.Concat(s.Ranges, s.Named))
}

// Scan looks for the entries from opt.From to opt.To and for those that name a
// literal as a whole word, "" for none. Every line is judged, as Cut does. It is for a log that
// can be read at any place.
func (rd *Reading) Scan(ctx context.Context, opt CutOptions, literal string) (*Scan, error) {
	c, workers := rd.cutter(opt)
	c.literal = []byte(literal)
	s := &Scan{from: c.from, to: c.to, loc: rd.loc, apart: rd.apart()}
	if rd.yearly || rd.bare {
		if err := c.walk(ctx, workers); err != nil {
			return nil, err
		}
	}
	st := &s.Stats
	add := func(list *[]Part, p Part) {
		if n := len(*list); n > 0 && (*list)[n-1].Off+(*list)[n-1].Size >= p.Off && (*list)[n-1].Off <= p.Off {
			(*list)[n-1].Size = max((*list)[n-1].Size, p.Off+p.Size-(*list)[n-1].Off)
		} else if p.Size > 0 {
			*list = append(*list, p)
		}
	}
	m := merger{c: c, st: st, again: c.walker(), w3c: rd.w3c, progress: opt.Progress}
	var entry Part // the last line with a stamp so far
	m.keep = func([]byte, int) error { return nil }
	hits := 0
	s.changed = rd.src.changed()
	err := c.run(ctx, span{end: -1}, workers, func(b *block) error {
		in, before := m.in, st.Lines
		if err := m.take(b); err != nil {
			return err
		}
		s.apart = s.apart && len(m.w3c.names) == 0
		at, line := b.off, before+1
		if in && (b.stamped == 0 || b.lead > 0) {
			n := int64(b.lead)
			if b.stamped == 0 {
				n = int64(len(b.buf))
			}
			add(&s.Ranges, Part{Off: at - b.nuls, Size: n + b.nuls, Line: line})
		}
		for _, g := range b.segs {
			p := Part{Off: at + int64(g.start), Size: int64(g.end - g.start), Line: line + g.line}
			if g.start == 0 && g.line == 0 {
				p.hole = b.nuls
			}
			add(&s.Ranges, p)
		}
		for _, h := range b.hits {
			if hits++; hits > maxHits {
				break
			}
			p := Part{Off: at + int64(h.start), Size: int64(h.end - h.start), Line: line + h.line}
			if h.lead && entry.Line > 0 && at-entry.Off < maxHeld {
				p = Part{Off: entry.Off, Size: at + int64(h.end) - entry.Off, Line: entry.Line}
			}
			add(&s.Named, p)
		}
		if b.stamped > 0 {
			entry = Part{Off: at + int64(b.entry), Line: line + b.entryLine}
		}
		return nil
	})
	st.Zone = rd.settled(m.zones, m.unzoned, st.First)
	s.zones, s.unzoned, st.Above = m.zones, m.unzoned, m.in
	s.Named = JoinParts(s.Named)
	return s, err
}

// apart is true of a log in which each line tells by itself when it was written.
func (rd *Reading) apart() bool {
	return !rd.yearly && !rd.bare && !rd.pretty && len(rd.w3c.names) == 0 && widthOf(rd.Encoding) == 1
}

// maxRanges is up to how many pieces a log is rather cut from what is known of it.
const maxRanges = 1000

// tells reports whether a scan knows all of what is to be cut: it looked at this
// file as it is now, read its stamps alike, and for a range around that of c.
func (s *Scan) tells(rd *Reading, c *cutter) bool {
	switch {
	case s == nil || !s.apart || !rd.apart() || !rd.Seekable || len(s.Ranges) > maxRanges:
		return false
	case c.from.IsZero() || c.to.IsZero() || s.from.After(c.from) || s.to.Before(c.to):
		return false
	case rd.src.Size != s.Stats.Bytes || !rd.src.changed().Equal(s.changed):
		return false
	}
	return s.unzoned == 0 || alike(s.loc, rd.loc, s.Stats.First, s.Stats.Last)
}

// alike is true of zones that have one offset, the same, from first to last, and a day before and after.
func alike(a, b *time.Location, first, last time.Time) bool {
	const day = 26 * time.Hour
	first, last = first.Add(-day), last.Add(day)
	for _, z := range []*time.Location{a, b} {
		if _, end := first.In(z).ZoneBounds(); !end.IsZero() && !end.After(last) {
			return false
		}
	}
	_, x := first.In(a).Zone()
	_, y := first.In(b).Zone()
	return x == y
}

// changed is when the log's file was last changed; zero where it is no file.
func (src Source) changed() (at time.Time) {
	r, err := src.Open()
	if err != nil {
		return at
	}
	defer r.Close()
	if f, ok := r.(interface{ Stat() (fs.FileInfo, error) }); ok {
		if info, err := f.Stat(); err == nil {
			return info.ModTime()
		}
	}
	return at
}

// cutKnown is Cut where a scan has told where to look.
func (c *cutter) cutKnown(ctx context.Context, known *Scan, workers int, keep func(p []byte, line int) error) (CutStats, error) {
	st, part := known.Stats, CutStats{}
	st.Kept, st.Entries, st.Above = 0, 0, false
	m := merger{c: c, st: &part, keep: keep, again: c.walker(), w3c: c.rd.w3c}
	for _, r := range known.Ranges {
		part.Lines, m.in = r.Line-1, false
		at := span{r.Off - r.hole, r.Off + r.Size}
		if err := c.run(ctx, at, workers, m.take); err != nil {
			return st, err
		}
		st.Above = m.in && at.end == st.Bytes
	}
	st.Kept, st.Entries = part.Kept, part.Entries
	st.Zone = c.rd.settled(known.zones, known.unzoned, st.First)
	return st, nil
}

// JoinParts puts pieces into the file's order, and those that touch together.
func JoinParts(list []Part) []Part {
	sort.SliceStable(list, func(i, j int) bool { return list[i].Off < list[j].Off })
	var out []Part
	for _, p := range list {
		if n := len(out); n > 0 && out[n-1].Off+out[n-1].Size >= p.Off {
			out[n-1].Size = max(out[n-1].Size, p.Off+p.Size-out[n-1].Off)
			continue
		}
		out = append(out, p)
	}
	return out
}

// Times gives a function that tells the time of a line, as UTF-8, that opens an
// entry of this log. It is for one goroutine.
func (rd *Reading) Times() func(line []byte) (time.Time, bool) {
	w := (&cutter{rd: rd}).walker()
	b := &block{}
	return func(line []byte) (time.Time, bool) {
		*b = block{}
		w.block0 = b
		ok := w.line(trimEnd(line)) != attached
		return b.first, ok
	}
}
