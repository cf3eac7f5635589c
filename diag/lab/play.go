package lab

import (
	"context"
	"fmt"
	"net"
	"time"

	"meiqia-diag/diag/lab/relay"
	"meiqia-diag/diag/lab/seat"
	"meiqia-diag/diag/lab/service"
)

// Played is what a play left behind.
type Played struct {
	Dir       string
	Incident  string   // incident.yaml
	HAR       []string // the agent's, then that of another login where there is one
	Console   string   // console.log of the page, or
	ClientLog string   // client.log of a desktop client
	AccessLog string   // the service's access.log
	ServerLog string   // the service's server.log
	Recording string   // page.jsonl, where the press was watched
	Visitor   string   // visitor.har, when asked for
	Truth     string   // the cause code: for tests only

	Result Result
}

// Result is how the recall really ended.
type Result struct {
	RequestResult string // accepted refused no_answer not_sent
	SenderView    string // gone still_visible; the view of another login counts
	VisitorView   string // gone still_visible
	Status        int    // of the recall's answer, 0 without one
	Text          string // what the page showed
}

// play is one performance.
type play struct {
	l       *Lab
	st      story
	guest   *seat.Guest
	agent   *seat.Agent
	second  *seat.Agent // another login of the same account
	helper  *seat.Agent // a colleague
	id      int64
	sentAt  time.Time
	pressAt time.Time
	shown   seat.Message // the message as the page showed it when it was pressed
	noHint  bool         // there was no button
	pressed seat.Pressed
}

// Play performs the whole story over real sockets, as the workbench and the
// visitor's app would, and leaves in dir what a person would hand in. A lab
// plays once: its trouble stays afterwards, for live checks to find.
func (l *Lab) Play(ctx context.Context, dir string) (Played, error) {
	ctx, cancel := context.WithTimeout(ctx, 30*time.Second+l.plan.story.pressAfter)
	defer cancel()
	p := &play{l: l, st: l.plan.story}
	defer p.leave()
	for _, step := range []func(context.Context) error{p.arrive, p.send, p.between, p.press} {
		if err := step(ctx); err != nil {
			return Played{}, fmt.Errorf("lab play %s: %w", l.Scenario.Name, err)
		}
	}
	result := p.look(ctx)
	p.leave()
	return p.handIn(dir, result)
}

// User agents of the seats.
const (
	chromeUA  = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/%s Safari/537.36"
	mobileUA  = "Mozilla/5.0 (Linux; Android 14; K) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/%s Mobile Safari/537.36"
	desktopUA = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) desk-client/%s Chrome/128.0.6613.186 Electron/32.3.3 Safari/537.36"
)

// newAgent seats an agent on the story's device.
func (p *play) newAgent(account string) *seat.Agent {
	engine := p.st.browser
	engine.NoScript = engine.NoScript && !p.st.reopens
	ua := engine.UserAgent(chromeUA)
	switch p.st.device {
	case "mobile_web", "mobile_app":
		ua = engine.UserAgent(mobileUA)
	case "desktop_app":
		ua = fmt.Sprintf(desktopUA, p.st.clientVersion)
	}
	b := seat.NewBrowser(seat.Settings{UserAgent: ua, Width: p.st.width, Height: p.st.height, Engine: engine, Dial: p.l.dial})
	return seat.NewAgent(b, account, p.st.clientVersion, p.st.conv)
}

// dial connects as a device at the near end of the path does: a connection is
// there only once the far end has answered.
func (l *Lab) dial(ctx context.Context, network, addr string) (net.Conn, error) {
	c, err := (&net.Dialer{}).DialContext(ctx, network, addr)
	if err != nil {
		return nil, err
	}
	relays := l.api
	if l.push != nil {
		relays = append(append([]*relay.Relay{}, relays...), l.push)
	}
	for _, r := range relays {
		if r.Addr() == addr {
			r.Opened(c.LocalAddr(), 5*time.Second)
		}
	}
	return c, nil
}

// arrive opens the pages and logs everybody in.
func (p *play) arrive(ctx context.Context) error {
	ua := seat.Engine{}.UserAgent(chromeUA)
	if p.st.sdk != "web" {
		ua = seat.Engine{}.UserAgent(mobileUA)
	}
	p.guest = seat.NewGuest(seat.NewBrowser(seat.Settings{UserAgent: ua, Width: 390, Height: 844}), p.st.sdk, p.st.sdkVersion)
	if err := p.guest.Open(ctx, "http://"+p.l.public.Visitor+"/visitor", channels[p.st.conv]); err != nil {
		return err
	}
	p.agent = p.newAgent(p.st.account)
	if p.st.visitedBefore {
		if err := p.agent.Open(ctx, p.l.URL("workbench")); err != nil {
			return err
		}
	}
	if err := p.enter(ctx, p.agent); err != nil {
		return err
	}
	if p.st.otherLogin == afterOpening {
		p.second = p.newAgent(p.st.account)
		if err := p.enter(ctx, p.second); err != nil {
			return err
		}
	}
	if p.st.author != "" || p.st.endedBefore {
		p.helper = p.newAgent("zhou")
		return p.enter(ctx, p.helper)
	}
	return nil
}

