package diag

import (
	"bytes"
	"encoding/json"
	"fmt"
	"path/filepath"
	"strings"
	"time"
	"unicode/utf8"

	jsonv2 "github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"meiqia-diag/diag/evidence/recording"
	"meiqia-diag/diag/incident"
	"meiqia-diag/diag/lang"
)

// Schema names the layout of the JSON document.
const Schema = "meiqia-diag/1"

// Verdict is the judgement over all observations. Only package verdict makes one.
type Verdict struct {
	Outcome  string        `json:"outcome"` // healthy explained inconclusive
	Summary  lang.Text     `json:"summary"` // the one sentence
	Causes   []CauseReport `json:"causes"`
	RuledOut []RuledOut    `json:"ruled_out"`
	Missing  []string      `json:"missing"` // what would settle it, in English; MissingText has both languages

	MissingText []lang.Text `json:"-"`
}

// Outcomes of a verdict.
const (
	Healthy      = "healthy"
	Explained    = "explained"
	Inconclusive = "inconclusive"
)

// CauseReport is one cause with the weight of evidence for and against it.
type CauseReport struct {
	Code        Code       `json:"code"`
	Role        string     `json:"role"` // primary contributing
	Probability float64    `json:"probability"`
	For         []Weighing `json:"for"`
	Against     []Weighing `json:"against"`
	Fix         []string   `json:"fix"` // English; the catalogue has both languages
}

// Weighing is one observation and its weight of evidence, in decibans.
type Weighing struct {
	Observation string         `json:"observation"`
	DB          float64        `json:"db"`
	Rule        string         `json:"rule"`
	Basis       incident.Basis `json:"basis,omitempty"` // of the observation that carries it: an id may have several
	Text        lang.Text      `json:"text"`            // why, with the observed value
}

// RuledOut is a cause that the evidence excludes.
type RuledOut struct {
	Code    Code        `json:"code"`
	Because []string    `json:"because"` // observation ids
	Text    []lang.Text `json:"-"`
}

// Document is all that a run found: what --format json prints and report.json
// holds. It does not depend on the language of the run.
type Document struct {
	Schema     string        `json:"schema"`
	Tool       Tool          `json:"tool"`
	Profile    ProfileRef    `json:"profile"`
	StartedAt  string        `json:"started_at"`
	DurationMS float64       `json:"duration_ms"`
	Health     bool          `json:"health,omitempty"` // no incident and no evidence of one: would a recall work now
	Incident   IncidentJSON  `json:"incident"`
	Outcomes   Outcomes      `json:"outcomes"`
	Stages     []StageReport `json:"stages"`
	Checks     []CheckJSON   `json:"checks"`
	Verdict    Verdict       `json:"verdict"`
	Remedies   []string      `json:"remedies"`
	Timeline   []Moment      `json:"timeline"`
	Evidence   []FileRef     `json:"evidence"`
	Problems   []ProblemJSON `json:"problems"`
	Compared   *Compared     `json:"compared,omitempty"` // record --compare: the same recall without extensions and settings
	Verified   *Verified     `json:"verified,omitempty"` // verify: what became of another report's causes
	Report     *ReportRef    `json:"report,omitempty"`

	RemedyList []Remedy `json:"-"`
}

// Tool is this program.
type Tool struct {
	Version string `json:"version"`
}

// ProfileRef names the profile of the run.
type ProfileRef struct {
	Name    string `json:"name"`
	Version string `json:"version"`
}

// Moment is one thing that happened, on the service's time.
type Moment struct {
	Kind    string         `json:"kind"`              // sent read reply event clock press request arrival reason answer push window_end console log
	At      string         `json:"at"`                // RFC 3339 with milliseconds, service time
	ErrMS   float64        `json:"err_ms"`            // the truth lies within At ± this
	Clock   string         `json:"clock"`             // whose clock read it: device browser service unknown
	Shown   string         `json:"shown,omitempty"`   // what that clock showed, RFC 3339
	Text    lang.Text      `json:"text"`              // what happened, in a few words
	Basis   incident.Basis `json:"basis"`             // stated measured assumed
	Source  string         `json:"source,omitempty"`  // file and entry
	Serious bool           `json:"serious,omitempty"` // an error or a failed request
}

// FileRef is one piece of evidence that was read.
type FileRef struct {
	Name     string `json:"name"` // base name only: paths tell of the person
	Kind     string `json:"kind"`
	Size     int64  `json:"size"`
	Encoding string `json:"encoding,omitempty"`
	Note     string `json:"note,omitempty"`
}

