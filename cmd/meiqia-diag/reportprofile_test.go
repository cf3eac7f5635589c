package main

import (
	"archive/zip"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"meiqia-diag/diag/profile"
)

const plainReport = `{"schema":"meiqia-diag/1","profile":{"name":"desk","version":"1"},"incident":{},"stages":[],"checks":[],"verdict":{"outcome":"explained","causes":[{"code":"decision.clock-skew","role":"primary","probability":0.9}]}}`

// strangersReport is an archive with this profile.
func strangersReport(t *testing.T, document, prof string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "report.zip")
	f, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	w := zip.NewWriter(f)
	for name, text := range map[string]string{"report.json": document, "profile.json": prof} {
		if text == "" {
			continue
		}
		x, err := w.Create(name)
		if err == nil {
			_, err = x.Write([]byte(text))
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	if err := f.Close(); err != nil {
		t.Fatal(err)
	}
	return path
}

func carried(t *testing.T, document, prof string) (*profile.Profile, bool, error) {
	t.Helper()
	file := strangersReport(t, document, prof)
	a := newApp([]string{})
	a.err = &strings.Builder{}
	o, doc, err := newApp(nil).readReport(file, nil)
	if err != nil {
		t.Fatal(err)
	}
	return a.reportProfile(o, file, doc)
}

// TestAStrangersProfileNamesNoPaths: a path that a report names could be a share of its author's.
func TestAStrangersProfileNamesNoPaths(t *testing.T) {
	p, foreign, err := carried(t, plainReport, `{"name":"desk","version":"1","hosts":[{"role":"api","url":"https://desk.example/"}],"ca_file":"/etc/passwd","clients":[{"name":"x","path":"\\\\evil.example\\share"}],"updates":{"agent_desktop":"https://evil.example/latest.yml"},"window":"3m","recall":{}}`)
	if err != nil || !foreign {
		t.Fatal(foreign, err)
	}
	if p.CAFile != "" || len(p.Clients) > 0 {
		t.Errorf("paths were taken over: %q %v", p.CAFile, p.Clients)
	}
	if p.Window.D().Minutes() != 3 {
		t.Errorf("the window is %v", p.Window.D())
	}
	if got := hostsOf(p); !slices.Equal(got, []string{"desk.example:443", "evil.example:443"}) {
		t.Errorf("the hosts to be agreed to are %v", got)
	}
}

func TestAProfileThatOnlyBearsAnEmbeddedNameIsForeign(t *testing.T) {
	document := strings.Replace(plainReport, `"desk"`, `"meiqia"`, 1)
	p, foreign, err := carried(t, document, `{"name":"meiqia","hosts":[{"role":"api","url":"https://evil.example/"}]}`)
	if err != nil || !foreign || !slices.Contains(hostsOf(p), "evil.example:443") {
		t.Errorf("foreign %v, %v %v", foreign, hostsOf(p), err)
	}
	own, ps := profile.Load("meiqia")
	if len(ps) > 0 {
		t.Fatal(ps)
	}
	same, err := json.Marshal(own)
	if err != nil {
		t.Fatal(err)
	}
	if p, foreign, err := carried(t, document, string(same)); err != nil || foreign || p.OwnHosts() {
		t.Errorf("our own profile is foreign: %v %v", foreign, err)
	}
	if p, foreign, err := carried(t, document, ""); err != nil || foreign || p.Name != "meiqia" {
		t.Errorf("the name alone: %v %v", foreign, err)
	}
}

// TestAProfileKeepsWhatItHas: once more through the report it says the same, patterns and all.
func TestAProfileKeepsWhatItHas(t *testing.T) {
	mine, ps := profile.Parse([]byte("name: desk\nbase: meiqia\nhosts:\n- {role: api, url: \"https://desk.example:8443/\"}\nrefusals:\n- {means: read, text: [\"schon gelesen\"]}\n"), "desk.yaml")
	if len(ps) > 0 {
		t.Fatal(ps)
	}
	data, err := profileJSON(mine)
	if err != nil {
		t.Fatal(err)
	}
	p, foreign, err := carried(t, plainReport, string(data))
	if err != nil || !foreign {
		t.Fatal(foreign, err)
	}
	if len(p.Refusals) != len(mine.Refusals) || len(p.Signals) != len(mine.Signals) || len(p.Events) != len(mine.Events) || p.Window != mine.Window {
		t.Errorf("refusals %d of %d, signals %d of %d, events %d of %d, window %v of %v", len(p.Refusals), len(mine.Refusals), len(p.Signals), len(mine.Signals), len(p.Events), len(mine.Events), p.Window.D(), mine.Window.D())
	}
	if !slices.Equal(hostsOf(p), hostsOf(mine)) {
		t.Errorf("hosts %v of %v", hostsOf(p), hostsOf(mine))
	}
}

func TestProfilesThatCannotBeUsed(t *testing.T) {
	for name, prof := range map[string]string{
		"no JSON": `{{{{`, "a list": `[1,2]`, "a number": `7`, "huge": `{"name":"` + strings.Repeat("x", 5<<20) + `"}`,
		"another kind of address": `{"name":"desk","hosts":[{"role":"api","url":"file:///etc/passwd"}]}`,
		"an unknown role":         `{"name":"desk","hosts":[{"role":"root","url":"https://desk.example/"}]}`,
		"a redacted address":      `{"name":"desk","hosts":[{"role":"api","url":"https://<ip#k3vq7>/"}]}`,
		"a bad expression":        `{"name":"desk","refusals":[{"means":"read","text":["("]}]}`,
		"none":                    "",
	} {
		t.Run(name, func(t *testing.T) {
			p, _, err := carried(t, plainReport, prof)
			if err == nil {
				t.Fatalf("it was taken: %v", hostsOf(p))
			}
			for _, x := range asProblems(err) {
				if x.Hint.IsZero() || !strings.Contains(x.Text().EN, "--profile") || len(x.Text().EN) > 2000 {
					t.Errorf("%.300s", x.Text().EN)
				}
			}
		})
	}
}

// TestNothingIsContactedUnasked: whoever says no, and whoever is not there to be asked.
func TestNothingIsContactedUnasked(t *testing.T) {
	file := strangersReport(t, plainReport, `{"name":"desk","hosts":[{"role":"api","url":"https://desk.invalid/"}]}`)
	for _, args := range [][]string{{"verify", file}, {"verify", file, "--no-input"}, {"watch", "--report", file, "--count", "1"}} {
		status, out, errs := call(t, nil, "y\n", append(args, "--lang", "en")...)
		if status != statusUsage || out != "" || !strings.Contains(errs, "desk.invalid:443") || !strings.Contains(errs, "--yes") {
			t.Errorf("%v: status %d, %q, %q", args, status, out, errs)
		}
	}
	many := []string{}
	for i := range 60 {
		many = append(many, fmt.Sprintf(`{"role":"api","url":"https://h%d.invalid/"}`, i))
	}
	crowd := strangersReport(t, plainReport, `{"name":"desk","hosts":[`+strings.Join(many, ",")+`]}`)
	if status, _, errs := call(t, nil, "", "verify", crowd, "--yes", "--lang", "en"); status != statusUsage || !strings.Contains(errs, "60 hosts") {
		t.Errorf("60 hosts: status %d, %q", status, errs)
	}
	for answer, want := range map[string]int{"n\n": statusUsage, "\n": statusUsage, "": statusUsage} {
		a := newApp([]string{"verify", file, "--lang", "en"})
		var out, errs strings.Builder
		a.in, a.out, a.err, a.inTTY, a.errTTY, a.env = strings.NewReader(answer), &out, &errs, true, true, func(string) string { return "" }
		if status := a.end(a.run(t.Context())); status != want || out.Len() > 0 || !strings.Contains(errs.String(), "Connect to these hosts") {
			t.Errorf("answer %q: status %d, %q", answer, status, errs.String())
		}
	}
}
