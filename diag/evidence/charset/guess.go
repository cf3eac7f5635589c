package charset

import (
	"bytes"
	"unicode/utf8"
)

// mark reads a byte order mark and gives its length. UTF-32LE goes first: its
// mark begins with that of UTF-16LE.
func mark(b []byte) (enc string, n int) {
	for _, m := range []struct{ bom, enc string }{
		{"\xFF\xFE\x00\x00", UTF32LE}, {"\x00\x00\xFE\xFF", UTF32BE},
		{"\xEF\xBB\xBF", UTF8}, {"\xFF\xFE", UTF16LE}, {"\xFE\xFF", UTF16BE},
	} {
		if bytes.HasPrefix(b, []byte(m.bom)) {
			return m.enc, len(m.bom)
		}
	}
	return "", 0
}

// bareUTF16 recognises UTF-16 that lacks a mark by its NUL pattern: every
// ASCII character has its NUL on the same side, and what is not ASCII is what
// people write. Zero units are holes and say nothing.
func bareUTF16(b []byte) string {
	if bytes.IndexByte(b, 0) < 0 {
		return ""
	}
	var le, be, okLE, okBE, units int
	for i := 0; i+1 < len(b); i += 2 {
		lo, hi := b[i], b[i+1]
		if lo == 0 && hi == 0 {
			continue
		}
		units++
		if hi == 0 && texty(lo) {
			le++
		}
		if lo == 0 && texty(hi) {
			be++
		}
		if written(uint16(hi)<<8 | uint16(lo)) {
			okLE++
		}
		if written(uint16(lo)<<8 | uint16(hi)) {
			okBE++
		}
	}
	// Two bytes of plain ASCII often make a Chinese unit, so NULs have to be
	// there: a tenth of the units, all on one side.
	need := max(2, units/10)
	switch {
	case le >= need && be*50 <= le && okLE*20 >= units*19:
		return UTF16LE
	case be >= need && le*50 <= be && okBE*20 >= units*19:
		return UTF16BE
	}
	return ""
}

func texty(c byte) bool { return c >= 0x20 && c < 0x7F || c == '\n' || c == '\r' || c == '\t' }

// written says that a UTF-16 unit is of a kind that logs hold.
func written(u uint16) bool {
	switch {
	case u < 0x80:
		return texty(byte(u))
	case u >= 0xA0 && u < 0x250, u >= 0x370 && u < 0x530, // Latin, Greek, Cyrillic
		u >= 0x2000 && u < 0x2800, u >= 0x3000 && u < 0x3200, // signs, kana
		u >= 0x3400 && u < 0xA000, u >= 0xAC00 && u < 0xE000, // Han, Hangul, surrogates
		u >= 0xFE30 && u < 0xFFF0, u == 0xFEFF:
		return true
	}
	return false
}

// magic begins files that are certainly no text.
var magic = []string{
	"\x89PNG\r\n\x1a\n", "\xFF\xD8\xFF", "GIF8", "PK\x03\x04", "PK\x05\x06", "\x1F\x8B", "BZh", "\xFD7zXZ\x00",
	"\x28\xB5\x2F\xFD", "7z\xBC\xAF\x27\x1C", "Rar!\x1A\x07", "SQLite format 3\x00", "\x7FELF", "MZ\x90\x00",
	"%PDF-", "\x1A\x45\xDF\xA3", "OggS", "\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1", "regf", "ElfFile\x00",
}

// control are the bytes of which a text has none: the control characters but NUL,
// which is counted apart, and but for backspace, tab, the line ends, form feed and
// escape, which occur in console output.
var control = [256]uint8{1: 1, 2: 1, 3: 1, 4: 1, 5: 1, 6: 1, 7: 1, 14: 1, 15: 1, 16: 1, 17: 1, 18: 1, 19: 1, 20: 1, 21: 1, 22: 1, 23: 1, 24: 1, 25: 1, 26: 1, 28: 1, 29: 1, 30: 1, 31: 1, 0x7F: 1}

// Binary reports that a file which begins with head looks like no text in any
// encoding. Runs of NUL count for nothing (a hole in a log), so a head of NULs
// alone is not binary.
func Binary(head []byte) bool {
	if enc, _ := mark(head); enc != "" || bareUTF16(head[:min(len(head), sniffSize)]) != "" {
		return false
	}
	for _, m := range magic {
		if bytes.HasPrefix(head, []byte(m)) {
			return true
		}
	}
	if len(head) > 11 && string(head[4:8]) == "ftyp" { // MP4 and its kin
		return true
	}
	var n, ctrl int
	for i := 0; i < len(head); i++ {
		c := head[i]
		if c == 0 {
			run := 1
			for i+run < len(head) && head[i+run] == 0 {
				run++
			}
			i += run - 1
			if run < 16 && i+1 < len(head) { // short runs are fields of a binary format
				ctrl += run
				n += run
			}
			continue
		}
		n++
		ctrl += int(control[c])
	}
	// Compressed data has 1 such byte in 10; text next to none.
	return ctrl*20 > n && ctrl > 1
}

// gbShape is how a piece of bytes reads as GB18030.
type gbShape struct {
	chars  int // characters above ASCII
	common int // of them: level-1 hanzi and GB2312 signs, what running text is made of
	bad    int // bytes that fit nowhere
	cut    bool
}

