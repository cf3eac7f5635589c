package machine

import (
	"encoding/binary"
	"errors"
	"io/fs"

	"github.com/pierrec/lz4/v4"
)

const (
	mozMagic = "mozLz40\x00"
	// maxRatio is the most that LZ4 can pack: 255 bytes into one.
	maxRatio = 255
)

// readMozLZ4 reads a file that Firefox has packed: the magic, the size of the
// content in four bytes, least first, and one LZ4 block.
func readMozLZ4(root fs.FS, name string) ([]byte, error) {
	data, err := readFile(root, name)
	if err != nil {
		return nil, err
	}
	return unpackMozLZ4(data)
}

func unpackMozLZ4(data []byte) ([]byte, error) {
	if len(data) < len(mozMagic)+4 || string(data[:len(mozMagic)]) != mozMagic {
		return nil, errors.New("not packed as Firefox packs")
	}
	size, block := binary.LittleEndian.Uint32(data[len(mozMagic):]), data[len(mozMagic)+4:]
	if int64(size) > maxRead || int64(size) > maxRatio*int64(len(block)) {
		return nil, errors.New("its size cannot be true")
	}
	out := make([]byte, size)
	n, err := lz4.UncompressBlock(block, out)
	if err != nil {
		return nil, err
	}
	return out[:n], nil
}
