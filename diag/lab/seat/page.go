package seat

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"html"
	"net/http"
	"net/url"
	"time"

	"meiqia-diag/diag/lazy"
)

// boot is what a served page tells its script.
type boot struct {
	Build           string            `json:"build"`
	API             []string          `json:"api"`
	Push            string            `json:"push"`
	Recall          string            `json:"recall"`
	HideRecallBelow int               `json:"hide_recall_below"`
	TimeoutMS       int64             `json:"timeout_ms"`
	ReconnectMS     int64             `json:"reconnect_ms"`
	Enterprise      int               `json:"enterprise_id"`
	MinVersions     map[string]string `json:"min_versions"`
	RecallAPI       string            `json:"recall_api"`
	CoverButtons    bool              `json:"cover_buttons"`
	RowAtLeast      int               `json:"row_at_least"`
	CrowdButtons    bool              `json:"crowd_buttons"`
	BusyMS          int64             `json:"busy_ms"`
	Worker          string            `json:"worker"`
}

var (
	bootIn  = lazy.MustCompile(`(?s)<script type="application/json" id="boot">(.*?)</script>`)
	linksIn = lazy.MustCompile(`<(link rel="stylesheet" href|link rel="icon" href|script src)="([^"]+)"`)
)

// Visit navigates to an address: the recording and the console start anew, the
// page and what it names are loaded.
func (b *Browser) Visit(ctx context.Context, address string) (boot, error) {
	u, err := url.Parse(address)
	if err != nil {
		return boot{}, err
	}
	began := time.Now()
	b.mu.Lock()
	b.page = nil
	b.mu.Unlock()
	b.HAR.start(began, address)
	b.Console.clear()
	page, err := b.Fetch(ctx, Ask{Method: http.MethodGet, URL: address, Kind: "document"})
	if err != nil {
		return boot{}, err
	}
	if page.Status != http.StatusOK {
		return boot{}, fmt.Errorf("page %s: status %d", address, page.Status)
	}
	b.mu.Lock()
	b.page, b.policy = u, page.Header.Get("Content-Security-Policy")
	b.mu.Unlock()
	m := bootIn.FindSubmatch(page.Body)
	if m == nil {
		return boot{}, errors.New("the page has no boot")
	}
	var out boot
	if err := json.Unmarshal(m[1], &out); err != nil {
		return boot{}, fmt.Errorf("the page's boot: %w", err)
	}
	for _, l := range linksIn.FindAllStringSubmatch(string(page.Body), -1) {
		to, err := u.Parse(html.UnescapeString(l[2]))
		if err != nil {
			continue
		}
		kind := map[string]string{"link rel=\"stylesheet\" href": "stylesheet", "link rel=\"icon\" href": "other", "script src": "script"}[l[1]]
		if kind == "script" && b.set.Engine.NoScript {
			continue // not even asked for
		}
		if _, err := b.Fetch(ctx, Ask{Method: http.MethodGet, URL: to.String(), Kind: kind}); err != nil {
			return boot{}, err
		}
	}
	b.HAR.loaded(time.Now(), began)
	if out.Worker != "" && !b.set.Engine.NoScript {
		if err := b.install(ctx, u, out.Worker); err != nil {
			return boot{}, err
		}
	}
	return out, nil
}

// Message is a message as the pages read it.
type Message struct {
	ID             int64  `json:"id"`
	ConversationID int64  `json:"conversation_id"`
	Content        string `json:"content"`
	ContentType    string `json:"content_type"`
	CreatedOn      string `json:"created_on"`
	FromType       string `json:"from_type"`
	ReadStatus     int    `json:"read_status"`
	Extra          string `json:"extra"`
}

// withdrawn reads the mark of a recalled message.
func (m Message) withdrawn() bool {
	var extra struct {
		Withdrawn bool `json:"is_withdrawn"`
	}
	_ = json.Unmarshal([]byte(m.Extra), &extra)
	return extra.Withdrawn
}

// created reads the stamp: UTC without a zone.
func (m Message) created() time.Time {
	t, err := time.Parse("2006-01-02T15:04:05", m.CreatedOn)
	if err != nil {
		return time.Now() // as the SDKs do
	}
	return t
}

// reply is the envelope of the API's answers.
type reply struct {
	Status  int             `json:"-"`
	Code    int             `json:"code"`
	Message string          `json:"message"`
	Data    json.RawMessage `json:"data"`
}

// shown is the text that a page shows for a refusal: the service's own where
// it is written for people.
func (r reply) shown() string {
	for _, c := range r.Message {
		if c > 0x7f {
			return r.Message
		}
	}
	return "撤回失败,请稍后重试"
}

// call performs a request of the page's script and reads the envelope.
func (b *Browser) call(ctx context.Context, a Ask, body any) (reply, error) {
	a.Kind = "fetch"
	if body != nil {
		raw, err := json.Marshal(body)
		if err != nil {
			return reply{}, err
		}
		a.Body = string(raw)
		if a.Header == nil {
			a.Header = map[string]string{}
		}
		a.Header["Content-Type"] = "application/json"
	}
	res, err := b.Fetch(ctx, a)
	if err != nil {
		return reply{}, err
	}
	r := reply{Code: res.Status}
	if err := json.Unmarshal(res.Body, &r); err != nil {
		r = reply{Code: res.Status}
	}
	r.Status = res.Status
	return r, nil
}
