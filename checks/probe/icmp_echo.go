package probe

import (
	"context"
	"net/netip"
	"time"
)

// prober sends one probe and waits for its answer until ctx ends: Timeout then.
type prober func(ctx context.Context) (time.Duration, Kind)

// echoer sends ICMP echo requests to one address (RFC 792, RFC 4443). Replies
// later than connectLimit are not waited for.
type echoer struct {
	method string // icmp-datagram, icmp-raw, icmp-windows
	ping   prober
	close  func()
}

// echoText is what an echo carries, so that an administrator who looks into
// one sees where it comes from. With the 16 bytes of a time stamp and a cookie
// it makes the 56 bytes of ping.
const echoText = "meiqia-diag network diagnosis, see --help"

// newEchoer gives a way to ping addr, and false where the system lets us have none.
func newEchoer(addr netip.Addr) (echoer, bool) {
	if !addr.IsValid() {
		return echoer{}, false
	}
	return openEchoer(addr)
}
