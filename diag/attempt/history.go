package attempt

import (
	"encoding/json"
	"maps"
	"slices"
	"strings"

	"meiqia-diag/diag/lazy"
	"meiqia-diag/diag/profile"
)

var historyPath = lazy.MustCompile(`(?i)(?:histor(?:y|ies)|messages?|msgs?|timeline|streams?|records?|sync|chat)(?:[/?._-]|$)`)

// HistoryPath reports whether an address reads a conversation's messages.
func HistoryPath(raw string) bool {
	u := parse(raw)
	return u != nil && historyPath.MatchString(u.Path)
}

// MessageState tells how a history shows one message: withdrawn, plain, or ""
// where it does not show it or cannot be read.
func MessageState(body, id string) string {
	if id == "" || !mentions(body, id) {
		return ""
	}
	var v any
	dec := json.NewDecoder(strings.NewReader(body))
	dec.UseNumber()
	if dec.Decode(&v) != nil {
		return ""
	}
	return stateIn(v, id, 0)
}

func stateIn(v any, id string, depth int) string {
	if depth > 24 {
		return ""
	}
	switch x := v.(type) {
	case []any:
		for _, inner := range x {
			if s := stateIn(inner, id, depth+1); s != "" {
				return s
			}
		}
	case map[string]any:
		own, whole := false, false
		for k, val := range x {
			words := profile.Words(k)
			if idKey.MatchString(words) && asText(val) == id {
				own = true
			}
			// An object that only names the message tells of it, and does not show it.
			whole = whole || contentKeys.MatchString(words) || createdKeys.MatchString(words) || typeKeys.MatchString(words) || goneState.MatchString(words) || stateKeys.MatchString(words)
		}
		if own {
			var fs []field
			walk("", x, 0, &fs)
			for _, f := range fs {
				low := profile.Words(f.value)
				if goneState.MatchString(f.key) && low != "false" && low != "0" && low != "" || stateKeys.MatchString(f.key) && goneState.MatchString(low) {
					return "withdrawn"
				}
			}
			if whole {
				return "plain"
			}
			return ""
		}
		for _, k := range slices.Sorted(maps.Keys(x)) {
			if s := stateIn(x[k], id, depth+1); s != "" {
				return s
			}
		}
	}
	return ""
}

func asText(v any) string {
	switch x := v.(type) {
	case string:
		return x
	case json.Number:
		return x.String()
	}
	return ""
}
