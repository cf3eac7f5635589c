package logs

import (
	"context"
	"runtime"
	"time"
)

// CutOptions say what to cut out of a log.
type CutOptions struct {
	// From and To keep the entries with From ≤ stamp ≤ To, at the stamp's own
	// precision: a stamp of 10:22:41 stands for the second that begins then,
	// so it is in a range that opens at 10:22:41.5. A zero time is no limit.
	// An entry of an hour that the zone ran through twice is kept when either
	// reading is in the range.
	From, To time.Time
	// Offset is added to every stamp before it is compared: by how much the
	// clock that wrote the log was behind the one that From and To are of.
	Offset time.Duration
	// Fast looks for the range by offset instead of reading the whole log,
	// which is right only for one that is in order. Of a log that cannot be
	// read at any place it is all read all the same.
	Fast bool
	// Above says that the log goes on where another ended inside the range:
	// lines before the first stamp are kept.
	Above bool
	// Known, when not nil, is an earlier look at the same log: where it tells
	// enough, only what it found is read. The result is the same.
	Known *Scan
	// Progress, when not nil, is told now and then how much has been read.
	Progress func(bytes int64)
	// Workers and Block are how many goroutines read, and how many bytes each
	// takes at a time; 0 for GOMAXPROCS and 1 MiB.
	Workers, Block int
}

// CutStats tell what became of a log.
type CutStats struct {
	Fast    bool // found by offset: Lines to Last are of the part that was read
	Bytes   int64
	Lines   int
	Kept    int       // lines
	Entries int       // kept lines that have a stamp
	Stamped int       // lines that have a stamp
	Folded  int       // stamps in an hour that the zone ran through twice
	First   time.Time // earliest and latest stamp, on the log's own clock
	Last    time.Time
	Zone    Zone // what the stamps rest on; of all that was read
	Above   bool // the last line with a stamp is in the range
}

// maxHeld is how much of one line is held; what is longer is kept or left out
// by what its beginning tells.
const maxHeld = 24 << 20

// little is what one goroutine reads sooner than several that wait for each
// other: more than that in memory that is new costs more than the judging.
const little = 4 << 20

// cutter is one pass over a log.
type cutter struct {
	rd       *Reading
	from, to time.Time // on the log's own clock
	collect  bool      // only marks are wanted
	size     int       // of blocks
	literal  []byte    // entries that name it are looked for too
}

// Cut reads the log and hands what lies in the range to keep, in the file's
// order and with not a byte changed. line is the number of the first line in
// p, from 1; 0 goes on with the line before. p is good until keep returns. An
// error of keep ends the reading and is returned as it is.
//
// The result is that of judging one line after the other: nothing is assumed
// of the order, so late lines and stepped clocks lose nothing. Lines without a
// stamp go with the one above them, those before the first stamp are left out.
func (rd *Reading) Cut(ctx context.Context, opt CutOptions, keep func(p []byte, line int) error) (CutStats, error) {
	c, workers := rd.cutter(opt)
	if rd.returns {
		whole := keep
		keep = func(p []byte, line int) error {
			swapEnds(p)
			return whole(p, line)
		}
	}
	var st CutStats
	span := span{end: -1}
	if !opt.Fast && !opt.Above && opt.Known.tells(rd, c) {
		return c.cutKnown(ctx, opt.Known, workers, keep)
	}
	if opt.Fast && rd.Seekable {
		found, err := c.find(ctx)
		if err != nil {
			return st, err
		}
		span, st.Fast = found, true
		size := found.end - found.start
		if opt.Block <= 0 { // a few megabytes, for all goroutines
			c.size = 256 << 10
			if size <= little {
				c.size = 64 << 10
			}
		}
		if opt.Workers <= 0 && size <= little {
			workers = 1
		}
	} else if rd.yearly || rd.bare {
		if err := c.walk(ctx, workers); err != nil {
			return st, err
		}
	}
	m := merger{c: c, st: &st, keep: keep, again: c.walker(), w3c: rd.w3c, in: opt.Above, progress: opt.Progress}
	err := c.run(ctx, span, workers, m.take)
	st.Above = m.in
	st.Zone = rd.settled(m.zones, m.unzoned, st.First)
	return st, err
}

