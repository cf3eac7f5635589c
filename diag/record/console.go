package record

import (
	"bufio"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	logdomain "github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/runtime"

	"meiqia-diag/diag/evidence/recording"
)

// line is one line of the console while it is recorded.
type line struct {
	at    time.Time
	level string // log debug info warning error
	place string // app.js:12
	text  string
}

const maxLines = 20_000

func (r *recorder) log(l line) {
	if len(r.console) < maxLines && strings.TrimSpace(l.text) != "" {
		r.console = append(r.console, l)
	}
}

func place(url string, lineNo int64) string {
	url = bare(url)
	if i := strings.LastIndexByte(url, '/'); i >= 0 {
		url = url[i+1:]
	}
	if url == "" {
		url = "(index)"
	}
	return fmt.Sprintf("%s:%d", url, lineNo+1)
}

func placeOf(s *runtime.StackTrace) string {
	if s == nil || len(s.CallFrames) == 0 {
		return ""
	}
	return place(s.CallFrames[0].URL, s.CallFrames[0].LineNumber)
}

// consoleCall takes a console.log and its kin. Of an object its kind is kept, and not what it holds.
func (r *recorder) consoleCall(t *tab, e *runtime.EventConsoleAPICalled) {
	if w, ok := t.worlds[e.ExecutionContextID]; ok && !w.main && strings.Contains(w.origin, "-extension://") {
		r.log(line{fromMillis(float64(e.Timestamp)), string(e.Type), w.origin + "/:1", joined(e.Args)})
		return
	}
	r.log(line{fromMillis(float64(e.Timestamp)), string(e.Type), placeOf(e.StackTrace), joined(e.Args)})
}

func joined(args []*runtime.RemoteObject) string {
	var parts []string
	for _, a := range args {
		if a == nil {
			continue
		}
		var s string
		switch {
		case a.Type == "string" && json.Unmarshal(a.Value, &s) == nil:
			if strings.HasPrefix(s, "color:") || strings.HasPrefix(s, "background:") {
				continue // the style of a %c
			}
			parts = append(parts, s)
		case a.Type == "object" || a.Type == "function":
			if a.Subtype == "error" {
				parts = append(parts, a.Description)
			} else {
				parts = append(parts, a.ClassName)
			}
		case len(a.Value) > 0:
			parts = append(parts, string(a.Value))
		case a.UnserializableValue != "":
			parts = append(parts, string(a.UnserializableValue))
		default:
			parts = append(parts, string(a.Type))
		}
	}
	return strings.ReplaceAll(strings.Join(parts, " "), "%c", "")
}

func (r *recorder) exception(t *tab, e *runtime.EventExceptionThrown) {
	d := e.ExceptionDetails
	if d == nil {
		return
	}
	text := d.Text
	if d.Exception != nil && d.Exception.Description != "" && d.Exception.Subtype == "error" {
		text += " " + d.Exception.Description
	} else if d.Exception != nil {
		text += " " + joined([]*runtime.RemoteObject{d.Exception})
	}
	at := placeOf(d.StackTrace)
	if at == "" {
		at = place(d.URL, d.LineNumber)
	}
	if w, ok := t.worlds[d.ExecutionContextID]; ok && !w.main && strings.Contains(w.origin, "-extension://") {
		at = w.origin + "/:1"
	}
	r.log(line{fromMillis(float64(e.Timestamp)), "error", at, text})
}

func (r *recorder) logEntry(_ *tab, e *logdomain.EventEntryAdded) {
	if e.Entry == nil {
		return
	}
	p := ""
	if e.Entry.URL != "" {
		p = place(e.Entry.URL, e.Entry.LineNumber)
	}
	text := e.Entry.Text
	if e.Entry.Source == "network" && e.Entry.URL != "" {
		text += " " + e.Entry.URL
	}
	r.log(line{fromMillis(float64(e.Entry.Timestamp)), string(e.Entry.Level), p, text})
}

// writeConsole writes the console as Chrome saves it with its timestamps on,
// the date with them: "2026-11-20T02:22:41.123Z chat.js:123 text".
func (r *recorder) writeConsole() error {
	lines := slices.Clone(r.console)
	for _, e := range r.events {
		if e.Type == "ws" && e.WS != nil {
			lines = append(lines, line{e.At, "info", "recorder.js:1", fmt.Sprintf("WebSocket connection to '%s' closed: code %d %s", bare(e.WS.URL), e.WS.Code, e.WS.Reason)})
		}
	}
	if len(lines) == 0 {
		return nil
	}
	slices.SortStableFunc(lines, func(a, b line) int { return a.at.Compare(b.at) })
	f, err := os.OpenFile(filepath.Join(r.dir, "console.log"), os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return err
	}
	w := bufio.NewWriter(f)
	for _, l := range lines {
		at := l.place
		if at == "" {
			at = "(index):1"
		}
		text := strings.TrimSpace(r.clean.free(l.text))
		switch l.level {
		case "error", "assert":
			text = "[Error] " + text
		case "warning":
			text = "[Warning] " + text
		}
		// What follows a line break belongs to the line: it is set in, as stacks are.
		text = strings.ReplaceAll(strings.ReplaceAll(text, "\r", ""), "\n", "\n    ")
		fmt.Fprintf(w, "%s %s %s\n", l.at.UTC().Format("2006-01-02T15:04:05.000Z"), at, text)
	}
	if err := w.Flush(); err != nil {
		f.Close()
		return err
	}
	return f.Close()
}

func (r *recorder) writePage(m recording.Manifest) error {
	f, err := os.OpenFile(filepath.Join(r.dir, "page.jsonl"), os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return err
	}
	slices.SortStableFunc(r.events, func(a, b recording.Event) int { return a.At.Compare(b.At) })
	w := bufio.NewWriter(f)
	put := func(v any) {
		if text, err := encode(v); err == nil {
			w.WriteString(text)
			w.WriteByte('\n')
		}
	}
	put(m)
	for _, e := range r.events {
		if e.Type == "said" && !r.clean.refusal(e.Text) {
			continue
		}
		if e.WS != nil {
			ws := *e.WS
			ws.URL, ws.Reason = r.clean.address(ws.URL), r.clean.free(ws.Reason)
			e.WS = &ws
		}
		if e.Press != nil {
			e.Press.Target = r.clean.hide(e.Press.Target)
		}
		put(e)
	}
	if err := w.Flush(); err != nil {
		f.Close()
		return err
	}
	return f.Close()
}

// writeHAR cleans and writes the network. All is gone through twice: what must
// be taken out of one place may only be known from another.
func (r *recorder) writeHAR(m recording.Manifest) error {
	r.clean.learn = true
	for _, q := range r.traffic.list {
		r.traffic.entryOf(q, r.clean, m.Ended)
	}
	r.clean.learn = false
	doc := harFile{harLog{Version: "1.2", Creator: harProgram{"meiqia-diag", m.Tool}, Browser: harProgram{Name: m.Browser}, Pages: []harPage{{Started: m.Started.Format("2006-01-02T15:04:05.000Z"), ID: "page_1", Title: m.URL}}, Entries: []*entry{}}}
	slices.SortStableFunc(r.traffic.list, func(a, b *request) int { return a.wall.Compare(b.wall) })
	for _, q := range r.traffic.list {
		doc.Log.Entries = append(doc.Log.Entries, r.traffic.entryOf(q, r.clean, m.Ended))
	}
	b, err := json.MarshalIndent(doc, "", " ")
	if err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(r.dir, "recording.har"), b, 0o600)
}
