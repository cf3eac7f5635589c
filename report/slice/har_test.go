package slice

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/google/go-cmp/cmp"

	"meiqia-diag/diag/evidence/har"
	"meiqia-diag/diag/evidence/hartest"
)

type object = map[string]any

// longHAR has bodies with all that can go wrong with quotes and escapes.
func longHAR() string {
	long := strings.Repeat(`say \"撤回\" \\ `, 20_000)
	bodies := []string{`{"ok":true}`, "", `\`, `"`, `\\\"\\`, strings.Repeat(`\`, 70_001), long, strings.Repeat("\"", 66_000), "x" + strings.Repeat("撤", 30_000)}
	var entries []hartest.Obj
	for i, body := range bodies {
		entries = append(entries, hartest.Entry(float64(i), "POST", fmt.Sprintf("https://a.example/%d", i), `{"n":"`+fmt.Sprint(i)+`"}`, 200, body))
	}
	return hartest.File("WebInspector", "537.36", entries...)
}

func picked(t *testing.T, text string, r io.Reader, body func(i int) bool, want func(i int) bool) ([]object, HARStats) {
	t.Helper()
	var picks []Pick
	meta, _, err := har.Read(strings.NewReader(text), "a.har", har.Options{}, func(e *har.Entry) error {
		if want(e.Index) {
			picks = append(picks, Pick{Offset: e.Offset, Index: e.Index, Body: body(e.Index)})
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	st, err := HAR(t.Context(), r, &out, meta, picks, 1<<30)
	if err != nil {
		t.Fatal(err)
	}
	var got struct {
		Log struct {
			Creator struct{ Name string }
			Entries []object
		}
	}
	if err := json.Unmarshal(out.Bytes(), &got); err != nil {
		t.Fatalf("%v: %.300s", err, out.String())
	}
	if got.Log.Creator.Name != "WebInspector" || int64(out.Len()) != st.Size || st.Kept != len(got.Log.Entries) {
		t.Fatalf("%+v of %d bytes, %d entries", st, out.Len(), len(got.Log.Entries))
	}
	return got.Log.Entries, st
}

// What is copied reads as it did, and what is left out tells how much it was:
// by a JSON parser's account, not by this package's.
func TestHARKeepsEntriesAsTheyRead(t *testing.T) {
	text := longHAR()
	for name, r := range map[string]io.Reader{"at once": strings.NewReader(text), "byte by byte": iotest.OneByteReader(strings.NewReader(text)), "halves": iotest.HalfReader(strings.NewReader(text))} {
		t.Run(name, func(t *testing.T) {
			var whole struct{ Log struct{ Entries []object } }
			if err := json.Unmarshal([]byte(text), &whole); err != nil {
				t.Fatal(err)
			}
			want := func(i int) bool { return i != 2 }
			body := func(i int) bool { return i != 0 }
			got, _ := picked(t, text, r, body, want)
			k := 0
			for i, e := range whole.Log.Entries {
				if !want(i) {
					continue
				}
				g := got[k]
				k++
				if g["_index"] != float64(i) {
					t.Fatalf("entry %d says it was %v", i, g["_index"])
				}
				delete(g, "_index")
				content := e["response"].(object)["content"].(object)
				text := content["text"].(string)
				raw, _ := json.Marshal(text)
				if !body(i) && text != "" || len(raw) > maxString {
					gc := g["response"].(object)["content"].(object)
					if note, _ := gc["comment"].(string); !strings.HasPrefix(note, "left out: ") || gc["text"] != "" {
						t.Errorf("entry %d: %q, %.40q", i, note, gc["text"])
					}
					delete(gc, "comment")
					delete(gc, "text")
					delete(content, "text")
				}
				if d := cmp.Diff(e, g); d != "" {
					t.Errorf("entry %d: %s", i, d)
				}
			}
		})
	}
}

// A file that is no longer what was read gives an error and no panic.
func TestHAROfAnotherFile(t *testing.T) {
	text := longHAR()
	for _, other := range []string{"", "{", text[:len(text)/2], strings.Repeat("x", len(text)), strings.Repeat(`{"a":`, 100_000)} {
		_, err := HAR(t.Context(), strings.NewReader(other), io.Discard, har.Meta{}, []Pick{{Offset: int64(min(5, len(other)))}, {Offset: int64(len(text) - 10)}}, 1<<30)
		if err == nil {
			t.Errorf("%.20q was taken", other)
		}
	}
}

// The bound holds, and the copy is whole all the same.
func TestHARIsBounded(t *testing.T) {
	text := longHAR()
	meta, picks := har.Meta{}, []Pick{}
	_, _, err := har.Read(strings.NewReader(text), "a.har", har.Options{}, func(e *har.Entry) error {
		picks = append(picks, Pick{Offset: e.Offset, Index: e.Index, Body: true})
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	st, err := HAR(t.Context(), strings.NewReader(text), &out, meta, picks, 500)
	if err != nil || !st.Full || st.Kept == 0 || st.Kept == len(picks) || !json.Valid(out.Bytes()) {
		t.Errorf("%+v, %v: %.200s", st, err, out.String())
	}
}

func FuzzHAR(f *testing.F) {
	f.Add(longHAR()[:2000], 20)
	f.Add(`{"a":"\\\"","b":[1,2,{"c":null}]}`, 0)
	f.Add(`{"a":"`, 0)
	f.Fuzz(func(t *testing.T, text string, at int) {
		var out bytes.Buffer
		if at < 0 || at > len(text) {
			return
		}
		_, err := HAR(t.Context(), strings.NewReader(text), &out, har.Meta{}, []Pick{{Offset: int64(at), Body: true}}, 1<<20)
		var v any
		dec := json.NewDecoder(strings.NewReader(text[at:]))
		if plain := dec.Decode(&v); plain == nil && err == nil && len(text) < maxString && !json.Valid(out.Bytes()) {
			t.Errorf("%q became %q", text[at:], out.String())
		}
	})
}
