package logs

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"meiqia-diag/diag/clock"
	"meiqia-diag/diag/lang"
)

// reader is the state of one Read.
type reader struct {
	opt  Options
	each func(*Entry) error
	info Info
	out  outline
	open opener
	res  *resolver

	cur    pending
	fields fields
	buf    []byte // the text of the entry at hand, at most headSize and a bit

	kept     bool // the last entry with a stamp was in the range
	seen     bool // there was one
	latest   time.Time
	shapes   [shapeCount]int
	browsers [safari + 1]int
	zone     string // the first that was written
	zones    bool   // there was another
	written  int
	assumed  int
	inferred int
	cuts     int
	cutLine  int
	noYear   int
	undated  int
	folded   int
}

// pending is the entry whose lines are still being read.
type pending struct {
	active, want, in bool
	how              opening
	shape            int
	st               stamp
	at               moment
	stamped          bool
	line             int
	lines            int
	offset, size     int64
	cut              bool
	columns          []string // of a W3C row
	depth            int      // lines of an indented object so far, 0 when it is none
}

// Read reads a log and hands out its entries in the file's order. Problems are
// what a person should know about the reading: stamps without a date or a
// zone, cut entries, text in no known encoding. The error is each's, which
// stops the reading, or that of r; entries before it have been given out.
func Read(r io.Reader, opt Options, each func(*Entry) error) (Info, []*lang.Problem, error) {
	if opt.MaxEntry <= 0 {
		opt.MaxEntry = defaultMaxEntry
	}
	br := bufio.NewReaderSize(r, headSize)
	head, failed := br.Peek(headSize)
	if errors.Is(failed, io.EOF) || errors.Is(failed, bufio.ErrBufferFull) {
		failed = nil
	}
	if failed != nil { // the next read might go on behind the gap
		head = bytes.Clone(head)
		br = bufio.NewReaderSize(bytes.NewReader(head), headSize)
	}
	rd := &reader{opt: opt, each: each}
	var offset int64
	rd.info.Encoding = encoding(head)
	if bom := "\xef\xbb\xbf"; bytes.HasPrefix(head, []byte(bom)) {
		br.Discard(len(bom))
		head, offset = head[len(bom):], int64(len(bom))
	}
	rd.out = survey(head, &opt)
	rd.res = newResolver(&opt)
	rd.res.infer(&rd.out.votes, rd.out.unix)
	rd.info.Kind = rd.out.kind

	l := liner{br: br}
	for {
		line, tail, size, err := l.next()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			failed = err
			break
		}
		rd.info.Lines++
		if err := rd.line(line, tail, offset, size); err != nil {
			info, problems := rd.finish()
			return info, problems, err
		}
		offset += size
	}
	err := rd.flush()
	if err == nil && failed != nil {
		err = fmt.Errorf("read log: %w", failed)
	}
	info, problems := rd.finish()
	return info, problems, err
}

// line takes the next line: it opens an entry or goes on with the one at hand.
func (rd *reader) line(line, tail []byte, offset, size int64) error {
	c := &rd.cur
	if c.depth > 0 {
		if c.depth++; rd.inObject(line) {
			rd.extend(line, tail, size)
			if len(line) > 0 && line[0] == '}' {
				rd.closeObject()
			}
			return nil
		}
		rd.closeObject() // it was none after all
	}
	var s stamp
	how := rd.open.open(line, tail, &s)
	if c.active && (how == follows || how == plain && rd.seen && !rd.out.loose) {
		rd.extend(line, tail, size)
		return nil
	}
	if c.active && how == plain && rd.follows(line) {
		rd.extend(line, tail, size)
		return nil
	}
	if err := rd.flush(); err != nil {
		return err
	}
	*c = pending{active: true, how: how, line: rd.info.Lines, offset: offset, st: s}
	c.shape = shapeOf(how, &s, line)
	c.columns = rd.open.w3c.names
	rd.buf = rd.buf[:0]
	switch how {
	case stamped, object, column:
		rd.stamp()
	case pretty:
		c.depth = 1
		c.want = true // its stamp is not known yet
	default:
		rd.place()
	}
	rd.extend(line, tail, size)
	c.lines = 1
	return nil
}

// follows is for logs without stamps: Firefox saves the method, the address and
// the answer of a request on lines of their own.
func (rd *reader) follows(line []byte) bool {
	if !bytes.HasPrefix(line, []byte("http")) || bytes.IndexByte(rd.buf, '\n') >= 0 {
		return false
	}
	switch strings.TrimPrefix(string(rd.buf[:min(len(rd.buf), 12)]), "XHR") {
	case "GET", "POST", "PUT", "DELETE", "PATCH", "HEAD", "OPTIONS":
		return true
	}
	return false
}

// inObject is true while lines may belong to the indented object at hand. One
// without an end must not swallow the log.
func (rd *reader) inObject(line []byte) bool {
	if rd.cur.depth > 5000 || len(rd.buf) >= headSize {
		return false
	}
	if len(line) == 0 || indented(line) || line[0] == '}' || line[0] == ']' || line[0] == '"' {
		return true
	}
	return false
}

// closeObject reads the stamp of an indented object that is now whole.
func (rd *reader) closeObject() {
	c := &rd.cur
	c.depth = 0
	if ok, _, _ := c.st.jsonStamp(rd.buf); ok {
		c.how = object
		rd.stamp()
		return
	}
	rd.place()
}

