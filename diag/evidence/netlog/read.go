package netlog

import (
	"bufio"
	"errors"
	"io"

	"github.com/go-json-experiment/json/jsontext"

	"meiqia-diag/diag/lang"
)

var errStopped = errors.New("nobody wants more")

// Read streams a NetLog in one pass and calls each for every request that
// Options wants, when it has ended, and at the end for those that have not.
// The request is each's to keep. name is how the file is called in problems.
//
// What stands before a damage or a premature end is kept: a Problem says where
// it is, and the error is nil. The error is, unchanged, what each or r
// returned; or a *lang.Problem when nothing can be read of the file. Meta and
// problems are given in every case.
func Read(r io.Reader, name string, opt Options, each func(*Request) error) (Meta, []*lang.Problem, error) {
	buffered := bufio.NewReaderSize(r, 64<<10)
	if head, _ := buffered.Peek(3); string(head) == string(utf8BOM) {
		_, _ = buffered.Discard(3)
	}
	g := &guard{r: buffered, left: maxEvent}
	w := &walker{
		dec: jsontext.NewDecoder(g, lax...), guard: g, file: name, opt: opt, give: each,
		c: constants{types: map[int]string{}, sources: map[int]string{}, errors: map[int]string{}, begin: 1, end: 2}, sources: newSources(),
	}
	err := w.walk()
	return w.meta, w.problems, w.finish(err)
}

// walker walks the file.
type walker struct {
	dec   *jsontext.Decoder
	guard *guard
	file  string
	opt   Options
	give  func(*Request) error

	c        constants
	settled  bool
	sawLog   bool // there was something of a NetLog
	unread   bool // events came, and no constants before them
	refused  error
	meta     Meta
	problems []*lang.Problem

	params  []byte // of the event at hand
	sources *sources
	kept    int
}

// renew allows the next value its own size.
func (w *walker) renew() { w.guard.left = maxEvent }

func (w *walker) walk() error {
	if w.dec.PeekKind() != '{' {
		_, err := w.dec.ReadToken()
		return err
	}
	if _, err := w.dec.ReadToken(); err != nil {
		return err
	}
	for w.dec.PeekKind() == '"' {
		tok, err := w.dec.ReadToken()
		if err != nil {
			return err
		}
		name := tok.String() // before the token is gone
		w.renew()
		switch kind := w.dec.PeekKind(); {
		case name == "constants" && kind == '{':
			err = w.constants()
		case name == "events" && kind == '[':
			err = w.events()
		case name == "polledData" && (kind == '{' || kind == '['):
			err = w.polled(kind)
		default:
			err = w.pass()
		}
		if err != nil {
			return err
		}
		w.renew()
	}
	_, err := w.dec.ReadToken() // the closing bracket, or why there is none
	return err
}

// pass passes over a value of any size.
func (w *walker) pass() error {
	for depth := w.dec.StackDepth(); ; {
		w.renew()
		if _, err := w.dec.ReadToken(); err != nil {
			return err
		}
		if w.dec.StackDepth() <= depth {
			return nil
		}
	}
}

// each calls fn at every member's value of the object that comes next.
func (w *walker) each(fn func(name string) error) error {
	if w.dec.PeekKind() != '{' {
		return w.pass()
	}
	if _, err := w.dec.ReadToken(); err != nil {
		return err
	}
	for w.dec.PeekKind() == '"' {
		tok, err := w.dec.ReadToken()
		if err != nil {
			return err
		}
		if err := fn(tok.String()); err != nil {
			return err
		}
	}
	_, err := w.dec.ReadToken()
	return err
}

func (w *walker) constants() error {
	w.sawLog = true
	return w.each(func(name string) error {
		switch name {
		case "logEventTypes":
			return w.numbers(w.c.types)
		case "logSourceType":
			return w.numbers(w.c.sources)
		case "netError":
			return w.numbers(w.c.errors)
		case "logEventPhase":
			phases := map[int]string{}
			err := w.numbers(phases)
			for n, phase := range phases {
				switch phase {
				case "PHASE_BEGIN":
					w.c.begin = n
				case "PHASE_END":
					w.c.end = n
				}
			}
			return err
		case "timeTickOffset":
			v, err := w.dec.ReadValue()
			if err == nil {
				w.c.offset, w.c.dated = number(v)
			}
			return err
		case "logCaptureMode":
			v, err := w.dec.ReadValue()
			if err == nil {
				w.meta.Mode = text(v)
			}
			return err
		case "clientInfo":
			return w.client()
		}
		return w.pass()
	})
}

// client reads who wrote the file. The command line holds paths and names of
// people: it is passed over.
func (w *walker) client() error {
	return w.each(func(name string) error {
		var to *string
		switch name {
		case "name":
			to = &w.meta.Browser
		case "version":
			to = &w.meta.Version
		case "os_type":
			to = &w.meta.System
		default:
			return w.pass()
		}
		v, err := w.dec.ReadValue()
		if err == nil {
			*to = text(v)
		}
		return err
	})
}

// numbers reads an object of names and numbers, by number.
func (w *walker) numbers(into map[int]string) error {
	return w.each(func(name string) error {
		if len(into) >= 20_000 {
			return w.pass()
		}
		v, err := w.dec.ReadValue()
		if err != nil {
			return err
		}
		if n, ok := number(v); ok {
			into[int(n)] = name
		}
		return nil
	})
}

// finish makes of how reading ended a problem or an error.
func (w *walker) finish(err error) error {
	w.flush()
	if w.refused != nil {
		return w.refused
	}
	if w.meta.Crowded {
		w.problems = append(w.problems, problemCrowded.at(w.file, -1, maxRequests))
	}
	if err != nil && w.guard.err != nil {
		err = w.guard.err // the decoder words it anew
	}
	cut := errors.Is(err, io.ErrUnexpectedEOF) || errors.Is(err, io.EOF)
	var syntax *jsontext.SyntacticError
	damaged := errors.As(err, &syntax)
	big := errors.Is(err, errTooBig)
	w.meta.Truncated = err != nil
	switch {
	case err != nil && !cut && !damaged && !big:
		return err // of the file itself
	case !w.sawLog:
		return problemNotNetLog.at(w.file, -1)
	case w.unread || !w.settled && !w.c.ready() && w.meta.Events == 0 && err == nil:
		return problemConstants.at(w.file, -1)
	case !w.c.dated && w.meta.Events > 0:
		w.problems = append(w.problems, problemNoTime.at(w.file, -1))
	}
	at := w.dec.InputOffset()
	switch {
	case err == nil:
	case big:
		w.problems = append(w.problems, problemTooBig.at(w.file, at, w.meta.Events))
	case cut:
		w.problems = append(w.problems, problemCutOff.at(w.file, at, w.meta.Events))
	default:
		w.problems = append(w.problems, problemDamaged.at(w.file, at, w.meta.Events))
	}
	return nil
}
