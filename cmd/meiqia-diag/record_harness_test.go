package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"math"
	"net"
	"net/url"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/remote"

	"meiqia-diag/diag"
	"meiqia-diag/diag/lab"
	"meiqia-diag/diag/realbrowser"
)

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
	return recordTimes(t, l, 1, act, args...)
}

// recordTimes is recordWhile for several recordings in a row.
func recordTimes(t *testing.T, l *lab.Lab, times int, act func(p *person), args ...string) recorded {
	t.Helper()
	tmp := t.TempDir()
	r := recorded{t: t, dir: filepath.Join(tmp, "recording"), profile: filepath.Join(tmp, "lab.yaml")}
	must(t, os.WriteFile(r.profile, l.Profile(), 0o600))
	port := freePort(t)
	args = append([]string{"record", "--lang", "en", "--browser", realbrowser.Chromium(t), "--headless", "--window-size", "1000x700", "--for", "60s", "--profile", r.profile, "--save", r.dir,
		"--format", "json", "--no-report", "--offline", "--browser-flag=--remote-debugging-port=" + strconv.Itoa(port)}, args...)
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
		for range times {
			page, end := attach(ctx, port, l.URL("workbench"))
			if page == nil {
				t.Error("nobody got to the browser")
			} else {
				act(&person{t, page, l})
				end()
			}
			a.interrupts.taken()
			for range 200 { // until that browser is gone, so that nobody goes on in it
				c, err := net.Dial("tcp", fmt.Sprintf("127.0.0.1:%d", port))
				if err != nil {
					break
				}
				c.Close()
				time.Sleep(50 * time.Millisecond)
			}
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

// document is the diagnosis that was printed.
func (r recorded) document() *diag.Document {
	r.t.Helper()
	doc, err := diag.ReadDocument([]byte(r.out))
	if err != nil {
		r.t.Fatalf("no document: %v\n%s\n%s", err, r.out, r.errs)
	}
	return doc
}

// wants compares the diagnosis with what was staged: the primary cause ("" for
// healthy), and observations as "id=value" or "id[detail]=value".
func (r recorded) wants(cause diag.Code, obs ...string) {
	r.t.Helper()
	doc := r.document()
	got := diag.Code("")
	if doc.Verdict.Outcome == diag.Explained {
		got = doc.Verdict.Causes[0].Code
	}
	if got != cause || cause == "" && doc.Verdict.Outcome != diag.Healthy {
		r.t.Errorf("%s %q, want %q\n%s", doc.Verdict.Outcome, got, cause, doc.Verdict.Summary.EN)
	}
	all := doc.Observations()
	for _, want := range obs {
		key, value, _ := strings.Cut(want, "=")
		id, detail, _ := strings.Cut(strings.TrimSuffix(key, "]"), "[")
		found := false
		for _, o := range all.All(id) {
			found = found || detail == "" && o.Text() == value || detail != "" && strings.Contains(o.Detail[detail], value)
		}
		if !found {
			r.t.Errorf("%s was not observed: %v", want, all.All(id))
		}
	}
	if r.t.Failed() {
		keep := filepath.Join(os.TempDir(), "recordings", r.t.Name())
		_ = os.RemoveAll(keep)
		_ = os.CopyFS(keep, os.DirFS(r.dir))
		r.t.Logf("kept in %s\n%s", keep, r.errs)
	}
	r.same(doc)
	r.secretsAreOut()
}

// same asks recall for the diagnosis of the recording, which must be the very same.
func (r recorded) same(doc *diag.Document) {
	r.t.Helper()
	status, out, errs := call(r.t, nil, "", "recall", "--lang", "en", "--profile", r.profile, "--evidence", r.dir, "--format", "json", "--no-report", "--offline")
	again, err := diag.ReadDocument([]byte(out))
	if err != nil || status != r.status {
		r.t.Fatalf("recall --evidence: %d, %v, %s", status, err, errs)
	}
	for i := range doc.Verdict.Causes { // which leans a little on what is measured now, such as how busy this device is
		if i < len(again.Verdict.Causes) && math.Abs(doc.Verdict.Causes[i].Probability-again.Verdict.Causes[i].Probability) <= 0.02 {
			again.Verdict.Causes[i].Probability = doc.Verdict.Causes[i].Probability
		}
	}
	text := func(d *diag.Document) string {
		v, err := json.Marshal(d.Verdict)
		must(r.t, err)
		for i, c := range d.Checks {
			if c.ID != "device" && c.ID != "browser" {
				d.Checks[i].Observations = nil
			}
			for j := range c.Observations { // what is measured now is not in the recording
				if c.Observations[j].Live || strings.HasPrefix(c.Observations[j].ID, "browser.installed") {
					c.Observations[j] = diag.Observation{}
				}
			}
		}
		o, err := json.Marshal(d.Observations())
		must(r.t, err)
		return string(v) + "\n" + string(o)
	}
	if a, b := text(doc), text(again); a != b {
		r.t.Errorf("recall --evidence says something else:\n%s\n%s", a, b)
	}
}

// secretsAreOut looks through every recorded byte for what was typed.
func (r recorded) secretsAreOut() {
	r.t.Helper()
	files := 0
	must(r.t, filepath.WalkDir(r.dir, func(path string, d os.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		files++
		b, err := os.ReadFile(path)
		for _, secret := range []string{secretMessage, "机密", "48250", secretPassword, "lab-test", url.QueryEscape("机密"), strings.Trim(strconv.QuoteToASCII("机密"), `"`)} {
			if bytes.Contains(b, []byte(secret)) {
				r.t.Errorf("%q is in %s", secret, d.Name())
			}
		}
		return err
	}))
	if files < 3 {
		r.t.Errorf("only %d files", files)
	}
}
