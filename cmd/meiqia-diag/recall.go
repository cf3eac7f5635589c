package main

import (
	"context"
	"errors"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"meiqia-diag/checks"
	"meiqia-diag/diag"
	"meiqia-diag/diag/diagnosis"
	"meiqia-diag/diag/incident"
	"meiqia-diag/diag/lab"
	"meiqia-diag/diag/lang"
	"meiqia-diag/diag/profile"
	"meiqia-diag/report"
)

// recallOptions is what the recall command was asked for.
type recallOptions struct {
	incident string   // path, "-" for stdin
	set      []string // field=value
	facts    map[string]string
	evidence []string
	profile  string
	lab      string // scenario
	healed   bool   // its fault mended
	offline  bool
	load     bool
	only     []string
	skip     []string
	timeout  time.Duration
	noInput  bool
	from     string
	format   string
	failOn   failOn
	output   string
	noReport bool
	force    bool
	yes      bool

	before     *before  // the report to compare with
	identities []string // private keys that open it

	drop      []string // files that stay out of the report
	words     []string // to be replaced in it
	encryptTo []string
}

// defaultTimeout bounds a whole run.
const defaultTimeout = 60 * time.Second

// defaultScenario is what --lab alone stands for: the commonest failure.
const defaultScenario = "window-expired"

func (a *app) recallCommand() *cobra.Command {
	o := &recallOptions{format: "text", timeout: defaultTimeout, facts: map[string]string{}}
	cmd := &cobra.Command{
		Use: "recall", Short: a.t("诊断一次撤回", "diagnose a recall"),
		Long: a.t("诊断一次撤回：停在哪个阶段，原因是什么，怎么办。\n在终端里不带选项运行时会问几个问题，都可以按回车跳过；只有 --only 而没有事件和证据时，检查现在撤回会不会成功。",
			"Diagnose a recall: which stage broke, why, and what to do.\nWithout flags on a terminal it asks a few questions, and Enter skips any of them. With --only and neither an incident nor evidence it checks whether a recall would work now."),
		Example: examples(a.t("回答几个问题", "answer a few questions"), "meiqia-diag recall",
			a.t("浏览器导出的 HAR，加上客户端日志所在的文件夹", "a HAR exported from the browser, and the folder of the client's logs"), "meiqia-diag recall --evidence shop.har --evidence ./logs",
			a.t("把知道的情况直接写上", "say what is known"), `meiqia-diag recall --sent-at 10:21:03 --at 10:22:41 --symptom refused --set message.read=yes`,
			a.t("机房巡检：只看现在的网络和时钟", "monitoring: only the network and clock as they are now"), "meiqia-diag recall --only clock,network --format nagios --no-report",
			a.t("用保存的报告重新判定，什么也不测", "judge a saved report again, measuring nothing"), "meiqia-diag recall --from report.json --format json"),
		Args: noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error { return a.recall(cmd.Context(), cmd, o) },
	}
	f := a.flagsOf(cmd)
	o.factFlags(f, cmd)
	f.list(&o.evidence, "evidence", "PATH", "证据文件或文件夹（HAR、日志、截图等），按内容识别；可重复", "a file or folder of evidence (HAR, logs, screenshots, …), recognised by content; repeatable")
	o.profileFlag(f, cmd)
	f.value("lab", "SCENARIO", "", o.setLab, "先在内置的模拟服务里做一次真实的撤回，再诊断它；情景名见 lab --list", "first perform a recall in the simulated service, then diagnose it; lab --list names the scenarios")
	f.fs.Lookup("lab").NoOptDefVal = defaultScenario
	f.yes(&o.offline, "offline", "不打开任何网络连接", "open no connection at all")
	f.yes(&o.load, "under-load", "再测满载时的延迟：最多上传 15 MB，多用 5 秒（会占满上行带宽）", "also measure the delay under load: uploads up to 15 MB, takes 5 s more (and fills the line up)")
	o.checkFlags(f, cmd)
	f.limit(&o.timeout, "timeout", "D", "整个运行的时限，如 30s、2m；0 为不限", "time limit of the whole run, as in 30s or 2m; 0 for none")
	f.yes(&o.noInput, "no-input", "不提问", "ask no questions")
	f.text(&o.from, "from", "FILE", "用保存的 report.json 或报告压缩包重新判定，什么也不测", "judge a saved report.json or report archive again, measuring nothing")
	o.resultFlags(f, cmd)
	complete(cmd, "lab", scenarioNames()...)
	return cmd
}

