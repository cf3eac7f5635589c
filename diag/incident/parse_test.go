package incident

import (
	"fmt"
	"reflect"
	"strings"
	"testing"
	"time"

	"meiqia-diag/diag/lang"
)

const whole = `message:
  id: "8842"
  type: text
  sender: self
  channel: web
  sent_at: 2026-11-20T10:21:03+08:00
  read: no
  visitor_action: none
  processed_by: [crm, automation]
attempt:
  at: 2026-11-20T10:22:41+08:00
  symptom: refused
  error_text: "消息已被阅读,无法撤回"
  device: desktop_web
  client_version: "4.0.1"
  other_logins: 1
account:
  role: agent
  can_recall: yes
visitor:
  sdk: android
  sdk_version: "3.5.0"
policy:
  window: 2m
  recallable_types: [text]
`

// wholeFacts is what whole says, and on which line.
var wholeFacts = []struct {
	field Field
	line  int
	value any
}{
	{MessageID, 2, "8842"}, {MessageType, 3, "text"}, {MessageSender, 4, "self"}, {MessageChannel, 5, "web"},
	{SentAt, 6, "2026-11-20T02:21:03Z"}, {Read, 7, "no"}, {VisitorAction, 8, "none"}, {ProcessedBy, 9, []string{"crm", "automation"}},
	{AttemptAt, 11, "2026-11-20T02:22:41Z"}, {Symptom, 12, "refused"}, {ErrorText, 13, "消息已被阅读,无法撤回"}, {Device, 14, "desktop_web"},
	{ClientVersion, 15, "4.0.1"}, {OtherLogins, 16, 1}, {Role, 18, "agent"}, {CanRecall, 19, "yes"}, {SDK, 21, "android"},
	{SDKVersion, 22, "3.5.0"}, {PolicyWindow, 24, 2 * time.Minute}, {RecallableTypes, 25, []string{"text"}},
}

func checkWhole(t *testing.T, in *Incident, ps []*lang.Problem, lines bool) {
	t.Helper()
	for _, p := range ps {
		t.Errorf("problem: %v", p)
	}
	if n := len(in.Fields()); n != len(wholeFacts) || n != len(Specs()) {
		t.Errorf("%d fields known, %d in the file, %d specified", n, len(wholeFacts), len(Specs()))
	}
	for i, w := range wholeFacts {
		fact, ok := in.Get(w.field)
		if !ok {
			t.Errorf("%s is lost", w.field)
			continue
		}
		got := fact.Value
		switch v := fact.Value.(type) {
		case Moment:
			got = v.T.UTC().Format(time.RFC3339)
		case Window:
			got = v.D
		}
		if !reflect.DeepEqual(got, w.value) {
			t.Errorf("%s = %#v, want %#v", w.field, got, w.value)
		}
		if fact.Basis != Stated {
			t.Errorf("%s: basis %q", w.field, fact.Basis)
		}
		if want := fmt.Sprintf("i.yaml:%d", w.line); lines && fact.Source != want {
			t.Errorf("%s: source %q, want %q", w.field, fact.Source, want)
		}
		if in.Fields()[i] != w.field {
			t.Errorf("field %d is %s, want %s", i, in.Fields()[i], w.field)
		}
	}
}

func TestParseWholeIncident(t *testing.T) {
	in, ps := Parse([]byte(whole), "i.yaml", friday)
	checkWhole(t, in, ps, true)
}

