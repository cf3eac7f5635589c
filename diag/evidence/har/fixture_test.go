package har

import (
	"io"
	"os"
	"strings"
	"testing"

	"meiqia-diag/diag/lang"
)

func collect(t testing.TB, r io.Reader, opt Options) (Meta, []*lang.Problem, []*Entry) {
	t.Helper()
	var es []*Entry
	m, ps, err := Read(r, "x.har", opt, func(e *Entry) error { es = append(es, e); return nil })
	if err != nil {
		t.Fatal(err)
	}
	if m.Entries != len(es) {
		t.Errorf("Meta.Entries = %d, %d handed out", m.Entries, len(es))
	}
	return m, ps, es
}

// one reads a HAR whose only entry is given.
func one(t *testing.T, entry string) *Entry {
	t.Helper()
	_, ps, es := collect(t, strings.NewReader(`{"log":{"entries":[`+entry+`]}}`), Options{})
	if len(es) != 1 || len(ps) != 0 {
		t.Fatalf("%d entries, problems %v", len(es), ps)
	}
	return es[0]
}

func sample(t testing.TB, name string) []byte {
	t.Helper()
	b, err := os.ReadFile("testdata/" + name)
	if err != nil {
		t.Fatal(err)
	}
	return b
}
