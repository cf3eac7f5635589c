package slice

import (
	"bytes"
	"io"

	"meiqia-diag/diag/evidence/charset"
)

// writeError is trouble with where the lines go, not with the logs.
type writeError struct{ error }

func (e *writeError) Unwrap() error { return e.error }

// lineWriter hands on the lines of files as they are, and notes where the last
// of one has no end, so that the next file's first line goes on in it.
type lineWriter struct {
	w    io.Writer
	eol  []byte // of the file at hand
	open bool   // the last line written has no end
	n    int64  // of the file at hand
	runs bool   // the file at hand goes on in the line of one before
}

// begin is called before each file.
func (l *lineWriter) begin(encoding string) {
	l.n, l.runs = 0, false
	switch encoding {
	case charset.UTF16LE:
		l.eol = []byte("\n\x00")
	case charset.UTF16BE:
		l.eol = []byte("\x00\n")
	case charset.UTF32LE:
		l.eol = []byte("\n\x00\x00\x00")
	case charset.UTF32BE:
		l.eol = []byte("\x00\x00\x00\n")
	default:
		l.eol = []byte("\n")
	}
}

func (l *lineWriter) write(p []byte) error {
	if len(p) == 0 {
		return nil
	}
	l.runs = l.runs || l.n == 0 && l.open
	n, err := l.w.Write(p)
	l.n += int64(n)
	if err != nil {
		return &writeError{err}
	}
	l.open = !bytes.HasSuffix(p, l.eol) && !bytes.HasSuffix(p, []byte("\r"))
	return nil
}
