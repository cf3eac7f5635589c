package logs

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"slices"
	"strings"
	"testing"
	"time"

	"golang.org/x/text/encoding/simplifiedchinese"
	"golang.org/x/text/encoding/unicode"
)

// written is a line of a log that a test made, with what is true of it.
type written struct {
	text    string // with its line end
	at      time.Time
	prec    time.Duration // of the stamp as printed
	stamped bool
}

// oracle is the plain way to cut a log: line after line, by what the test
// knows of each, with no look at the text.
func oracle(lines []written, from, to time.Time) []bool {
	keep := make([]bool, len(lines))
	in := false
	for i, l := range lines {
		if l.stamped {
			printed := l.at.Truncate(l.prec)
			in = !printed.After(to) && printed.Add(l.prec).After(from)
		}
		keep[i] = in
	}
	return keep
}

type memory struct{ *bytes.Reader }

func (memory) Close() error { return nil }

type stream struct{ io.Reader }

func (stream) Close() error { return nil }

func sourceOf(data []byte, mod time.Time, seekable bool) Source {
	return Source{Name: "x.log", ModTime: mod, Size: int64(len(data)), Open: func() (io.ReadCloser, error) {
		if seekable {
			return memory{bytes.NewReader(data)}, nil
		}
		return stream{bytes.NewReader(data)}, nil
	}}
}

// spelling writes a moment as some program does, in the test's zone.
type spelling struct {
	name string
	prec time.Duration
	line func(t time.Time, msg string) string
}

func layout(prefix, layout, suffix string) func(time.Time, string) string {
	return func(t time.Time, msg string) string { return prefix + t.Format(layout) + suffix + msg }
}

