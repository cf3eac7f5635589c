package triage

import (
	_ "embed"
	"fmt"
	"html/template"
	"io"
	"strconv"
	"sync"

	"meiqia-diag/diag"
	"meiqia-diag/diag/lang"
	"meiqia-diag/report"
)

//go:embed page.html
var pageHTML string

//go:embed page.css
var pageCSS string

var pageTemplate = sync.OnceValue(func() *template.Template {
	return template.Must(template.New("triage").Funcs(template.FuncMap{"t": report.BothLanguages}).Parse(pageHTML))
})

// page is what the template shows, in both languages at once; no script picks one.
type page struct {
	CSS                                                template.CSS
	English                                            bool // which language is shown first
	HTMLLang, PageTitle, Version                       string
	Title, Headline, RegressionsHead, NoneNamed, Tried lang.Text
	Notes                                              []lang.Text
	Regressions                                        []pageRegression
	Chart                                              *chart
	Tables                                             []pageTable
}

// Private tells what pseudonyms are worth.
func (p page) Private() lang.Text { return sPrivate }

type pageRegression struct{ Text, Numbers lang.Text }

type pageTable struct {
	Head          lang.Text
	Heads         []lang.Text
	Right, Far    []bool
	Rows          [][]lang.Text
	Note, Summary lang.Text
	Folded        bool
}

func writeHTML(w io.Writer, p *Picture, v View) error {
	out := page{
		CSS: template.CSS(report.StyleSheet() + pageCSS), English: v.Lang == lang.EN, HTMLLang: "zh-CN", Version: report.Clean(p.Tool.Version),
		PageTitle: sTitle.In(v.Lang), Title: sTitle, Headline: p.headline(), RegressionsHead: sRegressions, NoneNamed: sNoneNamed, Tried: p.triedText(), Chart: p.chart(),
	}
	if out.English {
		out.HTMLLang = "en"
	}
	for _, t := range []lang.Text{p.spanText(), p.filesText()} {
		if !t.IsZero() {
			out.Notes = append(out.Notes, t)
		}
	}
	for _, r := range p.Regressions {
		out.Regressions = append(out.Regressions, pageRegression{r.Text, r.Numbers})
	}
	put := func(h lang.Text, t table, note lang.Text, folded bool) {
		if len(t.rows) > 0 {
			out.Tables = append(out.Tables, pageTable{Head: h, Heads: t.heads, Right: t.right, Far: t.far, Rows: t.rows, Note: note, Folded: folded, Summary: lang.Count(len(t.rows), "%d 行，点开看", "%d row; open to see it", "%d rows; open to see them")})
		}
	}
	put(sCauses, p.pageCauses(), sCauseKey, false)
	for _, b := range p.By {
		values, _ := valueTable(b, 0, threeChiefs, byName)
		if len(b.Values) > 0 {
			put(sBy.F(label(b.Field)), values, lang.Text{}, len(values.rows) > 12)
		}
	}
	lacks, _ := p.missingTable(0)
	put(sMissing, lacks, lang.Text{}, len(lacks.rows) > 12)
	steps, _ := p.timeTable(0, threeChiefs, byName)
	put(sOverTime, steps, lang.Text{}, true)
	if len(p.Unread) > 0 {
		var t table
		t.head(false, lang.T("文件", "file"))
		t.head(false, lang.T("状态", "state"))
		t.head(false, lang.T("原因", "why"))
		for _, u := range p.Unread {
			t.rows = append(t.rows, []lang.Text{text(u.Path), stateNames[u.State], u.Why})
		}
		put(sUnread, t, lang.Text{}, len(t.rows) > 12)
	}
	return pageTemplate().Execute(w, out)
}

// chart is the reports over time, each step a bar of its chief causes.
type chart struct {
	Head, Title lang.Text
	Bars        []bar
	Grid        []gridLine
	Ticks       []tick
	Legend      []legend
}

type bar struct {
	X, W, Y, H, Title string
	Series            int
}

type gridLine struct {
	Y, TextY int
	Text     string
}

type tick struct{ X, Text, Anchor, Class string }

type legend struct {
	Name   lang.Text
	Series int
}

// Sizes of the chart, in pixels; widths are percents.
const (
	chartTop, chartBase = 14, 168
	coloured            = 5 // causes with a colour of their own
)

func (p *Picture) chart() *chart {
	if p.axis == nil {
		return nil
	}
	c := &chart{Head: sOverTime, Title: lang.T("%s；%s", "%s; %s").F(p.headline(), p.spanText())}
	series := map[string]int{}
	for _, x := range p.Causes {
		if len(series) == coloured || x.Reports == 0 {
			break
		}
		c.Legend = append(c.Legend, legend{lang.T("%s（%s）", "%s (%s)").F(report.CauseName(diag.Code(x.Code)), report.Clean(x.Code)), len(series)})
		series[x.Code] = len(series)
	}
	c.Legend = append(c.Legend, legend{lang.T("其余", "the rest"), coloured})
	most := 2
	for _, s := range p.OverTime {
		most = max(most, s.Reports)
	}
	most += most % 2                   // half of it is a number of reports too
	for _, part := range []int{1, 2} { // a line at the top and one half way
		y := chartBase - (chartBase-chartTop)/part
		c.Grid = append(c.Grid, gridLine{y, y - 3, strconv.FormatFloat(float64(most)/float64(part), 'f', -1, 64)})
	}
	n := len(p.OverTime)
	step := 100 / float64(n)
	every := (n + 5) / 6
	for i, s := range p.OverTime {
		at := p.axis.label(p.axis.edges[i])
		x, base := fmt.Sprintf("%.3f%%", float64(i)*step), float64(chartBase)
		put := func(kind, count int, what string) {
			if count == 0 {
				return
			}
			h := float64(count) / float64(most) * (chartBase - chartTop)
			base -= h
			c.Bars = append(c.Bars, bar{X: x, W: fmt.Sprintf("%.3f%%", step*0.86), Y: fmt.Sprintf("%.1f", base), H: fmt.Sprintf("%.1f", h), Series: kind, Title: fmt.Sprintf("%s %s %d", at, what, count)})
		}
		rest := s.Reports
		for _, x := range p.Causes[:min(len(p.Causes), len(series))] {
			put(series[x.Code], s.Causes[x.Code], report.Clean(x.Code))
			rest -= s.Causes[x.Code]
		}
		put(coloured, rest, "")
		if i%every == 0 {
			t := tick{X: x, Text: at, Anchor: "start"}
			if i/every%2 == 1 {
				t.Class = " far" // small screens have no room for all
			}
			if float64(i)*step > 85 {
				t.Anchor = "end"
			}
			c.Ticks = append(c.Ticks, t)
		}
	}
	return c
}
