// Package slice cuts the part that lies in a time range out of logs: of any
// notation, zone and encoding, rotated and compressed, in any order.
//
// The cutting itself is package logs'. Here files become sets: what belongs to
// one log is put in the order of its first stamps, never of its names, and what
// surely holds nothing of the range is not even unpacked. And what was kept is
// looked over for errors, which are ranked.
package slice

import (
	"context"
	"errors"
	"io"
	"sort"
	"time"

	"meiqia-diag/diag/evidence/logs"
	"meiqia-diag/diag/lang"
)

// Options say how files are to be read.
type Options struct {
	Zone  *time.Location // of stamps without one, as a person stated it; nil to infer
	Local *time.Location // where nothing tells; nil is time.Local
	// From and To are about what will be cut out: they give a year to stamps
	// that have none where the file's last change does not.
	From, To time.Time
}

// Range says what to cut out.
type Range struct {
	From, To time.Time     // both belong to it; zero is no limit
	Offset   time.Duration // added to all stamps first; see logs.CutOptions
	Fast     bool          // search by offset; see logs.CutOptions
	Workers  int
	Block    int
	Progress func(file string, read, size int64) // now and then; size -1 when unknown
	// Look asks for Findings; Incident is what nearness in time counts from.
	Look     bool
	Incident time.Time
}

// Modes of a file, as in FileStats.Mode.
const (
	Exact  = "exact"  // every line was judged
	Fast   = "fast"   // found by offset: right only for a log in order
	Beyond = "beyond" // surely outside, and not unpacked
	Bare   = "bare"   // no line has a stamp
)

// FileStats tell what became of one file.
type FileStats struct {
	Path     string
	Encoding string
	Mode     string
	logs.CutStats
	KeptBytes int64
	RunsOn    bool          // what was kept goes on in the last line of the file before, which has no end
	Offset    time.Duration // as applied
	Findings  []Finding
	Err       error // it was not read to its end; what had been kept was given out
}

// Set is a number of log files that have been looked at.
type Set struct {
	files []*file
	opt   Options
}

// file is a log file and how it is read.
type file struct {
	*Input
	rd  *logs.Reading
	err error
}

// Learn looks at the files. Files that cannot be read stay in the set with
// their error, which Cut gives.
func Learn(ctx context.Context, in []*Input, opt Options) (*Set, error) {
	s := &Set{opt: opt}
	for _, i := range in {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		f := &file{Input: i}
		f.rd, f.err = f.learn(opt, opt.Zone, false)
		s.files = append(s.files, f)
	}
	s.kin()
	s.copied()
	s.order()
	return s, nil
}

func (f *file) learn(opt Options, zone *time.Location, copied bool) (*logs.Reading, error) {
	return logs.Learn(f.Source, logs.LearnOptions{Zone: zone, Local: opt.Local, From: opt.From, To: opt.To, Copied: copied})
}

// kin lets files of one log share the zone that one of them tells.
func (s *Set) kin() {
	for _, f := range s.files {
		if f.rd == nil || f.rd.Zone.Basis != "assumed" {
			continue
		}
		for _, g := range s.files {
			if g.rd == nil || g.Log != f.Log || g.rd.Zone.Basis != "inferred" && (g.rd.Zone.Basis != "written" || g.rd.Zone.Name == "mixed") {
				continue
			}
			if rd, err := f.learn(s.opt, g.rd.Location(), false); err == nil {
				rd.Zone.Basis = "inferred"
				f.rd = rd
			}
			break
		}
	}
}

// copied looks again at files without years when none touches the range: their
// last change may be that of a copy.
func (s *Set) copied() {
	if s.opt.From.IsZero() || s.opt.To.IsZero() {
		return
	}
	for _, f := range s.files {
		if f.rd != nil && f.rd.Stamped > 0 && f.touches(s.opt.From, s.opt.To, 24*time.Hour) {
			return
		}
	}
	for _, f := range s.files {
		if f.rd == nil {
			continue
		}
		basis := f.rd.Zone.Basis
		zone := s.opt.Zone
		if basis == "inferred" {
			zone = f.rd.Location()
		}
		if rd, err := f.learn(s.opt, zone, true); err == nil {
			if rd.Zone.Basis == "stated" {
				rd.Zone.Basis = basis
			}
			f.rd = rd
		}
	}
}

// touches is true when a look at the file does not rule the range out.
func (f *file) touches(from, to time.Time, margin time.Duration) bool {
	if !to.IsZero() && f.rd.First.After(to.Add(margin)) {
		return false
	}
	// Of a file that was seen from its beginning alone the end is not known.
	return !f.rd.Seekable || from.IsZero() || !f.rd.Last.Before(from.Add(-margin))
}

// order puts the files in the order of their first stamps. Files without any
// keep their place at the end.
func (s *Set) order() {
	first := func(f *file) time.Time {
		if f.rd == nil || f.rd.Stamped == 0 {
			return time.Time{}
		}
		return f.rd.First
	}
	sort.SliceStable(s.files, func(i, j int) bool {
		a, b := first(s.files[i]), first(s.files[j])
		return !a.IsZero() && (b.IsZero() || a.Before(b))
	})
}

