package seat

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"time"

	"meiqia-diag/diag/lazy"
)

// workerBuild is the build of which a served worker is.
var workerBuild = lazy.MustCompile(`const build = "([^"]{1,40})";`)

// install registers a page's service worker, which follows the rules of
// worker.js: it keeps the page, its style and its script. The developer tools
// of the page record none of it. A worker that is there already stays: a newer
// one waits until its pages are closed.
func (b *Browser) install(ctx context.Context, page *url.URL, script string) error {
	b.mu.Lock()
	there := b.worker != nil
	b.mu.Unlock()
	if there {
		return nil
	}
	at := origin(page)
	res, err := b.quietly(ctx, at+script)
	if err != nil {
		return err
	}
	m := workerBuild.FindSubmatch(res.body)
	if m == nil {
		return errors.New("the service worker names no build")
	}
	build := string(m[1])
	kept := map[string]*kept{}
	for _, part := range []string{page.Path, "/static/page.css?build=" + build, "/static/" + scriptName(page) + "?build=" + build} {
		k, err := b.quietly(ctx, at+part)
		if err != nil {
			return err
		}
		kept[at+part] = k
	}
	b.mu.Lock()
	b.worker, b.workerOf = kept, "workbench-"+build
	b.mu.Unlock()
	return nil
}

// quietly asks for an address outside the page.
func (b *Browser) quietly(ctx context.Context, address string) (*kept, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
	if err != nil {
		return nil, err
	}
	req.Header.Set("User-Agent", b.set.UserAgent)
	res, _, err := b.perform(req, time.Now())
	if err != nil {
		return nil, err
	}
	return &kept{status: res.status, header: res.header, body: res.body, at: time.Now()}, nil
}

// fromWorker gives what the service worker answers a request with, nil where it lets it through.
func (b *Browser) fromWorker(a Ask, u *url.URL) *kept {
	if a.Method != http.MethodGet {
		return nil
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	if a.Kind == "document" { // whatever is asked of the page
		return b.worker[origin(u)+u.Path]
	}
	return b.worker[a.URL]
}

// recordWorker adds a request that the service worker answered from its cache.
func (b *Browser) recordWorker(a Ask, u *url.URL, k *kept, began time.Time) {
	e := b.cachedEntry(a, u, k, began)
	e.Response.ViaWorker, e.Response.WorkerSource = true, "cache-storage"
	b.mu.Lock()
	e.Response.WorkerCache = b.workerOf
	b.mu.Unlock()
	b.HAR.add(e)
}
