package redact

import (
	"strings"
	"unicode/utf8"
)

// labelEnds are the last letters of Chinese words that name what follows them.
const labelEnds = "名称号扣人照证信牌机话鹅卡钥码令串容文言题"

// afterLabel are signs that people write between a label and its value.
var afterLabel = []string{"→", "⇒", "——", "—", "–", "-", "~", "·", "……", ">", "＞", "》", "〉", "〕", "}", "#", "*", "_", "▶", "■", "●", "✓", "✔", "☑", "|", "/", ".", "。", "、", "，", ",", ";", "；", "\u00a0", "\u3000", "[", "{", "<"}

// saidKeys are labels of what somebody wrote.
var saidKeys = wordSet("消息内容 回复内容 聊天内容 发送内容 留言内容 消息正文 访客留言 客户留言 客户消息 访客消息 对话内容 会话内容 咨询内容 反馈内容 咨询问题 问题描述 客户问题")

// label reads a value behind a Chinese word and a space, or right behind it:
// 客户姓名 张三, 护照E12345678, 扣扣 123456789. The word ends at s[end].
func (c *scan) label(end int) {
	s := c.s
	at := end
	for n := 1; at < len(s) && n > 0 && at-end < 12; at += n {
		if n = headOf(s[at:], afterLabel); n == 0 && s[at] == ' ' {
			n = 1
		}
	}
	if at >= len(s) || at < c.next[byKey] {
		return
	}
	start, key := keyLeft(s, end)
	if key == "" || !hasHan(key) {
		return
	}
	cl := c.f.classify(key)
	for cut := key; cl == none && len(cut) > 6; { // 我的护照: the end of a run
		cut = cut[3:]
		cl = c.f.classify(cut)
	}
	to := at
	switch cl {
	case text, textOrID:
		if start > 0 && (s[start-1] == '<' || s[start-1] == '/') || hanField(s[at:]) || s[end] == '<' || s[end] == '"' || s[end] == '/' || s[end] == '\'' || end+1 < len(s) && s[end] == ' ' && s[end+1] == '"' {
			return
		}
		if v := s[at:]; at > end && (saidKeys()[key] || strings.HasPrefix(s[end:], "→")) && utf8.RuneCountInString(v) >= 6 && hasHan(v) && !hasAny(v[:min(len(v), 60)], "不能", "为空", "过长", "失败", "错误", "撤回", "超过", "敏感", "包含", "格式", "长度") {
			c.rank = byKey
			c.judge(text, at, at+fieldAhead(v), false, false, false)
		}
		return
	case name:
		if at == end {
			return
		}
		to = at + anyOrEnd(s[at:], " \t,;|<>\"'(")
		if v := s[at:to]; looksName(v) {
			c.rank = byKey
			c.nameSpan(at, to, v, true)
		}
		return
	case secret, pass, deviceID:
		if at == end || s[end] == '/' {
			return
		}
		to = at + anyOrEnd(s[at:], " \t\r\n,;|<>\"'()")
		v := s[at:to]
		mixed := hasDigit(v) && !hasHan(v) && (cl == pass && len(v) >= 6 && strings.Trim(v, digitSet) != "" || strings.HasSuffix(key, "码") && digitsRun(v) == len(v) && len(v) >= 4 && len(v) <= 8)
		if looksSecret(v) || mixed || cl == deviceID && len(v) >= 14 && digitsIn(v) == len(v) {
			c.rank = byKey
			c.secretSpan(at, to, "secret")
		}
		return
	case qq, idCard, phone, card, plateNo:
		for to < len(s) && (wordByte(s[to]) || cl == plateNo && s[to] >= 0x80 && to-at < 3) {
			to++
		}
	case wx:
		if at == end {
			return
		}
		for to < len(s) && (wordByte(s[to]) || s[to] == '_' || s[to] == '-') {
			to++
		}
		if v := s[at:to]; len(v) < 6 || !hasDigit(v) {
			return
		}
	default:
		return
	}
	v := s[at:to]
	switch {
	case to == at:
		return
	case cl == qq && (digitsIn(v) != len(v) || len(v) < 5 || len(v) > 11):
		return
	case cl == idCard && !permit(v) && digitsIn(v) < 15 && !(hasAny(key, "台胞", "通行证", "回乡", "证件") && digitsIn(v) >= 8):
		return
	case (cl == phone || cl == card) && digitsIn(v) < 7:
		return
	}
	c.rank = byKey
	c.judge(cl, at, to, false, false, false)
}

