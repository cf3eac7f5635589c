package diag

import "meiqia-diag/diag/lang"

// DiffSchema names the layout of what report diff prints as JSON.
const DiffSchema = "meiqia-diag-diff/1"

// Diff is what changed from document A to document B. Package compare makes
// it, package report puts it into words.
type Diff struct {
	Schema  string        `json:"schema"`
	A       DiffSide      `json:"a"`
	B       DiffSide      `json:"b"`
	Summary lang.Text     `json:"summary"` // the one sentence
	Same    bool          `json:"same"`    // the causes are the same and no change is significant
	Causes  []CauseChange `json:"causes"`
	Changes []Change      `json:"changes"` // significant ones first
	Alike   []Change      `json:"alike"`   // numbers whose difference is within what measuring them is worth
	Notes   []lang.Text   `json:"notes"`   // what kept parts from being compared

	Problems []ProblemJSON `json:"problems,omitempty"` // why there is no comparison
}

// DiffSide is one of the two documents.
type DiffSide struct {
	Name      string     `json:"name"` // of the file, without its folder
	Tool      Tool       `json:"tool"`
	Profile   ProfileRef `json:"profile"`
	StartedAt string     `json:"started_at"`
	Health    bool       `json:"health,omitempty"`
	Outcome   string     `json:"outcome"`
}

// What became of a cause, or of a report's cause when it was looked for again.
const (
	CauseMended    = "mended"         // something measured contradicts it now
	CauseStill     = "still_there"    // it is named again
	CauseNew       = "new"            // it was not named before
	CauseUntold    = "cannot_be_told" // nothing of what was measured now tells
	CauseUnchanged = "unchanged"      // of Verified.Outcome alone: no cause was named, and none is now
)

// CauseChange is what became of one cause.
type CauseChange struct {
	Code    Code      `json:"code"`
	State   string    `json:"state"`
	Role    string    `json:"role"`              // primary contributing: in B where it is named there, else in A
	Was     *float64  `json:"was,omitempty"`     // probability in A
	Is      *float64  `json:"is,omitempty"`      // probability in B
	Guess   bool      `json:"guess,omitempty"`   // A was inconclusive: it is a candidate only
	Moved   bool      `json:"moved,omitempty"`   // named in both, and the probability is another
	Because []string  `json:"because,omitempty"` // observations, stages and outcomes of B that contradict it
	Tell    lang.Text `json:"tell,omitzero"`     // what would tell
	Text    lang.Text `json:"text"`

	Signs []string `json:"-"` // the observations that spoke for it where it was named
}

// What a change means.
const (
	Better  = "better"
	Worse   = "worse"
	Neutral = "neutral"
	Untold  = "unknown" // it was not seen any more, which need not mean that it is not so

	Significant = "significant" // more than measuring it twice would give
	Minor       = "minor"       // momentary, known on one side only, or of unknown uncertainty
)

// Change is one difference between two documents.
type Change struct {
	Part         string    `json:"part"` // run incident outcome stage check observation
	ID           string    `json:"id"`   // as in clock.offset, transport, attempt.client_version
	Of           string    `json:"of,omitempty"`
	Kind         string    `json:"kind"`           // changed added removed
	A            string    `json:"a"`              // the value in A, "" where there is none
	B            string    `json:"b"`              // the value in B, "" where there is none
	Unit         string    `json:"unit,omitempty"` // of numbers
	Delta        *float64  `json:"delta,omitempty"`
	Bound        *float64  `json:"bound,omitempty"` // a difference up to this is none
	Method       string    `json:"method"`          // exact bounds interval two-proportion median-and-jitter rule-of-thumb version
	Significance string    `json:"significance"`
	Direction    string    `json:"direction"`
	Text         lang.Text `json:"text"`

	From *Observation `json:"-"`
	To   *Observation `json:"-"`
}

// Verified is a report looked at again: what became of its causes.
type Verified struct {
	Report  DiffSide      `json:"report"`
	Outcome string        `json:"outcome"` // mended still_there new cannot_be_told unchanged
	Holds   bool          `json:"holds"`   // the fix holds: every cause of the report is contradicted by what was measured, and none is new
	Summary lang.Text     `json:"summary"`
	Causes  []CauseChange `json:"causes"`
	Changes []Change      `json:"changes"`
	Notes   []lang.Text   `json:"notes"`
}
