package attempt

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"meiqia-diag/diag/lazy"
	"meiqia-diag/diag/profile"
)

// box is a rectangle on a screen, y growing downwards.
type box struct{ l, t, r, b float64 }

func (x box) area() float64 { return max(0, x.r-x.l) * max(0, x.b-x.t) }

// shown gives the part of x that lies in y.
func (x box) shown(y box) float64 {
	if x.area() <= 0 {
		return 0
	}
	return box{max(x.l, y.l), max(x.t, y.t), min(x.r, y.r), min(x.b, y.b)}.area() / x.area()
}

// Below this part of a button on the screen people do not find or hit it.
const enoughShown = 0.25

var (
	// iOS writes {{x, y}, {w, h}} and (x y; w h), Android Rect(l, t - r, b) and [l,t][r,b].
	boxSizes   = lazy.MustCompile(`\{\{(-?[\d.]+), ?(-?[\d.]+)\}, ?\{([\d.]+), ?([\d.]+)\}\}|\((-?[\d.]+) (-?[\d.]+); ([\d.]+) ([\d.]+)\)`)
	boxNamed   = lazy.MustCompile(`(?i)\bx["']?[:=] ?(-?[\d.]+),? ?["']?y["']?[:=] ?(-?[\d.]+),? ?["']?w(?:idth)?["']?[:=] ?([\d.]+),? ?["']?h(?:eight)?["']?[:=] ?([\d.]+)`)
	boxCorners = lazy.MustCompile(`Rect\((-?\d+), ?(-?\d+) - (-?\d+), ?(-?\d+)\)|\[(-?\d+),(-?\d+)\]\[(-?\d+),(-?\d+)\]`)
	viewSize   = lazy.MustCompile(`(?i)\b(?:viewport|screen|window|inner|visible area|display|client area)(?: ?size)?\W{1,3}(\d{3,4}) ?[x×*, ] ?(\d{3,4})\b`)
	pressAt    = lazy.MustCompile(`(?i)\b(?:click|tap|touch|pointer|mouse)\w*\W[^\d{(\[]{0,24}\(?(?:x\W{1,2})?(-?\d+(?:\.\d+)?) ?, ?(?:y\W{1,2})?(-?\d+(?:\.\d+)?)\)?`)
)

// placed reads where a line of a client puts the recall's button: outside what is
// seen, or away from where the press was. A whole JSON object is read by its keys.
func (a *Attempt) placed(text string) (means, words string) {
	if a.Profile.RecallVerb(profile.Words(head(text, 4096))) == "" {
		return "", ""
	}
	if t := strings.TrimSpace(text); strings.HasPrefix(t, "{") {
		var v any
		if decode(t, &v) {
			if w := a.hiddenIn(v, viewOf(v), 0); w != "" {
				return "button_hidden", w
			}
			return "", ""
		}
	}
	boxes := boxesIn(text)
	if len(boxes) == 0 {
		return "", ""
	}
	view := box{}
	if len(boxes) > 1 && boxes[1].l <= 0 && boxes[1].t <= 0 && boxes[1].area() > boxes[0].area() {
		view = boxes[1] // "frame … outside window bounds …"
	} else if m := viewSize.FindStringSubmatch(text); m != nil {
		view = box{0, 0, numberOf(m[1]), numberOf(m[2])}
	}
	if view.area() > 0 && boxes[0].shown(view) < enoughShown {
		return "button_hidden", fmt.Sprintf("%.0f%% shown", 100*boxes[0].shown(view))
	}
	if m := pressAt.FindStringSubmatch(text); m != nil && boxes[0].area() > 0 {
		x, y := numberOf(m[1]), numberOf(m[2])
		if b := boxes[0]; x < b.l || x > b.r || y < b.t || y > b.b {
			return "tap_missed", m[0]
		}
	}
	return "", ""
}

func boxesIn(text string) (out []box) {
	for _, m := range boxSizes.FindAllStringSubmatch(head(text, 2048), 3) {
		x, y, w, h := numberOf(m[1]+m[5]), numberOf(m[2]+m[6]), numberOf(m[3]+m[7]), numberOf(m[4]+m[8])
		out = append(out, box{x, y, x + w, y + h})
	}
	for _, m := range boxNamed.FindAllStringSubmatch(head(text, 2048), 3) {
		x, y := numberOf(m[1]), numberOf(m[2])
		out = append(out, box{x, y, x + numberOf(m[3]), y + numberOf(m[4])})
	}
	for _, m := range boxCorners.FindAllStringSubmatch(head(text, 2048), 3) {
		out = append(out, box{numberOf(m[1] + m[5]), numberOf(m[2] + m[6]), numberOf(m[3] + m[7]), numberOf(m[4] + m[8])})
	}
	return out
}

