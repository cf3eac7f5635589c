package bed

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"math/big"
	"net"
	"sync"
	"time"
)

// Authority signs certificates on demand.
type Authority struct {
	Name string
	PEM  []byte

	cert *x509.Certificate
	key  *ecdsa.PrivateKey
	mu   sync.Mutex
	made map[leaf]*tls.Certificate
}

// CertFault is what is wrong with a certificate.
type CertFault string

// The faults of a certificate.
const (
	CertGood      CertFault = ""
	CertExpired   CertFault = "expired"
	CertNotYet    CertFault = "not-yet-valid"
	CertWrongName CertFault = "wrong-name"
	CertSelfMade  CertFault = "self-signed"
)

type leaf struct {
	name  string
	fault CertFault
}

// NewAuthority makes one.
func NewAuthority(name string) (*Authority, error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, err
	}
	now := time.Now()
	tmpl := &x509.Certificate{
		SerialNumber: big.NewInt(now.UnixNano()), Subject: pkix.Name{CommonName: name, Organization: []string{name}},
		NotBefore: now.AddDate(-1, 0, 0), NotAfter: now.AddDate(5, 0, 0),
		IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageCertSign | x509.KeyUsageCRLSign,
	}
	der, err := x509.CreateCertificate(rand.Reader, tmpl, tmpl, &key.PublicKey, key)
	if err != nil {
		return nil, err
	}
	cert, err := x509.ParseCertificate(der)
	if err != nil {
		return nil, err
	}
	return &Authority{Name: name, PEM: pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}), cert: cert, key: key, made: map[leaf]*tls.Certificate{}}, nil
}

// Certificate gives a certificate for a name or address, with a fault or none.
func (a *Authority) Certificate(name string, fault CertFault) (*tls.Certificate, error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	id := leaf{name, fault}
	if c := a.made[id]; c != nil {
		return c, nil
	}
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, err
	}
	now := time.Now()
	tmpl := &x509.Certificate{
		SerialNumber: big.NewInt(now.UnixNano()), NotBefore: now.AddDate(0, 0, -7), NotAfter: now.AddDate(0, 3, 0),
		KeyUsage: x509.KeyUsageDigitalSignature, ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth},
	}
	parent, signer := a.cert, a.key
	switch fault {
	case CertExpired:
		tmpl.NotBefore, tmpl.NotAfter = now.AddDate(0, -4, 0), now.AddDate(0, 0, -2)
	case CertNotYet:
		tmpl.NotBefore = now.AddDate(0, 0, 2)
	case CertWrongName:
		name = "elsewhere.example"
	case CertSelfMade:
		parent, signer = tmpl, key
	}
	tmpl.Subject = pkix.Name{CommonName: name}
	if ip := net.ParseIP(name); ip != nil {
		tmpl.IPAddresses = []net.IP{ip}
	} else {
		tmpl.DNSNames = []string{name}
	}
	der, err := x509.CreateCertificate(rand.Reader, tmpl, parent, &key.PublicKey, signer)
	if err != nil {
		return nil, err
	}
	c := &tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key}
	if fault != CertSelfMade {
		c.Certificate = append(c.Certificate, a.cert.Raw)
	}
	a.made[id] = c
	return c, nil
}

// config serves certificates by what the client asks for.
func (a *Authority) config(fault func() CertFault) *tls.Config {
	return &tls.Config{
		NextProtos: []string{"http/1.1"},
		GetCertificate: func(hello *tls.ClientHelloInfo) (*tls.Certificate, error) {
			name := hello.ServerName
			if name == "" { // asked for by address
				name, _, _ = net.SplitHostPort(hello.Conn.LocalAddr().String())
			}
			return a.Certificate(name, fault())
		},
	}
}
