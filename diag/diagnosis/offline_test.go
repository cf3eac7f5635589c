package diagnosis_test

import (
	"bytes"
	"context"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"meiqia-diag/checks"
	"meiqia-diag/diag"
	"meiqia-diag/diag/diagnosis"
	"meiqia-diag/diag/incident"
	"meiqia-diag/diag/profile"
)

const harSamples = "../evidence/har/testdata"

// offlineRun is a whole run over the evidence with facts as field, text, field, text.
func offlineRun(t testing.TB, evidence []string, fields ...string) *diagnosis.Diagnosis {
	t.Helper()
	in := incident.New()
	for i := 0; i < len(fields); i += 2 {
		if p := in.Set(incident.Field(fields[i]), fields[i+1], "incident", time.Date(2026, 11, 23, 0, 0, 0, 0, time.UTC)); p != nil {
			t.Fatal(p)
		}
	}
	prof, ps := profile.Load("")
	if prof == nil {
		t.Fatal(ps)
	}
	return diagnosis.Run(context.Background(), diagnosis.Options{Version: "test", Incident: in, Evidence: evidence, Profile: prof, Checks: checks.All(), Offline: true})
}

// The samples hold many recalls within a second, each ended in its own way: the
// press tells which of them is meant.
func TestSamples(t *testing.T) {
	for _, file := range []string{"chromium156-devtools-full.har", "chromium156-devtools-sanitised.har"} {
		for _, c := range []struct {
			at, result, answer string
			code               diag.Code
			outcome            string
		}{
			{"2026-11-22T21:59:22.284Z", "accepted", "accepted", "", ""},
			{"2026-11-22T21:59:22.289Z", "not_sent", "not_sent", "dispatch.extension-blocked", diag.Explained},
			{"2026-11-22T21:59:22.296Z", "not_sent", "not_sent", "dispatch.extension-blocked", diag.Explained},
			{"2026-11-22T21:59:22.305Z", "no_answer", "no_answer", "", ""},
			{"2026-11-22T21:59:23.253Z", "no_answer", "no_answer", "transport.interrupted", ""},
			{"2026-11-22T21:59:23.270Z", "refused", "refused", "decision.window-expired", ""}, // when it was sent is not known: whose fault, neither,
			{"2026-11-22T21:59:23.336Z", "refused", "refused", "admission.session-invalid", diag.Explained},
		} {
			t.Run(file+"/"+c.at, func(t *testing.T) {
				d := offlineRun(t, []string{filepath.Join(harSamples, file)}, "message.id", "m42", "attempt.at", c.at, "attempt.symptom", "refused").Document
				obs := d.Observations()
				if d.Outcomes.RequestResult != c.result || obs.Word("server.answer") != c.answer {
					t.Errorf("outcomes %+v, answer %q", d.Outcomes, obs.Word("server.answer"))
				}
				if c.code != "" && (len(d.Verdict.Causes) == 0 || d.Verdict.Causes[0].Code != c.code) {
					t.Errorf("%s: %+v", d.Verdict.Outcome, d.Verdict.Causes)
				}
				if c.outcome != "" && d.Verdict.Outcome != c.outcome {
					t.Errorf("%s, want %s", d.Verdict.Outcome, c.outcome)
				}
				if len(d.Evidence) != 1 || d.Evidence[0].Kind != "har" || len(d.Problems) != 0 || len(d.Stages) != 6 || len(d.Checks) != 10 {
					t.Errorf("evidence %+v, problems %+v, %d stages, %d checks", d.Evidence, d.Problems, len(d.Stages), len(d.Checks))
				}
				for _, s := range d.Stages {
					if s.State == diag.Passed && len(s.Because) == 0 {
						t.Errorf("stage %s passed for no reason", s.Stage)
					}
				}
			})
		}
	}
}

func TestSampleWithoutIncident(t *testing.T) {
	d := offlineRun(t, []string{filepath.Join(harSamples, "chromium156-devtools-full.har")}).Document
	if d.Health || d.Outcomes.RequestResult == "unknown" || d.Observations().Word("server.answer") == "" {
		t.Errorf("health %v, outcomes %+v", d.Health, d.Outcomes)
	}
	if d := offlineRun(t, nil).Document; !d.Health || d.Outcomes.RequestResult != "unknown" || d.Verdict.Outcome != diag.Inconclusive || len(d.Verdict.Causes) > 0 && d.Verdict.Causes[0].Probability > 0.1 {
		t.Errorf("nothing at all: health %v, %+v, %+v", d.Health, d.Outcomes, d.Verdict)
	}
}

var volatile = regexp.MustCompile(`"(?:started_at|duration_ms)": ?(?:"[^"]*"|[0-9.e+-]+)`)

