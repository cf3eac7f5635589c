package main

import (
	"archive/zip"
	"bytes"
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"
)

// labReports makes one report archive of each of some scenarios of the lab.
func labReports(tb testing.TB, scenarios ...string) []string {
	tb.Helper()
	dir := tb.TempDir()
	var out []string
	for _, s := range scenarios {
		file := filepath.Join(dir, s+".zip")
		if status, _, errs := callHome(tb, dir, "recall", "--lab="+s, "--output", file, "--no-input", "--lang", "en"); status == statusUsage {
			tb.Fatalf("%s: %s", s, errs)
		}
		out = append(out, file)
	}
	return out
}

// callHome runs the program in this process with a home of its own.
func callHome(tb testing.TB, home string, args ...string) (status int, out, errs string) {
	tb.Helper()
	var o, e bytes.Buffer
	a := newApp(args)
	a.in, a.out, a.err = bytes.NewReader(nil), &o, &e
	a.inTTY, a.outTTY, a.errTTY = false, false, false
	a.env = func(k string) string { return map[string]string{"HOME": home, "LOCALAPPDATA": home}[k] }
	status = a.end(a.run(tb.Context()))
	return status, o.String(), e.String()
}

// packedAnew gives an archive with another report.json: as one that was changed,
// or with manifest and seal as if it had been written so.
func packedAnew(tb testing.TB, files []*zip.File, report []byte, sealed bool) []byte {
	tb.Helper()
	hash := func(data []byte) string { return fmt.Sprintf("%x", sha256.Sum256(data)) }
	var buf bytes.Buffer
	w := zip.NewWriter(&buf)
	put := func(name string, data []byte) {
		x, err := w.Create(name)
		if err == nil {
			_, err = x.Write(data)
		}
		if err != nil {
			tb.Fatal(err)
		}
	}
	for _, f := range files {
		switch {
		case f.Name == "report.json":
			put(f.Name, report)
		case f.Name == "manifest.json" && sealed:
			var m map[string]any
			r, err := f.Open()
			if err == nil {
				err = json.NewDecoder(r).Decode(&m)
			}
			if err != nil {
				tb.Fatal(err)
			}
			for _, e := range m["files"].([]any) {
				if e := e.(map[string]any); e["name"] == "report.json" {
					e["size"], e["sha256"] = len(report), hash(report)
				}
			}
			m["manifest_sha256"] = ""
			data, err := json.MarshalIndent(m, "", "  ")
			if err != nil {
				tb.Fatal(err)
			}
			put(f.Name, bytes.Replace(data, []byte(`"manifest_sha256": ""`), fmt.Appendf(nil, `"manifest_sha256": %q`, hash(data)), 1))
		default:
			if err := w.Copy(f); err != nil {
				tb.Fatal(err)
			}
		}
	}
	const head = "sha256:"
	if sealed {
		if err := w.SetComment(head + strings.Repeat("0", 64)); err != nil {
			tb.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		tb.Fatal(err)
	}
	data := buf.Bytes()
	if sealed {
		copy(data[len(data)-64:], hash(data[:len(data)-64]))
	}
	return data
}

// multiply writes n archives into a folder, each one of the given with another
// time, client version and browser in its report.json. The rest is copied as it is.
func multiply(tb testing.TB, from []string, n int) string {
	tb.Helper()
	dir := tb.TempDir()
	r := rand.New(rand.NewPCG(1, 2))
	begin := time.Date(2026, 9, 1, 0, 0, 0, 0, time.UTC)
	docs := make([]map[string]any, len(from))
	zips := make([]*zip.ReadCloser, len(from))
	for i, f := range from {
		z, err := zip.OpenReader(f)
		if err != nil {
			tb.Fatal(err)
		}
		defer z.Close()
		zips[i] = z
		data, err := z.Open("report.json")
		if err != nil {
			tb.Fatal(err)
		}
		if err := json.NewDecoder(data).Decode(&docs[i]); err != nil {
			tb.Fatal(err)
		}
	}
	for i := range n {
		k := r.IntN(len(from))
		doc := docs[k]
		at := begin.Add(time.Duration(r.Int64N(int64(80 * 24 * time.Hour)))).Format(time.RFC3339Nano)
		doc["started_at"] = at
		doc["incident"].(map[string]any)["attempt"].(map[string]any)["at"] = map[string]any{"value": at, "instant": at, "basis": "stated"}
		doc["incident"].(map[string]any)["attempt"].(map[string]any)["client_version"] = map[string]any{"value": fmt.Sprintf("5.%d.%d", r.IntN(3), r.IntN(5)), "basis": "stated"}
		data, err := json.MarshalIndent(doc, "", "  ")
		if err != nil {
			tb.Fatal(err)
		}
		packed := packedAnew(tb, zips[k].File, data, true)
		sub := filepath.Join(dir, fmt.Sprintf("%02d", i%50))
		if err := os.MkdirAll(sub, 0o700); err != nil {
			tb.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(sub, fmt.Sprintf("report-%05d.zip", i)), packed, 0o600); err != nil {
			tb.Fatal(err)
		}
	}
	return dir
}

// BenchmarkTriage reads 10,000 archives of the lab's reports (TRIAGE_REPORTS
// says how many else) into a new store, and then looks at the folder again.
// "x-unzip-jq" is how many times longer `unzip -p … report.json | jq` takes over
// the same files to give the primary cause of each, measured on a part of them.
func BenchmarkTriage(b *testing.B) {
	for _, tool := range []string{"unzip", "jq"} {
		if _, err := exec.LookPath(tool); err != nil {
			b.Skipf("%s IS NOT INSTALLED, nothing to compare with", tool)
		}
	}
	n := 10_000
	if s := os.Getenv("TRIAGE_REPORTS"); s != "" {
		n, _ = strconv.Atoi(s)
	}
	dir := multiply(b, labReports(b, "message-read", "window-expired", "stale-app", "extension-blocked", "overloaded", "rate-limited", "clock-skew", "service-unknown"), n)
	bin := buildBinary(b, ".")
	run := func(home string) time.Duration {
		cmd := exec.Command(bin, "triage", dir, "--format", "json")
		cmd.Env = append(os.Environ(), "HOME="+home, "XDG_DATA_HOME="+home, "LOCALAPPDATA="+home)
		cmd.Stdout, cmd.Stderr = io.Discard, os.Stderr
		start := time.Now()
		if err := cmd.Run(); err != nil {
			b.Fatal(err)
		}
		return time.Since(start)
	}
	var first, second time.Duration
	for b.Loop() {
		home := b.TempDir()
		first = run(home)
		second = run(home)
	}
	files, _ := filepath.Glob(filepath.Join(dir, "*", "*.zip"))
	part := files[:min(len(files), 300)]
	start := time.Now()
	for _, f := range part {
		if out, err := exec.Command("sh", "-c", `unzip -p "$1" report.json | jq -r '.verdict.causes[0].code'`, "sh", f).Output(); err != nil || len(out) == 0 {
			b.Fatalf("%s: %v", f, err)
		}
	}
	peer := time.Duration(float64(time.Since(start)) * float64(len(files)) / float64(len(part)))
	b.ReportMetric(first.Seconds(), "s/first")
	b.ReportMetric(second.Seconds(), "s/again")
	b.ReportMetric(peer.Seconds()/first.Seconds(), "x-unzip-jq")
}
