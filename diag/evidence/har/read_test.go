package har

import (
	"bytes"
	"errors"
	"io"
	"strings"
	"testing"
	"testing/iotest"
)

func TestVariants(t *testing.T) {
	if e := one(t, `{"response":{"status":0,"_error":""}}`); !e.ErrorSeen || e.ErrorText() != "" || e.Pending {
		t.Errorf("mixed content: %+v", e)
	}
	if e := one(t, `{"startedDateTime":"2026-11-20T02:22:41Z","time":0,"request":{"method":"GET"},"response":{"status":0,"_error":null}}`); !e.Pending || e.ErrorSeen {
		t.Errorf("pending: %+v", e)
	}
	if e := one(t, `{"startedDateTime":"1969-12-31T23:59:59.999Z","time":0,"request":{"method":""},"response":{"status":0,"_error":null}}`); e.Pending || !e.Started.IsZero() {
		t.Errorf("failed WebSocket: %+v", e)
	}
	if e := one(t, `{"_initiator":"https://a.example/x.js","serverIPAddress":443,"request":{"headers":{"X-A":"1","Cookie":"s"}},"_fromCache":true}`); e.ServerIP() != "443" ||
		e.FromCache() != "true" || e.ReqHeaders.Get("x-a") != "1" || e.ReqHeaders.Get("cookie") != Present {
		t.Errorf("chrome-har: %+v", e)
	}
	if e := one(t, `{"request":{"postData":{"params":[{"name":"a b","value":"1"},{"name":"c","value":"&"}]}}}`); e.ReqBody != "a+b=1&c=%26" {
		t.Errorf("params: %q", e.ReqBody)
	}
	if e := one(t, `{"response":{"content":{"mimeType":"image/png","encoding":"base64","text":"AAAA","size":3}}}`); e.RespBody != "" || !e.BodiesCut || e.RespBodySize != 3 {
		t.Errorf("picture: %+v", e)
	}
	if e := one(t, `{"request":{"url":"~","headers":[{"name":"~","value":"~"}]}}`); e.URL != "~" || e.ReqHeaders.Get("~") != "~" {
		t.Errorf("looks like a placeholder: %+v", e)
	}
	if e := one(t, `{"requ\u0065st":{"method":"GE\u0054"},"time":1,"time":2}`); e.Method != "GET" || e.Time != 2 {
		t.Errorf("escapes, duplicates: %+v", e)
	}
}

func TestOddEncodings(t *testing.T) {
	const doc = `{"log":{"version":"1.2","creator":{"name":"` + "\xff\xfe\\ud800" + `"},"entries":[{"request":{"url":"` + "a\xffb\\ud83d\\ude00" + `"}}]}}`
	for name, r := range map[string]io.Reader{
		"BOM":      strings.NewReader("\xEF\xBB\xBF\r\n" + doc),
		"one byte": iotest.OneByteReader(strings.NewReader("\xEF\xBB\xBF" + doc)),
		"plain":    iotest.DataErrReader(strings.NewReader(doc)),
	} {
		m, ps, es := collect(t, r, Options{})
		if len(ps) > 0 || len(es) != 1 || es[0].URL != "a\uFFFDb😀" || m.Creator != "\uFFFD\uFFFD\uFFFD" {
			t.Errorf("%s: %+v %v %+v", name, m, ps, es)
		}
		if want := int64(strings.Index(doc, `{"request"`)); name == "plain" && es[0].Offset != want {
			t.Errorf("offset %d, want %d", es[0].Offset, want)
		} else if name == "BOM" && es[0].Offset != want+5 {
			t.Errorf("offset %d, want %d", es[0].Offset, want+5)
		}
	}
}

func TestReaderAndCallbackErrors(t *testing.T) {
	data := sample(t, "chromium156-devtools-full.har")
	broken := errors.New("disk on fire")
	n := 0
	m, _, err := Read(io.MultiReader(bytes.NewReader(data[:40000]), iotest.ErrReader(broken)), "x.har", Options{}, func(*Entry) error { n++; return nil })
	if !errors.Is(err, broken) || n == 0 || m.Entries != n || !m.Truncated {
		t.Errorf("%v after %d entries", err, n)
	}
	enough := errors.New("enough")
	n = 0
	m, _, err = Read(bytes.NewReader(data), "x.har", Options{}, func(*Entry) error {
		if n++; n == 3 {
			return enough
		}
		return nil
	})
	if err != enough || n != 3 || m.Entries != 3 {
		t.Errorf("%v after %d entries", err, n)
	}
	m, ps, err := Read(bytes.NewReader(data), "x.har", Options{MaxEntries: 2}, func(*Entry) error { return nil })
	if err != nil || m.Entries != 2 || !m.Truncated || len(ps) != 1 {
		t.Errorf("%+v %v %v", m, ps, err)
	}
	_, ps, err = Read(io.MultiReader(bytes.NewReader(data[:40000]), iotest.ErrReader(io.ErrUnexpectedEOF)), "x.har", Options{}, func(*Entry) error { return nil })
	if err != nil || len(ps) != 1 || ps[0].What.EN == "" {
		t.Errorf("a cut off gzip: %v %v", ps, err)
	}
	func() {
		defer func() {
			if recover() != "boom" {
				t.Error("the panic of each is not passed on")
			}
		}()
		Read(bytes.NewReader(data), "x.har", Options{}, func(*Entry) error { panic("boom") })
	}()
}
