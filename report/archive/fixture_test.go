package archive

import (
	"archive/zip"
	"bytes"
	"encoding/json"
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
)

var key = []byte("0123456789abcdef0123456789abcdef")

func source(name string, kind evidence.Kind, data []byte) Source {
	return Source{Name: name, Kind: kind, Size: int64(len(data)), Open: func() (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(data)), nil }}
}

func clockOf(Source) Clock { return Clock{} }

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
	return optionsFor(filepath.Join(t.TempDir(), "report.zip"))
}

func optionsFor(path string) Options {
	return Options{
		Path: path, Doc: document(), Profile: []byte(`{"name":"meiqia","hosts":["https://desk.example"]}`), Key: key, Clock: clockOf,
		Evidence: []Source{source("client.log", evidence.ClientLog, []byte(clientLog)), source("../张三.har", evidence.HAR, []byte(harText)), source("shot.png", evidence.Image, picture("png")), source("shot.png", evidence.Image, picture("jpeg")),
			source("CON", evidence.Path, []byte("64 bytes from 203.0.113.7: time=30 ms\n")), source("x.heic", evidence.Image, []byte("....ftypheic")), source("clip.mp4", evidence.Video, []byte("\x00\x00\x00\x14ftypisom1234isom\x00\x00\x00\x0cmdat1234\x00\x00\x00\x08moov")), source("odd.bin", evidence.Other, []byte{1, 2})},
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

// harName gives the pseudonym that the HAR of a person's name got.
func harName(files map[string]string) string {
	for name := range files {
		if strings.HasPrefix(name, "evidence/file_") {
			return strings.TrimPrefix(name, "evidence/")
		}
	}
	return "?"
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

func readManifest(t *testing.T, file string) (m Manifest) {
	t.Helper()
	data, err := ReadFile(file, "manifest.json")
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(data, &m); err != nil {
		t.Fatal(err)
	}
	return m
}
