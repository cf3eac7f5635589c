package main

import (
	"fmt"
	"strings"

	"github.com/charmbracelet/lipgloss"
	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

// help shows a command: what it is for, examples, then how it is written.
func (a *app) help(cmd *cobra.Command) {
	var b strings.Builder
	about := cmd.Long
	if about == "" {
		about = cmd.Short
	}
	for _, paragraph := range strings.Split(about, "\n") {
		fmt.Fprintln(&b, strings.Join(fold(paragraph, helpWidth), "\n"))
	}
	if cmd.Example != "" {
		fmt.Fprintf(&b, "\n%s\n%s", a.t("示例：", "Examples:"), indent(cmd.Example, "  "))
	}
	fmt.Fprintf(&b, "\n%s\n  %s\n", a.t("用法：", "Usage:"), usageLine(cmd, a.t("[选项]", "[flags]"), a.t("命令", "COMMAND")))
	var rows [][2]string
	for _, c := range cmd.Commands() {
		if !c.Hidden {
			rows = append(rows, [2]string{c.Name(), c.Short})
		}
	}
	table(&b, a.t("命令：", "Commands:"), rows)
	table(&b, a.t("选项：", "Flags:"), a.flagRows(cmd.LocalNonPersistentFlags()))
	general := cmd.InheritedFlags()
	if !cmd.HasParent() {
		general = cmd.PersistentFlags()
	}
	table(&b, a.t("通用选项：", "Flags of every command:"), a.flagRows(general))
	if len(rows) > 0 {
		fmt.Fprintf(&b, "\n%s\n", a.t("某个命令的帮助："+programName+" 命令 --help", "Help of one command: "+programName+" COMMAND --help"))
	}
	if cmd.Name() == "verify" || cmd.Name() == "watch" {
		fmt.Fprintf(&b, "\n%s\n", a.t("退出码：0 没有原因（已解决），1 有原因（仍在或新出现），2 用法或输入有误，3 不能确定，130 被中断",
			"Exit status: 0 no cause (mended), 1 a cause (still there or new), 2 bad usage or input, 3 inconclusive, 130 interrupted"))
	}
	if !cmd.HasParent() || cmd.Name() == "recall" {
		fmt.Fprintf(&b, "\n%s\n", a.t("退出码：0 没有发现原因，1 找到原因，2 用法或输入有误，3 不能确定，130 被中断",
			"Exit status: 0 no cause found, 1 a cause found, 2 bad usage or input, 3 inconclusive, 130 interrupted"))
	}
	fmt.Fprint(cmd.OutOrStdout(), b.String())
}

// helpWidth is as wide as the help gets, on any terminal.
const helpWidth = 80

func usageLine(cmd *cobra.Command, flagsWord, commandWord string) string {
	name, rest, _ := strings.Cut(cmd.Use, " ")
	path := strings.TrimSuffix(cmd.CommandPath(), cmd.Name()) + name
	if cmd.HasAvailableSubCommands() {
		path += " " + commandWord
	}
	return strings.TrimRight(path+" "+flagsWord+" "+rest, " ")
}

func (a *app) flagRows(fs *pflag.FlagSet) [][2]string {
	var rows [][2]string
	fs.SortFlags = false
	fs.VisitAll(func(f *pflag.Flag) {
		if f.Hidden {
			return
		}
		left := "    --" + f.Name
		if f.Shorthand != "" {
			left = "-" + f.Shorthand + ", --" + f.Name
		}
		if m := metaOf(f); m != "" {
			if f.NoOptDefVal != "" {
				left += "[=" + m + "]"
			} else {
				left += " " + m
			}
		}
		words := f.Usage
		if f.DefValue != "" && f.DefValue != "false" && f.DefValue != "[]" {
			words += a.t("（默认 "+f.DefValue+"）", " (default "+f.DefValue+")")
		}
		rows = append(rows, [2]string{left, words})
	})
	return rows
}

// metaOf is what stands for a flag's value.
func metaOf(f *pflag.Flag) string {
	if m := f.Annotations[metavar]; len(m) > 0 {
		return m[0]
	}
	if f.Value.Type() == "bool" {
		return ""
	}
	return "VALUE"
}

// table writes rows of two columns under a heading; the left column is ASCII.
func table(b *strings.Builder, heading string, rows [][2]string) {
	if len(rows) == 0 {
		return
	}
	fmt.Fprintf(b, "\n%s\n", heading)
	wide := 0
	for _, r := range rows {
		wide = max(wide, min(len(r[0]), 30))
	}
	for _, r := range rows {
		lead := fmt.Sprintf("  %-*s  ", wide, r[0])
		if len(r[0]) > wide {
			fmt.Fprintln(b, "  "+r[0])
			lead = strings.Repeat(" ", wide+4)
		}
		for _, line := range fold(r[1], helpWidth-wide-4) {
			fmt.Fprintln(b, strings.TrimRight(lead+line, " "))
			lead = strings.Repeat(" ", wide+4)
		}
	}
}

func indent(s, by string) string {
	var b strings.Builder
	for _, l := range strings.Split(strings.TrimRight(s, "\n"), "\n") {
		b.WriteString(by + l + "\n")
	}
	return b.String()
}

// noStart are marks that do not stand at the start of a line.
const noStart = "，。；：？！、）”》…,.;:?!)"

// fold breaks a text into lines of at most width columns: between words, or
// between Chinese characters.
func fold(s string, width int) []string {
	var lines []string
	var line strings.Builder
	flush := func() {
		lines = append(lines, strings.TrimRight(line.String(), " "))
		line.Reset()
	}
	for _, piece := range pieces(s) {
		if line.Len() > 0 && lipgloss.Width(line.String())+lipgloss.Width(strings.TrimRight(piece, " ")) > width {
			flush()
		}
		line.WriteString(piece)
	}
	flush()
	return lines
}

// pieces cuts a text where a line may break; marks stay with what they close.
func pieces(s string) []string {
	var out []string
	var one strings.Builder
	var prev rune
	for _, r := range s {
		wide := lipgloss.Width(string(r)) > 1
		afterWide := prev != 0 && lipgloss.Width(string(prev)) > 1
		breaks := prev == ' ' && r != ' ' || (wide || afterWide) && prev != 0 && !strings.ContainsRune(noStart, r) && !strings.ContainsRune("（“《", prev) && r != ' '
		if breaks {
			out = append(out, one.String())
			one.Reset()
		}
		one.WriteRune(r)
		prev = r
	}
	return append(out, one.String())
}
