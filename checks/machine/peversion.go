package machine

import (
	"bytes"
	"debug/pe"
	"encoding/binary"
	"fmt"
	"io"
	"io/fs"
)

// maxResources bounds the resources of a program file that are looked through.
const maxResources = 32 << 20

// peVersion reads the product version in a Windows program's VERSIONINFO
// resource (VS_FIXEDFILEINFO, winver.h) on any system; "" when there is none.
func peVersion(root fs.FS, name string) string {
	f, err := openFile(root, name)
	if err != nil {
		return ""
	}
	defer f.Close()
	at, ok := f.(io.ReaderAt)
	if !ok {
		data, err := io.ReadAll(io.LimitReader(f, maxRead))
		if err != nil {
			return ""
		}
		at = bytes.NewReader(data)
	}
	file, err := pe.NewFile(at)
	if err != nil {
		return ""
	}
	defer file.Close()
	section := file.Section(".rsrc")
	if section == nil || section.Size > maxResources {
		return ""
	}
	data := make([]byte, section.Size)
	n, err := section.ReadAt(data, 0)
	if err != nil && err != io.EOF {
		return ""
	}
	return fixedVersion(data[:n])
}

// fixedVersion finds VS_FIXEDFILEINFO by its signature behind the name of the block.
func fixedVersion(data []byte) string {
	block := []byte("V\x00S\x00_\x00V\x00E\x00R\x00S\x00I\x00O\x00N\x00_\x00I\x00N\x00F\x00O\x00")
	i := bytes.Index(data, block)
	if i < 0 {
		return ""
	}
	data = data[i+len(block):]
	j := bytes.Index(data[:min(len(data), 64)], []byte{0xbd, 0x04, 0xef, 0xfe})
	if j < 0 || len(data) < j+24 {
		return ""
	}
	u := binary.LittleEndian
	ms, ls := u.Uint32(data[j+16:]), u.Uint32(data[j+20:])
	return fmt.Sprintf("%d.%d.%d.%d", ms>>16, ms&0xffff, ls>>16, ls&0xffff)
}
