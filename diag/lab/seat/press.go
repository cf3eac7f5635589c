package seat

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// layout leaves out what does not fit on a narrow screen.
func (a *Agent) layout() {
	state := "inline"
	if !a.inline() {
		state = "none"
	}
	a.log("info", "layout viewport=%dx%d recall_button=%s", a.B.set.Width, a.B.set.Height, state)
}

// inline tells whether the page lays the recall button out.
func (a *Agent) inline() bool { return a.B.set.Width >= a.boot.HideRecallBelow }

// ButtonShown tells whether the recall button can be seen: the page's script
// ran, lays it out, and has it on the screen.
func (a *Agent) ButtonShown() bool {
	recall, _ := a.buttons()
	return !a.B.set.Engine.NoScript && a.inline() && a.onScreen(recall)
}

// Pressed is what came of pressing the recall button.
type Pressed struct {
	Sent     bool // a request left the page
	Answered bool
	Accepted bool
	Status   int
	Code     int
	Text     string // what the page then showed
}

// Press presses so many pixels beside the middle of a message's recall button,
// and whatever is there gets the press.
func (a *Agent) Press(ctx context.Context, conv, id int64, beside int) (Pressed, error) {
	recall, _ := a.buttons()
	x, y := recall.X+recall.Width/2+float64(beside), recall.Y+recall.Height/2
	began := time.Now()
	select {
	case <-time.After(time.Duration(a.boot.BusyMS) * time.Millisecond):
	case <-ctx.Done():
		return Pressed{}, ctx.Err()
	}
	target := a.hit(x, y)
	a.seePress(began, time.Since(began)-letGoAfter, x, y, target, id)
	a.log("info", "ui click x=%.0f y=%.0f target=%s", x, y, target)
	if target != "button.recall" {
		return Pressed{}, nil
	}
	if waited := time.Since(began) - letGoAfter; waited > time.Second {
		a.log("warn", "slow interaction type=click input_delay=%dms", waited.Milliseconds())
	}
	return a.Recall(ctx, conv, id)
}

// letGoAfter is how long a press takes.
const letGoAfter = 80 * time.Millisecond

// Recall does what the page does when the recall button of a message that it shows is pressed.
func (a *Agent) Recall(ctx context.Context, conv, id int64) (Pressed, error) {
	m, ok := a.Sees(conv, id)
	if !ok {
		return Pressed{}, fmt.Errorf("message %d is not on the page", id)
	}
	age := time.Since(m.created()).Milliseconds()
	a.log("info", "recall pressed msg=%d conv=%d age_ms=%d", id, conv, age)
	a.say("")
	a.mu.Lock()
	limit := a.buttonMS
	a.mu.Unlock()
	if age > limit {
		a.log("warn", "recall not sent msg=%d age_ms=%d limit_ms=%d", id, age, limit)
		a.say("已超过可撤回时间,无法撤回")
		return Pressed{Text: a.Notice()}, nil
	}
	if a.B.set.Engine.NoStorage {
		a.B.thrown(noStorage, "recall")
		return Pressed{}, nil
	}
	if !a.B.set.Engine.has(withResolvers) {
		a.log("error", "recall failed msg=%d %s", id, lacking)
		a.say("网络异常,请稍后再试")
		return Pressed{Text: a.Notice()}, nil
	}
	path := strings.NewReplacer("{conv}", strconv.FormatInt(conv, 10), "{id}", strconv.FormatInt(id, 10)).Replace(a.boot.Recall)
	base := a.api(conv)
	if a.boot.RecallAPI != "" {
		base = a.boot.RecallAPI
	}
	res, err := a.call(ctx, http.MethodPost, base+path, "recall", map[string]string{"client_time": stampISO(time.Now())})
	if err != nil {
		if ctx.Err() != nil {
			return Pressed{}, ctx.Err()
		}
		a.log("error", "recall failed msg=%d %v", id, err)
		text := "网络异常,请稍后再试"
		if errors.Is(err, ErrTimeout) {
			text = "请求超时,请检查网络后重试"
		}
		a.say(text)
		return Pressed{Sent: !errors.Is(err, ErrUnsent), Text: text}, nil
	}
	p := Pressed{Sent: true, Answered: true, Accepted: res.Code == 0, Status: res.Status, Code: res.Code}
	level := "info"
	if !p.Accepted {
		level, p.Text = "error", res.shown()
		a.say(p.Text)
	}
	a.log(level, "recall answered msg=%d status=%d code=%d message=%s", id, res.Status, res.Code, res.Message)
	return p, nil
}
