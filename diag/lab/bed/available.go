package bed

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"sync"
	"time"

	"meiqia-diag/diag/lab/link"
)

// NeedEnv names the environment variable that turns the absence of a test bed
// into a failure where it is "1".
const NeedEnv = "MEIQIA_DIAG_NEED_BED"

// Available says why this machine cannot have a bed, nil where it can.
var Available = sync.OnceValue(func() error {
	if err := allowed(); err != nil {
		return err
	}
	for _, tool := range []string{"ip", "nft", "setsid"} {
		if _, err := exec.LookPath(tool); err != nil {
			return fmt.Errorf("%s is not installed (Debian: iproute2, nftables, util-linux)", tool)
		}
	}
	// Being root is not being allowed: containers take parts of it away.
	n := &Namespace{Name: fmt.Sprintf("%s%d-0-try", prefix, os.Getpid())}
	ctx := context.Background()
	if err := batch(ctx, "", "netns add "+n.Name); err != nil {
		return err
	}
	defer func() { _ = remove([]*Namespace{n}) }()
	if err := n.Sysctl("net/ipv4/tcp_congestion_control", "reno"); err != nil {
		return err
	}
	l, err := link.Open(link.Options{A: link.End{Namespace: n.path(), Device: "a"}, B: link.End{Namespace: n.path(), Device: "b"}, Log: -1})
	if err != nil {
		return err
	}
	defer l.Close()
	return n.must(ctx, "add table inet try { chain c { type filter hook forward priority 0; icmp type echo-request limit rate over 30/second drop; }; }", "nft", "-f", "-")
})

// T is what a test gives; *testing.T and *testing.B do.
type T interface {
	Helper()
	Name() string
	Context() context.Context
	Cleanup(func())
	Logf(format string, args ...any)
	Fatalf(format string, args ...any)
	SkipNow()
}

// Need skips a test, loudly, where there can be no bed; with NeedEnv set it
// fails it instead.
func Need(t T) {
	t.Helper()
	err := Available()
	if err == nil {
		return
	}
	line := fmt.Sprintf("NETWORK TEST BED NOT AVAILABLE: %v", err)
	fmt.Fprintf(os.Stderr, "%s: %s\n", t.Name(), line)
	if os.Getenv(NeedEnv) == "1" {
		t.Fatalf("%s", line)
	}
	t.Logf("%s", line)
	t.SkipNow()
}

// New builds a bed for a test, which takes it down at its end.
func New(t T, top Topology) *Bed {
	t.Helper()
	Need(t)
	start := time.Now()
	b, err := Start(t.Context(), top)
	if err != nil {
		t.Fatalf("building the test bed: %v", err)
	}
	if d := time.Since(start); d > 5*time.Second {
		t.Logf("the test bed took %v, for beds of other processes had their turn", d.Round(time.Second))
	}
	t.Cleanup(func() {
		if err := b.Close(); err != nil {
			t.Logf("taking the test bed down: %v", err)
		}
	})
	return b
}
