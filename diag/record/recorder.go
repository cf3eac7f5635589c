package record

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"maps"
	"slices"
	"sync"
	"time"

	"github.com/chromedp/cdproto/audits"
	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/inspector"
	logdomain "github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/cdproto/target"

	"meiqia-diag/diag/evidence/recording"
)

// How often the page is asked how its recall controls stand, and how long it
// may take to answer before it counts as standing still.
const (
	lookEvery = 2 * time.Second
	stillFor  = time.Second

	leastWindow = 500 // pixels, of Chromium's own windows
)

// recorder takes the browser's events, one at a time, in one goroutine. What
// must wait for the browser runs aside and hands its result back as a function.
type recorder struct {
	opt      Options
	proc     *process
	dir      string
	manifest recording.Manifest
	clean    *cleaner
	traffic  *traffic
	console  []line
	events   []recording.Event
	frames   map[target.SessionID]*tab
	first    *session // the window that the browser opened by itself
	shots    int
	video    *video
	binding  string // names of what the script in the page is told by, and found by
	mark     string

	tasks   chan func()
	busy    int            // what runs aside
	running sync.WaitGroup // the same, to wait for at the very end
	done    chan struct{}  // closed when results are of no use any more
	gone    bool           // the browser has hung up
}

// tab is a page, an embedded frame with a process of its own, or a worker.
type tab struct {
	*session
	kind     string
	parent   target.SessionID
	url      string
	worlds   map[runtime.ExecutionContextID]world
	looking  bool
	dialog   bool // a dialog stands open, which stops the page
	nextLook time.Time
	lastLook string
	crashed  bool
}

type world struct {
	origin, name string
	unique       string // id over all processes
	main         bool
}

func newRecorder(opt Options, p *process, dir string) *recorder {
	var salt [8]byte
	_, _ = rand.Read(salt[:])
	name := hex.EncodeToString(salt[:])
	opt.Profile.Prepare()
	return &recorder{opt: opt, proc: p, dir: dir, clean: newCleaner(opt.Profile), traffic: newTraffic(), frames: map[target.SessionID]*tab{},
		binding: "_b" + name, mark: "_m" + name, tasks: make(chan func(), 64), done: make(chan struct{})}
}

// aside runs f apart from the events, within a limit; what f returns runs among them.
func (r *recorder) aside(limit time.Duration, f func(context.Context) func()) {
	r.busy++
	r.running.Add(1)
	go func() {
		defer r.running.Done()
		ctx, cancel := context.WithTimeout(context.Background(), limit)
		defer cancel()
		then := f(ctx)
		select {
		case r.tasks <- func() {
			r.busy--
			if then != nil {
				then()
			}
		}:
		case <-r.done:
		}
	}()
}

// loop records until something ends it, and says what.
func (r *recorder) loop(ctx context.Context) string {
	tick := time.NewTicker(250 * time.Millisecond)
	defer tick.Stop()
	var limit <-chan time.Time
	if r.opt.Limit > 0 {
		limit = time.After(r.opt.Limit)
	}
	var empty time.Time // since when there is no window
	for {
		select {
		case e, ok := <-r.proc.conn.events:
			if !ok {
				r.gone = true
				return r.howItEnded()
			}
			r.handle(e)
		case f := <-r.tasks:
			f()
		case now := <-tick.C:
			if r.windows() > 0 {
				empty = time.Time{}
			} else if empty.IsZero() {
				empty = now
			} else if now.Sub(empty) > 500*time.Millisecond {
				return "window-closed"
			}
			r.look(now, false)
			if r.opt.Progress != nil {
				r.opt.Progress(len(r.traffic.list), r.manifest.Presses)
			}
		case by := <-r.opt.End:
			return by
		case <-limit:
			return "time-limit"
		case <-ctx.Done():
			return "interrupted"
		}
	}
}

// howItEnded tells a browser whose last window was closed from one that crashed or was killed.
func (r *recorder) howItEnded() string {
	select {
	case <-r.proc.exited:
	case <-time.After(3 * time.Second):
		return "vanished"
	}
	if s := r.proc.cmd.ProcessState; s != nil && s.Success() {
		return "window-closed"
	}
	return "vanished"
}

