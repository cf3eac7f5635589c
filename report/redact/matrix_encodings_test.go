package redact

import (
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"html"
	"io"
	"mime/quotedprintable"
	"net/url"
	"strings"

	"golang.org/x/text/unicode/norm"
)

// spelling is how programs write a value when they do not write it as it is.
type spelling struct {
	name string
	// of encodes a value, or a document that holds it.
	of func(v string) string
	// document puts a key and its value into the document that is encoded; nil
	// when the value alone is.
	document func(k, v string) string
	// as is what it is written with, which tells the carriers it may stand in.
	as form
}

// form is what an encoding is made of.
type form int

const (
	asLetters form = iota // letters, digits and signs that every carrier takes, once it quoted them
	asPercent             // %XX
	asEscapes             // backslashes of a program's text, which stand in no other text
	asBytes               // \x of a program's text, which is no JSON
	asMarkup              // entities of markup
	asColours             // what a terminal shows
	asMail                // what mail is sent in
	asLines               // several lines
)

func everyByte(format string) func(string) string {
	return func(v string) string {
		var b strings.Builder
		for i := range len(v) {
			fmt.Fprintf(&b, format, v[i])
		}
		return b.String()
	}
}

// everyUnit writes each unit of UTF-16 of a text.
func everyUnit(format string, but func(r rune) bool) func(string) string {
	return func(v string) string {
		var b strings.Builder
		for _, r := range v {
			if but != nil && but(r) {
				b.WriteRune(r)
				continue
			}
			fmt.Fprintf(&b, format, r)
		}
		return b.String()
	}
}

func ascii(r rune) bool { return r < 0x80 }

func asciiWord(r rune) bool { return r < 0x80 && wordByte(byte(r)) }

// mimeLines breaks base64 into lines, each ended, as android.util.Base64,
// Ruby and Python's encodebytes give it.
func mimeLines(v string) string {
	s := base64.StdEncoding.EncodeToString([]byte(v))
	var b strings.Builder
	for len(s) > 76 {
		b.WriteString(s[:76] + "\n")
		s = s[76:]
	}
	return b.String() + s + "\n"
}

func printable(v string) string {
	var b strings.Builder
	w := quotedprintable.NewWriter(&b)
	_, _ = io.WriteString(w, v)
	_ = w.Close()
	return b.String()
}

// fullWidthOf writes letters, digits and signs in full width.
func fullWidthOf(v string) string {
	return strings.Map(func(r rune) rune {
		if r > ' ' && r < 0x7f {
			return r + 0xFEE0
		}
		return r
	}, v)
}

// between puts a text between every so many letters.
func between(v, what string, every int) string {
	var b strings.Builder
	n := 0
	for _, r := range v {
		if n > 0 && n%every == 0 {
			b.WriteString(what)
		}
		b.WriteRune(r)
		n++
	}
	return b.String()
}

func inObject(k, v string) string {
	return `{"id":88123,"` + k + `":"` + inString(v) + `","tries":1,"agent":"workbench"}`
}

func inForm(k, v string) string {
	return "id=88123&" + url.QueryEscape(k) + "=" + url.QueryEscape(v) + "&tries=1"
}

