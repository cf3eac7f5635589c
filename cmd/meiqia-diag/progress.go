package main

import (
	"fmt"
	"slices"
	"sync"

	"github.com/charmbracelet/lipgloss"

	"meiqia-diag/diag"
	"meiqia-diag/diag/lang"
)

// progress keeps one line on a terminal that says what is going on. Off a
// terminal it writes nothing at all.
type progress struct {
	a       *app
	on      bool
	total   int
	mu      sync.Mutex
	done    int
	running []string // checks, the longest running first
	stopped bool
}

func (a *app) progress(total int) *progress {
	return &progress{a: a, on: a.errTTY && a.env("TERM") != "dumb", total: total}
}

// doing shows a step that is no check.
func (p *progress) doing(what lang.Text) { p.show(what.In(p.a.lang) + "…") }

// say shows a line as it is.
func (p *progress) say(what lang.Text) { p.show(what.In(p.a.lang)) }

// check gives the observer of a run: it shows the sentence of what runs.
func (p *progress) check(all []diag.Check) diag.Progress {
	titles := map[string]string{}
	for _, c := range all {
		titles[c.ID] = c.Title.In(p.a.lang)
	}
	return func(id string, res *diag.Result) {
		if res == nil {
			p.running = append(p.running, id) // the runner calls one at a time
		} else {
			p.done++
			p.running = slices.DeleteFunc(p.running, func(x string) bool { return x == id })
		}
		if len(p.running) > 0 {
			p.show(fmt.Sprintf("[%d/%d] %s%s", p.done+1, p.total, p.a.t("正在核对：", "checking: "), titles[p.running[0]]))
		}
	}
}

func (p *progress) show(s string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if !p.on || p.stopped {
		return
	}
	fmt.Fprint(p.a.err, "\r\x1b[K"+lipgloss.NewStyle().MaxWidth(max(p.a.width(p.a.err)-1, 20)).Inline(true).Render(s))
}

// clear takes the line away until the next one.
func (p *progress) clear() {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.on && !p.stopped {
		fmt.Fprint(p.a.err, "\r\x1b[K")
	}
}

// stop takes the line away.
func (p *progress) stop() {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.on && !p.stopped {
		fmt.Fprint(p.a.err, "\r\x1b[K")
	}
	p.stopped = true
}
