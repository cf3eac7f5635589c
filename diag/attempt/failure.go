package attempt

import (
	"strings"

	"meiqia-diag/diag/evidence/har"
)

// Failure is a closed vocabulary of how a request can end without an HTTP answer.
type Failure string

// The failures; "" is none.
const (
	FailBlocked     Failure = "blocked"     // by an extension, inside the browser
	FailPolicy      Failure = "policy"      // by the browser's own rules: mixed content, CSP, local network access
	FailOffline     Failure = "offline"     // the device had no network
	FailChanged     Failure = "changed"     // the network changed under the request
	FailReset       Failure = "reset"       // the connection was reset or closed
	FailDNS         Failure = "dns"         // the name was not resolved
	FailProxy       Failure = "proxy"       // the proxy or its tunnel
	FailTLS         Failure = "tls"         // certificate or handshake
	FailRefusedPort Failure = "refused"     // the port was closed
	FailUnreachable Failure = "unreachable" // no route
	FailTimeout     Failure = "timeout"     // nothing came back in time
	FailAborted     Failure = "aborted"     // the page gave up, by itself or by its own time limit
	FailPending     Failure = "pending"     // no answer yet when the recording was saved
	FailUnspecified Failure = "unspecified" // the recording gives no reason (Firefox, CORS)
)

var failureWords = []struct {
	word string
	f    Failure
}{
	{"BLOCKED_BY_CLIENT", FailBlocked}, {"BLOCKED_BY_ADMINISTRATOR", FailPolicy}, {"BLOCKED_BY_RESPONSE", FailUnspecified}, {"BLOCKED_BY_CSP", FailPolicy},
	{"BLOCKED_BY_PRIVATE_NETWORK", FailPolicy}, {"BLOCKED_BY_LOCAL_NETWORK", FailPolicy}, {"INSECURE_PRIVATE", FailPolicy}, {"UNSAFE_PORT", FailPolicy}, {"MIXED", FailPolicy},
	{"INTERNET_DISCONNECTED", FailOffline}, {"NETWORK_IO_SUSPENDED", FailChanged}, {"OFFLINE", FailOffline}, {"NETWORK_CHANGED", FailChanged},
	{"NAME_NOT_RESOLVED", FailDNS}, {"NAME_RESOLUTION", FailDNS}, {"DNS_", FailDNS}, {"UNKNOWN_HOST", FailDNS}, {"ICANN_NAME_COLLISION", FailDNS},
	{"PROXY", FailProxy}, {"TUNNEL", FailProxy}, {"SOCKS", FailProxy},
	{"CERT", FailTLS}, {"SSL", FailTLS}, {"SEC_ERROR", FailTLS}, {"MOZILLA_PKIX", FailTLS}, {"ECH_", FailTLS},
	{"CONNECTION_REFUSED", FailRefusedPort}, {"ADDRESS_UNREACHABLE", FailUnreachable}, {"NETWORK_ACCESS_DENIED", FailUnreachable}, {"ADDRESS_INVALID", FailUnreachable}, {"NETWORK_UNREACHABLE", FailUnreachable},
	{"TIMED_OUT", FailTimeout}, {"NET_TIMEOUT", FailTimeout}, {"TIMEOUT", FailTimeout},
	{"CONNECTION_RESET", FailReset}, {"CONNECTION_CLOSED", FailReset}, {"CONNECTION_ABORTED", FailReset}, {"CONNECTION_FAILED", FailUnreachable}, {"EMPTY_RESPONSE", FailReset},
	{"NET_RESET", FailReset}, {"NET_INTERRUPT", FailReset}, {"PARTIAL_TRANSFER", FailReset}, {"CONTENT_LENGTH_MISMATCH", FailReset}, {"INCOMPLETE_CHUNKED", FailReset},
	{"HTTP2_", FailReset}, {"QUIC", FailReset}, {"SOCKET_NOT_CONNECTED", FailReset}, {"CONNECTION WAS LOST", FailReset}, {"CONNECTION LOST", FailReset},
	{"BINDING_ABORTED", FailAborted}, {"ERR_ABORTED", FailAborted}, {"CANCEL", FailAborted},
	{"NS_ERROR_ABORT", FailUnspecified},
	// Safari writes sentences, in the system's language.
	{"TIMED OUT", FailTimeout}, {"HOSTNAME COULD NOT BE FOUND", FailDNS}, {"COULD NOT CONNECT TO THE SERVER", FailUnreachable},
	{"请求超时", FailTimeout}, {"网络连接已中断", FailReset}, {"断开与互联网的连接", FailOffline}, {"指定主机名的服务器", FailDNS}, {"未能连接到服务器", FailUnreachable}, {"已取消", FailAborted},
}

