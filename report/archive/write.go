package archive

import (
	"archive/zip"
	"bytes"
	"compress/flate"
	"context"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"

	"filippo.io/age"

	"meiqia-diag/diag/lang"
)

// sealHead begins the archive's comment; the SHA-256 of all bytes before the
// hash itself follows, so that any changed byte shows.
const sealHead = "sha256:"

const sealLen = len(sealHead) + 64

// fit drops the biggest evidence until the archive is within its cap, packed
// and unpacked: what is written can be read again.
func (b *builder) fit() error {
	biggest := func() (at int, plain int64) {
		at = -1
		for i, e := range b.entries {
			plain += e.Size
			if e.extra && (at < 0 || e.Size > b.entries[at].Size) {
				at = i
			}
		}
		return at, plain
	}
	for {
		at, plain := biggest()
		if at < 0 || plain <= maxTotal-maxReport/4 && len(b.entries) < maxCount {
			if plain+int64(900*len(b.entries))+4096 <= b.opt.MaxBytes {
				return nil // whatever it packs to
			}
			break
		}
		e := b.entries[at]
		b.dropped = append(b.dropped, Dropped{Name: e.Name, Size: e.Size, Why: lang.T("解开后超过报告的上限，先去掉最大的证据", "unpacked, the archive was over its limit, so the biggest evidence went first")})
		b.entries = append(b.entries[:at], b.entries[at+1:]...)
	}
	packed := map[string]int64{}
	size := func(e entry) int64 {
		n, ok := packed[e.Name]
		if !ok {
			n = packedSize(e)
			packed[e.Name] = n
		}
		return n + 2*int64(len(e.Name)) + 200
	}
	for {
		total := int64(4096 + 600*len(b.entries)) // headers and the manifest
		worst := -1
		for i, e := range b.entries {
			total += size(e)
			if e.extra && (worst < 0 || size(e) > size(b.entries[worst])) {
				worst = i
			}
		}
		if total <= b.opt.MaxBytes {
			return nil
		}
		if worst < 0 {
			return &lang.Problem{File: b.opt.Path, What: lang.T("不含证据的报告已超过 %d 字节的上限", "the report without any evidence is over the limit of %d bytes").F(b.opt.MaxBytes), Hint: lang.T("请把上限调大", "raise the limit")}
		}
		e := b.entries[worst]
		b.dropped = append(b.dropped, Dropped{Name: e.Name, Size: e.Size, Why: lang.T("压缩包超过 %d 字节的上限，先去掉最大的证据", "the archive was over its limit of %d bytes, so the biggest evidence went first").F(b.opt.MaxBytes)})
		b.entries = append(b.entries[:worst], b.entries[worst+1:]...)
	}
}

func stored(name string) bool {
	return strings.HasPrefix(name, "attachments/")
}

func packedSize(e entry) int64 {
	if stored(e.Name) {
		return int64(len(e.data))
	}
	var n counter
	w, _ := flate.NewWriter(&n, flate.DefaultCompression)
	_, _ = w.Write(e.data)
	_ = w.Close()
	return int64(n)
}

type counter int64

func (c *counter) Write(p []byte) (int, error) {
	*c += counter(len(p))
	return len(p), nil
}

// pack makes the zip: names sorted, one time for all, sealed.
func (b *builder) pack() ([]byte, error) {
	manifest, err := b.manifest()
	if err != nil {
		return nil, err
	}
	return packed(manifest, b.entries, b.modified)
}

func packed(manifest []byte, entries []entry, modified time.Time) ([]byte, error) {
	m := entry{FileEntry: FileEntry{Name: "manifest.json"}, data: manifest, text: true}
	if err := check(m); err != nil {
		return nil, err
	}
	var buf bytes.Buffer
	w := zip.NewWriter(&buf)
	for _, e := range append([]entry{m}, entries...) {
		h := &zip.FileHeader{Name: e.Name, Method: zip.Deflate, Modified: modified}
		if stored(e.Name) {
			h.Method = zip.Store
		}
		h.SetMode(0o600)
		f, err := w.CreateHeader(h)
		if err != nil {
			return nil, err
		}
		if _, err := f.Write(e.data); err != nil {
			return nil, err
		}
	}
	if err := w.SetComment(sealHead + strings.Repeat("0", 64)); err != nil {
		return nil, err
	}
	if err := w.Close(); err != nil {
		return nil, err
	}
	out := buf.Bytes()
	copy(out[len(out)-64:], sum(out[:len(out)-64]))
	return out, nil
}

