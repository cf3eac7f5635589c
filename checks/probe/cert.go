package probe

import (
	"crypto/tls"
	"crypto/x509"
	"net"
	"net/netip"
	"strings"
	"time"
)

// Cert is what the certificate of a TLS server says.
type Cert struct {
	Version   string // TLS 1.2, TLS 1.3
	Subject   string // common name, or the first name it is for
	Issuer    string // "common name, organisation" of who signed it
	NotBefore time.Time
	NotAfter  time.Time
	SelfMade  bool   // it is signed by itself
	Expected  string // yes or no: the issuer is one of Options.ExpectedIssuers; "" when none are named
	Problems  []Kind // all that is wrong with it, the gravest first; empty when it is good
}

// cert reads and judges the certificate that a handshake brought.
func (s *session) cert(cs *tls.ConnectionState, host string) Cert {
	c := Cert{Version: tls.VersionName(cs.Version)}
	if len(cs.PeerCertificates) == 0 {
		c.Problems = []Kind{TLSOther}
		return c
	}
	leaf := cs.PeerCertificates[0]
	c.Subject = leaf.Subject.CommonName
	if c.Subject == "" && len(leaf.DNSNames) > 0 {
		c.Subject = leaf.DNSNames[0]
	}
	c.Issuer = leaf.Issuer.CommonName
	if o := strings.Join(leaf.Issuer.Organization, " "); o != "" && o != c.Issuer {
		c.Issuer = strings.TrimPrefix(c.Issuer+", "+o, ", ")
	}
	c.NotBefore, c.NotAfter = leaf.NotBefore, leaf.NotAfter
	c.SelfMade = leaf.CheckSignature(leaf.SignatureAlgorithm, leaf.RawTBSCertificate, leaf.Signature) == nil
	c.Problems = s.verify(cs.PeerCertificates, host)
	c.Expected = s.expected(cs.PeerCertificates)
	return c
}

// verify finds every fault of a chain, not only the first: an expired
// certificate of a good authority tells of a wrong clock, an expired one of an
// unknown authority does not (RFC 5280 section 6, RFC 9525).
func (s *session) verify(chain []*x509.Certificate, host string) []Kind {
	leaf, now := chain[0], s.now()
	var problems []Kind
	at := now
	var timeProblem Kind
	switch {
	case now.Before(leaf.NotBefore):
		timeProblem = NotYetValid
	case now.After(leaf.NotAfter):
		timeProblem = Expired
	}
	if timeProblem != None {
		at = leaf.NotBefore.Add(leaf.NotAfter.Sub(leaf.NotBefore) / 2)
	}
	opts := x509.VerifyOptions{Roots: s.roots, CurrentTime: at, Intermediates: x509.NewCertPool()}
	for _, c := range chain[1:] {
		opts.Intermediates.AddCert(c)
	}
	if _, err := leaf.Verify(opts); err != nil {
		switch k := certKind(err); {
		case k == Expired && timeProblem == None:
			timeProblem = Expired // a certificate above the leaf
		case k == UnknownAuthority && s.badCA:
			problems = append(problems, BadCAFile)
		case k == Other:
			problems = append(problems, TLSOther)
		default:
			problems = append(problems, k)
		}
	}
	if timeProblem != None {
		problems = append(problems, timeProblem)
	}
	if leaf.VerifyHostname(certName(host)) != nil {
		problems = append(problems, NameMismatch)
	}
	return problems
}

// certName writes a host the way x509 wants it: addresses in brackets are
// compared as addresses.
func certName(host string) string {
	if a, err := netip.ParseAddr(host); err == nil && a.Is6() {
		return "[" + a.WithZone("").String() + "]"
	}
	if ip := net.ParseIP(host); ip != nil {
		return ip.String()
	}
	return host
}

func (s *session) expected(chain []*x509.Certificate) string {
	if len(s.opt.ExpectedIssuers) == 0 {
		return ""
	}
	for _, c := range chain {
		name := strings.ToLower(c.Issuer.String())
		for _, want := range s.opt.ExpectedIssuers {
			if want = strings.ToLower(strings.TrimSpace(want)); want != "" && strings.Contains(name, want) {
				return "yes"
			}
		}
	}
	return "no"
}
