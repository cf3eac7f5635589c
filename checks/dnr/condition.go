package dnr

import (
	"errors"
	"fmt"
)

func (r *Rule) takeFilter(c *jsonCondition) error {
	switch {
	case c.urlFilter != nil && c.regexFilter != nil:
		return errors.New("condition: urlFilter and regexFilter together")
	case c.regexFilter != nil:
		if r.Regex = *c.regexFilter; r.Regex == "" || !ascii(r.Regex) {
			return errors.New("regexFilter: empty, or not ASCII")
		}
	case c.urlFilter != nil:
		if r.Filter = *c.urlFilter; r.Filter == "" {
			return errors.New("urlFilter: empty")
		}
		var ok bool
		if r.pattern, ok = newPattern(r.Filter, r.sensitive); !ok {
			return errors.New("urlFilter: not ASCII, or it begins with ||*")
		}
	}
	if c.tabs {
		return errors.New("condition: tab ids outside of session rules")
	}
	return nil
}

// takeMasks reads the lists of resource types and methods, and domainType.
func (r *Rule) takeMasks(c *jsonCondition) error {
	in, err := mask(c.resourceTypes, typeBits, "resourceTypes")
	if err != nil {
		return err
	}
	out, err := mask(c.excludedTypes, typeBits, "excludedResourceTypes")
	if err != nil && c.excludedTypes != nil && len(*c.excludedTypes) > 0 {
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
	methods, err := mask(c.methods, methodBits, "requestMethods")
	if err != nil {
		return err
	}
	not, err := mask(c.excludedMethods, methodBits, "excludedRequestMethods")
	if err != nil && c.excludedMethods != nil && len(*c.excludedMethods) > 0 {
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
	switch c.domainType {
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
	if c.oldInitiators != nil && c.initiators != nil || c.excludedOldInitiators != nil && c.excludedInitiators != nil {
		return errors.New("condition: the old and the new list of initiators together")
	}
	for _, x := range []struct {
		list *[]string
		into *[]string
		in   bool
	}{
		{c.oldInitiators, &r.initiator.in, true}, {c.initiators, &r.initiator.in, true},
		{c.excludedOldInitiators, &r.initiator.out, false}, {c.excludedInitiators, &r.initiator.out, false},
		{c.requests, &r.request.in, true}, {c.excludedRequests, &r.request.out, false},
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
