package batch

import (
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"sort"
	"strings"

	"meiqia-diag/diag/lang"
)

// room makes a private folder for the results on the file system on which they
// are to stand, so that they can be moved there at once.
func (x *run) room() (string, error) {
	dir := ""
	if x.opt.Output != "" {
		dir = filepath.Dir(filepath.Clean(x.opt.Output))
		if info, err := os.Stat(dir); err != nil || !info.IsDir() {
			return "", &lang.Problem{File: dir, What: lang.T("没有这个文件夹", "there is no such folder"), Hint: lang.T("请先建好文件夹", "make the folder first")}
		}
	}
	stage, err := os.MkdirTemp(dir, ".meiqia-diag-*.tmp") // 0700
	if err != nil {
		return "", &lang.Problem{File: dir, What: lang.T("写不了：%s", "cannot write: %s").F(lang.Reason(err)), Hint: lang.T("请换一个能写的位置", "choose a place that can be written to")}
	}
	return stage, nil
}

// safe gives a name for the result: a part of it that tells of a person is
// replaced, in a way that every file system takes.
func (x *run) safe(name string) string {
	if done := x.names[name]; done != "" {
		return done
	}
	parts := strings.Split(name, "/")
	for i, p := range parts {
		clean := x.r.FileName(p)
		if clean != p {
			clean = strings.NewReplacer("<", "", ">", "", "#", "-", "/", "_", `\`, "_", ":", "_").Replace(clean)
		}
		parts[i] = clean
	}
	out := strings.Join(parts, "/")
	x.names[name] = out
	return out
}

// staged is where a result waits until all are there.
func (x *run) staged(name string) string {
	return filepath.Join(x.stage, "out", filepath.FromSlash(x.safe(name)))
}

// plan finds out where the results go, and what stands in their way, before
// anything is read; what it gives puts them there.
func (x *run) plan() (func() error, error) {
	out := x.opt.Output
	whole := len(x.inputs) > 1 || !x.inputs[0].single || len(x.res.Left) > 0
	seen := map[string]string{}
	for _, in := range x.inputs {
		if other, twice := seen[strings.ToLower(in.name)]; twice {
			return nil, &lang.Problem{File: in.path, What: lang.T("与 %s 重名，结果会互相覆盖", "it has the name of %s, and the results would overwrite each other").F(other), Hint: lang.T("请分两次处理", "redact them one at a time")}
		}
		seen[strings.ToLower(in.name)] = in.path
	}
	if info, err := os.Stat(out); out != "" && err == nil && !info.IsDir() && !info.Mode().IsRegular() {
		return nil, &lang.Problem{File: out, What: lang.T("不是普通文件", "is no regular file"), Hint: lang.T("请给出文件名", "give a file name")}
	}
	switch {
	case out == "" && whole:
		return nil, &lang.Problem{Field: "--output", What: lang.T("结果不止一个文件，没有写放在哪里", "the result is more than one file, and no place for it is named"), Hint: lang.T("请用 --output 写一个文件夹", "name a folder with --output")}
	case out == "":
		return x.pour, nil
	}
	info, err := os.Stat(out)
	isDir := err == nil && info.IsDir()
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, unreadable(out, err)
	}
	if whole && err == nil && !isDir {
		return nil, &lang.Problem{File: out, What: lang.T("结果不止一个文件，这里却是个文件", "the result is more than one file, and this is a file"), Hint: lang.T("请用 --output 写一个文件夹", "name a folder with --output")}
	}
	if whole && !isDir {
		return func() error { return unwritable(out, os.Rename(filepath.Join(x.stage, "out"), out)) }, nil
	}
	if !whole && !isDir {
		if err == nil && !x.opt.Force {
			return nil, taken(out)
		}
		return func() error { return x.move(x.inputs[0].name, out) }, nil
	}
	for _, in := range x.inputs {
		to := filepath.Join(out, filepath.FromSlash(x.safe(in.name)))
		if st, err := os.Lstat(to); err == nil && (st.IsDir() || !x.opt.Force) {
			return nil, taken(to)
		}
	}
	return func() error {
		for _, in := range x.inputs {
			to := filepath.Join(out, filepath.FromSlash(x.safe(in.name)))
			if err := os.MkdirAll(filepath.Dir(to), 0o755); err != nil {
				return unwritable(to, err)
			}
			if err := x.move(in.name, to); err != nil {
				return err
			}
		}
		return nil
	}, nil
}

// move puts one result in its place. Without force it replaces nothing, not
// even what came into being a moment ago.
func (x *run) move(name, to string) error {
	from := x.staged(name)
	if x.opt.Force {
		return unwritable(to, os.Rename(from, to))
	}
	err := os.Link(from, to)
	switch {
	case err == nil:
		return nil
	case errors.Is(err, fs.ErrExist):
		return taken(to)
	}
	if _, err := os.Lstat(to); err == nil { // a file system without links
		return taken(to)
	}
	return unwritable(to, os.Rename(from, to))
}

func unwritable(path string, err error) error {
	if err == nil {
		return nil
	}
	return &lang.Problem{File: path, What: lang.T("写不了：%s", "cannot write: %s").F(lang.Reason(err)), Hint: lang.T("请换一个能写的位置", "choose a place that can be written to")}
}

func taken(path string) error {
	return &lang.Problem{File: path, What: lang.T("文件已存在", "the file exists"), Hint: lang.T("换个名字，或加 --force", "choose another name, or add --force")}
}

// pour copies the only result to stdout.
func (x *run) pour() error {
	f, err := os.Open(x.staged(x.inputs[0].name))
	if err != nil {
		return err
	}
	defer f.Close()
	_, err = io.Copy(x.opt.Stdout, f)
	return err
}

// Rules lists the rules of counts, the most frequent first.
func Rules(counts map[string]int) []string {
	var out []string
	for rule := range counts {
		out = append(out, rule)
	}
	sort.Slice(out, func(i, j int) bool {
		if counts[out[i]] != counts[out[j]] {
			return counts[out[i]] > counts[out[j]]
		}
		return out[i] < out[j]
	})
	return out
}
