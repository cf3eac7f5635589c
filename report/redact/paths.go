package redact

import (
	"strings"
	"unicode/utf8"
)

// paths looks for user names in paths of home folders, shares and device names.
func (c *scan) paths() {
	s := c.s
	if !strings.ContainsAny(s, `/\\%`) {
		c.devices()
		return
	}
	low := asciiLower(s)
	for _, home := range []string{"users", "home", "documents and settings", "documents%20and%20settings"} {
		for i := 0; ; {
			k := strings.Index(low[i:], home)
			if k < 0 {
				break
			}
			at := i + k
			i = at + len(home)
			before, sepBefore := sepLeft(s, at)
			sep := sepRight(s, i)
			if sepBefore == "" || sep == "" {
				continue
			}
			slash := sepBefore[0] == '/' || sepBefore == "%2f" || sepBefore == "%2F"
			if slash && before > 0 && wordByte(s[before-1]) && (home == "home" || s[at] != 'U' && !strings.HasSuffix(low[:before], ":")) {
				continue // a path of the web, not of a disk
			}
			c.owner(i+len(sep), home)
		}
	}
	c.shares()
	c.devices()
}

var separatorsOfPaths = []string{`\\\\`, `\\`, `\`, "/", "%2f", "%2F", "%5c", "%5C"}

func sepLeft(s string, at int) (int, string) {
	for _, sep := range separatorsOfPaths {
		if strings.HasSuffix(s[:at], sep) {
			return at - len(sep), sep
		}
	}
	return at, ""
}

func sepRight(s string, at int) string {
	for _, sep := range separatorsOfPaths {
		if strings.HasPrefix(s[at:], sep) {
			return sep
		}
	}
	return ""
}

// sharedHomes belong to nobody.
var sharedHomes = map[string]bool{"public": true, "default": true, "default user": true, "all users": true, "shared": true, "me": true, "self": true, "login": true, "logout": true, "search": true, "list": true, "current": true, "info": true, "index.html": true, "runneradmin": true}

// owner marks the user name that begins at s[from].
func (c *scan) owner(from int, home string) {
	s := c.s
	end, space := from, -1
	for end < len(s) && end-from < 100 {
		if sepRight(s, end) != "" || strings.IndexByte("\"'<>|*?:\r\n\t`&#", s[end]) >= 0 {
			break
		}
		if s[end] == ' ' && space < 0 {
			space = end
		}
		end++
	}
	if end >= len(s) || sepRight(s, end) == "" { // nothing behind it: a name ends at the first space
		if space >= 0 {
			end = space
		}
		for i, r := range s[from:end] {
			if strings.ContainsRune(",;)(]，。；）（", r) {
				end = from + i
				break
			}
		}
	}
	v := s[from:end]
	if v == "" || sharedHomes[strings.ToLower(v)] || home == "users" && digitsIn(v) == len(v) || !utf8.ValidString(v) {
		return
	}
	if _, done := pseudonymAt(s, from); done {
		return
	}
	if len(v) < 4 && !hasHan(v) || common[strings.ToLower(v)] {
		c.mark(from, end, "user", v)
		return
	}
	c.teach(from, end, "user", v)
}

// shares reads \\server\share: both name people and their machines.
func (c *scan) shares() {
	s := c.s
	for i := 0; i+4 < len(s); i++ {
		if s[i] != '\\' || s[i+1] != '\\' || i > 0 && strings.IndexByte(" \t\"'=(,:;", s[i-1]) < 0 && s[i-1] < 0x80 {
			continue
		}
		n := 2
		for i+n < len(s) && s[i+n] == '\\' {
			n++
		}
		sep := strings.Repeat(`\`, n/2)
		host := i + n
		hostEnd := host + anyOrEnd(s[host:], "\\ \"'")
		if hostEnd >= len(s) || !strings.HasPrefix(s[hostEnd:], sep) || hostEnd == host || s[hostEnd] != '\\' {
			i = host
			continue
		}
		share := hostEnd + len(sep)
		shareEnd := share + anyOrEnd(s[share:], "\\\"'\r\n")
		if shareEnd >= len(s) {
			shareEnd = share + anyOrEnd(s[share:], " ")
		}
		if h := s[host:hostEnd]; h != "." && h != "?" && h != "localhost" {
			c.teach(host, hostEnd, "host", h)
			c.mark(share, shareEnd, "user", s[share:shareEnd])
		}
		i = shareEnd
	}
}

// devices reads names that systems give to a person's machine.
func (c *scan) devices() {
	s := c.s
	for _, head := range []string{"DESKTOP-", "LAPTOP-", "WIN-", "PC-20"} {
		for i := 0; ; {
			k := strings.Index(s[i:], head)
			if k < 0 {
				break
			}
			from := i + k
			i = runEnd(s, from, "-")
			if i-from >= len(head)+4 && (from == 0 || !wordByte(s[from-1])) {
				c.teach(from, i, "host", s[from:i])
			}
		}
	}
	for _, tail := range []string{"-MacBook", "s-MacBook", "的MacBook", "的iPhone", "的iPad", "的电脑", "的手机", "’s MacBook", "’s iPhone", "'s iPhone", "'s MacBook"} {
		for i := 0; ; {
			k := strings.Index(s[i:], tail)
			if k < 0 {
				break
			}
			end := i + k
			from := end
			for from > 0 {
				r, size := utf8.DecodeLastRuneInString(s[:from])
				if r < 0x80 && !wordByte(byte(r)) && r != '-' || r >= 0x80 && !hasHan(string(r)) || end-from > 40 || tail[0] >= 0x80 && end-from >= 12 && r >= 0x80 {
					break
				}
				from -= size
			}
			if v := s[from:end]; len(v) >= 2 && (!hasHan(v) || looksName(v)) {
				c.teach(from, end, "name", v)
			}
			i = end + len(tail)
		}
	}
}

func asciiLower(s string) string {
	b := []byte(s)
	for i, c := range b {
		if c >= 'A' && c <= 'Z' {
			b[i] = c + 32
		}
	}
	return string(b)
}
