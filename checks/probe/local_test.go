package probe

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/binary"
	"encoding/pem"
	"io"
	"log"
	"math/big"
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"golang.org/x/net/dns/dnsmessage"
)

// The servers that the tests measure. All are on this machine.

// direct keeps the environment's proxy out of the tests.
func direct(*http.Request) (*url.URL, error) { return nil, nil }

// deviceOff gives a device clock that the service is ahead of by d.
func deviceOff(d time.Duration) func() time.Time {
	return func() time.Time { return time.Now().Add(-d) }
}

// ntpAnswer is how the SNTP responder answers one request.
type ntpAnswer struct {
	offset  time.Duration // its clock minus this machine's
	stratum byte          // 0 is a kiss of death
	leap    byte          // 3 is unsynchronised
	kiss    string
	mangle  bool // answers a question that was not asked
	silent  bool
	root    time.Duration // dispersion
}

// ntpServer answers SNTP and counts the packets.
func ntpServer(t testing.TB, a ntpAnswer) (addr string, packets *atomic.Int32) {
	t.Helper()
	conn, err := net.ListenPacket("udp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.Close() })
	packets = new(atomic.Int32)
	go func() {
		buf := make([]byte, 512)
		for {
			n, peer, err := conn.ReadFrom(buf)
			if err != nil {
				return
			}
			packets.Add(1)
			if n < 48 || a.silent {
				continue
			}
			now := ntpTime(time.Now().Add(a.offset))
			out := make([]byte, 48)
			out[0], out[1], out[3] = a.leap<<6|4<<3|4, a.stratum, 0xec
			binary.BigEndian.PutUint32(out[8:], uint32(a.root.Seconds()*65536))
			copy(out[12:16], a.kiss)
			binary.BigEndian.PutUint64(out[16:], now-30<<32)
			copy(out[24:32], buf[40:48])
			if a.mangle {
				out[24]++
			}
			binary.BigEndian.PutUint64(out[32:], now)
			binary.BigEndian.PutUint64(out[40:], ntpTime(time.Now().Add(a.offset)))
			_, _ = conn.WriteTo(out, peer)
		}
	}()
	return conn.LocalAddr().String(), packets
}

func ntpTime(t time.Time) uint64 {
	return uint64(t.Unix()+2208988800)<<32 | uint64(t.Nanosecond())<<32/1e9
}

// nameServer answers each packet with what fn makes of it, one after the other.
func nameServer(t testing.TB, fn func(query []byte, n int) [][]byte) netip.AddrPort {
	t.Helper()
	conn, err := net.ListenPacket("udp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.Close() })
	go func() {
		buf := make([]byte, 1500)
		for n := 0; ; n++ {
			l, peer, err := conn.ReadFrom(buf)
			if err != nil {
				return
			}
			for _, out := range fn(append([]byte{}, buf[:l]...), n) {
				_, _ = conn.WriteTo(out, peer)
			}
		}
	}()
	return netip.MustParseAddrPort(conn.LocalAddr().String())
}

// dnsServer answers for names; a name that is listed without addresses exists,
// "!" makes the answer SERVFAIL, "-" silence.
func dnsServer(t testing.TB, names map[string][]string) *net.Resolver {
	t.Helper()
	server := nameServer(t, func(query []byte, _ int) [][]byte {
		if out := dnsAnswer(query, names); out != nil {
			return [][]byte{out}
		}
		return nil
	})
	return &net.Resolver{PreferGo: true, Dial: func(ctx context.Context, _, _ string) (net.Conn, error) {
		var d net.Dialer
		return d.DialContext(ctx, "udp", server.String())
	}}
}

func dnsAnswer(query []byte, names map[string][]string) []byte {
	var m dnsmessage.Message
	if m.Unpack(query) != nil || len(m.Questions) != 1 {
		return nil
	}
	q := m.Questions[0]
	addrs, found := names[strings.TrimSuffix(q.Name.String(), ".")]
	m.Response, m.RecursionAvailable, m.Additionals = true, true, nil
	if !found {
		m.RCode = dnsmessage.RCodeNameError
	}
	for _, s := range addrs {
		switch s {
		case "!":
			m.RCode = dnsmessage.RCodeServerFailure
			continue
		case "-":
			return nil
		}
		a := netip.MustParseAddr(s)
		head := dnsmessage.ResourceHeader{Name: q.Name, Type: q.Type, Class: q.Class, TTL: 60}
		switch {
		case a.Is4() && q.Type == dnsmessage.TypeA:
			m.Answers = append(m.Answers, dnsmessage.Resource{Header: head, Body: &dnsmessage.AResource{A: a.As4()}})
		case a.Is6() && q.Type == dnsmessage.TypeAAAA:
			m.Answers = append(m.Answers, dnsmessage.Resource{Header: head, Body: &dnsmessage.AAAAResource{AAAA: a.As16()}})
		}
	}
	out, _ := m.Pack()
	return out
}

// rawServer hands every connection to fn, which owns it.
func rawServer(t testing.TB, fn func(net.Conn)) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			go fn(c)
		}
	}()
	return l.Addr().String()
}

