package redact

import (
	"bufio"
	"fmt"
	"io"
	"strings"

	"github.com/go-json-experiment/json/jsontext"
)

// HAR redacts a HAR, entry by entry, so that its size does not matter. What
// cannot be read as a HAR is redacted as text from there on.
func (f *File) HAR(r io.Reader, w io.Writer) error {
	return f.document(w, func(w io.Writer) error { return f.har(r, w) })
}

func (f *File) har(r io.Reader, w io.Writer) error {
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
	f.hit("unparsed", "")
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
	p := fmt.Sprintf("<text#%d>", n)
	f.hit("text", p)
	_, err := io.WriteString(w, p)
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
		if err := enc.WriteToken(jsontext.String(f.member(name))); err != nil {
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
		if err := f.item(dec, enc, entries); err != nil {
			return err
		}
	}
	if _, err := dec.ReadToken(); err != nil {
		return noEOF(err)
	}
	return enc.WriteToken(jsontext.EndArray)
}

// item redacts the next entry or page of a list. One that is whole is read at
// once; a broken one token by token, so that what comes first of it is passed.
func (f *File) item(dec *jsontext.Decoder, enc *jsontext.Encoder, entry bool) error {
	var n *node
	if raw, err := dec.ReadValue(); err == nil {
		p, whole, size, ok := f.r.read(string(raw))
		defer f.r.done(p)
		if n = whole; !ok || size < len(raw) {
			return errShape
		}
	} else if n, err = parse(dec); err != nil {
		return err
	}
	switch {
	case !entry:
		f.page(n)
	case f.Keep != nil && !f.keeps(n):
		return nil
	default:
		f.entry(n)
	}
	return n.write(enc)
}

type shapeError struct{}

func (shapeError) Error() string { return "not the shape of a HAR" }

var errShape = shapeError{}
