package triage

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"math"
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"meiqia-diag/diag"
	"meiqia-diag/diag/lazy"
	"meiqia-diag/report/triage/store"
)

// document is what triage needs of a report.json; the rest is skipped.
type document struct {
	Schema    string                             `json:"schema"`
	Tool      named                              `json:"tool"`
	Profile   named                              `json:"profile"`
	StartedAt string                             `json:"started_at"`
	Health    bool                               `json:"health"`
	Incident  map[string]map[string]incidentFact `json:"incident"`
	Outcomes  diag.Outcomes                      `json:"outcomes"`
	Stages    []diag.StageReport                 `json:"stages"`
	Checks    []struct {
		Observations []observation `json:"observations"`
	} `json:"checks"`
	Verdict *struct {
		Outcome string `json:"outcome"`
		Causes  []struct {
			Code        string  `json:"code"`
			Role        string  `json:"role"`
			Probability float64 `json:"probability"`
			For         []struct {
				Rule string  `json:"rule"`
				DB   float64 `json:"db"`
			} `json:"for"`
		} `json:"causes"`
		Missing []string `json:"missing"`
	} `json:"verdict"`
	Timeline []struct {
		Kind string `json:"kind"`
		At   string `json:"at"`
	} `json:"timeline"`
	Report *struct {
		SHA256 string `json:"sha256"`
	} `json:"report"`
}

type named struct {
	Name    string `json:"name"`
	Version string `json:"version"`
}

type incidentFact struct {
	Value   jsontext.Value `json:"value"`
	Instant string         `json:"instant"`
}

type observation struct {
	ID     string            `json:"id"`
	Value  jsontext.Value    `json:"value"`
	Detail map[string]string `json:"detail"`
}

// errForeign tells of JSON that is no report, errNewer of a report whose layout is not known.
var errForeign, errNewer = errors.New("not a report"), errors.New("a report of another layout")

// lenient takes what encoding/json would: a name twice, and broken UTF-8.
var lenient = json.JoinOptions(jsontext.AllowDuplicateNames(true), jsontext.AllowInvalidUTF8(true))

// Extract reads what triage needs out of a report.json. The error is errForeign,
// errNewer, or says that it is damaged. Every text is clipped and made harmless.
func Extract(data []byte) (*store.Report, error) {
	sum := sha256.Sum256(data)
	var d document
	if err := json.Unmarshal(bytes.TrimPrefix(data, []byte("\xef\xbb\xbf")), &d, lenient); err != nil {
		if !strings.HasPrefix(d.Schema, "meiqia-diag/") && !headSays(data) {
			return nil, errForeign
		}
		return nil, err
	}
	switch {
	case d.Schema == diag.Schema:
	case strings.HasPrefix(d.Schema, "meiqia-diag/"):
		return nil, errNewer
	default:
		return nil, errForeign
	}
	if d.Verdict == nil || !slices.Contains([]string{diag.Healthy, diag.Explained, diag.Inconclusive}, d.Verdict.Outcome) {
		return nil, errors.New("no verdict")
	}
	r := &store.Report{
		Hash: hex.EncodeToString(sum[:]), Tool: tidy(d.Tool.Version), Profile: tidy(d.Profile.Name), ProfileVersion: tidy(d.Profile.Version),
		Health: d.Health, Outcome: d.Verdict.Outcome, Stage: d.brokenStage(),
		RequestResult: tidy(d.Outcomes.RequestResult), SenderView: tidy(d.Outcomes.SenderView), VisitorView: tidy(d.Outcomes.VisitorView),
		Channel: d.fact("message", "channel"), MessageType: d.fact("message", "type"), Device: d.fact("attempt", "device"), ClientVersion: d.fact("attempt", "client_version"),
		SDK: d.fact("visitor", "sdk"), SDKVersion: d.fact("visitor", "sdk_version"),
	}
	if d.Report != nil && len(d.Report.SHA256) == 64 {
		r.Archive = strings.ToLower(tidy(d.Report.SHA256))
	}
	d.times(r)
	for _, c := range d.Checks {
		for _, o := range c.Observations {
			o.into(r)
		}
	}
	d.verdict(r)
	return r, nil
}

// headSays tells whether broken JSON began as a report: it claims to be one.
func headSays(data []byte) bool {
	return bytes.Contains(data[:min(len(data), 256)], []byte(`"meiqia-diag/`))
}

// fact gives one of the incident's as a word.
func (d *document) fact(section, key string) string { return word(d.Incident[section][key].Value) }

// times finds when it happened: the incident says so, or the timeline, or it
// is taken to be when it was diagnosed.
func (d *document) times(r *store.Report) {
	r.Run = millis(d.StartedAt)
	r.At, r.AtBasis = millis(d.Incident["attempt"]["at"].Instant), "attempt"
	if r.At == 0 {
		r.At = millis(d.fact("attempt", "at"))
	}
	for _, kind := range []string{"press", "request", "arrival", "answer", "sent"} {
		for _, m := range d.Timeline {
			if r.At == 0 && m.Kind == kind {
				r.At, r.AtBasis = millis(m.At), "timeline"
			}
		}
	}
	if r.At == 0 {
		r.At, r.AtBasis = r.Run, "run"
	}
}

// millis reads a time of RFC 3339 as ms since 1970; 0 is none that can be.
func millis(s string) int64 {
	t, err := time.Parse(time.RFC3339Nano, s)
	if err != nil || t.Year() < 2000 || t.Year() >= 2200 {
		return 0
	}
	return t.UnixMilli()
}

// brokenStage is the first that broke, "" for none.
func (d *document) brokenStage() string {
	for _, s := range d.Stages {
		if s.State == diag.Broken && s.Stage.Index() >= 0 {
			return string(s.Stage)
		}
	}
	return ""
}

