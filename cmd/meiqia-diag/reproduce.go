package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"meiqia-diag/checks"
	"meiqia-diag/diag"
	"meiqia-diag/diag/diagnosis"
	"meiqia-diag/diag/lab"
	"meiqia-diag/diag/lang"
	"meiqia-diag/report"
)

func (a *app) reproduceCommand() *cobra.Command {
	var identities []string
	format, timeout, scenario := "text", 2*time.Minute, ""
	cmd := &cobra.Command{
		Use: "reproduce REPORT", Short: a.t("在模拟服务里重现报告的失败：先放入故障，再排除", "replay the failure in the lab: with the fault, then with it mended"),
		Long: a.t("按报告的原因和其中的数值，在内置的模拟服务里真做两次撤回：放入故障的一次应当同样失败，排除故障的一次应当成功。两次与报告并排列出。\n两样都做到以 0 退出，否则以 3 退出。什么也不连接，除了本机上的模拟服务；为了不让人久等，其中的撤回时限比真的短。",
			"Really perform two recalls in the simulated service, by the report's cause and figures: with the fault the recall should fail alike, and with the fault mended it should work. Both are set beside the report.\nThe exit status is 0 if both come true, else 3. Nothing is contacted but the simulated service on this machine; its recall window is shorter than a real one, so that nobody has to wait."),
		Example: examples(a.t("重现一份报告", "replay a report"), "meiqia-diag reproduce report.zip",
			a.t("指定情景", "in a scenario of your choice"), "meiqia-diag reproduce report.zip --scenario stale-worker"),
		Args: oneFile,
		RunE: func(cmd *cobra.Command, args []string) (err error) {
			defer func() { a.noReplay(format, err) }()
			o, doc, err := a.readReport(args[0], identities)
			if err != nil {
				return err
			}
			a.doubt(o, doc)
			r := &diag.Replay{Schema: diag.ReplaySchema, Like: []diag.LikeFact{}, Original: diag.PlayedOf(doc)}
			r.Report = diag.DiffSide{Name: filepath.Base(shownName(args[0])), Tool: doc.Tool, Profile: doc.Profile, StartedAt: doc.StartedAt, Health: doc.Health, Outcome: doc.Verdict.Outcome}
			if err := a.replay(cmd.Context(), r, doc, scenario, timeout); err != nil {
				return interruptedOr(cmd.Context(), err)
			}
			return a.showReplay(format, r)
		},
	}
	f := a.flagsOf(cmd)
	f.value("scenario", "SCENARIO", "", func(s string) *lang.Problem { scenario = s; return checkScenario(s) }, "用这个情景，而不是按原因选的；名称见 lab --list", "play this scenario instead of one chosen by the cause; lab --list names them")
	f.choice(&format, "format", "F", report.ReplayFormats, "格式：text json markdown", "format: text json markdown")
	f.limit(&timeout, "timeout", "D", "总时限；0 为不限", "time limit of the whole; 0 for none")
	f.identity(&identities)
	f.asksNothing()
	complete(cmd, "format", report.ReplayFormats...)
	complete(cmd, "scenario", scenarioNames()...)
	return cmd
}

// replay plays the report's failure again, in the scenarios of its cause one
// after the other until one fails alike.
func (a *app) replay(ctx context.Context, r *diag.Replay, doc *diag.Document, scenario string, timeout time.Duration) error {
	if timeout > 0 {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(ctx, timeout)
		defer cancel()
	}
	r.Cause = r.Original.Cause
	if doc.Verdict.Outcome == diag.Healthy || r.Cause == "" {
		r.Cause, r.Why = "", lang.T("报告没有指出原因，没有可以重现的失败", "the report names no cause, so there is no failure to replay")
		return nil
	}
	list := scenariosFor(doc)
	if scenario != "" {
		list = []string{scenario}
	}
	if len(list) == 0 {
		r.Why = lang.T("%s 在内置的模拟服务里演不出来", "%s cannot be staged in the built-in simulated service").F(string(r.Cause))
		return nil
	}
	p := a.progress(1)
	defer p.stop()
	like := likeOf(doc)
	for _, name := range list {
		s, _ := lab.Find(name)
		p.doing(lang.T("情景 %s：放入故障", "scenario %s: with the fault").F(name))
		fault, err := a.playOnce(ctx, lab.Options{Scenario: name, Like: like})
		if err != nil {
			return replayProblem(err, timeout)
		}
		one := diag.PlayedOf(fault)
		sure := one.Outcome == diag.Explained || one.Outcome == r.Original.Outcome // as sure as the report
		alike := sure && one.Outcome != diag.Healthy && one.Cause == r.Cause && (r.Original.Broken == "" || one.Broken == r.Original.Broken)
		if r.Fault != nil && !alike {
			continue // the first that was played stands for those that did not fail alike
		}
		r.Scenario, r.Fault, r.Reproduced, r.Like = name, &one, alike, likeFacts(s, like)
		p.doing(lang.T("情景 %s：排除故障", "scenario %s: with the fault mended").F(name))
		mended, err := a.playOnce(ctx, lab.Options{Scenario: name, Like: like, Healed: true})
		if err != nil {
			return replayProblem(err, timeout)
		}
		two := diag.PlayedOf(mended)
		r.Mended, r.Mends = &two, two.Outcome == diag.Healthy
		if alike {
			return nil
		}
	}
	return nil
}

