package main

import (
	"context"
	"errors"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"meiqia-diag/checks"
	"meiqia-diag/diag"
	"meiqia-diag/diag/compare"
	"meiqia-diag/diag/diagnosis"
	"meiqia-diag/diag/incident"
	"meiqia-diag/diag/lab"
	"meiqia-diag/diag/lang"
	"meiqia-diag/diag/profile"
	"meiqia-diag/diag/watch"
)

// watchOptions is what the watch command was asked for.
type watchOptions struct {
	recallOptions
	plan    watch.Plan
	report  string
	earlier watch.Share
}

// defaultEvery is how far apart runs begin: some hundred a day, far enough
// apart that a short trouble is not seen twice.
const defaultEvery = 5 * time.Minute

// shortestEvery keeps a slip from keeping the service busy with nothing but checks.
const shortestEvery = 100 * time.Millisecond

// watchFormats are what can be written line by line.
var watchFormats = []string{"text", "json"}

func (a *app) watchCommand() *cobra.Command {
	o := &watchOptions{recallOptions: recallOptions{format: "text", timeout: defaultTimeout, facts: map[string]string{}}, plan: watch.Plan{Every: defaultEvery}}
	cmd := &cobra.Command{
		Use: "watch", Short: a.t("反复检查：修复是否持久", "repeat over time: is the fix permanent"),
		Long: a.t("每隔一段时间做一次巡检（现在撤回会不会成功），有变化就说，最后回答修复是否持久：多少次、多久没有再出现，失败的比例以 95% 的把握低于多少。\n用 --report 观察某份报告的原因；时有时无的故障用 --earlier 写上以前的频率，就能算出还要观察多久。不写 --for 和 --count 则一直到 Ctrl-C，随即给出总结。",
			"Check at intervals whether a recall would work now, tell what changes, and answer at the end whether the fix is permanent: how many runs and how long without trouble, and below which share of failures that puts it with 95% confidence.\n--report watches for the causes of a report. For trouble that comes and goes, say with --earlier how often it came before, and it is worked out how much longer to watch. Without --for and --count it goes on until Ctrl-C, which brings the summary."),
		Example: examples(a.t("每 5 分钟一次，一整天", "every 5 minutes for a day"), "meiqia-diag watch --for 24h",
			a.t("报告里的原因还会不会再来", "does a report's cause come back"), "meiqia-diag watch --report report.zip --for 8h",
			a.t("以前 20 次里失败 3 次，现在修好了吗", "it failed 3 times of 20: is it mended"), "meiqia-diag watch --earlier 3/20 --every 2m --count 60",
			a.t("给程序看：每次一行 JSON，最后一行是总结", "for a program: one line of JSON a run, the summary last"), "meiqia-diag watch --only clock,network --every 1m --count 30 --format json"),
		Args: noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			err := a.watch(cmd.Context(), cmd, o)
			if err != nil && !errors.Is(err, errInterrupted) && o.format == "json" {
				_ = a.jsonLine(watchFailure{watch.Schema, "error", diag.ProblemsOf(asProblems(err))})
			}
			return err
		},
	}
	f := a.flagsOf(cmd)
	f.span(&o.plan.Every, "every", "D", "两次开始之间的间隔", "from the start of one run to the start of the next")
	f.limit(&o.plan.For, "for", "D", "观察多久；不写或 0 则一直到 Ctrl-C", "how long to watch; until Ctrl-C by default, or with 0")
	f.value("count", "N", "", func(s string) *lang.Problem { return positive(s, &o.plan.Count) }, "运行几次", "how many runs")
	f.text(&o.report, "report", "REPORT", "观察这份报告的原因，并用它的配置", "watch for the causes of this report, by its profile")
	f.value("earlier", "K/N", "", func(s string) *lang.Problem { return shareOf(s, &o.earlier) }, "修复之前 N 次里失败过 K 次", "before the fix, K of N failed")
	o.profileFlag(f, cmd)
	f.value("lab", "SCENARIO", "", func(s string) *lang.Problem {
		if s == "" {
			s = healthyScenario
		}
		return o.setLab(s)
	}, "对内置的模拟服务做巡检；只写 --lab 为一切正常", "check the simulated service; --lab alone is one where nothing is wrong")
	f.fs.Lookup("lab").NoOptDefVal = healthyScenario
	f.yes(&o.healed, "healed", "与 --lab 同用：该情景的故障已排除", "with --lab: the scenario's fault is mended")
	f.yes(&o.offline, "offline", "不打开任何网络连接（只看本机的状况）", "open no connection at all (look at this machine alone)")
	o.checkFlags(f, cmd)
	f.limit(&o.timeout, "timeout", "D", "每次运行的时限，如 30s、2m；0 为不限", "time limit of each run, as in 30s or 2m; 0 for none")
	f.yes(&o.noInput, "no-input", "不提问", "ask no questions")
	f.identity(&o.identities)
	f.yes(&o.yes, "yes", "不再确认就连接报告里的地址", "connect to the report's hosts without asking")
	f.choice(&o.format, "format", "F", watchFormats, "结果格式：text json（每次一行）", "format of the result: text json (one line a run)")
	f.value("fail-on", "LIST", defaultFailOn, o.setFailOn, "哪些结论让退出码非 0：explained、inconclusive、阶段名、原因代码，或 none", "which verdicts make the exit status non-zero: explained, inconclusive, a stage, a cause code, or none")
	f.yes(&o.noReport, "no-report", "", "")
	f.fs.Lookup("no-report").Hidden = true // none is ever written; scripts that pass it to recall may pass it here
	complete(cmd, "lab", scenarioNames()...)
	complete(cmd, "format", watchFormats...)
	complete(cmd, "fail-on", diag.Explained, diag.Inconclusive, "none")
	return cmd
}

