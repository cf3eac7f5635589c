package checks

import (
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	"meiqia-diag/checks/machine"
	"meiqia-diag/diag"
	"meiqia-diag/diag/incident"
	"meiqia-diag/diag/profile"
)

// home makes a home folder with files in it, and makes it this run's.
func home(t *testing.T, pairs ...string) string {
	t.Helper()
	if runtime.GOOS != "linux" {
		t.Skip("A HOME FOLDER OF FIXTURES IS LAID OUT AS LINUX HAS IT: other systems are tested in package machine alone")
	}
	dir := t.TempDir()
	t.Setenv("HOME", dir)
	t.Setenv("XDG_CONFIG_HOME", "")
	for i := 0; i+1 < len(pairs); i += 2 {
		p := filepath.Join(dir, pairs[i])
		if err := os.MkdirAll(filepath.Dir(p), 0o755); err != nil {
			t.Fatal(err)
		}
		write(t, p, pairs[i+1])
	}
	return dir
}

func healthInput(t *testing.T, prof *profile.Profile) *diag.Input {
	t.Helper()
	in := input(t, nil, prof)
	in.Health = true
	return in
}

// settings is Preferences in which the workbench was used lately, with one kind of exceptions.
func settings(used bool, kind, exceptions string) string {
	engaged := ""
	if used {
		engaged = fmt.Sprintf(`,"site_engagement":{"https://app.meiqia.com:443,*":{"setting":{"lastEngagementTime":%d}}}`, (pressT.Unix()+11_644_473_600)*1_000_000)
	}
	return fmt.Sprintf(`{"profile":{"content_settings":{"exceptions":{"%s":{%s}%s}}}}`, kind, exceptions, engaged)
}

const (
	off     = `"https://app.meiqia.com:443,*":{"setting":2,"last_modified":"13439897078542357"}`
	desktop = ".config/chromium/Default/Preferences"
)

func TestSettingsOfTheBrowserInUse(t *testing.T) {
	home(t, desktop, settings(true, "javascript", off),
		".config/microsoft-edge/Default/Preferences", settings(false, "javascript", off))
	r := run(t, "browser", healthInput(t, nil))
	want(t, r, diag.Fail, "browser.setting=javascript site:service effect:block by:user undo:chromium-site use:workbench since:2026-11-23 place:Preferences")
	if n := len(diag.Observations(r.Observations).All(BrowserSetting)); n != 1 {
		t.Errorf("%d settings: those of a browser that nobody uses for it are nobody's concern\n%s", n, list2text(r))
	}
}

func TestHarmlessSettings(t *testing.T) {
	home(t, desktop, settings(true, "popups", off))
	want(t, run(t, "browser", healthInput(t, nil)), diag.Pass, "browser.setting=popups site:service")
	home(t, desktop, settings(true, "javascript", `"https://other.example:443,*":{"setting":2}`))
	want(t, run(t, "browser", healthInput(t, nil)), diag.Pass, "!browser.setting")
}

func TestADeadProxyOfTheBrowser(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	proxy := func(server string) string {
		return strings.TrimSuffix(settings(true, "popups", ""), "}") + fmt.Sprintf(`,"proxy":{"mode":"fixed_servers","server":%q}}`, server)
	}
	for server, effect := range map[string]string{l.Addr().String(): "fixed", "127.0.0.1:1": "dead", "192.0.2.1:3128": "fixed"} {
		home(t, desktop, proxy(server))
		in := healthInput(t, nil)
		in.Offline = false
		s := &sheet{}
		s.setUpNow(t.Context(), in)
		if o, _ := diag.Observations(s.list).First(BrowserSetting); o.Text() != "proxy" || o.Detail["effect"] != effect || o.Detail["value"] != server {
			t.Errorf("%s: %+v", server, o)
		}
	}
	home(t, desktop, proxy("127.0.0.1:1"))
	want(t, run(t, "browser", healthInput(t, nil)), diag.Pass, "browser.setting=proxy effect:fixed") // offline nothing is asked
}

func TestEngineBehindABrand(t *testing.T) {
	engine := func(v string) string {
		return strings.TrimSuffix(settings(true, "popups", ""), "}") + fmt.Sprintf(`,"extensions":{"last_chrome_version":%q}}`, v)
	}
	for v, word := range map[string]string{"69.0.3497.100": "below", "122.0.6261.171": "ok"} {
		home(t, ".config/browser360/Default/Preferences", engine(v), ".config/browser360/Last Version", "15.3.1234.64")
		r := run(t, "browser", healthInput(t, nil))
		want(t, r, "", "browser.engine="+word+" version:"+v+" brand_version:15.3.1234.64 minimum:80 minimum_basis:assumed use:workbench")
		if (r.State == diag.Warn) != (word == "below") {
			t.Errorf("%s: %s", v, r.State)
		}
	}
	home(t, ".config/browser360/Last Version", "15.3.1234.64", ".config/browser360/Default/Preferences", settings(true, "popups", ""))
	want(t, run(t, "browser", healthInput(t, nil)), diag.Pass, "!browser.engine") // the brand's number says nothing of the engine
}

