package report

import (
	_ "embed"
	"encoding/base64"
	"html/template"
	"io"
	"strings"

	"meiqia-diag/diag"
	"meiqia-diag/diag/incident"
	"meiqia-diag/diag/lang"
)

//go:embed page.html
var pageHTML string

//go:embed page.css
var pageCSS string

// page is what the template shows. Both languages are in it; the reader picks
// one without a script.
type page struct {
	CSS        template.CSS
	English    bool // which language is shown first
	HTMLLang   string
	Doc        *diag.Document
	Tone       string // bad good warn
	Sign       string
	Title      lang.Text
	Summary    lang.Text
	Sure       lang.Text
	Percent    string // of the bar, "" for none
	Primary    *diag.CauseReport
	Name       lang.Text
	Todo       []lang.Text
	Stages     []pageStage
	Outcomes   []pagePair
	Charts     []chart
	Moments    []pageMoment
	For        []weighing
	Against    []weighing
	Others     []pageCause
	OthersHead lang.Text
	Ruled      []pageRuled

	RuledCount lang.Text
	Archived   bool // the page is within an archive

	Verified    template.HTML // what became of another report's causes
	Compared    lang.Text     // what a recording with and one without extensions say together
	Differences []lang.Text

	Missing  []lang.Text
	Checks   []pageCheck
	Steps    []lang.Text
	Logs     []Log
	Pictures []picture
	Facts    []fact
	Remedies []diag.Remedy
	Problems []lang.Text
	Files    []diag.FileRef
}

type pageStage struct {
	Mark     mark
	Name     lang.Text
	Question lang.Text
	Because  []lang.Text
}

type pagePair struct {
	Label, Value lang.Text
	Tone         string
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
	Name  string
	Note  lang.Text
	Src   template.URL // "" when it is in the archive only
	Video bool
}

var pageTemplate = template.Must(template.New("page").Funcs(template.FuncMap{
	"t": both, "clean": clean, "db": db, "basis": basisMark, "inc": func(i int) int { return i + 1 },
	"s": func(name string) template.HTML { return both(pageWords[name]) },
}).Parse(pageHTML))

// both writes a text in both languages; the style sheet hides one.
func both(t lang.Text) template.HTML {
	zh, en := template.HTMLEscapeString(clean(t.ZH)), template.HTMLEscapeString(clean(t.EN))
	if zh == en {
		return template.HTML(zh)
	}
	return template.HTML(`<span lang="zh-CN">` + zh + `</span><span lang="en">` + en + `</span>`)
}

func basisMark(b incident.Basis) template.HTML {
	w := basisWord(b)
	if w.IsZero() {
		return ""
	}
	return `<span class="basis ` + template.HTML(template.HTMLEscapeString(string(b))) + `">` + both(w) + `</span>`
}

var pageWords = map[string]lang.Text{
	"headline": sHeadline, "sure": sHowSure, "now": sNow, "nothing": sNothing, "stages": sStages, "outcomes": sOutcomes, "timeline": sTimeline, "evidence": sEvidence, "evidencenote": sEvidenceNote,
	"for": sFor, "against": sAgainst, "ruledout": sRuledOut, "missing": sMissing, "checks": sChecks, "observations": sObservations,
	"remedies": sRemedies, "paste": sPaste, "problems": sProblems, "compared": sCompared, "facts": sFacts, "files": sFiles, "steps": sSteps, "none": sNone, "basiskey": basisKey, "because": sBecause,
	"whole": sWhole, "profile": sProfile, "version": sVersion, "started": sStarted,
	"logs": lang.T("日志（错误已标出）", "Logs (errors marked)"), "attachments": lang.T("截图与录屏", "Screenshots and recordings"),
	"time": lang.T("时间", "time"), "what": lang.T("发生了什么", "what happened"), "clock": lang.T("谁的钟、当时显示", "whose clock, as shown"), "basis": lang.T("来历", "basis"), "source": lang.T("出处", "source"),
	"value": lang.T("值", "value"), "id": lang.T("名称", "name"), "noevidence": sNoEvidence, "live": lang.T("现在测的", "measured now"), "error": lang.T("错误", "error"),
	"window": lang.T("撤回时限", "recall window"), "uncertain": lang.T("不确定范围", "uncertainty"), "inarchive": lang.T("见压缩包内的文件", "see the file in the archive"), "omitted": lang.T("行未显示，见压缩包", "lines not shown; they are in the archive"),
	"kind": lang.T("类型", "kind"), "size": lang.T("字节", "bytes"), "name": lang.T("文件", "file"), "took": lang.T("用时", "took"), "private": lang.T("个人信息已换成代号，如 <phone#…>；同一个值在本报告内代号相同。", "Personal data has been replaced by pseudonyms such as <phone#…>; one value has one pseudonym within this report."),
}

