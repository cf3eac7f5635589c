// Command meiqia-diag finds out why recalling a sent message failed.
//
// Every command is one small file over the same path: read what is known
// (input.go, ask.go, lab.go, record.go), let package diagnosis run, save the report
// (save.go), show the result (show.go). exit.go alone turns what came out into
// the exit status.
package main

import (
	"context"
	"os"
	"os/signal"
	"runtime"
	"runtime/debug"
	"runtime/metrics"
	"syscall"
	"time"

	"meiqia-diag/diag/tempdir"
)

// grace is how long a command may take to end by itself once it was interrupted.
const grace = 700 * time.Millisecond

// heapLimit keeps what a huge recording leaves behind from growing the process:
// past it memory is freed sooner, at the cost of some time. GOMEMLIMIT overrides it.
const heapLimit = 64 << 20

// spare is how much more than what is in use there is room for, however much
// that is: without it a recording that fills heapLimit would be collected all
// the time and nothing gained.
const spare = 24 << 20

// growth is by how many per cent the heap may grow before it is collected: below
// heapLimit memory is cheaper than time. GOGC overrides it.
const growth = 400

// limitMemory sets the limit, and anew after each collection.
func limitMemory() {
	if os.Getenv("GOGC") == "" {
		debug.SetGCPercent(growth)
	}
	debug.SetMemoryLimit(heapLimit)
	live := []metrics.Sample{{Name: "/gc/heap/live:bytes"}}
	type sentinel struct{ _ *byte } // a pointer, as tiny objects without one share their memory
	var each func(*sentinel)
	each = func(*sentinel) {
		metrics.Read(live)
		debug.SetMemoryLimit(max(heapLimit, int64(live[0].Value.Uint64())+spare))
		runtime.SetFinalizer(&sentinel{}, each)
	}
	runtime.SetFinalizer(&sentinel{}, each)
}

func main() {
	if os.Getenv("GOMEMLIMIT") == "" {
		limitMemory()
	}
	signal.Ignore(syscall.SIGPIPE) // a reader that leaves early is seen by its error, see stdout
	ctx, cancel := context.WithCancel(context.Background())
	signals := make(chan os.Signal, 2)
	signal.Notify(signals, os.Interrupt, syscall.SIGTERM)
	if !signal.Ignored(syscall.SIGHUP) { // nohup: it is to outlive its terminal
		signal.Notify(signals, syscall.SIGHUP) // the terminal was closed
	}
	a := newApp(os.Args[1:])
	ended := make(chan struct{})
	go func() {
		for {
			select {
			case <-ended:
				return
			case s := <-signals:
				if s == os.Interrupt && a.interrupts.taken() {
					continue
				}
			}
			cancel()
			signal.Stop(signals) // a second Ctrl-C ends the program at once
			select {
			case <-ended:
			case <-time.After(grace):
				status := a.end(errInterrupted)
				tempdir.RemoveAll()
				os.Exit(status)
			}
			return
		}
	}()
	err := a.run(ctx)
	if ctx.Err() != nil {
		err = errInterrupted
	}
	status := a.end(err)
	tempdir.RemoveAll()
	close(ended)
	signal.Stop(signals)
	a.holdWindow()
	os.Exit(status)
}
