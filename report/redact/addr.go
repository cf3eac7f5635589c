package redact

import (
	"net/netip"
	"strings"
)

// keptIPs are addresses that tell nothing of a person: well-known resolvers.
var keptIPs = map[string]bool{"8.8.8.8": true, "8.8.4.4": true, "1.1.1.1": true, "1.0.0.1": true, "114.114.114.114": true, "114.114.115.115": true, "223.5.5.5": true, "223.6.6.6": true, "119.29.29.29": true, "180.76.76.76": true}

var macSigns = strings.NewReplacer(":", "", "-", "", ".", "")

// address reads an IPv4, IPv6 or MAC address that begins at s[i], the head of a
// word or the first of two colons.
func (c *scan) address(i int) {
	s := c.s
	if c.f.r.KeepIPs || i < c.next[byAddress] || i > 0 && (wordByte(s[i-1]) || s[i-1] == ':' && s[i] == ':') {
		return
	}
	// Most words and numbers are none, which their first letters tell.
	k := i
	for k < len(s) && k-i < 5 && isHex(s[k]) {
		k++
	}
	if k >= len(s) || k-i > 4 || s[k] != ':' && s[k] != '.' && s[k] != '-' {
		return
	}
	c.rank = byAddress
	if end := macEnd(s, i); end > 0 {
		if v := strings.ToLower(macSigns.Replace(s[i:end])); v != "ffffffffffff" && v != "000000000000" {
			c.teach(i, end, "mac", s[i:end]) // goes without its signs, too
		}
		c.next[byAddress] = end + 1
		return
	}
	if s[k] == ':' {
		j, colons, dots, pair := i, 0, 0, false
		for j < len(s) && (isHex(s[j]) || s[j] == ':' || s[j] == '.') && j-i < 46 {
			switch s[j] {
			case ':':
				colons++
				pair = pair || j > i && s[j-1] == ':'
			case '.':
				dots++
			}
			j++
		}
		if colons < 5 && !pair && dots < 3 {
			c.next[byAddress] = j // a time of day, a place in a program
			return
		}
		if i > 2 && s[i-1] == ':' && k-i == 2 && ofHex[s[i-2]] && ofHex[s[i-3]] && (i == 3 || !wordByte(s[i-4])) {
			return // within a fingerprint, which did not begin as an address
		}
		if (colons >= 6 || pair) && (j >= len(s) || !wordByte(s[j])) {
			if a, ok := ipv6In(strings.TrimRight(s[i:j], ".")); ok {
				c.ip(i, i+len(a.text), a.addr)
				c.next[byAddress] = i + len(a.text)
				return
			}
		}
	}
	if s[k] == '.' && s[i] >= '0' && s[i] <= '9' {
		end, ok := ipv4End(s, i)
		if !ok && ofCapture(s[:i]) { // 10.0.0.9.443
			if host := withoutPort(s[i:end]); strings.Count(host, ".") == 3 {
				end, ok = i+len(host), true
			}
		}
		if ok {
			if a, err := netip.ParseAddr(s[i:end]); err == nil && !productVersion(s, i, a) && !packaged(s, i, end) {
				c.ip(i, end, a)
			}
			c.next[byAddress] = end
		}
	}
}

// ofCapture tells of the head of a line of tcpdump or of BSD's netstat.
func ofCapture(s string) bool {
	s = s[:min(len(s), 120)]
	return strings.Contains(s, "IP ") || strings.Contains(s, "IP6 ") || strings.HasPrefix(s, "tcp") || strings.HasPrefix(s, "udp")
}

type textAddr struct {
	text string
	addr netip.Addr
}

// ipv6In reads an IPv6 address at the head of a run, a port behind it left off.
func ipv6In(run string) (textAddr, bool) {
	for _, t := range []string{run, strings.TrimRight(run, ":"), cutLast(run), withoutPort(run)} {
		a, err := netip.ParseAddr(t)
		if err != nil || !a.Is6() {
			continue
		}
		if a.Is4In6() {
			return textAddr{t, a}, true
		}
		head, _, _ := strings.Cut(t, ":")
		parts := 0
		for _, p := range strings.Split(t, ":") {
			if p != "" {
				parts++
			}
		}
		if parts >= 4 || len(head) >= 3 && parts >= 2 && hasDigit(t) || a.IsLoopback() {
			return textAddr{t, a}, true
		}
	}
	return textAddr{}, false
}

