package main

import (
	"fmt"
	"path/filepath"
	"sort"
	"strings"
	"time"

	"meiqia-diag/diag/lang"
	"meiqia-diag/report/slice"
)

// basisWords say how a zone is known.
var basisWords = map[string]lang.Text{
	"written":  lang.T("日志写明", "written in the log"),
	"inferred": lang.T("由日志推断", "inferred from the log"),
	"stated":   lang.T("由 --zone 指定", "stated with --zone"),
	"assumed":  lang.T("假定，日志没写；不对请用 --zone", "assumed: the log names none; if wrong, use --zone"),
}

var modeWords = map[string]lang.Text{
	slice.Exact: lang.T("逐行（exact）", "exact"),
	slice.Fast:  lang.T("快速（fast，迟写的行可能漏掉）", "fast (late lines may be missing)"),
}

// tellSlice says what became of each file. A file that could not be read makes
// it an error, though the others were cut.
func (a *app) tellSlice(o sliceOptions, r slice.Range, zone *time.Location, stats []slice.FileStats, bad problems) error {
	if zone == nil {
		zone = a.now().Location()
	}
	stamps, kept := 0, 0
	var first, last time.Time
	for _, f := range stats {
		stamps += f.Stamped
		kept += f.Kept
		if f.Mode == slice.Beyond {
			stamps++
		}
		if !f.First.IsZero() && (first.IsZero() || f.First.Before(first)) {
			first = f.First
		}
		if f.Last.After(last) {
			last = f.Last
		}
		if p := f.Problem(); p != nil {
			bad = append(bad, p)
		}
		if f.Err == nil || f.Lines > 0 {
			a.say(a.sliceLine(f))
		}
	}
	a.say(lang.T("范围 %s 至 %s：留下 %s", "range %s to %s: kept %s").F(edge(r.From, zone), edge(r.To, zone), lang.Count(kept, "%d 行", "%d line", "%d lines")))
	if o.offset != 0 {
		a.say(lang.T("日志的时间先加了 %s 再比较", "%s was added to the stamps of the logs before they were compared").F(o.offset))
	}
	switch {
	case stamps == 0 && len(bad) == 0 && !o.fast:
		return &lang.Problem{What: lang.T("日志里没有一行写着时间，没法按时间截取", "no line of the logs has a stamp to cut them by"), Hint: lang.T("请确认给出的是日志", "make sure that these are logs")}
	case kept == 0 && !first.IsZero() && !last.IsZero():
		a.note(lang.T("这段时间没有记录；日志从 %s 到 %s", "there is nothing in this range; the logs go from %s to %s").F(sliceTime(first.Add(o.offset), zone), sliceTime(last.Add(o.offset), zone)))
	}
	a.tellFindings(stats, zone)
	if len(bad) > 0 {
		return bad
	}
	return nil
}

func edge(t time.Time, zone *time.Location) any {
	if t.IsZero() {
		return lang.T("不限", "any time")
	}
	return sliceTime(t, zone)
}

// sliceLine tells of one file.
func (a *app) sliceLine(f slice.FileStats) lang.Text {
	switch {
	case f.Mode == slice.Beyond:
		return lang.T("%s：离这段时间一天以上，没有解压", "%s: more than a day away from the range, not unpacked").F(slicedName(f.Path))
	case f.Mode == slice.Bare:
		return lang.T("%s：没有一行写着时间，没有截取", "%s: no line has a stamp, nothing was cut out").F(slicedName(f.Path))
	}
	t := lang.T("%s：%s，时区 %s（%s），%s，%s中留下 %d 行", "%s: %s, zone %s (%s), %s, kept %[7]d of %[6]s").
		F(slicedName(f.Path), f.Encoding, f.Zone.Name, basisWords[f.Zone.Basis], modeWords[f.Mode], lang.Count(f.Lines, "%d 行", "%d line", "%d lines"), f.Kept)
	if !f.First.IsZero() {
		zone := time.FixedZone("", int(f.Zone.Offset/time.Second))
		t = lang.T("%s，从 %s 到 %s", "%s, from %s to %s").F(t, f.First.In(zone).Format("2006-01-02 15:04:05.999"), f.Last.In(zone).Format("2006-01-02 15:04:05.999"))
	}
	if f.Folded > 0 {
		t = lang.T("%s，其中 %d 行在时钟拨回的一小时里，两种读法都算", "%s, %d lines in an hour that the clock ran through twice, taken either way").F(t, f.Folded)
	}
	return t
}

// slicedName is a log's name as the person gave it: what came on standard input
// lies in a file of this run's own.
func slicedName(path string) string {
	if filepath.Base(path) == stdinName && strings.HasPrefix(filepath.Base(filepath.Dir(path)), programName+"-p") {
		return stdinName
	}
	return path
}

// toldFindings is how many findings are told; the lines hold them all.
const toldFindings = 5

// tellFindings lists what is worth a first look.
func (a *app) tellFindings(stats []slice.FileStats, zone *time.Location) {
	type found struct {
		slice.Finding
		path string
	}
	var all []found
	for _, f := range stats {
		for _, x := range f.Findings {
			all = append(all, found{x, slicedName(f.Path)})
		}
	}
	if len(all) == 0 {
		return
	}
	sort.SliceStable(all, func(i, j int) bool { return all[i].Score > all[j].Score })
	a.say(lang.T("值得先看的 %s中的前 %d 条：", "the first %[2]d of %[1]s worth a look:").F(lang.Count(len(all), "%d 条", "%d entry", "%d entries"), min(len(all), toldFindings)))
	for i, x := range all[:min(len(all), toldFindings)] {
		text := []rune(x.Text)
		if len(text) > 160 {
			text = append(text[:160], '…')
		}
		a.say(lang.T("  %d. %s:%d（%s） %s", "  %d. %s:%d (%s) %s").F(i+1, x.path, x.From, x.Why, fmt.Sprint(string(text))))
	}
}
