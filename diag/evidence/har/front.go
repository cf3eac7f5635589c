package har

import (
	"bytes"
	"errors"
	"io"
	"slices"
)

const (
	// longString is the number of raw bytes above which a string is set aside.
	// Keys, dates, most headers and URLs are shorter, bodies longer.
	longString = 256

	// placeholder goes to the decoder in a long string's stead. A string in the
	// file that reads the same is told apart by its offset.
	placeholder = `"~"`

	frontBuffer = 64 << 10
	maxValue    = 4 << 20 // bytes, set-aside strings included, that one value may take up
)

var (
	errTooBig  = errors.New("value larger than may be held")
	errUTF16   = errors.New("text is UTF-16")
	utf8BOM    = []byte("\xEF\xBB\xBF")
	utf16BOMle = []byte("\xFF\xFE")
	utf16BOMbe = []byte("\xFE\xFF")
)

// front stands between the file and the JSON decoder. It passes JSON through,
// but each long string is replaced by a short one, and its first `keep` raw
// bytes are set aside until prune. So the decoder neither holds nor walks
// bodies, which are most of a HAR: bytes.IndexByte walks them instead, at many
// times the speed.
//
// It knows nothing of JSON but strings; whatever is not valid JSON outside of
// long strings is left for the decoder to find.
type front struct {
	src  io.Reader
	err  error // of src, io.EOF included; sticky
	keep int   // raw bytes kept of a long string

	buf      []byte // buf[r:ok] may be handed out as is; buf[ok:w] is not looked at yet
	r, ok, w int
	base     int64 // file offset of buf[0]
	state    state
	pend     string // rest of the placeholder to hand out
	started  bool

	out   int64 // bytes handed out
	aside       // set aside and not pruned
	shift int64 // file offset minus out offset before the first of longs not gone

	spent int // bytes handed out or set aside since fresh
}

// state is what stands at buf[ok].
type state uint8

const (
	scanning state = iota // not looked at yet
	atLong                // the quote of a long string
	atPart                // the quote of a string whose end is not in buf yet
)

// long is a string that was set aside.
type long struct {
	out, in  int64 // offset of its opening quote, as handed out and in the file
	shift    int64 // file offset minus out offset behind it
	from, to int   // side[from:to] are its first raw bytes, without quotes
	size     int64 // raw bytes in the file
}

// aside holds long strings in the order of the file.
type aside struct {
	longs []long
	gone  int    // so many of longs are forgotten, but not removed yet
	side  []byte // what longs refer to
}

// at finds the string that was set aside for the one at this out offset.
func (a *aside) at(out int64) (raw []byte, size int64, ok bool) {
	live := a.longs[a.gone:]
	i, ok := slices.BinarySearchFunc(live, out, func(l long, out int64) int {
		switch {
		case l.out < out:
			return -1
		case l.out > out:
			return 1
		}
		return 0
	})
	if !ok {
		return nil, 0, false
	}
	l := &live[i]
	return a.side[l.from:l.to], l.size, true
}

// take appends copies of those of o that stand between two out offsets.
func (a *aside) take(o *aside, from, to int64) {
	for _, l := range o.longs[o.gone:] {
		if l.out >= to {
			return
		}
		if l.out >= from {
			start := len(a.side)
			a.side = append(a.side, o.side[l.from:l.to]...)
			l.from, l.to = start, len(a.side)
			a.longs = append(a.longs, l)
		}
	}
}

func newFront(src io.Reader, keep int) *front {
	return &front{src: src, keep: keep, buf: make([]byte, frontBuffer)}
}

// fresh allows the next value its full share of memory.
func (f *front) fresh() { f.spent = 0 }

// Read implements io.Reader for the decoder. errTooBig is not sticky: after
// fresh, reading goes on where it stopped.
func (f *front) Read(p []byte) (n int, err error) {
	if f.spent > maxValue {
		return 0, errTooBig
	}
	p = p[:min(len(p), frontBuffer)]
	defer func() { f.spent += n }()
	before := len(f.side)
	for n < len(p) {
		switch {
		case f.pend != "":
			m := copy(p[n:], f.pend)
			f.pend = f.pend[m:]
			n, f.out = n+m, f.out+int64(m)
			if len(f.side)-before > frontBuffer {
				return n, nil // lest one call sets aside without bound
			}
		case f.r < f.ok:
			m := copy(p[n:], f.buf[f.r:f.ok])
			f.r += m
			n, f.out = n+m, f.out+int64(m)
		case f.state == atLong:
			f.takeLong()
		case f.state == scanning && f.ok < f.w:
			f.scan()
		case n > 0:
			return n, nil // what there is, before waiting for more
		case f.err == nil:
			f.fill()
			f.state = scanning
		case f.ok < f.w:
			f.ok = f.w // the file ends inside a string: let the decoder see it
		default:
			return 0, f.err
		}
	}
	return n, nil
}

