package archive

import (
	"archive/zip"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path"
	"sort"
	"strings"

	"meiqia-diag/diag"
	"meiqia-diag/diag/lang"
)

// Limits of an archive that is read: it may come from anybody.
const (
	maxCount  = 2000
	maxTotal  = 200 << 20
	maxRatio  = 200
	ratioFrom = 16 << 20 // smaller files may be as dense as they like
	maxReport = 64 << 20
)

// opened is an archive whose names and counts were found harmless.
type opened struct {
	data  []byte
	zip   *zip.Reader
	total int64
}

// open reads an archive and refuses what no archive of ours has.
func open(file string) (*opened, error) {
	f, err := os.Open(file)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	data, err := io.ReadAll(io.LimitReader(f, maxTotal+1))
	if err != nil {
		return nil, err
	}
	if len(data) > maxTotal {
		return nil, refuse(file, "", lang.T("文件超过 %d MiB", "the file is over %d MiB").F(maxTotal>>20))
	}
	z, err := zip.NewReader(bytes.NewReader(data), int64(len(data)))
	if err != nil && !errors.Is(err, zip.ErrInsecurePath) {
		return nil, refuse(file, "", lang.T("不是完整的压缩包：%s", "not a whole archive: %s").F(lang.Reason(err)))
	}
	if len(z.File) > maxCount {
		return nil, refuse(file, "", lang.T("压缩包里的文件超过 %d 个", "the archive holds more than %d files").F(maxCount))
	}
	seen := map[string]bool{}
	for _, x := range z.File {
		if !safeName(x.Name) || !x.Mode().IsRegular() || seen[strings.ToLower(x.Name)] {
			return nil, refuse(file, fmt.Sprintf("%.80q", x.Name), lang.T("压缩包里有不安全或重复的文件名", "the archive holds a name that is not safe, or one twice"))
		}
		seen[strings.ToLower(x.Name)] = true
	}
	return &opened{data: data, zip: z}, nil
}

func refuse(file, field string, what lang.Text) error {
	return &lang.Problem{File: file, Field: field, What: what, Hint: lang.T("只打开 meiqia-diag 写出的报告", "open only reports that meiqia-diag wrote")}
}

// safeName tells whether a name can be unpacked anywhere without harm.
func safeName(name string) bool {
	if name == "" || len(name) > 200 || strings.ContainsAny(name, "\\:*?\"<>|\x00") || path.IsAbs(name) || path.Clean(name) != name || name == ".." || strings.HasPrefix(name, "../") {
		return false
	}
	for _, part := range strings.Split(name, "/") {
		stem, _, _ := strings.Cut(part, ".")
		if reserved(stem) || strings.HasSuffix(part, " ") || strings.HasSuffix(part, ".") {
			return false
		}
		for _, r := range part {
			if r < 0x20 || r == 0x7f {
				return false
			}
		}
	}
	return true
}

// reserved tells of names that are devices on Windows.
func reserved(stem string) bool {
	s := strings.ToUpper(stem)
	switch s {
	case "CON", "PRN", "AUX", "NUL", "CONIN$", "CONOUT$":
		return true
	}
	return len(s) == 4 && (strings.HasPrefix(s, "COM") || strings.HasPrefix(s, "LPT")) && s[3] >= '0' && s[3] <= '9'
}

// read unpacks one file; the sizes that the archive declares are not trusted.
func (o *opened) read(f *zip.File, max int64) ([]byte, error) {
	r, err := f.Open()
	if err != nil {
		return nil, err
	}
	defer r.Close()
	data, err := io.ReadAll(io.LimitReader(r, max+1))
	if err != nil {
		return nil, err
	}
	o.total += int64(len(data))
	if int64(len(data)) > max || o.total > maxTotal {
		return nil, errTooBig
	}
	if len(data) > ratioFrom && int64(len(data)) > maxRatio*max64(int64(f.CompressedSize64), 1) {
		return nil, errTooBig
	}
	return data, nil
}

func max64(a, b int64) int64 { return max(a, b) }

func (o *opened) find(name string) *zip.File {
	for _, f := range o.zip.File {
		if f.Name == name {
			return f
		}
	}
	return nil
}

