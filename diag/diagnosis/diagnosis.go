// Package diagnosis runs one diagnosis from end to end: evidence and incident
// in, observations and verdict out. It is the one path that every command and
// every profile takes.
package diagnosis

import (
	"context"
	"net/url"
	"slices"
	"strings"
	"time"

	"meiqia-diag/diag"
	"meiqia-diag/diag/attempt"
	"meiqia-diag/diag/evidence"
	"meiqia-diag/diag/evidence/har"
	"meiqia-diag/diag/incident"
	"meiqia-diag/diag/lang"
	"meiqia-diag/diag/profile"
	"meiqia-diag/diag/verdict"
)

// Options is what a diagnosis starts from.
type Options struct {
	Version  string // of the tool
	Incident *incident.Incident
	Evidence []string // files and folders
	Profile  *profile.Profile
	Checks   []diag.Check
	Only     []string
	Skip     []string
	Offline  bool
	Load     bool          // measure round trips under load, too
	Timeout  time.Duration // limit for the whole, 0 for none
	Now      func() time.Time
	Progress diag.Progress
	Problems []*lang.Problem // found before, while reading the input
}

// Diagnosis is a finished run.
type Diagnosis struct {
	Document *diag.Document
	Attempt  *attempt.Attempt
	Evidence *evidence.Set
	Problems []*lang.Problem // those of the document, with the paths as given
}

// Run reads the evidence, runs the checks and weighs what they saw.
func Run(ctx context.Context, opt Options) *Diagnosis {
	if opt.Now == nil {
		opt.Now = time.Now
	}
	if opt.Timeout > 0 {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(ctx, opt.Timeout)
		defer cancel()
	}
	started := opt.Now()
	opt.Profile.Prepare()
	ev := evidence.Read(ctx, opt.Evidence, readOptions(opt))
	a := attempt.BuildUntil(ctx, ev, opt.Incident, opt.Profile)
	health := ev.Standing() && (opt.Incident.Empty() || !opt.Offline && opt.Incident.Unpressed())
	opt.Incident = recorded(a, opt.Incident)
	in := &diag.Input{
		Incident: opt.Incident, Attempt: a, Profile: opt.Profile, Offline: opt.Offline, Load: opt.Load,
		Health: health, Now: opt.Now,
	}
	runner := diag.Runner{Checks: opt.Checks, Only: opt.Only, Skip: opt.Skip, Progress: opt.Progress, Now: opt.Now}
	results := runner.Run(ctx, in)

	doc := &diag.Document{
		Schema: diag.Schema, Tool: diag.Tool{Version: opt.Version},
		Profile:   diag.ProfileRef{Name: opt.Profile.Name, Version: opt.Profile.Version},
		StartedAt: started.Format(time.RFC3339Nano), DurationMS: diag.Millis(opt.Now().Sub(started)),
		Incident: diag.IncidentJSON{Incident: opt.Incident}, Checks: diag.ChecksOf(results),
		Timeline: []diag.Moment{}, Evidence: files(ev),
		Health: in.Health, Compared: a.Compared,
	}
	problems := slices.Concat(opt.Problems, ev.Problems)
	doc.Problems = diag.ProblemsOf(problems)
	Judge(doc)
	doc.Timeline = timeline(doc, a, opt)
	return &Diagnosis{Document: doc, Attempt: a, Evidence: ev, Problems: problems}
}

// Judge gives the verdict from the observations of a document, and nothing
// else: a saved report judged again reads the same, byte for byte.
func Judge(doc *diag.Document) {
	ctx := verdict.Context{Health: doc.Health, Fresh: fresh(doc)}
	for _, c := range doc.Checks {
		ctx.Measured = ctx.Measured || c.State == diag.Pass || c.State == diag.Warn
		ctx.Failed = ctx.Failed || c.State == diag.Fail || c.State == diag.Error
	}
	ctx.Measured = ctx.Measured && !unseen(doc)
	j := verdict.Judge(doc.Observations(), ctx)
	doc.Outcomes, doc.Stages, doc.Verdict, doc.RemedyList = j.Outcomes, j.Stages, j.Verdict, j.Remedies
	doc.Remedies = []string{}
	for _, r := range j.Remedies {
		doc.Remedies = append(doc.Remedies, r.Text.EN)
	}
}

// unseen reports whether a look at this device alone was meant to tell of the
// way to the service too, and saw nothing of it: then all may be well or not.
func unseen(doc *diag.Document) bool {
	blind := false
	for _, c := range doc.Checks {
		switch c.ID {
		case "clock", "network", "server":
			if c.State != diag.Skip {
				return false
			}
			blind = blind || c.Blind()
		}
	}
	return blind && len(doc.Evidence) == 0
}

// fresh reports whether what was measured live holds for the incident: it was minutes ago.
func fresh(doc *diag.Document) bool {
	started, err := time.Parse(time.RFC3339Nano, doc.StartedAt)
	m, ok := doc.Incident.Moment(incident.AttemptAt)
	return err == nil && ok && started.Sub(m.T).Abs() < 15*time.Minute
}

func readOptions(opt Options) evidence.Options {
	ro := evidence.Options{Wanted: wanted(opt), Service: Service(opt.Profile)}
	ro.Matters = func(text string) bool { return opt.Profile.RecallVerb(profile.Words(text)) != "" }
	if m, ok := opt.Incident.Moment(incident.AttemptAt); ok {
		ro.Attempt = m.T
		ro.Zone = m.T.Location()
	}
	if m, ok := opt.Incident.Moment(incident.SentAt); ok {
		ro.Sent = m.T
		if ro.Zone == nil {
			ro.Zone = m.T.Location()
		}
		if ro.Attempt.IsZero() {
			ro.Attempt = m.T
		}
	}
	if id := opt.Incident.String(incident.MessageID); len(id) >= 3 {
		ro.KeepLine, ro.Named = func(text string) bool { return attempt.Mentions(text, id) }, id
	}
	return ro
}

// wanted keeps the bodies that a diagnosis may need: of whatever is not a
// picture, script or page, while it is small.
func wanted(opt Options) func(*har.Entry) bool {
	return func(e *har.Entry) bool {
		switch e.ResourceType() {
		case "image", "font", "media", "stylesheet", "script":
			return false
		}
		if e.Method != "GET" && e.Method != "" {
			return true
		}
		return len(e.RespBody) <= 16<<10 && !strings.HasPrefix(e.RespMIME(), "image/") && !strings.Contains(e.RespMIME(), "javascript") && !strings.Contains(e.RespMIME(), "css")
	}
}

// Service tells whether a URL, or the name of a host, is the service's: of a
// host that the profile names, or one that asks for a recall.
func Service(prof *profile.Profile) func(string) bool {
	return func(raw string) bool {
		name, path := raw, ""
		if strings.Contains(raw, "://") {
			u, err := url.Parse(raw)
			if err != nil {
				return false
			}
			name, path = u.Hostname(), u.Path
		}
		return prof.Related(name) || path != "" && prof.RecallVerb(profile.Words(path)) != ""
	}
}

func files(ev *evidence.Set) []diag.FileRef {
	out := []diag.FileRef{}
	for _, f := range ev.Files {
		out = append(out, diag.FileRef{Name: f.Name, Kind: string(f.Kind), Size: f.Size, Encoding: f.Encoding, Note: f.Note})
	}
	return out
}
