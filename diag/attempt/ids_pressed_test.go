package attempt

import "testing"

// A client that never learned the service's id asks for the message by its own.
func TestPressedAliases(t *testing.T) {
	const ask = "[2026-11-20 10:22:41.010] [info] (undo) undo requested msg=tmp_1793780907376 conv=c_1\n[2026-11-20 10:22:41.110] [warn] (undo) undo failed msg=tmp_1793780907376 code=404 \"no such message\"\n"
	for _, c := range []struct {
		name, text string
		want       int
	}{
		{"only the made-up id", ask, 1},
		{"the real one as well", ask + "[2026-11-20 10:22:42.110] [info] (undo) undo requested msg=8842 conv=c_1\n", 0},
		{"two of them", ask + "[2026-11-20 10:22:42.110] [info] (undo) undo requested msg=tmp_1793780907999 conv=c_1\n", 0},
	} {
		if a := build(t, known, "main.log", c.text); len(a.alias) != c.want {
			t.Errorf("%s: %v", c.name, a.alias)
		}
	}
}
