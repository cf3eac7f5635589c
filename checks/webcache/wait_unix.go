//go:build !windows

package webcache

import "syscall"

// noWait keeps an open of a pipe that somebody laid into a cache from waiting for its writer.
const noWait = syscall.O_NONBLOCK
