package checks

import (
	"strings"
	"testing"

	"meiqia-diag/diag/profile"
)

// Two builds of a script are told apart by where they ask for recalls, whatever
// else a build changes.
func TestCompareRecall(t *testing.T) {
	prof, problems := profile.Load("")
	if prof == nil {
		t.Fatal(problems)
	}
	prof.Prepare()
	for _, c := range []struct{ name, was, is, want string }{
		{"renamed", "let a=9;f('POST','/api/v1/messages/'+a+'/recall')", "let q=10;f('POST','/api/v1/messages/'+q+'/recall');g('/api/x')", "same"},
		{"moved", "f('/api/v1/recall?id='+a)", "f('/api/v2/messages/'+a+'/recall')", "differs"},
		{"template", "f(`/api/v1/messages/${a.id}/withdraw`)", "f(`/api/v1/messages/${b}/withdraw`)", "same"},
		{"template moved", "f(`/api/v1/messages/${a.id}/withdraw`)", "f(`/api/v2/messages/${a.id}/withdraw`)", "differs"},
		{"one more", "f('/api/v1/recall')", "f('/api/v1/recall');f('/api/v1/recall/batch')", "same"},
		{"icons", "f('/api/v1/recall');i('/img/recall.1.svg')", "f('/api/v1/recall');i('/img/recall.2.svg')", "same"},
		{"elsewhere", "f('/api/v1/presence')", "f('/api/v2/presence')", ""},
		{"gone from this file", "f('/api/v1/recall')", "f('/api/v2/presence')", ""},
		{"not all of it read", "f('/api/v1/recall')", "f('/api/v2/recall')" + strings.Repeat(" ", maxScriptText), ""},
	} {
		if got := compareRecall(c.was, c.is, prof); got != c.want {
			t.Errorf("%s: %q, want %q", c.name, got, c.want)
		}
	}
}
