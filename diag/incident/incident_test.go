package incident

import (
	"reflect"
	"strings"
	"testing"
	"time"
)

// Words are understood in Chinese, in English and as the contract spells them.
func TestSetWords(t *testing.T) {
	for _, c := range []struct {
		field Field
		text  string
		want  string
	}{
		{Read, "yes", "yes"}, {Read, "Y", "yes"}, {Read, "true", "yes"}, {Read, "是", "yes"}, {Read, "已读", "yes"}, {Read, "1", "yes"},
		{Read, "no", "no"}, {Read, "N", "no"}, {Read, "False", "no"}, {Read, "否", "no"}, {Read, "未读", "no"}, {Read, "0", "no"},
		{CanRecall, "有", "yes"}, {CanRecall, "没有", "no"}, {CanRecall, " 是 ", "yes"},
		{Symptom, "refused", "refused"}, {Symptom, "REFUSED", "refused"}, {Symptom, "点了没反应", "no_reaction"}, {Symptom, "It timed out", "timed_out"},
		{Symptom, "没有撤回按钮", "no_button"}, {Symptom, "unknown", "unknown"},
		{MessageSender, "本人", "self"}, {MessageSender, "a colleague", "colleague"}, {MessageSender, "机器人", "bot"},
		{VisitorAction, "已转发", "forwarded"}, {VisitorAction, "无", "none"},
		{Device, "手机浏览器", "mobile_web"}, {Device, "desktop client", "desktop_app"},
		{MessageType, "图片", "image"}, {MessageType, "Sticker", "sticker"}, {MessageChannel, "企业微信", "wecom"}, {MessageChannel, "Line", "line"},
		{SDK, "安卓", "android"}, {SDK, "iOS", "ios"}, {MessageID, "8842", "8842"}, {ErrorText, "  超时  ", "超时"}, {OtherLogins, "2", "2"},
		{Role, "客服主管", "客服主管"}, {PolicyWindow, "2分钟", "2分钟"}, {ProcessedBy, "CRM, automation、工单", "crm, automation, 工单"}, {ProcessedBy, "crm\uff0c工单\uff1b营销", "crm, 工单, 营销"},
		{ProcessedBy, "none", ""}, {ProcessedBy, "无", ""},
	} {
		in := New()
		if p := in.Set(c.field, c.text, "flag", friday); p != nil {
			t.Errorf("%s %q: %v", c.field, c.text, p)
			continue
		}
		if got := in.String(c.field); got != c.want {
			t.Errorf("%s %q: %q, want %q", c.field, c.text, got, c.want)
		}
	}
}

// "none took it" is known; a missing field is not.
func TestAnEmptyListIsKnown(t *testing.T) {
	in := New()
	if _, ok := in.List(ProcessedBy); ok {
		t.Error("a missing list is unknown")
	}
	if p := in.Set(ProcessedBy, "none", "flag", friday); p != nil {
		t.Fatal(p)
	}
	if l, ok := in.List(ProcessedBy); !ok || len(l) != 0 {
		t.Errorf("none: %v, %v", l, ok)
	}
	in, ps := Parse([]byte("message: {processed_by: []}"), "i.yaml", friday)
	if l, ok := in.List(ProcessedBy); len(ps) > 0 || !ok || len(l) != 0 {
		t.Errorf("[]: %v, %v, %v", l, ok, ps)
	}
}

func TestSetRefusesWrongWords(t *testing.T) {
	for field, text := range map[Field]string{
		Read: "perhaps", Symptom: "exploded", MessageSender: "boss", VisitorAction: "smiled", Device: "fridge", CanRecall: "sometimes",
		OtherLogins: "1.5", SentAt: "soon", PolicyWindow: "short",
	} {
		in := New()
		p := in.Set(field, text, "flag", friday)
		if p == nil || p.Field != string(field) || p.Hint.IsZero() || !strings.Contains(p.Error(), text) {
			t.Errorf("%s %q: %v", field, text, p)
		}
		if !in.Empty() {
			t.Errorf("%s %q was kept", field, text)
		}
	}
	p := New().Set("message.sent_a", "x", "flag", friday)
	if p == nil || !strings.Contains(p.Error(), "message.sent_at") {
		t.Errorf("an unknown field: %v", p)
	}
}

