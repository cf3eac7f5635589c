package machine

import (
	"archive/zip"
	"bytes"
	"io/fs"
)

// openZip reads a zip archive inside a file system; nil for what is none, or is
// too large.
func openZip(dir fs.FS, name string) fs.FS {
	data, err := readFile(dir, name)
	if err != nil {
		return nil
	}
	z, err := zip.NewReader(bytes.NewReader(data), int64(len(data)))
	if err != nil {
		return nil
	}
	return z
}
