// Package incident holds what a person knows of a failed recall: the message,
// the attempt, the account, the visitor and the policy. Every field is
// optional; a missing field is unknown, not false.
package incident

import (
	"strconv"
	"strings"
	"time"

	"meiqia-diag/diag/lang"
)

// Basis tells how a fact came to be known.
type Basis string

// A person said it, a check saw it, or the profile's default stands in for it.
const (
	Stated   Basis = "stated"
	Measured Basis = "measured"
	Assumed  Basis = "assumed"
)

// Field is the path of one fact, as in "message.sent_at".
type Field string

// The fields of the contract, section 3.
const (
	MessageID       Field = "message.id"
	MessageType     Field = "message.type"
	MessageSender   Field = "message.sender"
	MessageChannel  Field = "message.channel"
	SentAt          Field = "message.sent_at"
	Read            Field = "message.read"
	VisitorAction   Field = "message.visitor_action"
	ProcessedBy     Field = "message.processed_by"
	AttemptAt       Field = "attempt.at"
	Symptom         Field = "attempt.symptom"
	ErrorText       Field = "attempt.error_text"
	Device          Field = "attempt.device"
	ClientVersion   Field = "attempt.client_version"
	OtherLogins     Field = "attempt.other_logins"
	Role            Field = "account.role"
	CanRecall       Field = "account.can_recall"
	SDK             Field = "visitor.sdk"
	SDKVersion      Field = "visitor.sdk_version"
	PolicyWindow    Field = "policy.window"
	RecallableTypes Field = "policy.recallable_types"
)

// Fact is the value of one field.
type Fact struct {
	Value  any // string, int, []string, Moment or Window
	Basis  Basis
	Source string // where it was said, as in "incident.yaml:4"
}

// Moment is a time as a person gave it.
type Moment struct {
	Text        string // as written
	T           time.Time
	Err         time.Duration // the moment lies within T ± Err
	ZoneAssumed bool          // no zone was written
}

// Window is a duration as a person gave it.
type Window struct {
	Text string
	D    time.Duration
}

// Incident is a set of facts.
type Incident struct {
	facts map[Field]Fact
}

// New is an incident of which nothing is known.
func New() *Incident { return &Incident{facts: map[Field]Fact{}} }

// Get gives a fact; ok is false when it is unknown.
func (in *Incident) Get(f Field) (Fact, bool) {
	if in == nil {
		return Fact{}, false
	}
	fact, ok := in.facts[f]
	return fact, ok
}

// Empty reports whether nothing at all is known.
func (in *Incident) Empty() bool { return in == nil || len(in.facts) == 0 }

// Unpressed reports whether a message is told of and nothing of a recall of it:
// somebody who asks whether there is still time.
func (in *Incident) Unpressed() bool {
	if _, sent := in.Get(SentAt); !sent {
		return false
	}
	for f := range in.facts {
		switch f {
		case SentAt, MessageID, MessageType, MessageSender, MessageChannel, PolicyWindow, RecallableTypes, Role:
		default:
			return false
		}
	}
	return true
}

// String gives a text or enumerated field, "" when unknown.
func (in *Incident) String(f Field) string {
	fact, _ := in.Get(f)
	switch v := fact.Value.(type) {
	case string:
		return v
	case Moment:
		return v.Text
	case Window:
		return v.Text
	case int:
		return strconv.Itoa(v)
	case []string:
		return strings.Join(v, ", ")
	}
	return ""
}

// Moment gives a time field; ok is false when it is unknown.
func (in *Incident) Moment(f Field) (Moment, bool) {
	fact, _ := in.Get(f)
	m, ok := fact.Value.(Moment)
	return m, ok
}

// Int gives a number field; ok is false when it is unknown.
func (in *Incident) Int(f Field) (int, bool) {
	fact, _ := in.Get(f)
	n, ok := fact.Value.(int)
	return n, ok
}

// List gives a list field; ok tells an empty list from an unknown one.
func (in *Incident) List(f Field) ([]string, bool) {
	fact, _ := in.Get(f)
	l, ok := fact.Value.([]string)
	return l, ok
}

// Window gives the window a person named; ok is false when it is unknown.
func (in *Incident) Window() (time.Duration, bool) {
	fact, _ := in.Get(PolicyWindow)
	w, ok := fact.Value.(Window)
	return w.D, ok
}

// Set reads one field from text, in the manner of its kind, and keeps it.
// Text is what a person typed; "" and "unknown" leave the field unknown.
func (in *Incident) Set(f Field, text, source string, now time.Time) *lang.Problem {
	spec, ok := specOf(f)
	if !ok {
		return unknownField(string(f))
	}
	text = strings.TrimSpace(text)
	if text == "" || (strings.EqualFold(text, "unknown") && f != Symptom) || text == "未知" || text == "不知道" {
		return nil
	}
	v, p := spec.parse(text, now)
	if p != nil {
		p.Field = string(f)
		return p
	}
	in.facts[f] = Fact{Value: v, Basis: Stated, Source: source}
	return nil
}

// Put keeps a fact as it is: for what a saved report holds.
func (in *Incident) Put(f Field, fact Fact) { in.facts[f] = fact }

// Fields gives the known fields in the order of the contract.
func (in *Incident) Fields() []Field {
	var out []Field
	for _, s := range specs {
		if _, ok := in.Get(s.Field); ok {
			out = append(out, s.Field)
		}
	}
	return out
}

// CheckContradictions names facts that cannot all be true, such as a recall before the send.
func (in *Incident) CheckContradictions() []*lang.Problem {
	sent, ok1 := in.Moment(SentAt)
	at, ok2 := in.Moment(AttemptAt)
	if ok1 && ok2 && at.T.Add(at.Err).Before(sent.T.Add(-sent.Err)) {
		fact, _ := in.Get(AttemptAt)
		return []*lang.Problem{{
			File: fact.Source, Field: string(AttemptAt),
			What: lang.T("撤回时间（%s）早于发送时间（%s），两者不可能同时为真", "the recall (%s) is before the send (%s): both cannot be true").F(at.Text, sent.Text),
			Hint: lang.T("若两个时间取自不同的钟，差值就是钟差的线索；请核对日期与时区", "if they were read off different clocks the difference is a clue to clock skew; check dates and zones"),
		}}
	}
	return nil
}