func replayProblem(err error, timeout time.Duration) error {
	if errors.Is(err, context.DeadlineExceeded) {
		return &lang.Problem{Field: "--timeout", What: lang.T("%s 之内没有做完", "it did not end within %s").F(spanText(timeout)), Hint: lang.T("请放宽 --timeout", "allow more with --timeout")}
	}
	return err
}

// playOnce performs one recall in a lab of its own, and diagnoses it.
func (a *app) playOnce(ctx context.Context, opt lab.Options) (*diag.Document, error) {
	in, end, err := a.labPlay(ctx, opt)
	defer end()
	if err != nil {
		if ctx.Err() != nil {
			err = ctx.Err()
		}
		return nil, err
	}
	d := diagnosis.Run(ctx, diagnosis.Options{Version: toolVersion(), Incident: in.incident, Evidence: in.evidence, Profile: in.profile, Checks: checks.All()})
	return d.Document, ctx.Err()
}

// showReplay writes a replay, and says what the exit status follows from.
func (a *app) showReplay(format string, r *diag.Replay) error {
	report.WordReplay(r)
	opt := report.Options{Lang: a.lang, Color: report.ColorWanted(a.outTTY, a.env), Width: 80}
	if a.outTTY {
		opt.Width, opt.Terminal = a.width(a.out), true
	}
	var buf bytes.Buffer
	if err := report.WriteReplay(&buf, format, r, opt); err != nil {
		return err
	}
	v := diag.Verdict{Outcome: diag.Inconclusive}
	if r.Reproduced && r.Mends {
		v.Outcome = diag.Healthy
	}
	a.ending.verdict, a.ending.told = &v, true
	_, err := a.out.Write(buf.Bytes())
	return err
}

// noReplay writes a replay that could not be made as a document, where a program reads it.
func (a *app) noReplay(format string, err error) {
	if format != "json" || err == nil || a.ending.told {
		return
	}
	r := &diag.Replay{Schema: diag.ReplaySchema, Like: []diag.LikeFact{}, Original: diag.Played{Stages: []diag.StageReport{}}, Problems: diag.ProblemsOf(failureOf(err))}
	r.Summary = lang.T("没有重现成：%s", "There is no replay: %s").F(r.Problems[0].Text)
	a.ending.told = true
	_ = report.WriteReplay(a.out, format, r, report.Options{Lang: a.lang})
}

// sign is an observation of a report.
type sign struct{ id, word string }

// signsOf are what tells the scenarios of one cause apart.
var signsOf = map[string][]sign{
	"button-covered":     {{"device.tap", "covered"}, {"device.button", "covered"}},
	"button-outside":     {{"device.button", "outside"}},
	"javascript-off":     {{"browser.script", "never_ran"}, {"browser.setting", "javascript"}},
	"content-policy":     {{"browser.dispatch", "policy"}, {"browser.script", "policy"}},
	"stale-worker":       {{"cache.used", "service-worker"}},
	"clock-skew-request": {{"browser.dispatch", "sent"}},
}

// scenariosFor gives the scenarios of the report's cause, what its facts speak for first.
func scenariosFor(doc *diag.Document) []string {
	var list []string
	for _, s := range lab.Scenarios() {
		if s.Code == string(doc.Verdict.Causes[0].Code) {
			list = append(list, s.Name)
		}
	}
	fits := func(name string) int {
		signs, ok := signsOf[name]
		if !ok {
			return 1
		}
		for _, sign := range signs {
			if doc.Observations().Has(sign.id, sign.word) {
				return 2
			}
		}
		return 0
	}
	slices.SortStableFunc(list, func(x, y string) int { return fits(y) - fits(x) })
	return list
}

// likeOf gives the report's figures that a scenario can take over.
func likeOf(doc *diag.Document) lab.Like {
	obs := doc.Observations()
	number := func(ids ...string) float64 {
		for _, id := range ids {
			if o, ok := obs.First(id); ok {
				if v, ok := o.Number(); ok && v > -1e9 && v < 1e9 {
					return v
				}
			}
		}
		return 0
	}
	span := func(ms float64) time.Duration { return time.Duration(ms * float64(time.Millisecond)) }
	l := lab.Like{
		Offset: span(number("clock.offset.incident", "clock.offset")), Travel: span(number("window.travel", "server.ttfb")), Queue: span(number("server.queueing")), Status: int(number("server.status")),
		ClientVersion: doc.Incident.String("attempt.client_version"), SDK: doc.Incident.String("visitor.sdk"), SDKVersion: doc.Incident.String("visitor.sdk_version"),
	}
	if o, ok := obs.First("permission.processed_by"); ok && len(o.Text()) < 40 {
		l.TakenBy = o.Text()
	}
	return l
}

// likeFacts names the figures that a scenario took over.
func likeFacts(s lab.Scenario, l lab.Like) []diag.LikeFact {
	values := map[string]string{
		"offset": l.Offset.Round(time.Millisecond).String(), "travel": l.Travel.Round(time.Millisecond).String(), "queue": l.Queue.Round(time.Millisecond).String(), "status": strconv.Itoa(l.Status),
		"client_version": l.ClientVersion, "sdk": fmt.Sprint(l.SDK, " ", l.SDKVersion), "taken_by": l.TakenBy,
	}
	out := []diag.LikeFact{}
	for name := range strings.SplitSeq(s.Takes(l), ",") {
		if name != "" {
			out = append(out, diag.LikeFact{Name: name, Value: values[name]})
		}
	}
	return out
}
