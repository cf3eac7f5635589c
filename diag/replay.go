package diag

import "meiqia-diag/diag/lang"

// ReplaySchema names the layout of what reproduce prints as JSON.
const ReplaySchema = "meiqia-diag-replay/1"

// Replay is a report's failure played again in the simulated service: with the
// fault, and with it mended.
type Replay struct {
	Schema     string     `json:"schema"`
	Report     DiffSide   `json:"report"`
	Cause      Code       `json:"cause"`              // the report's, "" for none
	Scenario   string     `json:"scenario,omitempty"` // that was played
	Like       []LikeFact `json:"like"`               // the report's figures that it took over
	Reproduced bool       `json:"reproduced"`         // with the fault the same cause is found, at the same stage
	Mends      bool       `json:"mends"`              // with the fault mended the recall works
	Original   Played     `json:"original"`           // what the report says
	Fault      *Played    `json:"fault,omitempty"`
	Mended     *Played    `json:"mended,omitempty"`
	Summary    lang.Text  `json:"summary"`
	Why        lang.Text  `json:"why,omitzero"` // it could not be played

	Problems []ProblemJSON `json:"problems,omitempty"` // why there is no replay at all
}

// LikeFact is a figure of the report that the replay took over.
type LikeFact struct {
	Name  string `json:"name"`
	Value string `json:"value"`
}

// Played is how one recall came out.
type Played struct {
	Outcome     string        `json:"outcome"`
	Cause       Code          `json:"cause"` // the primary one, "" for none
	Probability float64       `json:"probability"`
	Broken      Stage         `json:"broken"` // the first stage that broke, "" for none
	Stages      []StageReport `json:"stages"`
	Outcomes    Outcomes      `json:"outcomes"`
}

// PlayedOf gives how the recall of a document came out.
func PlayedOf(d *Document) Played {
	p := Played{Outcome: d.Verdict.Outcome, Stages: d.Stages, Outcomes: d.Outcomes}
	if len(d.Verdict.Causes) > 0 {
		p.Cause, p.Probability = d.Verdict.Causes[0].Code, d.Verdict.Causes[0].Probability
	}
	for _, s := range d.Stages {
		if s.State == Broken {
			p.Broken = s.Stage
			break
		}
	}
	return p
}
