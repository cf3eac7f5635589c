package archive

import (
	"bytes"
	"image"
	"testing"
)

func TestStripImages(t *testing.T) {
	for _, kind := range []string{"png", "jpeg"} {
		before := picture(kind)
		if !bytes.Contains(before, []byte("zhangsan")) {
			t.Fatal("the fixture holds no name")
		}
		out, mime := stripImage(before)
		if mime != "image/"+kind || bytes.Contains(out, []byte("zhangsan")) {
			t.Errorf("%s: %s, %d bytes", kind, mime, len(out))
		}
		if _, format, err := image.Decode(bytes.NewReader(out)); err != nil || format != kind {
			t.Errorf("%s does not decode any more: %v", kind, err)
		}
	}
	for _, junk := range []string{"", "\xff\xd8\xff", "\xff\xd8\xff\xe1\xff\xff", "\x89PNG\r\n\x1a\n\xff\xff\xff\xff", "GIF89a", "GIF89a\x01\x00\x01\x00\xf7\x00\x00", "RIFF\xff\xff\xff\xffWEBP", "RIFF\x04\x00\x00\x00WEBPVP8X"} {
		if _, mime := stripImage([]byte(junk)); mime != "" && mime != "image/webp" {
			t.Errorf("%q is a %s", junk, mime)
		}
	}
	gif := "GIF89a\x01\x00\x01\x00\x00\x00\x00!\xfe\x08zhangsan\x00,\x00\x00\x00\x00\x01\x00\x01\x00\x00\x02\x02D\x01\x00;trailer"
	if out, mime := stripImage([]byte(gif)); mime != "image/gif" || bytes.Contains(out, []byte("zhangsan")) || bytes.Contains(out, []byte("trailer")) {
		t.Errorf("%s %q", mime, out)
	}
}

func FuzzStripImage(f *testing.F) {
	f.Add(picture("png"))
	f.Add(picture("jpeg"))
	f.Add([]byte("GIF89a\x01\x00\x01\x00\x00\x00\x00!\xfe\x08zhangsan\x00;"))
	f.Add([]byte("RIFF\x20\x00\x00\x00WEBPVP8X\x0a\x00\x00\x00\x0c000000000EXIF\x02\x00\x00\x00ab"))
	f.Fuzz(func(t *testing.T, data []byte) { stripImage(data) })
}
