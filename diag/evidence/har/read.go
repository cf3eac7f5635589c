package har

import (
	"io"
	"runtime"
	"slices"
	"strings"
	"sync"

	"meiqia-diag/diag/lang"
)

const (
	batchSize  = 256 << 10 // bytes of JSON that pass from the walker to a parser at a time
	maxParsers = 3         // more would wait for the walker
)

// batch is a run of entries on its way from the walker over a parser to each.
type batch struct {
	pieces []piece // raw is in buf
	buf    []byte
	aside

	parsed   chan struct{} // one value when all pieces have their entry
	panicked any           // what the parser panicked with
}

func (b *batch) reset() {
	clear(b.pieces)
	b.pieces, b.buf, b.longs, b.side = b.pieces[:0], b.buf[:0], b.longs[:0], b.side[:0]
}

// Read streams a HAR and calls each for every entry, in the file's order and
// on the caller's goroutine. The entry is each's to keep. name is how the file
// is called in problems. A byte order mark, invalid UTF-8, duplicate names and
// unknown keys are no problem. Gzip and zip are for the caller to unpack.
//
// Entries before a damage or a premature end are kept: a Problem says where it
// is, and the error is nil. The error is, unchanged, what each or r returned;
// or a *lang.Problem when the file is no HAR at all. Meta and problems are
// given in every case.
//
// Goroutines read r ahead, check the JSON and make entries of it; all have
// ended when Read returns.
func Read(r io.Reader, name string, opt Options, each func(*Entry) error) (Meta, []*lang.Problem, error) {
	opt = opt.withDefaults()
	w := newWalker(r, name, opt)
	pl := startPipeline(w, opt)
	defer pl.close() // also when each panics: r is the caller's again

	var refused error
	entries := 0
	for b := range pl.ordered {
		<-b.parsed
		if b.panicked != nil {
			panic(b.panicked) // where the caller can recover from it
		}
		for i := range b.pieces {
			entries++
			if refused = each(b.pieces[i].entry); refused != nil {
				break
			}
		}
		pl.give(b)
		if refused != nil {
			break
		}
	}
	pl.close()
	if pl.panicked != nil {
		panic(pl.panicked)
	}

	w.meta.Entries = entries
	err := w.finish(pl.err)
	if refused != nil {
		err = refused
	}
	deep, login := int64(-1), false
	for _, p := range append(pl.parsers, w.p) {
		login = login || p.sawLogin
		if p.deepAt >= 0 && (deep < 0 || p.deepAt < deep) {
			deep = p.deepAt
		}
	}
	if deep >= 0 {
		w.problems = append(w.problems, problemTooDeep.at(name, deep, "", opt.MaxDepth))
	}
	slices.SortStableFunc(w.problems, func(a, b *lang.Problem) int { return int(min(max(a.Byte-b.Byte, -1), 1)) })
	w.meta.Manner = manner(&w.meta)
	w.meta.Sanitised = w.meta.Manner == Chrome && entries > 0 && !login
	return w.meta, w.problems, err
}

// pipeline is the goroutines of one Read: one walker and some parsers.
type pipeline struct {
	ordered chan *batch // in the file's order, maybe not parsed yet
	work    chan *batch
	free    chan *batch
	stop    chan struct{}
	once    sync.Once
	running sync.WaitGroup
	parsers []*parser

	// Of the walker, to be read after close.
	err      error
	panicked any
}

func startPipeline(w *walker, opt Options) *pipeline {
	n := max(1, min(maxParsers, runtime.GOMAXPROCS(0)))
	size := n + 2 // one being filled, one being handed out
	pl := &pipeline{
		ordered: make(chan *batch, size),
		work:    make(chan *batch, size),
		free:    make(chan *batch, size),
		stop:    make(chan struct{}),
	}
	for range size {
		pl.free <- &batch{parsed: make(chan struct{}, 1)}
	}
	for range n {
		p := newParser(opt)
		pl.parsers = append(pl.parsers, p)
		pl.running.Go(func() {
			for b := range pl.work {
				b.parse(p)
			}
		})
	}
	pl.running.Go(func() {
		defer close(pl.ordered)
		defer close(pl.work)
		defer func() { pl.panicked = recover() }()
		pl.err = pl.walk(w)
	})
	return pl
}

// give returns a batch to the walker.
func (pl *pipeline) give(b *batch) {
	b.reset()
	pl.free <- b // has room for all there are
}

// close stops what runs and waits for it.
func (pl *pipeline) close() {
	pl.once.Do(func() { close(pl.stop) })
	pl.running.Wait()
}

func (b *batch) parse(p *parser) {
	defer func() {
		b.panicked = recover()
		b.parsed <- struct{}{}
	}()
	for i := range b.pieces {
		if e := &b.pieces[i]; e.entry == nil {
			c := cursor{b: e.raw, out: e.out, aside: &b.aside}
			e.entry = p.entry(&c, e.index, e.offset)
		}
	}
}

// walk walks the file and sends its entries off in batches.
func (pl *pipeline) walk(w *walker) error {
	var b *batch
	flush := func() {
		pl.ordered <- b // both have room for all batches
		pl.work <- b
		b = nil
	}
	w.send = func(e piece) error {
		if b == nil {
			select {
			case <-pl.stop: // first: there may be both
				return errStopped
			default:
			}
			select {
			case b = <-pl.free:
			case <-pl.stop:
				return errStopped
			}
		}
		if e.raw != nil {
			start := len(b.buf)
			b.buf = append(b.buf, e.raw...)
			e.raw = b.buf[start:len(b.buf):len(b.buf)]
			b.take(&w.f.aside, e.out, e.out+int64(len(e.raw)))
		}
		b.pieces = append(b.pieces, e)
		if len(b.buf)+len(b.side) >= batchSize || e.entry != nil {
			flush()
		}
		return nil
	}
	err := w.file()
	if b != nil {
		flush()
	}
	return err
}

// manner tells by the creator's name. All of Chromium's kin call themselves
// WebInspector, as Safari did before it became "WebKit Web Inspector".
func manner(m *Meta) Manner {
	creator := strings.ToLower(m.Creator)
	switch {
	case creator == "webinspector":
		return Chrome
	case strings.Contains(creator, "firefox"):
		return Firefox
	case strings.Contains(creator, "webkit"), creator == "safari":
		return Safari
	}
	return Other
}
