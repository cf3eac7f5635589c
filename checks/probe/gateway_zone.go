//go:build linux || windows

package probe

import (
	"net"
	"strconv"
)

// zoneIndex is the number of a zone, 0 for none.
func zoneIndex(zone string) uint32 {
	if n, err := strconv.ParseUint(zone, 10, 32); err == nil {
		return uint32(n)
	}
	if i, err := net.InterfaceByName(zone); err == nil {
		return uint32(i.Index)
	}
	return 0
}