// The same facts in every dress a file comes in.
func TestParseDresses(t *testing.T) {
	for name, text := range map[string]string{
		"BOM":            "\xef\xbb\xbf" + whole,
		"CRLF":           strings.ReplaceAll(whole, "\n", "\r\n"),
		"BOM and CRLF":   "\xef\xbb\xbf" + strings.ReplaceAll(whole, "\n", "\r\n"),
		"document start": "---\n" + whole,
		"comments":       strings.ReplaceAll(whole, "\n", " # why\n"),
		"no end":         strings.TrimSuffix(whole, "\n"),
		"JSON": `{"message":{"id":"8842","type":"text","sender":"self","channel":"web","sent_at":"2026-11-20T10:21:03+08:00","read":"no",
			"visitor_action":"none","processed_by":["crm","automation"]},"attempt":{"at":"2026-11-20T10:22:41+08:00","symptom":"refused",
			"error_text":"消息已被阅读,无法撤回","device":"desktop_web","client_version":"4.0.1","other_logins":1},"account":{"role":"agent","can_recall":true},
			"visitor":{"sdk":"android","sdk_version":"3.5.0"},"policy":{"window":"2m","recallable_types":["text"]}}`,
	} {
		t.Run(name, func(t *testing.T) {
			text := text
			if name == "JSON" {
				text = strings.ReplaceAll(text, "\t", "")
			}
			in, ps := Parse([]byte(text), "i.yaml", friday)
			checkWhole(t, in, ps, false)
		})
	}
}

func TestParseNothing(t *testing.T) {
	for name, text := range map[string]string{
		"empty": "", "spaces": "  \n\n", "comment": "# nothing known\n", "null": "null\n", "tilde": "~", "BOM alone": "\xef\xbb\xbf", "empty map": "{}",
		"empty section": "message:\nattempt:\n", "null fields": "message:\n  id:\n  sent_at: null\n", "empty strings": "message: {id: \"\", type: \"  \"}",
		"unknown": "message: {read: unknown, type: unknown}\nattempt: {error_text: 不知道, device: 未知}",
	} {
		in, ps := Parse([]byte(text), "i.yaml", friday)
		if len(ps) > 0 || !in.Empty() {
			t.Errorf("%s: %v, %v", name, in.Fields(), ps)
		}
	}
}

// wrong is a text with one mistake: its line, its field, and a word that the problem must say.
type wrong struct {
	name, text string
	line       int
	field      string
	says       string
}

// badIncidents are refused, each for one thing.
var badIncidents = []wrong{
	{"unknown key", "message:\n  id: \"1\"\n  sentat: 10:21\n", 3, "message.sentat", "message.sent_at"},
	{"unknown key, no slip", "message:\n  colour: red\n", 2, "message.colour", "no field"},
	{"unknown section", "mesage:\n  id: \"1\"\n", 1, "mesage", "message"},
	{"unknown section, no slip", "weather:\n  sun: yes\n", 1, "weather", "no field"},
	{"field in the wrong section", "attempt:\n  sent_at: 10:21\n", 2, "attempt.sent_at", "no field"},
	{"key of JSON", "{\n\"attempt\": {\n\"symptome\": \"refused\"}}", 3, "attempt.symptome", "attempt.symptom"},
	{"duplicate", "message:\n  id: \"1\"\n  type: text\n  id: \"2\"\n", 4, "message.id", "line 2"},
	{"duplicate in a second section", "message:\n  id: \"1\"\nattempt:\n  symptom: refused\nmessage:\n  id: \"2\"\n", 6, "message.id", "line 2"},
	{"wrong word", "attempt:\n\n  symptom: broken\n", 3, "attempt.symptom", "no_reaction"},
	{"wrong yes", "message:\n  read: maybe\n", 2, "message.read", "yes no"},
	{"wrong sender", "message:\n  sender: boss\n", 2, "message.sender", "colleague"},
	{"wrong device", "attempt:\n  device: fridge\n", 2, "attempt.device", "mobile_web"},
	{"wrong time", "attempt:\n  at: 25:99\n", 2, "attempt.at", "25:99"},
	{"wrong window", "policy:\n  window: soon\n", 2, "policy.window", "soon"},
	{"wrong number", "attempt:\n  other_logins: many\n", 2, "attempt.other_logins", "many"},
	{"negative number", "attempt:\n  other_logins: -1\n", 2, "attempt.other_logins", "-1"},
	{"a list for a word", "message:\n  id: [1, 2]\n", 2, "message.id", "single value"},
	{"a map for a word", "message:\n  id: {a: 1}\n", 2, "message.id", "single value"},
	{"a map in a list", "message:\n  processed_by: [{a: 1}]\n", 2, "message.processed_by", "words"},
	{"a word for a section", "account:\n  role: agent\nmessage: 8842\n", 3, "message", "field: value"},
	{"a list at the top", "- message\n- attempt\n", 1, "", "field: value"},
	{"a word at the top", "hello\n", 1, "", "field: value"},
	{"a tab", "message:\n\tid: \"1\"\n", 2, "", "YAML"},
	{"an open quote", "message:\n  id: \"1\n", 0, "", "YAML"},
	{"an unknown anchor", "message:\n  id: *gone\n", 0, "", "YAML"},
	{"a second document", "message:\n  id: \"1\"\n---\nmessage:\n  id: \"2\"\n", 3, "", "another YAML document"},
	{"a second document, broken", "message:\n  id: \"1\"\n---\nmessage: [\n", 4, "", "YAML"},
	{"an empty document first", "---\n# what I know\n---\nmessage:\n  id: \"1\"\n", 3, "", "remove the ---"},
}

