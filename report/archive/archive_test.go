package archive

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"meiqia-diag/diag/evidence"
	"meiqia-diag/diag/incident"
	"meiqia-diag/diag/lang"
	"meiqia-diag/report/redact"
)

func TestBuild(t *testing.T) {
	opt := options(t)
	ref, err := Build(context.Background(), opt)
	if err != nil {
		t.Fatal(err)
	}
	if st, err := os.Stat(opt.Path); err != nil || st.Mode().Perm() != 0o600 || st.Size() != ref.Size {
		t.Errorf("%v %v", st, err)
	}
	files := contents(t, opt.Path)
	for _, want := range []string{"report.html", "report.zh.md", "report.en.md", "report.json", "incident.yaml", "steps.zh.md", "steps.en.md", "summary.zh.txt", "summary.en.txt", "profile.json", "logs/client.log", "errors.jsonl", "evidence/" + harName(files), "evidence/fileCON", "attachments/shot.png", "attachments/shot-2.png", "attachments/clip.mp4", "manifest.json"} {
		if _, ok := files[want]; !ok {
			t.Errorf("%s is missing", want)
		}
	}
	for name, text := range files {
		for _, gone := range []string{"13800138000", "13700137000", "13900139000", "zhangsan", "张三", "王小明", "ab12cd34ef56", "abc123def456", "包裹", "203.0.113.7", "192.168.31.1", "too early", "too late", "/later"} {
			if strings.Contains(text, gone) {
				t.Errorf("%s: %q is left", name, gone)
			}
		}
		if !safeName(name) {
			t.Errorf("%s is not a safe name", name)
		}
	}
	for file, want := range map[string]string{"logs/client.log": "recall refused msg_id=8842", "errors.jsonl": `"line":2,"line_in_original":3`, "evidence/" + harName(files): "消息已被阅读", "report.html": "recall refused", "incident.yaml": `id: "8842"`} {
		if !strings.Contains(files[file], want) {
			t.Errorf("%s lacks %q:\n%.500s", file, want, files[file])
		}
	}
	if p, err := Validate(opt.Path); err != nil || len(p) > 0 {
		t.Errorf("%v %v", p, err)
	}
	doc, err := OpenReport(opt.Path)
	if err != nil || doc.Verdict.Causes[0].Code != "decision.message-read" || doc.Report != nil {
		t.Errorf("%+v %v", doc, err)
	}
	m := readManifest(t, opt.Path)
	if len(m.Dropped) != 2 {
		t.Errorf("dropped %v", m.Dropped)
	}
	for _, e := range m.Files {
		if e.Name == "logs/client.log" && (e.Slice == nil || e.Slice.LinesIn != 5 || e.Slice.LinesKept != 3 || e.Redactions["phone"] != 1 || e.Redactions["name"] != 1 || e.Redactions["user"] != 1) {
			t.Errorf("%+v %+v", e, e.Slice)
		}
	}
	in, problems := incident.Parse([]byte(files["incident.yaml"]), "incident.yaml", time.Now())
	if len(problems) > 0 || in.String(incident.MessageID) != "8842" || in.String(incident.PolicyWindow) != "2m" {
		t.Errorf("incident.yaml does not read back: %v\n%s", problems, files["incident.yaml"])
	}
}

func TestDeterministic(t *testing.T) {
	a, b := options(t), options(t)
	ra, err := Build(context.Background(), a)
	if err != nil {
		t.Fatal(err)
	}
	rb, err := Build(context.Background(), b)
	if err != nil {
		t.Fatal(err)
	}
	if ra.SHA256 != rb.SHA256 {
		t.Error("built twice, not the same bytes")
	}
	c := options(t)
	c.Key = nil
	if rc, err := Build(context.Background(), c); err != nil || rc.SHA256 == ra.SHA256 {
		t.Errorf("the key is not random: %v", err)
	}
}

func TestNeverOverwrites(t *testing.T) {
	opt := options(t)
	if err := os.WriteFile(opt.Path, []byte("mine"), 0o600); err != nil {
		t.Fatal(err)
	}
	var p *lang.Problem
	if _, err := Build(context.Background(), opt); !errors.As(err, &p) {
		t.Errorf("%v", err)
	}
	if data, _ := os.ReadFile(opt.Path); string(data) != "mine" {
		t.Error("it was overwritten")
	}
	if err := place(opt.Path, opt.Path+"2", false); err != nil {
		t.Fatal(err)
	}
	if err := place(opt.Path, opt.Path+"2", false); !errors.As(err, &p) {
		t.Errorf("place: %v", err)
	}
	opt.Force = true
	if _, err := Build(context.Background(), opt); err != nil {
		t.Error(err)
	}
}

