package slice

import (
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"meiqia-diag/diag/evidence/logs"
	"meiqia-diag/diag/evidence/packed"
	"meiqia-diag/diag/lang"
	"meiqia-diag/diag/lazy"
)

// Input is one log file.
type Input struct {
	logs.Source
	Path   string
	Packed packed.Format
	Log    string // what the log is called whatever its rotation: files of one log share it
}

// maxFiles bounds what a folder may bring.
const maxFiles = 2000

// Inputs finds the files of some paths: files, and folders with all that lies
// below them. A path that cannot be read is a problem, the rest is used.
func Inputs(paths []string) ([]*Input, []*lang.Problem) {
	var out []*Input
	var ps []*lang.Problem
	seen := map[string]bool{}
	bad := func(path string, what, hint lang.Text) {
		ps = append(ps, &lang.Problem{File: path, Byte: -1, What: what, Hint: hint})
	}
	add := func(path string, info fs.FileInfo) {
		if real, err := filepath.EvalSymlinks(path); err == nil {
			if seen[real] {
				return // named twice
			}
			seen[real] = true
		}
		in, err := input(path, info)
		if err != nil {
			bad(path, lang.T("打不开：%s", "cannot open: %s").F(lang.Reason(err)), lang.T("请检查路径与读取权限", "check the path and the permission to read it"))
			return
		}
		out = append(out, in)
	}
	for _, p := range paths {
		info, err := os.Stat(p)
		switch {
		case err != nil:
			bad(p, lang.T("打不开：%s", "cannot open: %s").F(lang.Reason(err)), lang.T("请检查路径与读取权限", "check the path and the permission to read it"))
		case info.Mode().IsRegular():
			add(p, info)
		case !info.IsDir():
			bad(p, lang.T("不是文件也不是文件夹", "neither a file nor a folder"), lang.T("请先存成文件再给出", "save it to a file and give that"))
		default:
			n := len(out)
			_ = filepath.WalkDir(p, func(path string, d fs.DirEntry, err error) error {
				switch {
				case err != nil:
					bad(path, lang.T("读不了：%s", "cannot read: %s").F(lang.Reason(err)), lang.T("其余文件照常使用", "the other files are used all the same"))
					if d != nil && d.IsDir() {
						return fs.SkipDir
					}
				case len(out)-n >= maxFiles:
					bad(p, lang.T("文件超过 %d 个，其余未读", "over %d files: the rest was not read").F(maxFiles), lang.T("请只给出有关的文件", "give only the files that matter"))
					return fs.SkipAll
				case d.Type().IsRegular():
					if info, err := d.Info(); err == nil {
						add(path, info)
					}
				}
				return nil
			})
			if len(out) == n {
				bad(p, lang.T("文件夹里没有文件", "there is no file in the folder"), lang.Text{})
			}
		}
	}
	return out, ps
}

func input(path string, info fs.FileInfo) (*Input, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	head := make([]byte, packed.HeadSize)
	n, err := io.ReadFull(f, head)
	if err != nil && err != io.EOF && err != io.ErrUnexpectedEOF {
		return nil, err
	}
	in := &Input{Path: path, Packed: packed.Of(head[:n]), Log: logOf(path)}
	in.Source = logs.Source{Name: filepath.Base(path), ModTime: info.ModTime(), Size: info.Size(), Open: func() (io.ReadCloser, error) { return os.Open(path) }}
	if in.Packed == packed.None {
		return in, nil
	}
	in.Size = -1
	in.Open = func() (io.ReadCloser, error) {
		f, err := os.Open(path)
		if err != nil {
			return nil, err
		}
		r, err := packed.NewReader(f, in.Packed)
		if err != nil {
			f.Close()
			return nil, err
		}
		return unpacked{r, f}, nil
	}
	if r, err := in.Open(); err == nil {
		// What packed it has kept when the log itself was changed last.
		if t := r.(unpacked).ModTime; !t.IsZero() && t.Before(in.ModTime) {
			in.ModTime = t
		}
		r.Close()
	}
	return in, nil
}

// unpacked is a compressed file that is being read.
type unpacked struct {
	*packed.Reader
	f *os.File
}

func (u unpacked) Close() error {
	_ = u.Reader.Close()
	return u.f.Close()
}

// What rotation adds to a log's name behind its extension (app.log.1), and
// before it. A bare number before the extension may as well be another process's.
const datePart = `\d{4}-?\d{2}-?\d{2}(?:[-_T]?\d{2}(?:[-:.]?\d{2}){0,2}(?:[.,]\d{1,9})?)?`

var (
	rotatedBehind = lazy.MustCompile(`(?i)(?:[-._](?:\d{1,6}|` + datePart + `|old|bak|prev|backup))+$`)
	rotatedBefore = lazy.MustCompile(`(?i)(?:[-._](?:` + datePart + `(?:[-._]\d{1,6})?|old|bak|prev|backup))+$`)
)

// logOf gives the name that all files of a rotated log share. It only tells
// what belongs together, never what comes first.
func logOf(path string) string {
	dir, name := filepath.Split(path)
	for _, ext := range []string{".gz", ".zst", ".xz", ".bz2"} {
		name = strings.TrimSuffix(name, ext)
	}
	if mayBeRotated(name) {
		name = rotatedBehind.ReplaceAllString(name, "")
	}
	ext := filepath.Ext(name)
	base := strings.TrimSuffix(name, ext)
	if mayBeRotated(base) {
		base = rotatedBefore.ReplaceAllString(base, "")
	}
	return dir + base + ext
}

// mayBeRotated is false of names that end as nothing does that rotation adds:
// those expressions take longer to compile than the head of a log to read.
func mayBeRotated(name string) bool {
	if name == "" {
		return false
	}
	c := name[len(name)-1]
	return c >= '0' && c <= '9' || c >= 0x80 || strings.IndexByte("dkvp", c|0x20) >= 0
}
