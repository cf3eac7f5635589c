package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"meiqia-diag/checks/machine"
	"meiqia-diag/diag/evidence/recording"
	"meiqia-diag/diag/lang"
	"meiqia-diag/diag/profile"
	"meiqia-diag/diag/record"
	"meiqia-diag/diag/tempdir"
)

// recordOptions is what the record command was asked for, besides what it
// shares with recall.
type recordOptions struct {
	recallOptions
	url        string
	browser    string // name or path
	mine       bool   // with a copy of the user's extensions and settings
	userData   string // whose copy
	unpacked   []string
	limit      time.Duration
	headless   bool
	windowSize string
	video      bool
	keep       string
	compare    bool
	flags      []string
}

// defaultRecording is how long a forgotten recording goes on.
const defaultRecording = 15 * time.Minute

func (a *app) recordCommand() *cobra.Command {
	o := &recordOptions{recallOptions: recallOptions{format: "text", timeout: defaultTimeout, facts: map[string]string{}}, limit: defaultRecording}
	cmd := &cobra.Command{
		Use: "record", Short: a.t("打开浏览器，录下一次撤回并诊断", "open a browser, record one recall, diagnose it"),
		Long: a.t("打开一个真正的浏览器（默认用全新的临时配置），您在里面登录、做一次撤回；它录下网络、控制台、点击落在哪里、页面是否卡住，结束后直接给出诊断。\n按回车、Ctrl-C 或关掉窗口即结束。密码和消息内容一概不录，截图里的文字全部打码，什么也不会发往别处。",
			"Open a real browser (with a clean temporary profile by default) in which you log in and recall a message. It records the network, the console, where presses land and whether the page stands still, and then gives its diagnosis.\nEnter, Ctrl-C or closing the window ends it. Passwords and message texts are never recorded, screenshots show no text, and nothing leaves this machine."),
		Example: examples(a.t("录一次撤回", "record a recall"), "meiqia-diag record",
			a.t("带上自己的扩展和网站设置（不含 Cookie、密码和历史）", "with one's own extensions and site settings (no cookies, passwords or history)"), "meiqia-diag record --my-extensions",
			a.t("是不是扩展造成的：带扩展和不带扩展各录一次，比较", "is an extension to blame: record with and without, and compare"), "meiqia-diag record --compare",
			a.t("保留录下的文件，以后再诊断", "keep the recording, to be diagnosed again"), "meiqia-diag record --save recording\nmeiqia-diag recall --evidence recording"),
		Args: noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error { return a.record(cmd.Context(), o) },
	}
	f := a.flagsOf(cmd)
	f.text(&o.url, "url", "URL", "打开的网址；默认是服务配置里的工作台", "the address to open; by default the workbench of the service's profile")
	f.text(&o.browser, "browser", "NAME|PATH", "用哪个浏览器：chrome、edge、chromium 等，或程序的路径", "which browser: chrome, edge, chromium, …, or the path of its program")
	f.yes(&o.mine, "my-extensions", "复制自己的扩展和网站设置来录（不碰 Cookie、密码、表单和历史）", "record with a copy of your extensions and site settings (cookies, passwords, forms and history are not touched)")
	f.text(&o.userData, "user-data", "DIR", "复制哪个用户数据文件夹；默认是该浏览器上次用的", "which user data folder to copy; by default the one that browser used last")
	f.list(&o.unpacked, "load-extension", "DIR", "再装上一个未打包的扩展；可重复", "load an unpacked extension, too; repeatable")
	f.yes(&o.compare, "compare", "录两次：先带自己的扩展和设置，再用全新的配置，比较有何不同", "record twice, with your extensions and settings and then with a clean profile, and compare")
	f.limit(&o.limit, "for", "D", "最多录多久；0 为不限", "the longest that is recorded; 0 for no limit")
	f.yes(&o.video, "video", "同时录屏（文字打码）", "record the screen, too (without its texts)")
	f.text(&o.keep, "save", "DIR", "把录下的文件留在这个文件夹", "keep the recording in this folder")
	f.yes(&o.headless, "headless", "不显示窗口，供自动化使用", "show no window, for automation")
	f.value("window-size", "WxH", "", o.setWindow, "窗口大小，如 1000x700；窄于 500 时模拟手机屏幕", "size of the window, as in 1000x700; below 500 wide a phone's screen is imitated")
	f.list(&o.flags, "browser-flag", "FLAG", "传给浏览器的其他启动参数；可重复", "a further flag of the browser's own; repeatable")
	o.factFlags(f, cmd)
	o.profileFlag(f, cmd)
	f.yes(&o.offline, "offline", "诊断时不打开任何网络连接（录制本身照常联网）", "open no connection while diagnosing (the browser does as it is)")
	o.checkFlags(f, cmd)
	f.limit(&o.timeout, "timeout", "D", "录完之后诊断的时限；0 为不限", "time limit of the diagnosis after the recording; 0 for none")
	f.yes(&o.noInput, "no-input", "不提问，也不等回车", "ask no questions, and wait for no Enter")
	o.resultFlags(f, cmd)
	complete(cmd, "browser", "chrome", "edge", "chromium")
	return cmd
}

