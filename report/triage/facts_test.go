package triage

import (
	"errors"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"

	"meiqia-diag/report/triage/store"
)

// whole is a report.json with all that triage looks for, in another order than ours.
const whole = `{
 "verdict": {"outcome":"explained","causes":[
   {"code":"dispatch.extension-blocked","role":"primary","probability":0.97,"for":[{"rule":"rule-hit","db":20},{"rule":"rule-hit","db":3},{"rule":"spoke-against","db":-2}]},
   {"code":"dispatch.stale-app","role":"contributing","probability":0.2}],
   "missing":["a HAR of the attempt"]},
 "schema":"meiqia-diag/1","tool":{"version":"1.2.3"},"profile":{"name":"meiqia","version":"4"},
 "started_at":"2026-11-21T09:00:00Z",
 "incident":{"message":{"channel":{"value":"web"},"type":{"value":"text"}},"attempt":{"at":{"value":"10:22","instant":"2026-11-20T10:22:41+08:00"},"device":{"value":"desktop_web"},"client_version":{"value":"4.0.1"},"other_logins":{"value":2}},"visitor":{"sdk":{"value":"android"},"sdk_version":{"value":"3.5.0"}}},
 "outcomes":{"request_result":"not_sent","sender_view":"still_visible","visitor_view":"unknown"},
 "stages":[{"stage":"trigger","state":"passed"},{"stage":"dispatch","state":"broken"},{"stage":"transport","state":"unknown"}],
 "checks":[{"id":"client","observations":[{"id":"client.version","value":"ok","detail":{"version":"4.0.2"}}]},
  {"id":"network","observations":[{"id":"network.fault","value":"dns failed"},{"id":"network.loss","value":2.5},{"id":"network.quality","value":"lossy"}]},
  {"id":"cache","observations":[{"id":"cache.app","value":"stale","detail":{"copy":"stored","service":"9"}},{"id":"cache.app","value":"current","detail":{"page":"1.1","service":"1.2"}}]},
  {"id":"browser","observations":[{"id":"browser.version","value":"ok","detail":{"browser":"chrome","version":"142.0.0.0","system":"Windows 10/11"}},
    {"id":"browser.blocked_by","value":"Ad Filter #12","detail":{"hits":"recall","filter":"||<host#AB12CD>^*/recall"}},
    {"id":"browser.blocked_by","value":"Ad Filter #13","detail":{"hits":"other"}}]}],
 "report":{"path":"x.zip","sha256":"` + "ABCDEF0123456789ABCDEF0123456789ABCDEF0123456789ABCDEF0123456789" + `"},
 "unheard_of":[[[{"deep":null}]]]}`

func TestExtract(t *testing.T) {
	got, err := Extract([]byte("\xef\xbb\xbf" + whole))
	if err != nil {
		t.Fatal(err)
	}
	if len(got.Hash) != 64 {
		t.Errorf("hash %q", got.Hash)
	}
	got.Hash = ""
	want := &store.Report{
		Archive: "abcdef0123456789abcdef0123456789abcdef0123456789abcdef0123456789", At: 1795141361000 - 0, AtBasis: "attempt", Run: 1795251600000, Tool: "1.2.3", Profile: "meiqia", ProfileVersion: "4",
		Outcome: "explained", Stage: "dispatch", RequestResult: "not_sent", SenderView: "still_visible", VisitorView: "unknown", Channel: "web", MessageType: "text", Device: "desktop_web", System: "Windows 10/11",
		ClientVersion: "4.0.2", PageBuild: "1.1", ServiceBuild: "1.2", Browser: "chrome", BrowserVersion: "142.0.0.0", NetworkFault: "dns failed", NetworkQuality: "lossy", NetworkLoss: "1-5%", SDK: "android", SDKVersion: "3.5.0",
		Causes:  []store.Cause{{Code: "dispatch.extension-blocked", Role: "primary", Probability: 0.97}, {Code: "dispatch.stale-app", Role: "contributing", Probability: 0.2}},
		Rules:   []store.Rule{{Kind: "extension", Name: "Ad Filter #12 ||<host>^*/recall"}, {Kind: "verdict", Name: "rule-hit"}},
		Missing: []string{"a HAR of the attempt"},
	}
	if d := cmp.Diff(want, got); d != "" {
		t.Error(d)
	}
}

