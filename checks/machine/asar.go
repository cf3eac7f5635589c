package machine

import (
	"encoding/binary"
	"encoding/json"
	"errors"
	"io"
	"io/fs"
	"path"
	"strconv"
)

// Bounds of an asar archive: its table of files, and the manifest in it.
const (
	maxAsarHeader  = 16 << 20
	maxAppManifest = 1 << 20
)

var errNoAsar = errors.New("not an asar archive")

// appManifest is what is read of an Electron program's package.json.
type appManifest struct {
	Name        string `json:"name"`
	ProductName string `json:"productName"`
	Version     string `json:"version"`
}

// readAsar reads package.json out of an app.asar: four little-endian numbers,
// of which the second is the length of what follows it and the fourth that of
// the JSON table of files; then the files (github.com/electron/asar, README).
func readAsar(root fs.FS, name string) (appManifest, error) {
	var m appManifest
	f, err := openFile(root, name)
	if err != nil {
		return m, err
	}
	defer f.Close()
	var head [16]byte
	if _, err := io.ReadFull(f, head[:]); err != nil {
		return m, errNoAsar
	}
	u := binary.LittleEndian
	block, size := int64(u.Uint32(head[4:])), int64(u.Uint32(head[12:]))
	if u.Uint32(head[:]) != 4 || size < 2 || size+8 > block || size > maxAsarHeader {
		return m, errNoAsar
	}
	table, err := io.ReadAll(io.LimitReader(f, size))
	if err != nil || int64(len(table)) < size {
		return m, errNoAsar
	}
	var files struct {
		Files map[string]json.RawMessage `json:"files"`
	}
	if json.Unmarshal(table, &files) != nil {
		return m, errNoAsar
	}
	var entry struct {
		Size     int64  `json:"size"`
		Offset   string `json:"offset"`
		Unpacked bool   `json:"unpacked"`
	}
	if json.Unmarshal(files.Files["package.json"], &entry) != nil {
		return m, errors.New("no package.json in the archive")
	}
	var data []byte
	if entry.Unpacked {
		data, err = readFile(root, path.Join(name+".unpacked", "package.json"))
	} else {
		var at int64
		if at, err = strconv.ParseInt(entry.Offset, 10, 64); err != nil || at < 0 || entry.Size < 0 || entry.Size > maxAppManifest {
			return m, errNoAsar
		}
		// The reader stands behind the table; what pads it, and the files before, come first.
		data, err = readAt(f, 8+block+at, 16+size, entry.Size)
	}
	if err != nil {
		return m, err
	}
	if err := json.Unmarshal(trimBOM(data), &m); err != nil {
		return m, errors.New("package.json in the archive is broken")
	}
	return m, nil
}

// readAt reads n bytes at a place in a file whose reader stands at now.
func readAt(f fs.File, place, now, n int64) ([]byte, error) {
	data := make([]byte, n)
	if r, ok := f.(io.ReaderAt); ok {
		_, err := r.ReadAt(data, place)
		if err == io.EOF && n > 0 {
			err = io.ErrUnexpectedEOF
		}
		return data, err
	}
	if place < now || place-now > maxRead {
		return nil, errNoAsar
	}
	if _, err := io.CopyN(io.Discard, f, place-now); err != nil {
		return nil, err
	}
	_, err := io.ReadFull(f, data)
	return data, err
}
