package record

import (
	"bytes"
	"encoding/binary"
	"image"
	"image/color"
	"image/draw"
	"image/jpeg"
	"os"
	"path/filepath"
	"testing"
)

// written is a picture with writing all over it: thin strokes on white.
func written(w, h int) *image.RGBA {
	img := image.NewRGBA(image.Rect(0, 0, w, h))
	draw.Draw(img, img.Bounds(), image.White, image.Point{}, draw.Src)
	for y := 0; y < h; y++ {
		for x := 0; x < w; x++ {
			if (x*7+y*13)%5 == 0 {
				img.Set(x, y, color.Black)
			}
		}
	}
	return img
}

// colours counts the colours in a part of a picture.
func colours(img image.Image, r image.Rectangle) int {
	seen := map[color.Color]bool{}
	for y := r.Min.Y; y < r.Max.Y; y++ {
		for x := r.Min.X; x < r.Max.X; x++ {
			seen[img.At(x, y)] = true
		}
	}
	return len(seen)
}

func TestMasked(t *testing.T) {
	for _, scale := range []float64{1, 1.25, 2} {
		src := written(800, 600)
		out := masked(src, scale, [][4]float64{{100, 100, 44, 28}, {0, 0, 790, 590}, {-50, -50, 20, 20}}, nil)
		size := max(int(block*scale), 16)
		box := image.Rect(int(100*scale), int(100*scale), int(144*scale), int(128*scale))
		if colours(out, box) < 2 {
			t.Errorf("scale %v: the button is not shown", scale)
		}
		for y := 0; y+size <= 600; y += size {
			for x := 0; x+size <= 800; x += size {
				b := image.Rect(x, y, x+size, y+size)
				if b.Overlaps(box.Inset(-3)) {
					continue
				}
				if n := colours(out, b); n != 1 {
					t.Fatalf("scale %v: %d colours at %v", scale, n, b)
				}
			}
		}
	}
	if out := masked(written(10, 10), 1, nil, &mark{5, 5}); out.Bounds().Dx() != 10 {
		t.Error("a small picture")
	}
}

func TestWhatMovedIsNotShown(t *testing.T) {
	a, b := [4]float64{1, 2, 3, 4}, [4]float64{1, 30, 3, 4}
	if got := same([][4]float64{a, b}, [][4]float64{b}); len(got) != 1 || got[0] != b {
		t.Errorf("%v", got)
	}
	if got := same([][4]float64{a}, nil); got != nil {
		t.Errorf("%v", got)
	}
}

// TestAVI reads the video back by its own rules: sizes that add up, an index that points at pictures.
func TestAVI(t *testing.T) {
	path := filepath.Join(t.TempDir(), "x.avi")
	a, err := newAVI(path, 64, 48, 4)
	if err != nil {
		t.Fatal(err)
	}
	var pictures [][]byte
	for q := range 5 {
		var b bytes.Buffer
		if err := jpeg.Encode(&b, written(64, 48), &jpeg.Options{Quality: 20 + 10*q}); err != nil {
			t.Fatal(err)
		}
		pictures = append(pictures, b.Bytes())
		if err := a.add(b.Bytes()); err != nil {
			t.Fatal(err)
		}
	}
	if err := a.close(); err != nil {
		t.Fatal(err)
	}
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	u := func(at int) int { return int(binary.LittleEndian.Uint32(b[at:])) }
	if string(b[:4]) != "RIFF" || u(4) != len(b)-8 || string(b[8:16]) != "AVI LIST" || string(b[20:28]) != "hdrlavih" {
		t.Fatalf("head %q, size %d of %d", b[:28], u(4), len(b))
	}
	movi := 20 + u(16)
	if string(b[movi:movi+4]) != "LIST" || string(b[movi+8:movi+12]) != "movi" {
		t.Fatalf("at %d %q", movi, b[movi:movi+12])
	}
	idx := movi + 8 + u(movi+4)
	if string(b[idx:idx+4]) != "idx1" || u(idx+4) != 16*len(pictures) || idx+8+u(idx+4) != len(b) {
		t.Fatalf("index %q %d", b[idx:idx+4], u(idx+4))
	}
	if u(48) != len(pictures) || u(64) != 64 || u(68) != 48 || u(140) != len(pictures) || string(b[108:116]) != "vidsMJPG" {
		t.Errorf("frames %d, %dx%d, length %d, %q", u(48), u(64), u(68), u(140), b[108:116])
	}
	for i, want := range pictures {
		e := idx + 8 + 16*i
		at := movi + 8 + u(e+8)
		if string(b[at:at+4]) != "00dc" || u(at+4) != len(want) || u(e+12) != len(want) || !bytes.Equal(b[at+8:at+8+len(want)], want) {
			t.Errorf("picture %d at %d", i, at)
		}
	}
}
