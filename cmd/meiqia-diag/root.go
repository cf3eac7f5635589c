package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"meiqia-diag/diag/incident"
	"meiqia-diag/diag/lang"
)

const programName = "meiqia-diag"

// run reads the command line and does what it asks for.
func (a *app) run(ctx context.Context) error {
	root := a.root()
	root.SetArgs(a.args)
	root.SetOut(a.out)
	root.SetErr(a.err)
	root.SetIn(a.in)
	if err := a.strayCommand(root); err != nil {
		return err
	}
	return root.ExecuteContext(ctx)
}

// cobra's own settings are the whole program's.
func init() {
	cobra.EnableCommandSorting = false
	cobra.MousetrapHelpText = "" // a double-click runs the questions instead, see newApp
}

func (a *app) root() *cobra.Command {
	root := &cobra.Command{
		Use: programName, Short: a.t("查明美洽消息撤回为什么失败", "find out why recalling a Meiqia message failed"), Version: toolVersion(),
		Long: a.t("查明美洽消息撤回为什么失败：停在六个阶段的哪一个，原因是什么，怎么办。",
			"Find out why recalling a Meiqia message failed: at which of its six stages, why, and what to do."),
		Example: examples(a.t("回答几个问题", "answer a few questions"), "meiqia-diag recall",
			a.t("用浏览器导出的 HAR 来查", "look at a HAR exported from the browser"), "meiqia-diag recall --evidence shop.har",
			a.t("现在撤回会不会成功", "would a recall work now"), "meiqia-diag recall --only clock,network,server",
			a.t("某个原因是什么、怎么解决", "what a cause is and how it is mended"), "meiqia-diag explain decision.window-expired"),
		SilenceErrors: true, SilenceUsage: true,
		Args: a.noSuchCommand, RunE: func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
		PersistentPreRunE: a.prepare,
	}
	root.SetVersionTemplate(programName + " {{.Version}}\n")
	root.CompletionOptions.DisableDefaultCmd = true
	root.SetFlagErrorFunc(a.flagError)
	root.SetHelpFunc(func(cmd *cobra.Command, _ []string) { a.help(cmd) })
	root.SetUsageFunc(func(cmd *cobra.Command) error { return nil })
	f := flags{a, root.PersistentFlags()}
	f.value("lang", "zh|en", "", checkLang, "界面语言；默认看 MEIQIA_DIAG_LANG 和系统语言", "language; by default that of MEIQIA_DIAG_LANG or of the system")
	f.fs.BoolP("help", "h", false, a.t("显示帮助", "show this help"))
	root.Flags().Bool("version", false, a.t("显示版本", "show the version"))
	complete(root, "lang", "zh", "en")

	if !slices.Equal(a.args, []string{"--version"}) {
		a.add(root, 0, []named{{"recall", a.recallCommand}, {"record", a.recordCommand}, {"reproduce", a.reproduceCommand}, {"verify", a.verifyCommand}, {"watch", a.watchCommand}, {"lab", a.labCommand}, {"explain", a.explainCommand}, {"checks", a.checksCommand}, {"report", a.reportCommand}, {"triage", a.triageCommand}, {"completion", a.completionCommand}, {"man", a.manCommand}})
	}
	root.SetHelpCommand(a.helpCommand())
	return root
}

// named is a command that need not be made to be known by its name.
type named struct {
	name string
	make func() *cobra.Command
}

// add gives a command what belongs below it: only what the command line names at
// that depth, as the flags and texts of all the others take longer than the rest
// of a start, and all where it names none of them, or one that tells of others.
func (a *app) add(to *cobra.Command, depth int, all []named) {
	words := a.words()
	if len(words) > depth && !slices.Contains([]string{"help", "completion", "man"}, words[0]) {
		for _, n := range all {
			if n.name == words[depth] {
				to.AddCommand(n.make())
				return
			}
		}
	}
	for _, n := range all {
		to.AddCommand(n.make())
	}
}

// words are what the command line has besides flags, up to a -- and none where
// the shells' completion asks: first of all the commands.
func (a *app) words() []string {
	var out []string
	for i := 0; i < len(a.args); i++ {
		switch arg := a.args[i]; {
		case arg == "--":
			return out
		case arg == "--lang":
			i++
		case strings.HasPrefix(arg, "-"):
		case strings.HasPrefix(arg, "__"):
			return nil
		default:
			out = append(out, arg)
		}
	}
	return out
}

// prepare runs before each command: what the environment says.
func (a *app) prepare(cmd *cobra.Command, _ []string) error {
	if v := a.env("MEIQIA_DIAG_LANG"); v != "" {
		if p := checkLang(v); p != nil {
			p.Field = "MEIQIA_DIAG_LANG"
			return p
		}
	}
	if p := applyEnvironment(cmd.Flags(), a.env); p != nil {
		return p
	}
	return nil
}

func (a *app) helpCommand() *cobra.Command {
	return &cobra.Command{
		Use: "help [COMMAND]", Short: a.t("显示某个命令的帮助", "show the help of a command"),
		RunE: func(cmd *cobra.Command, args []string) error {
			found := cmd.Root()
			for _, name := range args {
				next := child(found, name)
				if next == nil {
					return unknownCommand(found, name)
				}
				found = next
			}
			a.help(found)
			return nil
		},
		ValidArgsFunction: firstOf(func(cmd *cobra.Command) []string { return commandNames(cmd.Root()) }),
	}
}

