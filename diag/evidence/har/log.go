package har

import (
	"errors"
	"io"

	"github.com/go-json-experiment/json/jsontext"

	"meiqia-diag/diag/lang"
)

var (
	errStopped = errors.New("nobody wants more")
	errEnough  = errors.New("MaxEntries reached")
)

// walker walks the log with the JSON decoder and cuts it into entries.
type walker struct {
	f    *front
	dec  *jsontext.Decoder
	opt  Options
	name string
	p    *parser // for what is not left to the one in Read
	send func(piece) error

	meta     Meta
	problems []*lang.Problem
	index    int  // of the next element of log.entries
	sent     int  // entries
	sawLog   bool // an object that may be a HAR's log
}

// piece is one entry: JSON that was found valid, or, when that was too big to
// be held, what was read of it.
type piece struct {
	index  int
	offset int64 // in the file
	out    int64 // offset of raw, as the front handed it out
	raw    []byte
	entry  *Entry
}

func newWalker(r io.Reader, name string, opt Options) *walker {
	keep := max(opt.MaxBody, opt.MaxMessage, maxField)
	f := newFront(r, keep+keep/2) // escapes and base64 take up more than they mean
	return &walker{
		f: f, opt: opt, name: name, p: newParser(opt),
		dec: jsontext.NewDecoder(f, jsontext.AllowDuplicateNames(true), jsontext.AllowInvalidUTF8(true)),
	}
}

// peek gives the kind of the next token, KindInvalid at an error that the next
// read returns.
func (w *walker) peek() jsontext.Kind {
	w.f.fresh()
	return w.dec.PeekKind()
}

func (w *walker) token() error {
	w.f.fresh()
	_, err := w.dec.ReadToken()
	return err
}

// value reads the next value whole and gives a cursor on it. After errTooBig
// the value can still be read piece by piece. Valid until the next read.
func (w *walker) value() (*cursor, error) {
	w.f.fresh()
	v, err := w.dec.ReadValue()
	if err != nil {
		return nil, err
	}
	return &cursor{b: v, out: w.dec.InputOffset() - int64(len(v)), aside: &w.f.aside}, nil
}

// skip passes over the next value in little memory, whatever its size. The
// decoder's SkipValue does the same but for forgetting what was set aside.
func (w *walker) skip() error {
	depth := w.dec.StackDepth()
	for n := 0; ; n++ {
		if err := w.token(); err != nil {
			return err
		}
		if w.dec.StackDepth() <= depth {
			w.f.prune(w.dec.InputOffset())
			return nil
		}
		if w.dec.StackDepth()-depth > w.opt.MaxDepth {
			w.p.tooDeep(w.f.fileOffset(w.dec.InputOffset()))
		}
		if n%64 == 0 {
			w.f.prune(w.dec.InputOffset())
		}
	}
}

// object walks the object that stands next; member has to read the value.
// Anything but an object is passed over.
func (w *walker) object(member func(key string) error) error {
	if w.peek() != jsontext.KindBeginObject {
		return w.skip()
	}
	if err := w.token(); err != nil {
		return err
	}
	for w.peek() != jsontext.KindEndObject {
		c, err := w.value()
		if err != nil {
			return err
		}
		key, _ := c.quoted()
		key, _ = unquote(nil, key, longString, false)
		if err := member(string(key)); err != nil {
			return err
		}
		w.f.prune(w.dec.InputOffset())
	}
	return w.token()
}

// array does the same for arrays and their elements.
func (w *walker) array(element func() error) error {
	if w.peek() != jsontext.KindBeginArray {
		return w.skip()
	}
	if err := w.token(); err != nil {
		return err
	}
	for w.peek() != jsontext.KindEndArray {
		if err := element(); err != nil {
			return err
		}
		w.f.prune(w.dec.InputOffset())
	}
	return w.token()
}

// small reads a value whole and passes over one that is too big for that.
func (w *walker) small(use func(c *cursor)) error {
	c, err := w.value()
	switch {
	case errors.Is(err, errTooBig):
		return w.skip()
	case err != nil:
		return err
	}
	use(c)
	return nil
}

