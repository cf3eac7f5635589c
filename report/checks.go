package report

import (
	"strings"

	"meiqia-diag/diag"
	"meiqia-diag/diag/lang"
)

// ordered is a check and how deep it is folded.
type ordered struct {
	diag.CheckJSON
	depth int
}

// checks gives the checks in the contract's order, folded ones under the one they follow.
func checks(doc *diag.Document) []ordered {
	var out []ordered
	shown := make([]bool, len(doc.Checks))
	var put func(i, depth int)
	put = func(i, depth int) {
		if shown[i] {
			return
		}
		shown[i] = true
		out = append(out, ordered{doc.Checks[i], depth})
		for j, c := range doc.Checks {
			if c.FollowsFrom == doc.Checks[i].ID && c.FollowsFrom != "" {
				put(j, min(depth+1, 3))
			}
		}
	}
	has := map[string]bool{}
	for _, c := range doc.Checks {
		has[c.ID] = true
	}
	for i, c := range doc.Checks {
		if c.FollowsFrom == "" || !has[c.FollowsFrom] || c.FollowsFrom == c.ID {
			put(i, 0)
		}
	}
	for i := range doc.Checks { // those that follow one another in a circle
		put(i, 0)
	}
	return out
}

// reason is a check's reason, with the name of the check it follows.
func reason(c ordered) lang.Text {
	t := cleanText(c.ReasonText())
	if c.FollowsFrom != "" {
		f := sFollows.F(checkName(c.FollowsFrom))
		if t.IsZero() {
			return f
		}
		return lang.T("%s（%s）", "%s (%s)").F(t, f)
	}
	return t
}

// problems gives the problems with the input, one line each.
func problems(doc *diag.Document) []lang.Text {
	var out []lang.Text
	for _, p := range doc.Problems {
		t := cleanText(p.Text)
		if w := clean(p.Where); w != "" && !strings.HasPrefix(t.EN, w) {
			t = lang.T("%s：%s", "%s: %s").F(w, t)
		}
		out = append(out, t)
	}
	return out
}
