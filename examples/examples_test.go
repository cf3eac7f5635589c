// Package examples_test keeps the examples true: they are read and diagnosed as their README says.
package examples_test

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"meiqia-diag/checks"
	"meiqia-diag/diag"
	"meiqia-diag/diag/diagnosis"
	"meiqia-diag/diag/incident"
	"meiqia-diag/diag/profile"
)

func read(t *testing.T, path string) *incident.Incident {
	t.Helper()
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	in, problems := incident.Parse(data, path, time.Now())
	for _, p := range problems {
		t.Error(p)
	}
	return in
}

func TestIncidentShowsEveryField(t *testing.T) {
	in := read(t, "incident.yaml")
	for _, s := range incident.Specs() {
		if _, ok := in.Get(s.Field); !ok {
			t.Errorf("incident.yaml leaves out %s", s.Field)
		}
	}
}

func TestProfileLoads(t *testing.T) {
	p, problems := profile.Load("profile.yaml")
	for _, problem := range problems {
		t.Error(problem)
	}
	if p != nil && (len(p.Hosts) != 3 || p.MinVersions["browser_chrome"] == "") {
		t.Errorf("profile.yaml should replace the hosts and keep the rest of its base: %d hosts, versions %v", len(p.Hosts), p.MinVersions)
	}
}

// The line that editors go by names the schema of the file's kind.
func TestSchemasAreNamed(t *testing.T) {
	for file, schema := range map[string]string{"profile.yaml": profile.Schema, "incident.yaml": incident.Schema} {
		data, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		first, _, _ := strings.Cut(string(data), "\n")
		path, ok := strings.CutPrefix(first, "# yaml-language-server: $schema=")
		if !ok {
			t.Errorf("%s opens with %q", file, first)
			continue
		}
		if data, err := os.ReadFile(filepath.FromSlash(path)); err != nil || string(data) != schema {
			t.Errorf("%s names %s, which is not its schema: %v", file, path, err)
		}
	}
}

func TestExamplesAreDiagnosed(t *testing.T) {
	for folder, want := range map[string]struct {
		code     diag.Code
		outcomes diag.Outcomes
	}{
		"read":  {"decision.message-read", diag.Outcomes{RequestResult: "refused", SenderView: "still_visible", VisitorView: "still_visible"}},
		"wifi":  {"transport.packet-loss", diag.Outcomes{RequestResult: "no_answer", SenderView: "still_visible", VisitorView: "unknown"}},
		"clock": {"decision.clock-skew", diag.Outcomes{RequestResult: "refused", SenderView: "still_visible", VisitorView: "still_visible"}},
	} {
		t.Run(folder, func(t *testing.T) {
			p, problems := profile.Load("profile.yaml")
			if p == nil {
				t.Fatal(problems)
			}
			d := diagnosis.Run(context.Background(), diagnosis.Options{
				Incident: read(t, filepath.Join(folder, "incident.yaml")),
				Evidence: []string{filepath.Join(folder, "evidence")},
				Profile:  p, Checks: checks.All(), Offline: true,
			})
			v := d.Document.Verdict
			if v.Outcome != diag.Explained || v.Causes[0].Code != want.code {
				t.Errorf("the verdict is %s: %v, not %s", v.Outcome, v.Causes, want.code)
			}
			if d.Document.Outcomes != want.outcomes {
				t.Errorf("the outcomes are %+v, not %+v", d.Document.Outcomes, want.outcomes)
			}
		})
	}
}
