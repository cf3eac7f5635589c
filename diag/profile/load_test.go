package profile

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"encoding/pem"
	"math/big"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"time"
)

func TestEmbeddedProfilesLoad(t *testing.T) {
	names := Names()
	if !oneOf(Default, names...) {
		t.Fatalf("no %s among %v", Default, names)
	}
	for _, n := range append(names, "") {
		p, ps := Load(n)
		for _, x := range ps {
			t.Errorf("%s: %s", n, x)
		}
		if p == nil {
			continue
		}
		// Loading trusts them; here they are checked as anybody's.
		if data, err := embedded.ReadFile("profiles/" + p.Name + ".yaml"); err != nil {
			t.Error(err)
		} else if _, ps := Parse(data, n); len(ps) > 0 {
			t.Errorf("%s: %v", n, ps)
		}
		p.Prepare()
		if p.Name == "" || p.Version == "" || len(p.Hosts) == 0 || p.Window.D() <= 0 {
			t.Errorf("%s: %q %q, %d hosts, window %v", n, p.Name, p.Version, len(p.Hosts), p.Window.D())
		}
		// Every value says how it is known: published, or assumed.
		for key, note := range p.Notes {
			if !oneOf(note.Basis, "stated", "measured", "assumed") || note.Source == "" {
				t.Errorf("%s: note on %s: %+v", n, key, note)
			}
		}
		for _, key := range []string{"hosts", "window", "recallable_types"} {
			if _, ok := p.Notes[key]; !ok {
				t.Errorf("%s: nothing says where %s is known from", n, key)
			}
		}
		for _, role := range []Role{Workbench, API, Push} {
			if len(p.HostsOf(role)) == 0 {
				t.Errorf("%s: no host for %s", n, role)
			}
		}
		for _, m := range []string{"window", "read", "acted", "processed", "type", "not_own", "permission", "channel", "missing", "already", "ended", "rate", "session", "version", "overload", "clock", "generic", "accepted"} {
			found := false
			for _, pat := range p.Refusals {
				found = found || pat.Means == m
			}
			if !found {
				t.Errorf("%s: no pattern for %s", n, m)
			}
		}
	}
}

// overlay is the contract's section 6, word for word.
const overlay = `name: my-site
base: meiqia                 # start from an embedded profile; omit to start empty
hosts:                       # replaces the base's hosts
  - {role: workbench, url: "https://desk.example:8443/chat"}
  - {role: api,       url: "https://desk.example:8443/"}
  - {role: push,      url: "wss://desk.example:8443/pusher/websocket"}
time_servers: ["ntp.example:123"]
ca_file: ca.pem              # trusted besides the system's
expected_issuers: ["…"]
recall_requests: ["POST https://desk.example:8443/api/v1/conversations/1/messages/2/recall"]   # samples
window: 2m
recallable_types: [text]
min_versions: {visitor_android: "3.6.1", visitor_ios: "3.5.2"}
`

func mustParse(t testing.TB, text, name string) *Profile {
	t.Helper()
	p, ps := Parse([]byte(text), name)
	for _, x := range ps {
		t.Fatal(x)
	}
	return p.Prepare()
}

func TestContractOverlay(t *testing.T) {
	for _, text := range []string{overlay, "\xef\xbb\xbf" + strings.ReplaceAll(overlay, "\n", "\r\n"), strings.Replace(overlay, "base: meiqia", "#base:", 1)} {
		p := mustParse(t, text, filepath.Join("some", "dir", "site.yaml"))
		want := []Host{{Workbench, "https://desk.example:8443/chat"}, {API, "https://desk.example:8443/"}, {Push, "wss://desk.example:8443/pusher/websocket"}}
		if !reflect.DeepEqual(p.Hosts, want) {
			t.Errorf("hosts %v", p.Hosts)
		}
		if p.Name != "my-site" || p.Window.D() != 2*time.Minute || !reflect.DeepEqual(p.TimeServers, []string{"ntp.example:123"}) ||
			!reflect.DeepEqual(p.ExpectedIssuers, []string{"…"}) || len(p.RecallRequests) != 1 || !reflect.DeepEqual(p.RecallableTypes, []string{"text"}) ||
			p.MinVersions["visitor_android"] != "3.6.1" || p.MinVersions["visitor_ios"] != "3.5.2" {
			t.Errorf("%+v", p)
		}
		if p.CAFile != filepath.Join("some", "dir", "ca.pem") {
			t.Errorf("ca_file %q does not stand beside the profile", p.CAFile)
		}
	}
}

