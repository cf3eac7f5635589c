package batch

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"io"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"strings"

	"github.com/klauspost/compress/zstd"

	"meiqia-diag/diag/evidence"
	"meiqia-diag/diag/evidence/charset"
	"meiqia-diag/diag/evidence/har"
	"meiqia-diag/diag/lang"
)

// The ways in which a file is redacted.
const (
	text   = "text"
	asJSON = "json"
	asHAR  = "har"
	report = "report" // an archive of this program, each file in it by its own kind
)

// input is one file that is to be redacted.
type input struct {
	path   string // on the disk
	name   string // shown, and below the folder of the results: a/b.log
	single bool   // it was named itself, not found in a folder
	kind   string
	packed string // gzip or zstd
}

// maxFiles bounds how many files a folder may hold.
const maxFiles = 100_000

// gather lists the files under the paths that were given. Links are not
// followed: they may lead anywhere.
func gather(paths []string, note func(path string, why lang.Text)) ([]*input, error) {
	var out []*input
	for _, p := range paths {
		info, err := os.Stat(p)
		if err != nil {
			return nil, unreadable(p, err)
		}
		if !info.IsDir() {
			if !info.Mode().IsRegular() {
				return nil, &lang.Problem{File: p, What: lang.T("不是普通文件", "this is not a regular file"), Hint: lang.T("管道的内容请用 - 从标准输入读", "read a pipe from standard input with -")}
			}
			out = append(out, &input{path: p, name: filepath.Base(p), single: true})
			continue
		}
		err = filepath.WalkDir(p, func(file string, d fs.DirEntry, err error) error {
			if err != nil {
				return unreadable(file, err)
			}
			rel, rerr := filepath.Rel(p, file)
			switch {
			case rerr != nil:
				return rerr
			case d.IsDir():
				return nil
			case !d.Type().IsRegular():
				note(file, lang.T("是链接或设备", "it is a link or a device"))
				return nil
			case len(out) >= maxFiles:
				return &lang.Problem{File: p, What: lang.T("文件超过 %d 个", "there are more than %d files").F(maxFiles), Hint: lang.T("请分批处理", "redact it in parts")}
			}
			name := filepath.ToSlash(rel)
			if len(paths) > 1 {
				name = path.Join(filepath.Base(p), name)
			}
			out = append(out, &input{path: file, name: name})
			return nil
		})
		if err != nil {
			return nil, err
		}
	}
	return out, nil
}

func unreadable(path string, err error) error {
	if errors.Is(err, context.Canceled) {
		return err
	}
	var p *lang.Problem
	if errors.As(err, &p) {
		return err
	}
	return &lang.Problem{File: path, What: lang.T("读不了：%s", "cannot read: %s").F(lang.Reason(err)), Hint: lang.T("请检查路径与读取权限", "check the path and the permission to read it")}
}

// sniff finds out by its content how a file is to be redacted; why tells what
// keeps it from being.
func (in *input) sniff(ctx context.Context) (why lang.Text, err error) {
	f, err := os.Open(in.path)
	if err != nil {
		return why, err
	}
	head := make([]byte, 8)
	n, err := io.ReadFull(f, head)
	_ = f.Close()
	if err != nil && err != io.EOF && err != io.ErrUnexpectedEOF {
		return why, err
	}
	switch head = head[:n]; {
	case bytes.HasPrefix(head, []byte("PK\x03\x04")):
		in.kind = report
		return why, nil
	case bytes.HasPrefix(head, []byte{0x1f, 0x8b}):
		in.packed = "gzip"
	case bytes.HasPrefix(head, []byte{0x28, 0xb5, 0x2f, 0xfd}):
		in.packed = "zstd"
	case bytes.HasPrefix(head, []byte{0xfd, '7', 'z', 'X', 'Z'}), bytes.HasPrefix(head, []byte("BZh")), bytes.HasPrefix(head, []byte{'7', 'z', 0xbc, 0xaf}):
		return lang.T("是压缩文件，请先解压", "it is compressed: unpack it first"), nil
	case bytes.HasPrefix(head, []byte("age-encr")):
		return lang.T("已加密，请先用 report decrypt 解密", "it is encrypted: decrypt it first, with report decrypt"), nil
	}
	r, err := in.raw(ctx)
	if err != nil {
		return why, err
	}
	defer r.Close()
	raw := make([]byte, 64<<10)
	n, err = io.ReadFull(r, raw)
	if err != nil && err != io.EOF && err != io.ErrUnexpectedEOF {
		return why, err
	}
	plain, enc := charset.Decode(raw[:n])
	if enc == charset.BinData {
		return lang.T("不是文本，认不出是什么", "it is no text, and nothing that is known"), nil
	}
	in.kind = kindOf(plain)
	return why, nil
}

// kindOf tells HARs and JSON from every other text by their heads.
func kindOf(head string) string {
	t := strings.TrimLeft(strings.TrimPrefix(head, "\ufeff"), " \t\r\n")
	if t == "" || t[0] != '{' && t[0] != '[' {
		return text
	}
	if har.Sniff([]byte(t)) {
		return asHAR
	}
	next := strings.TrimLeft(t[1:], " \t\r\n")
	if next == "" || !strings.ContainsRune("\"{[}]", rune(next[0])) || t[0] == '{' && next[0] != '"' && next[0] != '}' {
		return text // [2026-11-20 …
	}
	if line, rest, more := strings.Cut(t, "\n"); more && t[0] == '{' {
		line = strings.TrimRight(line, "\r ")
		rest = strings.TrimLeft(rest, " \t\r\n")
		if strings.HasSuffix(line, "}") && strings.HasPrefix(rest, "{") {
			return text // one object a line: its lines keep their numbers
		}
	}
	return asJSON
}

// raw opens a file, unpacked.
func (in *input) raw(ctx context.Context) (io.ReadCloser, error) {
	f, err := os.Open(in.path)
	if err != nil {
		return nil, err
	}
	r := evidence.Until(ctx, f)
	switch in.packed {
	case "gzip":
		z, err := gzip.NewReader(bufio.NewReader(r))
		if err != nil {
			_ = f.Close()
			return nil, err
		}
		return both{z, f}, nil
	case "zstd":
		z, err := zstd.NewReader(r, zstd.WithDecoderConcurrency(1), zstd.WithDecoderMaxMemory(256<<20))
		if err != nil {
			_ = f.Close()
			return nil, err
		}
		return both{z.IOReadCloser(), f}, nil
	}
	return both{io.NopCloser(r), f}, nil
}

// both closes a stream and the file under it.
type both struct {
	io.ReadCloser
	f io.Closer
}

func (b both) Close() error {
	err := b.ReadCloser.Close()
	return errors.Join(err, b.f.Close())
}

// each hands the text of a file, in UTF-8, to a step of the redaction.
func (in *input) each(ctx context.Context, step func(kind string, r io.Reader) error) error {
	r, err := in.raw(ctx)
	if err != nil {
		return err
	}
	err = step(in.kind, charset.NewReader(r))
	return errors.Join(err, r.Close())
}
