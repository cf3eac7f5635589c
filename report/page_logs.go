package report

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

	"meiqia-diag/diag/lang"
)

// Bounds of the logs on the page; the archive's files have all.
const (
	mostLanes  = 6         // columns; further logs share the last
	mostLines  = 1500      // entries
	mostBytes  = 640 << 10 // of their texts
	mostRulers = 60        // moments between them
	lineText   = 600       // characters of one entry
	manyLines  = 250       // from here on the page opens on what is near the press
	pressReach = 10 * time.Second
)

// pageLogs is all logs on one axis of time, a column for each.
type pageLogs struct {
	Lanes   []pageLane
	Rows    []logRow
	Untimed []Log // that tell no times
	Pressed bool  // the press is known
	Near    bool  // the page opens on what is near it
	Warned  bool  // some line is a warning
}

type pageLane struct {
	N       int
	Column  int
	Name    string
	Note    lang.Text
	Omitted int
}

// logRow is an entry of one log, or a moment of the incident across all.
type logRow struct {
	Class  string
	Moment int // its number, 0 for an entry
	Time   string
	Day    string // where it is another than the row's before
	Lane   *pageLane
	Number int
	Flag   lang.Text
	Why    lang.Text
	Text   string
	Words  lang.Text // of a moment
	Same   []logRow  // it and those after it that are alike, none for a row of its own
	Alike  lang.Text // how many, and from when to when

	at      time.Time
	serious bool
	warning bool
	near    bool
}

// logsOf merges the logs by the instants of their entries, and puts the
// incident's moments between them.
func logsOf(logs []Log, ms []moment) pageLogs {
	var p pageLogs
	press := pressOf(ms)
	p.Pressed = !press.IsZero()
	var zone *time.Location
	if len(ms) > 0 {
		zone = ms[0].t.Location()
	}
	for _, l := range logs {
		if !slices.ContainsFunc(l.Lines, func(x LogLine) bool { return !x.At.IsZero() }) {
			p.Untimed = append(p.Untimed, l)
			continue
		}
		p.Lanes = append(p.Lanes, pageLane{N: len(p.Lanes) + 1, Column: min(len(p.Lanes)+1, mostLanes), Name: l.Name, Note: l.Note, Omitted: l.Omitted})
	}
	k := 0
	for _, l := range logs {
		if k < len(p.Lanes) && p.Lanes[k].Name == l.Name && slices.ContainsFunc(l.Lines, func(x LogLine) bool { return !x.At.IsZero() }) {
			p.entries(l, &p.Lanes[k], press)
			k++
		}
	}
	if len(p.Rows) == 0 {
		return p
	}
	p.bound(press)
	p.Near = p.Pressed && len(p.Rows) > manyLines && slices.ContainsFunc(p.Rows, func(r logRow) bool { return r.near })
	for i, m := range first(ms, mostRulers) {
		if m.Kind == "console" || m.Kind == "log" {
			continue // they are the logs' own lines
		}
		class := "ruler"
		if m.Serious {
			class += " serious"
		}
		p.Rows = append(p.Rows, logRow{Class: class, Moment: i + 1, Words: m.text, at: m.t})
	}
	slices.SortStableFunc(p.Rows, func(a, b logRow) int {
		return cmp.Or(a.at.Compare(b.at), cmp.Compare(b.Moment, a.Moment))
	})
	day := ""
	for i := range p.Rows {
		r := &p.Rows[i]
		at := r.at
		if zone != nil {
			at = at.In(zone)
		}
		r.Time = at.Format("15:04:05.000")
		if d := at.Format("2006-01-02"); d != day {
			r.Day, day = d, d
		}
	}
	p.Rows = folded(p.Rows)
	return p
}

func pressOf(ms []moment) time.Time {
	for _, kind := range []string{"press", "request"} {
		for _, m := range ms {
			if m.Kind == kind {
				return m.t
			}
		}
	}
	return time.Time{}
}

