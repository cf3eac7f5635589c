package seat

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"time"
)

// Settings say what kind of browser a seat is.
type Settings struct {
	UserAgent     string
	Width, Height int
	Engine        Engine
	Dial          func(ctx context.Context, network, addr string) (net.Conn, error) // nil for the ordinary way
}

// Browser is one browser: connections, cache, cookies, and the recording.
type Browser struct {
	set     Settings
	HAR     HAR
	Console Console

	transport *http.Transport
	jar       http.CookieJar

	mu         sync.Mutex
	cache      map[string]*kept
	preflights map[string]time.Time // until when an answered preflight holds
	dials      map[string]dial      // by local address
	conns      map[string]int       // connection numbers by local address
	page       *url.URL
	policy     string           // the page's Content-Security-Policy
	worker     map[string]*kept // what the page's service worker answers with, by address without the page's query; nil without one
	workerOf   string           // the name of its cache
}

// dial is how long one connection took to come about.
type dial struct{ began, ended time.Time }

// kept is one answer in the cache.
type kept struct {
	status int
	header http.Header
	body   []byte
	at     time.Time
	fresh  time.Duration
}

// NewBrowser opens a browser with an empty cache.
func NewBrowser(set Settings) *Browser {
	jar, _ := cookiejar.New(nil)
	b := &Browser{set: set, jar: jar, cache: map[string]*kept{}, preflights: map[string]time.Time{}, dials: map[string]dial{}, conns: map[string]int{}}
	b.transport = &http.Transport{DialContext: b.dial, MaxIdleConnsPerHost: 6, DisableCompression: true, IdleConnTimeout: time.Minute}
	return b
}

// Close gives the browser's connections up.
func (b *Browser) Close() { b.transport.CloseIdleConnections() }

func (b *Browser) dial(ctx context.Context, network, addr string) (net.Conn, error) {
	d := dial{began: time.Now()}
	open := b.set.Dial
	if open == nil {
		open = (&net.Dialer{}).DialContext
	}
	c, err := open(ctx, network, addr)
	if err != nil {
		return nil, err
	}
	d.ended = time.Now()
	b.mu.Lock()
	b.dials[c.LocalAddr().String()] = d
	b.mu.Unlock()
	return c, nil
}

// Ask is one request of a page.
type Ask struct {
	Method, URL string
	Header      map[string]string
	Body        string
	Kind        string // document, script, stylesheet, fetch …
	By          string // the script function that asks
	Patience    time.Duration
}

// Answer is what came back.
type Answer struct {
	Status    int
	Header    http.Header
	Body      []byte
	FromCache bool
}

// ErrTimeout is the page giving a request up after its own time limit.
var ErrTimeout = errors.New("AbortError: signal is aborted without reason")

// ErrNetwork is all that a page learns of a request that got no answer.
var ErrNetwork = errors.New("TypeError: Failed to fetch")

// ErrUnsent reads the same to the page, but the browser let nothing out.
var ErrUnsent = fmt.Errorf("%w", ErrNetwork)

// Fetch performs one request as a browser does: from the cache when it may,
// after a preflight when it must, and recorded.
func (b *Browser) Fetch(ctx context.Context, a Ask) (Answer, error) {
	began := time.Now()
	u, err := url.Parse(a.URL)
	if err != nil {
		return Answer{}, err
	}
	if k := b.fromWorker(a, u); k != nil {
		b.recordWorker(a, u, k, began)
		return Answer{Status: k.status, Header: k.header, Body: k.body, FromCache: true}, nil
	}
	if b.forbids(a, u) {
		return Answer{}, ErrUnsent
	}
	if f := b.set.Engine.Filter; f != "" && strings.Contains(a.URL, f) {
		req, err := b.request(ctx, a, u, nil)
		if err != nil {
			return Answer{}, err
		}
		b.recordFailed(a, req, began, errFiltered)
		_ = b.failed(ctx, a, errFiltered)
		return Answer{}, ErrUnsent
	}
	old := b.lookup(a)
	if old != nil && time.Since(old.at) < old.fresh {
		b.recordCached(a, u, old, began)
		return Answer{Status: old.status, Header: old.header, Body: old.body, FromCache: true}, nil
	}
	if a.Patience > 0 {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeoutCause(ctx, a.Patience, ErrTimeout)
		defer cancel()
	}
	req, err := b.request(ctx, a, u, old)
	if err != nil {
		return Answer{}, err
	}
	if b.needsPreflight(req, a) {
		if err := b.preflight(ctx, a, u); err != nil {
			b.recordFailed(a, req, began, err)
			return Answer{}, b.failed(ctx, a, err)
		}
	}
	res, t, err := b.perform(req, began)
	if err != nil {
		b.recordFailed(a, req, began, err)
		return Answer{}, b.failed(ctx, a, err)
	}
	b.record(a, req, res, t)
	b.jar.SetCookies(u, res.cookies)
	if res.status >= 400 {
		b.Console.add(time.Now(), "error", b.source(a), a.Method+" "+a.URL+" "+strconv.Itoa(res.status)+" ("+http.StatusText(res.status)+")")
	}
	if res.status == http.StatusNotModified && old != nil {
		old.at, old.fresh = time.Now(), freshFor(res.header)
		return Answer{Status: old.status, Header: old.header, Body: old.body, FromCache: true}, nil
	}
	b.keep(a, res)
	return Answer{Status: res.status, Header: res.header, Body: res.body}, nil
}

