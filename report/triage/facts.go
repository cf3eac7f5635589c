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
	"meiqia-diag/diag/incident"
	"meiqia-diag/diag/lazy"
	"meiqia-diag/report/triage/store"
)

// errForeign tells of JSON that is no report, errNewer of a report whose layout is not known.
var errForeign, errNewer = errors.New("not a report"), errors.New("a report of another layout")

// lenient takes what encoding/json would: a name twice, and broken UTF-8.
var lenient = json.JoinOptions(jsontext.AllowDuplicateNames(true), jsontext.AllowInvalidUTF8(true))

// document is a report.json, as every command reads it.
type document struct{ *diag.Document }

// Extract reads what triage needs out of a report.json. It takes what report
// show takes without a warning. The error is errForeign, errNewer, or says what
// is wrong with it. Every text is clipped and made harmless.
func Extract(data []byte) (*store.Report, error) {
	sum := sha256.Sum256(data)
	whole, err := diag.ReadDocument(data)
	if err != nil {
		return nil, notRead(data, err)
	}
	if flaws := whole.Flaws(); len(flaws) > 0 {
		return nil, flaws[0]
	}
	d := document{whole}
	r := &store.Report{
		Hash: hex.EncodeToString(sum[:]), Tool: tidy(d.Tool.Version), Profile: tidy(d.Profile.Name), ProfileVersion: tidy(d.Profile.Version),
		Health: d.Health, Outcome: d.Verdict.Outcome, Stage: d.brokenStage(),
		RequestResult: tidy(d.Outcomes.RequestResult), SenderView: tidy(d.Outcomes.SenderView), VisitorView: tidy(d.Outcomes.VisitorView),
		Channel: d.fact(incident.MessageChannel), MessageType: d.fact(incident.MessageType), Device: d.fact(incident.Device), ClientVersion: d.fact(incident.ClientVersion),
		SDK: d.fact(incident.SDK), SDKVersion: d.fact(incident.SDKVersion),
	}
	if d.Report != nil && len(d.Report.SHA256) == 64 {
		r.Archive = strings.ToLower(tidy(d.Report.SHA256))
	}
	d.times(r)
	for _, c := range d.Checks {
		for _, o := range c.Observations {
			into(r, o)
		}
	}
	d.verdict(r)
	return r, nil
}

// notRead tells what a text is that is no document of ours.
func notRead(data []byte, err error) error {
	var head struct {
		Schema string `json:"schema"`
	}
	whole := json.Unmarshal(bytes.TrimPrefix(data, []byte("\xef\xbb\xbf")), &head, lenient) == nil
	ours := strings.HasPrefix(head.Schema, "meiqia-diag/")
	switch {
	case ours && head.Schema != diag.Schema:
		return errNewer
	case ours, !whole && headSays(data):
		return err
	}
	return errForeign
}

// headSays tells whether broken JSON began as a report: it claims to be one.
func headSays(data []byte) bool {
	return bytes.Contains(data[:min(len(data), 256)], []byte(`"meiqia-diag/`))
}

// fact gives one of the incident's as a word.
func (d document) fact(f incident.Field) string { return tidy(d.Incident.String(f)) }

// times finds when it happened: the incident says so, or the timeline, or it
// is taken to be when it was diagnosed.
func (d document) times(r *store.Report) {
	r.Run = millis(d.StartedAt)
	r.AtBasis = "attempt"
	if m, ok := d.Incident.Moment(incident.AttemptAt); ok {
		r.At = millisOf(m.T)
	} else {
		r.At = millis(d.fact(incident.AttemptAt))
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
	if err != nil {
		return 0
	}
	return millisOf(t)
}

func millisOf(t time.Time) int64 {
	if t.Year() < 2000 || t.Year() >= 2200 {
		return 0
	}
	return t.UnixMilli()
}

// brokenStage is the first that broke, "" for none.
func (d document) brokenStage() string {
	for _, s := range d.Stages {
		if s.State == diag.Broken && s.Stage.Index() >= 0 {
			return string(s.Stage)
		}
	}
	return ""
}

// into takes what an observation tells. The first of one kind counts: it is the
// one that its check put first.
func into(r *store.Report, o diag.Observation) {
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
		first(&r.NetworkFault, tidy(o.Text()))
	case "network.quality":
		first(&r.NetworkQuality, tidy(o.Text()))
	case "network.loss":
		first(&r.NetworkLoss, lossClass(o))
	case "browser.blocked_by":
		if hits := o.Detail["hits"]; hits == "" || hits == "recall" {
			name := tidy(o.Text())
			if f := tidy(o.Detail["filter"]); f != "" && !strings.Contains(name, f) {
				name = tidy(name + "  " + f)
			}
			addRule(r, "extension", name)
		}
	}
}

// lossClass sorts percents of lost packets.
func lossClass(o diag.Observation) string {
	percent, ok := o.Number()
	if !ok || math.IsNaN(percent) || percent < 0 {
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
func (d document) verdict(r *store.Report) {
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
		code := string(c.Code)
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
		if s := d.Verdict.Causes[primary].Code.Stage(); r.Stage == "" && r.Outcome == diag.Explained {
			r.Stage = string(s)
		}
	}
	for _, m := range d.Verdict.Missing {
		if m = tidy(m); m != "" && len(r.Missing) < most && !slices.Contains(r.Missing, m) {
			r.Missing = append(r.Missing, m)
		}
	}
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
