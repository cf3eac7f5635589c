package report

import (
	"strings"
	"testing"

	"meiqia-diag/diag/lab/browsertest"
	"meiqia-diag/diag/lang"
)

// faults finds what would keep a person from reading the page: by WCAG 2.2,
// whose numbers stand beside each rule.
const faults = `(() => {
  const bad = [], seen = new Set(), shown = e => e.checkVisibility({checkOpacity: false, checkVisibilityCSS: true});
  for (const e of document.querySelectorAll('[id]')) { if (seen.has(e.id)) bad.push('4.1.2 id twice: ' + e.id); seen.add(e.id); }
  for (const e of document.querySelectorAll('[aria-labelledby],[for]')) { const id = e.getAttribute('aria-labelledby') || e.htmlFor; if (!seen.has(id)) bad.push('4.1.2 no such id: ' + id); }
  for (const e of document.querySelectorAll('a[href^="#"]')) if (!seen.has(e.hash.slice(1))) bad.push('2.4.1 leads nowhere: ' + e.hash);
  const words = e => [...e.childNodes].map(n => n.nodeType === 3 ? n.data : n.nodeType === 1 && getComputedStyle(n).display !== 'none' && n.getAttribute('aria-hidden') !== 'true' ? (n.alt || '') + words(n) : '').join('').trim();
  for (const e of document.querySelectorAll('a,summary,legend,h1,h2,h3,caption,th,label')) if (shown(e) && !words(e)) bad.push('2.4.6 says nothing: ' + e.outerHTML.slice(0, 80));
  for (const e of document.querySelectorAll('input')) if (!e.labels.length || !words(e.labels[0])) bad.push('3.3.2 no label: ' + e.id);
  for (const e of document.querySelectorAll('img')) if (!e.alt) bad.push('1.1.1 no alt');
  for (const e of document.querySelectorAll('svg')) if (e.getAttribute('aria-hidden') !== 'true' && !(e.getAttribute('role') === 'img' && e.querySelector('title')?.textContent)) bad.push('1.1.1 drawing without a name');
  let last = 0;
  for (const e of document.querySelectorAll('h1,h2,h3,h4')) { const n = +e.tagName[1]; if (shown(e) && n > last + 1 && last) bad.push('1.3.1 heading skips to ' + e.textContent); if (shown(e)) last = n; }
  if (document.querySelectorAll('h1').length !== 1 || document.querySelectorAll('main').length !== 1 || !document.querySelector('body>header') || !document.querySelector('body>footer') || !document.querySelector('nav')) bad.push('1.3.1 landmarks');
  for (const e of document.querySelectorAll('table')) { if (!e.caption) bad.push('1.3.1 table without caption'); for (const h of e.querySelectorAll('th')) if (!h.scope) bad.push('1.3.1 th without scope'); }
  for (const e of document.querySelectorAll('li')) if (!['OL', 'UL'].includes(e.parentNode.tagName)) bad.push('1.3.1 li');
  for (const e of document.querySelectorAll('.scroll')) if (e.tabIndex !== 0) bad.push('2.1.1 scrolls by mouse alone');
  return bad;
})()`

// contrasts finds text that stands out too little from what is behind it (WCAG 1.4.3: 4.5 : 1).
const contrasts = `(() => {
  const bad = [], rgba = s => { const c = document.createElement('canvas'); c.width = c.height = 1; const x = c.getContext('2d', {willReadFrequently: true}); x.fillStyle = s; x.fillRect(0, 0, 1, 1); const d = x.getImageData(0, 0, 1, 1).data; return [d[0], d[1], d[2], d[3] / 255]; };
  const cache = new Map(), color = s => { if (!cache.has(s)) cache.set(s, rgba(s)); return cache.get(s); };
  const over = (a, b) => { const k = a[3] + b[3] * (1 - a[3]); return k ? [0, 1, 2].map(i => (a[i] * a[3] + b[i] * b[3] * (1 - a[3])) / k).concat(k) : [0, 0, 0, 0]; };
  const ground = e => { let c = [0, 0, 0, 0]; for (; e; e = e.parentElement) { c = over(c, color(getComputedStyle(e).backgroundColor)); if (c[3] > 0.999) break; } return over(c, [255, 255, 255, 1]); };
  const light = c => [0.2126, 0.7152, 0.0722].reduce((sum, k, i) => { const v = c[i] / 255; return sum + k * (v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4); }, 0);
  let n = 0;
  for (const e of document.querySelectorAll('body *')) {
    if (![...e.childNodes].some(k => k.nodeType === 3 && k.data.trim()) || !e.checkVisibility() || e.closest('.vh,.skip,title,desc')) continue;
    const st = getComputedStyle(e), svg = e instanceof SVGElement;
    const back = ground(svg ? e.ownerSVGElement.parentElement : e), a = light(over(color(svg ? st.fill : st.color), back)), b = light(back), k = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
    n++;
    if (k < 4.5) bad.push(k.toFixed(2) + ' ' + e.tagName + '.' + e.getAttribute('class') + ' ' + e.textContent.trim().slice(0, 30));
  }
  return {Bad: [...new Set(bad)].slice(0, 12), N: n};
})()`

