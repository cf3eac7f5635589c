package compare

import (
	"context"
	"os"
	"path/filepath"
	"testing"
	"time"

	"meiqia-diag/diag/attempt"
	"meiqia-diag/diag/evidence"
	"meiqia-diag/diag/evidence/hartest"
	"meiqia-diag/diag/evidence/recording"
	"meiqia-diag/diag/incident"
	"meiqia-diag/diag/profile"
)

const host = "https://app.meiqia.com"

func attemptOf(t *testing.T, entries ...hartest.Obj) *attempt.Attempt {
	t.Helper()
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "recording.har"), []byte(hartest.File("meiqia-diag", "1", entries...)), 0o600); err != nil {
		t.Fatal(err)
	}
	page := `{"schema":"meiqia-diag-recording/1"}` + "\n" + `{"type":"press","at":"` + hartest.Press.Format(time.RFC3339Nano) + `","press":{"by":"mouse","on":true,"click":true,"reached":true,"near":{"el":"button","state":"visible"}}}` + "\n"
	if err := os.WriteFile(filepath.Join(dir, "page.jsonl"), []byte(page), 0o600); err != nil {
		t.Fatal(err)
	}
	p, ps := profile.Load("")
	if p == nil {
		t.Fatal(ps)
	}
	return attempt.Build(evidence.Read(context.Background(), []string{dir}, evidence.Options{}), incident.New(), p)
}

func TestRecordings(t *testing.T) {
	me := hartest.Entry(-20, "GET", host+"/api/v1/me", "", 200, `{"id":1}`)
	later := hartest.Entry(20, "GET", host+"/api/v1/me", "", 200, `{"id":1}`)
	script := func(status int) hartest.Obj {
		return hartest.Entry(-30, "GET", host+"/static/app.3f2a91.js", "", status, "", hartest.Obj{"_resourceType": "script"})
	}
	recall := func(id string, status int, body string, more ...hartest.Obj) hartest.Obj {
		return hartest.Entry(0.1, "POST", host+"/api/v1/messages/"+id+"/recall", "", status, body, more...)
	}
	blocked := hartest.Obj{"response": hartest.Obj{"_error": "net::ERR_BLOCKED_BY_CLIENT"}}
	worked := attemptOf(t, script(200), me, recall("7001234", 200, `{"success":true}`), later)
	for _, c := range []struct {
		name      string
		with      *attempt.Attempt
		says      string
		different recording.Difference
	}{
		{"an extension", attemptOf(t, script(200), me, recall("8842555", 0, "", blocked), later), "works-without", recording.Difference{What: "request", Of: "api " + host + "/api/v1/messages/*/recall", With: "blocked by an extension", Without: "ok"}},
		{"nothing was sent", attemptOf(t, script(200), me, later), "works-without", recording.Difference{What: "dispatch", With: "absent", Without: "sent"}},
		{"a script is gone", attemptOf(t, script(404), me, later), "works-without", recording.Difference{What: "request", Of: "script " + host + "/static/app.*.js", With: "missing", Without: "ok"}},
		{"both work", attemptOf(t, script(200), me, recall("8842555", 200, `{"success":true}`), later), "works-alike", recording.Difference{}},
	} {
		got := Recordings(c.with, worked)
		found := c.different == recording.Difference{}
		for _, d := range got.Differences {
			found = found || d == c.different
		}
		if got.Says != c.says || !found || c.says == "works-alike" && len(got.Differences) > 0 {
			t.Errorf("%s: %+v", c.name, got)
		}
	}
	refused := attemptOf(t, script(200), me, recall("1", 403, `{"error":"message_read"}`), later)
	if got := Recordings(refused, refused); got.Says != "fails-alike" || len(got.Differences) > 0 {
		t.Errorf("%+v", got)
	}
	if got := Recordings(worked, refused); got.Says != "works-with" {
		t.Errorf("%+v", got)
	}
	// A connection that was reset tells nothing of whether the service recalled, and is no failure of the recall to build on.
	reset := attemptOf(t, script(200), me, recall("1", 0, "", hartest.Obj{"response": hartest.Obj{"_error": "net::ERR_FAILED"}}), later)
	if got := Recordings(reset, worked); got.Says != "incomparable" {
		t.Errorf("%+v", got)
	}
}
