package report

import (
	"embed"
	"encoding/base64"
	"html/template"
	"io"
	"strings"
	"sync"

	"meiqia-diag/diag"
	"meiqia-diag/diag/incident"
	"meiqia-diag/diag/lang"
	"meiqia-diag/diag/lazy"
)

//go:embed page
var pageFiles embed.FS

// page is what the templates show. Both languages are in it; the reader picks
// one without a script.
type page struct {
	CSS      template.CSS
	English  bool // which language is shown first
	HTMLLang string
	Doc      *diag.Document
	Archived bool // the page is within an archive

	Tone     string // bad good warn
	Sign     string
	Title    lang.Text
	Summary  lang.Text
	Sure     lang.Text
	Percent  string // of the bar, "" for none
	Primary  *diag.CauseReport
	Name     lang.Text
	Todo     []lang.Text
	Stages   []pageStage
	Outcomes []pagePair

	Timeline []drawing
	Scales   lang.Text // where the axis changes its scale
	Skew     lang.Text // what the clocks say of each other
	Moments  []pageMoment

	Plots  []pagePlot
	Losses []pageLoss

	Weights    pageWeights
	Others     []pageCause
	OthersHead lang.Text
	Ruled      []pageRuled
	RuledCount lang.Text
	Further    []lang.Text // to do, if that does not help
	Missing    []lang.Text

	Verified    template.HTML // what became of another report's causes
	Compared    lang.Text     // what a recording with and one without extensions say together
	Differences []lang.Text

	Checks      []pageCheck
	Steps       []lang.Text
	Logs        pageLogs
	Pictures    []picture
	Environment []fact
	Facts       []fact
	Remedies    []diag.Remedy
	Problems    []lang.Text
	Files       []diag.FileRef
	More        lang.Text // what the page leaves to report.json
}

type pageStage struct {
	Mark     mark
	Name     lang.Text
	Question lang.Text
	Because  []lang.Text
}

type pagePair struct {
	Label, Value lang.Text
	Tone, Sign   string
}

type pageMoment struct {
	N       int
	At, Day string
	Err     lang.Text
	Text    lang.Text
	Clock   lang.Text
	Shown   string
	Basis   incident.Basis
	Source  string
	Serious bool
}

type pageCause struct {
	Percent string
	Name    lang.Text
	Code    string
	For     []weighing
}

type pageRuled struct {
	Causes []excluded
	Why    []lang.Text
}

type pageCheck struct {
	Mark    mark
	Name    lang.Text
	Reason  lang.Text
	Depth   int
	Millis  string
	Details []pageObservation
}

type pageObservation struct {
	ID, Source, At string
	Name, Value    lang.Text
	Basis          incident.Basis
	Live           bool
}

type picture struct {
	N     int
	Name  string
	Note  lang.Text
	Src   template.URL // "" when it is in the archive only
	Link  string       // of the file beside the page, "" for none
	Video bool
}

// pageTemplate is never executed itself, so that it can be cloned for each page.
var pageTemplate = sync.OnceValue(func() *template.Template {
	return template.Must(template.New("page.html").Funcs(voice{}.funcs()).ParseFS(pageFiles, "page/*.html"))
})

func (v voice) funcs() template.FuncMap {
	return template.FuncMap{
		"t": v.both, "clean": v.one, "lines": v.lines, "db": db, "basis": v.basis, "src": func(s string) template.HTML { return v.both(sourceText(s)) }, "kind": fileKind, "started": startedText,
		"s":    func(name string) template.HTML { return v.both(pageWords[name]) },
		"word": func(name string, l lang.Lang) string { return pageWords[name].In(l) },
		"zh":   func(name string) string { return pageWords[name].ZH },
		"en":   func(name string) string { return pageWords[name].EN },
	}
}

// imageTypes are the attachments that a page may show inline.
var imageTypes = map[string]bool{"image/png": true, "image/jpeg": true, "image/gif": true, "image/webp": true, "image/bmp": true, "video/mp4": true, "video/webm": true}

// besides are the names of files that an archive keeps next to the page.
var besides = lazy.MustCompile(`^attachments/[A-Za-z0-9_-][A-Za-z0-9._-]*$`)

// mostTodo is how many steps of each part the page shows.
const mostTodo = 12

// Next is the number of the first step of those that come if nothing else helped.
func (p page) Next() int { return len(p.Todo) + 1 }

func writeHTML(w io.Writer, doc *diag.Document, opt Options) error {
	p := page{
		CSS: pageStyle(), English: opt.Lang == lang.EN, HTMLLang: "zh-CN", Doc: doc, Title: title(doc), Summary: summary(doc), Sure: howSure(doc),
		Missing: first(unsettled(doc), mostRows), OthersHead: othersHead(doc), Steps: Steps(doc), Environment: environmentOf(doc), Facts: facts(doc),
		Remedies: first(remedies(doc), mostRows), Problems: first(problems(doc), mostRows), Files: first(doc.Evidence, mostRows), Archived: opt.Archived,
	}
	p.Todo, p.Further = plan(doc)
	p.Todo, p.Further = first(p.Todo, mostTodo), first(p.Further, mostTodo)
	p.Compared, p.Differences = comparedLines(doc)
	var err error
	if p.Verified, err = verifiedHTML(doc); err != nil {
		return err
	}
	p.Differences = first(p.Differences, mostRows)
	if p.English {
		p.HTMLLang = "en"
	}
	p.verdict(doc)
	p.travelled(doc)
	ms := moments(doc)
	p.course(doc, ms)
	p.Plots, p.Losses = plots(doc, ms), losses(doc)
	p.causes(doc)
	p.checked(doc)
	p.Logs = logsOf(opt.Logs, ms)
	p.pictures(opt.Attachments)
	t, err := pageTemplate().Clone()
	if err != nil {
		return err
	}
	return t.Funcs(newVoice(doc).funcs()).Execute(w, p)
}

