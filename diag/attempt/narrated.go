package attempt

import (
	"strconv"
	"strings"
	"time"

	"meiqia-diag/diag/clock"
	"meiqia-diag/diag/evidence"
	"meiqia-diag/diag/evidence/har"
	"meiqia-diag/diag/evidence/logs"
	"meiqia-diag/diag/lazy"
	"meiqia-diag/diag/profile"
)

// A log tells of requests in prose: "POST https://… 403 6ms {…}", "--> DELETE
// …", "recall rejected msg=… status=429 body={…}". What it tells is put into
// the shape of a recording's entry and read by the same rules.

var (
	requestLine  = lazy.MustCompile(`\b(GET|POST|PUT|PATCH|DELETE)\s+((?:https?://[^\s"'<>]+)|(?:/[^\s"'<>]*))(.*)`)
	lineStatus   = lazy.MustCompile(`^[\s"]*(?:HTTP/[\d.]+"?)?[\s:=>\-\[(]*(?:status[=:\s]+)?([1-5]\d\d)\b`)
	fieldStatus  = lazy.MustCompile(`(?i)\b(?:status|http|code|http_?code|status_?code)["']?\s*[=:]\s*["']?([1-5]\d\d)\b`)
	lineDuration = lazy.MustCompile(`\b(\d+(?:\.\d+)?)\s?ms\b|\b(?:[a-z]+_?)?[mM]s["']?\s?[=:]\s?["']?(\d+(?:\.\d+)?)\b`)
	lineFailure  = lazy.MustCompile(`(?i)net::ERR_[A-Z0-9_]+|NS_(?:ERROR|BINDING)_[A-Z_]+|\bE(?:TIMEDOUT|CONNRESET|CONNREFUSED|NOTFOUND|AI_AGAIN|HOSTUNREACH|NETUNREACH|CONNABORTED|SOCKETTIMEDOUT|PIPE)\b|UnknownHostException|Unable to resolve host|SocketTimeoutException|SSLHandshakeException|ConnectException|socket hang up|NSURLErrorDomain Code=-?\d+|timed? ?out(?: after)?|timeout (?:of|after)|请求超时|Failed to fetch|NetworkError when|Load failed`)
	doneWords    = lazy.MustCompile(`(?i)\b(?:ok|done|succeed(?:ed)?|success(?:ful(?:ly)?)?|accepted|completed|applied)\b|成功|\b(?:state|status)\W{0,6}(?:->|→|=>|to|is now|becomes)\W{0,3}(?:withdrawn|recalled|revoked|retracted|unsent)\b|\bmarked (?:as )?(?:withdrawn|recalled|revoked|retracted|unsent)\b`)
	deniedWords  = lazy.MustCompile(`(?i)\b(?:reject(?:ed)?|denied|deny|refused?|fail(?:ed|ure)?|forbidden|blocked|error)\b|失败|拒绝|被拒|(?:没有?|未)能?成功|不成功|\bunsuccessful|\bnot (?:succeed|successful|complete)|n't (?:succeed|work|go through)`)
	prefixStatus = lazy.MustCompile(`(?:<--?|<=|←|HTTP/?[\d.]*|[sS]tatus[=: ]*)\s*([1-5]\d\d)\b`)
	pageError    = lazy.MustCompile(`(?i)\b(?:[a-z]*Error:|Uncaught|DOMException|NS_ERROR|Content[- ]Security[- ]Policy|Refused to|violat)|extension://|blocked by`)
	frameLine    = lazy.MustCompile(`(?i)(?:ws|wss|socket|frame|push|mqtt|im)\S{0,8}\s*(?:(>>?|->|→|send(?:ing)?|out|tx|↑)|(<<?|<-|←|recv|received?|in|rx|↓))[\s:]*([\[{].*)`)
	pushLine     = lazy.MustCompile(`(?i)\bpush\s+[\w.:-]{2,40}\s+([\[{].*)`)
	nsURLCodes   = map[string]Failure{"-1001": FailTimeout, "-1003": FailDNS, "-1004": FailRefusedPort, "-1005": FailReset, "-1009": FailOffline, "-1200": FailTLS, "-1202": FailTLS}
)

