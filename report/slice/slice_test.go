package slice

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"
)

func stamp(line string) (time.Time, bool) {
	if len(line) < 19 {
		return time.Time{}, false
	}
	t, err := time.Parse("2006-01-02 15:04:05", line[:19])
	return t, err == nil
}

func at(s string) time.Time { t, _ := time.Parse("2006-01-02 15:04:05", s); return t }

func serious(line string) bool { return strings.Contains(line, "ERROR") }

func TestLines(t *testing.T) {
	long := strings.Repeat("x", 3<<20)
	log := "\tno stamp yet\n" +
		"2026-11-20 10:21:59 INFO before\n" +
		"2026-11-20 10:22:00 INFO first\r\n" +
		"2026-11-20 10:22:01 ERROR boom\n\tat a\n\n\tat b\n" +
		"2026-11-20 10:30:00 INFO after\n\tstays with after\n" +
		"2026-11-20 10:22:02 INFO late " + long + "\n" +
		"2026-11-20 10:22:03 INFO last, no end"
	want := "2026-11-20 10:22:00 INFO first\r\n2026-11-20 10:22:01 ERROR boom\n\tat a\n\n\tat b\n2026-11-20 10:22:02 INFO late " + long + "\n2026-11-20 10:22:03 INFO last, no end"
	var b strings.Builder
	st, err := Lines(context.Background(), strings.NewReader(log), &b, Options{From: at("2026-11-20 10:22:00"), To: at("2026-11-20 10:22:03"), Stamp: stamp, Serious: serious})
	if err != nil {
		t.Fatal(err)
	}
	if b.String() != want {
		t.Errorf("kept %.300q", b.String())
	}
	if st.LinesIn != 11 || st.LinesKept != 7 || st.Entries != 4 {
		t.Errorf("%+v", st)
	}
	if len(st.Errors) != 1 || st.Errors[0].Line != 2 || st.Errors[0].From != 4 || !st.Errors[0].At.Equal(at("2026-11-20 10:22:01")) {
		t.Errorf("%+v", st.Errors)
	}
	if !st.First.Equal(at("2026-11-20 10:21:59")) || !st.Last.Equal(at("2026-11-20 10:30:00")) {
		t.Errorf("%v %v", st.First, st.Last)
	}
}

func TestMax(t *testing.T) {
	log := strings.Repeat("2026-11-20 10:22:00 INFO a line\n\tits tail\n", 100)
	var b strings.Builder
	st, err := Lines(context.Background(), strings.NewReader(log), &b, Options{Stamp: stamp, Max: 1000})
	if err != nil || b.Len() > 1000 || st.Over == 0 || st.LinesKept+st.Over != 200 {
		t.Errorf("%d bytes, %+v, %v", b.Len(), st, err)
	}
}

func TestCancel(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if _, err := Lines(ctx, strings.NewReader("x\n"), &strings.Builder{}, Options{Stamp: stamp}); !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
}
