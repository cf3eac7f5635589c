package attempt

import (
	"time"

	"meiqia-diag/diag/lazy"
	"meiqia-diag/diag/profile"
)

// barWords are how a firewall, proxy or gateway of the user's own network notes that it let something not pass.
var barWords = lazy.MustCompile(`(?i)\b(?:action|act|verdict|disposition|result|rule|policy)["']?\s*[=:]\s*["']?(?:deny|denied|drop(?:ped)?|block(?:ed)?|reject(?:ed)?|reset)\b|\b(?:TCP_DENIED|UFW BLOCK|DROP|DENY)\b|\b(?:denied|blocked|dropped|rejected) by (?:the )?(?:firewall|proxy|gateway|polic\w+|acl|filter)|(?:拦截|阻断|拒绝|丢弃)`)

// Barred is where the log of something between the user and the service says
// that it stopped this recall's request, nil for nowhere. That the browser saw
// a reset is then how it was stopped, and no failing of the line.
func (a *Attempt) Barred() *Signal {
	for i := range a.Signals {
		s := &a.Signals[i]
		if s.Means == "local_network" && !s.Said && s.Strong && barWords.MatchString(s.Text) && (a.ours(s.Text) || a.Profile.RecallVerb(profile.Words(s.Text)) != "") {
			return s
		}
	}
	return nil
}

// besideDrop is how near to the press another request must fail for want of any
// network for the press to have met the same.
const besideDrop = 15 * time.Second

// WentOffline is a request beside the press that the browser could not make for want of any network, nil for none.
func (a *Attempt) WentOffline() *Call {
	for _, c := range a.Calls {
		if near, timed := a.near(c.Start, besideDrop); timed && near && c.Failure == FailOffline && (a.Request == nil || c.Entry != a.Request.Entry) {
			return c
		}
	}
	return nil
}
