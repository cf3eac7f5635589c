package checks

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"io"
	"math"
	"net/http"
	"slices"
	"strconv"
	"time"

	"meiqia-diag/checks/probe"
	"meiqia-diag/checks/webcache"
	"meiqia-diag/diag"
	"meiqia-diag/diag/attempt"
	"meiqia-diag/diag/incident"
)

// What is asked of the service at most.
const (
	maxCompared = 12
	maxPageText = 512 << 10
	askTime     = 1500 * time.Millisecond // for all: clocks were measured before, and a run stays short
)

// compared is how a copy stands to what the service has now.
type compared struct {
	stored
	verdict   string // sameCopy, otherCopy, unknownCopy
	was, is   string // what tells the two apart
	changed   time.Time
	storedID  string // validator or build of the copy
	currentID string
	recall    string // of a script: whether both ask for recalls at the same paths (same, differs), "" unknown
}

// againstService asks the service for its current page and scripts, and compares the copies
// with them. Only hosts of the profile are asked, without cookies.
func (s *sheet) againstService(ctx context.Context, in *diag.Input, all []stored) (worst string, reason compared) {
	list := worthAsking(in, all)
	if in.Offline || len(list) == 0 {
		return "", compared{}
	}
	var asks []probe.Ask
	index := map[string]int{}
	for _, c := range list {
		i, ok := index[c.URL]
		if !ok {
			i = len(asks)
			index[c.URL] = i
			asks = append(asks, probe.Ask{URL: c.URL, ETag: c.Header.Get("ETag"), Modified: c.Header.Get("Last-Modified"), Accept: accept(c.kind)})
		} else if asks[i].ETag != c.Header.Get("ETag") || asks[i].Modified != c.Header.Get("Last-Modified") {
			asks[i].ETag, asks[i].Modified = "", "" // copies that differ: the whole is compared
		}
	}
	opt := probeOptions(in)
	opt.Timeout = askTime
	answers := probe.Fetch(ctx, asks, opt)
	stale := map[*place]bool{}
	var same []compared
	for _, c := range list {
		r := compare(c, answers[index[c.URL]])
		if r.verdict == otherCopy && c.kind == scriptCopy {
			r.recallOf(answers[index[c.URL]], in)
		}
		if m, ok := in.Incident.Moment(incident.AttemptAt); ok && r.verdict == otherCopy && r.changed.After(m.T) {
			continue // the service changed it since: then it was current
		}
		switch r.verdict {
		case otherCopy:
			stale[c.place] = true
			s.app("stale", r, in)
			if worst == "" || r.kept && !reason.kept {
				worst, reason = "stale", r
			}
		case sameCopy:
			same = append(same, r)
		}
	}
	for _, r := range same {
		if !stale[r.place] {
			stale[r.place] = true // once is enough
			s.app("current", r, in)
			if worst == "" {
				worst, reason = "current", r
			}
		}
	}
	return worst, reason
}

// app reports how a copy stands to the service's.
func (s *sheet) app(word string, r compared, in *diag.Input) {
	minutes := ""
	if r.where == httpCache && r.kept {
		minutes = strconv.Itoa(int(math.Ceil(r.fresh.Left().Minutes())))
	}
	words := ""
	if word == "stale" {
		words = clip(lastPart(r.URL), 60) + ": " + clip(firstOf(r.was, r.storedID), 40) + " ≠ " + clip(firstOf(r.is, r.currentID), 40)
	}
	opts := []option{from(r.place.source), detail("copy", "stored", "where", r.where, "url", clip(pathOf(r.URL), 120), "page", r.storedID, "service", r.currentID,
		"kept", yesNo(r.kept), "minutes", minutes, "partition", r.partition(), "profile", r.place.name, "words", words, "kind", r.kind, "recall", r.recall)}
	// What the service has had since before the incident was so then, too.
	if m, ok := in.Incident.Moment(incident.AttemptAt); !ok || r.place.live || r.changed.IsZero() || r.changed.After(m.T) {
		opts = append(opts, live())
	}
	s.add(CacheApp, word, opts...)
}

func accept(kind string) string {
	if kind == pageCopy {
		return "text/html,application/xhtml+xml,*/*;q=0.8"
	}
	return ""
}

