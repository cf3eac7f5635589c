// Package bed is a network test bed: four network namespaces (client, gateway,
// internet, server) joined by emulated links whose truth is known, with the
// services that a recall meets: an HTTPS and WebSocket service on several
// addresses, resolvers, time servers, and what stands in between (firewalls,
// intercepting proxies, captive portals).
//
// It needs Linux, root, /dev/net/tun, iproute2 and nftables. Tests that need it
// are skipped elsewhere, loudly; with MEIQIA_DIAG_NEED_BED=1 they fail.
//
// # A test
//
//	func TestClockOnTheBed(t *testing.T) {
//		// First of all, and at the top level: the test binary is run again inside the
//		// namespace, and in there NewProbe serves this function and does not return.
//		p := bed.NewProbe(t, func(ctx context.Context, opt probe.Options) (probe.ClockResult, error) {
//			return probe.Clock(ctx, servers, targets, opt), nil
//		})
//		b := bed.New(t, bed.Topology{RTT: 40 * time.Millisecond})
//		b.Chat.ShapeAll(func(f *bed.ServiceFault) { f.ClockOffset = 3 * time.Second })
//		r := p.Must(b.Client, probe.Options{CAFile: b.CAFile})
//		…
//	}
//
// Request and result travel as JSON, so only what JSON can carry arrives:
// exported fields, no functions, no error values. One process per namespace
// serves all calls, one after the other; b may change between them.
//
// The whole program, or any tool, runs with Exec:
//
//	out, err := b.Client.Exec(ctx, "./meiqia-diag", "recall", "--profile", b.ProfileFile, "--no-report", "--format", "json")
//
// # Conditions
//
// Conditions lists the named faults with their truth; Find gives one. A bed
// takes them alone or in pairs that Compatible allows, and Reset takes them back,
// which is quicker than another bed:
//
//	for _, c := range bed.Conditions() {
//		b.Apply(t.Context(), c)
//		r := p.Must(b.Client, req)
//		// hold r against c.Truth
//		b.Reset()
//	}
//
// What no condition covers is set directly: Shape for links, b.Chat, b.Time and
// b.DNS for services, b.Rule for firewalls. The truth of what a link did is in
// b.WAN.Stats and b.WAN.Log.
//
// # Time
//
// All namespaces share the kernel's clock, so true offsets are exact. Beds of
// different processes take turns (Topology.Shared lifts that); within one
// process the tests that measure should not run in parallel. The machine may
// stall for tens of milliseconds: compare medians and minima, and no times
// under 2 ms.
package bed