func (p *play) enter(ctx context.Context, a *seat.Agent) error {
	if err := a.Open(ctx, p.l.URL("workbench")); err != nil {
		return err
	}
	return a.Login(ctx, service.Password)
}

// texts are what is sent, by content type.
var texts = map[string]string{"text": "您好,您的订单预计明天送达。", "photo": "发票.png"}

// send sends the message and waits until both ends show it.
func (p *play) send(ctx context.Context) error {
	for range p.st.recallsBefore {
		id, err := p.agent.Send(ctx, p.st.conv, "text", "发错了")
		if err != nil {
			return err
		}
		if _, err := p.agent.Recall(ctx, p.st.conv, id); err != nil {
			return err
		}
	}
	author := p.agent
	if p.st.author != "" {
		author = p.helper
	}
	p.sentAt = time.Now()
	var err error
	if p.id, err = author.Send(ctx, p.st.conv, p.st.contentType, texts[p.st.contentType]); err != nil {
		return err
	}
	if !p.guest.Wait(ctx, func() bool { return p.guest.Settled(p.id) }) {
		return fmt.Errorf("the visitor never saw message %d", p.id)
	}
	for _, a := range []*seat.Agent{p.agent, p.second} {
		if a != nil && !p.hears(a) {
			continue
		}
		if a != nil && !a.Wait(ctx, func() bool { _, ok := a.Sees(p.st.conv, p.id); return ok }) {
			return fmt.Errorf("the agent never saw message %d", p.id)
		}
	}
	return nil
}

// hears tells whether a login is told of messages in time; one that is told
// late reads history when it is looked at.
func (p *play) hears(a *seat.Agent) bool { return a != p.second || p.l.plan.faults.LatePush == 0 }

// between is what happens before the press.
func (p *play) between(ctx context.Context) error {
	if p.second != nil && !p.hears(p.second) {
		p.second.Reload(ctx, p.st.conv)
	}
	if p.st.visitorReplies {
		if err := p.guest.Reply(ctx, "好的,谢谢"); err != nil {
			return err
		}
	}
	if p.st.endedBefore {
		if err := p.helper.End(ctx, p.st.conv); err != nil {
			return err
		}
	}
	if p.st.reopens {
		if err := p.reopen(ctx); err != nil {
			return err
		}
	}
	if p.st.otherLogin == beforePressing {
		p.second = p.newAgent(p.st.account)
		if err := p.enter(ctx, p.second); err != nil {
			return err
		}
	}
	select {
	case <-p.l.armed:
	case <-ctx.Done():
		return ctx.Err()
	}
	wait := time.NewTimer(time.Until(p.sentAt.Add(p.st.pressAfter)))
	defer wait.Stop()
	select {
	case <-wait.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// reopen opens the workbench again, with the browser as it is now set.
func (p *play) reopen(ctx context.Context) error {
	p.agent.Leave()
	p.agent.B.Set(p.st.browser)
	if p.st.browser.NoScript {
		return p.agent.Open(ctx, p.l.URL("workbench"))
	}
	if err := p.enter(ctx, p.agent); err != nil {
		return err
	}
	if !p.agent.Wait(ctx, func() bool { _, ok := p.agent.Sees(p.st.conv, p.id); return ok }) {
		return fmt.Errorf("the agent never saw message %d again", p.id)
	}
	return nil
}

// press looks for the button and presses it.
func (p *play) press(ctx context.Context) error {
	p.pressAt = time.Now()
	p.shown, _ = p.agent.Sees(p.st.conv, p.id)
	p.agent.Look()
	if !p.agent.ButtonShown() {
		p.noHint = true
		return nil
	}
	var err error
	p.pressed, err = p.agent.Press(ctx, p.st.conv, p.id, p.st.beside)
	return err
}

// glance is how long people watch for a message to go after a recall that
// they were told did not work.
const glance = 300 * time.Millisecond

// look watches both ends, and says how the recall ended.
func (p *play) look(ctx context.Context) Result {
	r := Result{RequestResult: "not_sent", SenderView: "still_visible", VisitorView: "still_visible", Status: p.pressed.Status, Text: p.agent.Notice()}
	switch {
	case p.pressed.Accepted:
		r.RequestResult = "accepted"
	case p.pressed.Answered:
		r.RequestResult = "refused"
	case p.pressed.Sent:
		r.RequestResult = "no_answer"
	}
	lookFor := p.st.lookFor
	if !p.pressed.Accepted {
		lookFor = glance
	}
	ctx, cancel := context.WithTimeout(ctx, lookFor)
	defer cancel()
	seen := func(a *seat.Agent) bool {
		if a == nil {
			return false
		}
		_, ok := a.Sees(p.st.conv, p.id)
		return ok
	}
	p.agent.Wait(ctx, func() bool { return !seen(p.agent) && !seen(p.second) && !p.guest.Sees(p.id) })
	if !seen(p.agent) && !seen(p.second) {
		r.SenderView = "gone"
	}
	if !p.guest.Sees(p.id) {
		r.VisitorView = "gone"
	}
	return r
}

// leave closes all pages; a second time does no harm.
func (p *play) leave() {
	for _, a := range []*seat.Agent{p.agent, p.second, p.helper} {
		if a != nil {
			a.Close()
		}
	}
	if p.guest != nil {
		p.guest.Close()
	}
}
