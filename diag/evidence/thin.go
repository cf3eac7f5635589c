package evidence

import (
	"bufio"
	"bytes"
	"cmp"
	"container/heap"
	"context"
	"io"
	"slices"
	"time"

	"meiqia-diag/diag/evidence/logs"
)

// A busy service writes hundreds of lines a second, and all but a handful are of
// other people's requests and alike but for their numbers. Of a log that has
// megabytes of them around the recall not all are parsed: those that name the
// message or what is named beside it are, and of each form those nearest to the
// press and to the sending, and some spread over the whole time, as clocks may differ.
const (
	thinFrom   = 4 << 20         // bytes around the incident from which on that is so
	nearest    = 150             // entries of one form that are kept beside the press, and beside the sending
	spread     = 100             // and over the whole time, up to twice as many
	graver     = 4               // times as many of forms that tell of errors or of recalls
	maxForms   = 2000            // more than that are told apart by how they begin
	maxThinned = 16_000          // entries of one log
	maxEntry   = 4 << 10         // bytes of an entry that are looked at
	sampled    = 500             // entries at least, if there are so many, that are kept whatever they say, and
	sampleNear = 2 * time.Minute // as many within so much of the press or the sending
	maxKin     = 4096            // names of things that stand beside the message's, or in other logs
	ofOneKin   = 400             // entries that are kept for one such name
	everywhere = 50              // a name that more than one entry in so many holds tells nothing
)

// thinner picks the entries of a dense log that are worth parsing.
type thinner struct {
	opt   Options
	times func(line []byte) (time.Time, bool)
	refs  []time.Time // press and sending

	forms map[uint64]*form
	kin   map[string]*kin
	ours  []logs.Part // entries that name the message
	total int         // entries that were looked at
	plain [2]sample   // near the press or the sending, and farther away
	entry found
}

// found is an entry of the log: where it stands, when it was written and what it says.
type found struct {
	part logs.Part
	at   time.Time
	text []byte // at most maxEntry

	// What thinner.look found.
	form  uint64
	class byte // '4' or '5' of an HTTP status of that class
	kin   []*kin
}

// picked is an entry that may be kept, and how far it is from the press or the sending.
type picked struct {
	part logs.Part
	gap  time.Duration
}

// form is what is kept of the entries that differ in numbers alone.
type form struct {
	times  int       // as many are kept as of others
	near   []farther // for each of thinner.refs
	spread []picked
	seen   int
	stride int // one in so many goes to spread
}

// sample is one in so many of the entries that come, by lot: machines take turns,
// so that each eighth request may be the same one's.
type sample struct {
	list []picked
	mask uint64
}

func (s *sample) add(x picked) {
	if logs.Lot(x.part.Off)&s.mask == 0 {
		s.list = append(s.list, x)
	}
	for len(s.list) >= 2*sampled {
		s.mask = s.mask<<1 | 1
		s.list = slices.DeleteFunc(s.list, func(x picked) bool { return logs.Lot(x.part.Off)&s.mask != 0 })
	}
}

// kin is what is kept of the entries that share a name with those of the message.
type kin struct {
	seen int
	list []picked
}

// farther is a heap with what is farthest away on top.
type farther []picked

func (h farther) Len() int           { return len(h) }
func (h farther) Less(i, j int) bool { return h[i].gap > h[j].gap }
func (h farther) Swap(i, j int)      { h[i], h[j] = h[j], h[i] }
func (h *farther) Push(x any)        { *h = append(*h, x.(picked)) }
func (h *farther) Pop() (x any) {
	n := len(*h) - 1
	x, *h = (*h)[n], (*h)[:n]
	return x
}

