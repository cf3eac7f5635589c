package redact

import (
	"bufio"
	"fmt"
	"io"
	"strconv"
	"strings"
	"time"

	"github.com/go-json-experiment/json/jsontext"
)

// HAR redacts a HAR, entry by entry, so that its size does not matter. What
// cannot be read as a HAR is redacted as text from there on.
func (f *File) HAR(r io.Reader, w io.Writer) error {
	src := &failing{r: r}
	dec := jsontext.NewDecoder(src, lax...)
	out := &failingWriter{w: w}
	enc := jsontext.NewEncoder(out, append([]jsontext.Options{jsontext.Multiline(true)}, lax...)...)
	err := f.harTop(dec, enc)
	switch {
	case err == nil:
		return nil
	case src.err != nil:
		return src.err
	case out.err != nil:
		return out.err
	}
	f.hit("unparsed")
	f.ruins = true
	defer func() { f.ruins = false }()
	rest := bufio.NewReader(io.MultiReader(strings.NewReader(string(dec.UnreadBuffer())), r))
	if err := f.orphan(rest, w); err != nil {
		return err
	}
	return f.text(rest, w)
}

// orphan takes away the value at which a document broke off: its key was read
// already, so that nobody can tell any more what it is.
func (f *File) orphan(r *bufio.Reader, w io.Writer) error {
	n, first, escaped := 0, byte(0), false
	for {
		b, err := r.ReadByte()
		if err != nil {
			break // the reader behind it is asked again
		}
		if first == 0 && strings.IndexByte(" \t\r\n:,", b) >= 0 {
			if _, err := w.Write([]byte{b}); err != nil {
				return err
			}
			continue
		}
		if first == 0 {
			first = b
		}
		if first != '"' && strings.IndexByte(",{}[]\n", b) >= 0 {
			if err := r.UnreadByte(); err != nil {
				return err
			}
			break
		}
		n++
		if first == '"' && b == '"' && !escaped && n > 1 {
			break
		}
		escaped = b == '\\' && !escaped
	}
	if n == 0 {
		return nil
	}
	f.hit("text")
	_, err := fmt.Fprintf(w, "<text#%d>", n)
	return err
}

// failing keeps a reader's own error apart from the parser's.
type failing struct {
	r   io.Reader
	err error
}

func (x *failing) Read(p []byte) (int, error) {
	n, err := x.r.Read(p)
	if err != nil && err != io.EOF {
		x.err = err
	}
	return n, err
}

type failingWriter struct {
	w   io.Writer
	err error
}

func (x *failingWriter) Write(p []byte) (int, error) {
	n, err := x.w.Write(p)
	if err != nil {
		x.err = err
	}
	return n, err
}

func (f *File) harTop(dec *jsontext.Decoder, enc *jsontext.Encoder) error {
	return f.members(dec, enc, func(name string) (bool, error) {
		if name != "log" || dec.PeekKind() != '{' {
			return false, nil
		}
		return true, f.members(dec, enc, func(name string) (bool, error) {
			if (name != "entries" && name != "pages") || dec.PeekKind() != '[' {
				return false, nil
			}
			return true, f.list(dec, enc, name == "entries")
		})
	})
}

// members copies an object, members redacted, those that special takes apart.
func (f *File) members(dec *jsontext.Decoder, enc *jsontext.Encoder, special func(name string) (bool, error)) error {
	tok, err := dec.ReadToken()
	if err != nil {
		return noEOF(err)
	}
	if tok.Kind() != '{' {
		return errShape
	}
	if err := enc.WriteToken(jsontext.BeginObject); err != nil {
		return err
	}
	for dec.PeekKind() != '}' {
		tok, err := dec.ReadToken()
		if err != nil {
			return noEOF(err)
		}
		name := tok.String()
		if err := enc.WriteToken(jsontext.String(f.flat(name, maxDepth))); err != nil {
			return err
		}
		done, err := special(name)
		if err != nil {
			return err
		}
		if done {
			continue
		}
		n, err := parse(dec)
		if err != nil {
			return err
		}
		f.node(n, around{key: name, depth: 1})
		if err := n.write(enc); err != nil {
			return err
		}
	}
	if _, err := dec.ReadToken(); err != nil {
		return noEOF(err)
	}
	return enc.WriteToken(jsontext.EndObject)
}

