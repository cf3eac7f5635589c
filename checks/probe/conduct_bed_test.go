package probe_test

import (
	"net/netip"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"meiqia-diag/diag/lab/bed"
)

// remote finds the addresses that a line of strace sends to or connects to.
var remote = regexp.MustCompile(`sin_addr=inet_addr\("([^"]+)"\)|inet_pton\(AF_INET6, "([^"]+)"`)

// TestConductOnTheBed watches a whole live run with strace: it talks to the
// profile's hosts, its time servers, this machine's resolvers and gateway, and
// to nobody else; within three seconds, also where nothing answers.
func TestConductOnTheBed(t *testing.T) {
	b := bed.New(t, bed.Topology{})
	strace, err := exec.LookPath("strace")
	if err != nil {
		t.Skip("STRACE NOT AVAILABLE: whom a live run talks to is not proven here (Debian: strace)")
	}
	tool := filepath.Join(t.TempDir(), "meiqia-diag")
	if out, err := exec.Command("go", "build", "-o", tool, "meiqia-diag/cmd/meiqia-diag").CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	mayTalkTo := []string{bed.GatewayIP.String(), bed.GatewayIP6.String()}
	for i := range 8 {
		mayTalkTo = append(mayTalkTo, bed.BackendIP(i).String(), bed.BackendIP6(i).String(), bed.ResolverIP(i).String(), bed.TimeIP(i).String())
	}
	for _, name := range []string{"clean", "port-drop", "wan-dead", "lan-dead", "portal", "proxy-auth"} {
		t.Run(name, func(t *testing.T) {
			if err := b.Reset(); err != nil {
				t.Fatal(err)
			}
			c, _ := bed.Find(name)
			if err := b.Apply(t.Context(), c); err != nil {
				t.Fatal(err)
			}
			plain, err := b.Client.Exec(t.Context(), tool, "recall", "--profile", b.ProfileFile, "--no-report", "--format", "json")
			if err != nil {
				t.Fatal(err)
			}
			t.Logf("%s: %.2f s", name, plain.Took.Seconds())
			// Three seconds are the aim, seen on a quiet machine; a test only tells a run that hangs.
			if plain.Took > 10*time.Second {
				t.Errorf("the whole run took %v", plain.Took)
			}
			log := filepath.Join(t.TempDir(), "trace")
			r, err := b.Client.Exec(t.Context(), strace, "-f", "-qq", "-e", "trace=connect,sendto,sendmsg,sendmmsg", "-e", "signal=none", "-o", log, tool, "recall", "--profile", b.ProfileFile, "--no-report", "--format", "json")
			if err != nil {
				t.Fatal(err)
			}
			text, err := os.ReadFile(log)
			if err != nil || len(text) == 0 {
				t.Skipf("STRACE IS NOT ALLOWED TO TRACE HERE: %v %s", err, r.Stderr)
			}
			seen := map[string]int{}
			for line := range strings.Lines(string(text)) {
				for _, m := range remote.FindAllStringSubmatch(line, -1) {
					a, err := netip.ParseAddr(m[1] + m[2])
					if err != nil || a.IsLoopback() || a.IsUnspecified() {
						continue
					}
					seen[a.Unmap().String()]++
				}
			}
			total := 0
			for a, n := range seen {
				total += n
				if !slices.Contains(mayTalkTo, a) {
					t.Errorf("%d packets or connections to %s, which is nobody of the profile's", n, a)
				}
			}
			t.Logf("%d packets and connections to %d addresses", total, len(seen))
			if total > 1500 {
				t.Errorf("%d packets and connections", total)
			}
		})
	}
}
