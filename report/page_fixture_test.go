package report

import (
	"bytes"
	"fmt"
	"image"
	"image/color"
	"image/png"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"meiqia-diag/diag"
	"meiqia-diag/diag/incident"
	"meiqia-diag/diag/lab/browsertest"
	"meiqia-diag/diag/lang"
)

// staged are documents whose pages are hard to lay out, and the usual ones.
func staged() map[string]*diag.Document {
	out := fixtures()
	out["two-hours"] = twoHours()
	out["skewed"] = skewed()
	return out
}

// twoHours is a message of two hours ago, and 300 ms of recall.
func twoHours() *diag.Document {
	d := expired()
	d.Timeline = []diag.Moment{
		at("sent", "service", 20, "消息 8842 发出", "message 8842 was sent", incident.Measured, "server.log:7", "08:19:57.788"),
		at("window_end", "service", 20, "2 分钟撤回时限截止", "the window of 2 minutes closed", incident.Assumed, "profile meiqia", "08:21:57.788"),
		at("read", "service", 20, "访客已读", "the visitor read it", incident.Measured, "server.log:9", "08:40:00.000"),
		at("press", "device", 20, "点了“撤回”", "“Recall” was pressed", incident.Stated, "incident.yaml:6", "10:22:41.000"),
		at("request", "browser", 4, "发出撤回请求", "recall request sent", incident.Measured, "session.har:12", "10:22:41.004"),
		at("arrival", "service", 2, "请求到达服务", "the request reached the service", incident.Measured, "access.log:12", "10:22:41.150"),
		at("reason", "service", 2, "服务日志里的理由", "the reason in the service's log", incident.Measured, "server.log:12", "10:22:41.152"),
		at("answer", "browser", 4, "服务应答 403", "the service answered 403", incident.Measured, "session.har:12", "10:22:41.300"),
		at("push", "browser", 4, "推送：仍可见", "push: still visible", incident.Measured, "session.har:14", "10:22:41.301"),
		at("console", "browser", 4, "未处理的错误", "an error was not handled", incident.Measured, "console.log:9", "10:22:41.302"),
	}
	d.Timeline[6].Serious, d.Timeline[7].Serious = true, true
	return d
}

// skewed is a device whose clock is 2.5 s ahead, with a course of requests.
func skewed() *diag.Document {
	d := twoHours()
	for i := range d.Timeline {
		m := &d.Timeline[i]
		t, err := time.Parse(time.RFC3339Nano, m.At)
		if err != nil {
			panic(err)
		}
		if i < 3 {
			t = time.Date(2026, 11, 20, 10, 22, 30+3*i, 0, t.Location())
			m.At = t.Format("2006-01-02T15:04:05.000Z07:00")
		}
		if m.Clock != "service" {
			m.Shown = t.Add(2500 * time.Millisecond).Format(time.RFC3339Nano)
		}
	}
	d.Checks[0].Observations = []diag.Observation{unsure(num("clock.offset.incident", -2500, "ms", incident.Measured, "session.har"), 40)}
	requests := diag.Series{ID: "network.requests", Unit: "ms", Axis: "ms", Start: "2026-11-20T10:22:30.500+08:00", Clock: "browser", Method: "har", Source: "session.har"}
	probes := diag.Series{ID: "network.rtt", Unit: "ms", Axis: "ms", Start: "2026-11-20T10:30:00+08:00", Clock: "device", Live: true, Method: "tcp-connect", Source: "203.0.113.7:443"}
	for i := range 60 {
		p := diag.Point{At: float64(i) * 230, Value: diag.Float(20 + float64(i*i%37)), What: fmt.Sprintf("GET /api/v1/messages/%d 200", i)}
		q := diag.Point{At: float64(i) * 25, Value: diag.Float(31.5 + float64(i%7)*float64(i%5))}
		switch i {
		case 17, 18, 19:
			p.Value, p.State = nil, "failed"
			q.Value, q.State = nil, "lost"
		case 56:
			p.Main, p.State, p.What = true, "refused", "POST /api/v1/messages/8842/recall 403"
			p.Value = diag.Float(296)
		}
		requests.Points, probes.Points = append(requests.Points, p), append(probes.Points, q)
	}
	d.Checks[1].Series = []diag.Series{requests, probes}
	return d
}

// withLogs are options with three logs, a picture and a film.
func withLogs(l lang.Lang) Options {
	start := time.Date(2026, 11, 20, 10, 22, 20, 0, time.FixedZone("", 8*3600))
	opt := Options{Lang: l, Archived: true}
	for f, name := range []string{"logs/console.log", "logs/access.log", "logs/server.log"} {
		lg := Log{Name: name, Note: lang.T("错误 2 条", "2 errors"), Omitted: 40}
		for i := range 60 {
			x := LogLine{Number: i + 1, At: start.Add(time.Duration(i*700+f*13) * time.Millisecond), Text: fmt.Sprintf("entry %d of %s: conversation=7001 message=8842 %s", i, name, strings.Repeat("detail ", i%9))}
			switch i {
			case 20:
				x.Level, x.Text = "warn", "WARN slow answer"
			case 30:
				x.Level, x.Serious, x.Text = "error", true, "ERROR recall refused: recall_timeout"
			case 31:
				x.At, x.Text = time.Time{}, "    at recall (chat.js:71)"
			}
			lg.Lines = append(lg.Lines, x)
		}
		opt.Logs = append(opt.Logs, lg)
	}
	opt.Logs = append(opt.Logs, Log{Name: "logs/notes.txt", Lines: []LogLine{{Number: 1, Text: "no time is told here"}}})
	opt.Attachments = []Attachment{{Name: "attachments/error.png", MIME: "image/png", Data: picturePNG(), Note: lang.T("画面内容未处理", "the picture was not changed")}, {Name: "attachments/film.mp4", MIME: "video/mp4"}}
	return opt
}

func picturePNG() []byte {
	m := image.NewRGBA(image.Rect(0, 0, 640, 400))
	for i := range m.Pix {
		m.Pix[i] = 255
	}
	for x := range 640 {
		m.Set(x, 200, color.RGBA{200, 30, 30, 255})
	}
	var b bytes.Buffer
	if err := png.Encode(&b, m); err != nil {
		panic(err)
	}
	return b.Bytes()
}

// pageFile writes a page to a file, and gives its address.
func pageFile(t *testing.T, doc *diag.Document, opt Options) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "report.html")
	if err := os.WriteFile(path, render(t, doc, "html", opt), 0o600); err != nil {
		t.Fatal(err)
	}
	return (&url.URL{Scheme: "file", Path: path}).String()
}

// inBrowsers runs a test in each browser.
func inBrowsers(t *testing.T, s browsertest.Setup, test func(t *testing.T, b browsertest.Viewer)) {
	t.Helper()
	for name, start := range map[string]func(testing.TB, browsertest.Setup) browsertest.Browser{"chromium": browsertest.Chromium, "firefox": browsertest.Firefox} {
		t.Run(name, func(t *testing.T) { test(t, start(t, s).(browsertest.Viewer)) })
	}
}
