package triage

import (
	"context"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"meiqia-diag/diag/lang"
)

// found is a file to look at.
type found struct {
	path  string // absolute
	size  int64
	mtime int64 // ns since 1970
}

// Unread is a file, or a path, that gave no report, or one that is not what was
// written, and why.
type Unread struct {
	Path  string    `json:"path"`
	State string    `json:"state"` // broken changed encrypted foreign missing
	Why   lang.Text `json:"why"`
}

// stateMissing is a path that was named and cannot be looked at.
const stateMissing = "missing"

// Missing tells of a path that was named, rather than of a file within one.
func (u Unread) Missing() bool { return u.State == stateMissing }

// roots makes paths absolute, in the order given and each once. Links that are
// named themselves are followed.
func roots(paths []string) []string {
	var out []string
	seen := map[string]bool{}
	for _, p := range paths {
		abs, err := filepath.Abs(p)
		if err != nil {
			abs = p
		}
		if real, err := filepath.EvalSymlinks(abs); err == nil {
			abs = real
		}
		if !seen[abs] {
			seen[abs] = true
			out = append(out, abs)
		}
	}
	return out
}

// under tells whether a path is one of the roots or lies within one.
func under(path string, roots []string) bool {
	for _, r := range roots {
		if path == r || strings.HasPrefix(path, strings.TrimRight(r, string(filepath.Separator))+string(filepath.Separator)) {
			return true
		}
	}
	return false
}

// walk hands every plain file under the roots to f, folders in the order of
// their names. Links within a folder are not followed, which also keeps it from
// going round in circles. It tells of what cannot be looked at.
func walk(ctx context.Context, roots []string, f func(found) error, bad func(Unread)) error {
	seen := map[string]bool{}
	for _, root := range roots {
		err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
			if ctx.Err() != nil {
				return ctx.Err()
			}
			if err != nil {
				state := stateBroken
				if path == root {
					state = stateMissing
				}
				bad(Unread{Path: path, State: state, Why: lang.Reason(err)})
				if d != nil && d.IsDir() {
					return fs.SkipDir
				}
				return nil
			}
			if d.IsDir() || path != root && !d.Type().IsRegular() || seen[path] {
				return nil
			}
			seen[path] = true
			info, err := d.Info()
			if err == nil && path == root && !info.Mode().IsRegular() {
				bad(Unread{Path: path, State: stateMissing, Why: lang.T("不是普通文件", "it is no plain file")})
				return nil
			}
			if err != nil {
				if !os.IsNotExist(err) { // gone since the folder was listed
					bad(Unread{Path: path, State: stateBroken, Why: lang.Reason(err)})
				}
				return nil
			}
			return f(found{path: path, size: info.Size(), mtime: info.ModTime().UnixNano()})
		})
		if err != nil {
			return err
		}
	}
	return nil
}
