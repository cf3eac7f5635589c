package lab

import (
	"strings"
	"time"
)

// Like are facts of a failure somewhere else. A scenario whose fault has such
// a fact takes it over; any other leaves it. The zero value takes nothing.
type Like struct {
	Offset        time.Duration // the service's clock against the device's
	Travel        time.Duration // from the press to the service
	Queue         time.Duration // a request's wait at the service
	Status        int           // the service's answer
	ClientVersion string        // the agent's desktop client
	SDK           string        // the visitor's: android ios
	SDKVersion    string
	TakenBy       string // the system that took the message
}

// Bounds of what is taken over: a play has to end while somebody looks on.
const (
	longestDelay = 700 * time.Millisecond // one way
	longestQueue = 3 * time.Second
	travels      = 4 // ways that a request makes where its connection is new
)

// took tells what of a failure a scenario took over.
type took struct{ Offset, Travel, Queue, Status, ClientVersion, SDK, TakenBy bool }

// resemble gives a plan, whose fault is in, the figures of another failure.
func (p *plan) resemble(l Like) (t took) {
	if p.faults.ClockOffset != 0 && l.Offset != 0 {
		p.faults.ClockOffset, t.Offset = l.Offset, true
	}
	if p.path.delay > 0 && l.Travel > 0 {
		p.path.delay, t.Travel = min(max(l.Travel/travels, p.path.delay), longestDelay), true
	}
	if p.faults.QueueFor > 0 && l.Queue >= 100*time.Millisecond {
		p.faults.QueueFor, t.Queue = min(l.Queue, longestQueue), true
	}
	if p.faults.OverloadStatus != 0 && l.Status >= 500 && l.Status <= 504 {
		p.faults.OverloadStatus, t.Status = l.Status, true
	}
	if p.story.clientVersion != "" && l.ClientVersion != "" {
		p.story.clientVersion, t.ClientVersion = l.ClientVersion, true
	}
	if p.story.sdk != "web" && p.policy.MinVisitor[l.SDK] != "" && l.SDKVersion != "" {
		p.story.sdk, p.story.sdkVersion, t.SDK = l.SDK, l.SDKVersion, true
	}
	if p.faults.TakenBy != "" && l.TakenBy != "" {
		p.faults.TakenBy, t.TakenBy = l.TakenBy, true
	}
	return t
}

// planLike is the scenario's plan with the figures of another failure.
func (s Scenario) planLike(healed bool, l Like) plan {
	p := s.planOf(healed)
	if l == (Like{}) {
		return p
	}
	like := s.planOf(false)
	like.resemble(l)
	if healed && s.mend != nil {
		s.mend(&like)
	}
	like.story.lookFor = p.story.lookFor
	return like
}

// Takes names the figures of another failure that the scenario takes over, as in "offset,sdk".
func (s Scenario) Takes(l Like) string {
	p := s.planOf(false)
	t := p.resemble(l)
	var out []string
	for _, x := range []struct {
		name string
		took bool
	}{{"offset", t.Offset}, {"travel", t.Travel}, {"queue", t.Queue}, {"status", t.Status}, {"client_version", t.ClientVersion}, {"sdk", t.SDK}, {"taken_by", t.TakenBy}} {
		if x.took {
			out = append(out, x.name)
		}
	}
	return strings.Join(out, ",")
}
