package packed

import (
	"bytes"
	"context"
	"errors"
	"io"
	"os/exec"
	"strings"
	"testing"
	"testing/iotest"
	"time"

	"github.com/klauspost/compress/gzip"
	"github.com/klauspost/compress/zstd"
	"github.com/ulikunitz/xz"

	"meiqia-diag/diag/lang"
)

const text = "2026-11-20 10:22:41 撤回 recall\n"

// pack compresses a text, as two files behind each other.
func pack(t testing.TB, f Format, s string) []byte {
	t.Helper()
	var b bytes.Buffer
	for _, half := range []string{s[:len(s)/2], s[len(s)/2:]} {
		var w io.WriteCloser
		var err error
		switch f {
		case Gzip:
			z := gzip.NewWriter(&b)
			z.ModTime = time.Unix(1795141361, 0)
			w = z
		case Zstd:
			w, err = zstd.NewWriter(&b)
		case XZ:
			w, err = xz.NewWriter(&b)
		case Bzip2: // the library only reads it
			cmd := exec.Command("bzip2", "-c")
			cmd.Stdin, cmd.Stdout = strings.NewReader(half), &b
			if err := cmd.Run(); err != nil {
				t.Fatal(err)
			}
			continue
		}
		if err == nil {
			_, err = io.WriteString(w, half)
		}
		if err == nil {
			err = w.Close()
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	return b.Bytes()
}

func TestFormats(t *testing.T) {
	long := strings.Repeat(text, 20_000)
	for _, f := range []Format{Gzip, Zstd, XZ, Bzip2} {
		t.Run(string(f), func(t *testing.T) {
			data := pack(t, f, long)
			if got := Of(data[:HeadSize]); got != f {
				t.Fatalf("told as %q", got)
			}
			r, err := NewReader(iotest.OneByteReader(bytes.NewReader(data)), f)
			if err != nil {
				t.Fatal(err)
			}
			got, err := io.ReadAll(r)
			if err != nil || string(got) != long {
				t.Fatalf("%d bytes, %v", len(got), err)
			}
			if r.Close() != nil || (f == Gzip) != (r.ModTime.Unix() == 1795141361) {
				t.Error(r.ModTime)
			}
			for name, bad := range map[string][]byte{"cut off": data[:len(data)*2/3], "damaged": append(append([]byte{}, data[:len(data)/3]...), bytes.Repeat([]byte{0x5a}, len(data))...)} {
				r, err := NewReader(bytes.NewReader(bad), f)
				if err == nil {
					_, err = io.Copy(io.Discard, r)
				}
				var p *lang.Problem
				if !errors.As(err, &p) || p.What.ZH == p.What.EN {
					t.Errorf("%s: %v", name, err)
				}
			}
			stopped, cancel := context.WithCancel(context.Background())
			cancel()
			_, err = NewReader(iotest.ErrReader(stopped.Err()), f)
			if err == nil {
				r, _ := NewReader(io.MultiReader(bytes.NewReader(data[:len(data)-40]), iotest.ErrReader(stopped.Err())), f)
				_, err = io.Copy(io.Discard, r)
			}
			if !errors.Is(err, context.Canceled) {
				t.Errorf("stopped: %v", err)
			}
		})
	}
}

func TestOf(t *testing.T) {
	for _, s := range []string{"", "B", "BZh91 is a word", "PK\x03\x04", text, "\x1f", "\xfd7zX"} {
		if f := Of([]byte(s)); f != None {
			t.Errorf("%q: %q", s, f)
		}
	}
}

// A file that asks for four gigabytes of memory is turned away before it has them.
func TestWindow(t *testing.T) {
	data := pack(t, XZ, text)
	at := bytes.Index(data, []byte{0x21, 0x01})
	if at < 0 {
		t.Fatalf("%x", data[:32])
	}
	if n := xzWindow(data); n < 1<<20 || n > maxWindow {
		t.Errorf("asks for %d", n)
	}
	data[at+2] = 40
	if n := xzWindow(data); n != 3<<31 && n != 2<<31 {
		t.Errorf("asks for %d", n)
	}
	if _, err := NewReader(bytes.NewReader(data), XZ); err == nil || !strings.Contains(err.Error(), "memory") {
		t.Error(err)
	}
}

func FuzzNewReader(f *testing.F) {
	for _, k := range []Format{Gzip, Zstd, XZ} {
		f.Add(pack(f, k, text))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		k := Of(data)
		if k == None {
			return
		}
		r, err := NewReader(bytes.NewReader(data), k)
		if err != nil {
			return
		}
		_, _ = io.Copy(io.Discard, io.LimitReader(r, 16<<20))
		if err := r.Close(); err != nil {
			t.Error(err)
		}
	})
}