func TestOverlayMerges(t *testing.T) {
	base, _ := Load(Default)
	p := mustParse(t, `name: mine
base: meiqia
window: 5m
min_versions: {visitor_android: "9.9", agent_desktop: "4.2"}
refusals:
  - {means: window, codes: ["40302"], text: ["超出可撤回时段"]}
signals:
  - {means: offline, text: ["my own offline"]}
recall: {verbs: ["zurückziehen"]}
notes:
  min_versions: {basis: measured, source: "console"}
`, "mine.yaml")
	if !reflect.DeepEqual(p.Hosts, base.Hosts) || !reflect.DeepEqual(p.TimeServers, base.TimeServers) {
		t.Error("what the overlay leaves out is the base's")
	}
	if p.MinVersions["visitor_android"] != "9.9" || p.MinVersions["agent_desktop"] != "4.2" || p.MinVersions["visitor_ios"] != base.MinVersions["visitor_ios"] {
		t.Errorf("min_versions %v", p.MinVersions)
	}
	if len(p.Refusals) != len(base.Refusals)+1 || p.Refusals[0].Means != "window" || len(p.Refusals[0].Codes) != 1 {
		t.Errorf("refusals: %d, first %+v", len(p.Refusals), p.Refusals[0])
	}
	if p.Signals[0].Text[0] != "my own offline" || p.Recall.Verbs[0] != "zurückziehen" || len(p.Recall.Verbs) != len(base.Recall.Verbs)+1 {
		t.Errorf("signals %v, verbs %v", p.Signals[0], p.Recall.Verbs)
	}
	if got := p.RefusalsIn("", "40302"); len(got) != 1 || got[0].Means != "window" {
		t.Errorf("own code: %v", got)
	}
	if got := p.RefusalsIn("permission denied", ""); len(got) == 0 || got[0].Means != "permission" {
		t.Errorf("the base's patterns are gone: %v", got)
	}
	// What the user says is stated, what the base assumed stays assumed.
	if n := p.NoteOf("window"); n.Basis != "stated" || n.Source != "profile mine" {
		t.Errorf("note on window: %+v", n)
	}
	if n := p.NoteOf("min_versions"); n.Basis != "measured" || n.Source != "console" {
		t.Errorf("the user's own note: %+v", n)
	}
	if n := p.NoteOf("recallable_types"); n.Basis != "assumed" {
		t.Errorf("note on recallable_types: %+v", n)
	}
	if n := p.NoteOf("no such key"); n.Basis != "assumed" {
		t.Errorf("nothing noted: %+v", n)
	}
	// The base is not changed by what is laid over it.
	again, _ := Load(Default)
	if !reflect.DeepEqual(base.Notes, again.Notes) || again.MinVersions["visitor_android"] == "9.9" {
		t.Error("the embedded profile was changed")
	}
	if p.Version == base.Version {
		t.Error("the base's version is not that of the overlay")
	}
}

// An overlay's minimum version is the user's word: it must not keep the base's note.
func TestOverlayMinVersionNote(t *testing.T) {
	p := mustParse(t, "name: mine\nbase: meiqia\nmin_versions: {visitor_android: \"9.9\"}\n", "mine.yaml")
	if n := p.NoteOf("visitor_android"); strings.Contains(n.Source, "change log") {
		t.Errorf("9.9 is told as %+v", n)
	}
}

