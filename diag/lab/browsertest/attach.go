package browsertest

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/cdproto/target"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/remote"
)

// Temp gives the test a folder of its own for temporary files, with a name that
// is short enough for the sockets that browsers make there.
func Temp(t *testing.T) string {
	t.Helper()
	dir, err := os.MkdirTemp("", "bt")
	must(t, err)
	t.Cleanup(func() { _ = os.RemoveAll(dir) })
	t.Setenv("TMPDIR", dir)
	return dir
}

// Attached is a Chromium that somebody else started, with one page in it, and
// a person before it.
type Attached struct {
	*chromium
}

// Attach finds a browser that writes its port for the developer tools into a
// folder like pattern, and takes its first page over.
func Attach(t testing.TB, pattern string, s Setup) *Attached {
	t.Helper()
	address := ""
	for deadline := time.Now().Add(2 * limit); address == ""; time.Sleep(20 * time.Millisecond) {
		if files, _ := filepath.Glob(filepath.Join(pattern, "DevToolsActivePort")); len(files) == 1 {
			data, _ := os.ReadFile(files[0])
			if port, path, ok := strings.Cut(strings.TrimSpace(string(data)), "\n"); ok {
				address = "ws://127.0.0.1:" + port + path
			}
		}
		if time.Now().After(deadline) {
			t.Fatalf("no browser came up in %s", pattern)
		}
	}
	alloc, endAlloc := remote.NewAllocator(t.Context(), address, remote.NoModifyURL)
	t.Cleanup(endAlloc)
	whole, endWhole := chromedp.NewContext(alloc)
	t.Cleanup(endWhole)
	b := &Attached{&chromium{t: t, tape: newTape()}}
	for deadline := time.Now().Add(limit); b.page == nil; time.Sleep(50 * time.Millisecond) {
		list, err := chromedp.Targets(whole)
		must(t, err)
		for _, x := range list {
			// Before the recorder has gone to the workbench, the page that is asked is gone with the next step.
			if x.Type == "page" && strings.HasPrefix(x.URL, "http") && b.page == nil {
				var end context.CancelFunc
				b.page, end = chromedp.NewContext(whole, chromedp.WithTargetID(target.ID(x.TargetID)), chromedp.WithListener(b.tape.hear))
				t.Cleanup(end)
			}
		}
		if time.Now().After(deadline) {
			t.Fatal("the browser has no page")
		}
	}
	b.emulate(s)
	return b
}

// Quit closes the window, as its user does.
func (b *Attached) Quit() {
	_, _ = chromedp.Call(b.page, page.Close, cdp.Empty{})
}
