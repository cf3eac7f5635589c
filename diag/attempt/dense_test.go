package attempt

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"meiqia-diag/diag/clock"
	"meiqia-diag/diag/evidence"
	"meiqia-diag/diag/evidence/logs"
)

func TestWorthReading(t *testing.T) {
	press := time.Date(2026, 11, 20, 2, 22, 15, 0, time.UTC)
	var list []*logs.Entry
	add := func(sec int, level logs.Level, text string) *logs.Entry {
		e := &logs.Entry{Line: len(list) + 1, Level: level, Text: text, At: clock.Stamp{T: press.Add(time.Duration(sec) * time.Second), Clock: clock.Device}}
		list = append(list, e)
		return e
	}
	for i := -2000; i < 2000; i++ {
		add(i, logs.LevelInfo, fmt.Sprintf("slow query conversation=%d took %d ms trace=%08x", 60000+i, i*i, i*7919+1<<24))
	}
	must := []*logs.Entry{
		add(-1900, logs.LevelInfo, "message 8842 stored conversation=31337"),
		add(1900, logs.LevelInfo, "slow query conversation=31337 took 5 ms trace=0badcafe"),
		add(1950, logs.LevelInfo, "a line like no other"),
	}
	a := &Attempt{ID: "8842", Press: clock.Stamp{T: press, Clock: clock.Device}}
	dense := evidence.LogFile{File: &evidence.File{Size: denseSize}, Entries: list}
	got, counted := a.worthReading(dense)
	kept := map[*logs.Entry]bool{}
	alike := 0
	for i, e := range got {
		kept[e] = true
		if i > 0 && got[i-1].Line > e.Line {
			t.Fatalf("line %d comes after line %d", e.Line, got[i-1].Line)
		}
		if strings.Contains(e.Text, "slow query") && !strings.Contains(e.Text, "31337") && !counted[e] {
			t.Errorf("an entry %v away was read before nearer ones", e.At.T.Sub(press))
		}
		if e.At.T.Sub(press).Abs() < closely/2*time.Second {
			alike++
		}
	}
	if alike != closely-1 {
		t.Errorf("%d of the nearest entries were read, want %d", alike, closely-1)
	}
	for _, e := range must {
		if !kept[e] {
			t.Errorf("not read: %s", e.Text)
		}
	}
	if n := int(2*aroundRecall/time.Second) + 1; len(counted) != n { // one a second: all of these minutes
		t.Errorf("%d entries may be counted, want %d", len(counted), n)
	}
	dense.File.Size--
	if all, _ := a.worthReading(dense); len(all) != len(list) {
		t.Errorf("of a log of ordinary size %d of %d entries were read", len(all), len(list))
	}
}

// TestSharesOfADenseLog holds that requests that fail, which are read in greater
// numbers than they have, are not counted for more than they are.
func TestSharesOfADenseLog(t *testing.T) {
	press := time.Date(2026, 11, 20, 2, 22, 15, 0, time.UTC)
	lf := evidence.LogFile{File: &evidence.File{Size: denseSize}}
	for i := range 24_000 { // a hundred a second
		level, text := logs.LevelInfo, fmt.Sprintf("GET /conversations/%d 200", i)
		if i%50 == 7 {
			level, text = logs.LevelError, fmt.Sprintf("GET /conversations/%d 502", i)
		}
		lf.Entries = append(lf.Entries, &logs.Entry{Line: i + 1, Offset: int64(i), Level: level, Text: text, At: clock.Stamp{T: press.Add(time.Duration(i-12_000) * 10 * time.Millisecond), Clock: clock.Device}})
	}
	a := &Attempt{ID: "8842", Press: clock.Stamp{T: press, Clock: clock.Device}}
	check := func(name string, least int) {
		list, counted := a.worthReading(lf)
		all, bad := 0, 0
		for _, e := range list {
			if counted[e] && lf.Counts(e) {
				if all++; e.Level == logs.LevelError {
					bad++
				}
			}
		}
		if share := float64(bad) / float64(all); all < least || share < 0.005 || share > 0.05 {
			t.Errorf("%s: %d of %d fail, and one in fifty does", name, bad, all)
		}
	}
	check("all entries are at hand", plainly*9/10)
	for i := int64(3); i < 24_000; i += 31 {
		lf.Sample = append(lf.Sample, i)
	}
	check("some were left out before", 700)
}

func BenchmarkWorthReading(b *testing.B) {
	var list []*logs.Entry
	for i := range 20_000 {
		list = append(list, &logs.Entry{Line: i + 1, Level: logs.LevelInfo, Text: fmt.Sprintf("cache hit key=conv:%d ttl=449 shard=%08x", i, i*7919)})
	}
	a, dense := &Attempt{ID: "8842"}, evidence.LogFile{File: &evidence.File{Size: denseSize}, Entries: list}
	for b.Loop() {
		a.worthReading(dense)
	}
}
