package webcache

import (
	"encoding/binary"
	"net/http"
	"net/textproto"
	"strconv"
	"strings"
	"time"
)

// answerHead is what a store tells of an answer besides its body.
type answerHead struct {
	status             int
	header             http.Header
	requested, arrived time.Time
}

// entry puts a head into an entry.
func (h answerHead) entry(f Format, url, partition string, size int64) Entry {
	return Entry{Format: f, URL: url, Partition: partition, Status: h.status, Header: h.header,
		RequestTime: h.requested, ResponseTime: h.arrived, Size: size, encoded: true}
}

// Flags of Chromium's serialised HttpResponseInfo.
const (
	infoVersion  = 3
	infoMore     = 1 << 31 // a second word of flags follows
	moreOriginal = 1 << 2  // the time of the first answer stands behind that of the last validation
)

// readPickle reads Chromium's serialised HttpResponseInfo: a length, flags, the
// times (µs since 1601), and the status line and headers, each closed by a NUL.
func readPickle(b []byte) (answerHead, error) {
	var h answerHead
	if len(b) < 12 || int64(binary.LittleEndian.Uint32(b))+4 > int64(len(b)) {
		return h, errTorn
	}
	flags := binary.LittleEndian.Uint32(b[4:])
	if flags&0xff != infoVersion {
		return h, errOther // a layout that is not known
	}
	b = b[8:]
	word := func(n int) []byte {
		if len(b) < n {
			b = nil
			return make([]byte, n)
		}
		w := b[:n]
		b = b[n:]
		return w
	}
	more := uint32(0)
	if flags&infoMore != 0 {
		more = binary.LittleEndian.Uint32(word(4))
	}
	h.requested = chromiumTime(binary.LittleEndian.Uint64(word(8)))
	h.arrived = chromiumTime(binary.LittleEndian.Uint64(word(8)))
	if more&moreOriginal != 0 {
		word(8)
	}
	n := binary.LittleEndian.Uint32(word(4))
	if b == nil || int64(n) > int64(len(b)) {
		return h, errTorn
	}
	lines := strings.Split(strings.TrimRight(string(b[:n]), "\x00"), "\x00")
	if !h.statusLine(lines[0]) {
		return h, errTorn
	}
	h.headers(lines[1:])
	return h, nil
}

// chromiumTime turns µs since 1601 into a time; zero for none and for what no clock shows.
func chromiumTime(us uint64) time.Time {
	const to1970 = 11_644_473_600_000_000
	if us < to1970 || us > to1970+1<<53 {
		return time.Time{}
	}
	return time.UnixMicro(int64(us - to1970))
}

func (h *answerHead) statusLine(line string) bool {
	proto, rest, _ := strings.Cut(line, " ")
	code, _, _ := strings.Cut(rest, " ")
	n, err := strconv.Atoi(code)
	if !strings.HasPrefix(proto, "HTTP") || err != nil || n < 100 || n > 999 {
		return false
	}
	h.status = n
	return true
}

// headers keeps header lines; cookies are left out, whoever stored them.
func (h *answerHead) headers(lines []string) {
	h.header = make(http.Header, len(lines))
	for _, line := range lines {
		name, value, ok := strings.Cut(line, ":")
		if !ok {
			continue
		}
		h.add(name, value)
	}
}

func (h *answerHead) add(name, value string) {
	name = textproto.CanonicalMIMEHeaderKey(strings.TrimSpace(name))
	switch name {
	case "Set-Cookie", "Set-Cookie2", "Authorization", "Cookie":
		return
	}
	h.header[name] = append(h.header[name], strings.TrimSpace(value))
}
