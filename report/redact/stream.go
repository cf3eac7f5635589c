package redact

import (
	"bytes"
	"io"
	"slices"
	"strings"
)

// wholeJSON bounds the JSON that is read as a whole; more is redacted line by line.
const wholeJSON = 64 << 20

// longLine bounds how much of one line is looked at at a time.
const longLine = 4 << 20

// Stream redacts one file by its kind: "har", "json", or text for every other.
// The text must be UTF-8; Decode makes it so.
func (f *File) Stream(kind string, r io.Reader, w io.Writer) error {
	switch kind {
	case "har":
		return f.HAR(r, w)
	case "json":
		return f.JSON(r, w)
	}
	return f.text(r, &recorder{f: f, w: w})
}

// Learn goes through a file for what is in it and writes nothing, so that a
// value is replaced also in files that were redacted before it was found.
func (f *File) Learn(kind string, r io.Reader) error {
	quiet := &File{r: f.r, count: map[string]int{}, mute: true, Keep: f.Keep, Prose: f.Prose}
	quiet.marks = &lineMarks{write: true}
	err := quiet.Stream(kind, r, io.Discard)
	if f.marks = quiet.marks; err != nil {
		f.marks = nil
		return err
	}
	f.marks.write = false
	return nil
}

// JSON redacts a JSON document, or several one after the other. What cannot be
// parsed is redacted as text.
func (f *File) JSON(r io.Reader, w io.Writer) error {
	return f.document(w, func(w io.Writer) error { return f.json(r, w) })
}

func (f *File) json(r io.Reader, w io.Writer) error {
	data, err := io.ReadAll(io.LimitReader(r, wholeJSON+1))
	if err != nil {
		return err
	}
	if len(data) > wholeJSON {
		f.hit("unparsed", "")
		f.ruins = true
		defer func() { f.ruins = false }()
		return f.text(io.MultiReader(bytes.NewReader(data), r), w)
	}
	rest := string(bytes.TrimPrefix(data, []byte("\xef\xbb\xbf")))
	var out strings.Builder
	for strings.TrimSpace(rest) != "" {
		if t := strings.TrimLeft(rest, " \t\r\n"); t[0] != '{' && t[0] != '[' { // words and numbers, and no document
			out.WriteString(f.Text(rest))
			rest = ""
			break
		}
		p, n, size, ok := f.r.read(rest)
		if !ok {
			f.r.done(p)
			f.hit("unparsed", "")
			f.ruins = true
			out.WriteString(f.Text(rest))
			f.ruins = false
			rest = ""
			break
		}
		f.node(n, around{})
		out.WriteString(n.within(rest[:size]))
		f.r.done(p)
		rest = rest[size:]
	}
	out.WriteString(rest)
	_, err = io.WriteString(w, out.String())
	return err
}

// block is how much of a text is read at a time.
const block = 256 << 10

// text redacts line by line; a private key of several lines is taken whole.
// Lines in which there is nothing to look at are passed on as they are.
func (f *File) text(r io.Reader, w io.Writer) error {
	lines := lineReader{r: r}
	for {
		s, err := lines.next()
		if len(s) > 0 {
			if werr := f.lineBlock(s, w); werr != nil {
				return werr
			}
		}
		if err == io.EOF {
			if f.carry.held != nil {
				if out := f.release(); out != "" {
					_, err := io.WriteString(w, out)
					return err
				}
			}
			return nil
		}
		if err != nil {
			return err
		}
	}
}

// lineBlock redacts some whole lines.
func (f *File) lineBlock(s string, w io.Writer) error {
	pem := f.inKey || strings.Contains(s, "-----BEGIN ")
	c := f.scan("", 0)
	defer f.free(c)
	marks := f.marks.of(s, f.flags())
	from := 0
	for at, n := 0, 0; at < len(s); n++ {
		end := at + byteOrEnd(s[at:], '\n')
		next := min(end+1, len(s))
		line := s[at:next]
		out := ""
		switch {
		case pem:
			out = f.keyLine(line)
		case f.carry.what != nothingCarried || f.carry.cols != nil || (ofHex[line[0]] || line[0] == '\t' || line[0] == ' ') && hexOffset(line) > 0:
			if from < at {
				if _, err := io.WriteString(w, s[from:at]); err != nil {
					return err
				}
				from = at
			}
			if f.carry.what == nothingCarried && f.carry.cols == nil {
				f.carry.what, f.carry.held = hexDump, &strings.Builder{}
			}
			var ok bool
			if out, ok = f.carriedLine(line); !ok {
				out = f.line(line)
			}
			f.carryOn(s[at:end])
		case marks.has(n) && c.swept(s[at:end]) || !marks.has(n) && c.nothing(s[at:end]):
			if f.marks != nil && f.marks.write && marks != nil && c.bare {
				marks.set(n)
			}
			f.carryKnown(s[at:end], c.quiet)
			at = next
			continue
		default:
			if from < at { // what was passed over comes first: the ledger counts its lines
				if _, err := io.WriteString(w, s[from:at]); err != nil {
					return err
				}
				from = at
			}
			f.carryKnown(s[at:end], c.quiet)
			if c.plain { // all was found that there is
				out = c.replace() + s[end:next]
			} else {
				out = f.jsonLine(c, line)
			}
		}
		at = next
		if out == line {
			continue
		}
		if from < next-len(line) {
			if _, err := io.WriteString(w, s[from:next-len(line)]); err != nil {
				return err
			}
		}
		if _, err := io.WriteString(w, out); err != nil {
			return err
		}
		from = at
	}
	_, err := io.WriteString(w, s[from:])
	return err
}

