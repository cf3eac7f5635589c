package seat

// box is a rectangle of the viewport, in CSS pixels.
type box struct{ X, Y, Width, Height float64 }

func (b box) holds(x, y float64) bool {
	return x >= b.X && x < b.X+b.Width && y >= b.Y && y < b.Y+b.Height
}

// Sizes of page.css.
const (
	mainWidth   = 860.0
	rowInset    = 24.0 // of main, of the list and of the row
	buttonWide  = 44.0
	buttonHigh  = 28.0
	buttonGap   = 8.0
	crowdedWide = 20.0
	crowdedHigh = 14.0
	crowdedGap  = 1.0
	firstRow    = 125.0
)

// buttons gives where the two buttons of the row stand: recall, then quote at its end.
func (a *Agent) buttons() (recall, quote box) {
	w, h, gap := buttonWide, buttonHigh, buttonGap
	if a.boot.CrowdButtons {
		w, h, gap = crowdedWide, crowdedHigh, crowdedGap
	}
	screen := float64(a.B.set.Width)
	main := min(screen, mainWidth)
	left, end := (screen-main)/2+rowInset, (screen+main)/2-rowInset
	end = max(end, left-4+float64(a.boot.RowAtLeast)-4)
	quote = box{end - w, firstRow, w, h}
	return box{quote.X - gap - w, firstRow, w, h}, quote
}

// onScreen tells whether any of a box is in the viewport.
func (a *Agent) onScreen(b box) bool {
	return b.X < float64(a.B.set.Width) && b.X+b.Width > 0
}

// hit names the element at a place, as the page's log does.
func (a *Agent) hit(x, y float64) string {
	recall, quote := a.buttons()
	switch {
	case a.boot.CoverButtons:
		return "aside#announce"
	case recall.holds(x, y):
		return "button.recall"
	case quote.holds(x, y):
		return "button.quote"
	}
	return "li.msg"
}
