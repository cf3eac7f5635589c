package attempt

import (
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"meiqia-diag/diag/profile"
)

// learnRule reads the service's setting of recalls.
func (a *Attempt) learnRule(rule map[string]any) {
	f := &a.Facts
	for _, k := range slices.Sorted(maps.Keys(rule)) {
		w, v := profile.Words(k), rule[k]
		low := strings.ToLower(asText(v))
		if b, ok := v.(bool); ok {
			low = strconv.FormatBool(b)
		}
		switch {
		case ruleTypes.MatchString(w):
			if list, ok := v.([]any); ok {
				f.Types = nil
				for _, t := range list {
					f.Types = append(f.Types, strings.ToLower(asText(t)))
				}
			}
		case notAge.MatchString(w): // how long a button is shown is the client's business, not the service's rule
		case ruleAge.MatchString(w) && f.Window == 0:
			f.Window = ruleDuration(w, low)
		case ruleEnabled.MatchString(w):
			switch low {
			case "true", "1", "yes", "open", "on", "enabled":
				f.Enabled = "yes"
			case "false", "0", "no", "close", "closed", "off", "disabled":
				f.Enabled = "no"
			}
		}
	}
}

// ruleDuration reads a rule's time: its key names the unit, or else its size does.
func ruleDuration(key, value string) time.Duration {
	n, err := strconv.ParseFloat(value, 64)
	if err != nil || n <= 0 || n > 1e9 {
		return 0
	}
	unit := time.Second
	switch {
	case strings.Contains(key, "ms") || strings.Contains(key, "milli"):
		unit = time.Millisecond
	case strings.Contains(key, "min"):
		unit = time.Minute
	case strings.Contains(key, "hour"):
		unit = time.Hour
	case strings.Contains(key, "sec"):
	case n < 20:
		unit = time.Minute
	case n >= 20_000:
		unit = time.Millisecond
	}
	return time.Duration(n * float64(unit))
}

func (a *Attempt) learnRights(list []any) {
	words := 0
	for _, item := range list {
		t := asText(item)
		if t == "" {
			continue
		}
		words++
		if a.Profile.RecallVerb(profile.Words(t)) != "" {
			a.Facts.Permission = "yes"
			if deniedRight.MatchString(t) {
				a.Facts.Permission = "no"
			}
			return
		}
	}
	if words >= 2 && a.Facts.Permission == "" {
		a.Facts.Permission = "no" // the rights are listed, and recalling is not among them
	}
}

func (a *Attempt) learnRightMap(m map[string]any) {
	for _, k := range slices.Sorted(maps.Keys(m)) {
		if a.Profile.RecallVerb(profile.Words(k)) == "" {
			continue
		}
		t := strings.ToLower(asText(m[k]))
		if b, ok := m[k].(bool); ok {
			t = strconv.FormatBool(b)
		}
		switch t {
		case "0", "false", "no", "none", "deny", "denied":
			a.Facts.Permission = "no"
		case "1", "true", "yes", "allow", "all", "own", "self":
			a.Facts.Permission = "yes"
		}
	}
}