func TestCancelLeavesNothing(t *testing.T) {
	for after := range 12 {
		opt := options(t)
		ctx, cancel := context.WithCancel(context.Background())
		n := 0
		for i, src := range opt.Evidence {
			open := src.Open
			opt.Evidence[i].Open = func() (io.ReadCloser, error) {
				if n++; n > after {
					cancel()
				}
				return open()
			}
		}
		_, err := Build(ctx, opt)
		cancel()
		if n > after && !errors.Is(err, context.Canceled) {
			t.Errorf("after %d: %v", after, err)
		}
		left, _ := os.ReadDir(filepath.Dir(opt.Path))
		if n > after && len(left) > 0 {
			t.Errorf("after %d: %v is left", after, left)
		}
	}
}

func TestFailingSourceIsSaid(t *testing.T) {
	opt := options(t)
	opt.Evidence = append(opt.Evidence, Source{Name: "gone.log", Kind: evidence.ServerLog, Open: func() (io.ReadCloser, error) { return nil, os.ErrPermission }})
	ref, err := Build(context.Background(), opt)
	if err != nil {
		t.Fatal(err)
	}
	said := false
	for _, d := range ref.Dropped {
		said = said || d.Name == "gone.log"
	}
	if !said {
		t.Errorf("%v", ref.Dropped)
	}
}

func TestCapDropsTheBiggestAndSaysSo(t *testing.T) {
	opt := options(t)
	noise := make([]byte, 300_000)
	seed := uint32(1)
	for i := range noise {
		seed = seed*1664525 + 1013904223
		noise[i] = byte(seed >> 24)
	}
	opt.Evidence = append(opt.Evidence, source("big.mp4", evidence.Video, noise))
	opt.MaxBytes = 200_000
	ref, err := Build(context.Background(), opt)
	if err != nil {
		t.Fatal(err)
	}
	if ref.Size > opt.MaxBytes {
		t.Errorf("%d bytes", ref.Size)
	}
	m := readManifest(t, opt.Path)
	if !strings.Contains(fmt.Sprint(m.Dropped), "big") {
		t.Errorf("%v", m.Dropped)
	}
	opt.Path += "2"
	opt.MaxBytes = 5000
	var p *lang.Problem
	if _, err := Build(context.Background(), opt); !errors.As(err, &p) {
		t.Error(err)
	}
}

func TestSecondLookAborts(t *testing.T) {
	e := entry{FileEntry: FileEntry{Name: "logs/x"}, data: []byte("ok\nphone 13800138000\n"), text: true}
	var p *lang.Problem
	if err := check(e); !errors.As(err, &p) || p.Line != 2 || strings.Contains(p.Error(), "13800138000") {
		t.Errorf("%v", err)
	}
}

func TestManifestListsVerifiedFiles(t *testing.T) {
	opt := options(t)
	if _, err := Build(context.Background(), opt); err != nil {
		t.Fatal(err)
	}
	for name, text := range contents(t, opt.Path) {
		if strings.HasPrefix(name, "attachments/") {
			continue
		}
		if f := redact.Verify(withoutPictures([]byte(text))); len(f) > 0 {
			t.Errorf("%s: %v", name, f)
		}
		if strings.HasSuffix(name, ".json") && !json.Valid([]byte(text)) {
			t.Errorf("%s is not JSON", name)
		}
	}
}

// A NetLog holds what the browser asked of every site: it is not handed on, and that is said.
func TestNetLogsAreNotHandedOn(t *testing.T) {
	opened := false
	opt := options(t)
	opt.Evidence = append(opt.Evidence, Source{Name: "net-export.json", Kind: evidence.NetLog, Size: 10, Open: func() (io.ReadCloser, error) {
		opened = true
		return io.NopCloser(strings.NewReader("{}")), nil
	}})
	ref, err := Build(t.Context(), opt)
	if err != nil {
		t.Fatal(err)
	}
	said := false
	for _, d := range ref.Dropped {
		said = said || d.Name == "net-export.json" && strings.Contains(d.Why.EN, "other sites")
	}
	if !said || opened {
		t.Errorf("%v, opened %v", ref.Dropped, opened)
	}
}