// mostRuns is more than anybody waits for.
const mostRuns = 1_000_000

// positive reads a whole number from 1.
func positive(s string, into *int) *lang.Problem {
	n, err := strconv.Atoi(halfWidth(strings.TrimSpace(s)))
	if err != nil || n < 1 || n > mostRuns {
		return &lang.Problem{What: lang.T("%q 不是 1 到 %d 的整数", "%q is no whole number from 1 to %d").F(s, mostRuns), Hint: lang.T("例如 30", "as in 30")}
	}
	*into = n
	return nil
}

// shareOf reads K/N.
func shareOf(s string, into *watch.Share) *lang.Problem {
	k, n, ok := strings.Cut(strings.ReplaceAll(halfWidth(s), " ", ""), "/")
	x, err1 := strconv.Atoi(k)
	y, err2 := strconv.Atoi(n)
	if !ok || err1 != nil || err2 != nil || x < 0 || y < 1 || x > y || y > 1_000_000 {
		return &lang.Problem{What: lang.T("%q 用不了", "%q will not do").F(s), Hint: lang.T("请写成 3/20：20 次里失败 3 次", "write it as 3/20: 3 of 20 failed")}
	}
	*into = watch.Share{Failed: x, Of: y}
	return nil
}

// watch repeats health runs until the plan's end, or Ctrl-C.
func (a *app) watch(ctx context.Context, cmd *cobra.Command, o *watchOptions) error {
	a.ending.failOn, a.ending.format = o.failOn, ""
	if p := o.conflict(cmd.Flags().Changed); p != nil {
		return p
	}
	if p := o.healedAlone(); p != nil {
		return p
	}
	if o.plan.Every < shortestEvery {
		return &lang.Problem{Field: "--every", What: lang.T("至少要 %s", "it has to be at least %s").F(spanText(shortestEvery)), Hint: lang.T("例如 5m", "as in 5m")}
	}
	in, err := a.watchInput(ctx, o)
	if err != nil {
		return interruptedOr(ctx, err)
	}
	a.unseen(o)
	w := &watching{a: a, o: o, in: in, tally: watch.Tally{Earlier: o.earlier}}
	w.progress = a.progress(1)
	defer w.progress.stop()
	o.plan.Loop(ctx, watch.System(), w.once)
	w.progress.stop()
	if err := w.summary(); err != nil {
		return err
	}
	if ctx.Err() != nil {
		return errInterrupted
	}
	v := w.tally.Verdict()
	a.ending.verdict = &v
	return nil
}

