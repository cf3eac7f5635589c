package redact

import "strings"

// labelEnds are the last letters of Chinese words that name what follows them.
const labelEnds = "名称号扣人照证信牌机话鹅卡钥码令串"

// label reads a value behind a Chinese word and a space, or right behind it:
// 客户姓名 张三, 护照E12345678, 扣扣 123456789. The word ends at s[end].
func (c *scan) label(end int) {
	s := c.s
	at := end
	for at < len(s) && s[at] == ' ' && at-end < 3 {
		at++
	}
	if at >= len(s) || at < c.next[byKey] {
		return
	}
	_, key := keyLeft(s, end)
	if key == "" || key[0] < 0x80 {
		return
	}
	cl := c.f.classify(key)
	for cut := key; cl == none && len(cut) > 6; { // 我的护照: the end of a run
		cut = cut[3:]
		cl = c.f.classify(cut)
	}
	to := at
	switch cl {
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
		if at == end {
			return
		}
		to = at + anyOrEnd(s[at:], " \t\r\n,;|<>\"'()")
		if v := s[at:to]; looksSecret(v) || cl == deviceID && len(v) >= 14 && digitsIn(v) == len(v) {
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

// permitFrom reads the number of a passport that begins at s[i] and stands
// behind a word that says so.
func (c *scan) permitFrom(i int) {
	s := c.s
	end := i + 1
	for end < len(s) && wordByte(s[end]) {
		end++
	}
	if end-i < 8 || end-i > 11 || !permit(s[i:end]) || !hasAny(s[max(0, i-48):i], permitWords...) {
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
	c.next[byPlace] = last
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
		if user != "" && !common[strings.ToLower(user)] {
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
	if v := strings.TrimRight(fields[6], " \r"); v != "" && !(ofLook[strings.ToLower(fields[5])] && plainLook(v)) {
		from := len(c.s) - len(fields[6])
		c.rank = byKey
		c.cookie(from, from+len(v))
	}
}

// hostWords stand before the address in the name of a host that a provider made.
var hostWords = map[string]bool{"ip": true, "dhcp": true, "host": true, "ec2": true, "static": true, "dynamic": true, "pool": true, "client": true, "node": true, "dsl": true, "adsl": true, "cable": true, "cpe": true, "ppp": true, "broadband": true, "user": true, "dial": true, "srv": true}

// dashed reads an address in the name of a host, dhcp-112-65-68-20, whose
// first number begins at s[i].
func (c *scan) dashed(i int) {
	s := c.s
	w := i - 1
	for w > 0 && wordByte(s[w-1]) {
		w--
	}
	if !hostWords[strings.ToLower(s[w:i-1])] {
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