// wordFailure names the failure that a log line tells of.
func wordFailure(word string) Failure {
	if i := strings.Index(word, "Code="); i >= 0 {
		return nsURLCodes[word[i+5:]]
	}
	up := strings.ToUpper(word)
	for _, w := range []struct {
		word string
		f    Failure
	}{
		{"UNKNOWNHOST", FailDNS}, {"UNABLE TO RESOLVE", FailDNS}, {"ENOTFOUND", FailDNS}, {"EAI_AGAIN", FailDNS}, {"ECONNRESET", FailReset}, {"EPIPE", FailReset}, {"HANG UP", FailReset},
		{"ECONNREFUSED", FailRefusedPort}, {"CONNECTEXCEPTION", FailRefusedPort}, {"EHOSTUNREACH", FailUnreachable}, {"ENETUNREACH", FailUnreachable}, {"HANDSHAKE", FailTLS},
		{"TIMEDOUT", FailTimeout}, {"TIMED OUT", FailTimeout}, {"TIMEOUT", FailTimeout}, {"ECONNABORTED", FailTimeout}, {"超时", FailTimeout}, {"FAILED TO FETCH", FailUnspecified}, {"NETWORKERROR", FailUnspecified}, {"LOAD FAILED", FailUnspecified},
	} {
		if strings.Contains(up, w.word) {
			return w.f
		}
	}
	return failureOf((&har.Entry{Method: "POST"}).With(har.Common{Error: word}))
}

// narrate reads a log entry as a request; ok is false when it tells of none.
func (a *Attempt) narrate(e *logs.Entry, verb bool) (entry *har.Entry, ok bool) {
	text := head(e.Text, 8192)
	if msg := e.Fields["message"]; msg != "" && e.Fields["method"] == "" {
		text = msg
	}
	entry = &har.Entry{Time: -1, Wait: -1, Blocked: -1, DNS: -1, Connect: -1, SSL: -1, Send: -1, Receive: -1, Index: e.Line - 1}
	common := har.Common{ResourceType: "fetch"}
	rest := text
	if m := requestLine.FindStringSubmatch(text); m != nil {
		entry.Method, entry.URL, rest = m[1], strings.TrimRight(m[2], `",;)`), m[3]
	} else if e.Fields["method"] != "" && (e.Fields["url"] != "" || e.Fields["path"] != "") {
		entry.Method, entry.URL = strings.ToUpper(e.Fields["method"]), firstText(e.Fields["url"], e.Fields["path"])
		rest = " " + e.Fields["status"]
	} else if !verb {
		return nil, false
	}
	if m := lineStatus.FindStringSubmatch(rest); m != nil && entry.Method != "" {
		entry.Status, _ = strconv.Atoi(m[1])
	} else if m := fieldStatus.FindStringSubmatch(rest); m != nil {
		entry.Status, _ = strconv.Atoi(m[1])
	}
	if entry.Status == 0 && entry.Method != "" {
		if m := prefixStatus.FindStringSubmatch(text[:max(0, strings.Index(text, m0(text)))]); m != nil {
			entry.Status, _ = strconv.Atoi(m[1])
		}
	}
	if m := lineDuration.FindStringSubmatch(rest); m != nil {
		entry.Time, _ = strconv.ParseFloat(m[1]+m[2], 64)
	}
	if f := lineFailure.FindString(rest); f != "" && entry.Status == 0 {
		common.Error = f
	}
	if i := strings.IndexAny(rest, "{<"); i >= 0 && (entry.Status > 0 || entry.Method == "") {
		body := rest[i:]
		if !strings.Contains(rest[:i], "body=") || entry.Status > 0 {
			entry.RespBody = body
		}
		if strings.HasPrefix(strings.ToLower(body), "<htm") || strings.HasPrefix(strings.ToLower(body), "<!doc") {
			common.RespMIME = "text/html"
		}
	} else if i := strings.IndexByte(rest, '{'); i >= 0 {
		entry.ReqBody = rest[i:]
	}
	if strings.HasPrefix(entry.URL, "/") {
		entry.URL = a.serviceURL() + entry.URL
	}
	return entry.With(common), entry.Method != "" || verb
}

// m0 gives where the request is named in a line.
func m0(text string) string { return requestLine.FindString(text) }

func firstText(words ...string) string {
	for _, w := range words {
		if w != "" {
			return w
		}
	}
	return ""
}

// serviceURL gives an address of the service's for logs that name only paths.
func (a *Attempt) serviceURL() string {
	for _, h := range a.Profile.Hosts {
		if u := parse(h.URL); u != nil && h.Role == profile.API {
			return "https://" + u.Host
		}
	}
	return "https://" + a.Profile.Name + ".invalid"
}