// permit tells of the number of a passport or of a permit to travel: one or two
// letters and seven to nine digits.
func permit(v string) bool {
	n := 0
	for n < len(v) && n < 2 && (v[n] >= 'A' && v[n] <= 'Z' || v[n] >= 'a' && v[n] <= 'z') {
		n++
	}
	return n > 0 && len(v)-n >= 7 && len(v)-n <= 10 && digitsIn(v[n:]) == len(v)-n
}

var permitWords = []string{"护照", "passport", "Passport", "PASSPORT", "通行证", "台胞", "回乡证", "证件", "travel_doc", "permit"}

// hongKongID tells whether v is one or two capital letters and six digits whose
// check digit is right: A123456(3).
func hongKongID(v string, check byte) bool {
	n := len(v) - 6
	if n < 1 || n > 2 || digitsIn(v[n:]) != 6 {
		return false
	}
	sum := 0
	if n == 1 {
		sum = 9 * 36 // a blank stands for the letter that is not there
	}
	for i := range len(v) {
		w := v[i]
		switch {
		case w >= 'A' && w <= 'Z':
			w = w - 'A' + 10
		case begins[w] == digit:
			w -= '0'
		default:
			return false
		}
		sum += int(w) * (len(v) + 1 - i)
	}
	switch {
	case begins[check] == digit:
		return (sum+int(check-'0'))%11 == 0
	case check == 'A':
		return (sum+10)%11 == 0
	}
	return false
}

// permitFrom reads the number of a passport that begins at s[i] and stands
// behind a word that says so.
func (c *scan) permitFrom(i int) {
	s := c.s
	end := i + 1
	for end < len(s) && wordByte(s[end]) {
		end++
	}
	if end+2 < len(s) && s[end] == '(' && s[end+2] == ')' && hongKongID(s[i:end], s[end+1]) {
		c.rank = byKey
		c.mark(i, end+3, "id", s[i:end]+s[end+1:end+2])
		return
	}
	if c.travelDoc(i, end) || end-i < 8 || end-i > 11 || !permit(s[i:end]) || !hasAny(s[max(0, i-48):i], permitWords...) {
		return
	}
	c.rank = byKey
	c.mark(i, end, "id", strings.ToUpper(s[i:end]))
}

// roads are the letters before a house number.
const roads = "路街道巷弄里村段园区苑庄镇"

// regions begin an address as people write it.
var regions = []string{"北京", "天津", "上海", "重庆", "河北", "山西", "辽宁", "吉林", "黑龙江", "江苏", "浙江", "安徽", "福建", "江西", "山东", "河南", "湖北", "湖南", "广东", "海南", "四川", "贵州", "云南", "陕西", "甘肃", "青海", "台湾", "内蒙古", "广西", "西藏", "宁夏", "新疆", "香港", "澳门"}

// house reads an address in running text, whose house number ends
// before the 号 at s[i].
func (c *scan) house(i int) {
	s := c.s
	if c.f.Prose || i < c.next[byPlace] {
		return
	}
	d := i
	for d > 0 && (begins[s[d-1]] == digit || s[d-1] == '-') {
		d--
	}
	if d == i || d < 9 || !strings.Contains(roads, s[d-3:d]) {
		return
	}
	from := d
	for from >= 3 && i-from < 150 && (s[from-1] >= 0x80 && hasHan(s[from-3:from]) || begins[s[from-1]] == digit) {
		if s[from-1] < 0x80 {
			from--
		} else {
			from -= 3
		}
	}
	run := s[from:d]
	at := -1
	for _, r := range regions {
		if k := strings.Index(run, r); k >= 0 && (at < 0 || k < at) {
			at = k
		}
	}
	switch {
	case at >= 0:
		from += at
	case inHouse(s[i:]) > 1:
	case !strings.Contains(run, "市") && !strings.Contains(run, "区") && !strings.Contains(run, "县") && !strings.Contains(run, "镇"):
		return
	}
	end := i + 3
	last := end
	for end < len(s) && end-i < 120 {
		switch {
		case begins[s[end]] == digit || s[end] == '-' || s[end] == '#' || s[end] >= 'A' && s[end] <= 'Z':
			end++
		case end+3 <= len(s) && s[end] >= 0xE3 && hasHan(s[end:end+3]):
			if strings.Contains("号栋幢座楼层室户元", s[end:end+3]) {
				last = end + 3
			}
			end += 3
		default:
			end = len(s) + 1
		}
	}
	c.rank = byPlace
	c.teach(from, last, "place", s[from:last])
	c.besidePlace(from, last)
	c.next[byPlace] = last
}

