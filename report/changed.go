package report

import (
	"slices"
	"strings"

	"meiqia-diag/diag"
	"meiqia-diag/diag/incident"
	"meiqia-diag/diag/lang"
)

// Words of comparisons.
var (
	sDiff      = lang.T("两份报告的比较", "Two reports compared")
	sVerified  = lang.T("与报告对比", "Compared with the report")
	sCauses    = lang.T("原因", "Causes")
	sChanges   = lang.T("变化", "What changed")
	sMinor     = lang.T("次要的变化", "Minor changes")
	sAlike     = lang.T("在误差之内，不算变化", "Within the uncertainty: no change")
	sNotes     = lang.T("说明", "Notes")
	sNoChanges = lang.T("没有实质变化", "nothing of significance")
	sAbsent    = lang.T("无", "none")
)

var causeStates = map[string]mark{
	diag.CauseMended: {"✓", lang.T("已解决", "mended"), "good"},
	diag.CauseStill:  {"✗", lang.T("仍在", "still there"), "bad"},
	diag.CauseNew:    {"✗", lang.T("新出现", "new"), "bad"},
	diag.CauseUntold: {"?", lang.T("说不准", "cannot be told"), "warn"},
}

func causeState(s string) mark {
	if m, ok := causeStates[s]; ok {
		return m
	}
	return mark{"?", lang.Same(clean(s)), "warn"}
}

var directions = map[string]mark{
	diag.Better:  {"✓", lang.T("好转", "better"), "good"},
	diag.Worse:   {"✗", lang.T("变差", "worse"), "bad"},
	diag.Neutral: {"·", lang.T("不同", "different"), ""},
	diag.Untold:  {"?", lang.T("没有再看到，好坏不知", "not seen again: better or not is unknown"), "warn"},
}

func directionMark(s string) mark {
	if m, ok := directions[s]; ok {
		return m
	}
	return directions[diag.Neutral]
}

var changedParts = map[string]lang.Text{
	"tool.version": lang.T("本工具的版本", "version of this tool"), "profile.name": lang.T("配置", "profile"), "profile.version": lang.T("配置的版本", "version of the profile"),
	"request_result": lang.T("请求结果", "request"), "sender_view": lang.T("客服端", "sender's view"), "visitor_view": lang.T("访客端", "visitor's view"),
}

// WordDiff puts a comparison into words: each cause, each change, and the one sentence.
func WordDiff(d *diag.Diff) {
	for i := range d.Causes {
		d.Causes[i].Text = causeChangeText(d.Causes[i], lang.T("A ", "A"), lang.T(" B ", "B"))
	}
	wordChanges(d.Changes)
	wordChanges(d.Alike)
	var said []lang.Text
	for _, c := range d.Causes {
		if c.State != diag.CauseStill || c.Role == "primary" {
			said = append(said, c.Text)
		}
	}
	significant := 0
	for _, c := range d.Changes {
		if c.Significance == diag.Significant {
			significant++
		}
	}
	switch {
	case len(said) > 0:
		if t, ok := telling(d.Causes, d.Changes); ok {
			said = append(said, t)
		}
	case d.A.Outcome != d.B.Outcome:
		said = append(said, lang.T("结论从“%s”变为“%s”", "the verdict went from “%s” to “%s”").F(outcomeTitle(d.A.Outcome), outcomeTitle(d.B.Outcome)))
	case d.Same:
		said = append(said, lang.T("A 与 B 没有实质差别", "A and B do not differ in anything of significance"))
	case d.A.Outcome == diag.Healthy:
		said = append(said, lang.T("A 与 B 都没有发现原因，另有 %d 处实质变化", "neither A nor B names a cause; significant changes: %d").F(significant))
	default:
		said = append(said, lang.T("A 与 B 的结论相同，另有 %d 处实质变化", "A and B come to the same verdict; significant changes: %d").F(significant))
	}
	d.Summary = sentence(said)
}

func outcomeTitle(o string) lang.Text {
	if t, ok := map[string]lang.Text{diag.Healthy: lang.T("没有原因", "no cause"), diag.Explained: lang.T("已查明", "explained"), diag.Inconclusive: lang.T("不能确定", "inconclusive")}[o]; ok {
		return t
	}
	return lang.Same(clean(o))
}

