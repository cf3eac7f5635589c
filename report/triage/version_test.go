package triage

import (
	"math/rand/v2"
	"slices"
	"testing"
)

func TestVersionsAreOrderedAsVersions(t *testing.T) {
	want := []string{"4.9.9", "5.2.0-alpha", "5.2.0-beta.2", "5.2.0-beta.10", "5.2.0-rc1", "5.2", "5.2.0+build7", "v5.2.0", "5.2.1", "5.2.1-1", "5.2.1-2", "5.2.1-10", "5.9", "5.10", "05.11", "2026.9.2", "2026.11.20-1", "2026.11.20-2", "99999999999999999999999"}
	got := slices.Clone(want)
	r := rand.New(rand.NewPCG(1, 1))
	for range 20 {
		r.Shuffle(len(got), func(i, j int) { got[i], got[j] = got[j], got[i] })
		slices.SortFunc(got, compareVersions)
		same := map[string]bool{"5.2": true, "5.2.0+build7": true, "v5.2.0": true} // equal as versions
		for i := range got {
			if got[i] != want[i] && !(same[got[i]] && same[want[i]]) {
				t.Fatalf("place %d: %s, want %s\n%q", i, got[i], want[i], got)
			}
		}
	}
}

// Any texts have one order: antisymmetric and transitive.
func FuzzVersionOrder(f *testing.F) {
	f.Add("5.2.1", "5.2.1-beta", "v5.2")
	f.Add("", "0", "00")
	f.Add("版本1", "1.0b", "a.b.c-rc")
	f.Add("1.alpha", "1.0.alpha", "1")
	f.Fuzz(func(t *testing.T, a, b, c string) {
		if compareVersions(a, b) != -compareVersions(b, a) {
			t.Errorf("%q and %q", a, b)
		}
		if compareVersions(a, b) <= 0 && compareVersions(b, c) <= 0 && compareVersions(a, c) > 0 {
			t.Errorf("%q ≤ %q ≤ %q", a, b, c)
		}
	})
}
