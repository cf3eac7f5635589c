package redact

import "strings"

// folds tells whether a line ends within a long secret, which may go on, on the next.
func (f *File) folds(body string) bool {
	i := len(body)
	for i > 0 && len(body)-i < 4096 && (wordByte(body[i-1]) || strings.IndexByte("-_=+/.", body[i-1]) >= 0) {
		i--
	}
	run := body[i:]
	if len(run) < 16 || len(body) < 40 {
		return false
	}
	if strings.Contains(run, "eyJ") {
		return true
	}
	if !looksSecret(run) || digitsIn(run) < 3 {
		return false
	}
	head := strings.TrimRight(body[:i], " \"'")
	if k := strings.LastIndexByte(head, ' '); k >= 0 && (strings.EqualFold(head[k+1:], "bearer") || strings.EqualFold(head[k+1:], "basic")) {
		return true
	}
	if k := strings.LastIndexByte(run, '='); k > 0 && k < len(run)-12 { // key=value
		cl := f.classify(body[i : i+k])
		return cl == secret || cl == auth || cl == pass
	}
	if head == "" || head[len(head)-1] != ':' && head[len(head)-1] != '=' {
		return false
	}
	_, key := keyLeft(head, len(head)-1)
	cl := f.classify(key)
	return cl == secret || cl == auth || cl == cookie
}

// foldedLine redacts the next part of such a secret, when the line begins with one.
func (f *File) foldedLine(body, trimmed string, indent int) (string, bool) {
	n := 0
	for n < len(trimmed) && (wordByte(trimmed[n]) || strings.IndexByte("-_=+/.", trimmed[n]) >= 0) {
		n++
	}
	run := trimmed[:n]
	if n < 6 || n < len(trimmed) && strings.IndexByte("\"',; )}", trimmed[n]) < 0 {
		return "", false
	}
	mixed := hasDigit(run) && strings.ToUpper(run) != run && strings.ToLower(run) != run
	if !mixed || named(run) || n < len(trimmed) && trimmed[n] == ' ' && len(trimmed) > n+1 && n < 20 {
		return "", false
	}
	p := f.r.pseudonym("secret", run)
	f.hit("secret", p)
	if n == len(trimmed) {
		f.carry.what = foldedSecret
	}
	return body[:indent] + p + f.line(trimmed[n:]), true
}

// marked tells of a line that only says where something begins or ends.
func marked(s string, words ...string) bool {
	s = strings.TrimRight(s, " >-=*#]<:：")
	for _, w := range words {
		if strings.HasSuffix(s, w) {
			return true
		}
	}
	return false
}

// besideText tells of what stands beside a message in its box: its time, and how it fares.
func besideText(v string) bool {
	switch v {
	case "已读", "未读", "已送达", "送达", "已发送", "发送中", "发送失败", "已撤回", "撤回", "重发", "刚刚", "昨天", "今天", "回复", "复制", "转发", "客服", "访客", "我", "Read", "Unread", "Sent", "Delivered", "Failed", "Recalled", "Edited", "(edited)":
		return true
	}
	return strings.Trim(v, "0123456789:-/. 年月日上下午") == ""
}

// inlineOf are elements that hold what was said within a message's own.
func (f *File) insideElement(body string) string {
	k := &f.carry
	var b strings.Builder
	for at := 0; at < len(body); {
		open := byteOrEnd(body[at:], '<')
		if own := body[at : at+open]; strings.TrimSpace(own) != "" && !besideText(strings.TrimSpace(own)) {
			trimmed := strings.TrimSpace(own)
			lead := strings.Index(own, trimmed)
			b.WriteString(own[:lead] + f.length(trimmed) + own[lead+len(trimmed):])
		} else {
			b.WriteString(own)
		}
		at += open
		if at == len(body) {
			break
		}
		if end, ok := pseudonymAt(body, at); ok {
			b.WriteString(body[at:end])
			at = end
			continue
		}
		end := at + byteOrEnd(body[at:], '>') + 1
		end = min(end, len(body))
		tag := body[at:end]
		switch {
		case strings.HasPrefix(tag, "</"+k.inside):
			k.nested--
		case strings.HasPrefix(tag, "<"+k.inside) && !strings.HasSuffix(tag, "/>"):
			k.nested++
		}
		b.WriteString(tag)
		at = end
		if k.nested <= 0 {
			k.what = nothingCarried
			b.WriteString(f.line(body[at:]))
			return b.String()
		}
	}
	if k.left--; k.left <= 0 {
		k.what = nothingCarried
	}
	return b.String()
}
