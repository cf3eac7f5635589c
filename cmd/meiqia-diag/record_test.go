package main

import (
	"encoding/json"
	"image/color"
	"image/png"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	cdpinput "github.com/chromedp/cdproto/input"
	"github.com/chromedp/chromedp"

	"meiqia-diag/diag/evidence/recording"
)

func TestRecordHealthyInABrowser(t *testing.T) {
	r := recordWhile(t, start(t, "healthy"), func(p *person) {
		p.sends()
		p.recalls()
		p.until(`!document.querySelector(".msg .recall")`)
		time.Sleep(1200 * time.Millisecond)
	}, "--video")
	r.wants("", "device.tap=hit", "device.button=visible", "browser.dispatch=sent", "server.answer=accepted")
	if b := r.read("screen.avi"); len(b) < 10_000 || b[8:12] != "AVI " {
		t.Errorf("a video of %d bytes", len(b))
	}
}

// TestRecordShowsNoTextInABrowser looks at the pixels of what was photographed: where
// the message, the names and the inputs stand, each block has one colour; the
// recall button, which is not pressed here, is shown.
func TestRecordShowsNoTextInABrowser(t *testing.T) {
	var boxes [][]float64
	var button []float64
	r := recordWhile(t, start(t, "healthy"), func(p *person) {
		p.sends()
		p.do(chromedp.SendKeys(chromedp.CSS("#draft"), secretMessage))
		got, err := chromedp.Run(p.ctx, chromedp.Evaluate[[][]float64](`[...document.querySelectorAll(".msg .text, .msg .who, #draft, h1, .msg .recall")].map(e => { const r = e.getBoundingClientRect(); return [r.left, r.top, r.right, r.bottom] })`))
		if err != nil || len(got) != 5 {
			p.t.Errorf("%v %v", got, err)
			return
		}
		for _, b := range got { // in the order of the page
			if b[2]-b[0] < 60 && b[0] > 500 {
				button = b
			} else {
				boxes = append(boxes, b)
			}
		}
		x, y := p.where(".msg .recall")
		p.press(x, y+40) // near it, so that a picture is taken
		time.Sleep(1500 * time.Millisecond)
	})
	pictures, _ := filepath.Glob(filepath.Join(r.dir, "*.png"))
	if len(pictures) < 3 || len(boxes) != 4 || button == nil {
		t.Fatalf("%d pictures, boxes %v, button %v", len(pictures), boxes, button)
	}
	const size = 20
	shown := 0
	for _, path := range pictures {
		f, err := os.Open(path)
		must(t, err)
		img, err := png.Decode(f)
		must(t, err)
		f.Close()
		colours := func(x0, y0, x1, y1 int) int {
			seen := map[color.Color]bool{}
			for y := y0; y < min(y1, img.Bounds().Dy()); y++ {
				for x := x0; x < min(x1, img.Bounds().Dx()); x++ {
					c := img.At(x, y)
					if r, g, b, _ := c.RGBA(); r>>8 == 220 && g>>8 == 20 && b>>8 == 60 {
						continue // the cross that marks the press
					}
					seen[c] = true
				}
			}
			return len(seen)
		}
		for _, b := range boxes {
			for y := int(b[1]) / size * size; y < int(b[3]); y += size {
				for x := int(b[0]) / size * size; x < int(b[2]); x += size {
					if x+size > int(button[0])-4 && x < int(button[2])+4 && y+size > int(button[1])-4 && y < int(button[3])+4 {
						continue
					}
					if n := colours(x, y, x+size, y+size); n > 1 {
						t.Fatalf("%s: %d colours at %d,%d of %v", filepath.Base(path), n, x, y, b)
					}
				}
			}
		}
		if colours(int(button[0])+3, int(button[1])+3, int(button[2])-3, int(button[3])-3) > 8 {
			shown++ // letters, with the shades at their edges
		}
	}
	if shown == 0 {
		t.Error("no picture shows the recall button")
	}
	r.secretsAreOut()
}

