package main

import (
	"bufio"
	"bytes"
	"context"
	"io"
	"os"
	"runtime/debug"
	"strings"
	"sync"
	"time"

	"github.com/spf13/cobra"

	"meiqia-diag/diag"
	"meiqia-diag/diag/lang"
	"meiqia-diag/report"
	"meiqia-diag/report/triage"
	"meiqia-diag/report/triage/store"
)

// triageOptions are what the command line of triage says.
type triageOptions struct {
	since, until time.Time
	by           []string
	cause        string
	format       string
	db           string
	noDB, prune  bool
	schema       string
	failOn       string
	identities   []string // files
}

func (a *app) triageCommand() *cobra.Command {
	o := &triageOptions{format: "text", failOn: "none"}
	cmd := &cobra.Command{
		Use: "triage [PATH...]", Short: a.t("把许多报告汇成一张图", "put many reports into one picture"),
		Long: a.t("读报告压缩包、report.json 和文件夹里的报告，汇总：原因随时间、版本、浏览器、网络和规则的分布，缺得最多的证据，以及从何时、哪个版本起某个原因变多。\n"+
			"读到的存进一个 SQLite 文件，下次只读新的和改过的文件；同一份报告只算一次。损坏、加密和不是报告的文件列出来，不影响其余；改动过的报告照样计入，也列出来；PATH 写 - 则从标准输入读路径，一行一个；不写 PATH 则看库里的全部。\n"+
			"读得了就以 0 退出，一份也读不了、或点了名的路径不在，以 2 退出；--fail-on regression 时，有原因变多以 1 退出。",
			"Read report archives, report.json files and folders of them, and sum them up: causes over time, by version, browser, network and rule, what was missing most often, and which cause became more frequent since when or which version.\n"+
				"What was read is kept in an SQLite file, so that the next run reads new and changed files alone; one report counts once. Broken, encrypted and foreign files are listed and do not stop the rest; changed reports are counted and listed. PATH - reads paths from standard input, one a line; without PATH the whole store is shown.\n"+
				"The exit status is 0 if reports could be read, 2 if none could or a path that was named is not there; with --fail-on regression it is 1 if a cause became more frequent."),
		Example: examples(a.t("一个文件夹的报告", "a folder of reports"), "meiqia-diag triage reports/",
			a.t("最近 30 天，按客户端版本和设备", "the last 30 days, by client version and device"), "meiqia-diag triage reports/ --since 30d --by client_version,device",
			a.t("存成网页", "as a page"), "meiqia-diag triage reports/ --format html > triage.html",
			a.t("存进 PostgreSQL，密码在 PGPASSWORD 或 ~/.pgpass 里", "into PostgreSQL, the password in PGPASSWORD or ~/.pgpass"), "meiqia-diag triage reports/ --db 'postgres://desk@db.example/triage?sslmode=verify-full'",
			a.t("表的结构", "the layout of the tables"), "meiqia-diag triage --schema sqlite"),
		RunE: func(cmd *cobra.Command, args []string) error { return a.triage(cmd.Context(), cmd, args, o) },
	}
	f := a.flagsOf(cmd)
	f.value("since", "T", "", a.bound(&o.since, false), "只看这时起的：2026-11-01、7d、24h、“昨天 22:15”", `only from this time on: 2026-11-01, 7d, 24h, "yesterday 22:15"`)
	f.value("until", "T", "", a.bound(&o.until, true), "只看到这时为止的；写日期则含那一天", "only up to this time; a date includes that day")
	f.value("by", "FIELDS", "", func(s string) *lang.Problem { return addFields(&o.by, s) }, "按哪些方面分：client_version browser network rule extension_rule stage device channel build 等", "by what: client_version browser network rule extension_rule stage device channel build and more")
	f.value("cause", "CODE", "", func(s string) *lang.Problem { return oneCause(&o.cause, s) }, "只看指出这个原因的报告", "only reports that name this cause")
	f.choice(&o.format, "format", "F", triage.Formats, "格式：text json markdown html csv", "format: text json markdown html csv")
	f.text(&o.db, "db", "WHERE", "存在哪里：SQLite 文件、postgres://… 或 clickhouse://…；含密码时请用 MEIQIA_DIAG_DB", "where to keep it: an SQLite file, postgres://… or clickhouse://…; with a password in it use MEIQIA_DIAG_DB")
	f.identity(&o.identities)
	f.yes(&o.noDB, "no-db", "不存，只看这一次", "keep nothing")
	f.yes(&o.prune, "prune", "忘掉文件已不在的报告", "forget reports whose files are gone")
	f.choice(&o.schema, "schema", "KIND", store.Kinds, "打印表的结构：sqlite postgres clickhouse", "print the layout of the tables: sqlite postgres clickhouse")
	f.choice(&o.failOn, "fail-on", "WHAT", []string{"none", "regression"}, "什么算失败：none regression", "what counts as a failure: none regression")
	complete(cmd, "format", triage.Formats...)
	complete(cmd, "schema", store.Kinds...)
	complete(cmd, "fail-on", "none", "regression")
	complete(cmd, "by", triage.Fields()...)
	return cmd
}

