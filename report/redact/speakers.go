package redact

import (
	"strings"
	"unicode/utf8"
)

// speakers are who speaks in a transcript, by the last letter of the word.
var speakers = []string{"访客", "客户", "顾客", "客服", "用户", "坐席", "对方", "买家", "卖家", "商家", "会员", "游客"}

// aboutPrograms are words of what a program says of somebody.
var aboutPrograms = []string{"撤回", "失败", "错误", "异常", "超时", "断开", "重连", "上线", "下线", "离线", "在线", "登录", "登出", "状态", "报错", "接入", "建立连接", "心跳", "推送", "接口", "版本"}

// speaker reads what somebody said behind the word for who said it, which ends
// at s[end]: 访客(09:12:33): 你好, [09:12] 客户：你好. Only stamps and signs stand
// before it.
func (c *scan) speaker(end int) {
	s := c.s
	if c.f.Prose || end < 6 || end >= len(s) || end < c.next[byKey] {
		return
	}
	word := s[end-6 : end]
	known := false
	for _, w := range speakers {
		known = known || w == word
	}
	if !known {
		return
	}
	for i := end - 6; i > 0; i-- {
		if b := s[i-1]; b >= 0x80 || wordByte(b) && begins[b] != digit && b != 'T' && b != 'Z' || b == '=' || b == '"' || b == '/' {
			return
		}
		if end-i > 60 {
			return
		}
	}
	from := saidFrom(s, end)
	if from == 0 {
		return
	}
	c.said(from)
}

// said marks a sentence from s[from] to the end of the line when it reads like
// what people write.
func (c *scan) said(from int) {
	s := c.s
	to := len(strings.TrimRight(s, " \t\r"))
	if from >= to {
		return
	}
	v := s[from:to]
	if !hasHan(v) || utf8.RuneCountInString(v) < 4 || hasAny(v, aboutPrograms...) || hanField(v) || looksName(v) || v[0] == '<' || v[0] == '{' {
		return
	}
	c.rank = byKey
	c.judge(text, from, to, false, false, false)
	c.next[byKey] = to
}

// saidFrom gives where the words of a speaker begin behind s[at]: behind a name or
// a number, a time in brackets, and a sign; 0 when there is no sign.
func saidFrom(s string, at int) int {
	for n := 0; at < len(s) && n < 40; n++ {
		r, size := utf8.DecodeRuneInString(s[at:])
		switch {
		case r == ':' && at+1 < len(s) && begins[s[at+1]] == digit && begins[s[at-1]] == digit: // 09:12
		case r == ':' || r == '：' || r == '>' || r == '》' || r == '】' || r == ']' || r == '|':
			sign := at
			for at < len(s) && (strings.IndexByte(" :>|]*\t", s[at]) >= 0 || strings.HasPrefix(s[at:], "：") || strings.HasPrefix(s[at:], "】")) {
				_, size = utf8.DecodeRuneInString(s[at:])
				at += size
			}
			if n := stampAhead(s[at:]); n > 0 { // 访客 | 09:12 | 你好
				at += n
				continue
			}
			if (s[sign] == ']' || s[sign] == '>' || s[sign] == '|') && at == sign+1 {
				return 0
			}
			return at
		case r == '[' || r == '(' || r == '（' || r == '【' || r == ')' || r == '）' || r == '#' || r == '-' || r == '.' || r == ' ' || r == '*' || r == '/':
		case r >= '0' && r <= '9', n < 8 && r >= 0x4E00 && r <= 0x9FFF:
		default:
			return 0
		}
		at += size
	}
	return 0
}

// stampAhead gives the length of a time of day that a text begins with.
func stampAhead(s string) int {
	n := digitsRun(s)
	if n == 0 || n > 4 || n >= len(s) || s[n] != ':' && s[n] != '-' {
		return 0
	}
	for n < len(s) && (begins[s[n]] == digit || strings.IndexByte(":-. /", s[n]) >= 0) {
		n++
	}
	return n
}
