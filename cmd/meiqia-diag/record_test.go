package main

import (
	"bytes"
	"context"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/remote"

	"meiqia-diag/diag/lab"
)

// chromium finds the browser. Its absence is a failure: a recorder that has
// recorded no browser is not known to work.
func chromium(t *testing.T) string {
	t.Helper()
	if os.Getenv("MEIQIA_DIAG_NO_BROWSER") == "1" {
		t.Skip("MEIQIA_DIAG_NO_BROWSER=1: no browser is to be started here")
	}
	for _, name := range []string{"chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome"} {
		if path, err := exec.LookPath(name); err == nil {
			return path
		}
	}
	t.Fatal("no chromium found; install it (Debian: apt-get install chromium), or set MEIQIA_DIAG_NO_BROWSER=1 to go without this test")
	return ""
}

// person is somebody at the recorded browser: a second connection, through
// which the page gets real input events.
type person struct {
	t   *testing.T
	ctx context.Context // of the workbench's page
	l   *lab.Lab
}

// recorded is what a run of `record` came to.
type recorded struct {
	t         *testing.T
	status    int
	out, errs string
	dir       string // of the recording
	profile   string
}

const (
	secretMessage  = "发错了-机密金额¥48250-请勿外传"
	secretPassword = "Geheim-Passwort-7391"
)

// recordWhile records the lab's workbench while act is done in the browser; it
// then ends as by Ctrl-C.
func recordWhile(t *testing.T, l *lab.Lab, act func(p *person), args ...string) recorded {
	t.Helper()
	tmp := t.TempDir()
	r := recorded{t: t, dir: filepath.Join(tmp, "recording"), profile: filepath.Join(tmp, "lab.yaml")}
	must(t, os.WriteFile(r.profile, l.Profile(), 0o600))
	port := freePort(t)
	args = append([]string{"record", "--lang", "en", "--browser", chromium(t), "--headless", "--window-size", "1000x700", "--for", "60s", "--profile", r.profile, "--save", r.dir,
		"--format", "json", "--no-report", "--skip", "clock,network,server", "--browser-flag=--remote-debugging-port=" + strconv.Itoa(port)}, args...)
	var out, errs bytes.Buffer
	a := newApp(args)
	a.in, a.out, a.err = strings.NewReader(""), &out, &errs
	a.inTTY, a.outTTY, a.errTTY = false, false, false
	a.env = func(string) string { return "" }
	a.lang = chooseLang(args, a.env)
	ctx, cancel := context.WithTimeout(t.Context(), 90*time.Second)
	defer cancel()
	acted := make(chan struct{})
	go func() {
		defer close(acted)
		defer a.interrupts.taken()
		if page, end := attach(ctx, port, l.URL("workbench")); page != nil {
			act(&person{t, page, l})
			end()
		} else {
			t.Error("nobody got to the browser")
		}
	}()
	r.status = a.end(a.run(ctx))
	<-acted
	r.out, r.errs = out.String(), errs.String()
	return r
}

func freePort(t *testing.T) int {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	must(t, err)
	defer l.Close()
	return l.Addr().(*net.TCPAddr).Port
}

