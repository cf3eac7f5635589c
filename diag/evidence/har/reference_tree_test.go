package har

import (
	"bytes"
	"errors"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/go-json-experiment/json/jsontext"
)

// node is a JSON value as a decoder reads it that checks everything.
type node struct {
	kind    jsontext.Kind
	raw     string // as in the file; of a string its inside
	text    string // what a string means
	members []member
	elems   []*node
}

type member struct {
	key string
	*node
}

var errInvalid = errors.New("not valid JSON")

// parseTree reads the value that data begins with.
func parseTree(data []byte) (*node, error) {
	dec := jsontext.NewDecoder(bytes.NewReader(bytes.TrimPrefix(data, utf8BOM)), jsontext.AllowDuplicateNames(true), jsontext.AllowInvalidUTF8(true))
	raw, err := dec.ReadValue()
	if err != nil {
		return nil, errInvalid
	}
	dec.Reset(bytes.NewReader(bytes.Clone(raw)), jsontext.AllowDuplicateNames(true), jsontext.AllowInvalidUTF8(true))
	return tree(dec)
}

func tree(dec *jsontext.Decoder) (*node, error) {
	n := &node{kind: dec.PeekKind()}
	switch n.kind {
	case '{', '[':
		if _, err := dec.ReadToken(); err != nil {
			return nil, err
		}
		for dec.PeekKind() != '}' && dec.PeekKind() != ']' {
			key := ""
			if n.kind == '{' {
				tok, err := dec.ReadToken()
				if err != nil {
					return nil, err
				}
				key = clip(tok.String(), longString)
			}
			v, err := tree(dec)
			if err != nil {
				return nil, err
			}
			n.members, n.elems = append(n.members, member{key, v}), append(n.elems, v)
		}
		_, err := dec.ReadToken()
		return n, err
	}
	v, err := dec.ReadValue()
	if err != nil {
		return nil, err
	}
	if n.raw = string(v); n.kind == '"' {
		n.raw = n.raw[1 : len(n.raw)-1]
		text, err := jsontext.AppendUnquote(nil, v)
		if err != nil && !utf8.Valid(text) {
			return nil, err
		}
		n.text = string(text)
	}
	return n, nil
}

func clip(s string, n int) string {
	for len(s) > n || !utf8.ValidString(s) {
		_, size := utf8.DecodeLastRuneInString(s)
		s = s[:len(s)-size]
	}
	return s
}

// each calls fn for the members of an object; other values have none.
func (n *node) each(fn func(key string, v *node)) {
	if n.kind == '{' {
		for _, m := range n.members {
			fn(m.key, m.node)
		}
	}
}

// list gives the elements of an array; other values have none.
func (n *node) list() []*node {
	if n.kind == '[' {
		return n.elems
	}
	return nil
}

func (n *node) number() (float64, bool) {
	s := n.raw
	if n.kind == '"' {
		if s = strings.TrimSpace(s); s == "" || len(s) > 40 || !isNumber(s[0]) {
			return 0, false
		}
	} else if n.kind != '0' {
		return 0, false
	}
	v, err := strconv.ParseFloat(s, 64)
	return v, err == nil
}

func (n *node) ms() float64 {
	if v, ok := n.number(); ok && v >= 0 {
		return v
	}
	return -1
}

func (n *node) size() int64 {
	if v := n.ms(); v >= 0 && v < 1<<53 {
		return int64(v)
	}
	return -1
}

func (n *node) plain() string {
	if v, ok := n.number(); n.kind == '0' {
		if ok {
			return strconv.FormatFloat(v, 'f', -1, 64)
		}
		return ""
	}
	return n.text
}

func (n *node) isTrue() bool { return n.kind == 't' || n.kind == '"' && n.raw == "true" }
