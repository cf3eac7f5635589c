package redact

// stampEnd gives the end of a date with its time, or of a time of day, that
// begins with the digits s[i:end]; 0 for anything else. Every line of a log
// begins with one, and none of its parts is a phone or an address.
func stampEnd(s string, i, end int) int {
	at := i
	if s[end] == '-' {
		if end-i != 4 || len(s) < i+19 || s[i+7] != '-' || s[i+10] != ' ' && s[i+10] != 'T' || s[i:i+2] != "20" && s[i:i+2] != "19" ||
			!two(s, i+5, '1') || !two(s, i+8, '3') {
			return 0
		}
		at = i + 11
	}
	if len(s) < at+8 || s[at+2] != ':' || s[at+5] != ':' || !two(s, at, '2') || !two(s, at+3, '5') || !two(s, at+6, '6') || i > 0 && (s[i-1] == ':' || wordByte(s[i-1])) {
		return 0
	}
	at += 8
	if at < len(s) && s[at] == 'Z' {
		return at + 1
	}
	if at < len(s) && (wordByte(s[at]) || s[at] == ':' || s[at] == '-') {
		return 0
	}
	if at+1 < len(s) && (s[at] == '.' || s[at] == ',') && begins[s[at+1]] == digit {
		k := at + 1
		for k < len(s) && begins[s[k]] == digit {
			k++
		}
		if k-at <= 10 && (k == len(s) || s[k] != '.' && !wordByte(s[k])) {
			at = k
		}
	}
	return at
}

// two tells whether two digits stand at s[i], the first not above most.
func two(s string, i int, most byte) bool {
	return s[i] >= '0' && s[i] <= most && begins[s[i+1]] == digit
}
