//go:build unix

package machine

import (
	"database/sql"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"meiqia-diag/diag/realbrowser"

	"github.com/chromedp/chromedp"
)

// site serves a page that tells whether its script ran, and which cookie it could keep.
type site struct {
	*httptest.Server
	mu    sync.Mutex
	heard map[string]string // by host: "ran", "off", and with "cookie " before it what was kept
}

func newSite(t *testing.T) *site {
	s := &site{heard: map[string]string{}}
	s.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		host, _, _ := strings.Cut(r.Host, ":")
		switch r.URL.Path {
		case "/":
			w.Header().Set("Cache-Control", "no-store")
			fmt.Fprint(w, `<!doctype html><noscript><img src="/off"></noscript><script>
			let kept = "none"; try { document.cookie = "a=1"; kept = document.cookie || "none" } catch (e) { kept = "denied" }
			fetch("/ran?" + kept)</script>`)
		case "/off", "/ran":
			s.mu.Lock()
			s.heard[host] = strings.Trim(r.URL.Path, "/")
			s.heard["cookie "+host] = r.URL.RawQuery
			s.mu.Unlock()
		default:
			http.NotFound(w, r)
		}
	}))
	t.Cleanup(s.Close)
	return s
}

func (s *site) port() string {
	u, err := url.Parse(s.URL)
	if err != nil {
		panic(err)
	}
	return u.Port()
}

// await waits for what the page of a host says.
func (s *site) await(t *testing.T, host string) (script, cookie string) {
	t.Helper()
	for range 900 {
		s.mu.Lock()
		script, cookie = s.heard[host], s.heard["cookie "+host]
		s.mu.Unlock()
		if script != "" {
			return script, cookie
		}
		time.Sleep(50 * time.Millisecond)
	}
	t.Fatalf("the page of %s was never shown", host)
	return "", ""
}

// visit starts Chromium with a data folder and opens pages one after the other,
// each when the last was shown.
func visit(t *testing.T, program, dir string, urls []string, shown func(i int)) (end func()) {
	t.Helper()
	tab, end := realbrowser.Drive(t, 90*time.Second, realbrowser.Options(program, dir))
	for i, u := range urls {
		if err := chromedp.Do(tab, chromedp.Navigate(u)); err != nil {
			t.Fatal(err)
		}
		shown(i)
	}
	return end
}

// What Chromium makes of content settings, against what is read of them: while
// it runs, and from what it wrote when it ended.
func TestContentSettingsInABrowser(t *testing.T) {
	program := realbrowser.Chromium(t)
	for name, general := range map[string]int{"as it comes": 0, "off for all": contentBlock} {
		t.Run(name, func(t *testing.T) {
			s := newSite(t)
			port := s.port()
			rules := []struct {
				host  string
				lines []string
			}{
				{"plain.localhost", nil},
				{"one.localhost", []string{`"http://one.localhost:%s,*":{"setting":2}`}},
				{"port.localhost", []string{`"http://port.localhost:1,*":{"setting":2}`}},
				{"scheme.localhost", []string{`"https://scheme.localhost:%s,*":{"setting":2}`}},
				{"below.domain.localhost", []string{`"[*.]domain.localhost,*":{"setting":2}`}},
				{"kept.rescued.localhost", []string{`"[*.]rescued.localhost,*":{"setting":2}`, `"http://kept.rescued.localhost:%s,*":{"setting":1}`}},
				{"deep.er.nested.localhost", []string{`"[*.]nested.localhost,*":{"setting":1}`, `"[*.]er.nested.localhost,*":{"setting":2}`}},
				{"allowed.localhost", []string{`"http://allowed.localhost:%s,*":{"setting":1}`}},
				{"any.localhost", []string{`"http://any.localhost,*":{"setting":2}`, `"any.localhost,*":{"setting":1}`}},
			}
			var lines, urls []string
			for _, r := range rules {
				urls = append(urls, "http://"+r.host+":"+port+"/")
				for _, l := range r.lines {
					lines = append(lines, strings.ReplaceAll(l, "%s", port))
				}
			}
			dir := t.TempDir()
			if err := os.MkdirAll(filepath.Join(dir, "Default"), 0o700); err != nil {
				t.Fatal(err)
			}
			prefs := fmt.Sprintf(`{"profile":{"content_settings":{"exceptions":{"javascript":{%s}}}%s}}`, strings.Join(lines, ","),
				map[bool]string{true: `,"default_content_setting_values":{"javascript":2}`}[general == contentBlock])
			if err := os.WriteFile(filepath.Join(dir, "Default", "Preferences"), []byte(prefs), 0o600); err != nil {
				t.Fatal(err)
			}
			said := map[string]string{}
			end := visit(t, program, dir, urls, func(i int) { said[rules[i].host], _ = s.await(t, rules[i].host) })
			if count := strings.Count(fmt.Sprint(said), "off"); count < 3 || count > len(rules)-2 {
				t.Errorf("the cases tell nothing apart: %v", said)
			}
			compare := func(when string) {
				t.Helper()
				if folders := ProfileFolders(dir); len(folders) != 1 || baseName(folders[0]) != "Default" {
					t.Fatalf("%s: profiles %v", when, folders)
				}
				for i, r := range rules {
					got := "ran"
					for _, set := range ProfileSettings(t.Context(), filepath.Join(dir, "Default"), Sites{Pages: urls[i : i+1]}) {
						if set.What == "javascript" {
							got = "off"
						}
					}
					if got != said[r.host] {
						t.Errorf("%s, %s: Chromium says %s, read is %s", when, r.host, said[r.host], got)
					}
				}
			}
			compare("while it runs")
			end()
			compare("after it ended")
			data, err := os.ReadFile(filepath.Join(dir, "Default", "Preferences"))
			if err != nil || string(data) == prefs {
				t.Errorf("Chromium wrote nothing: this read what the test wrote (%v)", err)
			}
			e := env("linux", filepath.Dir(dir), os.DirFS("/"))
			b := Browser{DataDir: dir, Family: Chromium}
			e.readChromium(&b)
			if len(b.Profiles) != 1 || b.Running == Yes {
				t.Fatalf("%+v", b)
			}
			e.look(&b, &b.Profiles[0], urls)
			if b.Profiles[0].engine == "" || b.Profiles[0].engine != b.LastRun {
				t.Errorf("engine %q, last run %q", b.Profiles[0].engine, b.LastRun)
			}
		})
	}
}