func (f *File) list(dec *jsontext.Decoder, enc *jsontext.Encoder, entries bool) error {
	if _, err := dec.ReadToken(); err != nil {
		return noEOF(err)
	}
	if err := enc.WriteToken(jsontext.BeginArray); err != nil {
		return err
	}
	for dec.PeekKind() != ']' {
		n, err := parse(dec)
		if err != nil {
			return err
		}
		if entries {
			if f.Keep != nil && !f.keeps(n) {
				continue
			}
			f.entry(n)
		} else {
			f.page(n)
		}
		if err := n.write(enc); err != nil {
			return err
		}
	}
	if _, err := dec.ReadToken(); err != nil {
		return noEOF(err)
	}
	return enc.WriteToken(jsontext.EndArray)
}

type shapeError struct{}

func (shapeError) Error() string { return "not the shape of a HAR" }

var errShape = shapeError{}

// keeps tells whether an entry is wanted: it started in the range, or was
// still going on, as a connection of hours is.
func (f *File) keeps(n *node) bool {
	start, err := time.Parse(time.RFC3339Nano, n.str("startedDateTime"))
	if err != nil {
		return true // unknown is not outside
	}
	if f.Keep(start) {
		return true
	}
	if t := n.get("time"); t != nil && t.kind == '0' {
		if ms, err := strconv.ParseFloat(t.text, 64); err == nil && ms > 0 && ms < 1e10 {
			end := start.Add(time.Duration(ms * float64(time.Millisecond)))
			if f.Keep(end) {
				return true
			}
		}
	}
	for _, key := range []string{"_webSocketMessages", "_webSocketFrames"} {
		if m := n.get(key); m != nil {
			for _, frame := range m.items {
				if at, ok := frameTime(frame); ok && f.Keep(at) {
					return true
				}
			}
		}
	}
	return false
}

func frameTime(n *node) (time.Time, bool) {
	t := n.get("time")
	if t == nil || t.kind != '0' {
		return time.Time{}, false
	}
	sec, err := strconv.ParseFloat(t.text, 64)
	if err != nil || sec < 1e8 || sec > 1e11 {
		return time.Time{}, false
	}
	return time.UnixMicro(int64(sec * 1e6)), true
}

func (f *File) page(n *node) {
	f.node(n, around{key: "page", depth: 2})
	if t := n.get("title"); t != nil && t.kind == '"' && !strings.Contains(t.text, "://") && t.text != "" {
		f.hit("text")
		t.text = lengthOf(t.text) // titles name the person one is talking to
	}
}

// entry redacts one request and its answer.
func (f *File) entry(n *node) {
	if n.kind != '{' {
		f.node(n, around{depth: 2})
		return
	}
	status := ""
	if s := n.get("response").get("status"); s != nil {
		status = s.text
	}
	for i, name := range n.names {
		item := n.items[i]
		switch name {
		case "request", "response":
			f.side(item, status)
		case "_webSocketMessages", "_webSocketFrames":
			f.frames(item)
		default:
			f.node(item, around{key: name, depth: 2})
		}
	}
}

func (f *File) side(n *node, status string) {
	if n.kind != '{' {
		f.node(n, around{depth: 3})
		return
	}
	for i, name := range n.names {
		item := n.items[i]
		switch name {
		case "headers", "queryString", "params":
			f.pairs(item)
		case "cookies":
			f.cookieList(item)
		case "postData":
			f.post(item)
		case "content":
			f.content(item, status)
		default:
			f.node(item, around{key: name, depth: 3})
		}
	}
}

