package archive

import (
	"archive/zip"
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"io"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"meiqia-diag/diag/lang"
)

// small is an archive with one log.
func small(t *testing.T) []byte {
	t.Helper()
	opt := options(t)
	opt.Evidence = opt.Evidence[:1]
	if _, err := Build(context.Background(), opt); err != nil {
		t.Fatal(err)
	}
	data, err := os.ReadFile(opt.Path)
	if err != nil {
		t.Fatal(err)
	}
	return data
}

// faults opens an archive from memory and gives what is wrong with it.
func faults(data []byte) []*lang.Problem {
	o, err := open("x.zip", data, nil)
	var p *lang.Problem
	switch {
	case errors.As(err, &p):
		return []*lang.Problem{p}
	case err != nil:
		return []*lang.Problem{{What: lang.Reason(err)}}
	case !o.Archive():
		if _, err := o.Document(); err != nil {
			return []*lang.Problem{{What: lang.Reason(err)}}
		}
	}
	return o.Verify()
}

// TestAnyChangedByteShows changes 2,000 bytes of an archive, one at a time:
// all of its records, and a sample of its packed content.
func TestAnyChangedByteShows(t *testing.T) {
	data := small(t)
	if ps := faults(data); len(ps) > 0 {
		t.Fatal(ps)
	}
	z, err := zip.NewReader(bytes.NewReader(data), int64(len(data)))
	if err != nil {
		t.Fatal(err)
	}
	spots := map[int]bool{}
	for _, f := range z.File {
		from, err := f.DataOffset()
		if err != nil {
			t.Fatal(err)
		}
		for i := range 40 {
			spots[int(from)-i-1] = true
			spots[min(len(data)-1, int(from)+int(f.CompressedSize64)+i)] = true
		}
	}
	r := rand.New(rand.NewPCG(1, 2))
	for len(spots) < 2000 {
		spots[r.IntN(len(data))] = true
	}
	changed := bytes.Clone(data)
	for i := range spots {
		if i < 0 {
			continue
		}
		changed[i] ^= byte(1 << r.IntN(8))
		if len(faults(changed)) == 0 {
			t.Errorf("byte %d of %d was changed and nothing was found", i, len(data))
		}
		changed[i] = data[i]
	}
}

func TestOtherChangesShow(t *testing.T) {
	data := small(t)
	for n := 0; n < len(data); n += max(1, len(data)/200) {
		if len(faults(data[:n])) == 0 {
			t.Errorf("cut off at %d of %d and nothing was found", n, len(data))
		}
	}
	for _, more := range []string{"\x00", "\n", "x", strings.Repeat("x", 70000), "PK\x05\x06" + strings.Repeat("\x00", 18)} {
		if len(faults(append(bytes.Clone(data), more...))) == 0 {
			t.Errorf("%d bytes were appended and nothing was found", len(more))
		}
		if len(faults(append([]byte(more), data...))) == 0 {
			t.Errorf("%d bytes were put before it and nothing was found", len(more))
		}
	}
	// packed anew, with its comment kept and its files changed
	z, err := zip.NewReader(bytes.NewReader(data), int64(len(data)))
	if err != nil {
		t.Fatal(err)
	}
	packed := func(change func(name string, data []byte) (string, []byte), more ...string) []byte {
		var b bytes.Buffer
		w := zip.NewWriter(&b)
		add := func(name string, data []byte) {
			f, err := w.Create(name)
			if err == nil {
				_, err = f.Write(data)
			}
			if err != nil {
				t.Fatal(err)
			}
		}
		for _, f := range z.File {
			r, err := f.Open()
			if err != nil {
				t.Fatal(err)
			}
			content, err := io.ReadAll(r)
			if err != nil {
				t.Fatal(err)
			}
			if name, content := change(f.Name, content); name != "" {
				add(name, content)
			}
		}
		for _, name := range more {
			add(name, []byte("new"))
		}
		if err := w.SetComment(z.Comment); err != nil {
			t.Fatal(err)
		}
		if err := w.Close(); err != nil {
			t.Fatal(err)
		}
		// with a seal that fits: who changes a file can make one
		out := b.Bytes()
		copy(out[len(out)-64:], sum(out[:len(out)-64]))
		return out
	}
	same := func(name string, data []byte) (string, []byte) { return name, data }
	if ps := faults(packed(same)); len(ps) > 0 {
		t.Fatalf("packed anew as it was: %v", ps)
	}
	for what, c := range map[string]struct {
		data  []byte
		names string
	}{
		"renamed": {packed(func(n string, d []byte) (string, []byte) { return strings.Replace(n, "client", "other", 1), d }), "logs/client.log logs/other.log"},
		"removed": {packed(func(n string, d []byte) (string, []byte) { return strings.TrimPrefix(n, "report.zh.md"), d }), "report.zh.md"},
		"added":   {packed(same, "evil.html"), "evil.html"},
		"changed": {packed(func(n string, d []byte) (string, []byte) {
			return n, bytes.ReplaceAll(d, []byte("refused"), []byte("allowed"))
		}), "logs/client.log"},
		"twice":   {packed(same, "report.html"), "report.html"},
		"by case": {packed(same, "Report.HTML"), "Report.HTML"},
		"folder":  {packed(same, "report.html/x"), "report.html"},
		"no list": {packed(func(n string, d []byte) (string, []byte) { return strings.TrimPrefix(n, "manifest.json"), d }), "manifest.json"},
		"list made smaller": {packed(func(n string, d []byte) (string, []byte) {
			if n == "manifest.json" {
				d = bytes.Replace(d, []byte(`"max_bytes": 20971520`), []byte(`"max_bytes": 1`), 1)
			}
			return n, d
		}), "manifest.json"},
	} {
		ps := faults(c.data)
		told := ""
		for _, p := range ps {
			told += p.Field + " "
		}
		for _, name := range strings.Fields(c.names) {
			if !strings.Contains(told, name) {
				t.Errorf("%s: %s is not told of: %q", what, name, told)
			}
		}
		if len(ps) == 0 {
			t.Errorf("%s: nothing was found", what)
		}
	}
}

