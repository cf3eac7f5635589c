package archive

import (
	"bytes"
	"context"
	"encoding/hex"
	"errors"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"testing"

	"meiqia-diag/diag/lang"
)

func TestUserKey(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "new", "folder")
	var keys [8][]byte
	var wait sync.WaitGroup
	for i := range keys { // several runs at a time agree on one key
		wait.Go(func() {
			key, warn, err := UserKey(dir)
			if err != nil || warn != nil || len(key) != keySize {
				t.Errorf("%x %v %v", key, warn, err)
			}
			keys[i] = key
		})
	}
	wait.Wait()
	for _, k := range keys {
		if !bytes.Equal(k, keys[0]) {
			t.Errorf("%x and %x", k, keys[0])
		}
	}
	list, err := os.ReadDir(dir)
	if err != nil || len(list) != 1 {
		t.Errorf("left: %v %v", list, err)
	}
	path := filepath.Join(dir, KeyName)
	if st, err := os.Stat(path); err != nil || runtime.GOOS != "windows" && st.Mode().Perm() != 0o600 {
		t.Errorf("%v %v", st, err)
	}
	if runtime.GOOS != "windows" {
		if err := os.Chmod(path, 0o644); err != nil {
			t.Fatal(err)
		}
		if key, warn, err := UserKey(dir); err != nil || warn == nil || !bytes.Equal(key, keys[0]) {
			t.Errorf("a key for all to read: %x %v %v", key, warn, err)
		}
	}
	for _, bad := range []string{"", "abc", strings.Repeat("z", 64), strings.Repeat("00", 31)} {
		if err := os.WriteFile(path, []byte(bad), 0o600); err != nil {
			t.Fatal(err)
		}
		var p *lang.Problem
		if _, _, err := UserKey(dir); !errors.As(err, &p) {
			t.Errorf("%q: %v", bad, err)
		}
		if data, _ := os.ReadFile(path); string(data) != bad {
			t.Errorf("%q was written over", bad)
		}
	}
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if key, _, err := UserKey(filepath.Join(file, "x")); err == nil || key != nil {
		t.Errorf("a folder that cannot be made: %x %v", key, err)
	}
}

// TestReportKeys: the same evidence has the same pseudonyms, two reports cannot
// be linked, and what the manifest tells does not lead to the key or the evidence.
func TestReportKeys(t *testing.T) {
	digest := []byte("the digest of some evidence")
	salt, one := derive(key, digest)
	salt2, two := derive(key, []byte("other evidence"))
	if bytes.Equal(one, two) || bytes.Equal(salt, salt2) || keyCheck(one) == keyCheck(two) {
		t.Error("two reports can be linked")
	}
	other := bytes.Repeat([]byte{7}, keySize)
	if salt3, three := derive(other, digest); bytes.Equal(salt, salt3) || bytes.Equal(one, three) {
		t.Error("the salt does not depend on the user's key: a guess could be tried on it")
	}
	if !bytes.Equal(reportKey(key, salt), one) {
		t.Error("the salt does not lead the user back to the key")
	}
	data := small(t)
	for _, secret := range [][]byte{key, one, []byte(hex.EncodeToString(key))} {
		if bytes.Contains(data, secret) {
			t.Error("a key is in the archive")
		}
	}
}

func TestLookup(t *testing.T) {
	dir := t.TempDir()
	user, _, err := UserKey(dir)
	if err != nil {
		t.Fatal(err)
	}
	opt := options(t)
	opt.Key = user
	if _, err := Build(context.Background(), opt); err != nil {
		t.Fatal(err)
	}
	o, err := Open(opt.Path)
	if err != nil {
		t.Fatal(err)
	}
	files := contents(t, opt.Path)
	for _, value := range []string{"13800138000", "138-0013-8000", "王小明", "203.0.113.7"} {
		found, err := Lookup(o, dir, value)
		if err != nil || len(found) == 0 {
			t.Errorf("%s: %v %v", value, found, err)
		}
		for _, x := range found {
			if !strings.Contains(files[x.File], strings.Trim(x.Pseudonym, "<>")) { // its brackets may be escaped
				t.Errorf("%s: %+v is not there", value, x)
			}
		}
	}
	if found, err := Lookup(o, dir, "13911112222"); err != nil || len(found) > 0 {
		t.Errorf("a value that is not there: %v %v", found, err)
	}
	var p *lang.Problem
	if _, err := Lookup(o, t.TempDir(), "13800138000"); !errors.As(err, &p) {
		t.Errorf("without the key: %v", err)
	}
	stranger := t.TempDir()
	if _, _, err := UserKey(stranger); err != nil {
		t.Fatal(err)
	}
	if _, err := Lookup(o, stranger, "13800138000"); !errors.As(err, &p) {
		t.Errorf("with another's key: %v", err)
	}
}
