package redact

import (
	"bytes"
	"strings"
	"testing"
)

// TestWhatSentencesAndServicesTell has what no key in its usual place names.
func TestWhatSentencesAndServicesTell(t *testing.T) {
	testPrinted(t, []printed{
		{"changed", "", "phone changed from {phone} to {phone} code=403 id=88123"},
		{"has been changed", "", "88123 user phone number has been changed from '{phone}' to '{phone}' (403)"},
		{"updated", "", "88123 403 password updated from {pass} to {pass}"},
		{"changed in Chinese", "", "88123 手机号由{phone}改为{phone}，状态 403"},
		{"changed in Chinese, spaced", "", "88123 昵称从 {name} 变更为 {name} 状态 403"},
		{"pydantic", "", "1 validation error for User 403\nphone\n  Value error, bad 88123 [type=value_error, input_value='{phone}', input_type=str]\n"},
		{"pydantic below a model", "", "2 validation errors for User 403\nvisitor.nickname\n  String too long 88123 [type=string_too_long, input_value='{name}', input_type=str]\n"},
		{"list of Lisp", "", `((:phone "{phone}") (:code 403) (:id 88123))`},
		{"map of Clojure", "", `{:id 88123, :phone "{phone}", :code 403}`},
		{"pair of Lisp", "", `((:id . 88123) (:phone . "{phone}") (:code . 403))`},
		{"pair of strings of Lisp", "", `(("code" . 403) ("phone" . "{phone}") ("id" . 88123))`},
		{"session of Flask, compressed", "", "403 got .eJ{secret}{secret}.ZzZxYw.{secret}{pass} 88123"},
		{"session of Flask", "", "403 got eyJ1c2VyX2lkIjo4ODEyM30.ZzZxYw.{secret} 88123"},
		{"token of Airtable", "", "403 used pat14Ab12Cd34Ef56.{hex64} 88123"},
		{"cookie of Baidu", "", "403 GET /88123 BAIDUID=A1{secret}:FG=1"},
		{"cookie of Bilibili", "", "403 88123 bili_jct={secret}; x=1"},
		{"where to send it", "", "88123 403 {name} {mobile} 浙江省杭州市西湖区文三路553号3栋"},
		{"where to send it, name behind", "", "88123 403 浙江省杭州市西湖区文三路553号3栋，{mobile}，{name}"},
		{"where to send it, name alone", "", "88123 403 广东省深圳市南山区科苑路12号 {name}"},
		{"UTF-16 in a text", "", "88123 403 n\x00 \x001\x003\x008\x000\x000\x001\x003\x008\x000\x000\x000\x00"},
	})
}

// What only looks like the above stays.
func TestWhatSentencesTellStays(t *testing.T) {
	for _, in := range []string{
		"state changed from open to closed code=403",
		"session changed from active to expired",
		"token updated from null to none",
		"user changed from admin to root",
		"状态由进行中改为已关闭",
		"将超时从 30 秒改为 60 秒",
		"loc\n  Input should be valid [type=int_parsing, input_value='abc', input_type=str]",
		"import .eJson.Parser.v2 loaded",
		"pathological.0a1b2c3d4e5f60718293a4b5c6d7e8f90a1b2c3d4e5f60718293a4b5c6d7e8f9",
		"服务器在浙江省杭州市西湖区文三路553机房 高级客服",
		`(:status . "open") (:code . "closed")`,
		"1700000\\u00000000",
		"a\x00b=1\x00c=2",
		"1+1+13800 13+9",
		"x &period &colored;",
		"全角ＡＢＣ说明（第１版）",
		"软\u00ad连字符 zero\u200bwidth",
	} {
		var out bytes.Buffer
		if err := New(testKey).File("a.log").Stream("text", strings.NewReader(in), &out); err != nil {
			t.Fatal(err)
		}
		if out.String() != in {
			t.Errorf("%q became %q", in, out.String())
		}
		if found := Verify(out.Bytes()); len(found) > 0 {
			t.Errorf("the second look refuses %q: %v", in, found)
		}
	}
}

// An empty cookie at the end of a line is no reason to stop.
func TestEmptyValuesAtTheEnd(t *testing.T) {
	for _, in := range []string{"Cookie: sid=", "Set-Cookie: sid=", "token=", "Authorization: Basic", "phone：", `{"Cookie":"sid="}`, "curl -b sid= x"} {
		for _, end := range []string{"", "\n", "\r\n"} {
			if out := redacted(t, "", in+end); out != in+end {
				t.Errorf("%q became %q", in+end, out)
			}
		}
	}
}