func TestProfilesInUse(t *testing.T) {
	now := pressT
	p := func(name string, last bool, days int) machine.Profile {
		x := machine.Profile{Name: name, Dir: "/x/" + name, Last: last}
		if days > 0 {
			x.Workbench = now.AddDate(0, 0, -days)
		}
		return x
	}
	b := func(id string, running, standard machine.Answer, ps ...machine.Profile) machine.Browser {
		return machine.Browser{ID: id, Name: id, Running: running, Default: standard, Profiles: ps}
	}
	const yes, no, unknown = machine.Yes, machine.No, machine.Unknown
	for _, c := range []struct {
		name string
		list []machine.Browser
		want string
	}{
		{"nothing", nil, ""},
		{"the workbench's, whatever runs", []machine.Browser{b("a", yes, yes, p("1", true, 0)), b("b", no, no, p("2", false, 3), p("3", true, 0))}, "b/2 workbench"},
		{"used long ago", []machine.Browser{b("a", yes, no, p("1", true, 0)), b("b", no, no, p("2", true, 90))}, "a/1 running"},
		{"running and default", []machine.Browser{b("a", yes, no, p("1", true, 0)), b("b", no, yes, p("2", true, 0)), b("c", no, no, p("3", true, 0))}, "a/1 running of 2, b/2 default of 2"},
		{"one of several that are merely there", []machine.Browser{b("a", no, no, p("1", true, 0)), b("b", unknown, no, p("2", true, 0))}, ""},
		{"the only one", []machine.Browser{b("a", no, unknown, p("1", true, 0)), b("b", unknown, unknown)}, "a/1 last"},
		{"a default without data", []machine.Browser{b("ie", unknown, yes)}, "ie/ default"},
	} {
		var got []string
		for _, u := range inUse(c.list, now) {
			s := u.ID + "/" + u.Profile.Name + " " + u.use
			if n := u.choice(); n != "" {
				s += " of " + n
			}
			got = append(got, s)
		}
		if strings.Join(got, ", ") != c.want {
			t.Errorf("%s: %q, want %q", c.name, got, c.want)
		}
	}
}

func TestProfileThatWasHandedIn(t *testing.T) {
	dir := t.TempDir()
	in := input(t, known, nil)
	in.Attempt.Evidence.Browsers = []string{dir}
	write(t, filepath.Join(dir, "Preferences"), settings(false, "cookies", `"[*.]meiqia.com,*":{"setting":2}`))
	want(t, run(t, "browser", in), diag.Fail, "browser.setting=cookies site:service host:[*.]meiqia.com,*")
	write(t, filepath.Join(dir, "Preferences"), settings(false, "javascript", `"https://desk.example:443,*":{"setting":2}`))
	want(t, run(t, "browser", in), diag.Pass, "browser.setting=javascript site:other")
	for name, text := range map[string]string{"empty": "", "cut off": settings(true, "javascript", off)[:60], "not UTF-8": "{\"profile\":\"\xff\xfe\"}", "a list": "[]", "deep": strings.Repeat(`{"a":`, 20_000)} {
		write(t, filepath.Join(dir, "Preferences"), text)
		state := diag.Error // what cannot be read is unknown, and never said to be fine
		if name == "not UTF-8" {
			state = diag.Pass // it is read all the same
		}
		want(t, run(t, "browser", in), state, "!browser.setting")
		if t.Failed() {
			t.Fatal(name)
		}
	}
}

// asar is an archive that holds package.json alone.
func asar(version string) string {
	body := fmt.Sprintf(`{"name":"desk","productName":"Meiqia","version":%q}`, version)
	table := fmt.Sprintf(`{"files":{"package.json":{"size":%d,"offset":"0"}}}`, len(body))
	for len(table)%4 != 0 {
		table += " "
	}
	n := len(table)
	le := func(v int) string { return string([]byte{byte(v), byte(v >> 8), byte(v >> 16), byte(v >> 24)}) }
	return le(4) + le(n+8) + le(n+4) + le(n) + table + body
}

func clientProfile(least string, more func(*profile.Profile)) *profile.Profile {
	p := *embedded()
	p.MinVersions = map[string]string{"agent_desktop": least}
	if more != nil {
		more(&p)
	}
	return p.Prepare()
}

