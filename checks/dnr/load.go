package dnr

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"

	"github.com/go-json-experiment/json/jsontext"
)

// maxFile bounds what is read of one file of rules; the largest seen has 34 MB.
const maxFile = 256 << 20

// maxRules is more than Chromium lets all extensions together have.
const maxRules = 1_000_000

// Problems tells what of a file of rules could not be used. The browser leaves
// out the same rules.
type Problems struct {
	Dropped int    // rules that are none: an unknown action, an empty list, a filter outside ASCII
	First   string // why the first of them was dropped, in the API's own words
	Err     error  // the file ends early, is too large or is not JSON; what was read before stands
}

// Load reads a JSON list of rules as a stream, and sets up the index. What else
// stands beside id, priority, condition and action, such as a converter's
// tables, is passed over.
func Load(r io.Reader) (*Ruleset, Problems) {
	s := &Ruleset{}
	limited := &io.LimitedReader{R: r, N: maxFile + 1}
	text := bufio.NewReaderSize(limited, 1<<16)
	if bom, err := text.Peek(3); err == nil && bytes.Equal(bom, []byte("\ufeff")) {
		_, _ = text.Discard(3) // just peeked at
	}
	dec := jsontext.NewDecoder(text, jsontext.AllowDuplicateNames(true), jsontext.AllowInvalidUTF8(true))
	p := s.read(dec)
	if p.Err != nil && limited.N <= 0 {
		p.Err = errors.New("the file is too large")
	}
	return s, p
}

func (s *Ruleset) read(dec *jsontext.Decoder) (p Problems) {
	if t, err := dec.ReadToken(); err != nil {
		p.Err = err
		return p
	} else if t.Kind() != '[' {
		p.Err = errors.New("not a list of rules")
		return p
	}
	for dec.PeekKind() != ']' {
		if dec.PeekKind() != '{' {
			if err := dec.SkipValue(); err != nil {
				p.Err = err
				return p
			}
			p.drop(errors.New("not a rule"))
			continue
		}
		raw, err := readRule(dec)
		if err != nil {
			p.Err = err
			return p
		}
		rule, err := raw.rule()
		switch {
		case err != nil:
			p.drop(err)
		case len(s.rules) >= maxRules:
			p.Err = errors.New("too many rules")
			return p
		default:
			s.add(rule)
		}
	}
	return p
}

func (p *Problems) drop(err error) {
	if p.Dropped++; p.First == "" {
		p.First = err.Error()
	}
}

// rawRule is a rule's members as JSON, nil where absent.
type rawRule struct {
	id, priority, condition, action jsontext.Value
}

func readRule(dec *jsontext.Decoder) (raw rawRule, err error) {
	if _, err = dec.ReadToken(); err != nil {
		return raw, err
	}
	for dec.PeekKind() != '}' {
		name, err := dec.ReadToken()
		if err != nil {
			return raw, err
		}
		var into *jsontext.Value
		switch name.String() {
		case "id":
			into = &raw.id
		case "priority":
			into = &raw.priority
		case "condition":
			into = &raw.condition
		case "action":
			into = &raw.action
		default:
			if err := dec.SkipValue(); err != nil {
				return raw, err
			}
			continue
		}
		v, err := dec.ReadValue()
		if err != nil {
			return raw, err
		}
		*into = v.Clone()
	}
	_, err = dec.ReadToken()
	return raw, err
}

type jsonCondition struct {
	URLFilter                *string           `json:"urlFilter"`
	RegexFilter              *string           `json:"regexFilter"`
	CaseSensitive            bool              `json:"isUrlFilterCaseSensitive"`
	Domains                  *[]string         `json:"domains"`
	ExcludedDomains          *[]string         `json:"excludedDomains"`
	InitiatorDomains         *[]string         `json:"initiatorDomains"`
	ExcludedInitiatorDomains *[]string         `json:"excludedInitiatorDomains"`
	RequestDomains           *[]string         `json:"requestDomains"`
	ExcludedRequestDomains   *[]string         `json:"excludedRequestDomains"`
	ResourceTypes            *[]string         `json:"resourceTypes"`
	ExcludedResourceTypes    *[]string         `json:"excludedResourceTypes"`
	RequestMethods           *[]string         `json:"requestMethods"`
	ExcludedRequestMethods   *[]string         `json:"excludedRequestMethods"`
	DomainType               string            `json:"domainType"`
	ResponseHeaders          []json.RawMessage `json:"responseHeaders"`
	ExcludedResponseHeaders  []json.RawMessage `json:"excludedResponseHeaders"`
	TabIDs                   []json.RawMessage `json:"tabIds"`
	ExcludedTabIDs           []json.RawMessage `json:"excludedTabIds"`
}

