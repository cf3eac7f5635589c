package incident

import (
	"sort"
	"strconv"
	"strings"
	"time"
	"unicode"

	"meiqia-diag/diag/lang"
)

// Spec describes one field: how it is written, and how a person is asked for it.
type Spec struct {
	Field   Field
	Label   lang.Text
	Choices []Choice // the allowed words, nil for free text
	Open    bool     // words beside the choices are allowed too
	kind    kind
}

// Choice is one allowed word and what people call it.
type Choice struct {
	Word  string
	Label lang.Text
}

// formerLabels are labels of old, which incident files may still hold. They said
// whose view it was in one language alone, which the word does not.
var formerLabels = map[string]string{"提示成功但对方还能看到": "still_visible", "the message is still visible": "still_visible"}

type kind int

const (
	kindText kind = iota
	kindTime
	kindNumber
	kindWindow
	kindList
)

func words(pairs ...string) []Choice {
	var out []Choice
	for i := 0; i+2 < len(pairs); i += 3 {
		out = append(out, Choice{pairs[i], lang.T(pairs[i+1], pairs[i+2])})
	}
	return out
}

var yesNo = words("yes", "是", "yes", "no", "否", "no")

// specs lists every field once, in the order of the contract.
var specs = []Spec{
	{Field: MessageID, Label: lang.T("消息编号", "message id")},
	{Field: MessageType, Label: lang.T("消息类型", "message type"), Open: true, Choices: words(
		"text", "文本", "text", "image", "图片", "image", "file", "文件", "file", "audio", "语音", "audio",
		"video", "视频", "video", "rich", "图文", "rich text", "card", "卡片", "card", "system", "系统消息", "system")},
	{Field: MessageSender, Label: lang.T("发送人", "sender"), Choices: words(
		"self", "本人", "myself", "colleague", "同事", "a colleague", "bot", "机器人", "a bot", "system", "系统", "the system", "visitor", "访客", "the visitor")},
	{Field: MessageChannel, Label: lang.T("会话渠道", "channel"), Open: true, Choices: words(
		"web", "网页", "web page", "app", "App", "app", "wechat", "微信", "WeChat", "wecom", "企业微信", "WeCom", "weibo", "微博", "Weibo")},
	{Field: SentAt, Label: lang.T("发送时间", "sent at"), kind: kindTime},
	{Field: Read, Label: lang.T("访客已读", "read by the visitor"), Choices: yesNo},
	{Field: VisitorAction, Label: lang.T("访客操作", "what the visitor did"), Choices: words(
		"none", "无", "nothing", "replied", "已回复", "replied", "forwarded", "已转发", "forwarded", "clicked", "已点击", "clicked")},
	{Field: ProcessedBy, Label: lang.T("已处理该消息的系统", "systems that took it"), kind: kindList},
	{Field: AttemptAt, Label: lang.T("撤回时间", "recall pressed at"), kind: kindTime},
	{Field: Symptom, Label: lang.T("现象", "what was seen"), Choices: words(
		"refused", "提示撤回失败", "an error was shown", "no_reaction", "点了没反应", "nothing happened", "timed_out", "一直转圈或超时", "it timed out",
		"still_visible", "提示成功但消息还看得到", "it said it worked, but the message is still visible", "no_button", "没有撤回按钮", "there was no button", "unknown", "说不清", "not sure")},
	{Field: ErrorText, Label: lang.T("错误提示原文", "error text")},
	{Field: Device, Label: lang.T("所用设备", "device"), Choices: words(
		"desktop_web", "电脑浏览器", "browser on a computer", "desktop_app", "电脑客户端", "desktop client", "mobile_web", "手机浏览器", "browser on a phone", "mobile_app", "手机客户端", "mobile client")},
	{Field: ClientVersion, Label: lang.T("客户端版本", "client version")},
	{Field: OtherLogins, Label: lang.T("同账号其他登录数", "other logins of the account"), kind: kindNumber},
	{Field: Role, Label: lang.T("账号角色", "role of the account")},
	{Field: CanRecall, Label: lang.T("账号有撤回权限", "the account may recall"), Choices: yesNo},
	{Field: SDK, Label: lang.T("访客端", "visitor's client"), Open: true, Choices: words("web", "网页", "web", "android", "安卓", "Android", "ios", "iOS", "iOS")},
	{Field: SDKVersion, Label: lang.T("访客端版本", "visitor's client version")},
	{Field: PolicyWindow, Label: lang.T("撤回时限", "recall window"), kind: kindWindow},
	{Field: RecallableTypes, Label: lang.T("可撤回类型", "recallable types"), kind: kindList},
}

