package archive

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"meiqia-diag/diag/evidence"
	"meiqia-diag/report/redact"
)

// An old report is redacted once more: the word is gone from every file, the
// manifest and the seal fit, and the diagnosis can still be read.
func TestRedactedAgain(t *testing.T) {
	dir := t.TempDir()
	old := filepath.Join(dir, "old.zip")
	doc := document()
	line := "2026-11-20T10:22:41+08:00 ERROR recall failed, 阿凡提 was asked\n"
	if _, err := Build(t.Context(), Options{Path: old, Doc: doc, Key: key, Evidence: []Source{source("app.log", evidence.ClientLog, []byte(line)), source("shot.png", evidence.Image, picture("png"))}}); err != nil {
		t.Fatal(err)
	}
	o, err := Open(old)
	if err != nil {
		t.Fatal(err)
	}
	r := redact.New(key)
	r.Words("阿凡提")
	if err := o.Learn(r); err != nil {
		t.Fatal(err)
	}
	data, err := o.Redacted(r)
	if err != nil {
		t.Fatal(err)
	}
	again := filepath.Join(dir, "new.zip")
	if err := os.WriteFile(again, data, 0o600); err != nil {
		t.Fatal(err)
	}
	n, err := Open(again)
	if err != nil {
		t.Fatal(err)
	}
	if ps := n.Verify(); len(ps) > 0 {
		t.Errorf("%v", ps[0])
	}
	if _, err := n.Document(); err != nil {
		t.Error(err)
	}
	if len(n.Names()) < len(o.Names()) {
		t.Errorf("%v of %v", n.Names(), o.Names())
	}
	for _, name := range n.Names() {
		if text, err := n.File(name); err != nil || strings.Contains(string(text), "阿凡提") {
			t.Errorf("%s still holds it (%v)", name, err)
		}
	}
	if text, err := n.File("logs/app.log"); err != nil || !strings.Contains(string(text), "recall failed, <word#") {
		t.Errorf("%s %v", text, err)
	}
	m, err := n.Manifest()
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range m.Files {
		if e.Name == "logs/app.log" && (e.Redactions["word"] != 1 || e.Kind != string(evidence.ClientLog)) {
			t.Errorf("%+v", e)
		}
	}
	if twice, err := o.Redacted(again2(t, o)); err != nil || string(twice) != string(data) {
		t.Errorf("not the same bytes twice: %v", err)
	}
}

func again2(t *testing.T, o *Opened) *redact.Redactor {
	t.Helper()
	r := redact.New(key)
	r.Words("阿凡提")
	if err := o.Learn(r); err != nil {
		t.Fatal(err)
	}
	return r
}
