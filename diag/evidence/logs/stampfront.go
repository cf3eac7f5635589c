package logs

import "bytes"

// beforeTime finds the time of day that some loggers put behind a level, and
// consoles behind the place in the script: "[info] 09:04:09.235", "app.js:2
// [11:50:04.475]". It gives where the time begins, 0 where there is none.
func beforeTime(b []byte) int {
	if len(b) < 14 {
		return 0
	}
	w, _, ok := bytes.Cut(b[:min(len(b), 160)], []byte(" "))
	i := len(w) + 1
	if !ok || i+8 >= len(b) {
		return 0
	}
	if b[i] == '[' {
		i++
	}
	if !isDigit(b[i]) || b[i+1] != ':' && b[i+2] != ':' {
		return 0
	}
	if word := string(bytes.Trim(w, "[]()<>:")); levelWord(word) == "" && !isPlace(string(w)) {
		return 0
	}
	return i
}