// entitiesOfPHP writes a text as PHP's htmlentities does with ENT_HTML5.
var entitiesOfPHP = strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;", `"`, "&quot;", "'", "&apos;", "@", "&commat;", ".", "&period;", ":", "&colon;", "/", "&sol;", `\`, "&bsol;", "_", "&lowbar;", "+", "&plus;", ";", "&semi;", "=", "&equals;", "?", "&quest;", "!", "&excl;", "%", "&percnt;", "#", "&num;")

func spaceAs20(v string) string { return strings.ReplaceAll(url.QueryEscape(v), "+", "%20") }

func marshalled(v string) string {
	b, _ := json.Marshal(v)
	return string(b)
}

// writtenAs are all that values are written in.
var writtenAs = []spelling{
	{"plain", func(v string) string { return v }, nil, asLetters},
	{"percent", spaceAs20, nil, asPercent},
	{"percent, + for a space", url.QueryEscape, nil, asPercent},
	{"percent twice", func(v string) string { return spaceAs20(spaceAs20(v)) }, nil, asPercent},
	{"percent of every byte", everyByte("%%%02X"), nil, asPercent},
	{"percent of a document", spaceAs20, inObject, asPercent},
	{"percent twice of a document", func(v string) string { return spaceAs20(spaceAs20(v)) }, inObject, asPercent},
	{"percent of a form", spaceAs20, inForm, asPercent},
	{`JSON's \/`, func(v string) string { return strings.ReplaceAll(inString(v), "/", `\/`) }, nil, asEscapes},
	{`\u of every letter`, everyUnit(`\u%04x`, nil), nil, asEscapes},
	{`\u beyond ASCII`, func(v string) string { return everyUnit(`\u%04x`, ascii)(inString(v)) }, nil, asEscapes},
	{`\u of signs`, everyUnit(`\u%04X`, asciiWord), nil, asEscapes},
	{"document in a string", inString, inObject, asEscapes},
	{"document in a string in a string", func(v string) string { return inString(`{"d":` + marshalled(v) + `}`) }, inObject, asEscapes},
	{"document in a string in a string in a string", func(v string) string {
		return inString(`{"e":` + marshalled(`{"d":`+marshalled(v)+`}`) + `}`)
	}, inObject, asEscapes},
	{`\x of every byte`, everyByte(`\x%02x`), nil, asBytes},
	{`\x of signs, as nginx has it`, func(v string) string {
		var b strings.Builder
		for i := range len(v) {
			if v[i] == '"' || v[i] == '\\' || v[i] >= 0x80 {
				fmt.Fprintf(&b, `\x%02X`, v[i])
			} else {
				b.WriteByte(v[i])
			}
		}
		return b.String()
	}, inObject, asBytes},
	{"entities that are needed", html.EscapeString, nil, asMarkup},
	{"entities with names", entitiesOfPHP.Replace, nil, asMarkup},
	{"entities with numbers", everyUnit("&#%d;", nil), nil, asMarkup},
	{"entities with hexadecimal numbers", everyUnit("&#x%X;", nil), nil, asMarkup},
	{"entities with numbers, of signs", everyUnit("&#%d;", asciiWord), nil, asMarkup},
	{"document in entities", html.EscapeString, inObject, asMarkup},
	{"base64", func(v string) string { return base64.StdEncoding.EncodeToString([]byte(v)) }, nil, asLetters},
	{"base64 of a document", func(v string) string { return base64.StdEncoding.EncodeToString([]byte(v)) }, inObject, asLetters},
	{"base64 of a document, of addresses", func(v string) string { return base64.RawURLEncoding.EncodeToString([]byte(v)) }, inObject, asLetters},
	{"base64 of a document, without its end", func(v string) string { return base64.RawStdEncoding.EncodeToString([]byte(v)) }, inObject, asLetters},
	{"base64 of a form", func(v string) string { return base64.StdEncoding.EncodeToString([]byte(v)) }, inForm, asLetters},
	{"base64 twice", func(v string) string {
		return base64.StdEncoding.EncodeToString([]byte(base64.StdEncoding.EncodeToString([]byte(v))))
	}, inObject, asLetters},
	{"base64 in lines", mimeLines, inObject, asLines},
	{"hexadecimal", func(v string) string { return hex.EncodeToString([]byte(v)) }, nil, asLetters},
	{"hexadecimal of a document", func(v string) string { return strings.ToUpper(hex.EncodeToString([]byte(v))) }, inObject, asLetters},
	{"quoted-printable", printable, nil, asMail},
	{"full width", fullWidthOf, nil, asLetters},
	{"full-width digits", func(v string) string {
		return strings.Map(func(r rune) rune {
			if r >= '0' && r <= '9' {
				return r + 0xFEE0
			}
			return r
		}, v)
	}, nil, asLetters},
	{"decomposed (NFD)", norm.NFD.String, nil, asLetters},
	{"zero width between groups", func(v string) string { return between(v, "\u200b", 4) }, nil, asLetters},
	{"zero width between all", func(v string) string { return between(v, "\u200b", 1) }, nil, asLetters},
	{"marks around", func(v string) string { return "\u202a" + v + "\u202c" }, nil, asLetters},
	{"soft hyphens", func(v string) string { return between(v, "\u00ad", 4) }, nil, asLetters},
	{"coloured", func(v string) string { return "\x1b[32m" + v + "\x1b[0m" }, nil, asColours},
	{"coloured in its midst", func(v string) string {
		r := []rune(v)
		n := len(r) / 2
		return string(r[:n]) + "\x1b[01;31m\x1b[K" + string(r[n:n+1]) + "\x1b[m\x1b[K" + string(r[n+1:])
	}, nil, asColours},
}
