package redact

import (
	"cmp"
	"slices"
	"strings"
)

// span is a piece of a line that is to be replaced.
type span struct {
	start, end int
	repl, rule string
	teach      string // value to learn, "" for none
	anywhere   bool
	rank       int
	inner      []hit // what was replaced inside of an encoded word
}

// scan looks for what is to be replaced in one line.
type scan struct {
	f     *File
	s     string
	spans []span
	depth int // of decoding: percent, base64, nested JSON

	plain      bool   // nothing is structured or encoded
	structured bool   // something is, as its shape told
	of         *mask  // of a line that holds JSON
	shapeKey   uint64 // the hash of its shape
	found      *finds // what is done to it, when that is known
	quiet      *bool  // of its shape: whether such a line tells nothing of the next; nil when it has none
	bare       bool   // and no rule finds anything, whatever was learnt

	decoded bool       // a word of the line is base64 or hexadecimal of some text
	tied    bool       // it goes with other lines: a cell of a table, a command and its answer
	rank    int        // of the rule that looks now
	next    [rules]int // where each rule goes on, behind what it found
	runEnd  int        // of the run of base64 that was looked at last
}

// scan gives a scan of a line, which free takes back.
func (f *File) scan(s string, depth int) *scan {
	r := f.r
	n := len(r.idle)
	if n == 0 {
		return &scan{f: f, s: s, depth: depth}
	}
	c := r.idle[n-1]
	r.idle = r.idle[:n-1]
	*c = scan{f: f, s: s, depth: depth, spans: c.spans[:0]}
	return c
}

// free takes a scan back that is not used any more.
func (f *File) free(c *scan) {
	c.s = ""
	clear(c.spans)
	f.r.idle = append(f.r.idle, c)
}

const maxDepth = 4

// mark replaces s[start:end] by the pseudonym of a value.
func (c *scan) mark(start, end int, kind, value string) {
	if start < end {
		c.spans = append(c.spans, span{start: start, end: end, repl: c.f.r.pseudonym(kind, value), rule: kind, rank: c.rank})
	}
}

// teach is mark for a value that is to be replaced elsewhere too.
func (c *scan) teach(start, end int, kind, value string) {
	c.mark(start, end, kind, value)
	if n := len(c.spans); start < end {
		c.spans[n-1].teach = c.s[start:end]
	}
}

// Text redacts a text of any number of lines.
func (f *File) Text(s string) string {
	s = f.pem(s)
	if !strings.Contains(s, "\n") {
		return f.line(s)
	}
	var b strings.Builder
	for line := range strings.SplitAfterSeq(s, "\n") {
		b.WriteString(f.line(line))
	}
	return b.String()
}

// line redacts one line, its end included.
func (f *File) line(s string) string { return f.lineAt(s, 0) }

func (f *File) lineAt(s string, depth int) string {
	body := strings.TrimRight(s, "\r\n")
	if body == "" {
		return s
	}
	end := s[len(body):]
	if depth < maxDepth { // most have nothing that is structured or encoded
		c := f.scan("", depth)
		nothing := c.nothing(body)
		if c.plain {
			if !nothing {
				body = c.replace()
			}
			f.free(c)
			return body + end
		}
		f.free(c)
	}
	return f.closer(s, depth)
}

// closer redacts a line in which something may be structured or encoded.
func (f *File) closer(s string, depth int) string {
	body := strings.TrimRight(s, "\r\n")
	end := s[len(body):]
	if strings.IndexByte(body, 0x1b) >= 0 { // colours stand in the midst of words
		quiet := f.try()
		plain := uncoloured(body)
		if out := quiet.lineAt(plain, depth); quiet.Total() > 0 && len(plain) < len(body) {
			f.take(quiet)
			return out + end
		}
	}
	if depth < maxDepth {
		body = unescape(f.quotes(body, depth))
		if out, ok := f.embedded(body, depth); ok {
			return out + end
		}
	}
	return f.escapedLines(f.decoded(f.flat(body, depth), depth), depth) + end
}

