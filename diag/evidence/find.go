package evidence

import (
	"archive/zip"
	"bytes"
	"context"
	"errors"
	"io"
	"io/fs"
	"math"
	"os"
	"path/filepath"
	"sort"
	"strconv"
	"strings"

	"meiqia-diag/diag/evidence/charset"
	"meiqia-diag/diag/evidence/har"
	"meiqia-diag/diag/evidence/netlog"
	"meiqia-diag/diag/evidence/packed"
	"meiqia-diag/diag/evidence/pathtext"
	"meiqia-diag/diag/evidence/recording"
	"meiqia-diag/diag/lang"
)

// find walks the paths, unpacks archives and recognises each file by its content.
func (s *Set) find(ctx context.Context, paths []string) []*File {
	for _, p := range paths {
		info, err := os.Stat(p)
		if err != nil {
			s.problem(p, lang.T("打不开：%s", "cannot open: %s").F(lang.Reason(err)), lang.T("请检查路径与读取权限", "check the path and the permission to read it"))
			continue
		}
		if !info.IsDir() {
			if !info.Mode().IsRegular() {
				s.problem(p, lang.T("不是文件也不是文件夹", "neither a file nor a folder"), lang.T("请先存成文件再给出", "save it to a file and give that"))
				continue
			}
			if holdsAsar(p) {
				s.Clients = append(s.Clients, p)
				continue
			}
			s.add(diskFile(p, info.Size()), 0)
			continue
		}
		if real, err := filepath.EvalSymlinks(p); err == nil {
			p = real // a walk does not enter a link, and this one was named
		}
		if isBrowserProfile(p) {
			s.Browsers = append(s.Browsers, p)
			continue
		}
		if isClientProgram(p) {
			s.Clients = append(s.Clients, p)
			continue
		}
		err = filepath.WalkDir(p, func(path string, d fs.DirEntry, err error) error {
			switch {
			case ctx.Err() != nil:
				return ctx.Err()
			case err != nil:
				s.problem(path, lang.T("读不了：%s", "cannot read: %s").F(lang.Reason(err)), lang.T("其余文件照常使用", "the other files are used all the same"))
				if d != nil && d.IsDir() {
					return fs.SkipDir
				}
				return nil
			case d.IsDir():
				if path != p && isBrowserProfile(path) {
					s.Browsers = append(s.Browsers, path)
					return fs.SkipDir
				}
				if path != p && isClientProgram(path) {
					s.Clients = append(s.Clients, path)
					return fs.SkipDir
				}
				return nil
			case !d.Type().IsRegular():
				return nil // links, sockets and devices are nobody's evidence
			case len(s.Files) >= maxFiles:
				s.problem(p, lang.T("文件超过 %d 个，其余未读", "over %d files: the rest was not read").F(maxFiles), lang.T("请只给出与这次撤回有关的文件", "give only the files of this recall"))
				return fs.SkipAll
			}
			info, err := d.Info()
			if err != nil {
				return nil // it vanished while we walked
			}
			s.add(diskFile(path, info.Size()), 0)
			return nil
		})
		if err != nil && ctx.Err() == nil {
			s.problem(p, lang.T("读不了：%s", "cannot read: %s").F(lang.Reason(err)), lang.T("其余文件照常使用", "the other files are used all the same"))
		}
	}
	sort.SliceStable(s.Files, func(i, j int) bool { return s.Files[i].Path < s.Files[j].Path })
	return s.Files
}

func diskFile(path string, size int64) *File {
	return &File{Path: path, Name: filepath.Base(path), Size: size, open: func() (io.ReadCloser, error) { return os.Open(path) }}
}

// add recognises one file and keeps it; an archive is replaced by its members.
func (s *Set) add(f *File, depth int) {
	head, err := f.head(64 << 10)
	if err != nil {
		s.problem(f.Path, lang.T("读不了：%s", "cannot read: %s").F(lang.Reason(err)), lang.T("其余文件照常使用", "the other files are used all the same"))
		return
	}
	if len(head) == 0 {
		s.problem(f.Path, lang.T("文件是空的", "the file is empty"), lang.T("请重新导出", "export it again"))
		f.Kind = Other
		s.Files = append(s.Files, f)
		return
	}
	switch {
	case bytes.HasPrefix(head, []byte("PK\x03\x04")):
		s.addZip(f, depth)
		return
	case packed.Of(head) != packed.None:
		if depth >= maxDepth {
			s.problem(f.Path, lang.T("压缩包嵌套太深", "archives nested too deep"), lang.T("请先解压", "unpack it first"))
			return
		}
		s.add(unpacked(f, packed.Of(head)), depth+1)
		return
	}
	f.Kind = recognise(head)
	s.Files = append(s.Files, f)
}

// unpacked is the content of a file that is compressed as a whole.
func unpacked(f *File, format packed.Format) *File {
	return &File{Path: f.Path, Name: strings.TrimSuffix(f.Name, "."+string(format)), Size: -1, open: func() (io.ReadCloser, error) {
		raw, err := f.Open()
		if err != nil {
			return nil, err
		}
		r, err := packed.NewReader(raw, format)
		if err != nil {
			raw.Close()
			return nil, err
		}
		limit := max(f.Size*maxRatio, freeRatio)
		return readCloser{&limited{r, min(limit, maxMember)}, both{r, raw}}, nil
	}}
}

// both closes two things.
type both struct{ a, b io.Closer }

