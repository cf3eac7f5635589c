package checks

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"meiqia-diag/diag"
	"meiqia-diag/diag/evidence/pathtext"
)

// pings is a run of iputils: a number is a round trip in milliseconds, 0 a loss.
func pings(target string, rtts ...float64) string {
	var b strings.Builder
	fmt.Fprintf(&b, "PING %s (203.0.113.7) 56(84) bytes of data.\n", target)
	got := 0
	for i, r := range rtts {
		if r > 0 {
			got++
			fmt.Fprintf(&b, "64 bytes from 203.0.113.7: icmp_seq=%d ttl=52 time=%.1f ms\n", i+1, r)
		}
	}
	fmt.Fprintf(&b, "\n--- %s ping statistics ---\n%d packets transmitted, %d received, %.4g%% packet loss, time %dms\n", target, len(rtts), got, 100*float64(len(rtts)-got)/float64(len(rtts)), 1000*len(rtts))
	return b.String()
}

func around(mid, by float64, n int, seed uint64) []float64 {
	rng := rand.New(rand.NewPCG(seed, 3))
	var out []float64
	for range n {
		out = append(out, mid+(rng.Float64()*2-1)*by)
	}
	return out
}

// lose takes the probes at the places out.
func lose(rtts []float64, at ...int) []float64 {
	out := append([]float64(nil), rtts...)
	for _, i := range at {
		out[i] = 0
	}
	return out
}

func every(n, step, from int) []int {
	var out []int
	for i := from; i < n; i += step {
		out = append(out, i)
	}
	return out
}

func TestQualityOfPings(t *testing.T) {
	calm := around(30, 3, 100, 1)
	swing := around(30, 3, 40, 2)
	for i := range swing {
		if i%3 == 0 {
			swing[i] += 400 + float64(i)*7
		}
	}
	for _, c := range []struct {
		name, want string
		rtts       []float64
	}{
		{"calm", "good", calm},
		{"calm, four probes", "good", calm[:4]},
		{"one lost of fifty", "good", lose(calm[:50], 20)},
		{"one lost of a hundred", "good", lose(calm, 20)},
		{"twenty of a hundred, scattered", "lossy", lose(calm, every(100, 5, 2)...)},
		{"five of a hundred, scattered", "lossy", lose(calm, every(100, 20, 7)...)},
		{"three of four", "lossy", lose(calm[:4], 0, 1, 3)},
		{"one lost of four: Windows' own four probes", "lossy", lose(calm[:4], 2)},
		{"swinging", "unstable", swing},
		{"swinging and lossy", "unstable", lose(swing, every(40, 8, 1)...)},
		{"slow and even", "slow", around(420, 10, 30, 4)},
		{"slow by distance, just under", "good", around(280, 5, 30, 5)},
		{"one hole", "gap", lose(calm, 40, 41, 42, 43, 44, 45)},
		{"nothing came back", "dead", make([]float64, 20)},
		{"too few to say", "", calm[:2]},
		{"a single late one in a calm run", "good", append(append([]float64{}, calm[:60]...), 180)},
		{"jitter of a quick path", "good", around(6, 5, 50, 6)},
	} {
		t.Run(c.name, func(t *testing.T) {
			in := input(t, known, nil, "ping.txt", pings("app.meiqia.com", c.rtts...))
			if n := len(in.Attempt.Evidence.Paths); n != 1 {
				t.Fatalf("%d path texts", n)
			}
			p := in.Attempt.Evidence.Paths[0].Result.Pings[0]
			if p.Sent != len(c.rtts) {
				t.Fatalf("sent %d of %d", p.Sent, len(c.rtts))
			}
			if got := quality(p); got != c.want {
				t.Errorf("quality %q, want %q", got, c.want)
			}
			r := run(t, "network", in)
			state := diag.Fail
			if c.want == "good" {
				state = diag.Pass
			} else if c.want == "" {
				state = diag.Skip
			}
			want(t, r, state)
			if c.want == "" {
				return
			}
			want(t, r, state, "network.quality="+c.want+" target:app.meiqia.com tool:iputils-ping")
			o := first(t, r, NetworkLoss)
			v, _ := o.Number()
			if o.Unit != "percent" || o.Low == nil || o.High == nil || o.Method != "ping" || *o.Low > v || *o.High < v || *o.Low < 0 || *o.High > 100 {
				t.Errorf("loss %+v", o)
			}
			if p.Received > 0 {
				want(t, r, state, fmt.Sprintf("network.rtt=%v ms", diag.Millis(p.Median())), fmt.Sprintf("network.jitter=%v ms", diag.Millis(p.Jitter())))
			}
		})
	}
}

// The interval is the 95 % one: Wilson's of 1 in 50 is 0.35 to 10.5 %.
func TestLossInterval(t *testing.T) {
	r := run(t, "network", input(t, known, nil, "ping.txt", pings("app.meiqia.com", lose(around(30, 2, 50, 1), 7)...)))
	o := first(t, r, NetworkLoss)
	if v, _ := o.Number(); v != 2 || *o.Low < 0.3 || *o.Low > 0.4 || *o.High < 10 || *o.High > 11 {
		t.Errorf("%v, %v to %v", v, *o.Low, *o.High)
	}
}

