// Package compare tells what differs between two recordings of the same recall:
// one with a person's extensions and settings, one without. It says what
// changed, and judges nothing.
package compare

import (
	"slices"
	"strings"

	"meiqia-diag/diag/attempt"
	"meiqia-diag/diag/evidence/har"
	"meiqia-diag/diag/evidence/recording"
	"meiqia-diag/diag/lazy"
)

const mostDifferences = 20

// Recordings compares the recall with the person's profile and without it.
func Recordings(with, without *attempt.Attempt) recording.Comparison {
	c := recording.Comparison{With: outcome(with), Without: outcome(without), Differences: []recording.Difference{}}
	switch a, b := c.With.Works(), c.Without.Works(); {
	case a == "" || b == "":
		c.Says = "incomparable"
	case a == "no" && b == "yes":
		c.Says = "works-without"
	case a == "yes" && b == "no":
		c.Says = "works-with"
	case a == "yes":
		c.Says = "works-alike"
	default:
		c.Says = "fails-alike"
	}
	add := func(what, of, x, y string) {
		d := recording.Difference{What: what, Of: of, With: x, Without: y}
		if x != y && len(c.Differences) < mostDifferences && !slices.Contains(c.Differences, d) {
			c.Differences = append(c.Differences, d)
		}
	}
	add("dispatch", "", c.With.Dispatch, c.Without.Dispatch)
	add("result", "", c.With.Result, c.Without.Result)
	add("tap", "", c.With.Tap, c.Without.Tap)
	add("build", "", with.Client.PageBuild, without.Client.PageBuild)
	x, y := requests(with), requests(without)
	for _, key := range keys(x, y) {
		switch p, q := x[key], y[key]; {
		case p == "":
			if scriptOrPage.MatchString(key) {
				add("request", key, "absent", q)
			}
		case q == "":
			if strings.HasPrefix(p, "blocked") || strings.HasPrefix(p, "failed") {
				add("request", key, p, "absent")
			}
		default:
			add("request", key, p, q)
		}
	}
	if list := names(with); len(list) > 0 {
		add("extensions", "", strings.Join(list, ", "), strings.Join(names(without), ", "))
	}
	return c
}

var scriptOrPage = lazy.MustCompile(`^(?:script|document) `)

func names(a *attempt.Attempt) (out []string) {
	for _, x := range a.Extensions() {
		out = append(out, x.Name)
	}
	slices.Sort(out)
	return out
}

// outcome tells how the recall of one recording went.
func outcome(a *attempt.Attempt) recording.Outcome {
	o := recording.Outcome{}
	if a.Tap != nil {
		o.Tap = string(a.Tap.Result)
	}
	if a.Button != nil {
		o.Button = a.Button.State
	}
	r := a.Request
	switch {
	case r != nil:
		o.Result, o.Dispatch = string(r.Result), "sent"
		if r.Result == attempt.NotSent || r.Call != nil && (r.Call.Failure == attempt.FailBlocked || r.Call.Failure == attempt.FailPolicy) {
			o.Dispatch = "stopped"
		}
	case a.Covered == attempt.CoverFull && a.Tap != nil && a.Tap.Result != attempt.TapNone:
		o.Result, o.Dispatch = string(attempt.NotSent), "absent"
	}
	return o
}

var (
	number = lazy.MustCompile(`^(?:\d+|[0-9a-f]{16,}|[0-9a-f-]{36})$`)
	hashed = lazy.MustCompile(`[._-][0-9a-f]{6,}\.`)
)

// requests gives how each of the service's addresses ended, ids left out of the
// address so that two recordings name it alike. Of several that ended
// differently the worst counts.
func requests(a *attempt.Attempt) map[string]string {
	out := map[string]string{}
	worse := []string{"blocked", "policy", "failed", "missing", "cached", "ok"}
	for _, c := range a.Calls {
		key := keyOf(c)
		end := endOf(c)
		old, ok := out[key]
		if !ok || slices.IndexFunc(worse, func(w string) bool { return strings.HasPrefix(end, w) }) < slices.IndexFunc(worse, func(w string) bool { return strings.HasPrefix(old, w) }) {
			out[key] = end
		}
	}
	return out
}

func endOf(c *attempt.Call) string {
	switch c.Failure {
	case attempt.FailBlocked:
		return "blocked by an extension"
	case attempt.FailPolicy:
		return "policy: " + reason(c.Entry)
	case attempt.FailPending:
		return "ok"
	case "":
	default:
		return "failed: " + string(c.Failure)
	}
	switch {
	case c.Status == 404 || c.Status == 410:
		return "missing"
	case c.Entry.FromCache() == "disk" || c.Entry.ViaSW && c.Entry.SWSource() == "cache-storage":
		return "cached"
	}
	return "ok"
}

func reason(e *har.Entry) string {
	if e.BlockedReason() != "" {
		return e.BlockedReason()
	}
	return e.ErrorText()
}

func keyOf(c *attempt.Call) string {
	url := c.Entry.URL
	if i := strings.IndexAny(url, "?#"); i >= 0 {
		url = url[:i]
	}
	parts := strings.Split(url, "/")
	for i, p := range parts {
		if i > 2 && number.MatchString(p) {
			parts[i] = "*"
		}
	}
	return c.Kind + " " + hashed.ReplaceAllString(strings.Join(parts, "/"), ".*.")
}

func keys(x, y map[string]string) (out []string) {
	for k := range x {
		out = append(out, k)
	}
	for k := range y {
		if _, ok := x[k]; !ok {
			out = append(out, k)
		}
	}
	slices.Sort(out)
	return out
}
