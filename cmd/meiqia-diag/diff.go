package main

import (
	"bytes"
	"errors"
	"path/filepath"

	"github.com/spf13/cobra"

	"meiqia-diag/diag"
	"meiqia-diag/diag/compare"
	"meiqia-diag/diag/lang"
	"meiqia-diag/report"
)

// reportDiff compares two reports: before and after, or two people's.
func (a *app) reportDiff() *cobra.Command {
	format := "text"
	var identities []string
	cmd := &cobra.Command{
		Use: "diff A B", Short: a.t("比较两份报告", "compare two reports"),
		Long: a.t("比较两份 report.json 或报告压缩包：原因、阶段、结果、观测值和环境有什么变化。连同误差一起比较：误差之内的差别不算变化。读得懂就以 0 退出，不论比出什么。A 或 B 写 - 则从标准输入读。",
			"Compare two report.json files or report archives: what changed in causes, stages, outcomes, observations and environment. Values are compared with their uncertainty: a difference within it is no change. The exit status is 0 if both can be read, whatever comes out. A or B may be - for standard input."),
		Example: examples(a.t("修复前后有什么变化", "what changed with the fix"), "meiqia-diag report diff before.zip after.zip",
			a.t("给程序看", "for a program"), "meiqia-diag report diff before.zip after.zip --format json"),
		Args: twoFiles,
		RunE: func(_ *cobra.Command, args []string) (err error) {
			defer func() { a.noDiff(format, err) }()
			var docs [2]*diag.Document
			for i, file := range args {
				o, doc, err := a.readReport(file, identities)
				if err != nil {
					return err
				}
				a.doubt(o, doc)
				docs[i] = doc
			}
			d := compare.Documents(docs[0], docs[1])
			d.A.Name, d.B.Name = filepath.Base(shownName(args[0])), filepath.Base(shownName(args[1]))
			return a.showDiff(format, d)
		},
	}
	f := a.flagsOf(cmd)
	f.choice(&format, "format", "F", report.DiffFormats, "格式：text json markdown html", "format: text json markdown html")
	f.identity(&identities)
	complete(cmd, "format", report.DiffFormats...)
	return cmd
}

// noDiff writes a comparison that could not be made as a document, where a program reads it.
func (a *app) noDiff(format string, err error) {
	if format != "json" || err == nil || a.ending.told {
		return
	}
	ps := failureOf(err)
	d := &diag.Diff{Schema: diag.DiffSchema, Causes: []diag.CauseChange{}, Changes: []diag.Change{}, Alike: []diag.Change{}, Notes: []lang.Text{}, Problems: diag.ProblemsOf(ps)}
	d.Summary = lang.T("没有比较成：%s", "There is no comparison: %s").F(d.Problems[0].Text)
	a.ending.told = true
	_ = report.WriteDiff(a.out, format, d, report.Options{Lang: a.lang})
}

// failureOf gives an error as problems, an interruption too.
func failureOf(err error) problems {
	if errors.Is(err, errInterrupted) {
		return problems{{What: lang.T("运行被中断", "the run was interrupted")}}
	}
	return asProblems(err)
}

// twoFiles turns away anything but two arguments.
func twoFiles(cmd *cobra.Command, args []string) error {
	if len(args) < 2 {
		return &lang.Problem{Field: cmd.CommandPath(), What: lang.T("要写两份报告", "two reports have to be named"), Hint: seeHelp(cmd)}
	}
	return atMost(2)(cmd, args)
}

// showDiff writes a comparison in one format, whole or not at all.
func (a *app) showDiff(format string, d *diag.Diff) error {
	report.WordDiff(d)
	opt := report.Options{Lang: a.lang, Color: report.ColorWanted(a.outTTY, a.env), Width: 80}
	if a.outTTY {
		opt.Width, opt.Terminal = a.width(a.out), true
	}
	var buf bytes.Buffer
	if err := report.WriteDiff(&buf, format, d, opt); err != nil {
		return err
	}
	a.ending.told = true
	_, err := a.out.Write(buf.Bytes())
	return err
}
