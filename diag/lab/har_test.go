package lab

import (
	"encoding/json"
	"math"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"
)

type harFile struct {
	Log struct {
		Version string
		Creator struct{ Name string }
		Pages   []struct{ ID string }
		Entries []harLine
	}
}

type harLine struct {
	ResourceType string `json:"_resourceType"`
	Started      string `json:"startedDateTime"`
	Time         float64
	FromCache    string `json:"_fromCache"`
	PageRef      string
	Request      struct {
		Method, URL string
		Headers     []struct{ Name, Value string }
		PostData    struct{ Text string }
	}
	Response struct {
		Status  int
		Error   *string `json:"_error"`
		Worker  bool    `json:"_fetchedViaServiceWorker"`
		Headers []struct{ Name, Value string }
		Content struct{ Text string }
	}
	Timings  map[string]float64
	Messages []struct {
		Type string
		Time float64
		Data string
	} `json:"_webSocketMessages"`
}

func (e harLine) header(name string) string {
	for _, h := range e.Response.Headers {
		if strings.EqualFold(h.Name, name) {
			return h.Value
		}
	}
	return ""
}

func (e harLine) began(t *testing.T) time.Time {
	t.Helper()
	at, err := time.Parse(time.RFC3339Nano, e.Started)
	if err != nil {
		t.Fatalf("startedDateTime %q: %v", e.Started, err)
	}
	return at
}

// span is a number of milliseconds as a duration.
func span(ms float64) time.Duration { return time.Duration(ms * float64(time.Millisecond)) }

func harOf(t *testing.T, path string) harFile {
	t.Helper()
	var h harFile
	if err := json.Unmarshal([]byte(read(t, path)), &h); err != nil {
		t.Fatal(err)
	}
	if h.Log.Version != "1.2" || h.Log.Creator.Name != "WebInspector" || len(h.Log.Pages) != 1 || len(h.Log.Entries) == 0 {
		t.Fatalf("not a recording of Chrome's: %+v", h.Log.Pages)
	}
	return h
}

// recallPost finds the request that recalls.
func (h harFile) recallPost() (harLine, bool) {
	i := slices.IndexFunc(h.Log.Entries, func(e harLine) bool {
		return e.Request.Method == http.MethodPost && (strings.HasSuffix(e.Request.URL, "/recall") || strings.HasSuffix(e.Request.URL, "/withdraw"))
	})
	if i < 0 {
		return harLine{}, false
	}
	return h.Log.Entries[i], true
}

func TestRecordingHoldsTheTrueOffset(t *testing.T) {
	t.Parallel()
	_, p := perform(t, Options{Scenario: "clock-skew-request"})
	lo, hi := time.Duration(math.MinInt64), time.Duration(math.MaxInt64)
	n := 0
	for _, e := range harOf(t, p.HAR[0]).Log.Entries {
		date := e.header("Date")
		if date == "" || e.ResourceType == "websocket" || e.FromCache != "" {
			continue
		}
		at, err := http.ParseTime(date)
		if err != nil {
			t.Fatal(err)
		}
		sent := e.began(t)
		for _, part := range []string{"blocked", "dns", "connect"} {
			sent = sent.Add(span(max(0, e.Timings[part])))
		}
		back := sent.Add(span(e.Timings["send"] + e.Timings["wait"]))
		lo, hi = max(lo, at.Sub(back)), min(hi, at.Add(time.Second).Sub(sent))
		n++
	}
	const rounding = time.Millisecond
	if n < 8 || lo > skew+rounding || hi < skew-rounding {
		t.Errorf("%d answers put the offset in [%v, %v], and it is %v", n, lo, hi, skew)
	}
}

