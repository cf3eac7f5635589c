package main

import (
	"context"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"time"
	_ "time/tzdata" // zones by name, on systems that have none

	"github.com/spf13/cobra"

	"meiqia-diag/diag/incident"
	"meiqia-diag/diag/lang"
	"meiqia-diag/diag/lazy"
	"meiqia-diag/diag/tempdir"
	"meiqia-diag/report/archive"
	"meiqia-diag/report/slice"
)

// sliceOptions are the flags of report slice.
type sliceOptions struct {
	from, to, around string
	margin, offset   time.Duration
	zone             *time.Location
	fast, force      bool
	output           string
}

func (a *app) reportSlice() *cobra.Command {
	o := sliceOptions{margin: 45 * time.Second}
	cmd := &cobra.Command{
		Use: "slice FILE…", Short: a.t("从日志里截取一段时间", "cut a time range out of logs"),
		Long: a.t(`从日志里截取 --from 到 --to 之间（含两端）的记录，或 --around 前后 --margin 之内的记录，原样写出，一个字节也不改。
按印出的精度比较：印着 10:22:41 的记录代表这一整秒，--from 10:22:41.5 也包括它。没有时间的行跟着上面的记录。
日志可以是任何格式、时区和编码，可以轮转、压缩（gz、zst、xz、bz2），也可以乱序：默认逐行判断，一行不漏。
每个文件按什么时区、怎样知道的、什么编码、截了多少行，以及其中值得先看的错误，写在标准错误上。`,
			`Cut the entries from --from to --to, both included, or those within --margin of --around, out of logs, with not a byte changed.
Stamps are compared at their own precision: an entry of 10:22:41 stands for that whole second, so --from 10:22:41.5 takes it in. Lines without a stamp stay with the entry above them.
Logs may be of any notation, zone and encoding, rotated, compressed (gz, zst, xz, bz2) and out of order: every line is judged, and none is lost.
The zone of each file and how it is known, its encoding, how many lines were cut out, and the errors in them that are worth a first look, go to standard error.`),
		Example: examples(a.t("出事前后 45 秒", "45 seconds around the incident"), `meiqia-diag report slice app.log --around "2026-11-20 10:22:41"`,
			a.t("一组轮转的日志，接成一个文件", "a rotated log, joined into one file"), `meiqia-diag report slice app.log app.log.1 app.log.2.gz --from 2026-11-20T10:22:00+08:00 --to 2026-11-20T10:24:00+08:00 --output incident.log`),
		Args: func(cmd *cobra.Command, args []string) error {
			if len(args) == 0 {
				return &lang.Problem{Field: cmd.CommandPath(), What: lang.T("没有写是哪个日志", "no log is named"), Hint: seeHelp(cmd)}
			}
			return nil
		},
		RunE: func(cmd *cobra.Command, args []string) error {
			if cmd.Flags().Changed("margin") && o.around == "" {
				return &lang.Problem{Field: "--margin", What: lang.T("只能和 --around 一起用", "it goes with --around"), Hint: seeHelp(cmd)}
			}
			return a.slice(cmd.Context(), o, args)
		},
	}
	f := a.flagsOf(cmd)
	f.text(&o.from, "from", "T", "从何时起，如 2026-11-20T10:22:00+08:00、\"2026-11-20 10:22:00\"；没写时区则按日志的时区", "from when, as in 2026-11-20T10:22:00+08:00 or \"2026-11-20 10:22:00\"; without a zone, in that of the logs")
	f.text(&o.to, "to", "T", "到何时止，写法相同", "until when, written alike")
	f.text(&o.around, "around", "T", "以何时为中心，写法相同；代替 --from 和 --to", "around when, written alike; instead of --from and --to")
	f.span(&o.margin, "margin", "D", "--around 前后各留多久", "how much to keep before and after --around")
	f.value("zone", "ZONE", "", func(s string) (p *lang.Problem) { o.zone, p = parseZone(s); return p },
		"日志里没写时区的时间按哪个时区：+08:00、UTC、Asia/Shanghai；默认由日志自己推断，推断不出按本机", "the zone of stamps that name none: +08:00, UTC, Asia/Shanghai; by default inferred from the logs, else that of this machine")
	f.value("offset", "D", "", func(s string) (p *lang.Problem) { o.offset, p = parseOffset(s); return p },
		"测得的时钟偏差，先加到日志的每个时间上：写日志的时钟慢 3.2 秒写 3.2s，快则写 -3.2s", "a measured clock offset, added to every stamp first: 3.2s where the clock of the log is 3.2 s behind, -3.2s where it is ahead")
	f.yes(&o.fast, "fast", "按位置查找，不读完整个文件：快百倍，供预览：只适合按时间排列的日志，迟写的行会漏掉，也不找错误", "search by offset instead of reading it all, for a preview: a hundred times as fast, but only right for logs in order; late lines are lost, and errors are not looked for")
	f.text(&o.output, "output", "PATH", "写到文件，默认标准输出", "write to a file instead of standard output")
	f.yes(&o.force, "force", "文件已存在时覆盖", "overwrite the file if it exists")
	complete(cmd, "zone", "+08:00", "UTC", "Asia/Shanghai")
	return cmd
}

