package attempt

import (
	"sort"
	"time"

	"meiqia-diag/diag/clock"
	"meiqia-diag/diag/evidence"
	"meiqia-diag/diag/evidence/logs"
)

// A busy service writes hundreds of lines a second, and all but a handful are
// of other people's requests and alike but for their numbers. To read each of
// them as closely as the recall's own would take minutes and tell nothing more.
const (
	denseSize  = 32 << 20 // bytes of a log from which on that is so
	closely    = 60       // entries of one form that are read of such a log, the nearest first
	closelyBad = 150      // of one that tells of an error
	plainly    = 1000     // entries that are read whatever they say, for what is to be counted
	manyKin    = 512      // names of things that stand beside the message's
	everywhere = 50       // a name that more than one entry in so many holds tells nothing
)

// worthReading gives the entries of a log that are to be read closely: all of a
// log of ordinary size; of a dense one those that name the message, or
// anything that is named beside it, and of those alike but for their numbers
// the nearest to the recall. They stay in the log's order. counted tells which
// of them were picked for nothing that they say, nil when all are read.
func (a *Attempt) worthReading(lf evidence.LogFile) (list []*logs.Entry, counted map[*logs.Entry]bool) {
	if lf.File.Size < denseSize || len(lf.Entries) <= 2*closely {
		return lf.Entries, nil
	}
	counted = a.sample(lf)
	forms := make([]uint64, len(lf.Entries))
	keep := make([]bool, len(lf.Entries))
	seen := map[string]int{} // in how many entries a name stands
	for i, e := range lf.Entries {
		forms[i] = formOf(string(e.Level), e.Text, func(name string) { seen[name]++ })
	}
	kin := a.kin(lf.Entries, seen, keep)
	for i, e := range lf.Entries {
		if !keep[i] && len(kin) > 0 {
			formOf("", e.Text, func(name string) { keep[i] = keep[i] || kin[name] })
		}
	}
	byNearness := make([]int, len(lf.Entries))
	gaps := make([]time.Duration, len(lf.Entries))
	for i, e := range lf.Entries {
		byNearness[i], gaps[i] = i, a.gap(e.At)
	}
	sort.SliceStable(byNearness, func(i, j int) bool { return gaps[byNearness[i]] < gaps[byNearness[j]] })
	read := map[uint64]int{}
	for _, i := range byNearness {
		most := closely
		if l := lf.Entries[i].Level; l == logs.LevelError || l == logs.LevelFatal {
			most = closelyBad
		}
		if keep[i] {
			continue
		}
		if read[forms[i]]++; read[forms[i]] <= most || counted[lf.Entries[i]] {
			keep[i] = true
		}
	}
	for i, e := range lf.Entries {
		if keep[i] {
			list = append(list, e)
		}
	}
	return list, counted
}

// sample picks entries around the recall for nothing that they say, for the
// shares of all requests that fail. Those that name the message or an error
// are read in greater numbers than they have.
func (a *Attempt) sample(lf evidence.LogFile) map[*logs.Entry]bool {
	var near []*logs.Entry
	for _, e := range lf.Entries {
		if lf.Counts(e) && a.gap(e.At) <= aroundRecall {
			near = append(near, e)
		}
	}
	in := uint64(max(1, len(near)/plainly))
	out := make(map[*logs.Entry]bool, plainly)
	for _, e := range near {
		if in == 1 || logs.Lot(e.Offset)>>16%in == 0 { // other bits than those that a sample was drawn by
			out[e] = true
		}
	}
	return out
}

// kin gives the names that stand beside the message in entries, such as its
// conversation's and its requests', and marks those entries in ours.
func (a *Attempt) kin(entries []*logs.Entry, seen map[string]int, ours []bool) map[string]bool {
	out := map[string]bool{}
	for id := range a.traces {
		out[id] = true
	}
	for i, e := range entries {
		if ours[i] = a.ours(e.Text); !ours[i] {
			continue
		}
		formOf("", e.Text, func(name string) {
			if len(out) < manyKin && len(name) >= 4 && seen[name]*everywhere <= len(entries) {
				out[name] = true
			}
		})
	}
	return out
}

// gap is how far a stamp lies from the press or the sending, whichever is
// nearer; what has no stamp may belong anywhere.
func (a *Attempt) gap(s clock.Stamp) time.Duration {
	if s.IsZero() {
		return 0
	}
	gap := time.Duration(1<<63 - 1)
	for _, ref := range []clock.Stamp{a.Press, a.Sent} {
		if !ref.IsZero() {
			gap = min(gap, s.OnService(a.Offset).Since(ref.OnService(a.Offset)).Mid().Abs())
		}
	}
	return gap
}

// formOf gives a number for what a level and a text are without numbers and
// identifiers, each of which goes to name.
func formOf(level, text string, name func(string)) uint64 {
	text = head(text, 2048)
	sum := logs.Form(text, func(i, j int) { name(text[i:j]) })
	return sum ^ logs.Form(level, func(int, int) {})*31
}