// factFlags are the flags by which a person says what is known.
func (o *recallOptions) factFlags(f flags, cmd *cobra.Command) {
	f.text(&o.incident, "incident", "FILE", "事件文件（YAML）；- 表示从标准输入读", "the incident file (YAML); - reads standard input")
	f.list(&o.set, "set", "FIELD=VALUE", "一条事实，如 message.read=yes；可重复，优先于事件文件", "one fact, as in message.read=yes; repeatable, goes before the incident file")
	for _, ff := range factFlags {
		f.value(ff.flag, ff.meta, "", func(s string) *lang.Problem { o.facts[ff.flag] = s; return nil }, ff.zh, ff.en)
		var words []string
		for _, c := range incident.SpecOf(ff.field).Choices {
			words = append(words, c.Word)
		}
		complete(cmd, ff.flag, words...)
	}
}

func (o *recallOptions) profileFlag(f flags, cmd *cobra.Command) {
	f.text(&o.profile, "profile", "NAME|FILE", "服务配置：内置名称或 YAML 文件", "the service's profile: an embedded name or a YAML file")
	complete(cmd, "profile", profile.Names()...)
}

// checkFlags choose among the checks.
func (o *recallOptions) checkFlags(f flags, cmd *cobra.Command) {
	f.value("only", "IDS", "", func(s string) *lang.Problem { return checkIDs(s, &o.only) }, "只做这些检查，逗号分隔（名称见 checks）", "run only these checks, separated by commas (see checks)")
	f.value("skip", "IDS", "", func(s string) *lang.Problem { return checkIDs(s, &o.skip) }, "跳过这些检查", "leave these checks out")
	complete(cmd, "only", diag.CheckIDs...)
	complete(cmd, "skip", diag.CheckIDs...)
}

// resultFlags say what is done with the result.
func (o *recallOptions) resultFlags(f flags, cmd *cobra.Command) {
	f.choice(&o.format, "format", "F", report.Formats, "结果格式："+strings.Join(report.Formats, " "), "format of the result: "+strings.Join(report.Formats, " "))
	f.value("fail-on", "LIST", defaultFailOn, o.setFailOn, "哪些结论让退出码非 0：explained、inconclusive、阶段名、原因代码，或 none；阶段和代码只对首要原因算", "which verdicts make the exit status non-zero: explained, inconclusive, a stage, a cause code, or none; stages and codes count for the primary cause")
	f.text(&o.output, "output", "PATH", "报告压缩包的路径；- 为标准输出（此时结果写到标准错误）；不写则放在当前文件夹", "path of the report archive; - is standard output (the result then goes to standard error); by default a file in the current folder")
	f.yes(&o.noReport, "no-report", "不写报告压缩包", "write no report archive")
	f.yes(&o.force, "force", "可以覆盖已有的报告文件", "the report file may be overwritten")
	f.yes(&o.yes, "yes", "写报告前不再确认", "write the report without asking")
	f.list(&o.drop, "drop", "NAME|GLOB", "这个文件不放进报告，如 shot.png、*.log；可重复", "leave this file out of the report, as in shot.png or *.log; repeatable")
	f.list(&o.words, "redact", "WORD", "报告里凡是出现这个词（如人名）都替换掉；可重复", "replace this word, such as a name, wherever it stands in the report; repeatable")
	f.list(&o.encryptTo, "encrypt-to", "KEY|FILE", "把报告加密给这个公钥（age1… 或公钥文件）；可重复", "encrypt the report to this public key (age1…, or a file of keys); repeatable")
	complete(cmd, "format", report.Formats...)
	complete(cmd, "fail-on", diag.Explained, diag.Inconclusive, "none")
}

func (o *recallOptions) setLab(s string) *lang.Problem {
	if s == "" {
		s = defaultScenario
	}
	if p := checkScenario(s); p != nil {
		return p
	}
	o.lab = s
	return nil
}

func (o *recallOptions) setFailOn(s string) *lang.Problem {
	f, p := parseFailOn(s)
	o.failOn.words = append(o.failOn.words, f.words...)
	return p
}

