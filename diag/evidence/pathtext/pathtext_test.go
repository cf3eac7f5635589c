package pathtext

import (
	"errors"
	"io"
	"math"
	"math/rand/v2"
	"strings"
	"testing"
	"testing/iotest"
	"time"
)

func parse(t testing.TB, s string) Result {
	t.Helper()
	r, _, err := Parse(strings.NewReader(s), "x.txt")
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func one(t testing.TB, s string) Ping {
	t.Helper()
	r := parse(t, s)
	if len(r.Pings) != 1 {
		t.Fatalf("%d runs in %q", len(r.Pings), s)
	}
	return r.Pings[0]
}

// Lines as each system prints them: what one line, inside a run, counts as.
func TestFailureLines(t *testing.T) {
	head := map[string]string{
		"zh": "正在 Ping 47.93.0.66 具有 32 字节的数据:\r\n", "en": "Pinging 47.93.0.66 with 32 bytes of data:\r\n",
		"tw": "Ping 47.93.0.66 (使用 32 位元組的資料):\r\n", "linux": "PING a.b (47.93.0.66) 56(84) bytes of data.\n",
		"mac": "PING a.b (47.93.0.66): 56 data bytes\n",
	}
	for _, c := range []struct {
		sys, line string
		want      FailureKind
	}{
		{"zh", "请求超时。", Timeout}, {"zh", "请求超时.", Timeout}, {"zh", "一般故障。", GeneralFailure},
		{"zh", "来自 192.168.1.1 的回复: 无法访问目标主机。", HostUnreachable}, {"zh", "来自 192.168.1.1 的回复：目标主机无法访问。", HostUnreachable},
		{"zh", "目标主机无法访问。", HostUnreachable}, {"zh", "来自 10.0.0.1 的回复: 无法访问目标网。", NetUnreachable},
		{"zh", "来自 10.0.0.1 的回复: TTL 传输中过期。", TTLExpired}, {"zh", "传输失败。常见故障。", SendFailed},
		{"zh", "PING:传输失败。常见故障。", SendFailed}, {"zh", "PING: 传输失败，错误代码 1231。", SendFailed},
		{"zh", "需要拆分数据包但是设置 DF。", TooBig},
		{"en", "Request timed out.", Timeout}, {"en", "General failure.", GeneralFailure}, {"en", "Destination host unreachable.", HostUnreachable},
		{"en", "Reply from 192.168.1.1: Destination host unreachable.", HostUnreachable}, {"en", "Reply from 10.0.0.1: Destination net unreachable.", NetUnreachable},
		{"en", "Reply from 10.0.0.1: TTL expired in transit.", TTLExpired}, {"en", "PING: transmit failed. General failure.", SendFailed},
		{"en", "Packet needs to be fragmented but DF set.", TooBig}, {"en", "Reply from 10.0.0.1: Destination port unreachable.", PortUnreachable},
		{"tw", "要求等候逾時。", Timeout}, {"tw", "一般失敗。", GeneralFailure}, {"tw", "回覆自 192.168.1.1: 目的地主機無法連線。", HostUnreachable},
		{"linux", "From 10.0.0.1 icmp_seq=1 Destination Host Unreachable", HostUnreachable}, {"linux", "From 10.0.0.1 icmp_seq=1 Destination Net Unreachable", NetUnreachable},
		{"linux", "From 10.0.0.1 (10.0.0.1) icmp_seq=1 Packet filtered", Denied}, {"linux", "From 10.0.0.1 icmp_seq=1 Time to live exceeded", TTLExpired},
		{"linux", "From 2400::1 icmp_seq=1 Destination unreachable: No route", NoRoute}, {"linux", "From 2400::1 icmp_seq=1 Destination unreachable: Address unreachable", HostUnreachable},
		{"linux", "From 10.0.0.1 icmp_seq=1 Frag needed and DF set (mtu = 1400)", TooBig}, {"linux", "no answer yet for icmp_seq=1", Timeout},
		{"linux", "ping: sendmsg: Operation not permitted", Denied}, {"linux", "ping: sendmsg: No buffer space available", SendFailed},
		{"linux", "来自 10.0.0.1 icmp_seq=1 目标网络不可达", NetUnreachable}, {"linux", "来自 10.0.0.1 icmp_seq=1 数据包被过滤", Denied},
		{"mac", "Request timeout for icmp_seq 0", Timeout}, {"mac", "ping: sendto: No route to host", NoRoute}, {"mac", "ping: sendto: Host is down", HostUnreachable},
		{"mac", "ping: sendto: Network is unreachable", NetUnreachable}, {"mac", "92 bytes from 10.0.0.1: Communication prohibited by filter", Denied},
		{"mac", "92 bytes from gw (10.0.0.1): Time to live exceeded", TTLExpired},
	} {
		g := one(t, head[c.sys]+c.line+"\n")
		if g.Failures[c.want] != 1 || len(g.Failures) != 1 || g.Received != 0 {
			t.Errorf("%s: %v received %d", c.line, g.Failures, g.Received)
		}
	}
}

func TestReplyLines(t *testing.T) {
	for _, c := range []struct {
		line  string
		ms    float64
		bound int
	}{
		{"来自 47.93.0.66 的回复: 字节=32 时间=38ms TTL=52", 38, 0}, {"来自 ::1 的回复: 时间<1ms", 0.5, 1},
		{"来自 fe80::477:6844:2b45:5912%5 的回复: 时间=2ms", 2, 0},
		{"来自 47.93.0.66 的回复:字节=32 时间 = 38 毫秒 TTL=52", 38, 0}, {"＞来自 47.93.0.66 的回复：字节＝３２ 时间＜１ｍｓ ＴＴＬ＝５２", 0.5, 1},
		{"Reply from 47.93.0.66: bytes=32 time<1ms TTL=128", 0.5, 1}, {"Reply from ::1: time=3ms", 3, 0},
		{"    Reply from 1.1.1.1: bytes=56 Sequence=1 ttl=254 time=62 ms", 62, 0}, // Huawei and H3C
		{"回覆自 47.93.0.66: 位元組=32 時間=113ms TTL=43", 113, 0},
		{"64 bytes from ec2-54-1-2-3.compute.amazonaws.com (54.1.2.3): icmp_seq=1 ttl=229 time=201 ms", 201, 0},
		{"64 bytes from 2400:3200::1: icmp_seq=1 ttl=118 time=6.03 ms", 6.03, 0},
		{"16 bytes from 2400:3200::1, icmp_seq=0 hlim=58 time=20.104 ms", 20.104, 0},
		{"64 bytes from 47.93.0.66: seq=0 ttl=52 time=38.104 ms", 38.104, 0},
		{"64 字节，来自 47.93.0.66: icmp_seq=1 ttl=52 时间=8.09 毫秒", 8.09, 0},
		{"2026-11-20 10:22:41.310 Reply from 47.93.0.66: bytes=32 time=38ms TTL=52", 38, 0},
		{"app.meiqia.com : [0], 64 bytes, 0.53 ms (0.53 avg, 0% loss)", 0.53, 0},
		{"\x1b[32m64 bytes from 47.93.0.66: icmp_seq=1 ttl=52 time=38.1 ms\x1b[0m", 38.1, 0},
	} {
		g := one(t, c.line)
		if len(g.RTTs) != 1 || math.Abs(float64(g.RTTs[0])/1e6-c.ms) > 1e-6 || g.Bound != c.bound || g.Sent != 1 || g.Received != 1 {
			t.Errorf("%q: %+v", c.line, g)
		}
		if !Sniff(c.line) {
			t.Errorf("%q: not recognised by Sniff", c.line)
		}
	}
}

// What other programs write must not become a run.
func TestOtherText(t *testing.T) {
	for _, s := range []string{"", "\n\n", "Request timed out.\n", "2026-11-20 10:22:41 ERROR upstream: Request timed out. retry\n",
		"来自 张三 的回复: 撤回失败了,时间=下午\n", "Reply from agent: hello, time=10:22\n", "user pinging the api with 3 bytes of luck\n",
		"1. 打开浏览器\n2. 点击撤回 12 ms\n3 192.168.1.1\n", "{\"msg\":\"no route to host\"}\n", "a : 1 2 3\n", "host : 12.5\n",
		"64 bytes from disk, seq=4\n", "ping: pong\n", "时间=38ms\n", "trace complete.\n", "Sent = 3\n", "C:\\>dir\n"} {
		r, probs, err := Parse(strings.NewReader(s), "x")
		if len(r.Pings)+len(r.Traces)+len(probs) > 0 || err != nil {
			t.Errorf("%q: %+v", s, r)
		}
		if !strings.HasPrefix(s, "Request timed out.") && Sniff(s) {
			t.Errorf("%q: Sniff", s)
		}
	}
}

func TestSequenceWraps(t *testing.T) {
	g := one(t, "64 bytes from 1.1.1.1: icmp_seq=65534 ttl=5 time=1 ms\n64 bytes from 1.1.1.1: icmp_seq=65535 ttl=5 time=1 ms\n"+
		"64 bytes from 1.1.1.1: icmp_seq=1 ttl=5 time=1 ms\n")
	if g.Sent != 4 || g.Received != 3 || len(g.Lost) != 1 || g.Lost[0] != 2 {
		t.Errorf("%+v", g)
	}
}

// A paste cut in its middle: the gap is the paste's, not the network's.
func TestCutInTheMiddle(t *testing.T) {
	g := one(t, "PING a.b (1.1.1.1) 56(84) bytes of data.\n64 bytes from 1.1.1.1: icmp_seq=1 ttl=5 time=1 ms\n...\n"+
		"64 bytes from 1.1.1.1: icmp_seq=90 ttl=5 time=1 ms\n\n--- a.b ping statistics ---\n90 packets transmitted, 88 received, 2.22% packet loss, time 89000ms\n")
	if g.Sent != 90 || g.Received != 88 || len(g.Lost) != 0 || !g.Partial || g.Failures[Timeout] != 0 {
		t.Errorf("%+v", g)
	}
	// Losses at the very end show in the summary alone.
	g = one(t, "PING a.b (1.1.1.1) 56(84) bytes of data.\n64 bytes from 1.1.1.1: icmp_seq=1 ttl=5 time=1 ms\n\n"+
		"--- a.b ping statistics ---\n4 packets transmitted, 1 received, 75% packet loss, time 3000ms\n")
	if b, l := g.Bursts(); g.Sent != 4 || b != 1 || l != 3 || g.Partial {
		t.Errorf("%+v", g)
	}
}

func TestHeadlessPaste(t *testing.T) {
	g := one(t, "请求超时。\r\n请求超时。\r\n来自 47.93.0.66 的回复: 字节=32 时间=38ms TTL=52\r\n请求超时。\r\n")
	if g.Sent != 4 || g.Received != 1 || len(g.Lost) != 3 || g.Line != 1 {
		t.Errorf("%+v", g)
	}
	g = one(t, "请求超时。\n请求超时。\n\n47.93.0.66 的 Ping 统计信息:\n    数据包: 已发送 = 2,已接收 = 0,丢失 = 2 (100% 丢失),\n")
	if g.Sent != 2 || g.Received != 0 || len(g.Lost) != 2 || g.Addr != "47.93.0.66" {
		t.Errorf("%+v", g)
	}
	g = one(t, "    数据包: 已发送 = 50,已接收 = 46,丢失 = 4 (8% 丢失),\n往返行程的估计时间(以毫秒为单位):\n    最短 = 1ms,最长 = 2ms,平均 = 1ms\n")
	if g.Sent != 50 || g.Received != 46 || g.Max != 2*time.Millisecond || g.Lost != nil {
		t.Errorf("%+v", g)
	}
	if g = one(t, "请求超时。\n请求超时。\n请求超时。\n"); g.Sent != 3 || g.Received != 0 {
		t.Errorf("%+v", g)
	}
}

func TestStatistics(t *testing.T) {
	g := Ping{Sent: 200, Received: 190}
	for _, d := range []int{10, 12, 11, 15, 40} {
		g.RTTs = append(g.RTTs, time.Duration(d)*time.Millisecond)
	}
	g.Lost = []int{3, 4, 5, 9, 20, 21}
	// Worked by hand: (0.05+z²/400 ± z·sqrt(0.0475/200+z²/160000)) / (1+z²/200), z = 1.96.
	if f, lo, hi := g.Loss(); f != 0.05 || math.Abs(lo-0.027382) > 1e-5 || math.Abs(hi-0.089578) > 1e-5 {
		t.Error(f, lo, hi)
	}
	if m := g.Median(); m != 12*time.Millisecond {
		t.Error(m)
	}
	if p := g.Percentile(90); p != 30*time.Millisecond {
		t.Error(p)
	}
	if j := g.Jitter(); j != 8*time.Millisecond {
		t.Error(j)
	}
	if b, l := g.Bursts(); b != 3 || l != 3 {
		t.Error(b, l)
	}
	var z Ping
	f, lo, hi := z.Loss()
	if f != 0 || lo != 0 || hi != 1 || z.Median() != 0 || z.Jitter() != 0 || z.Percentile(math.NaN()) != 0 {
		t.Error(f, lo, hi)
	}
	for n := 1; n < 300; n++ {
		for _, k := range []int{0, 1, n / 2, n} {
			f, lo, hi := Ping{Sent: n, Received: n - k}.Loss()
			if lo > f || hi < f || lo < 0 || hi > 1 || k == 0 && hi > 3.9/float64(n) {
				t.Fatal(n, k, f, lo, hi)
			}
		}
	}
}

func TestHostile(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 1))
	noise := make([]byte, 1<<20)
	for i := range noise {
		noise[i] = byte(rng.Uint32())
	}
	head := "64 bytes from 1.1.1.1: icmp_seq=1 ttl=5 time=1 ms\n"
	for name, s := range map[string]string{
		"noise": string(noise), "one line of 1 MB": strings.Repeat("来自 ", 150_000), "one line of replies": strings.Repeat("来自 1.1.1.1 的回复: 字节=32 时间=1ms TTL=5 ", 20_000),
		"huge numbers": head + "64 bytes from 1.1.1.1: icmp_seq=99999999999999999999 ttl=5 time=9e999 ms\nReply from 1.1.1.1: bytes=32 time=99999999999ms\n",
		"jumps":        head + strings.Repeat("64 bytes from 1.1.1.1: icmp_seq=65000 ttl=5 time=1 ms\n64 bytes from 1.1.1.1: icmp_seq=1 ttl=5 time=1 ms\n", 2000),
		"headers":      strings.Repeat("PING a (1.1.1.1) 56(84) bytes of data.\n64 bytes from 1.1.1.1: icmp_seq=1 ttl=5 time=1 ms\n", 12_000),
		"hops":         "traceroute to a (1.1.1.1), 30 hops max\n" + strings.Repeat(" 1  1.1.1.1  1 ms\n 2  * * *\n 255 1.1.1.1 1 ms\n", 5000),
		"fping hosts":  strings.Repeat("a.b : [0], timed out\n", 10) + "x : xmt/rcv/%loss = 1/2/3%\n",
		"percent":      "数据包: 已发送 = 999999999,已接收 = 999999998,丢失 = 1\nPackets: Sent = -1, Received = 5, Lost = 1\n",
	} {
		t.Run(name, func(t *testing.T) {
			start := time.Now()
			r := parse(t, s)
			n := 0
			for _, g := range r.Pings {
				n += len(g.RTTs) + len(g.Lost)
				g.Loss()
				g.Bursts()
			}
			if n > maxSamples || len(r.Pings) > maxRuns || time.Since(start) > 20*time.Second {
				t.Error(n, len(r.Pings), time.Since(start))
			}
		})
	}
	r := parse(t, strings.Repeat("来自 1.1.1.1 的回复: 字节=32 时间=1ms TTL=5 ", 20_000))
	if len(r.Pings) != 1 || r.Pings[0].Received < 19_900 {
		t.Errorf("%d runs", len(r.Pings))
	}
	_, _, err := Parse(io.MultiReader(strings.NewReader(head), iotest.ErrReader(errors.New("disk"))), "x")
	if err == nil || err.Error() != "disk" {
		t.Error(err)
	}
}

