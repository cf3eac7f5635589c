package redact

import (
	"strings"
	"unicode/utf8"
)

// Texts that people wrote are learnt whole and by their clauses, so that they
// are replaced where a screen, a log or a search repeats them, also in part.

const (
	minClause = 6       // letters of Chinese of a clause that tells whose text it is
	minWords  = 18      // bytes of one without Chinese, with spaces
	maxSaid   = 1 << 14 // clauses that are learnt; what is said after goes by its field alone
)

// learnText learns a text and its clauses.
func (r *Redactor) learnText(v string) {
	if r.said >= maxSaid || len(v) > 4096 || len(v) < 3*4 {
		return
	}
	if v = strings.TrimSpace(v); v == "" {
		return
	}
	if begins[v[0]] == digit && digitsIn(v[:min(len(v), 19)]) >= 8 || hasAny(v, "ERROR", "WARN", "INFO", "DEBUG", "Error:", "Exception") { // a line of a log, which a report quotes
		return
	}
	r.learnClause(v)
	from := 0
	for i, c := range v {
		if strings.ContainsRune("，。！？；,!?;\n\r…~～\\", c) {
			r.learnClause(strings.TrimSpace(v[from:i]))
			from = i + utf8.RuneLen(c)
		}
	}
	if from > 0 {
		r.learnClause(strings.TrimSpace(v[from:]))
	}
}

func (r *Redactor) learnClause(v string) {
	if v == "" || v[0] == '{' || v[0] == '[' || v[0] == '<' || strings.Contains(v, "撤回") || strings.Contains(v, "://") || strings.ContainsAny(v, "<>#=") || r.learn.have[v] {
		return
	}
	han := 0
	for _, c := range v {
		if c >= 0x4E00 && c <= 0x9FFF {
			han++
		}
	}
	if han < minClause && (han > 0 && han < 4 || len(v) < minWords || strings.Count(v, " ") < 3 || han == 0 && hasDigit(v)) {
		return
	}
	r.said++
	r.learn.put(v, lengthOf(v), "text", true)
	if head := runes(v, minHead); head > 0 && han >= minClause && len(v) > head { // cut with …
		r.learn.putHead(v, v[:head])
	}
}

// minHead is how many letters of a clause tell it when it was cut.
const minHead = 6

// refusal tells whether an object behind the head of a line says why a server of
// socket.io refused a connection: 44{"message":"…"}.
func refusal(head string) bool {
	return strings.HasSuffix(head, "44") && (len(head) == 2 || !wordByte(head[len(head)-3]))
}

// remarks are fields that hold what people wrote, and in programs notes of
// other kinds: there a value is taken that is a sentence of Chinese.
var remarks = wordSet("comment comments review reviews feedback suggestion suggestions complaint opinion opinions evaluation evaluate remarktext memo bio symptom symptoms chiefcomplaint medicalhistory 反馈 意见 建议 评语")

// leastRemark is how many letters of Chinese such a sentence has at least.
const leastRemark = 6

// remarked tells whether a value under such a key is what people wrote.
func remarked(squeezed, v string) bool {
	if !remarks()[squeezed] || !mayHaveHan(v) || strings.Contains(v, "撤回") {
		return false
	}
	han := 0
	for _, r := range v {
		if r >= 0x4E00 && r <= 0x9FFF {
			han++
		}
	}
	return han >= leastRemark
}

// wordsOfInterfaces name the texts of buttons and hints in the bundles of an
// interface's texts, which stand under "chat" or "message" as what people wrote does.
var wordsOfInterfaces = wordSet("ok cancel confirm send sending submit placeholder failed fail success retry resend loading button btn close save delete remove edit copy search login logout next prev previous back upload download offline online empty nodata welcome greeting tips hint label tooltip header footer typing unread read recall recalled network timeout")

// interfaceTexts tells whether an object is such a bundle: texts alone, and two
// names or more that are of an interface.
func interfaceTexts(n *node) bool {
	of := 0
	for i, name := range n.names {
		if n.items[i].kind != '"' && n.items[i].kind != '{' {
			return false
		}
		if wordsOfInterfaces()[strings.ToLower(name)] {
			of++
		}
	}
	return of >= 2
}
