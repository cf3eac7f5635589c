//go:build unix

package main

import (
	"bufio"
	"encoding/json"
	"errors"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"testing"
	"time"

	"meiqia-diag/diag/watch"
)

// TestCtrlCEndsAWatchWithItsSummary breaks one off after its first run: the
// summary comes, within a second, and the status is that of an interruption.
func TestCtrlCEndsAWatchWithItsSummary(t *testing.T) {
	cmd := exec.Command(os.Args[0], "watch", "--lab", "--every", "1h", "--format", "json")
	cmd.Env = append(os.Environ(), "MEIQIA_DIAG_TEST=main")
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	limit := time.AfterFunc(time.Minute, func() { _ = cmd.Process.Kill() })
	defer limit.Stop()
	lines := bufio.NewScanner(out)
	if !lines.Scan() || !strings.Contains(lines.Text(), `"type":"run"`) {
		t.Fatalf("the first line is %q", lines.Text())
	}
	began := time.Now()
	if err := cmd.Process.Signal(syscall.SIGINT); err != nil {
		t.Fatal(err)
	}
	if !lines.Scan() {
		t.Fatal("there is no summary")
	}
	var s watch.Summary
	if err := json.Unmarshal(lines.Bytes(), &s); err != nil || s.Type != "summary" || s.Runs != 1 || s.Answer != watch.AnswerClean {
		t.Errorf("%v %s", err, lines.Bytes())
	}
	if lines.Scan() {
		t.Errorf("after the summary comes %q", lines.Text())
	}
	err = cmd.Wait()
	var ee *exec.ExitError
	if !errors.As(err, &ee) || ee.ExitCode() != statusInterrupted {
		t.Errorf("it ended with %v", err)
	}
	if took := time.Since(began); took > 10*time.Second {
		t.Errorf("it took %v to end", took)
	}
}