// into takes what an observation tells. The first of one kind counts: it is the
// one that its check put first.
func (o observation) into(r *store.Report) {
	first := func(to *string, v string) {
		if *to == "" {
			*to = tidy(v)
		}
	}
	switch o.ID {
	case "client.version":
		if v := tidy(o.Detail["version"]); v != "" {
			r.ClientVersion = v
		}
	case "cache.app":
		if o.Detail["copy"] == "" { // what ran, not what lies in a cache
			first(&r.PageBuild, o.Detail["page"])
			first(&r.ServiceBuild, o.Detail["service"])
		}
	case "browser.version":
		first(&r.Browser, o.Detail["browser"])
		first(&r.BrowserVersion, o.Detail["version"])
		first(&r.System, o.Detail["system"])
	case "browser.engine":
		if r.Browser == "" {
			first(&r.Browser, o.Detail["browser"])
			first(&r.BrowserVersion, o.Detail["version"])
		}
	case "network.fault":
		first(&r.NetworkFault, word(o.Value))
	case "network.quality":
		first(&r.NetworkQuality, word(o.Value))
	case "network.loss":
		first(&r.NetworkLoss, lossClass(o.Value))
	case "browser.blocked_by":
		if hits := o.Detail["hits"]; hits == "" || hits == "recall" {
			name := word(o.Value)
			if f := tidy(o.Detail["filter"]); f != "" && !strings.Contains(name, f) {
				name = tidy(name + "  " + f)
			}
			addRule(r, "extension", name)
		}
	}
}

// lossClass sorts percents of lost packets.
func lossClass(v jsontext.Value) string {
	var percent float64
	if json.Unmarshal(v, &percent) != nil || math.IsNaN(percent) || percent < 0 {
		return ""
	}
	switch {
	case percent == 0:
		return "none"
	case percent < 1:
		return "<1%"
	case percent <= 5:
		return "1-5%"
	}
	return ">5%"
}

// most bounds how many causes, rules and missing things of one report are kept.
const most = 100

func addRule(r *store.Report, kind, name string) {
	x := store.Rule{Kind: kind, Name: name}
	if name != "" && len(r.Rules) < most && !slices.Contains(r.Rules, x) {
		r.Rules = append(r.Rules, x)
	}
}

// verdict takes the causes, the rules that spoke for the primary one, and what was missing.
func (d *document) verdict(r *store.Report) {
	primary := -1
	for i, c := range d.Verdict.Causes {
		if c.Role == "primary" && primary < 0 {
			primary = i
		}
	}
	if primary < 0 && r.Outcome == diag.Explained && len(d.Verdict.Causes) > 0 {
		primary = 0
	}
	seen := map[string]bool{}
	for i, c := range d.Verdict.Causes {
		code := tidy(c.Code)
		if code == "" || seen[code] || len(seen) == most {
			continue
		}
		seen[code] = true
		role := "contributing"
		if i == primary {
			role = "primary"
		}
		r.Causes = append(r.Causes, store.Cause{Code: code, Role: role, Probability: math.Min(math.Max(c.Probability, 0), 1)})
	}
	if primary >= 0 {
		for _, w := range d.Verdict.Causes[primary].For {
			if w.DB > 0 {
				addRule(r, "verdict", tidy(w.Rule))
			}
		}
		if s := diag.Code(d.Verdict.Causes[primary].Code).Stage(); r.Stage == "" && r.Outcome == diag.Explained {
			r.Stage = string(s)
		}
	}
	for _, m := range d.Verdict.Missing {
		if m = tidy(m); m != "" && len(r.Missing) < most && !slices.Contains(r.Missing, m) {
			r.Missing = append(r.Missing, m)
		}
	}
}

// word gives a JSON string, number or boolean as text.
func word(v jsontext.Value) string {
	switch v.Kind() {
	case '"':
		var s string
		if json.Unmarshal(v, &s, lenient) != nil {
			return ""
		}
		return tidy(s)
	case '0', 't', 'f':
		return tidy(string(v))
	}
	return ""
}

// pseudonym is what redaction puts in place of a value. It means something
// within one report only, so that its kind alone is kept.
var pseudonym = lazy.MustCompile(`<([^<>#]{1,24})#[^<>]{1,64}>`)

// tidy makes a text of a report harmless: valid, short, one line, without marks
// that steer a terminal or a page, and without pseudonyms.
func tidy(s string) string {
	if len(s) > 4096 {
		s = s[:4096]
	}
	if plain(s) {
		return s
	}
	s = strings.Map(func(r rune) rune {
		switch {
		case r == utf8.RuneError, unicode.IsControl(r), unicode.Is(unicode.Bidi_Control, r), unicode.Is(unicode.Zs, r):
			return ' '
		case unicode.Is(unicode.Cf, r), unicode.Is(unicode.Co, r):
			return -1
		}
		return r
	}, strings.ToValidUTF8(s, " "))
	s = strings.Join(strings.Fields(pseudonym.ReplaceAllString(s, "<$1>")), " ")
	if r := []rune(s); len(r) > maxWord {
		s = string(r[:maxWord-1]) + "…"
	}
	return s
}

// maxWord bounds a text in characters.
const maxWord = 160

// plain tells that a text is short ASCII with nothing to change in it.
func plain(s string) bool {
	if len(s) > maxWord || s != strings.TrimSpace(s) {
		return false
	}
	for i := 0; i < len(s); i++ {
		if c := s[i]; c < ' ' || c > '~' || c == '<' || c == ' ' && s[i+1] == ' ' {
			return false
		}
	}
	return true
}
