package archive

import (
	"errors"
	"io/fs"
	"os"
	"path"
	"path/filepath"

	"meiqia-diag/diag/lang"
)

// Extract unpacks an archive into a new or empty folder: folders 0700, files
// 0600, and through os.Root, so that nothing lands outside of it whatever the
// folder holds by then. Files within it that are archives stay packed.
func (o *Opened) Extract(dir string) (err error) {
	if o.zip == nil {
		return refuse(o.file, "", lang.T("不是压缩包，没有可解的", "not an archive: there is nothing to unpack"))
	}
	list, err := os.ReadDir(dir)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		if err := os.Mkdir(dir, 0o700); err != nil {
			return cannotUnpack(dir, err)
		}
	case err != nil:
		return cannotUnpack(dir, err)
	case len(list) > 0:
		return &lang.Problem{File: dir, What: lang.T("文件夹里已有东西", "the folder is not empty"), Hint: lang.T("请换一个新的文件夹", "choose a new folder")}
	}
	root, err := os.OpenRoot(dir)
	if err != nil {
		return cannotUnpack(dir, err)
	}
	defer root.Close()
	var written []string
	defer func() {
		if err != nil { // nothing half-unpacked
			for _, name := range written {
				_ = root.Remove(name)
			}
		}
	}()
	o.total = 0
	for _, f := range o.zip.File {
		data, err := o.read(f, maxTotal)
		if err != nil {
			return refuse(o.file, f.Name, lang.T("读不出：%s", "cannot be read: %s").F(lang.Reason(err)))
		}
		name := filepath.FromSlash(f.Name)
		if d := path.Dir(f.Name); d != "." {
			if err := root.MkdirAll(filepath.FromSlash(d), 0o700); err != nil {
				return cannotUnpack(dir, err)
			}
		}
		w, err := root.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
		if err != nil {
			return cannotUnpack(dir, err)
		}
		written = append(written, name)
		_, err = w.Write(data)
		if cerr := w.Close(); err == nil {
			err = cerr
		}
		if err != nil {
			return cannotUnpack(dir, err)
		}
	}
	return nil
}

func cannotUnpack(dir string, err error) error {
	return &lang.Problem{File: dir, What: lang.T("写不了：%s", "cannot write: %s").F(lang.Reason(err)), Hint: lang.T("请换一个能写的位置", "choose a place that can be written to")}
}
