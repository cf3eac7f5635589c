package netlog

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/iotest"
	"time"

	"meiqia-diag/diag/evidence/har"
	"meiqia-diag/diag/lang"
)

// small is a log by hand: numbers of its own, unlike any version's.
const smallHead = `{"constants":{"timeTickOffset":"1795000000000","logEventPhase":{"PHASE_BEGIN":7,"PHASE_END":8,"PHASE_NONE":9},"logSourceType":{"URL_REQUEST":70,"NONE":0,"SOCKET":71},
"logEventTypes":{"REQUEST_ALIVE":900,"URL_REQUEST_START_JOB":901,"HTTP_TRANSACTION_SEND_REQUEST_HEADERS":902,"HTTP_TRANSACTION_READ_RESPONSE_HEADERS":903,"HTTP_TRANSACTION_RESTART_AFTER_ERROR":904,"NETWORK_CONNECTIVITY_CHANGED":905,"CANCELLED":906},
"netError":{"ERR_CONNECTION_RESET":-777,"net::OK":0},"clientInfo":{"name":"Chromium","version":"99","command_line":"--secret=1","os_type":"Linux"}},
"events":[
`

func event1(typ, phase int, params string) string {
	if params == "" {
		params = "{}"
	}
	return fmt.Sprintf(`{"params":%s,"phase":%d,"source":{"id":5,"type":70},"time":"100","type":%d}`, params, phase, typ)
}

var smallEvents = []string{
	event1(900, 7, `{"url":"https://app.meiqia.com/recall"}`),
	event1(901, 7, `{"url":"https://app.meiqia.com/recall","method":"POST"}`),
	event1(902, 9, `{"headers":["Cookie: s=1"]}`),
	event1(904, 9, `{"net_error":-777}`),
	event1(902, 9, ``),
	event1(903, 9, `{"headers":["HTTP/1.1 503 Busy","X-Session-Token: hush","Date: Mon, 23 Nov 2026 08:50:10 GMT"]}`),
	event1(901, 8, ``),
	event1(900, 8, ``),
}

func small(events ...string) string {
	return smallHead + strings.Join(events, ",\n") + "]}"
}

// Numbers mean what the file's own constants say.
func TestNumbersAreTheFilesOwn(t *testing.T) {
	meta, rs := all(t, []byte(small(smallEvents...)))
	if len(rs) != 1 || meta.Browser != "Chromium" || meta.Version != "99" || meta.Events != 8 || meta.Requests != 1 {
		t.Fatalf("%+v %+v", meta, rs)
	}
	r := rs[0]
	if r.Method != "POST" || r.Status != 503 || r.StatusText != "Busy" || len(r.Sent) != 2 || r.Sent[1] != "ERR_CONNECTION_RESET" || r.Error != "" ||
		!r.Start.Equal(time.UnixMilli(1795000000100)) || r.Headers.Get("x-session-token") != har.Present {
		t.Errorf("%+v", r)
	}
}

