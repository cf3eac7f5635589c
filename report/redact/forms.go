package redact

import (
	"strconv"
	"strings"
	"unicode/utf16"
	"unicode/utf8"

	"golang.org/x/text/encoding/simplifiedchinese"
)

// unescapedUnits undoes %uXXXX, as escape() of JavaScript and classic ASP write
// the units of UTF-16.
func unescapedUnits(s string) string {
	var b strings.Builder
	for i := 0; i < len(s); {
		unit, ok := unitAt(s, i)
		if !ok {
			b.WriteByte(s[i])
			i++
			continue
		}
		i += 6
		r := rune(unit)
		if utf16.IsSurrogate(r) {
			low, _ := unitAt(s, i)
			if r = utf16.DecodeRune(r, rune(low)); r != utf8.RuneError {
				i += 6
			}
		}
		if r == '%' || r < 0x20 {
			b.WriteString("%" + strconv.FormatInt(0x100|int64(r), 16)[1:])
			continue
		}
		b.WriteRune(r)
	}
	return b.String()
}

func unitAt(s string, i int) (uint16, bool) {
	if i+6 > len(s) || s[i] != '%' || s[i+1]|0x20 != 'u' {
		return 0, false
	}
	n, err := strconv.ParseUint(s[i+2:i+6], 16, 16)
	return uint16(n), err == nil
}

// ofGBK reads what is no UTF-8 as GBK, in which old pages of China send their
// forms; what is neither stays.
func ofGBK(s string) string {
	plain, err := simplifiedchinese.GB18030.NewDecoder().String(s)
	if err != nil || strings.ContainsRune(plain, utf8.RuneError) || !hasHan(plain) {
		return s
	}
	return plain
}
