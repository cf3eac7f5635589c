package report

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"meiqia-diag/diag"
	"meiqia-diag/diag/lab/browsertest"
	"meiqia-diag/diag/lang"
)

// press presses what a selector finds, as a person does.
func press(t *testing.T, b browsertest.Browser, selector string) {
	t.Helper()
	var at struct{ X, Y float64 }
	b.Eval(fmt.Sprintf(`(() => { document.documentElement.style.scrollBehavior = 'auto'; const e = document.querySelector(%q); e.scrollIntoView({block: 'center'}); const r = e.getBoundingClientRect(); return {X: r.x + r.width / 2, Y: r.y + r.height / 2}; })()`, selector), &at)
	b.Press(at.X, at.Y, false)
}

// shown counts what of a selector is to be seen.
func count(b browsertest.Browser, selector string) (n int) {
	b.Eval(fmt.Sprintf(`[...document.querySelectorAll(%q)].filter(e => e.checkVisibility()).length`, selector), &n)
	return n
}

func TestPageIsUsedInABrowser(t *testing.T) {
	inBrowsers(t, browsertest.Setup{}, func(t *testing.T, b browsertest.Viewer) {
		b.Navigate(pageFile(t, skewed(), withLogs(lang.ZH)))
		if zh, en := count(b, "span[lang=zh-CN]"), count(b, "span[lang=en]"); zh == 0 || en != 0 {
			t.Errorf("Chinese page: %d Chinese and %d English texts", zh, en)
		}
		press(t, b, "label[for=pick-en]")
		if zh, en := count(b, "span[lang=zh-CN],div[lang=zh-CN]"), count(b, "span[lang=en]"); zh != 0 || en == 0 {
			t.Errorf("switched to English: %d Chinese and %d English texts", zh, en)
		}

		all, errors, warned := count(b, ".lanes .l"), count(b, ".lanes .e"), count(b, ".lanes .w")
		if all != 3*59 || errors != 3 || warned != 3 || count(b, ".lanes .ruler") < 8 {
			t.Fatalf("%d entries, %d errors, %d warnings, %d moments", all, errors, warned, count(b, ".lanes .ruler"))
		}
		press(t, b, "label[for=s-err]")
		if n := count(b, ".lanes .l"); n != 3 {
			t.Errorf("errors only: %d entries", n)
		}
		press(t, b, "label[for=s-warn]")
		if n := count(b, ".lanes .l"); n != 6 {
			t.Errorf("warnings and errors: %d entries", n)
		}
		press(t, b, "label[for=s-all]")
		press(t, b, "label[for=f2]")
		if n := count(b, ".lanes .l"); n != 2*59 || count(b, ".lanes .f2") != 0 {
			t.Errorf("without the second log: %d entries", n)
		}
		press(t, b, "label[for=f2]")
		press(t, b, "label[for=only-near]")
		near := count(b, ".lanes .l")
		if near == 0 || near >= all || near != count(b, ".lanes .near") {
			t.Errorf("near the press: %d of %d entries", near, all)
		}

		press(t, b, ".pictures .open")
		var wide float64
		b.Eval(`document.querySelector('.pictures figure:target').getBoundingClientRect().width / innerWidth`, &wide)
		if wide < 0.95 {
			t.Errorf("the enlarged picture takes %.2f of the screen", wide)
		}
		press(t, b, ".pictures .close")
		if n := count(b, ".pictures .close"); n != 0 {
			t.Error("the picture does not close")
		}
		var film, picture string
		b.Eval(`document.querySelector('a[href="attachments/film.mp4"]')?.textContent ?? ''`, &film)
		b.Eval(`document.querySelector('.pictures img').naturalWidth`, nil)
		b.Eval(`String(document.querySelector('.pictures img').naturalWidth)`, &picture)
		if film == "" || picture != "640" {
			t.Errorf("film %q, picture %s pixels", film, picture)
		}
	})
}

// Everything on the page that is pressed is reached by the keyboard too.
func TestPageByKeyboardInABrowser(t *testing.T) {
	inBrowsers(t, browsertest.Setup{}, func(t *testing.T, b browsertest.Viewer) {
		b.Navigate(pageFile(t, skewed(), withLogs(lang.ZH)))
		var missed []string
		b.Eval(`[...document.querySelectorAll('a,input,summary,.scroll')].filter(e => e.checkVisibility()).filter(e => { e.focus(); const s = getComputedStyle(e.id?.startsWith('pick') ? e.nextElementSibling : e); return document.activeElement !== e; }).map(e => e.outerHTML.slice(0, 60))`, &missed)
		if len(missed) > 0 {
			t.Errorf("not reached: %q", missed)
		}
	})
}

