package redact

import (
	"bufio"
	"bytes"
	"io"
	"strings"
	"unicode/utf8"

	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/simplifiedchinese"
	"golang.org/x/text/encoding/unicode"
	"golang.org/x/text/transform"
)

// wholeJSON bounds the JSON that is read as a whole; more is redacted line by line.
const wholeJSON = 64 << 20

// longLine bounds how much of one line is looked at at a time.
const longLine = 4 << 20

// Stream redacts one file by its kind: "har", "json", or text for every other.
// The text must be UTF-8; Decode makes it so.
func (f *File) Stream(kind string, r io.Reader, w io.Writer) error {
	switch kind {
	case "har":
		return f.HAR(r, w)
	case "json":
		return f.JSON(r, w)
	}
	return f.text(r, &recorder{f: f, w: w})
}

// Learn goes through a file for what is in it and writes nothing, so that a
// value is replaced also in files that were redacted before it was found.
func (f *File) Learn(kind string, r io.Reader) error {
	quiet := &File{r: f.r, count: map[string]int{}, mute: true, Keep: f.Keep, Prose: f.Prose}
	return quiet.Stream(kind, r, io.Discard)
}

// JSON redacts a JSON document, or several one after the other. What cannot be
// parsed is redacted as text.
func (f *File) JSON(r io.Reader, w io.Writer) error {
	return f.document(w, func(w io.Writer) error { return f.json(r, w) })
}

func (f *File) json(r io.Reader, w io.Writer) error {
	data, err := io.ReadAll(io.LimitReader(r, wholeJSON+1))
	if err != nil {
		return err
	}
	if len(data) > wholeJSON {
		f.hit("unparsed", "")
		f.ruins = true
		defer func() { f.ruins = false }()
		return f.text(io.MultiReader(bytes.NewReader(data), r), w)
	}
	rest := string(bytes.TrimPrefix(data, []byte("\xef\xbb\xbf")))
	var out strings.Builder
	for strings.TrimSpace(rest) != "" {
		n, size, ok := parseAt(rest)
		if !ok {
			f.hit("unparsed", "")
			f.ruins = true
			out.WriteString(f.Text(rest))
			f.ruins = false
			rest = ""
			break
		}
		rest = rest[size:]
		f.node(n, around{})
		out.WriteString(n.String())
		out.WriteByte('\n')
	}
	_, err = io.WriteString(w, out.String())
	return err
}

// text redacts line by line; a private key of several lines is taken whole.
func (f *File) text(r io.Reader, w io.Writer) error {
	in := bufio.NewReaderSize(r, 256<<10)
	key := false
	for {
		line, err := readLine(in)
		if len(line) > 0 {
			s := string(line)
			if !key && strings.Contains(s, "-----BEGIN ") && strings.Contains(s, "PRIVATE KEY") && !strings.Contains(s, "-----END ") {
				key = true
				s = s[:strings.Index(s, "-----BEGIN ")] + f.r.pseudonym("secret", s) + "\n"
				f.hit("secret", "")
				if _, werr := io.WriteString(w, f.line(s)); werr != nil {
					return werr
				}
			} else if key {
				key = !strings.Contains(s, "-----END ")
				if _, werr := io.WriteString(w, "\n"); werr != nil { // lines keep their numbers
					return werr
				}
			} else if _, werr := io.WriteString(w, f.Text(s)); werr != nil {
				return werr
			}
		}
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return err
		}
	}
}

// readLine reads a line with its end; a very long one is cut behind a space or
// a comma, so that no value is cut in two.
func readLine(in *bufio.Reader) ([]byte, error) {
	var line []byte
	for {
		part, err := in.ReadSlice('\n')
		line = append(line, part...)
		if err != bufio.ErrBufferFull {
			return line, err
		}
		if len(line) >= longLine {
			for range 64 << 10 {
				b, err := in.ReadByte()
				if err != nil {
					return line, err
				}
				line = append(line, b)
				if b == '\n' || b == ' ' || b == ',' {
					break
				}
			}
			return line, nil
		}
	}
}

// Decode gives a text in UTF-8, whatever it was written in: by its byte order
// mark, by the encoding that the caller knows of, or, when it is no valid
// UTF-8, as GB18030. Redaction must never see raw GBK: its second bytes look
// like letters and signs.
func Decode(r io.Reader, name string) io.Reader {
	in := bufio.NewReaderSize(r, 64<<10)
	head, _ := in.Peek(64 << 10)
	var enc encoding.Encoding
	switch low := strings.ToLower(name); {
	case bytes.HasPrefix(head, []byte("\xef\xbb\xbf")):
		_, _ = in.Discard(3)
		return in
	case bytes.HasPrefix(head, []byte("\xff\xfe")), bytes.HasPrefix(head, []byte("\xfe\xff")):
		enc = unicode.UTF16(unicode.LittleEndian, unicode.UseBOM)
	case strings.HasPrefix(low, "utf-16be"), strings.HasPrefix(low, "utf16be"):
		enc = unicode.UTF16(unicode.BigEndian, unicode.IgnoreBOM)
	case strings.HasPrefix(low, "utf-16"), strings.HasPrefix(low, "utf16"):
		enc = unicode.UTF16(unicode.LittleEndian, unicode.IgnoreBOM)
	case strings.HasPrefix(low, "gb"):
		enc = simplifiedchinese.GB18030
	case !validHead(head):
		enc = simplifiedchinese.GB18030
	default:
		return in
	}
	return transform.NewReader(in, enc.NewDecoder())
}

// validHead tells whether the head of a file is UTF-8, but for a few stray bytes.
func validHead(head []byte) bool {
	bad, wide := 0, 0
	for i := 0; i < len(head); {
		r, size := utf8.DecodeRune(head[i:])
		switch {
		case r == utf8.RuneError && size == 1:
			if len(head)-i < utf8.UTFMax {
				return bad*10 <= wide
			}
			bad++
		case r >= 0x80:
			wide++
		}
		i += size
	}
	return bad*10 <= wide
}
