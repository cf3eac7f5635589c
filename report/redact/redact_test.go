package redact

import (
	"bytes"
	"encoding/json"
	"strings"
	"testing"
	"time"

	"golang.org/x/text/encoding/simplifiedchinese"
	"golang.org/x/text/encoding/unicode"
)

func TestSameValueSamePseudonym(t *testing.T) {
	r := New(testKey)
	a, b, c := r.Text("13800138000"), r.Text("+86 138-0013-8000"), r.Text(`13800138000`)
	if a != b || a != c {
		t.Errorf("one phone, three names: %s %s %s", a, b, c)
	}
	if New(testKey).Text("13800138000") != a {
		t.Error("not deterministic")
	}
	if New([]byte("another key, another report")).Text("13800138000") == a {
		t.Error("the key changes nothing")
	}
	if first, second := New(nil).Text("13800138000"), New(nil).Text("13800138000"); first == second {
		t.Error("two random keys give one name")
	}
}

func TestLearnThenSweep(t *testing.T) {
	r := New(testKey)
	f := r.File("a.log")
	if err := f.Learn("json", strings.NewReader(`{"nickname":"王小明","token":"q1w2e3r4t5y6"}`)); err != nil {
		t.Fatal(err)
	}
	if f.Total() != 0 {
		t.Error("learning counts")
	}
	out := f.Text("王小明 pressed recall, header q1w2e3r4t5y6")
	if strings.Contains(out, "王小明") || strings.Contains(out, "q1w2e3r4t5y6") {
		t.Error(out)
	}
	if got := r.File("a.log").Counts(); got["name"] != 1 || got["secret"] != 1 {
		t.Errorf("counts %v", got)
	}
	r.Words("李四")
	if out := r.Text("客户李四说"); strings.Contains(out, "李四") {
		t.Error(out)
	}
}

const har = `{"log":{"version":"1.2","creator":{"name":"WebInspector","version":"537.36"},"pages":[{"startedDateTime":"2026-11-20T10:20:00Z","id":"page_1","title":"(2) 张三 - 工作台","pageTimings":{}}],
"entries":[
{"startedDateTime":"2026-11-20T10:22:41.000Z","time":12.5,"_webSocketMessages":[{"type":"receive","time":1795170161.5,"opcode":1,"data":"{\"event\":\"message\",\"data\":\"{\\\"action\\\":\\\"withdraw_msg\\\",\\\"body\\\":{\\\"msg_id\\\":8842,\\\"content\\\":\\\"您的包裹\\\"}}\"}"},{"type":"send","time":1795170162,"opcode":1,"data":"您的包裹到了"},{"type":"send","time":1795170162,"opcode":1,"data":"ping"}],
"request":{"method":"POST","url":"https://desk.example/api/v1/conversations/1/messages/8842/recall?token=ab12cd34ef56&sign=77aa88bb99","headers":[{"name":"Cookie","value":"sid=abc123def456; t=1"},{"name":"Authorization","value":"Bearer zzz111yyy222"},{"name":"Referer","value":"https://desk.example/?phone=13800138000"},{"name":"X-Forwarded-For","value":"203.0.113.77"}],"cookies":[{"name":"sid","value":"abc123def456"}],"queryString":[{"name":"token","value":"ab12cd34ef56"},{"name":"content","value":"您的包裹"}],"postData":{"mimeType":"application/json","text":"{\"msg_id\":8842,\"content\":\"您的包裹\",\"agent\":{\"name\":\"Li Si\"}}"}},
"response":{"status":403,"statusText":"Forbidden","headers":[{"name":"Date","value":"Fri, 20 Nov 2026 10:22:41 GMT"}],"content":{"mimeType":"application/json","text":"{\"code\":\"message_read\",\"message\":\"消息已被阅读,无法撤回\"}"}},"serverIPAddress":"203.0.113.9","timings":{"wait":10.5}},
{"startedDateTime":"2026-11-20T10:22:50.000Z","time":1,"request":{"url":"https://desk.example/a.png","headers":[]},"response":{"status":200,"content":{"mimeType":"image/png","encoding":"base64","text":"iVBORw0KGgoAAA"}}},
{"startedDateTime":"2026-11-20T12:00:00.000Z","time":1,"request":{"url":"https://desk.example/later"},"response":{}}
]}}`

func TestHAR(t *testing.T) {
	r := New(testKey)
	f := r.File("x.har")
	f.Keep = func(at time.Time) bool { return at.Hour() == 10 }
	var b bytes.Buffer
	if err := f.HAR(strings.NewReader(har), &b); err != nil {
		t.Fatal(err)
	}
	out := b.String()
	if !json.Valid(b.Bytes()) {
		t.Fatal("not JSON any more")
	}
	for _, gone := range []string{"ab12cd34ef56", "77aa88bb99", "abc123def456", "zzz111yyy222", "13800138000", "203.0.113", "包裹", "Li Si", "张三", "iVBORw0", "later"} {
		if strings.Contains(out, gone) {
			t.Errorf("%q is left", gone)
		}
	}
	for _, stays := range []string{"消息已被阅读,无法撤回", "message_read", "8842", "withdraw_msg", "messages/8842/recall", "10:22:41", `"ping"`, "WebInspector", "403", "Forbidden"} {
		if !strings.Contains(out, stays) {
			t.Errorf("%q is gone", stays)
		}
	}
	if fd := Verify(b.Bytes()); len(fd) > 0 {
		t.Errorf("second pass: %v", fd)
	}
	if f.Counts()["cookie"] != 3 {
		t.Errorf("counts %v", f.Counts())
	}
}