// ProblemJSON is something wrong with the input, kept in the document.
type ProblemJSON struct {
	Where string    `json:"where,omitempty"`
	Text  lang.Text `json:"text"`
}

// Compared is what two recordings of the same recall tell together.
type Compared = recording.Comparison

// ReportRef is the archive that was written.
type ReportRef struct {
	Path   string `json:"path"`
	SHA256 string `json:"sha256"`
	Inner  string `json:"inner_sha256,omitempty"` // of the archive within an encrypted file
}

// CheckJSON is one check's result in the document.
type CheckJSON struct {
	ID           string        `json:"id"`
	State        CheckState    `json:"state"`
	DurationMS   float64       `json:"duration_ms"`
	Reason       string        `json:"reason"` // English
	ReasonZH     string        `json:"reason_zh"`
	FollowsFrom  string        `json:"follows_from,omitempty"`
	Observations []Observation `json:"observations"`
	Series       []Series      `json:"series,omitempty"`
}

// ReasonText gives the reason in both languages.
func (c CheckJSON) ReasonText() lang.Text { return lang.T(c.ReasonZH, c.Reason) }

// ChecksOf turns results into their JSON shape.
func ChecksOf(results []Result) []CheckJSON {
	out := make([]CheckJSON, 0, len(results))
	for _, r := range results {
		obs := r.Observations
		if obs == nil {
			obs = []Observation{}
		}
		out = append(out, CheckJSON{ID: r.ID, State: r.State, DurationMS: Millis(r.Duration), Reason: r.Reason.EN, ReasonZH: r.Reason.ZH, FollowsFrom: r.FollowsFrom, Observations: obs, Series: r.Series})
	}
	return out
}

// ProblemsOf turns problems into their JSON shape, files by their base names: folders tell of the person.
func ProblemsOf(ps []*lang.Problem) []ProblemJSON {
	out := make([]ProblemJSON, 0, len(ps))
	for _, p := range ps {
		kept := *p
		if kept.File != "" {
			kept.File = filepath.Base(kept.File)
		}
		out = append(out, ProblemJSON{Where: kept.Where(), Text: kept.Text()})
	}
	return out
}

// Observations gives all observations of the document, in the contract's order.
func (d *Document) Observations() Observations {
	var out Observations
	for _, c := range d.Checks {
		out = append(out, c.Observations...)
	}
	return out
}

// JSON writes the document, indented, with a final newline.
func (d *Document) JSON() ([]byte, error) {
	var buf bytes.Buffer
	enc := json.NewEncoder(&buf)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	if err := enc.Encode(d); err != nil {
		return nil, fmt.Errorf("write the document: %w", err)
	}
	return unsteered(buf.Bytes()), nil
}

// unsteered escapes what JSON allows as it is and a terminal obeys: DEL, C1
// controls and marks that turn the direction of text. They stand within strings only.
func unsteered(data []byte) []byte {
	steers := func(r rune) bool {
		return r >= 0x7f && r < 0xa0 || r == 0x200e || r == 0x200f || r >= 0x202a && r <= 0x202e || r >= 0x2066 && r <= 0x2069
	}
	if bytes.IndexFunc(data, steers) < 0 {
		return data
	}
	var out []byte
	for _, r := range string(data) {
		if steers(r) {
			out = fmt.Appendf(out, `\u%04x`, r)
		} else {
			out = utf8.AppendRune(out, r)
		}
	}
	return out
}

// lenient takes what encoding/json takes: a name twice, and broken UTF-8.
var lenient = jsonv2.JoinOptions(jsontext.AllowDuplicateNames(true), jsontext.AllowInvalidUTF8(true), jsonv2.MatchCaseInsensitiveNames(true))

