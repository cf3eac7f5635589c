package archive

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"strings"

	"gopkg.in/yaml.v3"

	"meiqia-diag/diag"
	"meiqia-diag/diag/incident"
	"meiqia-diag/diag/lang"
)

// ManifestSchema names the layout of manifest.json.
const ManifestSchema = "meiqia-diag-manifest/1"

// Manifest tells what every file of an archive is.
type Manifest struct {
	Schema   string      `json:"schema"`
	Tool     string      `json:"tool"`
	Started  string      `json:"started_at"`
	Files    []FileEntry `json:"files"`
	Dropped  []Dropped   `json:"dropped"`
	MaxBytes int64       `json:"max_bytes"`
	Note     lang.Text   `json:"note"`
	// Pseudonyms tells with which key they were made; nobody can reckon them from it.
	Pseudonyms *KeyRef `json:"pseudonyms,omitempty"`
	// Self is the SHA-256 of this file with Self empty.
	Self string `json:"manifest_sha256"`
}

// KeyRef leads the user's key to the key of one report, and to nothing else.
type KeyRef struct {
	Salt  string `json:"salt"`
	Check string `json:"check"` // tells a wrong key from the right one
}

// FileEntry is one file of an archive.
type FileEntry struct {
	Name       string         `json:"name"`
	Size       int64          `json:"size"`
	SHA256     string         `json:"sha256"`
	Source     string         `json:"source"` // its name before, redacted
	Kind       string         `json:"kind"`
	Encoding   string         `json:"encoding"`
	Was        string         `json:"encoding_before,omitempty"`
	Slice      *SliceInfo     `json:"slice,omitempty"`
	Redactions map[string]int `json:"redactions"`
	Note       *lang.Text     `json:"note,omitempty"`
}

// SliceInfo tells which part of a log or HAR was kept, and by what its stamps
// were read. LinesIn is LinesKept and LinesDropped.
type SliceInfo struct {
	Mode         string  `json:"mode"` // exact, fast (found by offset: late lines may be missing), whole
	From         string  `json:"from,omitempty"`
	To           string  `json:"to,omitempty"`
	First        string  `json:"first,omitempty"` // earliest stamp of the whole log
	Last         string  `json:"last,omitempty"`
	Encoding     string  `json:"encoding,omitempty"` // of the log before
	Zone         string  `json:"zone,omitempty"`     // of its stamps
	ZoneBasis    string  `json:"zone_basis,omitempty"`
	OffsetMS     float64 `json:"clock_offset_ms,omitempty"` // added to its stamps
	LinesIn      int     `json:"lines_in,omitempty"`
	LinesKept    int     `json:"lines_kept,omitempty"`
	LinesDropped int     `json:"lines_dropped,omitempty"`
	LinesOver    int     `json:"lines_over,omitempty"` // of the dropped: in range, and cut off for their size

	EntriesIn   int `json:"entries_in,omitempty"` // of a HAR
	EntriesKept int `json:"entries_kept,omitempty"`
}

// Dropped is a file that was left out, and why.
type Dropped struct {
	Name string    `json:"name"`
	Size int64     `json:"size"`
	Why  lang.Text `json:"why"`
}

var manifestNote = lang.T("文件已按事发时段裁剪并脱敏，代号在同一报告内一致；图片与视频的画面未处理。", "Files are cut to the time of the incident and redacted; a value has one pseudonym within this report. What images and videos show was not changed.")

func (b *builder) manifest() ([]byte, error) {
	m := Manifest{Schema: ManifestSchema, Tool: b.doc.Tool.Version, Started: b.doc.StartedAt, Files: []FileEntry{}, Dropped: append([]Dropped{}, b.dropped...), MaxBytes: b.opt.MaxBytes, Note: manifestNote,
		Pseudonyms: &KeyRef{Salt: hex.EncodeToString(b.salt), Check: keyCheck(b.key)}}
	if b.dateless() {
		m.Note = lang.T(m.Note.ZH+undatedNote.ZH, m.Note.EN+" "+undatedNote.EN)
	}
	for _, e := range b.entries {
		m.Files = append(m.Files, e.FileEntry)
	}
	return m.bytes()
}

// bytes writes the manifest with its own hash.
func (m Manifest) bytes() ([]byte, error) {
	m.Self = ""
	plain, err := m.encode()
	if err != nil {
		return nil, err
	}
	m.Self = sum(plain)
	return m.encode()
}

func (m Manifest) encode() ([]byte, error) {
	var buf bytes.Buffer
	enc := json.NewEncoder(&buf)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	if err := enc.Encode(m); err != nil {
		return nil, fmt.Errorf("write the manifest: %w", err)
	}
	return buf.Bytes(), nil
}

func sum(data []byte) string {
	h := sha256.Sum256(data)
	return hex.EncodeToString(h[:])
}

// incidentYAML writes the incident as a person would have, so that it can be
// handed in again.
func incidentYAML(doc *diag.Document) ([]byte, error) {
	root := &yaml.Node{Kind: yaml.MappingNode}
	sections := map[string]*yaml.Node{}
	for _, f := range doc.Incident.Fields() {
		fact, _ := doc.Incident.Get(f)
		section, key, _ := strings.Cut(string(f), ".")
		body := sections[section]
		if body == nil {
			body = &yaml.Node{Kind: yaml.MappingNode}
			sections[section] = body
			root.Content = append(root.Content, scalar(section, 0), body)
		}
		k := scalar(key, 0)
		var v *yaml.Node
		switch x := fact.Value.(type) {
		case []string:
			v = &yaml.Node{Kind: yaml.SequenceNode, Style: yaml.FlowStyle}
			for _, w := range x {
				v.Content = append(v.Content, scalar(w, yaml.DoubleQuotedStyle))
			}
		case incident.Moment:
			v = scalar(x.T.Format("2006-01-02T15:04:05.999Z07:00"), yaml.DoubleQuotedStyle)
		default:
			v = scalar(doc.Incident.String(f), yaml.DoubleQuotedStyle)
		}
		v.LineComment = string(fact.Basis)
		body.Content = append(body.Content, k, v)
	}
	if len(root.Content) == 0 {
		return []byte("# nothing was stated\n"), nil
	}
	var buf bytes.Buffer
	enc := yaml.NewEncoder(&buf)
	enc.SetIndent(2)
	if err := enc.Encode(root); err != nil {
		return nil, fmt.Errorf("write incident.yaml: %w", err)
	}
	return buf.Bytes(), enc.Close()
}

func scalar(s string, style yaml.Style) *yaml.Node {
	return &yaml.Node{Kind: yaml.ScalarNode, Tag: "!!str", Value: s, Style: style}
}
