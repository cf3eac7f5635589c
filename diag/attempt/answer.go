package attempt

import (
	"strings"

	"meiqia-diag/diag/evidence/har"
	"meiqia-diag/diag/lazy"
	"meiqia-diag/diag/profile"
)

// Answer is what the service said to a recall.
type Answer struct {
	Status  int      // HTTP, 0 for a frame
	Codes   []string // codes of the envelope, as written
	Text    string   // error text, as written; what a person would have read
	Reasons []profile.Match
	Weak    bool // accepted only because nothing says otherwise
}

// Has reports whether the answer may mean one thing.
func (an Answer) Has(means string) bool {
	for _, r := range an.Reasons {
		if r.Means == means {
			return true
		}
	}
	return false
}

var (
	codeKeys   = lazy.MustCompile(`^(?:code|err ?code|error ?code|err ?no|ret|ret ?code|return ?code|result ?code|status ?code|sub ?code|biz ?code|resp ?code|rc|ec|errno|error|status|state|result|ack|reason ?code|stat)$`)
	flagKeys   = lazy.MustCompile(`^(?:success|succ|ok|is ?success|succeed|accepted|done|result)$`)
	textKeys   = lazy.MustCompile(`^(?:message|msg|err ?msg|error ?msg|error ?message|err ?message|error|errors|err|desc|description|error ?desc\w*|error ?description|reason|detail|details|info|tips?|toast|title|hint|prompt|cause|remark|sub ?msg|display ?(?:msg|message)|user ?message|localized ?message|notice|text|explanation|why|denied ?reason|fail ?reason|ret ?msg|result ?msg|resp ?msg|note|em)$`)
	doneKeys   = lazy.MustCompile(`^(?:ok|done|succ(?:ess\w*|eeded)?(?: ?(?:ids?|list|result))?|recalled|withdrawn|revoked|retracted|unsent|processed|accepted|handled|deleted)(?: ?ids?)?$`)
	undoneKeys = lazy.MustCompile(`^(?:fail(?:ed|ures?)?|rejected|refused|denied|skipped|invalid|ignored|not ?found|errors?)(?: ?(?:ids?|list))?$`)
	okWords    = lazy.MustCompile(`^(?:0+|200|201|202|204|20000|ok|okay|success|succeed|succeeded|successful|true|done|accepted|recalled|withdrawn|revoked|retracted|unsent|none|a?ok|)$`)
	badWords   = lazy.MustCompile(`^(?:false|fail|failed|failure|error|err|denied|rejected|refused|forbidden|ko|nok|nack|no|invalid|blocked|expired)$`)
	goneState  = lazy.MustCompile(`^(?:is ?)?(?:message ?|msg ?)?(?:recalled|withdrawn|revoked|retracted|unsent|deleted|gone|recall|withdraw|revoke)(?: ?(?:at|on|time|status|state|flag))?$`)
)

// clientLeft is what nginx writes into its log where the client closed the
// connection before there was an answer; it never goes over the wire.
const clientLeft = 499

// answerOf reads an HTTP answer.
func (a *Attempt) answerOf(c *Call) (Result, Answer) {
	e := c.Entry
	an := Answer{Status: e.Status}
	if c.Failure != "" {
		return c.resultOf(), an
	}
	switch {
	case c.ToLogin:
		an.Reasons = []profile.Match{{Means: "session", Text: "login page"}}
		return Refused, an
	case c.ToPortal:
		return NoAnswer, an
	case e.Status == 307 && strings.Contains(strings.ToLower(e.StatusText()+e.RespHeaders.Get("non-authoritative-reason")), "webrequest") ||
		strings.EqualFold(e.StatusText(), "internal redirect") && e.RespHeaders.Get("non-authoritative-reason") != "":
		return NotSent, an // an extension answered in the service's place
	}
	res := a.readBody(e.RespBody, &an)
	switch {
	case e.Status == 502 || e.Status == 504 || e.Status == 408 || e.Status == clientLeft:
		return NoAnswer, an
	case e.Status >= 400:
		return Refused, an
	case e.Status >= 300:
		return Unknown, an
	case e.Status == 0:
		return Unknown, an
	case res != Unknown:
		return res, an
	case isHTML(e):
		return Unknown, an
	case e.RespBody == "" && e.RespBodySize > 2:
		return Unknown, an // the recording left the body out
	}
	an.Weak = true
	return Accepted, an
}

