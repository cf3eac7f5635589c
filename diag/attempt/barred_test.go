package attempt

import "testing"

// What stops a request on the user's side says so by verdict and address.
func TestBarred(t *testing.T) {
	for _, c := range []struct {
		line string
		want bool
	}{
		{"2026-11-20 10:22:41 FW-HQ action=deny policy=im-write src=192.168.1.20 dst=39.1.2.3 dport=443 url=https://app.meiqia.com/api/messages/8842/recall method=POST", true},
		{"2026-11-20 10:22:41 firewall blocked by policy web-im: POST https://app.meiqia.com/api/messages/8842/revoke", true},
		{"2026-11-20 10:22:41 FW-HQ action=deny policy=p2p src=192.168.1.71 dst=39.1.2.9 dport=6881 app=bt", false},
		{"2026-11-20 10:22:41 FW-HQ action=accept policy=any-web src=192.168.1.20 dst=39.1.2.3 url=https://app.meiqia.com/api/messages/8842/recall", false},
	} {
		a := build(t, known, "firewall.log", c.line+"\n")
		if got := a.Barred() != nil; got != c.want {
			t.Errorf("%s: %v, signals %v", c.line, got, a.Signals)
		}
	}
}

func TestWentOffline(t *testing.T) {
	lost := entry(5, "GET", host+"/api/status", "", 0, "")
	lost["response"].(obj)["_error"] = "net::ERR_INTERNET_DISCONNECTED"
	fine := entry(-20, "GET", host+"/api/tags", "", 200, `{"code":0}`)
	if a := build(t, known, "a.har", harOf("WebInspector", fine, lost)); a.WentOffline() == nil {
		t.Error("the lost request was not seen")
	}
	if a := build(t, known, "a.har", harOf("WebInspector", fine)); a.WentOffline() != nil {
		t.Error("nothing was lost")
	}
}
