package dnr

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"math"

	"github.com/go-json-experiment/json/jsontext"
)

// maxFile bounds what is read of one file of rules; the largest seen has 34 MB. A value
// is held in memory as it is read, a packed file may unpack to nothing but blanks.
const maxFile = 96 << 20

// maxRules is more than Chromium lets all extensions together have: 330,000 static ones
// (developer.chrome.com, declarativeNetRequest).
const maxRules = 400_000

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
		d, err := readRule(dec)
		if err != nil {
			p.Err = err
			return p
		}
		rule, err := d.finish()
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

// draft is a rule as it is read. Fault is why the browser would leave it out.
type draft struct {
	rule  *Rule
	fault string
	jsonCondition
	hasCondition bool
	redirect     *jsonRedirect
}

func (d *draft) bad(what string) {
	if d.fault == "" {
		d.fault = what
	}
}

// jsonCondition is a rule's condition, nil where a member is absent.
type jsonCondition struct {
	urlFilter, regexFilter                                 *string
	initiators, excludedInitiators                         *[]string
	oldInitiators, excludedOldInitiators                   *[]string // domains, excludedDomains
	requests, excludedRequests                             *[]string
	resourceTypes, excludedTypes, methods, excludedMethods *[]string
	domainType                                             string
	tabs                                                   bool
}

func readRule(dec *jsontext.Decoder) (*draft, error) {
	d := &draft{rule: &Rule{Priority: 1}}
	return d, members(dec, func(name string) error {
		switch name {
		case "id":
			return d.number(dec, &d.rule.ID, name)
		case "priority":
			return d.number(dec, &d.rule.Priority, name)
		case "condition":
			d.hasCondition = true
			return d.object(dec, name, d.conditionMember(dec))
		case "action":
			return d.object(dec, name, func(member string) error {
				switch member {
				case "type":
					var s string
					err := d.text(dec, &s, "action.type")
					d.rule.Action = actionNamed(s)
					return err
				case "redirect":
					return d.readRedirect(dec)
				}
				return dec.SkipValue()
			})
		}
		return dec.SkipValue()
	})
}

func (d *draft) conditionMember(dec *jsontext.Decoder) func(string) error {
	return func(name string) error {
		switch name {
		case "urlFilter":
			d.urlFilter = new(string)
			return d.text(dec, d.urlFilter, name)
		case "regexFilter":
			d.regexFilter = new(string)
			return d.text(dec, d.regexFilter, name)
		case "domainType":
			return d.text(dec, &d.domainType, name)
		case "isUrlFilterCaseSensitive":
			if k := dec.PeekKind(); k != 't' && k != 'f' {
				d.bad(name + ": not true or false")
				return dec.SkipValue()
			}
			t, err := dec.ReadToken()
			d.rule.sensitive = err == nil && t.Bool()
			return err
		case "responseHeaders", "excludedResponseHeaders":
			d.rule.headers = true
		case "tabIds", "excludedTabIds":
			d.tabs = true
		default:
			if into := d.listOf(name); into != nil {
				return d.list(dec, into, name)
			}
		}
		return dec.SkipValue()
	}
}

func (c *jsonCondition) listOf(name string) **[]string {
	switch name {
	case "domains":
		return &c.oldInitiators
	case "excludedDomains":
		return &c.excludedOldInitiators
	case "initiatorDomains":
		return &c.initiators
	case "excludedInitiatorDomains":
		return &c.excludedInitiators
	case "requestDomains":
		return &c.requests
	case "excludedRequestDomains":
		return &c.excludedRequests
	case "resourceTypes":
		return &c.resourceTypes
	case "excludedResourceTypes":
		return &c.excludedTypes
	case "requestMethods":
		return &c.methods
	case "excludedRequestMethods":
		return &c.excludedMethods
	}
	return nil
}

func (d *draft) readRedirect(dec *jsontext.Decoder) error {
	v, err := dec.ReadValue()
	if err != nil {
		return err
	}
	d.redirect = &jsonRedirect{}
	if json.Unmarshal(v, d.redirect) != nil {
		d.bad("redirect: not of the form that the API asks for")
	}
	return nil
}

// members reads an object's members one after the other. What is null is absent:
// so Firefox writes rules.
func members(dec *jsontext.Decoder, each func(name string) error) error {
	if _, err := dec.ReadToken(); err != nil {
		return err
	}
	for dec.PeekKind() != '}' {
		name, err := dec.ReadToken()
		if err != nil {
			return err
		}
		key := name.String()
		if dec.PeekKind() == 'n' {
			err = dec.SkipValue()
		} else {
			err = each(key)
		}
		if err != nil {
			return err
		}
	}
	_, err := dec.ReadToken()
	return err
}

func (d *draft) object(dec *jsontext.Decoder, name string, each func(string) error) error {
	if dec.PeekKind() != '{' {
		d.bad(name + ": not an object")
		return dec.SkipValue()
	}
	return members(dec, each)
}

func (d *draft) text(dec *jsontext.Decoder, into *string, name string) error {
	if dec.PeekKind() != '"' {
		d.bad(name + ": not a text")
		return dec.SkipValue()
	}
	t, err := dec.ReadToken()
	if err == nil {
		*into = t.String()
	}
	return err
}

func (d *draft) number(dec *jsontext.Decoder, into *int, name string) error {
	if dec.PeekKind() != '0' {
		d.bad(name + ": not a number")
		return dec.SkipValue()
	}
	t, err := dec.ReadToken()
	if err != nil {
		return err
	}
	n, err := t.Float()
	if *into = int(n); err != nil || n < 1 || n > math.MaxInt32 || float64(*into) != n {
		d.bad(name + ": must be a whole number of 1 or more")
	}
	return nil
}

func (d *draft) list(dec *jsontext.Decoder, into **[]string, name string) error {
	if dec.PeekKind() != '[' {
		d.bad(name + ": not a list")
		return dec.SkipValue()
	}
	if _, err := dec.ReadToken(); err != nil {
		return err
	}
	list := []string{}
	for dec.PeekKind() != ']' {
		var s string
		if err := d.text(dec, &s, name); err != nil {
			return err
		}
		list = append(list, s)
	}
	*into = &list
	_, err := dec.ReadToken()
	return err
}

// actionNamed gives the action of a name without keeping the name; "" for none.
func actionNamed(s string) Action {
	for a := range rank {
		if string(a) == s {
			return a
		}
	}
	return ""
}

// finish makes a rule of what was read, or tells why the browser would not.
func (d *draft) finish() (*Rule, error) {
	r := d.rule
	switch {
	case d.fault != "":
		return nil, errors.New(d.fault)
	case r.ID == 0:
		return nil, errors.New("id: missing")
	case r.Action == "":
		return nil, errors.New("action: missing, or of an unknown type")
	case !d.hasCondition:
		return nil, errors.New("condition: missing")
	}
	c := &d.jsonCondition
	if r.Action == Redirect {
		var err error
		if r.redirect, err = newRedirect(d.redirect, c.regexFilter != nil); err != nil {
			return nil, err
		}
	}
	if err := r.takeFilter(c); err != nil {
		return nil, err
	}
	if err := r.takeMasks(c); err != nil {
		return nil, err
	}
	return r, r.takeDomains(c)
}