// sentence joins clauses into one sentence with a capital and a full stop.
func sentence(list []lang.Text) lang.Text {
	var zh, en []string
	for _, t := range list {
		zh, en = append(zh, strings.TrimSpace(t.ZH)), append(en, strings.TrimSpace(t.EN)) // names bring spaces for the midst of a sentence
	}
	s := lang.T(strings.Join(zh, "；")+"。", strings.Join(en, "; ")+".")
	if s.EN != "" {
		s.EN = strings.ToUpper(s.EN[:1]) + s.EN[1:]
	}
	return s
}

// causeChangeText says what became of a cause between two documents, which are
// named by words that bring their spaces.
func causeChangeText(c diag.CauseChange, a, b lang.Text) lang.Text {
	name, cause := causeLabel(c.Code), causeWord(c)
	switch c.State {
	case diag.CauseMended:
		return lang.T("%[1]s的%[2]s%[3]s在%[4]s中不再出现", "the %[2]s of %[1]s, %[3]s, is gone in %[4]s").F(a, cause, name, b)
	case diag.CauseStill:
		t := lang.T("%[1]s的%[2]s%[3]s在%[4]s中仍在", "the %[2]s of %[1]s, %[3]s, is still there in %[4]s").F(a, cause, name, b)
		if c.Moved && c.Was != nil && c.Is != nil {
			t = lang.T("%s，可能性从 %s 变为 %s", "%s, its probability went from %s to %s").F(t, percent(*c.Was), percent(*c.Is))
		}
		return t
	case diag.CauseNew:
		return lang.T("%[2]s出现了新的原因%[1]s", "%[2]s has a new cause, %[1]s").F(name, b)
	}
	if c.Is != nil {
		return lang.T("%[1]s的%[2]s%[3]s在%[4]s中仍是候选（%[5]s），但没有下结论", "the %[2]s of %[1]s, %[3]s, is still a candidate in %[4]s (%[5]s), without a verdict").F(a, cause, name, b, percent(*c.Is))
	}
	return lang.T("%[1]s的%[2]s%[3]s在%[4]s中没有再被指出，但没有实测结果与它矛盾", "the %[2]s of %[1]s, %[3]s, is not named in %[4]s, but nothing measured contradicts it").F(a, cause, name, b)
}

// causeWord is what an inconclusive report has instead of a cause.
func causeWord(c diag.CauseChange) lang.Text {
	if c.Guess {
		return lang.T("候选原因", "candidate")
	}
	return lang.T("原因", "cause")
}

func causeLabel(code diag.Code) lang.Text {
	if c, ok := diag.CauseOf(code); ok {
		return lang.T("“%s”（%s）", "%[2]s (%[1]s)").F(c.Name, string(code))
	}
	return lang.Same(clean(string(code)))
}

// telling is the change that shows best what became of the causes: of an
// observation that spoke for or against one of them.
func telling(causes []diag.CauseChange, changes []diag.Change) (lang.Text, bool) {
	for _, c := range causes {
		want := diag.Better
		if c.State == diag.CauseNew {
			want = diag.Worse
		}
		if c.State == diag.CauseStill {
			continue
		}
		for _, numbers := range []bool{true, false} { // a number says more than a word
			for _, x := range changes {
				if x.Part == "observation" && x.Significance == diag.Significant && x.Direction == want && (x.Delta != nil) == numbers && (slices.Contains(c.Signs, x.ID) || slices.Contains(c.Because, x.ID)) {
					return x.Text, true
				}
			}
		}
	}
	return lang.Text{}, false
}

func wordChanges(list []diag.Change) {
	for i := range list {
		list[i].Text = changeText(list[i])
	}
}

// changeText says one change.
func changeText(c diag.Change) lang.Text {
	name, x, y := changedName(c), changedValue(c, c.A, c.From), changedValue(c, c.B, c.To)
	switch c.Kind {
	case "added":
		return lang.T("%s：没有记录 → %s", "%s: not recorded → %s").F(name, y)
	case "removed":
		return lang.T("%s：%s → 没有记录", "%s: %s → not recorded").F(name, x)
	}
	return lang.T("%s：%s → %s", "%s: %s → %s").F(name, x, y)
}

