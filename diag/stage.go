// Package diag holds what the whole tool is about: the six stages of a recall,
// the causes that can break it, the observations that checks make, and the
// runner that puts the checks to work.
//
// Facts flow one way: incident and evidence, then observations (package
// checks), then the verdict (package verdict), then the report.
package diag

import "meiqia-diag/diag/lang"

// Stage is one of the six stages that a recall travels.
type Stage string

// The stages, in their order.
const (
	Trigger   Stage = "trigger"
	Dispatch  Stage = "dispatch"
	Transport Stage = "transport"
	Admission Stage = "admission"
	Decision  Stage = "decision"
	Sync      Stage = "sync"
)

// Stages lists the stages in the order in which a recall travels them.
var Stages = []Stage{Trigger, Dispatch, Transport, Admission, Decision, Sync}

var stageTexts = map[Stage]struct{ name, question lang.Text }{
	Trigger:   {lang.T("触发", "trigger"), lang.T("撤回按钮在不在，点击有没有生效", "was the button there, and did the press register")},
	Dispatch:  {lang.T("发出", "dispatch"), lang.T("页面或客户端有没有发出请求", "did the page or client send the request")},
	Transport: {lang.T("传输", "transport"), lang.T("请求有没有到达服务、何时到达", "did the request reach the service, and when")},
	Admission: {lang.T("受理", "admission"), lang.T("服务有没有受理", "did the service take it up")},
	Decision:  {lang.T("判定", "decision"), lang.T("是否允许撤回：时限、本人、类型、状态", "was it allowed: in time, own, recallable, untouched")},
	Sync:      {lang.T("同步", "sync"), lang.T("各端是否都显示了撤回结果", "did every view show the result")},
}

// Name gives the stage's name as people read it.
func (s Stage) Name() lang.Text { return stageTexts[s].name }

// Question gives what the stage asks.
func (s Stage) Question() lang.Text { return stageTexts[s].question }

// Index gives the stage's place in the order, -1 for none of the six.
func (s Stage) Index() int {
	for i, x := range Stages {
		if x == s {
			return i
		}
	}
	return -1
}

// StageState tells how far a recall is known to have come.
type StageState string

// The states of a stage. Unknown is never shown as passed.
const (
	Passed  StageState = "passed"
	Broken  StageState = "broken"
	Unknown StageState = "unknown"
)

// StageReport is the state of one stage and the observations that say so.
type StageReport struct {
	Stage   Stage      `json:"stage"`
	State   StageState `json:"state"`
	Because []string   `json:"because"`
}

// Outcomes are the three facts about a recall that are known apart from each other.
type Outcomes struct {
	RequestResult string `json:"request_result"` // accepted refused no_answer not_sent unknown
	SenderView    string `json:"sender_view"`    // gone still_visible unknown
	VisitorView   string `json:"visitor_view"`   // gone still_visible unknown
}
