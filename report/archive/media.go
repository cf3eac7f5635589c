package archive

import (
	"bytes"
	"context"
	"io"
	"regexp"
	"sync"

	"meiqia-diag/diag/evidence"
	"meiqia-diag/diag/lang"
	"meiqia-diag/report"
	"meiqia-diag/report/redact"
)

// media adds an image or a video without what it tells besides what it shows.
func (b *builder) media(p *piece) {
	src := p.src
	note := lang.T("画面内容未处理，发出前请自行查看", "what the picture shows was not changed: look at it before you send it")
	data, mime := []byte(nil), ""
	if src.Kind == evidence.Video {
		note = lang.T("画面与声音未处理，发出前请自行查看", "picture and sound were not changed: look at it before you send it")
		data, mime = stripVideo(p.data)
	} else {
		data, mime = stripImage(p.data)
	}
	p.data = nil
	if mime == "" {
		why := lang.T("无法去除图片里附带的信息，没有放入；请转成 PNG 或 JPEG", "the data attached to the picture could not be taken out, so it was left out; convert it to PNG or JPEG")
		if src.Kind == evidence.Video {
			why = lang.T("无法去除视频里附带的信息（可能有拍摄地点），没有放入；请转成 MP4 或 WebM", "the data attached to the video (perhaps a place) could not be taken out, so it was left out; convert it to MP4 or WebM")
		}
		b.drop(src, why)
		return
	}
	name := b.name("attachments", src.Name)
	b.add(entry{FileEntry: FileEntry{Name: name, Source: b.r.Text(baseName(src.Name)), Kind: string(src.Kind), Encoding: mime, Note: &note}, data: data, source: src, extra: true})
	a := report.Attachment{Name: name, MIME: mime, Note: note}
	total := 0
	for _, x := range b.pictures {
		total += len(x.Data)
	}
	if len(data) <= maxInline && total+len(data) <= allInline {
		a.Data = data
	}
	b.pictures = append(b.pictures, a)
}

var pictureData = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`data:[a-z]+/[a-z0-9]+;base64,[A-Za-z0-9+/=&#;]+`)
})

// withoutPictures leaves inline pictures out of the second look.
func withoutPictures(data []byte) []byte {
	if !bytes.Contains(data, []byte(";base64,")) {
		return data // which may be megabytes
	}
	return pictureData().ReplaceAll(data, []byte("data:"))
}

// readAll reads a source that must not be bigger than max.
func readAll(ctx context.Context, src Source, max int64) ([]byte, error) {
	f, err := src.Open()
	if err != nil {
		return nil, err
	}
	defer f.Close()
	r := evidence.Until(ctx, f)
	if src.Kind == evidence.Path {
		r = redact.Decode(r, src.Encoding)
	}
	data, err := io.ReadAll(io.LimitReader(r, max+1))
	if err == nil && int64(len(data)) > max {
		err = errTooBig
	}
	return data, err
}

// limited is a buffer that does not grow past max.
type limited struct {
	bytes.Buffer
	max int
}

func (l *limited) Write(p []byte) (int, error) {
	if l.Len()+len(p) > l.max {
		return 0, errTooBig
	}
	return l.Buffer.Write(p)
}