// attach joins the page that shows the address, once it is there.
func attach(ctx context.Context, port int, url string) (context.Context, func()) {
	for ctx.Err() == nil {
		time.Sleep(50 * time.Millisecond)
		alloc, endAlloc := remote.NewAllocator(ctx, fmt.Sprintf("ws://127.0.0.1:%d/", port))
		browser, endBrowser := chromedp.NewContext(alloc, chromedp.WithLogf(func(string, ...any) {}), chromedp.WithErrorf(func(string, ...any) {}))
		list, err := chromedp.Targets(browser)
		for _, info := range list {
			if err == nil && info.Type == "page" && strings.HasPrefix(info.URL, url) {
				page, end := chromedp.NewContext(browser, chromedp.WithTargetID(info.TargetID), chromedp.WithDetachOnCancel())
				if chromedp.Do(page, chromedp.Evaluate[chromedp.Void]("1")) == nil {
					return page, func() { end(); endBrowser(); endAlloc() }
				}
				end()
			}
		}
		endBrowser()
		endAlloc()
	}
	return nil, nil
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func (p *person) do(actions ...chromedp.Action[chromedp.Void]) {
	p.t.Helper()
	ctx, cancel := context.WithTimeout(p.ctx, 15*time.Second)
	defer cancel()
	if err := chromedp.Do(ctx, actions...); err != nil {
		p.t.Errorf("at the browser: %v", err)
	}
}

// until waits for a condition on the page.
func (p *person) until(condition string) {
	p.t.Helper()
	for range 300 {
		if yes, err := chromedp.Run(p.ctx, chromedp.Evaluate[bool](condition)); err == nil && yes {
			return
		}
		time.Sleep(25 * time.Millisecond)
	}
	p.t.Errorf("never: %s", condition)
}

// sends logs in, with a password typed by hand, and sends the message.
func (p *person) sends() {
	p.t.Helper()
	p.until(`!!document.querySelector("#login button")`)
	p.do(chromedp.Clear(chromedp.CSS("#password")), chromedp.SendKeys(chromedp.CSS("#password"), secretPassword), chromedp.SetValue(chromedp.CSS("#password"), "lab-test"),
		chromedp.Click(chromedp.CSS("#login button")))
	p.until(`document.querySelector("#push").textContent.includes("已连接")`)
	p.do(chromedp.SendKeys(chromedp.CSS("#draft"), secretMessage), chromedp.Click(chromedp.CSS("#send")))
	p.until(`!!document.querySelector(".msg .recall")`)
}

// where gives the middle of an element.
func (p *person) where(css string) (x, y float64) {
	p.t.Helper()
	at, err := chromedp.Run(p.ctx, chromedp.Evaluate[[]float64](fmt.Sprintf(`(() => { const r = [...document.querySelectorAll(%q)].pop().getBoundingClientRect(); return [r.left + r.width / 2, r.top + r.height / 2, r.width, r.height] })()`, css)))
	if err != nil || len(at) != 4 {
		p.t.Errorf("no %s: %v", css, err)
		return 0, 0
	}
	return at[0], at[1]
}

// press clicks as a hand does: down, and up a moment later.
func (p *person) press(x, y float64) {
	p.t.Helper()
	p.do(chromedp.MouseEvent(chromedp.MouseMoved, x, y), chromedp.MouseEvent(chromedp.MousePressed, x, y, chromedp.ButtonLeft, chromedp.ClickCount(1)))
	time.Sleep(90 * time.Millisecond)
	p.do(chromedp.MouseEvent(chromedp.MouseReleased, x, y, chromedp.ButtonLeft, chromedp.ClickCount(1)))
}

// recalls presses the recall button of the last message.
func (p *person) recalls() {
	p.t.Helper()
	x, y := p.where(".msg .recall")
	p.press(x, y)
}

func (r recorded) read(name string) string {
	r.t.Helper()
	b, err := os.ReadFile(filepath.Join(r.dir, name))
	must(r.t, err)
	return string(b)
}

func start(t *testing.T, scenario string) *lab.Lab {
	t.Helper()
	l, err := lab.Start(t.Context(), lab.Options{Scenario: scenario, Window: time.Minute})
	must(t, err)
	t.Cleanup(func() { _ = l.Close() })
	return l
}

func TestRecordHealthy(t *testing.T) {
	l := start(t, "healthy")
	r := recordWhile(t, l, func(p *person) {
		p.sends()
		p.recalls()
		p.until(`!document.querySelector(".msg .recall")`)
		time.Sleep(1500 * time.Millisecond)
	})
	t.Log(r.status, r.errs)
	t.Log(r.out)
	os.RemoveAll("/tmp/rec-out")
	exec.Command("cp", "-r", r.dir, "/tmp/rec-out").Run()
}
