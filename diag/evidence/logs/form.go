package logs

// wordBytes are the bytes of words: 2 for digits, 1 for letters.
var wordBytes = func() (out [256]byte) {
	for b := range out {
		if isWordByte(byte(b)) {
			if out[b] = 1; b <= '9' {
				out[b] = 2
			}
		}
	}
	return out
}()

// Form gives a number for what a text is without its numbers and identifiers,
// that is, runs of ASCII letters and digits that hold a digit: FNV-1a of the
// rest, up to four bytes at a step. Entries of a log that differ in those alone
// have one form. Each of those runs, text[start:end], goes to name.
func Form[T string | []byte](text T, name func(start, end int)) uint64 {
	const basis, prime = 14695981039346656037, 1099511628211
	sum := uint64(basis)
	for i := 0; i < len(text); {
		j, kinds := i, byte(0)
		for j < len(text) && wordBytes[text[j]] != 0 {
			kinds |= wordBytes[text[j]]
			j++
		}
		switch {
		case kinds&2 != 0:
			name(i, j)
			sum = (sum ^ '0') * prime
			i = j
			continue
		case j == i:
			j++
		}
		for ; i+4 <= j; i += 4 {
			sum = (sum ^ (uint64(text[i]) | uint64(text[i+1])<<8 | uint64(text[i+2])<<16 | uint64(text[i+3])<<24)) * prime
			sum ^= sum >> 32 // a product's upper half would never reach the lower
		}
		for ; i < j; i++ {
			sum = (sum ^ uint64(text[i])) * prime
		}
	}
	return sum
}

// Lot gives a number by which entries are drawn for a sample: always the same
// for one place in a log, and without any order from one place to the next
// (the finalizer of SplitMix64, Steele, Lea and Flood 2014).
func Lot(offset int64) uint64 {
	x := uint64(offset) + 0x9e3779b97f4a7c15
	x = (x ^ x>>30) * 0xbf58476d1ce4e5b9
	x = (x ^ x>>27) * 0x94d049bb133111eb
	return x ^ x>>31
}
