package report

import (
	"fmt"
	"io"
	"strconv"
	"strings"

	"meiqia-diag/diag"
	"meiqia-diag/diag/lang"
)

// writeTAP gives TAP 14: one test point for each check and one for the verdict.
func writeTAP(w io.Writer, doc *diag.Document, opt Options) error {
	in := func(t lang.Text) string { return t.In(opt.Lang) }
	var b strings.Builder
	fmt.Fprintf(&b, "TAP version 14\n1..%d\n", len(doc.Checks)+1+len(verifiedPoints(doc)))
	for i, c := range doc.Checks {
		why := in(reason(ordered{CheckJSON: c}))
		switch c.State {
		case diag.Skip:
			fmt.Fprintf(&b, "ok %d - %s # SKIP %s\n", i+1, tapText(c.ID), tapText(why))
		case diag.Fail, diag.Error:
			fmt.Fprintf(&b, "not ok %d - %s: %s\n", i+1, tapText(c.ID), tapText(why))
			fmt.Fprintf(&b, "  ---\n  state: %s\n  reason: %s\n  ...\n", strconv.Quote(clean(string(c.State))), yamlText(why))
		case diag.Pass:
			fmt.Fprintf(&b, "ok %d - %s: %s\n", i+1, tapText(c.ID), tapText(why))
		default:
			fmt.Fprintf(&b, "ok %d - %s: %s\n# %s: %s\n", i+1, tapText(c.ID), tapText(why), tapText(string(c.State)), tapText(why))
		}
	}
	n := len(doc.Checks) + 1
	said := tapText(in(summary(doc)))
	if doc.Verdict.Outcome == diag.Healthy {
		fmt.Fprintf(&b, "ok %d - verdict: %s\n", n, said)
	} else {
		fmt.Fprintf(&b, "not ok %d - verdict: %s\n  ---\n  outcome: %s\n", n, said, yamlText(doc.Verdict.Outcome))
		if p := primary(doc); p != nil {
			fmt.Fprintf(&b, "  cause: %s\n  probability: %s\n", yamlText(string(p.Code)), strconv.FormatFloat(p.Probability, 'f', 3, 64))
		}
		if steps := todo(doc); len(steps) > 0 {
			b.WriteString("  fix:\n")
			for _, s := range steps {
				fmt.Fprintf(&b, "    - %s\n", yamlText(in(s)))
			}
		}
		b.WriteString("  ...\n")
	}
	for i, p := range verifiedPoints(doc) {
		ok := "ok"
		if !p.OK {
			ok = "not ok"
		}
		fmt.Fprintf(&b, "%s %d - %s: %s: %s\n", ok, n+1+i, tapText(p.Name), p.State, tapText(in(p.Text)))
	}
	_, err := io.WriteString(w, b.String())
	return err
}

// tapText keeps a text from being read as a directive.
func tapText(s string) string {
	return strings.NewReplacer(`\`, `\\`, "#", `\#`).Replace(clean(s))
}

// yamlText quotes a text; what clean leaves needs no escapes but these two.
func yamlText(s string) string {
	return `"` + strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace(clean(s)) + `"`
}