// parseZone reads a zone: an offset, UTC, local, or a name of the IANA database.
func parseZone(s string) (*time.Location, *lang.Problem) {
	switch s {
	case "Z", "z", "utc", "UTC", "GMT":
		return time.UTC, nil
	case "local", "Local":
		return time.Local, nil
	}
	for _, layout := range []string{"-07:00", "-0700", "-07"} {
		if t, err := time.Parse(layout, s); err == nil {
			_, off := t.Zone()
			return time.FixedZone(t.Format("-07:00"), off), nil
		}
	}
	if loc, err := time.LoadLocation(s); err == nil && s != "" {
		return loc, nil
	}
	return nil, &lang.Problem{What: lang.T("不认识时区 %q", "unknown zone %q").F(s), Hint: lang.T("请写成 +08:00、UTC 或 Asia/Shanghai", "write it as +08:00, UTC or Asia/Shanghai")}
}

// parseOffset reads a duration with a sign.
func parseOffset(s string) (time.Duration, *lang.Problem) {
	d, err := time.ParseDuration(halfWidth(s))
	if err != nil || d.Abs() > 100*365*24*time.Hour {
		return 0, &lang.Problem{What: lang.T("看不懂 %q", "cannot read %q").F(s), Hint: lang.T("请写成 3.2s、-150ms 或 1h30m", "write it as 3.2s, -150ms or 1h30m")}
	}
	return d, nil
}

// slice cuts a range out of logs.
func (a *app) slice(ctx context.Context, o sliceOptions, paths []string) error {
	switch {
	case o.around != "" && (o.from != "" || o.to != ""):
		return &lang.Problem{Field: "--around", What: lang.T("不能和 --from、--to 一起用", "it does not go with --from and --to"), Hint: lang.T("二者选一", "use one or the other")}
	case o.around == "" && o.from == "" && o.to == "":
		return &lang.Problem{Field: "--from", What: lang.T("没有写要哪一段时间", "no time range is given"), Hint: lang.T("请用 --from 和 --to，或 --around", "use --from and --to, or --around")}
	}
	// What is wrong with the times is told before anything is read.
	first, err := a.sliceRange(o, o.zone, time.Time{})
	if err != nil {
		return err
	}
	paths, remove, err := a.fromStdin(ctx, paths)
	if err != nil {
		return err
	}
	defer remove()
	out, err := a.sliceOutput(o, paths)
	if err != nil {
		return err
	}
	defer out.drop()
	in, bad := slice.Inputs(paths)
	if len(in) == 0 {
		return problems(bad)
	}
	bar := a.progress(0)
	defer bar.stop()
	bar.doing(lang.T("看日志的样子", "looking at the logs"))
	hint := slice.Options{Zone: o.zone}
	if o.dated() {
		hint.From, hint.To = first.From, first.To
	}
	set, err := slice.Learn(ctx, in, hint)
	if err != nil {
		return interruptedOr(ctx, err)
	}
	zone := o.zone
	if zone == nil {
		zone = set.Zone()
	}
	_, last := set.Span()
	r, err := a.sliceRange(o, zone, last)
	if err != nil {
		return err
	}
	r.Progress = sliceProgress(bar)
	stats, err := set.Cut(ctx, r, out)
	bar.stop()
	if err != nil {
		return interruptedOr(ctx, err)
	}
	if err := out.finish(); err != nil {
		return err
	}
	return a.tellSlice(o, r, zone, stats, bad)
}

