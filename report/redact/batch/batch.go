// Package batch redacts files, folders and old reports: it learns from all of
// them, redacts each, has the results looked over by other code, and only then
// puts them in their place. When anything goes wrong, nothing is written.
package batch

import (
	"bufio"
	"compress/gzip"
	"context"
	"errors"
	"io"
	"os"
	"path"
	"path/filepath"
	"strings"

	"github.com/klauspost/compress/zstd"

	"meiqia-diag/diag/lang"
	"meiqia-diag/report/archive"
	"meiqia-diag/report/redact"
)

// Options say what is redacted, and where the results go.
type Options struct {
	Paths  []string // files, folders and old reports; "-" is Stdin
	Stdin  io.Reader
	Output string // a file, or a folder for a folder or several files; "" is Stdout
	Stdout io.Writer
	Force  bool // replace files that are there

	Key   []byte   // of the pseudonyms; nil for a random one
	Words []string // to be replaced wherever they stand

	Learning, Doing func(name string) // told of each file that is begun, in either pass
}

// Done is a file that was redacted.
type Done struct {
	Name   string // as it was given, below its folder
	Counts map[string]int
}

// Left is a file that was left out, and why.
type Left struct {
	Path string
	Why  lang.Text
}

// Result tells what was done.
type Result struct {
	Done   []Done
	Left   []Left
	Ledger []redact.LedgerEntry
}

// run is one call.
type run struct {
	opt    Options
	r      *redact.Redactor
	stage  string // folder of the results before they are placed
	inputs []*input
	names  map[string]string // of inputs, in the result
	res    Result
}

// Run redacts all that was given. On an error nothing was written.
func Run(ctx context.Context, opt Options) (res Result, err error) {
	x := &run{opt: opt, r: redact.New(opt.Key), names: map[string]string{}}
	x.r.Words(opt.Words...)
	if x.stage, err = x.room(); err != nil {
		return res, err
	}
	defer func() {
		if rerr := os.RemoveAll(x.stage); err == nil {
			err = rerr
		}
	}()
	if err := x.find(ctx); err != nil {
		return res, err
	}
	plan, err := x.plan()
	if err != nil {
		return res, err
	}
	for _, in := range x.inputs {
		x.r.FileName(path.Base(in.name))
	}
	for _, in := range x.inputs {
		if x.opt.Learning != nil {
			x.opt.Learning(in.name)
		}
		if err := x.learn(ctx, in); err != nil {
			return res, x.failed(in, err)
		}
	}
	for _, in := range x.inputs {
		if x.opt.Doing != nil {
			x.opt.Doing(in.name)
		}
		if err := x.redact(ctx, in, x.staged(in.name)); err != nil {
			return res, x.failed(in, err)
		}
	}
	if err := ctx.Err(); err != nil {
		return res, err
	}
	x.res.Ledger = x.r.Ledger()
	return x.res, plan()
}

// failed tells in which file it went wrong.
func (x *run) failed(in *input, err error) error {
	if in.path == filepath.Join(x.stage, spooled) {
		return unreadable("stdin", err)
	}
	return unreadable(in.path, err)
}

// find lists the inputs and looks what each is.
func (x *run) find(ctx context.Context) error {
	var paths []string
	for _, p := range x.opt.Paths {
		if p != "-" {
			paths = append(paths, p)
			continue
		}
		spool := filepath.Join(x.stage, spooled)
		if err := x.spool(ctx, spool); err != nil {
			return err
		}
		x.inputs = append(x.inputs, &input{path: spool, name: "stdin", single: true})
	}
	left := func(path string, why lang.Text) { x.res.Left = append(x.res.Left, Left{path, why}) }
	found, err := gather(paths, left)
	if err != nil {
		return err
	}
	for _, in := range append(x.inputs, found...) {
		why, err := in.sniff(ctx)
		switch {
		case err != nil:
			return x.failed(in, err)
		case !why.IsZero() && in.single:
			return &lang.Problem{File: in.name, What: lang.T("没法脱敏：%s", "it cannot be redacted: %s").F(why), Hint: lang.T("可用：文本、JSON、HAR、日志、meiqia-diag 的报告", "give a text, JSON, a HAR, a log or a report of meiqia-diag")}
		case !why.IsZero():
			left(in.path, why)
			in.kind = ""
		}
		if in.kind == report {
			if _, err := archive.Open(in.path); err != nil {
				if in.single {
					return unreadable(in.path, err)
				}
				left(in.path, lang.T("不是 meiqia-diag 的报告，请先解压", "it is no report of meiqia-diag: unpack it first"))
				in.kind = ""
			}
		}
	}
	var keep []*input
	for _, in := range append(x.inputs, found...) {
		if in.kind != "" {
			keep = append(keep, in)
		}
	}
	x.inputs = keep
	if len(keep) == 0 {
		return &lang.Problem{File: strings.Join(x.opt.Paths, " "), What: lang.T("没有能脱敏的文件", "there is no file that can be redacted"), Hint: lang.T("可用：文本、JSON、HAR、日志、meiqia-diag 的报告", "give a text, JSON, a HAR, a log or a report of meiqia-diag")}
	}
	return nil
}

