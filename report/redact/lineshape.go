package redact

import (
	"encoding/binary"
	"hash/maphash"
	"slices"
	"strings"
)

// shapes remembers lines in which the rules found nothing, so that the next
// line that differs in its time and its numbers alone need not be looked at
// again: a program writes one message a thousand times.
//
// A line's mask is the line with every digit made a zero, so lines of one mask
// have their digits in the same places and all else alike. What depends on
// where digits stand is found out once for a mask, as a list of steps; what
// depends on their values is asked of every line, by the same code as without a
// shape: whether they are a time, a phone, an id, a card or a place, or part of
// a text in base64. All other rules tell digits from letters, and no digit from
// another, but in keys, in short words and in addresses of machines: digits in
// those are the shape's own, and with the mask they are the shape.
//
// Values that were learnt are no rules: every line is swept for them.
type shapes struct {
	seed  maphash.Seed
	masks []*mask  // each in the place that its hash tells
	seen  []uint64 // hashes of masks that were met once: most are not met again
	clean []uint64 // hashes of shapes
	quiet []bool   // whether their lines tell nothing of the next
	finds []*finds // in other lines: each in the place that the hash of its shape tells
	buf   []byte   // of the line that is asked for
	asked int      // lines
	known int      // lines whose shape was known
	rest  int      // lines to go before the next is asked for
}

const (
	maxMasks     = 1 << 13
	maxShapes    = 1 << 16
	maxFinds     = 1 << 12
	longestShape = 2048 // bytes of a line
	leastShape   = 24
)

// finds is what the rules find in all lines of one shape: it stands in none of
// the digits that may be any.
type finds struct {
	key    uint64
	learnt int  // how much was learnt then, where that matters, or -1
	quiet  bool // its lines tell nothing of the next
	json   bool // they are edits of a line that holds JSON, and hits tells of them
	mute   bool // hits were not counted
	spans  []span
	hits   []hit
}

func newShapes() *shapes { return &shapes{seed: maphash.MakeSeed()} }

// has tells whether a shape is known.
func (h *shapes) has(key uint64) bool {
	h.asked++
	if h.clean == nil || h.clean[key%maxShapes] != key {
		if h.asked >= 2048 { // a text without repetition is not worth the question
			if h.known*8 < h.asked {
				h.rest = 2 * h.asked
			}
			h.asked, h.known = 0, 0
		}
		return false
	}
	h.known++
	return true
}

func (h *shapes) add(key uint64) {
	if h.clean == nil {
		h.clean, h.quiet = make([]uint64, maxShapes), make([]bool, maxShapes)
	}
	h.clean[key%maxShapes], h.quiet[key%maxShapes] = key, false
}

// found remembers what the rules found in a line of that shape.
func (h *shapes) found(key uint64, learnt int, spans []span) {
	spans = slices.Clone(spans)
	for i := range spans {
		spans[i].teach = strings.Clone(spans[i].teach) // it stood in a text that need not stay for it
	}
	h.finds[key%maxFinds] = &finds{key: key, learnt: learnt, spans: spans}
}

// mask gives what is known of a line's mask, nil when that is nothing yet.
func (c *scan) mask() *mask {
	h := c.f.r.shapes
	if h.seen == nil {
		h.masks, h.seen, h.finds = make([]*mask, maxMasks), make([]uint64, maxMasks), make([]*finds, maxFinds)
	}
	h.buf = masked(h.buf, c.s, c.f.flags())
	key := maphash.Bytes(h.seed, h.buf)
	m := h.masks[key%maxMasks]
	if m != nil && m.key == key {
		return m
	}
	if h.seen[key%maxMasks] != key {
		h.seen[key%maxMasks] = key
		return nil
	}
	m = c.newMask()
	m.key = key
	h.masks[key%maxMasks] = m
	return m
}

// shape gives the hash of a line's shape, and its mask: nil for a line that has
// none, or whose numbers have to be looked at more closely.
func (c *scan) shape() (key uint64, m *mask) {
	h, s := c.f.r.shapes, c.s
	if h.rest > 0 {
		h.rest--
		return 0, nil
	}
	if len(s) > longestShape || len(s) < leastShape {
		return 0, nil
	}
	m = c.mask()
	if c.structured = m != nil && m.structured; m == nil || m.shapeless {
		return 0, nil
	}
	b := binary.LittleEndian.AppendUint64(h.buf[:0], m.key)
	for _, st := range m.steps {
		from, to := int(st.from), int(st.to)
		switch st.do {
		case isStamp:
			if stampEnd(s, from, from+digitsRun(s[from:])) != to {
				return 0, nil
			}
		case noStamp:
			if stampEnd(s, from, to) != 0 {
				return 0, nil
			}
		case askPlace:
			if c.pairOfPlaces(from); len(c.spans) > 0 {
				return 0, nil
			}
		case askNumber:
			if m.structured && c.aloneAt(from) {
				return 0, nil
			}
			if from < c.next[byNumber] {
				continue
			}
			if c.number(from); len(c.spans) > 0 {
				return 0, nil
			}
		case askText:
			if texts(s[from:]) {
				return 0, nil
			}
		case noZero:
			if s[from] == '0' {
				return 0, nil
			}
		case own:
			b = append(b, s[from:to]...)
		case free:
			if s[from] == '0' && strings.Trim(s[from:to], "0.:") == "" { // of an address of zeros, perhaps
				b = append(b, s[from:to]...)
			} else {
				b = append(b, 1)
			}
		}
	}
	h.buf = b
	return maphash.Bytes(h.seed, b), m
}
