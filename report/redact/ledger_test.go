package redact

import (
	"bytes"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"testing"
)

func TestLedgerTellsWhereAndNeverWhat(t *testing.T) {
	r := New(testKey)
	var out bytes.Buffer
	if err := r.File("logs/a.log").Stream("log", strings.NewReader("up\ncall 13800138000\ncall 138-0013-8000 13800138000\n?email=zhang%40example.com\n"), &out); err != nil {
		t.Fatal(err)
	}
	phone, mail := r.pseudonym("phone", "13800138000"), r.pseudonym("email", "zhang@example.com")
	want := []LedgerEntry{{"logs/a.log", 2, "phone", phone, 1}, {"logs/a.log", 3, "phone", phone, 2}, {"logs/a.log", 4, "email", mail, 1}}
	if got := r.Ledger(); !reflect.DeepEqual(got, want) {
		t.Errorf("ledger %v\nwant   %v\nof %s", got, want, out.String())
	}
	if !slices.Contains(r.Lookup("+86 138 0013 8000"), phone) || !slices.Contains(r.Lookup("Zhang@example.com"), mail) {
		t.Error("who keeps the key cannot look a value up")
	}
	if slices.Contains(New(nil).Lookup("13800138000"), phone) {
		t.Error("so can who does not")
	}
}

// Every pseudonym of a document is found on the line that the ledger tells.
func TestLedgerOfADocument(t *testing.T) {
	for _, kind := range []string{"har", "json", "log"} {
		r := New(testKey)
		f := r.File("x")
		var out bytes.Buffer
		if err := f.Stream(kind, strings.NewReader(har), &out); err != nil {
			t.Fatal(err)
		}
		lines := strings.Split(out.String(), "\n")
		total := 0
		for _, e := range r.Ledger() {
			total += e.Count
			if e.Line < 1 || e.Line > len(lines) || !strings.Contains(lines[e.Line-1], e.Pseudonym) {
				t.Errorf("%s: %+v is not there", kind, e)
			}
		}
		if total != f.Total() || total < 15 {
			t.Errorf("%s: %d in the ledger, %d counted", kind, total, f.Total())
		}
	}
}

func TestLedgerIsBounded(t *testing.T) {
	r := New(testKey)
	f := r.File("a.log")
	var in strings.Builder
	n := maxLedger + 500
	for i := range n {
		fmt.Fprintf(&in, "call 138%08d\n", i)
	}
	var out bytes.Buffer
	if err := f.Stream("log", strings.NewReader(in.String()), &out); err != nil {
		t.Fatal(err)
	}
	rows, total := r.Ledger(), 0
	for _, e := range rows {
		total += e.Count
	}
	if len(rows) != maxLedger+1 || total != n || rows[0].Line != 0 || rows[0].Count != 500 {
		t.Errorf("%d rows for %d replacements, the first %+v", len(rows), total, rows[0])
	}
}