// leaky is a document whose every text tries to load something from an address.
func leaky(base string) (*diag.Document, Options) {
	doc := hostile(skewed())
	try := `"><img src="` + base + `img"><link rel=stylesheet href="` + base + `css"><iframe src="` + base + `frame"></iframe><script src="` + base + `js"></script><style>@import "` + base + `import";*{background:url(` + base + `url)}</style><meta http-equiv=refresh content="0;url=` + base + `refresh">`
	doc.Verdict.Summary = lang.Same(try)
	doc.Checks[0].Reason, doc.Checks[0].Observations[0].Source, doc.Checks[1].Series[0].Source = try, try, try
	doc.Timeline[0].Text, doc.Timeline[0].Kind, doc.Timeline[1].Source = lang.Same(try), try, try
	opt := withLogs(lang.EN)
	opt.Logs[0].Name, opt.Logs[0].Lines[3].Text, opt.Logs[0].Note = try, try, lang.Same(try)
	opt.Attachments = append(opt.Attachments, Attachment{Name: base + "x.mp4", MIME: "video/mp4"}, Attachment{Name: try, MIME: `image/svg+xml`, Data: []byte(`<svg xmlns="http://www.w3.org/2000/svg"><image href="` + base + `svg"/></svg>`)})
	return doc, opt
}

// A hostile page is served by a server that sees whatever the page asks for.
func TestPageLoadsNothingInABrowser(t *testing.T) {
	var mu sync.Mutex
	var asked []string
	var page []byte
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		mu.Lock()
		defer mu.Unlock()
		switch r.URL.Path {
		case "/page.html":
			w.Header().Set("Content-Type", "text/html; charset=utf-8")
			_, _ = w.Write(page)
		case "/favicon.ico": // the browser's own wish
			http.NotFound(w, r)
		default:
			asked = append(asked, r.URL.String())
		}
	}))
	defer srv.Close()
	doc, opt := leaky(srv.URL + "/leak/")
	page = render(t, doc, "html", opt)
	inBrowsers(t, browsertest.Setup{}, func(t *testing.T, b browsertest.Viewer) {
		b.Navigate(srv.URL + "/page.html")
		b.Eval(`document.querySelectorAll('details').forEach(d => d.open = true)`, nil)
		b.Eval(`new Promise(done => setTimeout(done, 500))`, nil)
		var ran struct {
			Scripts, Frames, Styles, Handlers, Bidi int
		}
		b.Eval(`{Scripts: document.scripts.length, Frames: document.querySelectorAll('iframe,object,embed,base').length, Styles: document.styleSheets.length,
			Handlers: [...document.querySelectorAll('*')].filter(e => [...e.attributes].some(a => a.name.startsWith('on'))).length, Bidi: (document.documentElement.textContent.match(/[\u202a-\u202e\u2066-\u2069]/g) || []).length}`, &ran)
		if ran.Scripts+ran.Frames+ran.Handlers+ran.Bidi > 0 || ran.Styles != 1 {
			t.Errorf("%+v", ran)
		}
		mu.Lock()
		defer mu.Unlock()
		if len(asked) > 0 {
			t.Errorf("the page asked for %q", asked)
		}
	})
}

// What comes is bounded, however much the document holds, and it is drawn in time.
func TestHugePageInABrowser(t *testing.T) {
	doc := skewed()
	long := strings.Repeat("很长<b>long</b>\u202e ", 60_000) // 1 MB
	doc.Verdict.Summary = lang.Same(long)
	for i := range 10_000 {
		c := doc.Checks[i%10]
		c.ID = fmt.Sprintf("check-%d", i)
		doc.Checks = append(doc.Checks, c)
	}
	for i := range 5000 {
		m := doc.Timeline[i%9]
		m.At = time.Date(2026, 11, 20, 2, 22, i%60, i*1e6, time.UTC).Format(time.RFC3339Nano)
		doc.Timeline = append(doc.Timeline, m)
	}
	doc.Checks[2].Reason, doc.Timeline[3].Source = long, long
	opt := withLogs(lang.ZH)
	for i := range 20_000 {
		opt.Logs[0].Lines = append(opt.Logs[0].Lines, LogLine{Number: 100 + i, Text: long[:1500], At: opt.Logs[0].Lines[0].At.Add(time.Duration(i) * time.Millisecond)})
	}
	page := render(t, doc, "html", opt)
	if len(page) > 2<<20 {
		t.Errorf("%d bytes", len(page))
	}
	inBrowsers(t, browsertest.Setup{}, func(t *testing.T, b browsertest.Viewer) {
		b.Navigate(pageFile(t, doc, opt))
		var wide, seen int
		b.Eval(`document.documentElement.scrollWidth`, &wide)
		b.Eval(`document.documentElement.clientWidth`, &seen)
		if wide > seen {
			t.Errorf("%d pixels wide of %d", wide, seen)
		}
		var bad []string
		if b.Eval(overlaps, &bad); len(bad) > 0 {
			t.Errorf("%q", bad)
		}
	})
}
