// Package redact takes what tells of a person out of texts, JSON and HARs
// before they leave the machine.
//
// The policy, in short:
//
//   - phones, e-mail addresses, national ids, bank cards, network addresses,
//     user names, account names of WeChat and QQ, cookies, tokens, keys and
//     passwords become pseudonyms such as <phone#K3VQ7ABCDE>: an HMAC with a
//     key of one report, so that one value is one pseudonym within a report
//     and tells nothing outside of it;
//   - what people wrote to one another becomes its length, <text#12>; ids of
//     messages, conversations and requests stay, for they join the evidence;
//   - an error text stays when it is one: in a field named so (errmsg,
//     error_description), or as message/msg in an object that also carries a
//     code, an error or a log level, and short;
//   - a value once found is replaced wherever it turns up later (learn, then
//     sweep), and what cannot be parsed is redacted as text, never passed on.
//
// Names in prose that no field names cannot be found by rules; Words takes them.
package redact

import (
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base32"
	"fmt"
	"hash"
	"maps"
	"path"
	"strings"
	"time"
)

// Redactor redacts the files of one report. It is not for use by several
// goroutines at a time.
type Redactor struct {
	KeepIPs bool // leave IP and MAC addresses as they are

	mac     hash.Hash // keyed with the report's key
	known   map[ofKind]string
	keys    map[string]*aboutKey
	lately  [256]*aboutKey // those of the keys that were asked for last
	parsers []*parser
	idle    []*scan
	room    numberRoom
	learn   *learned
	files   map[string]*File
	ledger  map[ledgerKey]int
	shapes  *shapes
	ties    int // lines that go with others, so far
	decodes int // words that were base64 or hexadecimal of some text
	said    int // clauses of texts that were learnt
}

// New makes a redactor with the key of one report; a nil key is a random one.
func New(key []byte) *Redactor {
	if len(key) == 0 {
		key = make([]byte, 32)
		if _, err := rand.Read(key); err != nil {
			panic("redact: no randomness: " + err.Error())
		}
	}
	return &Redactor{mac: hmac.New(sha256.New, key), known: map[ofKind]string{}, keys: map[string]*aboutKey{}, learn: newLearned(), files: map[string]*File{}, ledger: map[ledgerKey]int{}, shapes: newShapes()}
}

// Words adds words that are to be replaced wherever they stand, such as a
// person's name.
func (r *Redactor) Words(words ...string) {
	for _, w := range words {
		if w = strings.TrimSpace(w); w != "" {
			r.learn.put(w, r.pseudonym("word", w), "word", true)
		}
	}
}

// FileName redacts the base name of a file. One that holds a person's name is
// learnt as a whole, so that it is replaced wherever the file is mentioned.
func (r *Redactor) FileName(name string) string {
	for _, part := range strings.FieldsFunc(name, func(c rune) bool { return c < 0x2E80 }) {
		if looksName(part) {
			ext := path.Ext(name)
			if strings.IndexFunc(ext, func(c rune) bool { return c >= 0x80 }) >= 0 {
				ext = ""
			}
			r.learn.put(name, r.pseudonym("file", name)+ext, "file", true)
			break
		}
	}
	return r.Text(name)
}

// File gives the handle of one file of the report, under which redactions are
// counted. The same name is the same handle.
func (r *Redactor) File(name string) *File {
	f := r.files[name]
	if f == nil {
		f = &File{r: r, name: name, count: map[string]int{}, listed: true}
		r.files[name] = f
	}
	return f
}

// Text redacts a text of any number of lines.
func (r *Redactor) Text(s string) string {
	f := &File{r: r, count: map[string]int{}} // a name here and there, in no file of the report
	return f.Text(s)
}

// File redacts one file of a report.
type File struct {
	// Keep tells whether a HAR entry that started then is wanted; nil keeps all.
	Keep func(started time.Time) bool
	// Prose keeps fields named text or content: the file is this tool's own
	// document, in which they hold its sentences and not people's messages.
	Prose bool

	r       *Redactor
	name    string
	count   map[string]int
	lines   int                 // of the text so far
	hits    []hit               // of a try
	listed  bool                // replacements go into the ledger
	later   bool                // they wait for the line on which they are written
	waiting map[string][]string // by pseudonym, their rules
	ruins   bool                // what is left of a document that could not be parsed
	carry   carry               // what the lines so far tell of the next
	tables  map[string][]class  // the columns of tables, in the order of their rows
	inKey   bool                // the text is inside of a private key
	marks   *lineMarks          // of a text that was gone through before
	mute    bool                // a learning pass: nothing is counted
	edits   *edits              // what is done to the JSON of a line, for the next of its shape
}

// Counts tells how often each rule was applied to the file.
func (f *File) Counts() map[string]int { return maps.Clone(f.count) }

// Total is the number of redactions in the file.
func (f *File) Total() int {
	n := 0
	for _, c := range f.count {
		n += c
	}
	return n
}

// hit is one replacement.
type hit struct{ rule, pseudonym string }

// hit counts a replacement. The pseudonym is empty for what is no value, such
// as a document that could not be parsed.
func (f *File) hit(rule, pseudonym string) {
	if f.edits != nil {
		f.edits.hits = append(f.edits.hits, hit{rule, pseudonym})
	}
	if f.mute {
		return
	}
	f.count[rule]++
	switch {
	case !f.listed:
		f.hits = append(f.hits, hit{rule, pseudonym})
	case f.later && pseudonym != "":
		f.waiting[pseudonym] = append(f.waiting[pseudonym], rule)
	default:
		f.r.note(f.name, f.lines+1, rule, pseudonym)
	}
}

// try gives a file whose redactions count only when they are taken over.
func (f *File) try() *File {
	return &File{r: f.r, count: map[string]int{}, Prose: f.Prose, ruins: f.ruins, mute: f.mute}
}

// take counts what was replaced in a try.
func (f *File) take(t *File) {
	for _, h := range t.hits {
		f.hit(h.rule, h.pseudonym)
	}
}

var b32 = base32.StdEncoding.WithPadding(base32.NoPadding)

// pseudonym gives the name that stands for one value within this report.
func (r *Redactor) pseudonym(kind, value string) string {
	if p, ok := r.known[ofKind{kind, value}]; ok {
		return p
	}
	r.mac.Reset()
	r.mac.Write([]byte(kind))
	r.mac.Write([]byte{0})
	r.mac.Write([]byte(value))
	p := "<" + kind + "#" + b32.EncodeToString(r.mac.Sum(nil))[:10] + ">"
	if len(r.known) >= maxKnown {
		clear(r.known)
	}
	r.known[ofKind{kind, strings.Clone(value)}] = p
	return p
}

// ofKind is a value and what it is.
type ofKind struct{ kind, value string }

// maxKnown bounds the pseudonyms and the classes that are kept at hand.
const maxKnown = 1 << 14

// lengthOf stands for a text that people wrote.
func lengthOf(s string) string { return fmt.Sprintf("<text#%d>", len([]rune(s))) }

// length replaces a text that people wrote, and learns it.
func (f *File) length(s string) string {
	f.r.learnText(s)
	return f.lengthAs("text", s)
}

func (f *File) lengthAs(rule, s string) string {
	p := lengthOf(s)
	f.hit(rule, p)
	return p
}

func wordByte(c byte) bool {
	return c >= '0' && c <= '9' || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z'
}