// Specs gives every field's description in the order of the contract.
func Specs() []Spec { return specs }

// SpecOf gives the description of one field.
func SpecOf(f Field) Spec {
	s, _ := specOf(f)
	return s
}

func specOf(f Field) (Spec, bool) {
	for _, s := range specs {
		if s.Field == f {
			return s, true
		}
	}
	return Spec{}, false
}

var yesWords = map[string]string{
	"yes": "yes", "y": "yes", "true": "yes", "是": "yes", "有": "yes", "已读": "yes", "1": "yes",
	"no": "no", "n": "no", "false": "no", "否": "no", "没有": "no", "未读": "no", "无": "no", "0": "no",
}

func (s Spec) parse(text string, now time.Time) (any, *lang.Problem) {
	switch s.kind {
	case kindTime:
		m, err := ParseMoment(text, now)
		if err != nil {
			return nil, err
		}
		return m, nil
	case kindNumber:
		n, err := strconv.Atoi(text)
		if err != nil || n < 0 || n > 1_000_000 {
			return nil, &lang.Problem{What: lang.T("%q 不是个数", "%q is not a count").F(text), Hint: lang.T("请写 0、1、2 这样的整数", "write a whole number such as 0, 1 or 2")}
		}
		return n, nil
	case kindWindow:
		d, err := ParseWindow(text)
		if err != nil {
			return nil, err
		}
		return Window{Text: text, D: d}, nil
	case kindList:
		return splitList(text), nil
	}
	if s.Choices == nil {
		return text, nil
	}
	low := strings.ToLower(text)
	for _, c := range s.Choices {
		if low == c.Word || text == c.Label.ZH || strings.EqualFold(text, c.Label.EN) {
			return c.Word, nil
		}
	}
	if w := formerLabels[low]; w != "" && s.Field == Symptom {
		return w, nil
	}
	if len(s.Choices) == 2 {
		if w, ok := yesWords[low]; ok {
			return w, nil
		}
	}
	if s.Open {
		return low, nil
	}
	var all []string
	for _, c := range s.Choices {
		all = append(all, c.Word)
	}
	return nil, &lang.Problem{
		What: lang.T("不认识 %q", "unknown word %q").F(text),
		Hint: lang.T("可用：%s", "use one of: %s").F(strings.Join(all, " ")),
	}
}

// listSigns part the words of a list: ASCII and full-width commas, semicolons and brackets, and the list comma.
const listSigns = ",;[]\uFF0C\uFF1B\u3001\uFF3B\uFF3D\u3010\u3011"

func splitList(text string) []string {
	out := []string{}
	for _, w := range strings.FieldsFunc(text, func(r rune) bool { return unicode.IsSpace(r) || strings.ContainsRune(listSigns, r) }) {
		if l := strings.ToLower(w); l != "none" && l != "无" {
			out = append(out, l)
		}
	}
	return out
}

func unknownField(name string) *lang.Problem {
	p := &lang.Problem{What: lang.T("没有 %q 这个字段", "there is no field %q").F(name)}
	if near := Nearest(name, fieldNames()); near != "" {
		p.Hint = lang.T("是不是 %q？", "did you mean %q?").F(near)
	} else {
		p.Hint = lang.T("字段见 examples/incident.yaml", "see examples/incident.yaml for the fields")
	}
	return p
}

func fieldNames() []string {
	var out []string
	for _, s := range specs {
		out = append(out, string(s.Field))
	}
	return out
}

// Nearest gives the candidate with the smallest edit distance to name, or ""
// when none is near enough to be a slip of the hand.
func Nearest(name string, candidates []string) string {
	type scored struct {
		s string
		d int
	}
	var near []scored
	for _, c := range candidates {
		if d := editDistance(name, c); d <= max(2, len(name)/4) {
			near = append(near, scored{c, d})
		}
	}
	sort.SliceStable(near, func(i, j int) bool { return near[i].d < near[j].d })
	if len(near) == 0 {
		return ""
	}
	return near[0].s
}

func editDistance(a, b string) int {
	x, y := []rune(a), []rune(b)
	if len(x) > 200 || len(y) > 200 {
		return 1 << 20
	}
	row := make([]int, len(y)+1)
	for j := range row {
		row[j] = j
	}
	for i := 1; i <= len(x); i++ {
		prev := row[0]
		row[0] = i
		for j := 1; j <= len(y); j++ {
			cur := row[j]
			cost := 1
			if x[i-1] == y[j-1] {
				cost = 0
			}
			row[j] = min(row[j]+1, row[j-1]+1, prev+cost)
			prev = cur
		}
	}
	return row[len(y)]
}