// failed words a failure as the page sees it, and logs it as the browser does.
func (b *Browser) failed(ctx context.Context, a Ask, err error) error {
	if errors.Is(context.Cause(ctx), ErrTimeout) {
		return ErrTimeout
	}
	b.Console.add(time.Now(), "error", b.source(a), a.Method+" "+a.URL+" "+netError(ctx, err))
	return ErrNetwork
}

// netError names a failure in the browser's own vocabulary.
func netError(ctx context.Context, err error) string {
	var dialing *net.OpError
	switch {
	case errors.Is(err, errFiltered):
		return "net::ERR_BLOCKED_BY_CLIENT"
	case ctx.Err() != nil:
		return "net::ERR_ABORTED"
	case errors.Is(err, syscall.ECONNREFUSED):
		return "net::ERR_CONNECTION_REFUSED"
	case errors.Is(err, syscall.ECONNRESET), errors.Is(err, syscall.EPIPE):
		return "net::ERR_CONNECTION_RESET"
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF):
		return "net::ERR_EMPTY_RESPONSE"
	case errors.As(err, &dialing) && dialing.Timeout():
		return "net::ERR_CONNECTION_TIMED_OUT"
	case errors.Is(err, net.ErrClosed):
		return "net::ERR_CONNECTION_CLOSED"
	}
	return "net::ERR_FAILED"
}

// request builds the request with the headers that the browser would send.
func (b *Browser) request(ctx context.Context, a Ask, u *url.URL, old *kept) (*http.Request, error) {
	var body io.Reader
	if a.Body != "" {
		body = strings.NewReader(a.Body)
	}
	req, err := http.NewRequestWithContext(ctx, a.Method, a.URL, body)
	if err != nil {
		return nil, err
	}
	h := req.Header
	h.Set("User-Agent", b.set.UserAgent)
	h.Set("Accept", "*/*")
	h.Set("Accept-Language", "zh-CN,zh;q=0.9")
	if p := b.pageURL(); p != nil {
		h.Set("Referer", p.String())
		if a.Kind == "fetch" && (a.Method != http.MethodGet || origin(p) != origin(u)) {
			h.Set("Origin", origin(p))
		}
	}
	for k, v := range a.Header {
		h.Set(k, v)
	}
	for _, c := range b.jar.Cookies(u) {
		if p := b.pageURL(); p == nil || origin(p) == origin(u) { // fetch sends cookies to its own origin only
			req.AddCookie(c)
		}
	}
	if old != nil {
		if tag := old.header.Get("ETag"); tag != "" {
			h.Set("If-None-Match", tag)
		}
	}
	return req, nil
}

func origin(u *url.URL) string { return u.Scheme + "://" + u.Host }

func (b *Browser) pageURL() *url.URL {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.page
}

// source is where the console says that a line comes from.
func (b *Browser) source(a Ask) string {
	if i := strings.LastIndexByte(a.URL, '/'); a.Kind != "fetch" && a.Kind != "websocket" && i >= 0 {
		return a.URL[i+1:]
	}
	return scriptName(b.pageURL())
}

func scriptName(p *url.URL) string {
	if p == nil {
		return "(index)"
	}
	return strings.TrimPrefix(p.Path, "/") + ".js"
}

// needsPreflight tells whether a request crosses origins with more than a
// plain form could send.
func (b *Browser) needsPreflight(req *http.Request, a Ask) bool {
	p := b.pageURL()
	if p == nil || a.Kind != "fetch" || origin(p) == origin(req.URL) || len(a.Header) == 0 {
		return false
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	return time.Now().After(b.preflights[a.Method+" "+a.URL])
}

func (b *Browser) preflight(ctx context.Context, a Ask, u *url.URL) error {
	began := time.Now()
	var names []string
	for k := range a.Header {
		names = append(names, strings.ToLower(k))
	}
	pre := Ask{Method: http.MethodOptions, URL: a.URL, Kind: "preflight", Header: map[string]string{
		"Access-Control-Request-Method": a.Method, "Access-Control-Request-Headers": strings.Join(names, ","), "Origin": origin(b.pageURL())}}
	req, err := b.request(ctx, pre, u, nil)
	if err != nil {
		return err
	}
	res, t, err := b.perform(req, began)
	if err != nil {
		b.recordFailed(pre, req, began, err)
		return err
	}
	b.record(pre, req, res, t)
	if res.status >= 300 {
		return errors.New("preflight refused")
	}
	b.mu.Lock()
	b.preflights[a.Method+" "+a.URL] = time.Now().Add(10 * time.Minute)
	b.mu.Unlock()
	return nil
}

// lookup finds a kept answer to a request.
func (b *Browser) lookup(a Ask) *kept {
	if a.Method != http.MethodGet {
		return nil
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.cache[a.URL]
}

func (b *Browser) keep(a Ask, res *response) {
	control := res.header.Get("Cache-Control")
	if a.Method != http.MethodGet || res.status != http.StatusOK || strings.Contains(control, "no-store") {
		return
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	b.cache[a.URL] = &kept{status: res.status, header: res.header, body: res.body, at: time.Now(), fresh: freshFor(res.header)}
}

// freshFor reads how long an answer may be used without asking again.
func freshFor(h http.Header) time.Duration {
	for _, d := range strings.Split(h.Get("Cache-Control"), ",") {
		if v, ok := strings.CutPrefix(strings.TrimSpace(d), "max-age="); ok {
			n, _ := strconv.Atoi(v)
			return time.Duration(n) * time.Second
		}
	}
	return 0
}
