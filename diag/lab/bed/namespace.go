package bed

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"

	"meiqia-diag/diag/lab/link"
)

// Namespace is one machine of the bed.
type Namespace struct {
	Name string   // as `ip netns` shows it
	Env  []string // added to the environment of what runs in it, "NAME=value"
}

const (
	netnsDir = "/run/netns"
	etcDir   = "/etc/netns" // ip netns exec mounts its files over those of /etc
)

func (n *Namespace) path() string { return filepath.Join(netnsDir, n.Name) }

// Run runs f on a thread inside the namespace. Sockets that f opens stay in it;
// goroutines that f starts are not in it, so anything that dials by itself
// (net/http, a probe) belongs into a process of its own: Exec or Probe.
func (n *Namespace) Run(f func() error) error { return link.In(n.path(), f) }

// Command prepares a command that runs inside the namespace, with the bed's
// resolvers and without this machine's proxies.
func (n *Namespace) Command(ctx context.Context, name string, args ...string) *exec.Cmd {
	cmd := exec.CommandContext(ctx, "ip", append([]string{"netns", "exec", n.Name, name}, args...)...)
	for _, e := range os.Environ() {
		key, _, _ := strings.Cut(strings.ToLower(e), "=")
		if !strings.HasSuffix(key, "_proxy") {
			cmd.Env = append(cmd.Env, e)
		}
	}
	cmd.Env = append(cmd.Env, n.Env...)
	cmd.WaitDelay = time.Second
	return cmd
}

// Result is what a command said.
type Result struct {
	Stdout, Stderr string
	Code           int // exit status
	Took           time.Duration
}

// Exec runs a command inside the namespace until it ends. An exit status other
// than 0 is no error.
func (n *Namespace) Exec(ctx context.Context, name string, args ...string) (Result, error) {
	cmd := n.Command(ctx, name, args...)
	var stdout, stderr bytes.Buffer
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	start := time.Now()
	err := cmd.Run()
	out := Result{Stdout: stdout.String(), Stderr: stderr.String(), Took: time.Since(start)}
	var exit *exec.ExitError
	if errors.As(err, &exit) && ctx.Err() == nil {
		out.Code, err = exit.ExitCode(), nil
	}
	return out, err
}

// must runs a command of the bed's own, which has to succeed.
func (n *Namespace) must(ctx context.Context, input, name string, args ...string) error {
	return runIn(n.Command(ctx, name, args...), input)
}

func runIn(cmd *exec.Cmd, input string) error {
	cmd.Stdin = strings.NewReader(input)
	if out, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("%s: %w: %s", strings.Join(cmd.Args, " "), err, bytes.TrimSpace(out))
	}
	return nil
}

// Listen opens a TCP listener inside the namespace. What it accepts stays inside.
func (n *Namespace) Listen(addr string) (l net.Listener, err error) {
	err = n.Run(func() error { l, err = net.Listen("tcp", addr); return err })
	return l, err
}

// ListenPacket opens a UDP socket inside the namespace.
func (n *Namespace) ListenPacket(addr string) (c *net.UDPConn, err error) {
	err = n.Run(func() error {
		pc, err := net.ListenPacket("udp", addr)
		if err == nil {
			c = pc.(*net.UDPConn)
		}
		return err
	})
	return c, err
}

// Dial connects from inside the namespace. addr holds an address, not a name:
// the resolver asks on other threads.
func (n *Namespace) Dial(ctx context.Context, network, addr string) (c net.Conn, err error) {
	var d net.Dialer
	err = n.Run(func() error { c, err = d.DialContext(ctx, network, addr); return err })
	return c, err
}

// Sysctl sets a value below /proc/sys of the namespace: "net/ipv4/ip_forward".
func (n *Namespace) Sysctl(key, value string) error {
	return n.Run(func() error { return os.WriteFile("/proc/sys/"+key, []byte(value), 0o644) })
}