// stamp resolves the stamp of the entry at hand and decides on the range.
func (rd *reader) stamp() {
	c := &rd.cur
	c.at, c.stamped = rd.res.resolve(&c.st)
	if !c.stamped {
		if c.st.hasDate {
			rd.noYear++
		} else {
			rd.undated++
		}
		rd.seen = true
		rd.place()
		return
	}
	at := c.at.at
	c.in = (rd.opt.To.IsZero() || !at.After(rd.opt.To)) &&
		(rd.opt.From.IsZero() || at.Add(c.at.span).After(rd.opt.From) || !at.Before(rd.opt.From))
	rd.kept, rd.seen = c.in, true
	c.want = c.in || rd.opt.Keep != nil

	if rd.info.Stamped == 0 || at.Before(rd.info.First) {
		rd.info.First = at
	}
	if rd.info.Stamped == 0 || at.After(rd.latest) {
		rd.latest, rd.info.Last = at, at
	} else if d := rd.latest.Sub(at); d > rd.info.Disorder {
		rd.info.Disorder = d
	}
	switch {
	case c.at.zone != "":
		rd.written++
		if rd.zone == "" {
			rd.zone = c.at.zone
		}
		rd.zones = rd.zones || c.at.zone != rd.zone
	case c.at.assumed:
		rd.assumed++
	default:
		rd.inferred++
	}
	if rd.info.Stamped == 0 {
		rd.info.Zone.Offset = rd.offset(c)
	}
	if c.at.fold {
		rd.folded++
	}
	rd.info.Stamped++
}

func (rd *reader) offset(c *pending) time.Duration {
	if c.st.hasZone {
		return time.Duration(c.st.zone) * time.Second
	}
	return time.Duration(rd.res.offset(c.at.at.Unix())) * time.Second
}

// place decides on the range for an entry without an instant: it goes with the
// entry above. Before the first stamp it is out, unless the log has none.
func (rd *reader) place() {
	c := &rd.cur
	c.in = rd.kept
	if rd.info.Stamped == 0 {
		c.in = !rd.out.dated || rd.opt.From.IsZero() && rd.opt.To.IsZero()
	}
	c.want = c.in || rd.opt.Keep != nil
}

// extend adds a line to the entry at hand.
func (rd *reader) extend(line, tail []byte, size int64) {
	c := &rd.cur
	c.size += size
	if !c.want {
		return
	}
	if c.lines > 0 {
		if len(rd.buf) >= headSize {
			c.cut = true
			return
		}
		rd.buf = append(rd.buf, '\n')
	}
	c.lines++
	n := min(len(line), headSize-min(len(rd.buf), headSize))
	rd.buf = append(rd.buf, line[:n]...)
	if n < len(line) || tail != nil {
		c.cut = true
	}
}

// flush gives the entry at hand out.
func (rd *reader) flush() error {
	c := &rd.cur
	if !c.active {
		return nil
	}
	c.active = false
	if c.depth > 0 { // an indented object that never ended
		rd.closeObject()
	}
	rd.info.Entries++
	rd.shapes[c.shape]++
	if !c.want {
		return nil
	}
	raw := string(rd.buf)
	text := clip(raw, rd.opt.MaxEntry)
	if !c.in && !rd.opt.Keep(text) {
		return nil
	}
	e := &Entry{Line: c.line, Offset: c.offset, Size: c.size, Text: text, Cut: c.cut || len(text) < len(raw)}
	if e.Cut {
		if rd.cuts == 0 {
			rd.cutLine = c.line
		}
		rd.cuts++
	}
	if c.stamped {
		half := c.at.span / 2
		e.At = clock.Stamp{T: c.at.at.Add(half), Clock: rd.info.Kind.Clock(), Err: half, ZoneAssumed: c.at.assumed, Source: rd.opt.Name}
		if rd.opt.Name != "" {
			e.At.Source += " line " + strconv.Itoa(c.line)
		}
		e.ZoneText = c.at.zone
	} else if c.how == stamped && c.st.end <= len(text) {
		e.TimeOfDay = text[c.st.start:c.st.end]
	}
	rd.browsers[e.describe(&rd.fields, rd.info.Kind, c.how, c.shape, &c.st, c.columns, raw)]++
	return rd.each(e)
}

func encoding(head []byte) string {
	switch {
	case bytes.HasPrefix(head, []byte("\xef\xbb\xbf")):
		return "utf-8-bom"
	case bytes.HasPrefix(head, []byte("\xff\xfe")), bytes.HasPrefix(head, []byte("\xfe\xff")):
		return "utf-16"
	case len(head) >= 8 && (head[1] == 0 && head[3] == 0 && head[5] == 0 && head[7] == 0 && head[0] != 0 || head[0] == 0 && head[2] == 0 && head[1] != 0 && head[3] != 0):
		return "utf-16"
	case utf8.Valid(trimPartial(head)):
		return "utf-8"
	}
	return "unknown"
}

// trimPartial takes off a character that the end of the head cuts in two.
func trimPartial(b []byte) []byte {
	for i := 1; i <= 3 && i <= len(b); i++ {
		if c := b[len(b)-i]; utf8.RuneStart(c) {
			if c >= 0xC0 && !utf8.FullRune(b[len(b)-i:]) {
				return b[:len(b)-i]
			}
			break
		}
	}
	return b
}