// bound reads one end of the time to look at. A length counts back from now; a
// date is its first moment, or as the later end the first moment of the day after.
func (a *app) bound(to *time.Time, later bool) func(string) *lang.Problem {
	return func(s string) *lang.Problem {
		t, p := triage.ParseBound(s, a.now(), later)
		*to = t
		return p
	}
}

// otherNames are what else people call a field.
var otherNames = map[string]string{"version": "client_version", "client": "client_version", "blocked_by": "extension_rule", "extension": "extension_rule", "type": "message_type", "os": "system"}

func addFields(to *[]string, s string) *lang.Problem {
	for _, w := range commaList(s) {
		w = strings.ReplaceAll(w, "-", "_")
		if n := otherNames[w]; n != "" {
			w = n
		}
		if !contains(triage.Fields(), w) {
			return unknownWord(w, triage.Fields(), lang.T("可用：%s", "use one of: %s").F(strings.Join(triage.Fields(), " ")))
		}
		if !contains(*to, w) {
			*to = append(*to, w)
		}
	}
	return nil
}

func contains(list []string, s string) bool {
	for _, x := range list {
		if x == s {
			return true
		}
	}
	return false
}

func oneCause(to *string, s string) *lang.Problem {
	if _, ok := diag.CauseOf(diag.Code(s)); !ok {
		var known []string
		for _, c := range diag.Causes() {
			known = append(known, string(c.Code))
		}
		return unknownWord(s, known, lang.T("原因代码见 meiqia-diag explain", "meiqia-diag explain lists the codes"))
	}
	*to = s
	return nil
}

// triageHeap lets a picture of many thousand reports stand in memory; see heapLimit.
const triageHeap = 1 << 30

func (a *app) triage(ctx context.Context, cmd *cobra.Command, args []string, o *triageOptions) (err error) {
	if o.schema != "" {
		if len(args) > 0 {
			return atMost(0)(cmd, args)
		}
		_, err := io.WriteString(a.out, store.Schema(o.schema))
		return err
	}
	defer func() {
		if ctx.Err() != nil {
			err = errInterrupted
		}
		if err != nil {
			a.noPicture(o.format, err)
		}
	}()
	if !o.since.IsZero() && !o.until.IsZero() && !o.since.Before(o.until) {
		return &lang.Problem{Field: "--until", What: lang.T("早于 --since", "it is before --since")}
	}
	paths, err := a.triagePaths(args)
	if err != nil {
		return err
	}
	if a.env("GOMEMLIMIT") == "" {
		debug.SetMemoryLimit(triageHeap)
	}
	db, err := a.openStore(ctx, o, len(args) > 0)
	if err != nil {
		return err
	}
	defer db.Close()
	var g *triage.Gathered
	if len(args) > 0 {
		if g, err = a.gather(ctx, db, paths, o); err != nil {
			return err
		}
	}
	p, err := triage.Draw(ctx, db, g, triage.Options{Tool: toolVersion(), Since: o.since, Until: o.until, Cause: o.cause, By: o.by})
	if err != nil {
		return err
	}
	if err := a.showPicture(o.format, p); err != nil {
		return err
	}
	if g != nil && g.Reports+g.Gone == 0 {
		return noReports(g)
	}
	a.ending.found = o.failOn == "regression" && len(p.Regressions) > 0
	return notThere(g)
}

// notThere is the error of paths that were named and cannot be looked at, after
// the picture of the others was shown.
func notThere(g *triage.Gathered) error {
	var ps problems
	if g == nil {
		return nil
	}
	for _, u := range g.Unread {
		if u.Missing() {
			ps = append(ps, &lang.Problem{File: u.Path, What: u.Why, Hint: lang.T("请检查路径；其余的已看过", "check the path; the others were looked at")})
		}
	}
	if len(ps) == 0 {
		return nil
	}
	if more := len(ps) - maxTold; more > 0 {
		ps = append(ps[:maxTold], &lang.Problem{What: lang.T("另有 %d 处，见结果", "%d more are in the result").F(more)})
	}
	return ps
}

func noReports(g *triage.Gathered) error {
	p := &lang.Problem{What: lang.Count(g.Found, "看了 %d 个文件，没有一份读得了的报告", "there is no readable report in %d file", "there is no readable report among %d files"), Hint: lang.T("请给出报告压缩包、report.json，或装着它们的文件夹", "give report archives, report.json files, or folders of them")}
	if len(g.Unread) > 0 {
		u := g.Unread[0]
		p.File, p.What = u.Path, lang.T("%s；%s", "%s; %s").F(u.Why, p.What)
	}
	return p
}

