package archive

import (
	"bytes"
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"meiqia-diag/diag/evidence"
	"meiqia-diag/diag/evidence/logs"
	"meiqia-diag/report/slice"
)

// noisy is a log that packs badly, with an error in its 2,000th line.
func noisy(t *testing.T, name string, lines int) *piece {
	t.Helper()
	var log bytes.Buffer
	at := time.Date(2026, 11, 20, 10, 21, 0, 0, time.FixedZone("", 8*3600))
	seed := uint64(len(name))
	for i := range lines {
		level := "INFO"
		if i == 2_000 {
			level = "ERROR"
		}
		fmt.Fprintf(&log, "%s %s n%d ", at.Add(time.Duration(10*i)*time.Millisecond).Format(time.RFC3339), level, i)
		for range 9 {
			seed = seed*6364136223846793005 + 1442695040888963407
			fmt.Fprintf(&log, "%016x", seed)
		}
		log.WriteString("\n")
	}
	data := log.Bytes()
	p := &piece{src: source(name, evidence.ServerLog, data)}
	text, st, err := slice.Log(context.Background(), logs.Source{Name: name, Size: int64(len(data)), Open: p.src.Open}, slice.LogOptions{Max: 64 << 20})
	if err != nil || len(st.Errors) != 1 {
		t.Fatalf("%v %+v", err, st.Errors)
	}
	p.data, p.stats, p.info = text, &st, sliceInfo(st, slice.LogOptions{})
	return p
}

// TestLongLogsLoseTheirOldestLines: the logs come down to the aim together, and
// what is around an error stays.
func TestLongLogsLoseTheirOldestLines(t *testing.T) {
	short, long := noisy(t, "short.log", 3_000), noisy(t, "long.log", 12_000)
	was := len(short.data)
	const aim = 1 << 20
	trim([]*piece{short, long}, aim)
	size := packedSize(entry{data: long.data}) + packedSize(entry{data: short.data})
	if size > aim || size < aim*8/10 {
		t.Errorf("%d bytes", size)
	}
	if len(short.data) != was || short.note != nil {
		t.Error("the short one lost lines, too")
	}
	text := string(long.data)
	for _, want := range []string{" n11999 ", " ERROR n2000 ", " n1099 ", " n2999 "} {
		if !strings.Contains(text, want) {
			t.Errorf("%q is gone", want)
		}
	}
	if strings.Contains(text, " n0 ") || strings.Contains(text, " n800 ") {
		t.Error("the oldest lines are there")
	}
	if n := strings.Count(text, "\n"); long.note == nil || long.info.LinesKept != n || long.info.LinesOver != 12_000-n {
		t.Errorf("%+v, %d lines", long.info, n)
	}
	if e := long.stats.Errors; len(e) != 1 || !strings.Contains(strings.Split(text, "\n")[e[0].Line-1], "ERROR") {
		t.Errorf("%+v", e)
	}
}

// TestLogsWithinTheAimStay whatever they pack to.
func TestLogsWithinTheAimStay(t *testing.T) {
	p := noisy(t, "a.log", 3_000)
	was := p.data
	trim([]*piece{p}, Aim)
	if !bytes.Equal(p.data, was) || p.note != nil {
		t.Error("shortened")
	}
}
