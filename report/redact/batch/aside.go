package batch

import "meiqia-diag/report/redact"

// aside has the second look done beside the first: on another core, some blocks
// behind it.
type aside struct {
	block  []byte
	blocks chan []byte
	idle   chan []byte
	found  chan []redact.Finding
	closed bool
}

const (
	asideBlock  = 128 << 10
	asideBlocks = 4 // on their way
)

func newAside() *aside {
	a := &aside{blocks: make(chan []byte, asideBlocks), idle: make(chan []byte, asideBlocks+2), found: make(chan []redact.Finding, 1)}
	go func() {
		second := redact.NewVerifier()
		for b := range a.blocks {
			_, _ = second.Write(b) // it never fails
			select {
			case a.idle <- b[:0]:
			default:
			}
		}
		a.found <- second.Findings()
	}()
	return a
}

// Write takes the next bytes of the finished text. It never fails.
func (a *aside) Write(p []byte) (int, error) {
	n := len(p)
	for len(p) > 0 {
		if a.block == nil {
			select {
			case a.block = <-a.idle:
			default:
				a.block = make([]byte, 0, asideBlock)
			}
		}
		k := min(len(p), asideBlock-len(a.block))
		a.block, p = append(a.block, p[:k]...), p[k:]
		if len(a.block) == asideBlock {
			a.blocks <- a.block
			a.block = nil
		}
	}
	return n, nil
}

// close ends the look, also one that is given up, and tells what was found.
func (a *aside) close() (found []redact.Finding) {
	if a.closed {
		return nil
	}
	a.closed = true
	if len(a.block) > 0 {
		a.blocks <- a.block
	}
	close(a.blocks)
	return <-a.found
}
