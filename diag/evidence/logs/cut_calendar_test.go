package logs

import (
	"bytes"
	"context"
	"strings"
	"testing"
	"time"
)

// In the hour that a zone runs through twice a stamp may be of either; the time
// between its two readings is not.
func TestCutFold(t *testing.T) {
	newYork, err := time.LoadLocation("America/New_York")
	if err != nil {
		t.Fatal(err)
	}
	data := []byte("2026-11-01 00:59:59 a\n2026-11-01 01:30:00 b\n2026-11-01 02:00:00 c\n")
	for unix, want := range map[string]string{"05:30:00": "b", "06:30:00": "b", "06:00:00": "", "04:59:59": "a", "07:00:00": "c"} {
		at, err := time.Parse("2006-01-02 15:04:05", "2026-11-01 "+unix)
		if err != nil {
			t.Fatal(err)
		}
		got := cutText(t, data, LearnOptions{Zone: newYork}, CutOptions{From: at, To: at})
		if want == "" && got != "" || want != "" && !strings.HasSuffix(got, want+"\n") {
			t.Errorf("%s: %q, want %q", unix, got, want)
		}
	}
}

// The columns of a W3C log change where it says so, and again.
func TestCutColumns(t *testing.T) {
	var lines []written
	fields := []string{"#Fields: date time cs-method sc-status\n", "#Fields: sc-status time cs-method date\n", "#Fields: time cs-method sc-status\n"}
	for i := range 600 {
		at := cutFrom.Add(-time.Minute + time.Duration(i)*200*time.Millisecond).UTC()
		if i%50 == 0 {
			lines = append(lines, written{text: "#Software: IIS\n"}, written{text: "#Date: " + at.Format("2006-01-02 15:04:05") + "\n"}, written{text: fields[i/50%3]})
		}
		date, tod := at.Format("2006-01-02"), at.Format("15:04:05")
		text := []string{date + " " + tod + " GET 200\n", "200 " + tod + " GET " + date + "\n", tod + " GET 200\n"}[i/50%3]
		lines = append(lines, written{text, at, time.Second, true})
	}
	checkCut(t, lines, plainText, "", LearnOptions{}, cutTo)
}

// Years come from the file's last change, walking backwards over New Year.
func TestCutNewYear(t *testing.T) {
	for _, sp := range []spelling{spellings[11], spellings[13], spellings[14]} {
		from := time.Date(2026, 12, 31, 23, 59, 50, 0, shanghai)
		lines := made([]spelling{sp}, from.AddDate(-1, 0, 0), 1000*time.Hour, 2, "\n") // the year before, twice
		lines = append(lines, made([]spelling{sp}, from.AddDate(0, -1, 0), 13*time.Hour, 50, "\n")...)
		lines = append(lines, made([]spelling{sp}, from, time.Second, 30, "\n")...)
		lines = append(lines, made([]spelling{sp}, from.Add(time.Hour), 24*time.Hour, 20, "\n")...)
		var data, want []byte
		to := from.Add(15 * time.Second)
		for i, k := range oracle(lines, from, to) {
			data = append(data, lines[i].text...)
			if k {
				want = append(want, lines[i].text...)
			}
		}
		rd, err := Learn(sourceOf(data, from.AddDate(0, 0, 25), true), LearnOptions{Local: shanghai})
		if err != nil {
			t.Fatal(err)
		}
		for _, size := range []int{10, 1000, 1 << 20} {
			var got bytes.Buffer
			if _, err := rd.Cut(context.Background(), CutOptions{From: from, To: to, Block: size}, func(p []byte, _ int) error { got.Write(p); return nil }); err != nil {
				t.Fatal(err)
			}
			if !bytes.Equal(got.Bytes(), want) {
				t.Errorf("%s, blocks of %d:\n got %q\nwant %q", sp.name, size, got.String(), want)
			}
		}
	}
}
