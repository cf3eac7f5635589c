package evidence

import (
	"context"
	"io"
	"os"
	"slices"
	"strings"
	"time"

	"meiqia-diag/diag/evidence/charset"
	"meiqia-diag/diag/evidence/har"
	"meiqia-diag/diag/evidence/logs"
	"meiqia-diag/diag/evidence/pathtext"
	"meiqia-diag/diag/lang"
	"meiqia-diag/diag/lazy"
)

// keptHeaders are the headers that tell something about a recall; all others
// are dropped while reading, as they are most of a HAR.
var keptHeaders = map[string]bool{
	"date": true, "age": true, "etag": true, "last-modified": true, "cache-control": true, "expires": true, "retry-after": true,
	"location": true, "content-type": true, "server": true, "via": true, "x-cache": true, "x-request-id": true,
	"non-authoritative-reason": true, "access-control-request-method": true, "user-agent": true, "sec-ch-ua": true, "sec-ch-ua-platform": true,
	"sec-ch-ua-mobile": true, "x-client-version": true, "x-app-version": true, "x-version": true, "x-build": true, "x-app-build": true,
	"x-build-id": true, "x-ratelimit-remaining": true, "x-ratelimit-reset": true, "www-authenticate": true, "proxy-authenticate": true,
	"proxy-connection": true, "origin": true, "warning": true, "authorization": true, "cookie": true, "content-encoding": true,
}

// MachineHeader recognises, in lower case, the header in which a balancer or a
// server names the machine that answered.
var MachineHeader = lazy.MustCompile(`backend|upstream|^x-(?:[a-z]+-){0,2}(?:node|(?:served|handled|processed|answered|generated)-by|pod|instance|host-?name|server-?(?:id|name|ip|no)|worker|replica|machine|container|(?:real|app|web|origin)-?(?:server|host)|rs)(?:-?(?:id|name|ip|addr|no))?$|^x-server$`)

func keepHeader(name string) bool {
	return keptHeaders[name] || MachineHeader.MatchString(name) || strings.Contains(name, "version") || strings.Contains(name, "build") || strings.Contains(name, "release")
}

func (s *Set) readHAR(ctx context.Context, f *File, opt Options) {
	r, err := f.Open()
	if err != nil {
		s.problem(f.Path, lang.T("打不开：%s", "cannot open: %s").F(lang.Reason(err)), lang.T("其余文件照常使用", "the other files are used all the same"))
		return
	}
	defer r.Close()
	h := HARFile{File: f}
	text := &harText{src: Until(ctx, r), enc: charset.UTF8}
	meta, problems, err := har.Read(text, f.Path, har.Options{Header: keepHeader, MaxBody: maxBody, Body: func(e *har.Entry) bool {
		return !s.full[e.Method == "GET"] && (opt.Wanted == nil || opt.Wanted(e))
	}}, func(e *har.Entry) error {
		s.trim(e, opt)
		h.Entries = append(h.Entries, e)
		return nil
	})
	h.Meta = meta
	f.Encoding = text.enc
	if f.Encoding != charset.UTF8 {
		for _, p := range problems {
			p.Byte = -1 // an offset in the transcoded text is of no use to anybody
		}
	}
	s.Problems = append(s.Problems, problems...)
	h.Meta.Truncated = h.Meta.Truncated || err != nil
	if err != nil {
		s.problem(f.Path, lang.T("读取中断：%s", "reading broke off: %s").F(lang.Reason(err)), lang.T("已读出的 %d 条照常使用", "the %d entries read so far are used").F(len(h.Entries)))
	}
	s.HARs = append(s.HARs, h)
}

// trim drops what a diagnosis has no use for, so that a HAR of any size fits in memory.
func (s *Set) trim(e *har.Entry, opt Options) {
	wanted := opt.Wanted == nil || opt.Wanted(e)
	if size := len(e.ReqBody) + len(e.RespBody); size > 0 {
		budget := maxBodyBytes
		if e.Method == "GET" {
			budget = maxBodyBytes * 2 / 3 // what changes things must still find room at the end of a long recording
		}
		if !wanted || s.bodies+size > budget {
			if wanted {
				s.full[e.Method == "GET"] = true
			}
			e.ReqBody, e.RespBody = "", ""
		} else {
			s.bodies += size
		}
	}
	for i, m := range e.Messages {
		if s.talk += len(m.Data) + 64; s.talk > maxTalkBytes {
			e.Messages, e.MessagesCut, e.MessagesLost = slices.Clone(e.Messages[:i]), true, true
			break
		}
	}
	if len(e.URL) > 4096 && !wanted {
		e.URL = strings.Clone(e.URL[:4096])
	}
}