func TestParseProblemsNameTheirLine(t *testing.T) {
	for _, c := range badIncidents {
		_, ps := Parse([]byte(c.text), "i.yaml", friday)
		if len(ps) != 1 {
			t.Errorf("%s: %d problems: %v", c.name, len(ps), ps)
			continue
		}
		p := ps[0]
		if p.File != "i.yaml" || c.line != 0 && p.Line != c.line || p.Field != c.field || !strings.Contains(p.Error(), c.says) {
			t.Errorf("%s: %v; want line %d, field %q, saying %q", c.name, p, c.line, c.field, c.says)
		}
		if p.What.ZH == "" || p.What.EN == "" || p.Hint.ZH == "" || p.Hint.EN == "" {
			t.Errorf("%s: one language only, or no hint: %+v", c.name, p)
		}
		if strings.Contains(p.Error(), "\n") {
			t.Errorf("%s: more than one line: %q", c.name, p.Error())
		}
	}
}

// What is read before a second document is kept, and an end that holds nothing is none.
func TestParseDocuments(t *testing.T) {
	in, ps := Parse([]byte(whole+"---\nmessage:\n  id: \"2\"\n"), "i.yaml", friday)
	if len(ps) != 1 || in.String(MessageID) != "8842" {
		t.Errorf("%v, %v", ps, in.Fields())
	}
	for _, end := range []string{"---\n", "...\n", "---\n# nothing\n", "...\n---\n...\n"} {
		in, ps := Parse([]byte(whole+end), "i.yaml", friday)
		checkWhole(t, in, ps, true)
	}
}

// One bad line must not cost the good ones, and all bad ones are told at once.
func TestParseKeepsWhatIsReadable(t *testing.T) {
	in, ps := Parse([]byte("message:\n  id: \"8842\"\n  read: perhaps\n  sent_at: 10:21\nattempt:\n  symptom: odd\n  device: mobile_web\n  bogus: 1\n"), "i.yaml", friday)
	if len(ps) != 3 || ps[0].Line != 3 || ps[1].Line != 6 || ps[2].Line != 8 {
		t.Errorf("problems: %v", ps)
	}
	if in.String(MessageID) != "8842" || in.String(Device) != "mobile_web" {
		t.Errorf("lost: %v", in.Fields())
	}
	if _, ok := in.Moment(SentAt); !ok {
		t.Error("sent_at is lost")
	}
	if _, ok := in.Get(Read); ok {
		t.Error("an unreadable field is unknown")
	}
}

func TestParseHugeFile(t *testing.T) {
	_, ps := Parse([]byte(strings.Repeat("# a log line\n", 2<<20/13)), "big.log", friday)
	if len(ps) != 1 || !strings.Contains(ps[0].Error(), "--evidence") {
		t.Errorf("%v", ps)
	}
}

