package main

import (
	"fmt"

	"github.com/spf13/cobra"

	"meiqia-diag/checks"
)

func (a *app) checksCommand() *cobra.Command {
	return &cobra.Command{
		Use: "checks", Short: a.t("按顺序列出检查项", "list the checks, in order"),
		Long: a.t("按顺序列出十项检查。每句话在该项正常时成立；名称用于 --only 和 --skip。",
			"List the ten checks, in order. Each sentence is true when its check passes; the names are what --only and --skip take."),
		Example: examples(a.t("有哪些检查", "which checks there are"), "meiqia-diag checks", a.t("只做其中两项", "run two of them"), "meiqia-diag recall --only clock,network"),
		Args:    noArgs,
		RunE: func(*cobra.Command, []string) error {
			for _, c := range checks.All() {
				if _, err := fmt.Fprintf(a.out, "%-10s  %s\n", c.ID, c.Title.In(a.lang)); err != nil {
					return err
				}
			}
			return nil
		},
	}
}