func FuzzParse(f *testing.F) {
	for _, s := range []string{"", "来自 1.1.1.1 的回复: 字节=32 时间<1ms TTL=5\n请求超时。\n", "PING a (1.1.1.1) 56(84) bytes of data.\n64 bytes from 1.1.1.1: icmp_seq=3 ttl=5 time=1 ms\n",
		"traceroute to a (1.1.1.1), 30 hops max\n 1  a (1.1.1.1)  1 ms !H * 2 ms\n", "HOST: vm Loss% Snt Last Avg Best Wrst StDev\n 1.|-- 1.1.1.1 0.0% 10 1 2 3 4 5\n"} {
		f.Add(s)
	}
	for _, file := range []string{"windows-zh-full-width", "windows-en", "fping", "tcp-tools", "winmtr", "mac-ping", "pasted", "linux-mtr", "linux-traceroute"} {
		f.Add(string(mustRead(f, "testdata/"+file+".txt")))
	}
	f.Fuzz(func(t *testing.T, s string) {
		Sniff(s)
		r, _, err := Parse(strings.NewReader(s), "x")
		if err != nil {
			t.Fatal(err)
		}
		for _, g := range r.Pings {
			fr, lo, hi := g.Loss()
			if g.Received > g.Sent || g.Received < 0 || len(g.Lost) > g.Sent || !(lo <= fr && fr <= hi) || len(g.RTTs) > g.Shown || g.Bound > len(g.RTTs) {
				t.Fatalf("%+v", g)
			}
			for i, n := range g.Lost {
				if n < 0 || i > 0 && n <= g.Lost[i-1] {
					t.Fatalf("lost %v", g.Lost)
				}
			}
			for _, d := range g.RTTs {
				if d < 0 || d > time.Hour {
					t.Fatalf("rtt %v", d)
				}
			}
			for k, n := range g.Failures {
				if n < 0 {
					t.Fatalf("%s=%d", k, n)
				}
			}
			g.Percentile(99)
			g.Jitter()
		}
		for _, tr := range r.Traces {
			for _, h := range tr.Hops {
				if h.Lost > h.Sent || h.TTL < 0 || h.TTL > 255 {
					t.Fatalf("%+v", h)
				}
			}
		}
	})
}

