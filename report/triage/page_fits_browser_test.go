package triage

import (
	"bytes"
	"net/url"
	"os"
	"path/filepath"
	"testing"

	"meiqia-diag/diag/lab/browsertest"
	"meiqia-diag/diag/lang"
)

// misfits finds what a person cannot read: words broken letter by letter, cells
// cut off, ticks on each other, a page wider than the screen.
const misfits = `(() => {
  const bad = [];
  if (document.documentElement.scrollWidth > document.documentElement.clientWidth) bad.push('wide: ' + document.documentElement.scrollWidth);
  const seen = e => e.checkVisibility() && e.getBoundingClientRect().width > 0;
  for (const e of document.querySelectorAll('.switch label')) if (e.getBoundingClientRect().height > 2.5 * parseFloat(getComputedStyle(e).fontSize)) bad.push('switch: ' + e.textContent);
  for (const e of document.querySelectorAll('td,th')) {
    if (!seen(e)) continue;
    const range = document.createRange();
    range.selectNodeContents(e);
    const lines = new Set([...range.getClientRects()].filter(r => r.width > 0).map(r => Math.round(r.top / 4))).size;
    const text = [...e.childNodes].filter(n => n.nodeType === 3 || n.nodeType === 1 && n.checkVisibility()).map(n => n.textContent).join('').trim();
    if (lines > 2 && text.length / lines < 3) bad.push('broken: ' + text);
  }
  for (const s of document.querySelectorAll('.scroll')) if (seen(s) && s.scrollWidth > s.clientWidth + 1) bad.push('cut off: ' + s.textContent.trim().slice(0, 40));
  const ticks = [...document.querySelectorAll('.chart text.tick')].filter(seen).map(e => ({s: e.textContent, r: e.getBoundingClientRect()}));
  for (const [i, a] of ticks.entries()) {
    if (a.r.right > document.querySelector('.chart svg').getBoundingClientRect().right + 2) bad.push('leaves: ' + a.s);
    for (const b of ticks.slice(i + 1)) if (Math.min(a.r.right, b.r.right) - Math.max(a.r.left, b.r.left) > 1 && Math.min(a.r.bottom, b.r.bottom) - Math.max(a.r.top, b.r.top) > 3) bad.push(a.s + ' on ' + b.s);
  }
  return bad;
})()`

func TestPageFitsInABrowser(t *testing.T) {
	p := scene()
	p.Unread = nil // their paths are as long as they are
	for name, start := range map[string]func(testing.TB, browsertest.Setup) browsertest.Browser{"chromium": browsertest.Chromium, "firefox": browsertest.Firefox} {
		t.Run(name, func(t *testing.T) {
			b := start(t, browsertest.Setup{}).(browsertest.Viewer)
			for _, l := range []lang.Lang{lang.ZH, lang.EN} {
				var buf bytes.Buffer
				if err := Write(&buf, "html", p, View{Lang: l}); err != nil {
					t.Fatal(err)
				}
				file := filepath.Join(t.TempDir(), "triage.html")
				if err := os.WriteFile(file, buf.Bytes(), 0o600); err != nil {
					t.Fatal(err)
				}
				b.Navigate((&url.URL{Scheme: "file", Path: file}).String())
				for _, width := range []int{360, 768, 1280, 3840} {
					b.Resize(width, 800)
					var bad []string
					if b.Eval(misfits, &bad); len(bad) > 0 {
						t.Errorf("%s at %d: %q", l, width, bad)
					}
				}
				b.Resize(360, 800)
				b.Eval(`document.querySelector('td').style.cssText = 'display:block;overflow-wrap:anywhere;width:1em;min-width:0'`, nil)
				var found []string
				if b.Eval(misfits, &found); len(found) == 0 {
					t.Error("a word broken letter by letter is not found")
				}
			}
		})
	}
}
