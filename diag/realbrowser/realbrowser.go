// Package realbrowser finds and starts real browsers for tests: by themselves,
// as a person starts them, or driven by the tools for developers. What is staged
// in one is for others to say; see diag/lab/browsertest.
//
// Only tests import it.
package realbrowser

import (
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
)

// Chromium gives the program of Chromium or its kin.
func Chromium(t testing.TB) string {
	t.Helper()
	return find(t, "chromium", "chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
}

// Firefox gives the program of Firefox.
func Firefox(t testing.TB) string {
	t.Helper()
	return find(t, "firefox-esr", "firefox-esr", "firefox")
}

// find finds a browser. Its absence is a failure: what nobody has seen in a
// browser is not known to work.
func find(t testing.TB, debian string, names ...string) string {
	t.Helper()
	if os.Getenv("MEIQIA_DIAG_NO_BROWSER") == "1" {
		t.Skip("MEIQIA_DIAG_NO_BROWSER=1: no browser is to be started here")
	}
	for _, name := range names {
		if path, err := exec.LookPath(name); err == nil {
			return path
		}
	}
	t.Fatalf("no %s found; install it (Debian: apt-get install %s), or set MEIQIA_DIAG_NO_BROWSER=1 to go without this test", names[0], debian)
	return ""
}

// quiet are flags of Chromium that keep it from asking the internet, and from
// what a machine for tests lacks.
var quiet = []string{"disable-gpu", "disable-quic", "no-first-run", "no-default-browser-check", "disable-background-networking", "disable-component-update", "disable-sync", "disable-dev-shm-usage"}

// Options are those of a driven Chromium without a window; further ones go before.
func Options(path, dataDir string, more ...chromedp.ExecAllocatorOption) []chromedp.ExecAllocatorOption {
	opts := []chromedp.ExecAllocatorOption{chromedp.ExecPath(path), chromedp.UserDataDir(dataDir), chromedp.Headless, chromedp.NoSandbox}
	for _, name := range quiet {
		opts = append(opts, chromedp.Flag(name, true))
	}
	return append(opts, more...)
}

// Drive starts a Chromium with one page. The end closes it as a person does, so
// that it writes what it keeps, and comes with the test's at the latest.
func Drive(t testing.TB, limit time.Duration, opts []chromedp.ExecAllocatorOption, page ...chromedp.ContextOption) (tab context.Context, end func()) {
	ctx, cancel := context.WithTimeout(t.Context(), limit)
	alloc, endAlloc := chromedp.NewExecAllocator(ctx, opts...)
	tab, endTab := chromedp.NewContext(alloc, page...)
	end = sync.OnceFunc(func() {
		if tab.Err() == nil { // nobody has closed it already
			_ = chromedp.Cancel(tab) // waits for the browser, which may have ended by itself
		}
		endTab()
		endAlloc()
		cancel()
	})
	t.Cleanup(end)
	return tab, end
}

// QuietFirefox are lines of user.js that keep Firefox from asking the internet.
var QuietFirefox = []string{
	`user_pref("xpinstall.signatures.required", false);`, `user_pref("extensions.update.enabled", false);`, `user_pref("app.update.auto", false);`, `user_pref("app.update.enabled", false);`,
	`user_pref("browser.shell.checkDefaultBrowser", false);`, `user_pref("browser.startup.homepage_override.mstone", "ignore");`, `user_pref("browser.aboutwelcome.enabled", false);`,
	`user_pref("datareporting.policy.dataSubmissionEnabled", false);`, `user_pref("toolkit.telemetry.enabled", false);`, `user_pref("toolkit.telemetry.reportingpolicy.firstRun", false);`,
	`user_pref("network.captive-portal-service.enabled", false);`, `user_pref("network.connectivity-service.enabled", false);`, `user_pref("browser.safebrowsing.update.enabled", false);`,
	`user_pref("browser.safebrowsing.downloads.remote.enabled", false);`, `user_pref("services.settings.server", "data:,");`,
}

// WriteUserJS lays a profile of Firefox out, with further lines of user.js.
func WriteUserJS(t testing.TB, profile string, more ...string) {
	t.Helper()
	err := os.MkdirAll(profile, 0o700)
	if err == nil {
		err = os.WriteFile(filepath.Join(profile, "user.js"), []byte(strings.Join(QuietFirefox, "\n")+"\n"+strings.Join(more, "\n")+"\n"), 0o600)
	}
	if err != nil {
		t.Fatal(err)
	}
}

// StartChromium starts one by itself, with a page and further flags.
func StartChromium(t testing.TB, dataDir, page string, flags ...string) (end func()) {
	t.Helper()
	args := []string{"--headless", "--no-sandbox", "--remote-debugging-port=0", "--user-data-dir=" + dataDir}
	for _, name := range quiet {
		args = append(args, "--"+name)
	}
	return start(t, Chromium(t), append(append(args, flags...), page)...)
}

// StartFirefox starts one by itself, with a page.
func StartFirefox(t testing.TB, profile, page string) (end func()) {
	t.Helper()
	return start(t, Firefox(t), "--headless", "--no-remote", "--profile", profile, page)
}

// Waits for a browser: as long as it may run, and as long as it may take to end.
const (
	runsAtMost = 2 * time.Minute
	endsWithin = 10 * time.Second
)

// start starts a browser with a home of its own. The end asks it to end, as a
// person does, and puts an end to what of it is left.
func start(t testing.TB, path string, args ...string) (end func()) {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), runsAtMost) // outlives the test's own, so that it ends well
	cmd := exec.CommandContext(ctx, path, args...)
	cmd.Env = append(os.Environ(), "HOME="+t.TempDir(), "MOZ_HEADLESS=1", "MOZ_CRASHREPORTER_DISABLE=1")
	cmd.WaitDelay = endsWithin
	ownGroup(cmd)
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	done := make(chan struct{})
	go func() { _ = cmd.Wait(); close(done) }() // it is told to end: how it does says nothing
	end = sync.OnceFunc(func() {
		ask(cmd)
		select {
		case <-done:
		case <-time.After(endsWithin):
		}
		kill(cmd)
		<-done
		cancel()
	})
	t.Cleanup(end)
	return end
}
