package har

// Common is what many entries of a recording have the same: entries whose
// Common is equal share one, as recordings have tens of thousands of entries.
type Common struct {
	ResourceType string // _resourceType, as in "fetch", "websocket"
	RespMIME     string // content.mimeType
	ServerIP     string
	StatusText   string
	RedirectURL  string // response.redirectURL
	Error        string // _error: Chrome "net::ERR_…", Safari a sentence
	FromCache    string // "memory", "disk", "true" where unsaid which; "" from the network

	SWSource string // _serviceWorkerResponseSource, as in "cache-storage"
	SWCache  string // _responseCacheStorageCacheName

	BlockedReason string // _blockedReason of meiqia-diag's recorder: what of the browser's own rules stopped it
}

var none Common

func (e *Entry) shared() *Common {
	if e.common == nil {
		return &none
	}
	return e.common
}

// Common gives a copy of what the entry may share with others.
func (e *Entry) Common() Common { return *e.shared() }

// With replaces what the entry may share with others, in this entry alone.
func (e *Entry) With(c Common) *Entry {
	e.common = &c
	return e
}

// What Common says of the entry.

func (e *Entry) ResourceType() string  { return e.shared().ResourceType }
func (e *Entry) RespMIME() string      { return e.shared().RespMIME }
func (e *Entry) ServerIP() string      { return e.shared().ServerIP }
func (e *Entry) StatusText() string    { return e.shared().StatusText }
func (e *Entry) RedirectURL() string   { return e.shared().RedirectURL }
func (e *Entry) ErrorText() string     { return e.shared().Error }
func (e *Entry) FromCache() string     { return e.shared().FromCache }
func (e *Entry) SWSource() string      { return e.shared().SWSource }
func (e *Entry) SWCache() string       { return e.shared().SWCache }
func (e *Entry) BlockedReason() string { return e.shared().BlockedReason }
