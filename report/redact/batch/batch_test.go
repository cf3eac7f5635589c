package batch

import (
	"bytes"
	"compress/gzip"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"golang.org/x/text/encoding/simplifiedchinese"

	"meiqia-diag/diag/lang"
)

var key = []byte("0123456789abcdef0123456789abcdef")

func write(t *testing.T, path, text string) string {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func read(t *testing.T, path string) string {
	t.Helper()
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}

// A value that only the last file gives away is gone from the first too, and a
// folder's shape stays.
func TestAFolder(t *testing.T) {
	dir := t.TempDir()
	in, out := filepath.Join(dir, "in"), filepath.Join(dir, "out")
	write(t, filepath.Join(in, "a.log"), "10:21 王小明 pressed recall, call 13800138000\n")
	write(t, filepath.Join(in, "sub", "b.json"), "{\n  \"nickname\": \"王小明\",\n  \"status\": 403\n}\n")
	gbk, _ := simplifiedchinese.GB18030.NewEncoder().String("姓名:张三 13800138000\n")
	write(t, filepath.Join(in, "sub", "gbk.txt"), gbk)
	write(t, filepath.Join(in, "13912345678.log"), "up\n")
	var z bytes.Buffer
	w := gzip.NewWriter(&z)
	_, _ = io.WriteString(w, "old 13800138000\n")
	_ = w.Close()
	write(t, filepath.Join(in, "old.log.gz"), z.String())
	write(t, filepath.Join(in, "pic.bin"), strings.Repeat("\x00\x01\x02\xff13800138000", 100))
	if err := os.Symlink(filepath.Join(in, "a.log"), filepath.Join(in, "link.log")); err != nil {
		t.Log("no links here:", err)
	}
	res, err := Run(t.Context(), Options{Paths: []string{in}, Output: out, Key: key})
	if err != nil {
		t.Fatal(err)
	}
	if s := read(t, filepath.Join(out, "a.log")); strings.Contains(s, "王小明") || strings.Contains(s, "13800138000") || !strings.Contains(s, "pressed recall") {
		t.Error(s)
	}
	if s := read(t, filepath.Join(out, "sub", "b.json")); !strings.HasPrefix(s, "{\n  \"nickname\": \"<name#") || !strings.HasSuffix(s, "\",\n  \"status\": 403\n}\n") {
		t.Errorf("the layout of the document is gone: %s", s)
	}
	if s := read(t, filepath.Join(out, "sub", "gbk.txt")); !strings.HasPrefix(s, "姓名:<name#") {
		t.Error(s)
	}
	f, err := os.Open(filepath.Join(out, "old.log.gz"))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	r, err := gzip.NewReader(f)
	if err != nil {
		t.Fatal(err)
	}
	if data, err := io.ReadAll(r); err != nil || !strings.HasPrefix(string(data), "old <phone#") {
		t.Errorf("%s %v", data, err)
	}
	var names []string
	_ = filepath.WalkDir(out, func(path string, _ os.DirEntry, _ error) error { names = append(names, path); return nil })
	all := strings.Join(names, "\n")
	if strings.Contains(all, "pic.bin") || strings.Contains(all, "link.log") || strings.Contains(all, "13912345678") {
		t.Errorf("what may not be there is: %s", all)
	}
	if len(res.Left) < 1 || len(res.Done) != 5 || len(res.Ledger) < 4 {
		t.Errorf("left %v, done %v, ledger %v", res.Left, res.Done, res.Ledger)
	}
	if rest, _ := filepath.Glob(filepath.Join(dir, ".meiqia*")); len(rest) > 0 {
		t.Errorf("left behind: %v", rest)
	}
}

func TestAFailureLeavesNothing(t *testing.T) {
	dir := t.TempDir()
	a := write(t, filepath.Join(dir, "a.log"), "call 13800138000\n")
	old := write(t, filepath.Join(dir, "old.log"), "mine\n")
	pipe := filepath.Join(dir, "none.log")
	for name, opt := range map[string]Options{
		"a file that is there":     {Paths: []string{a}, Output: old},
		"one that cannot be read":  {Paths: []string{a, pipe}, Output: filepath.Join(dir, "out")},
		"two results, one stdout":  {Paths: []string{a, old}, Stdout: io.Discard},
		"no such folder":           {Paths: []string{a}, Output: filepath.Join(dir, "no", "x.log")},
		"two of one name":          {Paths: []string{a, a}, Output: filepath.Join(dir, "out")},
		"nothing that is readable": {Paths: []string{write(t, filepath.Join(dir, "x.bin"), "\x00\x01\x02\xff\xfe\x00\x00")}, Output: filepath.Join(dir, "out")},
		"no report":                {Paths: []string{write(t, filepath.Join(dir, "x.zip"), "PK\x03\x04nothing")}, Output: filepath.Join(dir, "out")},
		"damaged":                  {Paths: []string{write(t, filepath.Join(dir, "x.gz"), "\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\x03nonsense")}, Output: filepath.Join(dir, "out")},
	} {
		_, err := Run(t.Context(), opt)
		var p *lang.Problem
		if !errors.As(err, &p) || p.What.IsZero() {
			t.Errorf("%s: %v", name, err)
		}
		if read(t, old) != "mine\n" {
			t.Errorf("%s: the old file is gone", name)
		}
		if _, err := os.Lstat(filepath.Join(dir, "out")); err == nil {
			t.Errorf("%s: something was written", name)
		}
	}
	if rest, _ := filepath.Glob(filepath.Join(dir, ".meiqia*")); len(rest) > 0 {
		t.Errorf("left behind: %v", rest)
	}
}

func TestStdin(t *testing.T) {
	var out bytes.Buffer
	if _, err := Run(t.Context(), Options{Paths: []string{"-"}, Stdin: strings.NewReader("李四 says 13800138000\n李四\n"), Stdout: &out, Key: key, Words: []string{"李四"}}); err != nil {
		t.Fatal(err)
	}
	if s := out.String(); strings.Contains(s, "李四") || strings.Contains(s, "13800138000") || strings.Count(s, "<word#") != 2 {
		t.Error(s)
	}
}

func TestKindOf(t *testing.T) {
	for head, want := range map[string]string{
		`{"a":1}`: asJSON, "[\n {\"a\":1}]": asJSON, "[2026-11-20 10:22:41] up": text, "{\"a\":1}\n{\"b\":2}\n": text, "": text,
		"\ufeff{\"log\":{\"version\":\"1.2\",\"entries\":[": asHAR, "{broken": text, "[error] no": text,
	} {
		if got := kindOf(head); got != want {
			t.Errorf("%q is %s, not %s", head, got, want)
		}
	}
}

func FuzzKindOf(f *testing.F) {
	f.Add("{\"a\":1}\n{")
	f.Add("[[")
	f.Fuzz(func(t *testing.T, s string) {
		switch kindOf(s) {
		case text, asJSON, asHAR:
		default:
			t.Error("of no kind")
		}
	})
}
