package archive

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

const tellTale = "zhangsan_secret"

// tool finds a program that makes the files of these tests.
func tool(t *testing.T, name string) string {
	t.Helper()
	path, err := exec.LookPath(name)
	if err != nil {
		t.Skipf("%s NOT AVAILABLE: what real programs attach to media is not tried here (Debian: ffmpeg, libimage-exiftool-perl)", strings.ToUpper(name))
	}
	return path
}

func output(t *testing.T, cmd *exec.Cmd) []byte {
	t.Helper()
	var errs bytes.Buffer
	cmd.Stderr = &errs
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("%q: %v\n%s", cmd.Args, err, errs.Bytes())
	}
	return out
}

// TestRealVideos takes the metadata out of videos that ffmpeg wrote; picture and
// sound, as ffmpeg decodes them, are the same as before.
func TestRealVideos(t *testing.T) {
	ffmpeg, exif := tool(t, "ffmpeg"), tool(t, "exiftool")
	dir := t.TempDir()
	meta := []string{"-metadata", "title=" + tellTale, "-metadata", "comment=" + tellTale, "-metadata", "artist=" + tellTale, "-metadata", "location=+39.9042+116.4074/", "-metadata", "creation_time=2026-11-20T10:00:00Z", "-metadata:s:v:0", "title=" + tellTale, "-metadata:s:v:0", "handler_name=" + tellTale, "-bitexact"}
	for name, args := range map[string][]string{
		"plain.mp4": {"-c:v", "mpeg4", "-c:a", "aac"}, "fast.mp4": {"-c:v", "mpeg4", "-movflags", "+faststart+use_metadata_tags"}, "fragments.mp4": {"-c:v", "mpeg4", "-movflags", "frag_keyframe+empty_moov"},
		"phone.mov": {"-c:v", "mpeg4"}, "page.webm": {"-c:v", "libvpx", "-c:a", "libvorbis"}, "live.webm": {"-c:v", "libvpx", "-an", "-live", "1"}, "film.mkv": {"-c:v", "mpeg4"}, "screen.avi": {"-c:v", "mjpeg"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			file := filepath.Join(dir, name)
			cmd := []string{"-loglevel", "error", "-f", "lavfi", "-i", "testsrc=duration=1:size=96x64:rate=5", "-f", "lavfi", "-i", "sine=duration=1"}
			output(t, exec.Command(ffmpeg, append(append(append(cmd, meta...), args...), file)...))
			if ext := filepath.Ext(name); name != "fragments.mp4" && (ext == ".mp4" || ext == ".mov") {
				output(t, exec.Command(exif, "-q", "-overwrite_original", "-XMP:Creator="+tellTale, "-Keys:GPSCoordinates=39.9, 116.4", file))
			}
			before, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			if !bytes.Contains(before, []byte(tellTale)) {
				t.Fatal("the fixture holds no name")
			}
			decoded := func(file string) string {
				return string(output(t, exec.Command(ffmpeg, "-loglevel", "error", "-i", file, "-map", "0", "-f", "framemd5", "-")))
			}
			frames := decoded(file)
			out, mime := stripVideo(before)
			if mime == "" {
				t.Fatal("refused")
			}
			for _, gone := range []string{tellTale, "39.9", "116.4", "2026-11-20", "Lavf"} {
				if bytes.Contains(out, []byte(gone)) {
					t.Errorf("%q is left", gone)
				}
			}
			clean := filepath.Join(dir, "clean-"+name)
			if err := os.WriteFile(clean, out, 0o600); err != nil {
				t.Fatal(err)
			}
			if got := decoded(clean); got != frames || strings.Count(got, "\n") < 8 {
				t.Errorf("picture or sound changed:\n%s\n%s", frames, got)
			}
			if told := string(output(t, exec.Command(exif, "-G", "-a", "-u", "-ee", clean))); strings.Contains(told, "GPS") || strings.Contains(told, "2026:11:20 10") || strings.Contains(told, tellTale) {
				t.Errorf("exiftool still finds:\n%s", told)
			}
		})
	}
}

