package triage

import (
	"encoding/json"
	"fmt"
	"io"

	"meiqia-diag/diag/lang"
)

// Formats lists the names that Write knows.
var Formats = []string{"text", "json", "markdown", "html", "csv"}

// View says how a picture is shown.
type View struct {
	Lang  lang.Lang
	Color bool // never the only sign of anything
	Width int  // text: columns, 80 when 0
}

// Write shows a picture in one format.
func Write(w io.Writer, format string, p *Picture, v View) error {
	switch format {
	case "text":
		return writeText(w, p, v)
	case "json":
		return writeJSON(w, p)
	case "markdown":
		return writeMarkdown(w, p, v)
	case "html":
		return writeHTML(w, p, v)
	case "csv":
		return writeCSV(w, p)
	}
	return fmt.Errorf("no format %q", format)
}

func writeJSON(w io.Writer, p *Picture) error {
	enc := json.NewEncoder(w)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	return enc.Encode(p)
}