// TestRecordCostInABrowser has a page of three thousand messages watched while it is
// pressed about: what the recorder's own script takes is under five percent.
func TestRecordCostInABrowser(t *testing.T) {
	var spent float64
	r := recordWhile(t, start(t, "healthy"), func(p *person) {
		p.sends()
		p.do(chromedp.Evaluate[chromedp.Void](`for (let i = 0; i < 3000; i++) document.querySelector("#messages").insertAdjacentHTML("beforeend", '<li class="msg"><span class="who">x</span><span class="text">something ' + i + '</span><button class="recall quiet">撤回</button></li>')`))
		began := time.Now()
		for i := range 20 {
			p.press(300, float64(150+10*i))
			time.Sleep(300 * time.Millisecond)
		}
		spent = float64(time.Since(began).Milliseconds())
	})
	cost, presses, looks := 0.0, 0, 0
	for line := range strings.Lines(r.read("page.jsonl")) {
		var e recording.Event
		if json.Unmarshal([]byte(line), &e) != nil {
			continue
		}
		if e.Press != nil {
			presses++
			cost += e.Press.Cost
		}
		if e.Look != nil {
			looks++
			cost += e.Look.Cost
		}
	}
	share := cost / spent * 100
	t.Logf("%d presses and %d looks took %.0f ms of %.0f: %.1f %%", presses, looks, cost, spent, share)
	if presses < 20 || looks == 0 || share > 5 {
		t.Errorf("%d presses, %d looks, %.1f %% of the page's time", presses, looks, share)
	}
}

func TestRecordTapBesideInABrowser(t *testing.T) {
	r := recordWhile(t, start(t, "healthy"), func(p *person) {
		p.sends()
		x, y := p.where(".msg .recall")
		p.press(x, y+30)
		time.Sleep(time.Second)
	})
	r.wants("trigger.missed-tap", "device.tap=missed", "device.button=visible", "browser.dispatch=absent", "device.tap[distance_px]=1")
}

func TestRecordCoveredInABrowser(t *testing.T) {
	r := recordWhile(t, start(t, "healthy"), func(p *person) {
		p.sends()
		p.do(chromedp.Evaluate[chromedp.Void](`document.body.insertAdjacentHTML("beforeend", '<div id="promo" style="position:fixed;right:0;top:0;width:420px;height:300px;z-index:9"></div>')`))
		p.recalls()
		time.Sleep(time.Second)
	})
	r.wants("trigger.button-hidden", "device.tap=covered", "device.button=covered", "device.tap[target]=div#promo")
}

func TestRecordOutsideOfANarrowScreenInABrowser(t *testing.T) {
	r := recordWhile(t, start(t, "healthy"), func(p *person) {
		p.do(chromedp.Evaluate[chromedp.Void](`document.head.insertAdjacentHTML("beforeend", '<style>.msg{width:520px} html,body{overflow-x:hidden}</style>')`))
		p.sends()
		p.press(200, 400)
		time.Sleep(2500 * time.Millisecond)
	}, "--window-size", "320x640")
	r.wants("trigger.button-hidden", "device.button=outside", "device.tap=none", "device.button[viewport]=320x")
}

func TestRecordBusyPageInABrowser(t *testing.T) {
	r := recordWhile(t, start(t, "healthy"), func(p *person) {
		p.sends()
		x, y := p.where(".msg .recall")
		p.do(chromedp.Evaluate[chromedp.Void](`setTimeout(() => { const end = performance.now() + 5000; while (performance.now() < end); }, 50)`))
		time.Sleep(200 * time.Millisecond)
		for _, typ := range []cdpinput.DispatchMouseEventType{chromedp.MousePressed, chromedp.MouseReleased} { // which is answered when the page is free again
			go func() {
				_ = chromedp.Do(p.ctx, chromedp.MouseEvent(typ, x, y, chromedp.ButtonLeft, chromedp.ClickCount(1)))
			}()
			time.Sleep(90 * time.Millisecond)
		}
		p.until(`!document.querySelector(".msg .recall")`)
		time.Sleep(1200 * time.Millisecond)
	})
	r.wants("trigger.device-slow", "device.tap=hit", "server.answer=accepted")
	doc := r.document()
	if o, _ := doc.Observations().First("device.long_task"); o.Text() < "4" {
		t.Errorf("long task %v", o)
	}
	if d, _ := doc.Observations().First("device.press_delay"); d.Value.(float64) < 4000 || d.Value.(float64) > 6000 {
		t.Errorf("press delay %v", d)
	}
}
