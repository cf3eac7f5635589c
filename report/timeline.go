package report

import (
	"math"
	"sort"
	"time"

	"meiqia-diag/diag"
	"meiqia-diag/diag/incident"
	"meiqia-diag/diag/lang"
)

// moment is a moment of the timeline with its time read.
type moment struct {
	diag.Moment
	t    time.Time
	text lang.Text
}

// moments gives the timeline in its order in time and in the zone of the
// person's clock; moments without a readable time are left out.
func moments(doc *diag.Document) []moment {
	var out []moment
	zone := ZoneOf(doc)
	for _, m := range doc.Timeline {
		t, err := time.Parse(time.RFC3339Nano, m.At)
		if err != nil {
			continue
		}
		text := cleanText(m.Text)
		if text.IsZero() {
			text = kindWord(m.Kind)
		}
		if zone != nil {
			t = t.In(zone)
		}
		out = append(out, moment{m, t, text})
	}
	sort.SliceStable(out, func(i, j int) bool { return out[i].t.Before(out[j].t) })
	return out
}

// otherTime is what the clock showed where that is not what the service's time
// tells already; the day stands only where it is another one.
func otherTime(m moment) string {
	t, err := time.Parse(time.RFC3339Nano, m.Shown)
	if err != nil {
		return m.Shown
	}
	t = t.In(m.t.Location())
	switch {
	case t.Format(dayAndTime) == m.t.Format(dayAndTime):
		return ""
	case t.Format("20060102") == m.t.Format("20060102"):
		return t.Format("15:04:05.000")
	}
	return t.Format(dayAndTime)
}

const dayAndTime = "2006-01-02 15:04:05.000"

// ZoneOf gives the zone that the person's clock shows: as the incident tells
// it, else as the page wrote it down; nil when nothing tells.
func ZoneOf(doc *diag.Document) *time.Location {
	for _, f := range []incident.Field{incident.AttemptAt, incident.SentAt} {
		if m, ok := doc.Incident.Moment(f); ok {
			return fixedZone(m.T)
		}
	}
	for _, m := range doc.Timeline {
		t, err := time.Parse(time.RFC3339Nano, m.Shown)
		if _, off := t.Zone(); err == nil && off != 0 && m.Clock != "service" {
			return fixedZone(t)
		}
	}
	return nil
}

func fixedZone(t time.Time) *time.Location {
	_, off := t.Zone()
	return time.FixedZone("", off)
}

// clockTime writes the time of day; the day is named where the timeline spans several.
func clockTime(m moment, days bool) string {
	if days {
		return m.t.Format("01-02 15:04:05.000")
	}
	return m.t.Format("15:04:05.000")
}

func severalDays(ms []moment) bool {
	return len(ms) > 0 && ms[0].t.Format("20060102") != ms[len(ms)-1].t.Format("20060102")
}

// errText writes how wrong a time may be; "" when that is under a millisecond.
func errText(ms float64) lang.Text {
	switch {
	case ms < 1 || math.IsNaN(ms) || math.IsInf(ms, 0):
		return lang.Text{}
	case ms < 1000:
		return lang.T("±%s 毫秒", "±%s ms").F(number(max(math.Ceil(ms-1e-6), 1)))
	case ms < 120_000:
		return lang.T("±%s 秒", "±%s s").F(number(math.Ceil(ms/100-1e-6) / 10))
	}
	return lang.T("±%s 分", "±%s min").F(number(math.Ceil(ms/6000-1e-6) / 10))
}

// basisClass gives one of three classes, whatever the document says.
func basisClass(b incident.Basis) string {
	if _, ok := basisWords[b]; ok {
		return string(b)
	}
	return string(incident.Assumed)
}
