package browsertest

import (
	"fmt"
	"net/url"
	"sort"
	"strconv"
	"strings"
	"time"

	"github.com/chromedp/cdproto/network"
)

// object is a JSON object.
type object = map[string]any

// har gives the recording as Chromium's developer tools save it.
func (t *tape) har() object {
	t.mu.Lock()
	defer t.mu.Unlock()
	entries, started, title := []object{}, "", ""
	for _, x := range t.order {
		var e object
		if x.socket != nil {
			e = x.socketEntry()
		} else {
			e = x.entry()
			if title == "" && x.asked.Type == network.ResourceTypeDocument {
				started, title = e["startedDateTime"].(string), x.asked.Request.URL
			}
		}
		e["pageref"] = "page_1"
		entries = append(entries, e)
	}
	pages := []object{{"id": "page_1", "startedDateTime": started, "title": title, "pageTimings": object{}}}
	return object{"log": object{"version": "1.2", "creator": object{"name": "WebInspector", "version": "537.36"}, "pages": pages, "entries": entries}}
}

func epoch(s float64) string {
	return time.UnixMicro(int64(s * 1e6)).UTC().Format("2006-01-02T15:04:05.000Z")
}

func pairs(h map[string]any) []object {
	out := []object{}
	for k, v := range h {
		out = append(out, object{"name": k, "value": fmt.Sprint(v)})
	}
	sort.Slice(out, func(i, j int) bool { return out[i]["name"].(string) < out[j]["name"].(string) })
	return out
}

func query(raw string) []object {
	out := []object{}
	if u, err := url.Parse(raw); err == nil {
		for k, vs := range u.Query() {
			for _, v := range vs {
				out = append(out, object{"name": k, "value": v})
			}
		}
	}
	sort.Slice(out, func(i, j int) bool { return out[i]["name"].(string) < out[j]["name"].(string) })
	return out
}

func (x *exchange) entry() object {
	r := x.asked.Request
	sent := x.sent
	if sent == nil {
		sent = r.Headers
	}
	req := object{"method": r.Method, "url": r.URL, "httpVersion": "", "headers": pairs(sent), "queryString": query(r.URL), "cookies": []object{}, "headersSize": -1, "bodySize": 0}
	if body := posted(r); body != "" {
		req["postData"], req["bodySize"] = object{"mimeType": "application/json", "text": body}, len(body)
	}
	e := object{"_initiator": object{"type": string(x.asked.Initiator.Type)}, "_priority": string(r.InitialPriority), "_resourceType": resourceWord(x.asked.Type), "cache": object{},
		"request": req, "startedDateTime": epoch(x.asked.WallTime.Float64()), "serverIPAddress": ""}
	res := object{"status": 0, "statusText": "", "httpVersion": "", "headers": []object{}, "cookies": []object{}, "content": object{"size": 0, "mimeType": "x-unknown"},
		"redirectURL": "", "headersSize": -1, "bodySize": -1, "_transferSize": 0, "_error": nil, "_fetchedViaServiceWorker": false}
	if a := x.answer; a != nil {
		x.answered(a, e, req, res)
	}
	if x.failed != nil {
		res["_error"] = x.failed.ErrorText
	}
	e["response"] = res
	x.timings(e)
	return e
}

func posted(r *network.Request) string {
	out := ""
	for _, p := range r.PostDataEntries {
		out += string(p.Bytes)
	}
	return out
}

// answered fills in what came back.
func (x *exchange) answered(a *network.Response, e, req, res object) {
	headers, status := x.headers, a.Status
	if headers == nil || x.cached != "" {
		headers = a.Headers
	}
	if a.Status == 0 {
		status = x.status
	}
	req["httpVersion"] = a.Protocol
	res["status"], res["statusText"], res["httpVersion"], res["headers"] = status, a.StatusText, a.Protocol, pairs(headers)
	res["bodySize"], res["_transferSize"], res["_fetchedViaServiceWorker"] = x.size, x.size, a.FromServiceWorker
	content := object{"size": len(x.body), "mimeType": a.MimeType}
	if x.hasBody {
		content["text"] = x.body
	}
	res["content"] = content
	for k, v := range headers {
		if k == "Location" || k == "location" {
			res["redirectURL"] = v
		}
	}
	if a.FromServiceWorker {
		res["_serviceWorkerResponseSource"] = string(a.ServiceWorkerResponseSource)
		if a.CacheStorageCacheName != "" {
			res["_responseCacheStorageCacheName"] = a.CacheStorageCacheName
		}
	}
	e["serverIPAddress"] = a.RemoteIPAddress
	if a.RemotePort > 0 {
		e["connection"], e["_connectionId"] = strconv.FormatInt(a.RemotePort, 10), strconv.FormatFloat(a.ConnectionID, 'f', -1, 64)
	}
	if x.cached != "" {
		e["_fromCache"] = x.cached
	}
}