func TestRecordingAddsUp(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"healthy", "interrupted", "stale-app"} {
		_, p := perform(t, Options{Scenario: name})
		for _, e := range harOf(t, p.HAR[0]).Log.Entries {
			if e.PageRef != "page_1" || e.Time < 0 {
				t.Errorf("%s: %+v", name, e)
			}
			if e.ResourceType == "websocket" {
				continue
			}
			sum := 0.0
			for _, part := range []string{"blocked", "dns", "connect", "send", "wait", "receive"} {
				v := e.Timings[part]
				if v < -1 {
					t.Errorf("%s: %s %s = %v", name, e.Request.URL, part, v)
				}
				sum += max(0, v)
			}
			if math.Abs(sum-e.Time) > 0.01 {
				t.Errorf("%s: %s %s: parts %.3f, time %.3f", name, e.Request.Method, e.Request.URL, sum, e.Time)
			}
		}
	}
}

func TestHealthyRecordingShowsTheWholePath(t *testing.T) {
	t.Parallel()
	_, p := perform(t, Options{})
	h := harOf(t, p.HAR[0])
	post, ok := h.recallPost()
	if !ok || post.Response.Status != 200 || post.header("Date") == "" || post.header("Server-Timing") == "" || !strings.Contains(post.Request.PostData.Text, "client_time") {
		t.Fatalf("the recall is not in the recording: %+v", post)
	}
	var frames, history bool
	for _, e := range h.Log.Entries {
		for _, m := range e.Messages {
			if m.Type == "receive" && strings.Contains(m.Data, `"action":"withdraw_msg"`) && m.Time > 1e9 {
				frames = true
			}
		}
		if strings.Contains(e.Response.Content.Text, `\"is_withdrawn\":true`) {
			history = true
		}
	}
	if !frames || !history {
		t.Errorf("push event recorded: %v, withdrawn history recorded: %v", frames, history)
	}
}

func TestWhatFailuresLookLike(t *testing.T) {
	t.Parallel()
	for name, want := range map[string]string{"interrupted": "net::ERR_CONNECTION_RESET", "local-network": "net::ERR_CONNECTION_REFUSED"} {
		_, p := perform(t, Options{Scenario: name})
		post, ok := harOf(t, p.HAR[0]).recallPost()
		if !ok || post.Response.Status != 0 || post.Response.Error == nil || *post.Response.Error != want {
			t.Errorf("%s: recall recorded as %+v, want %s", name, post.Response, want)
		}
		if log := read(t, p.Console); !strings.Contains(log, want) || !strings.Contains(log, "recall failed") {
			t.Errorf("%s: the console lacks %s:\n%s", name, want, log)
		}
	}
}

func TestNothingIsSentWhereThePageDoesNotSend(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"button-hidden", "clock-skew"} {
		_, p := perform(t, Options{Scenario: name})
		if post, ok := harOf(t, p.HAR[0]).recallPost(); ok {
			t.Errorf("%s: sent %s", name, post.Request.URL)
		}
		if strings.Contains(read(t, p.ServerLog), "recall received") {
			t.Errorf("%s: the service saw a recall", name)
		}
	}
}

func TestStaleAppRunsFromTheCache(t *testing.T) {
	t.Parallel()
	_, p := perform(t, Options{Scenario: "stale-app"})
	h := harOf(t, p.HAR[0])
	page := h.Log.Entries[0]
	if page.FromCache != "disk" || page.ResourceType != "document" || !strings.Contains(page.Response.Content.Text, `<meta name="build" content="2026.06.02-3">`) {
		t.Errorf("page = %s from %q", page.Request.URL, page.FromCache)
	}
	post, ok := h.recallPost()
	if !ok || post.header("X-Build") != "2026.11.20-1" || !strings.HasSuffix(post.Request.URL, "/withdraw") {
		t.Errorf("recall = %s, X-Build %q", post.Request.URL, post.header("X-Build"))
	}
}

