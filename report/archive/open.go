package archive

import (
	"archive/zip"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"strings"

	"filippo.io/age"

	"meiqia-diag/diag"
	"meiqia-diag/diag/lang"
)

// Limits of an archive that is read: it may come from anybody.
const (
	maxCount  = 2000
	maxTotal  = 200 << 20
	maxRatio  = 200
	ratioFrom = wholeFiles // a file of ours may be as dense as it likes
	maxReport = 64 << 20
)

// Opened is a report that was read: an archive whose names and counts were
// found harmless, or a bare report.json.
type Opened struct {
	Encrypted bool // it was, on the disk

	file  string
	data  []byte // of the archive, decrypted
	zip   *zip.Reader
	gaps  bool // bytes that belong to no file
	total int64
	sum   string // of data, once it is known
}

// Open reads a report, decrypts it with one of the identities if it is
// encrypted, and refuses an archive that no archive of ours is like.
func Open(file string, ids ...age.Identity) (*Opened, error) {
	info, err := os.Stat(file)
	if err != nil {
		return nil, err
	}
	if info.Mode().Type()&fs.ModeNamedPipe != 0 { // it may never end
		return nil, &lang.Problem{File: file, What: lang.T("不是文件", "this is not a file"), Hint: lang.T("从管道读请写 -，并接到标准输入", "to read a pipe, give - and connect it to standard input")}
	}
	if info.IsDir() {
		return nil, refuse(file, "", lang.T("不是文件", "this is not a file"))
	}
	f, err := os.Open(file)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	return OpenFrom(file, f, ids...)
}

// OpenFrom reads a report as Open does, from a stream; name stands for it where
// something is wrong. It takes no more of it than a report may have.
func OpenFrom(name string, r io.Reader, ids ...age.Identity) (*Opened, error) {
	data, err := io.ReadAll(io.LimitReader(r, maxTotal+1))
	if err != nil {
		return nil, err
	}
	return open(name, data, ids)
}

func open(file string, data []byte, ids []age.Identity) (*Opened, error) {
	o := &Opened{file: file}
	if len(data) > maxTotal {
		return nil, refuse(file, "", lang.T("文件超过 %d MiB", "the file is over %d MiB").F(maxTotal>>20))
	}
	if Encrypted(data) {
		o.Encrypted = true
		var err error
		if data, err = decrypt(file, data, ids, maxTotal); err != nil {
			return nil, err
		}
	}
	o.data = data
	if !looksZip(data) {
		if len(data) > maxReport {
			return nil, refuse(file, "", lang.T("报告太大", "the report is too big"))
		}
		return o, nil // report.json, which is read as one later
	}
	gaps, bad := layout(data)
	if !bad.IsZero() {
		return nil, refuse(file, "", bad)
	}
	o.gaps = gaps
	z, err := zip.NewReader(bytes.NewReader(data), int64(len(data)))
	if err != nil && !errors.Is(err, zip.ErrInsecurePath) {
		return nil, refuse(file, "", lang.T("不是完整的压缩包：%s", "not a whole archive: %s").F(lang.Reason(err)))
	}
	if len(z.File) > maxCount {
		return nil, refuse(file, "", lang.T("压缩包里的文件超过 %d 个", "the archive holds more than %d files").F(maxCount))
	}
	seen := map[string]bool{}
	for _, x := range z.File {
		low := strings.ToLower(x.Name)
		switch {
		case !safeName(x.Name) || !x.Mode().IsRegular() || seen[low]:
			return nil, refuse(file, fmt.Sprintf("%.80q", x.Name), lang.T("压缩包里有不安全或重复的文件名", "the archive holds a name that is not safe, or one twice"))
		case x.Method != zip.Store && x.Method != zip.Deflate:
			return nil, refuse(file, x.Name, lang.T("压缩方法不认识", "the way it is packed is not known"))
		}
		seen[low] = true
	}
	for name := range seen {
		for dir := path.Dir(name); dir != "."; dir = path.Dir(dir) {
			if seen[dir] {
				return nil, refuse(file, dir, lang.T("压缩包里同一个名字又是文件又是文件夹", "the archive holds a file and a folder of one name"))
			}
		}
	}
	o.zip = z
	return o, nil
}

