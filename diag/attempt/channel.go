package attempt

import (
	"meiqia-diag/diag/lazy"
	"meiqia-diag/diag/profile"
)

// ofConversation reports whether an object is a conversation: it has a channel, and is no agent's account.
func ofConversation(x map[string]any) bool {
	channel := false
	for k := range x {
		w := profile.Words(k)
		if w == "role" || w == "email" || w == "permissions" {
			return false
		}
		channel = channel || channelKeys.MatchString(w)
	}
	return channel
}

// ofChannel are keys of what a channel can do, whoever asks.
var ofChannel = lazy.MustCompile(`channel|platform|source|provider|connector`)

// learnChannel reads whether the conversation's channel can recall.
func (a *Attempt) learnChannel(m map[string]any) {
	mine := a.Facts.Permission
	a.learnRightMap(m)
	a.Facts.ChannelCan, a.Facts.Permission = firstText(a.Facts.ChannelCan, a.Facts.Permission), mine
}
