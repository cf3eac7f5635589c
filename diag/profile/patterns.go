package profile

import (
	"regexp"
	"regexp/syntax"
	"slices"
	"sort"
	"strings"
	"sync"
	"unicode"
	"unicode/utf8"

	"meiqia-diag/diag/lazy"
)

// The vocabulary: what a text can mean. Refusals are reasons a service gives;
// events are what it tells its clients; signals are what browsers, clients and
// servers write down about themselves.
var meanings = map[string]bool{
	// refusals
	"window": true, "read": true, "acted": true, "processed": true, "type": true, "not_own": true,
	"permission": true, "channel": true, "missing": true, "already": true, "ended": true,
	"rate": true, "session": true, "version": true, "route": true, "overload": true, "clock": true, "internal": true, "generic": true, "accepted": true,
	// events
	"recalled": true, "read_receipt": true, "visitor_message": true, "visitor_click": true, "visitor_forward": true,
	"conversation_end": true, "kicked": true, "push_down": true, "push_up": true, "other_session": true,
	// signals
	"tap_missed": true, "button_hidden": true, "device_slow": true, "extension": true, "settings": true,
	"outdated_browser": true, "outdated_client": true, "stale_app": true, "offline": true, "reset": true,
	"unstable": true, "slow_path": true, "loss": true, "timeout": true, "local_network": true, "uneven": true, "clock_step": true, "stale_view": true,
	"visitor_outdated": true, "server_error": true,
}

// Meanings lists the vocabulary.
func Meanings() []string {
	var out []string
	for m := range meanings {
		out = append(out, m)
	}
	sort.Strings(out)
	return out
}

// KnownMeaning reports whether a word is in the vocabulary.
func KnownMeaning(m string) bool { return meanings[m] }

type matcher struct {
	means string
	text  choices
	codes func() expressions // nil for none
}

// matchers are made of the patterns when they are first asked for: most runs
// ask for some of them only.
type matchers struct {
	refusals, events, signals func() []matcher
	verbs, objects            func() *wordsOf
}

// expressions are regular expressions of which any may match. They are one
// where RE2 takes them together, which is the fastest.
type expressions []*regexp.Regexp

// anyOf compiles a choice of expressions. Valid ones never fail: where they are
// too much for one expression, each is its own. Load reports the others.
func anyOf(alts []string, before, behind string) expressions {
	if re, err := regexp.Compile(before + "(?:" + strings.Join(alts, "|") + ")" + behind); err == nil {
		return expressions{re}
	}
	var out expressions
	for _, alt := range alts {
		if re, err := regexp.Compile(before + "(?:" + alt + ")" + behind); err == nil {
			out = append(out, re)
		}
	}
	return out
}

// in gives the first place in a text where one matches, nil for none.
func (es expressions) in(text string) (first []int) {
	for _, re := range es {
		if loc := re.FindStringIndex(text); loc != nil && (first == nil || loc[0] < first[0]) {
			first = loc
		}
	}
	return first
}

// first gives the words at that place, "" for none.
func (es expressions) first(text string) string {
	if loc := es.in(text); loc != nil {
		return text[loc[0]:loc[1]]
	}
	return ""
}

// spreads finds what reaches beyond the expression that holds it once that
// stands among others: a quotation, which need not be closed, and flags.
var spreads = lazy.MustCompile(`\\Q|\(\?[a-zA-Z-]+\)`)

// closed writes expressions so that they can stand side by side.
func closed(ps []string) []string {
	out := slices.Clone(ps)
	for i, p := range out {
		if !spreads.MatchString(p) {
			continue
		}
		if re, err := syntax.Parse(p, syntax.Perl); err == nil {
			out[i] = "(?:" + re.String() + ")"
		}
	}
	return out
}

