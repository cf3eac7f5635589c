package diag

import "slices"

// Series is a run of measurements one by one, beside the observations that sum
// them up. It is there to be drawn; no rule looks at it.
type Series struct {
	ID     string  `json:"id"`              // of the observation that it belongs to, or network.requests
	Unit   string  `json:"unit"`            // of the values: ms
	Axis   string  `json:"axis"`            // what Point.At counts: ms since start, or probe (the number of the probe)
	Start  string  `json:"start,omitempty"` // RFC 3339, as Clock showed it
	Clock  string  `json:"clock,omitempty"` // device browser service unknown
	Method string  `json:"method,omitempty"`
	Live   bool    `json:"live,omitempty"` // measured now, not at the time of the incident
	Source string  `json:"source,omitempty"`
	Left   int     `json:"left_out,omitempty"` // points beyond MaxPoints
	Points []Point `json:"points"`             // by At
}

// Point is one measurement of a series.
type Point struct {
	At    float64  `json:"at"`
	Value *float64 `json:"value,omitempty"` // none where nothing came back
	State string   `json:"state,omitempty"` // "" for sound; lost failed refused
	What  string   `json:"what,omitempty"`  // what was asked, without its query
	Main  bool     `json:"main,omitempty"`  // the recall itself
}

// MaxPoints bounds a series: a plot, not a log.
const MaxPoints = 300

// Bound keeps the points that tell most: those that are not sound, the recall,
// and of the rest every so many.
func (s *Series) Bound() {
	if len(s.Points) <= MaxPoints {
		return
	}
	all := s.Points
	keep := make([]bool, len(all))
	room := MaxPoints
	take := func(want func(i int) bool) {
		var of []int
		for i := range all {
			if !keep[i] && want(i) {
				of = append(of, i)
			}
		}
		n := min(room, len(of))
		for k := range n {
			keep[of[k*len(of)/n]] = true
		}
		room -= n
	}
	take(func(i int) bool { return all[i].Main })
	take(func(i int) bool { return all[i].State != "" })
	take(func(int) bool { return true })
	i := -1
	s.Points = slices.DeleteFunc(slices.Clone(all), func(Point) bool { i++; return !keep[i] })
	s.Left += len(all) - len(s.Points)
}
