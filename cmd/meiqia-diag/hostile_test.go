package main

import (
	"archive/zip"
	"bytes"
	"encoding/json"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"meiqia-diag/report"
)

// hostile is what a stranger may put into any field of a report.
const hostile = "\x1b]0;owned\x07\x1b[2J\x9b31m\u202e\u2066<script>alert(1)</script><img src=x onerror=alert(1)>\"'`|\r\n# h\r\nok 1\n\x00\u2028"

// poisoned puts the hostile text into every text of a document, all others or just some.
func poisoned(v any, path string, spare *regexp.Regexp) any {
	switch x := v.(type) {
	case string:
		if spare.MatchString(path) {
			return x
		}
		return x + hostile
	case []any:
		for i := range x {
			x[i] = poisoned(x[i], path, spare)
		}
	case map[string]any:
		for k := range x {
			x[k] = poisoned(x[k], path+"."+k, spare)
		}
	}
	return v
}

// words of a fixed set, and times, are what they are or the report is not one;
// in the second round they are poisoned, too.
var fixedWords = []*regexp.Regexp{
	regexp.MustCompile(`^\.schema$|^\.started_at$|\.(state|stage|id|code|role|basis|kind|clock|outcome|at|instant|unit|observation|request_result|sender_view|visitor_view|rule|shown)$|^\.incident\.`),
	regexp.MustCompile(`^\.schema$|^\.incident\.`),
}

func TestHostileReportIsHarmless(t *testing.T) {
	dir := t.TempDir()
	inc := write(t, dir, "incident.yaml", goodIncident)
	_, out, errs := call(t, nil, "", "recall", "--offline", "--incident", inc, "--evidence", evidenceFolder(t), "--format", "json", "--no-report")
	for round, spare := range fixedWords {
		var doc any
		if err := json.Unmarshal([]byte(out), &doc); err != nil {
			t.Fatalf("%v\n%s", err, errs)
		}
		data, err := json.Marshal(poisoned(doc, "", spare))
		if err != nil {
			t.Fatal(err)
		}
		file := filepath.Join(dir, "report.json")
		if err := os.WriteFile(file, data, 0o600); err != nil {
			t.Fatal(err)
		}
		for _, format := range report.Formats {
			for _, l := range []string{"zh", "en"} {
				status, text, errs := call(t, nil, "", "report", "show", file, "--format", format, "--lang", l)
				want := 0
				if round == 1 { // its words are none of the contract's: it is shown with a warning
					want = 2
				}
				if status != want || len(text) < 20 || strings.IndexFunc(errs, steers) >= 0 {
					t.Errorf("round %d, %s: status %d %s", round, format, status, errs)
				}
				if i := strings.IndexFunc(text, steers); i >= 0 {
					t.Errorf("round %d, %s %s: %q steers a terminal: …%q…", round, format, l, text[i:i+1], text[max(0, i-80):min(len(text), i+40)])
				}
				if format == "html" && (strings.Contains(text, "<script>alert") || strings.Contains(text, "<img src=x")) {
					t.Errorf("round %d: HTML of a field is in the page", round)
				}
				if format == "tap" && regexp.MustCompile(`(?m)^ok 1$`).MatchString(text) {
					t.Errorf("round %d: a field makes a result of its own", round)
				}
			}
		}
		if _, text, errs := call(t, nil, "", "report", "validate", file); strings.IndexFunc(text+errs, steers) >= 0 {
			t.Errorf("round %d: validate: %q", round, errs)
		}
	}
}

// steers tells of what makes a terminal do something, or a reader read something else.
func steers(r rune) bool {
	switch {
	case r == '\n' || r == '\t':
		return false
	case r < 0x20, r >= 0x7f && r < 0xa0, r >= 0x202a && r <= 0x202e, r >= 0x2066 && r <= 0x2069, r == 0x200e, r == 0x200f:
		return true
	}
	return false
}

