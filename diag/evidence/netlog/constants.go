package netlog

import (
	"strconv"
	"time"
)

// constants are the file's own names of its numbers.
type constants struct {
	types, sources map[int]string
	begin, end     int // phases
	errors         map[int]string
	offset         float64 // ms between the events' clock and 1970
	dated          bool

	what   map[int]what // by event type
	source map[int]kind // by source type
}

// kind is a source that is followed.
type kind uint8

const (
	otherSource kind = iota
	urlRequest
	streamController
	streamJob
	socket
	resolverJob
)

// what is an event that is read.
type what uint8

const (
	otherEvent what = iota
	requestAlive
	startJob
	cancelled
	sendHeaders
	sendQUIC
	restart
	readHeaders
	uploadInit
	sendBody
	bytesRead
	cacheInfo
	redirected
	controllerBound
	boundToJob
	proxyResolved
	boundToSocket
	boundToSession
	tcpConnect
	sslConnect
	certificates
	resolve
	connectivity
	networkChanged
	addressesChanged
	upgradeFailed
	failed
	socketAlive
)

// Names that older versions gave the same things stand beside today's.
var eventNames = map[string]what{
	"REQUEST_ALIVE": requestAlive, "URL_REQUEST_START_JOB": startJob, "CANCELLED": cancelled, "FAILED": failed,
	"HTTP_TRANSACTION_SEND_REQUEST_HEADERS": sendHeaders, "HTTP_TRANSACTION_HTTP2_SEND_REQUEST_HEADERS": sendHeaders,
	"HTTP_TRANSACTION_QUIC_SEND_REQUEST_HEADERS": sendQUIC, "HTTP_TRANSACTION_RESTART_AFTER_ERROR": restart,
	"HTTP_TRANSACTION_RESTART_MISDIRECTED_REQUEST": restart,
	"HTTP_TRANSACTION_READ_RESPONSE_HEADERS":       readHeaders, "UPLOAD_DATA_STREAM_INIT": uploadInit,
	"HTTP_TRANSACTION_SEND_REQUEST_BODY": sendBody, "URL_REQUEST_JOB_FILTERED_BYTES_READ": bytesRead,
	"HTTP_CACHE_READ_INFO": cacheInfo, "URL_REQUEST_REDIRECTED": redirected,
	"HTTP_STREAM_JOB_CONTROLLER_BOUND": controllerBound, "HTTP_STREAM_REQUEST_BOUND_TO_JOB": boundToJob,
	"HTTP_STREAM_JOB_CONTROLLER_PROXY_SERVER_RESOLVED": proxyResolved, "SOCKET_POOL_BOUND_TO_SOCKET": boundToSocket,
	"HTTP2_SESSION_POOL_IMPORTED_SESSION_FROM_SOCKET": boundToSession, "HTTP2_SESSION_POOL_FOUND_EXISTING_SESSION": boundToSession,
	"HTTP2_SESSION_POOL_FOUND_EXISTING_SESSION_FROM_IP_POOL": boundToSession, "HTTP_STREAM_REQUEST_BOUND_TO_QUIC_SESSION": boundToSession,
	"TCP_CONNECT": tcpConnect, "SSL_CONNECT": sslConnect, "SSL_CERTIFICATES_RECEIVED": certificates, "SOCKET_ALIVE": socketAlive,
	"HOST_RESOLVER_MANAGER_JOB": resolve, "HOST_RESOLVER_IMPL_JOB": resolve,
	"NETWORK_CONNECTIVITY_CHANGED": connectivity, "NETWORK_CHANGED": networkChanged, "NETWORK_IP_ADDRESSES_CHANGED": addressesChanged,
	"WEBSOCKET_UPGRADE_FAILURE": upgradeFailed,
}

var sourceNames = map[string]kind{
	"URL_REQUEST": urlRequest, "HTTP_STREAM_JOB_CONTROLLER": streamController, "HTTP_STREAM_JOB": streamJob,
	"SOCKET":                 socket,
	"HOST_RESOLVER_IMPL_JOB": resolverJob, "HOST_RESOLVER_MANAGER_JOB": resolverJob,
}

// ready reports whether the constants are enough to read events by.
func (c *constants) ready() bool {
	return len(c.types) > 0 && len(c.sources) > 0
}

func (c *constants) settle() {
	c.what, c.source = map[int]what{}, map[int]kind{}
	for n, name := range c.types {
		c.what[n] = eventNames[name]
	}
	for n, name := range c.sources {
		c.source[n] = sourceNames[name]
	}
}

// errorName gives an error as "ERR_…"; a number without a name keeps it.
func (c *constants) errorName(code int) string {
	if code == 0 {
		return ""
	}
	if name := c.errors[code]; name != "" {
		return name
	}
	return "ERR_" + strconv.Itoa(code)
}

// time gives when an event was, zero where the file has no clock.
func (c *constants) time(ms float64) time.Time {
	at := c.offset + ms
	if !c.dated || at < 946_684_800_000 || at > 253_402_300_799_000 { // 2000 to 9999
		return time.Time{}
	}
	return time.UnixMilli(int64(at)).UTC()
}
