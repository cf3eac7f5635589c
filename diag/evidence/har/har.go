// Package har streams HAR 1.2 files: recordings of a page's requests as
// browsers and proxies export them (Chrome, Edge, Firefox, Safari,
// WebPagetest, chrome-har, Charles, Fiddler).
//
// The format is http://www.softwareishard.com/blog/har-12-spec/; what real
// exporters make of it differs, so every field is optional here and a value of
// the wrong type is read as missing. The package states facts: it does not
// judge contradictory times nor guess why a request failed.
//
// A file is read in one pass over a few blocks of it, so memory stays small
// whatever its size: [Read] hands out one entry at a time, and each kept string
// has a limit. Only what is kept is decoded; the rest is passed over at several
// times the speed at which JSON can be checked. So of what is passed over
// (bodies beyond their limit or of no use, unknown members, headers that
// Options.Header does not want) nothing is checked but that strings end and
// that as many brackets close as open: not its UTF-8, escapes, numbers, commas
// and colons. What is read is checked as JSON, but that control characters and
// bad escapes in strings of over 256 bytes are read as they stand, and invalid
// UTF-8 everywhere as U+FFFD.
//
// Privacy: values of headers that carry credentials are replaced by [Present]
// while reading, and cookie lists are never looked at. URLs and bodies are
// given as the file has them; redacting those is the caller's duty.
package har

import "time"

// Present stands for the value of a header that is a secret: it was there, and
// its value was not kept.
const Present = "<present>"

// Manner is whose habits the file follows, told by its creator.
type Manner string

// The manners. Edge, Opera and other Chromium kin write as Chrome does;
// everything else (WebPagetest, chrome-har, Charles, Fiddler) is Other.
const (
	Chrome  Manner = "chrome"
	Firefox Manner = "firefox"
	Safari  Manner = "safari"
	Other   Manner = "other"
)

// Options limit what is kept. The zero value means the defaults.
type Options struct {
	MaxBody    int // bytes kept of each body; 0 means 64 KiB, negative keeps none
	MaxMessage int // bytes kept of each WebSocket message; 0 means 16 KiB, negative keeps none
	MaxDepth   int // levels of nesting inside one entry before it is reported; 0 means 100
	MaxEntries int // entries handed out before reading stops; 0 means no limit
	// Header says which headers to keep, by lower-case name; nil keeps all. What
	// is not kept is not decoded: headers are half of a HAR.
	Header func(name string) bool
	// Body says whether to keep the response's body of an entry; nil keeps all.
	// It is asked when the file comes to the body: what stands behind it there is
	// not known yet. What is not kept is not decoded.
	Body func(*Entry) bool
}

// Limits of what is not an option: far above what browsers write, they keep a
// hostile file from filling the memory through one entry.
const (
	defaultBody    = 64 << 10
	defaultMessage = 16 << 10
	defaultDepth   = 100

	maxField    = 16 << 10 // bytes of a URL, header value or other plain field
	maxFields   = 4 << 20  // bytes of all such fields of one entry
	maxHeaders  = 2000     // headers of one side
	maxMessages = 50_000   // messages of one entry
	maxTalk     = 4 << 20  // bytes of message data of one entry
	maxPages    = 10_000
	maxProblems = 100
)

func (o Options) withDefaults() Options {
	set := func(p *int, def int) {
		switch {
		case *p == 0:
			*p = def
		case *p < 0:
			*p = 0
		}
	}
	set(&o.MaxBody, defaultBody)
	set(&o.MaxMessage, defaultMessage)
	if o.MaxDepth <= 0 {
		o.MaxDepth = defaultDepth
	}
	return o
}

// Message is one WebSocket message (Chrome's _webSocketMessages).
type Message struct {
	Sent   bool      // by the page; otherwise received
	Time   time.Time // to the microsecond; the file has seconds since 1970. Zero if missing
	Opcode int       // 1 text, 2 binary; -1 unknown, which Chrome also writes for an error line
	Data   string    // binary data is base64, as in the file
}

// Entry is one request with its response. Durations are milliseconds and sizes
// bytes, -1 where unknown.
type Entry struct {
	Index  int   // place in log.entries, from 0
	Offset int64 // byte offset of the entry in the (unpacked) file

	Started time.Time // zero if missing, or before 2000: Chrome dates failed WebSockets 1969
	Time    float64   // total, as the file says

	Method, URL string
	Status      int // 0 when there was no response

	// The phases. SSL is inside Connect.
	Blocked, DNS, Connect, SSL, Send, Wait, Receive float64

	ReqHeaders, RespHeaders Headers // entries whose headers are the same share them: not to be changed in place

	ReqBody string // postData.text, or its params as a form
	// RespBody is content.text. Base64 is decoded when the MIME type is text;
	// binary content is not kept, nor is that of pictures, fonts, media, style
	// sheets and scripts where ResourceType says so.
	RespBody     string
	RespBodySize int64 // content.size, else response.bodySize

	Messages []Message

	// What is true of the entry; side by side, as files have many entries.
	ZoneAssumed bool // the date named no zone; UTC was assumed
	ErrorSeen   bool // _error is a string, even "": Chrome's mark of blocked mixed content
	ViaSW       bool // _fetchedViaServiceWorker
	BodiesCut   bool // a body in the file is not given whole
	FieldsCut   bool // another string (URL, header, …), or the list of headers, is not given whole
	MessagesCut bool // a message is missing or not given whole
	// MessagesLost says that messages are missing: what is not there was perhaps sent all the same.
	MessagesLost bool
	// Pending says that Chrome was still waiting when the file was saved:
	// status 0, _error null, time 0. A failed WebSocket looks alike but for its
	// empty method, and is not pending.
	Pending bool

	common *Common // nil for none; shared, so never changed
}

// Page is a page load that entries refer to.
type Page struct {
	ID, Title string
	Started   time.Time // as Entry.Started
}

// Meta is what the file says of itself. It is complete only when Read has
// returned: log.entries may come before log.creator.
type Meta struct {
	Creator, CreatorVersion string // who wrote the file
	Browser, BrowserVersion string // Firefox names it, Chrome does not
	Version                 string // of HAR
	Pages                   []Page
	Entries                 int // handed out
	Manner                  Manner
	// Sanitised says that the file is in Chrome's manner and no entry has a
	// cookie or authorization header: Chrome's default export drops them, so
	// their absence says nothing about being logged in. A heuristic.
	Sanitised bool
	// Truncated says that reading stopped before the end of the log: the file
	// is cut off or damaged, or MaxEntries was reached. A Problem says which.
	Truncated bool
}
