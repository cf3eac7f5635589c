package triage

import (
	"bytes"
	"crypto/sha256"
	"encoding/csv"
	"encoding/hex"
	"encoding/json"
	"flag"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/charmbracelet/lipgloss"
	"github.com/google/go-cmp/cmp"

	"meiqia-diag/diag"
	"meiqia-diag/diag/lang"
	"meiqia-diag/report/triage/store"
)

var update = flag.Bool("update", false, "rewrite the golden files")

func sumOf(data []byte) string {
	h := sha256.Sum256(data)
	return hex.EncodeToString(h[:])
}

func shown(t *testing.T, format string, p *Picture) string {
	t.Helper()
	var buf bytes.Buffer
	if err := Write(&buf, format, p, View{Lang: lang.EN, Width: 80}); err != nil {
		t.Fatal(err)
	}
	return buf.String()
}

// scene is a desk of 400 reports in which 5.2.1 brought stale pages, with texts
// from files that are no good.
func scene() *Picture {
	r := rand.New(rand.NewPCG(4, 2))
	rows := desk(r, 400, 60)
	for _, x := range rows {
		x.Device, x.Tool, x.Channel = "desktop_app", "1.4.0", "wechat"
		x.ClientVersion = []string{"5.1.9", "5.2.0", "5.2.1", "5.10.0"}[r.IntN(4)]
		if compareVersions(x.ClientVersion, "5.2.1") >= 0 && r.IntN(8) == 0 {
			x.Outcome, x.Causes[0].Code = diag.Explained, "dispatch.stale-app"
		}
		x.Stage = string(diag.Code(x.Causes[0].Code).Stage())
		x.Rules = []store.Rule{{Kind: "verdict", Name: "says-" + strings.ReplaceAll(x.Causes[0].Code, ".", "-")}}
		if x.Outcome == diag.Inconclusive {
			x.Causes = []store.Cause{{Code: "transport.packet-loss", Probability: 0.4, Role: "contributing"}, {Code: "transport.unstable", Probability: 0.3, Role: "contributing"}}
			x.Missing = []string{diag.Causes()[0].Settle[0].EN, "<script>alert(1)</script>"}
			x.Stage, x.Rules = "", nil
		}
		switch r.IntN(4) {
		case 0:
			x.NetworkQuality = "lossy"
		case 1:
			x.NetworkFault = "dns failed"
		case 2:
			x.Rules = append(x.Rules, store.Rule{Kind: "extension", Name: `=HYPERLINK("x")|<b>"广告过滤" ||meiqia.com^*/recall$xhr,domain=a.example`})
		}
	}
	p := picture(rows, Options{Tool: "1.4.0", Zone: time.FixedZone("", 8*3600)})
	p.Files = &Gathered{Found: 405, Reports: 401, Duplicate: 1, Encrypted: 1, Broken: 1, Foreign: 2}
	p.Unread = []Unread{{"/reports/破损\x1b[31m|<i>.zip", stateBroken, lang.T("不是完整的压缩包", "not a whole archive")}, {"/reports/a.age", stateEncrypted, lang.T("已加密", "it is encrypted")}}
	return p
}

// The formats are what they were. -update rewrites the golden files.
func TestFormats(t *testing.T) {
	p := scene()
	for _, l := range []lang.Lang{lang.ZH, lang.EN} {
		for _, format := range Formats {
			for _, width := range []int{80, 120} {
				if format != "text" && width != 80 {
					continue
				}
				var buf bytes.Buffer
				if err := Write(&buf, format, p, View{Lang: l, Width: width}); err != nil {
					t.Fatal(err)
				}
				name := fmt.Sprintf("scene.%s.%s", l, format)
				switch format {
				case "text":
					name = fmt.Sprintf("scene.%s.%d.text", l, width)
					aligned(t, name, buf.String(), width)
				case "json", "csv":
					name = "scene." + format // the same in both languages
				case "html":
					continue // see TestPage
				}
				file := filepath.Join("testdata", name)
				if *update {
					if err := os.MkdirAll("testdata", 0o755); err != nil {
						t.Fatal(err)
					}
					if err := os.WriteFile(file, buf.Bytes(), 0o644); err != nil {
						t.Fatal(err)
					}
				}
				want, err := os.ReadFile(file)
				if err != nil {
					t.Fatal(err)
				}
				if d := cmp.Diff(string(want), buf.String()); d != "" {
					t.Errorf("%s:\n%s", name, d)
				}
			}
		}
	}
}