// aDay is in times that name their day.
var aDay = lazy.MustCompile(`\d{1,4}\s*[-/.年月]\s*\d{1,2}|今|昨|前天|(?i)today|yesterday`)

// dated is true when the times given name their day.
func (o sliceOptions) dated() bool {
	for _, s := range []string{o.from, o.to, o.around} {
		if s != "" && !aDay.MatchString(halfWidth(s)) {
			return false
		}
	}
	return true
}

// sliceRange reads the times given. Without a zone they are of zone, or of this
// machine; without a day they are the latest such times before the logs' end.
func (a *app) sliceRange(o sliceOptions, zone *time.Location, last time.Time) (slice.Range, error) {
	now := a.now()
	if zone == nil {
		zone = now.Location()
	}
	r := slice.Range{Offset: o.offset, Fast: o.fast, Look: !o.fast}
	read := func(flag, text string) (time.Time, error) {
		at := now.In(zone)
		if !last.IsZero() && !aDay.MatchString(halfWidth(text)) {
			at = last.In(zone)
		}
		m, p := incident.ParseMoment(text, at)
		if p != nil {
			p.Field = flag
			return time.Time{}, p
		}
		if m.Err >= 30*time.Second { // 10:22 is where its minute begins
			return m.T.Add(-m.Err), nil
		}
		return m.T, nil
	}
	if o.around != "" {
		t, err := read("--around", o.around)
		if err != nil {
			return r, err
		}
		r.From, r.To, r.Incident = t.Add(-o.margin), t.Add(o.margin), t
		return r, nil
	}
	var err error
	if o.from != "" {
		if r.From, err = read("--from", o.from); err != nil {
			return r, err
		}
	}
	if o.to != "" {
		if r.To, err = read("--to", o.to); err != nil {
			return r, err
		}
		// In the hour that a zone runs through twice the later reading is meant.
		const wall = "2006-01-02 15:04:05.999999999"
		if t := r.To.Add(time.Hour); t.Format(wall) == r.To.Format(wall) {
			r.To = t
		}
	}
	if o.from != "" && o.to != "" && r.To.Before(r.From) {
		return r, &lang.Problem{Field: "--to", What: lang.T("%s 早于 --from 的 %s", "%s is before --from, %s").F(sliceTime(r.To, zone), sliceTime(r.From, zone)), Hint: lang.T("请对调二者", "swap the two")}
	}
	return r, nil
}

func sliceTime(t time.Time, zone *time.Location) string {
	return t.In(zone).Format("2006-01-02 15:04:05.999 -07:00")
}

