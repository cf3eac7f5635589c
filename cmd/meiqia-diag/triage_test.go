package main

import (
	"archive/zip"
	"bytes"
	"context"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"meiqia-diag/report/triage"
)

// Who breaks it off gets 130, and a program that reads the JSON a document.
func TestTriageInterrupted(t *testing.T) {
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "r.json"), []byte(`{"schema":"meiqia-diag/1","verdict":{"outcome":"healthy"}}`), 0o600); err != nil {
		t.Fatal(err)
	}
	var o, e bytes.Buffer
	a := newApp([]string{"triage", dir, "--format", "json", "--lang", "en"})
	a.out, a.err, a.in = &o, &e, strings.NewReader("")
	a.outTTY, a.errTTY = false, false
	a.env = func(string) string { return "" }
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if status := a.end(a.run(ctx)); status != statusInterrupted {
		t.Errorf("status %d", status)
	}
	var p triage.Picture
	if err := json.Unmarshal(o.Bytes(), &p); err != nil || p.Schema != triage.Schema || len(p.Problems) != 1 {
		t.Errorf("%v: %s", err, o.String())
	}
}

// Without a home nothing is kept, and the picture is drawn all the same.
func TestTriageWithoutAHome(t *testing.T) {
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "r.json"), []byte(`{"schema":"meiqia-diag/1","verdict":{"outcome":"healthy"}}`), 0o600); err != nil {
		t.Fatal(err)
	}
	status, out, errs := call(t, nil, "", "triage", dir, "--lang", "en")
	if status != statusHealthy || !strings.HasPrefix(out, "1 report:") {
		t.Errorf("status %d: %s%s", status, out, errs)
	}
	// A home that cannot be written to is told of.
	file := filepath.Join(dir, "r.json")
	status, out, errs = call(t, map[string]string{"XDG_DATA_HOME": file}, "", "triage", dir, "--lang", "en")
	if status != statusHealthy || !strings.HasPrefix(out, "1 report:") || !strings.Contains(errs, "note: nothing is kept: ") {
		t.Errorf("status %d: %s%s", status, out, errs)
	}
}

// Regressions fail a run only where somebody asked for that.
func TestTriageFailsOnRegression(t *testing.T) {
	dir := t.TempDir()
	for i := range 60 {
		version, code := "5.2.0", "decision.window-expired"
		if i%2 == 0 {
			if version = "5.10.0"; i%3 == 0 {
				code = "dispatch.stale-app"
			}
		}
		doc := `{"schema":"meiqia-diag/1","started_at":"2026-11-20T02:00:00.` + strings.Repeat("1", i%9+1) + `Z","duration_ms":` + strings.Repeat("1", i/9+1) +
			`,"incident":{"attempt":{"client_version":{"value":"` + version + `"}}},"verdict":{"outcome":"explained","causes":[{"code":"` + code + `","role":"primary","probability":0.9}]}}`
		if err := os.WriteFile(filepath.Join(dir, strings.Repeat("r", i+1)+".json"), []byte(doc), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	for _, c := range []struct {
		failOn string
		status int
	}{{"none", statusHealthy}, {"regression", statusFound}} {
		for _, format := range triage.Formats {
			status, out, errs := call(t, nil, "", "triage", dir, "--lang", "en", "--fail-on", c.failOn, "--format", format)
			if status != c.status {
				t.Errorf("--fail-on %s --format %s: status %d\n%s%s", c.failOn, format, status, out, errs)
			}
			if format == "text" && !strings.Contains(out, "since client version 5.10.0: dispatch.stale-app × 10") {
				t.Errorf("the regression is not told:\n%s", out)
			}
		}
	}
}

// A report that is not what was written is told of, and counted by what it says.
func TestTriageTellsOfChangedReports(t *testing.T) {
	dir := t.TempDir()
	incident := write(t, t.TempDir(), "incident.yaml", goodIncident)
	good := filepath.Join(dir, "good.zip")
	if status, _, errs := call(t, nil, "", "recall", "--incident", incident, "--offline", "--no-input", "--output", good); status == statusUsage {
		t.Fatal(errs)
	}
	z, err := zip.OpenReader(good)
	if err != nil {
		t.Fatal(err)
	}
	defer z.Close()
	data, err := os.ReadFile(good)
	if err != nil {
		t.Fatal(err)
	}
	report, err := z.Open("report.json")
	if err != nil {
		t.Fatal(err)
	}
	var doc map[string]any
	if err := json.NewDecoder(report).Decode(&doc); err != nil {
		t.Fatal(err)
	}
	other := func(second string) []byte {
		doc["started_at"] = "2026-11-20T10:30:" + second + "Z"
		out, err := json.Marshal(doc)
		if err != nil {
			t.Fatal(err)
		}
		return out
	}
	last := bytes.Clone(data)
	last[len(last)-200] ^= 1 // in the directory of the archive or what stands before it
	write(t, dir, "changed.zip", string(packedAnew(t, z.File, other("01"), false)))
	write(t, dir, "sealed.zip", string(packedAnew(t, z.File, other("02"), true)))
	write(t, dir, "byte.zip", string(last))
	write(t, dir, "cut.zip", string(data[:len(data)/2]))
	for _, again := range []bool{false, true} {
		status, out, errs := call(t, map[string]string{"XDG_DATA_HOME": filepath.Join(dir, "..", "home")}, "", "triage", dir, "--lang", "en", "--format", "json")
		var p triage.Picture
		if err := json.Unmarshal([]byte(out), &p); err != nil || status != statusHealthy {
			t.Fatalf("status %d, %v: %s", status, err, errs)
		}
		states := map[string]string{}
		for _, u := range p.Unread {
			states[filepath.Base(u.Path)] = u.State
		}
		if p.Reports != 3 || p.Files.Reports < 3 || p.Files.Changed < 1 || states["changed.zip"] != "changed" || states["byte.zip"] == "" || states["cut.zip"] != "broken" || len(states) != 3 {
			t.Errorf("again %v: %d reports of %+v, %v", again, p.Reports, p.Files, p.Unread)
		}
	}
	_, out, _ := call(t, nil, "", "triage", dir, "--lang", "en")
	if !strings.Contains(out, "changed, counted all the same: report.json: the content differs") {
		t.Errorf("what was changed is not told:\n%s", out)
	}
}
