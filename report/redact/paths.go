package redact

import (
	"strings"
	"unicode/utf8"
)

var homes = []string{"users", "home", "documents and settings", "documents%20and%20settings"}

// home reads the user name in the path of a home folder, before whose name the
// separator at s[i] ends or begins.
func (c *scan) home(i int) {
	s := c.s
	at := i + 1
	if s[i] == '%' {
		at = i + 3
	}
	if at+4 >= len(s) {
		return
	}
	switch s[at] | 0x20 {
	case 'u', 'h', 'd':
	default:
		return
	}
	for _, home := range homes {
		end := at + len(home)
		if end >= len(s) || !strings.EqualFold(s[at:end], home) {
			continue
		}
		before, sepBefore := sepLeft(s, at)
		sep := sepRight(s, end)
		if sepBefore == "" || sep == "" {
			continue
		}
		slash := sepBefore[0] == '/' || sepBefore == "%2f" || sepBefore == "%2F"
		if slash && before > 0 && wordByte(s[before-1]) && (home == "home" || s[at] != 'U' || onTheWeb(s[:before])) && !mountOf(s[:before]) {
			continue // a path of the web, not of a disk
		}
		c.rank = byHome
		c.owner(end+len(sep), home)
	}
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

// onTheWeb tells whether what stands before a path is an address of the web.
func onTheWeb(s string) bool {
	s = s[strings.LastIndexAny(s, " \t\"'(<")+1:]
	return strings.HasPrefix(s, "http://") || strings.HasPrefix(s, "https://")
}

// mountOf tells whether a path ends in a folder below which systems keep homes.
func mountOf(s string) bool {
	s = s[strings.LastIndexAny(s, " \t\"'(<=:,")+1:]
	switch s {
	case "/export", "/usr", "/var", "/mnt", "/net", "/nfs", "/data", "/System/Volumes/Data", "/private/var":
		return true
	}
	return false
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
			if space = end; s[from-1] == '/' && home == "users" && strings.ContainsAny(s[max(0, from-8):from], "u") {
				break // /users/list 200: on no disk
			}
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
	if v == "" || sharedHomes[strings.ToLower(v)] || home == "users" && digitsIn(v) == len(v) {
		return
	}
	if _, done := pseudonymAt(s, from); done {
		return
	}
	if k := strings.IndexByte(v, '~'); k >= 4 && k == len(v)-2 {
		c.longName(v[:k])
	}
	if len(v) < 4 && !hasHan(v) || common()[strings.ToLower(v)] {
		c.mark(from, end, "user", v)
		return
	}
	c.teach(from, end, "user", v)
}

// longName marks the words of the line that Windows cut to a short name: ZHANGX~1.
func (c *scan) longName(short string) {
	for i := 0; i+len(short) < len(c.s); i++ {
		if (i == 0 || !wordByte(c.s[i-1])) && strings.EqualFold(c.s[i:i+len(short)], short) {
			if end := runEnd(c.s, i, "._-"); c.s[i+len(short)] != '~' {
				c.teach(i, end, "user", c.s[i:end])
			}
		}
	}
}

// share reads \\server\share, whose first backslash stands at s[i]: both name
// people and their machines.
func (c *scan) share(i int) {
	s := c.s
	if i < c.next[byShare] || i+4 >= len(s) || s[i+1] != '\\' || i > 0 && strings.IndexByte(" \t\"'=(,:;", s[i-1]) < 0 && s[i-1] < 0x80 {
		return
	}
	n := 2
	for i+n < len(s) && s[i+n] == '\\' {
		n++
	}
	sep := strings.Repeat(`\`, n/2)
	host := i + n
	hostEnd := host + anyOrEnd(s[host:], "\\ \"'")
	if hostEnd >= len(s) || !strings.HasPrefix(s[hostEnd:], sep) || hostEnd == host || s[hostEnd] != '\\' {
		c.next[byShare] = host
		return
	}
	if b := s[host]; !wordByte(b) && b < 0x80 || strings.ContainsAny(s[host:hostEnd], "&;%{}[]<>#,:=") {
		c.next[byShare] = host
		return
	}
	share := hostEnd + len(sep)
	shareEnd := share + anyOrEnd(s[share:], "\\\"'\r\n")
	if shareEnd >= len(s) {
		shareEnd = share + anyOrEnd(s[share:], " ")
	}
	if h := s[host:hostEnd]; h != "." && h != "?" && h != "localhost" {
		c.rank = byShare
		c.teach(host, hostEnd, "host", h)
		c.mark(share, shareEnd, "user", s[share:shareEnd])
		switch strings.ToLower(strings.TrimSuffix(s[share:shareEnd], "$")) {
		case "home", "homes", "users", "profiles", "user": // the folder below is the user's
			if at := shareEnd + len(sep); strings.HasPrefix(s[shareEnd:], sep) {
				if end := at + anyOrEnd(s[at:], "\\\"'\r\n "); end > at {
					c.teach(at, end, "user", s[at:end])
				}
			}
		}
	}
	c.next[byShare] = shareEnd
}

// machineHeads begin the names that Windows gives to a machine.
var machineHeads = []string{"DESKTOP-", "LAPTOP-", "WIN-", "PC-20"}

// machines are the words behind the name of a machine's owner.
var machines = []string{"MacBook", "iPhone", "iPad", "的电脑", "的手机"}

// device reads the name that a system gives to a person's machine, which
// begins at s[i] or stands before it: DESKTOP-AB12CD3, 张三的iPhone.
func (c *scan) device(i int) {
	s := c.s
	c.rank = byDevice
	for _, head := range machineHeads {
		if strings.HasPrefix(s[i:], head) {
			if end := runEnd(s, i, "-"); end-i >= len(head)+4 {
				c.teach(i, end, "host", s[i:end])
			}
			return
		}
	}
	for _, machine := range machines {
		if !strings.HasPrefix(s[i:], machine) {
			continue
		}
		end := i
		switch before := s[:i]; {
		case machine[0] >= 0x80:
		case strings.HasSuffix(before, "的"):
			end -= len("的")
		case strings.HasSuffix(before, "'s "):
			end -= len("'s ")
		case strings.HasSuffix(before, "’s "):
			end -= len("’s ")
		case strings.HasSuffix(before, "-"):
			end--
		default:
			return
		}
		chinese := strings.HasPrefix(s[end:], "的")
		from := end
		for from > 0 {
			r, size := utf8.DecodeLastRuneInString(s[:from])
			if r < 0x80 && !wordByte(byte(r)) && r != '-' || r >= 0x80 && !hasHan(string(r)) || end-from > 40 || chinese && end-from >= 12 && r >= 0x80 {
				break
			}
			from -= size
		}
		if v := s[from:end]; len(v) >= 2 && (!hasHan(v) || looksName(v)) {
			c.teach(from, end, "name", v)
		}
		return
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
