package report

import (
	"bytes"
	"encoding/json"
	"encoding/xml"
	"flag"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"reflect"
	"regexp"
	"strings"
	"testing"

	"github.com/charmbracelet/lipgloss"

	"meiqia-diag/diag"
	"meiqia-diag/diag/incident"
	"meiqia-diag/diag/lang"
)

var update = flag.Bool("update", false, "write the golden files")

func render(t *testing.T, doc *diag.Document, format string, opt Options) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := Write(&b, format, doc, opt); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func TestGolden(t *testing.T) {
	for name, doc := range fixtures() {
		for _, format := range Formats {
			for _, l := range []lang.Lang{lang.ZH, lang.EN} {
				if format == "json" && l == lang.EN {
					continue
				}
				got := render(t, doc, format, Options{Lang: l, Width: 80})
				file := filepath.Join("testdata", fmt.Sprintf("%s.%s.%s", name, l, format))
				if *update {
					if err := os.MkdirAll("testdata", 0o755); err != nil {
						t.Fatal(err)
					}
					if err := os.WriteFile(file, got, 0o644); err != nil {
						t.Fatal(err)
					}
					continue
				}
				want, err := os.ReadFile(file)
				if err != nil {
					t.Fatal(err)
				}
				if !bytes.Equal(got, want) {
					t.Errorf("%s differs; run go test ./report -update and look at the difference", file)
				}
			}
		}
	}
}

func TestJSONIsTheSameInEveryLanguage(t *testing.T) {
	for name, doc := range fixtures() {
		if zh, en := render(t, doc, "json", Options{Lang: lang.ZH}), render(t, doc, "json", Options{Lang: lang.EN}); !bytes.Equal(zh, en) {
			t.Error(name)
		}
	}
}

func TestTextFits(t *testing.T) {
	for name, doc := range fixtures() {
		for _, width := range []int{60, 80, 100, 120} {
			for _, l := range []lang.Lang{lang.ZH, lang.EN} {
				for line := range strings.SplitSeq(string(render(t, doc, "text", Options{Lang: l, Width: width})), "\n") {
					if strings.Contains(line, ".zip") {
						continue // the file's name is to be copied
					}
					if w := lipgloss.Width(line); w > width {
						t.Errorf("%s %s %d: %d columns: %s", name, l, width, w, line)
					}
					if strings.ContainsRune(line, 0x1b) {
						t.Errorf("colour without being asked: %q", line)
					}
				}
			}
		}
	}
	if out := render(t, expired(), "text", Options{Lang: lang.ZH, Color: true}); !bytes.Contains(out, []byte("\x1b[")) {
		t.Error("no colour when asked")
	}
}

func TestTextColumnsAlign(t *testing.T) {
	out := string(render(t, expired(), "text", Options{Lang: lang.ZH, Width: 80}))
	at := -1
	for line := range strings.SplitSeq(out, "\n") {
		if i := strings.Index(line, "[实测]"); i >= 0 && strings.Contains(line, " db  ") {
			w := lipgloss.Width(line[:i])
			if at >= 0 && w != at {
				t.Errorf("column %d, was %d: %s", w, at, line)
			}
			at = w
		}
	}
}

func TestJUnitIsXML(t *testing.T) {
	for name, doc := range fixtures() {
		out := render(t, hostile(doc), "junit", Options{Lang: lang.ZH})
		dec := xml.NewDecoder(bytes.NewReader(out))
		cases := 0
		for {
			tok, err := dec.Token()
			if err == io.EOF {
				break
			}
			if err != nil {
				t.Fatalf("%s: %v", name, err)
			}
			if el, ok := tok.(xml.StartElement); ok && el.Name.Local == "testcase" {
				cases++
			}
		}
		if cases != len(doc.Checks)+1 {
			t.Errorf("%s: %d cases for %d checks", name, cases, len(doc.Checks))
		}
	}
}

var tapLine = regexp.MustCompile(`^(TAP version 14|1\.\.\d+|(?:not )?ok \d+ - .+|#.*|  ---|  \.\.\.|  .+)$`)

func TestTAP(t *testing.T) {
	for name, doc := range fixtures() {
		for _, d := range []*diag.Document{doc, hostile(doc)} {
			out := strings.TrimSuffix(string(render(t, d, "tap", Options{Lang: lang.EN})), "\n")
			points := 0
			for line := range strings.SplitSeq(out, "\n") {
				if !tapLine.MatchString(line) {
					t.Errorf("%s: %q", name, line)
				}
				if strings.HasPrefix(line, "ok ") || strings.HasPrefix(line, "not ok ") {
					points++
				}
			}
			if !strings.Contains(out, fmt.Sprintf("\n1..%d\n", points)) {
				t.Errorf("%s: the plan is not %d", name, points)
			}
		}
	}
	if out := string(render(t, healthy(), "tap", Options{})); strings.Contains(out, "not ok") {
		t.Error(out)
	}
}

