// Package record opens a real browser, watches one recall attempt in it, and
// leaves a folder of evidence: a HAR, the console, what was pressed and what it
// hit, and screenshots. It watches and never judges; the folder goes through
// the same diagnosis as any other evidence.
//
// What people typed and wrote is never kept: bodies are reduced (reduce.go),
// addresses and headers stripped (address.go), logs cleaned (freetext.go),
// pictures made unreadable but for the recall button (picture.go).
package record

import (
	"context"
	_ "embed"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/extensions"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/cdproto/target"

	"meiqia-diag/diag/evidence/recording"
	"meiqia-diag/diag/lang"
	"meiqia-diag/diag/profile"
	"meiqia-diag/diag/tempdir"
)

//go:embed page.js
var pageScript string

// Options say what to record, and how.
type Options struct {
	Browser  string           // the browser's program
	Tool     string           // version of this tool
	Profile  *profile.Profile // of the service: its words for recalling
	URL      string           // opened first
	Headless bool
	Width    int // of the window, 0 for the browser's own choice
	Height   int
	Flags    []string      // further arguments of the browser
	Mine     *UserProfile  // recorded in a copy of it, nil for a clean profile
	Unpacked []string      // folders of extensions to load
	Beside   bool          // made only to compare another recording with
	Video    bool          // keep a masked video, too
	Limit    time.Duration // of the recording, 0 for none
	End      <-chan string // ends the recording, by whom: interrupted, enter
	Progress func(requests, presses int)
	// AtExit has f run should the program end before Run does; what it gives runs f at once, and only once.
	AtExit func(f func()) (now func())
}

// Run records into dir, which must be there and empty. It returns when the
// person, a limit or the browser's end ends it. A recording that broke off is
// still written; the manifest says how it ended. An error is for people.
func Run(ctx context.Context, opt Options, dir string) (recording.Manifest, error) {
	data, remove, err := tempdir.New("meiqia-diag-browser-*")
	if err != nil {
		return recording.Manifest{}, cannotWrite(os.TempDir(), err)
	}
	defer remove()
	var missing []string
	if opt.Mine != nil {
		copied, err := opt.Mine.copyTo(ctx, data)
		if err != nil {
			return recording.Manifest{}, err
		}
		opt.Unpacked = append(opt.Unpacked, copied.unpacked...)
		missing = copied.missing
		if copied.name != "" {
			opt.Flags = append(opt.Flags, "--profile-directory="+copied.name)
		}
	} else if err := settle(filepath.Join(data, "Default")); err != nil {
		return recording.Manifest{}, err
	}
	began := time.Now()
	p, err := start(ctx, opt, data)
	if err != nil {
		return recording.Manifest{}, err
	}
	defer p.gone()
	r := newRecorder(opt, p, dir)
	r.manifest = recording.Manifest{Schema: recording.Schema, Tool: opt.Tool, Started: began.UTC(), Browser: p.version.Product, UserAgent: p.version.UserAgent,
		Headless: opt.Headless, Profile: "clean", Beside: opt.Beside, URL: r.clean.address(opt.URL), Missing: missing}
	if opt.Mine != nil {
		r.manifest.Profile = "copied"
	}
	if err := r.open(ctx); err != nil {
		return recording.Manifest{}, r.brokenOff(err)
	}
	r.manifest.EndedBy = r.loop(ctx)
	r.finish(ctx)
	r.manifest.Ended = time.Now().UTC()
	if len(r.traffic.list) == 0 && r.manifest.Presses == 0 {
		switch r.manifest.EndedBy {
		case "vanished":
			return r.manifest, r.brokenOff(errLost)
		case "window-closed":
			return r.manifest, &lang.Problem{File: opt.Browser, What: lang.T("窗口在录到任何东西之前就关了", "the window was closed before anything was recorded"), Hint: lang.T("请再运行一次，登录、做一次撤回，然后再关窗口", "run it again, log in, recall a message, and then close the window")}
		}
	}
	if err := r.write(); err != nil {
		return r.manifest, cannotWrite(dir, err)
	}
	return r.manifest, nil
}

