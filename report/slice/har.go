package slice

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"

	"github.com/go-json-experiment/json/jsontext"

	"meiqia-diag/diag/evidence/har"
)

// Pick is an entry of a HAR that is wanted.
type Pick struct {
	Offset int64 // of its first byte in the file, as har.Entry has it
	Index  int   // in log.entries, from 0; the copy says it, as its own places differ
	Body   bool  // the answer's content is wanted too
}

// HARStats tell what became of a HAR.
type HARStats struct {
	Kept int   // entries copied
	Size int64 // bytes written
	Full bool  // max left no room for the rest
}

// maxString is the longest string that a copied entry holds. Bodies of what a
// recall needs are some KiB; what is longer is scripts, pictures and pages.
const maxString = 64 << 10

var (
	errNotEntry = errors.New("no entry stands there")
	errTooDeep  = errors.New("nested too deeply")
)

// HAR copies the picked entries, which are in the file's order, into a HAR of
// their own, up to max bytes. Only they are looked at, one after the other, and
// none is held: the memory does not grow with bodies. In the place of content
// that is not wanted, and of strings over 64 KiB, stands nothing, and how much
// was left out in the comment (HAR 1.2 gives every object one).
func HAR(ctx context.Context, r io.Reader, w io.Writer, meta har.Meta, picks []Pick, max int64) (HARStats, error) {
	var st HARStats
	c := &cutter{r: bufio.NewReaderSize(r, 256<<10), w: bufio.NewWriterSize(w, 64<<10)}
	c.put(harHead(meta))
	for _, p := range picks {
		if err := ctx.Err(); err != nil {
			return st, err
		}
		if c.wrote > max {
			st.Full = true
			break
		}
		if err := c.skipTo(p.Offset); err != nil {
			return st, err
		}
		if c.peek() != '{' {
			return st, errNotEntry
		}
		if st.Kept > 0 {
			c.put(",")
		}
		c.put("\n")
		c.content, c.index = p.Body, p.Index
		if err := c.value(0, ""); err != nil {
			return st, err
		}
		st.Kept++
	}
	c.put("\n]}}\n")
	err := c.w.Flush()
	st.Size = c.wrote
	return st, err
}

// harHead is a HAR up to its entries.
func harHead(m har.Meta) string {
	q := func(s string) string {
		b, err := jsontext.AppendQuote(nil, s)
		if err != nil { // not UTF-8, which har gives none of
			return `""`
		}
		return string(b)
	}
	version := m.Version
	if version == "" {
		version = "1.2"
	}
	s := `{"log":{"version":` + q(version) + `,"creator":{"name":` + q(m.Creator) + `,"version":` + q(m.CreatorVersion) + `}`
	if m.Browser != "" {
		s += `,"browser":{"name":` + q(m.Browser) + `,"version":` + q(m.BrowserVersion) + `}`
	}
	s += `,"pages":[`
	for i, p := range m.Pages[:min(len(m.Pages), 100)] {
		if i > 0 {
			s += ","
		}
		s += `{"id":` + q(p.ID) + `,"title":` + q(p.Title) + `,"startedDateTime":` + q(p.Started.Format("2006-01-02T15:04:05.000Z07:00")) + `,"pageTimings":{}}`
	}
	return s + `],"entries":[`
}

// cutter copies JSON values byte by byte, but for blanks and strings that are
// not to be copied.
type cutter struct {
	r       *bufio.Reader
	w       *bufio.Writer
	at      int64 // offset of the next byte
	wrote   int64
	content bool // of the answer, wanted
	index   int
	long    []byte
}

func (c *cutter) put(s string) {
	n, _ := c.w.WriteString(s) // the error comes back from Flush
	c.wrote += int64(n)
}

func (c *cutter) skipTo(offset int64) error {
	for c.at < offset {
		n, err := c.r.Discard(int(min(offset-c.at, 1<<30)))
		c.at += int64(n)
		if err != nil {
			return noEOF(err)
		}
	}
	return nil
}

func (c *cutter) next() (byte, error) {
	b, err := c.r.ReadByte()
	if err != nil {
		return 0, noEOF(err)
	}
	c.at++
	return b, nil
}

