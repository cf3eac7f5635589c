package main

import (
	"context"
	"io"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"meiqia-diag/diag/evidence"
	"meiqia-diag/diag/evidence/charset"
	"meiqia-diag/diag/evidence/har"
	"meiqia-diag/diag/incident"
	"meiqia-diag/diag/lang"
	"meiqia-diag/diag/profile"
)

// input is all that a diagnosis starts from, whoever it comes from.
type input struct {
	incident    *incident.Incident
	profile     *profile.Profile
	profileFile string // as given, "" for an embedded one
	evidence    []string
}

// factFlags are the facts that have a flag of their own.
var factFlags = []struct {
	flag   string
	field  incident.Field
	meta   string
	zh, en string
}{
	{"message-id", incident.MessageID, "ID", "消息编号", "the message's id"},
	{"sent-at", incident.SentAt, "TIME", "消息的发送时间，如 10:21:03、昨天 22:15", "when the message was sent, as in 10:21:03 or \"yesterday 22:15\""},
	{"at", incident.AttemptAt, "TIME", "按下撤回的时间", "when the recall was pressed"},
	{"symptom", incident.Symptom, "WORD", "现象：refused no_reaction timed_out still_visible no_button unknown", "what was seen: refused no_reaction timed_out still_visible no_button unknown"},
	{"error-text", incident.ErrorText, "TEXT", "错误提示的原话", "the words of the error"},
	{"device", incident.Device, "WORD", "设备：desktop_web desktop_app mobile_web mobile_app", "device: desktop_web desktop_app mobile_web mobile_app"},
	{"client-version", incident.ClientVersion, "V", "客户端版本", "the client's version"},
	{"window", incident.PolicyWindow, "D", "撤回时限，如 2m；优先于配置", "the recall window, as in 2m; goes before the profile"},
}

// readInput reads the profile, the incident file and the facts in flags.
func (a *app) readInput(o *recallOptions) (*input, error) {
	in := &input{evidence: o.evidence}
	if ps := unopened(o.evidence); len(ps) > 0 {
		return nil, ps
	}
	prof, ps := profile.Load(o.profile)
	if prof == nil || len(ps) > 0 {
		return nil, problems(ps)
	}
	in.profile = prof
	if !slices.Contains(profile.Names(), o.profile) {
		in.profileFile = o.profile
	}
	var err error
	if in.incident, err = a.readIncident(o.incident); err != nil {
		return nil, err
	}
	return in, a.setFacts(in.incident, o)
}

// unopened names the evidence that cannot be looked at, among the paths that a
// person gave: a slip in one of several would go unseen, and the verdict be of
// less than was meant. What lies in a folder is another matter.
func unopened(paths []string) (ps problems) {
	check := lang.T("请检查路径与读取权限", "check the path and the permission to read it")
	for _, path := range paths {
		if path == "" {
			ps = append(ps, &lang.Problem{Field: "--evidence", What: lang.T("没有写文件名", "no file is named"), Hint: lang.T("请写成 --evidence 文件", "write it as --evidence FILE")})
			continue
		}
		info, err := os.Stat(path)
		if err == nil && !info.IsDir() && !info.Mode().IsRegular() { // opening a pipe could wait for ever
			ps = append(ps, &lang.Problem{File: path, What: lang.T("不是文件也不是文件夹", "neither a file nor a folder"), Hint: lang.T("请先存成文件再给出", "save it to a file and give that")})
			continue
		}
		var f *os.File
		if err == nil {
			f, err = os.Open(path)
		}
		if err == nil && info.IsDir() {
			if _, err = f.Readdirnames(1); err == io.EOF {
				err = nil
			}
		}
		if f != nil {
			_ = f.Close()
		}
		if err != nil {
			ps = append(ps, &lang.Problem{File: path, What: lang.T("打不开：%s", "cannot open: %s").F(lang.Reason(err)), Hint: check})
		}
	}
	return ps
}

// maxIncident is more than incident.Parse takes, so that it can say so.
const maxIncident = 2 << 20

// readIncident reads an incident file, in whatever encoding a person saved it.
func (a *app) readIncident(path string) (*incident.Incident, error) {
	if path == "" {
		return incident.New(), nil
	}
	var r io.Reader = a.in
	name := path
	if path == "-" {
		name = "stdin"
	} else {
		if info, err := os.Stat(path); err == nil && info.IsDir() {
			return nil, &lang.Problem{File: path, What: lang.T("这是文件夹，不是事件文件", "this is a folder, not an incident file"), Hint: lang.T("证据文件夹请用 --evidence 给出", "give a folder of evidence with --evidence")}
		}
		f, err := os.Open(path)
		if err != nil {
			return nil, &lang.Problem{File: path, What: lang.T("打不开：%s", "cannot open: %s").F(lang.Reason(err)), Hint: lang.T("请检查路径与读取权限", "check the path and the permission to read it")}
		}
		defer f.Close()
		r = f
	}
	data, err := io.ReadAll(io.LimitReader(r, maxIncident))
	if err != nil {
		return nil, &lang.Problem{File: name, What: lang.T("读不了：%s", "cannot read: %s").F(lang.Reason(err))}
	}
	hint := lang.T("证据文件请用 --evidence 给出", "give evidence with --evidence")
	text, enc := charset.Decode(data)
	switch {
	case strings.TrimSpace(text) == "":
		return nil, &lang.Problem{File: name, What: lang.T("事件文件是空的", "the incident file is empty"), Hint: lang.T("写上知道的情况，或去掉 --incident", "write down what is known, or leave --incident out")}
	case enc == charset.BinData:
		return nil, &lang.Problem{File: name, What: lang.T("不是文本文件", "this is not a text file"), Hint: hint}
	case har.Sniff([]byte(text[:min(len(text), 64<<10)])):
		return nil, &lang.Problem{File: name, What: lang.T("这是 HAR，不是事件文件", "this is a HAR, not an incident file"), Hint: lang.T("请写成 --evidence %s", "write --evidence %s").F(path)}
	}
	in, ps := incident.Parse([]byte(text), name, a.now())
	if len(ps) > 0 {
		return nil, problems(ps)
	}
	base := filepath.Base(name)
	for _, field := range in.Fields() { // a path tells of the person, a name does not
		fact, _ := in.Get(field)
		fact.Source = base + strings.TrimPrefix(fact.Source, name)
		in.Put(field, fact)
	}
	return in, nil
}

