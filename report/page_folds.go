package report

import (
	"strings"
	"unicode"

	"meiqia-diag/diag/lang"
)

// fewAlike is how many entries in succession make one row: fewer are as soon read.
const fewAlike = 3

// folded makes one row of entries of one log that follow each other and are
// alike but for their numbers. What stands out stands by itself, and nothing is
// moved across another log's entry or a moment of the incident.
func folded(rows []logRow) []logRow {
	var out []logRow
	for i := 0; i < len(rows); {
		n := 1
		if first := rows[i]; first.mayFold() {
			shape := shapeOf(first.Text)
			for i+n < len(rows) && rows[i+n].mayFold() && rows[i+n].Lane == first.Lane && rows[i+n].Class == first.Class && rows[i+n].Day == "" && shapeOf(rows[i+n].Text) == shape {
				n++
			}
		}
		if n < fewAlike {
			out = append(out, rows[i:i+n]...)
			i += n
			continue
		}
		r := rows[i]
		r.Same = rows[i : i+n : i+n]
		r.Alike = lang.T("%d 行，只有数字不同，%s 至 %s", "%d lines, alike but for numbers, %s to %s").F(n, r.Time, rows[i+n-1].Time)
		out = append(out, r)
		i += n
	}
	return out
}

// mayFold tells an entry that does not stand out.
func (r logRow) mayFold() bool { return r.Moment == 0 && !r.serious && !r.warning }

// shapeOf is a text without what differs from one entry to the next that says
// the same: a word with a digit in it is a number, an id or a time.
func shapeOf(s string) string {
	var b strings.Builder
	digit, from := false, -1
	end := func(to int) {
		switch {
		case from < 0:
		case digit:
			b.WriteByte('#')
		default:
			b.WriteString(s[from:to])
		}
		digit, from = false, -1
	}
	for i, r := range s {
		if !unicode.IsLetter(r) && !unicode.IsDigit(r) || r >= 0x2e80 { // a Chinese character is a word
			end(i)
			b.WriteRune(r)
			continue
		}
		if from < 0 {
			from = i
		}
		digit = digit || unicode.IsDigit(r)
	}
	end(len(s))
	return b.String()
}
