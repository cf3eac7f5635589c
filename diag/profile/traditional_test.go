package profile

import (
	"strings"
	"testing"
	"unicode/utf8"
)

func TestTheTableOfCharacters(t *testing.T) {
	pair := []rune(traditional)
	if len(pair)%2 != 0 {
		t.Fatalf("%d characters are no pairs", len(pair))
	}
	to := map[rune]rune{}
	for i := 0; i+1 < len(pair); i += 2 {
		from, s := pair[i], pair[i+1]
		if from < firstHan || from > lastHan || s < firstHan || s > lastHan {
			t.Errorf("%c %c lie outside the block", from, s)
		}
		if old, ok := to[from]; ok && old != s {
			t.Errorf("%c stands for %c and for %c", from, old, s)
		}
		to[from] = s
	}
	for from, s := range to {
		if next, ok := to[s]; ok && next != s {
			t.Errorf("%c is written %c, which is written %c in turn", from, s, next)
		}
	}
}

func TestTraditionalCharacters(t *testing.T) {
	p, ps := Load("")
	if len(ps) > 0 {
		t.Fatal(ps)
	}
	p.Prepare()
	for text, means := range map[string]string{
		"無權限撤回訊息":       "permission",
		"沒有權限執行此操作":     "permission",
		"對方已讀，無法撤回":     "read",
		"訊息已超過可撤回的時間":   "window",
		"登入狀態已失效，請重新登錄": "session",
		"操作太頻繁，請稍後再試":   "rate",
		"系統繁忙，請稍後再試":    "overload",
		"消息不存在或已被刪除":    "missing",
	} {
		got := p.RefusalsIn(text, "")
		ok := false
		for _, m := range got {
			ok = ok || m.Means == means
		}
		if !ok {
			t.Errorf("%s: %v, want %s", text, got, means)
		}
	}
	for _, text := range []string{"", "abc", "无权限", "無\xff權", "🙂權限"} {
		if s := Simplified(text); utf8.ValidString(text) && len(s) != len(text) {
			t.Errorf("%q became %q", text, s)
		}
	}
	own, ps := Parse([]byte("name: x\nrecall: {verbs: [\"取消訊息\"]}\nrefusals: [{means: permission, text: [\"您無權\"]}]\n"), "x.yaml")
	if len(ps) > 0 {
		t.Fatal(ps)
	}
	own.Prepare()
	if m := own.RefusalsIn("您無權這麼做", ""); len(m) == 0 || m[0].Means != "permission" {
		t.Errorf("a profile's own expression in traditional characters finds nothing: %v", m)
	}
	if v := own.RecallVerb(Words("取消訊息")); !strings.Contains(v, "取消") {
		t.Errorf("a profile's own verb in traditional characters finds nothing: %q", v)
	}
}
