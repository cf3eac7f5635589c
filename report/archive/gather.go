package archive

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"path"
	"strings"
	"time"

	"meiqia-diag/diag/evidence"
	"meiqia-diag/diag/lang"
	"meiqia-diag/report/redact"
	"meiqia-diag/report/slice"
)

// bufferOf is a buffer that is asked for its bytes.
type bufferOf = bytes.Buffer

func reader(data []byte) io.Reader { return bytes.NewReader(data) }

// piece is one source made ready: a sliced text, or a HAR that is read twice.
type piece struct {
	src   Source
	file  *redact.File
	name  string // in the archive
	data  []byte // of a text: its slice
	stats *slice.Stats
	info  *SliceInfo
}

// gather slices all evidence, learns from all of it, and then redacts it, so
// that a value found in the last file is gone from the first too.
func (b *builder) gather(ctx context.Context) error {
	for _, src := range b.opt.Evidence {
		b.r.FileName(baseName(src.Name))
	}
	for _, f := range b.opt.Doc.Evidence {
		b.r.FileName(baseName(f.Name))
	}
	var pieces []*piece
	for _, src := range b.opt.Evidence {
		if err := ctx.Err(); err != nil {
			return err
		}
		p, err := b.prepare(ctx, src)
		if err != nil {
			return err
		}
		if p != nil {
			pieces = append(pieces, p)
		}
	}
	for _, p := range pieces {
		if err := p.each(ctx, p.file.Learn); err != nil && !b.unreadable(ctx, p.src, err) {
			return err
		}
	}
	if data, err := b.opt.Doc.JSON(); err == nil {
		doc := b.r.File("report.json")
		doc.Prose = true
		if err := doc.Learn("json", reader(data)); err != nil {
			return err
		}
	}
	for _, p := range pieces {
		if err := b.redacted(ctx, p); err != nil && !b.unreadable(ctx, p.src, err) {
			return err
		}
	}
	return b.document()
}

// unreadable notes a source that could not be read; the rest goes on without it.
func (b *builder) unreadable(ctx context.Context, src Source, err error) bool {
	if ctx.Err() != nil || errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded) {
		return false
	}
	why := lang.T("读取出错，没有放入", "could not be read and was left out")
	if errors.Is(err, errTooBig) {
		why = lang.T("太大，没有放入", "too big and was left out")
	}
	b.drop(src, why)
	return true
}

func (b *builder) drop(src Source, why lang.Text) {
	name := b.r.Text(baseName(src.Name))
	for _, d := range b.dropped {
		if d.Name == name && d.Size == src.Size {
			return
		}
	}
	b.dropped = append(b.dropped, Dropped{Name: name, Size: src.Size, Why: why})
}

// prepare decides by kind what becomes of a source.
func (b *builder) prepare(ctx context.Context, src Source) (*piece, error) {
	var p *piece
	var err error
	switch src.Kind {
	case evidence.HAR:
		p = &piece{src: src, name: b.name("evidence", src.Name), info: b.sliceInfo()}
	case evidence.Console, evidence.ClientLog, evidence.ServerLog, evidence.TextLog:
		p = &piece{src: src, name: b.name("logs", src.Name)}
		err = b.sliced(ctx, p)
	case evidence.Path, evidence.Page:
		p = &piece{src: src, name: b.name("evidence", src.Name)}
		p.data, err = readAll(ctx, src, maxText)
	case evidence.Image, evidence.Video:
		if err := b.media(ctx, src); err != nil && !b.unreadable(ctx, src, err) {
			return nil, err
		}
		return nil, nil
	case evidence.NetLog:
		// It holds what every tab and extension asked for, and how the browser was started.
		b.drop(src, lang.T("里面有浏览器打开过的其他网站，没有放入", "holds what the browser asked of other sites, and was left out"))
		return nil, nil
	default:
		b.drop(src, lang.T("不是可放入的类型", "of a kind that is not put in"))
		return nil, nil
	}
	if err != nil {
		if b.unreadable(ctx, src, err) {
			return nil, nil
		}
		return nil, err
	}
	p.file = b.r.File(p.name)
	if p.info != nil && src.Kind == evidence.HAR && !(b.from.IsZero() && b.to.IsZero()) {
		p.file.Keep = func(t time.Time) bool {
			return (b.from.IsZero() || !t.Before(b.from)) && (b.to.IsZero() || !t.After(b.to))
		}
	}
	return p, nil
}

