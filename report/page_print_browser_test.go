package report

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"meiqia-diag/diag/lab/browsertest"
	"meiqia-diag/diag/lang"
)

// poppler runs one of the PDF tools; their absence is a failure.
func poppler(t *testing.T, tool string, args ...string) []byte {
	t.Helper()
	path, err := exec.LookPath(tool)
	if err != nil {
		t.Fatalf("no %s found; install poppler-utils", tool)
	}
	out, err := exec.Command(path, args...).Output()
	if err != nil {
		t.Fatalf("%s: %v", tool, err)
	}
	return out
}

// On paper the page is light, on A4, its text can be selected, and what was
// folded is open.
func TestPagePrintsInABrowser(t *testing.T) {
	inBrowsers(t, browsertest.Setup{Dark: true}, func(t *testing.T, b browsertest.Viewer) {
		doc := skewed()
		b.Navigate(pageFile(t, doc, withLogs(lang.ZH)))
		dir := t.TempDir()
		file := filepath.Join(dir, "report.pdf")
		if err := os.WriteFile(file, b.Print(), 0o600); err != nil {
			t.Fatal(err)
		}
		// Firefox writes Chinese glyphs without saying which characters they are, and
		// some Latin ones with them: its paper is only looked at.
		_, says := browsertest.AXTree(b)
		text := strings.Join(strings.Fields(string(poppler(t, "pdftotext", "-layout", file, "-"))), "")
		for _, want := range []string{"点撤回时已经发送2分43秒", "撤回经过的六个阶段", "时间线", "钟差0.2秒，解释不了晚了的43秒", "ERRORrecallrefused", "重现步骤", "打印时只列出"} {
			if says && !strings.Contains(text, want) {
				t.Errorf("%q is not on paper:\n%.3000s", want, text)
			}
		}
		for _, not := range []string{"entry0of", "Theten", "跳到正文", "只看错误"} {
			if strings.Contains(text, not) {
				t.Errorf("%q is on paper", not)
			}
		}
		if words := strings.Count(text, ""); words < 1500 {
			t.Errorf("%d characters on paper", words)
		}
		info := string(poppler(t, "pdfinfo", file))
		if !strings.Contains(info, "A4") {
			t.Errorf("not A4: %s", info)
		}
		picture := filepath.Join(dir, "p")
		poppler(t, "pdftoppm", "-r", "20", "-gray", file, picture)
		pages, _ := filepath.Glob(picture + "*.pgm")
		if len(pages) == 0 || len(pages) > 14 {
			t.Errorf("%d pages", len(pages))
		}
		for _, p := range pages {
			data, err := os.ReadFile(p)
			if err != nil {
				t.Fatal(err)
			}
			bright, pixels := 0, data[len(data)-165*230:]
			for _, v := range pixels {
				if v > 200 {
					bright++
				}
			}
			if bright < len(pixels)/2 {
				t.Errorf("%s is dark: %d of %d pixels are light", filepath.Base(p), bright, len(pixels))
			}
		}
	})
}