func (s *Set) readText(ctx context.Context, f *File, opt Options) {
	r, err := f.Open()
	if err != nil {
		s.problem(f.Path, lang.T("打不开：%s", "cannot open: %s").F(lang.Reason(err)), lang.T("其余文件照常使用", "the other files are used all the same"))
		return
	}
	defer r.Close()
	text := charset.NewReader(Until(ctx, r))
	if f.Kind == Path {
		res, problems, err := pathtext.Parse(text, f.Path)
		f.Encoding = text.Encoding()
		s.Problems = append(s.Problems, problems...)
		if err != nil {
			s.problem(f.Path, lang.T("读取中断：%s", "reading broke off: %s").F(lang.Reason(err)), lang.T("已读出的照常使用", "what was read is used"))
		}
		s.Paths = append(s.Paths, PathFile{File: f, Result: res})
		return
	}
	before := *s
	part, err := s.excerpted(ctx, f, opt, opt.Zone)
	if err != nil {
		s.problem(f.Path, lang.T("读取中断：%s", "reading broke off: %s").F(lang.Reason(err)), lang.T("其余文件照常使用", "the other files are used all the same"))
		return
	}
	if part != nil {
		defer part.Close()
		text = charset.NewReader(Until(ctx, part))
	}
	lf := s.readLog(text, part, f, opt, opt.Zone)
	if lf.Info.Zone.Basis == "assumed" {
		if zone := betterZone(lf.Info, opt); zone != nil {
			if again, part, err := s.again(ctx, f, opt, zone); err == nil {
				s.logCount, s.logBytes, s.Problems = before.logCount, before.logBytes, before.Problems
				lf = s.readLog(charset.NewReader(Until(ctx, again)), part, f, opt, zone)
				again.Close()
			}
		}
	}
	f.Encoding = text.Encoding()
	switch lf.Info.Kind {
	case logs.KindConsole:
		f.Kind = Console
	case logs.KindClient:
		f.Kind = ClientLog
	case logs.KindServer:
		f.Kind = ServerLog
	}
	s.Logs = append(s.Logs, lf)
}

// again opens a log once more, to be read in another zone.
func (s *Set) again(ctx context.Context, f *File, opt Options, zone *time.Location) (io.ReadCloser, *excerpt, error) {
	part, err := s.excerpted(ctx, f, opt, zone)
	if err != nil || part != nil {
		return part, part, err
	}
	r, err := f.Open()
	return r, nil, err
}

// readLog reads a log, or the parts of it that matter.
func (s *Set) readLog(text *charset.Reader, part *excerpt, f *File, opt Options, zone *time.Location) LogFile {
	lf, crowded, thinned := LogFile{File: f}, 0, false
	if part != nil {
		zone, lf.Scan, thinned = part.zone, part.scan, part.alike > 0
		if thinned {
			lf.Sample = part.sample
		}
	}
	lo := logs.Options{Name: f.Name, Zone: zone, Keep: opt.KeepLine, MaxEntry: 4 << 10}
	if info, err := os.Stat(f.Path); err == nil {
		lo.ModTime = info.ModTime()
	}
	if !opt.Attempt.IsZero() {
		// A year-less stamp belongs to the incident's year rather than to the
		// year in which somebody last copied the file.
		lo.ModTime = opt.Attempt.Add(24 * time.Hour)
		lo.Day = opt.Attempt.In(zone)
		if f.Size > 1<<20 {
			from := opt.Attempt
			if !opt.Sent.IsZero() && opt.Sent.Before(from) {
				from = opt.Sent
			}
			lo.From, lo.To = from.Add(-24*time.Hour), opt.Attempt.Add(24*time.Hour)
		}
	}
	info, problems, err := logs.Read(text, lo, func(e *logs.Entry) error {
		if part != nil {
			part.place(e)
		}
		if thinned && e.Offset < part.head {
			return nil // it is not among those that were picked
		}
		full := !thinned && (s.logCount >= maxLogEntries || s.logBytes >= maxLogBytes)
		if !near(e, opt) || full && (s.logCount >= 2*maxLogEntries || s.logBytes >= 2*maxLogBytes || !beside(e, opt)) {
			if full && near(e, opt) {
				crowded++
			}
			return nil
		}
		s.logCount++
		s.logBytes += len(e.Text)
		lf.Entries = append(lf.Entries, e)
		return nil
	})
	if part != nil {
		part.whole(&info)
	}
	lf.Info, lf.Dropped = info, info.Entries-len(lf.Entries)
	s.tellDropped(lf, crowded, opt)
	if thinned {
		s.problem(f.Path, lang.T("撤回前后有 %d 条只有数字不同的记录没有逐条分析：同类的只取离撤回和发送最近的，以及各时段的一部分；提到这条消息的都在", "%d entries around the recall that differ from others in their numbers alone were not analysed one by one: of each form those nearest to the recall and to the sending were, and a part of the rest; all that name the message were").F(part.alike),
			lang.T("要逐条看，请用 report slice 截取撤回前后几分钟", "to read them all, cut out the minutes around the recall with report slice"))
	}
	for _, p := range problems {
		p.File = f.Path // the document keeps base names, the person at the screen sees which file
	}
	s.Problems = append(s.Problems, problems...)
	if err != nil {
		s.problem(f.Path, lang.T("读取中断：%s", "reading broke off: %s").F(lang.Reason(err)), lang.T("已读出的照常使用", "what was read is used"))
	}
	return lf
}