// Zone gives the zone that all files with stamps have; nil when they differ.
func (s *Set) Zone() *time.Location {
	var out *time.Location
	for _, f := range s.files {
		if f.rd == nil || f.rd.Stamped == 0 {
			continue
		}
		z := f.rd.Zone
		if z.Name == "mixed" {
			return nil
		}
		loc := f.rd.Location()
		if out != nil && out.String() != loc.String() {
			return nil
		}
		out = loc
	}
	return out
}

// Span gives the earliest and latest stamp that the look at the files has met.
func (s *Set) Span() (first, last time.Time) {
	for _, f := range s.files {
		if f.rd == nil || f.rd.Stamped == 0 {
			continue
		}
		if first.IsZero() || f.rd.First.Before(first) {
			first = f.rd.First
		}
		if f.rd.Last.After(last) {
			last = f.rd.Last
		}
	}
	return first, last
}

// beyondMargin is how far from the range a compressed file must begin, or the next
// of the same log, not to be unpacked: buffers are flushed within minutes, and
// clocks that are set jump by hours.
const beyondMargin = 24 * time.Hour

// beyond is true of a compressed file that surely holds nothing of the range:
// it begins too late, or the next of the same log begins before the range does.
func (s *Set) beyond(i int, r Range) bool {
	f := s.files[i]
	if f.Packed == "" || f.rd.Stamped == 0 {
		return false
	}
	margin := beyondMargin
	if r.Fast {
		margin = time.Minute
	}
	from, to := r.From, r.To
	if !from.IsZero() {
		from = from.Add(-r.Offset)
	}
	if !to.IsZero() {
		to = to.Add(-r.Offset)
	}
	if !to.IsZero() && f.rd.First.After(to.Add(margin)) {
		return true
	}
	for _, g := range s.files[i+1:] {
		if g.rd != nil && g.rd.Stamped > 0 && g.Log == f.Log && g.rd.First.After(f.rd.First) {
			return !from.IsZero() && g.rd.First.Before(from.Add(-margin))
		}
	}
	return false
}

// Cut writes what the files have of the range to w, one file after the other,
// not a byte changed and none put between them. Stats come in the same order. The error is w's, or the context's;
// those of files are in their stats.
func (s *Set) Cut(ctx context.Context, r Range, w io.Writer) ([]FileStats, error) {
	var out []FileStats
	lines := &lineWriter{w: w}
	above := map[string]bool{}
	for i, f := range s.files {
		if err := ctx.Err(); err != nil {
			return out, err
		}
		st := FileStats{Path: f.Path, Mode: Exact, Err: f.err, Offset: r.Offset}
		if f.rd == nil {
			out = append(out, st)
			continue
		}
		st.Encoding = f.rd.Encoding
		if s.beyond(i, r) {
			st.Mode, st.First, st.Zone = Beyond, f.rd.First, f.rd.Zone
			out = append(out, st)
			continue
		}
		var err error
		opt := logs.CutOptions{From: r.From, To: r.To, Offset: r.Offset, Fast: r.Fast, Above: above[f.Log], Workers: r.Workers, Block: r.Block}
		if r.Progress != nil {
			opt.Progress = func(read int64) { r.Progress(f.Path, read, f.Size) }
		}
		lines.begin(f.rd.Encoding)
		look := lookBack{max: maxLook}
		st.CutStats, err = f.rd.Cut(ctx, opt, func(p []byte, line int) error {
			if r.Look {
				look.take(p, line)
			}
			return lines.write(p)
		})
		st.KeptBytes, st.RunsOn = lines.n, lines.runs
		switch {
		case st.Stamped == 0 && !st.CutStats.Fast:
			st.Mode = Bare
		case st.CutStats.Fast:
			st.Mode = Fast
		}
		var bad *writeError
		switch {
		case errors.As(err, &bad):
			return append(out, st), bad.error
		case err != nil && ctx.Err() != nil:
			return append(out, st), ctx.Err()
		case err != nil:
			st.Err = err
		}
		if r.Look {
			if st.Findings, err = look.findings(ctx, f.rd, r); err != nil {
				return append(out, st), err
			}
		}
		above[f.Log] = st.Above
		out = append(out, st)
	}
	return out, nil
}

// Problem tells in both languages why a file was not read.
func (f FileStats) Problem() *lang.Problem {
	if f.Err == nil {
		return nil
	}
	var p *lang.Problem
	if errors.As(f.Err, &p) {
		one := *p
		one.File, one.Byte = f.Path, -1
		return &one
	}
	return &lang.Problem{File: f.Path, Byte: -1, What: lang.T("读不了：%s", "cannot read: %s").F(lang.Reason(f.Err)), Hint: lang.T("请检查文件与读取权限", "check the file and the permission to read it")}
}
