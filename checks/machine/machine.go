// Package machine tells what this machine shows without changing anything: how
// busy it is, which system and browsers it has, and what the browsers'
// extensions may touch.
//
// It measures and never blames. What a system does not tell, or what this
// program may not read, is unknown, which is a value of its own. Nothing is
// executed, and no store of cookies, logins, form data or history is opened.
package machine

// Number is a measured number, or none.
type Number struct {
	Value float64
	Known bool
}

func known(v float64) Number { return Number{v, true} }

// Answer is yes, no or unknown.
type Answer string

// The answers.
const (
	Yes     Answer = "yes"
	No      Answer = "no"
	Unknown Answer = "unknown"
)

func answer(b bool) Answer {
	if b {
		return Yes
	}
	return No
}
