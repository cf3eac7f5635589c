package bed

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"

	"meiqia-diag/diag/lab/link"
)

// Bed is a running test bed.
type Bed struct {
	Topology Topology

	Client, Gateway, Internet, Server *Namespace

	LAN *link.Link // between client and gateway; Up leads away from the client
	WAN *link.Link // between gateway and internet

	Chat *Chat         // the service, on every backend
	Time []*TimeServer // SNTP responders
	DNS  []*NameServer // the client's resolvers, in their order
	CA   *Authority    // whom the client trusts

	Dir         string // the bed's own files
	ProfileFile string // --profile for meiqia-diag
	CAFile      string

	mu      sync.Mutex
	undo    []func() error // what Reset has to take back, the latest last
	closers []func() error // what Close has to end, the latest last
	closing sync.Once
	closed  error
	alone   bool
}

// Start builds a bed. It runs until Close, or until this process ends.
func Start(ctx context.Context, top Topology) (*Bed, error) {
	if err := Available(); err != nil {
		return nil, err
	}
	top, err := top.filled()
	if err != nil {
		return nil, err
	}
	b := &Bed{Topology: top}
	if !top.Shared {
		if err := turn(ctx); err != nil {
			return nil, err
		}
		b.alone = true
	}
	if err := b.build(ctx); err != nil {
		return nil, errors.Join(err, b.Close())
	}
	return b, nil
}

func (b *Bed) build(ctx context.Context) error {
	number, err := enter(b)
	if err != nil {
		return err
	}
	name := fmt.Sprintf("%s%d-%d-", prefix, os.Getpid(), number)
	if b.Dir, err = os.MkdirTemp("", name); err != nil {
		return err
	}
	b.closers = append(b.closers, func() error { return os.RemoveAll(b.Dir) })
	if err := b.wire(ctx, name); err != nil {
		return err
	}
	return b.serve()
}

// onClose adds something that Close has to end.
func (b *Bed) onClose(f func() error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.closers = append(b.closers, f)
}

// onReset adds something that Reset has to take back.
func (b *Bed) onReset(f func() error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.undo = append(b.undo, f)
}

// Reset takes back every condition: the bed is as it started, with empty
// statistics. Connections that are open stay open.
func (b *Bed) Reset() error {
	b.mu.Lock()
	undo := b.undo
	b.undo = nil
	b.mu.Unlock()
	var errs []error
	for i := len(undo) - 1; i >= 0; i-- {
		errs = append(errs, undo[i]())
	}
	lan, wan, _ := b.Topology.links()
	for _, d := range []link.Direction{link.Up, link.Down} {
		errs = append(errs, b.LAN.Set(d, lan[d]), b.WAN.Set(d, wan[d]))
	}
	b.LAN.Reset()
	b.WAN.Reset()
	b.Chat.reset()
	for _, t := range b.Time {
		t.Set(TimeFault{})
	}
	for _, d := range b.DNS {
		d.Set(DNSFault{})
	}
	return errors.Join(errs...)
}

// Close takes the bed down, with all that runs in it.
func (b *Bed) Close() error {
	b.closing.Do(func() {
		var errs []error
		for _, list := range [][]func() error{b.undo, b.closers} {
			for i := len(list) - 1; i >= 0; i-- {
				errs = append(errs, list[i]())
			}
		}
		leave(b)
		if b.alone {
			endTurn()
		}
		b.closed = errors.Join(errs...)
	})
	return b.closed
}

// Shape changes one direction of a link, leaving as it is what f does not touch.
func Shape(l *link.Link, d link.Direction, f func(*link.Conditions)) error {
	c := l.Conditions(d)
	f(&c)
	return l.Set(d, c)
}

