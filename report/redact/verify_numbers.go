package redact

import (
	"strings"
	"sync"
)

// A near function gives the next piece s[lo:hi] from at on in which a rule may
// find something, and where to go on when it does not; lo is -1 when there is
// no more. A piece begins and ends with a byte that is no part of the value, so
// that the rule sees what it is bounded by.

// numberFrom gives the next run s[from:to] of what a number is written with that
// holds so many digits, from at on; from is -1 when there is none. A run of that
// length has a byte in every place that far apart, so most others are passed over.
func numberFrom(s string, at, least int) (from, to, digits int) {
	for i := at; i+least <= len(s); {
		k := i + least - 1
		for k >= i && ofNumber[s[k]].keeps {
			k--
		}
		if k >= i {
			i = k + 1
			continue
		}
		n, j := 0, i
		for j < len(s) && ofNumber[s[j]].keeps {
			n += int(ofNumber[s[j]].adds)
			j++
		}
		if n >= least {
			return i, j, n
		}
		i = j + 1
	}
	return -1, 0, 0
}

// nearNumber finds runs of at least so many digits, with gaps and signs, in
// which a number of some shape may be.
func nearNumber(least int, may func(run string) bool) func(s string, at int) (lo, hi, next int) {
	return func(s string, at int) (lo, hi, next int) {
		for {
			from, to, _ := numberFrom(s, at, least)
			if from < 0 {
				return -1, 0, 0
			}
			if may(s[from:to]) {
				return max(at, from-3), min(to+1, len(s)), to
			}
			at = to
		}
	}
}

// groupsOf tells whether digits in groups of these lengths stand at run[i], with
// no sign or one between two groups; it gives where they end, 0 when they do not.
func groupsOf(run string, i int, lengths ...int) int {
	for k, n := range lengths {
		if k > 0 && i < len(run) && (run[i] == ' ' || run[i] == '-') {
			i++
		}
		for range n {
			if i >= len(run) || ofNumber[run[i]].adds == 0 {
				return 0
			}
			i++
		}
	}
	return i
}

// noDigitAt tells whether a number may begin or end at run[i].
func noDigitAt(run string, i int) bool {
	return i < 0 || i >= len(run) || ofNumber[run[i]].adds == 0
}

// mayBePhone tells whether eleven digits stand together from a 13…19 on.
func mayBePhone(run string) bool {
	for i := 0; i+11 <= len(run); i++ {
		if run[i] == '1' && run[i+1] >= '3' && run[i+1] <= '9' && (noDigitAt(run, i-1) || strings.HasSuffix(run[:i], "86")) {
			if end := groupsOf(run, i, 3, 4, 4); end > 0 && noDigitAt(run, end) {
				return true
			}
		}
	}
	return false
}

// mayBeID tells whether a region and a date stand together, and a number behind them.
func mayBeID(run string) bool {
	for i := 0; i+18 <= len(run); i++ {
		if ofNumber[run[i]].adds == 0 || !noDigitAt(run, i-1) || groupsOf(run, i, 6, 8, 3) == 0 {
			continue
		}
		date := run[i+6:]
		if ofNumber[date[0]].adds == 0 {
			date = date[1:]
		}
		if (date[:2] == "19" || date[:2] == "20") && date[4] <= '1' && date[6] <= '3' {
			return true
		}
	}
	return false
}

// mayBeCard tells whether sixteen digits stand together that begin as a card does.
func mayBeCard(run string) bool {
	for i := 0; i+16 <= len(run); i++ {
		if b := run[i]; b >= '4' && b <= '6' && noDigitAt(run, i-1) && groupsOf(run, i, 4, 4, 4, 4) > 0 {
			return true
		}
	}
	return false
}

// fourFrom gives the next four numbers s[from:to] of up to three digits with dots
// between them, from at on; from is -1 when there are none.
func fourFrom(s string, at int) (from, to int) {
	for i := at; i < len(s); {
		k := strings.IndexByte(s[i:], '.')
		if k < 0 {
			break
		}
		from, to = i+k, i+k+1
		if from > at && to < len(s) && ofNumber[s[from-1]].adds == 1 && ofNumber[s[to]].adds == 1 {
			for from > at && ofNumber[s[from-1]].adds == 1 {
				from--
			}
			for to < len(s) && (ofNumber[s[to]].adds == 1 || s[to] == '.') {
				to++
			}
			if fourParts(s[from:to]) {
				return from, to
			}
		}
		i = to
	}
	return -1, 0
}

// nearFour finds four numbers with dots between them of which may tells that
// they can be an address, and takes so much of what stands before and behind them.
func nearFour(before, behind int, may func(s string, from, to int) bool) func(s string, at int) (lo, hi, next int) {
	return func(s string, at int) (lo, hi, next int) {
		for {
			from, to := fourFrom(s, at)
			if from < 0 {
				return -1, 0, 0
			}
			if may(s, from, to) {
				return max(at, from-before), min(to+behind, len(s)), to
			}
			at = to
		}
	}
}

func fourParts(run string) bool {
	parts, size := 1, 0
	for i := range len(run) {
		if run[i] != '.' {
			if size++; size > 3 {
				return false
			}
			continue
		}
		if size == 0 {
			return false
		}
		parts++
		size = 0
	}
	return parts == 4 && size > 0
}

// addressWords are what stands before an address, by their last letters.
var addressWords = sync.OnceValue(func() *[256][]string {
	var out [256][]string
	for _, w := range []string{"ip", "addr", "address", "remote", "client", "peer", "src", "dest", "for", "from", "host", "via"} {
		last := w[len(w)-1]
		out[last] = append(out[last], w)
	}
	return &out
})

// behindWord tells whether an address that is somebody's stands behind a word that announces one.
func behindWord(s string, from, to int) bool {
	start := from
	for from > 0 && (blankOfLine(s[from-1]) || strings.IndexByte(`"':=[`, s[from-1]) >= 0) {
		from--
	}
	return endsInAny(s[:from], addressWords()) && !fineAddress(s, start, to)
}

// withPort tells whether an address that is somebody's has a port behind it.
func withPort(s string, from, to int) bool {
	return to+2 < len(s) && s[to] == ':' && ofNumber[s[to+1]].adds == 1 && !fineAddress(s, from, to)
}

// endsInAny tells whether a text ends in one of the words, whatever its case.
func endsInAny(s string, byLast *[256][]string) bool {
	if s == "" {
		return false
	}
	for _, w := range byLast[lowered[s[len(s)-1]]] {
		if len(s) >= len(w) && beginsWith(s[len(s)-len(w):], w) {
			return true
		}
	}
	return false
}
