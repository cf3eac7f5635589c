// Package archive puts one diagnosis and its evidence into one zip that may
// leave the machine: sliced to the time of the incident, redacted, checked once
// more by other code, and with a manifest that tells what every file is.
package archive

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"time"

	"meiqia-diag/diag"
	"meiqia-diag/diag/evidence"
	"meiqia-diag/diag/evidence/har"
	"meiqia-diag/diag/lang"
	"meiqia-diag/report"
	"meiqia-diag/report/redact"
)

// Limits of an archive.
const (
	MaxBytes   = 20 << 20 // of the whole archive: what most tickets take
	maxSlice   = 16 << 20 // of one log's slice, unpacked
	maxText    = 1 << 20  // of a path text
	maxImage   = 16 << 20
	maxInline  = 1 << 20 // of an image shown in the page
	allInline  = 4 << 20
	wholeFiles = 64 << 20 // of a HAR after redaction
)

// Source is a piece of evidence for the archive.
type Source struct {
	Name     string
	Kind     evidence.Kind
	Size     int64
	Encoding string
	Note     string
	HAR      *evidence.HARFile // of a HAR, what reading it found; nil: it is gone through as a whole
	Shift    time.Duration     // to be added to its own times for the service's
	Open     func() (io.ReadCloser, error)
}

// Sources takes evidence as it was read.
func Sources(files []evidence.File) []Source {
	var out []Source
	for _, f := range files {
		out = append(out, Source{Name: f.Name, Kind: f.Kind, Size: f.Size, Encoding: f.Encoding, Note: f.Note, Open: f.Open})
	}
	return out
}

// Options say what goes into an archive, and where it goes.
type Options struct {
	Path     string
	Force    bool // replace a file that is there
	Doc      *diag.Document
	Profile  []byte // as the run used it, JSON or YAML
	Evidence []Source

	From, To time.Time     // the incident; zero: taken from the document's timeline
	Margin   time.Duration // kept before and after it; 2 minutes when 0

	// Stamp gives, for one log, what finds the time of a line; nil keeps logs whole.
	Stamp func(Source) func(line string) (time.Time, bool)
	// Own tells whether a request of a HAR went to the service; nil for all.
	Own func(*har.Entry) bool
	// Serious tells whether a line is an error.
	Serious func(line string) bool

	Key      []byte   // of the pseudonyms; nil for a random one
	Words    []string // to be replaced wherever they stand
	KeepIPs  bool
	MaxBytes int64 // MaxBytes when 0
}

// Ref tells of an archive that was written.
type Ref struct {
	Path    string
	SHA256  string
	Size    int64
	Files   []FileEntry
	Dropped []Dropped
}

// Build writes the archive. It appears whole under its path or not at all.
func Build(ctx context.Context, opt Options) (Ref, error) {
	if opt.MaxBytes <= 0 {
		opt.MaxBytes = MaxBytes
	}
	if err := free(opt.Path, opt.Force); err != nil {
		return Ref{}, err
	}
	b := &builder{opt: opt, r: redact.New(opt.Key), names: map[string]bool{}}
	b.r.KeepIPs = opt.KeepIPs
	b.r.Words(opt.Words...)
	b.modified = modified(opt.Doc)
	b.from, b.to = opt.between()
	if err := b.gather(ctx); err != nil {
		return Ref{}, err
	}
	if err := b.render(); err != nil {
		return Ref{}, err
	}
	if err := b.fit(); err != nil {
		return Ref{}, err
	}
	for _, e := range b.entries {
		if err := check(e); err != nil {
			return Ref{}, err
		}
	}
	if err := ctx.Err(); err != nil {
		return Ref{}, err
	}
	return b.write(ctx)
}

// builder gathers the files of one archive.
type builder struct {
	opt      Options
	r        *redact.Redactor
	names    map[string]bool
	modified time.Time
	from, to time.Time // with margin; zero for no limit

	doc      *diag.Document // redacted
	entries  []entry
	dropped  []Dropped
	logs     []report.Log
	pictures []report.Attachment
	errors   []byte // errors.jsonl
}

// entry is one file of the archive.
type entry struct {
	FileEntry
	data  []byte
	text  bool // to be looked over once more
	extra bool // may be dropped when the archive is too big
}

func modified(doc *diag.Document) time.Time {
	if t, err := time.Parse(time.RFC3339Nano, doc.StartedAt); err == nil && t.Year() >= 1980 && t.Year() < 2100 {
		return t.UTC().Truncate(2 * time.Second)
	}
	return time.Date(2000, 1, 1, 0, 0, 0, 0, time.UTC)
}

