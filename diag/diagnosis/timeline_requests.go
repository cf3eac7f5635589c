package diagnosis

import (
	"strconv"

	"meiqia-diag/diag/attempt"
	"meiqia-diag/diag/lang"
)

var failureTexts = map[attempt.Failure]lang.Text{
	attempt.FailBlocked: lang.T("被浏览器扩展拦下", "blocked by an extension"), attempt.FailPolicy: lang.T("被浏览器的安全规则拦下", "stopped by the browser's own rules"),
	attempt.FailOffline: lang.T("设备当时没有网络", "the device was offline"), attempt.FailChanged: lang.T("途中换了网络", "the network changed under it"),
	attempt.FailReset: lang.T("连接被重置或关闭", "the connection was reset or closed"), attempt.FailDNS: lang.T("域名解析不到", "the name was not resolved"),
	attempt.FailProxy: lang.T("代理出错", "the proxy failed"), attempt.FailTLS: lang.T("证书或加密握手出错", "the certificate or the handshake failed"),
	attempt.FailRefusedPort: lang.T("连接被拒绝", "the connection was refused"), attempt.FailUnreachable: lang.T("网络到不了服务", "no route to the service"),
	attempt.FailTimeout: lang.T("等不到回答，超时", "it timed out"), attempt.FailAborted: lang.T("页面自己放弃了", "the page gave up"),
	attempt.FailPending: lang.T("记录保存时还没有回答", "no answer yet when the recording was saved"), attempt.FailUnspecified: lang.T("没有说明原因", "no reason is given"),
}

// requests tells of the press and of each request: sent off, arrived, answered.
func (c *course) requests() {
	a := c.a
	if r := a.Request; r == nil || a.Press != r.Start {
		c.add("press", a.Press, lang.T("按下撤回", "the recall was pressed"))
	}
	for i, r := range a.Requests {
		if i >= 10 {
			break
		}
		text := lang.T("撤回请求发出", "the recall was sent off")
		switch {
		case r.Result == attempt.NotSent:
			text = lang.T("页面要发出撤回请求", "the page wanted to send the recall")
		case i > 0:
			text = lang.T("撤回请求再次发出", "the recall was sent off again")
		}
		var start, end *moment
		if m := c.add("request", r.Start, text); m != nil {
			x := *m
			start = &x
		}
		if m := c.add("answer", r.End, answerText(r)); m != nil {
			m.Serious = r.Result == attempt.Refused || r.Result == attempt.NoAnswer || r.Call != nil && r.Call.Failure != ""
			x := *m
			end = &x
		}
		var arrival *moment
		if m := c.add("arrival", r.Arrived, lang.T("服务收到请求", "the service got it")); m != nil {
			m.between(start, end)
			x := *m
			arrival = &x
			if start != nil && m.at.Add(m.half).Before(start.at.Add(-start.half)) {
				c.rows, arrival = c.rows[:len(c.rows)-1], nil // another request's
			}
		}
		if r != a.Request {
			continue
		}
		c.arrival, c.answer = arrival, end
		if i := c.index("press"); i >= 0 {
			c.rows[i].between(nil, start)
		}
	}
}

// answerText says what became of a request.
func answerText(r *attempt.Request) lang.Text {
	text := endText(r)
	if n := len(r.Resent()); n > 0 {
		text = lang.T("%s；其间浏览器自动重发了 %d 次", "%s; meanwhile the browser sent it again %d times by itself").F(text, n)
	}
	return text
}

func endText(r *attempt.Request) lang.Text {
	if r.Call != nil && r.Call.Inside != "" {
		return lang.T("请求在浏览器内部就被拦下，没有上网络", "the request was stopped inside the browser, before any network")
	}
	if r.Call != nil && r.Call.Failure != "" {
		return lang.T("请求失败：%s", "the request failed: %s").F(failureTexts[r.Call.Failure])
	}
	if c := r.Call; c != nil && c.ToLogin {
		return lang.T("服务要求重新登录", "the service asked for a new login")
	} else if c != nil && c.ToPortal {
		return lang.T("回答的不是服务，是上网认证或拦截页面", "not the service answered but a page of the network in between")
	}
	status := lang.Text{}
	if r.Answer.Status > 0 {
		status = lang.T("（%s）", " (%s)").F(strconv.Itoa(r.Answer.Status))
	}
	switch r.Result {
	case attempt.Accepted:
		return lang.T("服务接受了%s", "the service accepted it%s").F(status)
	case attempt.Refused:
		if said := clipLine(r.Answer.Text); said != "" {
			if _, err := strconv.Atoi(said); err == nil {
				return lang.T("服务拒绝了%s，代码 %s", "the service refused it%s, code %s").F(status, said)
			}
			return lang.T("服务拒绝了%s：“%s”", "the service refused it%s: “%s”").F(status, said)
		}
		return lang.T("服务拒绝了%s", "the service refused it%s").F(status)
	case attempt.NoAnswer:
		if r.Answer.Status > 0 {
			return lang.T("网关回答 %s，服务没有给出结果", "a gateway answered %s; the service gave no result").F(strconv.Itoa(r.Answer.Status))
		}
		return lang.T("没有等到回答", "no answer came")
	case attempt.NotSent:
		return lang.T("请求没有发出%s", "the request was not sent%s").F(status)
	}
	return lang.T("服务的回答看不出结果%s", "the service's answer does not tell the result%s").F(status)
}
