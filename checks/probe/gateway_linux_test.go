package probe

import (
	"encoding/binary"
	"net/netip"
	"testing"
)

const routes4 = `Iface	Destination	Gateway 	Flags	RefCnt	Use	Metric	Mask		MTU	Window	IRTT
eth0	00000000	014DA8C0	0003	0	0	100	00000000	0	0	0
wlan0	00000000	0101A8C0	0003	0	0	600	00000000	0	0	0
eth0	004DA8C0	00000000	0001	0	0	100	00FFFFFF	0	0	0
tun0	0000000A	01000A0A	0003	0	0	0	000000FF	0	0	0
eth0	00000A0B	00000000	0200	0	0	0	0000FFFF	0	0	0
short line
`

const routes6 = `2a000bed007700000000000000000000 40 00000000000000000000000000000000 00 00000000000000000000000000000000 00000100 00000001 00000000 00000001     eth0
00000000000000000000000000000000 00 00000000000000000000000000000000 00 fe800000000000000000000000000001 00000400 00000001 00000000 00000003     eth0
00000000000000000000000000000000 00 00000000000000000000000000000000 00 00000000000000000000000000000000 ffffffff 00000001 00000000 00200200       lo
`

func TestRoutes(t *testing.T) {
	if binary.NativeEndian.Uint16([]byte{1, 0}) != 1 {
		t.Skip("THIS MACHINE IS BIG-ENDIAN, the sample of the kernel's table is not")
	}
	for _, c := range []struct {
		table []routeTo
		to    string
		want  string // "" for none
	}{
		{parseRoutes4(routes4), "45.0.2.11", "192.168.77.1"}, // the lower metric
		{parseRoutes4(routes4), "192.168.77.9", ""},          // on the link
		{parseRoutes4(routes4), "10.1.2.3", "10.10.0.1"},     // the longer prefix
		{parseRoutes6(routes6), "2a00:bed:2::11", "fe80::1%eth0"},
		{parseRoutes6(routes6), "2a00:bed:77::5", ""},
		{nil, "45.0.2.11", ""},
		{parseRoutes4("nonsense\n\x00\n"), "45.0.2.11", ""},
	} {
		got, ok := pick(c.table, netip.MustParseAddr(c.to))
		if ok != (c.want != "") || ok && got.String() != c.want {
			t.Errorf("to %s: %v %v, want %q", c.to, got, ok, c.want)
		}
	}
}

// Whatever this machine's own table holds, reading it must not fail badly.
func TestGatewayOfThisMachine(t *testing.T) {
	gw, ok := gatewayOf(elsewhere4)
	t.Logf("%v %v", gw, ok)
	if ok && (!gw.IsValid() || gw.IsUnspecified()) {
		t.Errorf("gateway %v", gw)
	}
	if gw, ok := gatewayOf(netip.MustParseAddr("127.0.0.1")); ok {
		t.Errorf("a gateway to this machine itself: %v", gw)
	}
}
