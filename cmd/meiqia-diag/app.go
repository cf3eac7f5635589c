package main

import (
	"fmt"
	"io"
	"os"
	"runtime/debug"
	"slices"
	"strings"
	"sync"
	"time"
	"unicode"

	"github.com/charmbracelet/lipgloss"
	"github.com/muesli/termenv"
	"golang.org/x/term"

	"meiqia-diag/diag/lang"
	"meiqia-diag/report"
)

// version is set by the build: -ldflags "-X main.version=1.2.3".
var version string

// app is one call of the program: its streams, its language, and how it ends.
type app struct {
	args     []string
	in       io.Reader
	out, err io.Writer
	env      func(string) string
	now      func() time.Time
	home     func() string // the person's folder where no variable names it
	lang     lang.Lang

	inTTY, outTTY, errTTY bool
	clicked               bool // started by a double-click: the window closes with the program

	inTaken    bool   // standard input was given to somebody to read, see stdinOnce
	lines      *lines // what is typed, once something was asked
	ending     ending // how it ends, for exit.go
	interrupts interrupts
	tidy       tidy
	once       sync.Once // end happens once
	style      struct{ bad, note, dim, head lipgloss.Style }
}

// newApp is the program over the process's own streams.
func newApp(args []string) *app {
	a := &app{
		args: args, in: os.Stdin, err: os.Stderr, env: os.Getenv, now: time.Now, home: systemHome,
		inTTY: term.IsTerminal(int(os.Stdin.Fd())), outTTY: term.IsTerminal(int(os.Stdout.Fd())), errTTY: term.IsTerminal(int(os.Stderr.Fd())),
	}
	if a.args == nil {
		a.args = []string{}
	}
	if len(a.args) == 0 && startedByClick() {
		a.clicked, a.args = true, []string{"recall"}
	}
	a.out = &stdout{w: os.Stdout}
	a.lang = chooseLang(a.args, a.env)
	r := lipgloss.NewRenderer(a.err)
	r.SetColorProfile(termenv.Ascii)
	if report.ColorWanted(a.errTTY, a.env) {
		r.SetColorProfile(termenv.ANSI)
	}
	a.style.bad = r.NewStyle().Foreground(lipgloss.Color("1")).Bold(true)
	a.style.note = r.NewStyle().Foreground(lipgloss.Color("3"))
	a.style.dim = r.NewStyle().Faint(true)
	a.style.head = r.NewStyle().Bold(true)
	return a
}

// t gives a text in the language of the run.
func (a *app) t(zh, en string) string { return lang.T(zh, en).In(a.lang) }

// say writes one line for the person, on stderr.
func (a *app) say(t lang.Text) { a.tell("", harmless(t.In(a.lang))) }

// tell writes one line on stderr.
func (a *app) tell(lead, s string) {
	if a.errTTY {
		s = broken(lead, s, a.width(a.err))
	}
	fmt.Fprintln(a.err, lead+s)
}

// print writes one line on stdout.
func (a *app) print(lead, s string) error {
	if a.outTTY {
		s = broken(lead, s, a.width(a.out))
	}
	_, err := fmt.Fprintln(a.out, lead+s)
	return err
}

// broken breaks a line for a terminal between words, behind a lead that only the
// first has, unless something in it is longer than a line: that is for copying whole.
func broken(lead, s string, width int) string {
	text := strings.TrimLeft(s, " ")
	indent := len(s) - len(text)
	first := lipgloss.Width(lead) + indent
	room := width - first
	if room < 20 || slices.ContainsFunc(strings.Fields(text), func(w string) bool { return len(w) == lipgloss.Width(w) && len(w) > room }) {
		return s
	}
	return strings.Repeat(" ", indent) + strings.Join(report.Wrap(text, room), "\n"+strings.Repeat(" ", first))
}

// fault writes one line that says what is wrong, where, and what to do.
func (a *app) fault(t lang.Text) {
	a.tell(a.style.bad.Render(a.t("错误：", "error: ")), harmless(t.In(a.lang)))
}

// note writes one line about something the run goes on in spite of.
func (a *app) note(t lang.Text) {
	a.tell(a.style.note.Render(a.t("注意：", "note: ")), harmless(t.In(a.lang)))
}

// harmless keeps what came out of files and arguments from steering the terminal.
func harmless(s string) string {
	return strings.Map(func(r rune) rune {
		if r == '\n' || r == '\t' {
			return ' '
		}
		if unicode.IsControl(r) || unicode.Is(unicode.Bidi_Control, r) {
			return -1
		}
		return r
	}, s)
}

// width is how many columns a stream has; 80 for anything but a terminal.
func (a *app) width(w io.Writer) int {
	if s, ok := w.(*stdout); ok {
		w = s.w
	}
	if f, ok := w.(*os.File); ok {
		if n, _, err := term.GetSize(int(f.Fd())); err == nil && n > 0 {
			return n
		}
	}
	return 80
}

// mayAsk tells whether there is somebody to answer a question.
func (a *app) mayAsk(noInput bool) bool {
	return a.inTTY && a.errTTY && !noInput && a.env("CI") == ""
}

// toolVersion is what --version prints and the document carries.
func toolVersion() string {
	if version != "" {
		return version
	}
	if info, ok := debug.ReadBuildInfo(); ok && info.Main.Version != "" && info.Main.Version != "(devel)" {
		return info.Main.Version
	}
	return "dev"
}

// tidy holds what must be undone however the program ends.
type tidy struct {
	mu   sync.Mutex
	list []func()
}

// add remembers f and gives a function that does it now, and only once.
func (t *tidy) add(f func()) (now func()) {
	f = sync.OnceFunc(f)
	t.mu.Lock()
	defer t.mu.Unlock()
	t.list = append(t.list, f)
	return f
}

func (t *tidy) all() {
	t.mu.Lock()
	defer t.mu.Unlock()
	for i := len(t.list) - 1; i >= 0; i-- {
		t.list[i]()
	}
	t.list = nil
}

// holdWindow keeps the window of a double-click open until Enter.
func (a *app) holdWindow() {
	if a.clicked && a.inTTY {
		fmt.Fprint(a.err, a.t("按回车键关闭窗口。", "Press Enter to close this window."))
		_, _ = a.typed().next(nil)
	}
}
