package checks

import (
	"meiqia-diag/diag/attempt"
	"meiqia-diag/diag/lang"
)

// failureTexts say how a request ended without an answer, to be read in brackets.
var failureTexts = map[attempt.Failure]lang.Text{
	attempt.FailOffline:     lang.T("没有联网", "offline"),
	attempt.FailChanged:     lang.T("网络切换", "the network changed"),
	attempt.FailReset:       lang.T("连接被重置", "reset"),
	attempt.FailDNS:         lang.T("域名解析失败", "the name was not resolved"),
	attempt.FailProxy:       lang.T("代理出错", "the proxy failed"),
	attempt.FailTLS:         lang.T("证书或加密握手失败", "TLS failed"),
	attempt.FailRefusedPort: lang.T("端口拒绝连接", "the port was closed"),
	attempt.FailUnreachable: lang.T("没有路由", "no route"),
	attempt.FailTimeout:     lang.T("超时", "timeout"),
	attempt.FailAborted:     lang.T("页面自己中止", "given up by the page"),
	attempt.FailPending:     lang.T("录制结束时还没有回答", "none yet when the recording ended"),
}

func failureWord(f attempt.Failure) lang.Text {
	if t, ok := failureTexts[f]; ok {
		return t
	}
	return lang.Same(string(f))
}
