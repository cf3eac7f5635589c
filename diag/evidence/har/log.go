package har

import (
	"errors"
	"io"

	"meiqia-diag/diag/lang"
)

var (
	errStopped = errors.New("nobody wants more")
	errEnough  = errors.New("MaxEntries reached")
)

// walker walks the log and hands out its entries.
type walker struct {
	*parser
	file string // as problems call it
	give func(*Entry) error

	meta     Meta
	problems []*lang.Problem
	index    int   // of the next element of log.entries
	sawLog   bool  // an object that may be a HAR's log
	refused  error // what give returned
}

func newWalker(f *feed, file string, opt Options, each func(*Entry) error) *walker {
	keep := max(opt.MaxBody, opt.MaxMessage, maxField)
	s := newScanner(f, keep+keep/2) // escapes and base64 take up more than they mean
	return &walker{parser: newParser(s, opt), file: file, give: each}
}

// walk walks the file. What stands behind the top-level value is not read.
func (w *walker) walk() {
	w.each(func(key string) {
		if key != "log" || w.peek() != '{' {
			w.nested(w.skip)
			return
		}
		w.sawLog = true
		w.each(w.logMember)
	})
}

func (w *walker) logMember(key string) {
	none := building{Entry: new(Entry)}
	switch key {
	case "entries":
		if ch := w.peek(); ch != '[' {
			if ch != 0 {
				w.problem(w.offset(), "log.entries", problemNoList)
			}
			w.nested(w.skip)
			return
		}
		w.enter()
		for w.elem() {
			w.element()
		}
	case "version":
		w.meta.Version = w.plain(&none)
	case "creator":
		w.meta.Creator, w.meta.CreatorVersion = w.software()
	case "browser":
		w.meta.Browser, w.meta.BrowserVersion = w.software()
	case "pages":
		if w.open('[') {
			for w.elem() {
				w.nested(w.page)
			}
		}
	default:
		w.nested(w.skip)
	}
}

func (w *walker) software() (name, version string) {
	none := building{Entry: new(Entry)}
	w.each(func(key string) {
		switch key {
		case "name":
			name = w.plain(&none)
		case "version":
			version = w.plain(&none)
		default:
			w.nested(w.skip)
		}
	})
	return name, version
}

func (w *walker) page() {
	if len(w.meta.Pages) >= maxPages || w.peek() != '{' {
		w.skip()
		return
	}
	var page Page
	none := building{Entry: new(Entry)}
	w.each(func(key string) {
		switch key {
		case "id":
			page.ID = w.plain(&none)
		case "title":
			page.Title = w.plain(&none)
		case "startedDateTime":
			v, _ := w.text()
			page.Started, _ = parseDate(v.raw)
		default:
			w.skip()
		}
	})
	if w.err == nil {
		w.meta.Pages = append(w.meta.Pages, page)
	}
}

// element hands out one element of log.entries.
func (w *walker) element() {
	if w.opt.MaxEntries > 0 && w.meta.Entries >= w.opt.MaxEntries {
		w.fail(errEnough)
		return
	}
	index := w.index
	w.index++
	if w.peek() != '{' {
		w.nested(w.skip) // null, as a broken exporter may write: no fact at all
		return
	}
	e := w.entry(index)
	if e == nil {
		return
	}
	w.meta.Entries++
	if w.refused = w.give(e); w.refused != nil {
		w.fail(errStopped)
	}
}

// problem notes a problem at a place in the file.
func (w *walker) problem(offset int64, field string, t problemText, args ...any) {
	if len(w.problems) < maxProblems {
		w.problems = append(w.problems, t.at(w.file, offset, field, args...))
	}
}

// finish makes of how reading ended a problem or an error.
func (w *walker) finish() error {
	n := w.meta.Entries
	switch w.err {
	case errStopped:
		return w.refused
	case errUTF16:
		return problemUTF16.at(w.file, -1, "")
	case errEnough:
		w.problem(w.faultAt, "log.entries", problemEnough, n)
		w.meta.Truncated = true
		return nil
	case nil, io.ErrUnexpectedEOF, errSyntax, errTooBig:
	default: // of the file itself
		w.meta.Truncated = true
		return w.err
	}
	if !w.sawLog {
		return problemNotHAR.at(w.file, -1, "")
	}
	w.meta.Truncated = w.err != nil
	switch w.err {
	case errSyntax:
		w.problem(w.faultAt, "", problemDamaged, n)
	case errTooBig:
		w.problem(w.faultAt, "", problemTooBig, n)
	case io.ErrUnexpectedEOF:
		w.problem(w.faultAt, "", problemCutOff, n)
	}
	return nil
}
