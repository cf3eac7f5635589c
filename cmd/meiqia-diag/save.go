package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"

	"filippo.io/age"

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
	to     []age.Recipient
	epoch  time.Time // of SOURCE_DATE_EPOCH
}

// target decides where the archive goes, and finds out what stands in its way
// before anything is measured.
func (a *app) target(o *recallOptions, prof *profile.Profile) (t target, err error) {
	if o.noReport {
		return target{}, nil
	}
	if t.epoch, err = a.sourceDateEpoch(); err != nil {
		return target{}, err
	}
	if t.to, err = recipients(o.encryptTo, prof); err != nil {
		return target{}, err
	}
	for _, w := range o.words {
		if len(strings.TrimSpace(w)) < 3 {
			return target{}, &lang.Problem{Field: "--redact " + w, What: lang.T("太短，会到处误伤", "too short: it would be found everywhere"), Hint: lang.T("请写三个字母以上，或至少一个汉字", "give three letters or more")}
		}
	}
	switch {
	case o.output == "-":
		if a.outTTY {
			return target{}, &lang.Problem{Field: "--output -", What: lang.T("标准输出是终端，压缩包不能写到上面", "standard output is a terminal, which takes no archive"), Hint: lang.T("请接 > 文件 或 | 命令", "put > FILE or | COMMAND behind it")}
		}
		t.path, t.chosen = "-", true
		return t, nil
	case o.output == "":
		t.path = a.freeName("", t.ext())
		return t, nil
	}
	bad := func(what, hint lang.Text) (target, error) {
		return target{}, &lang.Problem{Field: "--output " + o.output, What: what, Hint: hint}
	}
	if ext := filepath.Ext(o.output); notArchive[ext] {
		return bad(lang.T("报告是压缩包，不是 %s 文件", "the report is an archive, not a %s file").F(ext), lang.T("结果写在标准输出：--format … > 文件", "the result is on standard output: --format … > FILE"))
	}
	t.path, t.chosen = o.output, true
	info, err := os.Stat(o.output)
	switch {
	case err == nil && info.IsDir():
		t.path = a.freeName(o.output, t.ext())
		return t, nil
	case err == nil && !info.Mode().IsRegular():
		return bad(lang.T("不是普通文件，报告不能写在这里", "not a regular file, where no report can be written"), lang.T("写到标准输出用 --output -，不写报告用 --no-report", "--output - is standard output, and --no-report writes none"))
	case err == nil && !o.force:
		return bad(lang.T("文件已存在", "the file exists"), lang.T("换一个名字，或加 --force 覆盖", "choose another name, or add --force to overwrite it"))
	case err != nil:
		if _, err := os.Stat(filepath.Dir(o.output)); err != nil {
			return bad(lang.T("没有这个文件夹", "there is no such folder"), lang.T("请先建好文件夹", "make the folder first"))
		}
	}
	t.force = o.force
	return t, nil
}

// ext is how the archive's name ends when the person gave none.
func (t target) ext() string {
	if len(t.to) > 0 {
		return ".zip.age"
	}
	return ".zip"
}

// recipients reads the public keys that the report is to be encrypted to: those
// that were given, else the profile's.
func recipients(given []string, prof *profile.Profile) ([]age.Recipient, error) {
	if len(given) > 0 {
		to, err := archive.Recipients(given)
		return to, underFlag("--encrypt-to", err)
	}
	if prof == nil {
		return nil, nil
	}
	to, err := archive.Recipients(prof.Recipients)
	return to, underFlag("report_recipients", err)
}

// sourceDateEpoch is the time that a reproducible archive bears, if one is set.
// https://reproducible-builds.org/specs/source-date-epoch/
func (a *app) sourceDateEpoch() (time.Time, error) {
	s := a.env("SOURCE_DATE_EPOCH")
	if s == "" {
		return time.Time{}, nil
	}
	n, err := strconv.ParseInt(s, 10, 64)
	if err != nil || n < 0 || n > 4102444800 { // the year 2100
		return time.Time{}, &lang.Problem{Field: "SOURCE_DATE_EPOCH", What: lang.T("%q 不是秒数", "%q is no number of seconds").F(s), Hint: lang.T("请写 1970 年以来的秒数，或不要设置它", "give the seconds since 1970, or leave it unset")}
	}
	return time.Unix(n, 0).UTC(), nil
}

// notArchive are names that a person gives who takes --output for the result's file.
var notArchive = map[string]bool{".json": true, ".html": true, ".htm": true, ".md": true, ".txt": true, ".xml": true, ".tap": true}

// freeName is a name for the archive that no file has.
func (a *app) freeName(dir, ext string) string {
	stem := filepath.Join(dir, programName+"-report-"+a.now().Format("20060102-150405"))
	name := stem + ext
	for i := 2; i < 100; i++ {
		if _, err := os.Lstat(name); err != nil {
			break
		}
		name = fmt.Sprintf("%s-%d%s", stem, i, ext)
	}
	return name
}