var spellings = []spelling{
	{"iso-zone", time.Millisecond, layout("", "2006-01-02T15:04:05.000Z07:00", " INFO ")},
	{"iso-utc", time.Millisecond, func(t time.Time, m string) string { return t.UTC().Format("2006-01-02T15:04:05.000Z") + " INFO " + m }},
	{"iso-seconds", time.Second, layout("", "2006-01-02 15:04:05", " INFO ")},
	{"iso-micro", time.Microsecond, layout("", "2006-01-02 15:04:05.000000", " -0 ")},
	{"iso-nano", time.Nanosecond, layout("", "2006-01-02T15:04:05.000000000-0700", " ")},
	{"log4j", time.Millisecond, layout("", "2006-01-02 15:04:05,000", " [main] ")},
	{"electron", time.Millisecond, layout("[", "2006-01-02 15:04:05.000", "] [error] ")},
	{"minute-zone", time.Second, layout("", "2006-01-02 15:04:05 -0700", " ")},
	{"nginx-access", time.Second, layout("203.0.113.7 - - [", "02/Jan/2006:15:04:05 -0700", `] "GET /api HTTP/1.1" 200 `)},
	{"nginx-error", time.Second, layout("", "2006/01/02 15:04:05", " [error] 12#12: *3 ")},
	{"apache-error", time.Microsecond, layout("[", "Mon Jan 02 15:04:05.000000 2006", "] [core:error] ")},
	{"syslog", time.Second, layout("", "Jan _2 15:04:05", " host app[12]: ")},
	{"rfc5424", time.Millisecond, layout("<34>1 ", "2006-01-02T15:04:05.000Z07:00", " host app - - ")},
	{"logcat", time.Millisecond, layout("", "01-02 15:04:05.000", "  1234  1250 E Tag: ")},
	{"chromium", time.Microsecond, layout("[7:9:", "0102/150405.000000", ":ERROR:a.cc(12)] ")},
	{"hdfs", time.Second, layout("", "060102 150405", " 148 INFO dfs.DataNode: ")},
	{"spark", time.Second, layout("", "06/01/02 15:04:05", " INFO Executor: ")},
	{"bgl", time.Microsecond, func(t time.Time, m string) string {
		return fmt.Sprintf("- %d %s R02-M1-N0 %s R02-M1-N0 RAS %s", t.Unix(), t.Format("2006.01.02"), t.Format("2006-01-02-15.04.05.000000"), m)
	}},
	{"healthapp", time.Millisecond, func(t time.Time, m string) string {
		return t.Format("20060102-15:04:05:") + t.Format(".000")[1:] + "|Step|" + m
	}},
	{"proxifier", time.Second, layout("[", "01.02 15:04:05", "] chrome.exe - ")},
	{"chinese", time.Second, func(t time.Time, m string) string {
		half, h := "上午", t.Hour()
		if h >= 12 {
			half = "下午"
		}
		if h = h % 12; h == 0 {
			h = 12
		}
		return fmt.Sprintf("%s %s%d:%s %s", t.Format("2006-01-02"), half, h, t.Format("04:05"), m)
	}},
	{"chinese-long", time.Second, layout("", "2006年01月02日 15时04分05秒", " ")},
	{"epoch", time.Millisecond, func(t time.Time, m string) string { return fmt.Sprintf("%d.%03d %s", t.Unix(), t.Nanosecond()/1e6, m) }},
	{"pino", time.Millisecond, func(t time.Time, m string) string {
		return fmt.Sprintf(`{"level":30,"time":%d,"pid":1,"msg":%q}`, t.UnixMilli(), m)
	}},
	{"winston", time.Millisecond, func(t time.Time, m string) string {
		return fmt.Sprintf(`{"level":"info","message":%q,"timestamp":%q}`, m, t.UTC().Format("2006-01-02T15:04:05.000Z"))
	}},
	{"pretty", time.Millisecond, func(t time.Time, m string) string {
		return fmt.Sprintf("{\n  \"level\": \"info\",\n  \"req\": {\n    \"at\": \"2020-01-01T00:00:00Z\"\n  },\n  \"timestamp\": %q,\n  \"message\": %q\n}", t.UTC().Format("2006-01-02T15:04:05.000Z"), m)
	}},
	{"pretty-list", time.Millisecond, func(t time.Time, m string) string {
		return fmt.Sprintf("  {\n    \"time\": %q,\n    \"message\": %q\n  },", t.UTC().Format("2006-01-02T15:04:05.000Z"), m)
	}},
	{"time-only", time.Millisecond, layout("", "15:04:05.000", " app.js:12 ")},
	{"coloured", time.Millisecond, layout("\x1b[32m", "2006-01-02T15:04:05.000Z07:00", "\x1b[0m INFO ")},
	{"prefixed", time.Millisecond, layout("web-1  | ", "2006-01-02T15:04:05.000Z07:00", " INFO ")},
}

var (
	cutFrom = time.Date(2026, 11, 20, 10, 22, 0, 0, shanghai)
	cutTo   = cutFrom.Add(20 * time.Second)
)

const frames = "java.lang.IllegalStateException: 2020-01-01 00:00:00 is no moment of the log\n\tat com.example.Recall.run(Recall.java:12)\n\n    at b (app.js:1:2)\nCaused by: x\n"

// made writes n entries from start on, step apart, some with lines that belong to them.
func made(sp []spelling, start time.Time, step time.Duration, n int, eol string) []written {
	var out []written
	rnd := uint32(1)
	for i := range n {
		rnd = rnd*1664525 + 1013904223
		s := sp[int(rnd>>16)%len(sp)]
		text := s.line(start.Add(time.Duration(i)*step), fmt.Sprintf("撤回 msg=%d", i))
		for k, l := range strings.Split(text, "\n") {
			out = append(out, written{l + eol, start.Add(time.Duration(i) * step), s.prec, k == 0})
		}
		if rnd>>8%7 == 0 && !strings.HasPrefix(s.name, "pretty") {
			for l := range strings.Lines(frames[strings.IndexByte(frames, '\n')+1:]) {
				out = append(out, written{text: strings.TrimSuffix(l, "\n") + eol})
			}
		}
	}
	return out
}