// cutter is a pass over the log, and the number of goroutines for it.
func (rd *Reading) cutter(opt CutOptions) (*cutter, int) {
	c := &cutter{rd: rd, from: opt.From, to: opt.To, size: opt.Block}
	if !c.from.IsZero() {
		c.from = c.from.Add(-opt.Offset)
	}
	if !c.to.IsZero() {
		c.to = c.to.Add(-opt.Offset)
	}
	if c.size <= 0 {
		c.size = 1 << 20
	}
	c.size += (4 - c.size%4) % 4
	workers := opt.Workers
	if workers <= 0 {
		workers = runtime.GOMAXPROCS(0)
	}
	if rd.anchor == 0 { // nothing but what is asked for tells the year
		rd.anchor = rd.wall(later(c.from, c.to))
	}
	return c, workers
}

// settled is the zone after all was read.
func (rd *Reading) settled(z zones, unzoned int, first time.Time) Zone {
	out := rd.Zone
	switch {
	case z.n+unzoned == 0:
		return Zone{}
	case unzoned == 0:
		out = Zone{Name: zoneName(zoneText(z.first)), Basis: "written", Offset: time.Duration(z.first) * time.Second}
		if z.others {
			out.Name = "mixed"
		}
		return out
	}
	if out.Basis == "written" || out.Basis == "" {
		out.Basis = "assumed" // the look at it had not met them
	}
	_, off := first.In(rd.loc).Zone()
	out.Offset = time.Duration(off) * time.Second
	if out.Name = rd.loc.String(); out.Name == "Local" || out.Name == "" {
		out.Name = zoneName(zoneText(off))
	}
	if z.n > 0 && (z.others || z.first != off) {
		out.Name = "mixed"
	}
	return out
}

// walk dates the whole log, where its stamps lack the year or the day.
func (c *cutter) walk(ctx context.Context, workers int) error {
	c.collect = true
	defer func() { c.collect = false }()
	var marks []mark
	err := c.run(ctx, span{end: -1}, workers, func(b *block) error {
		if len(marks) < 1<<20 {
			marks = append(marks, b.marks...)
		}
		return nil
	})
	if err == nil {
		c.rd.date(marks, c.rd.dating)
	}
	return err
}

// merger puts the blocks together again.
type merger struct {
	c     *cutter
	st    *CutStats
	keep  func(p []byte, line int) error
	again *walker

	progress func(int64)

	in      bool // the last line with a stamp is in the range
	w3c     w3c
	zones   zones
	unzoned int
}

// take keeps of a block what is in the range.
func (m *merger) take(b *block) error {
	if !m.w3c.same(&b.w3c) { // it was read with columns that have changed since
		b.reset()
		b.w3c = m.w3c
		m.again.block(b)
	}
	m.w3c = b.w3cEnd
	st := m.st
	line := st.Lines + 1
	st.Bytes += b.nuls + int64(len(b.buf))
	st.Lines += b.lines
	st.Entries += b.entries
	st.Stamped += b.stamped
	st.Folded += b.folded
	st.First, st.Last = earlier(st.First, b.first), later(st.Last, b.last)
	m.zones.join(b.zones)
	m.unzoned += b.unzoned
	whole := b.stamped == 0
	if m.in && (whole || b.lead > 0) {
		lead, lines := b.lead, b.leadLines
		if whole {
			lead, lines = len(b.buf), b.lines
		}
		st.Kept += lines
		if b.mid {
			line = 0
		}
		if err := m.hole(b.nuls, line); err != nil {
			return err
		}
		if err := m.keep(b.buf[:lead], line); err != nil {
			return err
		}
		line = st.Lines - b.lines + 1
	}
	for _, s := range b.segs {
		st.Kept += s.endLine - s.line
		if s.start == 0 && s.line == 0 {
			if err := m.hole(b.nuls, line); err != nil {
				return err
			}
		}
		if err := m.keep(b.buf[s.start:s.end], line+s.line); err != nil {
			return err
		}
	}
	if in, decided := b.endsInside(); decided {
		m.in = in
	}
	if m.progress != nil {
		m.progress(st.Bytes)
	}
	return nil
}

// hole writes the zero bytes that a hole in the log reads as.
func (m *merger) hole(n int64, line int) error {
	var zero [32 << 10]byte
	for n > 0 {
		k := min(n, int64(len(zero)))
		if err := m.keep(zero[:k], line); err != nil {
			return err
		}
		n -= k
	}
	return nil
}