// TestNoTwoReadingsOfAZip: what readers of zips do not agree on is refused.
func TestNoTwoReadingsOfAZip(t *testing.T) {
	le := binary.LittleEndian
	one := func() []byte {
		data, err := os.ReadFile(writeZip(t, map[string]string{"report.json": `{"schema":"meiqia-diag/1"}`, "a.txt": strings.Repeat("a", 100)}))
		if err != nil {
			t.Fatal(err)
		}
		return data
	}
	directory := func(d []byte) int { return bytes.Index(d, []byte("PK\x01\x02")) }
	ending := func(d []byte) int { return bytes.LastIndex(d, []byte("PK\x05\x06")) }
	if _, bad := layout(one()); !bad.IsZero() {
		t.Fatal(bad)
	}
	for what, change := range map[string]func(d []byte) []byte{
		"two names": func(d []byte) []byte { d[localLen] ^= 1; return d },
		"two files in one": func(d []byte) []byte {
			second := directory(d) + 4 + bytes.Index(d[directory(d)+4:], []byte("PK\x01\x02"))
			copy(d[second+42:second+46], d[directory(d)+42:directory(d)+46])
			return d
		},
		"a size too big":  func(d []byte) []byte { le.PutUint32(d[directory(d)+20:], 0x7fffffff); return d },
		"a size not told": func(d []byte) []byte { le.PutUint32(d[directory(d)+24:], 1); return d },
		"zip64 count": func(d []byte) []byte {
			le.PutUint16(d[ending(d)+8:], 0xffff)
			le.PutUint16(d[ending(d)+10:], 0xffff)
			return d
		},
		"zip64 place":    func(d []byte) []byte { le.PutUint32(d[ending(d)+16:], 0xffffffff); return d },
		"a second disk":  func(d []byte) []byte { le.PutUint16(d[ending(d)+4:], 1); return d },
		"a password":     func(d []byte) []byte { d[directory(d)+8] |= 1; d[6] |= 1; return d },
		"fewer files":    func(d []byte) []byte { le.PutUint16(d[ending(d)+8:], 1); le.PutUint16(d[ending(d)+10:], 1); return d },
		"another method": func(d []byte) []byte { le.PutUint16(d[directory(d)+10:], 12); le.PutUint16(d[8:], 12); return d },
		"a link": func(d []byte) []byte {
			d[directory(d)+5] = 3
			le.PutUint32(d[directory(d)+38:], 0o120777<<16)
			return d
		},
		"a device": func(d []byte) []byte {
			d[directory(d)+5] = 3
			le.PutUint32(d[directory(d)+38:], 0o060666<<16)
			return d
		},
	} {
		if _, err := open("x.zip", change(one()), nil); err == nil {
			t.Errorf("%s: was let in", what)
		}
	}
}