// The run to the service speaks; the gateway's is another matter.
func TestWhichRunSpeaks(t *testing.T) {
	gateway := strings.ReplaceAll(pings("192.168.1.1", around(300, 280, 40, 3)...), "203.0.113.7", "192.168.1.1")
	in := input(t, known, nil, "gw.txt", gateway, "svc.txt", pings("app.meiqia.com", around(30, 2, 40, 1)...))
	want(t, run(t, "network", in), diag.Pass, "network.quality=good target:app.meiqia.com")
	in = input(t, known, nil, "gw.txt", gateway)
	if r := run(t, "network", in); r.State == diag.Pass {
		t.Errorf("where it is the only run it does speak: %s", r.Reason.EN)
	}
}

func TestNetworkFaultsOfTexts(t *testing.T) {
	for _, c := range []struct{ name, text, fault string }{
		{"unknown host", "ping: app.meiqia.com: Name or service not known\n", "network.fault=dns failed place:dns kind:failed host:app.meiqia.com"},
		{"Windows, unknown host", "Ping 请求找不到主机 app.meiqia.com。请检查该名称,然后重试。\r\n", "network.fault=dns failed place:dns kind:failed host:app.meiqia.com"},
		{"Windows cannot send", "正在 Ping 203.0.113.7 具有 32 字节的数据:\r\n一般故障。\r\n一般故障。\r\n一般故障。\r\n一般故障。\r\n\r\n203.0.113.7 的 Ping 统计信息:\r\n    数据包: 已发送 = 4,已接收 = 0,丢失 = 4 (100% 丢失),\r\n", "network.fault=device unroutable place:device kind:unroutable"},
		{"the gateway says no", "Pinging 203.0.113.7 with 32 bytes of data:\r\nReply from 192.168.1.1: Destination host unreachable.\r\nReply from 192.168.1.1: Destination host unreachable.\r\nReply from 192.168.1.1: Destination host unreachable.\r\n\r\nPing statistics for 203.0.113.7:\r\n    Packets: Sent = 3, Received = 3, Lost = 0 (0% loss),\r\n", "network.fault=gateway unreachable place:gateway kind:unreachable by:192.168.1.1"},
		{"large probes vanish, small ones pass", "正在 Ping app.meiqia.com [203.0.113.7] 具有 1472 字节的数据:\r\n" + strings.Repeat("请求超时。\r\n", 4) + "\r\n203.0.113.7 的 Ping 统计信息:\r\n    数据包: 已发送 = 4,已接收 = 0,丢失 = 4 (100% 丢失),\r\n\r\n" +
			"正在 Ping app.meiqia.com [203.0.113.7] 具有 1300 字节的数据:\r\n" + strings.Repeat("来自 203.0.113.7 的回复: 字节=1300 时间=59ms TTL=52\r\n", 4), "network.fault=route mtu place:route kind:mtu host:app.meiqia.com lost_bytes:1472 passed_bytes:1300"},
	} {
		t.Run(c.name, func(t *testing.T) { want(t, run(t, "network", input(t, known, nil, "p.txt", c.text)), "", c.fault) })
	}
}

// A size that a router refuses aloud is no loss: the sender then sends smaller ones.
func TestRefusedSizeIsNoLoss(t *testing.T) {
	text := "Pinging app.meiqia.com [203.0.113.7] with 1472 bytes of data:\r\n" + strings.Repeat("Packet needs to be fragmented but DF set.\r\n", 4) +
		"\r\nPing statistics for 203.0.113.7:\r\n    Packets: Sent = 4, Received = 0, Lost = 4 (100% loss),\r\n"
	r := run(t, "network", input(t, known, nil, "p.txt", text))
	for _, o := range r.Observations {
		if o.ID == NetworkFault || o.ID == NetworkLoss || o.ID == NetworkQuality {
			t.Errorf("%s=%v", o.ID, o.Value)
		}
	}
}

// Loss at a hop that the target does not share is that router's own limit.
func TestMTR(t *testing.T) {
	text := `Start: 2026-11-20T10:22:41+0800
HOST: desk                        Loss%   Snt   Last   Avg  Best  Wrst StDev
  1.|-- 192.168.1.1                0.0%    50    1.1   1.3   0.9   3.0   0.4
  2.|-- 100.64.0.1                60.0%    50    8.1   8.3   7.9  12.0   0.9
  3.|-- 203.0.113.7                0.0%    50   30.1  30.3  29.9  33.0   0.6
`
	want(t, run(t, "network", input(t, known, nil, "mtr.txt", text)), diag.Pass, "network.quality=good tool:mtr sent:50", "network.loss=0 percent")
	lossy := strings.Replace(text, "203.0.113.7                0.0%", "203.0.113.7               24.0%", 1)
	want(t, run(t, "network", input(t, known, nil, "mtr.txt", lossy)), diag.Fail, "network.quality=lossy tool:mtr sent:50", "network.loss=24 percent")
}

func TestQualityNeedsNoTimes(t *testing.T) {
	// A summary alone, as people paste it.
	if q := quality(pathtext.Ping{Sent: 100, Received: 70, Min: 30 * time.Millisecond, Avg: 31 * time.Millisecond, Max: 33 * time.Millisecond}); q != "lossy" {
		t.Errorf("quality %q", q)
	}
	if q := quality(pathtext.Ping{Sent: 4, Received: 4, Avg: 31 * time.Millisecond, Min: 30 * time.Millisecond, Max: 32 * time.Millisecond}); q != "good" {
		t.Errorf("quality %q", q)
	}
}