func (b *builder) sliceInfo() *SliceInfo {
	s := &SliceInfo{Mode: "exact"}
	if !b.from.IsZero() {
		s.From = b.from.Format(time.RFC3339Nano)
	}
	if !b.to.IsZero() {
		s.To = b.to.Format(time.RFC3339Nano)
	}
	return s
}

// sliced cuts a log to the range. What is too much is cut to a narrower range
// around its middle, and said so.
func (b *builder) sliced(ctx context.Context, p *piece) error {
	var stamp func(string) (time.Time, bool)
	whole := b.opt.Stamp == nil
	if !whole {
		stamp = b.opt.Stamp(p.src)
	} else {
		stamp = func(string) (time.Time, bool) { return b.modified, true }
	}
	from, to := b.from, b.to
	if whole {
		from, to = time.Time{}, time.Time{}
	}
	for try := 0; ; try++ {
		f, err := p.src.Open()
		if err != nil {
			return err
		}
		var out bytes.Buffer
		st, err := slice.Lines(ctx, redact.Decode(f, p.src.Encoding), &out, slice.Options{From: from, To: to, Stamp: stamp, Serious: b.opt.Serious, Max: maxSlice})
		if cerr := f.Close(); err == nil {
			err = cerr
		}
		if err != nil {
			return err
		}
		if st.Over > 0 && try < 4 && !from.IsZero() && !to.IsZero() {
			quarter := to.Sub(from) / 4
			from, to = from.Add(quarter), to.Add(-quarter)
			continue
		}
		p.data, p.stats = out.Bytes(), &st
		p.info = &SliceInfo{Mode: "exact", LinesIn: st.LinesIn, LinesKept: st.LinesKept, LinesOver: st.Over}
		if whole {
			p.info.Mode = "whole"
		}
		if !from.IsZero() {
			p.info.From = from.Format(time.RFC3339Nano)
		}
		if !to.IsZero() {
			p.info.To = to.Format(time.RFC3339Nano)
		}
		if !st.First.IsZero() && !whole {
			p.info.First, p.info.Last = st.First.Format(time.RFC3339Nano), st.Last.Format(time.RFC3339Nano)
		}
		return nil
	}
}

// each hands the piece's content to a step of the redaction.
func (p *piece) each(ctx context.Context, step func(kind string, r io.Reader) error) error {
	if p.src.Kind != evidence.HAR {
		return step("text", reader(p.data))
	}
	f, err := p.src.Open()
	if err != nil {
		return err
	}
	defer f.Close()
	return step("har", redact.Decode(evidence.Until(ctx, f), p.src.Encoding))
}

// redacted adds the redacted file.
func (b *builder) redacted(ctx context.Context, p *piece) error {
	out := &limited{max: wholeFiles}
	err := p.each(ctx, func(kind string, r io.Reader) error { return p.file.Stream(kind, r, out) })
	if err != nil {
		return err
	}
	e := entry{FileEntry: FileEntry{Name: p.name, Source: b.r.Text(baseName(p.src.Name)), Kind: string(p.src.Kind), Encoding: "utf-8", Was: p.src.Encoding, Slice: p.info, Redactions: p.file.Counts()}, data: out.Bytes(), text: true, extra: true}
	if p.stats != nil {
		b.excerpt(p, out.Bytes())
	}
	b.add(e)
	return nil
}

// name gives a source's name in the archive: ASCII, no colon, no dots that
// climb, nothing that tells of a person, and each only once.
func (b *builder) name(folder, source string) string {
	base := b.r.Text(baseName(source))
	clean := strings.Map(func(r rune) rune {
		switch {
		case r >= 'a' && r <= 'z', r >= 'A' && r <= 'Z', r >= '0' && r <= '9', r == '.', r == '-', r == '_':
			return r
		}
		return '_'
	}, base)
	ext := path.Ext(clean)
	stem := strings.Trim(strings.TrimSuffix(clean, ext), "._-")
	if len(stem) > 60 {
		stem = stem[:60]
	}
	if stem == "" || reserved(stem) {
		stem = "file" + stem
	}
	if len(ext) < 2 || len(ext) > 9 {
		ext = ""
	}
	name := folder + "/" + stem + ext
	for n := 2; b.names[strings.ToLower(name)]; n++ {
		name = fmt.Sprintf("%s/%s-%d%s", folder, stem, n, ext)
	}
	b.names[strings.ToLower(name)] = true
	return name
}

func baseName(s string) string { return path.Base(strings.ReplaceAll(s, `\`, "/")) }
