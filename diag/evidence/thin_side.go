package evidence

import (
	"runtime"
	"sync"
)

// batch is a run of entries that are looked at by one goroutine.
type batch struct {
	list []found
	text []byte // of all of them
	done chan struct{}
}

const (
	batchBytes   = 64 << 10
	batchEntries = 1024
)

// side looks at the entries that walk gives some batches at a time, side by side,
// and takes them in their order.
func (t *thinner) side(walk func(each func(*found)) error) error {
	workers := runtime.GOMAXPROCS(0)
	work, order, idle := make(chan *batch, workers), make(chan *batch, 2*workers), make(chan *batch, 4*workers)
	var looking, taking sync.WaitGroup
	for range workers {
		looking.Go(func() {
			for b := range work {
				for i := range b.list {
					t.look(&b.list[i])
				}
				close(b.done)
			}
		})
	}
	taking.Go(func() {
		for b := range order {
			<-b.done
			for i := range b.list {
				t.take(&b.list[i])
			}
			b.list, b.text = b.list[:0], b.text[:0]
			select {
			case idle <- b:
			default:
			}
		}
	})
	var b *batch
	send := func() {
		work <- b
		order <- b
		b = nil
	}
	err := walk(func(e *found) {
		if b == nil {
			select {
			case b = <-idle:
				b.done = make(chan struct{})
			default:
				b = &batch{list: make([]found, 0, batchEntries), text: make([]byte, 0, batchBytes+maxEntry), done: make(chan struct{})}
			}
		}
		n := len(b.text)
		b.text = append(b.text, e.text...)
		b.list = b.list[:len(b.list)+1]
		at := &b.list[len(b.list)-1] // its kin has room from before
		at.part, at.at, at.text = e.part, e.at, b.text[n:len(b.text):len(b.text)]
		if len(b.list) == batchEntries || len(b.text) >= batchBytes {
			send()
		}
	})
	if b != nil {
		send()
	}
	close(work)
	close(order)
	looking.Wait()
	taking.Wait()
	return err
}
