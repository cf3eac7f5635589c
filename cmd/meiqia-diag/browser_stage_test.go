package main

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"meiqia-diag/diag/lab"
	"meiqia-diag/diag/lab/browsertest"
)

// staged is a lab, and what a person who worked at it in a real browser hands in.
type staged struct {
	t       *testing.T
	lab     *lab.Lab
	dir     string
	overlay string
}

const oops = "发错了的消息"

func stageLab(t *testing.T, opt lab.Options) *staged {
	t.Helper()
	if opt.Window == 0 {
		opt.Window = time.Minute
	}
	l, err := lab.Start(t.Context(), opt)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = l.Close() })
	s := &staged{t: t, lab: l, dir: t.TempDir()}
	s.overlay = filepath.Join(s.dir, "site.yaml")
	s.write(s.overlay, string(l.Profile()))
	return s
}

func (s *staged) write(path, text string) {
	s.t.Helper()
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		s.t.Fatal(err)
	}
}

// site is the workbench's origin.
func (s *staged) site() string { return strings.TrimSuffix(s.lab.URL("workbench"), "/chat") }

// told is what the person writes into the incident file.
type told struct {
	sent, pressed    time.Time
	symptom, text    string
	device           string
	withoutRecording bool
}

func (s *staged) incident(w told) string {
	s.t.Helper()
	const layout = "2006-01-02T15:04:05Z07:00"
	text := fmt.Sprintf("message: {type: text, sender: self, channel: web, sent_at: %s, read: no, visitor_action: none}\nattempt: {at: %s, symptom: %s, device: %s",
		w.sent.Format(layout), w.pressed.Format(layout), w.symptom, or(w.device, "desktop_web"))
	if w.text != "" {
		text += fmt.Sprintf(", error_text: %q", w.text)
	}
	path := filepath.Join(s.dir, "incident.yaml")
	s.write(path, text+"}\naccount: {role: agent}\n")
	return path
}

func or(a, b string) string {
	if a != "" {
		return a
	}
	return b
}

// document is what of a result the tests look at.
type document struct {
	Outcomes struct {
		Request string `json:"request_result"`
	}
	Verdict struct {
		Outcome string
		Causes  []struct {
			Code        string
			Role        string
			Probability float64
			For         []struct {
				Observation string
				DB          float64
			}
		}
	}
	Checks []struct {
		ID, State    string
		Observations []struct {
			ID     string
			Value  any
			Detail map[string]string
		}
	}
}

// diagnose runs the whole program over what is handed in.
func (s *staged) diagnose(args ...string) document {
	s.t.Helper()
	began := time.Now()
	args = append([]string{"recall", "--profile", s.overlay, "--format", "json", "--no-report"}, args...)
	_, out, errs := call(s.t, nil, "", args...)
	var doc document
	if err := json.Unmarshal([]byte(out), &doc); err != nil {
		s.t.Fatalf("%v\n%s\n%s", err, out, errs)
	}
	s.t.Logf("diagnosed in %v: %s %s", time.Since(began).Round(time.Millisecond), doc.Verdict.Outcome, doc.causes())
	if s.t.Failed() || os.Getenv("SHOW") != "" {
		s.t.Log(out)
	}
	return doc
}

func (d document) causes() string {
	var out []string
	for _, c := range d.Verdict.Causes {
		out = append(out, fmt.Sprintf("%s %.2f", c.Code, c.Probability))
	}
	return strings.Join(out, ", ")
}

// names asserts the primary cause.
func (d document) names(t *testing.T, code string) {
	t.Helper()
	if d.Verdict.Outcome != "explained" || len(d.Verdict.Causes) == 0 || d.Verdict.Causes[0].Code != code {
		t.Errorf("verdict %s: %s; want %s", d.Verdict.Outcome, d.causes(), code)
		for _, c := range d.Checks {
			for _, o := range c.Observations {
				t.Logf("%s = %v %v", o.ID, o.Value, o.Detail)
			}
		}
	}
}

func handed(f browsertest.Files) []string {
	return []string{"--evidence", f.HAR, "--evidence", f.Console, "--evidence", f.Profile}
}

func TestExtensionBlocksInABrowser(t *testing.T) {
	for name, make := range map[string]func(string) browsertest.Extension{"static rule": browsertest.BlockingStatic, "dynamic rule": browsertest.BlockingDynamic} {
		t.Run(name, func(t *testing.T) {
			s := stageLab(t, lab.Options{})
			b := browsertest.Chromium(t, browsertest.Setup{Extensions: []string{make("/messages/*/recall").Unpack(t)}})
			d := browsertest.At(t, b)
			d.Open(s.lab.URL("workbench"))
			w := told{sent: d.Send(oops), symptom: "refused"}
			w.pressed = d.Press(oops, 0, 0)
			d.Until(`document.querySelector("#notice").textContent`)
			w.text = d.Notice()
			f := b.HandIn(filepath.Join(s.dir, "handed"))
			doc := s.diagnose(append(handed(f), "--incident", s.incident(w))...)
			doc.names(t, "dispatch.extension-blocked")
		})
	}
}
