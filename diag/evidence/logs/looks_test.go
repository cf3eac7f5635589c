package logs

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"
)

// more spellings, as programs write them.
var rarer = []spelling{
	{"compact", time.Second, layout("", "20060102150405", " INFO ")},
	{"compact-milli", time.Millisecond, func(t time.Time, m string) string {
		return strings.ReplaceAll(t.Format("20060102150405.000"), ".", "") + " " + m
	}},
	{"glog-year", time.Microsecond, layout("W", "20060102 15:04:05.000000", " 99 a.cc:1] ")},
	{"xlog", time.Millisecond, func(t time.Time, m string) string {
		return t.Format("[I][2006-01-02 ") + "+8.0" + t.Format(" 15:04:05.000]") + "[1, 2*][tag][a.java, f, 1][" + m
	}},
	{"milli-zh", time.Millisecond, func(t time.Time, m string) string {
		return t.Format("2006年01月02日 15时04分05秒") + t.Format(".000")[1:] + "毫秒 " + m
	}},
	{"wide", time.Second, layout("【", "2006年01月02日 15:04:05", "】")},
	{"wide-brackets", time.Second, layout("［", "2006-01-02 15:04:05", "］")},
	{"weekday-zh", time.Second, layout("", "2006/1/2 星期五 15:04:05", " ")},
	{"points", time.Second, layout("", "02.01.2006 15:04:05", " ")},
	{"erlang", time.Second, layout("=INFO REPORT==== ", "2-Jan-2006::15:04:05", " ===\n")},
	{"redis-3", time.Millisecond, layout("[12] ", "02 Jan 15:04:05.000", " * ")},
	{"capitals", time.Second, func(t time.Time, m string) string {
		return strings.ToUpper(t.Format("02-Jan-2006 15:04:05")) + " * " + m
	}},
	{"tomcat-zh", time.Millisecond, layout("", "02-十一月-2006 15:04:05.000", " 信息 [main] ")},
	{"java-zh", time.Second, func(t time.Time, m string) string {
		return strings.NewReplacer("AM", "上午", "PM", "下午").Replace(t.Format("1月 2, 2006 3:04:05 PM")) + " com.x.Y f\n信息: " + m
	}},
	{"java-8-zh", time.Second, func(t time.Time, m string) string {
		return strings.NewReplacer("AM", "上午", "PM", "下午").Replace(t.Format("十一月 2, 2006 3:04:05 PM")) + " com.x.Y f\n信息: " + m
	}},
	{"dhcp", time.Second, layout("10,", "01/02/06,15:04:05", ",Assign,10.0.0.9,")},
	{"websphere", time.Millisecond, func(t time.Time, m string) string {
		return t.Format("[01/02/06 15:04:05:") + t.Format(".000")[1:] + " CST] 00000001 SystemOut O " + m
	}},
	{"suricata", time.Microsecond, layout("", "01/02/2006-15:04:05.000000", "  [**] ")},
	{"csv", time.Second, layout("", "2006-01-02 15:04:05", ",8842,agent,")},
	{"comma", time.Second, layout("", "2006-01-02 15:04:05", ", Info                  CBS    ")},
	{"led", time.Second, layout("    ", "2006/01/02 15:04:05", " [INFO] consul: ")},
	{"led-epoch", time.Millisecond, func(t time.Time, m string) string {
		return fmt.Sprintf("         %d.%03d  1234  1250 I Tag: %s", t.Unix(), t.Nanosecond()/1e6, m)
	}},
	{"logfmt-late", time.Millisecond, func(t time.Time, m string) string {
		return fmt.Sprintf(`level=info msg=%q app=x ts=%s`, m+" till 2026-11-20T10:00:00Z", t.UTC().Format("2006-01-02T15:04:05.000Z"))
	}},
	{"xml", time.Millisecond, func(t time.Time, m string) string {
		return fmt.Sprintf("<log4j:event logger=\"x\" timestamp=\"%d\" level=\"INFO\">\n<log4j:message>%s</log4j:message>", t.UnixMilli(), m)
	}},
	{"audit", time.Millisecond, func(t time.Time, m string) string {
		return fmt.Sprintf("type=SYSCALL msg=audit(%d.%03d:42): %s", t.Unix(), t.Nanosecond()/1e6, m)
	}},
	{"journal", time.Microsecond, func(t time.Time, m string) string {
		return fmt.Sprintf(`{"MESSAGE":%q,"__REALTIME_TIMESTAMP":"%d"}`, m, t.UnixMicro())
	}},
	{"sls", time.Second, func(t time.Time, m string) string { return fmt.Sprintf(`{"__time__":"%d","content":%q}`, t.Unix(), m) }},
	{"log4j2", time.Nanosecond, func(t time.Time, m string) string {
		return fmt.Sprintf(`{"instant":{"epochSecond":%d,"nanoOfSecond":%d},"message":%q}`, t.Unix(), t.Nanosecond(), m)
	}},
	{"column", time.Second, func(t time.Time, m string) string {
		return fmt.Sprintf("460 node-235 unix.hw state_change %d 1 %s", t.Unix(), m)
	}},
	{"column-csv", time.Millisecond, func(t time.Time, m string) string { return fmt.Sprintf("8842,agent,%d,%s", t.UnixMilli(), m) }},
	{"prefix", time.Millisecond, func(t time.Time, m string) string {
		return "web_1  | " + t.UTC().Format("2006-01-02T15:04:05.000Z") + " " + m
	}},
}

