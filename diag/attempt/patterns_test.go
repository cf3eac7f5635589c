package attempt

import (
	"testing"

	"meiqia-diag/diag/lazy"
)

func TestPatternsCompile(t *testing.T) {
	if n := lazy.CompileAll(); n < 100 {
		t.Errorf("only %d patterns", n)
	}
}
