package browsertest

import (
	"fmt"
	"strings"
	"testing"
	"time"
)

// Desk is an agent at the lab's workbench in a real browser.
type Desk struct {
	B      Browser
	Finger bool // presses by finger
	t      testing.TB
}

// At seats an agent before a browser.
func At(t testing.TB, b Browser) *Desk { return &Desk{B: b, t: t} }

// Until waits for a condition of the page.
func (d *Desk) Until(condition string) {
	d.t.Helper()
	for deadline := time.Now().Add(limit); ; time.Sleep(20 * time.Millisecond) {
		var ok bool
		if d.B.Eval("!!("+condition+")", &ok); ok {
			return
		}
		if time.Now().After(deadline) {
			var page string
			d.B.Eval("document.body.innerText", &page)
			d.t.Fatalf("waited %v for %s; the page shows:\n%s", limit, condition, page)
		}
	}
}

// Open opens the workbench and logs in.
func (d *Desk) Open(workbench string) {
	d.t.Helper()
	d.B.Navigate(workbench)
	d.Login()
}

// Login logs in at the page that is open. The form is the script's: before the
// page is complete, submitting it would load the page again.
func (d *Desk) Login() {
	d.t.Helper()
	d.Until(`(() => { const f = document.querySelector("#login");
		if (f && document.readyState === "complete" && !f.dataset.sent) { f.dataset.sent = "1"; f.requestSubmit(); }
		return document.querySelector("#push")?.textContent.includes("已连接"); })()`)
}

// Send sends a text and gives the moment of it, by the browser's clock.
func (d *Desk) Send(text string) time.Time {
	d.t.Helper()
	at := time.Now()
	d.B.Eval(fmt.Sprintf(`(document.querySelector("#draft").value = %q, document.querySelector("#composer").requestSubmit())`, text), nil)
	d.Until(shows(text))
	return at
}

// shows is the condition that the page shows a text among its messages.
func shows(text string) string {
	return fmt.Sprintf(`document.querySelector("#messages")?.textContent.includes(%q)`, text)
}

// Box is where an element stands in the viewport.
type Box struct{ X, Y, Width, Height float64 }

// Button gives the box of the recall button of the last message that shows a text.
func (d *Desk) Button(text string) Box {
	d.t.Helper()
	var b *Box
	d.B.Eval(fmt.Sprintf(`(() => { const li = [...document.querySelectorAll(".msg")].filter((e) => e.textContent.includes(%q)).pop();
		if (!li) return null;
		const r = li.querySelector(".recall").getBoundingClientRect(); return { X: r.x, Y: r.y, Width: r.width, Height: r.height }; })()`, text), &b)
	if b == nil {
		d.t.Fatalf("the page shows no message %q", text)
	}
	return *b
}

// Outside tells whether the recall button of a message lies outside the screen.
func (d *Desk) Outside(text string) bool {
	d.t.Helper()
	var wide float64
	d.B.Eval("innerWidth", &wide)
	b := d.Button(text)
	return b.X >= wide || b.X+b.Width <= 0
}

// Press presses the middle of the recall button of a message, or so many
// pixels beside it, and gives the moment of it.
func (d *Desk) Press(text string, dx, dy float64) time.Time {
	d.t.Helper()
	b := d.Button(text)
	at := time.Now()
	d.B.Press(b.X+b.Width/2+dx, b.Y+b.Height/2+dy, d.Finger)
	return at
}

// Gone tells whether the page shows a message no more, now or within a while.
func (d *Desk) Gone(text string, within time.Duration) bool {
	d.t.Helper()
	for deadline := time.Now().Add(within); ; time.Sleep(20 * time.Millisecond) {
		var still bool
		if d.B.Eval(shows(text), &still); !still {
			return true
		}
		if time.Now().After(deadline) {
			return false
		}
	}
}

// Notice is the text by which the page says that something went wrong.
func (d *Desk) Notice() string {
	d.t.Helper()
	var s string
	d.B.Eval(`document.querySelector("#notice").textContent`, &s)
	return strings.TrimSpace(s)
}
