package redact

import (
	"bytes"
	"io"
	"maps"
	"net/netip"
	"slices"
	"sort"
	"strings"
)

// LedgerEntry tells of one thing that was replaced: where, by which rule and
// by what. It never tells the value.
type LedgerEntry struct {
	File string `json:"file"`
	// Line is that of the redacted file, from 1; 0 stands for several places
	// that were counted together, as there were too many to list.
	Line      int    `json:"line"`
	Rule      string `json:"rule"`
	Pseudonym string `json:"pseudonym"`
	Count     int    `json:"count"`
}

// maxLedger bounds the rows of a ledger; what comes later is counted by file and rule.
const maxLedger = 20000

type ledgerKey struct {
	file, rule, pseudonym string
	line                  int
}

// note puts a replacement into the ledger.
func (r *Redactor) note(file string, line int, rule, pseudonym string) {
	key := ledgerKey{file, rule, pseudonym, line}
	if _, ok := r.ledger[key]; !ok && len(r.ledger) >= maxLedger {
		key = ledgerKey{file: file, rule: rule}
	}
	r.ledger[key]++
}

// Ledger lists what was replaced so far, by file, line, rule and pseudonym.
func (r *Redactor) Ledger() []LedgerEntry {
	out := make([]LedgerEntry, 0, len(r.ledger))
	for k, n := range r.ledger {
		out = append(out, LedgerEntry{k.file, k.line, k.rule, k.pseudonym, n})
	}
	sort.Slice(out, func(i, j int) bool {
		a, b := out[i], out[j]
		switch {
		case a.File != b.File:
			return a.File < b.File
		case a.Line != b.Line:
			return a.Line < b.Line
		case a.Rule != b.Rule:
			return a.Rule < b.Rule
		}
		return a.Pseudonym < b.Pseudonym
	})
	return out
}

// kinds are the heads of pseudonyms, those of the commonest questions first.
var kinds = []string{"phone", "id", "card", "email", "name", "user", "word", "wx", "qq", "ip", "ip-lan", "mac", "host", "plate", "place", "secret", "auth", "cookie", "jwt", "file"}

// Lookup gives the pseudonyms that a value would have under this report's key:
// one of each kind, as a value's kind depends on where it stood.
func (r *Redactor) Lookup(value string) []string {
	value = strings.TrimSpace(value)
	if value == "" {
		return nil
	}
	var out []string
	seen := map[string]bool{}
	for _, kind := range kinds {
		for _, v := range spelt(kind, value) {
			if p := r.pseudonym(kind, v); !seen[p] {
				seen[p] = true
				out = append(out, p)
			}
		}
	}
	return out
}

// spelt gives a value as the rules of a kind spell it before they name it.
func spelt(kind, v string) []string {
	switch kind {
	case "phone":
		return []string{normalNumber(phone, v)}
	case "id", "card", "qq":
		return []string{normalNumber(card, v)}
	case "email":
		return []string{strings.ToLower(v)}
	case "ip", "ip-lan":
		if a, err := netip.ParseAddr(strings.Trim(v, "[]")); err == nil {
			return []string{a.Unmap().String()}
		}
		return nil
	case "mac":
		v = strings.ToLower(macSigns.Replace(v))
		if len(v) != 12 || !allHex(v) {
			return nil
		}
	}
	return []string{v}
}

// recorder writes a redacted file and finds the lines for the ledger: of a
// text the line that is being redacted, of a document the line on which the
// pseudonym of a redaction made before is written.
type recorder struct {
	f    *File
	w    io.Writer
	part []byte // of a line whose end is not yet there
}

// maxPart bounds how much of an unfinished line waits; a document may be one line.
const maxPart = 64 << 10

func (x *recorder) Write(p []byte) (int, error) {
	if x.f.later {
		x.part = append(x.part, p...)
		x.find(false)
	} else {
		x.f.lines += bytes.Count(p, []byte("\n"))
	}
	return x.w.Write(p)
}

// WriteString is Write for a text that is a string already.
func (x *recorder) WriteString(s string) (int, error) {
	if x.f.later {
		return x.Write([]byte(s))
	}
	x.f.lines += strings.Count(s, "\n")
	return io.WriteString(x.w, s)
}

// find gives the waiting redactions the lines on which their pseudonyms stand.
func (x *recorder) find(all bool) {
	done := bytes.LastIndexByte(x.part, '\n') + 1
	if all || done == 0 && len(x.part) > maxPart {
		done = len(x.part)
		if !all { // no pseudonym is cut in two
			if k := bytes.LastIndexByte(x.part, '<'); done-k < 64 {
				done = k
			}
		}
	}
	f := x.f
	for s := string(x.part[:done]); s != ""; {
		k := strings.IndexAny(s, "<\n")
		if k < 0 {
			break
		}
		if s[k] == '\n' {
			f.lines++
		} else if end, ok := pseudonymAt(s, k); ok {
			if p := s[k:end]; len(f.waiting[p]) > 0 {
				f.r.note(f.name, f.lines+1, f.waiting[p][0], p)
				f.waiting[p] = f.waiting[p][1:]
			}
			k = end - 1
		}
		s = s[k+1:]
	}
	x.part = append(x.part[:0], x.part[done:]...)
}

// document runs a step that redacts a document before it writes it.
func (f *File) document(w io.Writer, step func(w io.Writer) error) error {
	if !f.listed {
		return step(w)
	}
	x := &recorder{f: f, w: w}
	f.later, f.waiting = true, map[string][]string{}
	err := step(x)
	x.find(true)
	f.later = false
	for _, p := range slices.Sorted(maps.Keys(f.waiting)) { // what was replaced and then taken away
		for _, rule := range f.waiting[p] {
			f.r.note(f.name, 0, rule, p)
		}
	}
	f.waiting = nil
	return err
}
