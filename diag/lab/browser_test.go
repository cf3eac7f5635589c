package lab

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"

	"meiqia-diag/diag/realbrowser"
)

// windows opens the workbench and the visitor's page in two windows of one browser.
func windows(t *testing.T, l *Lab) (agent, visitor context.Context) {
	t.Helper()
	agent, _ = realbrowser.Drive(t, 90*time.Second, realbrowser.Options(realbrowser.Chromium(t), t.TempDir()))
	must(t, chromedp.Do(agent, chromedp.Navigate(l.URL("workbench"))))
	visitor, endVisitor := chromedp.NewContext(agent, chromedp.WithNewWindow(true))
	t.Cleanup(endVisitor)
	must(t, chromedp.Do(visitor, chromedp.Navigate(l.URL("visitor")), until(`document.querySelector("#push").textContent.includes("已连接")`)))
	must(t, chromedp.Do(agent, chromedp.Click(chromedp.CSS("#login button")), until(`document.querySelector("#push").textContent.includes("已连接")`)))
	return agent, visitor
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// until waits for a condition on the page.
func until(condition string) chromedp.Action[chromedp.Void] {
	return func(ctx context.Context, target *chromedp.Target) (chromedp.Void, error) {
		_, err := chromedp.Poll[bool](condition, chromedp.WithPollingInterval(20*time.Millisecond), chromedp.WithPollingTimeout(15*time.Second))(ctx, target)
		if err != nil {
			err = fmt.Errorf("waiting for %s: %w", condition, err)
		}
		return chromedp.Void{}, err
	}
}

// shows is the condition that a page shows a text among its messages.
func shows(text string) string {
	return fmt.Sprintf("document.querySelector('#messages').textContent.includes(%q)", text)
}

const oops = "发错了的消息"

func TestRecallWorksInABrowser(t *testing.T) {
	l, err := Start(t.Context(), Options{Scenario: "healthy", Window: time.Minute})
	must(t, err)
	defer l.Close()
	agent, visitor := windows(t, l)
	must(t, chromedp.Do(agent, chromedp.SendKeys(chromedp.CSS("#draft"), oops), chromedp.Click(chromedp.CSS("#send")), until(shows(oops))))
	must(t, chromedp.Do(visitor, until(shows(oops))))
	must(t, chromedp.Do(agent, chromedp.Click(chromedp.CSS(".msg .recall")), until("!"+shows(oops))))
	must(t, chromedp.Do(visitor, until("!"+shows(oops))))
	notice, err := chromedp.Run(agent, chromedp.Evaluate[string](`document.querySelector("#notice").textContent`))
	must(t, err)
	if notice != "" {
		t.Errorf("the page complains: %q", notice)
	}
	log := l.Service().Logs().App()
	if !strings.Contains(log, "recall accepted") || strings.Count(log, "push sent action=withdraw_msg") != 2 {
		t.Errorf("the service's log:\n%s", log)
	}
}

func TestRecallIsRefusedInABrowser(t *testing.T) {
	l, err := Start(t.Context(), Options{Scenario: "message-read", Window: time.Minute})
	must(t, err)
	defer l.Close()
	agent, visitor := windows(t, l)
	must(t, chromedp.Do(agent, chromedp.SendKeys(chromedp.CSS("#draft"), oops), chromedp.Click(chromedp.CSS("#send"))))
	must(t, chromedp.Do(visitor, until(shows(oops))))
	must(t, chromedp.Do(agent, until(shows("已读")), chromedp.Click(chromedp.CSS(".msg .recall")),
		until(`document.querySelector("#notice").textContent === "消息已被阅读,无法撤回"`)))
	for name, ctx := range map[string]context.Context{"agent": agent, "visitor": visitor} {
		if still, err := chromedp.Run(ctx, chromedp.Evaluate[bool](shows(oops))); err != nil || !still {
			t.Errorf("%s: message still there: %v, %v", name, still, err)
		}
	}
}

func TestNarrowScreensHideTheButtonInABrowser(t *testing.T) {
	l, err := Start(t.Context(), Options{Scenario: "button-hidden", Window: time.Minute})
	must(t, err)
	defer l.Close()
	agent, _ := windows(t, l)
	must(t, chromedp.Do(agent, chromedp.SendKeys(chromedp.CSS("#draft"), oops), chromedp.Click(chromedp.CSS("#send")), chromedp.WaitVisible(chromedp.CSS(".msg .recall"))))
	must(t, chromedp.Do(agent, chromedp.EmulateViewport(360, 740), until(`getComputedStyle(document.querySelector(".msg .recall")).display === "none"`)))
}

// TestSeatsAgreeInABrowser plays faults of the path and of the caches in
// the real browser: what it shows is what Play records.
func TestSeatsAgreeInABrowser(t *testing.T) {
	const notice = `document.querySelector("#notice").textContent`
	for name, agentEnds := range map[string]string{
		"interrupted":       notice + ` === "网络异常,请稍后再试"`,
		"local-network":     notice + ` === "网络异常,请稍后再试"`,
		"clock-skew":        notice + ` === "已超过可撤回时间,无法撤回"`,
		"stale-view":        "!" + notice,
		"push-disconnected": `document.querySelector("#push").textContent.includes("已断开")`,
	} {
		t.Run(name, func(t *testing.T) {
			l, err := Start(t.Context(), Options{Scenario: name})
			must(t, err)
			defer l.Close()
			agent, visitor := windows(t, l)
			must(t, chromedp.Do(agent, chromedp.SendKeys(chromedp.CSS("#draft"), oops), chromedp.Click(chromedp.CSS("#send")), until(shows(oops))))
			must(t, chromedp.Do(visitor, until(shows(oops))))
			<-l.armed
			must(t, chromedp.Do(agent, chromedp.Click(chromedp.CSS(".msg .recall")), until(agentEnds)))
			if ends[name].visitor == "gone" {
				must(t, chromedp.Do(visitor, until("!"+shows(oops))))
			}
			for ctx, want := range map[context.Context]string{agent: ends[name].sender, visitor: ends[name].visitor} {
				still, err := chromedp.Run(ctx, chromedp.Evaluate[bool](shows(oops)))
				if err != nil || still != (want == "still_visible") {
					t.Errorf("message still there: %v, %v, want %s", still, err, want)
				}
			}
		})
	}
}
