package redact

import (
	"bytes"
	"io"
	"strings"

	"github.com/go-json-experiment/json/jsontext"
)

// node is a JSON value that keeps its order, its double names and the spelling
// of its numbers.
type node struct {
	kind  jsontext.Kind // '{' '[' '"' '0' 't' 'f' 'n'
	text  string        // of a string, unquoted; of a number or literal, as written
	names []string      // of an object
	items []*node

	at    span2 // where it stands in its source
	was   leaf  // before it was redacted
	heads []nameAt
}

// span2 is a piece of a source.
type span2 struct{ from, to int }

// leaf is the content of a value that holds no others.
type leaf struct {
	kind jsontext.Kind
	text string
}

// nameAt is the name of a member before it was redacted, and where it stands.
type nameAt struct {
	at  span2
	was string
}

var lax = []jsontext.Options{jsontext.AllowDuplicateNames(true), jsontext.AllowInvalidUTF8(true)}

// parse reads the next value of a decoder.
func parse(dec *jsontext.Decoder) (*node, error) {
	n := &node{kind: dec.PeekKind()}
	switch n.kind {
	case '{', '[':
		if _, err := dec.ReadToken(); err != nil {
			return nil, err
		}
		n.at.from = int(dec.InputOffset()) - 1
	default:
		raw, err := dec.ReadValue()
		if err != nil {
			return nil, err
		}
		n.kind = raw.Kind()
		n.text = unquoted(raw)
		n.at = behind(dec, raw)
		n.was = leaf{n.kind, n.text}
		return n, nil
	}
	var err error
	switch n.kind {
	case '{':
		for dec.PeekKind() != '}' {
			raw, err := dec.ReadValue()
			if err != nil {
				return nil, noEOF(err)
			}
			key := unquoted(raw)
			n.heads = append(n.heads, nameAt{behind(dec, raw), key})
			item, err := parse(dec)
			if err != nil {
				return nil, noEOF(err)
			}
			n.names, n.items = append(n.names, key), append(n.items, item)
		}
		_, err = dec.ReadToken()
	case '[':
		for dec.PeekKind() != ']' {
			item, err := parse(dec)
			if err != nil {
				return nil, noEOF(err)
			}
			n.items = append(n.items, item)
		}
		_, err = dec.ReadToken()
	}
	n.at.to = int(dec.InputOffset())
	return n, noEOF(err)
}

// unquoted gives the text of a string, and any other value as it is written.
func unquoted(raw jsontext.Value) string {
	if raw.Kind() != '"' {
		return string(raw)
	}
	text, _ := jsontext.AppendUnquote(nil, raw) // of bytes that are no UTF-8 it makes U+FFFD
	return string(text)
}

// behind tells where a value that was just read stands.
func behind(dec *jsontext.Decoder, raw jsontext.Value) span2 {
	end := int(dec.InputOffset())
	return span2{end - len(raw), end}
}

// within writes the value as it stands in its source, what was redacted
// replaced: the layout of a document stays, and so do the numbers of its lines.
func (n *node) within(src string) string {
	var b strings.Builder
	at := 0
	n.changes(func(where span2, text string) {
		b.WriteString(src[at:where.from])
		b.WriteString(text)
		at = where.to
	})
	b.WriteString(src[at:])
	return b.String()
}

// changes tells of each piece of the source that was redacted, in their order.
func (n *node) changes(put func(where span2, text string)) {
	if n.was.kind != 0 {
		if n.kind != n.was.kind || n.text != n.was.text {
			put(n.at, n.String())
		}
		return
	}
	if n.kind == '"' { // a whole part was taken away
		put(n.at, n.String())
		return
	}
	for i, item := range n.items {
		if n.kind == '{' && n.names[i] != n.heads[i].was {
			put(n.heads[i].at, (&node{kind: '"', text: n.names[i]}).String())
		}
		item.changes(put)
	}
}

func noEOF(err error) error {
	if err == io.EOF {
		return io.ErrUnexpectedEOF
	}
	return err
}

func (n *node) write(enc *jsontext.Encoder) error {
	switch n.kind {
	case '{':
		if err := enc.WriteToken(jsontext.BeginObject); err != nil {
			return err
		}
		for i, name := range n.names {
			if err := enc.WriteToken(jsontext.String(name)); err != nil {
				return err
			}
			if err := n.items[i].write(enc); err != nil {
				return err
			}
		}
		return enc.WriteToken(jsontext.EndObject)
	case '[':
		if err := enc.WriteToken(jsontext.BeginArray); err != nil {
			return err
		}
		for _, item := range n.items {
			if err := item.write(enc); err != nil {
				return err
			}
		}
		return enc.WriteToken(jsontext.EndArray)
	case '"':
		return enc.WriteToken(jsontext.String(n.text))
	}
	return enc.WriteValue(jsontext.Value(n.text))
}

// String writes the value on one line.
func (n *node) String() string {
	var b bytes.Buffer
	if err := n.write(jsontext.NewEncoder(&b, lax...)); err != nil {
		return `"<unwritable>"`
	}
	return strings.TrimRight(b.String(), "\n")
}

// get gives the member of an object, nil when there is none.
func (n *node) get(name string) *node {
	if n == nil || n.kind != '{' {
		return nil
	}
	for i, x := range n.names {
		if x == name {
			return n.items[i]
		}
	}
	return nil
}

// str gives a member that is a string, "" when there is none.
func (n *node) str(name string) string {
	if m := n.get(name); m != nil && m.kind == '"' {
		return m.text
	}
	return ""
}

// set makes a node a string.
func (n *node) set(s string) { n.kind, n.text, n.names, n.items = '"', s, nil, nil }