// failureOf names how an entry ended without an answer, "" when it was answered.
func failureOf(e *har.Entry) Failure {
	word := strings.ToUpper(e.ErrorText())
	if word != "" {
		for _, w := range failureWords {
			if strings.Contains(word, w.word) {
				return w.f
			}
		}
	}
	switch {
	case e.Status > 0 && word == "":
		return ""
	case e.Status > 0 && !strings.Contains(word, "ERR"):
		return ""
	case e.Pending:
		return FailPending
	case e.ErrorSeen && e.ErrorText() == "" && e.Status == 0:
		return FailPolicy // Chrome's mark of mixed content
	}
	return FailUnspecified
}

// resultOf gives what became of a call that ended without a whole answer. It is
// unknown wherever the service may have carried it out and its answer was
// lost: part of one came, or the browser sent the request again by itself.
func (c *Call) resultOf() Result {
	r := c.Failure.resultOf()
	switch {
	case c.Inside != "", c.Preflight:
		return NotSent
	case c.Status >= 400 && c.Status != 408 && c.Status != 502 && c.Status != 504 && c.Status != 407 && c.Status != clientLeft && r != NotSent:
		return Refused // its status came, though not all of its body
	case c.Status > 0 && r == NoAnswer:
		return Unknown
	case c.Wire == nil:
		return r
	}
	switch sent := len(c.Wire.Sent); {
	case sent == 0 && r == Unknown && !c.Wire.End.IsZero() && !c.Wire.FromCache:
		return NotSent // the stack ended it before anything of it went out
	case sent > 1 && r == NoAnswer, sent == 1 && r == NoAnswer && c.Failure.beforeSending():
		return Unknown
	case sent > 0 && r == NotSent:
		return Unknown
	}
	return r
}

// beforeSending reports whether a failure befalls a request while its connection
// is made: after it was sent once, it befell the attempt to send it again.
func (f Failure) beforeSending() bool {
	switch f {
	case FailDNS, FailProxy, FailTLS, FailRefusedPort, FailUnreachable:
		return true
	}
	return false
}

// resultOf gives what a failure leaves known of the request. A request that
// left the browser may have been carried out although the page calls it failed
// (a reset connection is retried behind the page's back), so it is no_answer,
// never "not recalled"; Call.resultOf knows when even that is too much.
func (f Failure) resultOf() Result {
	switch f {
	case FailBlocked, FailPolicy, FailOffline:
		return NotSent
	case FailUnspecified:
		return Unknown
	case "":
		return Unknown
	}
	return NoAnswer
}

// NoTransaction reports whether a request ended, for no reason given, before any
// HTTP transaction: Firefox's developer tools measure of every one how long it
// waited, looked up the name and so on, and of what an extension, the site's policy or the
// browser stopped before it was opened nothing at all.
func (c *Call) NoTransaction() bool {
	e := c.Entry
	return c.Manner == har.Firefox && c.Failure == FailUnspecified && e != nil && c.Wire == nil && e.Time == 0 && e.ServerIP() == "" &&
		max(e.Blocked, e.DNS, e.Connect, e.SSL, e.Send, e.Wait, e.Receive) <= 0
}