func (o *recordOptions) setWindow(s string) *lang.Problem {
	w, h := 0, 0
	if n, err := fmt.Sscanf(strings.ToLower(strings.ReplaceAll(s, "×", "x")), "%dx%d", &w, &h); err != nil || n != 2 || w < 100 || h < 100 || w > 10000 || h > 10000 {
		return &lang.Problem{What: lang.T("不是窗口大小", "this is no size of a window"), Hint: lang.T("请写成 320x640", "write it as 320x640")}
	}
	o.windowSize = fmt.Sprintf("%dx%d", w, h)
	return nil
}

// conflictRecord names what does not go together.
func (o *recordOptions) conflictRecord() *lang.Problem {
	switch {
	case o.noReportWith() != nil:
		return o.noReportWith()
	case o.userData != "" && !o.mine && !o.compare:
		return &lang.Problem{Field: "--user-data", What: lang.T("只在复制自己的配置时有用", "is of use only when your profile is copied"), Hint: lang.T("请加上 --my-extensions 或 --compare", "add --my-extensions or --compare")}
	}
	return nil
}

// record records one recall, or two, and goes the way of every diagnosis.
func (a *app) record(ctx context.Context, o *recordOptions) error {
	a.ending.failOn, a.ending.format = o.failOn, o.format
	if p := o.conflictRecord(); p != nil {
		return p
	}
	in, err := a.readInput(&o.recallOptions)
	if err != nil {
		return err
	}
	target, err := a.target(&o.recallOptions, in.profile)
	if err != nil {
		return err
	}
	opt, err := a.recordingOptions(ctx, o, in.profile)
	if err != nil {
		return err
	}
	folders, err := a.folders(o)
	if err != nil {
		return err
	}
	if err := a.recordInto(ctx, o, opt, folders); err != nil {
		return err
	}
	if o.compare {
		if err := a.comparison(ctx, folders[0], folders[1], in); err != nil {
			return err
		}
	}
	in.evidence = append(in.evidence, folders...)
	if o.keep != "" {
		a.say(lang.T("录制保存在 %s，可再用 recall --evidence 诊断", "the recording is kept in %s; recall --evidence diagnoses it again").F(o.keep))
	}
	return a.diagnose(ctx, &o.recallOptions, target, in)
}

// recordInto makes the recordings: one, or one with the user's profile and one without.
func (a *app) recordInto(ctx context.Context, o *recordOptions, opt record.Options, folders []string) error {
	if record.NeedsNoSandbox() {
		a.note(lang.T("以 root 运行，浏览器只能不带沙箱启动（--no-sandbox）", "running as root: the browser can only be started without its sandbox (--no-sandbox)"))
	}
	for i, dir := range folders {
		if o.compare {
			if i == 0 {
				a.say(lang.T("第一次：带您的扩展和设置。", "First, with your extensions and settings."))
			} else {
				a.say(lang.T("第二次：全新的配置，没有扩展。请做同样的事。", "Now with a clean profile and no extensions. Please do the same again."))
				opt.Mine, opt.Unpacked, opt.Beside = nil, nil, true
			}
		}
		m, err := a.recordOnce(ctx, o, opt, dir)
		if err != nil {
			return interruptedOr(ctx, err)
		}
		a.tellRecorded(m)
	}
	return nil
}

// recordOnce runs one recording, with a line that shows how far it is.
func (a *app) recordOnce(ctx context.Context, o *recordOptions, opt record.Options, dir string) (recording.Manifest, error) {
	end := make(chan string, 2)
	opt.End = end
	release := a.interrupts.catch(func() { end <- "interrupted" })
	defer release()
	stop := make(chan struct{})
	defer close(stop)
	if a.inTTY && !o.noInput {
		go func() {
			if _, err := a.typed().next(stop); err == nil {
				end <- "enter"
			}
		}()
	}
	a.say(lang.T("正在打开浏览器。请登录，做一次撤回，然后%s。", "Opening the browser. Log in, recall a message, then %s.").F(a.howToEnd(o)))
	p := a.progress(1)
	defer p.stop()
	last := ""
	opt.Progress = func(requests, presses int) {
		if now := fmt.Sprint(requests, presses); now != last {
			last = now
			p.say(lang.T("正在录制… 请求 %d，点击 %d", "recording… requests %d, presses %d").F(requests, presses))
		}
	}
	return record.Run(ctx, opt, dir)
}

