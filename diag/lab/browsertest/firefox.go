package browsertest

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"meiqia-diag/diag/realbrowser"
)

// firefox is a running Firefox with one page. Its profile is a temporary one:
// the remote protocol writes preferences into it.
type firefox struct {
	t       testing.TB
	profile string
	cmd     *exec.Cmd
	wire    *bidi
	tab     string
	reel    *reel
	gone    chan struct{}
}

// Firefox starts one. It is closed with the test at the latest.
func Firefox(t testing.TB, s Setup) Browser {
	t.Helper()
	b := &firefox{t: t, profile: s.folder(t), reel: newReel(), gone: make(chan struct{})}
	s.writeUserJS(t, b.profile)
	b.cmd = exec.Command(realbrowser.Firefox(t), "--headless", "--remote-debugging-port=0", "--no-remote", "--profile", b.profile, "--width", "1280", "--height", "800")
	b.cmd.Env = append(os.Environ(), "MOZ_CRASHREPORTER_DISABLE=1", "HOME="+t.TempDir())
	stderr, err := b.cmd.StderrPipe()
	must(t, err)
	must(t, b.cmd.Start())
	t.Cleanup(b.kill)
	address := make(chan string, 1)
	go func() {
		defer close(b.gone)
		lines := bufio.NewScanner(stderr)
		for lines.Scan() {
			if _, at, ok := strings.Cut(lines.Text(), "WebDriver BiDi listening on "); ok {
				address <- strings.TrimSpace(at)
			}
		}
		_ = b.cmd.Wait()
	}()
	select {
	case at := <-address:
		b.wire, err = dialBiDi(t.Context(), at+"/session", b.reel.hear)
		must(t, err)
	case <-time.After(2 * limit):
		t.Fatalf("firefox did not start within %v", 2*limit)
	}
	b.call("session.new", object{"capabilities": object{}}, nil)
	var tree struct{ Contexts []struct{ Context string } }
	b.call("browsingContext.getTree", object{}, &tree)
	b.tab = tree.Contexts[0].Context
	b.call("network.addDataCollector", object{"dataTypes": []string{"response", "request"}, "maxEncodedDataSize": 4 << 20}, nil)
	b.call("session.subscribe", object{"events": []string{"network", "log"}}, nil)
	for _, path := range s.Extensions {
		b.call("webExtension.install", object{"extensionData": object{"type": "archivePath", "path": path}, "moz:permanent": true}, nil)
	}
	if s.Width > 0 {
		b.call("browsingContext.setViewport", object{"context": b.tab, "viewport": object{"width": s.Width, "height": s.Height}}, nil)
	}
	if s.Before != "" {
		b.call("script.addPreloadScript", object{"functionDeclaration": "() => {" + s.Before + "}"}, nil)
	}
	return b
}

// writeUserJS lays down what a user set by hand.
func (s Setup) writeUserJS(t testing.TB, dir string) {
	t.Helper()
	lines := []string{`user_pref("browser.cache.disk.enable", true);`}
	for _, kind := range s.Block {
		switch kind {
		case "javascript": // Firefox knows it for all sites only
			lines = append(lines, `user_pref("javascript.enabled", false);`)
		case "cookies":
			lines = append(lines, `user_pref("network.cookie.cookieBehavior", 2);`)
		}
	}
	if s.Dark {
		lines = append(lines, `user_pref("layout.css.prefers-color-scheme.content-override", 0);`)
	}
	if s.UserAgent != "" {
		lines = append(lines, fmt.Sprintf(`user_pref("general.useragent.override", %q);`, s.UserAgent))
	}
	realbrowser.WriteUserJS(t, dir, lines...)
}

func (b *firefox) call(method string, params, v any) {
	b.t.Helper()
	ctx, cancel := context.WithTimeout(b.t.Context(), limit)
	defer cancel()
	must(b.t, b.wire.call(ctx, method, params, v))
}

func (b *firefox) Navigate(url string) {
	b.t.Helper()
	b.reel.clear()
	b.call("browsingContext.navigate", object{"context": b.tab, "url": url, "wait": "complete"}, nil)
}

func (b *firefox) Eval(expression string, v any) {
	b.t.Helper()
	var out struct {
		Type             string
		Result           struct{ Value string }
		ExceptionDetails struct{ Text string }
	}
	b.call("script.evaluate", object{"expression": "(async () => JSON.stringify((await (" + expression + ")) ?? null))()", "target": object{"context": b.tab}, "awaitPromise": true}, &out)
	if out.Type == "exception" {
		b.t.Fatalf("%s: %s", expression, out.ExceptionDetails.Text)
	}
	if v != nil {
		must(b.t, json.Unmarshal([]byte(out.Result.Value), v))
	}
}

func (b *firefox) Press(x, y float64, finger bool) {
	b.t.Helper()
	kind := "mouse"
	if finger {
		kind = "touch"
	}
	b.call("input.performActions", object{"context": b.tab, "actions": []object{{"type": "pointer", "id": "p", "parameters": object{"pointerType": kind}, "actions": []object{
		{"type": "pointerMove", "x": int(x), "y": int(y)}, {"type": "pointerDown", "button": 0}, {"type": "pause", "duration": 80}, {"type": "pointerUp", "button": 0}}}}}, nil)
}

// close ends the browser as a user does, so that it writes its profile.
func (b *firefox) close() {
	if b.wire == nil {
		return
	}
	ctx, cancel := context.WithTimeout(context.Background(), limit)
	defer cancel()
	if err := b.wire.call(ctx, "browser.close", object{}, nil); err != nil && !errors.Is(err, errBrowserGone) {
		return
	}
	select {
	case <-b.gone:
	case <-ctx.Done():
	}
}

func (b *firefox) kill() {
	_ = b.cmd.Process.Kill()
	<-b.gone
}

func (b *firefox) HandIn(dir string) Files {
	b.t.Helper()
	b.reel.fetchBodies(func(id, kind string) (string, bool) {
		var out struct{ Bytes struct{ Type, Value string } }
		ctx, cancel := context.WithTimeout(b.t.Context(), limit)
		defer cancel()
		err := b.wire.call(ctx, "network.getData", object{"request": id, "dataType": kind}, &out)
		return out.Bytes.Value, err == nil && out.Bytes.Type == "string"
	})
	f := Files{HAR: filepath.Join(dir, "desk.har"), Console: filepath.Join(dir, "console.log"), Profile: b.profile}
	must(b.t, os.MkdirAll(dir, 0o700))
	WriteJSON(b.t, f.HAR, b.reel.har())
	must(b.t, os.WriteFile(f.Console, []byte(strings.Join(b.reel.console(), "\n")+"\n"), 0o600))
	b.close()
	return f
}
