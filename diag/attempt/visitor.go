package attempt

import (
	"strings"

	"meiqia-diag/diag/lazy"
)

// conversation finds the id of the conversation that a text speaks of.
var conversation = lazy.MustCompile(`(?i)\b(?:conv(?:ersation)?s?|threads?|sessions?|chats?|rooms?|dialogs?|tickets?)_?(?:id)?["']?\s*[=:/]\s*["']?([a-z]{0,6}[-_]?\d[\w-]{2,63})`)

func conversationIn(text string) string {
	if m := conversation.FindStringSubmatch(head(text, 4096)); m != nil {
		return m[1]
	}
	return ""
}

// learnLine takes the visitor's client from a log line. The service's log tells
// of everybody's visitors: there the line must be of this conversation, which a
// line further down may be the first to name.
func (a *Attempt) learnLine(text string, mine, server bool) {
	conv := conversationIn(text)
	if mine && a.conv == "" {
		a.conv = conv
	}
	if !visitorWord.MatchString(text) {
		return
	}
	m := sdkText.FindStringSubmatch(text)
	if m == nil {
		return
	}
	if server && !mine {
		if a.visitors == nil {
			a.visitors = map[string][2]string{}
		}
		if conv != "" && len(a.visitors) < 10_000 {
			a.visitors[conv] = [2]string{strings.ToLower(m[1]), m[2]}
		}
		return
	}
	if a.Facts.SDKVersion == "" {
		a.Facts.SDK, a.Facts.SDKVersion = strings.ToLower(m[1]), m[2]
	}
}

// settleVisitor takes the visitor's client from what the service's log said of this conversation.
func (a *Attempt) settleVisitor() {
	if v, ok := a.visitors[a.conv]; ok && a.conv != "" && a.Facts.SDKVersion == "" {
		a.Facts.SDK, a.Facts.SDKVersion = v[0], v[1]
	}
}
