package logs

import (
	"bytes"
	"context"
	"sort"
	"time"
)

// Part is a piece of a log that begins with an entry.
type Part struct {
	Off, Size int64
	Line      int // number of its first line, from 1
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

// search finds the entries of a block that name the literal.
func (w *walker) search(b *block) {
	text := b.buf
	real := w.block0
	defer func() { w.block0 = real }()
	w.block0 = &block{} // what is judged here has been counted
	for p := 0; len(b.hits) < maxHits; {
		i := bytes.Index(text[p:], w.literal)
		if i < 0 {
			return
		}
		i += p
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
		h.line = bytes.Count(text[:h.start], []byte("\n"))
		if b.mid && h.start > 0 {
			h.line--
		}
		b.hits = append(b.hits, h)
		p = h.end
	}
}

// opens is true when a line that begins at p opens an entry.
func (w *walker) opens(text []byte, p int) bool {
	line := text[p:]
	if i := bytes.IndexByte(line, '\n'); i >= 0 {
		line = line[:i]
	}
	return w.out(line) || w.line(line) != attached
}

// Parts gives, in the file's order, the pieces of a log that hold the entries
// from opt.From to opt.To and those that name a literal, "" for none. Every
// line is judged, as Cut does. It is for a log that can be read at any place.
func (rd *Reading) Parts(ctx context.Context, opt CutOptions, literal string) ([]Part, CutStats, error) {
	c, workers := rd.cutter(opt)
	c.literal = []byte(literal)
	var st CutStats
	if rd.yearly || rd.bare {
		if err := c.walk(ctx, workers); err != nil {
			return nil, st, err
		}
	}
	var out []Part
	add := func(p Part) {
		if n := len(out); n > 0 && out[n-1].Off+out[n-1].Size >= p.Off && out[n-1].Off <= p.Off {
			out[n-1].Size = max(out[n-1].Size, p.Off+p.Size-out[n-1].Off)
		} else if p.Size > 0 {
			out = append(out, p)
		}
	}
	m := merger{c: c, st: &st, again: c.walker(), w3c: rd.w3c}
	var entry Part // the last line with a stamp so far
	m.keep = func([]byte, int) error { return nil }
	hits := 0
	err := c.run(ctx, span{end: -1}, workers, func(b *block) error {
		in, before := m.in, st.Lines
		if err := m.take(b); err != nil {
			return err
		}
		at, line := b.off, before+1
		var list []Part
		if in && (b.stamped == 0 || b.lead > 0) {
			n := int64(b.lead)
			if b.stamped == 0 {
				n = int64(len(b.buf))
			}
			list = append(list, Part{at - b.nuls, n + b.nuls, line})
		}
		for _, s := range b.segs {
			list = append(list, Part{at + int64(s.start), int64(s.end - s.start), line + s.line})
		}
		for _, h := range b.hits {
			if hits++; hits > maxHits {
				break
			}
			p := Part{at + int64(h.start), int64(h.end - h.start), line + h.line}
			if h.lead && entry.Line > 0 && at-entry.Off < maxHeld {
				p = Part{entry.Off, at + int64(h.end) - entry.Off, entry.Line}
			}
			list = append(list, p)
		}
		sort.SliceStable(list, func(i, j int) bool { return list[i].Off < list[j].Off })
		for _, p := range list {
			add(p)
		}
		if b.stamped > 0 {
			entry = Part{Off: at + int64(b.entry), Line: line + b.entryLine}
		}
		return nil
	})
	st.Zone = rd.settled(m.zones, m.unzoned, st.First)
	sort.SliceStable(out, func(i, j int) bool { return out[i].Off < out[j].Off })
	return joinParts(out), st, err
}

// joinParts puts pieces that touch together.
func joinParts(list []Part) []Part {
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
	return func(line []byte) (time.Time, bool) {
		b := &block{}
		w.block0, w.has = b, false
		ok := w.line(trimEnd(line)) != attached
		return b.first, ok
	}
}
