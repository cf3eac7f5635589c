package pathtext

import (
	"bufio"
	"io"
	"sort"
	"strings"
	"unicode/utf8"
)

func limit(s string) io.Reader { return strings.NewReader(s[:min(len(s), 1<<20)]) }

// eachLine gives every line without its end. A line longer than maxPiece comes
// in pieces, all with the same number: memory stays bounded.
func eachLine(r io.Reader, do func(s string, n int)) error {
	br := bufio.NewReaderSize(r, maxPiece)
	n := 1
	for {
		b, err := br.ReadSlice('\n')
		if len(b) > 0 {
			// A lone CR is a line end too: old consoles, progress displays.
			for _, s := range strings.Split(strings.TrimRight(string(b), "\r\n"), "\r") {
				do(normal(s), n)
			}
			if b[len(b)-1] == '\n' {
				n++
			}
		}
		switch err {
		case nil, bufio.ErrBufferFull:
		case io.EOF:
			return nil
		default:
			return err
		}
	}
}

// normal maps full-width signs and odd spaces to their plain kin and drops
// what is invisible, so that one pattern serves every keyboard.
func normal(s string) string {
	plain := true
	for i := 0; i < len(s); i++ {
		// Every sign to change begins with one of these bytes; hanzi do not.
		if c := s[i]; c < 0x20 || c == 0xC2 || c == 0xE2 || c == 0xE3 || c == 0xEF {
			plain = false
			break
		}
	}
	if plain {
		return s
	}
	var b strings.Builder
	b.Grow(len(s))
	for i := 0; i < len(s); {
		r, n := utf8.DecodeRuneInString(s[i:])
		i += n
		switch {
		case r == 0x1B: // a colour: skip to its letter
			if i < len(s) && s[i] == '[' {
				for i++; i < len(s) && (s[i] < '@' || s[i] > '~'); i++ {
				}
				i++
				i = min(i, len(s))
			}
		case r == '\t' || r == 0xA0 || r == 0x3000 || r >= 0x2000 && r <= 0x200A:
			b.WriteByte(' ')
		case r < 0x20 || r == 0xFEFF || r >= 0x200B && r <= 0x200F || r == utf8.RuneError && n == 1:
		case r >= 0xFF01 && r <= 0xFF5E:
			b.WriteRune(r - 0xFEE0)
		case r == '。':
			b.WriteByte('.')
		case r == '、':
			b.WriteByte(',')
		case r == '【':
			b.WriteByte('[')
		case r == '】':
			b.WriteByte(']')
		default:
			b.WriteRune(r)
		}
	}
	return b.String()
}

// line is a normalised line: s as it is, l with ASCII in lower case. Both have
// the same length, so an index into one serves for the other.
type line struct {
	s, l string
	n    int
}

func newLine(s string, n int) line {
	s = strings.TrimRight(s, " ")
	up := false
	for i := 0; i < len(s) && !up; i++ {
		up = s[i] >= 'A' && s[i] <= 'Z'
	}
	l := s
	if up {
		b := []byte(s)
		for i, c := range b {
			if c >= 'A' && c <= 'Z' {
				b[i] = c + 'a' - 'A'
			}
		}
		l = string(b)
	}
	return line{s, l, n}
}

func (x line) has(words ...string) bool { return hasAny(x.l, words...) }

func hasAny(l string, words ...string) bool {
	for _, w := range words {
		if strings.Contains(l, w) {
			return true
		}
	}
	return false
}

// starters begin a record of Windows ping, or of iputils with the number of
// bytes before it.
var starters = []string{"来自 ", "回覆自 ", "Reply from ", "请求超时", "要求等候逾時", "Request timed out", " bytes from ",
	"数据包: ", "封包: ", "Packets: Sent", "Request timeout for", "的 Ping 统计信息", "Ping statistics for", "正在 Ping ", "Pinging ",
	"往返行程的估计时间", "Approximate round trip", "--- ", "rtt min/", "round-trip min/"}

// unglue cuts a line that holds several records: chat programs and ticket
// forms drop line ends.
func unglue(s string) []string {
	if len(s) < 80 {
		return []string{s}
	}
	var cuts []int
	replies := 0
	for k, w := range starters {
		for at := 0; ; {
			i := strings.Index(s[at:], w)
			if i < 0 {
				break
			}
			i += at
			at = i + len(w)
			if k < 7 || w == "Request timeout for" {
				replies++
			}
			switch w {
			case " bytes from ":
				for i > 0 && s[i-1] >= '0' && s[i-1] <= '9' {
					i--
				}
			case "来自 ": // "64 字节,来自 …" of iputils begins with its number
				if h := strings.TrimSuffix(s[:i], "字节,"); len(h) < i {
					h = strings.TrimRight(h, " ")
					i = len(strings.TrimRight(h, "0123456789"))
				}
			case "--- ":
				if !strings.Contains(s[i:min(len(s), i+300)], "ping ") {
					continue
				}
			}
			cuts = append(cuts, i)
		}
	}
	if replies < 2 {
		return []string{s}
	}
	sort.Ints(cuts)
	var out []string
	at := 0
	for _, c := range cuts {
		if c > at {
			out = append(out, s[at:c])
			at = c
		}
	}
	return append(out, s[at:])
}

// opens says that a line begins a record of its own, so it is no rest of the
// line above.
func opens(x line) bool {
	t := strings.TrimLeft(x.l, " ")
	if t == "" {
		return true
	}
	for _, w := range []string{"来自", "回覆自", "reply ", "请求超时", "要求等候", "request t", "from ", "ping", "正在", "---", "rtt ", "round-trip",
		"数据包", "packets:", "封包", "no answer", "往返", "approximate", "大約", "最短", "最小", "minimum", "tracing", "通过", "跟踪", "trace", "64 bytes", "64 字节", "connecting"} {
		if strings.HasPrefix(t, w) {
			return true
		}
	}
	i := digits(t)
	if i > 0 && i < len(t) {
		r := strings.TrimLeft(t[i:], " ")
		if strings.HasPrefix(r, "bytes from") || strings.HasPrefix(r, "字节") || strings.HasPrefix(r, "packets") {
			return true
		}
		if t[i] == ' ' && i <= 3 && (r[0] == '*' || r[0] == '<' || r[0] >= '0' && r[0] <= '9') {
			return true // a hop
		}
	}
	_, prompt := command(x)
	return prompt
}

// unfinished says that a console cut the line in two at its right edge.
func unfinished(x line) bool {
	l := x.l
	switch {
	case strings.HasPrefix(l, "正在 ping "):
		return !strings.Contains(l, "的数据")
	case strings.HasPrefix(l, "pinging "):
		return strings.Contains(l, "[") && !strings.Contains(l, "]")
	case hasAny(l, "已发送 = ", "sent = ", "已傳送 = "):
		return !hasAny(l, "丢失 = ", "lost = ", "遺失 = ")
	case hasAny(l, "packets transmitted"):
		return !hasAny(l, "loss", "received")
	case hasAny(l, "bytes from ", "字节,来自 ") || hasAny(l, "来自 ") && hasAny(l, "的回复:") || strings.HasPrefix(l, "reply from ") || strings.HasPrefix(l, "回覆自 "):
		if _, bad := failureOf(l); bad {
			return false
		}
		_, _, ok := timeIn(l)
		return !ok && !(strings.HasPrefix(l, "reply from ") && strings.HasSuffix(l, "ms"))
	}
	return false
}
