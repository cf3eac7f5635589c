package charset

import (
	"bytes"
	"io"
	"math/rand/v2"
	"strings"
	"testing"
	"testing/iotest"
	"unicode/utf8"

	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/simplifiedchinese"
	"golang.org/x/text/encoding/traditionalchinese"
	"golang.org/x/text/encoding/unicode"
	"golang.org/x/text/encoding/unicode/utf32"
)

const (
	hans = "2026-11-20 10:22:41.310 [INFO] 撤回请求已发送 msg=8842\r\n" +
		"2026-11-20 10:22:41.702 [ERROR] 消息已被阅读,无法撤回 (code=40021)\r\n" +
		"来自 47.93.0.66 的回复: 字节=32 时间=38ms TTL=52\r\n" +
		"客服 张喆 撤回了一条消息,对方仍可见。\r\n"
	hant = "回覆自 47.93.0.66: 位元組=32 時間=38ms TTL=52\r\n要求等候逾時。\r\n" +
		"在上限 30 個躍點上\r\n追蹤 app.meiqia.com [47.93.0.66] 的路由:\r\n"
)

var (
	u16le = unicode.UTF16(unicode.LittleEndian, unicode.IgnoreBOM)
	u16be = unicode.UTF16(unicode.BigEndian, unicode.IgnoreBOM)
)