func TestPageIsReadableInABrowser(t *testing.T) {
	for _, dark := range []bool{false, true} {
		inBrowsers(t, browsertest.Setup{Dark: dark}, func(t *testing.T, b browsertest.Viewer) {
			for name, doc := range staged() {
				b.Navigate(pageFile(t, doc, withLogs(lang.EN)))
				b.Eval(`document.querySelectorAll('details').forEach(d => d.open = true)`, nil)
				for _, width := range []int{1280, 360} {
					b.Resize(width, 800)
					var bad []string
					if b.Eval(faults, &bad); len(bad) > 0 {
						t.Errorf("%s at %d: %s", name, width, strings.Join(bad, "\n"))
					}
					var seen struct {
						Bad []string
						N   int
					}
					if b.Eval(contrasts, &seen); len(seen.Bad) > 0 || seen.N < 100 {
						t.Errorf("%s at %d, dark %v: of %d texts too faint: %s", name, width, dark, seen.N, strings.Join(seen.Bad, "\n"))
					}
					b.Eval(`document.querySelector('main').insertAdjacentHTML('beforeend', '<a class="probe" href="#nowhere"></a><p class="probe" style="color:#999;background:#aaa">faint</p>')`, nil)
					b.Eval(faults, &bad)
					b.Eval(contrasts, &seen)
					if len(bad) < 2 || len(seen.Bad) != 1 {
						t.Errorf("what is wrong is not found: %q, %q", bad, seen.Bad)
					}
					b.Eval(`document.querySelectorAll('.probe').forEach(e => e.remove())`, nil)
					var is bool
					b.Eval(`matchMedia('(prefers-color-scheme: dark)').matches`, &is)
					if is != dark {
						t.Fatalf("the browser shows a dark page: %v, want %v", is, dark)
					}
				}
			}
		})
	}
}

// A screen reader hears one language, the drawing's name, and all of the timeline.
func TestScreenReaderInABrowser(t *testing.T) {
	b := browsertest.Chromium(t, browsertest.Setup{})
	for _, l := range []lang.Lang{lang.ZH, lang.EN} {
		b.Navigate(pageFile(t, expired(), withLogs(l)))
		nodes, _ := browsertest.AXTree(b)
		heard := map[string]int{}
		var names strings.Builder
		for _, n := range nodes {
			heard[n.Role]++
			names.WriteString(n.Role + ": " + n.Name + "\n")
			if n.Role == "image" && n.Name == "" {
				t.Error("an image without a name")
			}
		}
		for _, role := range []string{"main", "banner", "contentinfo", "navigation", "image", "table", "columnheader", "radio", "checkbox", "heading", "link"} {
			if heard[role] == 0 {
				t.Errorf("%s: no %s in\n%v", l, role, heard)
			}
		}
		say, not := pageWords["evidence"].In(l), pageWords["evidence"].In(other(l))
		if all := names.String(); !strings.Contains(all, "heading: "+say+"\n") || strings.Contains(all, "heading: "+not+"\n") || !strings.Contains(all, "image: "+sTimeline.In(l)) {
			t.Errorf("%s: heard\n%s", l, all)
		}
	}
}

func other(l lang.Lang) lang.Lang {
	if l == lang.ZH {
		return lang.EN
	}
	return lang.ZH
}