// save writes the report archive and puts a reference to it into the document.
// What goes in is shown before anything is written; a person is asked, and may
// take longer to answer than limit.
func (a *app) save(ctx, limit context.Context, o *recallOptions, t target, in *input, d *diagnosis.Diagnosis) error {
	if t.path == "" {
		return nil
	}
	p, err := a.prepared(limit, o, t, in, d)
	if errors.Is(err, context.DeadlineExceeded) {
		return &lang.Problem{Field: "--timeout", What: lang.T("时限 %s 之内没有写完", "it was not written within %s").F(spanText(o.timeout)), Hint: lang.T("请放宽 --timeout，或只给出有关的证据", "allow more with --timeout, or give only the evidence that matters")}
	}
	if err != nil {
		return err
	}
	if !o.yes && t.path != "-" && a.mayAsk(o.noInput) {
		a.say(d.Document.Verdict.Summary)
		fmt.Fprintln(a.err)
		if yes, err := a.consent(ctx, p, t, a.again(o, in)); err != nil || !yes {
			return err
		}
	} else {
		a.preview(p)
	}
	var ref archive.Ref
	if t.path == "-" {
		ref, err = p.WriteTo(a.out, t.to)
	} else {
		ref, err = p.Write(ctx, t.path, t.force, t.to)
	}
	if err != nil {
		return a.cannotWrite(t, err)
	}
	d.Document.Report = &diag.ReportRef{Path: t.path, SHA256: ref.SHA256, Inner: ref.Inner}
	if ref.Inner != "" {
		a.say(lang.T("已加密；里面的压缩包 sha256 %s", "encrypted; the archive inside has the sha256 %s").F(ref.Inner))
	}
	if o.format != "text" && t.path != "-" { // the text says so itself
		a.say(lang.T("报告：%s", "report: %s").F(t.path))
	}
	return nil
}

// again is the command that makes the same report once more and writes it; ""
// where what was recorded, or read from standard input, goes with this run.
func (a *app) again(o *recallOptions, in *input) string {
	name := firstWord(a.args)
	if name == "record" || name == "" || o.incident == "-" {
		return ""
	}
	args := slices.Clone(a.args)
	if name == "recall" && !o.asksFor() { // what was answered is said in flags
		for _, f := range in.incident.Fields() {
			args = append(args, "--set", string(f)+"="+in.incident.String(f))
		}
		for _, path := range in.evidence {
			args = append(args, "--evidence", path)
		}
	}
	words := []string{programName}
	for _, arg := range append(args, "--yes") {
		words = append(words, quoted(arg))
	}
	return strings.Join(words, " ")
}

// quoted writes an argument as a shell takes it.
func quoted(arg string) string {
	if arg != "" && !strings.ContainsFunc(arg, func(r rune) bool {
		return !(r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || strings.ContainsRune("-_./=,:@%+", r) || r > 0x7f && unicode.IsLetter(r))
	}) {
		return arg
	}
	if runtime.GOOS == "windows" {
		return `"` + strings.ReplaceAll(arg, `"`, `\"`) + `"`
	}
	return "'" + strings.ReplaceAll(arg, "'", `'\''`) + "'"
}

// cannotWrite says what kept the archive from being written, where, and what to do.
func (a *app) cannotWrite(t target, err error) error {
	if errors.Is(err, context.Canceled) {
		return err
	}
	var own *lang.Problem
	if errors.As(err, &own) {
		return own
	}
	why := lang.Reason(err)
	if errors.Is(err, fs.ErrNotExist) { // a folder that lets no file be made, as /proc does
		why = lang.T("这里建不了文件", "no file can be made there")
	}
	return &lang.Problem{File: t.path, What: lang.T("写不了：%s", "cannot write: %s").F(why),
		Hint: lang.T("请腾出空间，或用 --output 换一个能写的位置；--no-report 则不写", "make room, or choose a place that can be written to with --output; --no-report writes none")}
}

// prepared makes the archive in memory. Of the diagnosis only the document is left.
func (a *app) prepared(ctx context.Context, o *recallOptions, t target, in *input, d *diagnosis.Diagnosis) (*archive.Prepared, error) {
	list := sources(d)
	opt := archive.Options{
		Doc: d.Document, Offline: o.offline, Evidence: list, Clock: clocks(d), Own: own(in.profile),
		Key: a.userKey(), Words: o.words, LeaveOut: o.drop, Epoch: t.epoch,
	}
	// What was read of a recording of 100 MB is not to be held while the rest is sliced and redacted.
	d.Evidence, d.Attempt = nil, nil
	opt.Recorded = func() {
		for i := range list {
			list[i].HAR = nil
		}
	}
	var err error
	if opt.Profile, err = profileJSON(in.profile); err != nil {
		return nil, err
	}
	p, err := archive.Prepare(ctx, opt)
	var bad *lang.Problem
	if errors.As(err, &bad) && bad.File == "" && bad.Field != "" {
		bad.Field = "--drop " + bad.Field
	}
	return p, err
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
