package seat

import (
	"encoding/json"
	"sync"
	"time"
)

// HAR is a recording in the manner of Chrome's developer tools (HAR 1.2 with
// Chrome's own fields).
type HAR struct {
	mu      sync.Mutex
	page    harPage
	entries []*harEntry
}

type harPage struct {
	Started string             `json:"startedDateTime"`
	ID      string             `json:"id"`
	Title   string             `json:"title"`
	Timings map[string]float64 `json:"pageTimings"`
}

type harPair struct {
	Name  string `json:"name"`
	Value string `json:"value"`
}

type harEntry struct {
	Initiator    any           `json:"_initiator"`
	Priority     any           `json:"_priority"`
	ResourceType string        `json:"_resourceType"`
	Cache        struct{}      `json:"cache"`
	Connection   string        `json:"connection,omitempty"`
	Request      harRequest    `json:"request"`
	Response     harResponse   `json:"response"`
	ServerIP     string        `json:"serverIPAddress"`
	Started      string        `json:"startedDateTime"`
	Time         float64       `json:"time"`
	Timings      harTimings    `json:"timings"`
	FromCache    string        `json:"_fromCache,omitempty"`
	ConnectionID string        `json:"_connectionId,omitempty"`
	PageRef      string        `json:"pageref"`
	Messages     *[]harMessage `json:"_webSocketMessages,omitempty"`
}

type harRequest struct {
	Method      string    `json:"method"`
	URL         string    `json:"url"`
	HTTPVersion string    `json:"httpVersion"`
	Headers     []harPair `json:"headers"`
	Query       []harPair `json:"queryString"`
	Cookies     []harPair `json:"cookies"`
	HeadersSize int       `json:"headersSize"`
	BodySize    int       `json:"bodySize"`
	Post        *harPost  `json:"postData,omitempty"`
}

type harPost struct {
	MimeType string `json:"mimeType"`
	Text     string `json:"text"`
}

type harResponse struct {
	Status       int        `json:"status"`
	StatusText   string     `json:"statusText"`
	HTTPVersion  string     `json:"httpVersion"`
	Headers      []harPair  `json:"headers"`
	Cookies      []harPair  `json:"cookies"`
	Content      harContent `json:"content"`
	RedirectURL  string     `json:"redirectURL"`
	HeadersSize  int        `json:"headersSize"`
	BodySize     int        `json:"bodySize"`
	TransferSize int        `json:"_transferSize"`
	Error        *string    `json:"_error"`
	ViaWorker    bool       `json:"_fetchedViaServiceWorker"`
	WorkerSource string     `json:"_serviceWorkerResponseSource,omitempty"`
	WorkerCache  string     `json:"_responseCacheStorageCacheName,omitempty"`
}

type harContent struct {
	Size     int    `json:"size"`
	MimeType string `json:"mimeType"`
	Text     string `json:"text,omitempty"`
}

type harTimings struct {
	Blocked  float64 `json:"blocked"`
	DNS      float64 `json:"dns"`
	SSL      float64 `json:"ssl"`
	Connect  float64 `json:"connect"`
	Send     float64 `json:"send"`
	Wait     float64 `json:"wait"`
	Receive  float64 `json:"receive"`
	Queueing float64 `json:"_blocked_queueing"`
}

type harMessage struct {
	Type   string  `json:"type"`
	Time   float64 `json:"time"` // seconds
	Opcode int     `json:"opcode"`
	Data   string  `json:"data"`
}

// stampISO writes a time as browsers do: UTC, to the millisecond.
func stampISO(t time.Time) string { return t.UTC().Format("2006-01-02T15:04:05.000Z") }

func millis(d time.Duration) float64 { return float64(d) / float64(time.Millisecond) }

// start begins a recording with one page.
func (h *HAR) start(at time.Time, url string) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.page = harPage{Started: stampISO(at), ID: "page_1", Title: url, Timings: map[string]float64{}}
	h.entries = nil
}

func (h *HAR) loaded(at time.Time, began time.Time) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.page.Timings["onContentLoad"] = millis(at.Sub(began))
	h.page.Timings["onLoad"] = millis(at.Sub(began))
}

func (h *HAR) add(e *harEntry) {
	h.mu.Lock()
	defer h.mu.Unlock()
	e.PageRef = h.page.ID
	h.entries = append(h.entries, e)
}

// change edits an entry that may already be in the recording.
func (h *HAR) change(f func()) {
	h.mu.Lock()
	defer h.mu.Unlock()
	f()
}

// JSON gives the recording as Chrome saves it.
func (h *HAR) JSON() ([]byte, error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	type root struct {
		Log struct {
			Version string `json:"version"`
			Creator struct {
				Name    string `json:"name"`
				Version string `json:"version"`
			} `json:"creator"`
			Pages   []harPage   `json:"pages"`
			Entries []*harEntry `json:"entries"`
		} `json:"log"`
	}
	var r root
	r.Log.Version = "1.2"
	r.Log.Creator.Name, r.Log.Creator.Version = "WebInspector", "537.36"
	r.Log.Pages = []harPage{h.page}
	r.Log.Entries = h.entries
	if r.Log.Entries == nil {
		r.Log.Entries = []*harEntry{}
	}
	return json.MarshalIndent(r, "", "  ")
}
