package slice

import (
	"context"
	"errors"
	"time"

	"meiqia-diag/diag/evidence/logs"
)

// Stats tell what became of one log that is cut for an archive.
type Stats struct {
	LinesIn   int           `json:"lines_in"`
	LinesKept int           `json:"lines_kept"`
	Entries   int           `json:"entries"` // kept lines that have a stamp
	Over      int           `json:"over"`    // lines in range that Max left no room for
	First     time.Time     `json:"first"`   // earliest stamp of the whole log, its offset applied
	Last      time.Time     `json:"last"`    // latest stamp of the whole log
	Encoding  string        `json:"encoding"`
	Zone      logs.Zone     `json:"zone"`
	Offset    time.Duration `json:"offset"`
	Fast      bool          `json:"fast"`
	Stamped   bool          `json:"stamped"`  // lines tell their time; else all was kept
	Errors    []Error       `json:"errors"`   // in the order of the lines
	Findings  []Finding     `json:"findings"` // what is worth a look, ranked
	// Time tells when a line of the slice was written, its offset applied; nil
	// where lines do not tell.
	Time func(line []byte) (time.Time, bool) `json:"-"`
	// Rank fills Errors and Findings of the Stats it is given; nil where Log has
	// filled them. The error is the context's.
	Rank func(context.Context, *Stats) error `json:"-"`
}

// Error is a kept entry that is an error.
type Error struct {
	Line int       // in the slice, from 1
	From int       // in the log, from 1
	At   time.Time // its stamp, its offset applied
	Text string    // its first line, cut at 2,000 bytes
}

// LogOptions say how a log is cut for an archive.
type LogOptions struct {
	Range
	Zone  *time.Location // of stamps without one; nil to infer
	Basis string         // of Zone, as in logs.Zone
	Whole bool           // the log does not tell its time line by line: all is kept
	Max   int            // bytes kept; lines over it are counted
	Known *logs.Scan     // an earlier look at the log, nil for none
	// Narrow asks to give ErrTooMuch, as soon as that is known, instead of counting
	// lines over Max: the caller comes again with a narrower range.
	Narrow bool
	// Later leaves the ranking, a tenth of the work, to Stats.Rank.
	Later bool
}

// ErrTooMuch is what Log gives when a range holds more than LogOptions.Max.
var ErrTooMuch = errors.New("the range holds more of the log than there is room for")

// Log cuts one log and gives the lines as UTF-8. The error is the log's or the
// context's.
func Log(ctx context.Context, src logs.Source, opt LogOptions) (text []byte, st Stats, err error) {
	rd, err := logs.Learn(src, logs.LearnOptions{Zone: opt.Zone, From: opt.From, To: opt.To, Copied: true})
	if err != nil {
		return nil, st, err
	}
	if rd.Zone.Basis == "stated" && opt.Basis != "" {
		rd.Zone.Basis = opt.Basis
	}
	cut := logs.CutOptions{From: opt.From, To: opt.To, Offset: opt.Offset, Fast: opt.Fast, Known: opt.Known, Workers: opt.Workers, Block: opt.Block}
	st.Stamped = rd.Stamped > 0 && !opt.Whole
	if !st.Stamped {
		cut = logs.CutOptions{Above: true, Workers: opt.Workers, Block: opt.Block}
	}
	narrow := opt.Narrow && st.Stamped && !opt.From.IsZero() && !opt.To.IsZero()
	look := lookBack{max: opt.Max}
	if narrow {
		about := rd.About(ctx, cut)
		if about > 2*int64(opt.Max) {
			return nil, st, ErrTooMuch
		}
		look.text = make([]byte, 0, min(max(0, about+about/16), int64(opt.Max)))
	}
	over, full := 0, false
	cs, err := rd.Cut(ctx, cut, func(p []byte, line int) error {
		if full = full || len(look.text)+len(p) > opt.Max; full {
			if narrow {
				return ErrTooMuch
			}
			// What fits is kept, up to the end of a line.
			room := rd.WholeLines(p[:max(0, min(len(p), opt.Max-len(look.text)))])
			if over > 0 {
				room = 0
			}
			if room > 0 {
				look.take(p[:room], line)
			}
			over += rd.LineFeeds(p[room:])
			return nil
		}
		look.take(p, line)
		return nil
	})
	if err != nil {
		return nil, st, err
	}
	st.LinesIn, st.LinesKept, st.Entries, st.Over = cs.Lines, cs.Kept-over, cs.Entries, over
	st.Encoding, st.Zone, st.Offset, st.Fast = rd.Encoding, cs.Zone, opt.Offset, cs.Fast
	if st.Stamped {
		at := rd.Times()
		st.Time = func(line []byte) (time.Time, bool) {
			t, ok := at(line)
			return t.Add(opt.Offset), ok
		}
	}
	if !cs.First.IsZero() {
		st.First, st.Last = cs.First.Add(opt.Offset), cs.Last.Add(opt.Offset)
	}
	if opt.Later {
		st.Rank = func(ctx context.Context, st *Stats) error { return st.rank(ctx, &look, rd, opt.Range) }
	} else if err := st.rank(ctx, &look, rd, opt.Range); err != nil {
		return nil, st, err
	}
	return rd.Text(look.text), st, nil
}

// rank looks over what was kept.
func (st *Stats) rank(ctx context.Context, look *lookBack, rd *logs.Reading, r Range) (err error) {
	st.Findings, err = look.findings(ctx, rd, r)
	if err != nil && errors.Is(err, ctx.Err()) {
		return err
	}
	for _, f := range st.Findings {
		if f.Level != logs.LevelError && f.Level != logs.LevelFatal {
			continue
		}
		at := f.At
		if !at.IsZero() {
			at = at.Add(r.Offset)
		}
		st.Errors = append(st.Errors, Error{Line: f.Line, From: f.From, At: at, Text: f.Text})
	}
	sortErrors(st.Errors)
	return nil
}
