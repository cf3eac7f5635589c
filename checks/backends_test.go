package checks

import (
	"math"
	"testing"
)

// The values are sums of binomial coefficients, reckoned in whole numbers.
func TestFisher(t *testing.T) {
	for _, c := range []struct {
		k, m, bad, n int
		want         float64
	}{{3, 3, 3, 9, 1.0 / 84}, {1, 1, 1, 7, 1.0 / 7}, {0, 4, 3, 10, 1}, {5, 10, 10, 40, 0.0498}, {2, 2, 2, 4, 1.0 / 6}} {
		if got := fisher(c.k, c.m, c.bad, c.n); math.Abs(got-c.want) > 0.002 {
			t.Errorf("fisher(%d of %d, %d of %d) = %.4f, want %.4f", c.k, c.m, c.bad, c.n, got, c.want)
		}
	}
}

func TestFailingMachine(t *testing.T) {
	for _, c := range []struct {
		name  string
		list  []*tally
		worst string
		word  string
	}{
		{"one fails always", []*tally{{name: "a", n: 9}, {name: "b", bad: 6, n: 6}}, "b", "strong"},
		{"all fail now and then", []*tally{{name: "a", bad: 12, n: 20}, {name: "b", bad: 11, n: 20}, {name: "c", bad: 16, n: 20}}, "", ""},
		{"one failure of many", []*tally{{name: "a", n: 9}, {name: "b", bad: 1, n: 9}}, "", ""},
		{"the recall alone", []*tally{{name: "a", n: 6}, {name: "b", bad: 1, n: 1, recall: true}}, "b", "weak"},
		{"one failure that is not the recall", []*tally{{name: "a", n: 6}, {name: "b", bad: 1, n: 1}}, "", ""},
		{"none fails", []*tally{{name: "a", n: 6}, {name: "b", n: 6}}, "", ""},
	} {
		got, p := failing(c.list)
		if got == nil {
			if c.worst != "" {
				t.Errorf("%s: nothing found", c.name)
			}
			continue
		}
		if got.name != c.worst || strength(p) != c.word {
			t.Errorf("%s: %s %s (%.4f), want %s %s", c.name, got.name, strength(p), p, c.worst, c.word)
		}
	}
}
