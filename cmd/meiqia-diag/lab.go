package main

import (
	"context"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"time"

	"github.com/spf13/cobra"

	"meiqia-diag/diag/lab"
	"meiqia-diag/diag/lang"
	"meiqia-diag/diag/tempdir"
)

func (a *app) labCommand() *cobra.Command {
	var opt lab.Options
	var list bool
	cmd := &cobra.Command{
		Use: "lab [SCENARIO]", Short: a.t("启动内置的模拟服务", "serve the built-in simulated service"),
		Long: a.t("启动内置的模拟客服服务：工作台、访客页、接口和推送都在本机，撤回真的会按选定的情景失败。一直运行到按 Ctrl-C。",
			"Serve the built-in simulated chat service: workbench, visitor's page, API and push on this machine, with a recall that really fails as the scenario says. Runs until Ctrl-C."),
		Example: examples(a.t("有哪些情景", "which scenarios there are"), "meiqia-diag lab --list",
			a.t("访客已读之后撤回", "a recall after the visitor has read the message"), "meiqia-diag lab message-read",
			a.t("不打开网页，直接做一次并诊断", "perform one without a browser, and diagnose it"), "meiqia-diag recall --lab=message-read"),
		Args: atMost(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			if list {
				if len(args) > 0 {
					return noArgs(cmd, args)
				}
				return a.listScenarios()
			}
			if len(args) == 1 {
				if p := checkScenario(args[0]); p != nil {
					return p
				}
				opt.Scenario = args[0]
			}
			return a.serveLab(cmd.Context(), opt)
		},
		ValidArgsFunction: firstOf(func(*cobra.Command) []string { return scenarioNames() }),
	}
	f := a.flagsOf(cmd)
	f.yes(&list, "list", "列出所有情景", "list the scenarios")
	f.yes(&opt.Healed, "healed", "同一情景，但故障已排除", "the same scenario with its fault mended")
	f.value("addr", "HOST:PORT", "", func(s string) *lang.Problem { opt.Addr = s; return checkAddr(s) }, "工作台的地址；不写则随机端口，只在本机可访问", "address of the workbench; by default a free port, for this machine only")
	f.span(&opt.Window, "window", "D", "撤回时限；手动试时可放宽，如 2m", "the recall window; wider ones, as in 2m, suit people")
	return cmd
}

// checkAddr is what is wrong with an address to listen on, nil for nothing.
func checkAddr(s string) *lang.Problem {
	_, port, err := net.SplitHostPort(s)
	if n, bad := strconv.Atoi(port); err != nil || bad != nil || n < 0 || n > 65535 {
		return &lang.Problem{What: lang.T("%q 不是地址加端口", "%q is no address with a port").F(s), Hint: lang.T("请写成 127.0.0.1:8080 这样，端口到 65535 为止", "write it as 127.0.0.1:8080 or :8080, with a port up to 65535")}
	}
	return nil
}

func checkScenario(name string) *lang.Problem {
	if _, ok := lab.Find(name); ok {
		return nil
	}
	return unknownWord(name, scenarioNames(), lang.T("情景名见 %s lab --list", "see %s lab --list").F(programName))
}

func (a *app) listScenarios() error {
	wide := 0
	for _, s := range lab.Scenarios() {
		wide = max(wide, len(s.Name))
	}
	for _, s := range lab.Scenarios() {
		if _, err := fmt.Fprintf(a.out, "%-*s  %s\n", wide, s.Name, s.Title.In(a.lang)); err != nil {
			return err
		}
	}
	return nil
}

func (a *app) serveLab(ctx context.Context, opt lab.Options) error {
	l, err := lab.Start(ctx, opt)
	if err != nil {
		return labProblem(err)
	}
	return l.Serve(ctx, a.out, a.lang)
}

func labProblem(err error) *lang.Problem {
	return &lang.Problem{Field: "lab", What: lang.T("模拟服务没能运行：%s", "the simulated service could not run: %s").F(lang.Reason(err)), Hint: lang.T("端口被占用时请换一个，或不写 --addr", "if the port is taken choose another one, or leave --addr out")}
}

// labInput performs a recall in the simulated service, and hands in what a
// person would. The service stays up until the program ends.
func (a *app) labInput(ctx context.Context, o *recallOptions) (*input, error) {
	in, _, err := a.labPlay(ctx, lab.Options{Scenario: o.lab, Healed: o.healed})
	if err != nil {
		return nil, err
	}
	return in, a.setFacts(in.incident, o)
}

// labPlay performs a recall in a simulated service, and hands in what a person
// would: an incident file, a folder of evidence, a profile. The service stays
// up until end is called, or the program ends.
func (a *app) labPlay(ctx context.Context, opt lab.Options) (in *input, end func(), err error) {
	var undo []func()
	end = func() {
		for _, f := range slices.Backward(undo) {
			f()
		}
	}
	dir, remove, err := tempdir.New(programName + "-lab-*")
	if err != nil {
		return nil, end, labProblem(err)
	}
	undo = append(undo, a.tidy.add(remove))
	l, err := lab.Start(context.WithoutCancel(ctx), opt)
	if err != nil {
		return nil, end, labProblem(err)
	}
	undo = append(undo, a.tidy.add(func() { closeSoon(l) }))
	folder := filepath.Join(dir, "evidence")
	played, err := l.Play(ctx, folder)
	if err != nil {
		return nil, end, labProblem(err)
	}
	incidentFile, profileFile := filepath.Join(dir, "incident.yaml"), filepath.Join(dir, "lab.yaml")
	if err := os.Rename(played.Incident, incidentFile); err != nil {
		return nil, end, labProblem(err)
	}
	if err := os.WriteFile(profileFile, l.Profile(), 0o600); err != nil {
		return nil, end, labProblem(err)
	}
	in, err = a.readInput(&recallOptions{incident: incidentFile, evidence: []string{folder}, profile: profileFile})
	return in, end, err
}

// closeSoon ends the lab, and does not wait for a connection that will not end.
func closeSoon(l *lab.Lab) {
	done := make(chan struct{})
	go func() { _ = l.Close(); close(done) }()
	select {
	case <-done:
	case <-time.After(200 * time.Millisecond):
	}
}
