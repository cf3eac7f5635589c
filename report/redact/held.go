package redact

import (
	"encoding/base64"
	"encoding/hex"
	"io"
	"mime/quotedprintable"
	"strings"
	"unicode"
	"unicode/utf8"
)

// maxHeld bounds the lines that are kept back until what they encode is whole.
const maxHeld = 4 << 20

// hold keeps a line back; what is too much to decode goes unread.
func (f *File) hold(line string) string {
	if f.carry.held.Len()+len(line) > maxHeld {
		out := f.release()
		f.carry.held.WriteString(line)
		return out
	}
	f.carry.held.WriteString(line)
	return ""
}

// release gives the lines that were kept back, redacted.
func (f *File) release() string {
	k := &f.carry
	src := k.held.String()
	k.held.Reset()
	if src == "" {
		return ""
	}
	body := strings.TrimRight(src, "\r\n")
	end := src[len(body):]
	quiet := f.try()
	switch k.what {
	case mimeBase64:
		data, err := base64.StdEncoding.DecodeString(strings.NewReplacer("\r", "", "\n", "", " ", "").Replace(body))
		if err != nil || !utf8.Valid(data) {
			return f.Text(src)
		}
		out := quiet.Text(string(data))
		if quiet.Total() == 0 {
			return src
		}
		f.take(quiet)
		return folded(base64.StdEncoding.EncodeToString([]byte(out))) + end
	case mimeQuoted:
		data, err := io.ReadAll(quotedprintable.NewReader(strings.NewReader(body)))
		if err != nil {
			return f.Text(src)
		}
		out := quiet.Text(string(data))
		if quiet.Total() == 0 {
			return src
		}
		f.take(quiet)
		var b strings.Builder
		w := quotedprintable.NewWriter(&b)
		_, _ = io.WriteString(w, out)
		_ = w.Close()
		return b.String() + end
	case hexDump:
		var data []byte
		for line := range strings.Lines(src) {
			data = append(data, dumped(line)...)
		}
		plain := strings.Map(func(r rune) rune {
			if r == utf8.RuneError || !unicode.IsPrint(r) {
				return ' '
			}
			return r
		}, string(data))
		out := quiet.Text(plain)
		if quiet.Total() == 0 {
			return f.Text(src)
		}
		f.take(quiet)
		var b strings.Builder
		for line := range strings.Lines(src) { // as many lines as before
			b.WriteString(line[:hexOffset(line)])
			if out != "" {
				b.WriteString(" " + out)
				out = ""
			}
			b.WriteString("\n")
		}
		return b.String()
	}
	return f.Text(src)
}

// folded breaks base64 into lines as mail has them.
func folded(s string) string {
	var b strings.Builder
	for len(s) > 76 {
		b.WriteString(s[:76] + "\r\n")
		s = s[76:]
	}
	return b.String() + s
}

// hexOffset gives the length of the offset that a line of hexdump or xxd begins
// with, 0 for other lines.
func hexOffset(s string) int {
	n, from := 0, 0
	for from < len(s) && from < 9 && (s[from] == ' ' || s[from] == '\t') {
		from++
	}
	if strings.HasPrefix(s[from:], "0x") { // tcpdump -X
		n = from + 2
	} else if from > 0 {
		return 0
	}
	from = n
	for n < len(s) && ofHex[s[n]] {
		n++
	}
	if n-from < 4 || n-from > 10 || len(s) < n+5 {
		return 0
	}
	at := n
	if s[at] == ':' {
		at++
	}
	if s[at] != ' ' {
		return 0
	}
	for at < len(s) && s[at] == ' ' {
		at++
	}
	k := at
	for k < len(s) && ofHex[s[k]] {
		k++
	}
	if w := k - at; w != 2 && w != 4 || k < len(s) && s[k] != ' ' && s[k] != '\n' {
		return 0
	}
	return n
}