// worthAsking picks the copies to compare: pages first, then the scripts whose
// address is the same for every build, the newest of them first. A worker's
// own copies come before the HTTP cache's, which the page does not see then.
func worthAsking(in *diag.Input, all []stored) []stored {
	var out []stored
	for _, c := range all {
		if c.kind == viewCopy || !askable(in, c.URL) || c.kind == scriptCopy && namedByContent(c.URL) {
			continue
		}
		out = append(out, c)
	}
	rank := func(c stored) int {
		n := 0
		if c.kind != pageCopy {
			n += 2
		}
		if c.where != workerCache {
			n++
		}
		return n
	}
	slices.SortStableFunc(out, func(a, b stored) int {
		if d := rank(a) - rank(b); d != 0 {
			return d
		}
		return b.ResponseTime.Compare(a.ResponseTime)
	})
	return out[:min(len(out), maxCompared)]
}

// compare tells how a copy stands to the service's answer. Redirects, refusals
// and errors tell nothing: who is not logged in is sent elsewhere.
func compare(c stored, a probe.Asked) compared {
	r := compared{stored: c, verdict: unknownCopy, storedID: validator(c.Header)}
	switch a.Status {
	case http.StatusNotModified:
		r.verdict, r.currentID = sameCopy, r.storedID
		return r
	case http.StatusNotFound, http.StatusGone:
		if c.kind == scriptCopy {
			r.verdict, r.currentID = otherCopy, strconv.Itoa(a.Status)
		}
		return r
	case http.StatusOK:
	default:
		return r
	}
	r.currentID = validator(a.Header)
	if t, err := http.ParseTime(a.Header.Get("Last-Modified")); err == nil {
		r.changed = t
	}
	now, err := decode(a)
	if err != nil {
		if strong(c.Header) && strong(a.Header) { // RFC 9110 section 8.8.3.2
			r.verdict = otherCopy
			if c.Header.Get("ETag") == a.Header.Get("ETag") {
				r.verdict = sameCopy
			}
		}
		return r
	}
	if c.kind == pageCopy {
		was, err := c.Text(maxPageText)
		if err != nil {
			return r
		}
		r.verdict, r.was, r.is = comparePages(c.URL, string(was), string(now[:min(len(now), maxPageText)]))
		r.name(string(was), string(now))
		return r
	}
	sum := sha256.Sum256(now)
	was, err := c.Sum()
	switch {
	case err != nil:
	case was == hex.EncodeToString(sum[:]):
		r.verdict = sameCopy
	default:
		r.verdict = otherCopy
		head, _ := c.Text(8 << 10)
		r.name(string(head), string(now))
		if r.storedID == r.currentID { // without validators, or a server that does not change them
			r.storedID, r.currentID = was[:12], hex.EncodeToString(sum[:6])
		}
	}
	return r
}

// recallOf holds against each other where the two scripts ask for recalls.
func (r *compared) recallOf(a probe.Asked, in *diag.Input) {
	if a.Status != http.StatusOK {
		return
	}
	now, err := decode(a)
	if err != nil {
		return
	}
	if was, err := r.Text(maxScriptText); err == nil {
		r.recall = compareRecall(string(was), string(now), in.Profile)
	}
}

// name lets builds tell the two apart, where both name theirs.
func (r *compared) name(was, is string) {
	a, b := attempt.BuildOf(r.URL, was), attempt.BuildOf(r.URL, is)
	if a == "" || b == "" {
		return
	}
	r.storedID, r.currentID = a, b
	if r.kind == pageCopy && a != b && r.verdict == unknownCopy {
		r.verdict = otherCopy
	}
}

// validator gives what a server tells versions apart by.
func validator(h http.Header) string { return clip(firstOf(h.Get("ETag"), h.Get("Last-Modified")), 80) }

func strong(h http.Header) bool {
	e := h.Get("ETag")
	return e != "" && !bytes.HasPrefix([]byte(e), []byte("W/"))
}

// decode gives the content of an answer.
func decode(a probe.Asked) ([]byte, error) {
	if a.Body == nil {
		return nil, webcache.ErrBody
	}
	r, err := webcache.Decoded(bytes.NewReader(a.Body), a.Header.Get("Content-Encoding"))
	if err != nil {
		return nil, err
	}
	defer r.Close()
	out, err := io.ReadAll(io.LimitReader(r, webcache.MaxBody+1))
	if err == nil && len(out) > webcache.MaxBody {
		err = webcache.ErrBody
	}
	return out, err
}

// lastPart gives the last part of an address's path.
func lastPart(raw string) string {
	p := pathOf(raw)
	for i := len(p) - 1; i > 0; i-- {
		if p[i] == '/' && i < len(p)-1 {
			return p[i+1:]
		}
	}
	return p
}
