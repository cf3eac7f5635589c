package archive

import (
	"archive/zip"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"image"
	"image/color"
	"image/jpeg"
	"image/png"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"meiqia-diag/diag"
	"meiqia-diag/diag/evidence"
	"meiqia-diag/diag/incident"
	"meiqia-diag/diag/lang"
	"meiqia-diag/report/redact"
)

var key = []byte("0123456789abcdef0123456789abcdef")

func source(name string, kind evidence.Kind, data []byte) Source {
	return Source{Name: name, Kind: kind, Size: int64(len(data)), Open: func() (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(data)), nil }}
}

func stampOf(Source) func(string) (time.Time, bool) {
	return func(line string) (time.Time, bool) {
		if len(line) < 25 {
			return time.Time{}, false
		}
		t, err := time.Parse(time.RFC3339, line[:25])
		return t, err == nil
	}
}

func document() *diag.Document {
	in := incident.New()
	now := time.Date(2026, 11, 20, 12, 0, 0, 0, time.UTC)
	for _, x := range [][2]string{{"message.id", "8842"}, {"message.sent_at", "2026-11-20T10:19:58+08:00"}, {"attempt.at", "2026-11-20 10:22:41"}, {"attempt.error_text", "消息已被阅读,无法撤回:13800138000"}, {"message.processed_by", "crm"}, {"policy.window", "2m"}, {"attempt.other_logins", "1"}} {
		if p := in.Set(incident.Field(x[0]), x[1], "incident.yaml:2", now); p != nil {
			panic(p)
		}
	}
	d := &diag.Document{Schema: diag.Schema, Tool: diag.Tool{Version: "1.0.0"}, Profile: diag.ProfileRef{Name: "meiqia", Version: "1"}, StartedAt: "2026-11-20T10:30:00+08:00",
		Incident: diag.IncidentJSON{Incident: in}, Stages: []diag.StageReport{}, Remedies: []string{}, Evidence: []diag.FileRef{{Name: "张三.har", Kind: "har", Size: 10}}, Problems: []diag.ProblemJSON{},
		Verdict: diag.Verdict{Outcome: diag.Explained, Summary: lang.T("访客王小明已读", "the visitor had read it"), Causes: []diag.CauseReport{{Code: "decision.message-read", Role: "primary", Probability: 0.9}}, MissingText: []lang.Text{lang.T("联系 13900139000", "call 13900139000")}, Missing: []string{"call 13900139000"}},
		Checks:  []diag.CheckJSON{{ID: "network", State: diag.Pass, ReasonZH: "网关 192.168.31.1 正常", Reason: "gateway 192.168.31.1 is fine", Observations: []diag.Observation{{ID: "network.gateway", Value: "192.168.31.1", Basis: incident.Measured}}}},
		Timeline: []diag.Moment{
			{Kind: "sent", At: "2026-11-20T10:19:58.000+08:00", Text: lang.T("发出", "sent"), Basis: incident.Stated},
			{Kind: "press", At: "2026-11-20T10:22:41.000+08:00", ErrMS: 1000, Text: lang.T("点撤回", "pressed"), Basis: incident.Stated}},
		Report: &diag.ReportRef{Path: "/home/zhangsan/x.zip", SHA256: "x"}}
	return d
}

func picture(kind string) []byte {
	img := image.NewRGBA(image.Rect(0, 0, 16, 16))
	img.Set(3, 3, color.White)
	var b bytes.Buffer
	if kind == "png" {
		_ = png.Encode(&b, img)
		data := b.Bytes()
		text := append([]byte{0, 0, 0, 17}, append([]byte("tEXtAuthor\x00zhangsanXX"), 0, 0, 0, 0)...)
		return append(append(append([]byte{}, data[:33]...), text...), data[33:]...)
	}
	_ = jpeg.Encode(&b, img, nil)
	data := b.Bytes()
	exif := append([]byte{0xff, 0xe1, 0, 24}, []byte("Exif\x00\x00zhangsan GPS 39.")...)
	exif = append(exif, make([]byte, 26-len(exif))...)
	return append(append(append([]byte{}, data[:2]...), exif...), append(data[2:], []byte("trailer zhangsan")...)...)
}

const clientLog = `2026-11-20T09:00:00+08:00 INFO too early 13700137000
2026-11-20T10:22:40+08:00 INFO visitor 王小明 opened
2026-11-20T10:22:41+08:00 ERROR recall refused msg_id=8842 phone=13800138000
	at recall (C:\Users\zhangsan\app.js:10)
2026-11-20T11:00:00+08:00 INFO too late
`