func settled(t testing.TB, d *diag.Document) []byte {
	t.Helper()
	out, err := d.JSON()
	if err != nil {
		t.Fatal(err)
	}
	return volatile.ReplaceAll(out, []byte(`"":0`))
}

// caseFolder is an incident's worth of evidence of every kind.
func caseFolder(t testing.TB) string {
	t.Helper()
	dir := t.TempDir()
	har, err := os.ReadFile(filepath.Join(harSamples, "chromium156-devtools-full.har"))
	if err != nil {
		t.Fatal(err)
	}
	for name, text := range map[string]string{
		"a.har": string(har),
		"client.log": "[2026-11-23 05:59:20.100] [warn] websocket disconnected, reconnecting\n[2026-11-23 05:59:23.270] [error] POST http://127.0.0.1:8801/api/v1/recall 403 30ms {\"code\":40312,\"msg\":\"recall window expired\"} m42\n" +
			"[2026-11-23 05:59:23.300] [error] main thread blocked for 5200 ms\n",
		"access.log": `127.0.0.1 - - [22/Nov/2026:21:59:23 +0000] "POST /api/v1/recall HTTP/1.1" 403 52 "-" "Mozilla/5.0" rt=0.020 upstream=10.1.0.1:8080 node=n2 backend=b3` + "\n",
		"ping.txt":   "PING 127.0.0.1 (127.0.0.1) 56(84) bytes of data.\n64 bytes from 127.0.0.1: icmp_seq=1 ttl=64 time=0.03 ms\n64 bytes from 127.0.0.1: icmp_seq=2 ttl=64 time=0.04 ms\n64 bytes from 127.0.0.1: icmp_seq=3 ttl=64 time=0.04 ms\n\n--- 127.0.0.1 ping statistics ---\n3 packets transmitted, 3 received, 0% packet loss, time 2003ms\n",
		"shot.png":   "\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR", "empty.txt": "", "cut.har": string(har[:len(har)/2]),
	} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

var caseFacts = []string{"message.id", "m42", "attempt.at", "2026-11-23T05:59:23+08:00", "message.sent_at", "2026-11-23T05:58:00+08:00", "attempt.symptom", "refused", "attempt.error_text", "recall window expired", "visitor.sdk", "android", "visitor.sdk_version", "3.5.0", "message.processed_by", "none"}

// Checks run side by side and maps have no order: the document has one all the same.
func TestSameEvidenceSameBytes(t *testing.T) {
	dir := caseFolder(t)
	var first []byte
	for i := range 8 {
		got := settled(t, offlineRun(t, []string{dir}, caseFacts...).Document)
		if i == 0 {
			first = got
		} else if !bytes.Equal(first, got) {
			a, b := strings.Split(string(first), "\n"), strings.Split(string(got), "\n")
			for n := range min(len(a), len(b)) {
				if a[n] != b[n] {
					t.Fatalf("run %d differs from the first at line %d:\n%s\n%s", i, n+1, a[n], b[n])
				}
			}
			t.Fatalf("run %d has %d lines, the first %d", i, len(b), len(a))
		}
	}
	for _, word := range []string{dir, os.TempDir()} {
		if bytes.Contains(first, []byte(`"name": "`+word)) {
			t.Errorf("the evidence is named by its folder, %s", word)
		}
	}
}

// The verdict is a function of the document: written out, read back and judged again it is the same.
func TestJudgedAgain(t *testing.T) {
	dir := caseFolder(t)
	for name, run := range map[string]func() *diag.Document{
		"a case": func() *diag.Document { return offlineRun(t, []string{dir}, caseFacts...).Document },
		"a recording alone": func() *diag.Document {
			return offlineRun(t, []string{filepath.Join(harSamples, "firefox.har")}).Document
		},
		"an incident alone":  func() *diag.Document { return offlineRun(t, nil, caseFacts...).Document },
		"nothing (a health)": func() *diag.Document { return offlineRun(t, nil).Document },
	} {
		doc := run()
		before, err := doc.JSON()
		if err != nil {
			t.Fatal(err)
		}
		back, err := diag.ReadDocument(before)
		if err != nil {
			t.Fatal(err)
		}
		// What was judged is taken out, so that only judging again can bring it back.
		back.Verdict, back.Stages, back.Remedies, back.Outcomes = diag.Verdict{}, nil, nil, diag.Outcomes{}
		diagnosis.Judge(back)
		after, err := back.JSON()
		if err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(before, after) {
			a, b := strings.Split(string(before), "\n"), strings.Split(string(after), "\n")
			for n := range min(len(a), len(b)) {
				if a[n] != b[n] {
					t.Errorf("%s, line %d:\n%s\n%s", name, n+1, a[n], b[n])
					break
				}
			}
		}
	}
}

func TestCancelledRunEnds(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	prof, _ := profile.Load("")
	start := time.Now()
	d := diagnosis.Run(ctx, diagnosis.Options{Incident: incident.New(), Evidence: []string{caseFolder(t)}, Profile: prof, Checks: checks.All(), Offline: true}).Document
	if took := time.Since(start); took > time.Second {
		t.Errorf("it took %s", took)
	}
	if len(d.Checks) != 10 || len(d.Stages) != 6 {
		t.Errorf("%d checks, %d stages", len(d.Checks), len(d.Stages))
	}
}

// The child of TestOfflineOpensNoConnection: a whole run, offline or (to prove
// that the test can fail) online against a closed port of this machine.
func TestOfflineChild(t *testing.T) {
	mode := os.Getenv("MEIQIA_OFFLINE_CHILD")
	if mode == "" {
		t.Skip("no test by itself: TestOfflineOpensNoConnection runs it")
	}
	prof, _ := profile.Load("")
	if mode == "online" {
		prof.Hosts, prof.TimeServers = []profile.Host{{Role: profile.API, URL: "http://127.0.0.1:1/"}}, nil
	}
	in := incident.New()
	for i := 0; i < len(caseFacts); i += 2 {
		in.Set(incident.Field(caseFacts[i]), caseFacts[i+1], "incident", time.Now())
	}
	evidence := []string{os.Getenv("MEIQIA_OFFLINE_EVIDENCE")}
	if mode == "health" {
		in, evidence = incident.New(), nil
	}
	d := diagnosis.Run(context.Background(), diagnosis.Options{Incident: in, Evidence: evidence, Profile: prof, Checks: checks.All(), Offline: mode != "online", Timeout: 4 * time.Second})
	if len(d.Document.Checks) != 10 {
		t.Error("not a whole run")
	}
}

var inetCall = regexp.MustCompile(`(?m)^.*(?:socket\(AF_INET|socket\(AF_NETLINK|socket\(AF_PACKET|sa_family=AF_INET|sin6?_port).*$`)

// Every network call of a whole run is watched by strace: there is none. Where
// strace is missing or not allowed the test says so and looks through Go's own hooks only.
func TestOfflineOpensNoConnection(t *testing.T) {
	strace, err := exec.LookPath("strace")
	if runtime.GOOS != "linux" || err != nil {
		t.Skip("STRACE NOT AVAILABLE (Debian: strace): TestOfflineResolvesNothing looks through Go's hooks alone")
	}
	dir := caseFolder(t)
	calls := func(mode string) []string {
		log := filepath.Join(t.TempDir(), "trace")
		cmd := exec.Command(strace, "-f", "-qq", "-e", "trace=network", "-o", log, os.Args[0], "-test.run=^TestOfflineChild$", "-test.count=1")
		cmd.Env = append(os.Environ(), "MEIQIA_OFFLINE_CHILD="+mode, "MEIQIA_OFFLINE_EVIDENCE="+dir)
		out, err := cmd.CombinedOutput()
		trace, readErr := os.ReadFile(log)
		if readErr != nil || bytes.Contains(out, []byte("ptrace")) {
			t.Skipf("STRACE IS NOT ALLOWED TO TRACE HERE: %v, %s", readErr, out)
		}
		if err != nil {
			t.Fatalf("%s: %v\n%s", mode, err, out)
		}
		return inetCall.FindAllString(string(trace), -1)
	}
	if got := calls("online"); len(got) == 0 {
		t.Error("an online run shows no connection: this test could not fail")
	}
	for _, mode := range []string{"offline", "health"} {
		if got := calls(mode); len(got) > 0 {
			t.Errorf("%s: %d network calls, the first:\n%s", mode, len(got), got[0])
		}
	}
}

// Names are looked up through Go's resolver wherever Go code does it: none is.
func TestOfflineResolvesNothing(t *testing.T) {
	var asked atomic.Int32
	old := net.DefaultResolver
	net.DefaultResolver = &net.Resolver{PreferGo: true, Dial: func(context.Context, string, string) (net.Conn, error) {
		asked.Add(1)
		return nil, os.ErrPermission
	}}
	defer func() { net.DefaultResolver = old }()
	if _, err := net.DefaultResolver.LookupHost(context.Background(), "hook.invalid"); err == nil || asked.Swap(0) == 0 {
		t.Fatal("the hook does not see look-ups")
	}
	offlineRun(t, []string{caseFolder(t)}, caseFacts...)
	offlineRun(t, nil)
	if n := asked.Load(); n > 0 {
		t.Errorf("%d look-ups", n)
	}
}
