package main

import (
	"fmt"
	"reflect"
	"slices"

	"github.com/spf13/cobra"

	"meiqia-diag/diag"
	"meiqia-diag/diag/diagnosis"
	"meiqia-diag/diag/lang"
	"meiqia-diag/report"
	"meiqia-diag/report/archive"
)

func (a *app) reportCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use: "report", Short: a.t("查看和检验收到的报告", "look at a report that was received"),
		Long: a.t("供技术支持使用：查看收到的报告，检验它是否完整。", "For the support side: show a report that was received, and see whether it is whole."),
		Example: examples(a.t("看报告", "show it"), "meiqia-diag report show meiqia-diag-report-20261120-102301.zip",
			a.t("检验报告", "see whether it is whole"), "meiqia-diag report validate meiqia-diag-report-20261120-102301.zip"),
		Args: a.noSuchCommand, RunE: func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	a.add(cmd, 1, []named{{"show", a.reportShow}, {"validate", a.reportValidate}, {"diff", a.reportDiff}, {"encrypt", a.reportEncrypt}, {"decrypt", a.reportDecrypt}, {"keygen", a.reportKeygen}, {"lookup", a.reportLookup}, {"redact", a.reportRedact}, {"slice", a.reportSlice}})
	return cmd
}

// oneFile turns away anything but one argument.
func oneFile(cmd *cobra.Command, args []string) error {
	if len(args) == 0 {
		return &lang.Problem{Field: cmd.CommandPath(), What: lang.T("没有写是哪个报告", "no report is named"), Hint: seeHelp(cmd)}
	}
	return atMost(1)(cmd, args)
}

func (a *app) reportShow() *cobra.Command {
	format := "text"
	var identities []string
	var extract string
	var browse, force bool
	cmd := &cobra.Command{
		Use: "show FILE", Short: a.t("显示报告里的诊断", "show the diagnosis in a report"),
		Long: a.t("按保存时的样子显示 report.json 或报告压缩包里的诊断；要重新判定请用 recall --from。读得懂就以 0 退出，不论结论如何；被改动过或不合格式的也显示，但会说明并以 2 退出。FILE 写 - 则从标准输入读。\n--open 和 --extract 只处理通过检验的报告。",
			"Show the diagnosis in a report.json or a report archive as it was saved; recall --from judges it again. The exit status is 0 if it can be read, whatever it says; one that was changed, or says what no report says, is shown as well, with a warning and the status 2. FILE - is standard input.\n--open and --extract take only reports that pass validation."),
		Example: examples(a.t("在终端里看", "on the terminal"), "meiqia-diag report show report.zip", a.t("存成网页", "as a page"), "meiqia-diag report show report.zip --format html > report.html",
			a.t("检验后用浏览器打开 report.html", "validate it, then open its report.html in the browser"), "meiqia-diag report show report.zip --open",
			a.t("加密的报告", "an encrypted report"), "meiqia-diag report show report.zip.age --identity desk.key"),
		Args: oneFile,
		RunE: func(cmd *cobra.Command, args []string) error {
			a.ending.format = format
			o, doc, err := a.readReport(args[0], identities)
			if err != nil {
				return err
			}
			if browse || extract != "" {
				return a.unpack(cmd.Context(), o, o.Name(), extract, browse, force)
			}
			ps := doubts(o, doc)
			if format == "text" && o.Archive() && doc.Report == nil && args[0] != "-" { // an archive cannot name itself
				doc.Report = &diag.ReportRef{Path: args[0], SHA256: o.SHA256()}
			}
			if err := a.show(a.out, format, doc); err != nil || len(ps) == 0 {
				return err
			}
			return append(ps, &lang.Problem{File: o.Name(), What: lang.T("报告没有通过检验：上面显示的内容不可当作证据", "the report does not pass validation: what was shown proves nothing"), Hint: lang.T("请向对方核对 sha256，或请对方重新生成", "compare its sha256 with the sender's, or have it made again")})
		},
	}
	f := a.flagsOf(cmd)
	f.choice(&format, "format", "F", report.Formats, "格式：text json markdown html junit tap nagios", "format: text json markdown html junit tap nagios")
	f.identity(&identities)
	f.yes(&browse, "open", "检验通过后，用浏览器打开其中的 report.html", "open its report.html in the browser, once it passes validation")
	f.text(&extract, "extract", "DIR", "检验通过后，解到这个新的文件夹", "unpack it into this new folder, once it passes validation")
	f.yes(&force, "force", "检验不通过也解开（--extract）", "unpack it even if it fails validation (--extract)")
	complete(cmd, "format", report.Formats...)
	return cmd
}

