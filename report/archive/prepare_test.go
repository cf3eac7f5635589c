package archive

import (
	"bytes"
	"errors"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"meiqia-diag/diag"
	"meiqia-diag/diag/evidence"
	"meiqia-diag/diag/lang"
)

// TestPrepareWritesNothing: what goes in can be looked at, left out and put
// back, and until Write there is no file.
func TestPrepareWritesNothing(t *testing.T) {
	opt := options(t)
	p, err := Prepare(t.Context(), opt)
	if err != nil {
		t.Fatal(err)
	}
	whole := p.SHA256()
	data, from, ok := p.Content("logs/client.log")
	if !ok || !bytes.Contains(data, []byte("recall refused")) || bytes.Contains(data, []byte("13800138000")) || from != opt.Evidence[0].Path {
		t.Errorf("%q %q %v", data, from, ok)
	}
	if err := p.LeaveOut([]string{"logs/client.log", "attachments/shot.png", "report.zh.md"}); err != nil {
		t.Fatal(err)
	}
	if p.SHA256() == whole || !p.Left("report.zh.md") {
		t.Error("nothing was left out")
	}
	page, _, _ := p.Content("report.html")
	ledger, _, _ := p.Content(ledgerName)
	errs, _, _ := p.Content("errors.jsonl")
	for what, data := range map[string][]byte{"report.html": page, "errors.jsonl": errs, ledgerName: ledger} {
		if bytes.Contains(data, []byte("recall refused")) || bytes.Contains(data, []byte("logs/client.log")) {
			t.Errorf("%s still shows what was left out", what)
		}
	}
	n := 0
	for _, d := range p.Dropped() {
		if d.Why == leftOut {
			n++
		}
	}
	if n != 3 {
		t.Errorf("%v", p.Dropped())
	}
	var bad *lang.Problem
	if err := p.LeaveOut([]string{"report.json"}); !errors.As(err, &bad) {
		t.Errorf("%v", err)
	}
	if err := p.LeaveOut(nil); err != nil || p.SHA256() != whole {
		t.Errorf("put back, and not as it was: %v", err)
	}
	if left, _ := os.ReadDir(t.TempDir()); len(left) > 0 {
		t.Errorf("%v", left)
	}
}

func TestLeaveOutByName(t *testing.T) {
	for _, c := range []struct {
		pattern string
		gone    []string
		bad     bool
	}{
		{"client.log", []string{"logs/client.log"}, false}, {"*.log", []string{"logs/client.log"}, false}, {"logs/*", []string{"logs/client.log"}, false},
		{"*.png", []string{"attachments/shot.png", "attachments/shot-2.png"}, false}, {"张三.har", []string{"evidence/"}, false},
		{"*.nothing", nil, false}, {"odd.bin", nil, false}, {"shto.png", nil, true}, {"report.json", nil, true}, {"report.html", []string{"report.html"}, false},
	} {
		opt := options(t)
		opt.LeaveOut = []string{c.pattern}
		p, err := Prepare(t.Context(), opt)
		var bad *lang.Problem
		if errors.As(err, &bad) != c.bad || err != nil && !c.bad {
			t.Errorf("%s: %v", c.pattern, err)
			continue
		}
		if c.bad {
			continue
		}
		for _, f := range p.Files() {
			for _, gone := range c.gone {
				if f.Name == gone || gone == "evidence/" && f.Kind == string(evidence.HAR) {
					t.Errorf("%s: %s is in", c.pattern, f.Name)
				}
			}
		}
		if n := slices.IndexFunc(p.Dropped(), func(d Dropped) bool { return d.Why == leftOut }); (n >= 0) != (c.gone != nil) {
			t.Errorf("%s: %v", c.pattern, p.Dropped())
		}
	}
}

func TestWords(t *testing.T) {
	opt := options(t)
	opt.Words = []string{"refused", " 发出 "}
	p, err := Prepare(t.Context(), opt)
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"logs/client.log", "errors.jsonl", "report.json"} {
		if data, _, ok := p.Content(name); !ok || bytes.Contains(data, []byte("refused")) || bytes.Contains(data, []byte("发出")) {
			t.Errorf("%s:\n%.400s", name, data)
		}
	}
	b := &builder{opt: Options{Words: []string{"张三丰"}}, entries: []entry{{FileEntry: FileEntry{Name: "logs/a.log", Source: "a.log"}, data: []byte("x\ny %E5%BC%A0%E4%B8%89%E4%B8%B0\n"), text: true}}}
	var bad *lang.Problem
	if err := b.swept(); !errors.As(err, &bad) || bad.Line != 2 || strings.Contains(bad.Error(), "张三丰") {
		t.Errorf("a word that is left: %v", err)
	}
}

// TestOrderDoesNotMatter: the same evidence, given in another order and from
// another folder, at another time, makes the same bytes.
func TestOrderDoesNotMatter(t *testing.T) {
	a, b := options(t), options(t)
	a.Offline, b.Offline = true, true
	slices.Reverse(b.Evidence)
	for i := range b.Evidence {
		b.Evidence[i].Path = "/elsewhere/" + b.Evidence[i].Name
	}
	b.Doc.StartedAt, b.Doc.DurationMS, b.Doc.Checks[0].DurationMS = "2027-01-01T00:00:00Z", 77, 33
	pa, err := Prepare(t.Context(), a)
	if err != nil {
		t.Fatal(err)
	}
	pb, err := Prepare(t.Context(), b)
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range pa.Files() {
		x, _, _ := pa.Content(f.Name)
		y, _, _ := pb.Content(f.Name)
		if !bytes.Equal(x, y) {
			t.Errorf("%s differs", f.Name)
		}
	}
	if pa.SHA256() != pb.SHA256() {
		t.Error("not the same bytes")
	}
	if doc, _, _ := pa.Content("report.json"); !bytes.Contains(doc, []byte(`"started_at": "2026-11-20T10:22:41Z"`)) {
		t.Errorf("%.400s", doc)
	}
	if b.Doc.StartedAt != "2027-01-01T00:00:00Z" || b.Doc.DurationMS != 77 {
		t.Error("the run's own document was changed")
	}
	c := options(t)
	c.Offline, c.Epoch = true, time.Unix(1700000000, 0).UTC()
	pc, err := Prepare(t.Context(), c)
	if err != nil {
		t.Fatal(err)
	}
	if doc, _, _ := pc.Content("report.json"); !bytes.Contains(doc, []byte(`"started_at": "2023-11-14T22:13:20Z"`)) {
		t.Errorf("SOURCE_DATE_EPOCH: %.400s", doc)
	}
}

// TestLiveRunsKeepTheirTime: what was measured live is told with when that was.
func TestLiveRunsKeepTheirTime(t *testing.T) {
	for _, live := range []bool{true, false} {
		opt := options(t)
		opt.Offline = live // offline, and yet something was measured
		if live {
			opt.Doc.Checks[0].Observations = append(opt.Doc.Checks[0].Observations, diag.Observation{ID: "device.load", Value: 1.0, Live: true, At: "2026-11-20T02:30:00Z"})
		}
		p, err := Prepare(t.Context(), opt)
		if err != nil {
			t.Fatal(err)
		}
		if doc, _, _ := p.Content("report.json"); !bytes.Contains(doc, []byte(opt.Doc.StartedAt)) {
			t.Errorf("live %v: %.400s", live, doc)
		}
	}
}
