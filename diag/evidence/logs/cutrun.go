package logs

import (
	"context"
	"errors"
	"fmt"
	"io"
	"sync"
)

// span is a part of a log: bytes [start, end), end -1 for all.
type span struct{ start, end int64 }

// run reads a part of the log in blocks, judges them side by side, and hands
// them on in their order. It holds a few blocks at a time, whatever the size.
func (c *cutter) run(ctx context.Context, part span, workers int, take func(*block) error) error {
	r, err := c.rd.src.Open()
	if err != nil {
		return fmt.Errorf("read log: %w", err)
	}
	defer r.Close()
	var in io.Reader = r
	if part.start > 0 || part.end >= 0 {
		at, ok := r.(io.ReaderAt)
		if !ok {
			return errors.New("read log: it can no longer be read at any place")
		}
		in = io.NewSectionReader(at, part.start, part.end-part.start)
	}
	f := &framer{r: in, c: c, off: part.start}
	if workers == 1 {
		return c.runAlone(ctx, f, take)
	}
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	order := make(chan *block, workers+1)
	free := make(chan *block, 2*workers+2)
	var turn sync.Mutex
	var wg sync.WaitGroup
	ended, failed := false, error(nil)
	for range workers {
		wg.Go(func() {
			w := c.walker()
			for {
				// Whoever is free reads the next block, so that it judges
				// bytes that its own core has just seen.
				turn.Lock()
				if ended || ctx.Err() != nil {
					turn.Unlock()
					return
				}
				var b *block
				select {
				case b = <-free:
				default:
					b = &block{}
				}
				ok, err := f.next(ctx, b)
				if err != nil || !ok {
					ended, failed = true, err
				}
				if !ok {
					turn.Unlock()
					return
				}
				b.done = make(chan struct{})
				select {
				case order <- b:
				case <-ctx.Done():
					turn.Unlock()
					return
				}
				turn.Unlock()
				b.w3c = c.rd.w3c
				w.block(b)
				close(b.done)
			}
		})
	}
	go func() { wg.Wait(); close(order) }()
	defer func() { // no goroutine is left behind
		cancel()
		for range order {
		}
	}()
	for b := range order {
		select {
		case <-b.done:
		case <-ctx.Done():
			return ctx.Err()
		}
		if err := take(b); err != nil {
			return err
		}
		b.reset()
		if cap(b.buf) > 4*c.size { // a line of megabytes is rare
			b.buf = nil
		}
		select {
		case free <- b:
		default:
		}
	}
	if err := ctx.Err(); err != nil {
		return err
	}
	if failed != nil {
		return fmt.Errorf("read log: %w", failed)
	}
	return nil
}

// runAlone is run without other goroutines.
func (c *cutter) runAlone(ctx context.Context, f *framer, take func(*block) error) error {
	w, b := c.walker(), &block{}
	for {
		ok, err := f.next(ctx, b)
		if ok {
			b.w3c = c.rd.w3c
			w.block(b)
			if err := take(b); err != nil {
				return err
			}
			b.reset()
			if cap(b.buf) > 4*c.size {
				b.buf = nil
			}
		}
		switch {
		case ctx.Err() != nil:
			return ctx.Err()
		case err != nil:
			return fmt.Errorf("read log: %w", err)
		case !ok:
			return nil
		}
	}
}
