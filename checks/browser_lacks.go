package checks

import (
	"strconv"

	"meiqia-diag/diag/attempt"
	"meiqia-diag/diag/evidence"
	"meiqia-diag/diag/lazy"
)

// BrowserLacks is a function of browsers' engines that the page called and did
// not find, or syntax at which its script's parser stopped; fits says whether the
// browser is too old for it: yes, no, or unknown. ends says whether the lack ended
// the recall or a whole script, as far as is known: yes, no.
const BrowserLacks = "browser.lacks"

// uncaught is an exception that ended the script it was thrown in; what a parser
// refuses never runs at all. A promise that failed ended its own work alone.
var (
	uncaught  = lazy.MustCompile(`(?i)\buncaught |\bunhandled exception|SyntaxError: `)
	inPromise = lazy.MustCompile(`(?i)in promise`)
)

// lacks holds what consoles say is missing against the browser's version: one
// that is recent enough has the function, so that something else took it away.
func (s *sheet) lacks(a *attempt.Attempt) (old bool) {
	type lack struct {
		attempt.Feature
		sig  attempt.Signal
		ends bool
	}
	var list []lack
	index := map[string]int{}
	for _, sig := range a.Signals {
		if sig.Said || sig.Means != "outdated_browser" || sig.Kind == evidence.ServerLog && !sig.Strong {
			continue
		}
		f, ok := attempt.Lacking(sig.Text)
		if !ok {
			continue
		}
		// What an engine lacks it lacks at any time, but only some lacks end what was to be done.
		ends := sig.Strong || uncaught.MatchString(sig.Text) && !inPromise.MatchString(sig.Text)
		if i, told := index[f.Name]; !told {
			index[f.Name] = len(list)
			list = append(list, lack{f, sig, ends})
		} else if ends && !list[i].ends {
			list[i] = lack{f, sig, ends}
		}
	}
	for _, l := range list[:min(len(list), 8)] {
		fits, since := "unknown", ""
		if v, known := l.Since(a.Client.Browser); known {
			since = strconv.FormatFloat(v, 'f', -1, 64)
			if fits = "no"; a.Client.Version != "" && older(a.Client.Version, since) {
				fits, old = "yes", old || l.ends
			} else if a.Client.Version == "" {
				fits = "unknown"
			}
		}
		s.add(BrowserLacks, l.Name, from(l.sig.Source), at(l.sig.At), detail("fits", fits, "ends", yesNo(l.ends), "browser", a.Client.Browser, "version", a.Client.Version, "since", since))
	}
	return old
}