// shapeGB reads b as GB18030. Level-1 hanzi (3,755, rows 16-55) are 99 % and
// more of running Chinese; Latin-1 text and UTF-8 read as GBK land in the
// extension rows and level 2 instead. Source: GB 2312-1980.
func shapeGB(b []byte) (s gbShape) {
	for i := 0; i < len(b); {
		c := b[i]
		if c < 0x80 {
			i += max(1, asciiLen(b[i:]))
			continue
		}
		s.chars++
		switch {
		case c == 0x80 || c == 0xFF:
			s.bad++
			i++
		case i+1 >= len(b):
			s.cut = true
			s.chars--
			i++
		default:
			t := b[i+1]
			switch {
			case t >= 0xA1 && t != 0xFF:
				if c >= 0xB0 && c <= 0xD7 || c >= 0xA1 && c <= 0xA3 {
					s.common++
				}
				i += 2
			case t >= 0x40 && t != 0x7F && t != 0xFF:
				i += 2
			case t >= 0x30 && t <= 0x39:
				if i+3 >= len(b) {
					s.cut = true
					i = len(b)
				} else if b[i+2] >= 0x81 && b[i+2] != 0xFF && b[i+3] >= 0x30 && b[i+3] <= 0x39 {
					i += 4
				} else {
					s.bad++
					i++
				}
			default:
				s.bad++
				i++
			}
		}
	}
	return s
}

// chinese says that the shape is that of Chinese text: nothing out of place
// and mostly common characters.
func (s gbShape) chinese() bool { return s.bad == 0 && s.chars > 0 && s.common*5 >= s.chars*3 }

// big5Like says that b is Chinese text in Big5: common characters (rows A1-C6)
// only, with the low second bytes that GB2312 text never has.
// Source: https://encoding.spec.whatwg.org/#big5-decoder and Big5 level 1.
func big5Like(b []byte) bool {
	var chars, common, low, bad int
	for i := 0; i < len(b); {
		c := b[i]
		if c < 0x80 {
			i += max(1, asciiLen(b[i:]))
			continue
		}
		chars++
		if i+1 >= len(b) {
			break
		}
		t := b[i+1]
		if c < 0x81 || c == 0xFF || t < 0x40 || t > 0x7E && t < 0xA1 || t == 0xFF {
			bad++
			i++
			continue
		}
		if c >= 0xA1 && c <= 0xC6 {
			common++
		}
		if t <= 0x7E {
			low++
		}
		i += 2
	}
	return chars >= 4 && bad == 0 && common*10 >= chars*9 && low*8 >= chars
}

// shape8 is how a piece of bytes reads as UTF-8.
type shape8 struct {
	multi int // characters of two bytes and more
	wide  int // of them: of three bytes and more
	bad   int // invalid bytes
}

func shapeUTF8(b []byte) (s shape8) {
	for i := 0; i < len(b); {
		if b[i] < 0x80 {
			i += max(1, asciiLen(b[i:]))
			continue
		}
		r, n := utf8.DecodeRune(b[i:])
		switch {
		case r == utf8.RuneError && n == 1:
			if !utf8.FullRune(b[i:]) {
				return s // cut at the end: says nothing
			}
			s.bad++
		default:
			s.multi++
			if n > 2 {
				s.wide++
			}
		}
		i += n
	}
	return s
}

// guess names the likeliest encoding of a region that holds bytes above 0x7F.
// It counts lines, so that one odd line does not decide for a file.
func guess(b []byte, ended bool) string {
	if !ended {
		// Leave the line that the region cuts, if there is another.
		if n := bytes.LastIndexByte(b, '\n') + 1; n > 0 && asciiLen(b[:n]) < n {
			b = b[:n]
		}
	}
	var u, g, other int
	for rest := b; len(rest) > 0; {
		n := bytes.IndexByte(rest, '\n') + 1
		if n == 0 {
			n = len(rest)
		}
		line := rest[:n]
		rest = rest[n:]
		if asciiLen(line) == n {
			continue
		}
		switch s8 := shapeUTF8(line); {
		case s8.bad == 0:
			u++
		case damaged(s8):
			u++
		case shapeGB(line).chinese():
			g++
		default:
			other++
		}
	}
	switch {
	case g+other > u && big5Like(b):
		return Big5
	case g > u:
		return GB18030
	case u > 0:
		return UTF8
	case g > 0 || shapeGB(b).chinese():
		return GB18030
	}
	if Binary(b) {
		return BinData
	}
	return Latin1
}

// damaged says that what is there is UTF-8 with a few bytes lost, rather than
// another encoding.
func damaged(s shape8) bool { return s.wide > 0 && s.wide >= 2*s.bad }

// classify says what to read one line, or the first piece of a long one, as.
func (d *Reader) classify(line []byte) string {
	s8 := shapeUTF8(line)
	if s8.bad == 0 && (s8.wide > 0 || s8.multi > 0 && d.prior != GB18030 && d.prior != Big5) {
		return UTF8
	}
	if d.binary {
		return BinData
	}
	if s8.bad > 0 && damaged(s8) {
		return UTF8
	}
	if d.prior == GB18030 {
		return GB18030 // rare hanzi and names are welcome here
	}
	g := shapeGB(line)
	if d.prior == Big5 {
		if g.chinese() && !big5Like(line) && g.chars >= 4 && g.common == g.chars {
			return GB18030
		}
		return Big5
	}
	if g.chinese() && (g.chars > 1 || d.seen.has(GB18030)) {
		return GB18030
	}
	return d.prior
}
