package redact

import "strings"

// cookieBefore reads a cookie whose attribute begins at s[i]: x=y; Max-Age=60.
func (c *scan) cookieBefore(i int) {
	s := c.s
	to := len(strings.TrimRight(s[:i], " "))
	if to < 4 || s[to-1] != ';' {
		return
	}
	to--
	from := max(strings.LastIndexByte(s[:to], ';'), strings.LastIndexAny(s[:to], " \t\"'")) + 1
	nm, v, ok := strings.Cut(s[from:to], "=")
	if !ok || nm == "" || len(v) < 8 || cookieWords()[strings.ToLower(nm)] {
		return
	}
	c.rank = byKey
	c.cookie(from+len(nm)+1, to)
}

// spaced reads a value behind a key and a space, where the key begins at s[i]:
// "login x password y" of .netrc, proxy_set_header Cookie "x", IMEI 35….
func (c *scan) spaced(i int) {
	s := c.s
	for _, w := range spacedBy[s[i]] {
		if !strings.HasPrefix(s[i:], w) {
			continue
		}
		end := i + len(w)
		if c.oneOf(w, i, end) {
			return
		}
		if w[0]|0x20 == 'm' && len(w) == 7 || w == "SameSite" || w == "HttpOnly" {
			c.cookieBefore(i)
			return
		}
		if strings.EqualFold(w, "imei") {
			k := end
			for k < len(s) && k-end < 16 && digitsRun(s[k:]) < 14 {
				k++
			}
			if k < len(s) && digitsRun(s[k:]) >= 14 && digitsRun(s[k:]) <= 17 {
				c.rank = byKey
				c.teach(k, k+digitsRun(s[k:]), "device", s[k:k+digitsRun(s[k:])])
			}
			return
		}
		if end+4 >= len(s) || s[end] != ' ' && s[end] != '\t' {
			return
		}
		from := end
		for from < len(s) && (s[from] == ' ' || s[from] == '\t') && from-end < 8 {
			from++
		}
		to := from + anyOrEnd(s[from:], " \t\r\n;,，。\"'")
		quoted := from < len(s) && (s[from] == '"' || s[from] == '\'')
		if quoted {
			from++
			to = from + byteOrEnd(s[from:], s[from-1])
		}
		if to <= from {
			return
		}
		v := s[from:to]
		c.rank = byKey
		before := s[:i]
		switch w {
		case "ENV", "ARG", "setx", "SetEnv", "setenv": // ENV DB_PASSWORD x
			if cl := c.f.classify(v); strings.TrimSpace(before) == "" && sensitive(cl) && cl != text && cl != textOrID && to+1 < len(s) && s[to] == ' ' {
				if e := c.value(cl, from, to+1, false); e > i {
					c.next[byKey] = e
				}
			}
		case "Cookie", "cookie", "Authorization":
			if quoted && strings.Contains(before, "header") {
				c.judge(c.f.classify(w), from, to, true, false, false)
			}
		case "VX", "vx", "Vx", "WX":
			if v = s[from:runEnd(s, from, "_-")]; len(v) >= 6 && (hasDigit(v) || strings.Contains(v, "_")) {
				c.teach(from, from+len(v), "wx", v)
			}
		case "MEID", "IMSI":
			if digitsIn(v) >= 14 && digitsIn(v) <= 17 {
				c.teach(from, to, "device", v)
			}
		case "requirepass", "masterauth":
			c.secretSpan(from, to, "secret")
		default:
			config := strings.HasSuffix(before, "set ") || strings.HasSuffix(before, "enable ") || strings.Contains(before, "username ")
			netrc := config || strings.Contains(before, "login ") || strings.Contains(before, "machine ") || strings.TrimSpace(before) == "" && strings.TrimSpace(s[to:]) == ""
			if !isBenign(v) && v[0] != '=' && v[0] != ':' && v[0] != '<' && (netrc || looksSecret(v)) {
				c.secretSpan(from, to, "secret")
			}
		}
		return
	}
}
