package redact

import (
	"strings"
	"testing"
	"time"
)

// A line made to be slow must not be: every scan is linear, or nearly so.
func TestNoLineIsSlow(t *testing.T) {
	for _, unit := range []string{"a@", "1 ", "1-", "{\"", "[[", "sid='", "sid=\"", "://", "%40", "%25", "eyJ", "a:", "\\\\a\\", "/Users/", "张", "=", "<", "<phone#", "ff:", "1.1.", "content=", "cookie: a;", "Bearer ", "QQ", "\\u0031", "o", "的iPhone", "-----BEGIN PRIVATE KEY", "1", "{\"a\":", "AAAA", "=?", "name=?,", "values (?", "values (?,?)", "insert into v values (1", "create table t (a b", "访客:", "[访客] ", "$6$", "token (", "phone #1:", "token[0]:", "1.38", "Cookie ", "cookie  a=", "name=x, value=", "phone{ value:", "Key (a)=(", "=?UTF-8?B?", "张\" <a@", "PASS ", "a LOGIN b ", "TEL;", "verification code ", "text: a, ", "{text: ", "P/CHN/E1234567/", "'a' -> 'b'", "phone number: ", "\"phone\">>,<<\"", "<a Name=\"phone\"><b>", "<body>", "configure set a ", "literal=", "net use /user:", "Digest response=", "response=,", "0x0000: 61 ", "x/y@", "e4b8", "字段=姓名 值=", "phone→", "SETEX a:b ", "binding parameter [1] - [", "$1 = 'a', ", "．", "Ａ", "Ａ！", "\u00ad", "1\u200b", "1\x00", `\u00001`, `\x1b[1`, "&num;", ".eJ", "pat", "phone changed from ", "手机号由1改为2", "浙江省杭州市文三路1号", "1+", `\/Users`, "qq=MTIz&", strings.Repeat("QUJD", 19) + `\n`, strings.Repeat("eyJh", 19) + `\n`, "%3D", "(:phone . \"1\")"} {
		in := strings.Repeat(unit, (16<<10)/len(unit))
		start := time.Now()
		out := New(testKey).Text(in)
		if d := time.Since(start); d > 30*time.Second { // a busy machine takes seconds for what grows with the square, too
			t.Errorf("%q: %v", unit, d)
		}
		_ = Verify([]byte(out))
	}
}

// A text that is cut within a letter, as the head of a log is, stays readable.
func TestCutWithinALetter(t *testing.T) {
	for _, whole := range []string{"00000000000000000000手机＞138", "访客＞你好", "客户（张三）：你好", "姓名→张三", "ＱＱ：５７９５", "消息“你好”"} {
		for n := range len(whole) {
			if got := New(testKey).Text(whole[:n]); n < 3 && got != whole[:n] {
				t.Errorf("%q became %q", whole[:n], got)
			}
		}
	}
}