func TestBrokenStructureIsRedactedAsText(t *testing.T) {
	for _, kind := range []string{"har", "json"} {
		for _, cut := range []int{len(har) - 30, len(har) / 2, 300, 20} {
			var b bytes.Buffer
			f := New(testKey).File("x")
			if err := f.Stream(kind, strings.NewReader(har[:cut]+"\n phone 13800138000 "), &b); err != nil {
				t.Fatal(err)
			}
			for _, gone := range []string{"ab12cd34ef56", "abc123def456", "13800138000", "包裹"} {
				if strings.Contains(b.String(), gone) {
					t.Errorf("%s cut at %d: %q is left: %s", kind, cut, gone, b.String())
				}
			}
			if f.Counts()["unparsed"] == 0 {
				t.Error("the fallback is not told")
			}
		}
	}
}

func TestDecode(t *testing.T) {
	gbk, _ := simplifiedchinese.GB18030.NewEncoder().String("姓名:张三 13800138000\n")
	wide, _ := unicode.UTF16(unicode.LittleEndian, unicode.UseBOM).NewEncoder().String("姓名:张三 13800138000\n")
	for name, in := range map[string]string{"gbk": gbk, "utf16": wide, "bom": "\xef\xbb\xbf姓名:张三 13800138000\n"} {
		var b bytes.Buffer
		if err := New(testKey).File("").Stream("log", Decode(strings.NewReader(in), ""), &b); err != nil {
			t.Fatal(err)
		}
		if out := b.String(); !strings.HasPrefix(out, "姓名:<name#") || strings.Contains(out, "13800138000") {
			t.Errorf("%s: %s", name, out)
		}
	}
}

func TestLongLineAndKeyOverLines(t *testing.T) {
	long := strings.Repeat("x,", longLine/2) + "13800138000," + strings.Repeat("y", 1000) + "\n"
	in := long + "-----BEGIN PRIVATE KEY-----\nMIIabc\nMIIdef\n-----END PRIVATE KEY-----\nafter\n"
	var b bytes.Buffer
	if err := New(testKey).File("").Stream("log", strings.NewReader(in), &b); err != nil {
		t.Fatal(err)
	}
	if out := b.String(); strings.Contains(out, "13800138000") || strings.Contains(out, "MII") || !strings.HasSuffix(out, "after\n") {
		t.Error(out[len(out)-200:])
	}
}

// A HAR that is cut off in the middle of a value has its key read already.
func TestTheValueAtWhichAHARBreaksOff(t *testing.T) {
	for _, in := range []string{
		`{"log":{"version":"1.2"},"password":"hunter2`,
		`{"password":hunter2`,
		`{"a":{"password":00hunter2,"b":1}}`,
		`{"log":{"entries":[{"request":{"headers":[{"name":"Authorization","value":"Bearer hunter2`,
		`{"log":{"entries":[{"request":{"cookies":[{"name":"sid","value":hunter2`,
	} {
		var b bytes.Buffer
		if err := New(testKey).File("").HAR(strings.NewReader(in), &b); err != nil {
			t.Fatal(err)
		}
		if strings.Contains(b.String(), "hunter2") {
			t.Errorf("%s: %s", in, b.String())
		}
	}
}

func FuzzRedact(f *testing.F) {
	f.Add("4 x")
	for _, tt := range leaks {
		f.Add(tt.in)
	}
	for _, k := range kept {
		f.Add(k)
	}
	f.Fuzz(func(t *testing.T, s string) {
		for _, kind := range []string{"log", "json", "har"} {
			var a, b bytes.Buffer
			if err := New(testKey).File("").Stream(kind, strings.NewReader(s), &a); err != nil {
				t.Fatal(err)
			}
			if err := New(testKey).File("").Stream(kind, strings.NewReader(s), &b); err != nil || a.String() != b.String() {
				t.Fatal("not deterministic")
			}
			if fd := Verify(a.Bytes()); len(fd) > 0 {
				t.Fatalf("%s: %v left in %q of %q", kind, fd, a.String(), s)
			}
		}
		samePasses(t, s)
	})
}

// samePasses holds the quick look, which passes on lines with nothing in them,
// against the careful one.
func samePasses(t *testing.T, s string) {
	t.Helper()
	var quick, careful bytes.Buffer
	if err := New(testKey).File("").Stream("log", strings.NewReader(s), &quick); err != nil {
		t.Fatal(err)
	}
	f := New(testKey).File("")
	for line := range strings.SplitAfterSeq(s, "\n") {
		if line != "" {
			careful.WriteString(f.keyLine(line))
		}
	}
	if len(s) < longLine && quick.String() != careful.String() {
		t.Errorf("of %q\nthe quick look makes %q\nthe careful one   %q", s, quick.String(), careful.String())
	}
}

func TestTheQuickLookMissesNothing(t *testing.T) {
	for _, tt := range leaks {
		samePasses(t, tt.in)
	}
	for _, in := range kept {
		samePasses(t, in)
	}
	samePasses(t, string(realLog(64<<10)))
}