func encodeUTF16(t testing.TB, s string, e unicode.Endianness) string {
	t.Helper()
	out, err := unicode.UTF16(e, unicode.IgnoreBOM).NewEncoder().String(s)
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// checkCut compares a cut with the oracle, for several sizes of blocks.
func checkCut(t *testing.T, lines []written, encode func(string) string, mark string, opt LearnOptions, mod time.Time) {
	t.Helper()
	var data, want []byte
	data = append(data, mark...)
	kept := 0
	for i, k := range oracle(lines, cutFrom, cutTo) {
		raw := encode(lines[i].text)
		data = append(data, raw...)
		if k {
			kept++
			if i == 0 {
				want = append(want, mark...)
			}
			want = append(want, raw...)
		}
	}
	if kept == 0 || kept == len(lines) {
		t.Fatalf("the test keeps %d of %d lines", kept, len(lines))
	}
	opt.From, opt.To = cutFrom, cutTo
	if opt.Local == nil {
		opt.Local = shanghai
	}
	for _, seekable := range []bool{true, false} {
		src := sourceOf(data, mod, seekable)
		rd, err := Learn(src, opt)
		if err != nil {
			t.Fatal(err)
		}
		for _, size := range []int{1, 7, 64, 1000, 4096, 1 << 20} {
			if len(data) > 1<<20 && size < 4096 {
				continue
			}
			var got bytes.Buffer
			n := 0
			st, err := rd.Cut(context.Background(), CutOptions{From: cutFrom, To: cutTo, Block: size, Workers: 3}, func(p []byte, line int) error {
				if line > 0 && line <= n {
					t.Errorf("line %d after line %d", line, n)
				}
				got.Write(p)
				return nil
			})
			if err != nil {
				t.Fatal(err)
			}
			if !bytes.Equal(got.Bytes(), want) {
				t.Fatalf("blocks of %d, seekable %v, %+v:\n got %d bytes %.600q\nwant %d bytes %.600q", size, seekable, rd.Zone, got.Len(), got.String(), len(want), want)
			}
			if st.Lines != len(lines) || st.Kept != kept || st.Bytes != int64(len(data)) {
				t.Fatalf("blocks of %d: %+v, want %d of %d lines", size, st, kept, len(lines))
			}
			known, err := rd.Scan(context.Background(), CutOptions{From: cutFrom.Add(-time.Second), To: cutTo.Add(time.Minute), Block: size, Workers: 2}, "")
			if err != nil {
				t.Fatal(err)
			}
			if c, _ := rd.cutter(CutOptions{From: cutFrom, To: cutTo}); seekable && known.tells(rd, c) != rd.apart() {
				t.Fatalf("what is known tells enough: %v, and lines stand apart: %v", known.tells(rd, c), rd.apart())
			}
			got.Reset()
			at := bytes.Split(data, []byte("\n"))
			again, err := rd.Cut(context.Background(), CutOptions{From: cutFrom, To: cutTo, Block: size, Known: known}, func(p []byte, line int) error {
				if whole := bytes.TrimLeft(p, "\x00"); line > 0 && rd.apart() && !bytes.HasPrefix(bytes.TrimLeft(at[line-1], "\x00"), whole[:max(0, bytes.IndexByte(whole, '\n'))]) {
					t.Errorf("line %d is %.80q, want %.80q", line, whole, bytes.TrimLeft(at[line-1], "\x00"))
				}
				got.Write(p)
				return nil
			})
			if err != nil || !bytes.Equal(got.Bytes(), want) || again != st {
				t.Fatalf("blocks of %d, of what is known: %v %+v, want %+v:\n got %d bytes %.600q\nwant %d bytes %.600q", size, err, again, st, got.Len(), got.String(), len(want), want)
			}
		}
	}
}

func plainText(s string) string { return s }

func TestCutSpellings(t *testing.T) {
	for _, sp := range spellings {
		t.Run(sp.name, func(t *testing.T) {
			lines := made([]spelling{sp}, cutFrom.Add(-5*time.Minute), 777*time.Millisecond, 900, "\n")
			checkCut(t, lines, plainText, "", LearnOptions{}, cutTo.Add(8*time.Hour))
		})
		t.Run(sp.name+"/crlf", func(t *testing.T) {
			lines := made([]spelling{sp}, cutFrom.Add(-time.Minute), 333*time.Millisecond, 400, "\r\n")
			checkCut(t, lines, plainText, "\xef\xbb\xbf", LearnOptions{}, cutTo.Add(time.Hour))
		})
		t.Run(sp.name+"/utf16", func(t *testing.T) {
			lines := made([]spelling{sp}, cutFrom.Add(-time.Minute), 333*time.Millisecond, 400, "\r\n")
			checkCut(t, lines, func(s string) string { return encodeUTF16(t, s, unicode.LittleEndian) }, "\xff\xfe", LearnOptions{}, cutTo.Add(time.Hour))
			checkCut(t, lines, func(s string) string { return encodeUTF16(t, s, unicode.BigEndian) }, "\xfe\xff", LearnOptions{}, cutTo.Add(time.Hour))
		})
		t.Run(sp.name+"/gbk", func(t *testing.T) {
			lines := made([]spelling{sp}, cutFrom.Add(-time.Minute), 333*time.Millisecond, 400, "\n")
			checkCut(t, lines, func(s string) string {
				out, err := simplifiedchinese.GB18030.NewEncoder().String(s)
				if err != nil {
					t.Fatal(err)
				}
				return out
			}, "", LearnOptions{}, cutTo.Add(time.Hour))
		})
	}
}

// shuffled are lines of which some were written late, and the clock stepped back.
func shuffled() []written {
	iso := spellings[:1]
	lines := made(iso, cutFrom.Add(-2*time.Hour), 700*time.Millisecond, 12_000, "\n")
	late := made(iso, cutFrom, 500*time.Millisecond, 20, "\n")
	again := made(iso, cutFrom.Add(-30*time.Minute), 900*time.Millisecond, 3000, "\n")
	return slices.Concat(lines[:9000], again, lines[9000:], late)
}

func TestCutEdges(t *testing.T) {
	mixed := []spelling{spellings[0], spellings[5], spellings[8], spellings[11], spellings[13], spellings[23]}
	utc := spelling{"utc", time.Millisecond, spellings[1].line}
	iso := spellings[0]
	at := func(offset time.Duration, text string) written {
		return written{text, cutFrom.Add(offset), time.Millisecond, true}
	}
	line := func(offset time.Duration, msg string) written {
		return at(offset, iso.line(cutFrom.Add(offset), msg)+"\n")
	}
	hole := strings.Repeat("\x00", 3<<20)
	long := strings.Repeat("x", 12<<20)
	for name, lines := range map[string][]written{
		"late lines and a clock stepped back": shuffled(),
		"six layouts":                         made(mixed, cutFrom.Add(-5*time.Minute), 100*time.Millisecond, 9000, "\n"),
		"half in UTC, half in +08:00":         made([]spelling{utc, iso}, cutFrom.Add(-5*time.Minute), 100*time.Millisecond, 9000, "\n"),
		"a hole before a line of the range":   {line(-time.Minute, "a"), {text: "\tb\n"}, at(time.Second, hole+iso.line(cutFrom.Add(time.Second), "c")+"\n"), {text: "\td\n"}, line(time.Hour, "e")},
		"a hole before a line that is not":    {line(time.Second, "a"), {text: "\tb\n"}, at(time.Hour, hole+iso.line(cutFrom.Add(time.Hour), "c")+"\n"), {text: "\td\n"}},
		"a hole at the end":                   {line(time.Second, "a"), {text: "\tb\n"}, line(time.Hour, "c"), line(2*time.Second, "d"), {text: hole}},
		"a hole of the whole beginning":       {{text: hole + "\n"}, line(time.Second, "a"), line(time.Hour, "c")},
		"lines of 12 MB":                      {line(-time.Minute, long), line(time.Second, long), {text: "\t" + long + "\n"}, line(time.Minute, long), {text: long}},
		"a line longer than is held":          {line(-time.Minute, "a"), line(time.Second, long+long+long), {text: "\tb\n"}, line(time.Minute, long+long+long), {text: "\tc\n"}, line(2*time.Second, "d")},
		"no line end at the end":              {line(-time.Minute, "a"), {text: "\tb\n"}, at(time.Second, iso.line(cutFrom.Add(time.Second), "c"))},
		"lines before the first stamp":        {{text: "a\n"}, {text: "\n"}, {text: "\tb\r\n"}, line(time.Second, "c"), line(time.Hour, "d")},
		"empty lines":                         {line(-time.Minute, "a"), {text: "\n"}, line(time.Second, "c"), {text: "\n"}, {text: "\r\n"}, line(time.Hour, "d"), {text: "\n"}},
		"stamps inside of messages":           {line(time.Second, "a"), {text: "until 2026-11-20T09:00:00+08:00 it waits\n"}, {text: "  2026-11-20T09:00:00+08:00 INFO quoted\n"}, {text: "10:00:00 and then\n"}, {text: "1795141361 times\n"}, line(time.Hour, "d"), line(-time.Hour, "e")},
		"stamps that are none":                {line(time.Second, "a"), {text: "2026-11-31T09:00:00.000+08:00 INFO no such day\n"}, {text: "2026-11-20T25:00:00.000+08:00 INFO no such hour\n"}, {text: "2026-11-20T09:00:6x.000+08:00 INFO\n"}, {text: "2026-11-20T09:00:\n"}, line(time.Hour, "d")},
		"leap second":                         {line(-time.Minute, "a"), {"2026-11-20T10:21:60.500+08:00 INFO b\n", cutFrom.Add(500 * time.Millisecond), time.Millisecond, true}, line(time.Hour, "c")},
		"the edges":                           {line(-time.Millisecond, "out"), line(0, "in"), line(20*time.Second, "in"), line(20*time.Second+time.Millisecond, "out"), line(time.Second, "in")},
	} {
		t.Run(name, func(t *testing.T) { checkCut(t, lines, plainText, "", LearnOptions{}, cutTo.Add(2*time.Hour)) })
	}
}

// A stamp stands for as long as its last digit: from and to may be finer.
func TestCutPrecision(t *testing.T) {
	data := []byte("2026-11-20 10:22:40 a\n2026-11-20 10:22:41 b\n2026-11-20 10:22:42 c\n2026-11-20 10:22:42.400 d\n2026-11-20 10:22:42.600 e\n2026-11-20T10:22+08:00 f\n2026-11-20T10:23+08:00 g\n")
	for _, tt := range []struct{ from, to, want string }{
		{"10:22:41.5", "10:22:42.5", "bcdf"},
		{"10:22:41", "10:22:42", "bcf"},
		{"10:22:41.999999999", "10:22:41.999999999", "bf"},
		{"10:22:40.000000001", "10:22:40.5", "af"},
		{"10:22:42", "10:22:42", "cf"},
		{"10:22:42.4", "10:22:42.4", "cdf"},
		{"10:23:00", "10:24:00", "g"},
		{"10:22:59.999", "10:22:59.999", "f"},
	} {
		parse := func(s string) time.Time {
			at, err := time.ParseInLocation("2006-01-02 15:04:05", "2026-11-20 "+s, shanghai)
			if err != nil {
				t.Fatal(err)
			}
			return at
		}
		got := cutText(t, data, LearnOptions{Local: shanghai}, CutOptions{From: parse(tt.from), To: parse(tt.to)})
		letters := ""
		for l := range strings.Lines(got) {
			letters += l[len(l)-2 : len(l)-1]
		}
		if letters != tt.want {
			t.Errorf("%s to %s: %s, want %s", tt.from, tt.to, letters, tt.want)
		}
	}
}

func cutText(t *testing.T, data []byte, opt LearnOptions, cut CutOptions) string {
	t.Helper()
	rd, err := Learn(sourceOf(data, time.Time{}, true), opt)
	if err != nil {
		t.Fatal(err)
	}
	var out strings.Builder
	if _, err := rd.Cut(context.Background(), cut, func(p []byte, _ int) error { out.Write(p); return nil }); err != nil {
		t.Fatal(err)
	}
	return out.String()
}
