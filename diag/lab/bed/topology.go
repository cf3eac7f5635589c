package bed

import (
	"fmt"
	"net/netip"
	"time"

	"meiqia-diag/diag/lab/link"
)

// The bed's plan. The addresses look global, so that a probe that tells private
// and reserved ones apart is not misled; nothing ever leaves the namespaces.
//
//	client ── lan ── gateway ── wan ── internet ── server
//	.77.2            .77.1  1.2      1.1   2.1     2.11 … (backends)
//	                                 3.53 …  resolvers, 3.101 … time servers
var (
	ClientIP    = netip.MustParseAddr("192.168.77.2")
	ClientIP6   = netip.MustParseAddr("2a00:bed:77::2")
	GatewayIP   = netip.MustParseAddr("192.168.77.1") // the gateway's address on the LAN
	GatewayIP6  = netip.MustParseAddr("2a00:bed:77::1")
	gatewayWAN  = netip.MustParseAddr("45.0.1.2")
	InternetIP  = netip.MustParseAddr("45.0.1.1") // the first hop behind the WAN
	InternetIP6 = netip.MustParseAddr("2a00:bed:1::1")
)

// The names that the bed's resolvers know.
const (
	Zone      = "bed.example"
	Workbench = "desk." + Zone
	API       = "api." + Zone // every backend
	Push      = "push." + Zone
	PortalURL = "http://portal." + Zone + "/login"
)

const (
	maxBackends = 8
	resolvers   = 2
	timeServers = 5
)

// BackendIP is the address of backend i, from 0.
func BackendIP(i int) netip.Addr { return netip.AddrFrom4([4]byte{45, 0, 2, byte(11 + i)}) }

// BackendIP6 is the IPv6 address of backend i, from 0.
func BackendIP6(i int) netip.Addr {
	return netip.MustParseAddr(fmt.Sprintf("2a00:bed:2::%d", 11+i))
}

// ResolverIP is the address of name server i, from 0.
func ResolverIP(i int) netip.Addr { return netip.AddrFrom4([4]byte{45, 0, 3, byte(53 + i)}) }

// TimeIP is the address of time server i, from 0.
func TimeIP(i int) netip.Addr { return netip.AddrFrom4([4]byte{45, 0, 3, byte(101 + i)}) }

// ChronyIP is the address of the real chronyd, when it runs.
var ChronyIP = netip.MustParseAddr("45.0.3.123")

// Topology says how a bed starts. The zero value is a healthy one: 40 ms round
// trip, 2 ms of it on the LAN, five backends of which one has an IPv6 address.
type Topology struct {
	RTT       time.Duration // client to server without jitter; 0 is 40 ms
	LANRTT    time.Duration // the LAN's share of it; 0 is 2 ms
	Backends  int           // 0 is 5, at most 8
	Backends6 int           // how many of them have an IPv6 address too; 0 is 1, negative is none
	Seed      uint64        // of the links and the service; 0 is 1
	Log       int           // packets kept per direction of a link, see link.Options

	// Settings are link settings of the WAN, see link.Settings: "loss=5% jitter=2ms".
	// A delay in them takes the place of RTT's share.
	Settings string

	// Shared lets beds of other processes run at the same time. Two beds share
	// the processors and spoil each other's timing, so by default they take turns.
	Shared bool
}

func (t Topology) filled() (Topology, error) {
	set := func(d *time.Duration, v time.Duration) {
		if *d == 0 {
			*d = v
		}
	}
	set(&t.RTT, 40*time.Millisecond)
	set(&t.LANRTT, min(2*time.Millisecond, t.RTT))
	if t.Backends == 0 {
		t.Backends = 5
	}
	if t.Backends6 == 0 {
		t.Backends6 = 1
	}
	t.Backends6 = max(0, t.Backends6)
	if t.Seed == 0 {
		t.Seed = 1
	}
	if t.Backends < 0 || t.Backends > maxBackends || t.Backends6 > t.Backends || t.LANRTT > t.RTT {
		return t, fmt.Errorf("topology: %d backends (%d IPv6), %v of %v on the LAN", t.Backends, t.Backends6, t.LANRTT, t.RTT)
	}
	return t, nil
}

// links gives the conditions that the links start with.
func (t Topology) links() (lan, wan [2]link.Conditions, err error) {
	for d := range lan {
		lan[d].Delay = t.LANRTT / 2
		wan[d].Delay = (t.RTT - t.LANRTT) / 2
	}
	return lan, wan, link.Parse(t.Settings, &wan[link.Up], &wan[link.Down])
}
