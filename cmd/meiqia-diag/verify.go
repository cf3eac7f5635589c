package main

import (
	"context"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"meiqia-diag/diag"
	"meiqia-diag/diag/compare"
	"meiqia-diag/diag/lang"
	"meiqia-diag/report"
	"meiqia-diag/report/archive"
)

// before is the report that a run is compared with.
type before struct {
	file *archive.Opened
	doc  *diag.Document
	name string
}

func (a *app) readBefore(file string, identities []string) (*before, error) {
	o, doc, err := a.readReport(file, identities)
	if err != nil {
		return nil, err
	}
	a.doubt(o, doc)
	return &before{o, doc, filepath.Base(shownName(file))}, nil
}

// healthyScenario is what --lab alone stands for where a mended service is looked for.
const healthyScenario = "healthy"

func (a *app) verifyCommand() *cobra.Command {
	o := &recallOptions{format: "text", timeout: defaultTimeout, facts: map[string]string{}}
	cmd := &cobra.Command{
		Use: "verify REPORT", Short: a.t("在这里再查一次，与报告对比：已解决、仍在、新出现", "run again here and compare with the report: mended, still there, new"),
		Long: a.t("按报告里的配置在这里再做一次检查，并与报告对比：报告的原因是已解决、仍在还是说不准，有没有新的原因。只有实测结果与原因矛盾才算已解决。\n不带证据时是巡检：只能看出现在测得到的原因；其余的请再撤回一次，用 --evidence 和 --incident 交来。报告可能来自别人：连接其中的地址之前会先列出并询问。",
			"Check once more, here, by the report's profile, and compare with the report: whether its causes are mended, still there, or cannot be told, and which are new. A cause counts as mended only when something measured contradicts it.\nWithout evidence this is a health run, which tells only what can be measured now; for the rest, recall once more and hand that in with --evidence and --incident. A report may come from somebody else: its hosts are shown, and you are asked, before anything is contacted."),
		Example: examples(a.t("修好了吗", "is it mended"), "meiqia-diag verify report.zip",
			a.t("用再做一次撤回的证据来比", "compare with the evidence of a second attempt"), "meiqia-diag verify report.zip --evidence second.har --incident second.yaml",
			a.t("无人值守，用自己的配置", "unattended, with a profile of your own"), "meiqia-diag verify report.zip --profile desk.yaml --no-input --format json",
			a.t("试试看：在故障已排除的模拟服务里", "try it: in the simulated service with the fault mended"), "meiqia-diag verify report.zip --lab=clock-skew --healed"),
		Args: oneFile,
		RunE: func(cmd *cobra.Command, args []string) error { return a.verify(cmd.Context(), cmd, o, args[0]) },
	}
	f := a.flagsOf(cmd)
	f.list(&o.evidence, "evidence", "PATH", "再做一次撤回的证据文件或文件夹；可重复", "a file or folder of evidence of a second attempt; repeatable")
	o.factFlags(f, cmd)
	f.text(&o.profile, "profile", "NAME|FILE", "改用这个配置，而不是报告里的", "use this profile instead of the report's")
	o.labFlags(f, cmd, healthyScenario)
	f.yes(&o.offline, "offline", "不打开任何网络连接（只看 --evidence）", "open no connection at all (look at --evidence only)")
	o.checkFlags(f, cmd)
	f.limit(&o.timeout, "timeout", "D", "整个运行的时限，如 30s、2m；0 为不限", "time limit of the whole run, as in 30s or 2m; 0 for none")
	f.yes(&o.noInput, "no-input", "不提问", "ask no questions")
	f.identity(&o.identities)
	o.resultFlags(f, cmd)
	f.fs.Lookup("output").Usage = a.t("把这次的诊断连同对比写成报告压缩包；- 为标准输出；不写则不生成", "write this diagnosis with the comparison as a report archive; - is standard output; by default none is written")
	f.fs.Lookup("yes").Usage = a.t("不再确认：连接报告里的地址，写报告", "ask for nothing: connect to the report's hosts, write the report")
	f.fs.Lookup("no-report").Hidden = true // none is written but with --output; scripts that pass it to recall may pass it here
	return cmd
}

