package attempt

import (
	"encoding/json"
	"maps"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"meiqia-diag/diag/clock"
	"meiqia-diag/diag/profile"
)

// ServiceFacts is what the service itself said, in its answers and frames, of
// the rules and of the message. It is measured, and outranks what the profile
// assumes. The zero value of a field means that nothing was said.
type ServiceFacts struct {
	Window     time.Duration // how long a message can be recalled
	Types      []string      // recallable types, lower case
	Enabled    string        // the feature: yes, no
	Permission string        // the account may recall: yes, no
	Self       string        // the agent's own id
	Sender     string        // the message's sender id, or kind
	SenderKind string        // agent bot system client
	Type       string        // of the message
	Channel    string        // of the conversation
	ChannelCan string        // the channel can recall: yes, no
	Read       string        // yes, no
	Ended      bool          // the conversation is closed
	SDK        string        // the visitor's: android ios web
	SDKVersion string
	ClientLast string // the newest version of the agents' client

	selfFromLog bool
}

var (
	ruleAge     = regexp.MustCompile(`(?:max ?age|window|limit|ttl|time ?out|within|seconds?|duration|expires?|period|valid|deadline|minutes?)`)
	ruleTypes   = regexp.MustCompile(`types?$|kinds?$`)
	ruleEnabled = regexp.MustCompile(`^(?:enabled?|on|open|allow(?:ed)?|switch|active|available|status)$`)
	notAge      = regexp.MustCompile(`button|show|hide|toast|tips?\b|display|retry|interval|count|times|max ?(?:per|num)|rate|poll|delay`)
	rightKeys   = regexp.MustCompile(`^(?:auths?|permissions?|perms?|acl|scopes?|rights?|(?:channel |platform )?capabilit(?:y|ies)|abilities|privileges?|features?|grants?|operations?)$`)
	selfKeys    = regexp.MustCompile(`^(?:user ?id|uid|agent ?id|servicer ?(?:id|userid)?|staff ?id|operator ?id|account ?id|id|userid|token)$`)
	senderKeys  = regexp.MustCompile(`^(?:sender|sender ?id|from|from ?id|from ?uid|from ?user|author|author ?id|uid|user ?id|agent ?id|owner|owner ?id|operator|servicer ?(?:id|userid)?|created ?by)$`)
	kindKeys    = regexp.MustCompile(`^(?:from ?type|sender ?type|sender ?role|role|author ?type|origin|from ?role)$`)
	typeKeys    = regexp.MustCompile(`^(?:msg ?type|message ?type|content ?type|type|kind|mtype)$`)
	readKeys    = regexp.MustCompile(`^(?:read|is ?read|read ?flag|seen|is ?seen|read ?status|read ?state|has ?read|peer ?read)$`)
	channelKeys = regexp.MustCompile(`^(?:channel|source|channel ?type|platform ?source|origin ?channel)$`)
	endedKeys   = regexp.MustCompile(`^(?:state|status|conv ?status|conversation ?status|session ?status)$`)
	sdkKeys     = regexp.MustCompile(`^(?:sdk ?ver(?:sion)?|client ?ver(?:sion)?|app ?ver(?:sion)?|ver(?:sion)?)$`)
	osKeys      = regexp.MustCompile(`^(?:platform|os|sdk|sdk ?type|client|device|terminal)$`)
	deniedRight = regexp.MustCompile(`(?i)(?:^[!-])|[:=](?:deny|denied|false|0|no|off|none)$`)
	versionText = regexp.MustCompile(`^v?\d+\.\d+(?:\.\d+)*$`)
	sdkText     = regexp.MustCompile(`(?i)\b(android|ios|web|iphone)(?:[ -]?sdk)?[/ =:-]v?(\d+\.\d+(?:\.\d+)?)\b`)
	visitorWord = regexp.MustCompile(`(?i)visitor|peer|customer|sdk|guest|recipient|end ?user|访客|客户`)
)

// learn reads the service's answers in the recording.
func (a *Attempt) learn() {
	for _, c := range a.Calls {
		if c.Kind == "api" && c.Status >= 200 && c.Status < 300 {
			a.learnFromCall(c)
			a.polledEvents(c)
		}
		for _, m := range c.Entry.Messages {
			if !m.Sent {
				a.learnFrom(m.Data)
			}
		}
	}
}

// polledEvents reads the events that a page fetched because nothing pushed them:
// an answer that names the message and yet is no history.
func (a *Attempt) polledEvents(c *Call) {
	e := c.Entry
	if e.Method != "GET" || a.ID == "" || !mentions(e.RespBody, a.ID) || len(e.RespBody) > 64<<10 || MessageState(e.RespBody, a.ID) != "" {
		return
	}
	fs, ok := fields(e.RespBody)
	if !ok {
		return
	}
	_, to := c.Arrival()
	a.readEvent(e.RespBody, fs, clock.Stamp{T: to, Clock: clock.Browser, Err: time.Millisecond, Source: c.Source}, c.Source)
}