// narrated joins what logs tell of the recall into one request.
func (a *Attempt) narrated(e *logs.Entry, lf evidence.LogFile, h *hosts, verb, mine bool, where string) {
	if a.answerBelow(e, where) {
		return
	}
	entry, ok := a.narrate(e, verb || mine)
	if !ok {
		return
	}
	server := lf.File.Kind == evidence.ServerLog
	if entry.Method != "" && !mine {
		if a.begun[entry.URL] && (entry.Status > 0 || entry.ErrorText() != "") {
			delete(a.begun, entry.URL)
			return // the answer to the request for another message that began above
		}
	}
	if !server && a.before(e.At, 3*time.Second) {
		return // it was over before this recall was pressed
	}
	if server && !mine && a.beforeSent(e.At) {
		return // a recall comes after its message
	}
	score := 0.0
	if entry.Method != "" {
		score = a.scoreRequest(entry, h)
	}
	told := verb && entry.Method == ""
	if score < recallAtMost && !told {
		a.learnFrom(entry.RespBody)
		return
	}
	r := a.told
	if r == nil {
		r = &Request{Via: "log", Result: Unknown, Source: where}
		a.told = r
	}
	r.Score = max(r.Score, score)
	if entry.Method != "" && len(r.IDs) == 0 {
		r.IDs = a.requestIDs(entry.URL, entry.ReqBody)
	}
	if !e.At.IsZero() {
		stamp := withSource(e.At, where)
		switch {
		case server:
			if r.Arrived.IsZero() || stamp.T.Before(r.Arrived.T) {
				r.Arrived = stamp
			}
		case score >= recallAtMost && (r.Start.IsZero() || stamp.T.Before(r.Start.T)):
			if entry.Time > 0 {
				stamp.T = stamp.T.Add(-time.Duration(entry.Time * float64(time.Millisecond)))
			}
			// Whoever logs a request with its outcome logs it when it is over.
			r.Start, r.Late = stamp, entry.Time <= 0 && (entry.Status > 0 || entry.ErrorText() != "")
		}
	}
	res, an, call := a.toldAnswer(e, entry, told, server)
	notice := !server && res == Refused && an.Status == 0 && entry.RespBody == "" && !hasStrong(an.Reasons)
	failed := call != nil && call.Failure != ""
	if notice && a.unanswered(r, e.At) {
		return // what the page shows its user of a request that got no answer
	}
	newly := failed && !server && (r.Result == Unknown && r.Call == nil && r.Answer.Status == 0 || r.notice && a.together(r.End, e.At))
	if newly || better(res, an, r) {
		r.Result, r.Answer, r.Source, r.notice = res, an, where, notice
		if call != nil {
			call.Source = where
			r.Call, r.Entry = call, entry
		}
		if !e.At.IsZero() {
			r.End = withSource(e.At, where)
		}
	}
	if entry.Method != "" && r.Entry == nil {
		r.Entry, r.Call = entry, newCall(entry, where, "")
		r.Call.Failure = ""
		if entry.ErrorText() != "" {
			r.Call.Failure = wordFailure(entry.ErrorText())
		}
	}
}

// toldAnswer reads what became of the recall off one log entry.
func (a *Attempt) toldAnswer(e *logs.Entry, entry *har.Entry, told, server bool) (Result, Answer, *Call) {
	an := Answer{Status: entry.Status}
	if entry.ErrorText() != "" {
		f := wordFailure(entry.ErrorText())
		c := newCall(entry, "", "")
		c.Failure = f
		return f.resultOf(), an, c
	}
	if entry.Status > 0 {
		c := newCall(entry, "", "")
		c.Failure = ""
		res, an := a.answerOf(c)
		if res == Accepted && an.Weak && (server || entry.RespBody == "") {
			res = Unknown // an access log's 200 may hold a refusal inside
		}
		return res, an, c
	}
	if !told || pageSide(e.Text) {
		return Unknown, an, nil // an exception in the page is no answer of the service
	}
	if entry.RespBody != "" {
		if res := a.readBody(entry.RespBody, &an); res != Unknown {
			return res, an, nil
		}
	}
	text := refusalPart(e)
	an.Reasons = a.reasonsIn(text)
	beside := a.besideVerb(text)
	if msg := messageOf(e); msg != text && a.Profile.RecallVerb(strings.ToLower(msg)) != "" {
		beside = a.besideVerb(msg) // the words of the entry, rather than the names of its parts
	}
	switch {
	case becameRecalled.MatchString(text) && !deniedWords.MatchString(beside):
		return Accepted, an, nil
	case !server && !hasStrong(an.Reasons) && SpeaksOfNetwork(text):
		an.Reasons = nil
		return Unknown, an, nil // the page's own words for no answer
	case deniedWords.MatchString(beside) && (hasStrong(an.Reasons) || an.Has("generic")):
		return Refused, an, nil
	case hasStrong(an.Reasons):
		return Unknown, an, nil
	case doneWords.MatchString(beside) && !deniedWords.MatchString(beside):
		return Accepted, an, nil
	case a.served(e):
		return Accepted, an, nil
	}
	an.Reasons = nil
	return Unknown, an, nil
}

// becameRecalled is how whoever keeps messages logs that one was recalled: "message state -> withdrawn".
var becameRecalled = lazy.MustCompile(`(?i)\b(?:state|status|flag)["']?\s*(?:->|=>|→|:=|=|:|\bto\b|changed to|set to|is now|now|becomes?)\s*["']?(?:is_?)?(?:withdrawn|recalled|revoked|retracted|unsent)\b|\b(?:withdrawn|recalled|revoked|retracted|unsent)(?:_at|_on|_flag)?["']?\s*(?:->|=>|→|[:=])\s*["']?(?:true|1\d{9,12}|20\d\d-)|状态.{0,6}(?:变为|改为|更新为|置为|->|→).{0,3}(?:已撤回|撤回)`)

