package diag

import (
	"math"
	"strconv"
	"strings"
	"time"

	"meiqia-diag/diag/incident"
)

// Observation is one fact that a check measured, read or was told. It never
// says whose fault anything is.
type Observation struct {
	ID          string            `json:"id"`             // from the vocabulary of package checks, as in clock.offset
	Value       any               `json:"value"`          // string, float64, bool
	Unit        string            `json:"unit,omitempty"` // ms, s, percent, count
	Uncertainty *float64          `json:"uncertainty,omitempty"`
	Low         *float64          `json:"low,omitempty"`  // interval, in Unit
	High        *float64          `json:"high,omitempty"` // interval, in Unit
	Method      string            `json:"method,omitempty"`
	Basis       incident.Basis    `json:"basis"`
	At          string            `json:"at,omitempty"`   // RFC 3339, when it was so
	Live        bool              `json:"live,omitempty"` // measured now, which need not hold for the time of the incident
	Source      string            `json:"source,omitempty"`
	Detail      map[string]string `json:"detail,omitempty"`
}

// Text gives the value as one word, as rules and tables compare and show it.
func (o Observation) Text() string {
	switch v := o.Value.(type) {
	case string:
		return v
	case bool:
		return strconv.FormatBool(v)
	case float64:
		return strconv.FormatFloat(v, 'f', -1, 64)
	}
	return ""
}

// Number gives the value as a number; ok is false when it is not one.
func (o Observation) Number() (n float64, ok bool) {
	n, ok = o.Value.(float64)
	return n, ok
}

// Float is a pointer to a number, for the optional fields.
func Float(v float64) *float64 { return &v }

// PlusMinus writes a value and the bound of its error with as many decimals as
// the bound is worth. The bound is rounded up, over what rounding the value
// adds too, so that it holds as it is written and is never nothing.
func PlusMinus(v, bound float64) (value, err string) {
	digits := 1
	switch {
	case bound < 0.01:
		digits = 3
	case bound < 1:
		digits = 2
	}
	ulp := math.Pow10(-digits)
	shown := math.Round(v/ulp) * ulp
	up := math.Ceil((bound+math.Abs(v-shown))/ulp-1e-6) * ulp // what floats add does not count
	return strconv.FormatFloat(shown, 'f', digits, 64), strconv.FormatFloat(max(up, ulp), 'f', digits, 64)
}

// AtMost writes a bound, rounded up.
func AtMost(bound float64) string {
	_, s := PlusMinus(0, bound)
	return s
}

// Millis gives a duration in milliseconds, to the microsecond.
func Millis(d time.Duration) float64 { return float64(d.Microseconds()) / 1000 }

// Observations is what all checks saw, in the contract's order.
type Observations []Observation

// All gives every observation of one id.
func (os Observations) All(id string) []Observation {
	var out []Observation
	for _, o := range os {
		if o.ID == id {
			out = append(out, o)
		}
	}
	return out
}

// First gives the first observation of one id.
func (os Observations) First(id string) (Observation, bool) {
	for _, o := range os {
		if o.ID == id {
			return o, true
		}
	}
	return Observation{}, false
}

// Word gives the first value of one id as text, "" when nothing was seen.
func (os Observations) Word(id string) string {
	o, _ := os.First(id)
	return o.Text()
}

// Has reports whether any observation of the id has the value.
func (os Observations) Has(id, value string) bool {
	for _, o := range os {
		if o.ID == id && strings.EqualFold(o.Text(), value) {
			return true
		}
	}
	return false
}
