package evidence

import (
	"bytes"
	"io"
	"slices"
	"strings"

	"meiqia-diag/diag/evidence/charset"
)

// harText reads a HAR as UTF-8. Browsers write UTF-8, which passes as it
// stands; an editor may have saved it again as UTF-16 or GB18030, which its
// beginning or its first letter beyond ASCII tells.
type harText struct {
	src  io.Reader
	enc  string
	out  io.Reader // once the encoding is decided
	wait []byte    // ASCII that was read and not yet handed out
	err  error
	seen int
}

const (
	harBlock = 64 << 10
	maxPlain = 8 << 20 // how far the first letter beyond ASCII is looked for
)

func (t *harText) Read(p []byte) (int, error) {
	for t.out == nil && len(t.wait) == 0 {
		if t.err != nil {
			return 0, t.err
		}
		t.look()
	}
	if t.out != nil {
		return t.out.Read(p)
	}
	n := copy(p, t.wait)
	t.wait = t.wait[n:]
	return n, nil
}

// look reads a block, and decides where it tells anything.
func (t *harText) look() {
	block := t.block()
	first := t.seen == 0
	t.seen += len(block)
	if first {
		if _, enc := charset.Decode(block); strings.HasPrefix(enc, "utf-16") || strings.HasPrefix(enc, "utf-32") {
			t.enc, t.out = enc, charset.NewReader(t.rest(block))
			return
		}
	}
	i := slices.IndexFunc(block, beyondASCII)
	if i < 0 {
		if t.wait = block; t.seen >= maxPlain {
			t.out, t.wait = t.rest(block), nil
		}
		return
	}
	block = append(block, t.block()...)
	sample := block[i:]
	for len(sample) > 0 && beyondASCII(sample[len(sample)-1]) {
		sample = sample[:len(sample)-1] // the block may end inside a letter
	}
	if _, enc := charset.Decode(sample); enc == charset.GB18030 || enc == charset.Big5 {
		t.enc, t.out = enc, charset.NewReader(t.rest(block))
		return
	}
	t.out = t.rest(block)
}

// block reads what there is, up to a block; the error comes after it.
func (t *harText) block() []byte {
	if t.err != nil {
		return nil
	}
	buf := make([]byte, harBlock)
	n, err := io.ReadFull(t.src, buf)
	if err == io.ErrUnexpectedEOF {
		err = io.EOF
	}
	t.err = err
	return buf[:n]
}

// rest is a block and all that comes after it.
func (t *harText) rest(block []byte) io.Reader {
	if t.err != nil {
		return io.MultiReader(bytes.NewReader(block), failing{t.err})
	}
	return io.MultiReader(bytes.NewReader(block), t.src)
}

// failing ends a reader with an error.
type failing struct{ err error }

func (f failing) Read([]byte) (int, error) { return 0, f.err }

func beyondASCII(b byte) bool { return b >= 0x80 }
