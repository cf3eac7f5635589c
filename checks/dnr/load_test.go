package dnr

import (
	"bytes"
	"fmt"
	"io"
	"runtime"
	"strings"
	"testing"
	"time"
)

func one(condition string) string {
	return `[{"id":1,"action":{"type":"block"},"condition":` + condition + `}]`
}

func loaded(t testing.TB, text string) *Set {
	t.Helper()
	s, p := Load(strings.NewReader(text))
	if p.Err != nil || p.Dropped > 0 {
		t.Fatalf("%.200s: %+v", text, p)
	}
	return &Set{Rulesets: []*Ruleset{s}}
}

func TestFilters(t *testing.T) {
	for _, c := range []struct {
		condition, url string
		want           bool
	}{
		{`{"urlFilter":"recall"}`, "https://desk.test/api/RECALL", true},
		{`{"urlFilter":"recall","isUrlFilterCaseSensitive":true}`, "https://desk.test/api/RECALL", false},
		{`{"urlFilter":"||desk.test^"}`, "https://api.desk.test:8443/", true},
		{`{"urlFilter":"||desk.test^"}`, "https://notdesk.test/", false},
		{`{"urlFilter":"||desk.test^"}`, "https://desk.test.else/", false},
		{`{"urlFilter":"||desk.test^"}`, "https://else.test/?u=https://desk.test/", false},
		{`{"urlFilter":"|https://desk"}`, "https://desk.test/", true},
		{`{"urlFilter":"|desk"}`, "https://desk.test/", false},
		{`{"urlFilter":"/recall|"}`, "https://desk.test/recall?x", false},
		{`{"urlFilter":"/recall^"}`, "https://desk.test/recall", true},
		{`{"urlFilter":"/recall^"}`, "https://desk.test/recalled", false},
		{`{"urlFilter":"/messages/*/recall"}`, "https://desk.test/messages/8842/recall", true},
		{`{"urlFilter":"^messages^*^recall^"}`, "https://desk.test/messages/8842/recall", true},
		{`{"urlFilter":"%20"}`, "https://desk.test/a b", true},
		{`{"urlFilter":"xn--fiqs8s"}`, "https://中国.test/", true},
		{`{"regexFilter":"/messages/\\d+/recall$"}`, "https://desk.test/messages/8842/Recall", true},
		{`{"regexFilter":"(?!x)recall"}`, "https://desk.test/recall", false},
		{`{"requestDomains":["desk.test"],"excludedRequestDomains":["ok.desk.test"]}`, "https://api.desk.test/", true},
		{`{"requestDomains":["desk.test"],"excludedRequestDomains":["ok.desk.test"]}`, "https://a.ok.desk.test/", false},
		{`{"domainType":"thirdParty"}`, "https://desk.test/", false},
		{`{"domainType":"thirdParty"}`, "https://desk.example/", true},
		{`{"domainType":"firstParty"}`, "https://api.desk.test/", true},
		{`{"initiatorDomains":["desk.test"]}`, "https://else.test/", true},
		{`{"domains":["else.test"]}`, "https://else.test/", false},
		{`{"excludedDomains":["desk.test"]}`, "https://else.test/", false},
		{`{"resourceTypes":["script"]}`, "https://desk.test/", false},
		{`{"requestMethods":["post"]}`, "https://desk.test/", true},
		{`{"requestMethods":["get"]}`, "https://desk.test/", false},
		{`{"urlFilter":null,"regexFilter":"recall","domainType":null}`, "https://desk.test/recall", true},
		{`{}`, "chrome://settings", false},
		{`{}`, "", false},
	} {
		got := loaded(t, one(c.condition)).Match(Request{URL: c.url, Method: "POST", Initiator: "https://app.desk.test/chat"})
		if (got.Rule != nil) != c.want {
			t.Errorf("%s on %s: %v", c.condition, c.url, !c.want)
		}
	}
}