// ReadDocument reads a document back, for --from and the support side.
func ReadDocument(data []byte) (*Document, error) {
	data = bytes.TrimPrefix(data, []byte("\xef\xbb\xbf"))
	if len(bytes.TrimSpace(data)) == 0 {
		return nil, &lang.Problem{What: lang.T("不是 report.json：文件是空的", "not a report.json: the file is empty")}
	}
	var quick Document // twice as fast; what it takes amiss is read the slow way, which says what is wrong
	if jsonv2.Unmarshal(data, &quick, lenient) == nil && quick.Schema == Schema {
		return &quick, nil
	}
	var d Document
	if err := json.Unmarshal(data, &d); err != nil {
		return nil, &lang.Problem{What: lang.T("不是 report.json：%s", "not a report.json: %s").F(lang.Reason(err))}
	}
	if version, ok := strings.CutPrefix(d.Schema, "meiqia-diag/"); ok && d.Schema != Schema && len(version) < 6 && strings.Trim(version, "0123456789") == "" {
		return nil, &lang.Problem{What: lang.T("它的 schema 是 %q，由更新的版本写出，本版本只读得懂 %s", "its schema is %q, of a newer version; this one reads %s").F(d.Schema, Schema), Hint: lang.T("请升级 meiqia-diag", "update meiqia-diag")}
	}
	if d.Schema != Schema {
		return nil, &lang.Problem{What: lang.T("不是 %s 格式的 report.json：它的 schema 是 %q", "not a report.json of schema %s: its schema is %q").F(Schema, d.Schema)}
	}
	return &d, nil
}

// IncidentJSON is the incident in the document: nested as in section 3 of the
// contract, each value with its basis and source.
type IncidentJSON struct{ *incident.Incident }

type factJSON struct {
	Value       any            `json:"value"`
	Basis       incident.Basis `json:"basis"`
	Source      string         `json:"source"`
	Instant     string         `json:"instant,omitempty"` // for a time: RFC 3339
	ErrMS       *float64       `json:"err_ms,omitempty"`  // for a time: ± this
	ZoneAssumed bool           `json:"zone_assumed,omitempty"`
	Seconds     float64        `json:"seconds,omitempty"` // for a duration
}

// MarshalJSON writes sections in the contract's order.
func (ij IncidentJSON) MarshalJSON() ([]byte, error) {
	var buf bytes.Buffer
	buf.WriteByte('{')
	open := ""
	for _, f := range ij.Fields() {
		section, key, _ := strings.Cut(string(f), ".")
		switch {
		case section != open && open != "":
			buf.WriteString("},")
			fallthrough
		case section != open:
			fmt.Fprintf(&buf, "%q:{", section)
			open = section
		default:
			buf.WriteByte(',')
		}
		fact, _ := ij.Get(f)
		fj := factJSON{Value: fact.Value, Basis: fact.Basis, Source: fact.Source}
		switch v := fact.Value.(type) {
		case incident.Moment:
			fj.Value, fj.Instant, fj.ZoneAssumed = v.Text, v.T.Format(time.RFC3339Nano), v.ZoneAssumed
			fj.ErrMS = Float(Millis(v.Err))
		case incident.Window:
			fj.Value, fj.Seconds = v.Text, v.D.Seconds()
		}
		var one bytes.Buffer
		enc := json.NewEncoder(&one)
		enc.SetEscapeHTML(false)
		if err := enc.Encode(fj); err != nil {
			return nil, err
		}
		fmt.Fprintf(&buf, "%q:%s", key, bytes.TrimSpace(one.Bytes()))
	}
	if open != "" {
		buf.WriteByte('}')
	}
	buf.WriteByte('}')
	return buf.Bytes(), nil
}

// UnmarshalJSON reads what MarshalJSON wrote.
func (ij *IncidentJSON) UnmarshalJSON(data []byte) error {
	var sections map[string]map[string]factJSON
	if err := json.Unmarshal(data, &sections); err != nil {
		return err
	}
	ij.Incident = incident.New()
	for section, fields := range sections {
		for key, fj := range fields {
			f := incident.Field(section + "." + key)
			fact := incident.Fact{Value: fj.Value, Basis: fj.Basis, Source: fj.Source}
			switch v := fj.Value.(type) {
			case string:
				if fj.Instant != "" {
					t, err := time.Parse(time.RFC3339Nano, fj.Instant)
					if err != nil {
						return fmt.Errorf("%s: %w", f, err)
					}
					m := incident.Moment{Text: v, T: t, ZoneAssumed: fj.ZoneAssumed}
					if fj.ErrMS != nil {
						m.Err = incident.Span(*fj.ErrMS, time.Millisecond)
					}
					fact.Value = m
				} else if fj.Seconds > 0 {
					fact.Value = incident.Window{Text: v, D: incident.Span(fj.Seconds, time.Second)}
				}
			case float64:
				fact.Value = int(v)
			case []any:
				list := []string{}
				for _, x := range v {
					list = append(list, fmt.Sprint(x))
				}
				fact.Value = list
			}
			ij.Put(f, fact)
		}
	}
	return nil
}
