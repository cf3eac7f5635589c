// Command labnet lets a person play with the network test bed: it builds one,
// puts it under conditions and opens a shell, or runs a command, on its client.
// `make lab-net` starts it. It needs Linux and root.
//
//	go run ./cmd/labnet -list
//	go run ./cmd/labnet -condition wan-loss,dns-slow
//	go run ./cmd/labnet -link "loss=5% delay=20ms" meiqia-diag recall …
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"

	"meiqia-diag/diag/lab/bed"
	"meiqia-diag/diag/lab/link"
	"meiqia-diag/diag/lang"
)

func main() {
	code, err := run(os.Args[1:], os.Stdout)
	if err != nil {
		fmt.Fprintln(os.Stderr, "labnet:", err)
	}
	os.Exit(code)
}

// options are what the flags say.
type options struct {
	list       bool
	conditions string
	wan, lan   string
	rtt        time.Duration
	lang       lang.Lang
	command    []string
}

func parse(args []string) (o options, err error) {
	f := flag.NewFlagSet("labnet", flag.ContinueOnError)
	f.SetOutput(os.Stderr)
	f.BoolVar(&o.list, "list", false, "列出各种情形 / list the conditions")
	f.StringVar(&o.conditions, "condition", "", "情形，逗号分隔 / conditions, separated by commas")
	f.StringVar(&o.wan, "link", "", "广域网的设置 / settings of the WAN:\n"+link.Settings)
	f.StringVar(&o.lan, "lan", "", "局域网的设置 / settings of the LAN")
	f.DurationVar(&o.rtt, "rtt", 40*time.Millisecond, "往返时间 / round trip")
	code := f.String("lang", "", "zh | en")
	if err := f.Parse(args); err != nil {
		return o, err
	}
	o.command = f.Args()
	if *code == "" {
		*code = "en"
		for _, name := range []string{"LC_ALL", "LC_MESSAGES", "LANG"} {
			if v := os.Getenv(name); v != "" {
				*code = v[:min(2, len(v))]
				break
			}
		}
	}
	if o.lang, _ = lang.Parse(*code); o.lang != lang.ZH {
		o.lang = lang.EN
	}
	return o, nil
}

func run(args []string, out io.Writer) (code int, err error) {
	o, err := parse(args)
	if errors.Is(err, flag.ErrHelp) {
		return 0, nil
	}
	if err != nil {
		return 2, nil // the flags have said it
	}
	if o.list {
		for _, c := range bed.Conditions() {
			fmt.Fprintf(out, "%-24s %s\n", c.Name, c.Text.In(o.lang))
		}
		return 0, nil
	}
	var list []bed.Condition
	for name := range strings.SplitSeq(o.conditions, ",") {
		if name = strings.TrimSpace(name); name == "" {
			continue
		}
		c, ok := bed.Find(name)
		if !ok {
			return 2, errors.New(lang.T("没有名为 %s 的情形；-list 列出全部", "no condition is called %s; -list lists them").F(name).In(o.lang))
		}
		list = append(list, c)
	}
	if err := bed.Available(); err != nil {
		return 1, errors.New(lang.T("这台机器上不能搭测试网络（需要 Linux、root、/dev/net/tun、iproute2 与 nftables）：%s", "this machine cannot have a test bed (it takes Linux, root, /dev/net/tun, iproute2 and nftables): %s").F(err.Error()).In(o.lang))
	}
	ctx := context.Background()
	b, err := bed.Start(ctx, bed.Topology{RTT: o.rtt, Settings: o.wan, Shared: true})
	if err != nil {
		return 1, err
	}
	defer b.Close()
	if err := settings(b.LAN, o.lan); err != nil {
		return 2, err
	}
	if err := b.Apply(ctx, list...); err != nil {
		return 1, err
	}
	return play(ctx, b, o, list, out)
}

// settings changes a link as people write it.
func settings(l *link.Link, text string) error {
	up, down := l.Conditions(link.Up), l.Conditions(link.Down)
	if err := link.Parse(text, &up, &down); err != nil {
		return err
	}
	return errors.Join(l.Set(link.Up, up), l.Set(link.Down, down))
}

