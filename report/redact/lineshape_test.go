package redact

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
)

// valueLines hold digits whose values a rule asks for.
var valueLines = []string{
	"2026-11-20 10:21:03.599 took 14.3 ms of 8842000988 {1.25} (2) x", "call 13800138000 or 138 0013 8000, +86 10 6552 9988", "id 110105194912310021 110105 19491231 0021",
	"card 6222021234567890128 x", "from 10.250.19.102:80 127.0.0.1 8.8.8.8 1.2.3", "00:1a:2b:3c:4d:5e 00-11-22-33-44-55 0011.2233.445e mac=000000000000 mac: 001122334455",
	"fe80::1:2 ::1 x::12 ff:00:00:00:00:01", "at 116.397128, 39.916527 and 12.345, 67.891", "dhcp-112-65-68-20 node-1-2-3-4.x host 300-1-2-3", "3z x -pabcd1 7z x -pabcd1 x",
	"phone1=13 phone2: 12345678 imei1=35123456 user-phone1: 77777 phone_no 2=12345678", "手机1：12345678 手机3：1234567 编号123，电话 8812345", "sign=20261120T101010 sign=12345678 code=123456 sid: 99887766",
	"/api/v1/conversations/31000142/messages/8842000005/recall?v=4.0.1&t=1795385781846", "/home/123/x /users/1234/y \\2345 &#39; &#123456; %32 5%3D1", "QQ12345678 12345678号 qq 1234567 token 12345678901234567890",
	"MTM4/MDAx/MzgwMDA= 1/2/3/4/5/6/7/8/9/0 12345678901234", "abc 010-65529988 0755 8655 1234 (010) 6552 1234", "vx 123456 wx: 1234567 T1234567 E12345678 passport 123456789", "http://a:1@b:2/3 root:4@tcp(5:6)/7 8@9.com",
	"\x1b[31m12\x1b[0m=34 [5] (6) #7 *8 {9}", "mac: 12:34:56:78:90:12 hw 01:02:03:04:05:06", "lat=39.9165 lng=116.3971 birthday=19900101 生日 1990", "10.0.0.1-10.0.0.9 1.2.5.1-2 Chrome/126.0.0.0 v1.2.3.4",
	"[nio-8080-exec-7] blk_-1608999687919862906 attempt_1445144423722_0020_m_000000_0 x", "status installed libssl3:amd64 3.0.17-1~deb12u5 libx:i386", "PC-20230101ABC PC-19230101ABC DESKTOP-AB12CD3 x", "ya29.a0AfH6SMBx1234567890abcdef gho2_1234567890abcdefghijklmnopqrstuv r8_1234567890abcdefghijklmnopqrstuv x", "S-1-5-21-3623811015-3361044348-30300820-1013 S-1-5-18 x", "icon@2x.png u12@h34.example.com sha256:1234abcd md5 a1b2c3 x", "passport E12345678 A123456(3) C0123456789 W01234567 x", "user7 web01 login user u_12345 for user blk_38865049064139660 port 22 x", "AppWindowToken{9f4ef63 token=Token{a64f992 t1234}} cookie2: a1b2c3d4; imei1 352099001761481",
}

// jsonLines hold JSON in which digits matter, and some in which they do not.
var jsonLines = []string{
	`{"level":30,"time":1795385781846,"pid":12033,"hostname":"desk-7","reqId":"req-881","msg":"recall sent","ms":14.3}`, `{"code":200,"msg":"ok","data":{"id":8842000005}} {"code":403,"message":"已超过撤回时限"}`, `{"opcode":1,"data":"hello there you"} {"opcode":2,"data":"hello there you"} `,
	`2026-11-20 10:21:03.599 POST /recall body={"phone":"13800138000","uid":12345678,"qq":1234567,"status":403} took 14 ms`, `{"errcode":0,"errmsg":"ok","openid":"o6_bmjrPTlm6_2sgVt7hMZOPfL2M"} {"errcode":40029,"errmsg":"invalid code"}`,
	`{"message":"您好 12345","msg_id":8842000988,"type":"text","from":"visitor_1234"} {"n":[1,2,3],"at":"2026-11-20T10:21:03.599Z"}`, `[{"name":"sid","value":"abc123def456","domain":"x"},{"ip":"10.1.2.3","mac":"00:1a:2b:3c:4d:5e","port":443}]`,
	`{"card":6222021234567890128,"idcard":"110105194912310021","token":"12345678901234567890","lat":39.916527,"lng":116.397128}`,
}

