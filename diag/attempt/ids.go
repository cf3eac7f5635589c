package attempt

import (
	"slices"
	"strings"
	"time"
	"unicode"

	"meiqia-diag/diag/evidence"
	"meiqia-diag/diag/evidence/logs"
	"meiqia-diag/diag/lazy"
	"meiqia-diag/diag/profile"
)

// besideSent is how near to the stated time of sending a log must show a
// message being created for it to be this one.
const besideSent = 3 * time.Second

// namedID finds ids where a line has said already that it speaks of a message.
var namedID = lazy.MustCompile(`(?i)\b(?:msg|message|m)?_?(?:id|guid|key|msg|message|mid)["']?\s*[=:]\s*["']?([a-z]{0,6}[-_]?\d[\w-]{1,63})`)

// learnID finds out of the logs which message it is about, where nobody said so
// and no recording shows it: the one whose recall a log shows at the press, and,
// where several are recalled around then, the one of them that was created at the
// stated time of sending. Where that leaves two, none is chosen.
func (a *Attempt) learnID() {
	if a.ID != "" || a.Press.IsZero() || len(a.Requests) > 0 {
		return
	}
	recalled, created, pressed := map[string]bool{}, map[string]bool{}, map[string]bool{}
	for _, lf := range a.Logs {
		for _, e := range lf.Entries {
			if e.At.IsZero() {
				continue
			}
			if near, _ := a.near(e.At, besideRecall); near && a.tellsOfRecall(e) {
				for _, id := range idsIn(e.Text) {
					recalled[id] = true
					if lf.File.Kind != evidence.ServerLog && uiLine.MatchString(e.Text) {
						pressed[id] = true // the agent's own client says which message was pressed
					}
				}
			} else if a.nearSent(e) && createdLine.MatchString(e.Text) {
				for _, id := range idsIn(e.Text) {
					created[id] = true
				}
				for _, m := range namedID.FindAllStringSubmatch(head(e.Text, 4096), 4) {
					created[m[1]] = true
				}
			}
		}
	}
	both := map[string]bool{}
	for id := range recalled {
		if created[id] {
			both[id] = true
		}
	}
	for _, ids := range []map[string]bool{pressed, both, recalled} {
		if len(ids) != 1 {
			continue
		}
		for id := range ids {
			a.ID = id
		}
		return
	}
}

// tellsOfRecall reports whether a log entry speaks of a recall, in words or by the request it names.
func (a *Attempt) tellsOfRecall(e *logs.Entry) bool {
	text := head(e.Text, 4096)
	if a.Profile.RecallVerb(profile.Words(text)) != "" {
		return true
	}
	m := requestLine.FindStringSubmatch(text)
	return m != nil && strings.EqualFold(m[1], "DELETE") && a.Profile.MessageWord(profile.Words(m[2])) != ""
}

func (a *Attempt) nearSent(e *logs.Entry) bool {
	if a.Sent.IsZero() {
		return false
	}
	gap := e.At.OnService(a.Offset).Since(a.Sent.OnService(a.Offset))
	return gap.Lo <= besideSent && gap.Hi >= -besideSent
}

// clientID are keys of the id that a client gives a message until the service has given its own.
var clientID = lazy.MustCompile(`^(?:client|local|tmp|temp|c|front|browser)? ?(?:msg|message)? ?(?:id|mid|uuid|guid|nonce|seq|key)$|^(?:nonce|uuid|guid|cid|lid)$`)

// aliases finds the ids that the sender's client made up for the message: they
// stand in the request that sent it, whose answer brings the real one.
func (a *Attempt) aliases() {
	if a.ID == "" {
		return
	}
	for _, c := range a.Calls {
		e := c.Entry
		if e.Method == "GET" || e.ReqBody == "" || !mentions(e.RespBody, a.ID) || mentions(e.ReqBody, a.ID) {
			continue
		}
		fs, ok := fields(e.ReqBody)
		if !ok || len(fs) > 40 {
			continue
		}
		for _, f := range fs {
			if clientID.MatchString(f.key) && isLocalID(f.value) && len(f.value) > 4 {
				a.alias = append(a.alias, f.value)
			}
		}
	}
	a.loggedAliases()
}

// madeUp finds ids that name themselves as a client's own.
var madeUp = lazy.MustCompile(`(?i)\b(?:local|tmp|temp|client|cli|pending|draft|optimistic)[-_:.][0-9a-f][\w-]{5,63}`)

// bindWords are how a client logs that the service's id takes the place of its own.
var bindWords = newHints("bind", "bound", "map", "replace", "resolve", "ack", "local", "temp", "tmp", "server", "->", "=>", "\u7ed1\u5b9a", "\u66ff\u6362", "\u6620\u5c04")

