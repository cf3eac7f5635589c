package triage

import (
	"context"
	"errors"
	"runtime"
	"sort"
	"sync"
	"sync/atomic"
	"time"

	"filippo.io/age"

	"meiqia-diag/report/triage/store"
)

// Gathered is what a run over some paths came to.
type Gathered struct {
	Found     int `json:"found"`      // files looked at
	Reports   int `json:"reports"`    // files that hold a report
	Duplicate int `json:"duplicates"` // of these, the same report once more
	Broken    int `json:"broken"`
	Changed   int `json:"changed"` // of Reports, archives that are not what was written
	Encrypted int `json:"encrypted"`
	Foreign   int `json:"foreign"`
	Missing   int `json:"missing"` // paths that were named and cannot be looked at
	Gone      int `json:"gone"`    // reports whose files are not there any more

	Read   int      `json:"-"` // files that were new or had changed
	Unread []Unread `json:"-"` // by path

	scope map[string]bool // hashes of the reports under the paths
}

// GatherOptions say what to read.
type GatherOptions struct {
	Paths    []string
	Keys     []age.Identity         // that open encrypted reports
	Prune    bool                   // forget files that are gone
	Progress func(done, inFull int) // may be nil; inFull grows while folders are walked
}

// batch is how many files are written to the store at once.
const batch = 200

// flushWithin is how long writing may go on after an interruption.
const flushWithin = 500 * time.Millisecond

// Gather reads new and changed files under some paths into the store, several at
// a time, each file in memory alone. On an interruption what was read is kept
// and the error is that of ctx.
func Gather(ctx context.Context, db *store.DB, opt GatherOptions) (*Gathered, error) {
	at := roots(opt.Paths)
	known, err := knownFiles(ctx, db, at)
	if err != nil {
		return nil, err
	}
	g := &Gathered{scope: map[string]bool{}}
	run, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)

	var total, done atomic.Int64
	var bad []Unread
	present := map[string][]store.File{} // files that are there and had not changed
	todo := make(chan found, 64)
	entries := make(chan store.Entry, 64)
	var walked sync.WaitGroup
	walked.Go(func() {
		defer close(todo)
		_ = walk(run, at, func(f found) error {
			if db.Own(f.path) {
				return nil
			}
			total.Add(1)
			if old := known.same(f, len(opt.Keys) > 0); old != nil {
				present[f.path] = old
				done.Add(1)
				return nil
			}
			present[f.path] = nil
			select {
			case todo <- f:
				return nil
			case <-run.Done():
				return run.Err()
			}
		}, func(u Unread) { bad = append(bad, u) })
	})
	var readers sync.WaitGroup
	for range max(runtime.GOMAXPROCS(0), 2) {
		readers.Go(func() {
			for f := range todo {
				if run.Err() != nil {
					continue
				}
				e := read(run, f, opt.Keys)
				if run.Err() == nil { // else it was broken off
					entries <- e
				}
			}
		})
	}
	go func() {
		readers.Wait()
		close(entries)
	}()

	fresh, err := write(ctx, cancel, db, entries, func() {
		if opt.Progress != nil {
			opt.Progress(int(done.Add(1)), int(total.Load()))
		}
	})
	walked.Wait()
	switch {
	case ctx.Err() != nil:
		return nil, ctx.Err()
	case err != nil:
		return nil, err
	}
	g.count(present, fresh, bad)
	return g, g.settle(ctx, db, known, present, opt.Prune)
}

// write stores what was read, and gives it back without the reports themselves.
func write(ctx context.Context, stop context.CancelCauseFunc, db *store.DB, entries <-chan store.Entry, each func()) ([]store.File, error) {
	var failed error
	var list []store.Entry
	var fresh []store.File
	flush := func() {
		if len(list) == 0 || failed != nil {
			return
		}
		c, cancel := ctx, context.CancelFunc(func() {})
		if ctx.Err() != nil { // what was read is kept all the same
			c, cancel = context.WithTimeout(context.WithoutCancel(ctx), flushWithin)
		}
		defer cancel()
		err := db.Put(c, list)
		if errors.Is(err, context.Canceled) && ctx.Err() != nil { // broken off in the midst of writing
			again, cancel := context.WithTimeout(context.WithoutCancel(ctx), flushWithin)
			defer cancel()
			err = db.Put(again, list)
		}
		if err != nil {
			failed = err
			stop(err)
		}
		list = list[:0]
	}
	for e := range entries {
		fresh = append(fresh, e.File)
		list = append(list, e)
		if len(list) == batch {
			flush()
		}
		each()
	}
	flush()
	return fresh, failed
}

// known are the files under some roots that were looked at before.
type known map[string][]store.File

func knownFiles(ctx context.Context, db *store.DB, roots []string) (known, error) {
	out := known{}
	err := db.Files(ctx, func(f store.File) {
		if under(f.Path, roots) {
			out[f.Path] = append(out[f.Path], f)
		}
	})
	return out, err
}

// same gives what is known of a file if it has not changed since it was read. What
// was encrypted is tried again when there are keys.
func (k known) same(f found, keys bool) []store.File {
	var out []store.File
	for _, x := range k[f.path] {
		switch {
		case x.Size != f.size || x.MTime != f.mtime:
		case x.State == stateReport: // whatever it was taken for before
			return []store.File{x}
		case x.Reader == readerVersion && !(keys && x.State == stateEncrypted):
			out = []store.File{x}
		}
	}
	return out
}

// count sums up the files that are there.
func (g *Gathered) count(present map[string][]store.File, fresh []store.File, bad []Unread) {
	g.Found, g.Read = len(present), len(fresh)
	now := fresh
	for _, list := range present {
		now = append(now, list...)
	}
	for _, f := range now {
		u := Unread{Path: f.Path, State: f.State}
		u.Why.ZH, u.Why.EN = f.WhyZH, f.WhyEN
		switch f.State {
		case stateReport, stateChanged:
			g.Reports++
			if g.scope[f.Hash] {
				g.Duplicate++
			}
			g.scope[f.Hash] = true
			if f.State == stateReport {
				continue
			}
			g.Changed++
		case stateEncrypted:
			g.Encrypted++
		case stateForeign:
			g.Foreign++
		default:
			g.Broken++
		}
		g.Unread = append(g.Unread, u)
	}
	for _, u := range bad {
		if u.State == stateMissing {
			g.Missing++
		} else {
			g.Broken++
		}
		g.Unread = append(g.Unread, u)
	}
	sort.Slice(g.Unread, func(i, j int) bool { return g.Unread[i].Path < g.Unread[j].Path })
}

// settle takes in the reports of files that are gone or were replaced, or has them forgotten.
func (g *Gathered) settle(ctx context.Context, db *store.DB, known known, present map[string][]store.File, prune bool) error {
	var gone []string
	for path, list := range known {
		if _, there := present[path]; !there && prune {
			gone = append(gone, path)
			continue
		}
		for _, f := range list {
			if f.Hash != "" && !g.scope[f.Hash] {
				g.scope[f.Hash] = true
				g.Gone++
			}
		}
	}
	sort.Strings(gone)
	return db.Forget(ctx, gone)
}
