package main

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

// private is an environment with a folder of its own for temporary files.
func private(t *testing.T, more ...string) (env []string, tmp string) {
	t.Helper()
	tmp = t.TempDir()
	settings := t.TempDir() // where the redaction key goes
	for _, kv := range os.Environ() {
		name, _, _ := strings.Cut(kv, "=")
		switch {
		case strings.HasPrefix(name, "MEIQIA_DIAG_"), strings.HasPrefix(name, "LC_"), name == "LANG", name == "CI", name == "NO_COLOR", name == "TERM", name == "TMPDIR", name == "XDG_CONFIG_HOME", name == "SOURCE_DATE_EPOCH":
		default:
			env = append(env, kv)
		}
	}
	return append(env, append([]string{"TMPDIR=" + tmp, "TERM=xterm", "TZ=Asia/Shanghai", "XDG_CONFIG_HOME=" + settings}, more...)...), tmp
}

// left names what a folder holds.
func left(t *testing.T, dir string) []string {
	t.Helper()
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	var out []string
	for _, e := range entries {
		out = append(out, e.Name())
	}
	return out
}

// TestOfflineOpensNothing looks at the system calls of a whole offline run.
func TestOfflineOpensNothing(t *testing.T) {
	strace, err := exec.LookPath("strace")
	if err != nil {
		t.Skip("STRACE NOT AVAILABLE: that an offline run opens no connection is not proven here (Debian: strace)")
	}
	dir := t.TempDir()
	inc := write(t, dir, "incident.yaml", goodIncident)
	logs := filepath.Join(dir, "logs")
	if err := os.Mkdir(logs, 0o700); err != nil {
		t.Fatal(err)
	}
	write(t, logs, "client.log", "[2026-11-20 10:22:41.100] [error] recall refused: window\n")
	env, _ := private(t)
	for _, args := range [][]string{{"--incident", inc, "--evidence", logs}, {"--only", "clock,network,server,sync"}, {}} {
		trace := filepath.Join(dir, "trace")
		cmd := exec.Command(strace, append([]string{"-f", "-o", trace, "-e", "trace=socket,connect,sendto,sendmsg,sendmmsg,bind", os.Args[0], "recall", "--offline", "--format", "json", "--output", filepath.Join(dir, "r.zip"), "--force"}, args...)...)
		cmd.Env, cmd.Dir = append(env, "MEIQIA_DIAG_TEST=main"), dir
		cmd.Args[0] = strace
		var told bytes.Buffer
		cmd.Stderr = &told
		out, err := cmd.Output()
		var ee *exec.ExitError
		if err != nil && !errors.As(err, &ee) {
			t.Fatal(err)
		}
		data, rerr := os.ReadFile(trace)
		if rerr != nil || len(data) == 0 {
			t.Skipf("STRACE IS NOT ALLOWED TO TRACE HERE: %v %s", err, told.Bytes())
		}
		if !bytes.Contains(out, []byte(`"schema"`)) {
			t.Fatalf("%q did not run: %v\n%s", args, err, out)
		}
		for _, line := range regexp.MustCompile(`(?m)^.*\b(AF_INET6?|connect\(|sendto\(|sendmsg\(|sendmmsg\(|bind\().*$`).FindAllString(string(data), -1) {
			t.Errorf("%q: %s", args, line)
		}
	}
}

// terminal is a program in a terminal of its own.
type terminal struct {
	t      *testing.T
	master *os.File
	cmd    *exec.Cmd
	mu     sync.Mutex
	screen bytes.Buffer
	ended  chan struct{}
}

// inTerminal starts the program with a pty as all of its streams.
func inTerminal(t *testing.T, dir string, env []string, args ...string) *terminal {
	t.Helper()
	master, err := os.OpenFile("/dev/ptmx", os.O_RDWR|syscall.O_NOCTTY, 0)
	if err != nil {
		t.Skipf("NO TERMINAL TO BE HAD: %v", err)
	}
	if err := unix.IoctlSetPointerInt(int(master.Fd()), unix.TIOCSPTLCK, 0); err != nil {
		t.Skipf("NO TERMINAL TO BE HAD: %v", err)
	}
	n, err := unix.IoctlGetInt(int(master.Fd()), unix.TIOCGPTN)
	if err != nil {
		t.Skipf("NO TERMINAL TO BE HAD: %v", err)
	}
	slave, err := os.OpenFile(fmt.Sprintf("/dev/pts/%d", n), os.O_RDWR|syscall.O_NOCTTY, 0)
	if err != nil {
		t.Skipf("NO TERMINAL TO BE HAD: %v", err)
	}
	if err := unix.IoctlSetWinsize(int(slave.Fd()), unix.TIOCSWINSZ, &unix.Winsize{Row: 50, Col: 100}); err != nil {
		t.Skipf("NO TERMINAL TO BE HAD: %v", err)
	}
	term := &terminal{t: t, master: master, cmd: exec.Command(os.Args[0], args...), ended: make(chan struct{})}
	term.cmd.Env, term.cmd.Dir = append(env, "MEIQIA_DIAG_TEST=main"), dir
	term.cmd.Stdin, term.cmd.Stdout, term.cmd.Stderr = slave, slave, slave
	term.cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true, Setctty: true}
	if err := term.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	_ = slave.Close()
	go func() {
		buf := make([]byte, 4096)
		for {
			n, err := master.Read(buf)
			term.mu.Lock()
			term.screen.Write(buf[:n])
			term.mu.Unlock()
			if err != nil {
				return
			}
		}
	}()
	go func() { _ = term.cmd.Wait(); close(term.ended) }()
	t.Cleanup(func() { _ = term.cmd.Process.Kill(); <-term.ended; _ = master.Close() })
	return term
}