// withoutPort cuts the port off that tcpdump and BSD's netstat set behind a point.
func withoutPort(s string) string {
	if i := strings.LastIndexByte(s, '.'); i > 0 && len(s)-i > 2 && len(s)-i <= 6 && digitsRun(s[i+1:]) == len(s)-i-1 {
		return s[:i]
	}
	return ""
}

func cutLast(s string) string {
	if i := strings.LastIndexByte(s, ':'); i > 0 {
		return s[:i]
	}
	return s
}

func (c *scan) ip(start, end int, a netip.Addr) {
	if a = a.Unmap(); a.IsLoopback() || a.IsUnspecified() || a.IsMulticast() || keptIPs[a.String()] || strings.HasPrefix(a.String(), "255.255.") {
		return
	}
	kind := "ip"
	if a.IsPrivate() || a.IsLinkLocalUnicast() {
		kind = "ip-lan" // that it is a local one is a finding of its own
	}
	c.mark(start, end, kind, a.String())
}

func ipv4End(s string, i int) (int, bool) {
	if i > 0 && (s[i-1] == '.' && i > 1 && wordByte(s[i-2])) {
		return i + 1, false
	}
	j, dots := i, 0
	for j < len(s) && (s[j] >= '0' && s[j] <= '9' || s[j] == '.' && j+1 < len(s) && s[j+1] >= '0' && s[j+1] <= '9') {
		if s[j] == '.' {
			dots++
		}
		j++
	}
	return j, dots == 3
}

// packaged tells of the version of a package: 1.2.5.1-2, 8:6.9.11.60+dfsg, topology-conf_1.2.5.1.
func packaged(s string, i, end int) bool {
	if i > 1 && s[i-1] == '_' && wordByte(s[i-2]) {
		return true
	}
	if end+1 >= len(s) || !wordByte(s[end+1]) {
		return false
	}
	switch s[end] {
	case '+', '~':
		return true
	case '-':
		next, four := ipv4End(s, end+1)
		return !four || next <= end+1 // 10.0.0.1-10.0.0.9 are two addresses
	}
	return false
}

// productVersion tells Chrome/126.0.0.0 and v1.2.3.4 from addresses.
func productVersion(s string, i int, a netip.Addr) bool {
	four := a.As4()
	if four[1] == 0 && four[2] == 0 && four[3] == 0 {
		return true
	}
	before := strings.ToLower(s[max(0, i-24):i])
	for _, p := range []string{"chrome/", "safari/", "edg/", "edge/", "edga/", "firefox/", "opr/", "version/", "electron/", "mobile/", "micromessenger/", "wxwork/", "applewebkit/", "meiqia/", "app/", "qqbrowser/", "ucbrowser/", "headlesschrome/", "version=", "version:", "version: ", "version\":\"", "version\": \"", "ver=", "sdk ", "version ", "ver ", "build ", "release ", "upgrade to ", "图 ", "表 ", "版本 ", "版本", "版本：", "版本号：", "版本号 ", "章节 ", "→ ", "v"} {
		if strings.HasSuffix(before, p) && (p != "v" || len(before) < 2 || !wordByte(before[len(before)-2])) {
			return true
		}
	}
	return false
}

// macEnd reads aa:bb:cc:dd:ee:ff, aa-bb-… and aabb.ccdd.eeff.
func macEnd(s string, i int) int {
	if i+14 <= len(s) && s[min(i+4, len(s)-1)] == '.' && s[i+9] == '.' && allHex(s[i:i+4]) && allHex(s[i+5:i+9]) && allHex(s[i+10:i+14]) && (i+14 == len(s) || !wordByte(s[i+14])) && strings.ContainsAny(s[i:i+14], "abcdefABCDEF") {
		return i + 14
	}
	if i+17 > len(s) || s[i+2] != ':' && s[i+2] != '-' || i+17 < len(s) && (wordByte(s[i+17]) || s[i+17] == s[i+2]) || i > 1 && s[i-1] == s[i+2] && ofHex[s[i-2]] {
		return 0
	}
	for k := range 6 {
		if !allHex(s[i+3*k:i+3*k+2]) || k < 5 && s[i+3*k+2] != s[i+2] {
			return 0
		}
	}
	return i + 17
}

func allHex(s string) bool {
	for i := range len(s) {
		if !isHex(s[i]) {
			return false
		}
	}
	return true
}
