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
}

var lax = []jsontext.Options{jsontext.AllowDuplicateNames(true), jsontext.AllowInvalidUTF8(true)}

// parse reads the next value of a decoder.
func parse(dec *jsontext.Decoder) (*node, error) {
	tok, err := dec.ReadToken()
	if err != nil {
		return nil, err
	}
	n := &node{kind: tok.Kind()}
	switch n.kind {
	case '{':
		for dec.PeekKind() != '}' {
			name, err := dec.ReadToken()
			if err != nil {
				return nil, noEOF(err)
			}
			key := name.String()
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
	default:
		n.text = tok.String()
	}
	return n, noEOF(err)
}

func noEOF(err error) error {
	if err == io.EOF {
		return io.ErrUnexpectedEOF
	}
	return err
}

// parseAt reads the value at the head of a text; size is how long it is.
func parseAt(s string) (n *node, size int, ok bool) {
	dec := jsontext.NewDecoder(strings.NewReader(s), lax...)
	n, err := parse(dec)
	if err != nil {
		return nil, 0, false
	}
	return n, int(dec.InputOffset()), true
}

// parseAll reads a text that is one JSON value and nothing else.
func parseAll(s string) (*node, bool) {
	n, size, ok := parseAt(s)
	return n, ok && strings.TrimSpace(s[size:]) == ""
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
func (n *node) set(s string) { *n = node{kind: '"', text: s} }