func (c both) Close() error { return errors.Join(c.a.Close(), c.b.Close()) }

func (s *Set) addZip(f *File, depth int) {
	bad := func(what lang.Text) {
		s.problem(f.Path, what, lang.T("请先解压再给出其中的文件", "unpack it and give the files inside"))
	}
	if depth > 0 || f.Size < 0 {
		bad(lang.T("压缩包里的压缩包未读", "an archive inside an archive was not read"))
		return
	}
	zr, err := zip.NewReader(fileAt(f.Path), f.Size)
	if err != nil {
		bad(lang.T("压缩包已损坏：%s", "the archive is damaged: %s").F(lang.Reason(err)))
		return
	}
	browsers := packedBrowsers(zr.File)
	s.tellPacked(f.Path, browsers)
	var total uint64
	for _, m := range zr.File {
		if m.FileInfo().IsDir() || inside(browsers, memberName(m)) {
			continue
		}
		total += m.UncompressedSize64
		switch {
		case m.UncompressedSize64 > max(maxRatio*m.CompressedSize64, freeRatio), m.UncompressedSize64 > maxMember:
			bad(lang.T("%q 由 %s 解开后有 %s，太大或压缩比异常，未读", "%q unpacks from %s to %s: too large, or an implausible compression ratio; it was not read").F(filepath.Base(filepath.FromSlash(m.Name)), mebibytes(m.CompressedSize64), mebibytes(m.UncompressedSize64)))
			total -= m.UncompressedSize64
			continue
		case len(s.Files) >= maxFiles || total > maxUnpacked:
			bad(lang.T("压缩包太大，其余未读", "the archive is too large: the rest was not read"))
			return
		}
		s.add(memberFile(f.Path, m), depth+1)
	}
}

func mebibytes(n uint64) string {
	return strconv.FormatFloat(math.Ceil(float64(n)/(1<<20)*10)/10, 'f', -1, 64) + " MiB"
}

// memberFile is a member of an archive.
func memberFile(archive string, m *zip.File) *File {
	limit := int64(m.UncompressedSize64)
	return &File{Path: archive + "!" + m.Name, Name: filepath.Base(filepath.FromSlash(m.Name)), Size: limit, open: func() (io.ReadCloser, error) {
		rc, err := m.Open()
		if err != nil {
			return nil, err
		}
		return readCloser{io.LimitReader(rc, limit), rc}, nil
	}}
}

// fileAt reads a file at offsets and holds it open for no longer than each
// read, so that members of an archive can be opened at any time and cost no
// second look at its directory.
type fileAt string

func (p fileAt) ReadAt(b []byte, off int64) (int, error) {
	f, err := os.Open(string(p))
	if err != nil {
		return 0, err
	}
	defer f.Close()
	return f.ReadAt(b, off)
}

// limited fails at its limit, where io.LimitReader would end as if all were read.
type limited struct {
	r    io.Reader
	left int64
}

var errLimit = &lang.Problem{What: lang.T("解开后大得不合常理，其余未读", "it unpacks to more than could be: the rest was not read")}

func (l *limited) Read(p []byte) (int, error) {
	if l.left <= 0 {
		return 0, errLimit
	}
	n, err := l.r.Read(p[:min(int64(len(p)), l.left)])
	l.left -= int64(n)
	return n, err
}

type readCloser struct {
	io.Reader
	io.Closer
}

// head gives the first bytes of a file.
func (f *File) head(n int) ([]byte, error) {
	r, err := f.Open()
	if err != nil {
		return nil, err
	}
	defer r.Close()
	buf := make([]byte, n)
	got, err := io.ReadFull(r, buf)
	if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
		err = nil
	}
	return buf[:got], err
}

var magics = []struct {
	at    int
	bytes string
	kind  Kind
}{
	{0, "\x89PNG\r\n\x1a\n", Image}, {0, "\xff\xd8\xff", Image}, {0, "GIF8", Image}, {8, "WEBP", Image}, {0, "BM", Image}, {4, "ftypheic", Image},
	{4, "ftyp", Video}, {0, "\x1aE\xdf\xa3", Video}, {8, "AVI ", Video}, {0, "\x00\x00\x01\xba", Video},
}

// recognise tells a file's kind from its first bytes. Text that is neither a
// HAR, a NetLog nor a path probe is read as a log, which tells by itself who wrote it.
func recognise(head []byte) Kind {
	for _, m := range magics {
		if len(head) >= m.at+len(m.bytes) && string(head[m.at:m.at+len(m.bytes)]) == m.bytes && (m.bytes != "BM" || charset.Binary(head)) {
			return m.kind
		}
	}
	if har.Sniff(head) {
		return HAR
	}
	if recording.Sniff(string(head[:min(len(head), 256)])) {
		return Page
	}
	if netlog.Sniff(head) {
		return NetLog
	}
	text, enc := charset.Decode(head)
	if enc != charset.ASCII && enc != charset.UTF8 { // saved again by an editor
		if har.Sniff([]byte(text)) {
			return HAR
		}
		if netlog.Sniff([]byte(text)) {
			return NetLog
		}
	}
	if charset.Binary(head) {
		return Other
	}
	if pathtext.Sniff(text) {
		return Path
	}
	return TextLog
}

func (s *Set) problem(file string, what, hint lang.Text) {
	s.Problems = append(s.Problems, &lang.Problem{File: file, What: what, Hint: hint})
}
