package checks

import (
	"math"
	"sort"
	"strconv"
)

func round(v float64) float64 { return math.Round(v*1000) / 1000 }

func msText(v float64) string { return strconv.FormatFloat(math.Round(v), 'f', -1, 64) + " ms" }

// seconds writes milliseconds as seconds, to the tenth, or to the hundredth where the tenth would be none.
func seconds(ms float64) string {
	if s := strconv.FormatFloat(ms/1000, 'f', 1, 64); s != "0.0" {
		return s
	}
	return strconv.FormatFloat(ms/1000, 'f', 2, 64)
}

func median(vs []float64) float64 {
	if len(vs) == 0 {
		return 0
	}
	s := append([]float64(nil), vs...)
	sort.Float64s(s)
	if n := len(s); n%2 == 0 {
		return (s[n/2-1] + s[n/2]) / 2
	}
	return s[len(s)/2]
}
