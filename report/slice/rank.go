package slice

import (
	"bytes"
	"context"
	"regexp"
	"sort"
	"strconv"
	"strings"
	"time"

	"meiqia-diag/diag/evidence"
	"meiqia-diag/diag/evidence/logs"
	"meiqia-diag/diag/lang"
)

// Finding is an entry that tells of something wrong, and why it is thought to.
type Finding struct {
	Line   int        // in the text looked over, from 1
	From   int        // in the log, from 1
	At     time.Time  // zero when not known
	Level  logs.Level // as the entry states it, or as its words say
	Status int        // HTTP status of a request that failed, 0 when none
	Code   string     // "net::ERR_CONNECTION_RESET", "ECONNRESET", "40021"; "" when none
	Score  int        // the higher, the more likely it matters; see rank
	Why    lang.Text
	Text   string // the first line, cut at 2,000 bytes
}

// maxLook bounds what of a file is looked over; a range of minutes is less.
const maxLook = 16 << 20

// lookBack holds what was kept of a file, and where in the log it stands.
type lookBack struct {
	max  int
	text []byte
	runs []run
}

// run is a stretch of kept lines: its first byte, and that line's number in the log.
type run struct{ at, line int }

func (l *lookBack) take(p []byte, line int) {
	if len(l.text)+len(p) > l.max {
		l.max = 0 // the rest would be half a line
		return
	}
	if line > 0 {
		l.runs = append(l.runs, run{len(l.text), line})
	}
	l.text = append(l.text, p...)
}

// findings ranks what was kept, with line numbers of the log.
func (l *lookBack) findings(ctx context.Context, rd *logs.Reading, r Range) ([]Finding, error) {
	if len(l.text) == 0 {
		return nil, nil
	}
	out, err := Rank(ctx, rd.Text(l.text), rd.Location(), r.Incident, r.Offset)
	if err != nil {
		return nil, err
	}
	// The lines of each stretch follow each other in the log too.
	firsts := make([]int, len(l.runs)) // number of each stretch's first line in what was kept
	for i, x := range l.runs {
		end := len(l.text)
		if i+1 < len(l.runs) {
			end = l.runs[i+1].at
		}
		if i == 0 {
			firsts[i] = 1
		}
		if i+1 < len(l.runs) {
			firsts[i+1] = firsts[i] + rd.LineFeeds(l.text[x.at:end])
		}
	}
	for i := range out {
		k := sort.Search(len(firsts), func(k int) bool { return firsts[k] > out[i].Line }) - 1
		if k >= 0 {
			out[i].From = l.runs[k].line + out[i].Line - firsts[k]
		}
	}
	return out, nil
}

// maxFindings bounds the list; the best are kept.
const maxFindings = 2000

// Rank looks over the entries of a log, as UTF-8, and lists what tells of
// something wrong, the gravest first and of equals the earliest. incident is
// what nearness in time counts from; zero when it is not known. offset is added
// to the log's stamps before that.
func Rank(ctx context.Context, text []byte, zone *time.Location, incident time.Time, offset time.Duration) ([]Finding, error) {
	var out []Finding
	_, _, err := logs.Read(evidence.Until(ctx, bytes.NewReader(text)), logs.Options{Zone: zone, ModTime: incident, Day: incident, MaxEntry: 4 << 10}, func(e *logs.Entry) error {
		if f, ok := finding(e, incident, offset); ok {
			out = append(out, f)
			if len(out) >= 2*maxFindings {
				order(out)
				out = out[:maxFindings]
			}
		}
		return nil
	})
	order(out)
	return out[:min(len(out), maxFindings)], err
}

func order(list []Finding) {
	sort.SliceStable(list, func(i, j int) bool {
		if list[i].Score != list[j].Score {
			return list[i].Score > list[j].Score
		}
		return list[i].Line < list[j].Line
	})
}

