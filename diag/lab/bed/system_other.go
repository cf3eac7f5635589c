//go:build !linux

package bed

import (
	"errors"
	"net"
	"net/netip"
	"os"

	"meiqia-diag/diag/lab/link"
)

func lockFile(*os.File) bool { return true }

func allowed() error { return link.ErrUnsupported }

func kill(string) {}

func originalDst(net.Conn) (netip.AddrPort, error) { return netip.AddrPort{}, errors.ErrUnsupported }

func stuck(*Namespace, int, int) (func() error, error) { return nil, errors.ErrUnsupported }
