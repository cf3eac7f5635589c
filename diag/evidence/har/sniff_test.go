package har

import (
	"strings"
	"testing"
)

func TestSniff(t *testing.T) {
	for _, s := range []string{
		`{"log":{"version":"1.2",`, "\xEF\xBB\xBF \n{ \"log\" : {\"creator\":{", `{"log":{"entries":[{"x":1`, `{"log":{"pages":[`,
		`{"x":{"y":[1]},"log":{"comment":"c","browser":{},"entries":[]}}`, `{"log":{"version":"1.1"}}`,
		string(sample(t, "chromium156-devtools-full.har")[:60]), string(sample(t, "firefox.har")), string(sample(t, "safari.har")[:100]),
		`{"log":{"comment":"` + strings.Repeat("x", 9000) + `","version":"1.2"`,
	} {
		if !Sniff([]byte(s)) {
			t.Errorf("not recognised: %.60q", s)
		}
	}
	for _, s := range []string{"", "{", "[]", "null", `{"log":"x"}`, `{"log":{"level":"info","version":"2"}}`, `{"logs":{"version":"1.2"}}`,
		"2026-11-20 10:22:41 INFO {\"log\":{\"version\":\"1.2\"}}", `{"log":{`, "\x1f\x8b", `{"constants":{}}`} {
		if Sniff([]byte(s)) {
			t.Errorf("taken for a HAR: %.60q", s)
		}
	}
}
