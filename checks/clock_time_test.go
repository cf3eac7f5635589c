package checks

import (
	"strings"
	"testing"
	"time"

	"meiqia-diag/checks/probe"
)

// What the time servers did is said in both languages, and only when it is not
// as it should be.
func TestTimeServersInWords(t *testing.T) {
	used := probe.TimeServer{Addr: "a", Known: true, Sent: 2, Answered: 2}
	bad := func(k probe.Kind) probe.TimeServer {
		return probe.TimeServer{Addr: "b", Rejected: true, Kind: k, Known: k == probe.Falseticker, Apart: -50 * time.Second, KissCode: map[probe.Kind]string{probe.KissOfDeath: "RATE"}[k]}
	}
	ntp := probe.Estimate{Known: true}
	near := []probe.DateTarget{{Known: true, RTT: 40 * time.Millisecond}}
	far := []probe.DateTarget{{Known: true, RTT: 800 * time.Millisecond}}
	for _, c := range []struct {
		name   string
		r      probe.ClockResult
		state  string
		zh, en string
	}{
		{"none", probe.ClockResult{}, "", "", ""},
		{"good", probe.ClockResult{NTP: ntp, Servers: []probe.TimeServer{used, used}}, "good", "", ""},
		{"partly", probe.ClockResult{NTP: ntp, Servers: []probe.TimeServer{used, bad(probe.Timeout)}}, "partly", "1 个没有可用的回答", "1 gave no usable answer"},
		{"lying", probe.ClockResult{NTP: ntp, Servers: []probe.TimeServer{used, used, bad(probe.Falseticker)}}, "lying", "b 慢 50.0 秒", "b is 50.0 s behind"},
		{"disputed", probe.ClockResult{NoQuorum: true, Servers: []probe.TimeServer{used, used}}, "disputed", "没有多数", "without a majority"},
		{"kiss", probe.ClockResult{Servers: []probe.TimeServer{bad(probe.KissOfDeath), bad(probe.Timeout)}}, "kiss-of-death", "RATE", "kiss of death, RATE"},
		{"unsynchronised", probe.ClockResult{Servers: []probe.TimeServer{bad(probe.Unsynchronised)}}, "unsynchronised", "还没有对时", "not synchronised"},
		{"blocked", probe.ClockResult{Dates: near, Servers: []probe.TimeServer{bad(probe.Timeout), bad(probe.Refused)}}, "blocked", "UDP 123", "UDP port 123"},
		{"far", probe.ClockResult{Dates: far, Servers: []probe.TimeServer{bad(probe.Timeout)}}, "blocked", "没有及时回音", "answered in time"},
		{"refused", probe.ClockResult{Dates: near, Servers: []probe.TimeServer{bad(probe.Refused)}}, "blocked", "拒绝", "refuse"},
		{"names in vain", probe.ClockResult{Dates: near, Servers: []probe.TimeServer{{Addr: "c", Kind: probe.Timeout, Unnamed: true}}}, "blocked", "域名", "names"},
		{"no name", probe.ClockResult{Servers: []probe.TimeServer{bad(probe.NXDomain)}}, "blocked", "域名", "names"},
	} {
		s := &sheet{}
		words := s.timeServers(c.r)
		if !strings.Contains(words.ZH, c.zh) || !strings.Contains(words.EN, c.en) || words.IsZero() != (c.zh == "") {
			t.Errorf("%s: %q, %q", c.name, words.ZH, words.EN)
		}
		state := ""
		for _, o := range s.list {
			if o.ID == ClockTime {
				state, _ = o.Value.(string)
			}
		}
		if state != c.state {
			t.Errorf("%s: state %q, want %q", c.name, state, c.state)
		}
	}
}