// imageTypes are the attachments that a page may show inline.
var imageTypes = map[string]bool{"image/png": true, "image/jpeg": true, "image/gif": true, "image/webp": true, "image/bmp": true, "video/mp4": true, "video/webm": true}

func writeHTML(w io.Writer, doc *diag.Document, opt Options) error {
	p := page{
		CSS: template.CSS(pageCSS), English: opt.Lang == lang.EN, HTMLLang: "zh-CN", Doc: doc, Title: title(doc), Summary: summary(doc), Sure: howSure(doc),
		Todo: todo(doc), Missing: unsettled(doc), OthersHead: othersHead(doc), Steps: Steps(doc), Logs: opt.Logs, Facts: facts(doc), Remedies: remedies(doc), Problems: problems(doc), Files: doc.Evidence, Archived: opt.Archived,
	}
	p.Compared, p.Differences = comparedLines(doc)
	var err error
	if p.Verified, err = verifiedHTML(doc); err != nil {
		return err
	}
	if p.English {
		p.HTMLLang = "en"
	}
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
		p.For, p.Against = weighings(doc, c.For), weighings(doc, c.Against)
	}
	labels, travelled := outcomeLabels, stages(doc)
	if doc.Health { // no recall travelled them, and none came out any way
		labels, travelled = nil, nil
	}
	for _, s := range travelled {
		p.Stages = append(p.Stages, pageStage{stageMark(s.State), s.Stage.Name(), s.Stage.Question(), because(doc, s)})
	}
	for _, o := range labels {
		v := o.value(doc.Outcomes)
		tone := map[string]string{"accepted": "good", "gone": "good", "refused": "bad", "no_answer": "bad", "not_sent": "bad", "still_visible": "bad"}[v]
		p.Outcomes = append(p.Outcomes, pagePair{o.label, outcomeWord(v), tone})
	}
	p.moments(doc)
	for _, c := range others(doc) {
		p.Others = append(p.Others, pageCause{percent(c.Probability), causeName(c.Code), string(c.Code), weighings(doc, c.For)})
	}
	ruled := ruledOut(doc)
	for _, same := range alike(ruled) {
		p.Ruled = append(p.Ruled, pageRuled{same, same[0].why})
	}
	p.RuledCount = sRuledCount.F(len(ruled))
	for _, c := range checks(doc) {
		pc := pageCheck{Mark: checkMark(c.State), Name: checkName(c.ID), Reason: reason(c), Depth: c.depth, Millis: number(c.DurationMS)}
		for _, o := range c.Observations {
			pc.Details = append(pc.Details, pageObservation{o.ID, o.Source, o.At, observationName(o.ID), observationValue(o), o.Basis, o.Live})
		}
		p.Checks = append(p.Checks, pc)
	}
	for _, a := range opt.Attachments {
		pic := picture{Name: a.Name, Note: a.Note, Video: strings.HasPrefix(a.MIME, "video/")}
		if a.Data != nil && imageTypes[a.MIME] {
			pic.Src = template.URL("data:" + a.MIME + ";base64," + base64.StdEncoding.EncodeToString(a.Data))
		}
		p.Pictures = append(p.Pictures, pic)
	}
	return pageTemplate.Execute(w, p)
}

func (p *page) moments(doc *diag.Document) {
	ms := moments(doc)
	p.Charts = charts(ms)
	for i, m := range ms {
		pm := pageMoment{N: i + 1, At: m.t.Format("15:04:05.000"), Day: m.t.Format("2006-01-02 -07:00"), Err: errText(m.ErrMS), Text: m.text, Shown: shown(m), Basis: m.Basis, Source: m.Source, Serious: m.Serious}
		if c, ok := clockWords[m.Clock]; ok {
			pm.Clock = c
		}
		if i > 0 && pm.Day == p.Moments[i-1].Day || i > 0 && p.Moments[i-1].Day == "" && pm.Day == ms[i-1].t.Format("2006-01-02 -07:00") {
			pm.Day = ""
		}
		p.Moments = append(p.Moments, pm)
	}
}
