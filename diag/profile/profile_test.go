package profile

import (
	"slices"
	"strings"
	"testing"
	"unicode/utf8"
)

func TestSite(t *testing.T) {
	for host, want := range map[string]string{
		"app.meiqia.com": "meiqia.com", "meiqia.com": "meiqia.com", "a.b.c.meiqia.com": "meiqia.com",
		"desk.example": "desk.example", "push.desk.example": "desk.example",
		"www.acme.com.cn": "acme.com.cn", "acme.com.cn": "acme.com.cn", "a.b.acme.co.uk": "acme.co.uk",
		"localhost": "localhost", "": "", "10.0.0.1": "10.0.0.1", "192.168.1.20": "192.168.1.20", "::1": "::1", "fe80::1": "fe80::1",
	} {
		if got := Site(host); got != want {
			t.Errorf("Site(%q) = %q, want %q", host, got, want)
		}
	}
}

var desk = &Profile{Name: "desk", Hosts: []Host{
	{Workbench, "https://desk.example:8443/chat"}, {API, "https://API.desk.example/"}, {Push, "wss://push.desk.com.cn/ws"}, {Static, "http://10.0.0.5:8080/"}, {API, "https://api2.desk.example/"},
}}

func TestRoleOf(t *testing.T) {
	for host, want := range map[string]Role{
		"desk.example": Workbench, "DESK.example": Workbench, "api.desk.example": API, "push.desk.com.cn": Push, "10.0.0.5": Static,
		"evil.example": "", "desk.example.evil.com": "", "10.0.0.6": "", "": "", "xdesk.example": "",
	} {
		if got := desk.RoleOf(host); got != want {
			t.Errorf("RoleOf(%q) = %q, want %q", host, got, want)
		}
	}
}

func TestRelated(t *testing.T) {
	for host, want := range map[string]bool{
		"desk.example": true, "new.desk.example": true, "NEW.desk.example": true, "other.desk.com.cn": true, "10.0.0.5": true,
		"evil.example": false, "desk.com": false, "com.cn": false, "other.com.cn": false, "notdesk.example": false, "desk.example.evil.com": false, "10.0.0.6": false, "": false,
	} {
		if got := desk.Related(host); got != want {
			t.Errorf("Related(%q) = %v", host, got)
		}
	}
}

func TestHostsOf(t *testing.T) {
	got := desk.HostsOf(API)
	if len(got) != 2 || got[0].Name() != "api.desk.example" || got[1].Name() != "api2.desk.example" {
		t.Errorf("%v", got)
	}
	if len(desk.HostsOf(Visitor)) != 0 || (Host{URL: "://"}).Name() != "" {
		t.Error("hosts out of nothing")
	}
}

func TestWords(t *testing.T) {
	for in, want := range map[string]string{
		"recall_window_expired": "recall window expired", "RecallWindowExpired": "recall window expired", "recall-window-expired": "recall window expired",
		"RECALL_WINDOW_EXPIRED": "recall window expired", "recallWindowExpired": "recall window expired", "Error42Found": "error42 found",
		"HTTPServer": "httpserver", "ERR_BLOCKED_BY_CLIENT": "err blocked by client", "消息已读": "消息已读", "消息ID无效": "消息id无效", "a.b/c": "a.b/c", "": "", "É": "É",
	} {
		if got := Words(in); got != want {
			t.Errorf("Words(%q) = %q, want %q", in, got, want)
		}
	}
	if got := Words("\xff\xfe broken"); got == "" {
		t.Error("broken text is lost")
	}
}

func TestMeanings(t *testing.T) {
	all := Meanings()
	if !slices.IsSorted(all) || len(all) < 40 {
		t.Errorf("%d meanings, sorted %v", len(all), slices.IsSorted(all))
	}
	for _, m := range all {
		if !KnownMeaning(m) {
			t.Errorf("%s", m)
		}
	}
	if KnownMeaning("") || KnownMeaning("Window") {
		t.Error("unknown words are known")
	}
}

// What opens with a Latin letter opens at the start of a word; Chinese has no such starts.
func TestWordStarts(t *testing.T) {
	p := mustParse(t, `name: x
signals:
  - {means: device_slow, text: ["oom|卡顿"]}
  - {means: server_error, text: ["(?:bug|defect) found"]}
  - {means: offline, text: ["a(?:b|c)d|[ef|]g", "\\bnet down"]}
`, "x.yaml")
	for text, want := range map[string]string{
		"OOM killer": "device_slow", "room 12": "", "zoom in": "", "页面卡顿了": "device_slow", "x oom": "device_slow",
		"bug found": "server_error", "debug found": "", "a defect found": "server_error",
		"abd": "offline", "acd": "offline", "xabd": "", "|g": "offline", "eg": "offline", "the net down": "offline", "": "",
	} {
		got := ""
		if ms := p.SignalsIn(text); len(ms) > 0 {
			got = ms[0].Means
		}
		if got != want {
			t.Errorf("%q: %q, want %q", text, got, want)
		}
	}
}

