package evidence

import (
	"bytes"
	"context"
	"errors"
	"io"
	"os"
	"sort"
	"strconv"
	"strings"
	"time"

	"meiqia-diag/diag/evidence/charset"
	"meiqia-diag/diag/evidence/logs"
)

// bigLog is the size from which a log is not parsed as a whole: its lines are
// judged by their stamps alone, which is some twenty times as fast, and only
// what lies around the incident or names the message is parsed.
var bigLog int64 = 32 << 20

const (
	bigHead   = 256 << 10 // of the log, from which its kind and zone are told
	bigParsed = 24 << 20  // more than that around the incident is narrowed to its minutes
	besides   = 3 * time.Minute
)

// excerpt reads a log of which only some parts matter.
type excerpt struct {
	parts []logs.Part
	stats logs.CutStats
	zone  *time.Location

	r         io.ReaderAt
	off, left int64 // of the part at hand
	before    []int // lines read before each part
	lines     int
}

// excerpted gives the parts of a big log that can matter; nil for a log that is
// to be read as a whole.
func (s *Set) excerpted(ctx context.Context, f *File, opt Options, zone *time.Location) (*excerpt, error) {
	if f.Size < bigLog || opt.Attempt.IsZero() || opt.KeepLine != nil && opt.Named == "" {
		return nil, nil
	}
	r, err := f.Open()
	if err != nil {
		return nil, err
	}
	defer r.Close()
	if _, ok := r.(*os.File); !ok {
		return nil, nil
	}
	src := logs.Source{Name: f.Name, Size: f.Size, Open: f.Open}
	rd, err := logs.Learn(src, logs.LearnOptions{Local: zone, From: opt.Attempt, To: opt.Attempt, Copied: true})
	if err != nil || rd.Stamped == 0 || rd.Undated() || rd.Encoding == charset.UTF16LE || rd.Encoding == charset.UTF16BE {
		return nil, err
	}
	from := opt.Attempt
	if !opt.Sent.IsZero() && opt.Sent.Before(from) {
		from = opt.Sent
	}
	x := &excerpt{zone: zone}
	if rd.Zone.Basis == "inferred" {
		x.zone = rd.Location()
	}
	for _, margin := range []time.Duration{Margin, besides} {
		cut := logs.CutOptions{From: from.Add(-margin), To: opt.Attempt.Add(margin)}
		if margin > besides && rd.About(ctx, cut) > 2*bigParsed {
			continue // it would surely be too much
		}
		x.parts, x.stats, err = rd.Parts(ctx, cut, opt.Named)
		if err != nil {
			return nil, err
		}
		size := int64(0)
		for _, p := range x.parts {
			size += p.Size
		}
		if size <= bigParsed {
			break
		}
	}
	at, err := f.Open()
	if err != nil {
		return nil, err
	}
	return x, x.open(at.(io.ReaderAt))
}

// Close closes the log.
func (x *excerpt) Close() error { return x.r.(io.Closer).Close() }

// open reads the head of the log and the parts behind it.
func (x *excerpt) open(r io.ReaderAt) error {
	head := logs.Part{Size: bigHead, Line: 1}
	if len(x.parts) > 0 {
		head.Size = min(head.Size, x.parts[0].Off)
	}
	b := make([]byte, head.Size)
	k, err := r.ReadAt(b, 0)
	if err != nil && !errors.Is(err, io.EOF) {
		return err
	}
	if head.Size = int64(bytes.LastIndexByte(b[:k], '\n') + 1); head.Size > 0 {
		x.parts = append([]logs.Part{head}, x.parts...)
	}
	x.r = r
	return nil
}

// Read goes from one part to the next, and notes how many lines were before each.
func (x *excerpt) Read(p []byte) (int, error) {
	for len(x.before) < len(x.parts) || x.left > 0 {
		if x.left == 0 {
			part := x.parts[len(x.before)]
			x.before = append(x.before, x.lines)
			x.off, x.left = part.Off, part.Size
		}
		n, err := x.r.ReadAt(p[:min(int64(len(p)), x.left)], x.off)
		x.off, x.left = x.off+int64(n), x.left-int64(n)
		x.lines += bytes.Count(p[:n], []byte("\n"))
		if n > 0 || err != nil && !errors.Is(err, io.EOF) {
			return n, err
		}
		x.left = 0 // the log was cut short meanwhile
	}
	return 0, io.EOF
}

// place puts an entry where it stands in the log as a whole.
func (x *excerpt) place(e *logs.Entry) {
	i := sort.SearchInts(x.before, e.Line) - 1 // the last part with fewer lines before it
	if i < 0 {
		return
	}
	read := " line " + strconv.Itoa(e.Line)
	e.Line += x.parts[i].Line - 1 - x.before[i]
	if name, ok := strings.CutSuffix(e.At.Source, read); ok {
		e.At.Source = name + " line " + strconv.Itoa(e.Line)
	}
	for _, p := range x.parts[:i] {
		e.Offset -= p.Size
	}
	e.Offset += x.parts[i].Off
}

// whole makes what was learned of the parts speak of the log as a whole.
func (x *excerpt) whole(info *logs.Info) {
	info.Lines, info.Stamped, info.Entries = x.stats.Lines, x.stats.Stamped, max(info.Entries, x.stats.Stamped)
	if !x.stats.First.IsZero() {
		info.First, info.Last = x.stats.First, x.stats.Last
	}
}