func TestHighLatencyIsThePathsFault(t *testing.T) {
	t.Parallel()
	l, p := perform(t, Options{Scenario: "high-latency"})
	post, ok := harOf(t, p.HAR[0]).recallPost()
	if !ok {
		t.Fatal("no recall recorded")
	}
	in := incidentOf(t, p)
	sent, err := time.Parse(time.RFC3339Nano, in.Message.SentAt)
	if err != nil {
		t.Fatal(err)
	}
	if asked := post.began(t).Sub(sent); asked >= l.plan.policy.Window {
		t.Errorf("asked %v after sending, that is the operator's fault", asked)
	}
	if !strings.Contains(read(t, p.ServerLog), "rule=window") {
		t.Errorf("not refused for the window:\n%s", read(t, p.ServerLog))
	}
	var handshake float64
	for _, e := range harOf(t, p.HAR[0]).Log.Entries {
		handshake = max(handshake, e.Timings["connect"])
	}
	if rtt := 2 * l.plan.path.delay; span(handshake) < rtt || post.Timings["wait"] < float64(rtt.Milliseconds()) {
		t.Errorf("connect %.0f ms, wait %.0f ms on a path of %v", handshake, post.Timings["wait"], rtt)
	}
}

func TestDroppedPushLooksAsInChrome(t *testing.T) {
	t.Parallel()
	_, p := perform(t, Options{Scenario: "push-disconnected"})
	var told, lost bool
	for _, e := range harOf(t, p.HAR[0]).Log.Entries {
		if e.ResourceType != "websocket" {
			continue
		}
		if e.Request.Method == "" && strings.HasPrefix(e.Started, "1969-12-31") && e.Response.Error == nil && e.Response.Status == 0 {
			lost = true
		}
		for _, m := range e.Messages {
			told = told || strings.Contains(m.Data, "withdraw_msg")
		}
	}
	if told || !lost {
		t.Errorf("told of the recall: %v, failed to come back: %v", told, lost)
	}
	if !strings.Contains(read(t, p.Console), "push closed code=1006") {
		t.Error("the console does not show the loss")
	}
}

func TestOtherLoginIsRecordedToo(t *testing.T) {
	t.Parallel()
	_, p := perform(t, Options{Scenario: "multi-session"})
	if len(p.HAR) != 2 || incidentOf(t, p).Attempt.OtherLogins != 1 {
		t.Fatalf("recordings: %v", p.HAR)
	}
	for i, want := range []bool{true, false} {
		told := strings.Contains(read(t, p.HAR[i]), `\"action\":\"withdraw_msg\"`)
		if told != want {
			t.Errorf("login %d told of the recall: %v, want %v", i+1, told, want)
		}
	}
}

func TestKickedLoginIsClosed4001(t *testing.T) {
	t.Parallel()
	_, p := perform(t, Options{Scenario: "session-invalid"})
	if log := read(t, p.Console); !strings.Contains(log, "push closed code=4001") {
		t.Errorf("console:\n%s", log)
	}
	if !strings.Contains(read(t, p.ServerLog), "reason=login_elsewhere") {
		t.Error("the service's log does not say why")
	}
}

func TestUnevenBackendsAnswerUnevenly(t *testing.T) {
	t.Parallel()
	_, p := perform(t, Options{Scenario: "uneven-backends"})
	status := map[string][]int{}
	for _, e := range harOf(t, p.HAR[0]).Log.Entries {
		if e.ResourceType == "fetch" {
			host, _, _ := strings.Cut(strings.TrimPrefix(e.Request.URL, "http://"), "/")
			status[host] = append(status[host], e.Response.Status)
		}
	}
	good, bad := 0, 0
	for _, s := range status {
		if slices.Contains(s, 502) {
			bad++
		} else {
			good++
		}
	}
	if bad != 1 || good < 2 {
		t.Errorf("answers by backend: %v", status)
	}
}

func TestDesktopClientLeavesAClientLog(t *testing.T) {
	t.Parallel()
	_, p := perform(t, Options{Scenario: "client-outdated"})
	if p.ClientLog == "" || p.Console != "" || !strings.Contains(read(t, p.ClientLog), "status=426") {
		t.Errorf("client log %q, console %q", p.ClientLog, p.Console)
	}
	if !strings.Contains(read(t, p.HAR[0]), "3.9.0") {
		t.Error("the recording does not tell the client's version")
	}
}