// file walks the file. What stands behind the top-level value is not read.
func (w *walker) file() error {
	return w.object(func(key string) error {
		if key != "log" || w.peek() != jsontext.KindBeginObject {
			return w.skip()
		}
		w.sawLog = true
		return w.object(w.logMember)
	})
}

func (w *walker) logMember(key string) error {
	none := building{Entry: newEntry()}
	switch key {
	case "entries":
		switch w.peek() {
		case jsontext.KindBeginArray, jsontext.KindInvalid:
		default:
			w.problem(w.nextOffset(), "log.entries", problemNoList)
		}
		return w.array(w.entry)
	case "version":
		return w.small(func(c *cursor) { w.meta.Version = w.p.plain(&none, c) })
	case "creator":
		return w.small(func(c *cursor) { w.meta.Creator, w.meta.CreatorVersion = w.software(c) })
	case "browser":
		return w.small(func(c *cursor) { w.meta.Browser, w.meta.BrowserVersion = w.software(c) })
	case "pages":
		return w.array(func() error { return w.small(w.page) })
	}
	return w.skip()
}

func (w *walker) software(c *cursor) (name, version string) {
	none := building{Entry: newEntry()}
	c.each(func(key []byte, c *cursor) {
		switch string(key) {
		case "name":
			name = w.p.plain(&none, c)
		case "version":
			version = w.p.plain(&none, c)
		default:
			c.skip()
		}
	})
	return name, version
}

func (w *walker) page(c *cursor) {
	if len(w.meta.Pages) >= maxPages || c.next() != '{' {
		return
	}
	var page Page
	none := building{Entry: newEntry()}
	c.each(func(key []byte, c *cursor) {
		switch string(key) {
		case "id":
			page.ID = w.p.plain(&none, c)
		case "title":
			page.Title = w.p.plain(&none, c)
		case "startedDateTime":
			s, _ := c.text()
			page.Started, _ = parseDate(s.raw)
		default:
			c.skip()
		}
	})
	w.meta.Pages = append(w.meta.Pages, page)
}

// entry passes one element of log.entries on.
func (w *walker) entry() error {
	kind := w.peek()
	if kind == jsontext.KindInvalid {
		return w.token() // for its error
	}
	if w.opt.MaxEntries > 0 && w.sent >= w.opt.MaxEntries {
		return errEnough
	}
	e := piece{index: w.index, out: w.nextOffset()}
	e.offset = w.f.fileOffset(e.out)
	w.index++
	if kind != jsontext.KindBeginObject {
		return w.skip() // null, as a broken exporter may write: no fact at all
	}
	c, err := w.value()
	switch {
	case err == nil:
		e.raw = c.b
	case errors.Is(err, errTooBig):
		e.entry, err = w.bigEntry(e)
	}
	if err != nil {
		return err
	}
	w.sent++
	return w.send(e)
}

// nextOffset is the out offset of the token that was peeked at.
func (w *walker) nextOffset() int64 {
	at := w.dec.InputOffset()
	for _, ch := range w.dec.UnreadBuffer() {
		switch ch {
		case ' ', '\n', '\t', '\r', ',', ':':
			at++
		default:
			return at
		}
	}
	return at
}

// bigEntry reads an entry that is too big to be held whole, as one with a day
// of WebSocket messages: member by member, the big ones piece by piece.
func (w *walker) bigEntry(e piece) (*Entry, error) {
	b := &building{Entry: newEntry()}
	b.Index, b.Offset = e.index, e.offset
	members := func(use func(b *building, key []byte, c *cursor), big func(key string) error) error {
		return w.object(func(key string) error {
			c, err := w.value()
			if errors.Is(err, errTooBig) {
				return big(key)
			}
			if err == nil {
				use(b, []byte(key), c)
			}
			return err
		})
	}
	pass := func(string) error {
		b.FieldsCut = true
		return w.skip()
	}
	err := members(w.p.entryMember, func(key string) error {
		switch key {
		case "_webSocketMessages":
			b.Messages, b.MessagesCut, b.talk = nil, false, 0
			return w.array(func() error { return w.small(func(c *cursor) { w.p.message(b, c) }) })
		case "request":
			return members(w.p.requestMember, pass)
		case "response":
			return members(w.p.responseMember, pass)
		}
		return pass(key)
	})
	b.finish()
	return b.Entry, err
}