// Any expression that RE2 takes is a valid pattern: it must work, and never bring the program down.
func TestEveryValidExpressionWorks(t *testing.T) {
	for _, c := range []struct{ re, text string }{
		{"ab+|cd", "xx cd"}, {"(?:a|b)c", "bc"}, {"(?i)foo|bar", "a bar"}, {"[[:alpha:]|x]y", "qy"}, {"[]|x]y", "]y"}, {"[^]|x]y", "zy"}, {"\\Qa|b\\E", "a|b"},
		{"\\|x", "|x"}, {"(a|b(c|d))e", "bde"}, {"", "anything"}, {"x|", "zzz"}, {"[\\]|]z", "|z"}, {"(?P<n>ab)|c", "ab"}, {"a{2,3}|b", "aa"}, {"(?s).+|x", "n"}, {"\\(|y", "("},
	} {
		t.Run(c.re, func(t *testing.T) {
			p, ps := Parse([]byte("name: x\nsignals:\n  - means: offline\n    text: ['"+c.re+"']\n"), "x.yaml")
			if len(ps) > 0 {
				t.Fatal(ps)
			}
			defer func() {
				if r := recover(); r != nil {
					t.Errorf("panic: %v", r)
				}
			}()
			if got := p.Prepare().SignalsIn(c.text); len(got) != 1 {
				t.Errorf("%q is not found in %q", c.re, c.text)
			}
		})
	}
}

// Whoever reads what a line says sees the line, and not what it is looked for by.
func TestMatchesAreQuotedAsWritten(t *testing.T) {
	p := mustParse(t, "name: x\nsignals:\n  - {means: timeout, text: [\"net::err timed out\", \"请求超时\", \"message read(?: [^o]|$)\"]}\n  - {means: offline, text: [\"went off ?line\"]}\n", "x.yaml")
	for text, want := range map[string]string{
		"POST /recall net::ERR_TIMED_OUT (30 s)": "net::ERR_TIMED_OUT",
		"\xff\xfe net::ERR-Timed-Out":            "net::ERR-Timed-Out",
		"the 請求超時 again":                         "請求超時",
		"message_read 消息已读":                      "message_read",
		"message_read a":                         "message_read a",
		"deviceWentOffLine=true":                 "WentOffLine",
		"WENT_OFFLINE":                           "WENT_OFFLINE",
	} {
		if got := p.SignalsIn(text); len(got) != 1 || got[0].Text != want {
			t.Errorf("%q is quoted as %q, want %q", text, got, want)
		}
	}
}

func FuzzAsWritten(f *testing.F) {
	f.Add("POST /recall net::ERR_TIMED_OUT", 3, 20)
	f.Add("RecallWindowExpired-請求超時\xff\xfeX1Y", 7, 30)
	f.Fuzz(func(t *testing.T, text string, from, to int) {
		low := Words(text)
		if from < 0 || to > len(low) || from >= to || !utf8.RuneStart(low[from]) || to < len(low) && !utf8.RuneStart(low[to]) {
			return
		}
		got := AsWritten(text, from, to)
		if !strings.Contains(text, got) || !strings.Contains(Words(got), strings.TrimPrefix(low[from:to], " ")) {
			t.Errorf("%q of %q is %q", low[from:to], text, got)
		}
	})
}

func TestMatches(t *testing.T) {
	p := mustParse(t, `name: x
refusals:
  - {means: window, text: ["too late"], codes: ["40302", "e\\d+"]}
  - {means: read, text: ["was read"]}
  - {means: window, text: ["again"]}
recall: {verbs: ["recall", "撤回"], objects: ["messages?", "消息"]}
`, "x.yaml")
	for _, c := range []struct {
		text, code string
		want       []Match
	}{
		{"It was TOO_LATE", "", []Match{{"window", "TOO_LATE"}}},
		{"", "40302", []Match{{"window", "40302"}}},
		{"", "140302", nil}, {"", "E77", []Match{{"window", "E77"}}}, {"", "e", nil},
		{"was read, too late", "", []Match{{"window", "too late"}, {"read", "was read"}}}, // the profile's order
		{"too late again", "", []Match{{"window", "too late"}}},                           // each meaning once
		{"nothing", "0", nil},
	} {
		if got := p.RefusalsIn(c.text, c.code); !slices.Equal(got, c.want) {
			t.Errorf("%q, %q: %v, want %v", c.text, c.code, got, c.want)
		}
	}
	if p.RecallVerb("请撤回 recall") != "撤回" || p.RecallVerb("send") != "" || p.MessageWord("messages") != "messages" || p.MessageWord("x") != "" {
		t.Error("verbs or objects")
	}
	if p.Prepare() != p {
		t.Error("Prepare gives another profile")
	}
}