// wire makes the namespaces and what joins them.
func (b *Bed) wire(ctx context.Context, name string) error {
	b.Client, b.Gateway = &Namespace{Name: name + "client"}, &Namespace{Name: name + "gateway"}
	b.Internet, b.Server = &Namespace{Name: name + "internet"}, &Namespace{Name: name + "server"}
	all := []*Namespace{b.Client, b.Gateway, b.Internet, b.Server}
	b.closers = append(b.closers, func() error { return remove(all) })
	var add strings.Builder
	for _, n := range all {
		fmt.Fprintf(&add, "netns add %s\n", n.Name)
	}
	if err := batch(ctx, "", add.String()); err != nil {
		return err
	}
	for _, n := range all {
		if err := n.prepare(n == b.Gateway || n == b.Internet, n == b.Client || n == b.Gateway); err != nil {
			return err
		}
	}
	lan, wan, err := b.Topology.links()
	if err != nil {
		return err
	}
	end := func(n *Namespace, device string) link.End { return link.End{Namespace: n.path(), Device: device} }
	b.LAN, err = link.Open(link.Options{A: end(b.Client, "eth0"), B: end(b.Gateway, "lan0"), Up: lan[link.Up], Down: lan[link.Down], Seed: b.Topology.Seed, Log: b.Topology.Log})
	if err != nil {
		return err
	}
	b.closers = append(b.closers, b.LAN.Close)
	b.WAN, err = link.Open(link.Options{A: end(b.Gateway, "wan0"), B: end(b.Internet, "wan0"), Up: wan[link.Up], Down: wan[link.Down], Seed: b.Topology.Seed + 1000, Log: b.Topology.Log})
	if err != nil {
		return err
	}
	b.closers = append(b.closers, b.WAN.Close)
	var wg sync.WaitGroup
	errs := make([]error, len(all))
	setup := b.addresses()
	for i, n := range all[:3] {
		if n == b.Internet { // its veth reaches into the server's, so the two follow each other
			wg.Go(func() {
				errs[i] = batch(ctx, n.Name, setup[n])
				if errs[i] == nil {
					errs[3] = batch(ctx, b.Server.Name, setup[b.Server])
				}
			})
			continue
		}
		wg.Go(func() { errs[i] = batch(ctx, n.Name, setup[n]) })
	}
	wg.Wait()
	return errors.Join(errs...)
}

// addresses writes the `ip -batch` input of each namespace.
func (b *Bed) addresses() map[*Namespace]string {
	text := map[*Namespace]*strings.Builder{b.Client: {}, b.Gateway: {}, b.Internet: {}, b.Server: {}}
	say := func(n *Namespace, lines ...string) {
		for _, l := range lines {
			text[n].WriteString(l + "\n")
		}
	}
	for n := range text {
		say(n, "link set lo up")
	}
	addr := func(n *Namespace, dev string, v4, v6 string) {
		say(n, "addr add "+v4+" dev "+dev, "addr add "+v6+" dev "+dev+" nodad")
	}
	up := func(n *Namespace, dev, v4, v6 string) {
		addr(n, dev, v4, v6)
		say(n, "link set "+dev+" up")
	}
	via := func(n *Namespace, to4, via4, to6, via6 string) {
		say(n, "route add "+to4+" via "+via4, "route add "+to6+" via "+via6)
	}
	up(b.Client, "eth0", ClientIP.String()+"/24", ClientIP6.String()+"/64")
	via(b.Client, "default", GatewayIP.String(), "default", GatewayIP6.String())
	up(b.Gateway, "lan0", GatewayIP.String()+"/24", GatewayIP6.String()+"/64")
	up(b.Gateway, "wan0", gatewayWAN.String()+"/24", "2a00:bed:1::2/64")
	via(b.Gateway, "default", InternetIP.String(), "default", InternetIP6.String())
	up(b.Internet, "wan0", InternetIP.String()+"/24", InternetIP6.String()+"/64")
	say(b.Internet, "link add core0 type veth peer name eth0 netns "+b.Server.Name)
	up(b.Internet, "core0", "45.0.2.1/24", "2a00:bed:2::1/64")
	via(b.Internet, "192.168.77.0/24", gatewayWAN.String(), "2a00:bed:77::/64", "2a00:bed:1::2")
	for i := range resolvers {
		say(b.Internet, "addr add "+ResolverIP(i).String()+"/32 dev lo")
	}
	for i := range timeServers {
		say(b.Internet, "addr add "+TimeIP(i).String()+"/32 dev lo")
	}
	say(b.Internet, "addr add "+ChronyIP.String()+"/32 dev lo")
	for i := range b.Topology.Backends {
		say(b.Server, "addr add "+BackendIP(i).String()+"/24 dev eth0")
		if i < b.Topology.Backends6 {
			say(b.Server, "addr add "+BackendIP6(i).String()+"/64 dev eth0 nodad")
		}
	}
	say(b.Server, "addr add 2a00:bed:2::2/64 dev eth0 nodad", "link set eth0 up")
	via(b.Server, "default", "45.0.2.1", "default", "2a00:bed:2::1")
	out := map[*Namespace]string{}
	for n, t := range text {
		out[n] = t.String()
	}
	return out
}

