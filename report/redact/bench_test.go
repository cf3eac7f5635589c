package redact

import (
	"bytes"
	"fmt"
	"io"
	"regexp"
	"strings"
	"testing"
	"time"
)

// realLines are layouts that programs write, as generated here with their
// loggers or as they are documented; %s is the time, %d a counter.
var realLines = []string{
	"%s INFO  [nio-8080-exec-7] c.m.api.RecallController - recall msg_id=%d conv=5f1c0d8e9a took 14.3 ms status=403 reason=window",
	"%s DEBUG dfs.DataNode$PacketResponder: PacketResponder %d for block blk_38865049064139660 terminating",
	"%s INFO dfs.FSNamesystem: BLOCK* NameSystem.addStoredBlock: blockMap updated: blk_%d size 67108864",
	"[%s] [error] [renderer] Error: request timed out at Object.send (app.asar/dist/main.js:%d:17)",
	"%s  1702  2395 D WindowManager: printFreezingDisplayLogsopening app wtoken = AppWindowToken{9f4ef63 token=Token{a64f992 ActivityRecord{de9231d u0 com.tencent.qt.qtl/.activity.info.NewsDetailXmlActivity t%d}}}, allDrawn= false",
	"%s combo sshd(pam_unix)[%d]: session opened for user root by (uid=0)",
	"[1234:5678:1122/221612.199204:VERBOSE1:network_delegate.cc(32)] %s NetworkDelegate::NotifyBeforeURLRequest: https://app.meiqia.com/api/v1/conversations/%d/messages",
	"%s CBS    Loaded Servicing Stack v6.1.7601.23505 with Core: C:\\Windows\\winsxs\\amd64_microsoft-windows-servicingstack_31bf3856ad364e35_6.1.7601.23505_none_681aa442f6fed7f0\\cbscore.dll %d",
	"%s workbench websocket frame opcode=1 length=%d compressed=true connection=3 queue=0",
	"%s status installed libssl3:amd64 3.0.17-1~deb12u%d",
	"%s 撤回请求已发送,消息编号 %d,等待服务端应答",
	"%s GET /api/v1/conversations/301/messages/%d/recall HTTP/1.1 403 87 12.4ms",
	"%s mod_jk child workerEnv in error state %d",
	"%s WARN  org.apache.zookeeper.server.NIOServerCnxn: Closed socket connection after %d ms, session was 0x14ede63a5a70004",
	"\tat com.meiqia.desk.recall.RecallService.withdraw(RecallService.java:%[2]d) ~[desk-5.2.1.jar:5.2.1]",
	"%s kubelet: I1120 10:22:41 pod volume \"kube-api-access-7xkzq\" mounted in %d microseconds",
}

var planted = []string{
	"call 13800138000 back", "Cookie: sid=abc123def456; theme=dark99", "mail zhang.san@example.com", "id 11010519491231002X", "card 6222021234567890128",
	"src: /10.250.19.102:54106 dest: /10.250.14.224:50010", "GET /a?token=ab12cd34ef56&sign=9f8e7d6c5b4a", `{"content":"您好","phone":"13912345678"}`,
	"Authorization: Bearer eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMzgwMDEzODAwMCJ9.c2lnbmF0dXJl", `open C:\Users\zhangsan\AppData\x.log`,
}

// realLog makes a log of that size, one planted value per 20 lines.
func realLog(size int) []byte {
	var b bytes.Buffer
	at := time.Date(2026, 11, 20, 10, 0, 0, 0, time.UTC)
	for n := 0; b.Len() < size; n++ {
		at = at.Add(7 * time.Millisecond)
		stamp := at.Format("2006-01-02 15:04:05.000")
		fmt.Fprintf(&b, realLines[n%len(realLines)], stamp, n)
		if n%20 == 19 {
			b.WriteString(" " + planted[n/20%len(planted)])
		}
		b.WriteByte('\n')
	}
	return b.Bytes()
}

// thirteen are the rules of a redactor that runs one regular expression after
// the other over each line, as most do.
var thirteen = func() (out []*regexp.Regexp) {
	for _, re := range []string{
		`(?:\+?86)?1[3-9][0-9]{9}`, `[1-9][0-9]{5}(?:19|20)[0-9]{9}[0-9Xx]`, `[3-6][0-9]{14,18}`, `[A-Za-z0-9._+-]+@[A-Za-z0-9.-]+\.[A-Za-z]{2,}`,
		`(?:[0-9]{1,3}\.){3}[0-9]{1,3}`, `(?:[0-9a-fA-F]{2}[:-]){5}[0-9a-fA-F]{2}`, `eyJ[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]*`,
		`(?i)(?:set-)?cookie["']?\s*[:=]\s*[^\r\n]+`, `(?i)bearer\s+[A-Za-z0-9._=-]+`, `(?i)(?:token|sign|secret|password|passwd|api_?key)["']?\s*[=:]\s*["']?[^\s"'&,;]+`,
		`(?i)"(?:content|text|nickname|realname)"\s*:\s*"(?:[^"\\]|\\.)*"`, `://[^/\s:@]+:[^/\s@]+@`, `(?:/Users/|/home/|\\Users\\)[^/\\\s]+`,
	} {
		out = append(out, regexp.MustCompile(re))
	}
	return out
}()

// BenchmarkRedact measures one core: the whole of this package, the same in
// both of its runs over a report (learn and redact), and thirteen regular
// expressions, each over each line.
func BenchmarkRedact(b *testing.B) {
	in := realLog(8 << 20)
	b.Run("onepass", func(b *testing.B) {
		b.SetBytes(int64(len(in)))
		for b.Loop() {
			if err := New(testKey).File("x.log").Stream("log", bytes.NewReader(in), io.Discard); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("thirteen-regexps", func(b *testing.B) {
		some := in[:1<<20]
		b.SetBytes(int64(len(some)))
		for b.Loop() {
			for line := range strings.SplitSeq(string(some), "\n") {
				for _, re := range thirteen {
					line = re.ReplaceAllString(line, "<gone>")
				}
				_, _ = io.WriteString(io.Discard, line)
			}
		}
	})
	b.Run("second-look", func(b *testing.B) {
		var out bytes.Buffer
		if err := New(testKey).File("x.log").Stream("log", bytes.NewReader(in), &out); err != nil {
			b.Fatal(err)
		}
		b.SetBytes(int64(out.Len()))
		for b.Loop() {
			Verify(out.Bytes())
		}
	})
}
