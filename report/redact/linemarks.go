package redact

import "hash/maphash"

// lineMarks remember of each line of a text whether the rules found nothing in
// it, from the pass that learns to the one that redacts: there, such lines are
// swept and no more. Both passes cut a text into the same blocks; a block that
// is not the same any more, as its hash tells, is looked at anew.
type lineMarks struct {
	blocks []marksOfBlock
	at     int  // the block that comes next
	write  bool // in the pass that learns
}

type marksOfBlock struct {
	hash  uint64 // of the block
	flags byte   // of the file
	clean []uint64
}

// maxMarked bounds the blocks that are remembered.
const maxMarked = 1 << 18

var seedOfMarks = maphash.MakeSeed()

// of gives the marks of the next block, nil when there are none.
func (m *lineMarks) of(s string, flags byte) *marksOfBlock {
	if m == nil {
		return nil
	}
	hash := maphash.String(seedOfMarks, s)
	if m.write {
		if len(m.blocks) == maxMarked {
			return nil
		}
		m.blocks = append(m.blocks, marksOfBlock{hash: hash, flags: flags})
		return &m.blocks[len(m.blocks)-1]
	}
	if m.at == len(m.blocks) {
		return nil
	}
	m.at++
	if b := &m.blocks[m.at-1]; b.hash == hash && b.flags == flags {
		return b
	}
	return nil
}

// has tells whether the rules find nothing in the line with that number.
func (b *marksOfBlock) has(line int) bool {
	return b != nil && line>>6 < len(b.clean) && b.clean[line>>6]>>(line&63)&1 == 1
}

func (b *marksOfBlock) set(line int) {
	for line>>6 >= len(b.clean) {
		b.clean = append(b.clean, 0)
	}
	b.clean[line>>6] |= 1 << (line & 63)
}
