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

// A machine in trouble loses some requests and is slow with the rest.
func TestImpairedMachine(t *testing.T) {
	waits := func(ms ...float64) map[string][]float64 { return map[string][]float64{"GET /unread": ms} }
	for _, c := range []struct {
		name  string
		list  []*tally
		worst string
	}{
		{"some lost, some slow", []*tally{{name: "a", n: 6, waits: waits(40, 60, 80, 30, 90, 70)}, {name: "b", bad: 2, n: 5, waits: waits(3200, 4100, 2900)}, {name: "c", n: 6, waits: waits(20, 50, 40, 95, 60, 30)}}, "b"},
		{"slow with what takes all of them long", []*tally{{name: "a", n: 4, waits: waits(4000, 5000, 3900, 4400)}, {name: "b", bad: 1, n: 4, waits: waits(5200, 4100, 4900)}}, ""},
		{"all slow and failing", []*tally{{name: "a", bad: 3, n: 6, waits: waits(5000, 60, 4000)}, {name: "b", bad: 3, n: 6, waits: waits(3200, 4100, 90)}}, ""},
		{"slow by a little", []*tally{{name: "a", n: 4, waits: waits(40, 60, 50, 30)}, {name: "b", n: 4, waits: waits(400, 600, 500, 300)}}, ""},
	} {
		got, p := failing(impaired(c.list))
		if name := nameOf(got); name != c.worst || got != nil && p > unevenChance {
			t.Errorf("%s: %q (%.4f), want %q", c.name, name, p, c.worst)
		}
	}
}

func nameOf(t *tally) string {
	if t == nil {
		return ""
	}
	return t.name
}