// batch runs lines of `ip` commands, in a namespace or none.
func batch(ctx context.Context, ns, lines string) error {
	args := []string{"-batch", "-"}
	if ns != "" {
		args = append([]string{"-n", ns}, args...)
	}
	return runIn(exec.CommandContext(ctx, "ip", args...), lines)
}

// prepare sets a namespace's kernel up, before it has any device, and writes
// what `ip netns exec` shows as its /etc.
func (n *Namespace) prepare(router, ends bool) error {
	sysctls := map[string]string{
		// The machine's own default may be BBR, which keeps queues short of its own
		// accord and would hide bufferbloat; only reno may be chosen everywhere.
		"net/ipv4/tcp_congestion_control":  "reno",
		"net/ipv4/tcp_no_metrics_save":     "1", // runs do not learn from each other
		"net/ipv6/conf/default/accept_ra":  "0",
		"net/ipv6/conf/default/accept_dad": "0", // addresses serve at once
	}
	if ends {
		// no link-local addresses, so none of their chatter on the links; the veth needs them
		sysctls["net/ipv6/conf/default/addr_gen_mode"] = "1"
	}
	if router {
		sysctls["net/ipv4/ip_forward"] = "1"
		sysctls["net/ipv6/conf/all/forwarding"] = "1"
	}
	for key, value := range sysctls {
		if err := n.Sysctl(key, value); err != nil {
			return err
		}
	}
	dir := filepath.Join(etcDir, n.Name)
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return err
	}
	var conf strings.Builder
	for i := range resolvers {
		fmt.Fprintf(&conf, "nameserver %v\n", ResolverIP(i))
	}
	for file, text := range map[string]string{
		"resolv.conf":   conf.String(),
		"hosts":         "127.0.0.1 localhost\n::1 localhost\n",
		"nsswitch.conf": "hosts: files dns\n",
	} {
		if err := os.WriteFile(filepath.Join(dir, file), []byte(text), 0o644); err != nil {
			return err
		}
	}
	return nil
}

// remove ends all that runs in namespaces, and the namespaces.
func remove(all []*Namespace) error {
	var errs []error
	var del strings.Builder
	for _, n := range all {
		_ = os.RemoveAll(filepath.Join(etcDir, n.Name))
		if _, err := os.Stat(n.path()); err != nil {
			continue
		}
		out, err := exec.Command("ip", "netns", "pids", n.Name).Output()
		errs = append(errs, err)
		for _, pid := range strings.Fields(string(out)) {
			kill(pid)
		}
		fmt.Fprintf(&del, "netns del %s\n", n.Name)
	}
	if del.Len() > 0 {
		errs = append(errs, batch(context.Background(), "", del.String()))
	}
	return errors.Join(errs...)
}