var number2 = regexp.MustCompile(`^\s+\S.*?\s{2,}(\d+)  `)

// aligned checks that no line is too long, and that counts end in one column.
func aligned(t *testing.T, name, text string, width int) {
	t.Helper()
	ends := -1
	for _, line := range strings.Split(text, "\n") {
		if n := lipgloss.Width(line); n > width {
			t.Errorf("%s: %d columns: %q", name, n, line)
		}
		if strings.ContainsRune(line, '\x1b') {
			t.Errorf("%s: colour where none is asked for, or a file's: %q", name, line)
		}
		m := number2.FindStringSubmatchIndex(line)
		if m == nil {
			ends = -1
			continue
		}
		at := lipgloss.Width(line[:m[3]])
		if ends >= 0 && at != ends {
			t.Errorf("%s: a count ends in column %d, the one above in %d: %q", name, at, ends, line)
		}
		ends = at
	}
}

// What files say never becomes part of a page, a table or a formula.
func TestHostileTexts(t *testing.T) {
	p := scene()
	html := shown(t, "html", p)
	for _, bad := range []string{"<script>", "<b>", "<i>", "http://", "https://", "\x1b", " style=", " onclick"} {
		if strings.Contains(html, bad) {
			t.Errorf("the page holds %q", bad)
		}
	}
	for _, want := range []string{"default-src 'none'", `lang="zh-CN"`, `<span lang="en">`, "&lt;script&gt;", `role="img"`, "<title id=", "scope=\"col\""} {
		if !strings.Contains(html, want) {
			t.Errorf("the page lacks %q", want)
		}
	}
	rows, err := csv.NewReader(strings.NewReader(shown(t, "csv", p))).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	for _, row := range rows {
		for _, c := range row {
			if strings.HasPrefix(c, "=") {
				t.Errorf("a formula: %q", c)
			}
		}
	}
	if md := shown(t, "markdown", p); strings.Contains(md, "<b>") || strings.Contains(md, "<script") || strings.Contains(md, ")|<") {
		t.Error("markup of a file is in the Markdown")
	}
}

// The document says the same whatever the order in which reports came, and its counts add up.
func TestPictureIsStableAndAddsUp(t *testing.T) {
	p := scene()
	data := shown(t, "json", p)
	var back struct {
		Schema  string
		Reports int
		Causes  []struct {
			Reports  int
			Expected float64
		}
		OverTime []struct{ Reports int } `json:"over_time"`
		By       []struct {
			Field   string
			Unknown int
			Values  []struct{ Reports int }
		}
		Outcomes struct{ Explained, Inconclusive, Healthy int }
	}
	if err := json.Unmarshal([]byte(data), &back); err != nil {
		t.Fatal(err)
	}
	total, expected := 0, 0.0
	for _, c := range back.Causes {
		total += c.Reports
		expected += c.Expected
	}
	if back.Schema != Schema || total != back.Outcomes.Explained || expected >= float64(back.Reports) {
		t.Errorf("%s: %d of causes, %d explained, %.1f expected", back.Schema, total, back.Outcomes.Explained, expected)
	}
	total = 0
	for _, s := range back.OverTime {
		total += s.Reports
	}
	if total != back.Reports {
		t.Errorf("%d over time, %d in all", total, back.Reports)
	}
	if len(back.By) != len(Fields()) {
		t.Errorf("%d breakdowns of %d", len(back.By), len(Fields()))
	}
	for _, b := range back.By {
		total = b.Unknown
		for _, v := range b.Values {
			total += v.Reports
		}
		if total != back.Reports && b.Field != "extension_rule" && b.Field != "rule" { // a report may have several rules
			t.Errorf("%s adds up to %d of %d", b.Field, total, back.Reports)
		}
	}
	for range 5 {
		if shown(t, "json", scene()) != data {
			t.Fatal("the same reports gave another document")
		}
	}
}

func TestOneCauseAlone(t *testing.T) {
	rows := desk(rand.New(rand.NewPCG(3, 3)), 300, 30)
	n := 0
	for _, r := range rows {
		if primaryOf(r) == "decision.window-expired" {
			n++
		}
	}
	p := picture(rows, Options{Cause: "decision.window-expired", Zone: time.UTC})
	if p.Reports != n || len(p.Causes) != 1 || p.Causes[0].Share != 1 {
		t.Errorf("%d of %d reports, %+v", p.Reports, n, p.Causes)
	}
	for _, r := range p.Regressions {
		if r.Code != "decision.window-expired" {
			t.Errorf("of another cause: %+v", r)
		}
	}
}

