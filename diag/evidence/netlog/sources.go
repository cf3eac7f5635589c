package netlog

import (
	"crypto/x509"
	"encoding/pem"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/go-json-experiment/json/jsontext"
)

// sources are those at work when an event comes, by the file's number.
type sources struct {
	requests    map[int64]*Request // nil for one that is not wanted
	begun       map[int64]string   // address of one of which no job has begun
	controllers map[int64]int64    // to the request they work for
	proxies     map[int64]string   // of a controller
	jobs        map[int64]link     // what a job of a stream was given
	sockets     map[int64]*wire
	names       map[int64]string // that a resolver's job looks for
}

// link is the connection that a job was given.
type link struct {
	id   int64
	quic bool
}

// wire is one connection.
type wire struct {
	began   time.Time
	took    time.Duration
	address string
	issuer  string
	used    bool
	push    *Request // the WebSocket that it carries
}

func newSources() *sources {
	return &sources{requests: map[int64]*Request{}, begun: map[int64]string{}, controllers: map[int64]int64{}, proxies: map[int64]string{},
		jobs: map[int64]link{}, sockets: map[int64]*wire{}, names: map[int64]string{}}
}

// put keeps what a source is, while there is room: a hostile file begins
// sources without end. Room is made by forgetting all, as nobody can tell
// which still matters.
func put[V any](m map[int64]V, id int64, v V) {
	if len(m) >= maxOpen {
		clear(m)
	}
	m[id] = v
}

// take takes over what an event tells.
func (w *walker) take(e *event) {
	switch e.what {
	case otherEvent:
		return
	case connectivity, networkChanged, addressesChanged:
		w.change(e)
		return
	}
	s := w.sources
	switch e.kind {
	case urlRequest:
		w.request(e)
	case streamController:
		switch e.what {
		case proxyResolved:
			if p := text(member(e.params, "proxy_chain")); p != "" {
				put(s.proxies, e.id, p)
			} else if p := text(member(e.params, "proxy_server")); p != "" {
				put(s.proxies, e.id, p)
			}
			if r := s.requests[s.controllers[e.id]]; r != nil {
				r.Proxy = proxyName(s.proxies[e.id])
			}
		case controllerBound:
			if id := dependency(e.params); id != 0 {
				put(s.controllers, e.id, id)
			}
		}
	case streamJob:
		switch e.what {
		case boundToSocket, boundToSession:
			put(s.jobs, e.id, link{dependency(e.params), false})
		}
	case socket:
		w.socket(e)
	case resolverJob:
		w.lookup(e)
	}
}

func (w *walker) socket(e *event) {
	s := w.sources
	if e.what == socketAlive && e.end {
		if c := s.sockets[e.id]; c != nil && c.push != nil {
			c.push.Closed = e.at
		}
		delete(s.sockets, e.id)
		return
	}
	c := s.sockets[e.id]
	if c == nil {
		c = &wire{took: -1}
		put(s.sockets, e.id, c)
	}
	switch e.what {
	case tcpConnect:
		if e.begin {
			c.began = e.at
			break
		}
		fields(e.params, func(name string, v jsontext.Value) {
			if name == "remote_address" || name == "source_address" && c.address == "" {
				c.address = text(v)
			}
		})
		w.connected(c, e)
	case sslConnect:
		if e.end {
			w.connected(c, e)
		}
	case certificates:
		fields(e.params, func(name string, v jsontext.Value) {
			if name == "certificates" {
				c.issuer = issuer(v)
			}
		})
	}
}

func (w *walker) connected(c *wire, e *event) {
	if !c.began.IsZero() && !e.at.Before(c.began) {
		c.took = e.at.Sub(c.began)
	}
}

// issuer gives who signed the first of the certificates, in PEM.
func issuer(v jsontext.Value) (out string) {
	done := false
	elements(v, func(v jsontext.Value) {
		if done {
			return
		}
		done = true
		raw, err := jsontext.AppendUnquote(nil, v)
		if err != nil || len(raw) > 256<<10 {
			return
		}
		block, _ := pem.Decode(raw)
		if block == nil {
			return
		}
		cert, err := x509.ParseCertificate(block.Bytes)
		if err != nil {
			return
		}
		out = cert.Issuer.CommonName
		if out == "" && len(cert.Issuer.Organization) > 0 {
			out = cert.Issuer.Organization[0]
		}
	})
	return out
}

// proxyName gives what a connection goes through, "" for nothing.
func proxyName(chain string) string {
	name := strings.Trim(chain, "[] ")
	if low := strings.ToLower(name); low == "direct://" || low == "direct" {
		return ""
	}
	return name
}

func (w *walker) lookup(e *event) {
	s := w.sources
	if e.what != resolve {
		return
	}
	if e.begin {
		host := text(member(e.params, "host"))
		host = strings.TrimPrefix(strings.TrimPrefix(host, "https://"), "http://")
		if host != "" {
			put(s.names, e.id, host)
		}
		return
	}
	host := s.names[e.id]
	delete(s.names, e.id)
	if err := w.netError(e); err != "" && host != "" && (w.opt.Host == nil || w.opt.Host(host)) && len(w.meta.Lookups) < maxList && err != "ERR_ABORTED" {
		w.meta.Lookups = append(w.meta.Lookups, Lookup{Host: host, Error: err, At: e.at})
	}
}

// change notes a change of the device's network. The stack tells of each
// several times; what is told again within its second is told once.
func (w *walker) change(e *event) {
	c := Change{At: e.at, Kind: "changed"}
	fields(e.params, func(name string, v jsontext.Value) {
		if name == "new_connection_type" || name == "changed_to" || name == "connection_type" {
			c.Type = text(v)
		}
	})
	switch {
	case c.Type == "CONNECTION_NONE":
		c.Kind = "offline"
	case c.Type != "":
		c.Kind = "online"
	}
	if n := len(w.meta.Changes); n > 0 && w.meta.Changes[n-1].Kind == c.Kind && c.At.Sub(w.meta.Changes[n-1].At) < time.Second || n >= maxList {
		return
	}
	w.meta.Changes = append(w.meta.Changes, c)
}

// flush gives what had not ended when the file did.
func (w *walker) flush() {
	for _, id := range slices.Sorted(maps.Keys(w.sources.requests)) {
		if w.refused != nil {
			return
		}
		if r := w.sources.requests[id]; r != nil {
			w.hand(r)
		}
	}
}