// between gives the range of time to keep, margin included.
func (opt Options) between() (from, to time.Time) {
	from, to = opt.From, opt.To
	if from.IsZero() && to.IsZero() {
		for _, m := range opt.Doc.Timeline {
			t, err := time.Parse(time.RFC3339Nano, m.At)
			if err != nil || m.Kind == "console" || m.Kind == "log" {
				continue
			}
			e := time.Duration(min(max(m.ErrMS, 0), 3600e3) * float64(time.Millisecond))
			if from.IsZero() || t.Add(-e).Before(from) {
				from = t.Add(-e)
			}
			if to.IsZero() || t.Add(e).After(to) {
				to = t.Add(e)
			}
		}
	}
	margin := opt.Margin
	if margin == 0 {
		margin = 2 * time.Minute
	}
	if !from.IsZero() {
		from = from.Add(-margin)
	}
	if !to.IsZero() {
		to = to.Add(margin)
	}
	return from, to
}

func (b *builder) add(e entry) {
	e.Size = int64(len(e.data))
	e.SHA256 = sum(e.data)
	if e.Redactions == nil {
		e.Redactions = map[string]int{}
	}
	b.entries = append(b.entries, e)
}

func (b *builder) text(name, kind string, data []byte, counts map[string]int) {
	b.add(entry{FileEntry: FileEntry{Name: name, Source: "meiqia-diag", Kind: kind, Encoding: "utf-8", Redactions: counts}, data: data, text: true})
}

// document redacts the diagnosis itself.
func (b *builder) document() error {
	plain := *b.opt.Doc
	plain.Report = nil // an archive cannot hold its own name and hash
	data, err := plain.JSON()
	if err != nil {
		return err
	}
	f := b.r.File("report.json")
	f.Prose = true
	var clean bufferOf
	if err := f.JSON(reader(data), &clean); err != nil {
		return err
	}
	doc, err := diag.ReadDocument(clean.Bytes())
	if err != nil {
		return fmt.Errorf("the redacted document cannot be read back: %w", err)
	}
	both := func(t lang.Text) lang.Text { return lang.T(f.Text(t.ZH), f.Text(t.EN)) }
	for _, t := range plain.Verdict.MissingText {
		doc.Verdict.MissingText = append(doc.Verdict.MissingText, both(t))
	}
	for i, r := range plain.Verdict.RuledOut {
		for _, t := range r.Text {
			doc.Verdict.RuledOut[i].Text = append(doc.Verdict.RuledOut[i].Text, both(t))
		}
	}
	doc.RemedyList = plain.RemedyList // from the catalogue
	b.doc = doc
	out, err := doc.JSON()
	if err != nil {
		return err
	}
	b.text("report.json", "document", out, f.Counts())
	return nil
}

// render adds the files made from the redacted document.
func (b *builder) render() error {
	counts := b.r.File("report.json").Counts()
	for _, x := range []struct {
		name, format string
		l            lang.Lang
	}{{"report.html", "html", lang.ZH}, {"report.md", "markdown", lang.ZH}} {
		var out bufferOf
		if err := report.Write(&out, x.format, b.doc, report.Options{Lang: x.l, Logs: b.logs, Attachments: b.pictures, Archived: true}); err != nil {
			return err
		}
		b.text(x.name, "report", out.Bytes(), counts)
	}
	for _, l := range []lang.Lang{lang.ZH, lang.EN} {
		b.text("steps."+string(l)+".md", "steps", report.StepsMarkdown(b.doc, l), counts)
		b.text("summary."+string(l)+".txt", "summary", []byte(report.Summary(b.doc, l)), counts)
	}
	inc, err := incidentYAML(b.doc)
	if err != nil {
		return err
	}
	b.text("incident.yaml", "incident", inc, counts)
	if len(b.errors) > 0 {
		b.text("errors.jsonl", "errors", b.errors, nil)
	}
	if len(b.opt.Profile) > 0 {
		b.profile()
	}
	return nil
}

// profile adds the profile that the run used.
func (b *builder) profile() {
	name := "profile.json"
	if !json.Valid(b.opt.Profile) {
		name = "profile.yaml"
	}
	f := b.r.File(name)
	f.Prose = true
	var out bufferOf
	kind := "json"
	if name != "profile.json" {
		kind = "text"
	}
	if err := f.Stream(kind, reader(b.opt.Profile), &out); err != nil {
		b.dropped = append(b.dropped, Dropped{Name: name, Size: int64(len(b.opt.Profile)), Why: lang.T("无法脱敏", "could not be redacted")})
		return
	}
	b.text(name, "profile", out.Bytes(), f.Counts())
}

// check looks over a finished file with other code than the redactor's.
func check(e entry) error {
	if !e.text {
		return nil
	}
	found := redact.Verify(withoutPictures(e.data))
	if len(found) == 0 {
		return nil
	}
	return &lang.Problem{File: e.Name, Line: found[0].Line, What: lang.T("复查发现未脱敏的内容（%s，共 %d 处），没有写出压缩包", "the second look found something unredacted (%s, %d in all); no archive was written").F(found[0].Rule, len(found)),
		Hint: lang.T("请把这一行的样式（不含真实内容）反馈给我们", "please tell us what the line looks like, without its content")}
}

var errTooBig = &lang.Problem{What: lang.T("太大", "too big")}
