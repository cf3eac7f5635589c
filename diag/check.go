package diag

import (
	"context"
	"time"

	"meiqia-diag/diag/attempt"
	"meiqia-diag/diag/incident"
	"meiqia-diag/diag/lang"
	"meiqia-diag/diag/profile"
)

// CheckState judges the environment a check looked at; only the verdict names causes.
type CheckState string

// The states of a check.
const (
	Pass  CheckState = "pass"
	Warn  CheckState = "warn"
	Fail  CheckState = "fail"
	Skip  CheckState = "skip"  // there was nothing to look at, or it was not asked for
	Error CheckState = "error" // it could not run
)

// CheckIDs lists the checks in the contract's order, in which they are shown.
var CheckIDs = []string{"clock", "network", "server", "client", "device", "cache", "browser", "permission", "window", "sync"}

// Input is all that a check may look at.
type Input struct {
	Incident *incident.Incident
	Attempt  *attempt.Attempt // what the evidence tells of the recall
	Profile  *profile.Profile
	Offline  bool             // open no connection at all
	Load     bool             // measure round trips under load, too
	Health   bool             // no incident: would a recall work now
	Now      func() time.Time // this device's clock
}

func (in *Input) now() time.Time {
	if in == nil || in.Now == nil {
		return time.Now()
	}
	return in.Now()
}

// Check looks at one part of the world and reports what it saw. It measures and never blames.
type Check struct {
	ID    string
	Title lang.Text // one sentence that is true when it passes
	Needs []string  // checks whose observations it reads
	// Run returns within ctx; what it could not find out it says in the result.
	Run func(ctx context.Context, in *Input, seen Observations) Result
}

// Result is what one check found.
type Result struct {
	ID           string
	State        CheckState
	Duration     time.Duration
	Reason       lang.Text // why this state, one sentence
	FollowsFrom  string    // id of the check whose failure explains this one, "" for none
	Observations []Observation
	Series       []Series // what to draw beside them
}