// labFlags are those of a simulated service; alone stands for a scenario.
func (o *recallOptions) labFlags(f flags, cmd *cobra.Command, alone string) {
	f.value("lab", "SCENARIO", "", func(s string) *lang.Problem {
		if s == "" {
			s = alone
		}
		return o.setLab(s)
	}, "在内置的模拟服务里再做一次撤回来比；只写 --lab 为一切正常", "compare with a recall in the simulated service; --lab alone is one where nothing is wrong")
	f.fs.Lookup("lab").NoOptDefVal = alone
	f.yes(&o.healed, "healed", "与 --lab 同用：该情景的故障已排除", "with --lab: the scenario's fault is mended")
	complete(cmd, "lab", scenarioNames()...)
}

// verify looks at a report again.
func (a *app) verify(ctx context.Context, cmd *cobra.Command, o *recallOptions, file string) (err error) {
	a.ending.failOn, a.ending.format = o.failOn, o.format
	if p := o.conflict(cmd.Flags().Changed); p != nil {
		return p
	}
	if p := o.healedAlone(); p != nil {
		return p
	}
	if o.before, err = a.readBefore(file, o.identities); err != nil {
		return err
	}
	in, err := a.verifyInput(ctx, o, file)
	if err != nil {
		return err
	}
	t := target{}
	if o.output != "" {
		prof := in.profile
		if o.profile == "" { // the report's own, which says nothing of whom this person writes to
			prof = nil
		}
		if t, err = a.target(o, prof); err != nil {
			return err
		}
	}
	return a.diagnose(ctx, o, t, in)
}

// healedAlone turns away --healed without a lab that could be.
func (o *recallOptions) healedAlone() *lang.Problem {
	if o.healed && o.lab == "" {
		return &lang.Problem{Field: "--healed", What: lang.T("只能与 --lab 同用", "goes with --lab only"), Hint: lang.T("情景名见 %s lab --list", "see %s lab --list").F(programName)}
	}
	return nil
}

// verifyInput is what the second look starts from: the report's profile, and
// what is known of a second attempt.
func (a *app) verifyInput(ctx context.Context, o *recallOptions, file string) (*input, error) {
	in, err := a.readInput(o)
	if err != nil || o.profile != "" || o.lab != "" {
		return in, err
	}
	prof, foreign, err := a.reportProfile(o.before.file, file, o.before.doc)
	if err != nil {
		return nil, err
	}
	in.profile = prof
	if foreign && !o.offline {
		return in, a.agree(ctx, prof, file, o.yes, o.noInput)
	}
	return in, nil
}

// compareWith puts the comparison with the report into the document of the run.
func (b *before) compareWith(doc *diag.Document) {
	v := compare.Verify(b.doc, doc)
	v.Report.Name = b.name
	report.WordVerified(v, doc)
	doc.Verified = v
}

// judged is the verdict that the exit status follows from: of a run that
// verifies a report, what became of the report's causes.
func judged(doc *diag.Document) diag.Verdict {
	v := doc.Verdict
	if doc.Verified == nil {
		return v
	}
	v.Outcome, v.Causes = diag.Inconclusive, nil
	switch doc.Verified.Outcome {
	case diag.CauseMended, diag.CauseUnchanged:
		v.Outcome = diag.Healthy
	case diag.CauseStill, diag.CauseNew:
		v.Outcome = diag.Explained
		for _, c := range doc.Verified.Causes {
			if c.State == doc.Verified.Outcome {
				v.Causes = append(v.Causes, diag.CauseReport{Code: c.Code, Role: c.Role})
			}
		}
		slices.SortStableFunc(v.Causes, func(x, y diag.CauseReport) int { return strings.Compare(y.Role, x.Role) }) // primary first
	}
	return v
}
