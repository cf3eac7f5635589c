package har

import (
	"bytes"
	"encoding/json"
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"meiqia-diag/diag/lang"
)

// TestWrongTypes puts every kind of value in every place that is read.
func TestWrongTypes(t *testing.T) {
	var doc any
	if err := json.Unmarshal(sample(t, "chromium156-devtools-full.har"), &doc); err != nil {
		t.Fatal(err)
	}
	values := []any{nil, true, -1, json.Number("1e400"), "text", []any{}, []any{nil, 1, "x", []any{}}, map[string]any{}, map[string]any{"name": nil, "x": []any{1}}}
	log := doc.(map[string]any)["log"].(map[string]any)
	entries := log["entries"].([]any)
	log["entries"] = entries[1:4] // one with messages, one that failed
	places := 0
	var visit func(v any)
	try := func(put func(any), old any) {
		for _, v := range values {
			put(v)
			raw, err := json.Marshal(doc)
			if err != nil {
				t.Fatal(err)
			}
			_, ps, err := Read(bytes.NewReader(raw), "x.har", Options{}, func(*Entry) error { return nil })
			var p *lang.Problem
			if err != nil && !errors.As(err, &p) {
				t.Fatalf("%v: %v", v, err)
			}
			for _, p := range ps {
				if p.What == problemDamaged.what || p.What == problemCutOff.what {
					t.Fatalf("%v: %v", v, p)
				}
			}
		}
		places++
		put(old)
	}
	visit = func(v any) {
		switch v := v.(type) {
		case map[string]any:
			for k, old := range v {
				try(func(x any) { v[k] = x }, old)
				visit(old)
			}
		case []any:
			for i, old := range v[:min(len(v), 2)] {
				try(func(x any) { v[i] = x }, old)
				visit(old)
			}
		}
	}
	visit(doc)
	if places < 100 {
		t.Errorf("only %d places tried", places)
	}
}

func TestTruncated(t *testing.T) {
	data := sample(t, "chromium156-devtools-full.har")
	_, _, all := collect(t, bytes.NewReader(data), Options{})
	last := -1
	for n := 0; n < len(data); n += 1000 {
		got := []*Entry{}
		m, ps, err := Read(bytes.NewReader(data[:n]), "cut.har", Options{}, func(e *Entry) error { got = append(got, e); return nil })
		if n == 0 {
			if err == nil {
				t.Error("an empty file is no HAR")
			}
			continue
		}
		if err != nil || !m.Truncated || len(ps) != 1 {
			t.Fatalf("at %d: %v, %v, %v", n, m.Truncated, ps, err)
		}
		if ps[0].Byte != int64(n) || ps[0].File != "cut.har" || ps[0].Hint.ZH == "" || ps[0].Hint.EN == "" {
			t.Errorf("at %d: %+v", n, ps[0])
		}
		want := 0
		for want < len(all) && (want+1 < len(all) && all[want+1].Offset <= int64(n)) {
			want++
		}
		if len(got) < want || len(got) < last {
			t.Errorf("at %d: %d entries, want %d", n, len(got), want)
		}
		if d := cmp.Diff(all[:len(got)], got, cmp.AllowUnexported(Entry{})); d != "" {
			t.Fatalf("at %d: %s", n, d)
		}
		last = len(got)
	}
}

func TestDamaged(t *testing.T) {
	data := sample(t, "chromium156-devtools-full.har")
	_, _, all := collect(t, bytes.NewReader(data), Options{})
	at := all[7].Offset + int64(bytes.Index(data[all[7].Offset:], []byte(`"headers"`)))
	for _, mark := range []string{"\x00\x00\x00", "}}}}", "\n\"\n", "<!--"} {
		bad := bytes.Clone(data)
		copy(bad[at:], mark)
		m, ps, es := collect(t, bytes.NewReader(bad), Options{})
		if len(es) != 7 || !m.Truncated || len(ps) != 1 || ps[0].Byte < at-1 || ps[0].Byte > at+300 {
			t.Errorf("%q: %d entries, %v, at %d", mark, len(es), ps, at)
		}
	}
}

func TestNotHAR(t *testing.T) {
	for _, s := range []string{"", " ", "hello", "[]", "{}", `{"log":[]}`, `{"log":null}`, `{"a":`, "\xFF\xFE{\x00", "null", "PK\x03\x04"} {
		_, _, err := Read(strings.NewReader(s), "x.har", Options{}, func(*Entry) error { return nil })
		var p *lang.Problem
		if !errors.As(err, &p) || p.File != "x.har" || p.Hint.IsZero() {
			t.Errorf("%q: %v", s, err)
		}
	}
}

func TestDepth(t *testing.T) {
	deep := func(n int) string { return strings.Repeat("[", n) + strings.Repeat("]", n) }
	doc := `{"log":{"_x":` + deep(300) + `,"entries":[{"_x":` + deep(500) + `,"time":1},{"time":2}]}}`
	m, ps, es := collect(t, strings.NewReader(doc), Options{})
	if len(es) != 2 || es[1].Time != 2 || len(ps) != 1 || m.Truncated {
		t.Errorf("%d entries, %v", len(es), ps)
	}
	for _, doc := range []string{strings.Repeat("[", 1<<20), `{"log":{"entries":[` + strings.Repeat(`{"response":`, 1<<16), `{"log":{"x":` + strings.Repeat("[", 1<<20)} {
		Read(strings.NewReader(doc), "x.har", Options{}, func(*Entry) error { return nil })
	}
}
