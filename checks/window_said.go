package checks

import (
	"time"

	"meiqia-diag/diag/attempt"
)

// saidInTime takes the service's own reckoning: its log says how old the message
// was when the recall was received, and how long that was on its way. word is ""
// where it does not say so, or the press was late by these sums as well.
func saidInTime(a *attempt.Attempt, length time.Duration) (word string, late bool) {
	if a.Travel.Limit > 0 {
		length = a.Travel.Limit
	}
	asked, received, ok := a.Travel.AskedAge(a.Sent)
	if !ok || asked >= length {
		return "", false
	}
	return "in", received > length
}