func child(cmd *cobra.Command, name string) *cobra.Command {
	for _, c := range cmd.Commands() {
		if c.Name() == name {
			return c
		}
	}
	return nil
}

func commandNames(cmd *cobra.Command) []string {
	var out []string
	for _, c := range cmd.Commands() {
		if !c.Hidden && c.Name() != "help" {
			out = append(out, c.Name())
		}
	}
	return out
}

func unknownCommand(parent *cobra.Command, name string) *lang.Problem {
	p := &lang.Problem{What: lang.T("没有命令 %q", "there is no command %q").F(strings.TrimSpace(strings.TrimPrefix(parent.CommandPath()+" "+name, programName)))}
	p.Hint = lang.T("可用：%s", "use one of: %s").F(strings.Join(commandNames(parent), " "))
	if near := incident.Nearest(name, commandNames(parent)); near != "" {
		p.Hint = didYouMean(near)
	} else if _, err := os.Stat(name); err == nil {
		p.Hint = lang.T("要查这个文件请写 %s recall --evidence %s", "to look at this file, write %s recall --evidence %s").F(programName, name)
	}
	return p
}

// noSuchCommand turns away what follows a command that only holds others.
func (a *app) noSuchCommand(cmd *cobra.Command, args []string) error {
	if len(args) == 0 {
		return nil
	}
	return unknownCommand(cmd, args[0])
}

// strayCommand finds a command that does not exist before cobra answers a
// --help or --version beside it, or trips over a flag behind it.
func (a *app) strayCommand(root *cobra.Command) error {
	root.InitDefaultHelpCmd()
	at := root
	for _, word := range a.words() {
		next := child(at, word)
		if next == nil {
			return unknownCommand(at, word)
		}
		if at = next; len(at.Commands()) == 0 {
			return nil
		}
	}
	return nil
}

// noArgs turns away arguments where none belong.
func noArgs(cmd *cobra.Command, args []string) error { return atMost(0)(cmd, args) }

func atMost(n int) cobra.PositionalArgs {
	return func(cmd *cobra.Command, args []string) error {
		if len(args) <= n {
			return nil
		}
		extra := args[n]
		p := &lang.Problem{Field: cmd.CommandPath(), What: lang.T("多余的参数 %q", "extra argument %q").F(extra), Hint: seeHelp(cmd)}
		if f := cmd.Flags().Lookup("lab"); f != nil && f.Changed {
			p.Hint = lang.T("情景要写在等号后面：--lab=%s", "a scenario goes behind an equals sign: --lab=%s").F(extra)
		} else if _, err := os.Stat(extra); err == nil && cmd.Flags().Lookup("evidence") != nil {
			p.Hint = lang.T("证据文件请写成 --evidence %s", "write evidence as --evidence %s").F(extra)
		}
		return p
	}
}

// firstOf completes the first argument with the words, and offers no files.
func firstOf(words func(*cobra.Command) []string) cobra.CompletionFunc {
	return func(cmd *cobra.Command, args []string, _ string) ([]string, cobra.ShellCompDirective) {
		if len(args) > 0 {
			return nil, cobra.ShellCompDirectiveNoFileComp
		}
		return words(cmd), cobra.ShellCompDirectiveNoFileComp
	}
}

func seeHelp(cmd *cobra.Command) lang.Text {
	return lang.T("用法见 %s --help", "see %s --help").F(cmd.CommandPath())
}

// flagError turns pflag's errors into one line with a hint.
func (a *app) flagError(cmd *cobra.Command, err error) error {
	var missing *pflag.NotExistError
	var needs *pflag.ValueRequiredError
	var bad *pflag.InvalidValueError
	switch {
	case errors.As(err, &missing):
		name := "--" + missing.GetSpecifiedName()
		if s := missing.GetSpecifiedShortnames(); s != "" {
			name = "-" + missing.GetSpecifiedName()
		}
		p := &lang.Problem{Field: cmd.CommandPath(), What: lang.T("没有选项 %s", "there is no flag %s").F(name), Hint: seeHelp(cmd)}
		var known []string
		cmd.Flags().VisitAll(func(f *pflag.Flag) {
			if !f.Hidden {
				known = append(known, f.Name)
			}
		})
		if near := incident.Nearest(missing.GetSpecifiedName(), known); near != "" && strings.HasPrefix(name, "--") {
			p.Hint = didYouMean("--" + near)
		}
		return p
	case errors.As(err, &needs):
		f := needs.GetFlag()
		return &lang.Problem{Field: "--" + f.Name, What: lang.T("缺少值", "a value is missing"), Hint: lang.T("请写成 --%s %s", "write it as --%s %s").F(f.Name, metaOf(f))}
	case errors.As(err, &bad):
		return valueError(bad.GetFlag(), bad.GetValue(), bad.Unwrap())
	}
	return &lang.Problem{Field: cmd.CommandPath(), What: lang.T("选项写错了", "a flag is written wrongly"), Hint: seeHelp(cmd)}
}

// examples puts sentences and command lines one under the other.
func examples(pairs ...string) string {
	var b strings.Builder
	for i := 0; i+1 < len(pairs); i += 2 {
		fmt.Fprintf(&b, "# %s\n%s\n", pairs[i], pairs[i+1])
	}
	return b.String()
}

// complete offers the words of a flag to the shell.
func complete(cmd *cobra.Command, flag string, words ...string) {
	_ = cmd.RegisterFlagCompletionFunc(flag, cobra.FixedCompletions(words, cobra.ShellCompDirectiveNoFileComp))
}
