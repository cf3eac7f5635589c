package archive

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"meiqia-diag/diag"
	"meiqia-diag/diag/lang"
)

func TestValidateFindsAnyChangedByte(t *testing.T) {
	opt := options(t)
	opt.Evidence = opt.Evidence[:1]
	if _, err := Build(context.Background(), opt); err != nil {
		t.Fatal(err)
	}
	data, _ := os.ReadFile(opt.Path)
	step := 1
	if testing.Short() {
		step = 97
	}
	file := filepath.Join(t.TempDir(), "x.zip")
	for i := 0; i < len(data); i += step * max(1, len(data)/100) {
		changed := append([]byte(nil), data...)
		changed[i] ^= 0x40
		if err := os.WriteFile(file, changed, 0o600); err != nil {
			t.Fatal(err)
		}
		if p, err := Validate(file); err == nil && len(p) == 0 {
			t.Fatalf("byte %d was changed and nothing was found", i)
		}
	}
	for i := len(data) - 80; i < len(data); i++ { // the end and the seal, byte by byte
		changed := append([]byte(nil), data...)
		changed[i] ^= 0x01
		if err := os.WriteFile(file, changed, 0o600); err != nil {
			t.Fatal(err)
		}
		if p, err := Validate(file); err == nil && len(p) == 0 {
			t.Fatalf("byte %d was changed and nothing was found", i)
		}
	}
}

func TestOpenIsSafe(t *testing.T) {
	good, _ := document().JSON()
	for _, name := range []string{"../report.json", "/etc/x", `..\x`, "c:/x", "CON", "a/nul.txt", "a/../b", "x ", "a\x01b", "a//b", "com1.log"} {
		if _, err := OpenReport(writeZip(t, map[string]string{name: "x", "report.json": string(good)})); err == nil {
			t.Errorf("%q was let in", name)
		}
	}
	if _, err := OpenReport(writeZip(t, map[string]string{"report.json": strings.Repeat(" ", maxReport+1)})); err == nil {
		t.Error("a bomb was let in")
	}
	if _, err := OpenReport(writeZip(t, map[string]string{"report.json": string(good)})); err != nil {
		t.Error(err)
	}
	many := map[string]string{}
	for i := range maxCount + 1 {
		many[fmt.Sprint(i)] = ""
	}
	if _, err := OpenReport(writeZip(t, many)); err == nil {
		t.Error("too many files were let in")
	}
	bare := filepath.Join(t.TempDir(), "report.json")
	if err := os.WriteFile(bare, good, 0o600); err != nil {
		t.Fatal(err)
	}
	if doc, err := OpenReport(bare); err != nil || doc.Schema != diag.Schema {
		t.Error(err)
	}
	var p *lang.Problem
	if err := os.WriteFile(bare, []byte("{}"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := OpenReport(bare); !errors.As(err, &p) {
		t.Error(err)
	}
}
