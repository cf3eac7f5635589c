package har

import (
	"io"
	"slices"
	"strings"

	"meiqia-diag/diag/lang"
)

// Read streams a HAR and calls each for every entry, in the file's order. The
// entry is each's to keep. name is how the file is called in problems. A byte
// order mark, invalid UTF-8, duplicate names and unknown keys are no problem.
// Gzip and zip are for the caller to unpack.
//
// Entries before a damage or a premature end are kept: a Problem says where it
// is, and the error is nil. The error is, unchanged, what each or r returned;
// or a *lang.Problem when the file is no HAR at all. Meta and problems are
// given in every case.
//
// A goroutine reads r ahead; it has ended when Read returns.
func Read(r io.Reader, name string, opt Options, each func(*Entry) error) (Meta, []*lang.Problem, error) {
	opt = opt.withDefaults()
	f := newFeed(r)
	defer f.close() // also when each panics: r is the caller's again
	w := newWalker(f, name, opt, each)
	w.walk()
	err := w.finish()
	if w.deepAt >= 0 {
		w.problems = append(w.problems, problemTooDeep.at(name, w.deepAt, "", opt.MaxDepth))
	}
	slices.SortStableFunc(w.problems, func(a, b *lang.Problem) int { return int(min(max(a.Byte-b.Byte, -1), 1)) })
	w.meta.Manner = manner(&w.meta)
	w.meta.Sanitised = w.meta.Manner == Chrome && w.meta.Entries > 0 && !w.sawLogin
	return w.meta, w.problems, err
}

// manner tells by the creator's name. All of Chromium's kin call themselves
// WebInspector, as Safari did before it became "WebKit Web Inspector".
func manner(m *Meta) Manner {
	creator := strings.ToLower(m.Creator)
	switch {
	case creator == "webinspector", creator == "meiqia-diag": // whose recorder writes as Chrome does
		return Chrome
	case strings.Contains(creator, "firefox"):
		return Firefox
	case strings.Contains(creator, "webkit"), creator == "safari":
		return Safari
	}
	return Other
}
