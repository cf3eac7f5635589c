package bed

import (
	"math/rand/v2"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"
)

// TestCatalogue holds the catalogue against itself; it needs no bed.
func TestCatalogue(t *testing.T) {
	t.Parallel()
	seen := map[string]bool{}
	name := regexp.MustCompile(`^[a-z0-9]+(-[a-z0-9]+)*$`)
	for _, c := range Conditions() {
		if seen[c.Name] || !name.MatchString(c.Name) {
			t.Errorf("name %q", c.Name)
		}
		seen[c.Name] = true
		if c.Text.ZH == "" || c.Text.EN == "" || c.slot == "" || c.apply == nil {
			t.Errorf("%s is incomplete", c.Name)
		}
		if !c.Truth.Healthy && (c.Truth.Place == Nowhere || c.Truth.Kind == "") {
			t.Errorf("%s: a fault without a place or a kind", c.Name)
		}
		if got, ok := Find(c.Name); !ok || got.Name != c.Name {
			t.Errorf("%s is not found", c.Name)
		}
		if Compatible(c, c) {
			t.Errorf("%s goes with itself", c.Name)
		}
	}
	if _, ok := Find("no-such"); ok {
		t.Error("a condition that is none is found")
	}
	for _, p := range Pairs() {
		if !Compatible(p[1], p[0]) || p[0].Name == "wan-dead" && p[1].Name != "clean" {
			t.Errorf("pair %s, %s", p[0].Name, p[1].Name)
		}
	}
	t.Logf("%d conditions, %d pairs", len(seen), len(Pairs()))
}

// pairsTried is how many pairs TestSigns takes from the catalogue, always the same.
const pairsTried = 12

// sign is what a condition looks like from the client.
type sign struct {
	look  look
	word  string        // alternatives are joined by |
	more  string        // regular expression on all of More, joined by ;
	least time.Duration // Took
	most  time.Duration
}

