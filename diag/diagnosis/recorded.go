package diagnosis

import (
	"fmt"
	"strings"
	"time"

	"meiqia-diag/diag/attempt"
	"meiqia-diag/diag/incident"
)

// recorded fills in what nobody stated and a recording of the page proves: it
// is measured. What a person said stays as it is.
func recorded(a *attempt.Attempt, in *incident.Incident) *incident.Incident {
	if len(a.Evidence.Pages) == 0 {
		return in
	}
	out := incident.New()
	for _, f := range in.Fields() {
		fact, _ := in.Get(f)
		out.Put(f, fact)
	}
	put := func(f incident.Field, value any, source string) {
		if _, known := out.Get(f); !known {
			out.Put(f, incident.Fact{Value: value, Basis: incident.Measured, Source: source})
		}
	}
	page := a.Evidence.Pages[0]
	if ua := page.Manifest.UserAgent; ua != "" {
		kind := "desktop_web"
		if strings.Contains(ua, "Mobile") || strings.Contains(ua, "Android") {
			kind = "mobile_web"
		}
		put(incident.Device, kind, page.File.Name)
	}
	t := a.Tap
	if t == nil || t.Result == attempt.TapNone {
		return out
	}
	put(incident.AttemptAt, incident.Moment{Text: t.At.T.Format(time.RFC3339Nano), T: t.At.T, Err: t.At.Err}, t.At.Source)
	switch t.Result {
	case attempt.TapMissed, attempt.TapCovered, attempt.TapSwallowed, attempt.TapDisabled:
		put(incident.Symptom, "no_reaction", t.At.Source)
		return out
	}
	n := 0
	for _, e := range page.Events {
		n++
		if gap := e.At.Sub(t.At.T); e.Type == "said" && gap > 0 && gap < 30*time.Second {
			source := fmt.Sprintf("%s:%d", page.File.Name, n+1)
			put(incident.ErrorText, e.Text, source)
			put(incident.Symptom, "refused", source)
			break
		}
	}
	return out
}
