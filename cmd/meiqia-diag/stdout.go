package main

import (
	"errors"
	"io"
	"runtime"
	"syscall"

	"meiqia-diag/diag/lang"
)

// stdout is where results go. Whoever reads them may close early, as head does:
// that is no failure of ours, and the exit status stays what the verdict makes
// it, in every format. Any other trouble says what, where, and what to do.
//
// A stdout that was closed before the program began cannot be told from
// /dev/null, which Go's runtime puts in its place.
type stdout struct {
	w      io.Writer
	closed bool
	failed error // the first that went wrong; help and completion tell nobody
}

func (s *stdout) Write(p []byte) (int, error) {
	if s.closed {
		return len(p), nil
	}
	n, err := s.w.Write(p)
	switch {
	case err == nil:
		return n, nil
	case hungUp(err):
		s.closed = true
		return len(p), nil
	}
	s.failed = &lang.Problem{File: "stdout", What: lang.T("标准输出写不进去：%s", "standard output cannot be written to: %s").F(lang.Reason(err)),
		Hint: lang.T("请腾出空间，或改写到别处：> 文件", "make room, or send it elsewhere: > FILE")}
	return n, s.failed
}

// hungUp tells that the reader of a pipe has gone.
func hungUp(err error) bool {
	if errors.Is(err, syscall.EPIPE) {
		return true
	}
	var no syscall.Errno
	return runtime.GOOS == "windows" && errors.As(err, &no) && (no == 109 || no == 232) // ERROR_BROKEN_PIPE, ERROR_NO_DATA
}
