package checks

import (
	"bytes"
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"strings"
	"testing"
	"time"

	"meiqia-diag/checks/webcache"
	"meiqia-diag/checks/webcache/webcachetest"
)

// privateStores are files of browsers that nothing opens: cookies, logins, form data, history.
var privateStores = []string{"Cookies", "Login Data", "Login Data For Account", "Web Data", "History", "Network/Cookies", "Account Web Data",
	"cookies.sqlite", "logins.json", "logins.db", "key4.db", "places.sqlite", "formhistory.sqlite", "storage/default/https+++desk.example/ls/data.sqlite"}

var openedFile = regexp.MustCompile(`openat?2?\((?:[^",]+, )?"([^"]*)", ([^)]*)`)

// TestPrivateStoresStayClosed watches with strace what the checks open of a
// profile of each family: its caches, and none of its private stores; and
// nothing there for writing.
func TestPrivateStoresStayClosed(t *testing.T) {
	strace, err := exec.LookPath("strace")
	if runtime.GOOS != "linux" || err != nil {
		t.Skip("STRACE NOT AVAILABLE (Debian: strace): what the checks open is not proven here")
	}
	d := newDesk(t)
	dir := t.TempDir()
	for _, profile := range []string{"User Data/Default", "firefox/abc.default"} {
		for _, name := range privateStores {
			path := filepath.Join(dir, profile, filepath.FromSlash(name))
			webcachetest.Must(t, os.MkdirAll(filepath.Dir(path), 0o700))
			webcachetest.Must(t, os.WriteFile(path, []byte("SQLite format 3\x00"), 0o600))
		}
	}
	write(t, filepath.Join(dir, "User Data", "Local State"), `{"profile":{"info_cache":{"Default":{}}}}`)
	write(t, filepath.Join(dir, "User Data", "Default", "Preferences"), `{"extensions":{"settings":{}}}`)
	write(t, filepath.Join(dir, "firefox", "abc.default", "prefs.js"), `user_pref("a", 1);`)
	d.put(t, filepath.Join(dir, "User Data", inside), copied{"/app.js", []string{js, "Cache-Control: max-age=60"}, time.Minute, "one", ""})
	webcachetest.Cache2Entry(t, filepath.Join(dir, "firefox", "abc.default"), webcachetest.Answer{URL: d.URL + "/app.js", Lines: []string{js}, Came: cacheNow, Body: []byte("one")}, func([]byte) uint32 { return 0 })

	log := filepath.Join(t.TempDir(), "trace")
	cmd := exec.Command(strace, "-f", "-qq", "-y", "-e", "trace=open,openat,openat2,creat,rename,unlink,unlinkat", "-o", log, os.Args[0], "-test.run=^TestPrivateStoresChild$", "-test.count=1")
	cmd.Env = append(os.Environ(), "MEIQIA_PRIVATE_CHILD="+dir, "MEIQIA_PRIVATE_HOST="+d.URL)
	out, err := cmd.CombinedOutput()
	trace, readErr := os.ReadFile(log)
	if readErr != nil || bytes.Contains(out, []byte("ptrace")) {
		t.Skipf("STRACE IS NOT ALLOWED TO TRACE HERE: %v, %s", readErr, out)
	}
	if err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	index, entries := 0, 0
	for line := range strings.Lines(string(trace)) {
		m := openedFile.FindStringSubmatch(line)
		if m == nil {
			continue
		}
		for _, name := range privateStores {
			if base := filepath.Base(name); filepath.Base(m[1]) == base {
				t.Errorf("opened %s: %s", base, strings.TrimSpace(line))
			}
		}
		if strings.Contains(line, dir) && regexp.MustCompile(`O_(?:WRONLY|RDWR|CREAT|TRUNC)`).MatchString(m[2]) {
			t.Errorf("opened for writing: %s", strings.TrimSpace(line))
		}
		switch {
		case strings.HasSuffix(m[1], "index"):
			index++
		case strings.HasSuffix(m[1], "_0"):
			entries++
		}
	}
	if index == 0 || entries == 0 {
		t.Errorf("the caches were not opened either: this test could not fail\n%s", out)
	}
}

// TestPrivateStoresChild is what TestPrivateStoresStayClosed watches.
func TestPrivateStoresChild(t *testing.T) {
	dir := os.Getenv("MEIQIA_PRIVATE_CHILD")
	if dir == "" {
		t.Skip("run by TestPrivateStoresStayClosed")
	}
	in := input(t, nil, nil)
	in.Attempt.Evidence.Browsers = []string{filepath.Join(dir, "User Data"), filepath.Join(dir, "firefox")}
	in.Profile.Hosts[0].URL = os.Getenv("MEIQIA_PRIVATE_HOST") + "/chat"
	for _, c := range All() {
		c.Run(context.Background(), in, nil)
	}
	if _, err := webcache.Read(t.Context(), filepath.Join(dir, "firefox", "abc.default"), "cache2", func(string) bool { return true }); err != nil {
		t.Error(err)
	}
}