// TestExtract: only into a new folder, private, and nothing half-unpacked.
func TestExtract(t *testing.T) {
	o, err := open("x.zip", small(t), nil)
	if err != nil {
		t.Fatal(err)
	}
	dir := filepath.Join(t.TempDir(), "out")
	if err := o.Extract(dir); err != nil {
		t.Fatal(err)
	}
	st, err := os.Stat(filepath.Join(dir, "logs", "client.log"))
	if err != nil || st.Mode().Perm() != 0o600 {
		t.Errorf("%v %v", st, err)
	}
	if st, err := os.Stat(filepath.Join(dir, "logs")); err != nil || st.Mode().Perm() != 0o700 {
		t.Errorf("%v %v", st, err)
	}
	var p *lang.Problem
	if err := o.Extract(dir); !errors.As(err, &p) {
		t.Errorf("into a folder that is not empty: %v", err)
	}
	bomb := writeZip(t, map[string]string{"a.txt": "a", "report.json": strings.Repeat("\x00", ratioFrom*5/4)})
	if o, err = Open(bomb); err != nil {
		t.Fatal(err)
	}
	out := filepath.Join(t.TempDir(), "bomb")
	if err := o.Extract(out); !errors.As(err, &p) {
		t.Errorf("a bomb: %v", err)
	}
	if left, _ := os.ReadDir(out); len(left) > 0 {
		t.Errorf("half-unpacked: %v", left)
	}
}

// What Intact gives is what was written, or what tells nothing of being written:
// a change of one byte anywhere, and of one file when the archive is packed anew, shows.
func TestIntact(t *testing.T) {
	data := small(t)
	intact := func(data []byte) error {
		o, err := open("x.zip", data, nil)
		if err != nil {
			return err
		}
		got, err := o.Intact("report.json")
		if err == nil && len(got) == 0 {
			t.Error("nothing was read")
		}
		if o.SHA256() != sum(data) {
			t.Errorf("the hash is %s", o.SHA256())
		}
		return err
	}
	if err := intact(data); err != nil {
		t.Fatal(err)
	}
	r := rand.New(rand.NewPCG(3, 4))
	for range 500 {
		changed := bytes.Clone(data)
		i := r.IntN(len(changed))
		changed[i] ^= byte(1 + r.IntN(255))
		if intact(changed) == nil {
			t.Errorf("a change of byte %d does not show", i)
		}
	}

	path := filepath.Join(t.TempDir(), "whole.zip")
	if err := os.WriteFile(path, data, 0o600); err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		change func(files map[string]string)
		err    error
	}{
		"packed anew":      {func(map[string]string) {}, nil},
		"another verdict":  {func(f map[string]string) { f["report.json"] = strings.Replace(f["report.json"], "0.9", "0.8", 1) }, ErrChanged},
		"another manifest": {func(f map[string]string) { f["manifest.json"] += " " }, ErrChanged},
		"no manifest":      {func(f map[string]string) { delete(f, "manifest.json") }, nil},
		"no report":        {func(f map[string]string) { delete(f, "report.json") }, ErrNotHeld},
		"not in the manifest": {func(f map[string]string) {
			f["manifest.json"] = selfHashed(strings.Replace(f["manifest.json"], `"report.json"`, `"other.json"`, 1))
		}, ErrChanged},
		"another log, no seal": {func(f map[string]string) { f["logs/client.log"] += "more" }, nil}, // nothing is read of it
	} {
		files := contents(t, path)
		c.change(files)
		packed, err := os.ReadFile(writeZip(t, files))
		if err != nil {
			t.Fatal(err)
		}
		if err := intact(packed); !errors.Is(err, c.err) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// selfHashed gives a manifest the hash of itself.
func selfHashed(manifest string) string {
	head, rest, _ := strings.Cut(manifest, `"manifest_sha256": "`)
	_, tail, _ := strings.Cut(rest, `"`)
	empty := head + `"manifest_sha256": ""` + tail
	return head + `"manifest_sha256": "` + sum([]byte(empty)) + `"` + tail
}

func FuzzOpen(f *testing.F) {
	var b bytes.Buffer
	w := zip.NewWriter(&b)
	for _, name := range []string{"report.json", "manifest.json", "logs/a.log"} {
		x, _ := w.Create(name)
		_, _ = io.WriteString(x, `{"schema":"meiqia-diag/1","files":[]}`)
	}
	_ = w.SetComment(sealHead + strings.Repeat("0", 64))
	_ = w.Close()
	f.Add(b.Bytes())
	f.Add([]byte("PK\x05\x06" + strings.Repeat("\x00", 18)))
	f.Add([]byte(`{"schema":"meiqia-diag/1"}`))
	f.Add([]byte("age-encryption.org/v1\n-> X25519 abc\n"))
	f.Fuzz(func(t *testing.T, data []byte) {
		o, err := open("x.zip", data, nil)
		if err != nil {
			return
		}
		for _, name := range o.Names() {
			if !safeName(name) {
				t.Errorf("%q", name)
			}
		}
		o.Verify()
		_, _ = o.Intact("report.json")
		_, _ = o.Document()
	})
}
