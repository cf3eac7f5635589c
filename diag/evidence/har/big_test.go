package har

import (
	"bytes"
	"fmt"
	"io"
	"runtime"
	"strings"
	"testing"
)

// parts reads its parts one after another, repeated as said, and never holds
// more than one: files of hundreds of MB from nothing.
type parts struct {
	list []part
	i, n int
	rest string
}

type part struct {
	text  string
	times int
}

func (p *parts) Read(b []byte) (int, error) {
	n := 0
	for n < len(b) {
		if p.rest == "" {
			if p.i == len(p.list) {
				if n == 0 {
					return 0, io.EOF
				}
				break
			}
			if p.n == p.list[p.i].times {
				p.i, p.n = p.i+1, 0
				continue
			}
			p.rest = p.list[p.i].text
			p.n++
		}
		m := copy(b[n:], p.rest)
		n, p.rest = n+m, p.rest[m:]
	}
	return n, nil
}

// peak reads and gives the highest heap in use seen on the way, in bytes.
func peak(t *testing.T, r io.Reader, opt Options, each func(*Entry)) (Meta, uint64) {
	t.Helper()
	runtime.GC()
	var ms runtime.MemStats
	runtime.ReadMemStats(&ms)
	before, high := ms.HeapInuse, uint64(0)
	look := func() {
		runtime.ReadMemStats(&ms)
		high = max(high, ms.HeapInuse)
	}
	n := 0
	m, ps, err := Read(&watched{r, func() {
		if n++; n%256 == 0 {
			look()
		}
	}}, "big.har", opt, func(e *Entry) error { each(e); return nil })
	look()
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range ps {
		t.Log(p)
	}
	return m, high - min(before, high)
}

type watched struct {
	io.Reader
	look func()
}

func (w *watched) Read(b []byte) (int, error) {
	w.look()
	return w.Reader.Read(b)
}

