// Package recording is what `meiqia-diag record` leaves of what went on in the
// page, beside the HAR and the console: presses and what they hit, how the
// recall controls stood on the screen, long tasks, what the browser itself
// stopped. It is a text of JSON lines, the first of which is the manifest.
//
// Times are the browser's clock. No line holds a text that a person wrote:
// elements are named by tag, id and classes.
package recording

import (
	"strings"
	"time"
)

// Schema names the layout; a file that opens with it is a recording.
const Schema = "meiqia-diag-recording/1"

// Manifest says what was recorded, with what.
type Manifest struct {
	Schema     string      `json:"schema"`
	Tool       string      `json:"tool"` // version of meiqia-diag
	Started    time.Time   `json:"started"`
	Ended      time.Time   `json:"ended"`
	EndedBy    string      `json:"ended_by"` // window-closed interrupted enter time-limit crashed vanished
	Browser    string      `json:"browser"`  // product and version as it names itself: "Chrome/156.0.8078.79"
	UserAgent  string      `json:"user_agent,omitempty"`
	Headless   bool        `json:"headless,omitempty"`
	Profile    string      `json:"profile"` // clean, or copied from the user's
	Extensions []Extension `json:"extensions,omitempty"`
	Missing    []string    `json:"missing,omitempty"` // extensions that could not be had in the copy, by name
	URL        string      `json:"url"`
	View       *View       `json:"view,omitempty"`   // the last seen
	Beside     bool        `json:"beside,omitempty"` // made only to compare another one with
	Requests   int         `json:"requests"`
	Presses    int         `json:"presses"`
}

// Extension is one that was enabled while recording.
type Extension struct {
	ID      string `json:"id"`
	Name    string `json:"name"`
	Version string `json:"version,omitempty"`
}

// Event is one line: what happened, and when.
type Event struct {
	Type  string    `json:"type"` // press look long view ws issue unresponsive crash shot said compare
	At    time.Time `json:"at"`
	Page  string    `json:"page,omitempty"`  // address of the frame, without query
	Press *Press    `json:"press,omitempty"` // of press
	Look  *Look     `json:"look,omitempty"`  // of look
	View  *View     `json:"view,omitempty"`  // of view
	MS    float64   `json:"ms,omitempty"`    // of long, unresponsive: how long
	WS    *WS       `json:"ws,omitempty"`    // of ws
	Issue *Issue    `json:"issue,omitempty"` // of issue
	File  string    `json:"file,omitempty"`  // of shot
	Note  string    `json:"note,omitempty"`  // of shot: pressed after end video

	Text    string      `json:"text,omitempty"`    // of said: a notice of the page's that tells why a recall failed
	Compare *Comparison `json:"compare,omitempty"` // of compare
}

// Press is one click, tap or key press as the page got it. Lengths are CSS pixels, times ms.
type Press struct {
	By        string    `json:"by"` // mouse touch pen key
	X         float64   `json:"x"`
	Y         float64   `json:"y"`
	Delay     float64   `json:"delay"`            // from the press to its handling
	Target    string    `json:"target,omitempty"` // the element that got it
	Box       []float64 `json:"box,omitempty"`    // of the target: left, top, width, height
	Other     bool      `json:"other,omitempty"`  // the target is, or is in, something to press
	Controls  int       `json:"controls"`         // recall controls in the page then
	On        bool      `json:"on,omitempty"`     // the target is, or is in, a recall control
	Gap       float64   `json:"gap"`              // from the point to the nearest recall control's box
	Near      *Control  `json:"near,omitempty"`   // the nearest recall control
	Of        string    `json:"of,omitempty"`     // id of the message that the control belongs to, as the page writes it
	Click     bool      `json:"click,omitempty"`  // a click came of it
	Reached   bool      `json:"reached,omitempty"`
	Prevented bool      `json:"prevented,omitempty"`
	Cancelled bool      `json:"cancelled,omitempty"` // the system took the gesture: a scroll, a zoom
	Width     float64   `json:"w"`                   // of the viewport
	Height    float64   `json:"h"`
	DPR       float64   `json:"dpr"`
	Listeners []Hearer  `json:"listeners,omitempty"` // of a click that did not reach: who listens on the way
	Cost      float64   `json:"cost,omitempty"`      // what looking took
}

// Hearer is somebody who listens to clicks before the page's elements do.
type Hearer struct {
	Extension string `json:"extension,omitempty"` // id, "" for the page itself
	Name      string `json:"name,omitempty"`
	On        string `json:"on"` // window document
}

// Control is a recall control as it stood.
type Control struct {
	Element string    `json:"el"`
	Box     []float64 `json:"box,omitempty"`
	State   string    `json:"state"`         // visible scrolled disabled covered outside hidden absent
	Why     string    `json:"why,omitempty"` // display visibility opacity size clip-path clipped sideways off-screen …
	By      string    `json:"by,omitempty"`  // what covers it
}

// Look is how all recall controls of a frame stood at one moment.
type Look struct {
	Controls int            `json:"n"`
	States   map[string]int `json:"states,omitempty"` // of the last forty at most
	Best     *Control       `json:"best,omitempty"`   // the one that can be pressed best
	Width    float64        `json:"w"`
	Height   float64        `json:"h"`
	DPR      float64        `json:"dpr"`
	Cost     float64        `json:"cost,omitempty"` // ms
}

// View is the window.
type View struct {
	Width  float64 `json:"w"` // of the viewport, CSS pixels
	Height float64 `json:"h"`
	DPR    float64 `json:"dpr"`
	Scale  float64 `json:"scale"` // of a pinch
	OuterW float64 `json:"outer_w,omitempty"`
	OuterH float64 `json:"outer_h,omitempty"`
	Screen string  `json:"screen,omitempty"` // 1920x1080
	Touch  bool    `json:"touch,omitempty"`
}

// Zoom gives the page zoom as far as the window tells it, 1 where it does not.
func (v View) Zoom() float64 {
	if v.OuterW <= 0 || v.Width <= 0 || v.OuterW < v.Width*0.2 {
		return 1
	}
	z := v.OuterW / v.Width
	if z > 0.93 && z < 1.07 {
		return 1
	}
	return z
}

// WS is a WebSocket that closed, as the page was told.
type WS struct {
	URL    string `json:"url"`
	Code   int    `json:"code"` // RFC 6455 section 7.4
	Reason string `json:"reason,omitempty"`
	Clean  bool   `json:"clean,omitempty"`
}

// Issue is something that the browser's own rules stopped, or would.
type Issue struct {
	Kind      string `json:"kind"` // csp mixed-content cors local-network response other
	URL       string `json:"url,omitempty"`
	Directive string `json:"directive,omitempty"` // of csp: connect-src …
	Reason    string `json:"reason,omitempty"`    // the protocol's word
	Warning   bool   `json:"warning,omitempty"`   // nothing was stopped
}

// Recording is one that was read.
type Recording struct {
	Manifest Manifest
	Events   []Event
	Cut      bool // it ends in the middle, or was longer than is kept
}

// Sniff reports whether a file begins as a recording does.
func Sniff(head string) bool {
	head = strings.TrimLeft(head, "\ufeff \t\r\n")
	if !strings.HasPrefix(head, "{") {
		return false
	}
	rest := strings.TrimLeft(head[1:], " \t\r\n")
	rest, ok := strings.CutPrefix(rest, `"schema"`)
	if !ok {
		return false
	}
	rest, ok = strings.CutPrefix(strings.TrimLeft(rest, " \t"), ":")
	return ok && strings.HasPrefix(strings.TrimLeft(rest, " \t"), `"meiqia-diag-recording/`)
}
