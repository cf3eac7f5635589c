package lab

import (
	"context"
	"encoding/json"
	"errors"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"gopkg.in/yaml.v3"
)

// ends says how each scenario's recall ends with its fault in.
var ends = map[string]struct {
	request, sender, visitor string
	status                   int
	symptom                  string
}{
	"healthy":                 {"accepted", "gone", "gone", 200, "unknown"},
	"button-hidden":           {"not_sent", "still_visible", "still_visible", 0, "no_button"},
	"button-covered":          {"not_sent", "still_visible", "still_visible", 0, "no_reaction"},
	"button-outside":          {"not_sent", "still_visible", "still_visible", 0, "no_button"},
	"missed-tap":              {"not_sent", "still_visible", "still_visible", 0, "no_reaction"},
	"device-slow":             {"refused", "still_visible", "still_visible", 403, "refused"},
	"extension-blocked":       {"not_sent", "still_visible", "still_visible", 0, "refused"},
	"storage-blocked":         {"not_sent", "still_visible", "still_visible", 0, "no_reaction"},
	"javascript-off":          {"not_sent", "still_visible", "still_visible", 0, "no_button"},
	"content-policy":          {"not_sent", "still_visible", "still_visible", 0, "refused"},
	"browser-outdated":        {"not_sent", "still_visible", "still_visible", 0, "refused"},
	"stale-worker":            {"refused", "still_visible", "still_visible", 410, "refused"},
	"client-outdated":         {"refused", "still_visible", "still_visible", 426, "refused"},
	"stale-app":               {"refused", "still_visible", "still_visible", 410, "refused"},
	"interrupted":             {"no_answer", "still_visible", "still_visible", 0, "refused"},
	"high-latency":            {"refused", "still_visible", "still_visible", 403, "refused"},
	"local-network":           {"no_answer", "still_visible", "still_visible", 0, "refused"},
	"overloaded":              {"refused", "still_visible", "still_visible", 503, "refused"},
	"uneven-backends":         {"refused", "still_visible", "still_visible", 502, "refused"},
	"rate-limited":            {"refused", "still_visible", "still_visible", 429, "refused"},
	"session-invalid":         {"refused", "still_visible", "still_visible", 401, "refused"},
	"window-expired":          {"refused", "still_visible", "still_visible", 403, "refused"},
	"clock-skew":              {"not_sent", "still_visible", "still_visible", 0, "refused"},
	"clock-skew-request":      {"refused", "still_visible", "still_visible", 403, "refused"},
	"message-read":            {"refused", "still_visible", "still_visible", 403, "refused"},
	"visitor-acted":           {"refused", "still_visible", "still_visible", 403, "refused"},
	"system-processed":        {"refused", "still_visible", "still_visible", 200, "refused"},
	"type-unsupported":        {"refused", "still_visible", "still_visible", 403, "refused"},
	"not-own":                 {"refused", "still_visible", "still_visible", 403, "refused"},
	"no-permission":           {"refused", "still_visible", "still_visible", 403, "refused"},
	"channel-unsupported":     {"refused", "still_visible", "still_visible", 200, "refused"},
	"target-missing":          {"refused", "still_visible", "still_visible", 409, "refused"},
	"stale-view":              {"accepted", "still_visible", "gone", 200, "still_visible"},
	"multi-session":           {"accepted", "still_visible", "gone", 200, "still_visible"},
	"push-disconnected":       {"accepted", "still_visible", "gone", 200, "still_visible"},
	"visitor-client-outdated": {"accepted", "gone", "still_visible", 200, "still_visible"},
	"service-unknown":         {"accepted", "still_visible", "still_visible", 200, "no_reaction"},
}

func TestEveryScenarioFailsWithItsFault(t *testing.T) {
	for _, s := range Scenarios() {
		want, ok := ends[s.Name]
		if !ok {
			t.Errorf("scenario %s has no expected end", s.Name)
			continue
		}
		t.Run(s.Name, func(t *testing.T) {
			t.Parallel()
			l, p := perform(t, Options{Scenario: s.Name})
			r := p.Result
			if r.RequestResult != want.request || r.SenderView != want.sender || r.VisitorView != want.visitor || r.Status != want.status {
				t.Errorf("result = %+v, want %+v\n%s", r, want, read(t, p.ServerLog))
			}
			if p.Truth != s.Code {
				t.Errorf("truth = %q, want %q", p.Truth, s.Code)
			}
			in := incidentOf(t, p)
			if in.Attempt.Symptom != want.symptom || in.Attempt.ErrorText != r.Text {
				t.Errorf("attempt = %+v, want symptom %s and text %q", in.Attempt, want.symptom, r.Text)
			}
			if want.request == "refused" && r.Text == "" {
				t.Error("a refusal showed no text")
			}
			held := want.request == "accepted" && s.Name != "service-unknown"
			if got := l.svc.Withdrawn(l.plan.story.conv, atoi(t, in.Message.ID)); got != held {
				t.Errorf("the service holds the message as recalled: %v, want %v", got, held)
			}
		})
	}
}

