package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"github.com/charmbracelet/lipgloss"

	"meiqia-diag/diag"
	"meiqia-diag/diag/diagnosis"
	"meiqia-diag/diag/lang"
	"meiqia-diag/diag/profile"
	"meiqia-diag/report/archive"
)

// target is where the report archive goes.
type target struct {
	path   string // "" for none, "-" for stdout
	chosen bool   // by the person, so that a failure to write it is an error
	force  bool   // a file that is there may be replaced
}

// target decides where the archive goes, and finds out what stands in its way
// before anything is measured.
func (a *app) target(o *recallOptions) (target, error) {
	switch {
	case o.noReport:
		return target{}, nil
	case o.output == "-":
		if a.outTTY {
			return target{}, &lang.Problem{Field: "--output -", What: lang.T("标准输出是终端，压缩包不能写到上面", "standard output is a terminal, which takes no archive"), Hint: lang.T("请接 > 文件 或 | 命令", "put > FILE or | COMMAND behind it")}
		}
		return target{path: "-", chosen: true}, nil
	case o.output == "":
		return target{path: a.freeName("")}, nil
	}
	bad := func(what, hint lang.Text) (target, error) {
		return target{}, &lang.Problem{Field: "--output " + o.output, What: what, Hint: hint}
	}
	if ext := filepath.Ext(o.output); notArchive[ext] {
		return bad(lang.T("报告是压缩包，不是 %s 文件", "the report is an archive, not a %s file").F(ext), lang.T("结果写在标准输出：--format … > 文件", "the result is on standard output: --format … > FILE"))
	}
	info, err := os.Stat(o.output)
	switch {
	case err == nil && info.IsDir():
		return target{path: a.freeName(o.output), chosen: true}, nil
	case err == nil && !o.force:
		return bad(lang.T("文件已存在", "the file exists"), lang.T("换一个名字，或加 --force 覆盖", "choose another name, or add --force to overwrite it"))
	case err != nil:
		if _, err := os.Stat(filepath.Dir(o.output)); err != nil {
			return bad(lang.T("没有这个文件夹", "there is no such folder"), lang.T("请先建好文件夹", "make the folder first"))
		}
	}
	return target{path: o.output, chosen: true, force: o.force}, nil
}

// notArchive are names that a person gives who takes --output for the result's file.
var notArchive = map[string]bool{".json": true, ".html": true, ".htm": true, ".md": true, ".txt": true, ".xml": true, ".tap": true}

// freeName is a name for the archive that no file has.
func (a *app) freeName(dir string) string {
	stem := filepath.Join(dir, programName+"-report-"+a.now().Format("20060102-150405"))
	name := stem + ".zip"
	for i := 2; i < 100; i++ {
		if _, err := os.Lstat(name); err != nil {
			break
		}
		name = fmt.Sprintf("%s-%d.zip", stem, i)
	}
	return name
}

// save writes the report archive and puts a reference to it into the document.
// What goes in is shown before it is written; a person is asked, and may take
// longer to answer than limit.
func (a *app) save(ctx, limit context.Context, o *recallOptions, t target, in *input, d *diagnosis.Diagnosis) error {
	if t.path == "" {
		return nil
	}
	ask := !o.yes && t.path != "-" && a.mayAsk(o.noInput)
	built, remove, err := a.build(limit, t, ask, in, d)
	if errors.Is(err, context.DeadlineExceeded) {
		return &lang.Problem{Field: "--timeout", What: lang.T("时限 %s 之内没有写完", "it was not written within %s").F(spanText(o.timeout)), Hint: lang.T("请放宽 --timeout，或只给出有关的证据", "allow more with --timeout, or give only the evidence that matters")}
	}
	if err != nil {
		return a.cannotWrite(t, err)
	}
	defer remove()
	if ask {
		a.say(d.Document.Verdict.Summary)
		fmt.Fprintln(a.err)
	}
	a.preview(built)
	if ask {
		a.say(lang.T("报告只写在这台电脑上，求助时由您发给技术支持。", "The report stays on this computer; it is yours to send when you ask for help."))
		if yes, err := a.confirm(ctx, lang.T("写入报告 %s？", "Write the report %s?").F(harmless(t.path))); err != nil || !yes {
			return err
		}
	}
	switch {
	case t.path == "-":
		if err := a.pour(built.Path); err != nil {
			return err
		}
	case built.Path != t.path:
		if err := place(built.Path, t.path, o.force); err != nil {
			return a.cannotWrite(t, err)
		}
	}
	d.Document.Report = &diag.ReportRef{Path: t.path, SHA256: built.SHA256}
	if o.format != "text" && t.path != "-" { // the text says so itself
		a.say(lang.T("报告：%s", "report: %s").F(t.path))
	}
	return nil
}

