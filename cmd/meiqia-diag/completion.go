package main

import (
	"strings"

	"github.com/spf13/cobra"

	"meiqia-diag/diag/lang"
)

var shells = []string{"bash", "zsh", "fish", "powershell"}

func (a *app) completionCommand() *cobra.Command {
	return &cobra.Command{
		Use: "completion SHELL", Short: a.t("生成命令行补全脚本", "write a shell's completion script"),
		Long: a.t("生成补全脚本，写到标准输出。可用的 shell：bash、zsh、fish、powershell。", "Write a completion script to standard output, for bash, zsh, fish or powershell."),
		Example: examples("bash", "source <(meiqia-diag completion bash)",
			"zsh", `meiqia-diag completion zsh > "${fpath[1]}/_meiqia-diag"`,
			"fish", "meiqia-diag completion fish > ~/.config/fish/completions/meiqia-diag.fish",
			"PowerShell", "meiqia-diag completion powershell | Out-String | Invoke-Expression"),
		ValidArgs: shells,
		Args:      atMost(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			hint := lang.T("可用：%s", "use one of: %s").F(strings.Join(shells, " "))
			if len(args) == 0 {
				return &lang.Problem{Field: cmd.CommandPath(), What: lang.T("没有写是哪种 shell", "no shell is named"), Hint: hint}
			}
			root := cmd.Root()
			switch args[0] {
			case "bash":
				return root.GenBashCompletionV2(a.out, true)
			case "zsh":
				return root.GenZshCompletion(a.out)
			case "fish":
				return root.GenFishCompletion(a.out, true)
			case "powershell":
				return root.GenPowerShellCompletionWithDesc(a.out)
			}
			return unknownWord(args[0], shells, hint)
		},
	}
}
