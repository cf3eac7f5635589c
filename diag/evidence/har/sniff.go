package har

import "bytes"

// Sniff reports whether a file that begins with head looks like a HAR: an
// object with a "log" that has a HAR's keys, in any order. 64 KiB of head are
// plenty; less is enough where the "log" comes first, as in every real file. A
// byte order mark may stand before.
func Sniff(head []byte) bool {
	text := bytes.TrimLeft(bytes.TrimPrefix(head, utf8BOM), " \t\r\n")
	if len(text) == 0 || text[0] != '{' {
		return false
	}
	f := newFeed(bytes.NewReader(text))
	defer f.close()
	s := newScanner(f, longString)
	found := false
	s.each(func(key string) {
		if key != "log" {
			s.skip()
			return
		}
		s.each(func(key string) {
			switch key {
			case "entries", "pages":
				found = s.peek() == '['
			case "creator":
				found = s.peek() == '{'
			case "version": // a logger's configuration may have a "log", too
				v, ok := s.text()
				found = ok && bytes.HasPrefix(v.raw, []byte("1."))
				if !found {
					return
				}
			}
			if found {
				s.fail(errStopped)
			}
			s.skip()
		})
		s.fail(errStopped) // one log is enough
	})
	return found
}
