package lab

import (
	"context"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"meiqia-diag/diag/lang"
)

func TestServeTellsWhereAndEnds(t *testing.T) {
	t.Parallel()
	for _, in := range []lang.Lang{lang.ZH, lang.EN} {
		l, err := Start(t.Context(), Options{Scenario: "type-unsupported", Window: 2 * time.Minute})
		if err != nil {
			t.Fatal(err)
		}
		ctx, cancel := context.WithCancel(t.Context())
		r, w := io.Pipe()
		done := make(chan error, 1)
		go func() { done <- l.Serve(ctx, w, in); _ = w.Close() }()
		buf := make([]byte, 8192)
		var text string
		for !strings.Contains(text, "Ctrl-C") {
			n, err := r.Read(buf)
			if err != nil {
				t.Fatal(err)
			}
			text += string(buf[:n])
		}
		for _, want := range []string{l.URL("workbench"), l.URL("visitor"), l.URL("api"), l.URL("push"), l.TimeServer(), "type-unsupported", "2m0s"} {
			if !strings.Contains(text, want) {
				t.Errorf("%s: lacks %q:\n%s", in, want, text)
			}
		}
		res, err := http.Get(l.URL("workbench"))
		if err != nil || res.StatusCode != http.StatusOK {
			t.Fatalf("workbench: %v %v", res, err)
		}
		_ = res.Body.Close()
		cancel()
		if err := <-done; err != nil {
			t.Error(err)
		}
	}
}

func TestEveryHandPlayedScenarioHasAHint(t *testing.T) {
	t.Parallel()
	for _, s := range Scenarios() {
		if h := s.planOf(false).hint(); (h.ZH == "") != (h.EN == "") {
			t.Errorf("%s: hint in one language only", s.Name)
		}
	}
}

func TestURLOfUnknownRole(t *testing.T) {
	t.Parallel()
	l, err := Start(t.Context(), Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	if u := l.URL("nope"); u != "" {
		t.Errorf("url = %q", u)
	}
}