// timings takes the time apart as the tools do: what came before the
// connection is blocked.
func (x *exchange) timings(e object) {
	from := x.asked.Timestamp.Float64()
	if x.ended == 0 {
		e["time"] = 0
		e["timings"] = object{"blocked": -1, "dns": -1, "ssl": -1, "connect": -1, "send": 0, "wait": 0, "receive": 0}
		return
	}
	total := max(0, (x.ended-from)*1000)
	e["time"] = total
	var g *network.ResourceTiming
	if x.answer != nil {
		g = x.answer.Timing
	}
	if g == nil || x.cached != "" {
		e["timings"] = object{"blocked": total, "dns": -1, "ssl": -1, "connect": -1, "send": 0, "wait": 0, "receive": 0}
		return
	}
	lead := max(0, (g.RequestTime-from)*1000)
	first := g.SendStart
	for _, v := range []float64{g.DNSStart, g.ConnectStart} {
		if v >= 0 {
			first = min(first, v)
		}
	}
	span := func(a, b float64) float64 {
		if a < 0 || b < 0 {
			return -1
		}
		return max(0, b-a)
	}
	wait := max(0, g.ReceiveHeadersEnd-g.SendEnd)
	e["timings"] = object{"blocked": lead + max(0, first), "dns": span(g.DNSStart, g.DNSEnd), "ssl": span(g.SslStart, g.SslEnd), "connect": span(g.ConnectStart, g.ConnectEnd),
		"send": max(0, g.SendEnd-g.SendStart), "wait": wait, "receive": max(0, total-lead-g.ReceiveHeadersEnd)}
}

// socketEntry is a WebSocket. One that never came to a handshake has no
// method, no reason and a date before 1970.
func (x *exchange) socketEntry() object {
	req := object{"method": "", "url": x.socket.URL, "httpVersion": "", "headers": pairs(x.sent), "queryString": query(x.socket.URL), "cookies": []object{}, "headersSize": -1, "bodySize": 0}
	res := object{"status": 0, "statusText": "", "httpVersion": "", "headers": []object{}, "cookies": []object{}, "content": object{"size": 0, "mimeType": "x-unknown"},
		"redirectURL": "", "headersSize": -1, "bodySize": -1, "_transferSize": 0, "_error": nil, "_fetchedViaServiceWorker": false}
	e := object{"_resourceType": "websocket", "cache": object{}, "request": req, "response": res, "serverIPAddress": "", "startedDateTime": epoch(-0.001), "time": 0.0,
		"timings": object{"blocked": -1, "dns": -1, "ssl": -1, "connect": -1, "send": 0, "wait": 0, "receive": 0}, "_webSocketMessages": append([]frame{}, x.messages...)}
	if x.opened != nil {
		req["method"], e["startedDateTime"] = "GET", epoch(x.began)
		res["status"], res["statusText"], res["headers"] = x.opened.Status, x.opened.StatusText, pairs(x.opened.Headers)
		e["time"] = max(0, (x.ended-x.beganAt)*1000)
	}
	return e
}

func resourceWord(t network.ResourceType) string {
	switch t {
	case network.ResourceTypeXHR, network.ResourceTypeFetch, network.ResourceTypeDocument, network.ResourceTypeScript, network.ResourceTypeStylesheet, network.ResourceTypeImage,
		network.ResourceTypeFont, network.ResourceTypePreflight, network.ResourceTypeManifest, network.ResourceTypePing:
		return strings.ToLower(string(t))
	}
	return "other"
}
