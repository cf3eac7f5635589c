package archive

import (
	"bytes"
	"slices"
	"sort"
	"time"

	"meiqia-diag/diag/lang"
	"meiqia-diag/report/slice"
)

// Aim is the size that an archive is brought to by shortening its logs; tickets
// and chats take 10 MB nearly everywhere.
const Aim = 10 << 20

// nearError is how far around an error the lines of a log are kept.
const nearError = 10 * time.Second

// trim shortens logs until they fit an aim in bytes together: the longest first, and of
// each the oldest lines that no error is near. The error is of the context of the ranking.
func trim(pieces []*piece, aim int64) error {
	total, packed := int64(0), map[*piece]int64{}
	var texts []*piece
	for _, p := range pieces {
		total += int64(len(p.data))
		if p.stats != nil {
			texts = append(texts, p)
		}
	}
	if total <= aim {
		return nil // whatever they pack to
	}
	total = 0
	for _, p := range pieces {
		packed[p] = int64(len(p.data))
		if p.stats != nil {
			packed[p] = packedSize(entry{data: p.data})
		}
		total += packed[p]
	}
	for over := total - aim; over > 0 && len(texts) > 0; {
		sort.SliceStable(texts, func(i, j int) bool { return packed[texts[i]] > packed[texts[j]] })
		p := texts[0]
		texts = texts[1:]
		if packed[p] == 0 {
			return nil
		}
		if err := p.ranked(); err != nil {
			return err
		}
		share := float64(over) / float64(packed[p])
		was := len(p.data)
		p.shorten(int64(min(share*1.05, 1)*float64(was)) + 1)
		over -= int64(float64(packed[p]) * float64(was-len(p.data)) / float64(was))
	}
	return nil
}

// shorten takes bytes off the beginning of a log, but not lines around its errors.
func (p *piece) shorten(bytesOff int64) {
	serious := map[int]bool{}
	var near []time.Time
	for _, e := range p.stats.Errors {
		serious[e.Line] = true
		near = append(near, e.At)
	}
	sort.Slice(near, func(i, j int) bool { return near[i].Before(near[j]) })
	close := func(t time.Time) bool {
		i := sort.Search(len(near), func(i int) bool { return !near[i].Before(t.Add(-nearError)) })
		return i < len(near) && !near[i].After(t.Add(nearError))
	}
	var kept bytes.Buffer
	moved := map[int]int{} // line before -> line now
	n, now, off, keep := 0, 0, int64(0), false
	for line := range bytes.Lines(p.data) {
		n++
		if t, ok := p.at(line); ok {
			keep = close(t) // lines without a stamp stay with the one above
		}
		if off < bytesOff && !keep && !serious[n] {
			off += int64(len(line))
			continue
		}
		now++
		moved[n] = now
		kept.Write(line)
	}
	if now == n {
		return
	}
	for i := range p.stats.Errors {
		p.stats.Errors[i].Line = moved[p.stats.Errors[i].Line]
	}
	p.stats.Findings = slices.DeleteFunc(p.stats.Findings, func(f slice.Finding) bool { return moved[f.Line] == 0 })
	for i := range p.stats.Findings {
		p.stats.Findings[i].Line = moved[p.stats.Findings[i].Line]
	}
	p.info.LinesOver += n - now
	p.info.LinesDropped += n - now
	p.info.LinesKept -= n - now
	p.stats.LinesKept -= n - now
	p.data = kept.Bytes()
	note := lang.T("太长，去掉了最早的 %d 行；错误前后 10 秒都在", "too long: the oldest %d lines were taken off; 10 seconds around each error are all there").F(n - now)
	p.note = &note
}

// at is the time of a line, as the log as a whole was read.
func (p *piece) at(line []byte) (time.Time, bool) {
	if p.stats.Time == nil {
		return time.Time{}, false
	}
	return p.stats.Time(line[:min(len(line), 4096)])
}
