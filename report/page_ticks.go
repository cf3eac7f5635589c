package report

import (
	"time"

	"meiqia-diag/report/plot"
)

// tickWords writes the readings at the ticks of one part of an axis, as far as
// there is room. Ticks of milliseconds tell their seconds alone behind one that
// told the hour and the minute.
type tickWords struct {
	minute string // of the reading that was written last
}

const minuteLayout = "2006-01-02 15:04"

// part writes one part's readings, from and to are its ends in em; it reports
// whether any was written.
func (k *tickWords) part(ticks []time.Time, step time.Duration, from, to float64, at func(time.Time) float64, write func(time.Time, string)) (told bool) {
	layout := plot.Layout(step)
	half := func(words string) float64 { return plot.Width(words) * tickSize / 2 }
	const whole = "15:04:05.000"
	room := false
	for _, t := range ticks {
		x, h := at(t), half(whole)
		room = room || x-h >= from && x+h <= to
	}
	for _, t := range ticks {
		forms := []string{t.Format(layout)}
		if minute := t.Format(minuteLayout); step < time.Second && k.minute != minute {
			switch {
			case room:
				forms = []string{t.Format(whole)}
			case t.Truncate(time.Second).Equal(t):
				forms = []string{t.Format("15:04:05"), forms[0]}
			}
		}
		for _, words := range forms {
			if x, h := at(t), half(words); x-h >= from && x+h <= to {
				write(t, words)
				if len(words) > len("05.000") || step >= time.Second {
					k.minute = t.Format(minuteLayout)
				}
				from, told = x+h+0.45, true
				break
			}
		}
	}
	return told
}