// unseen says which of the report's causes no health run shows.
func (a *app) unseen(o *watchOptions) {
	if o.before == nil {
		return
	}
	for _, c := range o.before.doc.Verdict.Causes {
		if c.Role == "primary" && len(compare.ChecksFor([]diag.Code{c.Code})) == 0 {
			a.note(lang.T("巡检看不出 %s 是否再来：%s", "no health run shows whether %s comes back: %s").F(causeLine(c.Code), compare.Tells(c.Code)))
		}
	}
}

// watchInput is the service to watch: the lab's, that of a report, or the profile's.
func (a *app) watchInput(ctx context.Context, o *watchOptions) (*input, error) {
	if o.report != "" {
		var err error
		if o.before, err = a.readBefore(o.report, o.identities); err != nil {
			return nil, err
		}
	}
	switch {
	case o.lab != "":
		return a.standingLab(ctx, o)
	case o.report != "":
		return a.verifyInput(ctx, &o.recallOptions, o.report)
	}
	return a.readInput(&o.recallOptions)
}

// standingLab starts the simulated service with its trouble in, for as long as the program runs.
func (a *app) standingLab(ctx context.Context, o *watchOptions) (*input, error) {
	l, err := lab.Start(context.WithoutCancel(ctx), lab.Options{Scenario: o.lab, Healed: o.healed})
	if err != nil {
		return nil, labProblem(err)
	}
	a.tidy.add(func() { closeSoon(l) })
	if err := l.Arm(); err != nil {
		return nil, labProblem(err)
	}
	p, ps := profile.Parse(l.Profile(), "lab")
	if len(ps) > 0 {
		return nil, problems(ps)
	}
	return &input{incident: incident.New(), profile: p}, nil
}

// watching is a watch under way.
type watching struct {
	a        *app
	o        *watchOptions
	in       *input
	tally    watch.Tally
	progress *progress
	failed   error // what kept a line from being written
}

// once makes one run and tells of it.
func (w *watching) once(ctx context.Context, t watch.Turn) bool {
	w.progress.say(lang.T("第 %d 次检查…", "run %d…").F(t.N))
	limited, cancel := ctx, context.CancelFunc(func() {})
	if w.o.timeout > 0 {
		limited, cancel = context.WithTimeout(ctx, w.o.timeout)
	}
	defer cancel()
	done := make(chan *diag.Document, 1)
	go func() {
		done <- diagnosis.Run(limited, diagnosis.Options{Version: toolVersion(), Incident: w.in.incident, Profile: w.in.profile, Checks: checks.All(), Only: w.o.only, Skip: w.o.skip, Offline: w.o.offline}).Document
	}()
	var doc *diag.Document
	select {
	case doc = <-done:
	case <-ctx.Done():
	}
	if ctx.Err() != nil {
		return false // what was broken off is no run
	}
	r := w.judge(doc, limited.Err())
	changed := w.tally.Add(r, t.Up+r.Duration)
	w.progress.say(lang.T("已检查 %d 次，下一次在 %s", "%d runs so far, the next at %s").F(t.N, r.Started.Add(w.o.plan.Every).Format("15:04:05")))
	w.failed = w.tell(t, r, doc, changed)
	out, isStdout := w.a.out.(*stdout)
	return w.failed == nil && (!isStdout || !out.closed)
}

// judge is what a run came to.
func (w *watching) judge(doc *diag.Document, limit error) watch.Run {
	started, err := time.Parse(time.RFC3339Nano, doc.StartedAt)
	if err != nil {
		started = w.a.now()
	}
	r := watch.Run{Started: started, Duration: time.Duration(doc.DurationMS * float64(time.Millisecond)), State: watch.Unclear}
	v := doc.Verdict
	if w.o.before != nil {
		w.o.before.compareWith(doc)
		v = judged(doc)
	}
	switch {
	case v.Outcome == diag.Explained:
		r.State = watch.Failed
		for _, c := range v.Causes {
			r.Causes = append(r.Causes, c.Code)
		}
	case errors.Is(limit, context.DeadlineExceeded): // a part of it is not known
	case v.Outcome == diag.Healthy:
		r.State = watch.Clean
	}
	return r
}
