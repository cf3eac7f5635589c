package browsertest

import (
	"context"
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"meiqia-diag/diag/realbrowser"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/extensions"
	"github.com/chromedp/cdproto/input"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/chromedp"
)

// chromium is a running Chromium with one page.
type chromium struct {
	t       testing.TB
	profile string
	page    context.Context
	tape    *tape
}

// Chromium starts one. It is closed with the test at the latest.
func Chromium(t testing.TB, s Setup) Browser {
	t.Helper()
	b := &chromium{t: t, profile: s.folder(t), tape: newTape()}
	s.writePreferences(t, b.profile)
	opts := realbrowser.Options(realbrowser.Chromium(t), b.profile, chromedp.WindowSize(max(s.Width, 1280), max(s.Height, 800)), chromedp.Flag("enable-unsafe-extension-debugging", true))
	for _, flag := range s.Flags {
		name, value, ok := strings.Cut(flag, "=")
		if !ok {
			opts = append(opts, chromedp.Flag(name, true))
			continue
		}
		opts = append(opts, chromedp.Flag(name, value))
	}
	b.page, _ = realbrowser.Drive(t, 10*time.Minute, opts, chromedp.WithListener(b.tape.hear))
	for _, dir := range s.Extensions {
		_, err := chromedp.CallBrowser(b.page, extensions.LoadUnpacked, extensions.LoadUnpackedParams{Path: dir})
		must(t, err)
	}
	b.do(func(ctx context.Context) error {
		_, err := chromedp.Call(ctx, network.Enable, network.EnableParams{})
		return err
	})
	b.emulate(s)
	if s.Dark {
		b.dark()
	}
	if s.UserAgent != "" {
		b.do(func(ctx context.Context) error {
			_, err := chromedp.Call(ctx, emulation.SetUserAgentOverride, emulation.SetUserAgentOverrideParams{UserAgent: s.UserAgent})
			return err
		})
	}
	if s.Before != "" {
		b.do(func(ctx context.Context) error {
			_, err := chromedp.Call(ctx, page.AddScriptToEvaluateOnNewDocument, page.AddScriptToEvaluateOnNewDocumentParams{Source: s.Before})
			return err
		})
	}
	return b
}

// emulate gives the page another device's screen.
func (b *chromium) emulate(s Setup) {
	b.t.Helper()
	if s.Width > 0 {
		b.do(func(ctx context.Context) error {
			_, err := chromedp.Call(ctx, emulation.SetDeviceMetricsOverride, emulation.SetDeviceMetricsOverrideParams{Width: int64(s.Width), Height: int64(s.Height), DeviceScaleFactor: 1, Mobile: s.Mobile})
			return err
		})
	}
	if s.Mobile {
		b.do(func(ctx context.Context) error {
			_, err := chromedp.Call(ctx, emulation.SetTouchEmulationEnabled, emulation.SetTouchEmulationEnabledParams{Enabled: true})
			return err
		})
	}
}

// writePreferences lays down what a user set by hand in an earlier session.
func (s Setup) writePreferences(t testing.TB, dir string) {
	t.Helper()
	path := filepath.Join(dir, "Default", "Preferences")
	prefs := map[string]any{}
	if data, err := os.ReadFile(path); err == nil {
		must(t, json.Unmarshal(data, &prefs))
	}
	if len(s.Extensions) > 0 {
		put(prefs, true, "extensions", "ui", "developer_mode")
	}
	for _, kind := range s.Block {
		put(prefs, map[string]any{"setting": 2, "last_modified": strconv.FormatInt((time.Now().Unix()+11644473600)*1e6, 10)}, "profile", "content_settings", "exceptions", kind, s.Site+",*")
	}
	must(t, os.MkdirAll(filepath.Dir(path), 0o700))
	WriteJSON(t, path, prefs)
}

// put sets a value deep in a tree of objects.
func put(tree map[string]any, v any, keys ...string) {
	for _, k := range keys[:len(keys)-1] {
		next, ok := tree[k].(map[string]any)
		if !ok {
			next = map[string]any{}
			tree[k] = next
		}
		tree = next
	}
	tree[keys[len(keys)-1]] = v
}

// do runs one step under the limit.
func (b *chromium) do(step func(ctx context.Context) error) {
	b.t.Helper()
	done := make(chan error, 1)
	go func() { done <- step(b.page) }() // a context of its own would end the page with it
	select {
	case err := <-done:
		must(b.t, err)
	case <-time.After(limit):
		b.t.Fatalf("the browser did not answer within %v", limit)
	}
}

func (b *chromium) Navigate(url string) {
	b.t.Helper()
	b.tape.clear()
	b.do(func(ctx context.Context) error { return chromedp.Do(ctx, chromedp.Navigate(url)) })
}

func (b *chromium) Eval(expression string, v any) {
	b.t.Helper()
	var out string
	b.do(func(ctx context.Context) (err error) {
		out, err = chromedp.Run(ctx, chromedp.Evaluate[string]("(async () => JSON.stringify((await ("+expression+")) ?? null))()", chromedp.EvalAwaitPromise))
		return err
	})
	if v != nil {
		must(b.t, json.Unmarshal([]byte(out), v))
	}
}

func (b *chromium) Press(x, y float64, finger bool) {
	b.t.Helper()
	b.do(func(ctx context.Context) error {
		// A person lets go whether or not the page has dealt with the press.
		down := make(chan error, 1)
		go func() { down <- b.point(ctx, x, y, finger, true) }()
		time.Sleep(80 * time.Millisecond)
		return errors.Join(b.point(ctx, x, y, finger, false), <-down)
	})
}

// point presses or lets go.
func (b *chromium) point(ctx context.Context, x, y float64, finger, down bool) error {
	if finger {
		p := input.DispatchTouchEventParams{Type: input.DispatchTouchEventTypeTouchEnd, TouchPoints: []*input.TouchPoint{}}
		if down {
			p.Type, p.TouchPoints = input.DispatchTouchEventTypeTouchStart, []*input.TouchPoint{{X: x, Y: y}}
		}
		_, err := chromedp.Call(ctx, input.DispatchTouchEvent, p)
		return err
	}
	p := input.DispatchMouseEventParams{Type: input.DispatchMouseEventTypeMouseReleased, X: x, Y: y, Button: input.MouseButtonLeft, ClickCount: 1}
	if down {
		p.Type = input.DispatchMouseEventTypeMousePressed
	}
	_, err := chromedp.Call(ctx, input.DispatchMouseEvent, p)
	return err
}

// close ends the browser as a user does, so that it writes its profile.
func (b *chromium) close() {
	if b.page.Err() == nil {
		_ = chromedp.Cancel(b.page)
	}
}

func (b *chromium) HandIn(dir string) Files {
	b.t.Helper()
	b.tape.fetchBodies(func(id network.RequestID) (string, bool) {
		res, err := chromedp.Call(b.page, network.GetResponseBody, network.GetResponseBodyParams{RequestID: id})
		return string(res.Body), err == nil && !res.Base64encoded
	})
	f := Files{HAR: filepath.Join(dir, "desk.har"), Console: filepath.Join(dir, "console.log"), Profile: b.profile}
	must(b.t, os.MkdirAll(dir, 0o700))
	WriteJSON(b.t, f.HAR, b.tape.har())
	must(b.t, os.WriteFile(f.Console, []byte(strings.Join(b.tape.console(), "\n")+"\n"), 0o600))
	b.close()
	return f
}
