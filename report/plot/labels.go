package plot

import "unicode"

// Width is about how wide a text is, in em of its own size; rather too wide than too narrow.
func Width(s string) float64 {
	w := 0.0
	for _, r := range s {
		switch {
		case r >= 0x2E80: // Chinese, its punctuation, full-width forms
			w++
		case unicode.IsUpper(r) || r == 'm' || r == 'w':
			w += 0.78
		default:
			w += 0.58
		}
	}
	return w
}

// Label is a text at a mark. It stands on a leader that rises from the mark,
// and reaches to the right of it, or to the left where it would not fit.
type Label struct {
	X, W float64 // of the mark and of the text, in one unit

	Left bool // it reaches to the left
	Row  int  // 0 is the row next to the marks
}

func (l Label) from() float64 {
	if l.Left {
		return l.X - l.W
	}
	return l.X
}

// gap is kept free between labels and leaders.
const gap = 0.3

// Pack puts labels, sorted by X, into rows so that no two overlap and no leader
// crosses a text, and tells how many rows there are. width is that of the
// drawing. Those that reach to the right are placed from right to left, each
// above what it overlaps: so their leaders rise through free space. Those that
// reach to the left are placed on top, from left to right.
func Pack(labels []Label, width float64) (rows int) {
	edge := width + 1
	for i := len(labels) - 1; i >= 0; i-- {
		l := &labels[i]
		l.Row, l.Left = -1, false
		if end := l.X + l.W; (end > width || end+gap > edge) && l.X >= l.W {
			l.Left, edge = true, l.X
		}
	}
	place := func(l *Label) {
		l.Row = 0
		for i := range labels {
			o := &labels[i]
			if o != l && o.Row >= l.Row && l.from() < o.from()+o.W+gap && o.from() < l.from()+l.W+gap {
				l.Row = o.Row + 1
			}
		}
		rows = max(rows, l.Row+1)
	}
	for i := len(labels) - 1; i >= 0; i-- {
		if !labels[i].Left {
			place(&labels[i])
		}
	}
	for i := range labels {
		if labels[i].Left {
			place(&labels[i])
		}
	}
	return rows
}
