package diagnosis

import (
	"slices"
	"strings"
	"time"

	"meiqia-diag/diag/lang"
)

// eventTexts are the events worth telling; the others say nothing of this recall.
var eventTexts = map[string]struct {
	kind string
	text lang.Text
	once bool // it happens to a message or a login only once
}{
	"recalled":         {"push", lang.T("推送：消息已撤回", "push: the message was recalled"), true},
	"read_receipt":     {"read", lang.T("访客已读", "the visitor read it"), true},
	"visitor_message":  {"reply", lang.T("访客发来消息", "the visitor wrote a message"), false},
	"visitor_click":    {"event", lang.T("访客点击", "the visitor clicked"), false},
	"visitor_forward":  {"event", lang.T("访客转发", "the visitor forwarded it"), false},
	"conversation_end": {"event", lang.T("会话结束", "the conversation ended"), true},
	"kicked":           {"event", lang.T("登录被顶替", "the login was taken over"), true},
}

// events tells what the service told its clients. What several witnesses tell
// is told once, by the one whose clock is the surest; a log entry that gives
// the event as its reason for refusing is the last to be asked.
func (c *course) events() {
	told := map[string][]int{}
	reason := map[string]bool{}
	for _, sig := range c.a.Signals {
		reason[sig.Source] = reason[sig.Source] || strings.HasPrefix(sig.Means, "says:")
	}
	for _, late := range []bool{false, true} {
		for _, ev := range c.a.Events {
			e, ok := eventTexts[ev.Means]
			if !ok || reason[ev.Source] != late || len(c.rows) >= maxTimeline || !ev.Mine && ev.Means != "kicked" && ev.Means != "conversation_end" && ev.Means != "visitor_message" {
				continue
			}
			m := c.add(e.kind, ev.At, e.text)
			if m == nil {
				continue
			}
			m.Serious, m.Source = ev.Means == "kicked", ev.Source
			last := len(c.rows) - 1
			i := slices.IndexFunc(told[ev.Means], func(i int) bool { return e.once || near(c.rows[i], *m) })
			switch {
			case e.kind == "reply" && c.beforeSent(*m):
				c.rows = c.rows[:last]
			case i >= 0:
				if kept := &c.rows[told[ev.Means][i]]; !late && m.half < kept.half && near(*kept, *m) {
					*kept = *m
				}
				c.rows = c.rows[:last]
			default:
				told[ev.Means] = append(told[ev.Means], last)
			}
		}
	}
}

// near reports whether two moments may be one.
func near(x, y moment) bool { return x.at.Sub(y.at).Abs() <= x.half+y.half+100*time.Millisecond }

func (c *course) beforeSent(m moment) bool {
	i := c.index("sent")
	return i >= 0 && m.at.Add(m.half).Before(c.rows[i].at.Add(-c.rows[i].half))
}