// setFacts puts the facts of the flags over those of the file.
func (a *app) setFacts(in *incident.Incident, o *recallOptions) error {
	var ps problems
	put := func(flag string, field incident.Field, text string) {
		if p := a.setFact(in, field, text, flag); p != nil {
			p.Field = flag
			ps = append(ps, p)
		}
	}
	for _, s := range o.set {
		name, text, ok := strings.Cut(strings.Replace(s, "＝", "=", 1), "=")
		if !ok {
			ps = append(ps, &lang.Problem{Field: "--set " + s, What: lang.T("没有等号", "there is no equals sign"), Hint: lang.T("请写成 --set message.read=yes", "write it as --set message.read=yes")})
			continue
		}
		name = strings.TrimSpace(name)
		put("--set "+name, incident.Field(name), text)
	}
	for _, ff := range factFlags {
		if text, ok := o.facts[ff.flag]; ok {
			put("--"+ff.flag, ff.field, text)
		}
	}
	if len(ps) > 0 {
		return ps
	}
	return nil
}

// setFact reads one fact as it was typed. Times and durations may be typed on a Chinese keyboard.
func (a *app) setFact(in *incident.Incident, field incident.Field, text, source string) *lang.Problem {
	switch field {
	case incident.SentAt, incident.AttemptAt, incident.PolicyWindow, incident.OtherLogins:
		text = halfWidth(text)
	}
	return in.Set(field, text, source, a.now())
}

// maxPreview is how much evidence is read twice: once to see whether it can be.
const maxPreview = 8 << 20

// unreadable is the error of a run that has nothing to go on: all that is known
// would be in the evidence, and none of it can be read.
func (a *app) unreadable(ctx context.Context, in *input) error {
	if !in.incident.Empty() || len(in.evidence) == 0 {
		return nil
	}
	var size int64
	for _, path := range in.evidence {
		info, err := os.Stat(path)
		if err != nil {
			continue
		}
		size += info.Size()
		if !info.IsDir() {
			continue
		}
		_ = filepath.WalkDir(path, func(_ string, d fs.DirEntry, err error) error {
			if size > maxPreview {
				return fs.SkipAll
			}
			if err == nil && d.Type().IsRegular() {
				if info, err := d.Info(); err == nil {
					size += info.Size()
				}
			}
			return nil
		})
	}
	if size > maxPreview {
		return nil // found out on the way
	}
	if set := evidence.Read(ctx, in.evidence, evidence.Options{}); !usable(set) && ctx.Err() == nil {
		return noneRead(set.Problems)
	}
	return nil
}

// usable tells whether anything at all of the evidence could be read.
func usable(s *evidence.Set) bool {
	bad := map[string]bool{}
	for _, p := range s.Problems {
		bad[p.File] = true
	}
	for _, h := range s.HARs {
		if len(h.Entries) > 0 || !bad[h.File.Path] {
			return true
		}
	}
	for _, n := range s.NetLogs {
		if n.Meta.Events > 0 {
			return true
		}
	}
	for _, l := range s.Logs {
		if len(l.Entries)+l.Dropped > 0 {
			return true
		}
	}
	for _, p := range s.Paths {
		if !bad[p.File.Path] {
			return true
		}
	}
	for _, f := range s.Files {
		if f.Kind == evidence.Image || f.Kind == evidence.Video {
			return true
		}
	}
	return len(s.Browsers)+len(s.Clients)+len(s.Pages) > 0
}

// noneRead is the error of evidence of which nothing could be read.
func noneRead(ps problems) error {
	if len(ps) > 0 {
		return ps
	}
	return &lang.Problem{Field: "--evidence", What: lang.T("没有一个文件能读懂", "none of the files could be read"), Hint: lang.T("可用：HAR、NetLog、控制台与程序日志、ping 与 traceroute 的文本、截图、录屏", "give a HAR, a NetLog, a console or program log, the text of ping or traceroute, a screenshot or a recording")}
}

func sortedKeys[V any](m map[string]V) []string { return slices.Sorted(maps.Keys(m)) }