func enc(t testing.TB, e encoding.Encoding, s string) string {
	t.Helper()
	b, err := e.NewEncoder().String(s)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// readers are the ways in which bytes may arrive.
var readers = map[string]func(io.Reader) io.Reader{
	"whole": func(r io.Reader) io.Reader { return r }, "one byte": iotest.OneByteReader,
	"half": iotest.HalfReader, "data with error": iotest.DataErrReader,
}

func check(t *testing.T, in, want, wantEnc string) {
	t.Helper()
	for name, wrap := range readers {
		d := NewReader(wrap(strings.NewReader(in)))
		got, err := io.ReadAll(struct{ io.Reader }{d})
		if err != nil {
			t.Errorf("%s: %v", name, err)
		}
		if string(got) != want {
			t.Errorf("%s: got %.200q, want %.200q", name, got, want)
		}
		if d.Encoding() != wantEnc {
			t.Errorf("%s: encoding %s, want %s", name, d.Encoding(), wantEnc)
		}
	}
	if got, e := Decode([]byte(in)); got != want || e != wantEnc {
		t.Errorf("Decode: %.200q %s, want %.200q %s", got, e, want, wantEnc)
	}
}

func TestEncodings(t *testing.T) {
	for _, c := range []struct{ name, in, want, enc string }{
		{"empty", "", "", ASCII},
		{"ascii", "ping app.meiqia.com\r\n", "ping app.meiqia.com\r\n", ASCII},
		{"utf-8", hans, hans, UTF8},
		{"utf-8 mark", "\xEF\xBB\xBF" + hans, hans, UTF8},
		{"utf-8 mark alone", "\xEF\xBB\xBF", "", UTF8},
		{"utf-8 cut in the last rune", hans + "撤\xE5\x9B", hans + "撤\uFFFD\uFFFD", UTF8},
		{"utf-8 one byte lost", "撤回请求已发送\xE6\x92 成功撤回\n", "撤回请求已发送\uFFFD\uFFFD 成功撤回\n", UTF8},
		{"utf-8 two-byte letters", "café à la carte\nnaïve\n", "café à la carte\nnaïve\n", UTF8},
		{"utf-16le mark", "\xFF\xFE" + enc(t, u16le, hans), hans, UTF16LE},
		{"utf-16be mark", "\xFE\xFF" + enc(t, u16be, hans), hans, UTF16BE},
		{"utf-16le bare", enc(t, u16le, hans), hans, UTF16LE},
		{"utf-16be bare", enc(t, u16be, hans), hans, UTF16BE},
		{"utf-16le short", "h\x00i\x00", "hi", UTF16LE},
		{"utf-16le odd end", "\xFF\xFEh\x00i", "h\uFFFD", UTF16LE},
		{"utf-32le mark", "\xFF\xFE\x00\x00" + enc(t, utf32.UTF32(utf32.LittleEndian, utf32.IgnoreBOM), hans), hans, UTF32LE},
		{"utf-32be mark", "\x00\x00\xFE\xFF" + enc(t, utf32.UTF32(utf32.BigEndian, utf32.IgnoreBOM), hans), hans, UTF32BE},
		{"gb18030", enc(t, simplifiedchinese.GB18030, hans), hans, GB18030},
		{"gbk is gb18030", enc(t, simplifiedchinese.GBK, hans), hans, GB18030},
		{"gb18030 four bytes", enc(t, simplifiedchinese.GB18030, hans+"𠮷野家撤回失败\n"), hans + "𠮷野家撤回失败\n", GB18030},
		{"gb18030 one word", enc(t, simplifiedchinese.GBK, "请求超时。"), "请求超时。", GB18030},
		{"gb18030 cut", enc(t, simplifiedchinese.GBK, hans) + "\xC7", hans + "\uFFFD", GB18030},
		{"gb18030 rare name", enc(t, simplifiedchinese.GBK, hans+"喆珺\n"), hans + "喆珺\n", GB18030},
		{"big5", enc(t, traditionalchinese.Big5, hant), hant, Big5},
		{"latin-1", "caf\xE9 au lait\nM\xFCller: 5\xA0\x80\n", "café au lait\nMüller: 5\u00a0€\n", Latin1},
		{"latin-1 hole of 1252", "caf\xE9 \x81\n", "café \uFFFD\n", Latin1},
		{"mixed", hans + enc(t, simplifiedchinese.GBK, hans) + hans, hans + hans + hans, Mixed},
		{"mixed, gbk first", enc(t, simplifiedchinese.GBK, hans) + hans, hans + hans, Mixed},
		{"mixed, one gbk line", hans + enc(t, simplifiedchinese.GBK, "消息已被阅读\n") + "ok\n", hans + "消息已被阅读\nok\n", Mixed},
		{"hole", "before\n" + strings.Repeat("\x00", 1<<20) + "撤回\n", "before\n" + strings.Repeat("\x00", 1<<20) + "撤回\n", UTF8},
	} {
		t.Run(c.name, func(t *testing.T) { check(t, c.in, c.want, c.enc) })
	}
}

// A decision in the first 64 KiB would be wrong for these.
func TestLateDecision(t *testing.T) {
	ascii := strings.Repeat("2026-11-20 10:22:41.310 [INFO] recall sent\n", 5<<20/43)
	for _, c := range []struct{ name, tail, want, enc string }{
		{"utf-8", hans, hans, UTF8},
		{"gb18030", enc(t, simplifiedchinese.GB18030, hans), hans, GB18030},
		{"latin-1", "caf\xE9\n", "café\n", Latin1},
		{"utf-8 cut", "撤\xE5", "撤\uFFFD", UTF8},
	} {
		for _, one := range []string{ascii, strings.ReplaceAll(ascii, "\n", " ")} {
			got, e := Decode([]byte(one + c.tail))
			if got != one+c.want || e != c.enc {
				t.Errorf("%s: %s, right text %v", c.name, e, got == one+c.want)
			}
		}
	}
}

// One line of megabytes, without a newline: decided by its first piece, and no
// character is cut at the border of a piece.
func TestLongLine(t *testing.T) {
	for shift := range 5 {
		want := strings.Repeat("x", shift) + strings.Repeat("客服撤回了一条消息,对方仍可见。", 40_000)
		for _, e := range []encoding.Encoding{simplifiedchinese.GBK, simplifiedchinese.GB18030, unicode.UTF8} {
			got, name := Decode([]byte(enc(t, e, want)))
			if got != want {
				t.Errorf("shift %d, %s: wrong text", shift, name)
			}
		}
	}
}

// Every split of every multi-byte character over two reads.
func TestSplits(t *testing.T) {
	for name, in := range map[string]string{
		"utf-8": hans, "gb18030": enc(t, simplifiedchinese.GB18030, hans+"𠮷\n"), "utf-16": "\xFF\xFE" + enc(t, u16le, hans+"𠮷\n"),
		"mixed": hans + enc(t, simplifiedchinese.GBK, hans),
	} {
		want, wantEnc := Decode([]byte(in))
		for i := range in {
			d := NewReader(io.MultiReader(strings.NewReader(in[:i]), strings.NewReader(in[i:])))
			got, err := io.ReadAll(d)
			if err != nil || string(got) != want || d.Encoding() != wantEnc {
				t.Fatalf("%s split at %d: %q %v", name, i, got, err)
			}
		}
		// The same over the border of the big buffer.
		for pad := bufSize - 8; pad <= bufSize+1; pad++ {
			if name == "utf-16" {
				break
			}
			got, _ := Decode([]byte(strings.Repeat("a", pad) + in))
			if got != strings.Repeat("a", pad)+want {
				t.Fatalf("%s behind %d bytes: wrong", name, pad)
			}
		}
	}
}

// Long Chinese text gives, byte for byte, what x/text gives.
func TestSameAsDecoders(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	var level1 []rune
	for c := 0xB0; c <= 0xD7; c++ {
		for l := 0xA1; l <= 0xFE; l++ {
			s, _ := simplifiedchinese.GBK.NewDecoder().String(string([]byte{byte(c), byte(l)}))
			if r, _ := utf8.DecodeRuneInString(s); r != utf8.RuneError {
				level1 = append(level1, r)
			}
		}
	}
	var s strings.Builder
	for s.Len() < 2<<20 {
		for range 1 + rng.IntN(30) {
			s.WriteRune(level1[rng.IntN(len(level1))])
			if rng.IntN(4) == 0 {
				s.WriteString(" 10:22:41 ok,")
			}
			if rng.IntN(200) == 0 {
				s.WriteRune(rune(0x4E00 + rng.IntN(0x5000)))
			}
		}
		s.WriteString("\r\n")
	}
	for name, e := range map[string]encoding.Encoding{"gb18030": simplifiedchinese.GB18030, "utf-16le": u16le, "utf-16be": u16be} {
		in := enc(t, e, s.String())
		want, err := e.NewDecoder().String(in)
		if err != nil {
			t.Fatal(err)
		}
		if got, enc := Decode([]byte(in)); got != want {
			t.Errorf("%s read as %s: differs from x/text", name, enc)
		}
	}
}

func TestErrorAfterData(t *testing.T) {
	in := enc(t, simplifiedchinese.GBK, hans)
	d := NewReader(io.MultiReader(strings.NewReader(in), iotest.ErrReader(io.ErrUnexpectedEOF)))
	got, err := io.ReadAll(d)
	if string(got) != hans || err != io.ErrUnexpectedEOF {
		t.Errorf("%q %v", got, err)
	}
	if _, err = NewReader(idle{}).Read(make([]byte, 1)); err != io.ErrNoProgress {
		t.Error(err)
	}
}

type idle struct{}

func (idle) Read([]byte) (int, error) { return 0, nil }

func TestBinary(t *testing.T) {
	noise := make([]byte, 4096)
	rng := rand.New(rand.NewPCG(3, 4))
	for i := range noise {
		noise[i] = byte(rng.Uint32())
	}
	for name, c := range map[string]struct {
		in   string
		want bool
	}{
		"empty": {"", false}, "noise": {string(noise), true}, "png": {"\x89PNG\r\n\x1a\n", true}, "zip": {"PK\x03\x04", true},
		"mp4": {"\x00\x00\x00\x18ftypmp42", true}, "sqlite": {"SQLite format 3\x00", true}, "utf-8": {hans, false},
		"gbk": {enc(t, simplifiedchinese.GBK, hans), false}, "utf-16": {enc(t, u16le, hans), false}, "big5": {enc(t, traditionalchinese.Big5, hant), false},
		"hole": {strings.Repeat("\x00", 4096), false}, "hole and text": {strings.Repeat("\x00", 4096) + "ok\n", false},
		"console colours": {"\x1b[31mERR\x1b[0m fail\r\n", false}, "structs": {strings.Repeat("\x01\x00\x00\x00\x07abc", 50), true},
	} {
		if got := Binary([]byte(c.in)); got != c.want {
			t.Errorf("%s: %v", name, got)
		}
	}
	if s, e := Decode(noise); e != BinData || !utf8.ValidString(s) {
		t.Errorf("noise read as %s", e)
	}
}

func TestReplaced(t *testing.T) {
	d := NewReader(strings.NewReader(hans + "撤回请求\xFF\xFE已发送\n"))
	_, _ = io.Copy(io.Discard, d)
	if d.Replaced() != 2 {
		t.Errorf("replaced %d, want 2", d.Replaced())
	}
}

func FuzzDecode(f *testing.F) {
	for _, s := range []string{"", hans, hans[:50] + "\xE5", enc(f, simplifiedchinese.GB18030, hans), enc(f, traditionalchinese.Big5, hant),
		"\xFF\xFE" + enc(f, u16le, hans), enc(f, u16be, hans), "caf\xE9\n", "\x00\x00\xFE\xFF\x00\x11\x00\x00", "\x81\x30\x81\n\x81\x30\x81\x30"} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, in []byte) {
		got, e := Decode(in)
		if !utf8.ValidString(got) {
			t.Errorf("%s: not UTF-8: %q", e, got)
		}
		d := NewReader(iotest.OneByteReader(bytes.NewReader(in)))
		slow, err := io.ReadAll(struct{ io.Reader }{d})
		if err != nil || string(slow) != got || d.Encoding() != e {
			t.Errorf("byte by byte: %q %s %v, at once: %q %s", slow, d.Encoding(), err, got, e)
		}
		if utf8.Valid(in) && bareUTF16(in) == "" {
			if bom := bytes.TrimPrefix(in, []byte("\xEF\xBB\xBF")); got != string(bom) && e != UTF16LE && e != UTF16BE && e != UTF32LE && e != UTF32BE {
				t.Errorf("valid UTF-8 changed: %q to %q (%s)", in, got, e)
			}
		}
	})
}