// badProfiles are refused, each for one thing.
var badProfiles = []struct {
	name, text string
	line       int
	says       string
	beyond     bool // what a schema cannot know: YAML itself, regular expressions
}{
	{"unknown key", "name: x\nwindows: 2m\n", 2, `"window"`, false},
	{"unknown key, no slip", "name: x\n\ncolour: red\n", 3, "colour", false},
	{"unknown key of a host", "hosts:\n  - {role: api, uri: \"https://a.example/\"}\n", 2, "uri", false},
	{"bad duration", "name: x\nwindow: soon\n", 2, "soon", false},
	{"a client without a place", "clients:\n  - {name: desk, path: \" \"}\n", 2, "where the client is", false},
	{"a manifest that is no address", "updates:\n  agent_desktop: latest.yml\n", 2, "latest.yml", false},
	{"a duration of two words", "window: 2 fortnights\n", 1, "fortnights", false},
	{"no duration at all", "window: []\n", 1, "duration", false},
	{"a negative timeout", "name: x\nrequest_timeout: -10s\n", 2, "-10s", false},
	{"wrong kind", "name: x\nhosts: desk.example\n", 2, "wrong kind", false},
	{"one type, no list", "recallable_types: text\n", 1, "wrong kind", false},
	{"a private key", "name: x\nreport_recipients:\n  - age1abc\n  - AGE-SECRET-KEY-1ABC\n", 4, "public key", false},
	{"a list of lists", "name: x\ntime_servers: [[a]]\n", 2, "wrong kind", false},
	{"a list of versions", "min_versions: [\"3.6.1\"]\n", 1, "wrong kind", false},
	{"words as a list", "recall: [recall]\n", 1, "wrong kind", false},
	{"bad URL", "hosts:\n  - {role: api, url: \"https://a.example/\"}\n  - {role: push, url: \"desk.example\"}\n", 3, "desk.example", false},
	{"bad scheme", "hosts:\n  - {role: api, url: \"ftp://a.example/\"}\n", 2, "ftp://", false},
	{"no host", "hosts:\n  - {role: api, url: \"https:///path\"}\n", 2, "https:///path", false},
	{"no URL", "name: x\nhosts:\n  - {role: api}\n", 3, "wss address", false},
	{"bad role", "name: x\nhosts:\n  - {role: backend, url: \"https://a.example/\"}\n", 3, "backend", false},
	{"bad role behind an empty line", "hosts:\n  -\n  - {role: backend, url: \"https://a.example/\"}\n", 3, "backend", false},
	{"bad role, its word elsewhere", "name: my-desk\nhosts:\n  - {role: desk, url: \"https://a.example/\"}\n", 3, "desk", false},
	{"no role", "name: x\nhosts:\n  - {url: \"https://a.example/\"}\n", 3, "role", false},
	{"bad meaning", "name: x\nrefusals:\n  - {means: sad, text: [\"x\"]}\n", 3, "sad", false},
	{"no meaning", "name: x\nevents:\n  - {text: [\"x\"]}\n", 3, "meaning", false},
	{"bad basis", "name: x\nnotes:\n  window: {basis: rumour, source: \"a colleague\"}\n", 3, "rumour", false},
	{"no basis", "name: x\nnotes:\n  window:\n    source: \"a colleague\"\n", 4, "use one of: stated", false},
	{"unknown key of a note", "name: x\nnotes:\n  window: {basis: stated, from: x}\n", 3, "from", false},
	{"bad expression", "name: x\nsignals:\n  - means: offline\n    text:\n      - \"a(b\"\n", 5, "a(b", true},
	{"bad expression over a base", "name: x\nbase: meiqia\nsignals:\n  - {means: offline, text: [\"fine\"]}\n  - {means: offline, text: [\"a(b\"]}\n", 5, "a(b", true},
	{"bad escaped expression", "name: x\nsignals:\n  - means: offline\n    text: [\"\\\\d(b\"]\n", 4, "expression", true},
	{"bad code", "name: x\nrefusals:\n  - {means: read, codes: [\"[\"]}\n", 3, "[", true},
	{"bad event", "name: x\nevents:\n  - {means: recalled, text: [\"*x\"]}\n", 3, "*x", true},
	{"bad verb", "name: x\nrecall: {verbs: [\"re(call\"]}\n", 2, "re(call", true},
	{"bad object", "name: x\nrecall:\n  objects: [\"mes[sage\"]\n", 3, "mes[sage", true},
	{"unknown base", "name: x\nbase: nope\n", 2, "meiqia", false},
	{"unknown base, its word elsewhere", "name: my-base\nbase: nope\n", 2, "meiqia", false},
	{"a base that climbs", "name: x\nbase: ../load\n", 2, "../load", false},
	{"a tab", "name: x\n\twindow: 2m\n", 2, "YAML", true},
	{"a list", "- a\n- b\n", 1, "", false},
	{"a second document", "name: x\n\n---\nwindow: 9m\n", 3, "another YAML document", true},
	{"a second document, broken", "name: x\n---\nwindow: [\n", 3, "YAML", true},
	{"an empty document first", "---\n---\nname: x\n", 2, "remove the ---", true},
}

