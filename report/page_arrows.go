package report

import (
	"math"
	"slices"

	"meiqia-diag/diag"
)

// windowDown is where the window's name stands, of the way from lane to lane.
const windowDown = 0.6

// way is a line between the lanes, in em.
type way struct{ x, y, x2, y2 float64 }

// crosses reports whether a way runs through a text that is wide by two halves.
func (w way) crosses(mid, half, top, foot float64) bool {
	lo, hi := math.Inf(1), math.Inf(-1)
	for _, y := range []float64{top, foot} {
		y = min(max(y, min(w.y, w.y2)), max(w.y, w.y2))
		x := w.x
		if w.y2 != w.y {
			x += (w.x2 - w.x) * (y - w.y) / (w.y2 - w.y)
		}
		lo, hi = min(lo, x), max(hi, x)
	}
	if max(w.y, w.y2) < top || min(w.y, w.y2) > foot {
		return false
	}
	return hi > mid-half-0.2 && lo < mid+half+0.2
}

// free gives the place between two ends, nearest to their middle, where a text
// covers neither a way nor, if that can be, a change of scale.
func (c *course) free(from, to, half float64) float64 {
	middle := (from + to) / 2
	y := c.lane[0] + between*windowDown
	for _, cuts := range []bool{true, false} {
		for d := 0.0; d <= (to-from)/2; d += 0.25 {
			for _, mid := range []float64{middle - d, middle + d} {
				ok := !slices.ContainsFunc(c.ways, func(w way) bool { return w.crosses(mid, half, y-0.75, y+0.2) })
				ok = ok && !(cuts && slices.ContainsFunc(c.cuts, func(x float64) bool { return math.Abs(x-mid) < half+0.2 }))
				if ok {
					return mid
				}
			}
		}
	}
	return middle
}

// way draws a way, its places in percent of the width.
func (c *course) way(class string, x, y, x2, y2 float64) {
	c.line(class, x, y, x2, y2)
	c.ways = append(c.ways, way{x / 100 * c.width, y, x2 / 100 * c.width, y2})
}

// arrows draws what went from one end to the other: sloping, as it took time.
func (c *course) arrows(doc *diag.Document) {
	dev, svc := c.lane[0], c.lane[1]
	var request, arrival, last *moment
	for i := range c.list {
		m := &c.list[i]
		switch m.Kind {
		case "request":
			request, arrival = m, nil
		case "arrival":
			if request != nil {
				c.way("way", c.axis.At(request.t), dev, c.axis.At(m.t), svc)
			}
			arrival, last = m, m
		case "answer":
			switch {
			case arrival != nil:
				c.way("way", c.axis.At(arrival.t), svc, c.axis.At(m.t), dev)
			case request == nil:
			case c.failed:
				x := c.axis.At(request.t)
				x2 := x + (c.axis.At(m.t)-x)*0.3
				c.way("way lost", x, dev, x2, dev+between*0.3)
				c.dot("stop", x2, dev+between*0.3, 0.36)
			default: // it was there, nobody knows when
				x, x2 := c.axis.At(request.t), c.axis.At(m.t)
				c.way("way unknown", x, dev, (x+x2)/2, svc)
				c.way("way unknown", (x+x2)/2, svc, x2, dev)
			}
			request = nil
		case "push":
			if last != nil && laneOf(*m) == 0 {
				c.way("way", c.axis.At(last.t), svc, c.axis.At(m.t), dev)
			}
		}
	}
}
