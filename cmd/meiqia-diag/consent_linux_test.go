package main

import (
	"archive/zip"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"meiqia-diag/report/archive"
)

// evidenceOf is a folder with a log that names a person, and a picture.
func evidenceOf(t *testing.T) string {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "evidence")
	if err := os.Mkdir(dir, 0o700); err != nil {
		t.Fatal(err)
	}
	write(t, dir, "client.log", "[2026-11-20 10:22:40.100] [info] visitor phone=13800138000\n[2026-11-20 10:22:41.100] [error] recall refused \x1b[2J\x1b]0;owned\x07\u202e\n"+
		strings.Repeat("[2026-11-20 10:22:42.000] [info] heartbeat of the page, which goes on and on and says nothing of any use to anybody at all\n", 34)+"[2026-11-20 10:22:43.000] [info] the last line\n")
	write(t, dir, "shot.gif", "GIF89a\x01\x00\x01\x00\x00\x00\x00!\xfe\x08zhangsan\x00,\x00\x00\x00\x00\x01\x00\x01\x00\x00\x02\x02D\x01\x00;")
	return dir
}

// members names what a report holds.
func members(t *testing.T, file string) map[string]bool {
	t.Helper()
	z, err := zip.OpenReader(file)
	if err != nil {
		t.Fatal(err)
	}
	defer z.Close()
	out := map[string]bool{}
	for _, f := range z.File {
		out[f.Name] = true
	}
	return out
}

var control = regexp.MustCompile("\x1b\\][^\x07]*\x07|\x1b\\[2J|\u202e|\x07")

func TestConsent(t *testing.T) {
	env, tmp := private(t)
	dir := t.TempDir()
	inc := write(t, t.TempDir(), "incident.yaml", goodIncident)
	x := inTerminal(t, dir, env, "recall", "--offline", "--incident", inc, "--evidence", evidenceOf(t), "--output", "r.zip")
	x.wait("还没有写出")
	x.wait("1  attachments/shot.gif")
	x.wait("画面未处理")
	x.wait("2  logs/client.log")
	x.wait("脱敏 ")
	x.wait("什么也不会发送")
	x.wait("写入报告 r.zip")
	x.wait("> ")

	x.write("2\n") // a log of more than one screen
	x.wait("手机号 1")
	x.wait("<phone#")
	x.wait("recall refused")
	x.wait("回车 下一屏")
	x.write("\n")
	x.wait("回车 返回")
	if s := x.text(); strings.Contains(s, "13800138000") {
		t.Errorf("not redacted:\n%s", s)
	}
	x.write("b\n")
	x.wait("recall refused")
	x.wait("回车 下一屏")
	x.write("q\n")
	x.wait("写入报告 r.zip")

	x.write("1\n") // a picture is told of
	x.wait("画面没有改动")
	x.wait("shot.gif")
	x.wait("写入报告 r.zip")
	x.write("99\n")
	x.wait("没有第 99 个文件")
	x.write("ｄ１－２\n") // full width
	x.wait("已去掉 attachments/shot.gif")
	x.wait("已去掉 logs/client.log")
	x.wait("写入报告 r.zip")
	x.write("d2\n")
	x.wait("已放回 logs/client.log")
	x.write("l\n")
	x.wait("已去掉")
	x.wait("写入报告 r.zip")
	for n := range 16 { // nothing less than the report itself is written
		x.write("d" + string(rune('0'+n/10)) + string(rune('0'+n%10)) + "\n")
		x.wait("写入报告 r.zip")
	}
	x.wait("> ")
	if s := x.text(); control.MatchString(s) {
		t.Errorf("the log steers the terminal: %q", s)
	}
	if a, b := left(t, dir), left(t, tmp); len(a)+len(b) > 0 {
		t.Fatalf("before the answer: %q %q", a, b)
	}
	x.write("\n")
	if got := x.status(20 * time.Second); got != 1 {
		t.Errorf("status %d\n%s", got, x.text())
	}
	in := members(t, filepath.Join(dir, "r.zip"))
	if !in["report.json"] || !in["manifest.json"] || in["logs/client.log"] || in["report.html"] {
		t.Errorf("%v", in)
	}
	if ps, err := archive.Validate(filepath.Join(dir, "r.zip")); err != nil || len(ps) > 0 {
		t.Errorf("%v %v", ps, err)
	}
}

