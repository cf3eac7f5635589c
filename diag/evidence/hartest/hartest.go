// Package hartest writes HARs for tests, as Chrome exports them.
package hartest

import (
	"encoding/json"
	"time"
)

// Obj is a JSON object.
type Obj = map[string]any

// Press is when the recall was pressed; all times are seconds after it.
var Press = time.Date(2026, 11, 20, 2, 22, 41, 0, time.UTC)

// Stamp is a time as a HAR writes it.
func Stamp(at float64) string {
	return Press.Add(time.Duration(at * float64(time.Second))).Format("2006-01-02T15:04:05.000Z07:00")
}

// Entry is one request and its answer; what more says is put over it.
func Entry(at float64, method, url, body string, status int, resp string, more ...Obj) Obj {
	e := Obj{
		"_resourceType": "fetch", "startedDateTime": Stamp(at), "time": 42.0,
		"request":  Obj{"method": method, "url": url, "headers": []any{}},
		"response": Obj{"status": status, "headers": []any{}, "content": Obj{"size": len(resp), "mimeType": "application/json", "text": resp}, "_error": nil},
		"timings":  Obj{"blocked": 1.0, "dns": -1, "connect": -1, "ssl": -1, "send": 0.5, "wait": 38.0, "receive": 2.5},
	}
	if body != "" {
		e["request"].(Obj)["postData"] = Obj{"mimeType": "application/json", "text": body}
	}
	for _, m := range more {
		merge(e, m)
	}
	return e
}

func merge(dst, src Obj) {
	for k, v := range src {
		if inner, ok := v.(Obj); ok {
			if have, ok := dst[k].(Obj); ok {
				merge(have, inner)
				continue
			}
		}
		dst[k] = v
	}
}

// Headers are names and values in turn.
func Headers(pairs ...string) []any {
	var out []any
	for i := 0; i < len(pairs); i += 2 {
		out = append(out, Obj{"name": pairs[i], "value": pairs[i+1]})
	}
	return out
}

// Socket is a push connection with its frames: ">…" was sent, "<…" received, 0.2 s apart from at on.
func Socket(at float64, frames ...string) Obj {
	ms := []any{}
	for i, f := range frames {
		word := map[byte]string{'>': "send", '<': "receive"}[f[0]]
		ms = append(ms, Obj{"type": word, "time": float64(Press.Unix()) + at + float64(i)*0.2, "opcode": 1, "data": f[1:]})
	}
	return Entry(-60, "GET", "wss://eco-push-api-agent.meiqia.com/ws", "", 101, "", Obj{"_resourceType": "websocket", "_webSocketMessages": ms, "time": 0})
}

// File is a whole HAR.
func File(creator, version string, entries ...Obj) string {
	list := []any{}
	for _, e := range entries {
		list = append(list, e)
	}
	out, err := json.Marshal(Obj{"log": Obj{"version": "1.2", "creator": Obj{"name": creator, "version": version}, "pages": []any{}, "entries": list}})
	if err != nil {
		panic(err) // a fixture of no JSON value
	}
	return string(out)
}