func BenchmarkParse(b *testing.B) {
	log := strings.Repeat("2026-11-20 10:22:41.310 [INFO] 撤回请求已发送 msg=8842 conversation=5120391 took=38ms\n", 100_000)
	runs := strings.Repeat(string(mustRead(b, "testdata/windows-zh-half-width.txt")), 100)
	for name, s := range map[string]string{"other text": log, "runs": runs} {
		b.Run(name, func(b *testing.B) {
			b.SetBytes(int64(len(s)))
			for b.Loop() {
				if _, _, err := Parse(strings.NewReader(s), "x"); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

// People copy the command and the answers, and leave the banner with the size out.
func TestSizeFromTheCommand(t *testing.T) {
	text := "ping -f -l 1472 kefu.example.cn\n\u8bf7\u6c42\u8d85\u65f6\u3002\n\u8bf7\u6c42\u8d85\u65f6\u3002\nping -f -l 1372 kefu.example.cn\n" +
		"\u6765\u81ea 47.99.51.203 \u7684\u56de\u590d: \u5b57\u8282=1372 \u65f6\u95f4=39ms TTL=52\n"
	res, _, err := Parse(strings.NewReader(text), "mtu.txt")
	if err != nil || len(res.Pings) != 2 {
		t.Fatalf("%d runs, %v", len(res.Pings), err)
	}
	for i, want := range []Ping{{Host: "kefu.example.cn", Payload: 1472, Sent: 2}, {Host: "kefu.example.cn", Payload: 1372, Sent: 1, Received: 1}} {
		if got := res.Pings[i]; got.Host != want.Host || got.Payload != want.Payload || got.Sent != want.Sent || got.Received != want.Received {
			t.Errorf("run %d: %s %d bytes, %d of %d", i+1, got.Host, got.Payload, got.Received, got.Sent)
		}
	}
}
