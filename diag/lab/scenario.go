package lab

import (
	"time"

	"meiqia-diag/diag/lab/seat"
	"meiqia-diag/diag/lab/service"
	"meiqia-diag/diag/lang"
)

// Scenario is one way in which a recall ends, with the fault that makes it.
type Scenario struct {
	Name  string    // as in "window-expired"
	Code  string    // cause code of the contract, or Healthy
	Title lang.Text // one sentence: what goes wrong

	set  func(*plan) // puts the fault in
	mend func(*plan) // takes the fault, and nothing else, out again
}

// Healthy stands in for a cause code where nothing is wrong.
const Healthy = "healthy"

// Find gives a scenario by its name.
func Find(name string) (Scenario, bool) {
	for _, s := range Scenarios() {
		if s.Name == name {
			return s, true
		}
	}
	return Scenario{}, false
}

// plan is everything that makes a play: the service, the path, the people.
type plan struct {
	policy   service.Policy
	faults   service.Faults
	backends int
	path     path
	story    story
}

// path is what is wrong between the agent's device and the service, from
// shortly after the message was sent.
type path struct {
	delay       time.Duration // one way, in front of API and push
	resetRecall bool          // the connection is reset in the middle of the recall request
	refuseAPI   bool          // the API's port is closed to this device
	dropPush    bool          // the push connection is cut and cannot come back
}

// story is what the people do.
type story struct {
	account       string // who recalls
	author        string // who sends the message; the same when empty
	conv          int64
	contentType   string
	device        string // of the contract's vocabulary
	clientVersion string
	width, height int
	sdk           string
	sdkVersion    string
	browser       seat.Engine // how the agent's browser is set and what it can do

	pressAfter     time.Duration // between sending and pressing
	visitedBefore  bool          // the workbench was open in this browser before
	recallsBefore  int           // recalls of other messages just before
	visitorReplies bool
	beside         int           // pixels from the middle of the button to where the press lands
	reopens        bool          // the workbench is opened again between sending and pressing, with the browser as it then is
	watched        bool          // the press is recorded with where it landed
	endedBefore    bool          // a colleague ends the conversation before the press
	otherLogin     otherLogin    // a second login of the same account
	lookFor        time.Duration // how long people watch for the message to go
}

// otherLogin says when a second login of the account comes.
type otherLogin int

const (
	noOtherLogin   otherLogin = iota
	afterOpening              // it stays open beside the first
	beforePressing            // it comes between sending and pressing
)

// Conversations of the lab by channel.
const (
	convWeb    int64 = 7001
	convWechat int64 = 7003
)

// channels names the channel of each conversation.
var channels = map[int64]string{convWeb: "web", 7002: "app", convWechat: "wechat"}

// basePlan is a good day: sent, seen, pressed in time, gone.
func basePlan() plan {
	return plan{
		policy: service.DefaultPolicy(), backends: 1,
		story: story{account: "lin", conv: convWeb, contentType: "text", device: "desktop_web", width: 1440, height: 900,
			sdk: "web", sdkVersion: "5.0.0", pressAfter: 350 * time.Millisecond, lookFor: 1500 * time.Millisecond},
	}
}

// planOf is a scenario's plan, with or without its fault.
func (s Scenario) planOf(healed bool) plan {
	p := basePlan()
	if s.set != nil {
		s.set(&p)
	}
	if healed && s.mend != nil {
		s.mend(&p)
	}
	if healed || s.Code == Healthy {
		p.story.lookFor = 10 * time.Second // an end to waiting, not a wait
	}
	return p
}

// relayed tells which of the agent's addresses lie behind a relay: where the
// scenario's fault is in the path, also once it is mended.
func (s Scenario) relayed() (api, push bool) {
	p := s.planOf(false).path
	return p.delay > 0 || p.resetRecall || p.refuseAPI, p.delay > 0 || p.dropPush
}
