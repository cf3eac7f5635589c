package bed

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"
)

// lifeEnv makes TestLife the victim: a process with a bed that ends in the way it names.
const lifeEnv = "MEIQIA_DIAG_BED_LIFE"

func leftovers(pid int) (found []string) {
	for _, dir := range []string{netnsDir, etcDir, os.TempDir()} {
		list, _ := filepath.Glob(filepath.Join(dir, fmt.Sprintf("%s%d-*", prefix, pid)))
		found = append(found, list...)
	}
	return found
}

// TestLife ends processes that have a bed in every way there is, and looks for
// what is left of it.
func TestLife(t *testing.T) {
	if how := os.Getenv(lifeEnv); how != "" {
		b, err := Start(context.Background(), Topology{Shared: true})
		if err != nil {
			t.Fatal(err)
		}
		sleeper := b.Client.Command(context.Background(), "sleep", "600")
		if err := sleeper.Start(); err != nil {
			t.Fatal(err)
		}
		fmt.Println("built")
		switch how {
		case "panic":
			go panic("on purpose")
		case "exit":
			os.Exit(3)
		case "close":
			if err := b.Close(); err != nil {
				t.Error(err)
			}
			if left := leftovers(os.Getpid()); len(left) > 0 {
				t.Errorf("Close leaves %v", left)
			}
			return
		}
		time.Sleep(time.Minute)
	}
	Need(t)
	for _, how := range []string{"close", "panic", "exit", "interrupt", "kill"} {
		t.Run(how, func(t *testing.T) {
			cmd := exec.Command(os.Args[0], "-test.run=^TestLife$")
			cmd.Env = append(os.Environ(), lifeEnv+"="+how)
			out, err := cmd.StdoutPipe()
			if err != nil {
				t.Fatal(err)
			}
			if err := cmd.Start(); err != nil {
				t.Fatal(err)
			}
			buf := make([]byte, 64)
			for said := ""; !strings.Contains(said, "built"); {
				n, err := out.Read(buf)
				if err != nil {
					t.Fatalf("it ended early: %s", said)
				}
				said += string(buf[:n])
			}
			pid := cmd.Process.Pid
			switch how {
			case "interrupt":
				_ = cmd.Process.Signal(os.Interrupt)
			case "kill":
				_ = cmd.Process.Kill()
			}
			_ = cmd.Wait()
			if how == "interrupt" {
				if st, ok := cmd.ProcessState.Sys().(syscall.WaitStatus); ok && !st.Signaled() {
					t.Errorf("after Ctrl-C: %v", cmd.ProcessState)
				}
			}
			for start := time.Now(); ; time.Sleep(50 * time.Millisecond) {
				left := leftovers(pid)
				if len(left) == 0 {
					break
				}
				if time.Since(start) > 10*time.Second {
					t.Fatalf("still there: %v", left)
				}
			}
		})
	}
	t.Run("sweep", func(t *testing.T) {
		cmd := exec.Command("true")
		if err := cmd.Run(); err != nil {
			t.Fatal(err)
		}
		dead := cmd.ProcessState.Pid()
		name := fmt.Sprintf("%s%d-1-client", prefix, dead)
		if err := batch(t.Context(), "", "netns add "+name); err != nil {
			t.Fatal(err)
		}
		if err := os.Mkdir(filepath.Join(os.TempDir(), fmt.Sprintf("%s%d-1-x", prefix, dead)), 0o700); err != nil {
			t.Fatal(err)
		}
		sweep()
		if left := leftovers(dead); len(left) > 0 {
			t.Errorf("still there: %v", left)
		}
	})
}

func TestNamespaces(t *testing.T) {
	p := NewProbe(t, func(_ context.Context, req string) (string, error) {
		switch req {
		case "panic":
			panic("on purpose")
		case "error":
			return "half", fmt.Errorf("on purpose")
		case "env":
			return os.Getenv("COLOUR"), nil
		}
		text, err := os.ReadFile("/etc/resolv.conf")
		return string(text), err
	})
	b := New(t, Topology{})
	if got := p.Must(b.Client, ""); !strings.Contains(got, ResolverIP(1).String()) {
		t.Errorf("resolv.conf: %q", got)
	}
	if res, err := p.Do(b.Client, "error"); res != "half" || err == nil || err.Error() != "on purpose" {
		t.Errorf("%q %v", res, err)
	}
	if _, err := p.Do(b.Client, "panic"); err == nil || !strings.Contains(err.Error(), "on purpose") {
		t.Errorf("a panic inside: %v", err)
	}
	b.Client.Env = []string{"COLOUR=blue"}
	if got := p.Must(b.Client, "env"); got != "blue" {
		t.Errorf("environment: %q", got)
	}
	out, err := b.Client.Exec(t.Context(), "sh", "-c", "echo out; echo err >&2; exit 5")
	if err != nil || out.Code != 5 || out.Stdout != "out\n" || out.Stderr != "err\n" {
		t.Errorf("%+v %v", out, err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 100*time.Millisecond)
	defer cancel()
	if out, err := b.Client.Exec(ctx, "sleep", "60"); err == nil || out.Took > 10*time.Second {
		t.Errorf("a command past its time: %+v %v", out, err)
	}
	if _, err := b.Client.Exec(t.Context(), "no-such-command"); err != nil {
		t.Log(err) // ip says so by its exit status
	}
}
