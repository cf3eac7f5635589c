package main

import (
	"encoding/json"

	"meiqia-diag/diag"
	"meiqia-diag/diag/lang"
	"meiqia-diag/diag/watch"
)

// watchLine is one run as a line of JSON.
type watchLine struct {
	Schema       string             `json:"schema"`
	Type         string             `json:"type"` // run
	N            int                `json:"n"`
	StartedAt    string             `json:"started_at"`
	DurationMS   float64            `json:"duration_ms"`
	Outcome      string             `json:"outcome"` // of the run: healthy explained inconclusive
	State        string             `json:"state"`   // what it counts as: clean failed unclear
	Causes       []diag.Code        `json:"causes"`
	Observations map[string]float64 `json:"observations"` // the first of each, in its own unit
	watch.Changed
	Missed    int     `json:"missed,omitempty"`      // turns that fell out because the run before took too long
	AwayMS    float64 `json:"away_ms,omitempty"`     // the device slept, or its clock was set forward
	SetBackMS float64 `json:"set_back_ms,omitempty"` // its clock was set back
}

// watched are the numbers that a line shows.
var watched = []string{"clock.offset", "network.rtt", "network.jitter", "network.loss", "server.queueing"}

// tell writes a run: as a line of JSON, or as text where something changed.
func (w *watching) tell(t watch.Turn, r watch.Run, doc *diag.Document, changed watch.Changed) error {
	if w.o.format == "json" {
		line := watchLine{Schema: watch.Schema, Type: "run", N: t.N, StartedAt: doc.StartedAt, DurationMS: doc.DurationMS, Outcome: doc.Verdict.Outcome, State: r.State, Causes: r.Causes,
			Observations: map[string]float64{}, Changed: changed, Missed: t.Missed, AwayMS: diag.Millis(t.Away), SetBackMS: diag.Millis(t.SetBack)}
		if line.Causes == nil {
			line.Causes = []diag.Code{}
		}
		for _, id := range watched {
			if o, ok := doc.Observations().First(id); ok {
				if v, ok := o.Number(); ok {
					line.Observations[id] = v
				}
			}
		}
		return w.a.jsonLine(line)
	}
	var list []lang.Text
	if t.Away > 0 {
		list = append(list, lang.T("上次之后本机休眠了 %s（或时钟被拨快），这段时间没有观察到", "since the run before this device slept for %s (or its clock was set forward); nothing was watched meanwhile").F(watch.Span(diag.Millis(t.Away))))
	}
	if t.SetBack > 0 {
		list = append(list, lang.T("上次之后本机时钟被拨慢了 %s", "since the run before this device's clock was set back by %s").F(watch.Span(diag.Millis(t.SetBack))))
	}
	if t.Missed > 0 {
		list = append(list, lang.T("上次运行超过了间隔 %s，跳过 %d 次", "the run before took longer than %s, so %d were left out").F(spanText(w.o.plan.Every), t.Missed))
	}
	for _, c := range changed.Appeared {
		list = append(list, lang.T("出现：%s", "appeared: %s").F(causeLine(c)))
	}
	for _, c := range changed.Gone {
		list = append(list, lang.T("消失：%s", "gone: %s").F(causeLine(c)))
	}
	if changed.Flapping {
		list = append(list, lang.T("时好时坏：最近 10 次里至少反复 4 次", "it comes and goes: at least 4 turns within 10 runs"))
	}
	if t.N == 1 && len(changed.Appeared) == 0 || len(changed.Gone) > 0 && r.State == watch.Clean {
		list = append(list, w.stateText(r))
	} else if r.State == watch.Unclear {
		list = append(list, w.stateText(r))
	}
	for _, x := range list {
		lead := lang.T("%s  第 %d 次  ", "%s  run %d  ").F(r.Started.Format("2006-01-02 15:04:05"), t.N)
		w.progress.clear()
		if err := w.a.print(lead.In(w.a.lang), harmless(x.In(w.a.lang))); err != nil {
			return err
		}
	}
	return nil
}

func (w *watching) stateText(r watch.Run) lang.Text {
	switch r.State {
	case watch.Clean:
		return lang.T("没有发现原因", "no cause found")
	case watch.Failed:
		return lang.T("发现了原因", "a cause was found")
	}
	return lang.T("看不出结果，不计入", "it could not be judged and does not count")
}

func causeLine(code diag.Code) lang.Text {
	if c, ok := diag.CauseOf(code); ok {
		return lang.T("%s（%s）", "%[2]s (%[1]s)").F(c.Name, string(code))
	}
	return lang.Same(string(code))
}

// summary writes the end.
func (w *watching) summary() error {
	if w.failed != nil {
		return w.failed
	}
	s := w.tally.Summary()
	if w.o.format == "json" {
		return w.a.jsonLine(s)
	}
	if err := w.a.print("", harmless(s.Text.In(w.a.lang))); err != nil {
		return err
	}
	for _, k := range s.Causes {
		line := lang.T("%s  %s，出现 %s，首次在第 %d 次，最后在第 %d 次", "%s  in %s, came %s, first in run %d, last in run %d").F(causeLine(k.Code),
			lang.Count(k.Runs, "%d 次", "%d run", "%d runs"), lang.Count(k.Appearances, "%d 回", "%d time", "%d times"), k.First, k.Last)
		if err := w.a.print("  ", harmless(line.In(w.a.lang))); err != nil {
			return err
		}
	}
	return nil
}

// watchFailure is the line of a watch that could not begin, or not go on.
type watchFailure struct {
	Schema   string             `json:"schema"`
	Type     string             `json:"type"` // error
	Problems []diag.ProblemJSON `json:"problems"`
}

func (a *app) jsonLine(v any) error {
	line, err := json.Marshal(v)
	if err != nil {
		return err
	}
	_, err = a.out.Write(append(line, '\n'))
	return err
}