func (x *terminal) text() string {
	x.mu.Lock()
	defer x.mu.Unlock()
	return x.screen.String()
}

// wait waits until the terminal shows something new and gives what came up to it.
func (x *terminal) wait(what string) {
	x.t.Helper()
	for end := time.Now().Add(20 * time.Second); time.Now().Before(end); time.Sleep(5 * time.Millisecond) {
		x.mu.Lock()
		i := strings.Index(x.screen.String(), what)
		if i >= 0 {
			x.screen.Next(i + len(what))
		}
		x.mu.Unlock()
		if i >= 0 {
			return
		}
	}
	x.t.Fatalf("%q never came; there is:\n%s", what, x.text())
}

func (x *terminal) write(s string) {
	x.t.Helper()
	if _, err := x.master.WriteString(s); err != nil {
		x.t.Fatal(err)
	}
}

// status waits for the end.
func (x *terminal) status(within time.Duration) int {
	x.t.Helper()
	select {
	case <-x.ended:
	case <-time.After(within):
		x.t.Fatalf("still running after %v:\n%s", within, x.text())
	}
	time.Sleep(20 * time.Millisecond) // the last output
	return x.cmd.ProcessState.ExitCode()
}

func TestQuestions(t *testing.T) {
	env, _ := private(t)
	dir := t.TempDir()
	write(t, dir, "我的 client.log", "[2026-11-20 10:22:41.100] [error] recall refused\n")
	x := inTerminal(t, dir, env, "recall", "--offline", "--timeout", "30s")
	x.wait("看到了什么")
	x.wait("> ")
	x.write("９\n") // full width, and no such choice
	x.wait("没有第 9 项")
	x.write("1\n")
	x.wait("原话是什么")
	x.write("消息已被阅读，无法撤回\n")
	x.wait("什么时候发的")
	x.write("刚才\n")
	x.wait("看不懂时间")
	x.write("2026-11-20 10：21：03\n")
	x.wait("= 2026-11-20 10:21:03 +08:00")
	x.wait("什么时候按的撤回")
	x.write("11-20 10:21\n")
	x.wait("= ")
	x.wait("什么类型")
	x.write("文本\n")
	x.wait("已经读了吗")
	x.write("是\n")
	x.wait("什么设备")
	x.write("\n") // skipped
	x.wait("HAR")
	x.write("nowhere.har\n")
	x.wait("文件不存在")
	x.write("'我的 client.log'\n")
	x.wait("好的")
	x.write("\n")
	x.wait("report.json")
	x.wait("写入报告")
	if got := left(t, dir); len(got) != 1 { // the log, and nothing of ours
		t.Errorf("before the answer: %q", got)
	}
	x.write("\n")
	if got := x.status(20 * time.Second); got != 1 {
		t.Errorf("status %d\n%s", got, x.text())
	}
	if s := x.text(); !strings.Contains(s, "decision.message-read") || !strings.Contains(s, "\x1b[") {
		t.Errorf("no result, or no colour:\n%q", s)
	}
	if got := left(t, dir); len(got) != 2 || !strings.HasPrefix(got[0], "meiqia-diag-report-") {
		t.Errorf("left: %q", got)
	}
}

func TestQuestionsInEnglish(t *testing.T) {
	env, _ := private(t, "NO_COLOR=1")
	dir := t.TempDir()
	x := inTerminal(t, dir, env, "recall", "--offline", "--lang", "en")
	x.wait("What did you see")
	x.write("an error was shown\n")
	x.wait("What did the error say")
	x.write("\x04") // Ctrl-D: that is all
	x.wait("Write the report")
	x.write("perhaps\n")
	x.wait("cannot make sense")
	x.write("n\n")
	if got := x.status(20 * time.Second); got != 3 {
		t.Errorf("status %d\n%s", got, x.text())
	}
	if s := x.text(); han.MatchString(s) || strings.Contains(s, "\x1b[3") {
		t.Errorf("Chinese, or colour:\n%q", s)
	}
	if got := left(t, dir); len(got) != 0 {
		t.Errorf("left: %q", got)
	}
}

// TestInterrupted: 130 within a second, and nothing half-written.
func TestInterrupted(t *testing.T) {
	for _, c := range []struct {
		name string
		args []string
		when string
		wait time.Duration
	}{
		{"asked", []string{"recall"}, "> ", 0},
		{"in the lab", []string{"recall", "--lab=window-expired"}, "…", 200 * time.Millisecond},
		{"before the report is written", []string{"recall", "--offline", "--only", "window"}, "写入报告", 0},
		{"serving the lab", []string{"lab"}, "Ctrl-C", 0},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			env, tmp := private(t)
			dir := t.TempDir()
			x := inTerminal(t, dir, env, c.args...)
			if c.when != "" {
				x.wait(c.when)
			}
			time.Sleep(c.wait)
			x.write("\x03")
			if got := x.status(time.Second); got != 130 {
				t.Errorf("status %d\n%s", got, x.text())
			}
			if a, b := left(t, dir), left(t, tmp); len(a)+len(b) > 0 {
				t.Errorf("left: %q %q", a, b)
			}
		})
	}
}

// TestNoQuestions: where nobody can answer, nothing is asked.
func TestNoQuestions(t *testing.T) {
	for _, c := range [][2]string{{"CI=true", "--offline"}, {"MEIQIA_DIAG_NO_INPUT=yes", "--offline"}, {"X=", "--no-input"}} {
		env, _ := private(t, c[0])
		x := inTerminal(t, t.TempDir(), env, "recall", "--offline", "--only", "window", c[1])
		if got := x.status(20 * time.Second); got != 3 || strings.Contains(x.text(), "写入报告") {
			t.Errorf("%q: status %d\n%s", c, got, x.text())
		}
	}
}
