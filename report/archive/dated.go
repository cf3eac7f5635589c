package archive

import (
	"time"

	"meiqia-diag/diag"
	"meiqia-diag/diag/incident"
	"meiqia-diag/diag/lang"
)

// earliest is what a zip can tell: the time of an archive whose evidence names none.
var earliest = time.Date(1980, 1, 1, 0, 0, 0, 0, time.UTC)

var undatedNote = lang.T("这次诊断没有现场测量：started_at 取事件与证据里最晚的时刻（或 SOURCE_DATE_EPOCH），各项用时记为 0，因此同样的证据得到逐字节相同的报告。",
	"Nothing was measured live in this run: started_at is the latest moment that the incident and the evidence name (or SOURCE_DATE_EPOCH) and every duration is 0, so that the same evidence gives the same bytes.")

// dateless tells of a run that says nothing about when it ran: offline, and
// nothing in it was measured at the time.
func (b *builder) dateless() bool {
	if !b.opt.Offline {
		return false
	}
	for _, o := range b.opt.Doc.Observations() {
		if o.Live {
			return false
		}
	}
	return true
}

// undated takes out of a document what depends on the run and not on the
// evidence. The verdict does not change: it looks at when a run began only to
// judge what was measured live.
func (b *builder) undated(doc *diag.Document) {
	if !b.dateless() {
		return
	}
	at := latest(doc)
	if !b.opt.Epoch.IsZero() {
		at = b.opt.Epoch
	}
	doc.StartedAt, doc.DurationMS = at.Format(time.RFC3339Nano), 0
	doc.Checks = append([]diag.CheckJSON(nil), doc.Checks...)
	for i := range doc.Checks {
		doc.Checks[i].DurationMS = 0
	}
}

// latest is the last moment that a document names, in UTC.
func latest(doc *diag.Document) time.Time {
	out := earliest
	see := func(t time.Time) {
		if t.After(out) && t.Year() < 2100 {
			out = t.UTC()
		}
	}
	for _, m := range doc.Timeline {
		if t, err := time.Parse(time.RFC3339Nano, m.At); err == nil {
			see(t)
		}
	}
	if doc.Incident.Incident != nil {
		for _, f := range []incident.Field{incident.SentAt, incident.AttemptAt} {
			if m, ok := doc.Incident.Moment(f); ok {
				see(m.T)
			}
		}
	}
	return out
}

// zipTime is the time that all files of the archive bear: that of the run.
func (b *builder) zipTime() time.Time {
	t, err := time.Parse(time.RFC3339Nano, b.doc.StartedAt)
	if !b.opt.Epoch.IsZero() {
		t, err = b.opt.Epoch, nil
	}
	if err != nil || t.Year() < 1980 || t.Year() >= 2100 {
		return earliest
	}
	return t.UTC().Truncate(2 * time.Second)
}
