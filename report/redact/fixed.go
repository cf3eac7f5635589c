package redact

import (
	"strings"
	"unicode/utf8"
)

// fixedHead reads the heads of columns of a fixed width, as sqlcmd, SQL*Plus
// and PowerShell print them above a line of dashes.
func (f *File) fixedHead(heads, dashes string) {
	var starts []int
	for i := range len(dashes) {
		if dashes[i] == '-' && (i == 0 || dashes[i-1] == ' ') {
			starts = append(starts, i)
		}
	}
	cols, found := make([]class, len(starts)), false
	cells := columns(heads, starts)
	if len(starts) < 2 || cells == nil {
		return
	}
	for i, c := range cells {
		cl := f.classify(strings.TrimSpace(heads[c[0]:c[1]]))
		if cl == logText {
			cl = text
		}
		if !sensitive(cl) && cl != thing && cl != maybe {
			cl = none
		}
		cols[i] = cl
		found = found || cl != none
	}
	pairs := len(cells) == 2 && ofPairs(strings.TrimSpace(heads[cells[0][0]:cells[0][1]]), strings.TrimSpace(heads[cells[1][0]:cells[1][1]]))
	if found || pairs {
		f.carry.cols, f.carry.starts, f.carry.sep, f.carry.upDown = cols, starts, 0, pairs
	}
}

// columns cuts a line where two spaces or more stand, when that gives as many
// cells as there are columns, and else by their places, a Chinese letter as wide
// as two others.
func columns(s string, starts []int) [][2]int {
	var out [][2]int
	for at := 0; at < len(s); {
		for at < len(s) && s[at] == ' ' {
			at++
		}
		end := at
		for end < len(s) && !strings.HasPrefix(s[end:], "  ") {
			end++
		}
		if end > at {
			out = append(out, [2]int{at, len(strings.TrimRight(s[:end], " "))})
		}
		at = end
	}
	if len(out) == len(starts) {
		return out
	}
	out = out[:0]
	width, from, k := 0, 0, 1
	for i, r := range s {
		if k < len(starts) && width >= starts[k] {
			out = append(out, [2]int{from, i})
			from = i
			k++
		}
		if width++; utf8.RuneLen(r) > 2 {
			width++
		}
	}
	return append(out, [2]int{from, len(s)})
}

// fixedRow redacts a row under such heads.
func (f *File) fixedRow(s string) string {
	k := &f.carry
	c := &scan{f: f, s: s, rank: byKey}
	cells := columns(s, k.starts)
	if len(cells) < 2 {
		return f.line(s)
	}
	if k.upDown && len(cells) == 2 {
		cl := f.classify(strings.TrimSpace(s[cells[0][0]:cells[0][1]]))
		if !sensitive(cl) && cl != maybe {
			cl = none
		}
		k.cols[1] = cl
	}
	for i, cell := range cells {
		from, to := cell[0], cell[1]
		for from < to && s[from] == ' ' {
			from++
		}
		for to > from && s[to-1] == ' ' {
			to--
		}
		if i < len(k.cols) && k.cols[i] != none && from < to {
			c.judge(k.cols[i], from, to, true, false, false)
		}
	}
	return f.line(c.replace())
}
