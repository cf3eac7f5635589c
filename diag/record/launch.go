package record

import (
	"bytes"
	"context"
	"errors"
	"io"
	"os"
	"os/exec"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/chromedp/cdproto/browser"
	"github.com/chromedp/cdproto/cdp"

	"meiqia-diag/diag/lang"
)

// startLimit bounds how long a browser may take to answer for the first time.
const startLimit = 30 * time.Second

// process is a running browser and the pipe to it.
type process struct {
	conn    *connection
	cmd     *exec.Cmd
	output  *tail
	exited  chan struct{}
	version browser.GetVersionResult
	gone    func() // ends it at once; only the first call does anything
}

// arguments are those of the command line. What would change how a page
// behaves, as automation flags do, is left out: the recording is to show what
// the person sees.
func arguments(opt Options, dir string) []string {
	args := []string{
		"--user-data-dir=" + dir, "--remote-debugging-pipe", "--no-first-run", "--no-default-browser-check",
		"--password-store=basic", "--use-mock-keychain", // a copied profile must not ask for the system's key ring
		"--disable-background-networking", "--disable-component-update", "--disable-sync", "--metrics-recording-only", "--disable-breakpad",
		"--disable-features=Translate",
	}
	if opt.Headless {
		args = append(args, "--headless=new", "--hide-scrollbars", "--mute-audio")
	}
	if opt.Width > 0 && opt.Height > 0 {
		args = append(args, "--window-size="+strconv.Itoa(opt.Width)+","+strconv.Itoa(opt.Height))
	}
	if NeedsNoSandbox() {
		args = append(args, "--no-sandbox", "--disable-dev-shm-usage")
	}
	args = append(args, opt.Flags...)
	return append(args, "about:blank")
}

// environment lets the browser keep its own temporary folders in its data
// folder, so that they go with it even when it is killed. Its socket lies in
// there, too, and the path of a socket may have 103 bytes (unix(7), and fewer
// than Linux on macOS): where it would be longer the system's folder stays.
func environment(env []string, dir string) []string {
	if runtime.GOOS == "windows" || len(dir)+len("/org.chromium.Chromium.XXXXXX/SingletonSocket") > 103 {
		return env
	}
	return append(slices.Clone(env), "TMPDIR="+dir)
}

// NeedsNoSandbox reports whether a browser started here runs only without its
// sandbox: Chromium refuses to run as root with it.
func NeedsNoSandbox() bool { return runtime.GOOS == "linux" && os.Geteuid() == 0 }

// start runs the browser and waits for its first answer.
func start(ctx context.Context, opt Options, dir string) (*process, error) {
	if !opt.Headless && runtime.GOOS == "linux" && os.Getenv("DISPLAY") == "" && os.Getenv("WAYLAND_DISPLAY") == "" {
		return nil, &lang.Problem{Field: opt.Browser, What: lang.T("这里没有图形界面（DISPLAY 和 WAYLAND_DISPLAY 都是空的），打不开浏览器窗口", "there is no display (DISPLAY and WAYLAND_DISPLAY are empty), so no window can be opened"),
			Hint: lang.T("请在桌面会话里运行；自动化环境可用 --headless", "run it in a desktop session; --headless is for machines without one")}
	}
	p := &process{output: &tail{}, exited: make(chan struct{})}
	p.cmd = exec.Command(opt.Browser, arguments(opt, dir)...)
	ours, theirs, err := pipes(p.cmd)
	if err != nil {
		return nil, cannotStart(opt, lang.Reason(err))
	}
	p.cmd.Stdout, p.cmd.Stderr = p.output, p.output
	p.cmd.WaitDelay = 2 * time.Second // children may hold the output open
	p.cmd.Env = environment(os.Environ(), dir)
	detach(p.cmd)
	err = p.cmd.Start()
	for _, f := range theirs {
		f.Close()
	}
	if err != nil {
		for _, f := range ours {
			f.Close()
		}
		return nil, cannotStart(opt, lang.Reason(err))
	}
	go func() { _ = p.cmd.Wait(); close(p.exited) }()
	p.conn = newConnection(ours[0], ours[1])
	p.gone = sync.OnceFunc(p.kill)
	if opt.AtExit != nil {
		p.gone = opt.AtExit(p.gone)
	}
	limited, cancel := context.WithTimeout(ctx, startLimit)
	defer cancel()
	if p.version, err = cdp.Call(limited, &session{conn: p.conn}, browser.GetVersion, cdp.Empty{}); err != nil {
		p.gone()
		switch {
		case ctx.Err() != nil:
			return nil, ctx.Err()
		case errors.Is(err, context.DeadlineExceeded):
			return nil, cannotStart(opt, lang.T("%d 秒内没有应答", "no answer within %d s").F(int(startLimit/time.Second)))
		}
		return nil, cannotStart(opt, endedAtOnce(p.output.lastLine()))
	}
	return p, nil
}

func endedAtOnce(said string) lang.Text {
	if said == "" {
		return lang.T("它一启动就退出了，什么也没说", "it ended at once and said nothing")
	}
	return lang.T("它一启动就退出了：%s", "it ended at once: %s").F(said)
}

func cannotStart(opt Options, why lang.Text) *lang.Problem {
	return &lang.Problem{File: opt.Browser, What: lang.T("浏览器没能启动：%s", "the browser did not start: %s").F(why),
		Hint: lang.T("请用 --browser 指定另一个 Chrome、Edge 或 Chromium，或关掉占用它的程序再试", "name another Chrome, Edge or Chromium with --browser, or close what holds this one and try again")}
}

// stop asks the browser to end, and ends it when it does not.
func (p *process) stop() {
	ctx, cancel := context.WithTimeout(context.Background(), 2*time.Second)
	defer cancel()
	_ = (&session{conn: p.conn}).Call(ctx, browser.CommandClose, nil, nil)
	select {
	case <-p.exited:
	case <-ctx.Done():
	}
	p.gone()
}

func (p *process) kill() {
	killTree(p.cmd)
	go func() { // nobody takes them any more
		for range p.conn.events {
		}
	}()
	p.conn.close()
	select {
	case <-p.exited:
	case <-time.After(3 * time.Second):
	}
}

// tail keeps the last lines that the browser wrote.
type tail struct {
	mu  sync.Mutex
	buf []byte
}

var _ io.Writer = (*tail)(nil)

func (t *tail) Write(b []byte) (int, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	const most = 8 << 10
	t.buf = append(t.buf, b...)
	if len(t.buf) > most {
		t.buf = append([]byte(nil), t.buf[len(t.buf)-most:]...)
	}
	return len(b), nil
}

func (t *tail) lastLine() string {
	t.mu.Lock()
	defer t.mu.Unlock()
	lines := bytes.Split(bytes.TrimSpace(t.buf), []byte("\n"))
	s := strings.TrimSpace(strings.ToValidUTF8(string(lines[len(lines)-1]), "?"))
	if r := []rune(s); len(r) > 200 {
		s = string(r[:200]) + "…"
	}
	return s
}