// looksZip tells an archive, whole or not, from a report.json.
func looksZip(data []byte) bool {
	return bytes.HasPrefix(data, []byte("PK")) || len(data) >= endLen && bytes.LastIndex(data[max(0, len(data)-endLen-0xffff):], []byte("PK\x05\x06")) >= 0 && !bytes.HasPrefix(bytes.TrimLeft(data[:min(len(data), 64)], " \t\r\n\ufeff"), []byte("{"))
}

// Name is the report's file, as it was given.
func (o *Opened) Name() string { return o.file }

// Archive tells an archive from a bare report.json.
func (o *Opened) Archive() bool { return o.zip != nil }

// SHA256 is the hash of the report: of an encrypted one, of what is inside.
func (o *Opened) SHA256() string {
	if o.sum == "" {
		o.sum = sum(o.data)
	}
	return o.sum
}

// Bytes is the report, decrypted.
func (o *Opened) Bytes() []byte { return o.data }

// Names lists the files of an archive.
func (o *Opened) Names() []string {
	var out []string
	if o.zip != nil {
		for _, f := range o.zip.File {
			out = append(out, f.Name)
		}
	}
	return out
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
			if r < 0x20 || r >= 0x7f { // ours are ASCII; others may be two spellings of one name
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
func (o *Opened) read(f *zip.File, max int64) ([]byte, error) {
	r, err := f.Open()
	if err != nil {
		return nil, err
	}
	defer r.Close()
	max = min(max, maxTotal-o.total, maxRatio*int64(f.CompressedSize64+1)+ratioFrom)
	data, err := io.ReadAll(io.LimitReader(r, max+1))
	if o.total += int64(len(data)); int64(len(data)) > max {
		return nil, errTooBig
	}
	return data, err
}

func (o *Opened) find(name string) *zip.File {
	if o.zip == nil {
		return nil
	}
	for _, f := range o.zip.File {
		if f.Name == name {
			return f
		}
	}
	return nil
}

// ErrNotHeld is among the errors of File when the archive is sound and the file not in it.
var ErrNotHeld = errors.New("not in the archive")

// File gives one file of an archive, such as profile.json.
func (o *Opened) File(name string) ([]byte, error) {
	f := o.find(name)
	if f == nil {
		return nil, errors.Join(refuse(o.file, name, lang.T("压缩包里没有这个文件", "the archive does not hold this file")), ErrNotHeld)
	}
	o.total = 0
	data, err := o.read(f, maxReport)
	switch {
	case errors.Is(err, errTooBig):
		return nil, refuse(o.file, name, lang.T("报告太大", "the report is too big"))
	case err != nil:
		return nil, refuse(o.file, name, lang.T("读不出：%s", "cannot be read: %s").F(lang.Reason(err)))
	}
	return data, nil
}

// Document reads the diagnosis.
func (o *Opened) Document() (*diag.Document, error) {
	data := o.data
	if o.zip != nil {
		var err error
		if data, err = o.File("report.json"); err != nil {
			return nil, err
		}
	}
	doc, err := diag.ReadDocument(data)
	if err != nil {
		return nil, refuse(o.file, "", lang.Reason(err))
	}
	return doc, nil
}

// Manifest reads the manifest of an archive.
func (o *Opened) Manifest() (Manifest, error) {
	var m Manifest
	data, err := o.File("manifest.json")
	if err != nil {
		return m, err
	}
	if err := json.Unmarshal(data, &m); err != nil || m.Schema != ManifestSchema {
		return m, refuse(o.file, "manifest.json", lang.T("清单不是 %s", "the manifest is not %s").F(ManifestSchema))
	}
	return m, nil
}

// Validate reads an archive anew and compares it with its manifest and its
// seal. The problems are what differs; the error is for what cannot be read at all.
func Validate(file string) ([]*lang.Problem, error) {
	o, err := Open(file)
	if err != nil {
		return nil, err
	}
	return o.Verify(), nil
}

// ReadFile gives one file of an archive, such as profile.json.
func ReadFile(file, name string) ([]byte, error) {
	o, err := Open(file)
	if err != nil {
		return nil, err
	}
	return o.File(name)
}

// OpenReport reads the document out of an archive, or from a bare report.json.
func OpenReport(file string) (*diag.Document, error) {
	o, err := Open(file)
	if err != nil {
		return nil, err
	}
	return o.Document()
}
