// Package archive puts one diagnosis and its evidence into one zip that may
// leave the machine: sliced to the time of the incident, redacted, checked once
// more by other code, and with a manifest that tells what every file is.
package archive

import (
	"context"
	"io"
	"time"

	"meiqia-diag/diag"
	"meiqia-diag/diag/evidence"
	"meiqia-diag/diag/evidence/har"
	"meiqia-diag/diag/evidence/logs"
	"meiqia-diag/diag/lang"
	"meiqia-diag/report"
	"meiqia-diag/report/redact"
)

// Limits of an archive.
const (
	MaxBytes   = 20 << 20 // of the whole archive: what most tickets take
	maxSlice   = 8 << 20  // of one log's slice, unpacked
	maxText    = 1 << 20  // of a path text
	maxImage   = 16 << 20
	maxInline  = 1 << 20 // of an image shown in the page
	allInline  = 4 << 20
	wholeFiles = 64 << 20 // of a HAR after redaction
)

// Source is a piece of evidence for the archive.
type Source struct {
	Name     string
	Path     string // as it was given, for the person to recognise it; never in the archive
	Kind     evidence.Kind
	Size     int64
	Encoding string
	Note     string
	HAR      *evidence.HARFile // of a HAR, what reading it found; nil: it is gone through as a whole
	Scan     *logs.Scan        // of a log, where reading it found the incident's time; nil: it is gone through as a whole
	Shift    time.Duration     // to be added to its own times for the service's
	Open     func() (io.ReadCloser, error)
}

// Sources takes evidence as it was read.
func Sources(files []evidence.File) []Source {
	var out []Source
	for _, f := range files {
		out = append(out, Source{Name: f.Name, Path: f.Path, Kind: f.Kind, Size: f.Size, Encoding: f.Encoding, Note: f.Note, Open: f.Open})
	}
	return out
}

// Options say what goes into an archive.
type Options struct {
	Path     string // for Build: where it goes
	Force    bool   // for Build: replace a file that is there
	Doc      *diag.Document
	Offline  bool   // the run opened no connection: what was not measured live does not depend on when it ran
	Profile  []byte // as the run used it, JSON or YAML
	Evidence []Source

	From, To time.Time     // the incident; zero: taken from the document's timeline
	Margin   time.Duration // kept before and after it; 2 minutes when 0

	// Own tells whether a request of a HAR went to the service; nil for all.
	Own func(*har.Entry) bool
	// Clock tells how the stamps of a log are to be read; nil keeps logs whole.
	Clock func(Source) Clock

	// Recorded, when not nil, is called as soon as the HARs were sliced: from then
	// on Own and what the sources hold of HARs are not asked any more.
	Recorded func()

	Key      []byte   // the user's: each report's own key is derived from it; nil for a random one
	Words    []string // to be replaced wherever they stand
	LeaveOut []string // names or patterns of files that stay out
	KeepIPs  bool
	MaxBytes int64     // MaxBytes when 0
	Epoch    time.Time // instead of the archive's own time, where that is not one of a live run (SOURCE_DATE_EPOCH)
}

// Clock is how the stamps of a log are read, and put on the service's clock.
type Clock struct {
	Zone   *time.Location // of stamps that name none; nil to infer
	Basis  string         // what Zone rests on, as in logs.Zone
	Offset time.Duration  // added to all stamps: the measured offset of the clock that wrote them
	Whole  bool           // its lines do not tell their time one by one: all of it is kept
}

// Ref tells of an archive that was written.
type Ref struct {
	Path   string
	SHA256 string // of the file that was written
	Inner  string // of the archive within an encrypted file
	Size   int64
	Files  []FileEntry

	Dropped []Dropped
}

// Build prepares an archive and writes it. It appears whole under its path or
// not at all.
func Build(ctx context.Context, opt Options) (Ref, error) {
	if err := free(opt.Path, opt.Force); err != nil {
		return Ref{}, err
	}
	p, err := Prepare(ctx, opt)
	if err != nil {
		return Ref{}, err
	}
	return p.Write(ctx, opt.Path, opt.Force, nil)
}

// builder gathers the files of one archive.
type builder struct {
	opt      Options
	r        *redact.Redactor
	salt     []byte // what the report's key was derived with
	key      []byte
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
	data   []byte
	source Source // of a piece of evidence
	text   bool   // to be looked over once more
	extra  bool   // evidence: may be dropped when the archive is too big
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

// press is when the recall was asked for, as well as it is known:
// else the middle of the range.
func (b *builder) press() time.Time {
	var best time.Time
	for _, m := range b.opt.Doc.Timeline {
		t, err := time.Parse(time.RFC3339Nano, m.At)
		if err != nil || m.Kind != "press" && m.Kind != "request" {
			continue
		}
		if best = t; m.Kind == "press" {
			break
		}
	}
	if best.IsZero() && !b.from.IsZero() && !b.to.IsZero() {
		best = b.from.Add(b.to.Sub(b.from) / 2)
	}
	return best
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
	b.add(entry{FileEntry: FileEntry{Name: name, Source: own, Kind: kind, Encoding: "utf-8", Redactions: counts}, data: data, text: true})
}

// own stands for the source of what the program makes itself.
const own = "meiqia-diag"

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
