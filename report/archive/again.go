package archive

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"path"
	"sort"
	"strings"
	"time"

	"meiqia-diag/diag"
	"meiqia-diag/diag/lang"
	"meiqia-diag/report/redact"
)

// Learn goes through the texts of an archive for what is to be replaced in
// them, and in whatever else r redacts.
func (o *Opened) Learn(r *redact.Redactor) error {
	return o.each(func(name string, data []byte) error {
		f, kind := again(r, name)
		return f.Learn(kind, bytes.NewReader(data))
	})
}

// Redacted gives the archive anew: every text in it redacted once more, every
// picture without what it tells besides itself, a manifest and a seal that fit.
// A file of a kind that is not known is left out.
func (o *Opened) Redacted(r *redact.Redactor) ([]byte, error) {
	m, err := o.Manifest()
	if err != nil {
		return nil, err
	}
	before := map[string]FileEntry{}
	for _, e := range m.Files {
		before[e.Name] = e
	}
	var entries []entry
	var rows []byte
	m.Files = []FileEntry{}
	drop := func(name string, size int, why lang.Text) {
		m.Dropped = append(m.Dropped, Dropped{Name: name, Size: int64(size), Why: why})
	}
	err = o.each(func(name string, data []byte) error {
		e := entry{FileEntry: before[name], data: data, text: true}
		e.Name = name
		switch {
		case name == ledgerName:
			rows = data
			return nil
		case strings.HasPrefix(name, "attachments/"):
			e.text = false
			clean, mime := stripImage(data)
			if mime == "" {
				clean, mime = stripVideo(data)
			}
			if mime == "" {
				drop(name, len(data), lang.T("不是可放入的类型", "of a kind that is not put in"))
				return nil
			}
			e.data = clean
		default:
			f, kind := again(r, name)
			out := &limited{max: maxReport}
			if err := f.Stream(kind, bytes.NewReader(data), out); err != nil {
				if errors.Is(err, errTooBig) {
					drop(name, len(data), lang.T("太大，没有放入", "too big and was left out"))
					return nil
				}
				return err
			}
			e.data = out.Bytes()
			if name == "report.json" {
				if _, err := diag.ReadDocument(e.data); err != nil {
					return refuse(o.file, name, lang.T("脱敏之后读不回来：%s", "it cannot be read back once it is redacted: %s").F(lang.Reason(err)))
				}
			}
			counts := f.Counts()
			for rule, n := range before[name].Redactions {
				counts[rule] += n
			}
			e.Redactions = counts
		}
		entries = append(entries, e)
		return nil
	})
	if err != nil {
		return nil, err
	}
	if rows, err = allRows(rows, r.Ledger(), entries); err != nil {
		return nil, err
	}
	if len(rows) > 0 {
		e := entry{FileEntry: before[ledgerName], data: rows, text: true}
		e.Name, e.Source, e.Kind, e.Encoding = ledgerName, own, "redactions", "utf-8"
		entries = append(entries, e)
	}
	sort.Slice(entries, func(i, j int) bool { return entries[i].Name < entries[j].Name })
	for i := range entries {
		e := &entries[i]
		e.Size, e.SHA256 = int64(len(e.data)), sum(e.data)
		if e.Redactions == nil {
			e.Redactions = map[string]int{}
		}
		if err := check(*e); err != nil {
			return nil, err
		}
		m.Files = append(m.Files, e.FileEntry)
	}
	manifest, err := m.bytes()
	if err != nil {
		return nil, err
	}
	return packed(manifest, entries, o.modified())
}

// each hands over the files of an archive, but for its manifest.
func (o *Opened) each(do func(name string, data []byte) error) error {
	if o.zip == nil {
		return refuse(o.file, "", lang.T("不是报告压缩包", "this is no report archive"))
	}
	for _, f := range o.zip.File {
		if f.Name == "manifest.json" {
			continue
		}
		data, err := o.File(f.Name)
		if err != nil {
			return err
		}
		if err := do(f.Name, data); err != nil {
			return err
		}
	}
	return nil
}

// again gives the handle and the kind of a file of an archive.
func again(r *redact.Redactor, name string) (*redact.File, string) {
	f := r.File(name)
	evidence := strings.HasPrefix(name, "evidence/") || strings.HasPrefix(name, "logs/")
	f.Prose = !evidence && name != "errors.jsonl"
	switch ext := path.Ext(name); {
	case evidence && ext == ".har":
		return f, "har"
	case ext == ".json":
		return f, "json"
	}
	return f, "text"
}

// allRows adds the rows of a ledger to those that were there before.
func allRows(before []byte, rows []redact.LedgerEntry, entries []entry) ([]byte, error) {
	in := map[string]bool{}
	for _, e := range entries {
		in[e.Name] = true
	}
	var out bytes.Buffer
	dec := json.NewDecoder(bytes.NewReader(before))
	for {
		var row redact.LedgerEntry
		if err := dec.Decode(&row); err == io.EOF {
			break
		} else if err != nil {
			break // another's list: what this one can say of it is in the counts
		}
		rows = append(rows, row)
	}
	sort.SliceStable(rows, func(i, j int) bool {
		if rows[i].File != rows[j].File {
			return rows[i].File < rows[j].File
		}
		return rows[i].Line < rows[j].Line
	})
	enc := json.NewEncoder(&out)
	enc.SetEscapeHTML(false)
	for _, row := range rows {
		if !in[row.File] {
			continue
		}
		if err := enc.Encode(row); err != nil {
			return nil, err
		}
	}
	return out.Bytes(), nil
}

// modified is the time that the files of an archive bear.
func (o *Opened) modified() time.Time {
	for _, f := range o.zip.File {
		return f.Modified.UTC()
	}
	return time.Date(2000, 1, 1, 0, 0, 0, 0, time.UTC)
}
