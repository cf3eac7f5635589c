package logs

import "bytes"

// epochColumn is the column of a log in which its entries have a Unix time,
// behind ids and names: "460 node-235 unix.hw 1145552216 1 …", "8842,agent,1795141361123".
// Nothing but its lines together tell such a number from any other.
type epochColumn struct {
	sep byte // ' ' for blanks of any number
	col int  // 1 is the second; 0: there is none
}

const maxColumn = 12

// cell gives column n of a line; nil when there is none.
func cell(line []byte, sep byte, n int) []byte {
	if sep == ' ' {
		return nth(line, n)
	}
	for ; n > 0; n-- {
		i := bytes.IndexByte(line, sep)
		if i < 0 {
			return nil
		}
		line = line[i+1:]
	}
	if i := bytes.IndexByte(line, sep); i >= 0 {
		line = line[:i]
	}
	return bytes.Trim(line, "\" ")
}

// stamp reads the time of a row.
func (c epochColumn) stamp(line []byte, s *stamp) bool {
	b := cell(line, c.sep, c.col)
	if len(b) < 10 || len(b) > 26 || !s.unixNumber(b) {
		return false
	}
	s.start, s.end = 0, 0
	return true
}

// findColumn looks for a column of Unix times that go up from row to row, in a
// log of which no more than so many lines have any other stamp.
func findColumn(samples []sample, others int) (found epochColumn) {
	type tally struct {
		n, up int
		last  int64
	}
	best := 2 * others
	if rows(samples) <= best {
		return found // no column can have more
	}
	for _, sep := range []byte{' ', ',', '|', ';'} {
		var cols [maxColumn]tally
		lines := 0
		for _, s := range samples {
			rest := s.text
			for len(rest) > 0 {
				line := rest
				if i := bytes.IndexByte(rest, '\n'); i >= 0 {
					line, rest = rest[:i], rest[i+1:]
				} else {
					rest = nil
				}
				if line = trimLine(line); len(line) == 0 || indented(line) {
					continue
				}
				lines++
				line = line[:min(len(line), searchLimit)]
				for i := 1; i < maxColumn; i++ {
					var st stamp
					if (epochColumn{sep, i}).stamp(line, &st) {
						c := &cols[i]
						if c.n++; st.unix >= c.last {
							c.up++
						}
						c.last = st.unix
					}
				}
			}
		}
		for i, c := range cols {
			if c.n >= 5 && c.n > best && c.n*3 >= lines && c.up*5 >= c.n*4 {
				best, found = c.n, epochColumn{sep, i}
			}
		}
	}
	return found
}

// rows is how many lines of samples can be rows of a table.
func rows(samples []sample) (n int) {
	for _, s := range samples {
		for line := range bytes.Lines(s.text) {
			if line = trimLine(bytes.TrimSuffix(line, []byte("\n"))); len(line) > 0 && !indented(line) {
				n++
			}
		}
	}
	return n
}