func BenchmarkReader(b *testing.B) {
	const size = 64 << 20
	line := "2026-11-20 10:22:41.310 [INFO] recall sent msg=8842 conversation=5120391 took=38ms\n"
	grow := func(s string) []byte { return bytes.Repeat([]byte(s), size/len(s)) }
	in := map[string][]byte{"ascii": grow(line), "utf-8": grow(line + hans), "gb18030": grow(line + enc(b, simplifiedchinese.GB18030, hans)),
		"utf-16le": grow(enc(b, u16le, line+hans)), "mixed": grow(hans + enc(b, simplifiedchinese.GBK, hans))}
	sink := struct{ io.Writer }{io.Discard}
	for _, name := range []string{"ascii", "utf-8", "gb18030", "utf-16le", "mixed"} {
		data := in[name]
		// The floor is one copy of every byte through a buffer of the same size.
		b.Run(name+"/copy", func(b *testing.B) {
			b.SetBytes(int64(len(data)))
			buf := make([]byte, bufSize)
			for b.Loop() {
				_, _ = io.CopyBuffer(sink, struct{ io.Reader }{bytes.NewReader(data)}, buf)
			}
		})
		b.Run(name+"/writeto", func(b *testing.B) {
			b.SetBytes(int64(len(data)))
			for b.Loop() {
				_, _ = io.Copy(sink, NewReader(bytes.NewReader(data)))
			}
		})
		b.Run(name+"/read", func(b *testing.B) {
			b.SetBytes(int64(len(data)))
			buf := make([]byte, 64<<10)
			for b.Loop() {
				_, _ = io.CopyBuffer(sink, struct{ io.Reader }{NewReader(bytes.NewReader(data))}, buf)
			}
		})
	}
}
