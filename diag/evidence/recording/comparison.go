package recording

import "strings"

// Comparison is what two recordings of the same recall, with a person's
// extensions and settings and without them, tell together.
type Comparison struct {
	Says        string       `json:"says"` // works-without works-with works-alike fails-alike incomparable
	With        Outcome      `json:"with"`
	Without     Outcome      `json:"without"`
	Differences []Difference `json:"differences"`
}

// Outcome is how the recall of one recording went, in the words of the observations.
type Outcome struct {
	Tap      string `json:"tap,omitempty"`
	Button   string `json:"button,omitempty"`
	Dispatch string `json:"dispatch,omitempty"` // sent stopped absent
	Result   string `json:"result,omitempty"`   // accepted refused no_answer not_sent unknown
}

// Works tells whether the recall got through to the service and was done: yes, no, "" where nothing tells.
func (o Outcome) Works() string {
	switch {
	case o.Result == "accepted":
		return "yes"
	case o.Result == "" || o.Result == "unknown":
		return ""
	}
	return "no"
}

// Difference is one thing that was not alike.
type Difference struct {
	What    string `json:"what"` // dispatch result tap build request extensions
	Of      string `json:"of,omitempty"`
	With    string `json:"with"`
	Without string `json:"without"`
}

// words of a comparison, none of them long: what a file says of itself is not trusted.
func (c *Comparison) sound() bool {
	if c == nil || len(c.Differences) > 100 || !strings.Contains(" works-without works-with works-alike fails-alike incomparable ", " "+c.Says+" ") {
		return false
	}
	for _, d := range c.Differences {
		if len(d.What)+len(d.Of)+len(d.With)+len(d.Without) > 4096 {
			return false
		}
	}
	return true
}
