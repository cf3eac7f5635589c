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
	got := a.worthReading(dense)
	kept := map[*logs.Entry]bool{}
	alike := 0
	for i, e := range got {
		kept[e] = true
		if i > 0 && got[i-1].Line > e.Line {
			t.Fatalf("line %d comes after line %d", e.Line, got[i-1].Line)
		}
		if strings.Contains(e.Text, "slow query") && !strings.Contains(e.Text, "31337") {
			alike++
			if d := e.At.T.Sub(press).Abs(); d > closely*time.Second {
				t.Errorf("an entry %v away was read before nearer ones", d)
			}
		}
	}
	if alike != closely {
		t.Errorf("%d entries alike were read, want %d", alike, closely)
	}
	for _, e := range must {
		if !kept[e] {
			t.Errorf("not read: %s", e.Text)
		}
	}
	dense.File.Size--
	if n := len(a.worthReading(dense)); n != len(list) {
		t.Errorf("of a log of ordinary size %d of %d entries were read", n, len(list))
	}
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