// identity is the flag for private keys.
func (f flags) identity(p *[]string) {
	f.list(p, "identity", "FILE", "打开加密报告的私钥文件；可重复", "the file of the private key that opens an encrypted report; repeatable")
}

func (a *app) reportValidate() *cobra.Command {
	var identities []string
	cmd := &cobra.Command{
		Use: "validate FILE", Short: a.t("检验报告是否完整、前后一致", "see whether a report is whole and consistent"),
		Long: a.t("检验 report.json 或报告压缩包：格式对不对，文件是否被改动，结论是否与其中的观测值相符；给出 sha256，可与工单里的核对。有问题以 2 退出。FILE 写 - 则从标准输入读。",
			"Validate a report.json or a report archive: its layout, whether its files were changed, and whether its verdict follows from its observations; its sha256 is given, to be compared with the ticket's. The exit status is 2 if something is wrong. FILE - is standard input."),
		Example: examples(a.t("检验一个报告", "validate a report"), "meiqia-diag report validate report.zip"),
		Args:    oneFile,
		RunE: func(_ *cobra.Command, args []string) error {
			o, doc, err := a.readReport(args[0], identities)
			if o == nil {
				return err
			}
			file := o.Name()
			var ps problems
			if err != nil {
				ps = asProblems(err)
			} else {
				ps = validate(doc, file)
			}
			if ps = append(ps, verified(o)...); len(ps) > 0 {
				return ps
			}
			if _, err = fmt.Fprintln(a.out, lang.T("%s：有效，%s，由 %s 生成", "%s: valid, %s, written by version %s").F(harmless(file), doc.Schema, harmless(doc.Tool.Version)).In(a.lang)); err == nil {
				_, err = fmt.Fprintln(a.out, "sha256 "+o.SHA256())
			}
			if !o.Archive() {
				a.note(lang.T("单独的 report.json 没有校验清单，有没有被改过看不出来", "a report.json by itself has no manifest: whether it was changed cannot be told"))
			}
			return err
		},
	}
	f := a.flagsOf(cmd)
	f.identity(&identities)
	return cmd
}

// verified compares an archive with its own manifest; a bare report.json has none.
func verified(o *archive.Opened) problems {
	ps := problems(o.Verify())
	for _, p := range ps {
		if p.Hint.IsZero() {
			p.Hint = lang.T("请对方重新生成报告", "have the report made again")
		}
	}
	return ps
}

// maxTold bounds what is told of a report that a stranger made.
const maxTold = 40

// validate tells what in a document contradicts the contract or itself.
func validate(doc *diag.Document, file string) (ps problems) {
	bad := func(field string, what lang.Text) {
		ps = append(ps, &lang.Problem{File: file, Field: field, What: what, Hint: lang.T("请对方重新生成报告", "have the report made again")})
	}
	ps = flawsOf(doc, file)
	if len(doc.Stages) != len(diag.Stages) {
		bad("stages", lang.T("应有 %d 个阶段，却有 %d 个", "there should be %d stages, there are %d").F(len(diag.Stages), len(doc.Stages)))
	}
	last, absent := -1, false
	for _, c := range doc.Checks {
		at := slices.Index(diag.CheckIDs, c.ID)
		if at >= 0 && at <= last && len(ps) < maxTold {
			bad("checks", lang.T("检查 %q 的次序不对", "check %q is out of order").F(c.ID))
		}
		last = max(last, at)
		absent = absent || c.State == ""
	}
	for _, x := range doc.Stages {
		absent = absent || x.State == ""
	}
	if o := doc.Outcomes; absent || o.RequestResult == "" || o.SenderView == "" || o.VisitorView == "" || doc.StartedAt == "" {
		bad("", lang.T("缺少状态、结果或时间", "a state, an outcome or a time is missing"))
	}
	if len(ps) > 0 || doc.Tool.Version != toolVersion() {
		return ps // another version may judge otherwise, and be right
	}
	again := *doc
	diagnosis.Judge(&again)
	if again.Verdict.Outcome != doc.Verdict.Outcome || !reflect.DeepEqual(codes(&again), codes(doc)) || again.Outcomes != doc.Outcomes {
		bad("verdict", lang.T("结论与报告里的观测值不符", "the verdict does not follow from the observations"))
	}
	return ps
}

// codes are the named causes with their roles and probabilities.
func codes(doc *diag.Document) []string {
	var out []string
	for _, c := range doc.Verdict.Causes {
		out = append(out, fmt.Sprint(c.Code, c.Role, c.Probability))
	}
	return out
}