// TestShapesHideNothing puts other digits into lines: where the shape stays,
// the rules must find as much as before, or as little.
func TestShapesHideNothing(t *testing.T) {
	lines := append(strings.Split(string(realLog(1<<16)), "\n"), valueLines...)
	for _, p := range planted {
		lines = append(lines, p, "2026-11-20 10:21:03 "+p)
	}
	lines = append(lines, jsonLines...)
	for _, v := range valueLines {
		lines = append(lines, strings.Fields(v)...)
	}
	rnd := rand.New(rand.NewPCG(1, 2))
	c := &scan{f: New(testKey).File("x.log")}
	seen, same := map[uint64]finding{}, 0
	for _, line := range lines {
		sameShape(t, c, line, seen, &same) // its time is one, and so must the others' be
		for n := range 60 {
			b := []byte(line)
			for i, x := range b {
				if x >= '0' && x <= '9' && rnd.IntN(12) < n%8+1 {
					b[i] = "0123456789011238"[rnd.IntN(16)]
				}
			}
			sameShape(t, c, string(b), seen, &same)
			sameShape(t, c, line, seen, &same)
		}
	}
	if same < 1000 {
		t.Errorf("only %d lines had the shape of another", same)
	}
}

// finding is a line and what the rules find in it.
type finding struct{ line, found string }

func sameShape(t *testing.T, c *scan, line string, seen map[uint64]finding, same *int) {
	c.begin(line)
	c.f.r.shapes.rest = 0
	_, _ = c.shape() // what is met once has none yet
	c.begin(line)
	key, m := c.shape()
	if m == nil {
		return
	}
	mine := finding{line, found(c, m, line)}
	if other, met := seen[key]; met && other.found != mine.found {
		t.Errorf("%q and %q have one shape, and the rules find %s and %s", line, other.line, mine.found, other.found)
	} else if met && other.line != line {
		*same++
	}
	seen[key] = mine
}

// found tells what the rules find in a line, or what is done to its JSON.
func found(c *scan, m *mask, line string) string {
	if c.structured {
		f := New(testKey).File("x.log") // to which nothing was told
		f.edits = &edits{src: line}
		f.closer(line, 0)
		if e := f.edits; !e.whole {
			return "more than its JSON"
		} else if !m.keeps(e.spans) {
			return "in digits that may be any"
		} else {
			return fmt.Sprint(e.spans, e.hits)
		}
	}
	c.begin(line)
	switch {
	case !c.once(true):
		return "something structured"
	case !m.keeps(c.spans):
		return "in digits that may be any"
	}
	return fmt.Sprint(c.spans)
}

// FuzzShape looks for two lines of one shape of which a rule tells one apart.
func FuzzShape(f *testing.F) {
	for _, v := range valueLines {
		f.Add(v, uint64(1))
	}
	for _, p := range append(jsonLines, planted...) {
		f.Add(p, uint64(2))
	}
	f.Fuzz(func(t *testing.T, line string, seed uint64) {
		if strings.Contains(line, "\n") {
			return
		}
		c := &scan{f: New(testKey).File("x.log")}
		rnd := rand.New(rand.NewPCG(seed, 1))
		seen, same := map[uint64]finding{}, 0
		for range 8 {
			sameShape(t, c, line, seen, &same)
			b := []byte(line)
			for i, x := range b {
				if x >= '0' && x <= '9' && rnd.IntN(2) > 0 {
					b[i] = '0' + byte(rnd.IntN(10))
				}
			}
			line = string(b)
		}
	})
}

// TestNumberedKeysAreLong holds inWord to what it takes for granted of the keys
// of services.
func TestNumberedKeysAreLong(t *testing.T) {
	for _, k := range knownKeys {
		if n := len(k.head) + k.tail; hasDigit(k.head) && n < leastNumberedKey {
			t.Errorf("%s…: %d bytes", k.head, n)
		}
	}
}