// tellDropped says what of a log was not kept where that may matter: entries for
// which there was no room, and all of a log that lies far from the recall.
func (s *Set) tellDropped(lf LogFile, crowded int, opt Options) {
	switch path := lf.File.Path; {
	case crowded > 0 && opt.Attempt.IsZero():
		s.problem(path, lang.T("%d 条记录没有留下：日志太多，又不知道撤回的时间，只留下了先读到的", "%d entries were not kept: there is too much of it, and with no time of the recall only what came first was kept").F(crowded),
			lang.T("请用 --at 给出撤回的时间", "give the time of the recall with --at"))
	case crowded > 0:
		s.problem(path, lang.T("%d 条记录没有留下：日志太多，只留下离撤回最近的", "%d entries were not kept: there is too much of it, and only what is nearest to the recall was kept").F(crowded),
			lang.T("请用 report slice 截取撤回前后几分钟", "cut out the minutes around the recall with report slice"))
	case len(lf.Entries) == 0 && lf.Dropped > 0:
		s.problem(path, lang.T("%d 条记录都不在撤回前后，一条也没有留下", "%d entries, none of them near the recall: none was kept").F(lf.Dropped),
			lang.T("若应当有，请核对日志的日期和时区，以及撤回的时间", "if one should be, check the log's day and time zone, and the time of the recall"))
	}
}

// beside reports whether a log entry is kept even when there is no more room for
// others: it names the message, or stands within minutes of the recall.
func beside(e *logs.Entry, opt Options) bool {
	if opt.KeepLine != nil && opt.KeepLine(e.Text) {
		return true
	}
	return !opt.Attempt.IsZero() && !e.At.IsZero() && e.At.T.Sub(opt.Attempt).Abs() < 3*time.Minute
}

// near reports whether a log entry can belong to the incident: a generous
// margin, and the whole-hour errors of a wrongly assumed zone, are allowed.
func near(e *logs.Entry, opt Options) bool {
	if opt.Attempt.IsZero() || e.At.IsZero() {
		return true
	}
	from := opt.Attempt
	if !opt.Sent.IsZero() && opt.Sent.Before(from) {
		from = opt.Sent
	}
	margin := Margin
	if e.At.ZoneAssumed {
		margin += 14 * time.Hour
	}
	if !e.At.T.Before(from.Add(-margin)) && !e.At.T.After(opt.Attempt.Add(margin)) {
		return true
	}
	return opt.KeepLine != nil && opt.KeepLine(e.Text)
}

// betterZone gives another zone for a log whose stamps name none, when the
// assumed one puts the incident outside the log and the other puts it inside.
func betterZone(info logs.Info, opt Options) *time.Location {
	if opt.Attempt.IsZero() || info.First.IsZero() {
		return nil
	}
	const slack = 3 * time.Minute
	inside := func(shift time.Duration) bool {
		return !opt.Attempt.Before(info.First.Add(shift-slack)) && !opt.Attempt.After(info.Last.Add(shift+slack))
	}
	if inside(0) {
		return nil
	}
	_, local := opt.Attempt.In(opt.Zone).Zone()
	for _, east := range []int{0, 8 * 3600} {
		if east != local && inside(time.Duration(local-east)*time.Second) {
			if east == 0 {
				return time.UTC
			}
			return time.FixedZone("+08:00", east)
		}
	}
	return nil
}
