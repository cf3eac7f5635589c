package archive

import (
	"fmt"
	"regexp"
	"strings"
	"testing"
	"time"

	"meiqia-diag/diag/evidence"
)

// The page shows each entry at its instant, errors marked, and of a long log
// what tells most.
func TestPageShowsLogsOnOneAxis(t *testing.T) {
	opt := options(t)
	var long strings.Builder
	press := time.Date(2026, 11, 20, 10, 22, 41, 0, time.FixedZone("", 8*3600))
	for i := range 2000 {
		level := "INFO tick"
		switch i {
		case 100:
			level = "ERROR far away"
		case 200:
			level = "WARN slow"
		}
		fmt.Fprintf(&long, "%s %s %d\n", press.Add(time.Duration(i-1000)*100*time.Millisecond).Format(time.RFC3339), level, i)
	}
	opt.Evidence = append(opt.Evidence, source("long.log", evidence.ServerLog, []byte(long.String())))
	if _, err := Build(t.Context(), opt); err != nil {
		t.Fatal(err)
	}
	page := contents(t, opt.Path)["report.html"]
	for _, want := range []string{":22:41.000</time>", "ERROR recall refused", "at recall (", "ERROR far away 100", "WARN slow 200", "tick 1000<", "tick 1099<", "tick 901<", `class="ruler`} {
		if !strings.Contains(page, want) {
			t.Errorf("%q is not on the page", want)
		}
	}
	for _, not := range []string{"tick 300<", "tick 1900<", "too early"} {
		if strings.Contains(page, not) {
			t.Errorf("%q is on the page", not)
		}
	}
	if n := len(regexp.MustCompile(`<li[^>]* id="l\d+-\d+"`).FindAllString(page, -1)); n < pageLines || n > pageLines+10 {
		t.Errorf("%d entries", n)
	}
	if i := strings.Index(page, "ERROR recall refused"); !strings.Contains(page[max(0, i-400):i], " near e\"") {
		t.Errorf("the error at the press is not marked: %s", page[max(0, i-400):i])
	}
}

func TestWithoutAPressOnlyWhatIsWrongIsShown(t *testing.T) {
	doc := document()
	doc.Timeline = nil
	b := &builder{opt: Options{Doc: doc}}
	var all []line
	for i := range 1000 {
		all = append(all, line{at: time.Unix(int64(i), 0), serious: i == 500})
	}
	got := b.worthShowing(all)
	if len(got) != 2*around+1 || got[around] != 500 {
		t.Errorf("%d lines", len(got))
	}
	if got := b.worthShowing(all[:10]); len(got) != 10 {
		t.Errorf("a short log: %d lines", len(got))
	}
}