// besideVerb gives the words around "recall" in a line: what is done or denied
// there is the recall, and not what the line goes on to tell.
func (a *Attempt) besideVerb(text string) string {
	low := strings.ToLower(text)
	verb := a.Profile.RecallVerb(low)
	if verb == "" {
		return ""
	}
	i := strings.Index(low, verb)
	return low[max(0, i-24):min(len(low), i+len(verb)+48)]
}

// before reports whether a stamp is before the press by more than d.
func (a *Attempt) before(s clock.Stamp, d time.Duration) bool {
	if s.IsZero() || a.Press.IsZero() {
		return false
	}
	return s.OnService(a.Offset).Since(a.Press.OnService(a.Offset)).Hi < -d
}

// beforeSent reports whether a stamp is surely before the message was sent.
func (a *Attempt) beforeSent(s clock.Stamp) bool {
	return !s.IsZero() && !a.Sent.IsZero() && s.OnService(a.Offset).Since(a.Sent.OnService(a.Offset)).Hi < -5*time.Second
}

// better reports whether an answer tells more than what a request already has.
func better(res Result, an Answer, r *Request) bool {
	rank := func(res Result, an Answer) int {
		n := 0
		if res != Unknown {
			n = 2
		}
		if hasStrong(an.Reasons) {
			n += 2
		}
		if an.Status > 0 {
			n++
		}
		return n
	}
	return rank(res, an) > rank(r.Result, r.Answer) || r.Source == ""
}

// settleTold makes the told request the recall where no recording shows one,
// and lets it say what a recording leaves out.
func (a *Attempt) settleTold() {
	t := a.told
	if t == nil {
		return
	}
	if a.Request == nil {
		failed := t.Call != nil && t.Call.Failure != "" // the page says that its call for a recall failed
		if t.Result == Unknown && t.Score < recallAtMost && len(t.Answer.Reasons) == 0 && !failed {
			return
		}
		a.Request = t
		a.Requests = append(a.Requests, t)
		return
	}
	r := a.Request
	if r.Arrived.IsZero() {
		r.Arrived = t.Arrived
	}
	if r.Result == NoAnswer && !t.Arrived.IsZero() && r.Answer.Status == 0 && (t.Result == Accepted && !t.Answer.Weak || t.Result == Refused) {
		// The page saw none, and the service's own log says what it answered.
		r.Result, r.Answer = t.Result, t.Answer
	}
	if r.Result == Unknown && t.Result != Unknown || r.Result == Accepted && r.Answer.Weak && t.Result != Unknown {
		r.Result = t.Result
		if len(r.Answer.Reasons) == 0 || hasStrong(t.Answer.Reasons) {
			status := r.Answer.Status
			r.Answer = t.Answer
			if status != 0 {
				r.Answer.Status = status
			}
		}
	}
}

// readFrameLine reads a push frame that a client wrote into its log.
func (a *Attempt) readFrameLine(e *logs.Entry, where string) bool {
	text := firstText(e.Fields["message"], e.Text)
	m := frameLine.FindStringSubmatch(head(text, 8192))
	if m == nil {
		if p := pushLine.FindStringSubmatch(head(text, 8192)); p != nil {
			m = []string{p[0], "", "push", p[1]}
		} else {
			return false
		}
	}
	fs, ok := fields(m[3])
	if !ok {
		return false
	}
	sent := m[1] != ""
	a.frames = append(a.frames, loggedFrame{har.Message{Sent: sent, Time: e.At.T, Opcode: 1, Data: m[3]}, e.At, where})
	if !sent {
		a.readEvent(m[3], fs, e.At, where)
		a.learnFrom(m[3])
	}
	return true
}

type loggedFrame struct {
	har.Message
	at    clock.Stamp
	where string
}

// frameRequests finds recalls that a client's log shows as frames.
func (a *Attempt) frameRequests() {
	for i, f := range a.frames {
		if !f.Sent {
			continue
		}
		fs, ok := fields(f.Data)
		if !ok || !a.asksRecall(fs) || a.aboutOther(f.Data) {
			continue
		}
		if near, timed := a.near(f.at, aroundRecall); timed && !near {
			continue
		}
		var later []har.Message
		for _, x := range a.frames[i+1:] {
			later = append(later, x.Message)
		}
		before := len(a.Requests)
		a.addFrameRequest(f.Data, fs, f.at, f.where, later)
		if a.Request == nil || a.Request.Via == "log" {
			a.Request = a.Requests[before]
		}
	}
}
