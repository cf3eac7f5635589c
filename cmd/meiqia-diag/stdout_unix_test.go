//go:build unix

package main

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
)

// program is this test run as the program, see TestMain.
func program(t *testing.T, args ...string) *exec.Cmd {
	t.Helper()
	cmd := exec.Command(os.Args[0], append([]string{"--lang", "en"}, args...)...)
	cmd.Env = append(os.Environ(), "MEIQIA_DIAG_TEST=main")
	cmd.Dir = t.TempDir()
	return cmd
}

// A reader that leaves early ends the program quietly, in every format, with the verdict's status.
func TestReaderThatLeavesEarly(t *testing.T) {
	for _, args := range [][]string{
		{"recall", "--offline", "--set", "message.read=yes", "--symptom", "refused", "--no-report", "--format", "html"},
		{"recall", "--offline", "--set", "message.read=yes", "--symptom", "refused", "--no-report", "--format", "text"},
		{"recall", "--offline", "--set", "message.read=yes", "--symptom", "refused", "--output", "-"},
		{"checks"}, {"--help"},
	} {
		want := program(t, args...)
		want.Stdout = new(bytes.Buffer)
		_ = want.Run()
		r, w, err := os.Pipe()
		if err != nil {
			t.Fatal(err)
		}
		r.Close()
		cmd := program(t, args...)
		var errs bytes.Buffer
		cmd.Stdout, cmd.Stderr = w, &errs
		_ = cmd.Run()
		w.Close()
		if got := cmd.ProcessState; got.ExitCode() != want.ProcessState.ExitCode() || strings.Contains(errs.String(), "error: ") {
			t.Errorf("%v: %s, want %s; %s", args, got, want.ProcessState, errs.String())
		}
	}
}

// What cannot be written is said with what, where, and what to do; the status is 2.
func TestWhatCannotBeWritten(t *testing.T) {
	if runtime.GOOS != "linux" {
		t.Skip("WRITES THAT FAIL ARE NOT TESTED HERE: /dev/full and /proc, which fail them, are Linux's")
	}
	full, err := os.OpenFile("/dev/full", os.O_WRONLY, 0)
	if err != nil {
		t.Skip(err)
	}
	defer full.Close()
	known := []string{"recall", "--offline", "--set", "message.read=yes"}
	for _, c := range []struct {
		args  []string
		full  bool
		words []string
	}{
		{append(known, "--no-report"), true, []string{"stdout", "the disk is full", "> FILE"}},
		{append(known, "--output", "-"), true, []string{"stdout", "the disk is full"}},
		{[]string{"--help"}, true, []string{"stdout", "the disk is full"}},
		{append(known, "--output", "/proc/x.zip"), false, []string{"/proc/x.zip", "cannot write", "--output"}},
	} {
		cmd := program(t, c.args...)
		var errs bytes.Buffer
		cmd.Stderr = &errs
		if c.full {
			cmd.Stdout = full
		}
		_ = cmd.Run()
		if code := cmd.ProcessState.ExitCode(); code != 2 {
			t.Errorf("%v: status %d", c.args, code)
		}
		for _, w := range c.words {
			if !strings.Contains(errs.String(), w) {
				t.Errorf("%v: no %q in %s", c.args, w, errs.String())
			}
		}
	}
}

// The archive goes to stdout, and the result, which goes to stderr then, says so.
func TestArchiveOnStdout(t *testing.T) {
	cmd := program(t, "recall", "--offline", "--set", "message.read=yes", "--symptom", "refused", "--output", "-")
	var out, errs bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &errs
	_ = cmd.Run()
	if !bytes.HasPrefix(out.Bytes(), []byte("PK")) || strings.Contains(errs.String(), "no report") || !strings.Contains(errs.String(), "went to standard output") {
		t.Errorf("%d bytes; %s", out.Len(), errs.String())
	}
	if left, _ := filepath.Glob(filepath.Join(cmd.Dir, "*")); len(left) > 0 {
		t.Errorf("left behind: %v", left)
	}
}
