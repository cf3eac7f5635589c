package bed

import (
	"context"
	"fmt"
)

// Hook is where a firewall rule stands.
type Hook string

// The hooks.
const (
	Forward    Hook = "forward"    // what a router passes on
	Input      Hook = "input"      // what is for the machine itself
	Output     Hook = "output"     // what the machine itself sends
	Prerouting Hook = "prerouting" // destination NAT: redirect, dnat
)

// Rule adds firewall rules in nftables' words, "tcp dport 443 drop", to a
// machine. Reset takes them away.
func (b *Bed) Rule(ctx context.Context, n *Namespace, at Hook, rules ...string) error {
	chain := "type filter hook " + string(at) + " priority 0"
	if at == Prerouting {
		chain = "type nat hook prerouting priority -100"
	}
	text := fmt.Sprintf("add table inet bed\nadd chain inet bed %s { %s; }\n", at, chain)
	for _, r := range rules {
		text += fmt.Sprintf("add rule inet bed %s %s\n", at, r)
	}
	if err := n.must(ctx, text, "nft", "-f", "-"); err != nil {
		return err
	}
	b.onReset(func() error {
		return n.must(context.Background(), "add table inet bed\ndelete table inet bed\n", "nft", "-f", "-")
	})
	return nil
}

// Reject is how a firewall says no.
type Reject string

// The ways of rejecting. What the client's connect comes to is Linux's reading.
const (
	RejectReset Reject = "reset"            // RST: connection refused
	RejectPort  Reject = "port-unreachable" // connection refused
	RejectHost  Reject = "host-unreachable" // no route to host
	RejectNet   Reject = "net-unreachable"  // network is unreachable
	RejectAdmin Reject = "admin-prohibited" // no route to host (IPv4), permission denied (IPv6)
	RejectBan   Reject = "host-prohibited"  // no route to host
	Drop        Reject = "drop"             // silence
)

// Rejects lists them all but Drop.
var Rejects = []Reject{RejectReset, RejectPort, RejectHost, RejectNet, RejectAdmin, RejectBan}

// rules writes what refuses the packets that match, in both families.
func (r Reject) rules(match string) []string {
	v4, v6 := string(r), map[Reject]string{RejectPort: "port-unreachable", RejectHost: "addr-unreachable", RejectNet: "no-route", RejectAdmin: "admin-prohibited", RejectBan: "admin-prohibited"}[r]
	switch r {
	case Drop:
		return []string{match + " drop"}
	case RejectReset:
		return []string{match + " reject with tcp reset"}
	}
	return []string{
		"meta nfproto ipv4 " + match + " reject with icmp type " + v4,
		"meta nfproto ipv6 " + match + " reject with icmpv6 type " + v6,
	}
}

// Block refuses what matches at a machine: "tcp dport 443".
func (b *Bed) Block(ctx context.Context, n *Namespace, at Hook, match string, how Reject) error {
	return b.Rule(ctx, n, at, how.rules(match)...)
}

// Commands runs `ip` lines in a namespace; undo takes them back at Reset.
func (b *Bed) commands(ctx context.Context, n *Namespace, do, undo string) error {
	if err := batch(ctx, n.Name, do); err != nil {
		return err
	}
	b.onReset(func() error { return batch(context.Background(), n.Name, undo) })
	return nil
}