// What can be wrong with a file, and what is read of it all the same.
func TestBrokenFiles(t *testing.T) {
	events := strings.Join(smallEvents, ",\n")
	for _, c := range []struct {
		name, text string
		requests   int
		problem    string // in English, "" for none
		fails      bool   // nothing can be read
	}{
		{"no events", small(), 0, "", false},
		{"a byte order mark", "\xef\xbb\xbf" + small(smallEvents...), 1, "", false},
		{"cut in an event", smallHead + events + `,{"params":{"ur`, 1, "cut off", false},
		{"cut before any event", smallHead, 0, "cut off", false},
		{"cut in the constants", smallHead[:200], 0, "cut off", false},
		{"cut while a request is at work", smallHead + strings.Join(smallEvents[:3], ","), 1, "cut off", false},
		{"damaged", smallHead + events + `,}{`, 1, "not valid JSON", false},
		{"no constants", `{"events":[` + events + `]}`, 0, "constants", true},
		{"constants behind the events", `{"events":[` + events + `],` + smallHead[1:] + `]}`, 0, "constants", true},
		{"constants without names of events", `{"constants":{"timeTickOffset":1},"events":[` + events + `]}`, 0, "constants", true},
		{"no clock", strings.Replace(small(smallEvents...), `"timeTickOffset":"1795000000000",`, "", 1), 1, "from when its times count", false},
		{"an event that is no object", small(append([]string{"null", `[1,[2]]`, `"x"`}, smallEvents...)...), 1, "", false},
		{"events of types unknown", small(append([]string{event1(5, 1, ""), `{"type":"x","phase":[],"source":7,"time":{}}`, `{}`}, smallEvents...)...), 1, "", false},
		{"parameters of other types", small(append([]string{event1(901, 7, `{"url":5,"method":[]}`), event1(903, 9, `{"headers":{"a":1}}`), event1(901, 8, `{"net_error":"x"}`)}, smallEvents...)...), 2, "", false},
		{"not JSON", "hello", 0, "not a NetLog", true},
		{"another JSON", `{"log":{"entries":[]}}`, 0, "not a NetLog", true},
		{"empty", "", 0, "not a NetLog", true},
		{"a list", `[1,2]`, 0, "not a NetLog", true},
		{"an event beyond every size", smallHead + events + `,{"params":{"x":"` + strings.Repeat("a", maxEvent+1<<20) + `"}}]}`, 1, "too big", false},
		{"deep beyond the reader", smallHead + events + `,{"params":` + strings.Repeat("[", 200_000), 1, "", false},
	} {
		t.Run(c.name, func(t *testing.T) {
			n := 0
			meta, problems, err := Read(strings.NewReader(c.text), "log.json", Options{}, func(*Request) error { n++; return nil })
			text := ""
			for _, p := range problems {
				text += p.What.EN + "; "
			}
			var p *lang.Problem
			if c.fails {
				if !errors.As(err, &p) || !strings.Contains(p.What.EN, c.problem) {
					t.Errorf("error %v", err)
				}
			} else if err != nil || !strings.Contains(text, c.problem) || c.problem == "" && text != "" && !strings.HasPrefix(c.name, "deep") {
				t.Errorf("error %v, problems %q, want %q", err, text, c.problem)
			}
			if n != c.requests {
				t.Errorf("%d requests, want %d; %+v", n, c.requests, meta)
			}
		})
	}
}

// A file that ends anywhere is read up to there, and never panics.
func TestCutAnywhere(t *testing.T) {
	whole := small(smallEvents...)
	for i := range len(whole) {
		meta, problems, err := Read(strings.NewReader(whole[:i]), "log.json", Options{}, func(*Request) error { return nil })
		if i > 20 && err == nil && (!meta.Truncated || len(problems) == 0) {
			t.Fatalf("cut at %d: %+v %v", i, meta, problems)
		}
	}
}

func TestErrorsOfTheCallerComeBack(t *testing.T) {
	data, err := os.ReadFile(filepath.Join("testdata", "chromium156-ways.json"))
	must(t, err)
	mine := errors.New("enough")
	n := 0
	if _, _, err := Read(bytes.NewReader(data), "x", Options{}, func(*Request) error { n++; return mine }); err != mine || n != 1 {
		t.Errorf("%v after %d", err, n)
	}
	broken := errors.New("the disk is gone")
	if meta, _, err := Read(iotest.TimeoutReader(bytes.NewReader(data)), "x", Options{}, func(*Request) error { return nil }); !errors.Is(err, iotest.ErrTimeout) || !meta.Truncated {
		t.Errorf("%v %+v", err, meta)
	}
	if _, _, err := Read(iotest.ErrReader(broken), "x", Options{}, func(*Request) error { return nil }); !errors.Is(err, broken) {
		t.Errorf("%v", err)
	}
}

// Only what is wanted is kept, and nothing of who ran the browser.
func TestOnlyTheWantedIsKept(t *testing.T) {
	other := strings.ReplaceAll(strings.ReplaceAll(strings.Join(smallEvents, ",\n"), "app.meiqia.com/recall", "bank.example/private"), `"id":5`, `"id":6`)
	var got []*Request
	meta, _, err := Read(strings.NewReader(small(append(smallEvents, other)...)), "x", Options{Wanted: func(u string) bool { return strings.Contains(u, "meiqia") },
		Header: func(name string) bool { return name == "date" }}, func(r *Request) error { got = append(got, r); return nil })
	if err != nil || len(got) != 1 || meta.Requests != 2 || len(got[0].Headers) != 1 {
		t.Errorf("%v %+v %+v", err, meta, got)
	}
	if all := fmt.Sprintf("%+v %+v", meta, *got[0]); strings.Contains(all, "bank") || strings.Contains(all, "secret") || strings.Contains(all, "hush") {
		t.Error(all)
	}
}