// pageStyle gives the style sheets as one.
func pageStyle() template.CSS {
	var b strings.Builder
	for _, name := range []string{"base", "verdict", "plots", "logs", "tables", "print"} {
		data, err := pageFiles.ReadFile("page/" + name + ".css")
		if err != nil {
			panic(err) // they are embedded
		}
		b.Write(data)
	}
	return template.CSS(b.String())
}

func (p *page) verdict(doc *diag.Document) {
	switch doc.Verdict.Outcome {
	case diag.Explained:
		p.Tone, p.Sign = "bad", "✗"
	case diag.Healthy:
		p.Tone, p.Sign = "good", "✓"
		if len(p.Todo) == 0 {
			p.Todo = []lang.Text{sNothing}
		}
	default:
		p.Tone, p.Sign = "warn", "?"
	}
	if c := primary(doc); c != nil {
		p.Primary, p.Name = c, causeName(c.Code)
		p.Percent = pct(min(max(c.Probability, 0), 1) * 100)
		p.Weights = weights(weighings(doc, c.For), weighings(doc, c.Against))
	}
}

// travelled tells of the stages and of what came out.
func (p *page) travelled(doc *diag.Document) {
	if doc.Health { // no recall travelled them, and none came out any way
		return
	}
	for _, s := range stages(doc) {
		p.Stages = append(p.Stages, pageStage{stageMark(s.State), s.Stage.Name(), s.Stage.Question(), first(because(doc, s), 20)})
	}
	for _, o := range outcomeLabels {
		v := o.value(doc.Outcomes)
		pair := pagePair{Label: o.label, Value: outcomeWord(v), Sign: "?", Tone: "dim"} // what is not known is neither good nor bad
		switch v {
		case "accepted", "gone":
			pair.Tone, pair.Sign = "good", "✓"
		case "refused", "no_answer", "not_sent", "still_visible":
			pair.Tone, pair.Sign = "bad", "✗"
		}
		p.Outcomes = append(p.Outcomes, pair)
	}
}

// course tells of the timeline, drawn and as a table.
func (p *page) course(doc *diag.Document, ms []moment) {
	if len(ms) == 0 {
		return
	}
	parts := 0
	p.Timeline = drawn(func(l lang.Lang, width float64) scene {
		sc, n := timelineScene(doc, ms, l, width)
		parts = n
		return sc
	})
	if p.Timeline[0].Height == "" {
		p.Timeline = nil
	}
	if parts > 1 {
		p.Scales = lang.T("共 %d 段：段内按比例，虚线处比例改变", "%d parts: each to scale, which changes at the dashed lines").F(parts)
	}
	p.Skew = skewOf(doc, ms).Text
	day := ""
	for i, m := range first(ms, mostRows) {
		pm := pageMoment{N: i + 1, At: m.t.Format("15:04:05.000"), Day: m.t.Format("2006-01-02 -07:00"), Err: errText(m.ErrMS), Text: m.text, Clock: clockWords[m.Clock], Shown: otherTime(m), Basis: m.Basis, Source: m.Source, Serious: m.Serious}
		if pm.Day == day {
			pm.Day = ""
		} else {
			day = pm.Day
		}
		p.Moments = append(p.Moments, pm)
	}
}

func (p *page) causes(doc *diag.Document) {
	for _, c := range first(others(doc), mostRows) {
		p.Others = append(p.Others, pageCause{percent(c.Probability), causeName(c.Code), string(c.Code), first(weighings(doc, c.For), 20)})
	}
	ruled := ruledOut(doc)
	for _, same := range first(alike(ruled), mostRows) {
		p.Ruled = append(p.Ruled, pageRuled{first(same, mostRows), first(same[0].why, 20)})
	}
	p.RuledCount = sRuledCount.F(len(ruled))
}

func (p *page) checked(doc *diag.Document) {
	all := checks(doc)
	rest := max(len(all)-mostRows, 0)
	for _, c := range first(all, mostRows) {
		pc := pageCheck{Mark: checkMark(c.State), Name: checkName(c.ID), Reason: reason(c), Depth: c.depth, Millis: number(c.DurationMS)}
		rest += max(len(c.Observations)-mostRows, 0)
		for _, o := range first(c.Observations, mostRows) {
			pc.Details = append(pc.Details, pageObservation{o.ID, o.Source, o.At, observationName(o.ID), observationValue(o), o.Basis, o.Live})
		}
		p.Checks = append(p.Checks, pc)
	}
	if rest > 0 {
		p.More = lang.T("另有 %d 项不在这一页上，见 report.json", "%d more are not on this page; report.json has them").F(rest)
	}
}

func (p *page) pictures(list []Attachment) {
	for i, a := range first(list, mostRows) {
		pic := picture{N: i + 1, Name: a.Name, Note: a.Note, Video: strings.HasPrefix(a.MIME, "video/")}
		if a.Data != nil && imageTypes[a.MIME] {
			pic.Src = template.URL("data:" + a.MIME + ";base64," + base64.StdEncoding.EncodeToString(a.Data))
		}
		if besides.MatchString(a.Name) {
			pic.Link = a.Name
		}
		p.Pictures = append(p.Pictures, pic)
	}
}
