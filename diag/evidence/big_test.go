package evidence

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// bigText is a log of some megabytes around an attempt, with a few entries that
// name the message far from it, one of them in the lines below its stamp.
func bigText(line func(at time.Time, msg string) string, attempt time.Time) string {
	var b strings.Builder
	at := attempt.Add(-20 * time.Hour)
	for i := 0; b.Len() < 3<<20; i++ {
		b.WriteString(line(at, fmt.Sprintf("INFO n=%d 会话 %s", i, strings.Repeat("x", 40))))
		if i%5 == 0 {
			b.WriteString("\tat a frame\n")
		}
		switch i {
		case 3000:
			b.WriteString(line(at, "INFO sent msg=8842001"))
		case 9000:
			b.WriteString("\tmsg=8842001 in a stack\n\tand on\n")
		}
		at = at.Add(3 * time.Second)
	}
	return b.String()
}

// A big log tells the same when only what matters of it is parsed.
func TestBigLog(t *testing.T) {
	zone := time.FixedZone("+08:00", 8*3600)
	attempt := time.Date(2026, 11, 20, 10, 22, 41, 0, zone)
	real := bigLog
	t.Cleanup(func() { bigLog = real })
	for name, text := range map[string]string{
		"iso": bigText(func(at time.Time, m string) string {
			return at.Format("2006-01-02T15:04:05.000Z07:00 ") + m + "\n"
		}, attempt),
		"local":  bigText(func(at time.Time, m string) string { return at.Format("2006-01-02 15:04:05,000 ") + m + "\n" }, attempt),
		"syslog": bigText(func(at time.Time, m string) string { return at.Format("Jan _2 15:04:05 host app: ") + m + "\n" }, attempt),
		"json": bigText(func(at time.Time, m string) string {
			return fmt.Sprintf(`{"level":30,"time":%d,"msg":%q}`+"\n", at.UnixMilli(), m)
		}, attempt),
	} {
		path := filepath.Join(t.TempDir(), "a.log")
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		read := func(size int64) *Set {
			bigLog = size
			return Read(context.Background(), []string{path}, Options{Attempt: attempt, Zone: zone, KeepLine: func(s string) bool { return strings.Contains(s, "8842001") }, Named: "8842001"})
		}
		small, big := read(1<<60), read(1)
		if len(small.Logs) != 1 || len(big.Logs) != 1 {
			t.Fatalf("%s: %d and %d logs", name, len(small.Logs), len(big.Logs))
		}
		want, got := small.Logs[0], big.Logs[0]
		// Of a log whose zone is assumed a whole day is kept when it is small: a
		// zone that is wrong is then told from what it says.
		near := want.Entries[:0:0]
		for _, e := range want.Entries {
			if e.At.T.Sub(attempt).Abs() <= Margin || strings.Contains(e.Text, "8842001") {
				near = append(near, e)
			}
		}
		own := got.Entries[:0:0]
		for _, e := range got.Entries {
			if e.At.T.Sub(attempt).Abs() <= Margin || strings.Contains(e.Text, "8842001") {
				own = append(own, e)
			}
		}
		if len(near) < 1000 {
			t.Fatalf("%s: only %d entries near", name, len(near))
		}
		if d := cmp.Diff(near, own); d != "" {
			t.Errorf("%s: %d and %d entries: %.1500s", name, len(near), len(own), d)
		}
		if got.Info.Lines != want.Info.Lines || !got.Info.First.Equal(want.Info.First) || !got.Info.Last.Equal(want.Info.Last) || got.Info.Kind != want.Info.Kind || got.Info.Zone != want.Info.Zone || got.Info.Layout != want.Info.Layout {
			t.Errorf("%s: %+v\nwant %+v", name, got.Info, want.Info)
		}
	}
}
