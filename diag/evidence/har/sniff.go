package har

import (
	"bytes"

	"github.com/go-json-experiment/json/jsontext"
)

// Sniff reports whether a file that begins with head looks like a HAR: an
// object with a "log" that has a HAR's keys, in any order. 64 KiB of head are
// plenty; less is enough where the "log" comes first, as in every real file. A
// byte order mark may stand before.
func Sniff(head []byte) bool {
	head = bytes.TrimLeft(bytes.TrimPrefix(head, utf8BOM), " \t\r\n")
	if len(head) == 0 || head[0] != '{' {
		return false
	}
	f := newFront(bytes.NewReader(head), longString)
	dec := jsontext.NewDecoder(f, jsontext.AllowDuplicateNames(true), jsontext.AllowInvalidUTF8(true))
	found := false
	members(dec, func(key string) bool {
		if key != "log" {
			return dec.SkipValue() == nil
		}
		members(dec, func(key string) bool {
			switch key {
			case "entries", "pages":
				found = dec.PeekKind() == jsontext.KindBeginArray
			case "creator":
				found = dec.PeekKind() == jsontext.KindBeginObject
			case "version": // a logger's configuration may have a "log", too
				v, err := dec.ReadValue()
				found = err == nil && bytes.HasPrefix(v, []byte(`"1.`))
				return err == nil && !found
			}
			return !found && dec.SkipValue() == nil
		})
		return false
	})
	return found
}

// members calls fn for each key of the object that stands next until fn, which
// has to read the value, returns false.
func members(dec *jsontext.Decoder, fn func(key string) bool) {
	if dec.PeekKind() != jsontext.KindBeginObject {
		return
	}
	if _, err := dec.ReadToken(); err != nil {
		return
	}
	for dec.PeekKind() == jsontext.KindString {
		tok, err := dec.ReadToken()
		if err != nil || !fn(tok.String()) {
			return
		}
	}
}