func compile(ps []Pattern) func() []matcher {
	return sync.OnceValue(func() []matcher {
		var out []matcher
		for _, p := range ps {
			m := matcher{means: p.Means, text: choose(simplifiedAll(p.Text))}
			if len(p.Codes) > 0 {
				m.codes = sync.OnceValue(func() expressions { return anyOf(closed(p.Codes), "^", "$") })
			}
			out = append(out, m)
		}
		return out
	})
}

// splitSlowly parts an expression that split does not read.
func splitSlowly(p string) []part {
	whole := closed([]string{p})[0]
	alts := alternatives(whole)
	if whole != p || slices.ContainsFunc(alts, invalid) {
		alts = []string{whole} // never worse than as it was written
	}
	var out []part
	for _, alt := range alts {
		out = append(out, part{alt, literals(alt)})
	}
	return out
}

func invalid(p string) bool {
	_, err := syntax.Parse(p, syntax.Perl)
	return err != nil
}

// wordStart makes an alternative that opens with a Latin letter open at the
// start of a word: "oom" must not be found in "room", nor "bug" in "debug".
// Chinese has no such starts.
func wordStart(alt string) string {
	opening := alt
	for strings.HasPrefix(opening, "(?:") {
		opening = opening[3:]
	}
	if opening == "" || opening[0] < 'a' || opening[0] > 'z' || strings.ContainsFunc(alt[:firstGroup(alt)], func(r rune) bool { return r > 0x7f }) {
		return alt
	}
	return `\b(?:` + alt + `)`
}

// firstGroup gives the length of an alternative's opening group, or all of it when it opens with none.
func firstGroup(alt string) int {
	if !strings.HasPrefix(alt, "(") {
		return len(alt)
	}
	depth := 0
	for i := 0; i < len(alt); i++ {
		switch alt[i] {
		case '\\', '[':
			i = atomEnd(alt, i)
		case '(':
			depth++
		case ')':
			if depth--; depth == 0 {
				return i + 1
			}
		}
	}
	return len(alt)
}

// alternatives splits an expression at its outermost bars.
func alternatives(p string) []string {
	var out []string
	depth, from := 0, 0
	for i := 0; i < len(p); i++ {
		switch c := p[i]; {
		case c == '\\', c == '[':
			i = atomEnd(p, i)
		case c == '(':
			depth++
		case c == ')':
			depth--
		case c == '|' && depth == 0:
			out = append(out, p[from:i])
			from = i + 1
		}
	}
	return append(out, p[from:])
}

// atomEnd gives the last byte of the escape or character class that starts at
// i. A "]" that comes first in a class is a member, and [:alpha:] is one too.
func atomEnd(p string, i int) int {
	if p[i] == '\\' {
		return i + 1
	}
	i++
	if i < len(p) && p[i] == '^' {
		i++
	}
	if i < len(p) && p[i] == ']' {
		i++
	}
	for ; i < len(p) && p[i] != ']'; i++ {
		if p[i] == '\\' {
			i++
		} else if strings.HasPrefix(p[i:], "[:") {
			if n := strings.Index(p[i+2:], ":]"); n >= 0 {
				i += n + 3
			}
		}
	}
	return i
}

// wordsOf are expressions of which any may match, tried only on a text that holds
// a word that one of them cannot match without.
type wordsOf struct {
	re       expressions
	literals []string // nil where some match without any
}

func (w *wordsOf) first(text string) string {
	if w == nil || w.literals != nil && !(&part{words: w.literals}).possible(text) {
		return ""
	}
	return w.re.first(text)
}

func anyWord(words []string) func() *wordsOf {
	return sync.OnceValue(func() *wordsOf {
		if len(words) == 0 {
			return nil
		}
		out := &wordsOf{re: anyOf(closed(words), "", "")}
		for _, w := range words {
			need := literals(w)
			if need == nil {
				out.literals = nil
				break
			}
			out.literals = append(out.literals, need...)
		}
		return out
	})
}

