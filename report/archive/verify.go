package archive

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"sort"
	"strings"

	"meiqia-diag/diag/lang"
)

// Verify compares an archive with its manifest and its seal: any byte that was
// changed, added or taken away since it was written shows, and in which file.
// A bare report.json has neither, and nothing to compare with.
func (o *Opened) Verify() []*lang.Problem {
	if o.zip == nil {
		return nil
	}
	var out []*lang.Problem
	bad := func(name string, what lang.Text) {
		out = append(out, &lang.Problem{File: o.file, Field: name, What: what})
	}
	switch sealed, whole := o.seal(); {
	case !sealed:
		bad("", lang.T("没有封签：可能被重新打包过", "there is no seal: it may have been packed anew"))
	case !whole:
		bad("", brokenSeal)
	}
	if o.gaps {
		bad("", lang.T("压缩包里夹了不属于任何文件的内容", "the archive holds bytes that belong to no file"))
	}
	m, ps := o.manifest()
	out = append(out, ps...)
	if m == nil {
		return out
	}
	listed := map[string]bool{"manifest.json": true}
	for _, e := range m.Files {
		listed[e.Name] = true
		f := o.find(e.Name)
		if f == nil {
			bad(e.Name, lang.T("清单里有，压缩包里没有", "in the manifest and not in the archive"))
			continue
		}
		data, err := o.read(f, maxTotal)
		switch {
		case err != nil:
			bad(e.Name, lang.T("读不出：%s", "cannot be read: %s").F(lang.Reason(err)))
		case !e.matches(data):
			bad(e.Name, otherContent)
		}
	}
	for _, f := range o.zip.File {
		if !listed[f.Name] {
			bad(f.Name, lang.T("压缩包里有，清单里没有", "in the archive and not in the manifest"))
		}
	}
	sort.SliceStable(out, func(i, j int) bool { return out[i].Field < out[j].Field })
	return out
}

var (
	brokenSeal   = lang.T("封签不符：写出之后有字节被改动", "the seal does not match: bytes were changed after it was written")
	otherContent = lang.T("内容与清单不符", "the content differs from the manifest")
)

// seal tells whether an archive has one, and whether it matches every byte. The
// hash of the whole comes out of the same reading, for SHA256.
func (o *Opened) seal() (sealed, whole bool) {
	n, c := len(o.data), o.zip.Comment
	if len(c) != sealLen || !strings.HasPrefix(c, sealHead) {
		return false, false
	}
	h := sha256.New()
	h.Write(o.data[:n-64])
	before := hex.EncodeToString(h.Sum(nil))
	h.Write(o.data[n-64:])
	o.sum = hex.EncodeToString(h.Sum(nil))
	return true, c[len(sealHead):] == before && string(o.data[n-sealLen:]) == c
}

func (e FileEntry) matches(data []byte) bool {
	return int64(len(data)) == e.Size && sum(data) == e.SHA256
}

// Intact gives one file as File does, if nothing speaks against it: the seal,
// which is of every byte, or in an archive that was packed anew the manifest. It
// is what many reports can be asked at little cost; Verify looks at every file.
// An archive that has neither is like a bare report.json: it tells nothing.
func (o *Opened) Intact(name string) ([]byte, error) {
	data, err := o.File(name)
	if err != nil || o.zip == nil {
		return data, err
	}
	changed := func(field string, what lang.Text) ([]byte, error) {
		return nil, errors.Join(refuse(o.file, field, what), ErrChanged)
	}
	switch sealed, whole := o.seal(); {
	case sealed && !whole:
		return changed("", brokenSeal)
	case sealed, o.find("manifest.json") == nil:
		return data, nil
	}
	m, ps := o.manifest()
	if len(ps) > 0 {
		return changed(ps[0].Field, ps[0].What)
	}
	for _, e := range m.Files {
		if e.Name == name {
			if !e.matches(data) {
				return changed(name, otherContent)
			}
			return data, nil
		}
	}
	return changed(name, lang.T("压缩包里有，清单里没有", "in the archive and not in the manifest"))
}

// ErrChanged is among the errors of Intact when a file is not what was written.
var ErrChanged = errors.New("changed after it was written")

// manifest reads the manifest and compares it with the hash that it bears itself.
func (o *Opened) manifest() (*Manifest, []*lang.Problem) {
	bad := func(what lang.Text) []*lang.Problem {
		return []*lang.Problem{{File: o.file, Field: "manifest.json", What: what}}
	}
	f := o.find("manifest.json")
	if f == nil {
		return nil, bad(lang.T("没有清单", "there is no manifest"))
	}
	o.total = 0
	data, err := o.read(f, maxReport)
	if err != nil {
		return nil, bad(lang.T("清单读不出：%s", "the manifest cannot be read: %s").F(lang.Reason(err)))
	}
	var m Manifest
	if err := json.Unmarshal(data, &m); err != nil || m.Schema != ManifestSchema {
		return nil, bad(lang.T("清单不是 %s", "the manifest is not %s").F(ManifestSchema))
	}
	// A newer version may say more in it: its own hash is held against the bytes as they are.
	plain := bytes.Replace(data, []byte(`"manifest_sha256": "`+m.Self+`"`), []byte(`"manifest_sha256": ""`), 1)
	if m.Self == "" || sum(plain) != m.Self {
		return &m, bad(lang.T("清单被改动过", "the manifest was changed"))
	}
	return &m, nil
}
