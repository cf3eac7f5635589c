// Package dnrtest runs extensions in a real Chromium for tests: extensions made
// on the spot, in a temporary profile, without any window.
package dnrtest

import (
	"context"
	"crypto/sha256"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"

	"meiqia-diag/diag/realbrowser"
)

// Manifest is an extension's manifest, or any other JSON object.
type Manifest map[string]any

// Extension writes an unpacked extension with a page "page.html" to run code in;
// files are its further files, by name. It gives the folder.
func Extension(t testing.TB, m Manifest, files map[string]any) string {
	t.Helper()
	dir := t.TempDir()
	full := Manifest{"manifest_version": 3, "version": "1.0"}
	for k, v := range m {
		full[k] = v
	}
	write(t, filepath.Join(dir, "manifest.json"), full)
	write(t, filepath.Join(dir, "page.html"), "<!doctype html><title>page</title>")
	for name, v := range files {
		write(t, filepath.Join(dir, name), v)
	}
	return dir
}

func write(t testing.TB, path string, v any) {
	t.Helper()
	var data []byte
	switch v := v.(type) {
	case string:
		data = []byte(v)
	case []byte:
		data = v
	default:
		var err error
		if data, err = json.Marshal(v); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, data, 0o600); err != nil {
		t.Fatal(err)
	}
}

// ID gives the id that Chromium makes of an unpacked extension's folder: the
// first half of the path's SHA-256, written with the letters a to p.
func ID(dir string) string {
	sum := sha256.Sum256([]byte(dir))
	id := make([]byte, 0, 32)
	for _, b := range sum[:16] {
		id = append(id, 'a'+b>>4, 'a'+b&15)
	}
	return string(id)
}

// Browser is a running browser.
type Browser struct {
	t   testing.TB
	ctx context.Context
	end func()
}

// Start starts a browser on a profile folder with extensions loaded; it ends with the test.
func Start(t testing.TB, dataDir string, extensions ...string) *Browser {
	t.Helper()
	// Names of the tests' services are this machine, and no other is reached.
	opts := realbrowser.Options(realbrowser.Chromium(t), dataDir, chromedp.Flag("host-resolver-rules", "MAP * 127.0.0.1"))
	if len(extensions) > 0 {
		opts = append(opts, chromedp.Flag("load-extension", strings.Join(extensions, ",")))
	}
	b := &Browser{t: t}
	b.ctx, b.end = realbrowser.Drive(t, 3*time.Minute, opts)
	if err := chromedp.Do(b.ctx); err != nil {
		t.Fatal(err)
	}
	return b
}

// Close ends the browser and waits for it.
func (b *Browser) Close() { b.end() }

// Open shows a page. That of an extension is there as soon as the extension has
// been loaded, which takes its time beside the browser's start.
func (b *Browser) Open(url string) {
	b.t.Helper()
	err := chromedp.Do(b.ctx, chromedp.Navigate(url))
	for end := time.Now().Add(20 * time.Second); err != nil && strings.HasPrefix(url, "chrome-extension:") && time.Now().Before(end); {
		time.Sleep(100 * time.Millisecond)
		err = chromedp.Do(b.ctx, chromedp.Navigate(url))
	}
	if err != nil {
		b.t.Fatalf("%s: %v", url, err)
	}
}

// Eval runs JavaScript on the page and gives what its promise comes to.
func Eval[T any](b *Browser, js string) T {
	b.t.Helper()
	v, err := chromedp.Run(b.ctx, chromedp.Evaluate[T](js, chromedp.EvalAwaitPromise))
	if err != nil {
		b.t.Fatalf("%.200s: %v", js, err)
	}
	return v
}

// Asked is what is asked of testMatchOutcome.
type Asked struct {
	URL       string `json:"url"`
	Type      string `json:"type"`
	Method    string `json:"method,omitempty"`
	Initiator string `json:"initiator,omitempty"`
}

// Matched is one rule that the browser names.
type Matched struct {
	RuleID    int    `json:"ruleId"`
	RulesetID string `json:"rulesetId"`
}

// Answer is the browser's, or why it gave none.
type Answer struct {
	Matched []Matched `json:"matchedRules"`
	Error   string    `json:"error"`
}

// Outcomes asks the extension in a folder what its rules do to each request.
func (b *Browser) Outcomes(extension string, list []Asked) []Answer {
	b.t.Helper()
	b.Open("chrome-extension://" + ID(extension) + "/page.html")
	var out []Answer
	const batch = 500
	for len(list) > 0 {
		n := min(batch, len(list))
		text, err := json.Marshal(list[:n])
		if err != nil {
			b.t.Fatal(err)
		}
		out = append(out, Eval[[]Answer](b, `(async list => {
			const out = [];
			for (const q of list) {
				try { out.push(await chrome.declarativeNetRequest.testMatchOutcome(q)); }
				catch (e) { out.push({matchedRules: [], error: String(e)}); }
			}
			return out;
		})(`+string(text)+`)`)...)
		list = list[n:]
	}
	return out
}
