package webcachetest

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"
)

// find finds a browser. Its absence is a failure: a reader that has not seen a
// real store is not known to read one.
func find(t testing.TB, what string, names ...string) string {
	t.Helper()
	if os.Getenv("MEIQIA_DIAG_NO_BROWSER") == "1" {
		t.Skip("MEIQIA_DIAG_NO_BROWSER=1: no browser is to be started here")
	}
	for _, name := range names {
		if path, err := exec.LookPath(name); err == nil {
			return path
		}
	}
	t.Fatalf("no %s found; install it (Debian: apt-get install %s), or set MEIQIA_DIAG_NO_BROWSER=1 to go without this test", what, names[0])
	return ""
}

// Browser is a browser that runs.
type Browser struct {
	t    testing.TB
	cmd  *exec.Cmd
	end  context.CancelFunc
	done chan error
}

// Chromium starts Chromium on a user data folder with one of the formats of its cache ("" for its own choice).
func Chromium(t testing.TB, dir, format, page string) *Browser {
	t.Helper()
	args := []string{"--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--disable-dev-shm-usage", "--disable-background-networking", "--disable-component-update", "--disable-sync",
		"--no-first-run", "--remote-debugging-port=0", "--user-data-dir=" + dir}
	if format != "" {
		args = append(args, "--enable-features=DiskCacheBackendExperiment:backend/"+format)
	}
	return start(t, nil, find(t, "Chromium", "chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome"), append(args, page)...)
}

// Firefox starts Firefox on a profile folder.
func Firefox(t testing.TB, dir, page string) *Browser {
	t.Helper()
	Must(t, os.MkdirAll(dir, 0o700))
	prefs := ""
	for name, value := range map[string]string{"browser.shell.checkDefaultBrowser": "false", "app.update.enabled": "false", "datareporting.policy.dataSubmissionEnabled": "false", "toolkit.telemetry.reportingpolicy.firstRun": "false",
		"network.captive-portal-service.enabled": "false", "network.connectivity-service.enabled": "false", "browser.aboutwelcome.enabled": "false"} {
		prefs += fmt.Sprintf("user_pref(%q, %s);\n", name, value)
	}
	Must(t, os.WriteFile(filepath.Join(dir, "user.js"), []byte(prefs), 0o600))
	return start(t, []string{"HOME=" + filepath.Dir(dir), "MOZ_CRASHREPORTER_DISABLE=1"}, find(t, "Firefox", "firefox-esr", "firefox"), "--headless", "--no-remote", "--profile", dir, page)
}

func start(t testing.TB, env []string, path string, args ...string) *Browser {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), 2*time.Minute)
	b := &Browser{t: t, end: cancel, done: make(chan error, 1), cmd: exec.CommandContext(ctx, path, args...)}
	b.cmd.Env = append(os.Environ(), env...)
	ownGroup(b.cmd)
	Must(t, b.cmd.Start())
	go func() { b.done <- b.cmd.Wait() }()
	t.Cleanup(b.Stop)
	return b
}

// Stop ends the browser as a person does, and by force where it does not end.
func (b *Browser) Stop() {
	if b.cmd == nil {
		return
	}
	terminate(b.cmd)
	select {
	case <-b.done:
	case <-time.After(6 * time.Second):
	}
	kill(b.cmd)
	b.end()
	b.cmd = nil
}
