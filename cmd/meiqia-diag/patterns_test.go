package main

import (
	"testing"

	"meiqia-diag/diag/lazy"
)

// TestPatternsOfTheProgram compiles every expression that the program has; one
// that is wrong would else be found by the person who comes to use it.
func TestPatternsOfTheProgram(t *testing.T) {
	if n := lazy.CompileAll(); n < 300 {
		t.Errorf("%d expressions only", n)
	}
}