// fill reads more of the file behind what is not handed out yet.
func (f *front) fill() {
	if f.r > 0 {
		f.w = copy(f.buf, f.buf[f.r:f.w])
		f.base += int64(f.r)
		f.ok -= f.r
		f.r = 0
	}
	for range 100 {
		n, err := f.src.Read(f.buf[f.w:])
		f.w += n
		f.err = err
		if !f.started && (f.w >= 3 || err != nil) {
			f.skipBOM()
		}
		if err != nil || n > 0 && f.started {
			return
		}
	}
	f.err = io.ErrNoProgress
}

func (f *front) skipBOM() {
	f.started = true
	switch head := f.buf[:f.w]; {
	case bytes.HasPrefix(head, utf8BOM):
		f.r, f.ok = len(utf8BOM), len(utf8BOM)
		f.shift = int64(len(utf8BOM))
	case bytes.HasPrefix(head, utf16BOMle), bytes.HasPrefix(head, utf16BOMbe):
		f.err = errUTF16
	}
}

// scan moves ok forward over everything that passes as is.
func (f *front) scan() {
	pos := f.ok
	for {
		q := bytes.IndexByte(f.buf[pos:f.w], '"')
		if q < 0 {
			f.ok = f.w
			return
		}
		q += pos
		end := closing(f.buf[q+1:min(q+1+longString, f.w)], 0)
		if end < 0 {
			f.ok, f.state = q, atPart
			if f.w-q > longString {
				f.state = atLong
			}
			return
		}
		pos = q + 1 + end + 1
	}
}

// closing finds the quote that ends the string of which b is a part, -1 if it
// is not there. The bytes before from belong to an escape that began earlier.
func closing(b []byte, from int) int {
	for i := from; ; {
		j := bytes.IndexByte(b[i:], '"')
		if j < 0 {
			return -1
		}
		j += i
		if !escaped(b[i:j]) {
			return j
		}
		// Escaped quotes come in crowds, as JSON inside JSON does. There,
		// looking at each byte is quicker.
		i = j + 1
		for near := min(i+nearby, len(b)-1); i < near; i++ {
			if b[i] == '"' {
				return i
			}
			if b[i] == '\\' {
				i++
			}
		}
	}
}

// nearby is how far to look byte by byte before a wider search pays.
const nearby = 24

// escaped reports whether the byte after b is escaped: an odd number of
// backslashes stands before it.
func escaped(b []byte) bool {
	n := len(b)
	for n > 0 && b[n-1] == '\\' {
		n--
	}
	return (len(b)-n)%2 == 1
}

// takeLong sets the string at buf[ok] aside.
func (f *front) takeLong() {
	l := long{out: f.out, in: f.base + int64(f.r), from: len(f.side)}
	f.r++
	f.ok = f.r
	room, skip := f.keep, 0
	for {
		chunk := f.buf[f.r:f.w]
		end := closing(chunk, skip)
		part := chunk
		if end >= 0 {
			part = chunk[:end]
		}
		m := min(room, len(part))
		f.side = append(f.side, part[:m]...)
		room -= m
		l.size += int64(len(part))
		if end >= 0 {
			f.r += end + 1
			break
		}
		skip = b2i(escaped(chunk[min(skip, len(chunk)):]))
		f.r = f.w
		f.ok = f.r
		if f.err == nil {
			f.fill()
		}
		if f.r == f.w && f.err != nil {
			// Without its end there is no value: hand nothing out for it.
			f.side = f.side[:l.from]
			f.state = scanning
			return
		}
	}
	f.ok, f.state = f.r, scanning
	l.to = len(f.side)
	l.shift = f.base + int64(f.r) - (l.out + int64(len(placeholder)))
	f.spent += l.to - l.from
	f.longs = append(f.longs, l)
	f.pend = placeholder
}

// fileOffset maps an out offset that is not pruned to one in the file.
func (f *front) fileOffset(out int64) int64 {
	shift := f.shift
	for _, l := range f.longs[f.gone:] {
		if l.out >= out {
			break
		}
		shift = l.shift
	}
	return out + shift
}

// read is the number of bytes read from the file.
func (f *front) read() int64 { return f.base + int64(f.w) }

// prune forgets the strings set aside before an out offset.
func (f *front) prune(out int64) {
	for f.gone < len(f.longs) && f.longs[f.gone].out < out {
		f.shift = f.longs[f.gone].shift
		f.gone++
	}
	// Remove them when they are most of what there is, lest many small steps
	// move the rest each time.
	if f.gone == 0 || f.gone < len(f.longs)-f.gone {
		return
	}
	done := f.longs[f.gone-1].to
	f.longs = f.longs[:copy(f.longs, f.longs[f.gone:])]
	f.side = f.side[:copy(f.side, f.side[done:])]
	f.gone = 0
	for i := range f.longs {
		f.longs[i].from -= done
		f.longs[i].to -= done
	}
}

func b2i(b bool) int {
	if b {
		return 1
	}
	return 0
}
