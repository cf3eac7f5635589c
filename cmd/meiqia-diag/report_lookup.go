package main

import (
	"bufio"
	"fmt"
	"io"
	"strings"

	"github.com/spf13/cobra"

	"meiqia-diag/diag/lang"
	"meiqia-diag/report/archive"
)

func (a *app) reportLookup() *cobra.Command {
	var identities []string
	cmd := &cobra.Command{
		Use: "lookup FILE VALUE", Short: a.t("查一个值在报告里的代号（用户侧）", "find the pseudonym of a value in a report (user side)"),
		Long: a.t("查出手机号、姓名、IP 等在一份报告里用的是哪个代号、在哪些文件里。只有写报告的那台电脑上的脱敏密钥能做到；值写成 - 表示从标准输入读，不留在命令记录里。",
			"Tell which pseudonym stands for a phone number, name, address or the like in a report, and in which files. Only the redaction key of the machine that wrote the report can do that. A value of - is read from standard input and stays out of the shell's history."),
		Example: examples(a.t("这个手机号在报告里叫什么", "what is this phone number called in the report"), "meiqia-diag report lookup report.zip 13800138000"),
		Args: func(cmd *cobra.Command, args []string) error {
			if len(args) < 2 {
				return &lang.Problem{Field: cmd.CommandPath(), What: lang.T("要写报告和要查的值", "a report and a value are needed"), Hint: seeHelp(cmd)}
			}
			return atMost(2)(cmd, args)
		},
		RunE: func(_ *cobra.Command, args []string) error {
			o, err := a.openReport(args[0], identities)
			if err != nil {
				return err
			}
			if !o.Archive() {
				return &lang.Problem{File: o.Name(), What: lang.T("不是报告压缩包，没有可以查的代号", "not a report archive, so there are no pseudonyms to look up"), Hint: lang.T("请给出 recall 写出的 .zip 报告", "give the .zip report that recall wrote")}
			}
			value := args[1]
			if value == "-" {
				in, err := a.stdinOnce()
				if err != nil {
					return err
				}
				line, err := bufio.NewReader(io.LimitReader(in, 64<<10)).ReadString('\n')
				if err != nil && err != io.EOF {
					return err
				}
				value = line
			}
			if value = strings.TrimSpace(value); value == "" {
				return &lang.Problem{Field: "VALUE", What: lang.T("要查的值是空的", "the value is empty"), Hint: lang.T("请写出要查的值", "give the value to look up")}
			}
			dir := a.settingsDir()
			found, err := archive.Lookup(o, dir, value)
			if err != nil {
				return unreadableReport(o.Name(), err)
			}
			if len(found) == 0 {
				a.say(lang.T("这份报告里没有这个值的代号。", "The report holds no pseudonym of this value."))
			}
			for _, x := range found {
				if _, err := fmt.Fprintf(a.out, "%s  %s × %d\n", x.Pseudonym, x.File, x.Count); err != nil {
					return err
				}
			}
			return nil
		},
	}
	f := a.flagsOf(cmd)
	f.identity(&identities)
	return cmd
}
