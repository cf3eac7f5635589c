package lab

import (
	"context"
	"fmt"
	"io"

	"meiqia-diag/diag/lang"
)

// Serve tells people where the lab's pages are, and blocks until ctx ends; it
// then closes the lab.
func (l *Lab) Serve(ctx context.Context, out io.Writer, in lang.Lang) error {
	p := l.plan.policy
	state := lang.T("故障已放入", "with the fault")
	if l.Healed || l.Scenario.Code == Healthy {
		state = lang.T("没有故障", "without a fault")
	}
	lines := []lang.Text{
		lang.T("模拟服务已启动：%s（%s，%s）", "the simulated service is up: %s (%s, %s)").F(l.Scenario.Title, lang.Same(l.Scenario.Name), state),
		lang.T("  工作台  %s", "  workbench    %s").F(l.URL("workbench")),
		lang.T("  访客页  %s", "  visitor      %s").F(l.URL("visitor")),
		lang.T("  接口    %s", "  api          %s").F(l.URL("api")),
		lang.T("  推送    %s", "  push         %s").F(l.URL("push")),
		lang.T("  时间    %s（SNTP）", "  time         %s (SNTP)").F(l.TimeServer()),
		lang.T("两个窗口分别打开工作台和访客页，登录后发一条消息，%s 内按“撤回”。", "Open the workbench and the visitor's page in two windows, log in, send a message and press 撤回 within %s.").F(p.Window.String()),
	}
	if h := l.plan.hint(); !h.IsZero() {
		lines = append(lines, h)
	}
	lines = append(lines, lang.T("按 Ctrl-C 结束。", "Ctrl-C ends it."))
	for _, t := range lines {
		if _, err := fmt.Fprintln(out, t.In(in)); err != nil {
			_ = l.Close()
			return err
		}
	}
	<-ctx.Done()
	return l.Close()
}

// hint says what a person has to do to meet the fault by hand.
func (p plan) hint() lang.Text {
	st := p.story
	switch {
	case st.width < 480:
		return lang.T("把窗口缩到 480 像素以下来看。", "Make the window narrower than 480 pixels to see it.")
	case st.clientVersion != "":
		return lang.T("工作台地址加上 ?client=desktop&v=%s 来扮演桌面客户端。", "Add ?client=desktop&v=%s to the workbench's address to play the desktop client.").F(st.clientVersion)
	case st.contentType != "text":
		return lang.T("发送时类型选“图片”。", "Choose 图片 as the type when sending.")
	case st.account == "he":
		return lang.T("用“何敏（实习）”登录。", "Log in as 何敏(实习).")
	case st.author != "":
		return lang.T("另开一个窗口用“周航”登录并发消息，再用“林晓”撤回它。", "Send as 周航 from another window, and recall it as 林晓.")
	case st.conv != convWeb:
		return lang.T("工作台里选会话 %d。", "Choose conversation %d in the workbench.").F(st.conv)
	case st.sdk != "web":
		return lang.T("访客页地址加上 ?sdk=%s&v=%s 来扮演访客 App。", "Add ?sdk=%s&v=%s to the visitor's address to play the visitor's app.").F(st.sdk, st.sdkVersion)
	case st.otherLogin != noOtherLogin:
		return lang.T("另开一个无痕窗口，用同一账号再登录一次。", "Log in once more with the same account from a private window.")
	case st.visitorReplies:
		return lang.T("撤回前让访客回复一句。", "Let the visitor reply before the recall.")
	case st.endedBefore:
		return lang.T("撤回前先结束会话。", "End the conversation before the recall.")
	case st.recallsBefore > 0:
		return lang.T("先连续撤回 %d 条别的消息。", "Recall %d other messages first.").F(st.recallsBefore)
	case st.pressAfter > p.policy.Window:
		return lang.T("等到时限过了再按。", "Wait until the window is over before you press.")
	}
	return lang.Text{}
}