// Validate reads an archive anew and compares it with its manifest and its
// seal. The problems are what differs; the error is for what cannot be read at all.
func Validate(file string) ([]*lang.Problem, error) {
	o, err := open(file)
	if err != nil {
		return nil, err
	}
	var out []*lang.Problem
	bad := func(name string, what lang.Text) {
		out = append(out, &lang.Problem{File: file, Field: name, What: what})
	}
	n := len(o.data)
	switch c := o.zip.Comment; {
	case len(c) != sealLen || !strings.HasPrefix(c, sealHead):
		bad("", lang.T("没有封签：可能被重新打包过", "there is no seal: it may have been packed anew"))
	case c[len(sealHead):] != sum(o.data[:n-64]) || string(o.data[n-sealLen:]) != c:
		bad("", lang.T("封签不符：写出之后有字节被改动", "the seal does not match: bytes were changed after it was written"))
	}
	mf := o.find("manifest.json")
	if mf == nil {
		bad("manifest.json", lang.T("没有清单", "there is no manifest"))
		return out, nil
	}
	data, err := o.read(mf, maxReport)
	if err != nil {
		bad("manifest.json", lang.T("清单读不出：%s", "the manifest cannot be read: %s").F(lang.Reason(err)))
		return out, nil
	}
	var m Manifest
	if err := json.Unmarshal(data, &m); err != nil || m.Schema != ManifestSchema {
		bad("manifest.json", lang.T("清单不是 %s", "the manifest is not %s").F(ManifestSchema))
		return out, nil
	}
	if again, err := m.bytes(); err != nil || !bytes.Equal(again, data) {
		bad("manifest.json", lang.T("清单被改动过", "the manifest was changed"))
	}
	listed := map[string]bool{"manifest.json": true}
	for _, e := range m.Files {
		listed[e.Name] = true
		f := o.find(e.Name)
		if f == nil {
			bad(e.Name, lang.T("清单里有，压缩包里没有", "in the manifest and not in the archive"))
			continue
		}
		data, err := o.read(f, maxTotal)
		switch {
		case err != nil:
			bad(e.Name, lang.T("读不出：%s", "cannot be read: %s").F(lang.Reason(err)))
		case int64(len(data)) != e.Size || sum(data) != e.SHA256:
			bad(e.Name, lang.T("内容与清单不符", "the content differs from the manifest"))
		}
	}
	for _, f := range o.zip.File {
		if !listed[f.Name] {
			bad(f.Name, lang.T("压缩包里有，清单里没有", "in the archive and not in the manifest"))
		}
	}
	sort.SliceStable(out, func(i, j int) bool { return out[i].Field < out[j].Field })
	return out, nil
}

// ErrNotHeld is among the errors of ReadFile when the archive is sound and the file not in it.
var ErrNotHeld = errors.New("not in the archive")

// ReadFile gives one file of an archive, such as profile.json.
func ReadFile(file, name string) ([]byte, error) {
	o, err := open(file)
	if err != nil {
		return nil, err
	}
	f := o.find(name)
	if f == nil {
		return nil, errors.Join(refuse(file, name, lang.T("压缩包里没有这个文件", "the archive does not hold this file")), ErrNotHeld)
	}
	return o.read(f, maxReport)
}

// OpenReport reads the document out of an archive, or from a bare report.json.
func OpenReport(file string) (*diag.Document, error) {
	f, err := os.Open(file)
	if err != nil {
		return nil, err
	}
	head := make([]byte, 4)
	n, _ := io.ReadFull(f, head)
	var data []byte
	if bytes.HasPrefix(head[:n], []byte("PK")) {
		_ = f.Close()
		data, err = ReadFile(file, "report.json")
	} else {
		if _, err = f.Seek(0, io.SeekStart); err == nil {
			data, err = io.ReadAll(io.LimitReader(f, maxReport+1))
		}
		_ = f.Close()
		if err == nil && len(data) > maxReport {
			err = errTooBig
		}
	}
	if errors.Is(err, errTooBig) {
		return nil, refuse(file, "report.json", lang.T("报告太大", "the report is too big"))
	}
	if err != nil {
		return nil, err
	}
	doc, err := diag.ReadDocument(data)
	if err != nil {
		return nil, refuse(file, "", lang.Reason(err))
	}
	return doc, nil
}
