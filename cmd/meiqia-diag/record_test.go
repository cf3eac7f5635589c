package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"image/color"
	"image/png"
	"net"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/cdproto/browser"
	cdpinput "github.com/chromedp/cdproto/input"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/remote"

	"meiqia-diag/diag"
	"meiqia-diag/diag/evidence/recording"
	"meiqia-diag/diag/incident"
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
	return recordTimes(t, l, 1, act, args...)
}

// recordTimes is recordWhile for several recordings in a row.
func recordTimes(t *testing.T, l *lab.Lab, times int, act func(p *person), args ...string) recorded {
	t.Helper()
	tmp := t.TempDir()
	r := recorded{t: t, dir: filepath.Join(tmp, "recording"), profile: filepath.Join(tmp, "lab.yaml")}
	must(t, os.WriteFile(r.profile, l.Profile(), 0o600))
	port := freePort(t)
	args = append([]string{"record", "--lang", "en", "--browser", chromium(t), "--headless", "--window-size", "1000x700", "--for", "60s", "--profile", r.profile, "--save", r.dir,
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

func TestRecordHealthyInABrowser(t *testing.T) {
	r := recordWhile(t, start(t, "healthy"), func(p *person) {
		p.sends()
		p.recalls()
		p.until(`!document.querySelector(".msg .recall")`)
		time.Sleep(1200 * time.Millisecond)
	}, "--video")
	r.wants("", "device.tap=hit", "device.button=visible", "browser.dispatch=sent", "server.answer=accepted")
	if b := r.read("screen.avi"); len(b) < 10_000 || b[8:12] != "AVI " {
		t.Errorf("a video of %d bytes", len(b))
	}
}

// TestRecordShowsNoTextInABrowser looks at the pixels of what was photographed: where
// the message, the names and the inputs stand, each block has one colour; the
// recall button, which is not pressed here, is shown.
func TestRecordShowsNoTextInABrowser(t *testing.T) {
	var boxes [][]float64
	var button []float64
	r := recordWhile(t, start(t, "healthy"), func(p *person) {
		p.sends()
		p.do(chromedp.SendKeys(chromedp.CSS("#draft"), secretMessage))
		got, err := chromedp.Run(p.ctx, chromedp.Evaluate[[][]float64](`[...document.querySelectorAll(".msg .text, .msg .who, #draft, h1, .msg .recall")].map(e => { const r = e.getBoundingClientRect(); return [r.left, r.top, r.right, r.bottom] })`))
		if err != nil || len(got) != 5 {
			p.t.Errorf("%v %v", got, err)
			return
		}
		for _, b := range got { // in the order of the page
			if b[2]-b[0] < 60 && b[0] > 500 {
				button = b
			} else {
				boxes = append(boxes, b)
			}
		}
		x, y := p.where(".msg .recall")
		p.press(x, y+40) // near it, so that a picture is taken
		time.Sleep(1500 * time.Millisecond)
	})
	pictures, _ := filepath.Glob(filepath.Join(r.dir, "*.png"))
	if len(pictures) < 3 || len(boxes) != 4 || button == nil {
		t.Fatalf("%d pictures, boxes %v, button %v", len(pictures), boxes, button)
	}
	const size = 20
	shown := 0
	for _, path := range pictures {
		f, err := os.Open(path)
		must(t, err)
		img, err := png.Decode(f)
		must(t, err)
		f.Close()
		colours := func(x0, y0, x1, y1 int) int {
			seen := map[color.Color]bool{}
			for y := y0; y < min(y1, img.Bounds().Dy()); y++ {
				for x := x0; x < min(x1, img.Bounds().Dx()); x++ {
					c := img.At(x, y)
					if r, g, b, _ := c.RGBA(); r>>8 == 220 && g>>8 == 20 && b>>8 == 60 {
						continue // the cross that marks the press
					}
					seen[c] = true
				}
			}
			return len(seen)
		}
		for _, b := range boxes {
			for y := int(b[1]) / size * size; y < int(b[3]); y += size {
				for x := int(b[0]) / size * size; x < int(b[2]); x += size {
					if x+size > int(button[0])-4 && x < int(button[2])+4 && y+size > int(button[1])-4 && y < int(button[3])+4 {
						continue
					}
					if n := colours(x, y, x+size, y+size); n > 1 {
						t.Fatalf("%s: %d colours at %d,%d of %v", filepath.Base(path), n, x, y, b)
					}
				}
			}
		}
		if colours(int(button[0])+3, int(button[1])+3, int(button[2])-3, int(button[3])-3) > 8 {
			shown++ // letters, with the shades at their edges
		}
	}
	if shown == 0 {
		t.Error("no picture shows the recall button")
	}
	r.secretsAreOut()
}

// TestRecordCostInABrowser has a page of three thousand messages watched while it is
// pressed about: what the recorder's own script takes is under five percent.
func TestRecordCostInABrowser(t *testing.T) {
	var spent float64
	r := recordWhile(t, start(t, "healthy"), func(p *person) {
		p.sends()
		p.do(chromedp.Evaluate[chromedp.Void](`for (let i = 0; i < 3000; i++) document.querySelector("#messages").insertAdjacentHTML("beforeend", '<li class="msg"><span class="who">x</span><span class="text">something ' + i + '</span><button class="recall quiet">撤回</button></li>')`))
		began := time.Now()
		for i := range 20 {
			p.press(300, float64(150+10*i))
			time.Sleep(300 * time.Millisecond)
		}
		spent = float64(time.Since(began).Milliseconds())
	})
	cost, presses, looks := 0.0, 0, 0
	for line := range strings.Lines(r.read("page.jsonl")) {
		var e recording.Event
		if json.Unmarshal([]byte(line), &e) != nil {
			continue
		}
		if e.Press != nil {
			presses++
			cost += e.Press.Cost
		}
		if e.Look != nil {
			looks++
			cost += e.Look.Cost
		}
	}
	share := cost / spent * 100
	t.Logf("%d presses and %d looks took %.0f ms of %.0f: %.1f %%", presses, looks, cost, spent, share)
	if presses < 20 || looks == 0 || share > 5 {
		t.Errorf("%d presses, %d looks, %.1f %% of the page's time", presses, looks, share)
	}
}

func TestRecordTapBesideInABrowser(t *testing.T) {
	r := recordWhile(t, start(t, "healthy"), func(p *person) {
		p.sends()
		x, y := p.where(".msg .recall")
		p.press(x, y+30)
		time.Sleep(time.Second)
	})
	r.wants("trigger.missed-tap", "device.tap=missed", "device.button=visible", "browser.dispatch=absent", "device.tap[distance_px]=1")
}

func TestRecordCoveredInABrowser(t *testing.T) {
	r := recordWhile(t, start(t, "healthy"), func(p *person) {
		p.sends()
		p.do(chromedp.Evaluate[chromedp.Void](`document.body.insertAdjacentHTML("beforeend", '<div id="promo" style="position:fixed;right:0;top:0;width:420px;height:300px;z-index:9"></div>')`))
		p.recalls()
		time.Sleep(time.Second)
	})
	r.wants("trigger.button-hidden", "device.tap=covered", "device.button=covered", "device.tap[target]=div#promo")
}

func TestRecordOutsideOfANarrowScreenInABrowser(t *testing.T) {
	r := recordWhile(t, start(t, "healthy"), func(p *person) {
		p.do(chromedp.Evaluate[chromedp.Void](`document.head.insertAdjacentHTML("beforeend", '<style>.msg{width:520px} html,body{overflow-x:hidden}</style>')`))
		p.sends()
		p.press(200, 400)
		time.Sleep(2500 * time.Millisecond)
	}, "--window-size", "320x640")
	r.wants("trigger.button-hidden", "device.button=outside", "device.tap=none", "device.button[viewport]=320x")
}

func TestRecordBusyPageInABrowser(t *testing.T) {
	r := recordWhile(t, start(t, "healthy"), func(p *person) {
		p.sends()
		x, y := p.where(".msg .recall")
		p.do(chromedp.Evaluate[chromedp.Void](`setTimeout(() => { const end = performance.now() + 5000; while (performance.now() < end); }, 50)`))
		time.Sleep(200 * time.Millisecond)
		for _, typ := range []cdpinput.DispatchMouseEventType{chromedp.MousePressed, chromedp.MouseReleased} { // which is answered when the page is free again
			go func() {
				_ = chromedp.Do(p.ctx, chromedp.MouseEvent(typ, x, y, chromedp.ButtonLeft, chromedp.ClickCount(1)))
			}()
			time.Sleep(90 * time.Millisecond)
		}
		p.until(`!document.querySelector(".msg .recall")`)
		time.Sleep(1200 * time.Millisecond)
	})
	r.wants("trigger.device-slow", "device.tap=hit", "server.answer=accepted")
	doc := r.document()
	if o, _ := doc.Observations().First("device.long_task"); o.Text() < "4" {
		t.Errorf("long task %v", o)
	}
	if d, _ := doc.Observations().First("device.press_delay"); d.Value.(float64) < 4000 || d.Value.(float64) > 6000 {
		t.Errorf("press delay %v", d)
	}
}

// extension writes an unpacked extension into a folder of its own.
func extension(t *testing.T, manifest string, files ...string) string {
	t.Helper()
	dir := t.TempDir()
	must(t, os.WriteFile(filepath.Join(dir, "manifest.json"), []byte(manifest), 0o600))
	for i := 0; i+1 < len(files); i += 2 {
		must(t, os.WriteFile(filepath.Join(dir, files[i]), []byte(files[i+1]), 0o600))
	}
	return dir
}

func TestRecordSwallowedClickInABrowser(t *testing.T) {
	ext := extension(t, `{"manifest_version":3,"name":"Click Shield","version":"1.2","content_scripts":[{"matches":["<all_urls>"],"js":["c.js"],"run_at":"document_start"}]}`,
		"c.js", `document.addEventListener("click", (e) => { if (e.target.closest(".recall")) { e.stopImmediatePropagation(); e.preventDefault(); } }, true);`)
	r := recordWhile(t, start(t, "healthy"), func(p *person) {
		p.sends()
		p.recalls()
		time.Sleep(1500 * time.Millisecond)
	}, "--load-extension", ext)
	r.wants("dispatch.extension-blocked", "device.tap=swallowed", "device.tap[by]=extension", "device.tap[extension]=Click Shield", "browser.dispatch=absent")
}

func TestRecordBlockedByExtensionInABrowser(t *testing.T) {
	ext := blocker(t)
	r := recordWhile(t, start(t, "healthy"), func(p *person) {
		p.sends()
		p.recalls()
		time.Sleep(1500 * time.Millisecond)
	}, "--load-extension", ext)
	r.wants("dispatch.extension-blocked", "device.tap=hit", "browser.dispatch=blocked", "browser.blocked_by[extension]=No Recalls")
}

// blocker is an extension whose rule stops recalls.
func blocker(t *testing.T) string {
	return extension(t, `{"manifest_version":3,"name":"No Recalls","version":"2.0","permissions":["declarativeNetRequest"],"host_permissions":["<all_urls>"],"declarative_net_request":{"rule_resources":[{"id":"r","enabled":true,"path":"r.json"}]}}`,
		"r.json", `[{"id":1,"priority":1,"action":{"type":"block"},"condition":{"urlFilter":"/recall","resourceTypes":["xmlhttprequest"]}}]`)
}

func TestRecordContentSecurityPolicyInABrowser(t *testing.T) {
	r := recordWhile(t, start(t, "healthy"), func(p *person) {
		p.sends()
		p.do(chromedp.Evaluate[chromedp.Void](`document.head.insertAdjacentHTML("beforeend", '<meta http-equiv="Content-Security-Policy" content="connect-src \'self\'">')`))
		p.recalls()
		time.Sleep(1500 * time.Millisecond)
	})
	r.wants("dispatch.browser-settings", "device.tap=hit", "browser.dispatch=policy", "browser.dispatch[reason]=csp")
}

// userData makes a user data folder with the given unpacked extensions in it,
// and what must never be copied beside them.
func userData(t *testing.T, extensions ...string) string {
	t.Helper()
	dir := t.TempDir()
	list := map[string]any{}
	for i, path := range extensions {
		list[strings.Repeat(string(rune('a'+i)), 32)] = map[string]any{"path": path, "location": 4, "disable_reasons": []int{}}
	}
	prefs, err := json.Marshal(map[string]any{"extensions": map[string]any{"settings": list, "ui": map[string]any{"developer_mode": true}}})
	must(t, err)
	must(t, os.MkdirAll(filepath.Join(dir, "Default", "Network"), 0o700))
	must(t, os.WriteFile(filepath.Join(dir, "Local State"), []byte("{}"), 0o600))
	must(t, os.WriteFile(filepath.Join(dir, "Default", "Preferences"), prefs, 0o600))
	for _, name := range []string{"Cookies", "Network/Cookies", "Login Data", "Web Data", "History"} {
		must(t, os.WriteFile(filepath.Join(dir, "Default", name), []byte("not to be opened"), 0o000))
	}
	return dir
}

func TestRecordCompareInABrowser(t *testing.T) {
	l := start(t, "healthy")
	times := 0
	r := recordTimes(t, l, 2, func(p *person) {
		times++
		p.sends()
		p.recalls()
		time.Sleep(1200 * time.Millisecond)
	}, "--compare", "--user-data", userData(t, blocker(t)))
	if times != 2 {
		t.Fatalf("recorded %d times: %s", times, r.errs)
	}
	r.wants("dispatch.extension-blocked", "browser.compare=works-without", "browser.dispatch=blocked", "browser.blocked_by[extension]=No Recalls")
	doc := r.document()
	if doc.Compared == nil || doc.Compared.With.Dispatch != "stopped" || doc.Compared.Without.Result != "accepted" {
		t.Fatalf("%+v", doc.Compared)
	}
	blocked := false
	for _, d := range doc.Compared.Differences {
		blocked = blocked || d.What == "request" && strings.Contains(d.Of, "/recall") && d.With == "blocked by an extension" && d.Without == "ok"
	}
	if !blocked {
		t.Errorf("the blocked request is not named: %+v", doc.Compared.Differences)
	}
	_, text, _ := call(t, nil, "", "recall", "--lang", "en", "--profile", r.profile, "--evidence", r.dir, "--no-report", "--offline")
	if !strings.Contains(text, "Without extensions and settings the same recall worked") || !strings.Contains(text, "with blocked by an extension") {
		t.Errorf("the text does not name the difference:\n%s", text)
	}
}

func TestRecordEndsInABrowser(t *testing.T) {
	t.Run("window closed", func(t *testing.T) {
		r := recordWhile(t, start(t, "healthy"), func(p *person) {
			p.sends()
			p.recalls()
			p.until(`!document.querySelector(".msg .recall")`)
			_ = chromedp.Do(p.ctx, func(ctx context.Context, t *chromedp.Target) (chromedp.Void, error) {
				return chromedp.Void{}, t.Call(ctx, page.CommandClose, nil, nil)
			})
			time.Sleep(2 * time.Second) // else this test ends it as Ctrl-C does
		})
		r.wants("", "server.answer=accepted")
		if m := r.manifest(); m.EndedBy != "window-closed" {
			t.Errorf("ended by %s", m.EndedBy)
		}
	})
	t.Run("time limit", func(t *testing.T) {
		r := recordWhile(t, start(t, "healthy"), func(p *person) {
			p.sends()
			<-p.ctx.Done()
		}, "--for", "4s")
		if m := r.manifest(); m.EndedBy != "time-limit" || !strings.Contains(r.errs, "time limit was reached") {
			t.Errorf("ended by %s: %s", m.EndedBy, r.errs)
		}
	})
	t.Run("browser killed", func(t *testing.T) {
		r := recordWhile(t, start(t, "healthy"), func(p *person) {
			p.sends()
			p.recalls()
			p.until(`!document.querySelector(".msg .recall")`)
			_ = chromedp.Do(p.ctx, func(ctx context.Context, t *chromedp.Target) (chromedp.Void, error) {
				return chromedp.Void{}, t.Call(ctx, browser.CommandCrash, nil, nil)
			})
			time.Sleep(4 * time.Second)
		})
		r.wants("", "server.answer=accepted")
		if m := r.manifest(); m.EndedBy != "vanished" || !strings.Contains(r.errs, "crashed or was killed") {
			t.Errorf("ended by %s: %s", m.EndedBy, r.errs)
		}
	})
}

func (r recorded) manifest() (m recording.Manifest) {
	r.t.Helper()
	line, _, _ := strings.Cut(r.read("page.jsonl"), "\n")
	must(r.t, json.Unmarshal([]byte(line), &m))
	return m
}

// TestRecordCannot is what a person reads when a recording cannot begin.
func TestRecordCannot(t *testing.T) {
	exe := chromium(t)
	noDisplay := func(k string) {
		t.Setenv(k, "")
	}
	noDisplay("DISPLAY")
	noDisplay("WAYLAND_DISPLAY")
	for _, c := range []struct {
		name string
		args []string
		says string
	}{
		{"no display", []string{"--browser", exe}, "there is no display"},
		{"no such browser", []string{"--browser", "netscape"}, "there is no browser \"netscape\""},
		{"not a browser", []string{"--browser", "/bin/true", "--headless"}, "the browser did not start"},
		{"no profile there", []string{"--browser", exe, "--my-extensions", "--user-data", t.TempDir(), "--headless"}, "there is no browser profile here"},
		{"no address", []string{"--browser", exe, "--url", "ftp://x", "--headless"}, "this is no address"},
		{"window size", []string{"--window-size", "huge"}, "this is no size of a window"},
		{"folder in use", []string{"--browser", exe, "--headless", "--save", "testdata"}, "the folder is not empty"},
	} {
		t.Run(c.name, func(t *testing.T) {
			status, out, errs := call(t, nil, "", append([]string{"record", "--lang", "en", "--no-report"}, c.args...)...)
			if status != 2 || out != "" || !strings.Contains(errs, c.says) || strings.Count(errs, "error: ") != 1 {
				t.Errorf("%d %q\n%s", status, out, errs)
			}
		})
	}
}

// A page that refuses by itself sends nothing, and says why: that is kept.
func TestRecordRefusedByThePageInABrowser(t *testing.T) {
	l, err := lab.Start(t.Context(), lab.Options{Scenario: "window-expired", Window: 2 * time.Second})
	must(t, err)
	t.Cleanup(func() { _ = l.Close() })
	r := recordWhile(t, l, func(p *person) {
		p.sends()
		time.Sleep(3 * time.Second)
		p.recalls()
		time.Sleep(1500 * time.Millisecond)
	})
	r.wants("decision.window-expired", "device.tap=hit")
	doc := r.document()
	if f, ok := doc.Incident.Get(incident.AttemptAt); !ok || f.Basis != incident.Measured {
		t.Errorf("the press is not measured: %+v", f)
	}
	if f, ok := doc.Incident.Get(incident.ErrorText); !ok || f.Basis != incident.Measured || !strings.Contains(fmt.Sprint(f.Value), "无法撤回") {
		t.Errorf("what the page said is not kept: %+v\n%s", f, r.read("page.jsonl"))
	}
}
