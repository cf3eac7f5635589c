// Package evidence opens what a person hands in - HARs, NetLogs, console, client and
// server logs, texts of ping and traceroute, screenshots, videos, archives and
// folders of them - recognises each by its content, and reads it streamed.
package evidence

import (
	"io"
)

// Kind tells what a piece of evidence is, recognised by its content.
type Kind string

// The kinds.
const (
	HAR       Kind = "har"
	NetLog    Kind = "netlog" // of Chromium's network stack, as chrome://net-export saves it
	Console   Kind = "console"
	ClientLog Kind = "client"
	ServerLog Kind = "server"
	TextLog   Kind = "log"  // a log whose writer is not recognised
	Path      Kind = "path" // ping, tracert, traceroute, mtr
	Image     Kind = "image"
	Video     Kind = "video"
	Browser   Kind = "browser-profile"
	Page      Kind = "recording" // what meiqia-diag record saw in the page
	Other     Kind = "other"
)

// File is one piece of evidence.
type File struct {
	Path     string // as given, with the member's name behind a "!" for a file inside an archive
	Name     string // base name
	Kind     Kind
	Size     int64 // bytes, unpacked; -1 unknown
	Encoding string
	Note     string
	open     func() (io.ReadCloser, error)
}

// Open opens the file's bytes, unpacked but not transcoded.
func (f File) Open() (io.ReadCloser, error) { return f.open() }
