package checks

import (
	"strings"
	"testing"

	"meiqia-diag/checks/probe"
)

// A fault with no host is told without a blank one.
func TestFaultTexts(t *testing.T) {
	for place := range placeTexts {
		for kind := range kindTexts {
			for _, hosts := range [][]string{nil, {"app.meiqia.com"}, {"a", "b", "c"}} {
				got := faultText(probe.Fault{Hosts: hosts, Place: place, Kind: kind})
				if strings.HasPrefix(got.ZH, "：") || strings.HasPrefix(strings.TrimSpace(got.EN), ":") || len(hosts) > 0 && !strings.HasPrefix(got.EN, hosts[0]) {
					t.Errorf("%v: %+v", hosts, got)
				}
			}
		}
	}
}

// What is neither answered nor lost is said to be on the way.
func TestAnswered(t *testing.T) {
	for want, s := range map[string]probe.Series{
		"62 of 66, 4 still in flight at the end": {Method: "tcp-connect", Sent: 66, Answered: 62, Counted: true},
		"62 of 66":                               {Method: "tcp-connect", Sent: 66, Answered: 62, Lost: 4, Counted: true},
		"60 of 66, 2 still in flight at the end, not counted": {Method: "icmp", Sent: 66, Answered: 60, Lost: 4},
		"": {},
	} {
		if got := answered(s); got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
}
