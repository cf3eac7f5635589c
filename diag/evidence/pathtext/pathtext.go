// Package pathtext reads what people paste from ping, tracert, traceroute,
// mtr, pathping, fping, tcping and psping.
//
// The text may hold several runs, prompts, other lines in between, wrapped
// lines, full-width signs, and Chinese (both scripts) or English of Windows,
// Linux (iputils, busybox) and macOS. Formats were taken from runs of iputils
// 20221126, busybox 1.35, traceroute 2.1.2, mtr 0.95 and fping 5.1, from the
// message catalogue of iputils, and from public pastes of the Windows tools.
package pathtext

import (
	"io"
	"time"

	"meiqia-diag/diag/lang"
)

// FailureKind is why a probe, or a whole run, got no reply.
type FailureKind string

// The kinds. Timeout is silence: also a gap in icmp_seq that nothing explains.
const (
	Timeout         FailureKind = "timeout"
	HostUnreachable FailureKind = "host-unreachable"
	NetUnreachable  FailureKind = "net-unreachable"
	GeneralFailure  FailureKind = "general-failure" // Windows could not send at all: adapter down, firewall, VPN
	TTLExpired      FailureKind = "ttl-expired"     // a routing loop, or a low -i / -t
	UnknownHost     FailureKind = "unknown-host"
	NoRoute         FailureKind = "no-route"
	Dup             FailureKind = "dup" // a reply came twice; no loss
	Denied          FailureKind = "denied"
	SendFailed      FailureKind = "send-failed"
	Refused         FailureKind = "refused"          // tcping, psping: the port is closed
	PortUnreachable FailureKind = "port-unreachable" // also protocol unreachable
	TooBig          FailureKind = "too-big"          // larger than a link's MTU and not to be cut
)

// The tools, as Ping.Tool and Trace.Tool name them.
const (
	WindowsPing = "windows-ping"
	IputilsPing = "iputils-ping"
	BusyboxPing = "busybox-ping"
	BSDPing     = "bsd-ping" // macOS
	FPing       = "fping"
	TCPing      = "tcping"
	PsPing      = "psping"
	Tracert     = "tracert"
	Traceroute  = "traceroute" // also tcptraceroute, busybox
	MTR         = "mtr"
	WinMTR      = "winmtr"
	PathPing    = "pathping"
)

// Summary is what the tool itself printed at the end of a run.
type Summary struct {
	Sent, Received int
	Errors         int           // "+3 errors" of iputils
	Duplicates     int           // "+1 duplicates"
	Min, Avg, Max  time.Duration // zero when the tool printed none
	HasRTT         bool
}

// Ping is one run of a tool that probes one target again and again.
//
// Sent and Received are the best account: of the summary, unless more probes
// are shown than it counts, less the replies of Windows that were no echoes
// ("Received" there includes "Destination host unreachable").
type Ping struct {
	Host, Addr, Tool string // Host as typed, Addr as resolved; either may be ""
	Line             int    // 1-based, of the run's first line
	Sent, Received   int
	Payload          int // bytes of each probe as the run's first line states them; 0 when it does not

	RTTs     []time.Duration     // of successful replies, in the order shown, duplicates left out
	Bound    int                 // so many of RTTs were shown as "<1ms": the truth is in 0-1 ms, 0.5 stands for it
	Lost     []int               // 0-based indexes of probes known to be lost, ascending
	Partial  bool                // the text shows fewer probes than its summary counts: Lost is not complete, its gaps are not real
	Min      time.Duration       // as printed; else from RTTs
	Avg      time.Duration       // "
	Max      time.Duration       // "
	Summary  *Summary            // as printed; nil when the text ends before it
	Shown    int                 // replies shown, whether or not with a time
	Failed   int                 // probes shown as failed, or missing between those shown
	Failures map[FailureKind]int // of the lines shown

	UnreachableFrom string    // who sent the first "unreachable", "prohibited" or "TTL expired"; "" when this machine said so
	Start           time.Time // the first stamp that the text shows for the run; zero when none
	StartZoned      bool      // Start had a zone, or was Unix time; otherwise it is a wall clock reading, given as UTC
}

// Hop is what one router on the way, or the target, answered.
type Hop struct {
	TTL         int
	Addr, Name  string          // "" when nothing answered
	Also        []string        // further addresses that answered for this TTL
	RTTs        []time.Duration // tracert, traceroute; "<1 ms" is 0.5 ms
	Lost, Sent  int
	Unreachable string // a FailureKind, or a flag of traceroute (as "!S") that is none of them; "" otherwise

	// mtr, WinMTR and pathping print these and no single times.
	Last, Avg, Best, Worst, StdDev time.Duration
}

// Trace is one run of a tool that lists the way to a target.
type Trace struct {
	Host, Addr, Tool string
	Line             int
	Hops             []Hop
	Reached          bool // the target itself answered; for mtr and WinMTR, which do not name its address: the last row answered
	ResolveFailed    bool
	Start            time.Time // mtr prints one, with its zone
}

// Result is all that a text holds, in its order.
type Result struct {
	Pings  []Ping
	Traces []Trace
}

// Bounds of what one text may cost. A run of a week at one probe a second fits.
const (
	maxRuns    = 10_000
	maxSamples = 1 << 20 // RTTs, and lost indexes, of all runs together
	maxPiece   = 64 << 10
)

// Parse reads UTF-8 text to its end. name is for the problems, which say where
// the text contradicts itself; they never make a result void. err is only that
// of r, and what was read before it is returned with it.
func Parse(r io.Reader, name string) (Result, []*lang.Problem, error) {
	p := &parser{file: name}
	err := eachLine(r, func(s string, n int) {
		for _, rec := range unglue(s) {
			p.feed(rec, n)
		}
	})
	p.flush()
	p.closeAll()
	return p.res, p.problems, err
}

// Sniff reports whether text, the beginning of a file, may hold runs.
func Sniff(text string) bool {
	hit := false
	n := 0
	_ = eachLine(limit(text), func(s string, _ int) {
		if n++; hit || n > 20_000 {
			return
		}
		for _, rec := range unglue(s) {
			hit = hit || strong(newLine(rec, 0))
		}
	})
	return hit
}
