//go:build !linux

package probe

import "net"

// stuckToward is unknown: the counters are the kernel's own business here.
func stuckToward(net.Conn) string { return "" }
