package report

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"meiqia-diag/diag/lab/browsertest"
	"meiqia-diag/diag/lang"
)

// A busy log's entries that are alike are one line until it is pressed; a link
// to one of them opens it, a screen reader is told how many, and paper stays short.
func TestFoldedLogsInABrowser(t *testing.T) {
	inBrowsers(t, browsertest.Setup{}, func(t *testing.T, b browsertest.Viewer) {
		opt := Options{Lang: lang.EN, Logs: []Log{{Name: "logs/busy.log"}}}
		start := time.Date(2026, 11, 20, 10, 22, 36, 0, time.FixedZone("", 8*3600))
		for i := range 60 {
			x := LogLine{Number: i + 1, At: start.Add(time.Duration(i*100) * time.Millisecond), Text: fmt.Sprintf("heartbeat %d of the seat", i)}
			if i == 30 {
				x.Level, x.Serious, x.Text = "error", true, "ERROR heartbeat 30 of the seat"
			}
			opt.Logs[0].Lines = append(opt.Logs[0].Lines, x)
		}
		address := pageFile(t, expired(), opt)
		b.Navigate(address)
		folds := count(b, ".lanes .fold")
		if folds < 2 || count(b, ".lanes .fold ol li") != 0 || count(b, ".lanes .e") != 1 || count(b, ".lanes .l") > 12 {
			t.Fatalf("%d folds, %d entries in the open, %d errors, %d rows", folds, count(b, ".lanes .fold ol li"), count(b, ".lanes .e"), count(b, ".lanes .l"))
		}
		var wide bool
		b.Resize(360, 700)
		if b.Eval(`document.documentElement.scrollWidth > innerWidth`, &wide); wide {
			t.Error("wider than a small screen")
		}
		b.Resize(1280, 800)
		press(t, b, ".lanes .fold summary")
		if n := count(b, ".lanes .fold ol li"); n < 3 {
			t.Errorf("a fold that was pressed shows %d entries", n)
		}
		press(t, b, ".lanes .fold summary")
		press(t, b, "label[for=s-err]")
		if n := count(b, ".lanes .l"); n != 1 {
			t.Errorf("errors only: %d rows", n)
		}
		press(t, b, "label[for=s-all]")

		if nodes, ok := browsertest.AXTree(b); ok {
			told := false
			for _, n := range nodes {
				told = told || strings.Contains(n.Name, "lines, alike but for numbers, 10:22:36.000 to ") && strings.Contains(n.Name, "heartbeat 0 of the seat")
			}
			if !told {
				t.Error("a screen reader is not told of the lines that are alike")
			}
		}
		file := filepath.Join(t.TempDir(), "report.pdf")
		if err := os.WriteFile(file, b.Print(), 0o600); err != nil {
			t.Fatal(err)
		}
		if _, says := browsertest.AXTree(b); says {
			text := strings.Join(strings.Fields(string(poppler(t, "pdftotext", "-layout", file, "-"))), " ")
			if !strings.Contains(text, "alike but for numbers") || strings.Count(text, "heartbeat") > 14 {
				t.Errorf("on paper %d heartbeats of %d folds", strings.Count(text, "heartbeat"), folds)
			}
		}
		b.Navigate(address + "#l1-3")
		var opened bool
		if b.Eval(`document.querySelector("#l1-3").checkVisibility()`, &opened); !opened {
			if _, chromium := browsertest.AXTree(b); chromium {
				t.Error("a link to an entry does not open its fold")
			}
		}
	})
}