// loggedAliases takes the id that the client made up from its log, where one line
// names it beside the service's.
func (a *Attempt) loggedAliases() {
	for _, lf := range a.Logs {
		if lf.File.Kind == evidence.ServerLog {
			continue
		}
		for _, e := range lf.Entries {
			if len(a.alias) > 8 || !mentions(e.Text, a.ID) || len(e.Text) > 2048 || !bindWords.in(e.Text) {
				continue
			}
			if ids := madeUp.FindAllString(e.Text, 3); len(ids) > 0 && !slices.Contains(a.alias, ids[0]) {
				a.alias = append(a.alias, ids[0])
			}
		}
	}
}

// pressedAliases takes the id that the client made up where its log shows it asking
// to recall that id at the press, and nowhere there the service's own: the client
// never learned the service's id, and asked for the message by the wrong name.
func (a *Attempt) pressedAliases() {
	if a.ID == "" || len(a.alias) > 0 || len(a.Requests) > 0 || a.Press.IsZero() || madeUp.MatchString(a.ID) {
		return
	}
	asked := ""
	for _, lf := range a.Logs {
		if lf.File.Kind == evidence.ServerLog {
			continue
		}
		for _, e := range lf.Entries {
			if near, timed := a.near(e.At, besideRecall); !timed || !near || !a.tellsOfRecall(e) {
				continue
			}
			if mentions(e.Text, a.ID) {
				return
			}
			id := madeUp.FindString(head(e.Text, 2048))
			if id != "" && asked != "" && id != asked {
				return // several, and nobody says which
			}
			asked = firstText(asked, id)
		}
	}
	if asked != "" {
		a.alias = append(a.alias, asked)
	}
}

// ours reports whether a text names the message, by its id or by the one its sender's client made up.
func (a *Attempt) ours(text string) bool {
	if a.ID != "" && mentions(text, a.ID) {
		return true
	}
	for _, id := range a.alias {
		if mentions(text, id) {
			return true
		}
	}
	return false
}

// traceID finds the id under which a service logs the work of one request.
var traceID = lazy.MustCompile(`(?i)(?:\b(?:trace|rid|req(?:uest)?|span|x[-_]request|correlation|log)[-_]?(?:id)?["']?\s*[=:]\s*["']?|\[)([0-9a-f]{8,32}(?:-[0-9a-f]{4,12}){0,4})(?:["'\],\s]|$)`)

func traceIn(text string) string {
	if m := traceID.FindStringSubmatch(head(text, 4096)); m != nil {
		return strings.ToLower(m[1])
	}
	return ""
}

// partyID finds the connections, logins and people that a line about this message names.
var partyID = lazy.MustCompile(`(?i)\b(?:track|session|sess|sid|conn(?:ection)?|visitor|peer|client|socket|subscriber)[_ -]?(?:id)?["']?\s*[=:]\s*["']?([a-z0-9_-]*\d[a-z0-9_-]{4,63})`)

// concerns reports whether a text speaks of this conversation or of somebody in it.
func (a *Attempt) concerns(text string) bool {
	if a.conv != "" && holdsWord(text, a.conv) {
		return true
	}
	return slices.ContainsFunc(a.parties, func(id string) bool { return holdsWord(text, id) })
}

// followTraces notes under which ids the service logs the recall's own work:
// the lines that say why it was refused need not name the message again.
func (a *Attempt) followTraces() {
	a.traces, a.namesUs = map[string]bool{}, map[*evidence.File]bool{}
	for _, lf := range a.Logs {
		for _, e := range lf.Entries {
			if a.ours(e.Text) {
				a.namesUs[lf.File] = true
				if a.conv == "" {
					a.conv = conversationIn(e.Text)
				}
				for _, m := range partyID.FindAllStringSubmatch(head(e.Text, 4096), 4) {
					if len(a.parties) < 32 && !slices.Contains(a.parties, m[1]) {
						a.parties = append(a.parties, m[1])
					}
				}
			}
			if near, timed := a.near(e.At, aroundRecall); timed && !near || !a.ours(e.Text) || !a.tellsOfRecall(e) {
				continue
			}
			if id := traceIn(e.Text); id != "" && id != strings.ToLower(a.ID) {
				a.traces[id] = true
			}
		}
	}
}

// likeID reports whether a text names something made like an id: with its prefix,
// as long, and with digits in it. Whatever a service calls its messages, another
// such name is another message.
func likeID(text, id string) bool {
	cut := strings.LastIndexAny(id, "_-") + 1
	if prefix := id[:cut]; cut < 2 || len(id)-cut < 8 || strings.IndexFunc(prefix[:1], unicode.IsLetter) != 0 {
		return false
	}
	for rest := head(text, 4096); ; {
		i := strings.Index(rest, id[:cut])
		if i < 0 {
			return false
		}
		end := i + cut
		for end < len(rest) && wordByte(rest[end]) {
			end++
		}
		if word := rest[i:end]; len(word) == len(id) && word != id && hasDigit.MatchString(word[cut:]) && (i == 0 || !wordByte(rest[i-1])) {
			return true
		}
		rest = rest[end:]
	}
}
