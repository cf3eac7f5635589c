package logs

import (
	"bytes"
	"context"
	"fmt"
	"io"
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
		}
	}
}

func plainText(s string) string { return s }

func TestCutSpellings(t *testing.T) {
	for _, sp := range spellings {
		t.Run(sp.name, func(t *testing.T) {
			lines := made([]spelling{sp}, cutFrom.Add(-5*time.Minute), 777*time.Millisecond, 900, "\n")
			checkCut(t, lines, plainText, "", LearnOptions{}, lines[len(lines)-1].at.Add(time.Hour))
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