// checkIDs reads a list of check ids.
func checkIDs(s string, into *[]string) *lang.Problem {
	list := commaList(s)
	if len(list) == 0 {
		return &lang.Problem{What: lang.T("列表是空的", "the list is empty"), Hint: lang.T("可用：%s", "use one of: %s").F(strings.Join(diag.CheckIDs, " "))}
	}
	for _, id := range list {
		if !slices.Contains(diag.CheckIDs, id) {
			return unknownWord(id, diag.CheckIDs, lang.T("可用：%s", "use one of: %s").F(strings.Join(diag.CheckIDs, " ")))
		}
		if !slices.Contains(*into, id) {
			*into = append(*into, id)
		}
	}
	return nil
}

// conflict names two flags that do not go together.
func (o *recallOptions) conflict(given func(flag string) bool) *lang.Problem {
	measuring := map[string]bool{
		"--profile":  given("profile"),
		"--incident": o.incident != "", "--set": len(o.set) > 0, "--evidence": len(o.evidence) > 0, "--lab": o.lab != "",
		"--only": len(o.only) > 0, "--skip": len(o.skip) > 0, "--output": o.output != "",
		"--drop": len(o.drop) > 0, "--redact": len(o.words) > 0, "--encrypt-to": len(o.encryptTo) > 0,
	}
	for flag := range o.facts {
		measuring["--"+flag] = true
	}
	if o.from != "" {
		for _, flag := range sortedKeys(measuring) {
			if measuring[flag] {
				return &lang.Problem{Field: flag, What: lang.T("不能与 --from 同用", "does not go with --from"), Hint: lang.T("--from 只用保存的观测值重新判定", "--from judges what was saved, and nothing else")}
			}
		}
	}
	if o.lab != "" {
		for _, flag := range []string{"--incident", "--evidence", "--profile"} {
			if measuring[flag] {
				return &lang.Problem{Field: flag, What: lang.T("不能与 --lab 同用", "does not go with --lab"), Hint: lang.T("--lab 自带事件、证据和配置", "--lab brings its own incident, evidence and profile")}
			}
		}
		if o.offline {
			return &lang.Problem{Field: "--lab", What: lang.T("不能与 --offline 同用", "does not go with --offline"), Hint: lang.T("模拟服务要在本机上打开连接", "the simulated service opens connections on this machine")}
		}
	}
	if o.load && o.offline {
		return &lang.Problem{Field: "--under-load", What: lang.T("不能与 --offline 同用", "does not go with --offline"), Hint: lang.T("去掉其中一个", "leave one of them out")}
	}
	if p := o.noReportWith(); p != nil {
		return p
	}
	left := 0
	for _, id := range diag.CheckIDs {
		if (len(o.only) == 0 || slices.Contains(o.only, id)) && !slices.Contains(o.skip, id) {
			left++
		}
	}
	if left == 0 {
		return &lang.Problem{Field: "--skip", What: lang.T("一项检查也没剩下", "no check is left"), Hint: lang.T("检查的名称见 %s checks", "see %s checks").F(programName)}
	}
	return nil
}

// noReportWith names what is about the report, where there is to be none.
func (o *recallOptions) noReportWith() *lang.Problem {
	for _, x := range []struct {
		flag  string
		given bool
	}{{"--output", o.output != ""}, {"--drop", len(o.drop) > 0}, {"--redact", len(o.words) > 0}, {"--encrypt-to", len(o.encryptTo) > 0}} {
		if o.noReport && x.given {
			return &lang.Problem{Field: x.flag, What: lang.T("不能与 --no-report 同用", "does not go with --no-report"), Hint: lang.T("去掉其中一个", "leave one of them out")}
		}
	}
	return nil
}

// asksFor tells whether the person has said what to look at; else the questions do.
func (o *recallOptions) asksFor() bool {
	return o.incident != "" || len(o.set)+len(o.facts)+len(o.evidence)+len(o.only) > 0 || o.lab != "" || o.from != ""
}

// recall is the whole run, from what is known to what is shown.
func (a *app) recall(ctx context.Context, cmd *cobra.Command, o *recallOptions) error {
	a.ending.failOn = o.failOn
	a.ending.format = o.format
	if p := o.conflict(cmd.Flags().Changed); p != nil {
		return p
	}
	if o.from != "" {
		return a.recallFrom(o)
	}
	in, err := a.readInput(o)
	if err != nil {
		return err
	}
	target, err := a.target(o, in.profile)
	if err != nil {
		return err
	}
	if !o.asksFor() && a.mayAsk(o.noInput) {
		paths, err := a.ask(ctx, in.incident)
		if err != nil {
			return err
		}
		in.evidence = paths
	}
	return a.diagnose(ctx, o, target, in)
}