// cannotWrite says what kept the archive from being written, where, and what to do.
func (a *app) cannotWrite(t target, err error) error {
	if errors.Is(err, context.Canceled) {
		return err
	}
	path := t.path
	if path == "-" {
		path = os.TempDir()
	}
	why := lang.Reason(err)
	if errors.Is(err, fs.ErrNotExist) { // a folder that lets no file be made, as /proc does
		why = lang.T("这里建不了文件", "no file can be made there")
	}
	return &lang.Problem{File: path, What: lang.T("写不了：%s", "cannot write: %s").F(why),
		Hint: lang.T("请腾出空间，或用 --output 换一个能写的位置；--no-report 则不写", "make room, or choose a place that can be written to with --output; --no-report writes none")}
}

// build makes the archive: under its own name, or aside while it waits for an
// answer or for stdout. remove takes away what was left aside.
func (a *app) build(ctx context.Context, t target, ask bool, in *input, d *diagnosis.Diagnosis) (ref archive.Ref, remove func(), err error) {
	opt := archive.Options{Path: t.path, Force: true, Doc: d.Document, Evidence: sources(d), Stamp: stamps(d), Serious: serious, Own: own(in.profile)}
	if opt.Profile, err = profileJSON(in.profile); err != nil {
		return ref, nil, err
	}
	remove = func() {}
	switch {
	case t.path == "-":
		dir, err := os.MkdirTemp("", programName+"-*") // 0700
		if err != nil {
			return ref, nil, err
		}
		remove = a.tidy.add(func() { _ = os.RemoveAll(dir) })
		opt.Path = filepath.Join(dir, "report.zip")
	case ask:
		opt.Path = filepath.Join(filepath.Dir(t.path), fmt.Sprintf(".%s-%d.tmp", programName, os.Getpid()))
		remove = a.tidy.add(func() { _ = os.Remove(opt.Path) })
	default:
		opt.Force = t.force
	}
	if ref, err = archive.Build(ctx, opt); err != nil {
		remove()
	}
	return ref, remove, err
}

// place gives an archive its name at once. Without force it replaces nothing.
func place(from, to string, force bool) error {
	if force {
		return os.Rename(from, to)
	}
	err := os.Link(from, to) // the name from goes away with the tidying
	if err == nil || errors.Is(err, fs.ErrExist) {
		return err
	}
	if _, err := os.Lstat(to); err == nil { // a file system without links
		return fs.ErrExist
	}
	return os.Rename(from, to)
}

// pour copies the archive to stdout.
func (a *app) pour(path string) error {
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	defer f.Close()
	_, err = io.Copy(a.out, f)
	return err
}

// preview says on stderr what the archive holds.
func (a *app) preview(ref archive.Ref) {
	wide := 0
	for _, f := range ref.Files {
		wide = max(wide, lipgloss.Width(harmless(f.Name)))
	}
	a.say(lang.T("报告共 %d 个文件，%s：", "the report holds %d files, %s:").F(len(ref.Files), sizeText(ref.Size)))
	for _, f := range ref.Files {
		line := fmt.Sprintf("  %s%s  %9s", harmless(f.Name), strings.Repeat(" ", wide-lipgloss.Width(harmless(f.Name))), sizeText(f.Size))
		n := 0
		for _, k := range f.Redactions {
			n += k
		}
		if n > 0 && f.Source != programName {
			line += a.t("  脱敏 "+strconv.Itoa(n)+" 处", "  "+strconv.Itoa(n)+" redacted")
		}
		fmt.Fprintln(a.err, a.style.dim.Render(line))
	}
	for _, x := range ref.Dropped {
		a.note(lang.T("没有放进报告：%s（%s）", "not in the report: %s (%s)").F(x.Name, x.Why))
	}
}

func sizeText(n int64) string {
	switch {
	case n < 1<<10:
		return fmt.Sprintf("%d B", n)
	case n < 1<<20:
		return fmt.Sprintf("%.1f KiB", float64(n)/(1<<10))
	}
	return fmt.Sprintf("%.1f MiB", float64(n)/(1<<20))
}

// profileJSON is the profile as the run used it, its base laid under it.
func profileJSON(p *profile.Profile) ([]byte, error) {
	own := *p
	own.Base = ""
	if own.CAFile != "" {
		own.CAFile = filepath.Base(own.CAFile)
	}
	return json.MarshalIndent(&own, "", "  ")
}

// verifyArchive compares an archive with its own manifest; a bare report.json has none.
func verifyArchive(file string) problems {
	f, err := os.Open(file)
	if err != nil {
		return asProblems(err)
	}
	defer f.Close()
	head := make([]byte, 2)
	if _, err := io.ReadFull(f, head); err != nil || string(head) != "PK" {
		return nil
	}
	ps, err := archive.Validate(file)
	if err != nil {
		return asProblems(err)
	}
	for _, p := range ps {
		if p.Hint.IsZero() {
			p.Hint = lang.T("请对方重新生成报告", "have the report made again")
		}
	}
	return ps
}
