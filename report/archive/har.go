package archive

import (
	"bytes"
	"context"
	"sort"
	"strings"
	"time"

	"meiqia-diag/diag/evidence"
	"meiqia-diag/diag/evidence/charset"
	"meiqia-diag/diag/evidence/har"
	"meiqia-diag/report/slice"
)

// Bounds of what is kept of one HAR, before redaction.
const (
	harWanted = 3 << 20  // what is picked, as estimated
	harMost   = 8 << 20  // what is copied at the most
	bodyMost  = 64 << 10 // of one answer
)

// slicedHAR copies the entries that lie in the range. Where they are too many,
// requests to the service come first, then failed ones, then those nearest to
// the press. It gives false for a HAR whose entries cannot be found by their place.
func (b *builder) slicedHAR(ctx context.Context, p *piece) (bool, error) {
	h := p.src.HAR
	if h == nil || len(h.Entries) == 0 || p.src.Encoding != "" && p.src.Encoding != charset.UTF8 {
		return false, nil
	}
	picks := b.picks(p.src)
	f, err := p.src.Open()
	if err != nil {
		return true, err
	}
	defer f.Close()
	var out bytes.Buffer
	st, err := slice.HAR(ctx, evidence.Until(ctx, f), &out, h.Meta, picks, harMost)
	if err != nil {
		return true, err
	}
	p.data = out.Bytes()
	p.info.EntriesIn, p.info.EntriesKept = len(h.Entries), st.Kept
	return true, nil
}

// picks chooses entries, in the file's order.
func (b *builder) picks(src Source) []slice.Pick {
	h, shift := src.HAR, src.Shift
	type candidate struct {
		slice.Pick
		class int
		far   time.Duration
		size  int64
	}
	press := b.press()
	var list []candidate
	for i, e := range h.Entries {
		if !b.overlaps(e, shift) {
			continue
		}
		own := b.opt.Own == nil || b.opt.Own(e)
		failed := e.ErrorText() != "" || e.Status >= 400 || e.Status == 0 || e.BlockedReason() != ""
		c := candidate{Pick: slice.Pick{Offset: e.Offset, Index: e.Index, Body: (own || failed) && e.RespBodySize <= bodyMost && telling(e)}}
		switch {
		case own && (e.Method != "GET" || len(e.Messages) > 0 || failed):
		case own:
			c.class = 1
		case failed:
			c.class = 2
		default:
			c.class = 3
		}
		if !press.IsZero() {
			c.far = e.Started.Add(shift).Sub(press).Abs()
		}
		c.size = max(src.Size-e.Offset, 2000)
		if i+1 < len(h.Entries) {
			c.size = h.Entries[i+1].Offset - e.Offset
		}
		if !c.Body && e.RespBodySize > 0 {
			c.size = max(c.size-e.RespBodySize, min(c.size, 1000))
		}
		list = append(list, c)
	}
	sort.SliceStable(list, func(i, j int) bool {
		if list[i].class != list[j].class {
			return list[i].class < list[j].class
		}
		return list[i].far < list[j].far
	})
	var out []slice.Pick
	total := int64(0)
	for _, c := range list {
		if total += c.size; total > harWanted && len(out) > 0 {
			total -= c.size // a smaller one may still find room
			continue
		}
		out = append(out, c.Pick)
	}
	sort.Slice(out, func(i, j int) bool { return out[i].Offset < out[j].Offset })
	return out
}

// overlaps tells whether an entry was under way in the range, as a connection
// of hours may be; one without a time is not known to be outside.
func (b *builder) overlaps(e *har.Entry, shift time.Duration) bool {
	if e.Started.IsZero() {
		return true
	}
	start := e.Started.Add(shift)
	end := start
	if e.Time > 0 && e.Time < 1e10 {
		end = start.Add(time.Duration(e.Time * float64(time.Millisecond)))
	}
	for _, m := range e.Messages {
		if at := m.Time.Add(shift); !m.Time.IsZero() && at.After(end) {
			end = at
		}
	}
	return (b.from.IsZero() || !end.Before(b.from)) && (b.to.IsZero() || !start.After(b.to))
}

// telling reports whether an answer's content can tell of a recall.
func telling(e *har.Entry) bool {
	switch e.ResourceType() {
	case "image", "font", "media", "stylesheet", "script", "document":
		return false
	}
	mime := strings.ToLower(e.RespMIME())
	return mime == "" || strings.Contains(mime, "json") || strings.HasPrefix(mime, "text/plain") || e.Status >= 400 && !strings.Contains(mime, "javascript")
}