func TestEveryScenarioWorksOnceMended(t *testing.T) {
	for _, s := range Scenarios() {
		t.Run(s.Name, func(t *testing.T) {
			t.Parallel()
			_, p := perform(t, Options{Scenario: s.Name, Healed: true})
			r := p.Result
			if r.RequestResult != "accepted" || r.SenderView != "gone" || r.VisitorView != "gone" || r.Status != 200 || r.Text != "" {
				t.Errorf("result = %+v, want a recall that worked\n%s", r, read(t, p.ServerLog))
			}
			if p.Truth != Healthy {
				t.Errorf("truth = %q", p.Truth)
			}
		})
	}
}

func TestScenariosCoverTheStages(t *testing.T) {
	seen := map[string]bool{}
	for _, s := range Scenarios() {
		if seen[s.Name] {
			t.Errorf("scenario %s twice", s.Name)
		}
		seen[s.Name] = true
		if s.Title.ZH == "" || s.Title.EN == "" {
			t.Errorf("scenario %s lacks a title", s.Name)
		}
		stage, _, _ := strings.Cut(s.Code, ".")
		seen[stage] = true
	}
	for _, stage := range []string{"trigger", "dispatch", "transport", "admission", "decision", "sync", "service", Healthy} {
		if !seen[stage] {
			t.Errorf("no scenario ends at %s", stage)
		}
	}
}

func TestUnknownScenario(t *testing.T) {
	if _, err := Start(t.Context(), Options{Scenario: "nope"}); !errors.Is(err, ErrUnknown) {
		t.Errorf("err = %v", err)
	}
}

func TestProfileNamesTheLabOnly(t *testing.T) {
	l, err := Start(t.Context(), Options{Scenario: "uneven-backends"})
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	var p struct {
		Base    string
		Hosts   []profileHost
		Times   []string `yaml:"time_servers"`
		Window  string
		Recalls []string `yaml:"recall_requests"`
	}
	if err := yaml.Unmarshal(l.Profile(), &p); err != nil {
		t.Fatal(err)
	}
	var roles []string
	for _, h := range p.Hosts {
		roles = append(roles, h.Role)
		if !strings.Contains(h.URL, "://127.0.0.") {
			t.Errorf("host %s is not this machine", h.URL)
		}
	}
	if want := []string{"workbench", "api", "api", "api", "push", "visitor"}; !slices.Equal(roles, want) {
		t.Errorf("roles = %v, want %v", roles, want)
	}
	if d, err := time.ParseDuration(p.Window); err != nil || d != l.plan.policy.Window {
		t.Errorf("window = %q", p.Window)
	}
	if p.Base != "meiqia" || len(p.Times) != 1 || len(p.Recalls) != 1 || !strings.HasPrefix(p.Recalls[0], "POST http://127.0.0.") {
		t.Errorf("profile = %+v", p)
	}
	if strings.Contains(string(l.Profile()), l.Scenario.Name) {
		t.Error("the profile names the scenario")
	}
}

func TestNothingHandedInNamesTheScenario(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"stale-app", "visitor-client-outdated", "clock-skew"} {
		_, p := perform(t, Options{Scenario: name, Visitor: true})
		files, err := filepath.Glob(filepath.Join(p.Dir, "*"))
		if err != nil || len(files) < 5 {
			t.Fatalf("files = %v, %v", files, err)
		}
		for _, f := range files {
			if text := read(t, f); strings.Contains(text, name) || strings.Contains(text, p.Truth) {
				t.Errorf("%s tells the scenario", filepath.Base(f))
			}
		}
	}
}

func TestPlayStopsWhenAsked(t *testing.T) {
	l, err := Start(t.Context(), Options{Scenario: "window-expired"})
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	ctx, cancel := context.WithTimeout(t.Context(), 300*time.Millisecond)
	defer cancel()
	began := time.Now()
	if _, err := l.Play(ctx, t.TempDir()); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("err = %v", err)
	}
	if took := time.Since(began); took > 2*time.Second {
		t.Errorf("took %v to stop", took)
	}
}

func incidentOf(t *testing.T, p Played) incident {
	t.Helper()
	var in incident
	if err := yaml.Unmarshal([]byte(read(t, p.Incident)), &in); err != nil {
		t.Fatal(err)
	}
	return in
}

func atoi(t *testing.T, s string) int64 {
	t.Helper()
	n, err := json.Number(s).Int64()
	if err != nil {
		t.Fatal(err)
	}
	return n
}
