package redact

import "strings"

// crypt reads the hash of a password that begins with the "$" at s[i], as
// crypt(3) and its kin write it: $6$salt$hash, $2b$10$…, $apr1$…, $argon2id$….
func (c *scan) crypt(i int) {
	s := c.s
	if i < c.next[byKey] {
		return
	}
	n := 1
	for i+n < len(s) && n < 16 && (wordByte(s[i+n]) || s[i+n] == '-') {
		n++
	}
	if n < 2 || i+n >= len(s) || s[i+n] != '$' {
		return
	}
	switch name := s[i+1 : i+n]; {
	case len(name) <= 2 && strings.Trim(name[:1], "1256y7") == "", name == "apr1", name == "sha1", name == "md5", strings.HasPrefix(name, "argon2"), strings.HasPrefix(name, "pbkdf2"), strings.HasPrefix(name, "scrypt"), name == "bcrypt-sha256":
	default:
		return
	}
	end := runEnd(s, i, "$./+=,-_")
	if v := s[i:end]; end-i >= 28 && strings.Count(v, "$") >= 3 && hasDigit(v) {
		c.rank = byKey
		c.teach(i, end, "secret", v)
		c.next[byKey] = end
	}
}

// keyLogs are the labels of a log of the keys of TLS (SSLKEYLOGFILE).
var keyLogs = []string{"CLIENT_RANDOM", "CLIENT_EARLY_TRAFFIC_SECRET", "CLIENT_HANDSHAKE_TRAFFIC_SECRET", "SERVER_HANDSHAKE_TRAFFIC_SECRET", "CLIENT_TRAFFIC_SECRET_0", "SERVER_TRAFFIC_SECRET_0", "EXPORTER_SECRET", "EARLY_EXPORTER_SECRET"}

// keyLog reads the secret of such a line, whose label begins at s[i]: it is the
// last of two numbers in hexadecimal.
func (c *scan) keyLog(i int) {
	fields := strings.Fields(c.s[i:])
	if len(fields) < 3 || len(fields[1]) != 64 || len(fields[2]) < 64 || !allHex(fields[2]) {
		return
	}
	for _, w := range keyLogs {
		if fields[0] == w {
			at := i + strings.LastIndex(c.s[i:], fields[2])
			c.rank = byKey
			c.teach(at, at+len(fields[2]), "secret", fields[2])
			c.next[byKey] = at + len(fields[2])
		}
	}
}