func TestMemory(t *testing.T) {
	if testing.Short() {
		t.Skip("-short: it reads 1 GB")
	}
	const head, tail = `{"log":{"creator":{"name":"WebInspector"},"entries":[{"time":1}`, `,{"time":2}]}}`
	k := strings.Repeat("QUJD", 256)
	message := `{"type":"receive","time":1795384760.5,"opcode":1,"data":"` + strings.Repeat("x", 300) + `"},`
	for _, c := range []struct {
		name    string
		list    []part
		entries int
		check   func(t *testing.T, e *Entry)
	}{
		{"one string of 200 MB", []part{{`,{"response":{"content":{"mimeType":"video/mp4","size":150000000,"text":"`, 1}, {k, 200 << 10}, {`","encoding":"base64"}}}`, 1}}, 3,
			func(t *testing.T, e *Entry) {
				if e.RespBody != "" || !e.BodiesCut || e.RespBodySize != 150000000 {
					t.Errorf("%v %d bytes", e.BodiesCut, len(e.RespBody))
				}
			}},
		{"one text of 200 MB with escapes", []part{{`,{"response":{"content":{"text":"`, 1}, {strings.Repeat(`\"\\`, 250) + "您\\u4f60", 200 << 10}, {`"}}}`, 1}}, 3,
			func(t *testing.T, e *Entry) {
				if !e.BodiesCut || len(e.RespBody) > defaultBody || len(e.RespBody) < defaultBody/2 || !strings.HasPrefix(e.RespBody, `"\"\`) {
					t.Errorf("%v %d bytes", e.BodiesCut, len(e.RespBody))
				}
			}},
		{"a URL of 100 MB", []part{{`,{"request":{"method":"GET","url":"data:`, 1}, {k, 100 << 10}, {`"}}`, 1}}, 3,
			func(t *testing.T, e *Entry) {
				if e.Method != "GET" || len(e.URL) != maxField || !e.FieldsCut {
					t.Errorf("%d bytes", len(e.URL))
				}
			}},
		{"a key of 100 MB", []part{{`,{"`, 1}, {k, 100 << 10}, {`":1,"time":7}`, 1}}, 3,
			func(t *testing.T, e *Entry) {
				if e.Time != 7 {
					t.Errorf("%+v", e)
				}
			}},
		{"a million messages", []part{{`,{"_webSocketMessages":[`, 1}, {message, 800_000}, {`null],"request":{"url":"wss://x/"}}`, 1}}, 3,
			func(t *testing.T, e *Entry) {
				if e.URL != "wss://x/" || !e.MessagesCut || len(e.Messages) != maxMessages || e.Messages[9].Data != strings.Repeat("x", 300) {
					t.Errorf("%d messages", len(e.Messages))
				}
			}},
		{"an unknown tree of 100 MB", []part{{`,{"time":3,"_x":[`, 1}, {`{"a":[1,2,{"b":"` + strings.Repeat("y", 400) + `"}]},`, 240 << 10}, {`1]}`, 1}}, 3,
			func(t *testing.T, e *Entry) {
				if e.Time != 3 {
					t.Errorf("%+v", e)
				}
			}},
		{"entries of 3 MB", []part{{`,{"_x":"","request":{"url":"u"},"_y":[`, 1}, {`1` + strings.Repeat(`,1`, 1_500_000), 1}, {`]}`, 1}}, 3, nil},
		{"a number of 100 MB", []part{{`,{"time":`, 1}, {strings.Repeat("1", 1024), 100 << 10}, {`}`, 1}}, 1, nil},
		{"100 MB of spaces", []part{{`,`, 1}, {strings.Repeat(" ", 1024), 100 << 10}, {`{}`, 1}}, 1, nil},
		{"a string that never ends", []part{{`,{"x":"`, 1}, {k, 100 << 10}}, 1, nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			list := append(append([]part{{head, 1}}, c.list...), part{tail, 1})
			var e *Entry
			m, high := peak(t, &parts{list: list}, Options{}, func(x *Entry) {
				if x.Index == 1 {
					e = x
				}
			})
			if m.Entries != c.entries {
				t.Errorf("%d entries, want %d", m.Entries, c.entries)
			}
			if c.check != nil && e != nil {
				c.check(t, e)
			}
			t.Logf("peak %d MB", high>>20)
			if limit := uint64(64 << 20); high > limit && !raceEnabled {
				t.Errorf("peak of %d MB", high>>20)
			}
		})
	}
}

// TestBigEntry reads an entry member by member, with what follows intact.
func TestBigEntry(t *testing.T) {
	long := strings.Repeat("z", 1000)
	list := []part{
		{`{"log":{"entries":[{"request":{"method":"POST","headers":[`, 1},
		{`{"name":"x","value":"` + long + `"},`, 9000},
		{`{"name":"y","value":""}],"url":"` + long + `"},"response":{"status":200,"content":{"text":"` + long + `!"}}},{"request":{"url":"` + long + `?"}}]}}`, 1},
	}
	m, _, es := collect(t, &parts{list: list}, Options{})
	if len(es) != 2 || m.Truncated {
		t.Fatalf("%+v", m)
	}
	e := es[0]
	if e.Method != "POST" || e.URL != long || !e.FieldsCut || e.Status != 200 || e.RespBody != long+"!" || es[1].URL != long+"?" {
		t.Errorf("%.300s", fmt.Sprintf("%+v", e))
	}
	all, _ := io.ReadAll(&parts{list: list})
	if want := int64(bytes.LastIndex(all, []byte(`{"request"`))); es[1].Offset != want {
		t.Errorf("offset %d, want %d", es[1].Offset, want)
	}
}

func FuzzRead(f *testing.F) {
	for _, n := range []string{"chromium156-devtools-full.har", "firefox.har", "safari.har"} {
		data := sample(f, n)
		f.Add(data[:min(len(data), 6000)], uint16(0))
	}
	long := strings.Repeat(`\"x\u4f60`, 90)
	f.Add([]byte(`{"log":{"entries":[{"request":{"headers":[{"name":"a","value":"~"},{"value":"`+long+`","name":"b"}],"url":"`+long+`"}},null,{}]}}`), uint16(3))
	f.Add([]byte(`{"log":{"entries":[{"_webSocketMessages":[{"type":"send","time":1e400,"data":"\ud800"}],"time":-1,"time":"2"}],"pages":[[]],"creator":7}}`), uint16(1))
	f.Add([]byte(`{"log":{"entries":[{"_initiator":{"stack":{"parent":{"parent":{"callFrames":[{"url":"u"}]}}}},"_resourceType":"fetch","response":{"content":{"text":"QQ==","encoding":"base64"}}}]}}`), uint16(7))
	f.Fuzz(func(t *testing.T, data []byte, bite uint16) {
		read := func(r io.Reader) (string, []*Entry) {
			var es []*Entry
			m, ps, err := Read(r, "f.har", Options{MaxDepth: 20}, func(e *Entry) error { es = append(es, e); return nil })
			if m.Truncated && err == nil && len(ps) == 0 {
				t.Error("truncated without a problem")
			}
			s := fmt.Sprintf("%+v %v %v", m, ps, err)
			for i, e := range es {
				if e.Offset < 0 || e.Offset >= int64(len(data)) || data[e.Offset] != '{' || i > 0 && e.Index <= es[i-1].Index {
					t.Errorf("entry %d: index %d, offset %d", i, e.Index, e.Offset)
				}
				for _, h := range append(append(Headers{}, e.ReqHeaders...), e.RespHeaders...) {
					if secret(h.Name) && h.Value != Present {
						t.Errorf("kept %s", h.Name)
					}
				}
				c := e.Common()
				e.common = nil
				s += fmt.Sprintf("\n%+v %+v", *e, c)
			}
			return s, es
		}
		whole, _ := read(bytes.NewReader(data))
		if bite > 0 { // however it arrives, it reads the same
			if s, _ := read(&bites{data, int(bite)}); s != whole {
				t.Errorf("in bites of %d: %s\nwhole: %s", bite, s, whole)
			}
		}
		Sniff(data)
	})
}

type bites struct {
	b []byte
	n int
}

func (b *bites) Read(p []byte) (int, error) {
	if len(b.b) == 0 {
		return 0, io.EOF
	}
	n := copy(p, b.b[:min(b.n, len(b.b))])
	b.b = b.b[n:]
	return n, nil
}
