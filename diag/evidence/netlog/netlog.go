// Package netlog streams NetLog files: what Chromium's own network stack wrote
// down, as chrome://net-export saves it and --log-net-log writes it.
//
// A file is one JSON object: "constants" names the numbers of event types,
// source types, phases and errors, which differ from version to version, so
// that nothing is read without them; "events" is the log; "polledData" is what
// was the case when logging ended. The format is described at
// https://www.chromium.org/developers/design-documents/network-stack/netlog/.
// A browser that was killed leaves the brackets at the end out: what stands
// before is read all the same.
//
// A request that an extension, a page's own policy or a cache of the renderer
// stopped or answered never came to the network stack, and is not in the file.
// Bodies and WebSocket messages are not in it either.
//
// Privacy: the file holds the browser's command line and every address that
// any tab or extension asked for. Only requests that Options.Wanted wants are
// kept, values of headers that carry credentials are replaced by har.Present,
// and the command line is not looked at. Addresses are given as the file has
// them: redacting those is the caller's duty.
package netlog

import (
	"time"

	"meiqia-diag/diag/evidence/har"
)

// Options limit what is kept.
type Options struct {
	// Wanted says by the address whether a request is kept; nil keeps all.
	Wanted func(url string) bool
	// Host says whether a look-up of a name is kept; nil keeps all.
	Host func(name string) bool
	// Header says which headers of an answer are kept, by lower-case name; nil keeps all.
	Header func(name string) bool
}

// Limits of what is kept: far above what a recording of some minutes holds.
const (
	maxRequests = 20_000
	maxOpen     = 50_000   // sources followed at one time
	maxEvent    = 16 << 20 // bytes of one event
	maxField    = 16 << 10
	maxHeaders  = 500
	maxSends    = 100
	maxList     = 2000
)

// Request is one request as the network stack made it. A redirect begins a
// further one with the same ID.
type Request struct {
	ID          int64 // of the source in the file
	Hop         int   // 0, or how many redirects came before
	URL, Method string
	Start, End  time.Time // End is zero where the file does not show how it ended

	Error     string   // as in "ERR_CONNECTION_RESET", "" where none is noted
	Cancelled bool     // whoever asked for it gave it up
	Sent      []string // for each time that its headers went onto the wire, why: "" at first, then the error of the time before
	SentAt    time.Time
	Upload    int64 // bytes of the body, -1 unknown

	Status     int // 0 for no answer
	StatusText string
	Headers    har.Headers // of the answer
	HeadersAt  time.Time   // when they had come
	Location   string
	Received   int64 // bytes of the body, unpacked
	Unread     bool  // an answer came, and the browser gave its body to nobody: the page saw a failure (CORS and its like)
	FromCache  bool

	WebSocket bool
	Closed    time.Time // a WebSocket's connection ended, zero where the file does not show it; set after the request was handed out
	Proxy     string    // as the file has it, "" for none or unknown
	Address   string    // of the machine that the socket was connected to; the proxy's where there is one
	Socket    int64     // source of the socket, or of the HTTP/2 or QUIC session; 0 unknown
	QUIC      bool
	Connect   time.Duration // of a connection made for it, TLS and all; -1 for none or unknown
	Issuer    string        // who signed the certificate that the other end showed, "" unknown

	next   string // why it is sent again
	length int64  // that the answer announces, -1 for none
}

// Lookup is a name that was asked for and not found.
type Lookup struct {
	Host, Error string
	At          time.Time
}

// Change is a change of the device's network.
type Change struct {
	At   time.Time
	Kind string // offline, online, changed
	Type string // the kind of connection, as the file has it
}

// Extension is one of the browser's extensions, as chrome://net-export lists them.
type Extension struct {
	ID, Name, Version string
	Enabled           bool
}

// Meta is what the file tells besides requests.
type Meta struct {
	Browser, Version, System string
	Mode                     string    // Default, IncludeSensitive, Everything
	First, Last              time.Time // of the events
	Events                   int
	Requests                 int // all that begin in the file, kept or not
	Lookups                  []Lookup
	Changes                  []Change
	Extensions               []Extension
	Polled                   bool     // the file ends with what was the case then
	Proxy                    string   // the browser's proxy settings when logging ended
	Nameservers              []string // of the system, then
	Truncated                bool     // reading stopped before the end
	Crowded                  bool     // there were more requests than are kept
}

// Covers reports whether the log shows what went on at a time: with less than
// slack before and after, the log cannot be expected to.
func (m *Meta) Covers(t time.Time, slack time.Duration) bool {
	return !m.First.IsZero() && !m.Crowded && !t.Before(m.First.Add(slack)) && !t.After(m.Last.Add(-slack))
}

// Announced gives how many bytes the answer said its body would have, -1 for unsaid.
func (r *Request) Announced() int64 { return r.length }

// OnWire reports whether anything of the request went out to the other end.
func (r *Request) OnWire() bool { return len(r.Sent) > 0 }
