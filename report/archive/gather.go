package archive

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"path"
	"strings"
	"sync"
	"time"

	"meiqia-diag/diag/evidence"
	"meiqia-diag/diag/evidence/logs"
	"meiqia-diag/diag/lang"
	"meiqia-diag/report/redact"
	"meiqia-diag/report/slice"
)

// bufferOf is a buffer that is asked for its bytes.
type bufferOf = bytes.Buffer

func reader(data []byte) io.Reader { return bytes.NewReader(data) }

// piece is one source made ready: a sliced text, a picture, or a HAR that is read twice.
type piece struct {
	src   Source
	file  *redact.File
	name  string // in the archive
	data  []byte // of a text or a HAR its slice, of a picture all of it
	ready bool   // the HAR is in data
	hash  []byte // SHA-256 of what was read
	stats *slice.Stats
	rank  <-chan error // of stats, nil where there is nothing to wait for
	info  *SliceInfo
	note  *lang.Text // that it was shortened
}

// gather slices all evidence, learns from all of it, and then redacts it, so
// that a value found in the last file is gone from the first too.
func (b *builder) gather(ctx context.Context) error {
	var ranking sync.WaitGroup
	defer ranking.Wait()
	pieces, failed, err := b.load(ctx, &ranking)
	if err != nil {
		return err
	}
	if err := trim(pieces, Aim); err != nil {
		return err
	}
	if err := b.keyed(pieces); err != nil {
		return err
	}
	for _, src := range b.opt.Evidence {
		b.r.FileName(baseName(src.Name))
	}
	for _, f := range b.opt.Doc.Evidence {
		b.r.FileName(baseName(f.Name))
	}
	for _, f := range failed {
		b.drop(f.src, f.why)
	}
	texts := pieces[:0]
	for _, p := range pieces {
		switch p.src.Kind {
		case evidence.Image, evidence.Video:
			b.media(p)
		default:
			b.begin(p)
			texts = append(texts, p)
		}
	}
	for _, p := range texts {
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
	for _, p := range texts {
		if err := b.redacted(ctx, p); err != nil && !b.unreadable(ctx, p.src, err) {
			return err
		}
	}
	return b.document()
}

// failure is a source that is left out, and why.
type failure struct {
	src Source
	why lang.Text
}

// keyed makes the redactor, with the key of this incident and this evidence.
func (b *builder) keyed(pieces []*piece) error {
	user := b.opt.Key
	if len(user) == 0 {
		var err error
		if user, err = randomKey(); err != nil {
			return err
		}
	}
	h := sha256.New()
	if err := json.NewEncoder(h).Encode(b.opt.Doc.Incident); err != nil {
		return err
	}
	for _, p := range pieces {
		fmt.Fprintf(h, "%q %q %d %x\n", p.src.Kind, baseName(p.src.Name), p.src.Size, p.hash)
	}
	b.salt, b.key = derive(user, h.Sum(nil))
	b.r = redact.New(b.key)
	b.r.KeepIPs = b.opt.KeepIPs
	b.r.Words(b.opt.Words...)
	return nil
}

// over tells of an error that ends the whole, and not one source.
func over(ctx context.Context, err error) bool {
	return ctx.Err() != nil || errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded)
}

func whyNot(err error) lang.Text {
	if errors.Is(err, errTooBig) {
		return lang.T("太大，没有放入", "too big and was left out")
	}
	return lang.T("读取出错，没有放入", "could not be read and was left out")
}