func (a *app) howToEnd(o *recordOptions) lang.Text {
	switch {
	case a.inTTY && !o.noInput:
		return lang.T("回到这里按回车（或 Ctrl-C，或关掉窗口）", "come back here and press Enter (or Ctrl-C, or close the window)")
	case o.headless:
		return lang.T("按 Ctrl-C", "press Ctrl-C")
	}
	return lang.T("关掉窗口（或按 Ctrl-C）", "close the window (or press Ctrl-C)")
}

// tellRecorded says what was recorded, and what is wrong with it.
func (a *app) tellRecorded(m recording.Manifest) {
	a.say(lang.T("录制结束：请求 %d，点击 %d，浏览器 %s", "recorded: requests %d, presses %d, browser %s").F(m.Requests, m.Presses, m.Browser))
	switch m.EndedBy {
	case "vanished":
		a.note(lang.T("浏览器中途崩溃或被结束了，按已录到的部分诊断；若再次发生，请用 --browser 换一个浏览器", "the browser crashed or was killed on the way: what was recorded is diagnosed; if it happens again, choose another one with --browser"))
	case "time-limit":
		a.note(lang.T("到了录制时限（--for 可放宽）", "the recording's time limit was reached (--for allows more)"))
	}
	if len(m.Missing) > 0 {
		a.note(lang.T("副本里没有这些扩展：%s（这个浏览器不让装）；它们的影响请用 HAR 来看", "these extensions are not in the copy: %s (this browser does not let them in); a HAR shows what they do").F(strings.Join(m.Missing, ", ")))
	}
	if m.Presses == 0 {
		a.note(lang.T("没有录到任何点击", "no press was recorded"))
	}
}

// folders makes the folders that the recordings go to: private ones that are
// removed in the end, or those that are to be kept.
func (a *app) folders(o *recordOptions) ([]string, error) {
	base := o.keep
	if base == "" {
		dir, remove, err := tempdir.New(programName + "-recording-*")
		if err != nil {
			return nil, &lang.Problem{File: os.TempDir(), What: lang.T("写不了：%s", "cannot write: %s").F(lang.Reason(err)), Hint: lang.T("请腾出空间", "make room")}
		}
		a.tidy.add(remove)
		base = filepath.Join(dir, "recording")
	} else if list, err := os.ReadDir(base); err == nil && len(list) > 0 {
		return nil, &lang.Problem{Field: "--save " + base, What: lang.T("文件夹里已有东西", "the folder is not empty"), Hint: lang.T("请换一个新的文件夹", "choose a new folder")}
	}
	out := []string{base}
	if o.compare {
		out = []string{filepath.Join(base, "with"), filepath.Join(base, "without")}
	}
	for _, dir := range out {
		if err := os.MkdirAll(dir, 0o700); err != nil {
			return nil, &lang.Problem{Field: "--save " + base, What: lang.T("写不了：%s", "cannot write: %s").F(lang.Reason(err)), Hint: lang.T("请换一个能写的位置", "choose a place that can be written to")}
		}
	}
	return out, nil
}