func TestParseBillionLaughs(t *testing.T) {
	var b strings.Builder
	b.WriteString("a0: &a0 [lol]\n")
	for i := 1; i < 40; i++ {
		fmt.Fprintf(&b, "a%d: &a%d [*a%d, *a%d, *a%d, *a%d, *a%d, *a%d]\n", i, i, i-1, i-1, i-1, i-1, i-1, i-1)
	}
	b.WriteString("message: {processed_by: *a39}\n")
	inTime(t, 5*time.Second, func() {
		if _, ps := Parse([]byte(b.String()), "i.yaml", friday); len(ps) == 0 {
			t.Error("no problem was told")
		}
	})
	deep := strings.Repeat("[", 200_000)
	inTime(t, 10*time.Second, func() {
		if _, ps := Parse([]byte("message: "+deep), "i.yaml", friday); len(ps) == 0 {
			t.Error("no problem was told of 200,000 brackets")
		}
	})
}

func inTime(t *testing.T, limit time.Duration, f func()) {
	t.Helper()
	done := make(chan struct{})
	go func() { defer close(done); f() }()
	select {
	case <-done:
	case <-time.After(limit):
		t.Fatalf("not done after %v", limit)
	}
}

func TestParseAnchors(t *testing.T) {
	in, ps := Parse([]byte("message:\n  sent_at: &t 2026-11-20 10:21:03\n  processed_by: &l [crm]\nattempt:\n  at: *t\n  error_text: &e 超时\naccount:\n  role: *e\n"), "i.yaml", friday)
	a, ok1 := in.Moment(SentAt)
	b, ok2 := in.Moment(AttemptAt)
	if len(ps) > 0 || !ok1 || !ok2 || !a.T.Equal(b.T) || in.String(Role) != "超时" {
		t.Errorf("%v, %v %v", ps, a, b)
	}
}

func TestParseOtherEncodings(t *testing.T) {
	for name, data := range map[string][]byte{
		"GBK":         []byte("attempt:\n  error_text: \xb3\xac\xca\xb1\n"),
		"lone bytes":  {0xff, 0xff, 0xff},
		"NUL":         []byte("message:\n  id: \"\x00\"\n"),
		"control":     []byte("message:\n  id: \x1b[31mred\n"),
		"gzip":        {0x1f, 0x8b, 8, 0, 0, 0, 0, 0},
		"PNG":         []byte("\x89PNG\r\n\x1a\n"),
		"cut UTF-8":   []byte("attempt:\n  error_text: \xe6\x92\n"),
		"overlong":    []byte("message:\n  id: \xc0\xaf\n"),
		"surrogate":   []byte("message:\n  id: \xed\xa0\x80\n"),
		"UTF-16 half": {0xff, 0xfe, 'm'},
	} {
		in, ps := Parse(data, "i.yaml", friday)
		if len(ps) != 1 || !in.Empty() {
			t.Errorf("%s: %v, %v", name, in.Fields(), ps)
		}
	}
}

func FuzzParse(f *testing.F) {
	for _, text := range []string{whole, "", "null", "{}", "message: &a {id: *a}", "a: &a [*a]", "message:\n  id: !!binary aGk=\n", "? {a: b}\n: c", "message: {? [x] : 1}",
		"%YAML 9.9\n---\n{}", "<<: *x", "message:\n  <<: {id: 1}\n", "attempt:\n  at: 昨晚10点半\n"} {
		f.Add([]byte(text))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		in, ps := Parse(data, "i.yaml", friday)
		lines := strings.Count(string(data), "\n") + 1 + strings.Count(string(data), "\r") + strings.Count(string(data), "\u0085") + strings.Count(string(data), "\u2028") + strings.Count(string(data), "\u2029")
		for _, p := range ps {
			if p.What.ZH == "" || p.What.EN == "" || p.Line < 0 || p.Line > lines+1 {
				t.Errorf("%+v of %d lines", p, lines)
			}
		}
		for _, field := range in.Fields() {
			fact, _ := in.Get(field)
			if fact.Basis != Stated || fact.Value == nil {
				t.Errorf("%s: %+v", field, fact)
			}
		}
		in.CheckContradictions()
	})
}