// What waits for the answer, and what has no access, is not said to happen.
func TestWhatCannotBeTold(t *testing.T) {
	o := loaded(t, one(`{"urlFilter":"recall","responseHeaders":[{"header":"x"}]}`)).Match(Request{URL: "https://desk.test/recall"})
	if o.Rule != nil || !o.Later {
		t.Errorf("%+v", o)
	}
	set := loaded(t, `[{"id":1,"action":{"type":"redirect","redirect":{"url":"https://else.test/"}},"condition":{"urlFilter":"recall"}}]`)
	set.Access = func(url string) bool { return !strings.Contains(url, "desk.test") }
	if o := set.Match(Request{URL: "https://desk.test/recall"}); o.Rule != nil || !o.Withheld {
		t.Errorf("%+v", o)
	}
	if o := set.Match(Request{URL: "https://a.test/recall", Initiator: "https://desk.test"}); o.Rule != nil || !o.Withheld {
		t.Errorf("%+v", o)
	}
	if o := set.Match(Request{URL: "https://a.test/recall"}); !o.Stops() {
		t.Errorf("%+v", o)
	}
}

func TestPageThatIsLetThrough(t *testing.T) {
	set := loaded(t, `[{"id":1,"action":{"type":"block"},"condition":{"urlFilter":"recall"}},
		{"id":2,"action":{"type":"allowAllRequests"},"condition":{"urlFilter":"||desk.test/chat","resourceTypes":["main_frame"]}},
		{"id":3,"priority":2,"action":{"type":"block"},"condition":{"urlFilter":"/always/"}}]`)
	for url, want := range map[string]Action{"https://desk.test/recall": AllowAllRequests, "https://desk.test/always/recall": Block} {
		if o := set.Match(Request{URL: url, Page: "https://desk.test/chat?x"}); o.Action != want || o.Page != (want == AllowAllRequests) {
			t.Errorf("%s: %+v", url, o)
		}
		if o := set.Match(Request{URL: url, Page: "https://desk.test/else"}); o.Action != Block {
			t.Errorf("%s: %+v", url, o)
		}
	}
}

func TestBrokenRules(t *testing.T) {
	good := `{"id":1,"action":{"type":"block"},"condition":{"urlFilter":"good"}}`
	for _, bad := range []string{`7`, `null`, `[]`, `{}`, `{"id":2}`, `{"id":"2","action":{"type":"block"},"condition":{}}`, `{"id":0,"action":{"type":"block"},"condition":{}}`, `{"id":1e99,"action":{"type":"block"},"condition":{}}`,
		`{"id":2,"priority":0,"action":{"type":"block"},"condition":{}}`, `{"id":2,"action":"block","condition":{}}`, `{"id":2,"action":{"type":"x"},"condition":{}}`, `{"id":2,"action":{"type":"redirect"},"condition":{}}`,
		`{"id":2,"action":{"type":"redirect","redirect":{"url":"javascript:1"}},"condition":{}}`, `{"id":2,"action":{"type":"redirect","redirect":{"url":7}},"condition":{}}`, `{"id":2,"action":{"type":"redirect","redirect":{"regexSubstitution":"\\0"}},"condition":{}}`,
		`{"id":2,"action":{"type":"redirect","redirect":{"transform":{"port":"x"}}},"condition":{}}`, `{"id":2,"action":{"type":"redirect","redirect":{"extensionPath":"x"}},"condition":{}}`,
		`{"id":2,"action":{"type":"block"},"condition":{"urlFilter":""}}`, `{"id":2,"action":{"type":"block"},"condition":{"urlFilter":"||*x"}}`, `{"id":2,"action":{"type":"block"},"condition":{"urlFilter":"撤"}}`, `{"id":2,"action":{"type":"block"},"condition":{"urlFilter":"a","regexFilter":"a"}}`,
		`{"id":2,"action":{"type":"block"},"condition":{"resourceTypes":[]}}`, `{"id":2,"action":{"type":"block"},"condition":{"resourceTypes":["script"],"excludedResourceTypes":["script"]}}`, `{"id":2,"action":{"type":"block"},"condition":{"tabIds":[1]}}`,
		`{"id":2,"action":{"type":"block"},"condition":{"domains":["a"],"initiatorDomains":["a"]}}`, `{"id":2,"action":{"type":"block"},"condition":{"requestDomains":[]}}`, `{"id":2,"action":{"type":"block"},"condition":{"requestDomains":["撤"]}}`, `{"id":2,"action":{"type":"block"},"condition":{"domainType":"x"}}`,
		`{"id":2,"action":{"type":"allowAllRequests"},"condition":{}}`} {
		s, p := Load(strings.NewReader("\ufeff[" + bad + "," + good + "]"))
		if p.Err != nil || p.Dropped != 1 || p.First == "" || s.Len() != 1 {
			t.Errorf("%s: %+v, %d rules", bad, p, s.Len())
		}
	}
	for name, text := range map[string]string{"empty": "", "an object": "{}", "a word": "rules", "cut off": "[" + good + `,{"id":2,"act`, "not UTF-8": "[" + good + ",\xff\xfe"} {
		s, p := Load(strings.NewReader(text))
		if p.Err == nil || s.Len() > 1 {
			t.Errorf("%s: %+v, %d rules", name, p, s.Len())
		}
	}
	if _, p := Load(strings.NewReader(strings.Repeat("[", 200_000))); p.Err == nil {
		t.Error("lists within lists")
	}
}

