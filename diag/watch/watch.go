// Package watch keeps count of a check that is repeated over time, and says
// with what certainty a fix holds. It keeps sums, never the runs: it may go on
// for weeks.
package watch

import (
	"slices"
	"time"

	"meiqia-diag/diag"
	"meiqia-diag/diag/lang"
)

// Schema names the layout of the lines that watch prints as JSON.
const Schema = "meiqia-diag-watch/1"

// What a run came to.
const (
	Clean   = "clean"   // no cause was found; of a report that is watched for: its causes are contradicted by what was measured
	Failed  = "failed"  // a cause was found
	Unclear = "unclear" // it cannot be told
)

// Run is one run.
type Run struct {
	Started  time.Time
	Duration time.Duration
	State    string      // Clean Failed Unclear
	Causes   []diag.Code // found, the primary one first
}

// Tally counts runs. The zero value is ready.
type Tally struct {
	Earlier Share // how often it failed before the watch began, where that is known

	runs, clean, failed, unclear int
	first, end                   time.Time
	up                           time.Duration // watched, as the caller measures it
	streak                       int           // judged runs since the last failure
	streakFrom                   time.Duration // of up, when the streak began
	last                         string        // state of the last judged run
	turns                        int           // how often a good run followed a bad one or the other way
	recent                       []bool        // of the last runs: did it turn
	causes                       map[diag.Code]*Track
	untilLast                    Share // failures and runs up to and with the last failure
}

// Track is one cause over the runs.
type Track struct {
	Code        diag.Code `json:"code"`
	Runs        int       `json:"runs"`        // in how many it was found
	Appearances int       `json:"appearances"` // how often it came after it had not been there
	First       int       `json:"first"`       // number of the run
	Last        int       `json:"last"`
	Present     bool      `json:"present"` // in the last run that could be judged
}

// Share is k of n.
type Share struct {
	Failed int `json:"failed"`
	Of     int `json:"of"`
}

// Changed is what a run changed.
type Changed struct {
	Appeared []diag.Code `json:"appeared"`
	Gone     []diag.Code `json:"gone"`
	Flapping bool        `json:"flapping,omitempty"` // it came and went at least four times within ten runs, told when that begins
}

// Any tells whether there is something to tell.
func (c Changed) Any() bool { return len(c.Appeared)+len(c.Gone) > 0 || c.Flapping }

const (
	flapRuns  = 10
	flapTurns = 4
)

// Add counts a run, after up of watching, and tells what it changed.
func (t *Tally) Add(r Run, up time.Duration) Changed {
	out := Changed{Appeared: []diag.Code{}, Gone: []diag.Code{}}
	t.runs++
	if t.first.IsZero() {
		t.first = r.Started
	}
	t.end, t.up = r.Started.Add(r.Duration), up
	if r.State != Clean && r.State != Failed {
		t.unclear++
		return out
	}
	if t.causes == nil {
		t.causes = map[diag.Code]*Track{}
	}
	for _, code := range r.Causes {
		k := t.causes[code]
		if k == nil {
			if len(t.causes) >= 100 { // there are some thirty
				continue
			}
			k = &Track{Code: code, First: t.runs}
			t.causes[code] = k
		}
		if !k.Present {
			k.Appearances++
			out.Appeared = append(out.Appeared, code)
		}
		k.Runs, k.Last, k.Present = k.Runs+1, t.runs, true
	}
	for _, k := range t.Causes() {
		if k.Present && !slices.Contains(r.Causes, k.Code) {
			t.causes[k.Code].Present = false
			out.Gone = append(out.Gone, k.Code)
		}
	}
	turned := t.last != "" && t.last != r.State
	before := t.flaps()
	if turned {
		t.turns++
	}
	t.recent = append(t.recent, turned)
	if len(t.recent) > flapRuns {
		t.recent = slices.Delete(t.recent, 0, 1)
	}
	out.Flapping = !before && t.flaps()
	t.last = r.State
	if r.State == Failed {
		t.failed++
		t.streak, t.streakFrom = 0, up
		t.untilLast = Share{t.failed, t.failed + t.clean}
		return out
	}
	t.clean++
	t.streak++
	return out
}

func (t *Tally) flaps() bool {
	n := 0
	for _, turned := range t.recent {
		if turned {
			n++
		}
	}
	return n >= flapTurns
}

// Causes gives what was found, in the contract's order.
func (t *Tally) Causes() []Track {
	out := []Track{}
	for _, c := range diag.Causes() {
		if k := t.causes[c.Code]; k != nil {
			out = append(out, *k)
		}
	}
	return out
}

