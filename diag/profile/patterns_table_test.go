package profile

import (
	"os"
	"slices"
	"strings"
	"testing"
	"unicode"
)

// The bars of the two tables: what share must be understood, and what share may be misread.
const (
	wantHits  = 0.90
	wantWrong = 0.03
)

type refusalCase struct {
	want []string // the first is expected; any of them is right
	code string
	text string
}

func readRefusals(t testing.TB) []refusalCase {
	t.Helper()
	var out []refusalCase
	for _, line := range readLines(t, "testdata/refusals.tsv") {
		cols := strings.Split(line, "\t")
		if len(cols) != 3 {
			t.Fatalf("refusals.tsv: %d columns in %q", len(cols), line)
		}
		c := refusalCase{strings.Split(cols[0], "|"), cols[1], cols[2]}
		for _, w := range c.want {
			if !KnownMeaning(w) {
				t.Fatalf("refusals.tsv: unknown meaning %q", w)
			}
		}
		out = append(out, c)
	}
	return out
}

func readLines(t testing.TB, path string) []string {
	t.Helper()
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	var out []string
	for line := range strings.Lines(string(data)) {
		if line = strings.TrimRight(line, "\n"); line != "" && !strings.HasPrefix(line, "#") {
			out = append(out, line)
		}
	}
	return out
}

func loadDefault(t testing.TB) *Profile {
	t.Helper()
	p, ps := Load("")
	for _, x := range ps {
		t.Fatal(x)
	}
	return p.Prepare()
}

// misread gives the meanings that are wrong: a specific reason that was not
// given, or an acceptance read out of a refusal. "generic" misleads nobody.
func misread(got []Match, want []string) []string {
	var out []string
	for _, m := range got {
		if m.Means == "generic" || oneOf(m.Means, want...) {
			continue
		}
		if m.Means == "accepted" && oneOf("already", want...) {
			continue
		}
		out = append(out, m.Means+" ("+m.Text+")")
	}
	return out
}

func TestRefusalTable(t *testing.T) {
	p := loadDefault(t)
	cases := readRefusals(t)
	if len(cases) < 120 {
		t.Fatalf("only %d texts", len(cases))
	}
	hits, wrong := 0, 0
	per := map[string][2]int{}
	for _, c := range cases {
		got := p.RefusalsIn(c.text, c.code)
		if strings.ContainsFunc(c.code, unicode.IsLetter) { // package attempt reads a code of words as text too
			got = append(got, p.RefusalsIn(c.code, "")...)
		}
		hit := false
		for _, m := range got {
			hit = hit || oneOf(m.Means, c.want...)
		}
		n := per[c.want[0]]
		n[1]++
		if hit {
			hits++
			n[0]++
		} else {
			t.Logf("missed: want %v, code %q, text %q, got %v", c.want, c.code, c.text, got)
		}
		per[c.want[0]] = n
		if bad := misread(got, c.want); len(bad) > 0 {
			wrong++
			t.Logf("misread: want %v, code %q, text %q, got %v", c.want, c.code, c.text, bad)
		}
	}
	hitRate, wrongRate := float64(hits)/float64(len(cases)), float64(wrong)/float64(len(cases))
	t.Logf("refusals: %d texts, hit %.1f %%, misread %.1f %%; by meaning %v", len(cases), 100*hitRate, 100*wrongRate, per)
	if hitRate < wantHits {
		t.Errorf("hit rate %.3f, want at least %.2f", hitRate, wantHits)
	}
	if wrongRate > wantWrong {
		t.Errorf("misread %.3f, want at most %.2f", wrongRate, wantWrong)
	}
	for m, n := range per { // no single reason may be unreadable while the sum looks fine
		if float64(n[0]) < 0.75*float64(n[1]) {
			t.Errorf("%s: only %d of %d understood", m, n[0], n[1])
		}
	}
}

