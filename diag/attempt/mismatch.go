package attempt

import (
	"strings"

	"meiqia-diag/diag/lazy"
)

// actedOn is how a log names the message that a request took effect on.
var (
	actedOn  = lazy.MustCompile(`(?i)\b(?:affected|updated|applied(?: to)?|actual|returned|answered(?: for)?|acted on|acted|responded for|response for|result for)(?:_?(?:id|msg|message|mid))?[\\"']*\s*[=: ]\s*[\\"']*([\w-]{6,64})`)
	askedFor = lazy.MustCompile(`(?i)\b(?:request(?:ed)?|asked(?: for)?|expected|wanted|target|input)(?:_?(?:id|msg|message|mid))?[\\"']*\s*[=: ]\s*[\\"']*([\w-]{4,64})`)
)

// actedOnOther gives the words by which a log says that the service took another
// message than the one it was asked for: "requested m_1 … affected m_2". No user,
// client or network brings that about.
func (a *Attempt) actedOnOther(text string) string {
	if a.ID == "" || len(text) > 4096 {
		return ""
	}
	m := actedOn.FindStringSubmatch(text)
	if m == nil || m[1] == a.ID || !sameMake(m[1], a.ID) {
		return ""
	}
	if asked := askedFor.FindStringSubmatch(text); asked == nil || asked[1] != a.ID {
		return ""
	}
	return m[0]
}

// sameMake reports whether two ids are built alike: as long, with digits and
// separators in the same way, so that both name messages.
func sameMake(x, y string) bool {
	if len(x) != len(y) || !hasDigit.MatchString(x) || x == "" {
		return false
	}
	if i := strings.IndexByte(y, '_'); i > 0 && x[:i] != y[:min(i, len(x))] {
		return false // a prefix tells what the id is of
	}
	numbers := isNumber(x) == isNumber(y)
	for i := range len(x) {
		if sx, sy := !wordByte(x[i]), !wordByte(y[i]); sx != sy || sx && x[i] != y[i] {
			return false
		}
	}
	return numbers
}
