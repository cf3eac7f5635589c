package service

import (
	"slices"
	"time"
)

// Policy is how the service is set up: rules that hold on a good day too.
type Policy struct {
	Window          time.Duration     // how long after sending a recall is allowed
	ButtonFor       time.Duration     // how long the page offers the button, by the device's clock; 0 is the window
	RequestTimeout  time.Duration     // after which the page gives a request up
	RecallableTypes []string          // content types
	Channels        []string          // channels that can recall
	Roles           []string          // roles that may recall
	ReadBlocks      bool              // a message that was read stays
	ActedBlocks     bool              // a message that the visitor answered stays
	TakenBlocks     bool              // a message that another system took stays
	HideTip         bool              // withdraw_msg_config.no_notification: no "recalled" tip
	MinVisitor      map[string]string // visitors' clients that honour a recall, by SDK
	MinDesktop      string            // desktop clients older than this are turned away (426)
}

// DefaultPolicy is the lab's own.
func DefaultPolicy() Policy {
	return Policy{
		Window: 10 * time.Second, RequestTimeout: 5 * time.Second,
		RecallableTypes: []string{"text"}, Channels: []string{"web", "app"}, Roles: []string{"agent", "admin"},
		ReadBlocks: true, ActedBlocks: true, TakenBlocks: true, HideTip: true,
		MinVisitor: map[string]string{"android": "3.6.1", "ios": "3.5.2"}, MinDesktop: "4.0.0",
	}
}

// button is how long the page offers the button.
func (p Policy) button() time.Duration {
	if p.ButtonFor > 0 {
		return p.ButtonFor
	}
	return p.Window
}

// Faults are the ways in which the service breaks; the zero value is a good
// day. They compose.
type Faults struct {
	ClockOffset time.Duration // the service's clock against this machine's

	HideButtonBelow  int           // the page hides the button on viewports narrower than this
	DeployAfterVisit bool          // the first page served is of an old build (with a worker, also its copy); then the new one is deployed, which knows the old endpoint no more
	PagesMaxAge      time.Duration // pages may be kept this long without asking again
	VisitorReads     bool          // the visitor's page marks a message read as soon as it shows it
	SingleLogin      bool          // a second login of an account throws the first one out
	TakenBy          string        // a system that takes each message as soon as it is sent
	TrustClientTime  bool          // the window is judged by the time that the client states

	RateLimit int           // recalls allowed per account and RatePer; 0 is no limit
	RatePer   time.Duration // the quota's period

	QueueFor       time.Duration // each request waits this long before it is served
	OverloadStatus int           // and is then turned away with this status when it changes anything
	BadBackend     int           // number (1-based) of a backend that fails; 0 is none
	BadBackendFor  time.Duration // how long the failing backend takes

	HistoryMaxAge time.Duration // history may be kept this long by a cache
	LatePush      time.Duration // pushes to a later login of an account come this late
	LoseRecalls   bool          // a recall is accepted, and then nothing happens

	Page PageFaults
}

// PageFaults are the ways in which the workbench's page lets the press or the
// request down.
type PageFaults struct {
	CoverButtons  bool          // an announcement floats over the end of the messages' rows, where the buttons are
	RowAtLeast    int           // rows are this many pixels wide at least: on a narrower screen their end, with the button, lies outside
	CrowdButtons  bool          // the buttons of a row are tiny, and close to each other
	BusyFor       time.Duration // a press is only handled after this much computing
	RecallApart   bool          // recalls are posted to an address of their own, that of the last backend
	PolicyForgets bool          // the page's Content-Security-Policy leaves that address out
	Worker        bool          // a service worker answers with the build that it has kept
}

// armedOnly tells whether a fault waits until the service is armed: a fault
// that would already spoil the sending of the message to be recalled.
func (f Faults) armedOnly() Faults {
	f.QueueFor, f.OverloadStatus, f.BadBackend = 0, 0, 0
	return f
}

func (p Policy) typeOK(contentType string) bool {
	return slices.Contains(p.RecallableTypes, contentType)
}
func (p Policy) channelOK(channel string) bool { return slices.Contains(p.Channels, channel) }
func (p Policy) roleOK(role string) bool       { return slices.Contains(p.Roles, role) }
