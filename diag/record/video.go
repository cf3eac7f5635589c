package record

import (
	"bytes"
	"context"
	"image"
	"image/jpeg"
	"path/filepath"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/cdproto/target"

	"meiqia-diag/diag/evidence/recording"
)

const (
	videoRate  = 4                // frames a second
	videoLimit = 15 * time.Minute // after which the picture stands still
)

// video is a screen recording of one page, every frame masked as pictures are.
type video struct {
	session target.SessionID
	began   time.Time
	frames  chan shown
	stopped chan struct{}
	file    *avi
	name    string
}

type shown struct {
	at    time.Time
	jpeg  []byte
	scale float64 // pixels of a CSS pixel
}

func (r *recorder) startVideo(t *tab) {
	if r.video != nil {
		return
	}
	r.video = &video{session: t.id, began: time.Now(), frames: make(chan shown, 8), stopped: make(chan struct{}), name: "screen.avi"}
	quality := int64(50)
	r.proc.conn.post(t.id, page.StartScreencast.Method, page.StartScreencastParams{Format: page.StartScreencastFormatJpeg, Quality: &quality, MaxWidth: 1280, MaxHeight: 960})
	go r.video.run(filepath.Join(r.dir, r.video.name))
}

// videoFrame hands a frame on, and asks for the next one no sooner than it is wanted.
func (r *recorder) videoFrame(t *tab, e *page.EventScreencastFrame) {
	v := r.video
	if v == nil || v.session != t.id {
		return
	}
	scale := 1.0
	if m := e.Metadata; m != nil && m.DeviceWidth > 0 {
		if cfg, _, err := image.DecodeConfig(bytes.NewReader(e.Data)); err == nil {
			scale = float64(cfg.Width) / m.DeviceWidth
		}
	}
	select {
	case v.frames <- shown{time.Now(), e.Data, scale}:
	default: // the machine is too slow for it
	}
	r.aside(5*time.Second, func(ctx context.Context) func() {
		select {
		case <-time.After(time.Second / videoRate):
		case <-r.done:
			return nil
		}
		_, _ = cdp.Call(ctx, t.session, page.ScreencastFrameAck, page.ScreencastFrameAckParams{SessionID: e.SessionID})
		return nil
	})
}

// run masks the frames and writes them at an even rate until there are no more.
func (v *video) run(path string) {
	defer close(v.stopped)
	var last []byte
	written := 0
	fill := func(until time.Time) {
		for last != nil && v.file != nil && written < int(min(until.Sub(v.began), videoLimit).Seconds()*videoRate) {
			if v.file.add(last) != nil {
				return
			}
			written++
		}
	}
	for f := range v.frames {
		img, err := jpeg.Decode(bytes.NewReader(f.jpeg))
		if err != nil {
			continue
		}
		if v.file == nil {
			if v.file, err = newAVI(path, img.Bounds().Dx(), img.Bounds().Dy(), videoRate); err != nil {
				continue
			}
			v.began = f.at
		}
		fill(f.at)
		var out bytes.Buffer
		if jpeg.Encode(&out, fit(masked(img, f.scale, nil, nil), v.file.width, v.file.height), &jpeg.Options{Quality: 60}) == nil {
			last = out.Bytes()
		}
	}
	fill(time.Now())
	if v.file != nil {
		_ = v.file.close()
	}
}

// fit cuts or pads a picture to the size of the video, which cannot change on its way.
func fit(img *image.RGBA, width, height int) image.Image {
	if img.Bounds().Dx() == width && img.Bounds().Dy() == height {
		return img
	}
	out := image.NewRGBA(image.Rect(0, 0, width, height))
	for y := 0; y < min(height, img.Bounds().Dy()); y++ {
		n := 4 * min(width, img.Bounds().Dx())
		copy(out.Pix[out.PixOffset(0, y):][:n], img.Pix[img.PixOffset(0, y):][:n])
	}
	return out
}

func (r *recorder) stopVideo() {
	if r.video != nil && !r.gone {
		r.proc.conn.post(r.video.session, page.StopScreencast.Method, cdp.Empty{})
	}
}

func (r *recorder) closeVideo() {
	v := r.video
	if v == nil {
		return
	}
	close(v.frames)
	select {
	case <-v.stopped:
		if v.file != nil {
			r.note(nil, recording.Event{Type: "shot", At: v.began, File: v.name, Note: "video"})
		}
	case <-time.After(10 * time.Second):
	}
}
