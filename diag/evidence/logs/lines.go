package logs

import (
	"bufio"
	"bytes"
	"errors"
	"io"
)

const tailSize = 4 << 10

// liner reads lines of any length in bounded memory: of a line longer than
// headSize it keeps the beginning, and the end in a ring of tailSize.
type liner struct {
	br   *bufio.Reader
	long []byte // the beginning of a long line
	tail []byte // its end
}

// next gives a line without its line end and without the NULs that open it
// (the hole that a log truncated under its writer has); size counts all bytes
// read. tail is nil unless the line was too long to be held. The bytes are
// good until the next call. err is io.EOF after the last line.
func (l *liner) next() (line, tail []byte, size int64, err error) {
	b, err := l.br.ReadSlice('\n')
	size = int64(len(b))
	if err == nil {
		return trimEnd(b), nil, size, nil
	}
	if !errors.Is(err, bufio.ErrBufferFull) {
		if len(b) > 0 && errors.Is(err, io.EOF) {
			return trimEnd(b), nil, size, nil
		}
		return nil, nil, size, err
	}
	l.long, l.tail = l.long[:0], l.tail[:0]
	for {
		if len(l.long) == 0 {
			b = bytes.TrimLeft(b, "\x00")
		}
		n := min(len(b), headSize-len(l.long))
		l.long = append(l.long, b[:n]...)
		if b = b[n:]; len(b) >= tailSize {
			l.tail = append(l.tail[:0], b[len(b)-tailSize:]...)
		} else if len(b) > 0 {
			if over := len(l.tail) + len(b) - tailSize; over > 0 {
				l.tail = l.tail[:copy(l.tail, l.tail[over:])]
			}
			l.tail = append(l.tail, b...)
		}
		if !errors.Is(err, bufio.ErrBufferFull) {
			break
		}
		b, err = l.br.ReadSlice('\n')
		size += int64(len(b))
	}
	if err != nil && !errors.Is(err, io.EOF) {
		return nil, nil, size, err
	}
	if len(l.tail) > 0 {
		return l.long, trimEnd(l.tail), size, nil
	}
	return trimEnd(l.long), nil, size, nil
}

// Lines reads lines of any length in bounded memory.
type Lines struct{ l liner }

// NewLines reads lines from r.
func NewLines(r *bufio.Reader) *Lines { return &Lines{liner{br: r}} }

// Next gives a line without its line end, of a very long one the beginning, and
// its size in bytes with all that belongs to it. The bytes are good until the
// next call. err is io.EOF after the last line.
func (l *Lines) Next() (line []byte, size int64, err error) {
	line, _, size, err = l.l.next()
	return line, size, err
}

func trimEnd(b []byte) []byte {
	if n := len(b); n > 0 && b[n-1] == '\n' {
		b = b[:n-1]
	}
	return trimLine(b)
}