func (r *recorder) windows() (n int) {
	for _, t := range r.frames {
		if t.kind == "page" {
			n++
		}
	}
	return n
}

// handle takes one event.
func (r *recorder) handle(e event) {
	t := r.frames[e.session]
	switch p := e.payload.(type) {
	case *target.EventAttachedToTarget:
		r.attach(e.session, p)
		return
	case *target.EventDetachedFromTarget:
		delete(r.frames, p.SessionID)
		return
	case *target.EventTargetInfoChanged:
		for _, t := range r.frames {
			if p.TargetInfo != nil && t.info.TargetID == p.TargetInfo.TargetID {
				t.url = p.TargetInfo.URL
			}
		}
		return
	}
	if t == nil {
		return
	}
	switch p := e.payload.(type) {
	case *network.EventLoadingFinished:
		r.traffic.handle(e.session, p)
		r.fetchBody(t, p.RequestID)
	case *network.EventRequestWillBeSent:
		if ours(p.Request.URL) {
			r.traffic.handle(e.session, p)
			r.fetchPost(t, p)
		}
	case *runtime.EventConsoleAPICalled:
		r.consoleCall(t, p)
	case *runtime.EventExceptionThrown:
		r.exception(t, p)
	case *logdomain.EventEntryAdded:
		r.logEntry(t, p)
	case *audits.EventIssueAdded:
		r.issue(t, p)
	case *runtime.EventBindingCalled:
		if p.Name == r.binding {
			r.told(t, p.Payload)
		}
	case *runtime.EventExecutionContextCreated:
		t.worlds[p.Context.ID] = worldOf(p.Context)
	case *runtime.EventExecutionContextDestroyed:
		maps.DeleteFunc(t.worlds, func(_ runtime.ExecutionContextID, w world) bool { return w.unique == p.ExecutionContextUniqueID })
	case *runtime.EventExecutionContextsCleared:
		clear(t.worlds)
	case *page.EventJavascriptDialogOpening:
		t.dialog = true
	case *page.EventJavascriptDialogClosed:
		t.dialog = false
	case *inspector.EventTargetCrashed:
		t.crashed = true
		r.note(t, recording.Event{Type: "crash", At: time.Now()})
	case *page.EventScreencastFrame:
		r.videoFrame(t, p)
	default:
		r.traffic.handle(e.session, e.payload)
	}
}

// ours reports whether an address is of the web, and not of the browser or an extension.
func ours(url string) bool {
	return len(url) > 4 && (url[:4] == "http" || url[:2] == "ws" || url[:5] == "blob:" || url[:5] == "data:")
}

// attach makes a new target watched before its first script runs. The commands
// are only written, in their order: a target that waits to be let go answers late.
func (r *recorder) attach(parent target.SessionID, p *target.EventAttachedToTarget) {
	s := &session{conn: r.proc.conn, id: p.SessionID, info: p.TargetInfo}
	t := &tab{session: s, kind: p.TargetInfo.Type, parent: parent, url: p.TargetInfo.URL, worlds: map[runtime.ExecutionContextID]world{}}
	post := func(method string, params any) { r.proc.conn.post(s.id, method, params) }
	mine := len(t.url) < 19 || t.url[:19] != "chrome-extension://"
	yes, most := true, int64(maxKept)
	switch {
	case mine && (t.kind == "page" || t.kind == "iframe"):
		r.frames[s.id] = t
		if r.first == nil && t.kind == "page" {
			r.first = s
		}
		post(runtime.AddBinding.Method, runtime.AddBindingParams{Name: r.binding})
		post(page.Enable.Method, page.EnableParams{})
		post(page.AddScriptToEvaluateOnNewDocument.Method, page.AddScriptToEvaluateOnNewDocumentParams{Source: r.script(), RunImmediately: &yes})
		post(runtime.Enable.Method, cdp.Empty{})
		post(network.Enable.Method, network.EnableParams{MaxPostDataSize: &most})
		post(logdomain.Enable.Method, cdp.Empty{})
		post(audits.Enable.Method, cdp.Empty{})
		post(inspector.Enable.Method, cdp.Empty{})
		post(target.SetAutoAttach.Method, target.SetAutoAttachParams{AutoAttach: true, WaitForDebuggerOnStart: true, Flatten: &yes})
		if w := r.opt.Width; w > 0 && w < leastWindow { // no window is that narrow, but a phone's screen is
			post(emulation.SetDeviceMetricsOverride.Method, emulation.SetDeviceMetricsOverrideParams{Width: int64(w), Height: int64(r.opt.Height), Mobile: true})
			post(emulation.SetTouchEmulationEnabled.Method, emulation.SetTouchEmulationEnabledParams{Enabled: true})
		}
		if t.kind == "page" && r.opt.Video {
			r.startVideo(t)
		}
	case mine && slices.Contains([]string{"worker", "shared_worker", "service_worker"}, t.kind):
		r.frames[s.id] = t
		post(network.Enable.Method, network.EnableParams{MaxPostDataSize: &most})
		post(runtime.Enable.Method, cdp.Empty{})
	}
	post(runtime.RunIfWaitingForDebugger.Method, cdp.Empty{})
}

