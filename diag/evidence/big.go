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
	bigAround = 48 << 20  // more than that around the incident is narrowed to its minutes
)

// margins are how far around the incident the parts of a big log reach, the
// widest that is not too much. An archive's slice lies well inside all but the last.
var margins = []time.Duration{Margin, 10 * time.Minute, 3 * time.Minute}

// excerpt reads a log of which only some parts matter.
type excerpt struct {
	parts  []logs.Part
	scan   *logs.Scan
	zone   *time.Location
	head   int64   // bytes of the log's beginning, which are read first
	alike  int     // entries around the incident that are alike but for their numbers and not parsed
	sample []int64 // offsets of the entries that were picked for nothing they say

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
	size := int64(0)
	for i, margin := range margins {
		last := i == len(margins)-1
		cut := logs.CutOptions{From: from.Add(-margin), To: opt.Attempt.Add(margin)}
		if !last && rd.About(ctx, cut) > bigAround {
			continue // it would surely be too much
		}
		if x.scan, err = rd.Scan(ctx, cut, opt.Named); err != nil {
			return nil, err
		}
		size = 0
		for _, p := range x.scan.Ranges {
			size += p.Size
		}
		if size <= bigAround {
			break
		}
	}
	at, err := f.Open()
	if err != nil {
		return nil, err
	}
	x.r = at.(io.ReaderAt)
	if size > thinFrom {
		x.parts, x.sample, x.alike, err = thin(ctx, x.r, rd, x.scan, opt, s.namesOf(opt))
	} else {
		x.parts = x.scan.Parts()
	}
	if err == nil {
		err = x.open()
	}
	if err != nil {
		at.Close()
		return nil, err
	}
	return x, nil
}

// Close closes the log.
func (x *excerpt) Close() error { return x.r.(io.Closer).Close() }

// open reads the head of the log and the parts behind it.
func (x *excerpt) open() error {
	head := logs.Part{Size: bigHead, Line: 1}
	if len(x.parts) > 0 {
		head.Size = min(head.Size, x.parts[0].Off)
	}
	b := make([]byte, head.Size)
	k, err := x.r.ReadAt(b, 0)
	if err != nil && !errors.Is(err, io.EOF) {
		return err
	}
	if head.Size = int64(bytes.LastIndexByte(b[:k], '\n') + 1); head.Size > 0 {
		x.parts, x.head = append([]logs.Part{head}, x.parts...), head.Size
	}
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
	st := x.scan.Stats
	info.Lines, info.Stamped, info.Entries = st.Lines, st.Stamped, max(info.Entries, st.Stamped)
	if !st.First.IsZero() {
		info.First, info.Last = st.First, st.Last
	}
}
