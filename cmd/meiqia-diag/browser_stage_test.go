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
	files   browsertest.Files // what was handed in last
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
	sent, pressed time.Time
	symptom, text string
	device        string
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

// values lists the values of an observation.
func (d document) values(id string) (out []string) {
	for _, c := range d.Checks {
		for _, o := range c.Observations {
			if o.ID == id {
				out = append(out, fmt.Sprint(o.Value))
			}
		}
	}
	return out
}

// handed ends the session, and diagnoses what is handed in of it.
func (s *staged) handed(b browsertest.Browser, w told) document {
	s.t.Helper()
	s.files = b.HandIn(filepath.Join(s.dir, "handed"))
	keep(s.t, s.files)
	return s.diagnose("--evidence", s.files.HAR, "--evidence", s.files.Console, "--evidence", s.files.Profile, "--incident", s.incident(w))
}

// alone looks at the browser as it was left, and at nothing else: would a
// recall work in it now.
func (s *staged) alone() document {
	s.t.Helper()
	return s.diagnose("--evidence", s.files.Profile, "--only", "cache,browser")
}

// work opens the workbench, sends a message, presses its button and lets the
// page answer for a moment.
func (s *staged) work(b browsertest.Browser, finger bool, dx, dy float64) told {
	s.t.Helper()
	d := browsertest.At(s.t, b)
	d.Finger = finger
	d.Open(s.lab.URL("workbench"))
	w := told{sent: d.Send(oops)}
	time.Sleep(300 * time.Millisecond) // the message reaches everybody
	return s.press(d, w, dx, dy)
}

func (s *staged) press(d *browsertest.Desk, w told, dx, dy float64) told {
	s.t.Helper()
	if d.Finger {
		w.device = "mobile_web"
	}
	if d.Outside(oops) { // nobody presses what is not to be seen
		w.pressed, w.symptom = time.Now(), "no_button"
		return w
	}
	w.pressed = d.Press(oops, dx, dy)
	gone := d.Gone(oops, time.Second)
	w.text = d.Notice()
	switch {
	case w.text != "":
		w.symptom = "refused"
	case gone:
		w.symptom = "unknown"
	default:
		w.symptom = "no_reaction"
	}
	return w
}

// keep copies what was handed in to where a person can look at it.
func keep(t *testing.T, f browsertest.Files) {
	dir := os.Getenv("MEIQIA_DIAG_KEEP_STAGED")
	if dir == "" {
		return
	}
	for _, p := range []string{f.HAR, f.Console} {
		data, _ := os.ReadFile(p)
		_ = os.WriteFile(filepath.Join(dir, strings.ReplaceAll(t.Name(), "/", "_")+"."+filepath.Base(p)), data, 0o600)
	}
}
