package attempt

import (
	"encoding/json"
	"strings"
	"time"

	"meiqia-diag/diag/clock"
)

// ServiceFacts is what the service itself said, in its answers and frames, of
// the rules and of the message. It is measured, and outranks what the profile
// assumes. The zero value of a field means that nothing was said.
type ServiceFacts struct {
	Window     time.Duration // how long a message can be recalled
	Types      []string      // recallable types, lower case
	Enabled    string        // the feature: yes, no
	Permission string        // the account may recall: yes, no
	Self       string        // the agent's own id
	Sender     string        // the message's sender id, or kind
	SenderKind string        // agent bot system client
	Type       string        // of the message
	Channel    string        // of the conversation
	ChannelCan string        // the channel can recall: yes, no
	Read       string        // yes, no
	Ended      bool          // the conversation is closed
	SDK        string        // the visitor's: android ios web
	SDKVersion string
	ClientLast string // the newest version of the agents' client

	selfFromLog bool
}

// learn reads the service's answers in the recording.
func (a *Attempt) learn() {
	for _, c := range a.Calls {
		if c.Kind == "api" && c.Status >= 200 && c.Status < 300 {
			a.learnFromCall(c)
			a.polledEvents(c)
		}
		for _, m := range c.Entry.Messages {
			if !m.Sent {
				a.learnFrom(m.Data)
			}
		}
	}
}

// polledEvents reads the events that a page fetched because nothing pushed them:
// an answer that names the message and yet is no history.
func (a *Attempt) polledEvents(c *Call) {
	e := c.Entry
	if e.Method != "GET" || a.ID == "" || !mentions(e.RespBody, a.ID) || len(e.RespBody) > 64<<10 || MessageState(e.RespBody, a.ID) != "" {
		return
	}
	fs, ok := fields(e.RespBody)
	if !ok {
		return
	}
	_, to := c.Arrival()
	a.readEvent(e.RespBody, fs, clock.Stamp{T: to, Clock: clock.Browser, Err: time.Millisecond, Source: c.Source}, c.Source)
}

func (a *Attempt) learnFromCall(c *Call) {
	var v any
	if !a.tells(c) || !decode(c.Entry.RespBody, &v) {
		return
	}
	if a.Facts.Self == "" && (asksSelf(c.Entry.URL) || asksSelf(head(c.Entry.ReqBody, 512))) {
		a.Facts.Self = findKey(v, selfKeys, 0)
	}
	read := a.Facts.Read
	a.learnTree(v, "", 0)
	if a.Request != nil && !a.Request.Start.IsZero() && c.Start.T.After(a.Request.Start.T) {
		a.Facts.Read = read // what was read after the recall did not stop it
	}
}

// learnFrom reads any JSON text of the service's.
func (a *Attempt) learnFrom(body string) {
	var v any
	if body == "" || !strings.ContainsAny(body[:1], "{[") || !decode(body, &v) {
		return
	}
	a.learnTree(v, "", 0)
}

func decode(body string, v *any) bool {
	dec := json.NewDecoder(strings.NewReader(body))
	dec.UseNumber()
	return dec.Decode(v) == nil
}
