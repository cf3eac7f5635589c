package logs

// httpStatus finds the HTTP status that a browser's console prints after a
// request: "404 (Not Found)", "[HTTP/1.1 404 Not Found 12ms]", "status of 503
// ()". 0 when there is none.
func httpStatus(s string) int {
	for i := 0; i+3 <= len(s) && i < proseLimit; i++ {
		if s[i] < '1' || s[i] > '5' || i == 0 || s[i-1] != ' ' || !isDigit(s[i+1]) || !isDigit(s[i+2]) {
			continue
		}
		if i+3 < len(s) && s[i+3] != ' ' && s[i+3] != ']' {
			continue
		}
		n := int(s[i]-'0')*100 + int(s[i+1]-'0')*10 + int(s[i+2]-'0')
		if i+4 < len(s) && s[i+4] == '(' || endsWith(s[:i], "status of ") || httpVersion(s[:i]) {
			return n
		}
	}
	return 0
}

func endsWith(s, w string) bool { return len(s) >= len(w) && s[len(s)-len(w):] == w }

// httpVersion is true of text that ends in "[HTTP/1.1 " or the like.
func httpVersion(s string) bool {
	for i := len(s) - 2; i >= 0 && i >= len(s)-10; i-- {
		if s[i] == '[' {
			return len(s) > i+6 && s[i:i+6] == "[HTTP/"
		}
	}
	return false
}
