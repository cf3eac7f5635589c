package redact

import "strings"

// Programs print the messages of chats as objects without quotes around their
// keys: MsgContent: { Data: '…', Desc: '' }. As in a document, every text in
// what is the content of a message is what people wrote.

// maxTalk bounds how much of a line is looked at for such an object.
const maxTalk = 8192

var talkBodies = wordSet("payload msgcontent msgbody messagebody messagecontent textelem customelem quoteelem atelem mergerelem textelement customelement replyelement bodies extendedtextmessage textmessage custommessage offlinepushinfo")

// bodyAhead tells whether an object that is no JSON, or a list of such, begins at s[at].
func bodyAhead(s string, at int) bool {
	for at < len(s) && (s[at] == ' ' || s[at] == '[') {
		at++
	}
	return at+2 < len(s) && s[at] == '{' && !jsonAhead(s[at:])
}

// talkBody tells of keys under which the SDKs of chats keep what is in a
// message, and nothing else does.
func talkBody(key string) bool { return talkBodies()[squeeze(key)] }

// talkObject marks the texts of Chinese in the object that begins behind s[at],
// but for those of keys that hold no words of people; false when there are none.
func (c *scan) talkObject(at int) bool {
	s := c.s
	open := at + byteOrEnd(s[at:], '{')
	found, depth := false, 0
	end := min(len(s), open+maxTalk)
	for i := open; i < end; {
		switch b := s[i]; b {
		case '{', '[', '(':
			depth++
			i++
		case '}', ']', ')':
			if depth--; depth == 0 {
				return found
			}
			i++
		case '"', '\'', '`':
			to := quoteEnd(s, i+1, b, 0)
			head := strings.TrimRight(s[:i], " ")
			if strings.HasSuffix(head, ":") || strings.HasSuffix(head, "=") {
				_, key := keyLeft(head, len(head)-1)
				if v := s[i+1 : to]; hasHan(v) && !quietKey(key) && c.f.classify(key) != errText && !c.f.Prose {
					c.rank = byKey
					if cl := c.f.classify(key); sensitive(cl) && !isText(cl) {
						c.judge(cl, i+1, to, true, false, false)
					} else {
						c.judge(text, i+1, to, true, false, false)
					}
					found = true
				}
			}
			i = to + 1
		default:
			i++
		}
	}
	return found
}
