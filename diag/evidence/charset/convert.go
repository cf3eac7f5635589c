package charset

import (
	"encoding/binary"
	"unicode/utf8"

	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/simplifiedchinese"
	"golang.org/x/text/encoding/traditionalchinese"
	"golang.org/x/text/transform"
)

const highBits = 0x8080808080808080

// asciiLen gives the length of the run of bytes below 0x80 that b starts with.
func asciiLen(b []byte) int {
	i := 0
	for ; len(b)-i >= 64; i += 64 {
		// One test for 64 bytes: this loop is what ASCII files cost.
		s := b[i : i+64 : i+64]
		x := binary.LittleEndian.Uint64(s[0:]) | binary.LittleEndian.Uint64(s[8:]) |
			binary.LittleEndian.Uint64(s[16:]) | binary.LittleEndian.Uint64(s[24:])
		y := binary.LittleEndian.Uint64(s[32:]) | binary.LittleEndian.Uint64(s[40:]) |
			binary.LittleEndian.Uint64(s[48:]) | binary.LittleEndian.Uint64(s[56:])
		if (x|y)&highBits != 0 {
			break
		}
	}
	for ; len(b)-i >= 8; i += 8 {
		if binary.LittleEndian.Uint64(b[i:])&highBits != 0 {
			break
		}
	}
	for ; i < len(b) && b[i] < 0x80; i++ {
	}
	return i
}

// convert appends src, read as enc, to d.conv. Unless whole, a character that
// src cuts in two is left; used says how much of src was taken.
func (d *Reader) convert(src []byte, enc string, whole bool) (used int) {
	switch enc {
	case GB18030:
		if d.gb == nil {
			d.gb = simplifiedchinese.GB18030.NewDecoder()
		}
		used = d.transcode(d.gb, src, whole)
	case Big5:
		if d.big5 == nil {
			d.big5 = traditionalchinese.Big5.NewDecoder()
		}
		used = d.transcode(d.big5, src, whole)
	case Latin1:
		for _, c := range src {
			r := latin(c)
			if r == utf8.RuneError {
				d.bad++
			}
			d.conv = utf8.AppendRune(d.conv, r)
		}
		used = len(src)
	default:
		used = d.repair(src, whole)
	}
	d.seen.add(enc)
	return used
}

// transcode runs src through a decoder of x/text.
func (d *Reader) transcode(dec *encoding.Decoder, src []byte, whole bool) (used int) {
	dec.Reset()
	for {
		// Two bytes of GBK make three of UTF-8, one bad byte makes three.
		if free := cap(d.conv) - len(d.conv); free < 64 {
			d.conv = append(d.conv, make([]byte, 3*(len(src)-used)+64)...)[:len(d.conv)]
		}
		at := len(d.conv)
		n, k, err := dec.Transformer.Transform(d.conv[at:cap(d.conv)], src[used:], whole)
		d.conv = d.conv[:at+n]
		d.bad += replaced(d.conv[at:])
		used += k
		if err != transform.ErrShortDst {
			return used
		}
	}
}

// replaced counts U+FFFD. GB18030 can spell that character too (84 31 A4 37),
// which no one does.
func replaced(b []byte) (n int64) {
	for i := 0; i+2 < len(b); i++ {
		if b[i] == 0xEF && b[i+1] == 0xBF && b[i+2] == 0xBD {
			n++
		}
	}
	return n
}

// repair keeps what is valid UTF-8 and puts U+FFFD for every byte that is not.
func (d *Reader) repair(src []byte, whole bool) (used int) {
	for used < len(src) {
		if n := asciiLen(src[used:]); n > 0 {
			d.conv = append(d.conv, src[used:used+n]...)
			used += n
			continue
		}
		r, n := utf8.DecodeRune(src[used:])
		if r == utf8.RuneError && n == 1 {
			if !whole && !utf8.FullRune(src[used:]) {
				break
			}
			d.bad++
			d.conv = append(d.conv, "\uFFFD"...)
		} else {
			d.conv = append(d.conv, src[used:used+n]...)
		}
		used += n
	}
	return used
}

// windows1252 is 0x80-0x9F of that code page; 0 where it has nothing.
// Source: https://encoding.spec.whatwg.org/index-windows-1252.txt, less the
// C1 controls that index fills the gaps with.
var windows1252 = [32]rune{
	'€', 0, '‚', 'ƒ', '„', '…', '†', '‡', 'ˆ', '‰', 'Š', '‹', 'Œ', 0, 'Ž', 0,
	0, '‘', '’', '“', '”', '•', '–', '—', '˜', '™', 'š', '›', 'œ', 0, 'ž', 'Ÿ',
}

// latin is one byte of western text.
func latin(c byte) rune {
	if c < 0x80 || c >= 0xA0 {
		return rune(c)
	}
	if r := windows1252[c-0x80]; r != 0 {
		return r
	}
	return utf8.RuneError
}
