package netlog

import (
	"bytes"

	"github.com/go-json-experiment/json/jsontext"
)

var utf8BOM = []byte("\xef\xbb\xbf")

// constantNames are members of "constants" of which two together are no chance.
var constantNames = map[string]bool{
	"logEventPhase": true, "netError": true, "addressFamily": true, "loadFlag": true, "loadState": true, "certStatusFlag": true,
	"logCaptureMode": true, "logFormatVersion": true, "quicError": true, "quicRstStreamError": true, "dnsQueryType": true,
}

// Sniff reports whether a file that begins with head looks like a NetLog: an
// object with "constants" that are a NetLog's. A byte order mark may stand before.
func Sniff(head []byte) bool {
	head = bytes.TrimLeft(bytes.TrimPrefix(head, utf8BOM), " \t\r\n")
	if len(head) == 0 || head[0] != '{' {
		return false
	}
	dec := jsontext.NewDecoder(bytes.NewBuffer(head), lax...)
	if _, err := dec.ReadToken(); err != nil {
		return false
	}
	for dec.PeekKind() == '"' {
		key, err := dec.ReadToken()
		if err != nil {
			return false
		}
		if name := key.String(); name != "constants" || dec.PeekKind() != '{' {
			if dec.SkipValue() != nil {
				return false
			}
			continue
		}
		_, _ = dec.ReadToken()
		known := 0
		for dec.PeekKind() == '"' {
			key, err := dec.ReadToken()
			if err != nil {
				return false
			}
			switch key.String() {
			case "activeFieldTrialGroups", "logEventTypes", "logSourceType", "timeTickOffset":
				return true
			}
			if constantNames[key.String()] {
				if known++; known >= 2 {
					return true
				}
			}
			if dec.SkipValue() != nil {
				return false
			}
		}
		return false
	}
	return false
}
