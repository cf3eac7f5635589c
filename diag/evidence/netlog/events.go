package netlog

import (
	"time"

	"github.com/go-json-experiment/json/jsontext"
)

// event is one event, its parameters raw.
type event struct {
	kind   kind
	what   what
	begin  bool
	end    bool
	id     int64
	at     time.Time
	params []byte
}

func (w *walker) events() error {
	w.sawLog = true
	if !w.settled {
		if !w.c.ready() {
			w.unread = true // they come first in every file that a browser writes
			return w.pass()
		}
		w.c.settle()
		w.settled = true
	}
	if _, err := w.dec.ReadToken(); err != nil {
		return err
	}
	for {
		w.renew()
		switch w.dec.PeekKind() {
		case '{':
			if err := w.event(); err != nil {
				return err
			}
			if w.refused != nil {
				return errStopped
			}
		case ']':
			_, err := w.dec.ReadToken()
			return err
		case 0:
			_, err := w.dec.ReadToken()
			return err
		default:
			if err := w.pass(); err != nil {
				return err
			}
		}
	}
}

// event reads one event. Its members stand in any order.
func (w *walker) event() error {
	if _, err := w.dec.ReadToken(); err != nil {
		return err
	}
	var e event
	typ, source, phase := -1, -1, 0
	w.params = w.params[:0]
	for w.dec.PeekKind() == '"' {
		name, err := w.dec.ReadValue()
		if err != nil {
			return err
		}
		switch string(name) {
		case `"params"`:
			v, err := w.dec.ReadValue()
			if err != nil {
				return err
			}
			w.params = append(w.params, v...)
		case `"phase"`, `"type"`, `"time"`:
			key := name[1]
			if name[2] == 'i' {
				key = 'm'
			}
			v, err := w.dec.ReadValue()
			if err != nil {
				return err
			}
			n, ok := number(v)
			switch {
			case !ok:
			case key == 'p':
				phase = int(n)
			case key == 't':
				typ = int(n)
			default:
				e.at = w.c.time(n)
			}
		case `"source"`:
			if err := w.each(func(name string) error {
				v, err := w.dec.ReadValue()
				if err != nil {
					return err
				}
				switch name {
				case "id":
					e.id = integer(v)
				case "type":
					source = int(integer(v))
				}
				return nil
			}); err != nil {
				return err
			}
		default:
			if err := w.dec.SkipValue(); err != nil {
				return err
			}
		}
	}
	if _, err := w.dec.ReadToken(); err != nil {
		return err
	}
	w.meta.Events++
	if !e.at.IsZero() {
		if w.meta.First.IsZero() || e.at.Before(w.meta.First) {
			w.meta.First = e.at
		}
		if e.at.After(w.meta.Last) {
			w.meta.Last = e.at
		}
	}
	e.kind, e.what = w.c.source[source], w.c.what[typ]
	e.begin, e.end = phase == w.c.begin, phase == w.c.end
	e.params = w.params
	if cap(w.params) > 1<<20 {
		w.params = nil // one huge event is no reason to hold on to its room
	}
	w.take(&e)
	return nil
}

// netError gives the error that an event notes, as its name.
func (w *walker) netError(e *event) (out string) {
	fields(e.params, func(name string, v jsontext.Value) {
		if name == "net_error" {
			out = w.c.errorName(int(integer(v)))
		}
	})
	return out
}
