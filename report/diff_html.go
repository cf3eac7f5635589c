package report

import (
	_ "embed"
	"html/template"
	"io"
	"sync"

	"meiqia-diag/diag"
	"meiqia-diag/diag/lang"
)

//go:embed diff.html
var diffPage string

// diffView is what the page of a comparison shows, in both languages.
type diffView struct {
	CSS         template.CSS
	English     bool
	Title       lang.Text
	Summary     lang.Text
	Tone        string
	Sides       []diffSideView
	Causes      []diffCauseView
	Significant []diffChangeView
	Minor       []lang.Text
	Alike       []lang.Text
	Notes       []lang.Text
}

type diffSideView struct {
	Name string
	Text lang.Text
}

type diffCauseView struct {
	Mark mark
	Name lang.Text
	Why  lang.Text
}

type diffChangeView struct {
	Mark mark
	Text lang.Text
}

var diffTemplate = sync.OnceValue(func() *template.Template {
	return template.Must(template.New("diff").Funcs(template.FuncMap{
		"t": both, "clean": clean, "s": func(name string) template.HTML { return both(diffWords[name]) },
	}).Parse(diffPage))
})

var diffWords = map[string]lang.Text{
	"headline": sHeadline, "causes": sCauses, "changes": sChanges, "minor": sMinor, "alike": sAlike, "notes": sNotes, "none": sNoChanges,
}

func diffHTML(w io.Writer, d *diag.Diff, opt Options) error {
	v := diffView{CSS: pageStyle(), English: opt.Lang == lang.EN, Title: sDiff, Summary: cleanText(d.Summary),
		Sides: []diffSideView{{"A", sideText(d.A)}, {"B", sideText(d.B)}}}
	v.Tone = diffTone(d)
	v.fill(diffShown(d))
	return diffTemplate().Execute(w, v)
}

// diffTone is good where every cause is gone, bad where one is new.
func diffTone(d *diag.Diff) string {
	mended := 0
	for _, c := range d.Causes {
		switch c.State {
		case diag.CauseNew:
			return "bad"
		case diag.CauseMended:
			mended++
		}
	}
	if d.Same || mended > 0 && mended == len(d.Causes) {
		return "good"
	}
	return "warn"
}

func (v *diffView) fill(s shownChanges) {
	for _, c := range s.causes {
		v.Causes = append(v.Causes, diffCauseView{causeState(c.State), causeLabel(c.Code), why(c)})
	}
	for _, c := range s.significant {
		v.Significant = append(v.Significant, diffChangeView{directionMark(c.Direction), changeLine(c)})
	}
	texts := func(list []diag.Change) (out []lang.Text) {
		for _, c := range list {
			out = append(out, cleanText(c.Text))
		}
		return out
	}
	v.Minor, v.Alike, v.Notes = texts(s.minor), texts(s.alike), s.notes
}
