package attempt

import "meiqia-diag/diag/clock"

// unanswered reports whether a log told just before that a request ended with no answer.
func (a *Attempt) unanswered(r *Request, at clock.Stamp) bool {
	return r.Call != nil && r.Call.Failure != "" && r.Answer.Status == 0 && a.together(r.End, at)
}

// together reports whether two lines may tell of one and the same thing: nothing shows them apart.
func (a *Attempt) together(x, y clock.Stamp) bool {
	return x.IsZero() || y.IsZero() || y.T.Sub(x.T).Abs() <= besideRecall
}