// Prepare readies the patterns; Load's callers need it once before matching,
// and it is not safe to call while others match. What each of them costs is paid
// when it is first looked for.
func (p *Profile) Prepare() *Profile {
	if p.compiled == nil {
		p.compiled = &matchers{
			refusals: compile(p.Refusals), events: compile(p.Events), signals: compile(p.Signals),
			verbs: anyWord(simplifiedAll(p.Recall.Verbs)), objects: anyWord(simplifiedAll(p.Recall.Objects)),
		}
	}
	return p
}

// Match is one meaning found in a text.
type Match struct {
	Means string
	Text  string // the words that said so, as they were written
}

func find(ms []matcher, text, code string) []Match {
	low := Words(text)
	lowCode := strings.ToLower(code)
	var out []Match
	seen := map[string]bool{}
	for _, m := range ms {
		if seen[m.means] {
			continue
		}
		if code != "" && m.codes != nil && m.codes().in(lowCode) != nil {
			out, seen[m.means] = append(out, Match{m.means, code}), true
			continue
		}
		if low != "" {
			if loc := m.text.in(low); loc != nil {
				out, seen[m.means] = append(out, Match{m.means, AsWritten(text, loc[0], wordEnd(low, loc[0], loc[1]))}), true
			}
		}
	}
	return out
}

// RefusalsIn gives the reasons that an error text or code may mean, in the profile's order.
func (p *Profile) RefusalsIn(text, code string) []Match {
	return find(p.compiled.refusals(), text, code)
}

// EventsIn gives the events that a push frame or log line tells of.
func (p *Profile) EventsIn(text string) []Match { return find(p.compiled.events(), text, "") }

// SignalsIn gives what a console or log line tells of the one who wrote it.
func (p *Profile) SignalsIn(text string) []Match { return find(p.compiled.signals(), text, "") }

// RecallVerb gives the first word for "recall" in a text (lower-cased by the caller), "" when there is none.
func (p *Profile) RecallVerb(low string) string { return p.compiled.verbs().first(low) }

// MessageWord gives the first word for "message" in a text, "" when there is none.
func (p *Profile) MessageWord(low string) string { return p.compiled.objects().first(low) }

// Words turns an identifier or text into lower-case words, so that one pattern
// reads recall_window_expired, RecallWindowExpired and recall-window-expired.
func Words(s string) string {
	var b strings.Builder
	b.Grow(len(s) + 8)
	var prev rune
	for _, r := range s {
		low, apart := word(r, prev)
		if apart {
			b.WriteByte(' ')
		}
		b.WriteRune(low)
		prev = r
	}
	return b.String()
}

// word is how Words writes a character, and whether it begins a word of its own
// behind the one before.
func word(r, prev rune) (low rune, apart bool) {
	switch {
	case r == '_' || r == '-':
		return ' ', false
	case r >= 'A' && r <= 'Z':
		return r + 'a' - 'A', prev >= 'a' && prev <= 'z' || prev >= '0' && prev <= '9'
	}
	return simple(r), false
}

// wordEnd is where what matched ends without the head of a word that an expression
// looked at to be sure that another one ended: "message read 消|息已读".
func wordEnd(low string, from, to int) int {
	next, _ := utf8.DecodeRuneInString(low[to:])
	head := strings.TrimRightFunc(low[from:to], unicode.IsLetter)
	if unicode.IsLetter(next) && utf8.RuneCountInString(low[from+len(head):to]) <= 2 {
		if kept := strings.TrimRight(head, " "); kept != "" && len(kept) < len(head) {
			return from + len(kept)
		}
	}
	return to
}

// AsWritten gives the part of a text that became Words(text)[from:to].
func AsWritten(text string, from, to int) string {
	start, at := -1, 0 // at is the place in Words(text)
	var prev rune
	for i, r := range text {
		if at >= to {
			return text[max(start, 0):i]
		}
		low, apart := word(r, prev)
		if at += utf8.RuneLen(low); apart {
			at++
		}
		if start < 0 && at > from {
			start = i
		}
		prev = r
	}
	if start < 0 {
		return ""
	}
	return text[start:]
}
