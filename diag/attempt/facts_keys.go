package attempt

import (
	"maps"
	"slices"
	"strings"
	"sync"

	"meiqia-diag/diag/lazy"
	"meiqia-diag/diag/profile"
)

var (
	ruleAge     = lazy.MustCompile(`(?:max ?age|window|limit|ttl|time ?out|within|seconds?|duration|expires?|period|valid|deadline|minutes?)`)
	ruleTypes   = lazy.MustCompile(`types?$|kinds?$`)
	ruleEnabled = lazy.MustCompile(`^(?:enabled?|on|open|allow(?:ed)?|switch|active|available|status)$`)
	notAge      = lazy.MustCompile(`button|show|hide|toast|tips?\b|display|retry|interval|count|times|max ?(?:per|num)|rate|poll|delay`)
	rightKeys   = lazy.MustCompile(`^(?:auths?|permissions?|perms?|acl|scopes?|rights?|(?:channel |platform )?capabilit(?:y|ies)|abilities|privileges?|features?|grants?|operations?)$`)
	selfKeys    = lazy.MustCompile(`^(?:user ?id|uid|agent ?id|servicer ?(?:id|userid)?|staff ?id|operator ?id|account ?id|id|userid|token)$`)
	senderKeys  = lazy.MustCompile(`^(?:sender|sender ?id|from|from ?id|from ?uid|from ?user|author|author ?id|uid|user ?id|agent ?id|owner|owner ?id|operator|servicer ?(?:id|userid)?|created ?by)$`)
	kindKeys    = lazy.MustCompile(`^(?:from ?type|sender ?type|sender ?role|role|author ?type|origin|from ?role)$`)
	typeKeys    = lazy.MustCompile(`^(?:msg ?type|message ?type|content ?type|type|kind|mtype)$`)
	readKeys    = lazy.MustCompile(`^(?:read|is ?read|read ?flag|seen|is ?seen|read ?status|read ?state|has ?read|peer ?read)$`)
	channelKeys = lazy.MustCompile(`^(?:channel|source|channel ?type|platform ?source|origin ?channel)$`)
	endedKeys   = lazy.MustCompile(`^(?:state|status|conv ?status|conversation ?status|session ?status)$`)
	sdkKeys     = lazy.MustCompile(`^(?:sdk ?ver(?:sion)?|client ?ver(?:sion)?|app ?ver(?:sion)?|ver(?:sion)?)$`)
	osKeys      = lazy.MustCompile(`^(?:platform|os|sdk|sdk ?type|client|device|terminal)$`)
	deniedRight = lazy.MustCompile(`(?i)(?:^[!-])|[:=](?:deny|denied|false|0|no|off|none)$`)
	versionText = lazy.MustCompile(`^v?\d+\.\d+(?:\.\d+)*$`)
	sdkText     = lazy.MustCompile(`(?i)\b(android|ios|web|iphone)(?:[ -]?sdk)?[/ =:-]v?(\d+\.\d+(?:\.\d+)?)\b`)
	visitorWord = lazy.MustCompile(`(?i)visitor|peer|customer|sdk|guest|recipient|end ?user|访客|客户`)
)

// factWords are parts of keys and values that a body must hold to tell any fact:
// looking for them spares taking every answer of a long recording apart.
var factWords = sync.OnceValue(func() *hints {
	return newHints("recall", "withdr", "revo", "retract", "unsen", "undo", "perm", "auth", "privil", "acl", "right", "scope", "abilit", "sdk", "platform", "channel", "closed", "ended", "archived")
})

func (a *Attempt) tells(c *Call) bool {
	body := c.Entry.RespBody
	if body == "" || body[0] == '<' {
		return false
	}
	return len(body) < 1024 || a.ID != "" && strings.Contains(body, a.ID) || asksSelf(c.Entry.URL) || factWords().in(body)
}

var selfWords = sync.OnceValue(func() *hints {
	return newHints("profile", "/me/", "/me?", "viewer", "self", "whoami", "servicer/get", "user/info", "current", "account", "bootstrap", "init")
})

// asksSelf reports whether an address or a query asks who the agent is.
func asksSelf(text string) bool {
	return selfWords().in(text) || strings.EqualFold(text[max(0, len(text)-len("/me")):], "/me")
}

func findKey(v any, re *lazy.Regexp, depth int) string {
	if depth > 6 {
		return ""
	}
	switch x := v.(type) {
	case map[string]any:
		keys := slices.Sorted(maps.Keys(x))
		for _, k := range keys {
			if t := asText(x[k]); t != "" && re.MatchString(profile.Words(k)) && profile.Words(k) != "token" {
				return t
			}
		}
		for _, k := range keys {
			if t := findKey(x[k], re, depth+1); t != "" {
				return t
			}
		}
	case []any:
		for _, inner := range x {
			if t := findKey(inner, re, depth+1); t != "" {
				return t
			}
		}
	}
	return ""
}

// keyFacts is what a key's name may stand for. A recording repeats few names in
// many objects, so each name is looked at once.
type keyFacts struct {
	words                                        string
	verb, right, os, sdk, channel, ended, idLike bool
}

func (a *Attempt) keyFacts(k string) keyFacts {
	kf, ok := a.keys[k]
	if !ok {
		w := profile.Words(k)
		kf = keyFacts{w, a.Profile.RecallVerb(w) != "", rightKeys.MatchString(w), osKeys.MatchString(w), sdkKeys.MatchString(w), channelKeys.MatchString(w), endedKeys.MatchString(w), idKey.MatchString(w)}
		if a.keys == nil {
			a.keys = map[string]keyFacts{}
		}
		if len(a.keys) < 10_000 {
			a.keys[k] = kf
		}
	}
	return kf
}
