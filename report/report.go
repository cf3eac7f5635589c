// Package report shows one diagnosis in many formats: text, JSON, Markdown,
// HTML, JUnit, TAP and Nagios. Each format is one small file over the same
// document; none of them judges, and none chooses the exit status.
//
// Every string of a document may come from evidence and is not trusted: each
// format makes it harmless for its readers.
package report

import (
	"fmt"
	"io"
	"slices"
	"time"

	"meiqia-diag/diag"
	"meiqia-diag/diag/lang"
)

// Options say how a document is shown.
type Options struct {
	Lang  lang.Lang
	Color bool // text: colour; never the only sign of anything
	Width int  // text: columns, 80 when 0
	// Terminal: text goes to one, which would break a long line within a word.
	Terminal bool

	// For HTML alone:
	Logs        []Log        // excerpts to show
	Attachments []Attachment // images and videos to show inline
	Archived    bool         // the page goes into an archive
}

// Log is an excerpt of one log.
type Log struct {
	Name    string
	Note    lang.Text // what was left out
	Lines   []LogLine
	Omitted int // lines that are in the file and not shown
}

// Serious tells whether an error is among the lines.
func (l Log) Serious() bool {
	return slices.ContainsFunc(l.Lines, func(x LogLine) bool { return x.Serious })
}

// LogLine is one line of an excerpt.
type LogLine struct {
	Number  int
	Text    string
	Serious bool
	Why     lang.Text // why the line was marked, where that is known
	Level   string    // error warn, "" for any other
	At      time.Time // on the service's clock; zero for a line of the entry above, and where a log tells no times
}

// Attachment is an image or video that a person handed in.
type Attachment struct {
	Name string
	MIME string // image/png image/jpeg image/gif image/webp image/bmp video/mp4 video/webm
	Data []byte // nil: it is in the archive under Name only
	Note lang.Text
}

// Formats lists the names that Write knows.
var Formats = []string{"text", "json", "markdown", "html", "junit", "tap", "nagios"}

// Write shows the document in one format.
func Write(w io.Writer, format string, doc *diag.Document, opt Options) error {
	if opt.Lang == "" {
		opt.Lang = lang.EN
	}
	switch format {
	case "text":
		return writeText(w, doc, opt)
	case "json":
		data, err := doc.JSON()
		if err != nil {
			return err
		}
		_, err = w.Write(data)
		return err
	case "markdown":
		return writeMarkdown(w, doc, opt)
	case "html":
		return writeHTML(w, doc, opt)
	case "junit":
		return writeJUnit(w, doc, opt)
	case "tap":
		return writeTAP(w, doc, opt)
	case "nagios":
		return writeNagios(w, doc, opt)
	}
	return fmt.Errorf("no format %q", format)
}

// ColorWanted tells whether colour is welcome on a stream: it is a terminal,
// NO_COLOR is empty and TERM is not dumb.
func ColorWanted(terminal bool, env func(string) string) bool {
	return terminal && env("NO_COLOR") == "" && env("TERM") != "dumb"
}
