package bed

import (
	"context"
	"fmt"
	"slices"
	"time"

	"meiqia-diag/diag/lab/link"
	"meiqia-diag/diag/lang"
)

// Place is where a fault is.
type Place string

// The places, from the client on.
const (
	Nowhere   Place = ""
	AtClient  Place = "client"
	OnLAN     Place = "lan"
	AtGateway Place = "gateway"
	OnWAN     Place = "wan"
	AtDNS     Place = "dns"
	AtTime    Place = "time" // the time servers
	AtService Place = "service"
)

// Truth is what is true under a condition. Fields that do not apply are zero.
type Truth struct {
	Healthy bool // a diagnosis that names a fault of the network or the service cries wolf
	Place   Place
	Kind    string // one word

	Loss     [2]float64    // long-run share of packets lost by direction (link.Up, link.Down), 0 to 1
	Bursty   bool          // the losses come in bursts
	AddedRTT time.Duration // to the topology's own, without jitter

	Offset   time.Duration // service's clock minus this device's
	Device   time.Duration // true time, as the time servers tell it, minus this device's
	Liars    []int         // time servers that are wrong, by number from 0
	Backends []int         // backends that are worse than the others, by number from 0
	Family   string        // ip6 where only that is hit

	OptIn bool // shows only under load, or only after some seconds of waiting
}

// What a condition takes up, and what may hide behind it.
const (
	slotLAN      = "lan"
	slotWAN      = "wan"
	slotMTU      = "mtu"
	slotICMP     = "icmp"
	slotPort     = "port"
	slotTLS      = "tls"
	slotWS       = "ws"
	slotDNS      = "dns"
	slotIP6      = "ip6"
	slotService  = "service"
	slotBackends = "backends"
	slotClock    = "clock"
	slotNTP      = "ntp"
	slotProxy    = "proxy"
)

var (
	allSlots = []string{slotLAN, slotWAN, slotMTU, slotICMP, slotPort, slotTLS, slotWS, slotDNS, slotIP6, slotService, slotBackends, slotClock, slotNTP, slotProxy}
	aboveTCP = []string{slotMTU, slotTLS, slotWS, slotIP6, slotService, slotBackends, slotClock, slotProxy}
	// a port that is refused before the WAN tells nothing of it
	behindPort = append([]string{slotWAN, slotPort}, aboveTCP...)
	// connections that end at the gateway tell nothing of what is behind it
	behindProxy = []string{slotWAN, slotMTU, slotPort, slotIP6, slotBackends}
	aboveTLS    = []string{slotWS, slotService, slotBackends, slotClock}
)

// Condition is one named state of the network or the service.
type Condition struct {
	Name  string    // lower case with hyphens
	Text  lang.Text // one sentence
	Truth Truth

	slot  string
	hides []string // slots whose conditions cannot be told while this one holds
	needs func() error
	apply func(ctx context.Context, b *Bed) error
}

// Missing says why the condition cannot be had here, nil where it can.
func (c Condition) Missing() error {
	if c.needs == nil {
		return nil
	}
	return c.needs()
}

// Conditions lists the catalogue.
func Conditions() []Condition {
	return slices.Concat(pathConditions(), gatewayConditions(), nameConditions(), serviceConditions(), clockConditions())
}

// Find gives a condition by its name.
func Find(name string) (Condition, bool) {
	for _, c := range Conditions() {
		if c.Name == name {
			return c, true
		}
	}
	return Condition{}, false
}

// Compatible tells whether two conditions can hold together and each can be
// told beside the other.
func Compatible(a, b Condition) bool {
	return a.slot != b.slot && !slices.Contains(a.hides, b.slot) && !slices.Contains(b.hides, a.slot)
}

// Pairs lists the pairs that Compatible allows, each once.
func Pairs() [][2]Condition {
	all := Conditions()
	var out [][2]Condition
	for i, a := range all {
		for _, b := range all[i+1:] {
			if Compatible(a, b) {
				out = append(out, [2]Condition{a, b})
			}
		}
	}
	return out
}

// Apply puts the bed under conditions, on top of those that hold.
func (b *Bed) Apply(ctx context.Context, list ...Condition) error {
	for _, c := range list {
		if err := c.Missing(); err != nil {
			return fmt.Errorf("condition %s: %w", c.Name, err)
		}
		if err := c.apply(ctx, b); err != nil {
			return fmt.Errorf("condition %s: %w", c.Name, err)
		}
	}
	return nil
}

// The makers below write the apply functions of the catalogue.

type applier = func(context.Context, *Bed) error

func onWAN(f func(up, down *link.Conditions)) applier {
	return func(_ context.Context, b *Bed) error { return shapeBoth(b.WAN, f) }
}

func onLAN(f func(up, down *link.Conditions)) applier {
	return func(_ context.Context, b *Bed) error { return shapeBoth(b.LAN, f) }
}

func shapeBoth(l *link.Link, f func(up, down *link.Conditions)) error {
	up, down := l.Conditions(link.Up), l.Conditions(link.Down)
	f(&up, &down)
	if err := l.Set(link.Up, up); err != nil {
		return err
	}
	return l.Set(link.Down, down)
}

func block(machine func(*Bed) *Namespace, at Hook, match string, how Reject) applier {
	return func(ctx context.Context, b *Bed) error { return b.Block(ctx, machine(b), at, match, how) }
}

func rules(machine func(*Bed) *Namespace, at Hook, rules ...string) applier {
	return func(ctx context.Context, b *Bed) error { return b.Rule(ctx, machine(b), at, rules...) }
}

func service(f func(*ServiceFault)) applier {
	return func(_ context.Context, b *Bed) error { b.Chat.ShapeAll(f); return nil }
}

func backend(i int, f func(*ServiceFault)) applier {
	return func(_ context.Context, b *Bed) error {
		if i >= len(b.Chat.Backends) {
			return fmt.Errorf("the bed has only %d backends", len(b.Chat.Backends))
		}
		b.Chat.Shape(i, f)
		return nil
	}
}

func dns(f DNSFault, which ...int) applier {
	return func(_ context.Context, b *Bed) error {
		for i, d := range b.DNS {
			if len(which) == 0 || slices.Contains(which, i) {
				d.Set(f)
			}
		}
		return nil
	}
}

// timeAll changes every time server; the service's clock stays.
func timeAll(f func(*TimeFault)) applier {
	return func(_ context.Context, b *Bed) error {
		for _, s := range b.Time {
			t := s.Fault()
			f(&t)
			s.Set(t)
		}
		return nil
	}
}

func atClient(b *Bed) *Namespace  { return b.Client }
func atGateway(b *Bed) *Namespace { return b.Gateway }
func atServer(b *Bed) *Namespace  { return b.Server }