// unreadable notes a source that could not be read; the rest goes on without it.
func (b *builder) unreadable(ctx context.Context, src Source, err error) bool {
	if over(ctx, err) {
		return false
	}
	b.drop(src, whyNot(err))
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

// prepare decides by kind what becomes of a source, and reads it. Without a
// piece, why says what keeps it out.
func (b *builder) prepare(ctx context.Context, src Source) (p *piece, why lang.Text, err error) {
	p = &piece{src: src}
	switch src.Kind {
	case evidence.HAR:
		p.info = b.sliceInfo()
		if p.ready, err = b.slicedHAR(ctx, p); err == nil && !p.ready {
			p.hash, err = hashOf(ctx, src)
		}
	case evidence.Console, evidence.ClientLog, evidence.ServerLog, evidence.TextLog:
		err = b.sliced(ctx, p)
	case evidence.Path, evidence.Page:
		p.data, err = readAll(ctx, src, maxText)
	case evidence.Image:
		p.data, err = readAll(ctx, src, maxImage)
	case evidence.Video:
		p.data, err = readAll(ctx, src, b.opt.MaxBytes)
	case evidence.NetLog:
		// It holds what every tab and extension asked for, and how the browser was started.
		return nil, lang.T("里面有浏览器打开过的其他网站，没有放入", "holds what the browser asked of other sites, and was left out"), nil
	default:
		return nil, lang.T("不是可放入的类型", "of a kind that is not put in"), nil
	}
	if err == nil && p.hash == nil {
		h := sha256.Sum256(p.data)
		p.hash = h[:]
	}
	return p, why, err
}

// hashOf reads a source for its hash alone.
func hashOf(ctx context.Context, src Source) ([]byte, error) {
	f, err := src.Open()
	if err != nil {
		return nil, err
	}
	defer f.Close()
	h := sha256.New()
	if _, err := io.Copy(h, evidence.Until(ctx, f)); err != nil {
		return nil, err
	}
	return h.Sum(nil), nil
}

// begin gives a text its name in the archive and the redactor's handle for it.
func (b *builder) begin(p *piece) {
	folder := "evidence"
	if p.stats != nil {
		folder = "logs"
	}
	p.name = b.name(folder, p.src.Name)
	p.file = b.r.File(p.name)
	if p.src.Kind == evidence.HAR && !(b.from.IsZero() && b.to.IsZero()) {
		p.file.Keep = func(t time.Time) bool {
			t = t.Add(p.src.Shift)
			return (b.from.IsZero() || !t.Before(b.from)) && (b.to.IsZero() || !t.After(b.to))
		}
	}
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

// narrowings is how often a range that holds too much is halved: from half an
// hour down to what lies within seconds of the incident.
const narrowings = 8

// halved is half a range of time, around a moment in it.
func halved(from, to, moment time.Time) (time.Time, time.Time) {
	return moment.Add(-moment.Sub(from) / 2), moment.Add(to.Sub(moment) / 2)
}

// sliced cuts a log to the range. What is too much is cut to a narrower range
// around the press, and said so.
func (b *builder) sliced(ctx context.Context, p *piece) error {
	how := Clock{Whole: true}
	if b.opt.Clock != nil {
		how = b.opt.Clock(p.src)
	}
	src := logs.Source{Name: p.src.Name, Size: p.src.Size, Open: p.src.Open}
	opt := slice.LogOptions{Zone: how.Zone, Basis: how.Basis, Whole: how.Whole, Max: maxSlice, Known: p.src.Scan, Later: true}
	opt.From, opt.To, opt.Offset, opt.Incident = b.from, b.to, how.Offset, b.press()
	for try := 0; ; try++ {
		opt.Narrow = try < narrowings
		text, st, err := slice.Log(ctx, src, opt)
		switch {
		case errors.Is(err, slice.ErrTooMuch):
			opt.From, opt.To = halved(opt.From, opt.To, opt.Incident)
			continue
		case err != nil:
			return err
		}
		p.data, p.stats, p.info = text, &st, sliceInfo(st, opt)
		p.src.Encoding = st.Encoding
		return nil
	}
}

// sliceInfo puts a slice into the manifest's words.
func sliceInfo(st slice.Stats, opt slice.LogOptions) *SliceInfo {
	s := &SliceInfo{Mode: slice.Exact, Encoding: st.Encoding, LinesIn: st.LinesIn, LinesKept: st.LinesKept, LinesOver: st.Over, LinesDropped: st.LinesIn - st.LinesKept}
	switch {
	case !st.Stamped:
		s.Mode = "whole"
		return s
	case st.Fast:
		s.Mode = slice.Fast
	}
	s.Zone, s.ZoneBasis, s.OffsetMS = st.Zone.Name, st.Zone.Basis, st.Offset.Seconds()*1000
	s.From, s.To, s.First, s.Last = instant(opt.From), instant(opt.To), instant(st.First.UTC()), instant(st.Last.UTC())
	return s
}

func instant(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.Format(time.RFC3339Nano)
}

// each hands the piece's content to a step of the redaction.
func (p *piece) each(ctx context.Context, step func(kind string, r io.Reader) error) error {
	switch {
	case p.src.Kind != evidence.HAR:
		return step("text", reader(p.data))
	case p.ready:
		return step("har", reader(p.data))
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
	out.Grow(len(p.data) + len(p.data)/16)
	err := p.each(ctx, func(kind string, r io.Reader) error { return p.file.Stream(kind, r, out) })
	if err != nil {
		return err
	}
	e := entry{FileEntry: FileEntry{Name: p.name, Source: b.r.Text(baseName(p.src.Name)), Kind: string(p.src.Kind), Encoding: "utf-8", Was: p.src.Encoding, Slice: p.info, Redactions: p.file.Counts(), Note: p.note}, data: out.Bytes(), source: p.src, text: true, extra: true}
	if err := p.ranked(); err != nil {
		return err
	}
	if p.stats != nil {
		b.excerpt(p, out.Bytes())
	}
	b.add(e)
	p.data = nil // it has served, and is as big as what was made of it
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
