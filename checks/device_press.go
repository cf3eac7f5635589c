package checks

import (
	"fmt"
	"math"
	"strconv"

	"meiqia-diag/diag"
	"meiqia-diag/diag/attempt"
)

// What the recorder in the page saw of the press.
const (
	// DeviceTap says what became of the press that was meant for the recall
	// button: hit, missed (beside it, or another gesture), covered, swallowed
	// (a listener stopped it first), disabled, none. In the detail: distance_px
	// (CSS pixels from the button's box), target, button (left,top widthxheight),
	// by (who swallowed it: extension or page), extension, viewport.
	DeviceTap = "device.tap"
	// DeviceButton says how the recall button stood: visible, covered, outside
	// (of the screen, or cut off), hidden, disabled, absent. In the detail: why,
	// covered_by, box, viewport, zoom, pressed (yes: it was so at the press).
	DeviceButton = "device.button"
	// DeviceLongTask is ms, the longest time for which the page stood still around the press.
	DeviceLongTask = "device.long_task"
)

// press puts down what a recording tells of the press, and gives its result.
func (s *sheet) press(a *attempt.Attempt) attempt.TapResult {
	b := a.Button
	if b != nil {
		state := b.State
		if state == "scrolled" {
			state = "visible" // one scrolls to it
		}
		pressed := ""
		if a.Tap != nil && a.Tap.Result != attempt.TapNone {
			pressed = "yes"
		}
		s.add(DeviceButton, state, from(b.At.Source), at(b.At), detail("why", b.Why, "covered_by", clip(b.By, 60), "box", boxText(b.Box), "viewport", sizeText(b.Width, b.Height), "zoom", zoomText(b.Zoom), "pressed", pressed))
	}
	t := a.Tap
	if t == nil {
		return ""
	}
	var opts []option
	if t.Result != attempt.TapNone {
		p := t.Press
		by, ext := "", ""
		if t.Result == attempt.TapSwallowed {
			by = "page"
			if id, name := t.Hearer(); id != "" {
				by, ext = "extension", firstOf(name, id)
			}
		}
		distance := ""
		if t.Result == attempt.TapMissed {
			distance = strconv.FormatFloat(math.Round(p.Gap), 'f', -1, 64)
		}
		box := ""
		if p.Near != nil {
			box = boxText(p.Near.Box)
		}
		opts = append(opts, detail("why", t.Why, "distance_px", distance, "target", clip(p.Target, 60), "button", box, "by", by, "extension", clip(ext, 60), "input", p.By, "viewport", sizeText(p.Width, p.Height)))
	}
	s.add(DeviceTap, string(t.Result), append(opts, from(t.At.Source), at(t.At), detail("presses", itoa(t.Others)))...)
	if a.LongTask > 0 {
		s.add(DeviceLongTask, diag.Millis(a.LongTask), unit("ms"), from(t.At.Source), at(t.At))
	}
	return t.Result
}

func boxText(box []float64) string {
	if len(box) != 4 {
		return ""
	}
	return fmt.Sprintf("%.0f,%.0f %.0fx%.0f", box[0], box[1], box[2], box[3])
}

func sizeText(w, h float64) string {
	if w <= 0 || h <= 0 {
		return ""
	}
	return fmt.Sprintf("%.0fx%.0f", w, h)
}

func zoomText(z float64) string {
	if z == 0 || z == 1 {
		return ""
	}
	return fmt.Sprintf("%.0f%%", z*100)
}
