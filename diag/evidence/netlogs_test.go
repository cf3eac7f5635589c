package evidence

import (
	"strings"
	"testing"

	"meiqia-diag/diag/evidence/hartest"
	"meiqia-diag/diag/evidence/netlogtest"
)

// A NetLog is known by what is in it, packed, transcoded or cut off.
func TestNetLogsAreRecognised(t *testing.T) {
	log := netlogtest.File(-60, 60,
		netlogtest.Request{At: -1, Method: "GET", URL: "https://app.meiqia.com/me", Status: 200},
		netlogtest.Request{At: 0, Method: "POST", URL: "https://app.meiqia.com/recall", Error: "ERR_CONNECTION_RESET"})
	dir := put(t, "a.dat", log, "b.txt", "\xef\xbb\xbf"+log, "c.json.gz", gzipOf(t, log), "d.zip", zipOf(t, "x/netlog", log), "e.log", utf16le(t, log), "f.har", log[:len(log)-700])
	s := readAll(t, Options{}, dir)
	if len(s.NetLogs) != 6 || len(s.HARs)+len(s.Logs) > 0 {
		t.Fatal(kinds(s))
	}
	for _, n := range s.NetLogs {
		if n.File.Kind != NetLog || n.Meta.First.IsZero() || n.Meta.Truncated != (n.File.Name == "f.har") || len(n.Requests) != 2 || n.Requests[0].Status != 200 {
			t.Errorf("%s: %+v, %d requests", n.File.Name, n.Meta, len(n.Requests))
		}
	}
	if len(s.Problems) != 1 || !strings.Contains(s.Problems[0].What.EN, "cut off") {
		t.Errorf("%v", s.Problems)
	}
}

// What other sites' pages asked for is dropped while reading, but for hosts that a HAR shows in use.
func TestOnlyTheServiceIsKeptOfANetLog(t *testing.T) {
	log := netlogtest.File(-60, 60,
		netlogtest.Request{At: -3, Method: "GET", URL: "https://bank.example/account?token=x", Status: 200},
		netlogtest.Request{At: -2, Method: "GET", URL: "https://app.meiqia.com/me", Status: 200},
		netlogtest.Request{At: -1, Method: "GET", URL: "https://desk.example/list", Status: 200})
	opt := Options{Service: func(u string) bool { return strings.Contains(u, "meiqia") }}
	for _, c := range []struct {
		files []string
		want  int
	}{
		{[]string{"n.json", log}, 1},
		{[]string{"n.json", log, "a.har", hartest.File("WebInspector", "1", hartest.Entry(0, "POST", "https://desk.example/send", "", 200, "{}"))}, 2},
	} {
		s := readAll(t, opt, put(t, c.files...))
		if len(s.NetLogs) != 1 || len(s.NetLogs[0].Requests) != c.want || s.NetLogs[0].Meta.Requests != 3 {
			t.Errorf("%+v", s.NetLogs)
		}
	}
}
