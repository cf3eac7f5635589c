package evidence

import (
	"bytes"
	"encoding/binary"
	"os"
	"path/filepath"
	"strings"
)

// isClientProgram tells the folder of a desktop client of Electron's kind, on
// each system: its archive of scripts is where Electron looks for it.
func isClientProgram(dir string) bool {
	for _, name := range []string{"resources/app.asar", "Contents/Resources/app.asar", "app.asar"} {
		if holdsAsar(filepath.Join(dir, filepath.FromSlash(name))) {
			return true
		}
	}
	versions, err := filepath.Glob(filepath.Join(dir, "app-*", "resources", "app.asar")) // an installer of the Squirrel kind
	if err != nil || strings.ContainsAny(dir, `*?[`) {
		return false
	}
	for _, v := range versions[:min(len(versions), 16)] {
		if holdsAsar(v) {
			return true
		}
	}
	return false
}

func holdsAsar(path string) bool {
	info, err := os.Lstat(path)
	if err != nil || !info.Mode().IsRegular() {
		return false
	}
	head, err := diskFile(path, 0).head(64)
	return err == nil && isAsar(head)
}

// isAsar tells an archive of scripts by the sizes that it opens with and the table behind them.
func isAsar(head []byte) bool {
	u := binary.LittleEndian
	return len(head) > 18 && u.Uint32(head) == 4 && u.Uint32(head[4:]) == u.Uint32(head[8:])+4 && u.Uint32(head[12:]) < u.Uint32(head[8:]) && bytes.HasPrefix(head[16:], []byte(`{"`))
}