func TestOfflineIsTold(t *testing.T) {
	at := func(ms int, kind string) string {
		return fmt.Sprintf(`{"params":{"new_connection_type":%q},"phase":9,"source":{"id":1,"type":0},"time":%d,"type":905}`, kind, ms)
	}
	meta, _ := all(t, []byte(small(at(100, "CONNECTION_NONE"), at(150, "CONNECTION_NONE"), at(5000, "CONNECTION_WIFI"))))
	if len(meta.Changes) != 2 || meta.Changes[0].Kind != "offline" || meta.Changes[1].Kind != "online" || meta.Changes[1].Type != "CONNECTION_WIFI" {
		t.Errorf("%+v", meta.Changes)
	}
}

// What chrome://net-export polls at the end: one object, or a list of them.
func TestPolledData(t *testing.T) {
	polled := `{"extensionInfo":[{"enabled":true,"id":"abc","name":"Blocker","version":"1.2"},{"enabled":false,"name":"Off"}],"proxySettings":{"effective":{"pac_url":"http://wpad/p.dat"}},"hostResolverInfo":{"dns_config":{"nameservers":["192.0.2.1:53"]}},"prefs":{"x":[1,{"y":2}]}}`
	for _, form := range []string{polled, "[" + polled + "]", "[{},null,3," + polled + "]"} {
		text := strings.TrimSuffix(small(smallEvents...), "}") + `,"polledData":` + form + "}"
		meta, rs := all(t, []byte(text))
		if len(rs) != 1 || len(meta.Extensions) != 2 || meta.Extensions[0] != (Extension{"abc", "Blocker", "1.2", true}) || meta.Proxy != "PAC" || len(meta.Nameservers) != 1 || !meta.Polled {
			t.Errorf("%+v", meta)
		}
	}
}

func TestSniff(t *testing.T) {
	data, err := os.ReadFile(filepath.Join("testdata", "chromium156-ways.json"))
	must(t, err)
	for head, want := range map[string]bool{
		string(data[:4096]): true, string(data[:300]): true, small(): true, "\xef\xbb\xbf  " + small(): true,
		`{"polledData":{},"constants":{"netError":{},"loadFlag":{`:                true,
		`{"constants":{"activeFieldTrialGroups":["` + strings.Repeat("a", 90_000): true,
		`{"log":{"version":"1.2","entries":[]}}`:                                  false, `{"constants":{"pi":3.14}}`: false, `{"constants":[1]}`: false,
		"": false, "{": false, `{"constants":{`: false, "constants": false, `{"a":1}`: false,
	} {
		if got := Sniff([]byte(head)); got != want {
			t.Errorf("%.60q: %v", head, got)
		}
	}
}

// A log without end is no reason to fill the memory: requests beyond the limit are counted.
func TestTooManyRequests(t *testing.T) {
	var b strings.Builder
	b.WriteString(smallHead)
	one := strings.Join([]string{smallEvents[0], smallEvents[1], smallEvents[7]}, ",")
	for i := range maxRequests + 5 {
		if i > 0 {
			b.WriteString(",")
		}
		b.WriteString(strings.ReplaceAll(one, `"id":5`, fmt.Sprintf(`"id":%d`, i)))
	}
	b.WriteString("]}")
	n := 0
	meta, problems, err := Read(strings.NewReader(b.String()), "x", Options{}, func(*Request) error { n++; return nil })
	if err != nil || n != maxRequests || !meta.Crowded || len(problems) != 1 || meta.Requests != maxRequests+5 || meta.Covers(meta.First, 0) {
		t.Errorf("%v, %d, %+v, %v", err, n, meta, problems)
	}
}