func (r *recorder) brokenOff(err error) error {
	var p *lang.Problem
	if errors.As(err, &p) {
		return p
	}
	return &lang.Problem{File: r.opt.Browser, What: lang.T("浏览器在录制开始时消失了：%s", "the browser vanished as the recording began: %s").F(endedAtOnce(r.proc.output.lastLine())),
		Hint: lang.T("请再试一次，或用 --browser 换一个浏览器", "try again, or choose another browser with --browser")}
}

func cannotWrite(path string, err error) error {
	return &lang.Problem{File: path, What: lang.T("写不了：%s", "cannot write: %s").F(lang.Reason(err)), Hint: lang.T("请腾出空间，或换一个能写的位置", "make room, or choose a place that can be written to")}
}

// open loads extensions, attaches to the browser's targets, and opens the workbench.
func (r *recorder) open(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, startLimit)
	defer cancel()
	whole := &session{conn: r.proc.conn}
	for _, dir := range r.opt.Unpacked {
		if _, err := cdp.Call(ctx, whole, extensions.LoadUnpacked, extensions.LoadUnpackedParams{Path: dir}); err != nil {
			if errors.Is(err, errLost) || ctx.Err() != nil {
				return err
			}
			name := filepath.Base(dir)
			if m := readManifest(dir); m.Name != "" {
				name = m.Name
			}
			r.manifest.Missing = append(r.manifest.Missing, name)
		}
	}
	yes := true
	if _, err := cdp.Call(ctx, whole, target.SetDiscoverTargets, target.SetDiscoverTargetsParams{Discover: true}); err != nil {
		return err
	}
	if _, err := cdp.Call(ctx, whole, target.SetAutoAttach, target.SetAutoAttachParams{AutoAttach: true, WaitForDebuggerOnStart: true, Flatten: &yes}); err != nil {
		return err
	}
	for r.first == nil { // the window that the browser opened by itself
		select {
		case e, ok := <-r.proc.conn.events:
			if !ok {
				return errLost
			}
			r.handle(e)
		case <-ctx.Done():
			return &lang.Problem{File: r.opt.Browser, What: lang.T("浏览器没有打开窗口", "the browser opened no window"), Hint: lang.T("请再试一次，或用 --browser 换一个浏览器", "try again, or choose another browser with --browser")}
		}
	}
	if list, err := cdp.Call(ctx, whole, extensions.GetExtensions, cdp.Empty{}); err == nil {
		for _, x := range list.Extensions {
			if x != nil && x.Enabled {
				r.manifest.Extensions = append(r.manifest.Extensions, recording.Extension{ID: x.ID, Name: x.Name, Version: x.Version})
			}
		}
	}
	first := r.first
	r.aside(30*time.Second, func(ctx context.Context) func() {
		// A page that moves to another process takes along only what it has confirmed.
		_, _ = cdp.Call(ctx, first, network.Enable, network.EnableParams{})
		_, _ = cdp.Call(ctx, first, runtime.Evaluate, runtime.EvaluateParams{Expression: "1"})
		_, _ = cdp.Call(ctx, first, page.Navigate, page.NavigateParams{URL: r.opt.URL}) // a failure is in the network's events
		return nil
	})
	return nil
}

// write puts the recording into its folder.
func (r *recorder) write() error {
	r.manifest.Requests = len(r.traffic.list)
	m := r.manifest
	if err := r.writeHAR(m); err != nil {
		return fmt.Errorf("recording.har: %w", err)
	}
	if err := r.writeConsole(); err != nil {
		return fmt.Errorf("console.log: %w", err)
	}
	if err := r.writePage(m); err != nil {
		return fmt.Errorf("page.jsonl: %w", err)
	}
	return nil
}

// script is what runs in every frame.
func (r *recorder) script() string {
	cfg := map[string]any{"binding": r.binding, "mark": r.mark, "verbs": r.opt.Profile.Recall.Verbs}
	text, err := encode(cfg)
	if err != nil {
		text = "{}"
	}
	return strings.TrimRight(strings.TrimSpace(pageScript), ";") + "(" + text + ");"
}