func play(ctx context.Context, b *bed.Bed, o options, list []bed.Condition, out io.Writer) (int, error) {
	control := filepath.Join(b.Dir, "link")
	if err := os.WriteFile(control, []byte(o.wan+"\n"), 0o644); err != nil {
		return 1, err
	}
	env := []string{"PROFILE=" + b.ProfileFile, "CA=" + b.CAFile, "LINK=" + control}
	if wd, err := os.Getwd(); err == nil {
		env = append(env, "PATH="+filepath.Join(wd, "bin")+string(os.PathListSeparator)+os.Getenv("PATH"))
	}
	b.Client.Env = append(b.Client.Env, env...)
	stop := watch(ctx, b, control)
	defer stop()

	args := o.command
	if len(args) == 0 {
		tell(out, b, o, list)
		shell := os.Getenv("SHELL")
		if shell == "" {
			shell = "/bin/sh"
		}
		args = []string{shell}
	}
	cmd := b.Client.Command(ctx, args[0], args[1:]...)
	cmd.Stdin, cmd.Stdout, cmd.Stderr = os.Stdin, os.Stdout, os.Stderr
	err := cmd.Run()
	if len(o.command) == 0 {
		for _, d := range []link.Direction{link.Up, link.Down} {
			s := b.WAN.Stats(d)
			fmt.Fprintf(out, "WAN %-4v  %d packets, %d dropped (random %d, burst %d, queue %d, black-out %d, too large %d), late p50 %v p99 %v\n",
				d, s.In, s.Dropped, s.Random, s.Burst, s.Queue, s.Blackout, s.TooLarge, s.Late.Quantile(.5), s.Late.Quantile(.99))
		}
	}
	var exit *exec.ExitError
	if errors.As(err, &exit) {
		return exit.ExitCode(), nil
	}
	if err != nil {
		return 1, err
	}
	return 0, nil
}

// tell says where one is and what to expect.
func tell(out io.Writer, b *bed.Bed, o options, list []bed.Condition) {
	say := func(zh, en string, args ...any) { fmt.Fprintln(out, lang.T(zh, en).F(args...).In(o.lang)) }
	say("测试网络：client ─ 局域网 ─ gateway ─ 广域网 ─ internet ─ server，往返 %s", "test bed: client ─ LAN ─ gateway ─ WAN ─ internet ─ server, round trip %s", o.rtt.String())
	if len(list) == 0 && o.wan == "" && o.lan == "" {
		say("  一切正常。", "  All is well.")
	}
	for _, c := range list {
		fmt.Fprintf(out, "  %s: %s\n", c.Name, c.Text.In(o.lang))
		if t := c.Truth; t.Healthy {
			say("    诊断不该报故障。", "    A diagnosis should name no fault.")
		} else {
			say("    诊断应当说：位置 %s,种类 %s", "    A diagnosis should say: place %s, kind %s", string(t.Place), t.Kind)
		}
	}
	for name, text := range map[string]string{"WAN": o.wan, "LAN": o.lan} {
		if text != "" {
			fmt.Fprintf(out, "  %s: %s\n", name, text)
		}
	}
	say("在里面试：", "Try in it:")
	for _, line := range []string{
		"meiqia-diag recall --profile $PROFILE --only clock,network,server --no-report --no-input",
		"curl --cacert $CA https://" + bed.API + "/",
		"ping -c 5 " + bed.GatewayIP.String(),
		"echo 'loss=20% up.jitter=5ms' >$LINK",
	} {
		fmt.Fprintln(out, "  "+line)
	}
	say("（最后一行随时改变广域网；exit 结束）", "(the last one changes the WAN at once; exit ends it)")
}

// watch applies what people write into the control file.
func watch(ctx context.Context, b *bed.Bed, file string) (stop func()) {
	ctx, cancel := context.WithCancel(ctx)
	done := make(chan struct{})
	before, _ := os.ReadFile(file)
	go func() {
		defer close(done)
		for {
			select {
			case <-ctx.Done():
				return
			case <-time.After(200 * time.Millisecond):
			}
			now, err := os.ReadFile(file)
			if err != nil || string(now) == string(before) {
				continue
			}
			before = now
			if err := settings(b.WAN, string(now)); err != nil {
				fmt.Fprintln(os.Stderr, "labnet:", err)
			}
		}
	}()
	return func() { cancel(); <-done }
}