// messages are some of several lines whose stamps are no entries'.
var messages = []string{
	"",
	"\nValueError: time data '2026-11-20 10:00:00' does not match",
	"\n2026-11-20 is the deadline\n10:22 was the time\n20 messages\n1795141361",
	"\n| 1 | 2026-11-20 09:00:00 |\n| 2 | 2026-11-19 08:05:00 |",
	"\n(2026-11-19 09:00:00) quoted from elsewhere",
	"\nHTTP/1.1 200 OK\nExpires: Thu, 01 Jan 2026 00:00:00 GMT",
	"\nid=8842 at=2026-11-20T05:07:00Z",
}

// cutAll cuts a log that a test made, and compares with what the oracle keeps.
func cutAll(t *testing.T, lines []written, from, to time.Time, mod time.Time) {
	t.Helper()
	var log, want strings.Builder
	for i, keep := range oracle(lines, from, to) {
		log.WriteString(lines[i].text)
		if keep {
			want.WriteString(lines[i].text)
		}
	}
	rd, err := Learn(sourceOf([]byte(log.String()), mod, true), LearnOptions{Zone: shanghai, From: from, To: to})
	if err != nil {
		t.Fatal(err)
	}
	var got strings.Builder
	if _, err := rd.Cut(context.Background(), CutOptions{From: from, To: to, Block: 4 << 10}, func(p []byte, _ int) error {
		got.Write(p)
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	if got.String() != want.String() {
		g, w := strings.Split(got.String(), "\n"), strings.Split(want.String(), "\n")
		for i := 0; i < len(g) && i < len(w); i++ {
			if g[i] != w[i] {
				t.Fatalf("%d lines, want %d; the first that differs is %q, want %q", len(g), len(w), g[i], w[i])
			}
		}
		t.Fatalf("%d lines, want %d", len(g), len(w))
	}
}

// Every spelling is cut at its own precision, and stamps in messages of several
// lines open no entry.
func TestLooks(t *testing.T) {
	start := time.Date(2026, 11, 20, 10, 20, 0, 0, shanghai)
	for _, sp := range append(rarer, spellings...) {
		t.Run(sp.name, func(t *testing.T) {
			var lines []written
			at := start
			for i := range 300 {
				text := sp.line(at, "消息 recall sent")
				if strings.IndexByte(text, '\n') < 0 && i%5 == 0 && !strings.HasSuffix(sp.name, "csv") {
					text += messages[i/5%len(messages)]
				}
				lines = append(lines, written{text + "\n", at, sp.prec, true})
				at = at.Add(time.Duration(300+i*37%1400) * time.Millisecond)
			}
			cutAll(t, lines, lines[100].at, lines[201].at, at)
		})
	}
}

// Two writers to one file: the rarer is no text, for its clock goes along.
func TestRareWriter(t *testing.T) {
	at := time.Date(2026, 11, 20, 10, 20, 0, 0, shanghai)
	var lines []written
	for i := range 400 {
		sp := spellings[0]
		if i%25 == 3 {
			sp = spellings[9]
		}
		lines = append(lines, written{sp.line(at, "x") + "\n", at, sp.prec, true})
		at = at.Add(700 * time.Millisecond)
	}
	cutAll(t, lines, lines[99].at, lines[253].at, at)
}

// What two programs wrote one after the other to one file is no text either,
// however far apart their times are.
func TestJoinedWriters(t *testing.T) {
	var lines []written
	for k, sp := range []spelling{spellings[0], spellings[9], spellings[0]} {
		at := time.Date(2026, 11, 20, 12-3*k, 20, 0, 0, shanghai)
		for i := range 200 - 140*(k%2) {
			lines = append(lines, written{sp.line(at, "x") + "\n", at, sp.prec, true})
			at = at.Add(time.Duration(i%3) * time.Second)
		}
	}
	cutAll(t, lines, lines[210].at, lines[240].at, lines[0].at)
}

// A mark of the encoding inside a file, where two were joined, hides no stamp.
func TestJoinedMarks(t *testing.T) {
	at := time.Date(2026, 11, 20, 10, 20, 0, 0, shanghai)
	var lines []written
	for i := range 60 {
		text := spellings[i/20%2].line(at, "x") + "\n"
		if i%20 == 0 && i > 0 {
			text = string(bom) + text
		}
		lines = append(lines, written{text, at, spellings[i/20%2].prec, true})
		at = at.Add(time.Second)
	}
	cutAll(t, lines, lines[20].at, lines[20].at, at)
	cutAll(t, lines, lines[10].at, lines[45].at, at)
}

// A template of one zone takes no line of another, and none whose seconds a
// comma ends.
func TestTemplateZones(t *testing.T) {
	var lines []written
	at := time.Date(2026, 11, 20, 10, 20, 0, 0, shanghai)
	for i := range 400 {
		zone := []*time.Location{time.FixedZone("", 0), shanghai, time.FixedZone("", -5*3600), time.FixedZone("", 19800)}[i%4]
		lines = append(lines, written{at.In(zone).Format("2006-01-02T15:04:05.000-07:00") + " INFO x\n", at, time.Millisecond, true})
		at = at.Add(time.Second)
	}
	cutAll(t, lines, lines[150].at, lines[250].at, at)
}

// Lines that end in carriage returns alone.
func TestReturns(t *testing.T) {
	at := time.Date(2026, 11, 20, 10, 20, 0, 0, shanghai)
	var lines []written
	for range 200 {
		lines = append(lines, written{spellings[5].line(at, "x") + "\r\tat y\r", at, spellings[5].prec, true})
		at = at.Add(time.Second)
	}
	cutAll(t, lines, lines[50].at, lines[90].at, at)
}

// Where 03/11/2026 is in November the log tells, or its last change.
func TestDayFirst(t *testing.T) {
	for _, day := range []int{3, 12, 28} {
		at := time.Date(2026, 11, day, 10, 20, 0, 0, shanghai)
		var lines []written
		for range 200 {
			lines = append(lines, written{at.Format("02/01/2006 15:04:05") + " x\n", at, time.Second, true})
			at = at.Add(10 * time.Minute)
		}
		cutAll(t, lines, lines[20].at, lines[30].at, at)
	}
	at := time.Date(2026, 11, 3, 10, 20, 0, 0, shanghai)
	var lines []written
	for range 50 {
		lines = append(lines, written{at.Format("01/02/2006 3:04:05 PM") + " x\n", at, time.Second, true})
		at = at.Add(time.Minute)
	}
	cutAll(t, lines, lines[20].at, lines[30].at, at)
}

// What a zone rests on is not taken from a time that is quoted again and again.
func TestQuotedZone(t *testing.T) {
	var b strings.Builder
	at := time.Date(2026, 11, 20, 10, 14, 50, 0, shanghai)
	for i := range 200 {
		fmt.Fprintf(&b, "%s INFO x\n", at.Format("2006-01-02 15:04:05"))
		if i%2 == 0 {
			b.WriteString("at=2026-11-20T05:15:00Z\n")
		}
		at = at.Add(500 * time.Millisecond)
	}
	rd, err := Learn(sourceOf([]byte(b.String()), time.Time{}, true), LearnOptions{Local: shanghai})
	if err != nil || rd.loc != shanghai {
		t.Errorf("%v %v", rd.loc, err)
	}
}