// recordingOptions finds the browser, the address and, when asked, the user's profile.
func (a *app) recordingOptions(ctx context.Context, o *recordOptions, prof *profile.Profile) (record.Options, error) {
	opt := record.Options{Tool: toolVersion(), Profile: prof, URL: o.url, Headless: o.headless, Flags: o.flags, Unpacked: o.unpacked, Video: o.video, Limit: o.limit, AtExit: a.tidy.add}
	if o.windowSize != "" {
		_, _ = fmt.Sscanf(o.windowSize, "%dx%d", &opt.Width, &opt.Height)
	}
	if opt.URL == "" {
		benches := prof.HostsOf(profile.Workbench)
		if len(benches) == 0 {
			return opt, &lang.Problem{Field: "--url", What: lang.T("服务配置里没有工作台的地址", "the profile names no workbench"), Hint: lang.T("请用 --url 给出要打开的网址", "give the address to open with --url")}
		}
		opt.URL = benches[0].URL
	}
	if !strings.HasPrefix(opt.URL, "http://") && !strings.HasPrefix(opt.URL, "https://") {
		return opt, &lang.Problem{Field: "--url", What: lang.T("不是网址：%q", "this is no address: %q").F(opt.URL), Hint: lang.T("请写成 https://…", "write it as https://…")}
	}
	for i, dir := range opt.Unpacked {
		full, err := filepath.Abs(dir)
		if _, bad := os.Stat(filepath.Join(full, "manifest.json")); err != nil || bad != nil {
			return opt, &lang.Problem{Field: "--load-extension " + dir, What: lang.T("这里没有扩展（找不到 manifest.json）", "there is no extension here (no manifest.json)"), Hint: lang.T("请给出未打包扩展的文件夹", "give the folder of an unpacked extension")}
		}
		opt.Unpacked[i] = full
	}
	prog, err := findBrowser(ctx, o.browser)
	if err != nil {
		return opt, err
	}
	opt.Browser = prog.Path
	if o.mine || o.compare {
		if opt.Mine, err = userProfile(o, prog); err != nil {
			return opt, err
		}
	}
	return opt, nil
}

// findBrowser finds the browser by name or path, or the person's own.
func findBrowser(ctx context.Context, name string) (machine.Program, error) {
	list := machine.System().Programs(ctx)
	if name == "" {
		if len(list) > 0 {
			return list[0], nil
		}
		return machine.Program{}, &lang.Problem{Field: "record", What: lang.T("没有找到 Chrome、Edge 或其他 Chromium 内核的浏览器", "no Chrome, Edge or other browser of Chromium's kin was found"),
			Hint: lang.T("请先安装一个，或用 --browser 给出程序的路径；用 Firefox、Safari 时请导出 HAR 交给 recall --evidence", "install one, or give the path of its program with --browser; from Firefox and Safari export a HAR for recall --evidence")}
	}
	var known []string
	for _, p := range list {
		if strings.EqualFold(p.ID, name) {
			return p, nil
		}
		known = append(known, p.ID)
	}
	if info, err := os.Stat(name); err == nil && info.Mode().IsRegular() && (runtime.GOOS == "windows" || info.Mode()&0o111 != 0) {
		full, err := filepath.Abs(name)
		if err != nil {
			full = name
		}
		for _, p := range list {
			if p.Path == full {
				return p, nil
			}
		}
		return machine.Program{Name: filepath.Base(full), Path: full}, nil
	}
	p := &lang.Problem{Field: "--browser", What: lang.T("没有浏览器 %q", "there is no browser %q").F(name)}
	if len(known) > 0 {
		p.Hint = lang.T("这台电脑上有：%s；也可以给出程序的路径", "this machine has: %s; the path of a program will do, too").F(strings.Join(known, " "))
	} else {
		p.Hint = lang.T("请给出 Chrome、Edge 或 Chromium 程序的路径", "give the path of a Chrome, Edge or Chromium program")
	}
	return machine.Program{}, p
}

// userProfile finds the profile to copy: of the folder that was named, else the one the browser used last.
func userProfile(o *recordOptions, prog machine.Program) (*record.UserProfile, error) {
	dir := o.userData
	if dir == "" {
		dir = prog.Browser.DataDir
	}
	if dir == "" {
		return nil, &lang.Problem{Field: "--my-extensions", What: lang.T("没有找到 %s 的用户数据", "no user data of %s was found").F(prog.Name), Hint: lang.T("请用 --user-data 指出它的文件夹，或用 --browser 换一个浏览器", "name its folder with --user-data, or choose another browser with --browser")}
	}
	if _, err := os.Stat(filepath.Join(dir, "Preferences")); err == nil { // a profile itself was named
		return &record.UserProfile{DataDir: filepath.Dir(dir), Name: filepath.Base(dir)}, nil
	}
	name := "Default"
	if i := slices.IndexFunc(prog.Browser.Profiles, func(p machine.Profile) bool { return p.Last }); i >= 0 && dir == prog.Browser.DataDir {
		name = filepath.Base(prog.Browser.Profiles[i].Dir)
	}
	if _, err := os.Stat(filepath.Join(dir, name, "Preferences")); err != nil {
		return nil, &lang.Problem{Field: "--user-data " + dir, What: lang.T("这里没有浏览器的用户配置（找不到 %s）", "there is no browser profile here (no %s)").F(filepath.Join(name, "Preferences")), Hint: lang.T("请给出浏览器的用户数据文件夹", "give a browser's user data folder")}
	}
	return &record.UserProfile{DataDir: dir, Name: name}, nil
}
