package diag

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
	all := s.Points
	kept := Telling(len(all), func(i int) bool { return all[i].Main }, func(i int) bool { return all[i].State != "" })
	if len(kept) == len(all) {
		return
	}
	s.Points = make([]Point, 0, len(kept)) // of its own: all may be a great many
	for _, i := range kept {
		s.Points = append(s.Points, all[i])
	}
	s.Left += len(all) - len(kept)
}

// Telling picks at most MaxPoints out of n points, in their order: first those of
// the recall, then those that are not sound, then every so many of the rest.
func Telling(n int, recall, unsound func(i int) bool) []int {
	keep := make([]bool, n)
	room := min(n, MaxPoints)
	take := func(want func(i int) bool) {
		var of []int
		for i := range n {
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
	take(recall)
	take(unsound)
	take(func(int) bool { return true })
	out := make([]int, 0, min(n, MaxPoints))
	for i, k := range keep {
		if k {
			out = append(out, i)
		}
	}
	return out
}
