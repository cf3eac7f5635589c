package logs

import (
	"bytes"
	"io"
)

// Lines may end in carriage returns alone, as those of old Macs and of some
// consoles' logs do. Such a log is read with both marks swapped, and swapped
// back where its bytes are handed on: no byte is lost, whatever comes.

// onlyReturns is true of samples that have carriage returns and no line feeds.
func onlyReturns(samples []sample) bool {
	n := 0
	for _, s := range samples {
		if bytes.IndexByte(s.text, '\n') >= 0 {
			return false
		}
		n += bytes.Count(bytes.TrimRight(s.text, "\r"), []byte("\r"))
	}
	return n > 1
}

// swapEnds swaps carriage returns and line feeds.
func swapEnds(b []byte) {
	for i, c := range b {
		switch c {
		case '\r':
			b[i] = '\n'
		case '\n':
			b[i] = '\r'
		}
	}
}

// swapped is a source whose line ends are swapped.
func (src Source) swapped() Source {
	open := src.Open
	src.Open = func() (io.ReadCloser, error) {
		r, err := open()
		if err != nil {
			return nil, err
		}
		if at, ok := r.(io.ReaderAt); ok {
			return swapperAt{swapper{r}, at}, nil
		}
		return swapper{r}, nil
	}
	return src
}

type swapper struct{ io.ReadCloser }

func (s swapper) Read(p []byte) (int, error) {
	n, err := s.ReadCloser.Read(p)
	swapEnds(p[:n])
	return n, err
}

type swapperAt struct {
	swapper
	at io.ReaderAt
}

func (s swapperAt) ReadAt(p []byte, off int64) (int, error) {
	n, err := s.at.ReadAt(p, off)
	swapEnds(p[:n])
	return n, err
}