const harText = `{"log":{"version":"1.2","entries":[{"startedDateTime":"2026-11-20T10:22:41.000+08:00","time":30,"request":{"method":"POST","url":"https://desk.example/recall?token=ab12cd34ef56","headers":[{"name":"Cookie","value":"sid=abc123def456"}],"postData":{"mimeType":"application/json","text":"{\"visitor\":{\"nickname\":\"王小明\"},\"content\":\"您的包裹\"}"}},"response":{"status":403,"content":{"mimeType":"application/json","text":"{\"code\":1,\"msg\":\"消息已被阅读\"}"}}},{"startedDateTime":"2026-11-20T18:00:00.000+08:00","time":30,"request":{"method":"GET","url":"https://desk.example/later"},"response":{}}]}}`

func options(t *testing.T) Options {
	t.Helper()
	return Options{
		Path: filepath.Join(t.TempDir(), "report.zip"), Doc: document(), Profile: []byte(`{"name":"meiqia","hosts":["https://desk.example"]}`), Key: key, Stamp: stampOf,
		Serious: func(s string) bool { return strings.Contains(s, "ERROR") },
		Evidence: []Source{source("client.log", evidence.ClientLog, []byte(clientLog)), source("../张三.har", evidence.HAR, []byte(harText)), source("shot.png", evidence.Image, picture("png")), source("shot.png", evidence.Image, picture("jpeg")),
			source("CON", evidence.Path, []byte("64 bytes from 203.0.113.7: time=30 ms\n")), source("x.heic", evidence.Image, []byte("....ftypheic")), source("clip.mp4", evidence.Video, []byte("\x00\x00\x00\x18ftypisom1234")), source("odd.bin", evidence.Other, []byte{1, 2})},
	}
}

