package attempt

import (
	"meiqia-diag/diag/evidence/logs"
	"meiqia-diag/diag/lazy"
	"meiqia-diag/diag/profile"
)

// servedRecall is how a service logs a recall that it carried out: the message in
// the passive past, "message retracted", "Item unsent". What is merely asked for,
// possible or found to have been done before stands with a word before it.
var (
	servedRecall = lazy.MustCompile(`\b(?:message|msg|item|bubble)s? (?:has been |have been |was |is now |now )?(?:successfully )?(?:recalled|withdrawn|revoked|retracted|unsent|taken back)\b|(?:消息|记录)(?:已经?|现已)(?:被)?撤[回销](?:$|[^过失无不])`)
	notServed    = lazy.MustCompile(`\b(?:if|when|whether|unless|until|cannot|can'?t|could|not|never|already|previously|no|any|other|another|before|skip\w*|ignor\w*|unknown|unsupported|duplicate)\b|重复|无法|不能|之前|失败|拒绝`)
)

// served reports whether a line says that this message's recall was carried out. Who was
// shown a refusal may have tried again: the line then tells of that other try.
func (a *Attempt) served(e *logs.Entry) bool {
	if a.denied || !a.ours(e.Text) || len(e.Text) > 2048 {
		return false
	}
	msg := profile.Words(head(messageOf(e), 512))
	return servedRecall.MatchString(msg) && !notServed.MatchString(msg) && !deniedWords.MatchString(msg) && !deniedWords.MatchString(head(e.Text, 2048))
}