// pairs redacts a list of {"name": …, "value": …}.
func (f *File) pairs(n *node) {
	for _, p := range n.items {
		value := p.get("value")
		if value == nil || value.kind != '"' {
			f.node(p, around{depth: 4})
			continue
		}
		key := p.str("name")
		if plain := strings.TrimPrefix(key, ":"); plain == "name" {
			key = "username" // a parameter of that name names a person
		}
		f.node(value, around{key: key, depth: 4, report: true})
		for i, name := range p.names {
			if name != "value" && name != "name" {
				f.node(p.items[i], around{key: name, depth: 4})
			}
		}
		if nm := p.get("name"); nm != nil && nm.kind == '"' {
			nm.text = f.flat(nm.text, maxDepth)
		}
	}
}

func (f *File) cookieList(n *node) {
	for _, p := range n.items {
		if v := p.get("value"); v != nil && v.kind == '"' && v.text != "" {
			c := &scan{f: f, s: v.text}
			c.cookie(0, len(v.text))
			v.text = c.replace()
		}
		if nm := p.get("name"); nm != nil && nm.kind == '"' {
			nm.text = f.flat(nm.text, maxDepth)
		}
	}
}

// post redacts what a request sent.
func (f *File) post(n *node) {
	mime := strings.ToLower(n.str("mimeType"))
	for i, name := range n.names {
		item := n.items[i]
		switch {
		case name == "params":
			f.pairs(item)
		case name == "text" && item.kind == '"':
			f.payload(item, mime, "")
		default:
			f.node(item, around{key: name, depth: 4})
		}
	}
}

// content redacts what an answer held.
func (f *File) content(n *node, status string) {
	mime := strings.ToLower(n.str("mimeType"))
	based := n.str("encoding") == "base64"
	for i, name := range n.names {
		item := n.items[i]
		switch {
		case name == "text" && item.kind == '"' && based:
			f.hit("body")
			item.text = lengthOf(item.text)
		case name == "text" && item.kind == '"':
			f.payload(item, mime, status)
		case name == "encoding" && item.kind == '"':
		default:
			f.node(item, around{key: name, depth: 4})
		}
	}
}

// payload redacts a body: JSON and forms by their structure; a short error
// stays; anything else becomes its length.
func (f *File) payload(n *node, mime, status string) {
	v := n.text
	if v == "" {
		return
	}
	t := strings.TrimSpace(v)
	if tree, ok := parseAll(t); ok && (tree.kind == '{' || tree.kind == '[') {
		f.node(tree, around{depth: 4})
		n.text = tree.String()
		return
	}
	switch {
	case strings.Contains(mime, "x-www-form-urlencoded"):
		n.text = f.flat("?"+v, 0)[1:]
	case (strings.HasPrefix(status, "4") || strings.HasPrefix(status, "5")) && len(v) <= 600 && !strings.Contains(mime, "javascript"):
		n.text = f.textIn(v, 1)
	default:
		f.hit("body")
		n.text = lengthOf(v)
	}
}

// frames redacts the messages of a WebSocket.
func (f *File) frames(n *node) {
	for _, fr := range n.items {
		data := fr.get("data")
		if f.Keep != nil && data != nil {
			if at, ok := frameTime(fr); ok && !f.Keep(at) {
				data.set("<text#0>")
			}
		}
		f.frame(fr)
		for i, name := range fr.names {
			if name != "data" {
				f.node(fr.items[i], around{key: name, depth: 4})
			}
		}
	}
}

// frame redacts what one message of a WebSocket held.
func (f *File) frame(fr *node) {
	data := fr.get("data")
	if data == nil || data.kind != '"' || data.text == "" {
		return
	}
	if end, ok := pseudonymAt(data.text, 0); ok && end == len(data.text) {
		return
	}
	if nested, ok := f.nested(data.text, none, around{key: "frame", depth: 4}); ok {
		data.text = nested
		return
	}
	op, word := fr.get("opcode"), strings.ToLower(data.text)
	if (op == nil || op.text != "2") && len(word) <= 8 && plainWord(word) || digitsIn(word) == len(word) && len(word) <= 4 {
		return // ping, pong, 2, 3probe
	}
	f.hit("text")
	data.text = lengthOf(data.text)
}
