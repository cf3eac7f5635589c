// Package netlogtest writes NetLogs for tests, as Chromium exports them, and has a
// real Chromium write them.
package netlogtest

import (
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"meiqia-diag/diag/evidence/hartest"
)

// Request is one request of a log; all times are seconds, At after hartest.Press.
type Request struct {
	At, Took    float64
	Method, URL string
	Status      int
	Headers     []string // of the answer, as "Name: value"
	Resent      []string // errors after which it was sent again, of those in Errors
	Unsent      bool     // it ended before anything of it went out
	Error       string   // how it ended, of those in Errors
	Body        int      // bytes of the answer that the page was given
	Abandoned   bool     // whoever asked gave it up
	Open        float64  // of a WebSocket: how long the connection stood, 0 for to the end
}

// Errors are the net errors that a log may name.
var Errors = map[string]int{"net::OK": 0, "ERR_FAILED": -2, "ERR_ABORTED": -3, "ERR_CONNECTION_RESET": -101, "ERR_CONNECTION_REFUSED": -102, "ERR_NAME_NOT_RESOLVED": -105,
	"ERR_PROXY_CONNECTION_FAILED": -130, "ERR_CERT_AUTHORITY_INVALID": -202, "ERR_INVALID_RESPONSE": -320, "ERR_CONTENT_LENGTH_MISMATCH": -354, "ERR_INTERNET_DISCONNECTED": -106}

var types = map[string]int{"REQUEST_ALIVE": 2, "URL_REQUEST_START_JOB": 102, "HTTP_TRANSACTION_SEND_REQUEST_HEADERS": 180, "HTTP_TRANSACTION_READ_RESPONSE_HEADERS": 190,
	"HTTP_TRANSACTION_RESTART_AFTER_ERROR": 192, "URL_REQUEST_JOB_FILTERED_BYTES_READ": 120, "CANCELLED": 0, "HTTP_STREAM_REQUEST_BOUND_TO_JOB": 160, "SOCKET_POOL_BOUND_TO_SOCKET": 90,
	"SOCKET_ALIVE": 40, "TCP_CONNECT": 44, "NETWORK_CONNECTIVITY_CHANGED": 300}

var sources = map[string]int{"NONE": 0, "URL_REQUEST": 1, "HTTP_STREAM_JOB": 17, "SOCKET": 9}

// File is a whole log that spans from and to, seconds after hartest.Press.
func File(from, to float64, requests ...Request) string { return Shifted(0, from, to, requests...) }

// Shifted is File by a browser whose clock was ahead by some seconds when logging began.
func Shifted(ahead, from, to float64, requests ...Request) string {
	const ticks = 5_000_000.0 // ms on the events' own clock at the press
	var lines []string
	put := func(at float64, source, id int, typ string, phase int, params any) {
		raw := []byte("{}")
		if params != nil {
			raw, _ = json.Marshal(params)
		}
		lines = append(lines, fmt.Sprintf(`{"params":%s,"phase":%d,"source":{"id":%d,"type":%d},"time":"%d","type":%d}`, raw, phase, id, source, int64(ticks+at*1000), types[typ]))
	}
	net := func(word string) any {
		if word == "" {
			return nil
		}
		return map[string]int{"net_error": Errors[word]}
	}
	put(from, 0, 1, "NETWORK_CONNECTIVITY_CHANGED", 0, map[string]string{"new_connection_type": "CONNECTION_ETHERNET"})
	for i, r := range requests {
		id, job, sock := 10+10*i, 11+10*i, 12+10*i
		took := r.Took
		if took == 0 {
			took = 0.04
		}
		put(r.At, 1, id, "REQUEST_ALIVE", 1, map[string]string{"url": r.URL})
		put(r.At, 1, id, "URL_REQUEST_START_JOB", 1, map[string]string{"url": r.URL, "method": r.Method})
		if !r.Unsent {
			put(r.At, 9, sock, "TCP_CONNECT", 1, nil)
			put(r.At+0.004, 9, sock, "TCP_CONNECT", 2, map[string]string{"remote_address": "203.0.113.7:443"})
			put(r.At+0.004, 17, job, "SOCKET_POOL_BOUND_TO_SOCKET", 0, map[string]any{"source_dependency": map[string]int{"id": sock, "type": 9}})
			put(r.At+0.004, 1, id, "HTTP_STREAM_REQUEST_BOUND_TO_JOB", 0, map[string]any{"source_dependency": map[string]int{"id": job, "type": 17}})
			put(r.At+0.005, 1, id, "HTTP_TRANSACTION_SEND_REQUEST_HEADERS", 0, nil)
			for _, e := range r.Resent {
				put(r.At+0.006, 1, id, "HTTP_TRANSACTION_RESTART_AFTER_ERROR", 0, net(e))
				put(r.At+0.007, 1, id, "HTTP_TRANSACTION_SEND_REQUEST_HEADERS", 0, nil)
			}
		}
		if r.Status > 0 {
			head := append([]string{fmt.Sprintf("HTTP/1.1 %d X", r.Status)}, r.Headers...)
			put(r.At+took-0.005, 1, id, "HTTP_TRANSACTION_READ_RESPONSE_HEADERS", 0, map[string]any{"headers": head})
		}
		if r.Body > 0 {
			put(r.At+took-0.003, 1, id, "URL_REQUEST_JOB_FILTERED_BYTES_READ", 0, map[string]int{"byte_count": r.Body})
		}
		if r.Abandoned {
			put(r.At+took-0.002, 1, id, "CANCELLED", 0, nil)
		}
		put(r.At+took, 1, id, "REQUEST_ALIVE", 2, net(r.Error))
		if r.Open > 0 {
			put(r.At+r.Open, 9, sock, "SOCKET_ALIVE", 2, nil)
		}
	}
	put(to, 0, 2, "NETWORK_CONNECTIVITY_CHANGED", 0, map[string]string{"new_connection_type": "CONNECTION_ETHERNET"})
	constants, _ := json.Marshal(map[string]any{"timeTickOffset": fmt.Sprint(hartest.Press.Add(time.Duration(ahead*float64(time.Second))).UnixMilli() - int64(ticks)), "logEventPhase": map[string]int{"PHASE_BEGIN": 1, "PHASE_END": 2, "PHASE_NONE": 0},
		"logEventTypes": types, "logSourceType": sources, "netError": Errors, "logCaptureMode": "Default", "clientInfo": map[string]string{"name": "Chromium", "version": "156.0.8078.79", "os_type": "Windows NT"}})
	return fmt.Sprintf("{\"constants\":%s,\n\"events\":[\n%s],\n\"polledData\":{\"extensionInfo\":[{\"enabled\":true,\"id\":\"abcd\",\"name\":\"Some Blocker\",\"version\":\"1\"}]}}", constants, strings.Join(lines, ",\n"))
}
