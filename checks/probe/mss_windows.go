package probe

import "syscall"

type controlFunc = func(network, address string, c syscall.RawConn) error

// smallSegments is nil: Windows lets no program choose the segment size.
var smallSegments controlFunc