// TestVideosWithDataTracks: a camera's track of places keeps the video out.
func TestVideosWithDataTracks(t *testing.T) {
	ffmpeg := tool(t, "ffmpeg")
	dir := t.TempDir()
	subtitles := filepath.Join(dir, "s.srt")
	if err := os.WriteFile(subtitles, []byte("1\n00:00:00,000 --> 00:00:01,000\n39.9042,116.4074\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"a.mp4", "a.mkv"} {
		codec := map[string]string{".mp4": "mov_text", ".mkv": "srt"}[filepath.Ext(name)]
		file := filepath.Join(dir, name)
		output(t, exec.Command(ffmpeg, "-loglevel", "error", "-f", "lavfi", "-i", "testsrc=duration=1:size=96x64:rate=5", "-i", subtitles, "-c:v", "mpeg4", "-c:s", codec, file))
		data, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		if _, mime := stripVideo(data); mime != "" {
			t.Errorf("%s went in as %s", name, mime)
		}
	}
}

// TestPicturesThatLookLikeVideos: in HEIF and AVIF the place lies among the data.
func TestPicturesThatLookLikeVideos(t *testing.T) {
	for _, brand := range []string{"avif", "mif1", "heix", "msf1"} {
		data := []byte("\x00\x00\x00\x14ftyp" + brand + "\x00\x00\x00\x00mif1\x00\x00\x00\x10meta12345678\x00\x00\x00\x14mdatExif GPS....")
		for _, more := range []string{"", "\x00\x00\x00\x08moov"} {
			if _, mime := stripVideo(append(bytes.Clone(data), more...)); mime != "" {
				t.Errorf("%s went in as %s", brand, mime)
			}
		}
	}
}

// TestRealImages takes out what exiftool put into pictures that ffmpeg drew.
func TestRealImages(t *testing.T) {
	ffmpeg, exif := tool(t, "ffmpeg"), tool(t, "exiftool")
	dir := t.TempDir()
	icc := filepath.Join(dir, "screen.icc")
	if err := os.WriteFile(icc, profile(), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"a.jpg", "a.png", "a.webp", "a.gif", "a.bmp"} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			file := filepath.Join(dir, name)
			output(t, exec.Command(ffmpeg, "-loglevel", "error", "-f", "lavfi", "-i", "testsrc=duration=1:size=64x48:rate=1", "-frames:v", "1", file))
			for ext, tags := range map[string][]string{
				".jpg": {"-EXIF:Artist=" + tellTale, "-GPSLatitude=39.9", "-GPSLatitudeRef=N", "-XMP:Creator=" + tellTale, "-IPTC:By-line=" + tellTale, "-Comment=" + tellTale, "-ICC_Profile<=" + icc},
				".png": {"-EXIF:Artist=" + tellTale, "-GPSLatitude=39.9", "-XMP:Creator=" + tellTale, "-PNG:Author=" + tellTale, "-ICC_Profile<=" + icc}, ".webp": {"-EXIF:Artist=" + tellTale, "-XMP:Creator=" + tellTale, "-ICC_Profile<=" + icc}, ".gif": {"-XMP:Creator=" + tellTale, "-Comment=" + tellTale},
			} {
				if ext == filepath.Ext(name) {
					output(t, exec.Command(exif, append(append([]string{"-q", "-m", "-overwrite_original"}, tags...), file)...))
				}
			}
			data, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			data = append(data, "behind the end: "+tellTale...)
			out, mime := stripImage(data)
			if mime == "" {
				t.Fatal("refused")
			}
			clean := filepath.Join(dir, "clean-"+name)
			if err := os.WriteFile(clean, out, 0o600); err != nil {
				t.Fatal(err)
			}
			if told := string(output(t, exec.Command(exif, "-G", "-a", "-u", clean))); strings.Contains(told, "GPS") || strings.Contains(told, "[EXIF]") || strings.Contains(told, "[XMP]") || strings.Contains(told, "[ICC_Profile]") || strings.Contains(told, tellTale) || bytes.Contains(out, []byte(tellTale)) {
				t.Errorf("left:\n%s", told)
			}
			raw := func(file string) []byte {
				return output(t, exec.Command(ffmpeg, "-loglevel", "error", "-i", file, "-frames:v", "1", "-f", "rawvideo", "-pix_fmt", "rgb24", "-"))
			}
			if was, is := raw(file), raw(clean); !bytes.Equal(was, is) || len(is) != 64*48*3 {
				t.Error("the picture changed")
			}
		})
	}
}

// profile is a colour profile with a name in it, as small as one may be.
func profile() []byte {
	p := make([]byte, 132)
	copy(p[36:], "acsp")
	copy(p[12:], "mntrRGB XYZ ")
	p = append(p, tellTale...)
	p[2], p[3] = byte(len(p)>>8), byte(len(p))
	return p
}

func FuzzStripVideo(f *testing.F) {
	f.Add([]byte("\x00\x00\x00\x18ftypisom1234\x00\x00\x00\x00\x00\x00\x00\x10moov\x00\x00\x00\x08udta"))
	f.Add([]byte("\x1a\x45\xdf\xa3\x80\x18\x53\x80\x67\x01\xff\xff\xff\xff\xff\xff\xff\x1f\x43\xb6\x75\xff\xe7\x81\x00\x12\x54\xc3\x67\x82ab"))
	f.Add([]byte("RIFF\x20\x00\x00\x00AVI LIST\x10\x00\x00\x00INFOISFT\x04\x00\x00\x00Lavf"))
	f.Add([]byte("RIFF\x01\x00\x00\x00AVI \x00"))
	f.Fuzz(func(t *testing.T, data []byte) {
		n := len(data)
		if out, mime := stripVideo(data); mime != "" && len(out) > n {
			t.Error("it grew")
		}
	})
}
