package checks

import (
	"strconv"

	"meiqia-diag/diag/attempt"
)

// BrowserLacks is a function of browsers' engines that the page called and did
// not find; fits says whether the browser is too old for it: yes, no, or unknown.
const BrowserLacks = "browser.lacks"

// lacks holds what consoles say is missing against the browser's version: one
// that is recent enough has the function, so that something else took it away.
func (s *sheet) lacks(a *attempt.Attempt) (old bool) {
	told := map[string]bool{}
	for _, sig := range a.Signals {
		if sig.Said || !sig.Strong {
			continue
		}
		f, ok := attempt.Lacking(sig.Text)
		if !ok || told[f.Name] {
			continue
		}
		told[f.Name] = true
		fits, since := "unknown", ""
		if v, known := f.Since(a.Client.Browser); known {
			since = strconv.FormatFloat(v, 'f', -1, 64)
			if fits = "no"; a.Client.Version != "" && older(a.Client.Version, since) {
				fits, old = "yes", true
			} else if a.Client.Version == "" {
				fits = "unknown"
			}
		}
		s.add(BrowserLacks, f.Name, from(sig.Source), at(sig.At), detail("fits", fits, "browser", a.Client.Browser, "version", a.Client.Version, "since", since))
	}
	return old
}