func TestClientsOnThisMachine(t *testing.T) {
	app := home(t, "apps/desk/resources/app.asar", asar("4.0.1"))
	at := func(p *profile.Profile) { p.Clients = []profile.Client{{Name: "desk", Path: "~/apps/desk"}} }
	want(t, run(t, "client", healthInput(t, clientProfile("4.1", at))), diag.Fail, "client.installed=desk version:4.0.1 version_from:app.asar", "client.version=below version:4.0.1 minimum:4.1")
	want(t, run(t, "client", healthInput(t, clientProfile("4.0", at))), diag.Pass, "client.version=ok version:4.0.1")
	gone := func(p *profile.Profile) { p.Clients = []profile.Client{{Path: "~/apps/none"}} }
	want(t, run(t, "client", healthInput(t, clientProfile("4.0", gone))), diag.Skip, "client.installed=none found:no", "!client.version")

	// One that was found by its name counts where the data says that it is used, or somebody says so.
	home(t, ".local/share/meiqia/resources/app.asar", asar("3.0.0"))
	want(t, run(t, "client", healthInput(t, clientProfile("4.0", nil))), diag.Skip, "client.installed=Meiqia version:3.0.0", "!client.version")
	home(t, ".local/share/meiqia/resources/app.asar", asar("3.0.0"), ".config/Meiqia/Preferences", "{}")
	in := healthInput(t, clientProfile("4.0", nil))
	in.Now = time.Now
	want(t, run(t, "client", in), diag.Fail, "client.version=below version:3.0.0")

	// Handed in: whatever this machine has.
	in = input(t, known, clientProfile("4.1", nil))
	in.Attempt.Evidence.Clients = []string{filepath.Join(app, "apps/desk")}
	want(t, run(t, "client", in), diag.Fail, "client.installed=Meiqia version:4.0.1", "client.version=below version:4.0.1")
	in = input(t, known.with(string(incident.ClientVersion), "4.2"), clientProfile("4.1", nil))
	in.Attempt.Evidence.Clients = []string{filepath.Join(app, "apps/desk")}
	want(t, run(t, "client", in), diag.Pass, "client.version=ok version:4.2") // what a person says of that moment stands
}

func TestUpdateManifest(t *testing.T) {
	for _, c := range []struct{ name, text, want string }{
		{"electron-updater", "version: 4.2.0\nfiles:\n  - url: Desk-4.2.0.exe\n    sha512: x\npath: Desk-4.2.0.exe\n", "4.2.0"},
		{"quoted, as Windows writes lines", "version: \"4.2.0-beta.1\"\r\nreleaseDate: '2026-11-01'\r\n", "4.2.0-beta.1"},
		{"a release of GitHub's kind", `{"tag_name":"v4.2.0","name":"Autumn","assets":[{"name":"latest.yml"}]}`, "4.2.0"},
		{"a Squirrel server", `{"url":"https://desk.example/4.2.0.zip","name":"4.2.0","notes":""}`, "4.2.0"},
		{"RELEASES", "\ufeff94689FEDE03FED7AB59C24337673A27837F0C3EC Desk-4.10.0-full.nupkg 1004502\n0000000000000000000000000000000000000000 Desk-4.9.0-full.nupkg 1\n", "4.10.0"},
		{"a page", "<html>version: 1</html>", ""}, {"nothing", "", ""}, {"a list", "[1]", ""}, {"broken", `{"version":`, ""}, {"no version", "version: latest\n", ""},
	} {
		if got := manifestVersion([]byte(c.text)); got != c.want {
			t.Errorf("%s: %q, want %q", c.name, got, c.want)
		}
	}
}

func FuzzUpdateManifest(f *testing.F) {
	f.Add([]byte("version: 4.2.0\n"))
	f.Add([]byte(`{"tag_name":"v4.2.0"}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		if v := manifestVersion(data); len(v) > 80 {
			t.Errorf("%q", v)
		}
	})
}

func TestUpdateOfAClient(t *testing.T) {
	asked := 0
	other := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { t.Error("a host that the profile does not name was asked") }))
	defer other.Close()
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		asked++
		switch r.URL.Path {
		case "/latest.yml":
			fmt.Fprint(w, "version: 4.2.0\npath: x.exe\n")
		case "/moved.yml":
			http.Redirect(w, r, "/latest.yml", http.StatusFound)
		case "/away.yml":
			http.Redirect(w, r, other.URL, http.StatusFound)
		default:
			http.NotFound(w, r)
		}
	}))
	defer srv.Close()
	for _, c := range []struct{ path, version, want string }{
		{"/latest.yml", "4.0.1", "client.update=behind latest:4.2.0 version:4.0.1"}, {"/latest.yml", "4.2.0", "client.update=current"}, {"/moved.yml", "4.0.1", "client.update=behind"},
		{"/away.yml", "4.0.1", "!client.update"}, {"/none.yml", "4.0.1", "!client.update"},
	} {
		in := input(t, known.with(string(incident.ClientVersion), c.version, string(incident.Device), "desktop_app"),
			clientProfile("4.0", func(p *profile.Profile) { p.Updates = map[string]string{"agent_desktop": srv.URL + c.path} }))
		in.Offline = false
		want(t, run(t, "client", in), "", c.want)
		in.Offline = true
		before := asked
		want(t, run(t, "client", in), diag.Pass, "!client.update")
		if asked != before {
			t.Error("an offline run asked")
		}
	}
}
