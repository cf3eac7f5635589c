package main

import (
	"archive/zip"
	"encoding/json"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// write makes a file in a folder and gives its path.
func write(t *testing.T, dir, name, text string) string {
	t.Helper()
	path := filepath.Join(dir, name)
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

const goodIncident = "message: {id: \"8842\", read: yes, sent_at: 2026-11-20T10:21:03+08:00}\nattempt: {at: 2026-11-20T10:22:41+08:00, symptom: refused}\n"

// TestBadInput: status 2, one line that says what and where, and a hint, in the language of the run.
func TestBadInput(t *testing.T) {
	dir := t.TempDir()
	empty := write(t, dir, "empty.yaml", "")
	emptyHAR := write(t, dir, "empty.har", "")
	cutHAR := write(t, dir, "cut.har", `{"log": {"version": "1.2", "creator": {"name": "x", "version": "1"}, "entries": [ {"startedDateTime": "2026-11-20T10:2`)
	unknownKey := write(t, dir, "key.yaml", "message:\n  id: \"1\"\n  raed: yes\n")
	badYAML := write(t, dir, "bad.yaml", "message:\n\tid: 1\n")
	list := write(t, dir, "list.yaml", "- a\n- b\n")
	binary := write(t, dir, "binary.yaml", "\x00\x01\x02\xff\xfe\x80\x00\x00message: \x00\x00")
	harAsIncident := write(t, dir, "har.yaml", `{"log": {"version": "1.2", "creator": {"name": "x", "version": "1"}, "entries": []}}`)
	profileKey := write(t, dir, "profile.yaml", "name: x\nbase: meiqia\nwindwo: 2m\n")
	notJSON := write(t, dir, "not.json", "hello")
	otherJSON := write(t, dir, "other.json", `{"schema": "another/1"}`)
	exists := write(t, dir, "exists.zip", "here before")
	noDocument := filepath.Join(dir, "none.zip")
	f, err := os.Create(noDocument)
	if err != nil {
		t.Fatal(err)
	}
	zw := zip.NewWriter(f)
	if _, err := zw.Create("readme.txt"); err != nil {
		t.Fatal(err)
	}
	if err := zw.Close(); err != nil {
		t.Fatal(err)
	}
	if err := f.Close(); err != nil {
		t.Fatal(err)
	}
	missing := filepath.Join(dir, "missing")

	for _, c := range []struct {
		name  string
		args  []string
		where string // must be in the line
	}{
		{"unknown command", []string{"recal"}, "recal"},
		{"unknown command with help", []string{"nope", "--help"}, "nope"},
		{"unknown command with a flag", []string{"nope", "--format", "json"}, "nope"},
		{"version with an argument", []string{"--version", "nope"}, "nope"},
		{"unknown command of report", []string{"report", "shwo"}, "report shwo"},
		{"help nope", []string{"help", "nope"}, "nope"},
		{"help recall nope", []string{"help", "recall", "nope"}, "nope"},
		{"unknown flag", []string{"recall", "--evidense", "x"}, "--evidense"},
		{"unknown short flag", []string{"recall", "-z"}, "-z"},
		{"flag without value", []string{"recall", "--incident"}, "--incident"},
		{"extra argument", []string{"recall", "x.har"}, "x.har"},
		{"extra argument of checks", []string{"checks", "clock"}, "clock"},
		{"scenario behind a space", []string{"recall", "--lab", "message-read"}, "message-read"},
		{"unknown scenario", []string{"recall", "--lab=mesage-read"}, "--lab"},
		{"unknown scenario of lab", []string{"lab", "mesage-read"}, "mesage-read"},
		{"unknown language", []string{"checks", "--lang", "fr"}, "--lang"},
		{"unknown format", []string{"recall", "--format", "yaml"}, "--format"},
		{"unknown check", []string{"recall", "--only", "clock,netwrok"}, "netwrok"},
		{"unknown check to skip", []string{"recall", "--skip", "dns"}, "dns"},
		{"no check left", []string{"recall", "--only", "clock", "--skip", "clock"}, "--skip"},
		{"bad timeout", []string{"recall", "--timeout", "soon"}, "--timeout"},
		{"bad bool", []string{"recall", "--offline=perhaps"}, "--offline"},
		{"bad fail-on", []string{"recall", "--fail-on", "decision.read"}, "--fail-on"},
		{"unknown cause", []string{"explain", "decision.mesage-read"}, "decision.mesage-read"},
		{"unknown shell", []string{"completion", "csh"}, "csh"},
		{"no shell", []string{"completion"}, "completion"},
		{"no report named", []string{"report", "show"}, "report show"},
		{"fact without value", []string{"recall", "--set", "message.read"}, "message.read"},
		{"unknown fact", []string{"recall", "--set", "message.reed=yes"}, "message.reed"},
		{"bad fact", []string{"recall", "--symptom", "broken"}, "--symptom"},
		{"bad time", []string{"recall", "--sent-at", "half past nine"}, "--sent-at"},
		{"from with incident", []string{"recall", "--from", notJSON, "--incident", empty}, "--incident"},
		{"lab with evidence", []string{"recall", "--lab", "--evidence", cutHAR}, "--evidence"},
		{"lab out of time", []string{"recall", "--lab=window-expired", "--timeout", "300ms"}, "--timeout"},
		{"lab offline", []string{"recall", "--lab", "--offline"}, "--lab"},
		{"output and no report", []string{"recall", "--output", "x.zip", "--no-report"}, "--output"},
		{"output is no archive", []string{"recall", "--output", filepath.Join(dir, "x.json")}, "x.json"},
		{"output exists", []string{"recall", "--output", exists}, "exists.zip"},
		{"output in no folder", []string{"recall", "--output", filepath.Join(missing, "x.zip")}, "x.zip"},
		{"empty incident", []string{"recall", "--incident", empty}, "empty.yaml"},
		{"missing incident", []string{"recall", "--incident", missing}, "missing"},
		{"folder as incident", []string{"recall", "--incident", dir}, dir},
		{"unknown key", []string{"recall", "--incident", unknownKey}, "key.yaml:3"},
		{"bad YAML", []string{"recall", "--incident", badYAML}, "bad.yaml:2"},
		{"list as incident", []string{"recall", "--incident", list}, "list.yaml:1"},
		{"binary incident", []string{"recall", "--incident", binary}, "binary.yaml"},
		{"HAR as incident", []string{"recall", "--incident", harAsIncident}, "har.yaml"},
		{"empty stdin", []string{"recall", "--incident", "-"}, "stdin"},
		{"missing profile", []string{"recall", "--profile", missing}, "missing"},
		{"unknown profile key", []string{"recall", "--profile", profileKey}, "profile.yaml:3"},
		{"missing evidence alone", []string{"recall", "--evidence", missing}, "missing"},
		{"empty HAR alone", []string{"recall", "--evidence", emptyHAR}, "empty.har"},
		{"truncated HAR alone", []string{"recall", "--evidence", cutHAR}, "cut.har"},
		{"from missing", []string{"recall", "--from", missing}, "missing"},
		{"from empty", []string{"recall", "--from", empty}, "empty.yaml"},
		{"from a folder", []string{"recall", "--from", dir}, dir},
		{"from no JSON", []string{"recall", "--from", notJSON}, "not.json"},
		{"from another schema", []string{"recall", "--from", otherJSON}, "other.json"},
		{"from an archive without", []string{"recall", "--from", noDocument}, "none.zip"},
		{"show no JSON", []string{"report", "show", notJSON}, "not.json"},
		{"validate no JSON", []string{"report", "validate", notJSON}, "not.json"},
	} {
		t.Run(c.name, func(t *testing.T) {
			for _, l := range []string{"zh", "en"} {
				status, out, errs := call(t, map[string]string{"MEIQIA_DIAG_LANG": l}, "", c.args...)
				if status != 2 {
					t.Errorf("status %d, want 2\n%s%s", status, out, errs)
				}
				if out != "" {
					t.Errorf("stdout: %q", out)
				}
				checkLine(t, l, errs, c.where)
			}
		})
	}
}

var han = regexp.MustCompile(`\p{Han}`)

// checkLine wants one line with its place and a hint in brackets, in one language.
func checkLine(t *testing.T, l, errs, where string) {
	t.Helper()
	if strings.Count(errs, "\n") != 1 {
		t.Errorf("%s: not one line: %q", l, errs)
	}
	if !strings.Contains(errs, where) {
		t.Errorf("%s: does not name %q: %s", l, where, errs)
	}
	if !strings.HasSuffix(errs, ")\n") && !strings.HasSuffix(errs, "）\n") {
		t.Errorf("%s: no hint: %s", l, errs)
	}
	if strings.Contains(errs, "Usage") || strings.Contains(errs, "\x1b") {
		t.Errorf("%s: usage dump or escape: %q", l, errs)
	}
	if zh := han.MatchString(errs); zh != (l == "zh") {
		t.Errorf("%s: wrong language: %s", l, errs)
	}
}

// TestFailureIsADocument: programs that read the result get one document even then.
func TestFailureIsADocument(t *testing.T) {
	for _, args := range [][]string{{"recall", "--format", "json", "--incident", "missing"}, {"recall", "--format=json", "--bogus"}, {"recall", "--format", "json", "x"}} {
		status, out, _ := call(t, nil, "", args...)
		var doc struct {
			Schema   string
			Verdict  struct{ Outcome string }
			Problems []any
		}
		if err := json.Unmarshal([]byte(out), &doc); err != nil {
			t.Fatalf("%q: %v in %q", args, err, out)
		}
		if status != 2 || doc.Schema != "meiqia-diag/1" || doc.Verdict.Outcome != "inconclusive" || len(doc.Problems) != 1 {
			t.Errorf("%q: status %d, %s", args, status, out)
		}
	}
}

// TestGoesOn: what is damaged beside what is good is a line on stderr, and no more.
func TestGoesOn(t *testing.T) {
	dir := t.TempDir()
	inc := write(t, dir, "incident.yaml", goodIncident)
	cut := write(t, dir, "cut.har", `{"log": {"version": "1.2", "entries": [ {"star`)
	before := write(t, dir, "before.yaml", strings.ReplaceAll(goodIncident, "10:22:41", "10:20:41"))
	gbk := write(t, dir, "gbk.yaml", "attempt: {symptom: refused, error_text: \"\xcf\xfb\xcf\xa2\xd2\xd1\xb1\xbb\xd4\xc4\xb6\xc1\xa3\xac\xce\xde\xb7\xa8\xb3\xb7\xbb\xd8\"}\n")
	for _, c := range []struct {
		name string
		args []string
		want string // on stderr
	}{
		{"truncated HAR beside an incident", []string{"--incident", inc, "--evidence", cut}, "cut.har"},
		{"empty file beside an incident", []string{"--incident", inc, "--evidence", write(t, dir, "nothing.log", "")}, "nothing.log"},
		{"recall before send", []string{"--incident", before}, "10:20:41"},
		{"incident in GBK", []string{"--incident", gbk}, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			args := append([]string{"recall", "--offline", "--no-report", "--format", "json"}, c.args...)
			status, out, errs := call(t, nil, "", args...)
			if status == 2 || !strings.Contains(out, `"schema"`) {
				t.Errorf("status %d\n%s%s", status, out, errs)
			}
			if c.want == "" && errs != "" || !strings.Contains(errs, c.want) {
				t.Errorf("stderr: %q, want %q", errs, c.want)
			}
		})
	}
	status, out, errs := call(t, nil, "", "recall", "--offline", "--no-report", "--format", "json", "--incident", inc, "--evidence", cut, "--evidence", filepath.Join(dir, "missing"))
	if status != 2 || !strings.Contains(errs, "missing") || !strings.Contains(out, `"schema"`) { // a slip of the person's, who would take the verdict to be of all
		t.Errorf("a missing file among others: status %d\n%s", status, errs)
	}
	_, out, _ = call(t, nil, "", "recall", "--offline", "--no-report", "--format", "json", "--incident", gbk)
	if !strings.Contains(out, "消息已被阅读，无法撤回") {
		t.Error("the incident in GBK was not read as such")
	}
}