func contents(t *testing.T, file string) map[string]string {
	t.Helper()
	z, err := zip.OpenReader(file)
	if err != nil {
		t.Fatal(err)
	}
	defer z.Close()
	out := map[string]string{}
	for _, f := range z.File {
		r, err := f.Open()
		if err != nil {
			t.Fatal(err)
		}
		data, err := io.ReadAll(r)
		if err != nil {
			t.Fatal(err)
		}
		out[f.Name] = string(data)
	}
	return out
}

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
	for _, want := range []string{"report.html", "report.md", "report.json", "incident.yaml", "steps.zh.md", "steps.en.md", "summary.zh.txt", "summary.en.txt", "profile.json", "logs/client.log", "errors.jsonl", "evidence/" + harName(files), "evidence/fileCON", "attachments/shot.png", "attachments/shot-2.png", "attachments/clip.mp4", "manifest.json"} {
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
	m, err := ReadManifest(opt.Path)
	if err != nil {
		t.Fatal(err)
	}
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

// harName gives the pseudonym that the HAR of a person's name got.
func harName(files map[string]string) string {
	for name := range files {
		if strings.HasPrefix(name, "evidence/file_") {
			return strings.TrimPrefix(name, "evidence/")
		}
	}
	return "?"
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
	m, _ := ReadManifest(opt.Path)
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

func TestValidateFindsAnyChangedByte(t *testing.T) {
	opt := options(t)
	opt.Evidence = opt.Evidence[:1]
	if _, err := Build(context.Background(), opt); err != nil {
		t.Fatal(err)
	}
	data, _ := os.ReadFile(opt.Path)
	step := 1
	if testing.Short() {
		step = 97
	}
	file := filepath.Join(t.TempDir(), "x.zip")
	for i := 0; i < len(data); i += step * max(1, len(data)/100) {
		changed := append([]byte(nil), data...)
		changed[i] ^= 0x40
		if err := os.WriteFile(file, changed, 0o600); err != nil {
			t.Fatal(err)
		}
		if p, err := Validate(file); err == nil && len(p) == 0 {
			t.Fatalf("byte %d was changed and nothing was found", i)
		}
	}
	for i := len(data) - 80; i < len(data); i++ { // the end and the seal, byte by byte
		changed := append([]byte(nil), data...)
		changed[i] ^= 0x01
		if err := os.WriteFile(file, changed, 0o600); err != nil {
			t.Fatal(err)
		}
		if p, err := Validate(file); err == nil && len(p) == 0 {
			t.Fatalf("byte %d was changed and nothing was found", i)
		}
	}
}

func TestSecondLookAborts(t *testing.T) {
	e := entry{FileEntry: FileEntry{Name: "logs/x"}, data: []byte("ok\nphone 13800138000\n"), text: true}
	var p *lang.Problem
	if err := check(e); !errors.As(err, &p) || p.Line != 2 || strings.Contains(p.Error(), "13800138000") {
		t.Errorf("%v", err)
	}
}

func writeZip(t *testing.T, names map[string]string) string {
	t.Helper()
	var b bytes.Buffer
	w := zip.NewWriter(&b)
	for n, s := range names {
		f, err := w.CreateHeader(&zip.FileHeader{Name: n, Method: zip.Deflate})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := io.WriteString(f, s); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(t.TempDir(), "x.zip")
	if err := os.WriteFile(file, b.Bytes(), 0o600); err != nil {
		t.Fatal(err)
	}
	return file
}

func TestOpenIsSafe(t *testing.T) {
	good, _ := document().JSON()
	for _, name := range []string{"../report.json", "/etc/x", `..\x`, "c:/x", "CON", "a/nul.txt", "a/../b", "x ", "a\x01b", "a//b", "com1.log"} {
		if _, err := OpenReport(writeZip(t, map[string]string{name: "x", "report.json": string(good)})); err == nil {
			t.Errorf("%q was let in", name)
		}
	}
	if _, err := OpenReport(writeZip(t, map[string]string{"report.json": strings.Repeat(" ", maxReport+1)})); err == nil {
		t.Error("a bomb was let in")
	}
	if _, err := OpenReport(writeZip(t, map[string]string{"report.json": string(good)})); err != nil {
		t.Error(err)
	}
	many := map[string]string{}
	for i := range maxCount + 1 {
		many[fmt.Sprint(i)] = ""
	}
	if _, err := OpenReport(writeZip(t, many)); err == nil {
		t.Error("too many files were let in")
	}
	bare := filepath.Join(t.TempDir(), "report.json")
	if err := os.WriteFile(bare, good, 0o600); err != nil {
		t.Fatal(err)
	}
	if doc, err := OpenReport(bare); err != nil || doc.Schema != diag.Schema {
		t.Error(err)
	}
	var p *lang.Problem
	if err := os.WriteFile(bare, []byte("{}"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := OpenReport(bare); !errors.As(err, &p) {
		t.Error(err)
	}
}

func TestStripImages(t *testing.T) {
	for _, kind := range []string{"png", "jpeg"} {
		before := picture(kind)
		if !bytes.Contains(before, []byte("zhangsan")) {
			t.Fatal("the fixture holds no name")
		}
		out, mime := stripImage(before)
		if mime != "image/"+kind || bytes.Contains(out, []byte("zhangsan")) {
			t.Errorf("%s: %s, %d bytes", kind, mime, len(out))
		}
		if _, format, err := image.Decode(bytes.NewReader(out)); err != nil || format != kind {
			t.Errorf("%s does not decode any more: %v", kind, err)
		}
	}
	for _, junk := range []string{"", "\xff\xd8\xff", "\xff\xd8\xff\xe1\xff\xff", "\x89PNG\r\n\x1a\n\xff\xff\xff\xff", "GIF89a", "GIF89a\x01\x00\x01\x00\xf7\x00\x00", "RIFF\xff\xff\xff\xffWEBP", "RIFF\x04\x00\x00\x00WEBPVP8X"} {
		if _, mime := stripImage([]byte(junk)); mime != "" && mime != "image/webp" {
			t.Errorf("%q is a %s", junk, mime)
		}
	}
	gif := "GIF89a\x01\x00\x01\x00\x00\x00\x00!\xfe\x08zhangsan\x00,\x00\x00\x00\x00\x01\x00\x01\x00\x00\x02\x02D\x01\x00;trailer"
	if out, mime := stripImage([]byte(gif)); mime != "image/gif" || bytes.Contains(out, []byte("zhangsan")) || bytes.Contains(out, []byte("trailer")) {
		t.Errorf("%s %q", mime, out)
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

func FuzzStripImage(f *testing.F) {
	f.Add(picture("png"))
	f.Add(picture("jpeg"))
	f.Add([]byte("GIF89a\x01\x00\x01\x00\x00\x00\x00!\xfe\x08zhangsan\x00;"))
	f.Add([]byte("RIFF\x20\x00\x00\x00WEBPVP8X\x0a\x00\x00\x00\x0c000000000EXIF\x02\x00\x00\x00ab"))
	f.Fuzz(func(t *testing.T, data []byte) { stripImage(data) })
}
