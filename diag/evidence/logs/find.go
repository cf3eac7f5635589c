package logs

import (
	"bytes"
	"encoding/binary"
)

const (
	everyLow  = 0x0101010101010101
	everyHigh = 0x8080808080808080
)

// indexFrom gives the place of a literal in a text at or after p, -1 for none. It
// compares the literal's first two bytes at sixteen places at once. bytes.Index
// stops at each first byte, and an id's digits stand everywhere in a log: it
// takes twice as long.
func indexFrom(text, literal []byte, p int) int {
	if len(literal) >= 2 {
		a, b := uint64(literal[0])*everyLow, uint64(literal[1])*everyLow
		for ; p+24 <= len(text); p += 16 {
			w := text[p : p+24]
			x := (binary.LittleEndian.Uint64(w) ^ a) | (binary.LittleEndian.Uint64(w[1:]) ^ b)
			y := (binary.LittleEndian.Uint64(w[8:]) ^ a) | (binary.LittleEndian.Uint64(w[9:]) ^ b)
			if ((x-everyLow)&^x|(y-everyLow)&^y)&everyHigh == 0 {
				continue // no byte of x or y is zero
			}
			if i := bytes.Index(text[p:min(len(text), p+15+len(literal))], literal); i >= 0 {
				return p + i
			}
		}
	}
	p = min(p, len(text))
	if i := bytes.Index(text[p:], literal); i >= 0 {
		return p + i
	}
	return -1
}
