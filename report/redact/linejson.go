package redact

import (
	"slices"
	"strings"
)

// codeKeys are keys of codes, of which a few values say that all is well.
var codeKeys = wordSet("code errcode errno errorcode ret retcode rc resultcode statuscode bizcode")

// edits is what is done to a line that holds JSON, and nothing else that is
// structured or encoded.
type edits struct {
	src   string
	spans []span
	hits  []hit
	began bool
	other bool // something around the JSON was redacted, too
	whole bool // all of it is told
}

// of gives the edits of a text when they are wanted, else nil, which takes none.
func (e *edits) of(s string) *edits {
	if e == nil || e.began || e.src != s {
		return nil
	}
	e.began = true
	return e
}

// around writes what became of the text around the JSON.
func (e *edits) around(was, is string, b *strings.Builder) {
	b.WriteString(is)
	if e != nil && was != is {
		e.other = true
	}
}

// in takes what was done to a value that stands at src[at].
func (e *edits) in(n *node, at int) {
	if e != nil {
		n.changes(func(where span2, text string) {
			e.spans = append(e.spans, span{start: at + where.from, end: at + where.to, repl: text})
		})
	}
}

func (e *edits) end() {
	if e != nil {
		e.whole = !e.other
	}
}

// tie tells that the line goes with others, whose shape alone tells nothing.
func (c *scan) tie() {
	c.tied = true
	c.f.r.ties++
}

// decodes tells that a word of the line is base64 or hexadecimal of some text,
// in which may stand what is learnt later.
func (c *scan) decodes() {
	c.decoded = true
	c.f.r.decodes++
}

// aloneAt tells whether a number worth hiding begins at s[i] when nothing stands
// before it: the value of a member is looked at without its key.
func (c *scan) aloneAt(i int) bool {
	alone := c.f.scan(c.s[i:min(len(c.s), i+2*maxDigits)], c.depth)
	defer c.f.free(alone)
	alone.number(0)
	return len(alone.spans) > 0
}

// jsonLine is closer for a line of a file: what is done to one that holds JSON
// is done again to the next of its shape.
func (f *File) jsonLine(c *scan, line string) string {
	if c.found != nil {
		if out, ok := c.again(c.found); ok {
			return out + line[len(c.s):]
		}
	}
	if c.of == nil || len(strings.TrimRight(line, "\r\n")) != len(c.s) {
		return f.closer(line, 0)
	}
	r := f.r
	ties, decodes, learnt := r.ties, r.decodes, len(r.learn.have)
	e := &edits{src: c.s}
	f.edits = e
	out := f.closer(line, 0)
	f.edits = nil
	if !e.whole || r.ties != ties || !c.of.keeps(e.spans) {
		return out
	}
	if r.decodes == decodes {
		learnt = -1
	}
	r.shapes.finds[c.shapeKey%maxFinds] = &finds{key: c.shapeKey, learnt: learnt, json: true, mute: f.mute, spans: slices.Clip(e.spans), hits: slices.Clip(e.hits)}
	return out
}

// again does to a line what was done to another of its shape; ok is false when
// something that was learnt stands elsewhere in it.
func (c *scan) again(p *finds) (out string, ok bool) {
	c.spans = c.spans[:0]
	c.sweep()
	for _, sp := range c.spans {
		if !slices.ContainsFunc(p.spans, func(e span) bool { return e.start <= sp.start && sp.end <= e.end }) {
			return "", false
		}
	}
	var b strings.Builder
	b.Grow(len(c.s) + 32)
	at := 0
	for _, e := range p.spans {
		b.WriteString(c.s[at:e.start])
		b.WriteString(e.repl)
		at = e.end
	}
	b.WriteString(c.s[at:])
	for _, h := range p.hits {
		c.f.hit(h.rule, h.pseudonym)
	}
	return b.String(), true
}
