package browsertest

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"time"

	"github.com/chromedp/cdproto/accessibility"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/chromedp"
)

// Viewer is what the browsers of this package can besides: show their page to
// somebody who looks at it, on paper or on another screen.
type Viewer interface {
	Browser
	// Resize gives the viewport another size.
	Resize(width, height int)
	// Screenshot gives the viewport as a PNG.
	Screenshot() []byte
	// Print gives the page as a PDF on A4, as the page's own style has it.
	Print() []byte
}

// A4 in inches and in centimetres.
const (
	a4Width, a4Height     = 8.27, 11.69
	a4WidthCM, a4HeightCM = 21.0, 29.7
)

func (b *chromium) Resize(width, height int) {
	b.t.Helper()
	b.emulate(Setup{Width: width, Height: height})
}

func (b *chromium) Screenshot() []byte {
	b.t.Helper()
	var out []byte
	b.do(func(ctx context.Context) error {
		res, err := chromedp.Call(ctx, page.CaptureScreenshot, page.CaptureScreenshotParams{Format: page.CaptureScreenshotFormatPng})
		out = res.Data
		return err
	})
	return out
}

func (b *chromium) Print() []byte {
	b.t.Helper()
	var out []byte
	b.do(func(ctx context.Context) error {
		res, err := chromedp.Call(ctx, page.PrintToPDF, page.PrintToPDFParams{PaperWidth: a4Width, PaperHeight: a4Height, PreferCSSPageSize: new(true), PrintBackground: new(true)})
		out = res.Data
		return err
	})
	return out
}

// dark makes the page believe that its user likes it so.
func (b *chromium) dark() {
	b.t.Helper()
	b.do(func(ctx context.Context) error {
		_, err := chromedp.Call(ctx, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{Features: []*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: "dark"}}})
		return err
	})
}

// AXNode is what a screen reader is told of one thing of the page.
type AXNode struct{ Role, Name string }

// AXTree gives what Chromium tells screen readers; ok is false for other browsers.
func AXTree(b Browser) (nodes []AXNode, ok bool) {
	c, ok := b.(*chromium)
	if !ok {
		return nil, false
	}
	c.t.Helper()
	c.do(func(ctx context.Context) error {
		res, err := chromedp.Call(ctx, accessibility.GetFullAXTree, accessibility.GetFullAXTreeParams{})
		for _, n := range res.Nodes {
			if n.Ignored {
				continue
			}
			nodes = append(nodes, AXNode{axText(n.Role), axText(n.Name)})
		}
		return err
	})
	return nodes, true
}

func axText(v *accessibility.Value) string {
	s := ""
	if v != nil {
		_ = json.Unmarshal(v.Value, &s)
	}
	return s
}

func (b *firefox) Resize(width, height int) {
	b.t.Helper()
	b.call("browsingContext.setViewport", object{"context": b.tab, "viewport": object{"width": width, "height": height}}, nil)
	time.Sleep(50 * time.Millisecond) // until it is laid out anew
}

func (b *firefox) Screenshot() []byte {
	b.t.Helper()
	var out struct{ Data string }
	b.call("browsingContext.captureScreenshot", object{"context": b.tab}, &out)
	return decoded(b.t.Fatal, out.Data)
}

func (b *firefox) Print() []byte {
	b.t.Helper()
	var out struct{ Data string }
	b.call("browsingContext.print", object{"context": b.tab, "background": true, "page": object{"width": a4WidthCM, "height": a4HeightCM}}, &out)
	return decoded(b.t.Fatal, out.Data)
}

func decoded(fail func(...any), text string) []byte {
	data, err := base64.StdEncoding.DecodeString(text)
	if err != nil {
		fail(err)
	}
	return data
}