// thin gives the pieces of a log that hold what is worth parsing of what a scan
// has found, and how many entries around the incident are left out. names are
// those of things that other logs speak of. plain are the offsets of the entries
// that were picked for nothing they say.
func thin(ctx context.Context, r io.ReaderAt, rd *logs.Reading, scan *logs.Scan, opt Options, names []string) (parts []logs.Part, plain []int64, left int, err error) {
	t := &thinner{opt: opt, times: rd.Times(), refs: []time.Time{opt.Attempt}, forms: map[uint64]*form{}, kin: map[string]*kin{}}
	if !opt.Sent.IsZero() && !opt.Sent.Equal(opt.Attempt) {
		t.refs = append(t.refs, opt.Sent)
	}
	for _, n := range names {
		t.kin[n] = &kin{}
	}
	if opt.KeepLine != nil {
		for _, p := range scan.Named {
			if err := t.walk(ctx, r, p, t.named); err != nil {
				return nil, nil, 0, err
			}
		}
	}
	err = t.side(func(each func(*found)) error {
		for _, p := range scan.Ranges {
			if err := t.walk(ctx, r, p, each); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return nil, nil, 0, err
	}
	list := t.chosen()
	plain = make([]int64, 0, 4*sampled)
	for _, s := range t.plain {
		for _, p := range s.list {
			plain = append(plain, p.part.Off)
		}
	}
	slices.Sort(plain)
	parts = make([]logs.Part, 0, len(list)+len(t.ours))
	for _, p := range list {
		parts = append(parts, p.part)
	}
	return logs.JoinParts(append(parts, t.ours...)), plain, max(0, t.total-len(list)), nil
}

// walk hands the entries of a piece of the log to each; what each gets is good until it returns.
func (t *thinner) walk(ctx context.Context, r io.ReaderAt, p logs.Part, each func(*found)) error {
	e := &t.entry
	lines := logs.NewLines(bufio.NewReaderSize(io.NewSectionReader(r, p.Off, p.Size), int(min(p.Size+16, 256<<10))))
	e.part = logs.Part{}
	for n, off := 0, p.Off; ; n++ {
		line, size, err := lines.Next()
		if err == io.EOF {
			break
		}
		if err == nil && n%4096 == 0 {
			err = ctx.Err()
		}
		if err != nil {
			return err
		}
		at, opens := t.times(line[:min(len(line), maxEntry)])
		if opens || e.part.Size == 0 {
			if e.part.Size > 0 {
				each(e)
			}
			e.part, e.at, e.text = logs.Part{Off: off, Line: p.Line + n}, at, e.text[:0]
		} else if len(e.text) < maxEntry {
			e.text = append(e.text, '\n')
		}
		e.text = append(e.text, line[:min(len(line), max(0, maxEntry-len(e.text)))]...)
		e.part.Size += size
		off += size
	}
	if e.part.Size > 0 {
		each(e)
	}
	return nil
}

// named takes an entry that may name the message, and what else it names.
func (t *thinner) named(e *found) {
	if !t.opt.KeepLine(string(e.text)) {
		return
	}
	t.ours = append(t.ours, e.part)
	logs.Form(e.text, func(i, j int) {
		if name := e.text[i:j]; len(name) >= 4 && len(t.kin) < maxKin && t.kin[string(name)] == nil {
			t.kin[string(name)] = &kin{}
		}
	})
}

// look tells what take asks of an entry. It changes nothing, so several may do it side by side.
func (t *thinner) look(e *found) {
	e.class, e.kin = 0, e.kin[:0]
	e.form = logs.Form(e.text, func(i, j int) {
		if k := t.kin[string(e.text[i:j])]; k != nil {
			e.kin = append(e.kin, k)
		}
		if j-i == 3 && (e.text[i] == '4' || e.text[i] == '5') && isStatus(e.text[:i]) {
			e.class = e.text[i]
		}
	})
	e.form ^= uint64(e.class) << 32
}

// take notes an entry of the incident's time where it is worth it so far.
func (t *thinner) take(e *found) {
	t.total++
	x := picked{e.part, t.gap(e.at, -1)}
	if x.gap <= sampleNear {
		t.plain[0].add(x)
	} else {
		t.plain[1].add(x)
	}
	for _, k := range e.kin {
		if k.seen++; len(k.list) < ofOneKin {
			k.list = append(k.list, x)
		}
	}
	sum, class := e.form, e.class
	f := t.forms[sum]
	if f == nil && len(t.forms) >= maxForms {
		sum = logs.Form(opening(e.text), func(int, int) {}) ^ uint64(class)<<32
		if len(t.forms) >= 2*maxForms { // prose: no two begin alike
			sum = uint64(class)
		}
		f = t.forms[sum]
	}
	if f == nil {
		f = &form{times: 1, stride: 1, near: make([]farther, len(t.refs))}
		if l := logs.LevelOf(string(e.text)); class == '5' || l == logs.LevelError || l == logs.LevelFatal || t.opt.Matters != nil && t.opt.Matters(string(e.text)) {
			f.times = graver
		}
		t.forms[sum] = f
	}
	for i := range f.near {
		x := picked{x.part, t.gap(e.at, i)}
		switch h := &f.near[i]; {
		case h.Len() < f.times*nearest:
			heap.Push(h, x)
		case x.gap < (*h)[0].gap:
			(*h)[0] = x
			heap.Fix(h, 0)
		}
	}
	if f.seen++; f.seen%f.stride == 0 {
		f.spread = append(f.spread, x)
	}
	if len(f.spread) >= 2*spread*f.times { // every second one stays
		for i := range len(f.spread) / 2 {
			f.spread[i] = f.spread[2*i+1]
		}
		f.spread, f.stride = f.spread[:len(f.spread)/2], 2*f.stride
	}
}

// gap is how far a time lies from one of refs, -1 for the nearest; what has no
// stamp may belong anywhere.
func (t *thinner) gap(at time.Time, ref int) time.Duration {
	if at.IsZero() {
		return 0
	}
	if ref >= 0 {
		return at.Sub(t.refs[ref]).Abs()
	}
	gap := at.Sub(t.refs[0]).Abs()
	for _, r := range t.refs[1:] {
		gap = min(gap, at.Sub(r).Abs())
	}
	return gap
}

// chosen gives the entries that are kept, but for those that name the message, in the log's order.
func (t *thinner) chosen() []picked {
	var related, alike []picked
	for _, k := range t.kin {
		if k.seen*everywhere <= t.total {
			related = append(related, k.list...)
		}
	}
	for _, f := range t.forms {
		for _, h := range f.near {
			alike = append(alike, h...)
		}
		alike = append(alike, f.spread...)
	}
	related = nearestOf(related, maxThinned/2)
	out := append(related, nearestOf(alike, maxThinned-len(related))...)
	for _, s := range t.plain { // none of these may be missing
		out = append(out, s.list...)
	}
	return nearestOf(out, maxThinned+4*sampled)
}

// nearestOf gives the n nearest of a list, each once, in the log's order.
func nearestOf(list []picked, n int) []picked {
	byPlace := func(a, b picked) int { return cmp.Compare(a.part.Off, b.part.Off) }
	slices.SortFunc(list, func(a, b picked) int { return cmp.Or(byPlace(a, b), cmp.Compare(a.gap, b.gap)) })
	list = slices.CompactFunc(list, func(a, b picked) bool { return a.part.Off == b.part.Off })
	if len(list) > n {
		slices.SortFunc(list, func(a, b picked) int { return cmp.Or(cmp.Compare(a.gap, b.gap), byPlace(a, b)) })
		list = list[:n]
		slices.SortFunc(list, byPlace)
	}
	return list
}

// isStatus reports whether a number behind this text is an HTTP status: in an
// access log, or by its key.
func isStatus(before []byte) bool {
	if bytes.HasSuffix(before, []byte(`" `)) {
		return true
	}
	key := bytes.ToLower(bytes.TrimRight(before[max(0, len(before)-24):], `"'=: `))
	return bytes.HasSuffix(key, []byte("status")) || bytes.HasSuffix(key, []byte("code"))
}

// opening is how an entry begins, up to its fourth word in letters.
func opening(text []byte) []byte {
	words := 0
	for i := 1; i < len(text); i++ {
		if c := text[i-1] | 0x20; text[i] == ' ' && (c >= 'a' && c <= 'z' || c >= 0x80) {
			if words++; words == 4 {
				return text[:i]
			}
		}
	}
	return text[:min(len(text), 200)]
}

// namesOf gives the names of things that the logs read so far speak of around
// the incident: what a dense log says of those matters too.
func (s *Set) namesOf(opt Options) []string {
	seen := map[string]bool{}
	for _, lf := range s.Logs {
		for _, e := range lf.Entries {
			if e.At.IsZero() || e.At.T.Sub(opt.Attempt).Abs() > Margin {
				continue
			}
			logs.Form(e.Text, func(i, j int) {
				if j-i >= 8 && j-i <= 64 && len(seen) < maxKin/2 {
					seen[e.Text[i:j]] = true
				}
			})
		}
	}
	out := make([]string, 0, len(seen))
	for n := range seen {
		out = append(out, n)
	}
	return out
}