// Write puts the archive in its place, encrypted if there are recipients. What
// is written first is a private file beside it, and of an encrypted archive
// nothing but the ciphertext is ever on the disk.
func (p *Prepared) Write(ctx context.Context, path string, force bool, to []age.Recipient) (Ref, error) {
	data, err := p.sealed(to)
	if err != nil {
		return Ref{}, err
	}
	if err := WriteFile(ctx, path, data, force); err != nil {
		return Ref{}, err
	}
	return p.ref(path, data), nil
}

// WriteTo writes the archive to a stream, encrypted if there are recipients.
func (p *Prepared) WriteTo(w io.Writer, to []age.Recipient) (Ref, error) {
	data, err := p.sealed(to)
	if err != nil {
		return Ref{}, err
	}
	_, err = w.Write(data)
	return p.ref("-", data), err
}

func (p *Prepared) sealed(to []age.Recipient) ([]byte, error) {
	if len(to) == 0 {
		return p.data, nil
	}
	return Encrypt(p.data, to)
}

func (p *Prepared) ref(path string, data []byte) Ref {
	ref := Ref{Path: path, SHA256: sum(data), Size: int64(len(data)), Files: p.Files(), Dropped: p.Dropped()}
	if len(data) != len(p.data) {
		ref.Inner = p.SHA256()
	}
	return ref
}

// WriteFile writes a file that is there whole or not at all: from a private
// one beside it, at once. Without force it never replaces one.
func WriteFile(ctx context.Context, path string, data []byte, force bool) (err error) {
	if err := free(path, force); err != nil {
		return err
	}
	tmp, err := os.CreateTemp(filepath.Dir(path), ".meiqia-diag-*.tmp") // 0600
	if err != nil {
		return err
	}
	defer func() {
		if rerr := os.Remove(tmp.Name()); rerr != nil && !errors.Is(rerr, fs.ErrNotExist) && err == nil {
			err = rerr
		}
	}()
	_, err = tmp.Write(data)
	if err == nil {
		err = tmp.Sync()
	}
	if cerr := tmp.Close(); err == nil {
		err = cerr
	}
	if err == nil {
		err = ctx.Err()
	}
	if err != nil {
		return err
	}
	return place(tmp.Name(), path, force)
}

// PutInPlace gives a finished private file its name. Without force it replaces
// none, and it never replaces what is not a file.
func PutInPlace(tmp, path string, force bool) error {
	if err := free(path, force); err != nil {
		return err
	}
	return place(tmp, path, force)
}

// place gives the file its name. Without force it never replaces one, not even
// one that came into being a moment ago.
func place(tmp, path string, force bool) error {
	if force {
		return os.Rename(tmp, path)
	}
	err := moveNew(tmp, path)
	if errors.Is(err, fs.ErrExist) {
		return taken(path)
	}
	return err
}

// moveNew gives a file a name that no other has; the old name may remain.
func moveNew(from, to string) error {
	err := os.Link(from, to)
	if err == nil || errors.Is(err, fs.ErrExist) {
		return err
	}
	if _, err := os.Lstat(to); err == nil { // a file system without links
		return fs.ErrExist
	}
	return os.Rename(from, to)
}

// free tells whether the path may be written.
func free(path string, force bool) error {
	st, err := os.Lstat(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil
	case err != nil:
		return err
	case st.Mode().Type()&(fs.ModeDevice|fs.ModeNamedPipe|fs.ModeSocket|fs.ModeIrregular) != 0:
		return &lang.Problem{File: path, What: lang.T("不是普通文件，报告不能写在这里", "not a regular file, where no report can be written"), Hint: lang.T("请给出文件名；写到标准输出用 -，不写报告用 --no-report", "give a file name; - is standard output, and --no-report writes none")}
	case st.IsDir():
		return &lang.Problem{File: path, What: lang.T("是个文件夹", "is a folder"), Hint: lang.T("请给出文件名", "give a file name")}
	case !force:
		return taken(path)
	}
	return nil
}

func taken(path string) error {
	return &lang.Problem{File: path, What: lang.T("文件已存在", "the file exists"), Hint: lang.T("换个名字，或加 --force", "choose another name, or add --force")}
}
