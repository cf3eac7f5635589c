package compare

import "testing"

func TestRank(t *testing.T) {
	for _, c := range []struct {
		id, word string
		want     int
	}{
		{"permission.processed_by", "none", 1}, {"permission.processed_by", "crm", -1}, {"permission.processed_by", "unknown", 0},
		{"window.asked", "in", 1}, {"window.asked", "out", -1}, {"window.asked", "", 0},
		{"sync.push", "up", 1}, {"sync.push", "down", -1}, {"sync.push", "wavering", 0},
	} {
		if got := scales[c.id].rank(c.word); got != c.want {
			t.Errorf("%s=%s ranks %d, want %d", c.id, c.word, got, c.want)
		}
	}
}