func (r *recorder) note(t *tab, e recording.Event) {
	if len(r.events) >= 20_000 {
		return
	}
	e.At = e.At.UTC().Truncate(100 * time.Microsecond)
	if t != nil {
		e.Page = bare(r.clean.address(t.url))
	}
	r.events = append(r.events, e)
}

// fetchBody asks for the body of an answer that a program reads, while it is still there.
func (r *recorder) fetchBody(t *tab, id network.RequestID) {
	q := r.traffic.find(t.id, id)
	if q == nil || q.asked || q.resp == nil || q.size > 1<<20 {
		return
	}
	q.asked = true
	switch q.kind {
	case "xhr", "fetch", "document", "eventsource", "ping":
	default:
		return
	}
	r.aside(5*time.Second, func(ctx context.Context) func() {
		got, err := cdp.Call(ctx, t.session, network.GetResponseBody, network.GetResponseBodyParams{RequestID: id})
		if err != nil {
			return nil
		}
		return func() { q.body = r.traffic.keep(string(got.Body)) }
	})
}

// fetchPost asks for a request's body where the event left it out.
func (r *recorder) fetchPost(t *tab, p *network.EventRequestWillBeSent) {
	q := r.traffic.find(t.id, p.RequestID)
	if q == nil || q.post != "" || !p.Request.HasPostData {
		return
	}
	r.aside(5*time.Second, func(ctx context.Context) func() {
		got, err := cdp.Call(ctx, t.session, network.GetRequestPostData, network.GetRequestPostDataParams{RequestID: p.RequestID})
		if err != nil {
			return nil
		}
		return func() { q.post = r.traffic.keep(string(got.PostData)) }
	})
}

// finish takes the last look and picture, lets what runs aside come to its end, and ends the browser.
func (r *recorder) finish(ctx context.Context) {
	switch {
	case r.gone:
	case ctx.Err() != nil: // nobody waits for what was recorded
		r.proc.gone()
	default:
		r.settle(ctx, time.Second) // a look that is under way is not the last one
		r.look(time.Now(), true)
		r.shoot(r.front(), "end", "end", nil)
		r.settle(ctx, 4*time.Second)
		r.stopVideo()
		r.proc.stop()
	}
	close(r.done)
	r.running.Wait()
	r.closeVideo()
}

// settle goes on with events and results until nothing runs aside, within a limit.
func (r *recorder) settle(ctx context.Context, limit time.Duration) {
	over := time.After(limit)
	for r.busy > 0 {
		select {
		case e, ok := <-r.proc.conn.events:
			if !ok {
				r.gone = true
				return
			}
			r.handle(e)
		case f := <-r.tasks:
			f()
		case <-over:
			return
		case <-ctx.Done():
			return
		}
	}
}