// Codes by which systems, browsers and services name an error. A number counts
// where its key says that it is a code.
var (
	namedCode  = regexp.MustCompile(`net::ERR_[A-Z0-9_]+|NS_ERROR_[A-Z0-9_]+|\bE(?:CONN(?:RESET|REFUSED|ABORTED)|TIMEDOUT|PIPE|HOSTUNREACH|NETUNREACH|NOTFOUND|AI_AGAIN|ACCES|NOENT|MFILE|NOSPC|PERM)\b|\bERR_[A-Z0-9_]{4,}\b|\b0x8[0-9a-fA-F]{7}\b`)
	numberCode = regexp.MustCompile(`(?i)\b(?:err(?:or)?[_-]?(?:code|no)?|errno|code|ret(?:code)?)["']?\s*[:=]\s*["']?(-?\d{1,10})\b|(?:错误码|错误代码|返回码)\s*[:=：]?\s*(-?\d{1,10})`)
	ofRecall   = regexp.MustCompile(`(?i)撤回|撤销消息|recall|revoke|withdraw`)
)

func sortErrors(list []Error) {
	sort.Slice(list, func(i, j int) bool { return list[i].Line < list[j].Line })
}

// finding grades an entry. What counts, and how much: a fatal error 60, an
// error 50, a request that the service failed 45 and one that it refused 35, a
// warning 20, a code 10; twice as much weight has what speaks of a recall, as 30
// more; and up to 20 more for standing within seconds of the incident.
func finding(e *logs.Entry, incident time.Time, offset time.Duration) (Finding, bool) {
	f := Finding{Line: e.Line, Level: e.Level}
	f.Text, _, _ = strings.Cut(e.Text, "\n")
	f.Text = strings.ToValidUTF8(f.Text[:min(len(f.Text), 2000)], "")
	var why []lang.Text
	add := func(n int, t lang.Text) {
		f.Score += n
		why = append(why, t)
	}
	if !e.At.IsZero() {
		f.At = e.At.T.Add(-e.At.Err)
	}
	f.Status, _ = strconv.Atoi(e.Fields["status"])
	if f.Status < 400 || f.Status > 599 {
		f.Status = 0
	}
	switch {
	case e.Level == logs.LevelFatal:
		add(60, lang.T("致命错误", "a fatal error"))
	case e.Level == logs.LevelError && f.Status == 0:
		add(50, lang.T("错误", "an error"))
	case e.Level == logs.LevelWarn && f.Status == 0:
		add(20, lang.T("警告", "a warning"))
	}
	switch {
	case f.Status >= 500:
		add(45, lang.T("服务失败：HTTP %d", "the service failed: HTTP %d").F(f.Status))
	case f.Status > 0:
		add(35, lang.T("请求被拒：HTTP %d", "the request was refused: HTTP %d").F(f.Status))
	}
	if f.Code = codeOf(e.Text); f.Code != "" {
		add(10, lang.T("错误码 %s", "code %s").F(f.Code))
	}
	if f.Score == 0 {
		return f, false
	}
	if ofRecall.MatchString(e.Text) {
		add(30, lang.T("说到撤回", "speaks of a recall"))
	}
	if d := f.At.Add(offset).Sub(incident).Abs(); !incident.IsZero() && !f.At.IsZero() && d < 20*time.Second {
		add(20-int(d/time.Second), lang.T("离事发 %.1f 秒", "%.1f s from the incident").F(d.Seconds()))
	}
	f.Why = join(why)
	return f, true
}

func join(list []lang.Text) lang.Text {
	var zh, en []string
	for _, t := range list {
		zh, en = append(zh, t.ZH), append(en, t.EN)
	}
	return lang.T(strings.Join(zh, "，"), strings.Join(en, ", "))
}

// codeOf finds an error's code; zero and success are none.
func codeOf(text string) string {
	text = text[:min(len(text), 4<<10)]
	if m := namedCode.FindString(text); m != "" {
		return m
	}
	for _, m := range numberCode.FindAllStringSubmatch(text, 8) {
		n := m[1] + m[2]
		if v, err := strconv.Atoi(n); err == nil && v != 0 && v != 200 && v != 1000 {
			return n
		}
	}
	return ""
}
