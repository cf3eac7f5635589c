package har

import (
	"bytes"
	"hash/maphash"
	"unicode/utf8"
)

// interner gives equal short strings one copy. It forgets: memory is bounded,
// and nothing grows with the file.
type interner struct {
	keep  func(name string) bool // headers to keep, nil for all
	seed  maphash.Seed
	texts [4096]string
	names map[string]*headerName

	commons map[Common]*Common
	last    *Common
}

const maxCommons = 2000 // different ones that are remembered

// shared gives what is equal to c and will not change.
func (in *interner) shared(c *Common) *Common {
	if in.last != nil && *in.last == *c {
		return in.last
	}
	s := in.commons[*c]
	if s == nil {
		if len(in.commons) >= maxCommons {
			clear(in.commons)
		}
		s = new(Common)
		*s = *c
		in.commons[*c] = s
	}
	in.last = s
	return s
}

const maxNames = 500 // different names of headers; a file has some dozens

// headerName is a header's name as the file has it, and what follows from it.
type headerName struct {
	raw, lower string
	plain      bool // raw stands for itself in JSON
	secret     bool
	dropped    bool // Options.Header does not want it
	login      bool // it shows that somebody was logged in

	lastRaw []byte         // the last short value, as the file has it; never a secret
	last    string         // what it means
	next    [2]*headerName // what stood behind it the last time, of a request and of a response
}

// stands reports whether b, the inside of a string and what is behind it, is this name.
func (n *headerName) stands(b []byte) bool {
	return n != nil && n.plain && len(b) > len(n.raw) && b[len(n.raw)] == '"' && string(b[:len(n.raw)]) == n.raw
}

func newInterner(keep func(string) bool) *interner {
	return &interner{seed: maphash.MakeSeed(), keep: keep, names: map[string]*headerName{}, commons: map[Common]*Common{}}
}

func (in *interner) text(b []byte) string {
	if len(b) == 0 {
		return ""
	}
	if len(b) > longString {
		return string(b)
	}
	slot := &in.texts[maphash.Bytes(in.seed, b)%uint64(len(in.texts))]
	if *slot != string(b) {
		*slot = string(b)
	}
	return *slot
}

func (in *interner) name(b []byte) *headerName {
	if n := in.names[string(b)]; n != nil {
		return n
	}
	if len(in.names) >= maxNames {
		clear(in.names)
	}
	lower := string(bytes.ToLower(bytes.TrimSpace(b)))
	n := &headerName{
		raw: string(b), lower: lower, plain: isPlain(b), secret: secret(lower),
		dropped: in.keep != nil && !in.keep(lower), login: lower == "cookie" || lower == "authorization",
	}
	in.names[n.raw] = n
	return n
}

// isPlain reports whether a text is the same in JSON: ASCII that needs no escape.
func isPlain(b []byte) bool {
	for _, ch := range b {
		if ch < ' ' || ch == '"' || ch == '\\' || ch >= utf8.RuneSelf {
			return false
		}
	}
	return true
}
