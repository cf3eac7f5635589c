package triage

import (
	"bytes"
	"context"
	"errors"
	"io"
	"os"

	"filippo.io/age"

	"meiqia-diag/diag/lang"
	"meiqia-diag/report/archive"
	"meiqia-diag/report/triage/store"
)

// States of a file that was looked at.
const (
	stateReport    = "report"
	stateBroken    = "broken"    // it claims to be a report and cannot be read
	stateChanged   = "changed"   // a report, but not what was written: its seal or manifest says so
	stateEncrypted = "encrypted" // it can be read with a key alone
	stateForeign   = "foreign"   // it is something else
)

// readerVersion says which code read a file. It grows with what is read of one,
// so that files which an older version could not read are looked at again.
const readerVersion = 3

// maxReport bounds a bare report.json; package archive bounds what is packed.
const maxReport = 64 << 20

// read looks at one file. A file that is not a report is no error.
func read(ctx context.Context, f found, ids []age.Identity) store.Entry {
	e := store.Entry{File: store.File{Path: f.path, Size: f.size, MTime: f.mtime, Reader: readerVersion}}
	r, state, why := readReport(ctx, f.path, ids)
	e.File.State, e.File.WhyZH, e.File.WhyEN = state, why.ZH, why.EN
	if r != nil {
		e.Report, e.File.Hash = r, r.Hash
	}
	return e
}

func readReport(ctx context.Context, path string, ids []age.Identity) (*store.Report, string, lang.Text) {
	file, err := open(path)
	if err != nil {
		return nil, stateBroken, why(err)
	}
	defer file.Close()
	head := make([]byte, 512)
	n, err := io.ReadFull(file, head)
	if err != nil && !errors.Is(err, io.ErrUnexpectedEOF) && !errors.Is(err, io.EOF) {
		return nil, stateBroken, why(err)
	}
	head = head[:n]
	body := bytes.TrimLeft(bytes.TrimPrefix(head, []byte("\xef\xbb\xbf")), " \t\r\n")
	switch {
	case archive.Encrypted(head):
		return readEncrypted(path, ids)
	case bytes.HasPrefix(head, []byte("PK\x03\x04")):
		return readArchive(path)
	case bytes.HasPrefix(body, []byte("{")):
		return readJSON(ctx, io.MultiReader(bytes.NewReader(head), file))
	case n == 0:
		return nil, stateForeign, lang.T("文件是空的", "the file is empty")
	}
	return nil, stateForeign, lang.T("不是报告", "it is no report")
}

// open opens a plain file; what else has a name could block, or never end.
func open(path string) (*os.File, error) {
	info, err := os.Stat(path)
	if err == nil && !info.Mode().IsRegular() {
		return nil, &lang.Problem{What: lang.T("不是普通文件", "it is no plain file")}
	}
	if err != nil {
		return nil, err
	}
	return os.Open(path)
}

// readEncrypted opens a report with one of the keys. One that no key opens is no damage.
func readEncrypted(path string, ids []age.Identity) (*store.Report, string, lang.Text) {
	if len(ids) == 0 {
		return nil, stateEncrypted, lang.T("要用 --identity 给出私钥文件才读得了", "it takes --identity and the file of the private key to read it")
	}
	r, state, text := readArchive(path, ids...)
	if r == nil && state == stateBroken {
		state = stateEncrypted
	}
	return r, state, text
}

func readArchive(path string, ids ...age.Identity) (*store.Report, string, lang.Text) {
	a, err := archive.Open(path, ids...)
	if err != nil {
		return nil, stateBroken, why(err)
	}
	data := a.Bytes()
	if a.Archive() {
		data, err = a.Intact("report.json")
	}
	changed := err
	if errors.Is(err, archive.ErrChanged) { // what it says counts, and that it was changed is told
		data, err = a.File("report.json")
	}
	switch {
	case errors.Is(err, archive.ErrNotHeld):
		return nil, stateForeign, lang.T("压缩包里没有 report.json", "the archive holds no report.json")
	case err != nil:
		return nil, stateBroken, why(err)
	}
	report, state, text := extract(data)
	if report != nil && a.Archive() {
		report.Archive = a.SHA256()
		if changed != nil {
			return report, stateChanged, whyChanged(changed)
		}
	}
	return report, state, text
}

func readJSON(ctx context.Context, r io.Reader) (*store.Report, string, lang.Text) {
	data, err := io.ReadAll(limited(ctx, r, maxReport+1))
	switch {
	case err != nil:
		return nil, stateBroken, why(err)
	case len(data) > maxReport:
		return nil, stateForeign, tooBig(maxReport)
	}
	return extract(data)
}

func extract(data []byte) (*store.Report, string, lang.Text) {
	report, err := Extract(data)
	switch {
	case err == nil:
		return report, stateReport, lang.Text{}
	case errors.Is(err, errForeign):
		return nil, stateForeign, lang.T("不是报告", "it is no report")
	case errors.Is(err, errNewer):
		return nil, stateBroken, lang.T("报告的格式本版本不认识，请更新", "its layout is not known to this version; update it")
	}
	what := why(err)
	var p *lang.Problem
	if errors.As(err, &p) && p.Field != "" {
		what = lang.T("不合 report.json 的格式：%s：%s", "not as a report.json is: %s: %s").F(p.Field, what)
	}
	return nil, stateBroken, what
}

// whyChanged says in which file of an archive it shows.
func whyChanged(err error) lang.Text {
	var p *lang.Problem
	if errors.As(err, &p) && p.Field != "" {
		return lang.T("%s：%s", "%s: %s").F(tidy(p.Field), why(err))
	}
	return why(err)
}

// why says in words what kept a file from being read, without the file's name.
func why(err error) lang.Text {
	var p *lang.Problem
	if errors.As(err, &p) {
		return lang.T(tidy(p.What.ZH), tidy(p.What.EN))
	}
	return lang.Reason(err)
}

func tooBig(limit int64) lang.Text {
	return lang.T("超过 %d MiB，不会是报告", "it is over %d MiB and no report").F(limit >> 20)
}

// limited reads at most n bytes, and stops when ctx ends.
func limited(ctx context.Context, r io.Reader, n int64) io.Reader {
	return &stoppable{ctx, io.LimitReader(r, n)}
}

type stoppable struct {
	ctx context.Context
	r   io.Reader
}

func (s *stoppable) Read(p []byte) (int, error) {
	if err := s.ctx.Err(); err != nil {
		return 0, err
	}
	return s.r.Read(p)
}