// spooled is the file in the stage that holds standard input.
const spooled = "in"

// spool keeps standard input aside: it is read twice.
func (x *run) spool(ctx context.Context, path string) error {
	f, err := os.OpenFile(path, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	_, err = io.Copy(f, until{ctx, x.opt.Stdin})
	return errors.Join(err, f.Close())
}

// until ends a stream with the context.
type until struct {
	ctx context.Context
	r   io.Reader
}

func (u until) Read(p []byte) (int, error) {
	if err := u.ctx.Err(); err != nil {
		return 0, err
	}
	return u.r.Read(p)
}

func (x *run) learn(ctx context.Context, in *input) error {
	if in.kind == report {
		o, err := archive.Open(in.path)
		if err != nil {
			return err
		}
		return o.Learn(x.r)
	}
	return in.each(ctx, x.r.File(in.name).Learn)
}

// redact writes one file of the result, and has it looked over.
func (x *run) redact(ctx context.Context, in *input, to string) error {
	if err := os.MkdirAll(filepath.Dir(to), 0o700); err != nil {
		return err
	}
	if in.kind == report {
		o, err := archive.Open(in.path)
		if err != nil {
			return err
		}
		data, err := o.Redacted(x.r)
		if err != nil {
			return err
		}
		for _, name := range o.Names() {
			if f := x.r.File(name); f.Total() > 0 {
				x.res.Done = append(x.res.Done, Done{in.name + ": " + name, f.Counts()})
			}
		}
		return os.WriteFile(to, data, 0o600)
	}
	f := x.r.File(in.name)
	out, err := os.OpenFile(to, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	defer out.Close()
	buf := bufio.NewWriterSize(out, 256<<10)
	var w io.Writer = buf
	var pack io.Closer
	switch in.packed {
	case "gzip":
		z := gzip.NewWriter(buf)
		w, pack = z, z
	case "zstd":
		z, err := zstd.NewWriter(buf, zstd.WithEncoderConcurrency(1))
		if err != nil {
			return err
		}
		w, pack = z, z
	}
	second := newAside()
	defer second.close()
	if err := in.each(ctx, func(kind string, r io.Reader) error { return f.Stream(kind, r, io.MultiWriter(w, second)) }); err != nil {
		return err
	}
	if pack != nil {
		if err := pack.Close(); err != nil {
			return err
		}
	}
	if err := buf.Flush(); err != nil {
		return err
	}
	if found := second.close(); len(found) > 0 {
		return Unredacted(in.name, found)
	}
	x.res.Done = append(x.res.Done, Done{in.name, f.Counts()})
	return out.Close()
}

// Unredacted is the error of a second look that found something.
func Unredacted(name string, found []redact.Finding) error {
	return &lang.Problem{File: name, Line: found[0].Line, What: lang.T("复查发现未脱敏的内容（规则 %s，共 %d 处），什么也没有写出", "the second look found something unredacted (rule %s, %d in all); nothing was written").F(found[0].Rule, len(found)),
		Hint: lang.T("用 --redact 写出那一行里的词，或先删去那一行；并请把它的样式（不含真实内容）告诉我们", "name the words of that line with --redact, or delete the line first; and please tell us what it looks like, without its content")}
}