func numberOf(s string) float64 {
	f, _ := strconv.ParseFloat(s, 64)
	return f
}

// viewOf finds the size of what is seen in a JSON text of a page's layout.
func viewOf(v any) box {
	fs := []field{}
	walk("", v, 0, &fs)
	view := box{}
	for _, f := range fs {
		switch f.key {
		case "inner width", "viewport width", "client width", "window width", "screen width", "vw":
			view.r = max(view.r, numberOf(f.value))
		case "inner height", "viewport height", "client height", "window height", "screen height", "vh":
			view.b = max(view.b, numberOf(f.value))
		}
	}
	if m, ok := v.(map[string]any); ok && view.area() == 0 {
		for _, k := range []string{"viewport", "window", "screen"} {
			if inner, ok := m[k].(map[string]any); ok {
				view = box{0, 0, numberIn(inner, "width", "w"), numberIn(inner, "height", "h")}
				break
			}
		}
	}
	return view
}

func numberIn(m map[string]any, keys ...string) float64 {
	for _, k := range keys {
		if t := asText(m[k]); t != "" {
			return numberOf(t)
		}
	}
	return 0
}

var (
	controlKeys = lazy.MustCompile(`^(?:selector|element|id|name|text|label|class(?: ?name)?|role|test ?id|data ?testid|aria ?label|title|node|control|button|action|item|key)$`)
	shownKeys   = lazy.MustCompile(`^(?:is ?)?(?:visible|in ?view(?:port)?|inside ?viewport|displayed|intersecting|on ?screen|shown|clickable|hittable|interactable)$`)
	hiddenKeys  = lazy.MustCompile(`^(?:is ?)?(?:hidden|clipped|cut ?off|covered|occluded|obscured|off ?screen|out ?of ?view(?:port)?|overflowed|truncated)$`)
	coverKeys   = lazy.MustCompile(`^(?:covered|occluded|obscured|overlapped) ?by$|^covering$`)
	styleHides  = lazy.MustCompile(`^(?:display none|visibility (?:hidden|collapse)|opacity 0(?:\.0+)?|pointer events none)$`)
)

// hiddenIn looks through a JSON text for the recall's control and tells by which of its members it is not to be seen.
func (a *Attempt) hiddenIn(v any, view box, depth int) string {
	if depth > 8 {
		return ""
	}
	switch x := v.(type) {
	case []any:
		for i, inner := range x {
			if w := a.hiddenIn(inner, view, depth+1); w != "" || i > 200 {
				return w
			}
		}
	case map[string]any:
		if a.isControl(x) {
			return hides(x, view)
		}
		for _, k := range slices.Sorted(maps.Keys(x)) {
			if w := a.hiddenIn(x[k], view, depth+1); w != "" {
				return w
			}
		}
	}
	return ""
}

func (a *Attempt) isControl(x map[string]any) bool {
	named, placed := false, false
	for k, v := range x {
		w := profile.Words(k)
		t, isText := v.(string)
		named = named || isText && controlKeys.MatchString(w) && a.Profile.RecallVerb(profile.Words(t)) != ""
		_, rect := v.(map[string]any)
		placed = placed || rect && (w == "rect" || w == "bounds" || w == "frame" || w == "box" || strings.Contains(w, "bounding") || w == "style") ||
			shownKeys.MatchString(w) || hiddenKeys.MatchString(w) || coverKeys.MatchString(w)
	}
	return named && placed
}

func hides(x map[string]any, view box) string {
	for _, k := range slices.Sorted(maps.Keys(x)) {
		w, v := profile.Words(k), x[k]
		b, isBool := v.(bool)
		switch {
		case isBool && (shownKeys.MatchString(w) && !b || hiddenKeys.MatchString(w) && b),
			coverKeys.MatchString(w) && asText(v) != "",
			styleHides.MatchString(w + " " + strings.ToLower(asText(v))):
			return k
		}
		m, ok := v.(map[string]any)
		if !ok {
			continue
		}
		if w == "style" || strings.Contains(w, "computed") {
			if s := hides(m, box{}); s != "" {
				return s
			}
			continue
		}
		r := box{numberIn(m, "left", "x"), numberIn(m, "top", "y"), numberIn(m, "right"), numberIn(m, "bottom")}
		if _, ok := m["right"]; !ok {
			r.r, r.b = r.l+numberIn(m, "width", "w"), r.t+numberIn(m, "height", "h")
		}
		_, hasLeft := m["left"]
		_, hasX := m["x"]
		if (hasLeft || hasX) && (r.area() == 0 || view.area() > 0 && r.shown(view) < enoughShown) {
			return k
		}
	}
	return ""
}