func changedName(c diag.Change) lang.Text {
	name := lang.Same(clean(c.ID))
	switch c.Part {
	case "observation":
		name = observationName(c.ID)
	case "check":
		name = lang.T("检查“%s”", "the check %s").F(checkName(c.ID))
	case "stage":
		name = lang.T("阶段“%s”", "the stage %s").F(diag.Stage(c.ID).Name())
	case "incident":
		if s := incident.SpecOf(incident.Field(c.ID)); !s.Label.IsZero() {
			name = s.Label
		}
	default:
		if t, ok := changedParts[c.ID]; ok {
			name = t
		}
	}
	if _, state := valueWords[c.Of]; c.Of != "" && !state { // a name tells which one it is, a state does not
		name = lang.T("%s（%s）", "%s (%s)").F(name, clean(c.Of))
	}
	return name
}

func changedValue(c diag.Change, v string, o *diag.Observation) lang.Text {
	if v == "" {
		return sAbsent
	}
	switch c.Part {
	case "observation":
		if o == nil {
			break
		}
		t := observationValue(*o)
		if n, ok := o.Number(); ok && n > 0 && strings.HasPrefix(c.ID, "clock.offset") {
			return lang.T("+%s", "+%s").F(t)
		}
		return t
	case "check":
		return checkMark(diag.CheckState(v)).Word
	case "stage":
		return stageMark(diag.StageState(v)).Word
	case "outcome":
		return outcomeWord(v)
	case "incident":
		for _, ch := range incident.SpecOf(incident.Field(c.ID)).Choices {
			if ch.Word == v {
				return ch.Label
			}
		}
	}
	return lang.Same(clean(v))
}

// significant and minor part the changes.
func significant(list []diag.Change) (yes, no []diag.Change) {
	for _, c := range list {
		if c.Significance == diag.Significant {
			yes = append(yes, c)
		} else {
			no = append(no, c)
		}
	}
	return yes, no
}

// WordVerified puts what became of a report's causes into words.
func WordVerified(v *diag.Verified, now *diag.Document) {
	then, here := lang.T("报告", "the report"), lang.T("这次运行", "this run")
	for i := range v.Causes {
		v.Causes[i].Text = causeChangeText(v.Causes[i], then, here)
	}
	wordChanges(v.Changes)
	var said []lang.Text
	for _, c := range v.Causes {
		if c.State == diag.CauseStill && c.Role != "primary" {
			continue
		}
		switch name, cause := causeLabel(c.Code), causeWord(c); {
		case c.State == diag.CauseMended:
			said = append(said, lang.T("报告的%s%s已解决", "the report's %s, %s, is mended").F(cause, name))
		case c.State == diag.CauseStill:
			said = append(said, lang.T("报告的%s%s仍在", "the report's %s, %s, is still there").F(cause, name))
		case c.State == diag.CauseNew:
			said = append(said, lang.T("有新的原因%s", "there is a new cause, %s").F(name))
		case c.Is != nil:
			said = append(said, lang.T("报告的%s%s仍是候选（%s），还不能确定", "the report's %s, %s, is still a candidate (%s), and not certain").F(cause, name, percent(*c.Is)))
		default:
			said = append(said, lang.T("报告的%s%s是否已解决，这次运行看不出", "whether the report's %s, %s, is mended cannot be told from this run").F(cause, name))
		}
	}
	if t, ok := telling(v.Causes, v.Changes); ok {
		said = append(said, t)
	}
	switch {
	case v.Holds:
		said = append(said, lang.T("修复有效", "the fix holds"))
	case v.Outcome == diag.CauseUnchanged:
		said = append(said, lang.T("报告没有指出原因，现在也没有发现", "the report named no cause, and none is found now"))
	case len(v.Causes) == 0:
		said = append(said, lang.T("报告没有指出原因，现在也下不了结论", "the report named no cause, and this run is inconclusive"))
	case v.Outcome == diag.CauseUntold && now.Verdict.Outcome == diag.Inconclusive && !slices.ContainsFunc(v.Causes, func(c diag.CauseChange) bool { return c.State == diag.CauseUntold }):
		said = append(said, lang.T("但现在撤回能否成功还不能确定", "but whether a recall works now is not certain"))
	}
	v.Summary = sentence(said)
}
