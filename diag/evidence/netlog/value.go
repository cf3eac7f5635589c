package netlog

import (
	"bytes"
	"errors"
	"io"
	"strconv"
	"strings"
	"sync"

	"github.com/go-json-experiment/json/jsontext"
)

// lax reads what browsers write: lone surrogates of addresses and doubled names are no damage.
var lax = []jsontext.Options{jsontext.AllowDuplicateNames(true), jsontext.AllowInvalidUTF8(true)}

// decoders are used anew for every event's parameters.
var decoders = sync.Pool{New: func() any { return jsontext.NewDecoder(bytes.NewBuffer(nil), lax...) }}

var errTooBig = errors.New("a value beyond the limit")

// guard ends a reader when far more is read at one go than any event takes up.
type guard struct {
	r    io.Reader
	left int64
	err  error // why there is no more, other than that it ended
}

func (g *guard) Read(p []byte) (int, error) {
	if g.left <= 0 {
		g.err = errTooBig
		return 0, g.err
	}
	n, err := g.r.Read(p[:min(int64(len(p)), g.left)])
	g.left -= int64(n)
	if err != nil && err != io.EOF {
		g.err = err
	}
	return n, err
}

// fields calls each for every member of an object; anything else has none. The
// value is each's only while it runs.
func fields(raw []byte, each func(name string, value jsontext.Value)) {
	if len(raw) == 0 || raw[0] != '{' {
		return
	}
	dec := decoders.Get().(*jsontext.Decoder)
	defer decoders.Put(dec)
	dec.Reset(bytes.NewBuffer(raw), lax...)
	if _, err := dec.ReadToken(); err != nil {
		return
	}
	for dec.PeekKind() == '"' {
		tok, err := dec.ReadToken()
		if err != nil {
			return
		}
		name := tok.String()
		v, err := dec.ReadValue()
		if err != nil {
			return
		}
		each(name, v)
	}
}

// elements calls each for every element of an array.
func elements(raw []byte, each func(value jsontext.Value)) {
	if len(raw) == 0 || raw[0] != '[' {
		return
	}
	dec := decoders.Get().(*jsontext.Decoder)
	defer decoders.Put(dec)
	dec.Reset(bytes.NewBuffer(raw), lax...)
	if _, err := dec.ReadToken(); err != nil {
		return
	}
	for {
		switch dec.PeekKind() {
		case 0, ']':
			return
		}
		v, err := dec.ReadValue()
		if err != nil {
			return
		}
		each(v)
	}
}

// text gives a string's value, "" for what is none.
func text(v jsontext.Value) string {
	if len(v) == 0 || v[0] != '"' {
		return ""
	}
	out, err := jsontext.AppendUnquote(nil, v)
	if err != nil && len(out) == 0 {
		return ""
	}
	if len(out) > maxField {
		out = out[:maxField]
	}
	return strings.ToValidUTF8(string(out), "\uFFFD")
}

// number gives a number's value; 64-bit ones stand in quotes.
func number(v jsontext.Value) (float64, bool) {
	if len(v) >= 2 && v[0] == '"' {
		v = v[1 : len(v)-1]
	}
	if n, ok := whole(v); ok {
		return float64(n), true
	}
	f, err := strconv.ParseFloat(string(v), 64)
	if err != nil || f != f || f > 1e17 || f < -1e17 {
		return 0, false
	}
	return f, true
}

// whole reads what nearly all numbers of a log are: few digits.
func whole(v []byte) (n int64, ok bool) {
	digits := v
	if len(v) > 0 && v[0] == '-' {
		digits = v[1:]
	}
	if len(digits) == 0 || len(digits) > 15 {
		return 0, false
	}
	for _, c := range digits {
		if c < '0' || c > '9' {
			return 0, false
		}
		n = 10*n + int64(c-'0')
	}
	if len(digits) < len(v) {
		n = -n
	}
	return n, true
}

func integer(v jsontext.Value) int64 {
	f, _ := number(v)
	return int64(f)
}

// dependency gives the source that an event points at.
func dependency(raw []byte) (id int64) {
	fields(raw, func(name string, v jsontext.Value) {
		if name == "source_dependency" {
			fields(v, func(name string, v jsontext.Value) {
				if name == "id" {
					id = integer(v)
				}
			})
		}
	})
	return id
}

// member gives one member of an object, a copy.
func member(raw []byte, want string) (out jsontext.Value) {
	fields(raw, func(name string, v jsontext.Value) {
		if name == want {
			out = v.Clone()
		}
	})
	return out
}