// rule makes a rule of its JSON, or tells why the browser would not.
func (raw rawRule) rule() (*Rule, error) {
	r := &Rule{Priority: 1}
	if err := unmarshal(raw.id, &r.ID, "id"); err != nil || r.ID < 1 || r.ID > math.MaxInt32 {
		return nil, errors.New("id: must be a number of 1 or more")
	}
	if raw.priority != nil {
		if err := unmarshal(raw.priority, &r.Priority, "priority"); err != nil || r.Priority < 1 || r.Priority > math.MaxInt32 {
			return nil, errors.New("priority: must be a number of 1 or more")
		}
	}
	var act struct {
		Type     Action        `json:"type"`
		Redirect *jsonRedirect `json:"redirect"`
	}
	if err := unmarshal(raw.action, &act, "action"); err != nil {
		return nil, err
	}
	if r.Action = act.Type; rank[r.Action] == 0 {
		return nil, errors.New("action: unknown type")
	}
	var c jsonCondition
	if err := unmarshal(raw.condition, &c, "condition"); err != nil {
		return nil, err
	}
	if r.Action == Redirect {
		var err error
		if r.redirect, err = newRedirect(act.Redirect, c.RegexFilter != nil); err != nil {
			return nil, err
		}
	}
	if err := r.takeFilter(&c); err != nil {
		return nil, err
	}
	if err := r.takeMasks(&c); err != nil {
		return nil, err
	}
	return r, r.takeDomains(&c)
}

func unmarshal(raw jsontext.Value, into any, name string) error {
	if raw == nil {
		return fmt.Errorf("%s: missing", name)
	}
	if err := json.Unmarshal(raw, into); err != nil {
		return fmt.Errorf("%s: not of the form that the API asks for", name)
	}
	return nil
}

func (r *Rule) takeFilter(c *jsonCondition) error {
	r.sensitive = c.CaseSensitive
	switch {
	case c.URLFilter != nil && c.RegexFilter != nil:
		return errors.New("condition: urlFilter and regexFilter together")
	case c.RegexFilter != nil:
		if r.Regex = *c.RegexFilter; r.Regex == "" || !ascii(r.Regex) {
			return errors.New("regexFilter: empty, or not ASCII")
		}
	case c.URLFilter != nil:
		if r.Filter = *c.URLFilter; r.Filter == "" {
			return errors.New("urlFilter: empty")
		}
		var ok bool
		if r.pattern, ok = newPattern(r.Filter, r.sensitive); !ok {
			return errors.New("urlFilter: not ASCII, or it begins with ||*")
		}
	}
	if len(c.TabIDs)+len(c.ExcludedTabIDs) > 0 {
		return errors.New("condition: tab ids outside of session rules")
	}
	r.headers = len(c.ResponseHeaders)+len(c.ExcludedResponseHeaders) > 0
	return nil
}

// takeMasks reads the lists of resource types and methods, and domainType.
func (r *Rule) takeMasks(c *jsonCondition) error {
	in, err := mask(c.ResourceTypes, typeBits, "resourceTypes")
	if err != nil {
		return err
	}
	out, err := mask(c.ExcludedResourceTypes, typeBits, "excludedResourceTypes")
	if err != nil && c.ExcludedResourceTypes != nil && len(*c.ExcludedResourceTypes) > 0 {
		return err
	}
	frames := typeBits[MainFrame] | typeBits[SubFrame]
	switch {
	case in&out != 0:
		return errors.New("condition: a resource type is both meant and excluded")
	case r.Action == AllowAllRequests && (in == 0 || in&^frames != 0):
		return errors.New("resourceTypes: allowAllRequests is for frames alone")
	case in != 0:
		r.types = in
	case out != 0:
		r.types = allTypes &^ out
	default:
		r.types = defaultTypes
	}
	methods, err := mask(c.RequestMethods, methodBits, "requestMethods")
	if err != nil {
		return err
	}
	not, err := mask(c.ExcludedRequestMethods, methodBits, "excludedRequestMethods")
	if err != nil && c.ExcludedRequestMethods != nil && len(*c.ExcludedRequestMethods) > 0 {
		return err
	}
	switch {
	case methods&not != 0:
		return errors.New("condition: a method is both meant and excluded")
	case methods != 0:
		r.methods = methods
	default:
		r.methods = allMethods &^ not
	}
	switch c.DomainType {
	case "":
		r.first, r.third = true, true
	case "firstParty":
		r.first = true
	case "thirdParty":
		r.third = true
	default:
		return errors.New("domainType: unknown")
	}
	return nil
}

func mask(list *[]string, of map[string]uint16, name string) (m uint16, err error) {
	if list == nil {
		return 0, nil
	}
	if len(*list) == 0 {
		return 0, fmt.Errorf("%s: empty", name)
	}
	for _, s := range *list {
		bit := of[s]
		if bit == 0 || s == nonHTTP {
			return 0, fmt.Errorf("%s: unknown value", name)
		}
		m |= bit
	}
	return m, nil
}

func (r *Rule) takeDomains(c *jsonCondition) error {
	if c.Domains != nil && c.InitiatorDomains != nil || c.ExcludedDomains != nil && c.ExcludedInitiatorDomains != nil {
		return errors.New("condition: the old and the new list of initiators together")
	}
	for _, x := range []struct {
		list *[]string
		into *[]string
		in   bool
	}{
		{c.Domains, &r.initiator.in, true}, {c.InitiatorDomains, &r.initiator.in, true},
		{c.ExcludedDomains, &r.initiator.out, false}, {c.ExcludedInitiatorDomains, &r.initiator.out, false},
		{c.RequestDomains, &r.request.in, true}, {c.ExcludedRequestDomains, &r.request.out, false},
	} {
		if x.list == nil {
			continue
		}
		list, ok := newDomains(*x.list)
		switch {
		case !ok:
			return errors.New("condition: a domain is not ASCII")
		case x.in && len(list) == 0:
			return errors.New("condition: an empty list of domains")
		}
		*x.into = list
	}
	return nil
}