func TestNagios(t *testing.T) {
	for name, want := range map[string]string{"expired": "CRITICAL - ", "transport": "CRITICAL - ", "healthy": "OK - ", "inconclusive": "UNKNOWN - "} {
		first, _, _ := strings.Cut(string(render(t, hostile(fixtures()[name]), "nagios", Options{Lang: lang.EN})), "\n")
		if !strings.HasPrefix(first, want) || strings.Count(first, "|") != 1 {
			t.Errorf("%s: %s", name, first)
		}
	}
}

const evil = "<script>alert(1)</script>\x1b[31m\u202e\"'|`#\n--><img src=x onerror=alert(2)>"

// hostile puts a hostile string into every field of a copy of a document.
func hostile(doc *diag.Document) *diag.Document {
	data, err := doc.JSON()
	if err != nil {
		panic(err)
	}
	d, err := diag.ReadDocument(data)
	if err != nil {
		panic(err)
	}
	d.RemedyList = append([]diag.Remedy{}, doc.RemedyList...)
	d.Verdict.MissingText = append([]lang.Text{}, doc.Verdict.MissingText...)
	outcome, stamp := d.Verdict.Outcome, d.StartedAt
	poison(reflect.ValueOf(d).Elem())
	d.Schema, d.Verdict.Outcome, d.StartedAt = diag.Schema, outcome, stamp+evil
	for i := range d.Checks {
		d.Checks[i].State = diag.CheckState(doc.Checks[i].State)
		d.Checks[i].FollowsFrom = doc.Checks[i].FollowsFrom
	}
	for i := range d.Timeline {
		d.Timeline[i].At = doc.Timeline[i].At
	}
	for i := range d.Verdict.Causes {
		d.Verdict.Causes[i].Role = doc.Verdict.Causes[i].Role
	}
	in := incident.New()
	for _, f := range doc.Incident.Fields() {
		fact, _ := doc.Incident.Get(f)
		if s, ok := fact.Value.(string); ok {
			fact.Value = s + evil
		}
		fact.Source += evil
		in.Put(f, fact)
	}
	d.Incident = diag.IncidentJSON{Incident: in}
	return d
}

func poison(v reflect.Value) {
	switch v.Kind() {
	case reflect.String:
		v.SetString(v.String() + evil)
	case reflect.Pointer:
		if !v.IsNil() && v.Elem().Kind() == reflect.Struct && v.Elem().NumField() > 0 && v.Elem().CanSet() && v.Type().Elem() != reflect.TypeFor[incident.Incident]() {
			poison(v.Elem())
		}
	case reflect.Struct:
		for i := range v.NumField() {
			if v.Field(i).CanSet() {
				poison(v.Field(i))
			}
		}
	case reflect.Slice:
		for i := range v.Len() {
			poison(v.Index(i))
		}
	case reflect.Interface:
		if s, ok := v.Interface().(string); ok {
			v.Set(reflect.ValueOf(s + evil))
		}
	}
}

func TestHTMLIsHarmless(t *testing.T) {
	opt := Options{Lang: lang.ZH,
		Logs:        []Log{{Name: evil, Note: lang.Same(evil), Lines: []LogLine{{Number: 1, Text: evil, Serious: true}}}},
		Attachments: []Attachment{{Name: evil, MIME: "image/png", Data: []byte("x"), Note: lang.Same(evil)}, {Name: evil, MIME: "text/html", Data: []byte(evil)}}}
	for name, doc := range fixtures() {
		out := string(render(t, hostile(doc), "html", opt))
		for _, bad := range []string{"<script", "<img src=x", "\x1b", "\u202e", "onerror=alert(2)>", "http-equiv=\"refresh\"", "javascript:", "https://", "@import", "url("} {
			if strings.Contains(strings.ToLower(out), bad) {
				i := strings.Index(strings.ToLower(out), bad)
				t.Errorf("%s: %q in the page: …%s…", name, bad, out[max(0, i-80):min(len(out), i+80)])
			}
		}
		if !strings.Contains(out, `default-src 'none'; style-src 'unsafe-inline'; img-src data:; media-src data:`) {
			t.Error("no policy")
		}
		if strings.Count(out, "ZgotmplZ") > 0 {
			t.Error("the template refused a value")
		}
	}
}

