package archive

import (
	"os/exec"
	"path/filepath"
	"testing"
	"time"
)

// TestWhatIsWrittenCanBeRead: evidence that packs very well, and would be over
// the reader's limits once unpacked, stays out; and that is said.
func TestWhatIsWrittenCanBeRead(t *testing.T) {
	b := &builder{opt: Options{MaxBytes: MaxBytes}}
	for i, size := range []int64{60 << 20, 50 << 20, 64 << 20, 40 << 20} {
		b.entries = append(b.entries, entry{FileEntry: FileEntry{Name: string(rune('a' + i)), Size: size}, extra: true})
	}
	b.entries = append(b.entries, entry{FileEntry: FileEntry{Name: "report.json", Size: 1000}})
	if err := b.fit(); err != nil {
		t.Fatal(err)
	}
	if len(b.entries) != 4 || len(b.dropped) != 1 || b.dropped[0].Name != "c" {
		t.Errorf("%v", b.dropped)
	}
	for i := range maxCount + 50 {
		b.entries = append(b.entries, entry{FileEntry: FileEntry{Name: filepath.Join("logs", string(rune(0x4e00+i))), Size: 1}, extra: true})
	}
	if err := b.fit(); err != nil || len(b.entries) >= maxCount {
		t.Errorf("%d files: %v", len(b.entries), err)
	}
}

// BenchmarkValidate holds validating an archive against what a person would
// run instead: sha256sum, which can only tell that something changed.
func BenchmarkValidate(b *testing.B) {
	program, err := exec.LookPath("sha256sum")
	if err != nil {
		b.Skip("sha256sum is not to be had")
	}
	file := filepath.Join(b.TempDir(), "report.zip")
	opt := optionsFor(file)
	if _, err := Build(b.Context(), opt); err != nil {
		b.Fatal(err)
	}
	var peer time.Duration
	for b.Loop() {
		if ps, err := Validate(file); err != nil || len(ps) > 0 {
			b.Fatal(ps, err)
		}
		b.StopTimer()
		start := time.Now()
		if err := exec.Command(program, file).Run(); err != nil {
			b.Fatal(err)
		}
		peer += time.Since(start)
		b.StartTimer()
	}
	b.ReportMetric(float64(b.Elapsed())/float64(peer), "of-sha256sum")
}