// fromStdin puts what comes on standard input into a private file: a log is
// looked at before it is cut.
func (a *app) fromStdin(ctx context.Context, paths []string) ([]string, func(), error) {
	out := append([]string{}, paths...)
	for i, p := range out {
		if p != "-" {
			continue
		}
		dir, done, err := tempdir.New(programName + "-*")
		if err != nil {
			return nil, nil, err
		}
		remove := a.tidy.add(done)
		f, err := os.OpenFile(filepath.Join(dir, "stdin"), os.O_CREATE|os.O_WRONLY|os.O_EXCL, 0o600)
		if err == nil {
			_, err = io.Copy(f, stoppable{ctx, a.in})
			err = errors.Join(err, f.Close())
		}
		if err != nil {
			remove()
			return nil, nil, interruptedOr(ctx, err)
		}
		out[i] = f.Name()
		return out, remove, nil
	}
	return out, func() {}, nil
}

type stoppable struct {
	ctx context.Context
	r   io.Reader
}

func (s stoppable) Read(p []byte) (int, error) {
	if err := s.ctx.Err(); err != nil {
		return 0, err
	}
	return s.r.Read(p)
}

// sliceTarget is where the lines go. A file appears whole under its name or not at all.
type sliceTarget struct {
	io.Writer
	f     *os.File
	path  string
	force bool
	drop  func()
}

func (a *app) sliceOutput(o sliceOptions, paths []string) (*sliceTarget, error) {
	if o.output == "" || o.output == "-" {
		return &sliceTarget{Writer: a.out, drop: func() {}}, nil
	}
	bad := func(what, hint lang.Text) error {
		return &lang.Problem{Field: "--output " + o.output, What: what, Hint: hint}
	}
	info, err := os.Stat(o.output)
	switch {
	case err == nil && info.IsDir():
		return nil, bad(lang.T("这是文件夹", "it is a folder"), lang.T("请写出文件名", "name a file in it"))
	case err == nil && !o.force:
		return nil, bad(lang.T("文件已存在", "the file exists"), lang.T("换一个名字，或加 --force 覆盖", "choose another name, or add --force to overwrite it"))
	case err == nil:
		for _, p := range paths {
			if other, err := os.Stat(p); err == nil && os.SameFile(info, other) {
				return nil, bad(lang.T("这就是要截取的日志", "it is the log that is to be cut"), lang.T("换一个名字", "choose another name"))
			}
		}
	}
	f, err := os.CreateTemp(filepath.Dir(o.output), "."+programName+"-*.tmp") // 0600
	if errors.Is(err, fs.ErrNotExist) {
		return nil, bad(lang.T("没有这个文件夹", "there is no such folder"), lang.T("请先建好文件夹", "make the folder first"))
	}
	if err != nil {
		return nil, bad(lang.T("写不了：%s", "cannot write: %s").F(lang.Reason(err)), lang.T("请换一个能写的位置", "choose a place that can be written to"))
	}
	t := &sliceTarget{Writer: f, f: f, path: o.output, force: o.force}
	t.drop = a.tidy.add(func() { f.Close(); _ = os.Remove(f.Name()) })
	return t, nil
}

// finish gives the file its name.
func (t *sliceTarget) finish() error {
	if t.f == nil {
		return nil
	}
	err := t.f.Close()
	if err == nil {
		err = archive.PutInPlace(t.f.Name(), t.path, t.force)
	}
	var p *lang.Problem
	if errors.As(err, &p) {
		return p
	}
	if err != nil {
		return &lang.Problem{Field: "--output " + t.path, What: lang.T("写不了：%s", "cannot write: %s").F(lang.Reason(err)), Hint: lang.T("请腾出空间，或换一个位置", "make room, or choose another place")}
	}
	return nil
}

// sliceProgress shows how far the reading is, a few times a second.
func sliceProgress(bar *progress) func(string, int64, int64) {
	var shown time.Time
	return func(file string, read, size int64) {
		if time.Since(shown) < 200*time.Millisecond {
			return
		}
		shown = time.Now()
		if size > 0 {
			bar.say(lang.T("%s：%d%%", "%s: %d%%").F(harmless(filepath.Base(file)), read*100/size))
			return
		}
		bar.say(lang.T("%s：%s", "%s: %s").F(harmless(filepath.Base(file)), sizeText(read)))
	}
}