// inHouse counts the parts of a house that are numbered behind its own number:
// 18幢2单元1262室.
func inHouse(s string) (n int) {
	for i := 3; i+4 <= len(s) && i < 80; {
		d := digitsRun(s[i:])
		if d == 0 {
			if s[i] < 0xE4 {
				return n
			}
			i += 3
			continue
		}
		if i += d; i+3 <= len(s) && strings.Contains("幢栋座层楼室单", s[i:i+3]) {
			n++
		}
	}
	return n
}

// curl reads the credentials among the options of curl: -b, --cookie, -u, --user, from the dash at s[i].
func (c *scan) curl(i int) {
	s := c.s
	for _, o := range [...]struct {
		flag string
		cl   class
	}{{"-b ", cookie}, {"--cookie ", cookie}, {"--cookie=", cookie}, {"-u ", login}, {"--user ", login}, {"--user=", login}, {"--proxy-user ", login}} {
		if !strings.HasPrefix(s[i:], o.flag) || !strings.Contains(s[:i], "curl") {
			continue
		}
		from := i + len(o.flag)
		if from >= len(s) {
			return
		}
		to := 0
		if q := s[from]; q == '"' || q == '\'' {
			from++
			to = from + byteOrEnd(s[from:], q)
		} else {
			to = from + anyOrEnd(s[from:], " \t")
		}
		c.rank = byKey
		if o.cl == cookie {
			if strings.Contains(s[from:to], "=") {
				c.cookies(from, to)
			}
			return
		}
		user, passw, ok := strings.Cut(s[from:to], ":")
		if user != "" && !common()[strings.ToLower(user)] {
			c.teach(from, from+len(user), "user", user)
		}
		if ok && passw != "" {
			c.teach(from+len(user)+1, to, "secret", passw)
		}
		return
	}
}

// jar reads a line of a file of cookies as curl and wget keep them: seven
// fields between tabs, TRUE or FALSE in the second and the fourth.
func (c *scan) jar() {
	fields := strings.Split(c.s, "\t")
	if len(fields) != 7 || fields[1] != "TRUE" && fields[1] != "FALSE" || fields[3] != "TRUE" && fields[3] != "FALSE" {
		return
	}
	if v := strings.TrimRight(fields[6], " \r"); v != "" && !(ofLook()[strings.ToLower(fields[5])] && plainLook(v)) {
		from := len(c.s) - len(fields[6])
		c.rank = byKey
		c.cookie(from, from+len(v))
	}
}

// hostWords stand before the address in the name of a host that a provider made.
var hostWords = wordSet("ip dhcp host ec2 static dynamic pool client node dsl adsl cable cpe ppp broadband user dial srv")

// dashed reads an address in the name of a host, dhcp-112-65-68-20, whose
// first number begins at s[i].
func (c *scan) dashed(i int) {
	s := c.s
	w := i - 1
	for w > 0 && wordByte(s[w-1]) {
		w--
	}
	if !hostWords()[strings.ToLower(s[w:i-1])] {
		return
	}
	at, groups := i, 0
	for groups < 4 {
		n := at
		for n < len(s) && begins[s[n]] == digit && n-at < 4 {
			n++
		}
		if n == at || n-at > 3 || n-at == 3 && s[at:n] > "255" {
			return
		}
		groups++
		at = n
		if groups < 4 {
			if at >= len(s) || s[at] != '-' {
				return
			}
			at++
		}
	}
	if at < len(s) && (s[at] == '-' || wordByte(s[at])) {
		return
	}
	c.rank = byAddress
	c.mark(i, at, "ip", strings.ReplaceAll(s[i:at], "-", "."))
}
