package redact

import (
	"bufio"
	"bytes"
	"io"
	"strings"
	"unicode/utf8"

	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/simplifiedchinese"
	"golang.org/x/text/encoding/unicode"
	"golang.org/x/text/transform"
)

// Decode gives a text in UTF-8, whatever it was written in: by its byte order
// mark, by the encoding that the caller knows of, or, when it is no valid
// UTF-8, as GB18030. Redaction must never see raw GBK: its second bytes look
// like letters and signs.
func Decode(r io.Reader, name string) io.Reader {
	in := bufio.NewReaderSize(r, 64<<10)
	head, _ := in.Peek(64 << 10)
	var enc encoding.Encoding
	switch low := strings.ToLower(name); {
	case bytes.HasPrefix(head, []byte("\xef\xbb\xbf")):
		_, _ = in.Discard(3)
		return in
	case bytes.HasPrefix(head, []byte("\xff\xfe")), bytes.HasPrefix(head, []byte("\xfe\xff")):
		enc = unicode.UTF16(unicode.LittleEndian, unicode.UseBOM)
	case strings.HasPrefix(low, "utf-16be"), strings.HasPrefix(low, "utf16be"):
		enc = unicode.UTF16(unicode.BigEndian, unicode.IgnoreBOM)
	case strings.HasPrefix(low, "utf-16"), strings.HasPrefix(low, "utf16"):
		enc = unicode.UTF16(unicode.LittleEndian, unicode.IgnoreBOM)
	case wideASCII(head) == 0:
		enc = unicode.UTF16(unicode.BigEndian, unicode.IgnoreBOM)
	case wideASCII(head) == 1:
		enc = unicode.UTF16(unicode.LittleEndian, unicode.IgnoreBOM)
	case strings.HasPrefix(low, "gb"):
		enc = simplifiedchinese.GB18030
	case !validHead(head):
		enc = simplifiedchinese.GB18030
	default:
		return in
	}
	return transform.NewReader(in, enc.NewDecoder())
}

// validHead tells whether the head of a file is UTF-8, but for a few stray bytes.
func validHead(head []byte) bool {
	bad, wide := 0, 0
	for i := 0; i < len(head); {
		r, size := utf8.DecodeRune(head[i:])
		switch {
		case r == utf8.RuneError && size == 1:
			if len(head)-i < utf8.UTFMax {
				return bad*10 <= wide
			}
			bad++
		case r >= 0x80:
			wide++
		}
		i += size
	}
	return bad*10 <= wide
}

// wideASCII tells UTF-16 without a mark of its byte order from where the zero
// halves of its ASCII letters stand: 0 for the first byte of two (big endian),
// 1 for the second, -1 for what is no UTF-16.
func wideASCII(head []byte) int {
	if len(head) < 8 {
		return -1
	}
	var zeros [2]int
	for i, b := range head {
		if b == 0 {
			zeros[i&1]++
		}
	}
	for i := range zeros {
		if zeros[i]*10 > len(head) && zeros[1-i]*50 < zeros[i] {
			return i
		}
	}
	return -1
}