// mute listens and says nothing, until the other end goes.
func mute(c net.Conn) {
	defer c.Close()
	_, _ = io.Copy(io.Discard, c)
}

// reset breaks a connection off with an RST.
func reset(c net.Conn) {
	_ = c.(*net.TCPConn).SetLinger(0)
	c.Close()
}

// closedPort is an address where nobody listens.
func closedPort(t testing.TB) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	return l.Addr().String()
}

// certFor makes a CA and a certificate of it for a name, valid for a year
// around now, and gives the server's side and the CA's file.
func certFor(t testing.TB, names ...string) (tls.Certificate, string) {
	t.Helper()
	now := time.Now()
	caKey, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	ca := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "Test CA", Organization: []string{"Test Trust"}},
		NotBefore: now.AddDate(-5, 0, 0), NotAfter: now.AddDate(5, 0, 0),
		IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageCertSign,
	}
	caDER, err := x509.CreateCertificate(rand.Reader, ca, ca, &caKey.PublicKey, caKey)
	if err != nil {
		t.Fatal(err)
	}
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	leaf := &x509.Certificate{
		SerialNumber: big.NewInt(2), Subject: pkix.Name{CommonName: "service"},
		NotBefore: now.AddDate(0, -6, 0), NotAfter: now.AddDate(0, 6, 0),
		KeyUsage: x509.KeyUsageDigitalSignature, ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth},
	}
	for _, n := range names {
		if ip := net.ParseIP(n); ip != nil {
			leaf.IPAddresses = append(leaf.IPAddresses, ip)
		} else {
			leaf.DNSNames = append(leaf.DNSNames, n)
		}
	}
	der, err := x509.CreateCertificate(rand.Reader, leaf, ca, &key.PublicKey, caKey)
	if err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(t.TempDir(), "ca.pem")
	if err := os.WriteFile(file, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: caDER}), 0o600); err != nil {
		t.Fatal(err)
	}
	return tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key}, file
}

// tlsServer serves a handler with a certificate for 127.0.0.1 and a name.
func tlsServer(t testing.TB, h http.Handler) (srv *httptest.Server, caFile string) {
	t.Helper()
	cert, ca := certFor(t, "127.0.0.1", "svc.test")
	srv = httptest.NewUnstartedServer(h)
	srv.TLS = &tls.Config{Certificates: []tls.Certificate{cert}}
	srv.Config.ErrorLog = log.New(io.Discard, "", 0) // broken handshakes are what some tests are about
	srv.StartTLS()
	t.Cleanup(srv.Close)
	return srv, ca
}

// dated answers with the Date of a clock that is off from this machine's.
func dated(off time.Duration) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Date", time.Now().Add(off).UTC().Format(http.TimeFormat))
		w.WriteHeader(http.StatusNoContent)
	}
}

func hello(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte("hello")) }

func plainServer(t testing.TB, h http.HandlerFunc) *httptest.Server {
	t.Helper()
	srv := httptest.NewServer(h)
	t.Cleanup(srv.Close)
	return srv
}

// at gives a server's URL under another scheme and host, with its own port.
func at(srv *httptest.Server, scheme, host string) string {
	u, _ := url.Parse(srv.URL)
	return scheme + "://" + net.JoinHostPort(host, u.Port()) + "/"
}