// entries adds a log's entries; lines without a time belong to the one above.
func (p *pageLogs) entries(l Log, lane *pageLane, press time.Time) {
	for _, x := range l.Lines {
		if x.At.IsZero() {
			if n := len(p.Rows) - 1; n >= 0 && p.Rows[n].Lane == lane {
				if len(p.Rows[n].Text) < 4*lineText {
					p.Rows[n].Text += "\n" + x.Text
				}
				p.Rows[n].mark(x)
				continue
			}
			lane.Omitted++ // the end of an entry that is not shown
			continue
		}
		r := logRow{Lane: lane, Number: x.Number, Text: x.Text, at: x.At}
		r.near = !press.IsZero() && x.At.Sub(press).Abs() <= pressReach
		r.mark(x)
		p.Rows = append(p.Rows, r)
	}
	for i := range p.Rows {
		r := &p.Rows[i]
		r.Class = fmt.Sprintf("c%d f%d", r.Lane.Column, min(r.Lane.N, mostFilters))
		if r.near {
			r.Class += " near"
		}
		switch {
		case r.serious:
			r.Class += " e"
			r.say("error")
		case r.warning:
			r.Class += " w"
			r.say("warn")
			p.Warned = true
		}
	}
}

// mostFilters is how many logs have a switch of their own; the rest share the last.
const mostFilters = 8

// say flags the entry; why it stands out need not begin with the same word.
func (r *logRow) say(flag string) {
	r.Flag = pageWords[flag]
	strip := func(why, comma string, words ...string) string {
		for _, w := range words {
			if rest, ok := strings.CutPrefix(why, w); ok && (rest == "" || strings.HasPrefix(rest, comma)) {
				return strings.TrimPrefix(rest, comma)
			}
		}
		return why
	}
	r.Why = lang.Text{ZH: strip(r.Why.ZH, "，", r.Flag.ZH), EN: strip(r.Why.EN, ", ", "an "+r.Flag.EN, "a "+r.Flag.EN)}
}

func (r *logRow) mark(x LogLine) {
	if r.Why.IsZero() {
		r.Why = x.Why
	}
	r.serious = r.serious || x.Serious || x.Level == "error"
	r.warning = r.warning || x.Level == "warn" || !x.Why.IsZero()
}

// bound keeps the entries that tell most: errors, what is near the press,
// warnings, and then what is nearest to the press.
func (p *pageLogs) bound(press time.Time) {
	total := 0
	for i := range p.Rows {
		p.Rows[i].Text = shortened(p.Rows[i].Text)
		total += len(p.Rows[i].Text)
	}
	if len(p.Rows) <= mostLines && total <= mostBytes {
		return
	}
	rank := func(r logRow) int {
		switch {
		case r.near && r.serious:
			return 0
		case r.serious:
			return 1
		case r.near:
			return 2
		case r.warning:
			return 3
		}
		return 4
	}
	slices.SortStableFunc(p.Rows, func(a, b logRow) int {
		return cmp.Or(cmp.Compare(rank(a), rank(b)), cmp.Compare(a.at.Sub(press).Abs(), b.at.Sub(press).Abs()))
	})
	kept, size := 0, 0
	for kept < min(len(p.Rows), mostLines) && size < mostBytes {
		size += len(p.Rows[kept].Text)
		kept++
	}
	for _, r := range p.Rows[kept:] {
		r.Lane.Omitted++
	}
	p.Rows = slices.Clip(p.Rows[:kept])
}

// shortened cuts each line of an entry to what the page shows of it.
func shortened(s string) string {
	out := strings.Split(s, "\n")
	for i := range out {
		out[i] = voice{lineText}.one(strings.ReplaceAll(out[i], "\t", "  "))
	}
	return strings.Join(out, "\n")
}

// lines writes an entry of a log.
func (v voice) lines(s string) string { return shortened(s) }
