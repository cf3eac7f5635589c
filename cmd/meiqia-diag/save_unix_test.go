//go:build unix

package main

import (
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"filippo.io/age"
)

// TestNoRoomForTheReport: where a file may not grow to the report's size, none
// is left, plain or encrypted, and the result is still told.
func TestNoRoomForTheReport(t *testing.T) {
	id, err := age.GenerateX25519Identity()
	if err != nil {
		t.Fatal(err)
	}
	inc := write(t, t.TempDir(), "incident.yaml", goodIncident)
	settings, tmp := t.TempDir(), t.TempDir()
	for name, more := range map[string]string{"plain": "", "encrypted": " --encrypt-to " + id.Recipient().String(), "over another": " --force"} {
		dir := t.TempDir()
		if name == "over another" {
			write(t, dir, "r.zip", "mine")
		}
		cmd := exec.Command("/bin/sh", "-c", `trap "" XFSZ; ulimit -f 8; exec "$0" recall --offline --incident "$1" --output r.zip`+more, os.Args[0], inc)
		cmd.Dir, cmd.Env = dir, append(os.Environ(), "MEIQIA_DIAG_TEST=main", "XDG_CONFIG_HOME="+settings, "HOME="+settings, "TMPDIR="+tmp, "LC_ALL=zh_CN.UTF-8")
		out, err := cmd.Output()
		var ee *exec.ExitError
		if !errors.As(err, &ee) || ee.ExitCode() != 2 || !strings.Contains(string(ee.Stderr), "写不了") || !strings.Contains(string(out), "decision.message-read") {
			t.Errorf("%s: %v\n%s\n%s", name, err, out, ee.Stderr)
		}
		for _, d := range []string{dir, tmp} {
			list, err := os.ReadDir(d)
			if err != nil || len(list) > 1 || len(list) == 1 && name != "over another" {
				t.Errorf("%s: %v is left in %s", name, list, d)
			}
		}
		if data, err := os.ReadFile(filepath.Join(dir, "r.zip")); name == "over another" && (err != nil || string(data) != "mine") {
			t.Errorf("%s: %q %v", name, data, err)
		}
	}
}