// dumped gives the bytes of one line of a hexdump.
func dumped(line string) []byte {
	line = strings.TrimRight(line, "\r\n")
	n := hexOffset(line)
	rest := strings.TrimPrefix(line[n:], ":")
	if k := strings.IndexByte(rest, '|'); k >= 0 {
		rest = rest[:k]
	}
	var out []byte
	rest = strings.TrimLeft(rest, " ")
	for rest != "" && len(out) < 64 {
		w := 0
		for w < len(rest) && ofHex[rest[w]] {
			w++
		}
		if w != 2 && w != 4 {
			break
		}
		b, err := hex.DecodeString(rest[:w])
		if err != nil {
			break
		}
		out = append(out, b...)
		rest = rest[w:]
		if strings.HasPrefix(rest, "  ") && len(out) != 8 || !strings.HasPrefix(rest, " ") {
			break
		}
		rest = strings.TrimLeft(rest, " ")
	}
	return out
}

// hexFrom looks into a run of hexadecimal digits that begins at s[i]: one that
// tells a text with something to hide goes as a whole.
func (c *scan) hexFrom(i int) {
	s := c.s
	end := i
	for end < len(s) && ofHex[s[end]] {
		end++
	}
	if c.depth >= maxDepth || (end-i)%2 == 1 || end-i > 1<<20 || end < len(s) && wordByte(s[end]) {
		return
	}
	data, err := hex.DecodeString(s[i:end])
	if err != nil || !utf8.Valid(data) {
		return
	}
	for _, r := range string(data) {
		if !unicode.IsPrint(r) && r != '\n' && r != '\r' && r != '\t' {
			return
		}
	}
	c.decodes()
	quiet := c.f.try()
	quiet.Prose, quiet.ruins = false, false
	if quiet.lineAt(string(data), c.depth+1) != string(data) && quiet.Total() > 0 || words(string(data)) {
		c.rank = byEncoded
		c.mark(i, end, "hex", s[i:end])
		c.next[byNumber] = max(c.next[byNumber], end)
	}
}

// escapedQuotes are spellings of a quote, in which a whole document is written
// into a line: nginx's $request_body, an attribute of HTML.
var escapedQuotes = []string{"&quot;", `\x22`, "&#34;", "&#x22;", `\u0022`, "&amp;quot;"}

// quotes redacts documents whose quotes are escaped, and leaves them escaped.
func (f *File) quotes(s string, depth int) string {
	for _, esc := range escapedQuotes {
		if !strings.Contains(s, esc) {
			continue
		}
		stops := "\"<>"
		back := strings.NewReplacer(esc, `"`)
		switch esc[0] {
		case '\\':
			stops = "\""
			back = strings.NewReplacer(esc, `"`, `\x5C`, `\`, `\x5c`, `\`)
		case '&':
			back = strings.NewReplacer(esc, `"`, "&amp;", "&", "&#39;", "'")
		}
		var b strings.Builder
		for at := 0; at < len(s); {
			end := at + anyOrEnd(s[at:], stops)
			if run := s[at:end]; strings.Contains(run, esc) {
				quiet := f.try()
				if out := quiet.lineAt(back.Replace(run), depth+1); quiet.Total() > 0 {
					f.take(quiet)
					if esc[0] == '&' {
						out = strings.ReplaceAll(out, "&", "&amp;")
					}
					run = strings.ReplaceAll(out, `"`, esc)
				}
				b.WriteString(run)
			} else {
				b.WriteString(run)
			}
			if end < len(s) {
				b.WriteByte(s[end])
			}
			at = end + 1
		}
		s = b.String()
	}
	return s
}

// rawBytes reads a run of \xHH or of octal \OOO that spells a letter beyond ASCII.
func rawBytes(s string) (string, int) {
	var out []byte
	i := 0
	for i+3 < len(s) && s[i] == '\\' && len(out) < 4 {
		b := 0
		switch {
		case s[i+1] == 'x' && isHex(s[i+2]) && isHex(s[i+3]):
			d, _ := hex.DecodeString(s[i+2 : i+4])
			b = int(d[0])
		case s[i+1] >= '2' && s[i+1] <= '3' && s[i+2] >= '0' && s[i+2] <= '7' && s[i+3] >= '0' && s[i+3] <= '7':
			b = int(s[i+1]-'0')<<6 | int(s[i+2]-'0')<<3 | int(s[i+3]-'0')
		}
		if b < 0x80 {
			return "", 0
		}
		out = append(out, byte(b))
		i += 4
		if r, n := utf8.DecodeRune(out); n == len(out) && r != utf8.RuneError {
			return string(out), i
		}
	}
	return "", 0
}