func TestNilIncident(t *testing.T) {
	var in *Incident
	if !in.Empty() || in.String(MessageID) != "" || len(in.Fields()) != 0 {
		t.Error("a nil incident knows nothing")
	}
	if _, ok := in.Moment(SentAt); ok {
		t.Error("a nil incident has a time")
	}
	if ps := in.CheckContradictions(); len(ps) != 0 {
		t.Errorf("%v", ps)
	}
}

func TestContradictions(t *testing.T) {
	for _, c := range []struct {
		sent, at string
		want     int
	}{
		{"10:21:03", "10:22:41", 0},
		{"10:22:41", "10:21:03", 1},
		{"2026-11-20 10:22:41", "2026-11-20T02:21:03Z", 1},
		{"10:22", "10:22:05", 0}, // the minute holds the second
		{"10:22:41", "10:22", 0}, // and so the other way round
		{"10:23:05", "10:22", 1},
		{"10:24", "10:22", 1},
		{"10:22:41", "10:22:41", 0},
		{"10:22:41", "10:22:40", 0}, // both ± 1 s
		{"10:22:41", "10:22:38", 1},
		{"", "10:22:41", 0}, {"10:22:41", "", 0},
	} {
		in := New()
		for f, text := range map[Field]string{SentAt: c.sent, AttemptAt: c.at} {
			if p := in.Set(f, text, "i.yaml:7", friday); p != nil {
				t.Fatal(p)
			}
		}
		ps := in.CheckContradictions()
		if len(ps) != c.want {
			t.Errorf("sent %q, recalled %q: %v", c.sent, c.at, ps)
			continue
		}
		if c.want > 0 && (ps[0].File != "i.yaml:7" || ps[0].Field != string(AttemptAt) || !strings.Contains(ps[0].Error(), c.sent) || !strings.Contains(ps[0].Error(), c.at)) {
			t.Errorf("%v", ps[0])
		}
	}
}

func TestSpecsAreTheContract(t *testing.T) {
	var got []Field
	for _, s := range Specs() {
		got = append(got, s.Field)
		if s.Label.ZH == "" || s.Label.EN == "" {
			t.Errorf("%s has no name in one language", s.Field)
		}
		seen := map[string]bool{}
		for _, c := range s.Choices {
			if c.Word != strings.ToLower(c.Word) || c.Label.ZH == "" || c.Label.EN == "" || seen[c.Word] {
				t.Errorf("%s: choice %+v", s.Field, c)
			}
			seen[c.Word] = true
			for _, text := range []string{c.Word, c.Label.ZH, c.Label.EN} { // what the questions show is understood
				in := New()
				if p := in.Set(s.Field, text, "asked", friday); p != nil || in.String(s.Field) != c.Word {
					t.Errorf("%s: %q gives %q, %v; want %q", s.Field, text, in.String(s.Field), p, c.Word)
				}
			}
		}
		if SpecOf(s.Field).Field != s.Field {
			t.Errorf("SpecOf(%s)", s.Field)
		}
	}
	var want []Field
	for _, w := range wholeFacts {
		want = append(want, w.field)
	}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("got %v\nwant %v", got, want)
	}
}

func TestNearest(t *testing.T) {
	words := []string{"clock", "network", "server", "client", "window"}
	for in, want := range map[string]string{
		"clock": "clock", "clok": "clock", "netwrok": "network", "sever": "server", "windows": "window", "xyz": "", "": "", "permission": "",
		strings.Repeat("clock", 1000): "",
	} {
		if got := Nearest(in, words); got != want {
			t.Errorf("%.20q: %q, want %q", in, got, want)
		}
	}
	if got := Nearest("a", nil); got != "" {
		t.Errorf("of nothing: %q", got)
	}
}

func BenchmarkParse(b *testing.B) {
	for b.Loop() {
		if _, ps := Parse([]byte(whole), "i.yaml", time.Time{}.Add(1<<62)); len(ps) > 0 {
			b.Fatal(ps)
		}
	}
}
