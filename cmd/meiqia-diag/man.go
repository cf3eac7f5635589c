package main

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"meiqia-diag/diag/lang"
)

// manCommand writes man pages. It is hidden: packagers run it, people read what it wrote.
func (a *app) manCommand() *cobra.Command {
	return &cobra.Command{
		Use: "man [FOLDER]", Hidden: true, Short: a.t("生成手册页", "write the man pages"),
		Long: a.t("把每个命令的手册页写进文件夹；不写文件夹时，把总的一页写到标准输出。", "Write a man page for each command into a folder; without one, write the program's page to standard output."),
		Example: examples(a.t("看手册", "read it"), "meiqia-diag man | man -l -",
			a.t("安装英文手册", "install the English pages"), "meiqia-diag man --lang en /usr/local/share/man/man1"),
		Args: atMost(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			if len(args) == 0 {
				_, err := fmt.Fprint(a.out, a.manPage(cmd.Root()))
				return err
			}
			if err := os.MkdirAll(args[0], 0o755); err != nil {
				return &lang.Problem{File: args[0], What: lang.T("建不了文件夹：%s", "cannot make the folder: %s").F(lang.Reason(err))}
			}
			return a.writeMan(cmd.Root(), args[0])
		},
	}
}

func (a *app) writeMan(cmd *cobra.Command, dir string) error {
	if cmd.Hidden || cmd.Name() == "help" {
		return nil
	}
	file := filepath.Join(dir, manName(cmd)+".1")
	errs := []error{os.WriteFile(file, []byte(a.manPage(cmd)), 0o644)}
	for _, c := range cmd.Commands() {
		errs = append(errs, a.writeMan(c, dir))
	}
	return errors.Join(errs...)
}

func manName(cmd *cobra.Command) string { return strings.ReplaceAll(cmd.CommandPath(), " ", "-") }

// manPage is one command in man(7). It names no date: the same program writes the same bytes.
func (a *app) manPage(cmd *cobra.Command) string {
	var b strings.Builder
	section := func(zh, en string) { fmt.Fprintf(&b, ".SH %s\n", a.t(zh, en)) }
	fmt.Fprintf(&b, ".TH %s 1 \"\" \"%s %s\"\n", strings.ToUpper(roff(manName(cmd))), programName, roff(toolVersion()))
	section("名称", "NAME")
	fmt.Fprintf(&b, "%s \\- %s\n", roff(manName(cmd)), roff(cmd.Short))
	section("概要", "SYNOPSIS")
	fmt.Fprintf(&b, ".B %s\n", roff(usageLine(cmd, a.t("[选项]", "[flags]"), a.t("命令", "COMMAND"))))
	section("说明", "DESCRIPTION")
	for _, paragraph := range strings.Split(cmd.Long, "\n") {
		fmt.Fprintf(&b, "%s\n.PP\n", roff(paragraph))
	}
	section("示例", "EXAMPLES")
	fmt.Fprintf(&b, ".nf\n%s.fi\n", roff(indent(cmd.Example, "  ")))
	var rows [][2]string
	for _, c := range cmd.Commands() {
		if !c.Hidden {
			rows = append(rows, [2]string{c.Name(), c.Short})
		}
	}
	list := func(zh, en string, rows [][2]string) {
		if len(rows) == 0 {
			return
		}
		section(zh, en)
		for _, r := range rows {
			fmt.Fprintf(&b, ".TP\n.B %s\n%s\n", roff(strings.TrimSpace(r[0])), roff(r[1]))
		}
	}
	list("命令", "COMMANDS", rows)
	list("选项", "OPTIONS", append(a.flagRows(cmd.NonInheritedFlags()), a.flagRows(cmd.InheritedFlags())...))
	section("退出码", "EXIT STATUS")
	fmt.Fprintln(&b, roff(a.t("0 没有发现原因；1 找到原因；2 用法或输入有误；3 不能确定；130 被中断。", "0 no cause found; 1 a cause found; 2 bad usage or input; 3 inconclusive; 130 interrupted.")))
	if !cmd.HasParent() {
		section("环境变量", "ENVIRONMENT")
		for _, name := range append([]string{"lang"}, fromEnvironment...) {
			fmt.Fprintf(&b, ".TP\n.B %s\n%s\n", envName(name), roff(a.t("代替 --"+name+"；命令行优先。", "stands in for --"+name+"; the command line goes before it.")))
		}
	}
	return b.String()
}

// roff keeps a text from being read as a request or an escape.
func roff(s string) string {
	s = strings.NewReplacer(`\`, `\e`, "-", `\-`).Replace(s)
	for i, line := range strings.Split(s, "\n") {
		if strings.HasPrefix(line, ".") || strings.HasPrefix(line, "'") {
			line = `\&` + line
		}
		if i == 0 {
			s = line
		} else {
			s += "\n" + line
		}
	}
	return s
}