// A list of 34 MB is read within what a person waits for, and the lines of its
// lists are found.
func TestRealListsAreReadAndNamed(t *testing.T) {
	large := realRules(t, "ruleset_3.json")
	var before, after runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&before)
	start := time.Now()
	s, p := Load(bytes.NewReader(large))
	took := time.Since(start)
	runtime.GC()
	runtime.ReadMemStats(&after)
	runtime.KeepAlive(s)
	runtime.KeepAlive(large)
	if p.Err != nil || s.Len() < 100_000 || p.Dropped > s.Len()/1000 {
		t.Errorf("%d rules, %+v", s.Len(), p)
	}
	t.Logf("%d rules of %d MB in %v, %d MB kept", s.Len(), len(large)>>20, took, (after.HeapAlloc-before.HeapAlloc)>>20)
	if took > 2*time.Minute { // some two seconds on a quiet machine
		t.Errorf("reading took %v", took)
	}
	list := realRules(t, "ruleset_224.json")
	chinese, _ := Load(bytes.NewReader(list))
	found, tried := 0, 0
	for i := 1; i < len(chinese.rules); i += len(chinese.rules) / 60 {
		tried++
		title, line := Source(bytes.NewReader(list), chinese.rules[i])
		if title != "AdGuard Chinese filter" {
			t.Fatalf("title %q", title)
		}
		if line != "" {
			found++
			if r := chinese.rules[i]; r.Filter != "" && !strings.Contains(line, r.Filter) {
				t.Errorf("%q for %q", line, r.Filter)
			}
		}
	}
	t.Logf("%d of %d rules named by their line", found, tried)
	if found < tried*3/4 {
		t.Errorf("%d of %d rules named by their line", found, tried)
	}
}

func FuzzLoad(f *testing.F) {
	f.Add([]byte(one(`{"urlFilter":"||desk.test^*/recall|","initiatorDomains":["a.test"],"resourceTypes":["xmlhttprequest"]}`)), "https://desk.test/recall")
	f.Add([]byte(`[{"id":1,"action":{"type":"redirect","redirect":{"transform":{"queryTransform":{"removeParams":["a"]}}}},"condition":{"regexFilter":"a+"}}]`), "http://u:p@[::1]:8/a?a=1&b#c")
	f.Add([]byte(`[{"id":1,"action":{"type":"redirect","redirect":{"regexSubstitution":"\\0\\9"}},"condition":{"regexFilter":"(a)"},"metadata":{"rawFilterList":"a\n"}}]`), "wss://a%2e/..%2f/\\")
	f.Fuzz(func(t *testing.T, data []byte, url string) {
		s, _ := Load(bytes.NewReader(data))
		s.ID = "fuzz"
		set := &Set{Rulesets: []*Ruleset{s}}
		for _, kind := range []string{XMLHTTPRequest, MainFrame, WebSocket} {
			o := set.Match(Request{URL: url, Type: kind, Initiator: url, Page: url})
			if o.Rule != nil {
				_ = fmt.Sprint(o.Rule.Condition())
				Source(bytes.NewReader(data), o.Rule)
			}
		}
		// An address in its normal form stays as it is.
		if q, ok := newQuery(Request{URL: url}); ok {
			if again, ok := newQuery(Request{URL: q.spec}); !ok || again.spec != q.spec {
				t.Errorf("%q, then %q", q.spec, again.spec)
			}
		}
	})
}

// A file that unpacks to nothing but blanks ends at the bound.
func TestLoadEndsAtItsBound(t *testing.T) {
	if _, p := Load(io.MultiReader(strings.NewReader("["), blanks{})); p.Err == nil {
		t.Error("a file without an end was read")
	}
}

type blanks struct{}

func (blanks) Read(b []byte) (int, error) {
	for i := range b {
		b[i] = ' '
	}
	return len(b), nil
}