// TestARepackedReportIsShownWithAWarning: an archive that is not what was
// written is shown, and said not to be, as validate does.
func TestARepackedReportIsShownWithAWarning(t *testing.T) {
	dir := t.TempDir()
	inc := write(t, dir, "incident.yaml", goodIncident)
	file := filepath.Join(dir, "r.zip")
	if status, _, errs := call(t, nil, "", "recall", "--offline", "--incident", inc, "--output", file, "--no-input"); status == 2 {
		t.Fatal(errs)
	}
	z, err := zip.OpenReader(file)
	if err != nil {
		t.Fatal(err)
	}
	defer z.Close()
	var buf bytes.Buffer
	w := zip.NewWriter(&buf)
	for _, f := range z.File {
		r, err := f.Open()
		if err != nil {
			t.Fatal(err)
		}
		data, err := io.ReadAll(r)
		if err != nil {
			t.Fatal(err)
		}
		if f.Name == "report.json" {
			data = bytes.Replace(data, []byte(`"duration_ms": 0`), []byte(`"duration_ms": 1`), 1)
		}
		to, err := w.Create(f.Name)
		if err == nil {
			_, err = to.Write(data)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	anew := write(t, dir, "anew.zip", buf.String())
	for _, args := range [][]string{{"report", "show", anew}, {"report", "show", anew, "--format", "json"}, {"report", "validate", anew}, {"report", "encrypt", anew, "--to", "age1ql3z7hjy54pw3hyww5ayyfg7zqgvc7w3j2elw8zmrj2kg5sfn9aqmcac8p"}} {
		status, out, errs := call(t, nil, "", append(args, "--lang", "en")...)
		if status != 2 || !strings.Contains(errs, "there is no seal") || !strings.Contains(errs, "report.json: the content differs from the manifest") {
			t.Errorf("%v: status %d\n%s", args, status, errs)
		}
		if shown := len(out) > 100; shown != (args[1] == "show") {
			t.Errorf("%v: %d bytes on stdout", args, len(out))
		}
	}
	if status, out, errs := call(t, nil, "", "recall", "--from", anew, "--lang", "en"); status == 2 || len(out) < 100 || !strings.Contains(errs, "does not pass validation") {
		t.Errorf("--from: status %d\n%s", status, errs)
	}
}

// evidenceFolder is a folder with a log.
func evidenceFolder(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	write(t, dir, "client.log", "[2026-11-20 10:22:41.100] [error] recall refused: window\n")
	return dir
}

// TestHugeReportIsBounded: a report of huge texts and deep nesting is refused or shown in time.
func TestHugeReportIsBounded(t *testing.T) {
	dir := t.TempDir()
	inc := write(t, dir, "incident.yaml", goodIncident)
	_, out, _ := call(t, nil, "", "recall", "--offline", "--incident", inc, "--format", "json", "--no-report")
	long := strings.Repeat("很长的一句话。", 200_000)
	for name, text := range map[string]string{
		"long.json": strings.Replace(out, `"reason_zh": "`, `"reason_zh": "`+long, 1),
		"deep.json": strings.Replace(out, `"schema"`, `"x": `+strings.Repeat("[", 200_000)+strings.Repeat("]", 200_000)+`, "schema"`, 1),
		"wide.json": strings.Replace(out, `"remedies": [`, `"remedies": [`+strings.Repeat(`"x",`, 300_000), 1),
	} {
		file := write(t, dir, name, text)
		for _, format := range []string{"text", "html", "markdown"} {
			start := time.Now()
			status, shown, errs := call(t, nil, "", "report", "show", file, "--format", format)
			if status != 0 && status != 2 || status == 0 && len(shown) < 100 || status == 2 && errs == "" {
				t.Errorf("%s %s: status %d %.200s", name, format, status, errs)
			}
			if d := time.Since(start); d > time.Minute {
				t.Errorf("%s %s took %v", name, format, d)
			}
		}
	}
}
