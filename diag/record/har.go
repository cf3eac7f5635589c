package record

// The HAR 1.2 that the recorder writes, with the fields that Chrome's own
// exporter adds under names that begin with "_".

type harFile struct {
	Log harLog `json:"log"`
}

type harLog struct {
	Version string     `json:"version"`
	Creator harProgram `json:"creator"`
	Browser harProgram `json:"browser"`
	Pages   []harPage  `json:"pages"`
	Entries []*entry   `json:"entries"`
}

type harProgram struct {
	Name    string `json:"name"`
	Version string `json:"version"`
}

type harPage struct {
	Started string   `json:"startedDateTime"`
	ID      string   `json:"id"`
	Title   string   `json:"title"`
	Timings struct{} `json:"pageTimings"`
}

type entry struct {
	Started    string      `json:"startedDateTime"`
	Time       float64     `json:"time"`
	Request    harRequest  `json:"request"`
	Response   harResponse `json:"response"`
	Cache      struct{}    `json:"cache"`
	Timings    harTimings  `json:"timings"`
	ServerIP   string      `json:"serverIPAddress,omitempty"`
	Connection string      `json:"connection,omitempty"`
	PageRef    string      `json:"pageref,omitempty"`

	ResourceType string        `json:"_resourceType,omitempty"`
	Initiator    *harInitiator `json:"_initiator,omitempty"`
	FromCache    string        `json:"_fromCache,omitempty"`
	Messages     []harMessage  `json:"_webSocketMessages,omitempty"`
	ViaSW        bool          `json:"_fetchedViaServiceWorker,omitempty"`
	Blocked      string        `json:"_blockedReason,omitempty"` // why the browser itself stopped it
	CORS         string        `json:"_corsError,omitempty"`
	Close        *harClose     `json:"_webSocketClose,omitempty"`
}

type harRequest struct {
	Method      string       `json:"method"`
	URL         string       `json:"url"`
	HTTPVersion string       `json:"httpVersion"`
	Headers     []harPair    `json:"headers"`
	Query       []harPair    `json:"queryString"`
	Cookies     []harPair    `json:"cookies"`
	HeadersSize int64        `json:"headersSize"`
	BodySize    int64        `json:"bodySize"`
	PostData    *harPostData `json:"postData,omitempty"`
}

type harResponse struct {
	Status       int64      `json:"status"`
	StatusText   string     `json:"statusText"`
	HTTPVersion  string     `json:"httpVersion"`
	Headers      []harPair  `json:"headers"`
	Cookies      []harPair  `json:"cookies"`
	Content      harContent `json:"content"`
	RedirectURL  string     `json:"redirectURL"`
	HeadersSize  int64      `json:"headersSize"`
	BodySize     int64      `json:"bodySize"`
	TransferSize int64      `json:"_transferSize"`
	Error        *string    `json:"_error"`
	SWSource     string     `json:"_serviceWorkerResponseSource,omitempty"`
	SWCache      string     `json:"_responseCacheStorageCacheName,omitempty"`
}

type harPair struct {
	Name  string `json:"name"`
	Value string `json:"value"`
}

type harPostData struct {
	MIME string `json:"mimeType"`
	Text string `json:"text"`
}

type harContent struct {
	Size int64  `json:"size"`
	MIME string `json:"mimeType"`
	Text string `json:"text,omitempty"`
}

type harTimings struct {
	Blocked float64 `json:"blocked"`
	DNS     float64 `json:"dns"`
	Connect float64 `json:"connect"`
	SSL     float64 `json:"ssl"`
	Send    float64 `json:"send"`
	Wait    float64 `json:"wait"`
	Receive float64 `json:"receive"`
}

type harInitiator struct {
	Type string  `json:"type"`
	URL  string  `json:"url,omitempty"`
	Line float64 `json:"lineNumber,omitempty"`
}

type harMessage struct {
	Type   string  `json:"type"` // send, receive
	Time   float64 `json:"time"` // seconds since 1970
	Opcode int     `json:"opcode"`
	Data   string  `json:"data"`
}

type harClose struct {
	Code   int    `json:"code"`
	Reason string `json:"reason,omitempty"`
}