// Verdict is what the exit status follows from: a cause in any run is one
// found, and a run that could not be judged may have hidden one.
func (t *Tally) Verdict() diag.Verdict {
	switch {
	case t.failed > 0:
		v := diag.Verdict{Outcome: diag.Explained}
		list := t.Causes()
		slices.SortStableFunc(list, func(x, y Track) int { return y.Runs - x.Runs })
		for i, k := range list {
			role := "contributing"
			if i == 0 {
				role = "primary"
			}
			v.Causes = append(v.Causes, diag.CauseReport{Code: k.Code, Role: role})
		}
		return v
	case t.unclear > 0 || t.clean == 0:
		return diag.Verdict{Outcome: diag.Inconclusive}
	}
	return diag.Verdict{Outcome: diag.Healthy}
}

// Answers to whether the fix is permanent.
const (
	AnswerHolds   = "holds"   // it failed before, and would hardly have been good so often had nothing changed
	AnswerClean   = "clean"   // never seen to fail; how often it still may is bounded
	AnswerNotYet  = "not_yet" // good since the last failure, but it may be luck
	AnswerFails   = "fails"   // it failed in the last run that could be judged
	AnswerUnclear = "cannot_be_told"
)

// Summary is the end of a watch.
type Summary struct {
	Schema    string    `json:"schema"`
	Type      string    `json:"type"` // summary
	StartedAt string    `json:"started_at"`
	EndedAt   string    `json:"ended_at"`
	WatchedMS float64   `json:"watched_ms"` // without what the device slept
	Runs      int       `json:"runs"`
	Clean     int       `json:"clean"`
	Failed    int       `json:"failed"`
	Unclear   int       `json:"unclear"`
	Causes    []Track   `json:"causes"`
	Turns     int       `json:"turns"` // how often good and bad took turns
	Rate      *Interval `json:"rate,omitempty"`
	Earlier   *Share    `json:"earlier,omitempty"` // what the runs since are held against: known before, or seen up to the last failure
	Streak    Streak    `json:"streak"`
	Answer    string    `json:"answer"`
	Text      lang.Text `json:"text"`
}

// Interval is a share of failed runs with its exact 95 % interval.
type Interval struct {
	Value float64 `json:"value"`
	Low   float64 `json:"low"`
	High  float64 `json:"high"`
}

// Streak is the good runs since the last failure, or since the beginning.
type Streak struct {
	Runs    int      `json:"runs"`
	MS      float64  `json:"ms"`
	Below   *float64 `json:"below,omitempty"`      // with 95 % confidence fewer than this share of runs fail
	Luck    *float64 `json:"luck,omitempty"`       // probability of so many good runs in a row had nothing changed
	ToBeOne int      `json:"runs_to_go,omitempty"` // good runs more until that is at most 5 %
}

// Summary says what the runs so far tell.
func (t *Tally) Summary() Summary {
	s := Summary{
		Schema: Schema, Type: "summary", WatchedMS: diag.Millis(t.up), Runs: t.runs, Clean: t.clean, Failed: t.failed, Unclear: t.unclear, Causes: t.Causes(), Turns: t.turns,
		Streak: Streak{Runs: t.streak, MS: diag.Millis(t.up - t.streakFrom)},
	}
	if t.runs > 0 {
		s.StartedAt, s.EndedAt = t.first.Format(time.RFC3339Nano), t.end.Format(time.RFC3339Nano)
	}
	if n := t.clean + t.failed; n > 0 {
		low, high := exact(t.failed, n)
		s.Rate = &Interval{float64(t.failed) / float64(n), low, high}
	}
	if t.streak > 0 {
		s.Streak.Below = diag.Float(below(t.streak))
	}
	before := Share{t.Earlier.Failed + t.untilLast.Failed, t.Earlier.Of + t.untilLast.Of}
	if before.Failed > 0 {
		s.Earlier = &before
		s.Streak.Luck = diag.Float(luck(before, t.streak))
		s.Streak.ToBeOne = max(needed(before)-t.streak, 0)
	}
	switch {
	case t.clean+t.failed == 0:
		s.Answer = AnswerUnclear
	case t.last == Failed:
		s.Answer = AnswerFails
	case before.Failed == 0:
		s.Answer = AnswerClean
	case *s.Streak.Luck <= 0.05:
		s.Answer = AnswerHolds
	default:
		s.Answer = AnswerNotYet
	}
	s.Text = s.words()
	return s
}
