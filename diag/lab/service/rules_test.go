package service

import (
	"net/http"
	"strings"
	"testing"
	"time"
)

func TestDateFollowsTheClock(t *testing.T) {
	t.Parallel()
	const offset = -90 * time.Second
	s, _ := started(t, Options{Faults: Faults{ClockOffset: offset}})
	for _, url := range []string{"http://" + s.Own().Workbench + "/chat", "http://" + s.Own().API[0] + "/healthz", "http://" + s.Own().Visitor + "/nowhere"} {
		sent := time.Now()
		res, err := http.Get(url)
		if err != nil {
			t.Fatal(err)
		}
		_ = res.Body.Close()
		date, err := http.ParseTime(res.Header.Get("Date"))
		if err != nil {
			t.Fatalf("%s: %v", url, err)
		}
		if lo, hi := time.Until(date), date.Add(time.Second).Sub(sent); lo > offset || hi < offset {
			t.Errorf("%s: Date puts the offset in [%v, %v]", url, lo, hi)
		}
	}
}

func TestOlder(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		version, least string
		want           bool
	}{
		{"3.9.0", "4.0.0", true}, {"4.0.0", "4.0.0", false}, {"4.0", "4.0.0", false}, {"3.10.0", "3.9.9", false}, {"3.9.10", "3.10", true},
		{"", "4.0.0", false}, {"4.0.0", "", false}, {"x.y", "1", true},
	} {
		if got := older(c.version, c.least); got != c.want {
			t.Errorf("older(%q, %q) = %v", c.version, c.least, got)
		}
	}
}

func TestQuotaSaysWhenToComeAgain(t *testing.T) {
	t.Parallel()
	s, token := started(t, Options{Faults: Faults{RateLimit: 2, RatePer: time.Minute}})
	url := "http://" + s.Own().API[0] + "/api/v1/conversations/7001/messages/1/recall"
	for i, want := range []int{http.StatusNotFound, http.StatusNotFound, http.StatusTooManyRequests} {
		req, _ := http.NewRequestWithContext(t.Context(), http.MethodPost, url, strings.NewReader("{}"))
		req.Header.Set("Authorization", "Bearer "+token)
		res, err := http.DefaultClient.Do(req)
		if err != nil {
			t.Fatal(err)
		}
		_ = res.Body.Close()
		if res.StatusCode != want {
			t.Errorf("recall %d = %d, want %d", i+1, res.StatusCode, want)
		}
		if got := res.Header.Get("Retry-After"); (got != "") != (want == http.StatusTooManyRequests) {
			t.Errorf("recall %d: Retry-After %q", i+1, got)
		}
	}
}

func TestPagesRevalidate(t *testing.T) {
	t.Parallel()
	s, _ := started(t, Options{})
	res, err := http.Get("http://" + s.Own().Workbench + "/chat")
	if err != nil {
		t.Fatal(err)
	}
	_ = res.Body.Close()
	if res.Header.Get("Cache-Control") != "no-cache" || res.Header.Get("ETag") == "" {
		t.Errorf("headers = %v", res.Header)
	}
	req, _ := http.NewRequestWithContext(t.Context(), http.MethodGet, "http://"+s.Own().Workbench+"/chat", nil)
	req.Header.Set("If-None-Match", res.Header.Get("ETag"))
	again, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	_ = again.Body.Close()
	if again.StatusCode != http.StatusNotModified {
		t.Errorf("status = %d", again.StatusCode)
	}
}

func TestLogsAreBounded(t *testing.T) {
	t.Parallel()
	var l Logs
	for range maxLogLines + 100 {
		l.appf(time.Now(), "INFO", "x")
	}
	if n := strings.Count(l.App(), "\n"); n > maxLogLines || n < maxLogLines/2 {
		t.Errorf("%d lines kept", n)
	}
	if !strings.Contains(quote("a\nb\"c"), "a?b?c") {
		t.Error("quote lets a line break through")
	}
}

func TestConversationsAreBounded(t *testing.T) {
	t.Parallel()
	st := newStore()
	c := st.convs[7001]
	for range maxMessages + 10 {
		st.add(c, &message{})
	}
	if len(c.msgs) != maxMessages {
		t.Errorf("%d messages kept", len(c.msgs))
	}
}
