package redact

import (
	"reflect"
	"strings"
	"testing"

	"github.com/go-json-experiment/json/jsontext"
)

// jsonSamples are documents, whole, broken and odd.
var jsonSamples = []string{
	"{}", "[]", ` {"a" : [1, -2.5e+3, 0, "x"], "b":{"c":null,"c":true}, "":false } tail`, `[{"a":1},{"b":[[],{}]}]`, `"a\u0041\ud83d\ude00\ud800 \n\/"`, "\"\xff\xe4\xb8\"", `{"姓名":"张三"}`,
	"[1,]", "[,1]", "{\"a\"}", `{"a":}`, `{a:1}`, `{"a":1,}`, `[01]`, `[1.]`, `[-]`, `[1e]`, `[tru]`, `["\x41"]`, `["\u12G4"]`, "[\"a\nb\"]", "[1 2]", `[`, `{"a":1`, `"abc`, "nul", "123abc", "-0.0E-0", "", " ", "]", "[\"\x00\"]",
	`{"a":1}}`, "[1]\n[2]", "[\v1]", `["\ud800\u0041"]`, `[1,2` + strings.Repeat(" ", 30) + `]`, strings.Repeat("[", 50) + strings.Repeat("]", 50),
}

func TestParseAsJsontext(t *testing.T) {
	deep := strings.Repeat("[", deepest) + strings.Repeat("]", deepest)
	for _, s := range append([]string{deep, "[" + deep + "]"}, jsonSamples...) {
		compareParse(t, s)
	}
}

func readOnce(s string) (*node, int, bool) {
	r := New(testKey)
	for range 2 { // the second time in the room of the first
		p, _, _, _ := r.read(`{"a":[1,{"b":"c"}],"d":null}`)
		r.done(p)
	}
	_, n, size, ok := r.read(s)
	return n, size, ok
}

func compareParse(t *testing.T, s string) {
	dec := jsontext.NewDecoder(strings.NewReader(s), lax...)
	want, err := parse(dec)
	got, size, ok := readOnce(s)
	switch {
	case ok != (err == nil):
		t.Errorf("%.80q: read %v, by jsontext %v", s, ok, err)
	case ok && size != int(dec.InputOffset()):
		t.Errorf("%.80q: %d bytes long, by jsontext %d", s, size, dec.InputOffset())
	case ok && !reflect.DeepEqual(got, want):
		t.Errorf("%.80q: read as %s, by jsontext as %s", s, got, want)
	}
}

// FuzzParse compares what is read of a document with what jsontext reads.
func FuzzParse(f *testing.F) {
	for _, s := range jsonSamples {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) { compareParse(t, s) })
}
