// Package heaptest measures for tests how much memory something needs.
package heaptest

import (
	"runtime"
	"time"
)

// Peak gives the most heap in use during fn, in bytes above what was in use before.
func Peak(fn func()) uint64 {
	runtime.GC()
	var ms runtime.MemStats
	runtime.ReadMemStats(&ms)
	before, high := ms.HeapInuse, ms.HeapInuse
	stop, stopped := make(chan bool), make(chan bool)
	go func() {
		defer close(stopped)
		var ms runtime.MemStats
		for tick := time.NewTicker(3 * time.Millisecond); ; {
			select {
			case <-stop:
				tick.Stop()
				return
			case <-tick.C:
				runtime.ReadMemStats(&ms)
				high = max(high, ms.HeapInuse)
			}
		}
	}()
	fn()
	close(stop)
	<-stopped
	runtime.ReadMemStats(&ms)
	return max(high, ms.HeapInuse) - before
}