// keyLine redacts a line of a text that holds a private key.
func (f *File) keyLine(s string) string {
	switch {
	case f.inKey:
		if k := strings.Index(s, "-----END "); k >= 0 {
			f.inKey = false
			rest := s[k+9:]
			if d := strings.Index(rest, "-----"); d >= 0 {
				return f.line(rest[d+5:])
			}
			return "\n"
		}
		if f.inKey = ofKeyLine(s); f.inKey {
			return "\n" // lines keep their numbers
		}
		return f.line(s)
	case strings.Contains(s, "-----BEGIN ") && privateKey(s) && !strings.Contains(s, "-----END "):
		f.inKey = true
		p := f.r.pseudonym("secret", s)
		f.hit("secret", p)
		return f.line(s[:strings.Index(s, "-----BEGIN ")] + p + "\n")
	}
	return f.Text(s)
}

// flags are what the rules ask of the file beside the line, as part of a shape.
func (f *File) flags() (out byte) {
	for k, on := range [...]bool{f.r.KeepIPs, f.Prose, f.ruins} {
		if on {
			out |= 1 << k
		}
	}
	return out
}

func (c *scan) begin(line string) {
	c.s, c.spans, c.next, c.runEnd, c.decoded, c.tied, c.structured, c.quiet, c.of, c.found = line, c.spans[:0], [rules]int{}, 0, false, false, false, nil, nil, nil
}

// nothing tells whether a line stays as it is: nothing in it is structured or
// encoded, no rule finds anything, and nothing that was learnt stands in it.
func (c *scan) nothing(line string) bool {
	c.begin(line)
	c.look()
	if c.found != nil && len(c.found.spans) == 0 && len(c.found.hits) == 0 { // JSON in which nothing is found
		c.sweep()
		c.plain = len(c.spans) == 0
		return c.plain
	}
	if !c.plain {
		return false
	}
	c.sweep()
	return len(c.spans) == 0
}

// look asks the rules of a line of which nothing is known.
func (c *scan) look() {
	h := c.f.r.shapes
	shape, m := c.shape()
	if c.structured {
		c.plain, c.bare = false, false
		if m != nil && c.depth == 0 {
			c.of, c.shapeKey = m, shape
			if p := h.finds[shape%maxFinds]; p != nil && p.key == shape && p.json && (p.learnt == len(c.f.r.learn.have) || p.learnt < 0) && (!p.mute || c.f.mute) {
				c.found, c.quiet = p, &p.quiet
			}
		}
		return
	}
	known := m != nil && h.has(shape)
	if c.plain, c.bare = known, known; known {
		c.quiet = &h.quiet[shape%maxShapes]
		return
	}
	learnt := len(c.f.r.learn.have)
	if m != nil {
		if p := h.finds[shape%maxFinds]; p != nil && p.key == shape && !p.json && (p.learnt == learnt || p.learnt < 0) {
			h.known++
			c.quiet = &p.quiet
			c.spans, c.plain = append(c.spans[:0], p.spans...), true
			return
		}
	}
	c.begin(c.s)
	c.plain = c.once(true)
	if c.bare = c.plain && len(c.spans) == 0 && !c.decoded && !c.tied; m == nil || !c.plain || c.tied {
		return
	}
	if c.bare {
		h.add(shape)
	} else if m.keeps(c.spans) {
		if !c.decoded {
			learnt = -1
		}
		h.found(shape, learnt, c.spans)
	}
}

// swept is nothing for a line of which it is known that no rule finds anything in it.
func (c *scan) swept(line string) bool {
	c.begin(line)
	c.plain = true
	c.sweep()
	return len(c.spans) == 0
}

// lineReader reads a text in blocks of whole lines.
type lineReader struct {
	r       io.Reader
	buf     []byte // its head is the rest of the block before
	out     int    // how much of buf was given out
	cutLine bool   // within a line
}

// next gives some whole lines; the last may have no end. A very long one is cut
// behind a space or a comma, so that no value is cut in two.
func (l *lineReader) next() (string, error) {
	if l.buf == nil {
		l.buf = make([]byte, 0, block)
	}
	l.buf = append(l.buf[:0], l.buf[l.out:]...)
	seen := len(l.buf) // no line ends in what was there before, but in a cut one
	if l.out > 0 && l.cutLine {
		seen = 0
	}
	l.out, l.cutLine = 0, false
	for {
		if len(l.buf) == cap(l.buf) {
			l.buf = slices.Grow(l.buf, len(l.buf))
		}
		n, err := l.r.Read(l.buf[len(l.buf):cap(l.buf)])
		l.buf = l.buf[:len(l.buf)+n]
		if err != nil {
			l.out = len(l.buf)
			return string(l.buf), err
		}
		if len(l.buf) < block/2 && n > 0 {
			continue
		}
		if cut := bytes.LastIndexByte(l.buf[seen:], '\n') + 1 + seen; cut > seen {
			l.out = cut
			return string(l.buf[:cut]), nil
		}
		seen = len(l.buf)
		if len(l.buf) < longLine {
			continue
		}
		cut := bytes.LastIndexAny(l.buf[longLine/2:], " ,") + 1
		switch {
		case cut > 0:
			cut += longLine / 2
		case len(l.buf) >= 2*longLine:
			cut = len(l.buf)
		default:
			continue
		}
		l.out, l.cutLine = cut, true
		return string(l.buf[:cut]), nil
	}
}
