package profile

import (
	"regexp"
	"sort"
	"strings"
)

// The vocabulary: what a text can mean. Refusals are reasons a service gives;
// events are what it tells its clients; signals are what browsers, clients and
// servers write down about themselves.
var meanings = map[string]bool{
	// refusals
	"window": true, "read": true, "acted": true, "processed": true, "type": true, "not_own": true,
	"permission": true, "channel": true, "missing": true, "already": true, "ended": true,
	"rate": true, "session": true, "version": true, "overload": true, "clock": true, "internal": true, "generic": true, "accepted": true,
	// events
	"recalled": true, "read_receipt": true, "visitor_message": true, "visitor_click": true, "visitor_forward": true,
	"conversation_end": true, "kicked": true, "push_down": true, "push_up": true, "other_session": true,
	// signals
	"tap_missed": true, "button_hidden": true, "device_slow": true, "extension": true, "settings": true,
	"outdated_browser": true, "outdated_client": true, "stale_app": true, "offline": true, "reset": true,
	"unstable": true, "loss": true, "timeout": true, "local_network": true, "uneven": true, "clock_step": true, "stale_view": true,
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
	text  *regexp.Regexp
	codes *regexp.Regexp
}

type matchers struct {
	refusals, events, signals []matcher
	verbs, objects            *regexp.Regexp
}

func compile(ps []Pattern) []matcher {
	var out []matcher
	for _, p := range ps {
		m := matcher{means: p.Means}
		if len(p.Text) > 0 {
			m.text = regexp.MustCompile("(?:" + strings.Join(wordStarts(p.Text), "|") + ")")
		}
		if len(p.Codes) > 0 {
			m.codes = regexp.MustCompile("^(?:" + strings.Join(p.Codes, "|") + ")$")
		}
		out = append(out, m)
	}
	return out
}

// wordStarts makes every alternative that opens with a Latin letter open at the
// start of a word: "oom" must not be found in "room", nor "bug" in "debug".
// Chinese has no such starts.
func wordStarts(patterns []string) []string {
	var out []string
	for _, p := range patterns {
		for _, alt := range alternatives(p) {
			if latinStart.MatchString(alt) && !strings.ContainsFunc(alt[:firstGroup(alt)], func(r rune) bool { return r > 0x7f }) {
				alt = `\b(?:` + alt + `)`
			}
			out = append(out, alt)
		}
	}
	return out
}

var latinStart = regexp.MustCompile(`^(?:\(\?:)*[a-z]`)

// firstGroup gives the length of an alternative's opening group, or all of it when it opens with none.
func firstGroup(alt string) int {
	if !strings.HasPrefix(alt, "(") {
		return len(alt)
	}
	depth := 0
	for i := 0; i < len(alt); i++ {
		switch alt[i] {
		case '\\':
			i++
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
	depth, from, class := 0, 0, false
	for i := 0; i < len(p); i++ {
		switch c := p[i]; {
		case c == '\\':
			i++
		case class:
			class = c != ']'
		case c == '[':
			class = true
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

func anyWord(words []string) *regexp.Regexp {
	if len(words) == 0 {
		return regexp.MustCompile(`[^\s\S]`)
	}
	return regexp.MustCompile("(?:" + strings.Join(words, "|") + ")")
}

// Prepare compiles the patterns; Load's callers need it once before matching,
// and it is not safe to call while others match.
func (p *Profile) Prepare() *Profile {
	if p.compiled == nil {
		p.compiled = &matchers{
			refusals: compile(p.Refusals), events: compile(p.Events), signals: compile(p.Signals),
			verbs: anyWord(p.Recall.Verbs), objects: anyWord(p.Recall.Objects),
		}
	}
	return p
}

// Match is one meaning found in a text.
type Match struct {
	Means string
	Text  string // the words that said so
}

func find(ms []matcher, text, code string) []Match {
	low := Words(text)
	code = strings.ToLower(code)
	var out []Match
	seen := map[string]bool{}
	for _, m := range ms {
		if seen[m.means] {
			continue
		}
		if code != "" && m.codes != nil && m.codes.MatchString(code) {
			out, seen[m.means] = append(out, Match{m.means, code}), true
			continue
		}
		if m.text != nil && low != "" {
			if loc := m.text.FindStringIndex(low); loc != nil {
				out, seen[m.means] = append(out, Match{m.means, low[loc[0]:loc[1]]}), true
			}
		}
	}
	return out
}

// Refusals gives the reasons that an error text or code may mean, in the profile's order.
func (p *Profile) RefusalsIn(text, code string) []Match { return find(p.compiled.refusals, text, code) }

// EventsIn gives the events that a push frame or log line tells of.
func (p *Profile) EventsIn(text string) []Match { return find(p.compiled.events, text, "") }

// SignalsIn gives what a console or log line tells of the one who wrote it.
func (p *Profile) SignalsIn(text string) []Match { return find(p.compiled.signals, text, "") }

// RecallVerb gives the first word for "recall" in a text (lower-cased by the caller), "" when there is none.
func (p *Profile) RecallVerb(low string) string { return p.compiled.verbs.FindString(low) }

// MessageWord gives the first word for "message" in a text, "" when there is none.
func (p *Profile) MessageWord(low string) string { return p.compiled.objects.FindString(low) }

// Words turns an identifier or text into lower-case words, so that one pattern
// reads recall_window_expired, RecallWindowExpired and recall-window-expired.
func Words(s string) string {
	var b strings.Builder
	b.Grow(len(s) + 8)
	var prev rune
	for _, r := range s {
		switch {
		case r == '_' || r == '-':
			r = ' '
			b.WriteByte(' ')
		case r >= 'A' && r <= 'Z':
			if prev >= 'a' && prev <= 'z' || prev >= '0' && prev <= '9' {
				b.WriteByte(' ')
			}
			b.WriteRune(r + 'a' - 'A')
		default:
			b.WriteRune(r)
		}
		prev = r
	}
	return b.String()
}
