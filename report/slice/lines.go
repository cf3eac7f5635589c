package slice

import (
	"bytes"
	"io"

	"meiqia-diag/diag/evidence/charset"
)

// writeError is trouble with where the lines go, not with the logs.
type writeError struct{ error }

func (e *writeError) Unwrap() error { return e.error }

// lineWriter keeps the lines of two files apart.
type lineWriter struct {
	w    io.Writer
	eol  []byte // of the file at hand
	open []byte // the line end that the last file lacks, nil when it has one
	n    int64  // of the file at hand
}

// begin is called before each file.
func (l *lineWriter) begin(encoding string) {
	l.n = 0
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
	if l.n == 0 && l.open != nil {
		if _, err := l.w.Write(l.open); err != nil {
			return &writeError{err}
		}
	}
	l.open = nil
	if !bytes.HasSuffix(p, l.eol) {
		l.open = l.eol
	}
	n, err := l.w.Write(p)
	l.n += int64(n)
	if err != nil {
		return &writeError{err}
	}
	return nil
}