func TestExtractTellsWhatItIs(t *testing.T) {
	const ok = `{"schema":"meiqia-diag/1","verdict":{"outcome":"healthy"}}`
	for text, want := range map[string]error{
		ok:                                    nil,
		"{}":                                  errForeign,
		"[1,2]":                               errForeign,
		"":                                    errForeign,
		"not json":                            errForeign,
		`{"schema":"meiqia-diag-manifest/1"}`: errForeign,
		`{"schema":"meiqia-diag/2","verdict":{"outcome":"healthy"}}`:                      errNewer,
		`{"log":{"entries":[]}}`:                                                          errForeign,
		`{"schema":"meiqia-diag/1","verdict":{"outcome":"hea`:                             nil, // damaged: another error
		`{"schema":"meiqia-diag/1"}`:                                                      nil,
		`{"schema":"meiqia-diag/1","verdict":{"outcome":"perhaps"}}`:                      nil,
		`{"schema":"meiqia-diag/1","checks":7,"verdict":{"outcome":"healthy"}}`:           nil,
		`{"schema":"meiqia-diag/1","a":` + strings.Repeat("[", 100_000):                   nil,
		`{"schema":"meiqia-diag/1","verdict":{"outcome":"healthy"},"verdict":{"x":[]}}`:   nil,
		`{"schema":"meiqia-diag/1","verdict":{"outcome":"healthy"},"tool":{"version":7}}`: nil,
	} {
		r, err := Extract([]byte(text))
		switch {
		case text == ok && err != nil, text != ok && err == nil && r.Outcome != "healthy":
			t.Errorf("%.60q: %v", text, err)
		case want != nil && !errors.Is(err, want), want == nil && (errors.Is(err, errForeign) || errors.Is(err, errNewer)):
			t.Errorf("%.60q: %v, want %v", text, err, want)
		}
	}
}

// A person's text may be anything; what is kept of it is short, valid and harmless.
func TestTidy(t *testing.T) {
	for in, want := range map[string]string{
		"5.2.1":                     "5.2.1",
		" a \x1b[31m b\r\nc\x00":    "a [31m b c",
		"\u202eevil\u2066":          "evil",
		"\xff\xfe5.2":               "5.2",
		"host <host#K3VQ7> and <b>": "host <host> and <b>",
		"微信\u3000小程序":               "微信 小程序",
		strings.Repeat("长", 500):    strings.Repeat("长", maxWord-1) + "…",
		strings.Repeat("x", 9999):   strings.Repeat("x", maxWord-1) + "…",
	} {
		if got := tidy(in); got != want {
			t.Errorf("%.40q: %.200q, want %.200q", in, got, want)
		}
	}
}

func FuzzExtract(f *testing.F) {
	f.Add([]byte(whole))
	f.Add([]byte(`{"schema":"meiqia-diag/1","verdict":{"outcome":"inconclusive","causes":[{"code":"\ud800","probability":1e999}]}}`))
	f.Add([]byte(`{"schema":"meiqia-diag/1","verdict":{"outcome":"explained","causes":[{}]},"incident":{"attempt":{"at":{"instant":"0000-00-00T00:00:00Z"}}},"timeline":[{"kind":"press","at":"2026-11-20T10:22:41Z"}]}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		r, err := Extract(data)
		if err != nil {
			return
		}
		for _, s := range []string{r.ClientVersion, r.System, r.Channel, r.Tool, r.NetworkFault} {
			if !utf8.ValidString(s) || strings.ContainsAny(s, "\x00\n\x1b") || utf8.RuneCountInString(s) > maxWord {
				t.Errorf("kept %q", s)
			}
		}
		for _, c := range r.Causes {
			if !(c.Probability >= 0 && c.Probability <= 1) {
				t.Errorf("probability %v", c.Probability)
			}
		}
	})
}
