package probe

import (
	"context"
	"encoding/binary"
	"net/netip"
	"time"
	"unsafe"

	"golang.org/x/sys/windows"
)

var (
	iphlpapi            = windows.NewLazySystemDLL("iphlpapi.dll")
	procIcmpCreateFile  = iphlpapi.NewProc("IcmpCreateFile")
	procIcmp6CreateFile = iphlpapi.NewProc("Icmp6CreateFile")
	procIcmpCloseHandle = iphlpapi.NewProc("IcmpCloseHandle")
	procIcmpSendEcho2Ex = iphlpapi.NewProc("IcmpSendEcho2Ex")
	procIcmp6SendEcho2  = iphlpapi.NewProc("Icmp6SendEcho2")
)

// Statuses of ipexport.h.
const (
	ipSuccess            = 0
	ipBufTooSmall        = 11001
	ipDestNetUnreachable = 11002
	ipReqTimedOut        = 11010
	ipGeneralFailure     = 11050
)

// ipOptions is IP_OPTION_INFORMATION.
type ipOptions struct {
	ttl, tos, flags, size uint8
	data                  uintptr
}

// openEchoer uses IcmpSendEcho2Ex, which needs no administrator. Its own
// round-trip time is in whole milliseconds, so the clock is read around it.
func openEchoer(addr netip.Addr) (echoer, bool) {
	create := procIcmpCreateFile
	if addr.Is6() {
		create = procIcmp6CreateFile
	}
	for _, p := range []*windows.LazyProc{create, procIcmpCloseHandle, procIcmpSendEcho2Ex, procIcmp6SendEcho2} {
		if p.Find() != nil {
			return echoer{}, false
		}
	}
	// One handle per request: requests on one handle may wait for each other.
	open := func() (uintptr, bool) {
		h, _, _ := create.Call()
		return h, windows.Handle(h) != windows.InvalidHandle && h != 0
	}
	h, ok := open()
	if !ok {
		return echoer{}, false
	}
	_, _, _ = procIcmpCloseHandle.Call(h)
	ping := func(ctx context.Context) (time.Duration, Kind) {
		type answer struct {
			took time.Duration
			kind Kind
		}
		limit := connectLimit
		if t, ok := ctx.Deadline(); ok {
			limit = min(limit, time.Until(t))
		}
		if limit < time.Millisecond {
			return 0, Timeout
		}
		came := make(chan answer, 1)
		go func() { // the call cannot be called off; it ends at its limit
			h, ok := open()
			if !ok {
				came <- answer{0, Other}
				return
			}
			defer func() { _, _, _ = procIcmpCloseHandle.Call(h) }()
			took, kind := sendEcho(h, addr, limit)
			came <- answer{took, kind}
		}()
		select {
		case a := <-came:
			return a.took, a.kind
		case <-ctx.Done():
			return 0, Timeout
		}
	}
	return echoer{method: "icmp-windows", ping: ping, close: func() {}}, true
}

func sendEcho(h uintptr, addr netip.Addr, limit time.Duration) (time.Duration, Kind) {
	data := []byte(echoText)
	opts := ipOptions{ttl: 128}
	reply := make([]uint64, 64) // ICMP_ECHO_REPLY or ICMPV6_ECHO_REPLY, the data, and 8 bytes for an error, aligned
	ms := uintptr(limit.Milliseconds())
	var n uintptr
	var err error
	start := time.Now()
	if addr.Is4() {
		a4 := addr.As4()
		dst := uintptr(binary.LittleEndian.Uint32(a4[:]))
		n, _, err = procIcmpSendEcho2Ex.Call(h, 0, 0, 0, 0, dst,
			uintptr(unsafe.Pointer(&data[0])), uintptr(len(data)), uintptr(unsafe.Pointer(&opts)),
			uintptr(unsafe.Pointer(&reply[0])), uintptr(len(reply)*8), ms)
	} else {
		src := windows.RawSockaddrInet6{Family: windows.AF_INET6}
		dst := windows.RawSockaddrInet6{Family: windows.AF_INET6, Addr: addr.As16(), Scope_id: zoneIndex(addr.Zone())}
		n, _, err = procIcmp6SendEcho2.Call(h, 0, 0, 0, uintptr(unsafe.Pointer(&src)), uintptr(unsafe.Pointer(&dst)),
			uintptr(unsafe.Pointer(&data[0])), uintptr(len(data)), uintptr(unsafe.Pointer(&opts)),
			uintptr(unsafe.Pointer(&reply[0])), uintptr(len(reply)*8), ms)
	}
	took := time.Since(start)
	if n == 0 {
		errno, _ := err.(windows.Errno)
		return 0, echoStatus(uint32(errno))
	}
	raw := unsafe.Slice((*byte)(unsafe.Pointer(&reply[0])), len(reply)*8)
	at := 4 // ICMP_ECHO_REPLY: Address, Status
	if !addr.Is4() {
		at = 28 // ICMPV6_ECHO_REPLY: IPV6_ADDRESS_EX is 26 bytes, Status is aligned
	}
	if status := binary.LittleEndian.Uint32(raw[at:]); status != ipSuccess {
		return 0, echoStatus(status)
	}
	return took, None
}

// echoStatus tells what was lost from what never left. Time exceeded and
// the unreachables that a router sends say that there was no reply.
func echoStatus(status uint32) Kind {
	switch {
	case status == uint32(windows.ERROR_ACCESS_DENIED):
		return Forbidden
	case status == ipGeneralFailure, status < ipBufTooSmall:
		return NoRoute
	}
	return Timeout
}
