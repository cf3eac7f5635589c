// Package checks holds the ten checks, one file each. A check measures, reads
// or is told; it never blames. What each observation means, its unit and its
// values are written beside the constant that names it.
package checks

import (
	"strings"
	"time"

	"meiqia-diag/diag"
	"meiqia-diag/diag/attempt"
	"meiqia-diag/diag/clock"
	"meiqia-diag/diag/incident"
)

// All gives every check, in the contract's order.
func All() []diag.Check {
	return []diag.Check{Clock(), Network(), Server(), Client(), Device(), Cache(), Browser(), Permission(), Window(), Sync()}
}

// sheet collects the observations of one check.
type sheet struct {
	list   []diag.Observation
	series []diag.Series
}

type option func(*diag.Observation)

func (s *sheet) add(id string, value any, opts ...option) {
	o := diag.Observation{ID: id, Value: value, Basis: incident.Measured}
	if n, ok := value.(int); ok {
		o.Value = float64(n)
	}
	for _, opt := range opts {
		opt(&o)
	}
	s.list = append(s.list, o)
}

func unit(u string) option          { return func(o *diag.Observation) { o.Unit = u } }
func basis(b incident.Basis) option { return func(o *diag.Observation) { o.Basis = b } }
func from(source string) option     { return func(o *diag.Observation) { o.Source = source } }
func liveIf(now bool) option        { return func(o *diag.Observation) { o.Live = o.Live || now } }
func method(m string) option        { return func(o *diag.Observation) { o.Method = m } }
func live() option                  { return func(o *diag.Observation) { o.Live = true } }
func plusMinus(v float64) option    { return func(o *diag.Observation) { o.Uncertainty = diag.Float(v) } }
func between(low, high float64) option {
	return func(o *diag.Observation) { o.Low, o.High = diag.Float(low), diag.Float(high) }
}

func at(s clock.Stamp) option {
	return func(o *diag.Observation) {
		if !s.IsZero() {
			o.At = s.T.UTC().Format(time.RFC3339Nano)
		}
	}
}

// detail adds named parts; empty values are left out.
func detail(pairs ...string) option {
	return func(o *diag.Observation) {
		for i := 0; i+1 < len(pairs); i += 2 {
			if pairs[i+1] == "" {
				continue
			}
			if o.Detail == nil {
				o.Detail = map[string]string{}
			}
			o.Detail[pairs[i]] = pairs[i+1]
		}
	}
}

// signals reports what the logs say of some meanings: as "<check>.signal" where
// it stands beside the recall, as "<check>.hint" where it stands elsewhere.
func (s *sheet) signals(check string, a *attempt.Attempt, means ...string) (strong int) {
	for _, m := range means {
		var best *attempt.Signal
		n := 0
		for i := range a.Signals {
			sig := &a.Signals[i]
			if sig.Means != m {
				continue
			}
			n++
			if best == nil || sig.Strong && !best.Strong || best.Said && !sig.Said && sig.Strong {
				best = sig
			}
		}
		if best == nil {
			continue
		}
		id := check + ".hint"
		if best.Strong {
			id = check + ".signal"
			strong++
		}
		known := incident.Measured
		if best.Said {
			known = incident.Stated
		}
		s.add(id, m, basis(known), from(best.Source), at(best.At), detail("words", clip(best.Words, 80), "log", string(best.Kind), "level", best.Level, "count", itoa(n)))
	}
	return strong
}

func itoa(n int) string { return incidentNumber(n) }

func clip(s string, n int) string {
	r := []rune(strings.TrimSpace(s))
	if len(r) > n {
		return string(r[:n-1]) + "…"
	}
	return string(r)
}

// stated adds a fact of the incident as an observation.
func (s *sheet) stated(id string, in *incident.Incident, f incident.Field, value any, opts ...option) {
	fact, ok := in.Get(f)
	if !ok {
		return
	}
	s.add(id, value, append([]option{basis(fact.Basis), from(fact.Source)}, opts...)...)
}