// readBody reads an envelope, HTTP's or a frame's. Services report a refusal
// inside a 200 as often as by status.
func (a *Attempt) readBody(body string, an *Answer) Result {
	fs, ok := fields(body)
	if !ok {
		if t := strings.TrimSpace(body); t != "" && len(t) < 400 && t[0] != '<' {
			an.Text = t
			an.Reasons = a.Profile.RefusalsIn(t, "")
			switch {
			case okWords.MatchString(strings.ToLower(t)), an.Has("accepted"):
				return Accepted
			case badWords.MatchString(strings.ToLower(t)), len(an.Reasons) > 0:
				return Refused
			}
		}
		return Unknown
	}
	var texts []string
	good, bad, gone, uncertain := false, false, false, false
	for _, f := range fs {
		low := strings.ToLower(strings.TrimSpace(f.value))
		if flagKeys.MatchString(f.key) {
			good = good || low == "true" || low == "ok" || low == "success"
			bad = bad || low == "false" || badWords.MatchString(low)
		}
		if a.ID != "" && a.ours(f.value) && len(f.value) < 80 { // lists of those that were done, and of those that were not
			good = good || doneKeys.MatchString(f.key)
			bad = bad || undoneKeys.MatchString(f.key)
		}
		if codeKeys.MatchString(f.key) && len(low) <= 64 {
			words := profile.Words(f.value)
			switch {
			case okWords.MatchString(low):
				good = good || low != "" && f.key != "error"
			case badWords.MatchString(low):
				bad = true
			case low == "1" || low == "1000":
				uncertain = true // success here, failure there
				an.Codes = append(an.Codes, f.value)
			case isCode(low) && !strings.Contains(low, "/"):
				if (f.key == "status" || f.key == "state") && goneState.MatchString(words) {
					gone = true
					break
				}
				if f.key == "status" && len(low) < 4 && low[0] == '2' {
					break
				}
				an.Codes = append(an.Codes, f.value)
				bad = bad || f.key != "status" && f.key != "state" && f.key != "result" || len(a.Profile.RefusalsIn(f.value, low)) > 0
				texts = append(texts, f.value)
			default:
				texts = append(texts, f.value)
			}
		} else if textKeys.MatchString(f.key) && len(f.value) <= 600 {
			if low != "" && low != "null" && low != "[]" && low != "{}" {
				texts = append(texts, f.value)
				if strings.HasPrefix(f.key, "err") {
					bad = bad || !okWords.MatchString(low)
				}
			}
		} else if goneState.MatchString(f.key) && low != "false" && low != "" && low != "0" && low != "null" {
			gone = true
		}
	}
	text := strings.Join(texts, " ")
	an.Text = humanText(texts)
	seen := map[string]bool{}
	add := func(ms []profile.Match) {
		for _, m := range ms {
			if !seen[m.Means] {
				seen[m.Means] = true
				an.Reasons = append(an.Reasons, m)
			}
		}
	}
	add(a.Profile.RefusalsIn(text, ""))
	for _, c := range an.Codes {
		add(a.Profile.RefusalsIn("", c))
	}
	refusing := false
	for _, r := range an.Reasons {
		refusing = refusing || r.Means != "accepted"
	}
	switch {
	case bad && !an.Has("accepted"):
		return Refused
	case uncertain && refusing:
		return Refused
	case uncertain && (good || gone || an.Has("accepted")):
		return Accepted
	case good || gone:
		if refusing && !gone && an.Status < 300 && an.Status != 0 && hasStrong(an.Reasons) {
			return Refused
		}
		return Accepted
	case an.Has("accepted"):
		return Accepted
	case refusing:
		return Refused
	case uncertain:
		return Unknown
	}
	return Unknown
}

// hasStrong reports whether a reason is more than a generic failure word.
func hasStrong(ms []profile.Match) bool {
	for _, m := range ms {
		if m.Means != "generic" && m.Means != "internal" && m.Means != "accepted" {
			return true
		}
	}
	return false
}

var codeLike = lazy.MustCompile(`^-?[0-9]{1,9}$|^[a-z0-9]+(?:[ _.:-][a-z0-9]+)*$`)

func isCode(low string) bool { return low != "" && codeLike.MatchString(low) }

// humanText picks what a person would have read: the longest text with a space or Chinese in it.
func humanText(texts []string) string {
	best := ""
	for _, t := range texts {
		natural := strings.Contains(t, " ") || strings.IndexFunc(t, func(r rune) bool { return r > 0x2e80 }) >= 0
		if natural && len(t) > len(best) {
			best = t
		}
	}
	if best == "" && len(texts) > 0 {
		best = texts[0]
	}
	return best
}

// replaced reports whether an extension answered in the service's place.
func replaced(e *har.Entry) bool {
	return strings.Contains(strings.ToLower(e.RespHeaders.Get("non-authoritative-reason")), "webrequest")
}
