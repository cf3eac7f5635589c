package main

import "sync"

// interrupts lets a command take a Ctrl-C for itself: while a browser is being
// recorded it ends the recording, and not the program.
type interrupts struct {
	mu   sync.Mutex
	take func()
}

// catch hands interruptions to f, until release is called.
func (i *interrupts) catch(f func()) (release func()) {
	i.mu.Lock()
	defer i.mu.Unlock()
	i.take = f
	return func() {
		i.mu.Lock()
		defer i.mu.Unlock()
		i.take = nil
	}
}

// taken gives one interruption to whoever wants it, and tells whether anybody did.
// Nobody gets a second one: who presses twice wants out.
func (i *interrupts) taken() bool {
	i.mu.Lock()
	f := i.take
	i.take = nil
	i.mu.Unlock()
	if f == nil {
		return false
	}
	f()
	return true
}
