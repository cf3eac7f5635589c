package probe

import (
	"encoding/binary"
	"encoding/hex"
	"io"
	"net/netip"
	"os"
	"strconv"
	"strings"
)

// nextHopTo reads /proc/net/route and /proc/net/ipv6_route (proc_net(5)), the main tables.
func nextHopTo(addr netip.Addr) (netip.Addr, bool) {
	name, parse := "/proc/net/route", parseRoutes4
	if addr.Is6() {
		name, parse = "/proc/net/ipv6_route", parseRoutes6
	}
	f, err := os.Open(name)
	if err != nil {
		return netip.Addr{}, false
	}
	defer f.Close()
	text, err := io.ReadAll(io.LimitReader(f, 4<<20))
	if err != nil {
		return netip.Addr{}, false
	}
	return pick(parse(string(text)), addr)
}

const (
	routeUp     = 0x1   // RTF_UP
	routeReject = 0x200 // RTF_REJECT
)

// parseRoutes4 reads lines of Iface Destination Gateway Flags RefCnt Use Metric
// Mask …, whose addresses are hexadecimal in the machine's byte order.
func parseRoutes4(text string) []routeTo {
	var out []routeTo
	for line := range strings.Lines(text) {
		f := strings.Fields(line)
		if len(f) < 8 {
			continue
		}
		dst, ok1 := hex4(f[1])
		gw, ok2 := hex4(f[2])
		mask, ok3 := hex4(f[7])
		flags, err := strconv.ParseUint(f[3], 16, 32)
		metric, err2 := strconv.ParseUint(f[6], 10, 64)
		if !ok1 || !ok2 || !ok3 || err != nil || err2 != nil || flags&routeUp == 0 || flags&routeReject != 0 {
			continue // the heading too
		}
		bits := 0
		for _, b := range mask.AsSlice() {
			for ; b&0x80 != 0; b <<= 1 {
				bits++
			}
		}
		r := routeTo{prefix: netip.PrefixFrom(dst, bits), metric: metric}
		if !gw.IsUnspecified() {
			r.gateway = gw
		}
		out = append(out, r)
	}
	return out
}

// hex4 reads an address that %08X printed as a number.
func hex4(s string) (netip.Addr, bool) {
	raw, err := hex.DecodeString(s)
	if err != nil || len(raw) != 4 {
		return netip.Addr{}, false
	}
	var a [4]byte
	binary.NativeEndian.PutUint32(a[:], binary.BigEndian.Uint32(raw))
	return netip.AddrFrom4(a), true
}

// parseRoutes6 reads lines of destination, its length, source, its length,
// next hop, metric, two counters, flags and device.
func parseRoutes6(text string) []routeTo {
	var out []routeTo
	for line := range strings.Lines(text) {
		f := strings.Fields(line)
		if len(f) < 10 || f[9] == "lo" {
			continue
		}
		dst, ok1 := hex6(f[0])
		gw, ok2 := hex6(f[4])
		bits, err := strconv.ParseUint(f[1], 16, 8)
		metric, err2 := strconv.ParseUint(f[5], 16, 64)
		flags, err3 := strconv.ParseUint(f[8], 16, 32)
		if !ok1 || !ok2 || err != nil || err2 != nil || err3 != nil || bits > 128 || flags&routeUp == 0 || flags&routeReject != 0 {
			continue
		}
		r := routeTo{prefix: netip.PrefixFrom(dst, int(bits)), metric: metric}
		if !gw.IsUnspecified() {
			r.gateway = zoned(gw, f[9])
		}
		out = append(out, r)
	}
	return out
}

func hex6(s string) (netip.Addr, bool) {
	raw, err := hex.DecodeString(s)
	if err != nil || len(raw) != 16 {
		return netip.Addr{}, false
	}
	return netip.AddrFrom16([16]byte(raw)), true
}
