package archive

import (
	"bytes"
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"filippo.io/age"

	"meiqia-diag/diag/lang"
)

func identity(t *testing.T) (*age.X25519Identity, string) {
	t.Helper()
	id, err := age.GenerateX25519Identity()
	if err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(t.TempDir(), "desk.key")
	if err := os.WriteFile(file, []byte("# the desk's\n"+id.String()+"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	return id, file
}

func TestEncryptedReport(t *testing.T) {
	id, file := identity(t)
	opt := options(t)
	p, err := Prepare(t.Context(), opt)
	if err != nil {
		t.Fatal(err)
	}
	to, err := Recipients([]string{id.Recipient().String()})
	if err != nil {
		t.Fatal(err)
	}
	ref, err := p.Write(t.Context(), opt.Path, false, to)
	if err != nil {
		t.Fatal(err)
	}
	data, err := os.ReadFile(opt.Path)
	if err != nil || bytes.Contains(data, []byte("PK\x03\x04")) || sum(data) != ref.SHA256 || ref.Inner != p.SHA256() {
		t.Errorf("%v %+v", err, ref)
	}
	if left, _ := os.ReadDir(filepath.Dir(opt.Path)); len(left) != 1 {
		t.Errorf("left: %v", left)
	}
	ids, err := Identities(file)
	if err != nil {
		t.Fatal(err)
	}
	o, err := Open(opt.Path, ids...)
	if err != nil || !o.Encrypted || o.SHA256() != ref.Inner || len(o.Verify()) > 0 {
		t.Fatalf("%v", err)
	}
	var bad *lang.Problem
	if _, err := Open(opt.Path); !errors.As(err, &bad) {
		t.Errorf("without a key: %v", err)
	}
	stranger, _ := identity(t)
	if _, err := Open(opt.Path, stranger); !errors.As(err, &bad) {
		t.Errorf("with another's key: %v", err)
	}
	for _, n := range []int{30, len(data) / 2, len(data) - 1} { // age finds any change by itself
		for _, broken := range [][]byte{data[:n], append(append(bytes.Clone(data[:n]), data[n]^1), data[n+1:]...)} {
			if _, err := open("x", broken, ids); err == nil {
				t.Errorf("changed at %d and opened", n)
			}
		}
	}
}

// badRecipient is one that fails while a file is encrypted.
type badRecipient struct{}

func (badRecipient) Wrap([]byte) ([]*age.Stanza, error) { return nil, errors.New("no") }

func TestFailedEncryptionLeavesNothing(t *testing.T) {
	opt := options(t)
	p, err := Prepare(t.Context(), opt)
	if err != nil {
		t.Fatal(err)
	}
	var bad *lang.Problem
	if _, err := p.Write(t.Context(), opt.Path, false, []age.Recipient{badRecipient{}}); !errors.As(err, &bad) {
		t.Errorf("%v", err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	id, _ := identity(t)
	if _, err := p.Write(ctx, opt.Path, false, []age.Recipient{id.Recipient()}); !errors.Is(err, context.Canceled) {
		t.Errorf("%v", err)
	}
	if left, _ := os.ReadDir(filepath.Dir(opt.Path)); len(left) > 0 {
		t.Errorf("left: %v", left)
	}
}

func TestRecipients(t *testing.T) {
	id, file := identity(t)
	dir := t.TempDir()
	write := func(name, text string) string {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	key := id.Recipient().String()
	ssh := "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIHsKLqeplhpW+uObz5dvMgjz1OxfM/XXUB+VHtZ6isGN desk"
	for name, c := range map[string]struct {
		given []string
		want  int
	}{
		"a key": {[]string{key}, 1}, "two": {[]string{key, " " + key + "\n"}, 2}, "ssh": {[]string{ssh}, 1},
		"a file": {[]string{write("keys", "\ufeff# desk\n\n"+key+"\r\n"+ssh+"\n")}, 2},
		"empty":  {[]string{""}, 0}, "cut off": {[]string{key[:40]}, 0}, "no file": {[]string{"nowhere.pub"}, 0},
		"the private key": {[]string{id.String()}, 0}, "a file of it": {[]string{file}, 0}, "no key in it": {[]string{write("none", "# nothing\n")}, 0},
		"rubbish in it": {[]string{write("bad", key+"\nage1nonsense\n")}, 0}, "a folder": {[]string{dir}, 0}, "long": {[]string{write("long", strings.Repeat("a", maxKeys+5))}, 0},
	} {
		list, err := Recipients(c.given)
		var p *lang.Problem
		if len(list) != c.want || (c.want == 0) != errors.As(err, &p) {
			t.Errorf("%s: %d, %v", name, len(list), err)
		}
		if err != nil && strings.Contains(err.Error(), id.String()) {
			t.Errorf("%s: the private key is in the error", name)
		}
	}
}
