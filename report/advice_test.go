package report

import (
	"fmt"
	"strings"
	"testing"

	"meiqia-diag/diag"
	"meiqia-diag/diag/lang"
)

// many is a document with eight pieces of evidence to bring.
func many(outcome string) *diag.Document {
	doc := base(outcome)
	for i := range 8 {
		t := lang.T(fmt.Sprintf("第%d件", i+1), fmt.Sprintf("piece no. %d", i+1))
		doc.Verdict.Missing, doc.Verdict.MissingText = append(doc.Verdict.Missing, t.EN), append(doc.Verdict.MissingText, t)
	}
	return doc
}

// Nobody does eight steps: the first three stand by themselves, in every form for people, and none is lost.
func TestStepsBeyondThreeAreForLater(t *testing.T) {
	doc := many(diag.Inconclusive)
	for format, out := range map[string]string{
		"text": string(render(t, doc, "text", Options{Lang: lang.EN})), "markdown": string(render(t, doc, "markdown", Options{Lang: lang.EN})),
		"html": string(render(t, doc, "html", Options{Lang: lang.EN})), "summary": Summary(doc, lang.EN),
	} {
		at := strings.Index(out, sFurther.EN)
		for i := 1; i <= 8; i++ {
			piece := fmt.Sprintf("piece no. %d", i)
			if n := strings.Count(out, piece); n != 1 && (format != "text" || i > 1) { // a text says the first once more at its end
				t.Errorf("%s: %q is there %d times", format, piece, n)
			}
			if format != "html" && !strings.Contains(out, fmt.Sprintf("%d. More evidence", i)) {
				t.Errorf("%s: no step %d", format, i)
			}
			if later := strings.Index(out, piece) > at; at < 0 || later != (i > 3) {
				t.Errorf("%s: %q stands on the wrong side of %q (%d)", format, piece, sFurther.EN, at)
			}
		}
	}
	page := string(render(t, doc, "html", Options{Lang: lang.ZH}))
	_, further, _ := strings.Cut(page, `<details class="further">`)
	if further, _, _ = strings.Cut(further, "</details>"); strings.Count(further, "<li>") != 5 || !strings.Contains(further, `<ol class="todo" start="4">`) || !strings.Contains(further, sFurther.ZH) {
		t.Errorf("on the page: %s", further)
	}

	// One more than three is not put away, and what is settled has its steps in one.
	doc.Verdict.Missing, doc.Verdict.MissingText = doc.Verdict.Missing[:4], doc.Verdict.MissingText[:4]
	for _, doc := range []*diag.Document{doc, expired()} {
		if now, further := plan(doc); len(further) > 0 || len(now) != len(todo(doc)) {
			t.Errorf("%d steps now, %d further", len(now), len(further))
		}
	}
}
