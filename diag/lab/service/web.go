package service

import (
	"bytes"
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"fmt"
	"html/template"
	"net/http"
	"path"
	"strings"
	"sync"
	"time"
)

//go:embed pages
var pages embed.FS

var pageTemplates = sync.OnceValue(func() *template.Template { return template.Must(template.ParseFS(pages, "pages/*.html")) })

// boot is what a page is told when it starts: where to ask, where to post, and
// how its build behaves. A cached page keeps the boot of its own day.
type boot struct {
	Build           string   `json:"build"`
	API             []string `json:"api"`  // base addresses; a conversation's number picks one
	Push            string   `json:"push"` // ws address
	Recall          string   `json:"recall,omitempty"`
	HideRecallBelow int      `json:"hide_recall_below,omitempty"`
	TimeoutMS       int64    `json:"timeout_ms"`
	ReconnectMS     int64    `json:"reconnect_ms"`
	Enterprise      int      `json:"enterprise_id"`
	// MinVersions is what a visitor's client must be at least to honour a recall.
	MinVersions map[string]string `json:"min_versions,omitempty"`

	RecallAPI    string `json:"recall_api,omitempty"` // base address of recalls, where they have their own
	CoverButtons bool   `json:"cover_buttons,omitempty"`
	RowAtLeast   int    `json:"row_at_least,omitempty"`
	CrowdButtons bool   `json:"crowd_buttons,omitempty"`
	BusyMS       int64  `json:"busy_ms,omitempty"`
	Worker       string `json:"worker,omitempty"` // address of the service worker
}

// Where the builds post a recall.
const (
	oldRecallPath = "/api/v0/messages/{id}/withdraw"
	newRecallPath = "/api/v1/conversations/{conv}/messages/{id}/recall"
)

// reconnectAfter is the delay of the public SDKs.
const reconnectAfter = 2500 * time.Millisecond

func (s *Server) workbenchPage(x *exchange) {
	pub := *s.public.Load()
	b := boot{Build: s.build(), Push: "ws://" + pub.Push + "/pusher/websocket", Recall: newRecallPath,
		HideRecallBelow: s.faults.HideButtonBelow, TimeoutMS: s.policy.RequestTimeout.Milliseconds(),
		ReconnectMS: reconnectAfter.Milliseconds(), Enterprise: enterprise}
	for _, a := range pub.API {
		b.API = append(b.API, "http://"+a)
	}
	if b.Build == oldBuild {
		b.Recall = oldRecallPath
	}
	f := s.faults.Page
	b.CoverButtons, b.RowAtLeast, b.CrowdButtons, b.BusyMS = f.CoverButtons, f.RowAtLeast, f.CrowdButtons, f.BusyFor.Milliseconds()
	if f.RecallApart {
		last := len(b.API) - 1
		b.API, b.RecallAPI = b.API[:last], b.API[last]
		allowed := append([]string{"'self'", "ws://" + pub.Push}, b.API...)
		if !f.PolicyForgets {
			allowed = append(allowed, b.RecallAPI)
		}
		x.Header().Set("Content-Security-Policy", "connect-src "+strings.Join(allowed, " "))
	}
	if f.Worker {
		b.Worker = "/worker.js"
	}
	s.page(x, "chat.html", b)
	s.pages.Add(1)
}

func (s *Server) visitorPage(x *exchange) {
	s.page(x, "visitor.html", boot{Build: s.build(), Push: "ws://" + s.own.Visitor + "/pusher/websocket",
		TimeoutMS: s.policy.RequestTimeout.Milliseconds(), ReconnectMS: reconnectAfter.Milliseconds(), Enterprise: enterprise,
		MinVersions: s.policy.MinVisitor})
}

// page serves one page, to be kept as long as the policy says.
func (s *Server) page(x *exchange, name string, b boot) {
	var out bytes.Buffer
	if err := pageTemplates().ExecuteTemplate(&out, name, b); err != nil {
		panic(err)
	}
	control := "no-cache"
	if s.faults.PagesMaxAge > 0 {
		control = fmt.Sprintf("private, max-age=%d", int(s.faults.PagesMaxAge.Seconds()))
	}
	x.Header().Set("Content-Type", "text/html; charset=utf-8")
	x.file(out.Bytes(), control)
}

// worker serves the service worker: a script of the current build, which
// browsers ask for again whenever they open the page.
func (s *Server) worker(x *exchange) {
	data, err := pages.ReadFile("pages/worker.js")
	if err != nil || !s.faults.Page.Worker {
		http.NotFound(x, x.r)
		return
	}
	x.Header().Set("Content-Type", "text/javascript; charset=utf-8")
	x.file(append([]byte("const build = \""+s.build()+"\";\n"), data...), "no-cache")
}

// staticFile serves scripts, styles and pictures; their address carries the
// build, so they may be kept for ever.
func (s *Server) staticFile(x *exchange) {
	name := x.r.PathValue("file")
	data, err := pages.ReadFile("pages/" + path.Clean("/" + name)[1:])
	if err != nil || strings.HasSuffix(name, ".html") {
		http.NotFound(x, x.r)
		return
	}
	switch path.Ext(name) {
	case ".js":
		build := x.r.URL.Query().Get("build")
		if build == "" || len(build) > 40 || strings.ContainsAny(build, "\n\r*/") {
			build = s.build()
		}
		data = append([]byte("/* build "+build+" */\n"), data...)
		x.Header().Set("Content-Type", "text/javascript; charset=utf-8")
	case ".css":
		x.Header().Set("Content-Type", "text/css; charset=utf-8")
	case ".svg":
		x.Header().Set("Content-Type", "image/svg+xml")
	}
	x.file(data, "public, max-age=31536000, immutable")
}

// file answers with data under an entity tag, or says that the client's copy
// is good.
func (x *exchange) file(data []byte, control string) {
	sum := sha256.Sum256(data)
	tag := `"` + hex.EncodeToString(sum[:8]) + `"`
	x.Header().Set("ETag", tag)
	x.Header().Set("Cache-Control", control)
	if x.r.Header.Get("If-None-Match") == tag {
		x.WriteHeader(http.StatusNotModified)
		return
	}
	x.WriteHeader(http.StatusOK)
	_, _ = x.Write(data)
}
