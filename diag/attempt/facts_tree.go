package attempt

import (
	"maps"
	"slices"
	"strconv"
	"strings"

	"meiqia-diag/diag/profile"
)

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
