package checks

import (
	"testing"

	"meiqia-diag/diag/lazy"
)

func TestPatternsCompile(t *testing.T) {
	if n := lazy.CompileAll(); n < 20 {
		t.Errorf("only %d patterns", n)
	}
}