func (a *Attempt) learnFromCall(c *Call) {
	var v any
	if !a.tells(c) || !decode(c.Entry.RespBody, &v) {
		return
	}
	if a.Facts.Self == "" && (asksSelf(c.Entry.URL) || asksSelf(head(c.Entry.ReqBody, 512))) {
		a.Facts.Self = findKey(v, selfKeys, 0)
	}
	read := a.Facts.Read
	a.learnTree(v, "", 0)
	if a.Request != nil && !a.Request.Start.IsZero() && c.Start.T.After(a.Request.Start.T) {
		a.Facts.Read = read // what was read after the recall did not stop it
	}
}

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

// learnFrom reads any JSON text of the service's.
func (a *Attempt) learnFrom(body string) {
	var v any
	if body == "" || !strings.ContainsAny(body[:1], "{[") || !decode(body, &v) {
		return
	}
	a.learnTree(v, "", 0)
}

func decode(body string, v *any) bool {
	dec := json.NewDecoder(strings.NewReader(body))
	dec.UseNumber()
	return dec.Decode(v) == nil
}

func findKey(v any, re *regexp.Regexp, depth int) string {
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

func (a *Attempt) learnTree(v any, key string, depth int) {
	if depth > 12 {
		return
	}
	f := &a.Facts
	switch x := v.(type) {
	case []any:
		if rightKeys.MatchString(key) && len(x) > 0 {
			a.learnRights(x)
		}
		for i, inner := range x {
			if i < 400 {
				a.learnTree(inner, key, depth+1)
			}
		}
	case map[string]any:
		kf := a.keyFacts(key)
		switch {
		case kf.right && ofChannel.MatchString(key):
			a.learnChannel(x)
		case kf.right:
			a.learnRightMap(x)
		}
		if kf.verb {
			a.learnRule(x)
		}
		if a.ID != "" && a.isMessage(x) {
			a.learnMessage(x)
		}
		var sdk, version string
		names := slices.Sorted(maps.Keys(x))
		for _, k := range names {
			kf, t := a.keyFacts(k), asText(x[k])
			w := kf.words
			low := strings.ToLower(t)
			switch {
			case kf.os && (low == "android" || low == "ios" || low == "web"):
				sdk = low
			case kf.os && sdkText.MatchString(t):
				m := sdkText.FindStringSubmatch(t)
				sdk, version = strings.ToLower(m[1]), m[2]
			case kf.sdk && versionText.MatchString(t):
				version = strings.TrimPrefix(t, "v")
			case kf.channel && t != "" && len(t) < 24 && f.Channel == "" && depth > 0:
				f.Channel = low
			case kf.ended && (low == "closed" || low == "ended" || low == "finished" || low == "archived" || low == "end"):
				if strings.Contains(key, "conv") || strings.Contains(key, "session") || strings.Contains(key, "chat") || strings.Contains(key, "thread") || strings.Contains(w, "conv") {
					f.Ended = true
				}
			case kf.verb && ruleAge.MatchString(w) && !notAge.MatchString(w) && f.Window == 0:
				f.Window = ruleDuration(w, t)
			case kf.verb && (strings.HasPrefix(w, "can ") || strings.HasPrefix(w, "allow") || strings.HasSuffix(w, "able") || strings.HasSuffix(w, "enabled")):
				if low == "false" || low == "0" {
					f.Permission = "no"
				} else if low == "true" || low == "1" {
					f.Permission = "yes"
				}
			}
		}
		if version != "" && (sdk != "" || visitorWord.MatchString(key)) && f.SDKVersion == "" && (sdk != "" && visitorWord.MatchString(key) || sdk == "android" || sdk == "ios" || visitorWord.MatchString(key)) {
			f.SDK, f.SDKVersion = sdk, version
		}
		for _, k := range names {
			switch x[k].(type) {
			case map[string]any, []any:
				inner := a.keyFacts(k)
				if inner.right && !ofChannel.MatchString(inner.words) && ofConversation(x) {
					a.learnTree(x[k], "channel "+inner.words, depth+1) // what its channel can do, whoever asks
					continue
				}
				a.learnTree(x[k], inner.words, depth+1)
			}
		}
	}
}

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

func (a *Attempt) isMessage(x map[string]any) bool {
	for k, v := range x {
		if asText(v) == a.ID && a.keyFacts(k).idLike {
			return true
		}
	}
	return false
}

func (a *Attempt) learnMessage(x map[string]any) {
	f := &a.Facts
	for _, k := range slices.Sorted(maps.Keys(x)) {
		w, t := profile.Words(k), asText(x[k])
		low := strings.ToLower(t)
		if inner, ok := x[k].(map[string]any); ok && senderKeys.MatchString(w) {
			t = findKey(inner, selfKeys, 0)
			if kind := findKey(inner, kindKeys, 0); kind != "" {
				f.SenderKind = strings.ToLower(kind)
			}
		}
		if b, ok := x[k].(bool); ok {
			low = strconv.FormatBool(b)
		}
		switch {
		case kindKeys.MatchString(w) && low != "":
			f.SenderKind = low
		case senderKeys.MatchString(w) && t != "" && f.Sender == "":
			f.Sender = t
		case typeKeys.MatchString(w) && low != "" && f.Type == "" && len(low) < 24:
			f.Type = low
		case readKeys.MatchString(w):
			switch low {
			case "true", "1", "3", "read", "seen", "yes":
				if !(low == "1" && strings.Contains(w, "status")) {
					f.Read = "yes"
				}
			}
		}
	}
}
