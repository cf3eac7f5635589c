package report

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"time"

	"meiqia-diag/diag"
	"meiqia-diag/diag/lang"
)

// DiffFormats lists the names that WriteDiff knows.
var DiffFormats = []string{"text", "json", "markdown", "html"}

// WriteDiff shows what changed between two documents, which WordDiff has put into words.
func WriteDiff(w io.Writer, format string, d *diag.Diff, opt Options) error {
	if opt.Lang == "" {
		opt.Lang = lang.EN
	}
	switch format {
	case "text":
		return diffText(w, d, opt)
	case "json":
		var buf bytes.Buffer
		enc := json.NewEncoder(&buf)
		enc.SetEscapeHTML(false)
		enc.SetIndent("", "  ")
		if err := enc.Encode(d); err != nil {
			return err
		}
		_, err := w.Write(buf.Bytes())
		return err
	case "markdown":
		return diffMarkdown(w, d, opt)
	case "html":
		return diffHTML(w, d, opt)
	}
	return fmt.Errorf("no format %q", format)
}

// sideText names one of the two documents in a line.
func sideText(s diag.DiffSide) lang.Text {
	t := lang.T("%s，%s，%s", "%s, %s, %s").F(clean(s.Name), startedText(s.StartedAt), outcomeTitle(s.Outcome))
	if s.Health {
		t = lang.T("%s（巡检）", "%s (a health run)").F(t)
	}
	return t
}

// startedText writes when a run began, in its own zone.
func startedText(s string) string {
	if t, err := time.Parse(time.RFC3339Nano, s); err == nil {
		return t.Format("2006-01-02 15:04:05 -07:00")
	}
	return clean(s)
}

// shownChanges is what a comparison shows, whatever it is part of.
type shownChanges struct {
	causes             []diag.CauseChange
	significant, minor []diag.Change
	alike              []diag.Change
	notes              []lang.Text
}

func diffShown(d *diag.Diff) shownChanges {
	s := shownChanges{causes: d.Causes, alike: d.Alike, notes: cleanAll(d.Notes)}
	s.significant, s.minor = significant(d.Changes)
	return s
}

func verifiedShown(v *diag.Verified) shownChanges {
	s := shownChanges{causes: v.Causes, notes: cleanAll(v.Notes)}
	s.significant, s.minor = significant(v.Changes)
	return s
}

func cleanAll(list []lang.Text) []lang.Text {
	var out []lang.Text
	for _, t := range list {
		out = append(out, cleanText(t))
	}
	return out
}

// why says what stands behind the state of a cause.
func why(c diag.CauseChange) lang.Text {
	if !c.Tell.IsZero() {
		return cleanText(c.Tell)
	}
	if len(c.Because) == 0 {
		return lang.Text{}
	}
	t := lang.Text{}
	for _, id := range c.Because {
		name := observationName(id)
		if x, ok := changedParts[id]; ok {
			name = x
		}
		if t.IsZero() {
			t = name
		} else {
			t = lang.T("%s、%s", "%s, %s").F(t, name)
		}
	}
	return lang.T("依据：%s", "because of: %s").F(t)
}

func diffText(w io.Writer, d *diag.Diff, opt Options) error {
	t := newText(w, opt)
	t.quoted("", "", t.in(cleanText(d.Summary)))
	t.line("")
	t.para("  A  ", "dim", t.in(sideText(d.A)), "")
	t.para("  B  ", "dim", t.in(sideText(d.B)), "")
	t.changed(diffShown(d))
	_, err := io.WriteString(w, t.b.String())
	return err
}

func newText(w io.Writer, opt Options) *text {
	width := opt.Width
	if width <= 0 {
		width = 80
	}
	return &text{l: opt.Lang, width: min(max(width, 40), 120), tone: tones(w, opt.Color), terminal: opt.Terminal}
}

// changed writes the parts of a comparison.
func (t *text) changed(s shownChanges) {
	if len(s.causes) > 0 {
		t.head(sCauses)
		for _, c := range s.causes {
			m := causeState(c.State)
			t.para("  "+m.Sign+" "+t.in(m.Word)+"  ", m.Tone, t.in(causeLabel(c.Code)), "")
			if x := why(c); !x.IsZero() {
				t.para("     ", "", t.in(x), "dim")
			}
		}
	}
	t.head(sChanges)
	for _, c := range s.significant {
		m := directionMark(c.Direction)
		t.para("  "+m.Sign+" ", m.Tone, t.in(changeLine(c)), "")
	}
	if len(s.significant) == 0 {
		t.line("  " + t.in(sNoChanges))
	}
	t.plain(sMinor, s.minor)
	t.plain(sAlike, s.alike)
	t.list(sNotes, s.notes)
}

func (t *text) plain(h lang.Text, list []diag.Change) {
	if len(list) == 0 {
		return
	}
	t.head(h)
	for _, c := range list {
		t.para("  - ", "dim", t.in(cleanText(c.Text)), "dim")
	}
}

// changeLine is a change with its direction in a word.
func changeLine(c diag.Change) lang.Text {
	t := cleanText(c.Text)
	if c.Direction == diag.Neutral || c.Direction == "" {
		return t
	}
	return lang.T("%s（%s）", "%s (%s)").F(t, directionMark(c.Direction).Word)
}

func diffMarkdown(w io.Writer, d *diag.Diff, opt Options) error {
	m := &markdown{l: opt.Lang}
	m.f("# %s\n\n**%s**\n\n", m.t(sDiff), m.t(cleanText(d.Summary)))
	m.f("- A%s%s\n- B%s%s\n", m.t(sColon), m.t(sideText(d.A)), m.t(sColon), m.t(sideText(d.B)))
	m.changed(diffShown(d))
	_, err := io.WriteString(w, m.b.String())
	return err
}

// changed writes the parts of a comparison.
func (m *markdown) changed(s shownChanges) {
	if len(s.causes) > 0 {
		m.head(sCauses)
		for _, c := range s.causes {
			k := causeState(c.State)
			name := lang.Same(clean(string(c.Code)))
			if x, ok := diag.CauseOf(c.Code); ok {
				name = x.Name
			}
			m.f("- %s **%s** %s `%s`", k.Sign, m.t(k.Word), m.t(name), codeSpan(string(c.Code)))
			if x := why(c); !x.IsZero() {
				m.f("  \n  %s", m.t(x))
			}
			m.f("\n")
		}
	}
	m.head(sChanges)
	for _, c := range s.significant {
		m.f("- %s %s\n", directionMark(c.Direction).Sign, m.t(changeLine(c)))
	}
	if len(s.significant) == 0 {
		m.f("%s\n", m.t(sNoChanges))
	}
	for _, x := range []struct {
		head lang.Text
		list []diag.Change
	}{{sMinor, s.minor}, {sAlike, s.alike}} {
		var list []lang.Text
		for _, c := range x.list {
			list = append(list, cleanText(c.Text))
		}
		m.bullets(x.head, list)
	}
	m.bullets(sNotes, s.notes)
}
