package report

import (
	"strconv"

	"meiqia-diag/diag/lang"
)

// scene is a drawing: places along it in percent of its width, so that it fits
// any screen, and all else in em, so that it grows with the text.
type scene struct {
	Height      string
	Class       string
	Title, Desc string
	Rects       []shape
	Lines       []shape
	Dots        []shape
	Texts       []shape
}

// shape is one thing drawn. What X and Y mean is as in SVG.
type shape struct {
	Class        string
	X, Y, X2, Y2 string
	W, H, R      string
	DX, Anchor   string
	Text         string
}

func pct(v float64) string { return strconv.FormatFloat(v, 'f', 2, 64) + "%" }
func em(v float64) string  { return strconv.FormatFloat(v, 'f', 2, 64) + "em" }

func (s *scene) rect(class string, x, w, y, h float64) {
	s.Rects = append(s.Rects, shape{Class: class, X: pct(x), W: pct(max(w, 0)), Y: em(y), H: em(h), R: em(min(h, 0.6) / 2)})
}

func (s *scene) line(class string, x, y, x2, y2 float64) {
	s.Lines = append(s.Lines, shape{Class: class, X: pct(x), Y: em(y), X2: pct(x2), Y2: em(y2)})
}

func (s *scene) dot(class string, x, y, r float64) {
	s.Dots = append(s.Dots, shape{Class: class, X: pct(x), Y: em(y), R: em(r)})
}

// text writes at a place; anchor is start, middle or end, dx moves it in em of its own size.
func (s *scene) text(class string, x, y, dx float64, anchor, words string) {
	s.Texts = append(s.Texts, shape{Class: class, X: pct(x), Y: em(y), DX: em(dx), Anchor: anchor, Text: words})
}

// drawing is a scene in both languages, for wide screens and for narrow ones.
type drawing struct {
	Lang  string // of the scene: zh-CN en
	Class string // wide narrow, "" for both
	scene
}

var langTags = map[lang.Lang]string{lang.ZH: "zh-CN", lang.EN: "en"}

// Widths that a drawing has at least, in em of the page: of a phone of 360
// pixels, and from where the style sheet shows the wide one.
const (
	narrowEm = 19.5
	wideEm   = 41
)

// drawn makes a scene for each language and width.
func drawn(draw func(l lang.Lang, width float64) scene) []drawing {
	var out []drawing
	for _, l := range []lang.Lang{lang.ZH, lang.EN} {
		out = append(out, drawing{langTags[l], "wide", draw(l, wideEm)}, drawing{langTags[l], "narrow", draw(l, narrowEm)})
	}
	return out
}