func TestAxis(t *testing.T) {
	zone := time.FixedZone("", 8*3600)
	for _, c := range []struct {
		from, to string
		step     string
		first    string
		n        int
	}{
		{"2026-11-20T10:22:41+08:00", "2026-11-20T10:22:41+08:00", stepHour, "2026-11-20T10:00:00+08:00", 1},
		{"2026-11-20T10:22:41+08:00", "2026-11-21T10:00:00+08:00", stepHour, "2026-11-20T10:00:00+08:00", 25},
		{"2026-11-19T16:30:00Z", "2026-11-25T15:59:00Z", stepDay, "2026-11-20T00:00:00+08:00", 6},
		{"2026-01-01T00:00:00Z", "2026-11-23T00:00:00Z", stepWeek, "2025-12-29T00:00:00+08:00", 48},
		{"2020-02-29T00:00:00Z", "2026-11-23T00:00:00Z", stepMonth, "2020-02-01T00:00:00+08:00", 82},
	} {
		a, b := explained(1, parse(t, c.from), "x.y"), explained(2, parse(t, c.to), "x.y")
		got := axisOf([]*store.Report{b, a}, zone)
		if got.step != c.step || got.edges[0].Format(time.RFC3339) != c.first || got.steps() != c.n || got.at(a.At) != 0 || got.at(b.At) != c.n-1 {
			t.Errorf("%s to %s: %d × %s from %s", c.from, c.to, got.steps(), got.step, got.edges[0])
		}
	}
	if axisOf([]*store.Report{{}}, zone) != nil {
		t.Error("a report without a time has an axis")
	}
	// A day of 23 hours and one of 25 are a day each.
	berlin, err := time.LoadLocation("Europe/Berlin")
	if err != nil {
		t.Skipf("NO TIME ZONES HERE: %v", err)
	}
	got := axisOf([]*store.Report{explained(1, parse(t, "2026-10-20T00:00:00Z"), ""), explained(2, parse(t, "2026-10-30T00:00:00Z"), "")}, berlin)
	for _, e := range got.edges {
		if e.Hour() != 0 {
			t.Errorf("a day begins at %s", e)
		}
	}
}

func parse(t *testing.T, s string) time.Time {
	t.Helper()
	x, err := time.Parse(time.RFC3339, s)
	if err != nil {
		t.Fatal(err)
	}
	return x
}

func TestBounds(t *testing.T) {
	now := time.Date(2026, 11, 23, 12, 0, 0, 0, time.FixedZone("", 8*3600))
	for _, c := range []struct {
		text  string
		later bool
		want  string // "" an error
	}{
		{"7d", false, "2026-11-16T12:00:00+08:00"}, {"24h", false, "2026-11-22T12:00:00+08:00"}, {"2 周", false, "2026-11-09T12:00:00+08:00"}, {"30分钟", false, "2026-11-23T11:30:00+08:00"},
		{"2026-11-20", false, "2026-11-20T00:00:00+08:00"}, {"2026-11-20", true, "2026-11-21T00:00:00+08:00"}, {"2026/2/28", true, "2026-03-01T00:00:00+08:00"},
		{"2026-11-20 10:00", false, "2026-11-20T10:00:00+08:00"}, {"2026-11-20T10:00:00Z", false, "2026-11-20T10:00:00Z"}, {"昨天 22:15", false, "2026-11-22T22:15:00+08:00"},
		{"2026-02-30", false, ""}, {"soon", false, ""}, {"", false, ""},
	} {
		got, p := ParseBound(c.text, now, c.later)
		if (p != nil) != (c.want == "") || p == nil && got.Format(time.RFC3339) != c.want {
			t.Errorf("%q: %s %v, want %s", c.text, got.Format(time.RFC3339), p, c.want)
		}
	}
	if got, _ := ParseBound("2026-11-20T10:00:00Z", now, true); got.Sub(parse(t, "2026-11-20T10:00:00Z")) != time.Millisecond {
		t.Errorf("the moment itself is not in: %s", got)
	}
}