// triagePaths gives the paths to look at: the arguments, and for - those that
// standard input lists.
func (a *app) triagePaths(args []string) ([]string, error) {
	var out []string
	for _, arg := range args {
		if arg != "-" {
			out = append(out, arg)
			continue
		}
		lines := bufio.NewScanner(a.in)
		lines.Buffer(nil, 64<<10)
		for lines.Scan() {
			if s := strings.TrimRight(lines.Text(), "\r"); s != "" {
				out = append(out, s)
			}
		}
		if err := lines.Err(); err != nil {
			return nil, &lang.Problem{File: "stdin", What: lang.T("路径列表读不了：%s", "the list of paths cannot be read: %s").F(lang.Reason(err)), Hint: lang.T("每行写一个路径", "write one path a line")}
		}
	}
	return out, nil
}

// openStore opens the store that was asked for, or the usual one. Where that
// cannot be had the run does without, and says so.
func (a *app) openStore(ctx context.Context, o *triageOptions, reading bool) (*store.DB, error) {
	switch {
	case o.noDB && o.db != "" && a.env(envName("db")) != o.db:
		return nil, &lang.Problem{Field: "--no-db", What: lang.T("与 --db 不能同时用", "it cannot go with --db")}
	case o.noDB:
		if !reading {
			return nil, noPaths()
		}
		return store.Open(ctx, store.Memory)
	case o.db != "":
		if store.HasPassword(o.db) && a.env(envName("db")) != o.db {
			a.note(lang.T("命令行里的密码别的用户看得见；请改用 MEIQIA_DIAG_DB、PGPASSWORD 或 CLICKHOUSE_PASSWORD", "a password on the command line can be seen by other users; use MEIQIA_DIAG_DB, PGPASSWORD or CLICKHOUSE_PASSWORD"))
		}
		return store.Open(ctx, o.db)
	}
	path := store.Usual(a.env)
	if !reading {
		if _, err := os.Stat(path); path == "" || err != nil {
			return nil, noPaths()
		}
	}
	if path != "" {
		db, err := store.Open(ctx, path)
		if err == nil || ctx.Err() != nil || !reading {
			return db, err
		}
		a.note(lang.T("不存：%s", "nothing is kept: %s").F(asProblems(err)[0].Text()))
	}
	o.noDB = true
	return store.Open(ctx, store.Memory)
}

func noPaths() error {
	return &lang.Problem{What: lang.T("没有写要看哪些报告，库里也还没有", "no reports are named, and none are kept yet"), Hint: lang.T("用法见 meiqia-diag triage --help", "see meiqia-diag triage --help")}
}

// gather reads what is new, with one line of progress on a terminal.
func (a *app) gather(ctx context.Context, db *store.DB, paths []string, o *triageOptions) (*triage.Gathered, error) {
	keys, err := identitiesOf(o.identities)
	if err != nil {
		return nil, err
	}
	line := a.progress(0)
	defer line.stop()
	var mu sync.Mutex
	var told time.Time
	read := 0
	g, err := triage.Gather(ctx, db, triage.GatherOptions{Paths: paths, Keys: keys, Prune: o.prune, Progress: func(done, inFull int) {
		mu.Lock()
		defer mu.Unlock()
		read++
		if now := time.Now(); now.Sub(told) > 100*time.Millisecond {
			told = now
			line.say(lang.T("已读 %d / %d 个文件", "%d of %d files").F(done, inFull))
		}
	}})
	line.stop()
	if err != nil {
		if ctx.Err() != nil && read > 0 && !o.noDB {
			a.say(lang.Count(read, "已读的 %d 个文件存下了，下次接着读", "the %d file read so far is kept; the next run goes on from there", "the %d files read so far are kept; the next run goes on from there"))
		}
		return nil, err
	}
	if o.noDB {
		return g, nil
	}
	a.say(lang.T("新读 %s，%d 个没有变；存在 %s", "%s read, %d unchanged; kept in %s").F(lang.Count(g.Read, "%d 个文件", "%d file", "%d files"), g.Found-g.Read, db.Where()))
	return g, nil
}

// showPicture writes a picture whole or not at all.
func (a *app) showPicture(format string, p *triage.Picture) error {
	v := triage.View{Lang: a.lang, Color: report.ColorWanted(a.outTTY, a.env), Width: 80}
	if a.outTTY {
		v.Width = a.width(a.out)
	}
	var buf bytes.Buffer
	if err := triage.Write(&buf, format, p, v); err != nil {
		return err
	}
	a.ending.told = true
	_, err := a.out.Write(buf.Bytes())
	return err
}

// noPicture writes a failed run as a document where a program reads it.
func (a *app) noPicture(format string, err error) {
	if format != "json" || a.ending.told {
		return
	}
	_ = a.showPicture(format, triage.Failed(toolVersion(), diag.ProblemsOf(failureOf(err))))
}
