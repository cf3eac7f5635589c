package pathtext

import (
	"bytes"
	"flag"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"meiqia-diag/diag/evidence/charset"
)

var update = flag.Bool("update", false, "write the golden files anew")

func ms(d time.Duration) string {
	return strings.TrimRight(strings.TrimRight(fmt.Sprintf("%.3f", float64(d)/1e6), "0"), ".")
}

func all(ds []time.Duration) string {
	var s []string
	for _, d := range ds {
		s = append(s, ms(d))
	}
	return strings.Join(s, " ")
}

// dump shows a result as text that a person can check against the input.
func dump(r Result, problems []string) string {
	var b strings.Builder
	for _, g := range r.Pings {
		fmt.Fprintf(&b, "ping line %d %s host=%s addr=%s sent=%d received=%d shown=%d failed=%d\n", g.Line, g.Tool, g.Host, g.Addr, g.Sent, g.Received, g.Shown, g.Failed)
		fmt.Fprintf(&b, "  rtts %s (bound %d)\n  lost %v", all(g.RTTs), g.Bound, g.Lost)
		for _, k := range slices.Sorted(maps.Keys(g.Failures)) {
			fmt.Fprintf(&b, " %s=%d", k, g.Failures[k])
		}
		if g.UnreachableFrom != "" {
			fmt.Fprintf(&b, " from=%s", g.UnreachableFrom)
		}
		if g.Partial {
			b.WriteString(" partial")
		}
		fmt.Fprintf(&b, "\n  min %s avg %s max %s", ms(g.Min), ms(g.Avg), ms(g.Max))
		if s := g.Summary; s != nil {
			fmt.Fprintf(&b, " summary %d/%d errors %d dup %d", s.Sent, s.Received, s.Errors, s.Duplicates)
		}
		if !g.Start.IsZero() {
			fmt.Fprintf(&b, " start %s zoned %v", g.Start.Format(time.RFC3339Nano), g.StartZoned)
		}
		b.WriteString("\n")
	}
	for _, t := range r.Traces {
		fmt.Fprintf(&b, "trace line %d %s host=%s addr=%s reached=%v resolve-failed=%v", t.Line, t.Tool, t.Host, t.Addr, t.Reached, t.ResolveFailed)
		if !t.Start.IsZero() {
			fmt.Fprintf(&b, " start %s", t.Start.Format(time.RFC3339))
		}
		b.WriteString("\n")
		for _, h := range t.Hops {
			fmt.Fprintf(&b, "  %d %s %s also=%v lost %d/%d [%s] %s", h.TTL, h.Addr, h.Name, h.Also, h.Lost, h.Sent, all(h.RTTs), h.Unreachable)
			if h.Avg > 0 {
				fmt.Fprintf(&b, " last %s avg %s best %s worst %s sd %s", ms(h.Last), ms(h.Avg), ms(h.Best), ms(h.Worst), ms(h.StdDev))
			}
			b.WriteString("\n")
		}
	}
	for _, p := range problems {
		fmt.Fprintf(&b, "problem %s\n", p)
	}
	return b.String()
}

func parseFile(t testing.TB, file string) (Result, []string) {
	t.Helper()
	raw, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	res, probs, err := Parse(charset.NewReader(bytes.NewReader(raw)), filepath.Base(file))
	if err != nil {
		t.Fatal(err)
	}
	var s []string
	for _, p := range probs {
		s = append(s, p.Error())
	}
	return res, s
}

// Every file of testdata in its own encoding, as a person would send it. The
// linux, busybox and fping files are real runs over an emulated path with
// loss, late and double replies (linux-ping-zh, linux-ping-no-answer-yet and
// traceroute-flags are written by hand); those of Windows, macOS and the TCP
// tools are written by hand after public pastes of such runs.
func TestGolden(t *testing.T) {
	files, _ := filepath.Glob("testdata/*.txt")
	if len(files) < 15 {
		t.Fatalf("only %d files", len(files))
	}
	for _, f := range files {
		t.Run(filepath.Base(f), func(t *testing.T) {
			got := dump(parseFile(t, f))
			golden := strings.TrimSuffix(f, ".txt") + ".golden"
			if *update {
				if err := os.WriteFile(golden, []byte(got), 0o644); err != nil {
					t.Fatal(err)
				}
			}
			want, err := os.ReadFile(golden)
			if err != nil {
				t.Fatal(err)
			}
			if got != string(want) {
				t.Errorf("got:\n%s\nwant:\n%s", got, want)
			}
			text, _ := charset.Decode(mustRead(t, f))
			if !Sniff(text) {
				t.Error("not recognised by Sniff")
			}
		})
	}
}

func mustRead(t testing.TB, f string) []byte {
	b, err := os.ReadFile(f)
	if err != nil {
		t.Fatal(err)
	}
	return b
}