// Every innocent line must stay silent: a false signal is evidence against somebody.
func TestInnocentLines(t *testing.T) {
	p := loadDefault(t)
	lines := readLines(t, "testdata/innocent.log")
	if len(lines) < 60 {
		t.Fatalf("only %d lines", len(lines))
	}
	loud := 0
	for _, line := range lines {
		got := slices.DeleteFunc(p.SignalsIn(line), func(m Match) bool { return m.Means == "push_up" }) // speaks against nobody
		if len(got) > 0 {
			loud++
			t.Logf("false signal: %q: %v", line, got)
		}
	}
	rate := float64(loud) / float64(len(lines))
	t.Logf("innocent: %d lines, %d with a signal (%.1f %%)", len(lines), loud, 100*rate)
	if rate > wantWrong {
		t.Errorf("false signals in %.3f of the lines, want at most %.2f", rate, wantWrong)
	}
}

// The table would prove nothing if SignalsIn were deaf: each meaning is heard in a plain line of its own.
func TestSignalsHeard(t *testing.T) {
	p := loadDefault(t)
	for want, line := range map[string]string{
		"extension":        "GET https://app.meiqia.com/recall net::ERR_BLOCKED_BY_CLIENT",
		"offline":          "recall failed: net::ERR_INTERNET_DISCONNECTED",
		"reset":            "read tcp 10.0.0.2:53122: connection reset by peer",
		"timeout":          "recall request timed out after 15000 ms",
		"loss":             "ping: 30% packet loss",
		"local_network":    "dial tcp: lookup app.meiqia.com: no such host",
		"settings":         "Refused to connect because it violates the following Content Security Policy directive",
		"outdated_browser": "Uncaught TypeError: structuredClone is not a function",
		"tap_missed":       "touchend outside of target recall button, tap ignored",
		"clock_step":       "system clock stepped by 3600 s",
	} {
		got := p.SignalsIn(line)
		hit := false
		for _, m := range got {
			hit = hit || m.Means == want
		}
		if !hit {
			t.Errorf("%q: want %s, got %v", line, want, got)
		}
	}
}

// A login that is renewed is no page that wants to be.
func TestRefreshTokenIsNoPage(t *testing.T) {
	p := loadDefault(t)
	for line, want := range map[string]bool{
		`"refresh_token": "refreshing"`:          false,
		"refresh token granted, next in 7200 s":  false,
		"please refresh the page to go on":       true,
		"Refresh to load the new version":        true,
		"reload the tokens of the cache at once": false,
	} {
		got := slices.ContainsFunc(p.SignalsIn(line), func(m Match) bool { return m.Means == "stale_app" })
		if got != want {
			t.Errorf("%q: stale_app %v", line, got)
		}
	}
}

// An update that somebody tells of is no refusal; one that is asked for is.
func TestUpdatesToldOf(t *testing.T) {
	p := loadDefault(t)
	for text, want := range map[string]bool{
		"Recent update to vimdiff layout code has been made more robust": false,
		"update the message in the list":                                 false,
		"Please update to the latest version":                            true,
		"update your client to recall messages":                          true,
		"upgrade to v5.3 or later":                                       true,
		"please upgrade":                                                 true,
	} {
		if got := slices.ContainsFunc(p.RefusalsIn(text, ""), func(m Match) bool { return m.Means == "version" }); got != want {
			t.Errorf("%q: version %v", text, got)
		}
	}
}

func BenchmarkSignalsInPerLine(b *testing.B) {
	p := loadDefault(b)
	lines := readLines(b, "testdata/innocent.log")
	i := 0
	for b.Loop() {
		p.SignalsIn(lines[i%len(lines)])
		i++
	}
	b.ReportMetric(float64(b.Elapsed().Microseconds())/float64(b.N), "µs/line")
}

func BenchmarkRefusalsInPerText(b *testing.B) {
	p := loadDefault(b)
	cases := readRefusals(b)
	i := 0
	for b.Loop() {
		c := cases[i%len(cases)]
		p.RefusalsIn(c.text, c.code)
		i++
	}
	b.ReportMetric(float64(b.Elapsed().Microseconds())/float64(b.N), "µs/text")
}