// peek passes over blanks and gives the byte behind them, 0 at the end.
func (c *cutter) peek() byte {
	for {
		b, err := c.next()
		if err != nil {
			return 0
		}
		if b != ' ' && b != '\n' && b != '\r' && b != '\t' {
			_ = c.r.UnreadByte()
			c.at--
			return b
		}
	}
}

func noEOF(err error) error {
	if err == io.EOF {
		return io.ErrUnexpectedEOF
	}
	return err
}

const deepest = 200

// value copies the value that stands next. path is that of its keys, down to
// the third level.
func (c *cutter) value(depth int, path string) error {
	if depth > deepest {
		return errTooDeep
	}
	switch c.peek() {
	case '{':
		return c.members(depth, path, '}')
	case '[':
		return c.members(depth, path, ']')
	case '"':
		drop := !c.content && path == "/response/content/text"
		raw, left, err := c.quoted(drop)
		if err != nil {
			return err
		}
		if left == 0 {
			c.put(raw)
			return nil
		}
		c.put(`""`)
		if path != "" { // a member: its object takes a comment
			c.put(fmt.Sprintf(`,"comment":"left out: %d bytes"`, left))
		}
		return nil
	case 0:
		return io.ErrUnexpectedEOF
	}
	for n := 0; n < 1024; n++ {
		b, err := c.next()
		if err != nil {
			return err
		}
		switch b {
		case ',', '}', ']', ' ', '\n', '\r', '\t':
			_ = c.r.UnreadByte()
			c.at--
			return nil
		}
		_ = c.w.WriteByte(b)
		c.wrote++
	}
	return errNotEntry
}

func (c *cutter) members(depth int, path string, end byte) error {
	open, _ := c.next()
	c.put(string(open))
	if depth == 0 && open == '{' {
		c.put(fmt.Sprintf(`"_index":%d`, c.index))
	}
	for first := true; ; first = false {
		b := c.peek()
		switch {
		case b == end:
			_, _ = c.next()
			c.put(string(end))
			return nil
		case !first && b != ',':
			return errNotEntry
		case !first:
			_, _ = c.next()
			c.put(",")
		case depth == 0 && open == '{':
			c.put(",")
		}
		inner := ""
		if open == '{' {
			if c.peek() != '"' {
				return errNotEntry
			}
			raw, left, err := c.quoted(false)
			if err != nil {
				return err
			}
			if left > 0 {
				raw = `"left out"`
			}
			c.put(raw)
			if c.peek() != ':' {
				return errNotEntry
			}
			_, _ = c.next()
			c.put(":")
			inner = "/"
			if depth < 3 && len(raw) < 40 {
				inner = path + "/" + raw[1:len(raw)-1]
			}
		}
		if err := c.value(depth+1, inner); err != nil {
			return err
		}
	}
}

// quoted reads a string, quotes included. One that is too long or to be dropped
// is passed over; left is then how many bytes it has in the file.
func (c *cutter) quoted(drop bool) (raw string, left int64, err error) {
	if _, err := c.next(); err != nil {
		return "", 0, err
	}
	c.long = append(c.long[:0], '"')
	var n int64
	escaped := false // the byte behind part is
	for {
		part, err := c.r.ReadSlice('"')
		c.at += int64(len(part))
		n += int64(len(part))
		if err != nil && err != bufio.ErrBufferFull {
			return "", 0, noEOF(err)
		}
		if !drop {
			if len(c.long)+len(part) > maxString {
				drop = true
			} else {
				c.long = append(c.long, part...)
			}
		}
		body := part
		if err == nil {
			body = part[:len(part)-1]
		}
		odd := oddBackslashes(body, escaped)
		if err == nil && !odd {
			break
		}
		escaped = err != nil && odd
	}
	if n--; drop && n > 0 {
		return "", n, nil
	}
	if drop {
		return `""`, 0, nil
	}
	return string(c.long), 0, nil
}

// oddBackslashes tells whether the byte behind b is escaped; first is whether
// the first byte of b is.
func oddBackslashes(b []byte, first bool) bool {
	n := 0
	for n < len(b) && b[len(b)-1-n] == '\\' {
		n++
	}
	if n == len(b) && first && n > 0 {
		n--
	} else if len(b) == 0 {
		return first
	}
	return n%2 == 1
}
