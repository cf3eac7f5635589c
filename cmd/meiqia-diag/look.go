package main

import (
	"context"
	"fmt"
	"io"
	"maps"
	"os"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/charmbracelet/lipgloss"
	"golang.org/x/term"

	"meiqia-diag/diag/evidence"
	"meiqia-diag/diag/lang"
	"meiqia-diag/report/archive"
)

// look shows one file of the archive as it would go in, a screen at a time.
func (a *app) look(ctx context.Context, p *archive.Prepared, f archive.FileEntry) error {
	data, from, ok := p.Content(f.Name)
	if !ok {
		a.note(lang.T("%s 已去掉", "%s is left out").F(f.Name))
		return nil
	}
	fmt.Fprintf(a.err, "\n%s\n", a.style.head.Render(harmless(f.Name)+"  "+sizeText(int64(len(data)))))
	if counts := a.counted(f.Redactions); counts != "" && f.Evidence() {
		a.say(lang.T("脱敏：%s", "redacted: %s").F(counts))
	}
	if f.Kind == string(evidence.Image) || f.Kind == string(evidence.Video) {
		a.picture(f, from)
		return nil
	}
	pages := pager{data: data, width: max(20, a.width(a.err)-1), height: max(5, a.height()-5)}
	for {
		more := pages.show(a.err)
		if !more && len(pages.back) == 0 {
			return nil // all of it was on one screen
		}
		keys := lang.T("  %d%%   回车 下一屏   b 上一屏   q 返回", "  %d%%   Enter: on   b: back   q: return").F(pages.percent())
		if !more {
			keys = lang.T("  完   b 上一屏   回车 返回", "  end   b: back   Enter: return")
		}
		a.say(keys)
		s, err := a.prompt(ctx)
		switch s = strings.ToLower(halfWidth(s)); {
		case err == io.EOF:
			return nil
		case err != nil:
			return err
		case s == "b":
			pages.previous()
		case s != "" || !more:
			return nil
		default:
			pages.forward()
		}
	}
}

// picture says of an image or a video what was done to it, and where it can be seen.
func (a *app) picture(f archive.FileEntry, from string) {
	if f.Kind == string(evidence.Video) {
		a.say(lang.T("视频（%s）：附带的信息（地点、设备、时间）已去掉；画面和声音没有改动，里面的姓名和聊天照样看得到。", "A video (%s): what was attached to it (place, device, time) was taken out. Picture and sound are as they were: names and chats in it can be seen.").F(f.Encoding))
	} else {
		a.say(lang.T("图片（%s）：附带的信息（地点、设备、时间）已去掉；画面没有改动，里面的姓名和聊天照样看得到。", "A picture (%s): what was attached to it (place, device, time) was taken out. What it shows is as it was: names and chats in it can be seen.").F(f.Encoding))
	}
	a.say(lang.T("原件在 %s，可以打开看看；不想给出去就用 d 去掉。", "The original is %s, where you can look at it; leave it out with d if it is not to be handed on.").F(from))
}

// counted lists what was replaced, the commonest first.
func (a *app) counted(counts map[string]int) string {
	rules := slices.Sorted(maps.Keys(counts))
	slices.SortStableFunc(rules, func(x, y string) int { return counts[y] - counts[x] })
	var out []string
	for _, r := range rules {
		name := r
		if t, ok := ruleNames[r]; ok {
			name = t.In(a.lang)
		}
		out = append(out, name+" "+strconv.Itoa(counts[r]))
	}
	return strings.Join(out, a.t("，", ", "))
}

// ruleNames are the rules of redaction in words.
var ruleNames = map[string]lang.Text{
	"phone": lang.T("手机号", "phone"), "id": lang.T("身份证号", "national id"), "card": lang.T("银行卡", "bank card"), "email": lang.T("邮箱", "e-mail"),
	"name": lang.T("姓名", "name"), "user": lang.T("用户名", "user name"), "word": lang.T("您给的词", "your words"), "wx": lang.T("微信号", "WeChat id"), "qq": lang.T("QQ 号", "QQ number"),
	"ip": lang.T("IP 地址", "IP address"), "ip-lan": lang.T("内网地址", "local address"), "mac": lang.T("网卡地址", "MAC address"), "host": lang.T("主机名", "host name"), "plate": lang.T("车牌", "plate"),
	"place": lang.T("地址", "place"), "secret": lang.T("密钥与口令", "secret"), "token": lang.T("令牌", "token"), "auth": lang.T("登录凭证", "credential"), "cookie": lang.T("Cookie", "cookie"), "jwt": lang.T("JWT", "JWT"),
	"text": lang.T("聊天内容", "message text"), "file": lang.T("文件名", "file name"), "body": lang.T("正文", "body"),
}

// height is how many rows the terminal has.
func (a *app) height() int {
	if f, ok := a.err.(*os.File); ok {
		if _, n, err := term.GetSize(int(f.Fd())); err == nil && n > 0 {
			return n
		}
	}
	return 24
}

// pager shows bytes of any kind a screen at a time, made harmless for a
// terminal. It reads no more of them than it shows.
type pager struct {
	data          []byte
	width, height int
	at, next      int // where this screen begins, and the one behind it
	back          []int
}

func (p *pager) percent() int {
	if len(p.data) == 0 {
		return 100
	}
	return int(int64(p.next) * 100 / int64(len(p.data)))
}

// show writes one screen and tells whether there is more.
func (p *pager) show(w io.Writer) bool {
	p.next = p.at
	for range p.height {
		if p.next >= len(p.data) {
			break
		}
		row, n := p.row(p.next)
		p.next += n
		fmt.Fprintln(w, "  "+row)
	}
	return p.next < len(p.data)
}

func (p *pager) forward() {
	p.back = append(p.back, p.at)
	p.at = p.next
}

func (p *pager) previous() {
	if n := len(p.back); n > 0 {
		p.at, p.back = p.back[n-1], p.back[:n-1]
	}
}

// row gives what fits one row from a place on, and how many bytes that is.
func (p *pager) row(at int) (string, int) {
	var out strings.Builder
	n, cells := 0, 2
	for at+n < len(p.data) {
		r, size := utf8.DecodeRune(p.data[at+n:])
		if r == '\n' {
			return out.String(), n + 1
		}
		s := harmless(string(r))
		wide := lipgloss.Width(s)
		if cells+wide > p.width || n > 16*p.width { // marks without width could go on for ever
			return out.String(), n
		}
		out.WriteString(s)
		cells += wide
		n += size
	}
	return out.String(), n
}
