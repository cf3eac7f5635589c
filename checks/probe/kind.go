package probe

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"io"
	"net"
	"os"
	"syscall"

	"github.com/beevik/ntp"
)

// Kind says what went wrong, in one word of a closed vocabulary. Texts of errors
// differ between systems and languages and are never data.
type Kind string

// The vocabulary.
const (
	None Kind = "" // nothing went wrong

	// any step
	Timeout  Kind = "timeout"
	Canceled Kind = "canceled" // the caller stopped it
	Other    Kind = "other"
	BadURL   Kind = "bad-url"

	// names
	NXDomain   Kind = "nxdomain"    // no such name, or a name without any address
	NoAddress  Kind = "no-address"  // the name exists, this family has no address
	ServFail   Kind = "servfail"    // the resolver answered that it could not tell
	DNSRefused Kind = "dns-refused" // the server answers this machine nothing
	DNSOther   Kind = "dns-other"

	// connections
	Refused     Kind = "refused"
	Reset       Kind = "reset"
	Closed      Kind = "closed"      // the other end closed without an answer
	Unreachable Kind = "unreachable" // a router, or this machine, said host unreachable
	NoRoute     Kind = "no-route"    // no route to that network
	Forbidden   Kind = "forbidden"   // this machine forbade it, as a local firewall does

	// proxies
	ProxyAuth    Kind = "proxy-auth"    // 407
	ProxyRefused Kind = "proxy-refused" // CONNECT was answered with another status

	// TLS
	UnknownAuthority Kind = "unknown-authority"
	Expired          Kind = "expired"
	NotYetValid      Kind = "not-yet-valid"
	NameMismatch     Kind = "name-mismatch"
	HandshakeTimeout Kind = "handshake-timeout"
	NotTLS           Kind = "not-tls"     // something else than TLS answered
	TLSAlert         Kind = "tls-alert"   // the other end broke the handshake off
	TLSOther         Kind = "tls-other"   // no common version, bad certificate, …
	BadCAFile        Kind = "bad-ca-file" // unknown authority, and the extra CA file could not be read

	// HTTP and WebSocket
	BadResponse    Kind = "bad-response"    // not HTTP
	ServerError    Kind = "server-error"    // 5xx
	RateLimited    Kind = "rate-limited"    // 429
	Redirected     Kind = "redirected"      // to a host of another site
	Portal         Kind = "portal"          // 511 Network Authentication Required
	UpgradeRefused Kind = "upgrade-refused" // an HTTP answer instead of 101
	NoPong         Kind = "no-pong"         // 101, then no answer to a ping

	// clocks
	KissOfDeath    Kind = "kiss-of-death"
	Unsynchronised Kind = "unsynchronised"
	Falseticker    Kind = "falseticker"  // outvoted by the other servers
	Inconsistent   Kind = "inconsistent" // its own answers exclude each other
	Mismatch       Kind = "mismatch"     // an answer to a question that was not asked
	Cached         Kind = "cached"       // only stored answers, whose Date is old
	NoDate         Kind = "no-date"
)

// kindOf puts an error of package net, crypto/tls or ntp in one word.
func kindOf(err error) Kind {
	var (
		dns    *net.DNSError
		errno  syscall.Errno
		record tls.RecordHeaderError
		alert  tls.AlertError
		neterr net.Error
	)
	switch {
	case err == nil:
		return None
	case errors.Is(err, context.Canceled):
		return Canceled
	case errors.As(err, &dns):
		return dnsKind(dns)
	case errors.As(err, &record):
		return NotTLS
	case errors.As(err, &alert):
		return TLSAlert
	case errors.As(err, &errno) && errnoKinds[errno] != None:
		return errnoKinds[errno]
	case errors.Is(err, os.ErrDeadlineExceeded), errors.Is(err, context.DeadlineExceeded), errors.As(err, &neterr) && neterr.Timeout():
		return Timeout
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF), errors.Is(err, net.ErrClosed), errors.Is(err, io.ErrClosedPipe):
		return Closed
	}
	if k := ntpKind(err); k != None {
		return k
	}
	return certKind(err)
}

func dnsKind(err *net.DNSError) Kind {
	switch {
	case err.IsTimeout:
		return Timeout
	case err.IsNotFound:
		return NXDomain
	case err.IsTemporary: // Go's resolver says so of SERVFAIL, REFUSED and answers it cannot read
		return ServFail
	}
	return DNSOther
}

func certKind(err error) Kind {
	var (
		unknown x509.UnknownAuthorityError
		host    x509.HostnameError
		invalid x509.CertificateInvalidError
	)
	switch {
	case errors.As(err, &unknown):
		return UnknownAuthority
	case errors.As(err, &host):
		return NameMismatch
	case errors.As(err, &invalid) && invalid.Reason == x509.Expired:
		return Expired
	case errors.As(err, &invalid):
		return TLSOther
	}
	return Other
}

func ntpKind(err error) Kind {
	switch {
	case errors.Is(err, ntp.ErrKissOfDeath):
		return KissOfDeath
	case errors.Is(err, ntp.ErrInvalidStratum), errors.Is(err, ntp.ErrInvalidLeapSecond),
		errors.Is(err, ntp.ErrServerClockFreshness), errors.Is(err, ntp.ErrInvalidDispersion):
		return Unsynchronised
	case errors.Is(err, ntp.ErrServerResponseMismatch):
		return Mismatch
	case errors.Is(err, ntp.ErrInvalidTime), errors.Is(err, ntp.ErrInvalidMode),
		errors.Is(err, ntp.ErrInvalidTransmitTime), errors.Is(err, ntp.ErrServerTickedBackwards):
		return BadResponse
	}
	return None
}