// diagnose runs the diagnosis of what is known, saves the report and shows the
// result. It is where recall and record meet.
func (a *app) diagnose(ctx context.Context, o *recallOptions, target target, in *input) (err error) {
	whole, run, cancel := o.limits(ctx, target)
	defer cancel()
	all := checks.All()
	if o.load {
		all = checks.UnderLoad(all)
	}
	p := a.progress(len(all))
	defer p.stop()
	if o.lab != "" {
		p.doing(lang.T("在模拟服务里做一次撤回", "performing a recall in the simulated service"))
		if in, err = a.labInput(run, o); err != nil {
			if run.Err() != nil {
				err = &lang.Problem{Field: "--timeout", What: lang.T("%s 之内没有做完模拟的撤回", "the simulated recall did not end within %s").F(spanText(o.timeout)), Hint: lang.T("请放宽 --timeout", "allow more with --timeout")}
			}
			return interruptedOr(ctx, err)
		}
	}
	p.doing(lang.T("读取证据", "reading the evidence"))
	if err := a.unreadable(run, in); err != nil {
		return interruptedOr(ctx, err)
	}
	d := diagnosis.Run(run, diagnosis.Options{
		Version: toolVersion(), Incident: in.incident, Evidence: in.evidence, Profile: in.profile, Checks: all,
		Only: o.only, Skip: o.skip, Offline: o.offline, Load: o.load, Progress: p.check(all), Problems: in.incident.CheckContradictions(),
	})
	p.stop()
	if ctx.Err() != nil {
		return errInterrupted
	}
	if o.before != nil {
		o.before.compareWith(d.Document)
	}
	if o.format != "text" || !a.outTTY || !a.errTTY { // else the result tells them on the same screen
		a.tellProblems(d.Problems)
	}
	if errors.Is(run.Err(), context.DeadlineExceeded) {
		a.note(lang.T("到了时限 %s：没有做完的部分按未知处理（可用 --timeout 放宽）", "the time limit of %s was reached: what was not finished counts as unknown (--timeout allows more)").F(spanText(o.timeout)))
	}
	if in.incident.Empty() && len(in.evidence) > 0 && !usable(d.Evidence) {
		return noneRead(d.Evidence.Problems)
	}
	unsaved := interruptedOr(ctx, a.save(ctx, whole, o, target, in, d))
	if unsaved != nil && !target.chosen && ctx.Err() == nil { // nobody asked for it by name
		for _, p := range asProblems(unsaved) {
			a.note(lang.T("没有写出报告：%s", "no report was written: %s").F(p.Text()))
		}
		unsaved = nil
	}
	if ctx.Err() != nil {
		return errInterrupted
	}
	if err := a.show(a.resultStream(o), o.format, d.Document); err != nil {
		return err
	}
	a.ending.doc = d.Document
	return unsaved
}

// limits gives the time for everything, and for all but the writing of the
// report: a run that takes too long still leaves one behind.
func (o *recallOptions) limits(ctx context.Context, t target) (whole, run context.Context, cancel context.CancelFunc) {
	if o.timeout <= 0 {
		return ctx, ctx, func() {}
	}
	whole, cancelWhole := context.WithTimeout(ctx, o.timeout)
	if t.path == "" {
		return whole, whole, cancelWhole
	}
	run, cancelRun := context.WithTimeout(whole, o.timeout*4/5)
	return whole, run, func() { cancelRun(); cancelWhole() }
}

// interruptedOr gives the error, unless it is only what an interruption looks like.
func interruptedOr(ctx context.Context, err error) error {
	if ctx.Err() != nil {
		return errInterrupted
	}
	return err
}

// tellProblems says on stderr what of the input could not be used.
func (a *app) tellProblems(list []*lang.Problem) {
	const most = 12
	for i, p := range list {
		if i == most {
			a.note(lang.T("另有 %d 处，见结果", "%d more are in the result").F(len(list) - most))
			return
		}
		a.note(p.Text())
	}
}

func scenarioNames() []string {
	var out []string
	for _, s := range lab.Scenarios() {
		out = append(out, s.Name)
	}
	return out
}
