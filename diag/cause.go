package diag

import (
	_ "embed"
	"strings"
	"sync"

	"gopkg.in/yaml.v3"

	"meiqia-diag/diag/lang"
)

// Code names a cause: its stage, a dot, and what happened.
type Code string

// Stage gives the stage that the cause breaks; "" for service.unknown, which no stage explains.
func (c Code) Stage() Stage {
	s, _, _ := strings.Cut(string(c), ".")
	if Stage(s).Index() < 0 {
		return ""
	}
	return Stage(s)
}

// ServiceUnknown is the honest last resort: the service misbehaved in a way no other cause explains.
const ServiceUnknown Code = "service.unknown"

// Cause is what is known of one cause beforehand.
type Cause struct {
	Code   Code        `yaml:"code"`
	Name   lang.Text   `yaml:"name"`   // a few words
	What   lang.Text   `yaml:"what"`   // the answer to "why did it fail", one sentence
	Told   []lang.Text `yaml:"told"`   // how it is told from its neighbours
	Fix    []lang.Text `yaml:"fix"`    // what mends it, the agent's own step first
	Settle []Proof     `yaml:"settle"` // what evidence would settle it
	Retry  string      `yaml:"retry"`  // yes no maybe: can this message still be recalled once mended
}

// Proof is evidence that would settle a cause.
type Proof struct {
	lang.Text `yaml:",inline"`
	Have      string `yaml:"have"` // what makes it superfluous: har frames times clock online browser client sdk; "" nothing does
}

// SettleTexts gives what would settle it, as people read it.
func (c Cause) SettleTexts() []lang.Text {
	out := make([]lang.Text, 0, len(c.Settle))
	for _, p := range c.Settle {
		out = append(out, p.Text)
	}
	return out
}

// Remedy is what to do when a message cannot be recalled any more.
type Remedy struct {
	ID    string    `yaml:"id"`
	Text  lang.Text `yaml:"text"`
	Paste lang.Text `yaml:"paste"` // a text to send, empty for none
}

//go:embed causes.yaml
var causesYAML []byte

//go:embed remedies.yaml
var remediesYAML []byte

var loadCauses = sync.OnceValue(func() []Cause {
	var list []Cause
	if err := yaml.Unmarshal(causesYAML, &list); err != nil {
		panic("diag: causes.yaml: " + err.Error()) // embedded: the tests read it
	}
	return list
})

var loadRemedies = sync.OnceValue(func() []Remedy {
	var list []Remedy
	if err := yaml.Unmarshal(remediesYAML, &list); err != nil {
		panic("diag: remedies.yaml: " + err.Error()) // embedded: the tests read it
	}
	return list
})

// Causes lists every cause in the contract's order.
func Causes() []Cause { return loadCauses() }

// Remedies lists what to do when a message cannot be recalled any more.
func Remedies() []Remedy { return loadRemedies() }

// CauseOf gives one cause of the catalogue; ok is false for an unknown code.
func CauseOf(code Code) (Cause, bool) {
	for _, c := range Causes() {
		if c.Code == code {
			return c, true
		}
	}
	return Cause{}, false
}