// escapedLines looks once more at a redacted line with its "\\n" made ends of
// lines: a document of several may stand in it.
func (f *File) escapedLines(s string, depth int) string {
	if depth >= maxDepth || !strings.Contains(s, `\n`) {
		return s
	}
	quiet := f.try()
	out := quiet.within(strings.ReplaceAll(s, `\n`, "\n"), depth+1)
	if quiet.Total() == 0 {
		return s
	}
	f.take(quiet)
	return strings.ReplaceAll(out, "\n", `\n`)
}

// within redacts a text of several lines that stands within another, each line
// with what those before it told.
func (f *File) within(s string, depth int) string {
	if !strings.Contains(s, "\n") {
		return f.lineAt(s, depth)
	}
	t := f.try()
	var b strings.Builder
	for line := range strings.SplitAfterSeq(s, "\n") {
		if line == "" {
			continue
		}
		if t.carry.what != nothingCarried || t.carry.cols != nil {
			if out, ok := t.carriedLine(line); ok {
				b.WriteString(out)
				t.carryOn(strings.TrimSuffix(line, "\n"))
				continue
			}
		}
		b.WriteString(t.lineAt(line, depth))
		t.carryOn(strings.TrimSuffix(line, "\n"))
	}
	if t.carry.held != nil {
		b.WriteString(t.release())
	}
	f.take(t)
	return b.String()
}

// uncoloured takes the commands of a terminal out of a line: its colours, and
// the links of OSC 8.
func uncoloured(s string) string {
	var b strings.Builder
	for i := 0; i < len(s); {
		if s[i] != 0x1b || i+1 >= len(s) || s[i+1] != '[' {
			if s[i] != 0x1b {
				b.WriteByte(s[i])
			}
			i++
			continue
		}
		for i += 2; i < len(s) && (s[i] < 0x40 || s[i] > 0x7e); i++ {
		}
		i = min(i+1, len(s))
	}
	return b.String()
}

// embedded redacts JSON that stands in a line by its structure.
func (f *File) embedded(s string, depth int) (string, bool) {
	var b strings.Builder
	found, done := false, 0
	edits := f.edits.of(s)
	for i, tries := 0, 0; i < len(s) && tries < 16; i++ {
		if s[i] != '{' && s[i] != '[' || !jsonAhead(s[i:]) {
			continue
		}
		tries++
		p, n, size, ok := f.r.read(s[i:])
		if !ok {
			f.r.done(p)
			continue
		}
		if s[i] == '[' && len(n.items) == 1 && n.items[0].kind == '"' && assigned(s[i+size:]) {
			continue // x["key"] = "value" of a program
		}
		found = true
		key := keyBefore(s[:i])
		edits.around(s[done:i], f.flat(s[done:i], depth), &b)
		if n.kind == '[' && f.carry.what == bound && f.carry.left == afterBinds {
			f.boundItems(n, f.carry.binds, around{depth: depth + 1})
		}
		f.node(n, around{key: key, depth: depth + 1, report: refusal(s[:i])})
		b.WriteString(n.within(s[i : i+size]))
		edits.in(n, i)
		f.r.done(p)
		done = i + size
		i = done - 1
	}
	if !found {
		return "", false
	}
	if done < len(s) {
		edits.around(s[done:], f.flat(s[done:], depth), &b)
	}
	edits.end()
	return b.String(), true
}

// assigned tells whether a sign of an assignment stands at the head of a text.
func assigned(s string) bool {
	s = strings.TrimLeft(s, " ")
	return s != "" && (s[0] == '=' || s[0] == ':')
}

// jsonAhead tells whether an object or a list of strings or objects may begin here.
func jsonAhead(s string) bool {
	j := 1
	for j < len(s) && (s[j] == ' ' || s[j] == '\t') {
		j++
	}
	return j < len(s) && (s[j] == '"' || s[0] == '[' && (s[j] == '{' || s[j] == '['))
}