func TestTerminalAndMarkdownAreHarmless(t *testing.T) {
	for _, doc := range fixtures() {
		for _, format := range []string{"text", "markdown", "nagios", "tap"} {
			out := string(render(t, hostile(doc), format, Options{Lang: lang.EN}))
			if strings.ContainsAny(out, "\x1b\u202e\r") {
				t.Errorf("%s lets control characters through", format)
			}
			if format == "markdown" && strings.Contains(out, "<img") {
				t.Error("markdown lets HTML through")
			}
		}
	}
}

func TestSteps(t *testing.T) {
	for name, doc := range fixtures() {
		s := Steps(doc)
		if len(s) < 6 {
			t.Errorf("%s: %d steps", name, len(s))
		}
		for i, x := range s {
			if strings.Contains(x.ZH, "未知") || strings.Contains(x.ZH, "不知道的") != (i == len(s)-1) {
				t.Errorf("%s: what is not known stands in one place, the last: %s", name, x.ZH)
			}
			if strings.Contains(x.ZH, "%!") || strings.Contains(x.EN, "%!") || x.IsZero() {
				t.Error(x)
			}
		}
	}
	all := string(StepsMarkdown(expired(), lang.EN))
	for _, want := range []string{"8842", "10:22:41", "Not known: system, ", "超过可撤回时间", "browser on a computer"} {
		if !strings.Contains(all, want) {
			t.Errorf("%q is not in the steps:\n%s", want, all)
		}
	}
}

func TestSummaryFits(t *testing.T) {
	doc := expired()
	for range 200 {
		doc.Verdict.MissingText = append(doc.Verdict.MissingText, lang.T("还缺很多很多证据", "much is missing"))
		doc.Verdict.Missing = append(doc.Verdict.Missing, "much is missing")
	}
	for _, l := range []lang.Lang{lang.ZH, lang.EN} {
		if n := len([]rune(Summary(doc, l))); n > maxSummary {
			t.Errorf("%s: %d characters", l, n)
		}
	}
}

func TestReadBackDocumentRendersInBothLanguages(t *testing.T) {
	data, _ := expired().JSON()
	doc, err := diag.ReadDocument(data)
	if err != nil {
		t.Fatal(err)
	}
	a, b := render(t, expired(), "json", Options{}), render(t, doc, "json", Options{})
	var x, y any
	if json.Unmarshal(a, &x) != nil || json.Unmarshal(b, &y) != nil || !reflect.DeepEqual(x, y) {
		t.Error("a document read back is not the same")
	}
	if out := string(render(t, doc, "text", Options{Lang: lang.ZH})); !strings.Contains(out, "现在该做什么") {
		t.Error(out)
	}
}

func TestWrap(t *testing.T) {
	for _, tt := range []struct {
		in    string
		width int
		want  []string
	}{
		{"点撤回时已经发送两分钟,超过了时限。", 20, []string{"点撤回时已经发送两分", "钟,超过了时限。"}},
		{"超过了两分钟的时限。完", 18, []string{"超过了两分钟的时", "限。完"}},
		{"say hello to the world", 10, []string{"say hello", "to the", "world"}},
		{"请求 POST /a/b/c/d/e/f/g", 14, []string{"请求 POST", "/a/b/c/d/e/f/g"}},
		{"https://example.com/very/long", 12, []string{"https://exam", "ple.com/very", "/long"}},
		{"", 10, []string{""}},
	} {
		if got := wrap(tt.in, tt.width); !reflect.DeepEqual(got, tt.want) {
			t.Errorf("wrap(%q, %d) = %q", tt.in, tt.width, got)
		}
	}
}

func TestChecksInACircle(t *testing.T) {
	doc := healthy()
	doc.Checks[0].FollowsFrom, doc.Checks[1].FollowsFrom = "network", "clock"
	if got := checks(doc); len(got) != len(doc.Checks) {
		t.Errorf("%d of %d checks shown", len(got), len(doc.Checks))
	}
}

func TestColorWanted(t *testing.T) {
	env := func(m map[string]string) func(string) string { return func(k string) string { return m[k] } }
	if !ColorWanted(true, env(nil)) || ColorWanted(false, env(nil)) || ColorWanted(true, env(map[string]string{"NO_COLOR": "1"})) || ColorWanted(true, env(map[string]string{"TERM": "dumb"})) {
		t.Error("colour")
	}
}
