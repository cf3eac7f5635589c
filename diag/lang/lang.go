// Package lang holds text that a person reads, both languages side by side.
//
// Chinese and English are equals: a Text is written once, in one place, and a
// renderer picks the language. Nothing but renderers may call In.
package lang

import "fmt"

// Lang is a language the tool speaks.
type Lang string

// The two languages.
const (
	ZH Lang = "zh"
	EN Lang = "en"
)

// Parse reads a language as people and systems name it: "zh", "zh_CN.UTF-8",
// "en-US", "C". ok is false when it names neither language.
func Parse(s string) (l Lang, ok bool) {
	switch {
	case len(s) >= 2 && (s[:2] == "zh" || s[:2] == "ZH"):
		return ZH, true
	case len(s) >= 2 && (s[:2] == "en" || s[:2] == "EN"):
		return EN, true
	}
	return "", false
}

// Text is one sentence, or phrase, in both languages.
type Text struct {
	ZH string `yaml:"zh" json:"zh"`
	EN string `yaml:"en" json:"en"`
}

// T is short for a Text literal.
func T(zh, en string) Text { return Text{ZH: zh, EN: en} }

// Same is a Text that reads the same in both languages: a name, a number, a quotation.
func Same(s string) Text { return Text{ZH: s, EN: s} }

// In gives the text in one language; English for any other.
func (t Text) In(l Lang) string {
	if l == ZH {
		return t.ZH
	}
	return t.EN
}

// IsZero reports whether there is no text at all.
func (t Text) IsZero() bool { return t.ZH == "" && t.EN == "" }

// F fills in the verbs of both languages with the same arguments. An argument
// that is itself a Text is put in each language. Argument indexes (%[2]s) let
// the languages order their words differently.
func (t Text) F(args ...any) Text {
	zh, en := make([]any, len(args)), make([]any, len(args))
	for i, a := range args {
		zh[i], en[i] = a, a
		if x, ok := a.(Text); ok {
			zh[i], en[i] = x.ZH, x.EN
		}
	}
	return Text{ZH: fmt.Sprintf(t.ZH, zh...), EN: fmt.Sprintf(t.EN, en...)}
}

// Count says how many: English has one form for a single thing, and another
// for any other number; Chinese has one for all. Each form takes the number.
func Count(n int, zh, one, many string) Text {
	if n == 1 {
		many = one
	}
	return T(zh, many).F(n)
}

// Problem is something wrong with what the tool was given: what, where, and
// what to do about it. It is an error, and reads in both languages.
type Problem struct {
	File  string // path as given, "" when no file is concerned
	Line  int    // 1-based, 0 when unknown
	Byte  int64  // offset in bytes, -1 when unknown
	Field string // path of the field, as in message.sent_at
	What  Text
	Hint  Text
}

// Where names the place: file, line or byte, field.
func (p *Problem) Where() string {
	s := p.File
	switch {
	case p.Line > 0:
		s += fmt.Sprintf(":%d", p.Line)
	case p.Byte > 0:
		s += fmt.Sprintf("@%d", p.Byte)
	}
	if p.Field != "" {
		if s != "" {
			s += ": "
		}
		s += p.Field
	}
	return s
}

// Text gives the whole problem as one line.
func (p *Problem) Text() Text {
	t := p.What
	if w := p.Where(); w != "" {
		t = Text{ZH: w + "\uFF1A" + t.ZH, EN: w + ": " + t.EN}
	}
	if !p.Hint.IsZero() {
		t = Text{ZH: t.ZH + "\uFF08" + p.Hint.ZH + "\uFF09", EN: t.EN + " (" + p.Hint.EN + ")"}
	}
	return t
}

func (p *Problem) Error() string { return p.Text().EN }