// TestConsentRefused: every way to say no leaves nothing behind.
func TestConsentRefused(t *testing.T) {
	for name, keys := range map[string]string{"q": "q\n", "Ctrl-D": "\x04", "looked": "1\nq\n", "no": "不\n", "Ctrl-C": "\x03", "Ctrl-C in a file": "1\n\x03"} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			env, tmp := private(t)
			dir := t.TempDir()
			x := inTerminal(t, dir, env, "recall", "--offline", "--evidence", evidenceOf(t))
			x.wait("写入报告")
			x.wait("> ")
			for i, c := range keys {
				x.write(string(c))
				if c == '\n' && i < len(keys)-1 {
					x.wait("> ")
				}
			}
			got := x.status(20 * time.Second)
			if want := strings.Contains(keys, "\x03"); (got == 130) != want || got == 2 {
				t.Errorf("status %d\n%s", got, x.text())
			}
			if a, b := left(t, dir), left(t, tmp); len(a)+len(b) > 0 {
				t.Errorf("left: %q %q", a, b)
			}
		})
	}
}

// TestConsentRefusedTellsTheWayBack: who says no to a report that could be made
// again is told how; who would lose what was typed is asked once more.
func TestConsentRefusedTellsTheWayBack(t *testing.T) {
	env, _ := private(t)
	dir := t.TempDir()
	inc := write(t, dir, "the incident.yaml", goodIncident)
	x := inTerminal(t, dir, env, "recall", "--offline", "--incident", inc, "--lang", "en")
	x.wait("manifest.json")
	x.wait("> ")
	x.write("q\n")
	if got := x.status(20 * time.Second); got != 1 {
		t.Errorf("status %d\n%s", got, x.text())
	}
	if want := "meiqia-diag recall --offline --incident '" + inc + "' --lang en --yes"; !strings.Contains(strings.NewReplacer("\r", "", "\n", "").Replace(x.text()), want) {
		t.Errorf("%q is not in\n%s", want, x.text())
	}

	x = inTerminal(t, dir, env, "recall", "--offline", "--lang", "en")
	answers := []string{"1\n"} // refused; Enter for the other questions
	for n, end := 0, time.Now().Add(30*time.Second); time.Now().Before(end); {
		if strings.Count(x.text(), "> ") <= n {
			time.Sleep(20 * time.Millisecond)
			continue
		}
		if strings.Contains(x.text(), "Write the report") {
			break
		}
		n++
		if n <= len(answers) {
			x.write(answers[n-1])
		} else {
			x.write("\n")
		}
	}
	x.write("n\n")
	x.status(20 * time.Second)
	if text := strings.NewReplacer("\r", "", "\n", "").Replace(x.text()); !strings.Contains(text, "--set attempt.symptom=refused --yes") {
		t.Errorf("what was answered is lost\n%s", x.text())
	}
}

// TestWhatCannotBeMadeAgainIsAskedForTwice: a recording is gone with its run.
func TestWhatCannotBeMadeAgainIsAskedForTwice(t *testing.T) {
	for _, c := range []struct {
		args []string
		o    recallOptions
		want string
	}{
		{[]string{"record"}, recallOptions{}, ""},
		{[]string{"--lang", "en", "record", "--headless"}, recallOptions{}, ""},
		{[]string{"recall", "--incident", "-"}, recallOptions{incident: "-"}, ""},
		{[]string{"verify", "a b.zip", "--output", "it's.zip"}, recallOptions{}, `meiqia-diag verify 'a b.zip' --output 'it'\''s.zip' --yes`},
	} {
		if got := newApp(c.args).again(&c.o, &input{}); got != c.want {
			t.Errorf("%v: %q, want %q", c.args, got, c.want)
		}
	}
}
