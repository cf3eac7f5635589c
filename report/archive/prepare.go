package archive

import (
	"archive/zip"
	"bytes"
	"context"
	"maps"
	"path"
	"runtime"
	"slices"
	"sort"
	"strings"
	"sync"

	"meiqia-diag/diag/lang"
	"meiqia-diag/report"
)

// Prepared is an archive made ready in memory. It can be looked at, and files
// can be left out, before anything is written.
type Prepared struct {
	b    *builder
	base builder // as gathered, before the person left anything out
	out  map[string]bool
	data []byte          // the archive
	fine map[string]bool // hashes of files that were looked over
}

// Prepare gathers, slices, redacts and packs. It writes nothing.
func Prepare(ctx context.Context, opt Options) (*Prepared, error) {
	if opt.MaxBytes <= 0 {
		opt.MaxBytes = MaxBytes
	}
	b := &builder{opt: opt, names: map[string]bool{}}
	b.from, b.to = opt.between()
	if err := b.gather(ctx); err != nil {
		return nil, err
	}
	b.modified = b.zipTime()
	p := &Prepared{base: *b, fine: map[string]bool{}}
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	out, err := p.named(opt.LeaveOut)
	if err != nil {
		return nil, err
	}
	if err := p.settle(ctx, out); err != nil {
		return nil, err
	}
	return p, ctx.Err()
}

var leftOut = lang.T("您没有让它放入", "you left it out")

// core are the files without which an archive is no report.
var core = map[string]bool{"report.json": true, "manifest.json": true}

// made are the files that are made from the others, and are there in every report.
var made = []string{"report.html", "report.zh.md", "report.en.md", "steps.zh.md", "steps.en.md", "summary.zh.txt", "summary.en.txt", "incident.yaml", "errors.jsonl", ledgerName}

// named gives the files that names and patterns stand for. A name or pattern
// that stands for nothing is an error: what was to stay out may be in under another one.
func (p *Prepared) named(patterns []string) ([]string, error) {
	out := map[string]bool{}
	for _, pattern := range patterns {
		found := false
		try := func(name string, more ...string) {
			for _, n := range append(more, name, path.Base(name)) {
				if ok, err := path.Match(pattern, n); n != "" && (n == pattern || ok && err == nil) {
					found = true
					if name != "" {
						out[name] = true
					}
					return
				}
			}
		}
		for _, e := range p.base.entries {
			try(e.Name, e.source.Name, baseName(e.source.Name), e.source.Path)
		}
		for _, n := range slices.Sorted(maps.Keys(core)) {
			try(n)
		}
		for _, n := range made {
			try(n)
		}
		for _, src := range p.base.opt.Evidence { // what stays out anyway
			try("", src.Name, baseName(src.Name), src.Path)
		}
		if !found && !strings.ContainsAny(pattern, "*?[") {
			var have []string
			for _, e := range p.base.entries {
				have = append(have, e.Name)
			}
			sort.Strings(have)
			return nil, &lang.Problem{Field: pattern, What: lang.T("报告里没有这个文件，无从去掉", "the report holds no such file that could be left out"), Hint: lang.T("可去掉的有：%s", "it holds %s").F(strings.Join(have, " "))}
		}
	}
	return slices.Sorted(maps.Keys(out)), nil
}

// LeaveOut makes the archive anew without these files, and with all others.
func (p *Prepared) LeaveOut(names []string) error { return p.settle(context.Background(), names) }

func (p *Prepared) settle(ctx context.Context, names []string) error {
	out := map[string]bool{}
	for _, n := range names {
		if core[n] {
			return &lang.Problem{Field: n, What: lang.T("没有它就不成报告，不能去掉", "it is the report itself and cannot be left out"), Hint: lang.T("不想写报告请用 --no-report", "use --no-report for no report at all")}
		}
		out[n] = true
	}
	b := p.base // a copy: the gathered files stay as they are
	b.entries, b.dropped = nil, slices.Clone(p.base.dropped)
	for _, e := range p.base.entries {
		if !out[e.Name] {
			b.entries = append(b.entries, e)
		}
	}
	b.logs = slices.DeleteFunc(slices.Clone(p.base.logs), func(l report.Log) bool { return out[l.Name] })
	b.pictures = slices.DeleteFunc(slices.Clone(p.base.pictures), func(a report.Attachment) bool { return out[a.Name] })
	b.errors = without(p.base.errors, out)
	if err := b.render(); err != nil {
		return err
	}
	if err := b.ledger(out); err != nil {
		return err
	}
	all := append(slices.Clone(b.entries), p.base.entries...)
	b.entries = slices.DeleteFunc(b.entries, func(e entry) bool { return out[e.Name] })
	for _, name := range slices.Sorted(maps.Keys(out)) {
		i := slices.IndexFunc(all, func(e entry) bool { return e.Name == name })
		if i >= 0 {
			b.dropped = append(b.dropped, Dropped{Name: name, Size: all[i].Size, Why: leftOut})
		}
	}
	if err := b.fit(); err != nil {
		return err
	}
	if err := p.lookOver(ctx, b.entries); err != nil {
		return err
	}
	if err := b.swept(); err != nil {
		return err
	}
	sort.Slice(b.entries, func(i, j int) bool { return b.entries[i].Name < b.entries[j].Name })
	data, err := b.pack()
	if err != nil {
		return err
	}
	p.b, p.out, p.data = &b, out, data
	return nil
}

// lookOver checks the files that were not checked before, some at a time. The
// error is that of the first of them.
func (p *Prepared) lookOver(ctx context.Context, entries []entry) error {
	errs := make([]error, len(entries))
	free := make(chan struct{}, runtime.GOMAXPROCS(0))
	var wg sync.WaitGroup
	for i, e := range entries {
		if p.fine[e.SHA256] {
			continue
		}
		free <- struct{}{}
		wg.Go(func() {
			defer func() { <-free }()
			if errs[i] = ctx.Err(); errs[i] == nil {
				errs[i] = check(e)
			}
		})
	}
	wg.Wait()
	for i, e := range entries {
		if errs[i] != nil {
			return errs[i]
		}
		p.fine[e.SHA256] = true
	}
	return nil
}

// Left tells whether the person left a file out.
func (p *Prepared) Left(name string) bool { return p.out[name] }

// Size is that of the archive in bytes, and SHA256 its hash.
func (p *Prepared) Size() int64 { return int64(len(p.data)) }

// ManifestSize is that of manifest.json, which lists all other files.
func (p *Prepared) ManifestSize() int64 {
	if z, err := zip.NewReader(bytes.NewReader(p.data), p.Size()); err == nil {
		for _, f := range z.File {
			if f.Name == "manifest.json" {
				return int64(f.UncompressedSize64)
			}
		}
	}
	return 0
}

// SHA256 is the hash of the archive.
func (p *Prepared) SHA256() string { return sum(p.data) }

// Files lists what the archive holds, but for its manifest.
func (p *Prepared) Files() []FileEntry {
	var out []FileEntry
	for _, e := range p.b.entries {
		out = append(out, e.FileEntry)
	}
	return out
}

// Dropped lists what stays out, and why.
func (p *Prepared) Dropped() []Dropped { return p.b.dropped }

// Content gives a file as it is in the archive, and where it came from: the
// path as the person gave it, "" for a file that the program made.
func (p *Prepared) Content(name string) (data []byte, from string, ok bool) {
	for _, e := range p.b.entries {
		if e.Name == name {
			return e.data, e.source.Path, true
		}
	}
	return nil, "", false
}

// Evidence tells a piece of evidence from a file that the program made.
func (e FileEntry) Evidence() bool { return e.Source != own }
