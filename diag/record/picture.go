package record

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"image"
	"image/color"
	"image/draw"
	_ "image/jpeg" // what a screencast sends
	"image/png"
	"os"
	"path/filepath"
	"slices"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/cdproto/runtime"

	"meiqia-diag/diag/evidence/recording"
)

// A picture shows where things stand and no text: all of it is laid in blocks
// larger than the letters, each of one colour; only the recall buttons, where
// they are on top, stay as they are. That is done to the pixels, so that no
// frame, shadow tree or canvas can escape it.
const (
	maxShots = 40
	block    = 20 // CSS pixels; and never less than a fiftieth of the picture's width
)

// mark is where something was pressed, in CSS pixels.
type mark struct{ x, y float64 }

// shoot takes a picture of a page aside, and keeps it under a name.
func (r *recorder) shoot(t *tab, name, note string, at *mark) {
	if t == nil || r.shots >= maxShots || t.crashed {
		return
	}
	r.shots++
	taken := time.Now()
	r.aside(3*time.Second, func(ctx context.Context) func() {
		before, scale := r.clearBoxes(ctx, t)
		yes := true
		got, err := cdp.Call(ctx, t.session, page.CaptureScreenshot, page.CaptureScreenshotParams{Format: page.CaptureScreenshotFormatPng, OptimizeForSpeed: &yes})
		if err != nil {
			return nil
		}
		after, _ := r.clearBoxes(ctx, t)
		img, _, err := image.Decode(bytes.NewReader(got.Data))
		if err != nil {
			return nil
		}
		file := name + ".png"
		if writePNG(filepath.Join(r.dir, file), masked(img, scale, same(before, after), at)) != nil {
			return nil
		}
		return func() { r.note(t, recording.Event{Type: "shot", At: taken, File: file, Note: note}) }
	})
}

// clearBoxes asks where the recall buttons are that are on top, and for the pixels of a CSS pixel.
func (r *recorder) clearBoxes(ctx context.Context, t *tab) (boxes [][4]float64, scale float64) {
	ctx, cancel := context.WithTimeout(ctx, 800*time.Millisecond) // a page that stands still is pictured all the same
	defer cancel()
	yes := true
	got, err := cdp.Call(ctx, t.session, runtime.Evaluate, runtime.EvaluateParams{ReturnByValue: &yes,
		Expression: fmt.Sprintf(`window[%q] ? [window[%q].clear(), devicePixelRatio] : [[], devicePixelRatio]`, r.mark, r.mark)})
	if err != nil || got.Result == nil {
		return nil, 1
	}
	var raw []json.RawMessage
	if json.Unmarshal(got.Result.Value, &raw) != nil || len(raw) != 2 {
		return nil, 1
	}
	if json.Unmarshal(raw[1], &scale) != nil || scale <= 0 || scale > 20 {
		scale = 1
	}
	if json.Unmarshal(raw[0], &boxes) != nil {
		boxes = nil
	}
	return boxes, scale
}

// same gives the boxes that stood where they are before and after the picture
// was taken: what moved meanwhile may have made room for a message.
func same(before, after [][4]float64) (out [][4]float64) {
	for _, b := range before {
		if slices.Contains(after, b) {
			out = append(out, b)
		}
	}
	return out
}

// masked lays a picture in blocks, but for the boxes, and marks where it was pressed.
func masked(src image.Image, scale float64, clear [][4]float64, at *mark) *image.RGBA {
	b := src.Bounds()
	out := image.NewRGBA(image.Rect(0, 0, b.Dx(), b.Dy()))
	draw.Draw(out, out.Bounds(), src, b.Min, draw.Src)
	var keep []*image.RGBA
	for _, c := range clear {
		box := image.Rect(int(c[0]*scale), int(c[1]*scale), int((c[0]+c[2])*scale), int((c[1]+c[3])*scale)).Intersect(out.Bounds())
		if box.Empty() || box.Dx()*box.Dy() > out.Bounds().Dx()*out.Bounds().Dy()/20 {
			continue // too large for a button
		}
		part := image.NewRGBA(box)
		draw.Draw(part, box, out, box.Min, draw.Src)
		keep = append(keep, part)
	}
	size := max(int(block*scale), b.Dx()/50, 8)
	for y := 0; y < b.Dy(); y += size {
		for x := 0; x < b.Dx(); x += size {
			flat(out, image.Rect(x, y, x+size, y+size).Intersect(out.Bounds()))
		}
	}
	for _, part := range keep {
		draw.Draw(out, part.Bounds(), part, part.Bounds().Min, draw.Src)
		outline(out, part.Bounds().Inset(-2), color.RGBA{31, 111, 235, 255})
	}
	if at != nil {
		cross(out, int(at.x*scale), int(at.y*scale), int(8*scale), color.RGBA{220, 20, 60, 255})
	}
	return out
}

// flat gives a block the mean of its colours, in few steps: what a letter adds to it cannot be told.
func flat(img *image.RGBA, box image.Rectangle) {
	var sum [3]int
	for y := box.Min.Y; y < box.Max.Y; y++ {
		row := img.Pix[img.PixOffset(box.Min.X, y) : img.PixOffset(box.Max.X-1, y)+4]
		for i := 0; i < len(row); i += 4 {
			sum[0] += int(row[i])
			sum[1] += int(row[i+1])
			sum[2] += int(row[i+2])
		}
	}
	n := max(box.Dx()*box.Dy(), 1)
	step := func(v int) uint8 { return uint8(min(v/n/16*17, 255)) }
	draw.Draw(img, box, image.NewUniform(color.RGBA{step(sum[0]), step(sum[1]), step(sum[2]), 255}), image.Point{}, draw.Src)
}

func outline(img *image.RGBA, box image.Rectangle, c color.Color) {
	u := image.NewUniform(c)
	for _, side := range []image.Rectangle{
		image.Rect(box.Min.X, box.Min.Y, box.Max.X, box.Min.Y+2), image.Rect(box.Min.X, box.Max.Y-2, box.Max.X, box.Max.Y),
		image.Rect(box.Min.X, box.Min.Y, box.Min.X+2, box.Max.Y), image.Rect(box.Max.X-2, box.Min.Y, box.Max.X, box.Max.Y),
	} {
		draw.Draw(img, side.Intersect(img.Bounds()), u, image.Point{}, draw.Src)
	}
}

func cross(img *image.RGBA, x, y, arm int, c color.Color) {
	u := image.NewUniform(c)
	draw.Draw(img, image.Rect(x-arm, y-1, x+arm+1, y+2).Intersect(img.Bounds()), u, image.Point{}, draw.Src)
	draw.Draw(img, image.Rect(x-1, y-arm, x+2, y+arm+1).Intersect(img.Bounds()), u, image.Point{}, draw.Src)
}

func writePNG(path string, img image.Image) error {
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return err
	}
	enc := png.Encoder{CompressionLevel: png.BestSpeed}
	if err := enc.Encode(f, img); err != nil {
		f.Close()
		return err
	}
	return f.Close()
}