// keyBefore gives the key of a value that begins behind s, as in "body=" or "data: ".
func keyBefore(s string) string {
	t := strings.TrimRight(s, " \t\"'\\")
	if u := strings.TrimRight(t, "=:＝："); u != t {
		_, key := keyLeft(u, len(u))
		return key
	}
	return ""
}

// flat redacts a text without structure.
func (f *File) flat(s string, depth int) string {
	if s == "" {
		return s
	}
	c := f.scan(s, depth)
	defer f.free(c)
	c.once(false)
	if depth < maxDepth {
		c.encoded()
	}
	c.sweep()
	return c.replace()
}

// member redacts the name of a member. Most are asked for again and again.
func (f *File) member(s string) string {
	c := f.scan(s, maxDepth)
	defer f.free(c)
	a, mark := f.r.about(s), byte(1)<<f.flags()
	if a.clean&mark == 0 {
		if c.once(false); len(c.spans) == 0 {
			a.clean |= mark
		}
	}
	c.sweep()
	return c.replace()
}

// replace puts the replacements in. Spans that overlap become one, replaced by
// the one that was found first.
func (c *scan) replace() string {
	if len(c.spans) == 0 {
		return c.s
	}
	guarded := c.guarded()
	items := c.spans
	if len(guarded) > 0 {
		items = slices.DeleteFunc(items, func(sp span) bool { return inside(guarded, &sp) })
		for i := range items {
			_ = inside(guarded, &items[i]) // cuts it back
		}
	}
	if len(items) > 1 {
		slices.SortStableFunc(items, func(a, b span) int { return cmp.Or(a.start-b.start, a.rank-b.rank) })
	}
	var b strings.Builder
	b.Grow(len(c.s) + 32)
	at := 0
	for i := 0; i < len(items); {
		best, end := items[i], items[i].end
		j := i + 1
		for j < len(items) && items[j].start < end {
			end = max(end, items[j].end)
			if items[j].rank < best.rank {
				best = items[j]
			}
			j++
		}
		if best.rule == "email" { // what is around it was decoded, and stays
			for _, it := range items[i:j] {
				if it.rank == byEncoded && it.start == items[i].start && it.end == end && slices.ContainsFunc(it.inner, func(h hit) bool { return h.rule == "email" }) {
					best = it
				}
			}
		}
		b.WriteString(c.s[at:items[i].start])
		b.WriteString(best.repl)
		if len(best.inner) == 0 {
			c.f.hit(best.rule, best.repl)
		}
		for _, h := range best.inner {
			c.f.hit(h.rule, h.pseudonym)
		}
		for _, it := range items[i:j] {
			if it.teach != "" {
				c.f.r.learn.put(it.teach, it.repl, it.rule, it.anywhere || !wordByte(it.teach[0]) || len(it.teach) >= 16)
				if bare := macSigns.Replace(it.teach); it.rule == "mac" && len(bare) == 12 {
					c.f.r.learn.put(strings.ToLower(bare), it.repl, it.rule, false)
					c.f.r.learn.put(strings.ToUpper(bare), it.repl, it.rule, false)
				}
			}
		}
		at, i = end, j
	}
	b.WriteString(c.s[at:])
	return b.String()
}

// inside tells whether a span lies within a pseudonym; one that only touches a
// pseudonym is cut back to what is outside of it.
func inside(guarded [][2]int, sp *span) bool {
	for _, g := range guarded {
		if sp.start >= g[0] && sp.end <= g[1] {
			return true
		}
		if sp.start >= g[0] && sp.start < g[1] {
			sp.start = g[1]
		}
		if sp.end > g[0] && sp.end <= g[1] {
			sp.end = g[0]
		}
	}
	return sp.start >= sp.end
}
