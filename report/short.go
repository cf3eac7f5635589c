package report

// first is the step to take before any other.
func (t *text) first() {
	if steps := todo(t.doc); len(steps) > 0 {
		t.para("  "+t.in(sFirst)+t.colon(), "", t.in(steps[0]), "")
	}
}

// last says it once more: the end is what stays on the screen.
func (t *text) last() {
	t.head(sInShort)
	if v := t.doc.Verified; v != nil {
		t.answer(v)
	} else {
		why := sWhy
		if t.doc.Health {
			why = sResult
		}
		t.para("  "+t.in(why)+t.colon(), "", t.in(summary(t.doc)), "")
		t.first()
	}
	if t.doc.Report != nil && t.doc.Report.Path != "" {
		t.line("  " + t.in(sAttach) + t.colon() + t.in(attached(t.doc.Report.Path))) // never wrapped: it is to be copied
		return
	}
	t.line("  " + t.paint("dim", t.in(sNoReport)))
}
