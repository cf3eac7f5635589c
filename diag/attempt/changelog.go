package attempt

import (
	"strconv"
	"strings"

	"meiqia-diag/diag/evidence"
	"meiqia-diag/diag/incident"
	"meiqia-diag/diag/lazy"
	"meiqia-diag/diag/profile"
)

// Release is what the release notes of the agents' client say of recalls under one version.
type Release struct {
	Version string
	Text    string
	Source  string
}

var (
	releaseHead = lazy.MustCompile(`(?i)^\s*(?:#+\s*|\*+\s*|\[)?(?:(?:version|release|版本|更新)\s*)?v?(\d+\.\d+(?:\.\d+){0,2})\b[\])*:：]*\s*(?:[-–—(（（]?\s*(?:released )?\d{4}[-/.年]\d{1,2}[-/.月]\d{1,2}日?\s*[)）]?)?\s*$`)
	bullet      = lazy.MustCompile(`^\s*(?:[-*•·+]|\d{1,2}[.)、])\s*\S`)
	mends       = lazy.MustCompile(`(?i)\b(?:fix(?:e[sd])?|resolve[sd]?|correct(?:ed|s)?|repair(?:ed|s)?|no longer|bug|add(?:ed|s)?|new|support(?:s|ed)?|now works?)\b|修[复正]|解决|修订|新增|支持|不再`)
	affected    = lazy.MustCompile(`(?i)v?(\d+\.\d+(?:\.\d+){0,2})\s*(?:-|–|—|~|to|through|至|到)\s*v?(\d+\.\d+(?:\.\d+){0,2})`)
)

// releases reads a text of release notes; nil for any other. What they tell is
// what was wrong in older versions, and nothing that happened on this day.
func releases(lf evidence.LogFile) (out []Release, isNotes bool) {
	if lf.File.Kind == evidence.ServerLog || lf.File.Kind == evidence.Console {
		return nil, false
	}
	heads, bullets, others, version := 0, 0, 0, ""
	for _, e := range lf.Entries {
		for line := range strings.Lines(head(e.Text, 16<<10)) {
			line = strings.TrimRight(line, "\r\n")
			if m := releaseHead.FindStringSubmatch(line); m != nil {
				heads, version = heads+1, m[1]
				continue
			}
			switch {
			case strings.TrimSpace(line) == "":
			case bullet.MatchString(line):
				bullets++
			default:
				others++
			}
			if version != "" && mends.MatchString(line) && len(out) < 1000 {
				out = append(out, Release{Version: version, Text: strings.TrimSpace(line), Source: lf.File.Name})
			}
		}
	}
	if heads == 0 || bullets == 0 || others > heads+bullets {
		return nil, false
	}
	return out, true
}

// readReleases finds in the release notes what was wrong with recalls in the
// version that ran: what a later one mended, or brought.
func (a *Attempt) readReleases(in *incident.Incident) {
	version := firstText(in.String(incident.ClientVersion), a.Client.App)
	if version == "" {
		return
	}
	for _, r := range a.Releases {
		if a.Profile.RecallVerb(profile.Words(r.Text)) == "" || !below(version, r.Version) {
			continue
		}
		if m := affected.FindStringSubmatch(r.Text); m != nil && (below(version, m[1]) || below(m[2], version)) {
			continue // it says which versions had the defect, and this is none of them
		}
		a.Signals = append(a.Signals, Signal{Means: "outdated_client", Text: head(r.Text, 400), Words: r.Version + ": " + r.Text, Source: r.Source, Kind: evidence.TextLog, Strong: true})
	}
}

// below compares versions number by number.
func below(have, want string) bool {
	x, y := strings.Split(strings.TrimPrefix(have, "v"), "."), strings.Split(strings.TrimPrefix(want, "v"), ".")
	for i := range y {
		n, m := 0, 0
		if i < len(x) {
			n, _ = strconv.Atoi(leadingDigits(x[i]))
		}
		m, _ = strconv.Atoi(leadingDigits(y[i]))
		if n != m {
			return n < m
		}
	}
	return false
}

func leadingDigits(s string) string {
	for i := range s {
		if s[i] < '0' || s[i] > '9' {
			return s[:i]
		}
	}
	return s
}