// TestSigns holds conditions against what a client sees of them: plain sockets,
// without any diagnosis. Times are generous and at least tell the gateway
// (2 ms) from the service (40 ms), which stand far apart.
func TestSigns(t *testing.T) {
	p := NewProbe(t, try)
	b := New(t, Topology{RTT: 120 * time.Millisecond, LANRTT: 4 * time.Millisecond})
	v4, v6 := BackendIP(0).String(), "["+BackendIP6(0).String()+"]"
	tcp, tcp6 := look{What: "tcp", Addr: v4 + ":443"}, look{What: "tcp", Addr: v6 + ":443"}
	tls, web, ws := look{What: "tls", Addr: v4 + ":443"}, look{What: "http", Addr: v4 + ":443"}, look{What: "ws", Addr: v4 + ":443"}
	plain := look{What: "plain", Addr: v4 + ":80"}
	other := func(i int) look { return look{What: "http", Addr: BackendIP(i).String() + ":443"} }
	ns := func(i int) look { return look{What: "dns", Addr: API, Via: b.DNS[i].Addr} }
	ask := func(i int) look { return look{What: "ntp", Addr: b.Time[i].Addr} }
	chrony := look{What: "ntp", Addr: ChronyAddr}

	const near, far = 90 * msec, 110 * msec // nearer than the service, as far as the service
	healthy := []sign{
		{look: tcp, word: "ok", least: far}, {look: tcp6, word: "ok", least: far},
		{look: web, word: "ok", more: "status 200;issuer Bed Root CA;ahead -?[01]"},
		{look: plain, word: "ok", more: "status 204"},
		{look: ws, word: "ok", more: "status 101;pong"},
		{look: ns(0), word: "ok", more: `^Success (\S+ ){4}\S+$`}, {look: ns(1), word: "ok", more: "^Success"},
		{look: ask(0), word: "ok", more: `stratum 2;kiss ;offset -?0\.0[01]`},
	}
	blocked := func(word string, least, most time.Duration) []sign {
		return []sign{{look: tcp, word: word, least: least, most: most}, {look: tcp6, word: word + "|forbidden", least: least, most: most}, {look: plain, word: "ok", more: "status 204"}}
	}
	ones := func(s ...sign) []sign { return s }
	signs := map[string][]sign{
		"clean": healthy, "duplicates": healthy, "asymmetric": healthy, "icmp-limited": healthy, "icmp-silent": healthy, "splicing": {{look: tcp, word: "ok", most: near}, {look: web, word: "ok", more: "status 200;issuer Bed Root CA"}},
		"far":      ones(sign{look: tcp, word: "ok", least: 380 * msec}),
		"wan-slow": ones(sign{look: look{What: "tcp", Addr: tcp.Addr, Wait: 2 * sec}, word: "ok", least: 880 * msec}),
		"lan-slow": ones(sign{look: tcp, word: "ok", least: 270 * msec}),
		"lan-dead": ones(sign{look: tcp, word: "timeout"}), "wan-dead": ones(sign{look: tcp, word: "timeout"}, sign{look: look{What: "tcp", Addr: GatewayIP.String() + ":81"}, word: "refused", most: near}),
		"mtu-up": ones(sign{look: tcp, word: "ok"}, sign{look: tls, word: "timeout"}), "mtu-down": ones(sign{look: tcp, word: "ok"}, sign{look: tls, word: "ok|timeout"}),
		"bloat-busy": ones(sign{look: tcp, word: "ok", least: 180 * msec}),

		"port-reset":            blocked("refused", 0, near),
		"port-port-unreachable": blocked("refused", 0, near),
		"port-host-unreachable": blocked("host-unreachable", 0, near),
		"port-net-unreachable":  blocked("net-unreachable", 0, near),
		"port-admin-prohibited": blocked("host-unreachable", 0, near),
		"port-host-prohibited":  blocked("host-unreachable", 0, near),
		"port-drop":             blocked("timeout", 0, 0),
		"port-closed":           blocked("refused", far, 0),
		"server-drop":           blocked("timeout", 0, 0),
		// Linux tells an IPv6 connect of its own firewall's answer only when it sends again, after 1 s
		"client-firewall":      ones(sign{look: tcp, word: "host-unreachable", most: near}, sign{look: tcp6, word: "forbidden|timeout"}),
		"no-route":             ones(sign{look: tcp, word: "net-unreachable", most: near}, sign{look: tcp6, word: "net-unreachable", most: near}),
		"backlog-full":         ones(sign{look: tls, word: "timeout"}),
		"hello-reset":          ones(sign{look: tcp, word: "ok", least: far}, sign{look: tls, word: "reset"}),
		"interception":         ones(sign{look: tcp, word: "ok", most: near}, sign{look: tls, word: "ok"}, sign{look: web, word: "unknown-authority"}),
		"interception-trusted": ones(sign{look: tcp6, word: "ok", most: near}, sign{look: tls, word: "ok", more: "issuer Corp Inspection CA"}),
		"portal":               ones(sign{look: plain, word: "ok", more: "status 302.*Location " + PortalURL, most: near}, sign{look: tcp, word: "refused", most: near}),
		"portal-silent":        ones(sign{look: plain, word: "ok", more: "status 302"}, sign{look: tcp, word: "timeout"}),
		"proxy":                ones(sign{look: web, word: "ok", more: "status 200"}),
		"proxy-auth":           ones(sign{look: web, word: "proxy-auth", most: near}),
		"proxy-refused":        ones(sign{look: web, word: "proxy-refused", most: near}),
		"ws-denied":            ones(sign{look: ws, word: "ok", more: "status 403"}, sign{look: web, word: "ok", more: "status 200;issuer Bed Root CA"}),
		"ws-stripped":          ones(sign{look: ws, word: "ok", more: "status 426"}, sign{look: web, word: "ok", more: "status 200"}),
		"ws-mute-proxy":        ones(sign{look: ws, word: "ok", more: "^status 101$"}),
		"ws-refused":           ones(sign{look: ws, word: "ok", more: "status 403"}),
		"ws-426":               ones(sign{look: ws, word: "ok", more: "status 426"}),
		"ws-mute":              ones(sign{look: ws, word: "ok", more: "^status 101$"}),
		"ws-idle":              ones(sign{look: ws, word: "ok", more: "status 101;pong"}),
		"ipv6-hole":            ones(sign{look: tcp, word: "ok"}, sign{look: tcp6, word: "timeout"}),
		"ipv6-rejected":        ones(sign{look: tcp, word: "ok"}, sign{look: tcp6, word: "net-unreachable", most: near}),
		"ipv6-no-route":        ones(sign{look: tcp, word: "ok"}, sign{look: tcp6, word: "net-unreachable", most: near}),

		"dns-silent":       ones(sign{look: ns(0), word: "timeout"}, sign{look: ns(1), word: "timeout"}),
		"dns-first-silent": ones(sign{look: ns(0), word: "timeout"}, sign{look: ns(1), word: "ok", more: "Success"}),
		"dns-slow":         ones(sign{look: ns(0), word: "timeout"}),
		"dns-servfail":     ones(sign{look: ns(0), word: "ok", more: "^ServerFailure$"}),
		"dns-nxdomain":     ones(sign{look: ns(0), word: "ok", more: "^NameError$"}),
		"dns-refused":      ones(sign{look: ns(1), word: "ok", more: "^Refused$"}),
		"dns-injected":     ones(sign{look: ns(0), word: "ok", more: `^Success 45\.0\.9\.9;Success 45\.0\.2\.11`}),
		"dns-differs":      ones(sign{look: ns(0), word: "ok", more: `^Success 127\.0\.0\.1$`}, sign{look: ns(1), word: "ok", more: `^Success 45`}),
		"dns-private":      ones(sign{look: ns(1), word: "ok", more: `^Success 10\.`}),

		"cert-expired":     ones(sign{look: tls, word: "ok"}, sign{look: web, word: "invalid"}),
		"cert-not-yet":     ones(sign{look: web, word: "invalid"}),
		"cert-name":        ones(sign{look: web, word: "wrong-name"}),
		"cert-self-signed": ones(sign{look: web, word: "unknown-authority"}),
		"stalled":          ones(sign{look: tls, word: "ok"}, sign{look: web, word: "timeout"}),
		"failing":          ones(sign{look: web, word: "ok", more: "status 500"}),
		"rate-limited":     ones(sign{look: web, word: "ok", more: "status 429.*Retry-After 5"}),
		"overloaded":       ones(sign{look: web, word: "ok|timeout", least: 500 * msec}),
		"backend-slow":     ones(sign{look: other(1), word: "ok"}, sign{look: other(badBackend), word: "ok", least: 600 * msec}),
		"backend-failing":  ones(sign{look: other(1), word: "ok", more: "status 200"}, sign{look: other(badBackend), word: "ok", more: "status 503"}),
		"backend-dead":     ones(sign{look: other(1), word: "ok"}, sign{look: other(badBackend), word: "timeout"}),
		"backend-closed":   ones(sign{look: other(1), word: "ok"}, sign{look: other(badBackend), word: "refused"}),
		"backend-clock":    ones(sign{look: other(1), word: "ok", more: "ahead -?[01]"}, sign{look: other(badBackend), word: "ok", more: "ahead 5"}),

		"service-ahead":    ones(sign{look: web, word: "ok", more: "ahead [34]"}, sign{look: ask(0), word: "ok", more: `offset -?0\.0`}),
		"service-behind":   ones(sign{look: web, word: "ok", more: "ahead -4[12]"}),
		"device-behind":    ones(sign{look: web, word: "ok", more: "ahead (90|89)"}, sign{look: ask(4), word: "ok", more: `offset (90\.0|89\.9)`}),
		"device-ahead":     ones(sign{look: web, word: "ok", more: "ahead -[78]"}, sign{look: ask(4), word: "ok", more: `offset -(7\.0|6\.9)`}),
		"date-cached":      ones(sign{look: web, word: "ok", more: "ahead -3[01];Age 30"}),
		"date-missing":     ones(sign{look: web, word: "ok", more: "^status 200;issuer Bed Root CA$"}),
		"ntp-blocked":      ones(sign{look: ask(0), word: "timeout"}),
		"ntp-partly":       ones(sign{look: ask(2), word: "timeout"}, sign{look: ask(3), word: "ok"}),
		"ntp-falsetickers": ones(sign{look: ask(0), word: "ok", more: `offset -?0\.0`}, sign{look: ask(1), word: "ok", more: `offset 0\.1[123]`}, sign{look: ask(3), word: "ok", more: `offset -(50|49)`}),
		"ntp-kiss":         ones(sign{look: ask(1), word: "ok", more: "stratum 0;kiss RATE"}),
		"ntp-unsynced":     ones(sign{look: ask(1), word: "ok", more: "stratum 16"}),
		"ntp-chronyd":      ones(sign{look: chrony, word: "ok", more: `offset 3\.2[56]`}),
	}
	for name := range signs {
		if _, ok := Find(name); !ok {
			t.Errorf("no condition %s", name)
		}
	}
	hold := func(t *testing.T, list ...Condition) {
		t.Helper()
		for _, c := range list {
			if err := c.Missing(); err != nil {
				t.Skipf("NETWORK TEST BED INCOMPLETE: %v", err)
			}
		}
		start(t, b)
		if err := b.Apply(t.Context(), list...); err != nil {
			t.Fatal(err)
		}
		for _, c := range list {
			for _, s := range signs[c.Name] {
				s.look.CA = b.CAFile
				if len(list) > 1 { // the other one may delay it
					s.least, s.most = 0, 0
					if !strings.Contains(s.word, "timeout") {
						s.look.Wait = 2500 * msec
					}
				}
				var got seen
				for range 3 { // a stall of the machine, or a lost packet, is no sign
					if got = p.Must(b.Client, s.look); s.met(got) {
						break
					}
				}
				if !s.met(got) {
					t.Errorf("%s: %+v: %+v, want %s %s in %v to %v", c.Name, s.look, got, s.word, s.more, s.least, s.most)
				}
			}
		}
	}
	for _, c := range Conditions() {
		t.Run(c.Name, func(t *testing.T) { hold(t, c) })
	}
	pairs := Pairs()
	rnd := rand.New(rand.NewPCG(3, 4))
	for n := pairsTried; n > 0; {
		pair := pairs[rnd.IntN(len(pairs))]
		if signs[pair[0].Name] == nil || signs[pair[1].Name] == nil || pair[0].Truth.Healthy || pair[1].Truth.Healthy || pair[0].Truth.Kind == "delay" {
			continue // a delay changes what the other's signs allow for
		}
		n--
		t.Run(pair[0].Name+" and "+pair[1].Name, func(t *testing.T) { hold(t, pair[0], pair[1]) })
	}
	start(t, b)
	for _, s := range healthy {
		s.look.CA = b.CAFile
		if got := p.Must(b.Client, s.look); !s.met(got) {
			t.Errorf("after it all, %+v: %+v", s.look, got)
		}
	}
}

func (s sign) met(got seen) bool {
	words := strings.Split(s.word, "|")
	return slices.Contains(words, got.Word) && regexp.MustCompile(s.more).MatchString(strings.Join(got.More, ";")) &&
		got.Took >= s.least && (s.most == 0 || got.Took <= s.most)
}
