package report

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"strings"

	"meiqia-diag/diag"
	"meiqia-diag/diag/lang"
)

// ReplayFormats lists the names that WriteReplay knows.
var ReplayFormats = []string{"text", "json", "markdown"}

var likeNames = map[string]lang.Text{
	"offset": lang.T("与服务的钟差", "clock offset to the service"), "travel": lang.T("路上用时", "travel time"), "queue": lang.T("服务排队", "queueing at the service"), "status": lang.T("状态码", "status"),
	"client_version": lang.T("客户端版本", "client version"), "sdk": lang.T("访客端版本", "visitor's client"), "taken_by": lang.T("已取走它的系统", "taken by"),
}

// WordReplay puts a replay into words.
func WordReplay(r *diag.Replay) {
	switch {
	case r.Fault == nil:
		r.Summary = sentence([]lang.Text{r.Why})
	case r.Reproduced && r.Mends && r.Fault.Broken == "":
		r.Summary = sentence([]lang.Text{lang.T("重现了：放入故障时同样指向%s，排除故障后撤回成功", "reproduced: with the fault the recall fails and points to %s as in the report, and with the fault mended it works").F(causeLabel(r.Cause))})
	case r.Reproduced && r.Mends:
		r.Summary = sentence([]lang.Text{lang.T("重现了：放入故障时同样因为%s停在“%s”，排除故障后撤回成功", "reproduced: with the fault the recall fails for the same cause, %s, at the same stage, %s; and with the fault mended it works").F(causeLabel(r.Cause), r.Fault.Broken.Name())})
	case r.Reproduced:
		r.Summary = sentence([]lang.Text{lang.T("故障重现了，但排除故障后撤回仍没有成功", "the failure was reproduced, but with the fault mended the recall did not work either")})
	default:
		r.Summary = sentence([]lang.Text{lang.T("没能重现：报告的原因是%s，模拟服务里得到的是%s", "not reproduced: the report's cause is %s, the simulated service came to %s").F(causeLabel(r.Cause), playedLabel(*r.Fault))})
	}
}

func playedLabel(p diag.Played) lang.Text {
	if p.Outcome == diag.Explained {
		return causeLabel(p.Cause)
	}
	return outcomeTitle(p.Outcome)
}

// WriteReplay shows a replay, which WordReplay has put into words.
func WriteReplay(w io.Writer, format string, r *diag.Replay, opt Options) error {
	if opt.Lang == "" {
		opt.Lang = lang.EN
	}
	switch format {
	case "json":
		var buf bytes.Buffer
		enc := json.NewEncoder(&buf)
		enc.SetEscapeHTML(false)
		enc.SetIndent("", "  ")
		if err := enc.Encode(r); err != nil {
			return err
		}
		_, err := w.Write(buf.Bytes())
		return err
	case "text":
		return replayText(w, r, opt)
	case "markdown":
		return replayMarkdown(w, r, opt)
	}
	return fmt.Errorf("no format %q", format)
}

// replayRows sets the report, the replay with the fault and the one without side by side.
func replayRows(r *diag.Replay) (heads []lang.Text, rows [][]lang.Text) {
	sides := []*diag.Played{&r.Original, r.Fault, r.Mended}
	heads = []lang.Text{{}, lang.T("报告", "report"), lang.T("放入故障", "with the fault"), lang.T("排除故障", "fault mended")}
	row := func(name lang.Text, cell func(diag.Played) lang.Text) {
		one := []lang.Text{name}
		for _, s := range sides {
			if s == nil {
				one = append(one, lang.Same("-"))
			} else {
				one = append(one, cell(*s))
			}
		}
		rows = append(rows, one)
	}
	row(sResult, func(p diag.Played) lang.Text { return outcomeTitle(p.Outcome) })
	row(sCauses, func(p diag.Played) lang.Text {
		if p.Cause == "" || p.Outcome == diag.Healthy {
			return sAbsent
		}
		return lang.Same(clean(string(p.Cause)) + " " + percent(p.Probability))
	})
	for i, s := range diag.Stages {
		row(s.Name(), func(p diag.Played) lang.Text {
			if i >= len(p.Stages) {
				return stageMark(diag.Unknown).Word
			}
			m := stageMark(p.Stages[i].State)
			return lang.T(m.Sign+" %s", m.Sign+" %s").F(m.Word)
		})
	}
	for _, o := range outcomeLabels {
		row(o.label, func(p diag.Played) lang.Text { return outcomeWord(o.value(p.Outcomes)) })
	}
	return heads, rows
}

func likeTexts(r *diag.Replay) []lang.Text {
	var out []lang.Text
	for _, l := range r.Like {
		name, ok := likeNames[l.Name]
		if !ok {
			name = lang.Same(clean(l.Name))
		}
		out = append(out, lang.T("%s：%s", "%s: %s").F(name, clean(l.Value)))
	}
	return out
}

var (
	sReplay = lang.T("在模拟服务里重现", "Replayed in the simulated service")
	sLike   = lang.T("取自报告的数值", "Figures taken from the report")
)

func replayText(w io.Writer, r *diag.Replay, opt Options) error {
	t := newText(w, opt)
	sign, tone := "?", "warn"
	if r.Reproduced && r.Mends {
		sign, tone = "✓", "good"
	}
	t.quoted(sign+" ", tone, t.in(r.Summary))
	t.para("  "+t.in(sReportWord)+t.colon(), "", t.in(sideText(r.Report)), "dim")
	if r.Scenario != "" {
		t.line("  " + t.in(lang.T("情景：", "scenario: ")) + clean(r.Scenario))
		heads, rows := replayRows(r)
		wide := make([]int, len(heads))
		for _, row := range append([][]lang.Text{heads}, rows...) {
			for i, c := range row {
				wide[i] = max(wide[i], widest(t.in(c)))
			}
		}
		t.line("")
		for n, row := range append([][]lang.Text{heads}, rows...) {
			var cells []string
			for i, c := range row {
				cells = append(cells, pad(t.in(c), wide[i]))
			}
			tone := ""
			if n == 0 {
				tone = "head"
			}
			t.line("  " + t.paint(tone, strings.TrimRight(strings.Join(cells, "  "), " ")))
		}
		t.list(sLike, likeTexts(r))
	}
	_, err := io.WriteString(w, t.b.String())
	return err
}

func replayMarkdown(w io.Writer, r *diag.Replay, opt Options) error {
	m := &markdown{l: opt.Lang}
	m.f("# %s\n\n**%s**\n\n%s%s%s\n", m.t(sReplay), m.t(r.Summary), m.t(sReportWord), m.t(sColon), m.t(sideText(r.Report)))
	if r.Scenario != "" {
		m.f("\n`%s`\n\n", codeSpan(r.Scenario))
		heads, rows := replayRows(r)
		m.table(heads...)
		for _, row := range rows {
			m.f("|")
			for _, c := range row {
				m.f(" %s |", m.t(c))
			}
			m.f("\n")
		}
		m.bullets(sLike, likeTexts(r))
	}
	_, err := io.WriteString(w, m.b.String())
	return err
}