func TestProblemsNameTheirLine(t *testing.T) {
	for _, c := range badProfiles {
		_, ps := Parse([]byte(c.text), "site.yaml")
		if len(ps) != 1 {
			t.Errorf("%s: %d problems: %v", c.name, len(ps), ps)
			continue
		}
		p := ps[0]
		if p.File != "site.yaml" || c.line != 0 && p.Line != c.line || !strings.Contains(p.Error(), c.says) {
			t.Errorf("%s: %v; want line %d, saying %s", c.name, p, c.line, c.says)
		}
		if p.What.ZH == "" || p.Hint.ZH == "" || p.Hint.EN == "" {
			t.Errorf("%s: not in both languages, or no hint: %+v", c.name, p)
		}
	}
}

func TestLoadFiles(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "site.yaml")
	if err := os.WriteFile(path, []byte(overlay), 0o600); err != nil {
		t.Fatal(err)
	}
	// A file of certificates that is missing, or is none, is said before anything is measured, with its line.
	for _, c := range []struct{ content, words string }{{"", "no such file"}, {"# none\n", "no usable certificate"}} {
		if c.content != "" {
			if err := os.WriteFile(filepath.Join(dir, "ca.pem"), []byte(c.content), 0o600); err != nil {
				t.Fatal(err)
			}
		}
		p, ps := Load(path)
		if p != nil || len(ps) != 1 || ps[0].Line == 0 || ps[0].Field != "ca_file" || !strings.Contains(ps[0].Error(), c.words) || strings.Contains(ps[0].Text().ZH, "no such") {
			t.Errorf("%s: %v, %v", c.words, p, ps)
		}
	}
	if err := os.WriteFile(filepath.Join(dir, "ca.pem"), certificate(t), 0o600); err != nil {
		t.Fatal(err)
	}
	p, ps := Load(path)
	if len(ps) > 0 || p.CAFile != filepath.Join(dir, "ca.pem") {
		t.Errorf("%v, %v", p, ps)
	}
	for _, bad := range []string{filepath.Join(dir, "none.yaml"), dir, "no-such-profile"} {
		p, ps := Load(bad)
		if p != nil || len(ps) != 1 || ps[0].File != bad || !strings.Contains(ps[0].Error(), Default) {
			t.Errorf("%s: %v, %v", bad, p, ps)
		}
	}
}

func TestParseOddFiles(t *testing.T) {
	if _, ps := Parse([]byte(strings.Repeat("# x\n", 2<<20)), "big.yaml"); len(ps) != 1 {
		t.Errorf("8 MB: %v", ps)
	}
	for _, text := range []string{overlay + "---\n", overlay + "...\n", "--- # mine\n" + overlay + "---\n# nothing\n"} {
		if p, ps := Parse([]byte(text), "end.yaml"); len(ps) > 0 || p.Name != "my-site" {
			t.Errorf("an end that holds nothing: %v", ps)
		}
	}
	if p, ps := Parse(nil, "empty.yaml"); len(ps) > 0 || p == nil {
		t.Errorf("empty: %v", ps)
	} else if p.Prepare(); len(p.Hosts) > 0 || p.Window != 0 || len(p.MinVersions) > 0 || p.Related("x.example") {
		t.Errorf("an empty profile knows a service: %+v", p)
	} else if p.RecallVerb("recall") == "" || len(p.RefusalsIn("消息已被阅读,无法撤回", "")) == 0 {
		t.Error("an empty profile does not know the words by which recalls are told")
	}
	if _, ps := Parse([]byte("name: \xb3\xac\n"), "gbk.yaml"); len(ps) != 1 {
		t.Errorf("GBK: %v", ps)
	}
}

func FuzzProfile(f *testing.F) {
	for _, text := range []string{overlay, "", "base: meiqia\n", "signals:\n  - {means: offline, text: [\"[[:alpha:]|x]\", \"\\\\Qa|b\\\\E\"]}\n", "recall: {verbs: [\"(\"]}\n"} {
		f.Add([]byte(text))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		if p, ps := Parse(data, "x.yaml"); len(ps) == 0 { // what was accepted must work
			defer func() {
				if r := recover(); r != nil {
					t.Errorf("panic: %v", r)
				}
			}()
			p.Prepare().SignalsIn("recall failed: offline 断网")
		}
	})
}

// certificate is one in PEM.
func certificate(t *testing.T) []byte {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	tmpl := &x509.Certificate{SerialNumber: big.NewInt(1), NotAfter: time.Now().Add(time.Hour), IsCA: true, BasicConstraintsValid: true}
	der, err := x509.CreateCertificate(rand.Reader, tmpl, tmpl, key.Public(), key)
	if err != nil {
		t.Fatal(err)
	}
	return pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der})
}