// Policies are laid out in a folder that stands in the place of the system's for
// one Chromium alone.
func TestPoliciesInABrowser(t *testing.T) {
	program := realbrowser.Chromium(t)
	root := t.TempDir()
	etc := filepath.Join(root, "etc/chromium")
	if err := os.MkdirAll(filepath.Join(etc, "policies/managed"), 0o755); err != nil {
		t.Fatal(err)
	}
	wrapper := filepath.Join(root, "chromium.sh")
	script := fmt.Sprintf("#!/bin/sh\nexec unshare -m sh -c 'mount --bind \"$0\" /etc/chromium && exec \"$@\"' %s %s \"$@\"\n", etc, program)
	if err := os.WriteFile(wrapper, []byte(script), 0o755); err != nil {
		t.Fatal(err)
	}
	if out, err := exec.Command("unshare", "-m", "sh", "-c", `mount --bind "$0" /etc/chromium`, etc).CombinedOutput(); err != nil {
		t.Skipf("NO MOUNT NAMESPACE (root is needed, and Debian's /etc/chromium): what a real Chromium makes of policies is not compared here: %v %s", err, out)
	}
	s := newSite(t)
	port := s.port()
	policies := strings.ReplaceAll(`{"JavaScriptBlockedForUrls":["http://barred.localhost:%s","[*.]domain.localhost","http://both.localhost"],
		"JavaScriptAllowedForUrls":["kept.domain.localhost","http://both.localhost"],"URLBlocklist":["page.localhost","strict.localhost/private"],"URLAllowlist":["let.page.localhost"]}`, "%s", port)
	if err := os.WriteFile(filepath.Join(etc, "policies/managed/x.json"), []byte(policies), 0o644); err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	if err := os.MkdirAll(filepath.Join(dir, "Default"), 0o700); err != nil {
		t.Fatal(err)
	}
	mine := fmt.Sprintf(`{"profile":{"content_settings":{"exceptions":{"javascript":{"http://barred.localhost:%[1]s,*":{"setting":1},"http://own.localhost:%[1]s,*":{"setting":2}}}}}}`, port)
	if err := os.WriteFile(filepath.Join(dir, "Default", "Preferences"), []byte(mine), 0o600); err != nil {
		t.Fatal(err)
	}
	hosts := []string{"free.localhost", "barred.localhost", "x.domain.localhost", "kept.domain.localhost", "both.localhost", "own.localhost", "let.page.localhost", "strict.localhost"}
	var urls []string
	for _, h := range hosts {
		urls = append(urls, "http://"+h+":"+port+"/")
	}
	said := map[string]string{}
	end := visit(t, wrapper, dir, urls, func(i int) { said[hosts[i]], _ = s.await(t, hosts[i]) })
	e := env("linux", "/home/none", os.DirFS("/"))
	sub := os.DirFS(root)
	policed := env("linux", "/home/none", sub).policies(productOf(t, "chromium"))
	for i, h := range hosts {
		p := Profile{Dir: filepath.Join(dir, "Default")}
		b := Browser{ID: "chromium", Family: Chromium, DataDir: dir}
		e.look(&b, &p, nil)
		got, by := "ran", ""
		for _, set := range chromiumSettings(*p.prefs, nil, policed, Sites{Pages: urls[i : i+1]}, time.Now(), false) {
			if set.What == "javascript" || set.What == "site" {
				got, by = "off", set.By
			}
		}
		if got != said[h] {
			t.Errorf("%s: Chromium says %s, read is %s (%s)", h, said[h], got, by)
		}
	}
	if said["barred.localhost"] != "off" || said["free.localhost"] != "ran" {
		t.Errorf("Chromium did not take the policies: %v", said)
	}
	end()
	if got := told(blockedSites(policed, Sites{Pages: []string{"http://page.localhost:" + port + "/"}})); got != "site block service policy page.localhost" {
		t.Error(got)
	}
}

