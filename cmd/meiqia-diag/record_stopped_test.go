package main

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/cdproto/browser"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/chromedp"

	"meiqia-diag/diag/evidence/recording"
	"meiqia-diag/diag/incident"
	"meiqia-diag/diag/lab"
	"meiqia-diag/diag/realbrowser"
)

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
	exe := realbrowser.Chromium(t)
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