func TestFirefoxSettingsInABrowser(t *testing.T) {
	s := newSite(t)
	port := s.port()
	open := func(t *testing.T, prefs string) (dir string) {
		dir = t.TempDir()
		user := prefs + "\n" + strings.Join(realbrowser.QuietFirefox, "\n") + "\n"
		if err := os.WriteFile(filepath.Join(dir, "prefs.js"), []byte(user), 0o600); err != nil {
			t.Fatal(err)
		}
		db, err := sql.Open("sqlite", filepath.Join(dir, "permissions.sqlite"))
		if err != nil {
			t.Fatal(err)
		}
		defer db.Close()
		for _, q := range []string{"PRAGMA user_version=12",
			"CREATE TABLE moz_perms (id INTEGER PRIMARY KEY, origin TEXT, type TEXT, permission INTEGER, expireType INTEGER, expireTime INTEGER, modificationTime INTEGER)",
			"INSERT INTO moz_perms VALUES (1, 'http://denied.localhost:" + port + "', 'cookie', 2, 0, 0, 1763712061000), (2, 'http://allowed.localhost:" + port + "', 'cookie', 1, 0, 0, 1763712061000)"} {
			if _, err := db.Exec(q); err != nil {
				t.Fatal(err)
			}
		}
		return dir
	}
	run := func(t *testing.T, dir, host string) (end func(), script, cookie string) {
		end = realbrowser.StartFirefox(t, dir, "http://"+host+":"+port+"/")
		script, cookie = s.await(t, host)
		return end, script, cookie
	}
	page := func(host string) Sites { return Sites{Pages: []string{"http://" + host + ":" + port + "/"}} }

	t.Run("JavaScript off", func(t *testing.T) {
		dir := open(t, `user_pref("javascript.enabled", false);`)
		end, script, _ := run(t, dir, "off.localhost")
		if got := told(ProfileSettings(t.Context(), dir, page("off.localhost"))); script != "off" || got != "javascript block all user" {
			t.Errorf("while it runs: %s, %q", script, got)
		}
		end()
		if got := told(ProfileSettings(t.Context(), dir, page("off.localhost"))); got != "javascript block all user" {
			t.Errorf("after it ended: %q", got)
		}
	})
	t.Run("cookies denied to a site", func(t *testing.T) {
		dir := open(t, "")
		end, script, cookie := run(t, dir, "denied.localhost")
		if script != "ran" || cookie == "a=1" {
			t.Errorf("Firefox: %s, cookie %s", script, cookie)
		}
		want := "cookies block service user http://denied.localhost:" + port
		if got := told(ProfileSettings(t.Context(), dir, page("denied.localhost"))); got != want {
			t.Errorf("while it runs and holds the store: %q", got)
		}
		if got := told(ProfileSettings(t.Context(), dir, page("other.localhost"))); got != "" {
			t.Errorf("of another site: %q", got)
		}
		end()
		if got := told(ProfileSettings(t.Context(), dir, page("denied.localhost"))); got != want {
			t.Errorf("after it ended: %q", got)
		}
	})
	t.Run("no cookies but of one site", func(t *testing.T) {
		dir := open(t, `user_pref("network.cookie.cookieBehavior", 2);`)
		_, _, cookie := run(t, dir, "allowed.localhost")
		got := told(ProfileSettings(t.Context(), dir, page("allowed.localhost")))
		if (cookie == "a=1") != (got == "") {
			t.Errorf("Firefox kept %s, read is %q", cookie, got)
		}
		if got := told(ProfileSettings(t.Context(), dir, page("other.localhost"))); got != "cookies block all user" {
			t.Errorf("%q", got)
		}
	})
}
