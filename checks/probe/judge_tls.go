package probe

import (
	"slices"
	"time"
)

// tls judges the handshakes and certificates.
func (j *judgement) tls() {
	whole := false // large packets pass
	for _, l := range j.r.Ladders {
		whole = whole || l.TLS.State == OK || l.TLS.Version != ""
	}
	for _, l := range j.r.Ladders {
		if j.strayed(l) {
			continue
		}
		f := Fault{Hosts: []string{l.Host}, Detail: l.TLS.Issuer}
		switch {
		case l.TLS.Version != "":
			f.Kind, f.Place = j.certificate(l)
		case l.TLS.State != Failed || j.backlogged():
		case l.TLS.Kind == HandshakeTimeout && l.TLS.SmallSegments == OK:
			if whole {
				continue // lost packets; the sizes had nothing to do with it
			}
			f.Kind, f.Place, f.Detail = FaultMTU, PlaceRoute, l.TLS.Toward
		case l.TLS.Kind == HandshakeTimeout:
			f.Kind = FaultTLSSilent
		case l.TLS.Kind == Reset, l.TLS.Kind == Closed:
			f.Kind = FaultHelloReset
			if p, near := j.nearer(l.TLS.Duration, l.TLS.Connect); near {
				f.Place = p
			} else if _, ok := j.serviceRTT(); ok && l.Proxy == "" {
				f.Place = PlaceService
			}
		default:
			f.Kind, f.Detail = FaultTLS, string(l.TLS.Kind)
		}
		if f.Kind != "" {
			j.add(f)
		}
	}
}

// certificate sorts what is wrong with a certificate. Who is not whom the
// profile expects is somebody in between, unless he only signed for himself.
func (j *judgement) certificate(l LadderResult) (FaultKind, Place) {
	has := func(k Kind) bool { return slices.Contains(l.TLS.Problems, k) }
	unknown := has(UnknownAuthority)
	switch {
	case has(BadCAFile):
		return FaultCAFile, PlaceDevice
	case l.TLS.Expected == "no" && !l.TLS.SelfMade, unknown && !l.TLS.SelfMade && j.r.TakenOver > 0:
		place := j.taker(l.TLS.Connect)
		if j.r.TakenOver == 0 && l.Proxy != "" {
			place = PlaceProxy
		}
		return FaultInterception, place
	case unknown && l.TLS.SelfMade:
		return FaultSelfSigned, PlaceService
	case unknown:
		return FaultUntrusted, PlaceUnknown
	case has(Expired):
		return FaultExpired, PlaceService
	case has(NotYetValid):
		return FaultNotYet, PlaceService
	case has(NameMismatch):
		return FaultWrongName, PlaceService
	case len(l.TLS.Problems) > 0:
		return FaultTLS, PlaceUnknown
	}
	return "", ""
}

// http judges what is said over a connection that stands. What the service
// answers is not the network's doing.
func (j *judgement) http() {
	for _, l := range j.r.Ladders {
		f := Fault{Hosts: []string{l.Host}, Detail: l.HTTP.Detail}
		switch {
		case l.HTTP.State != Failed:
			continue
		case l.HTTP.Kind == BadResponse:
			f.Kind = FaultNotHTTP
		case l.HTTP.Kind == Timeout:
			f.Kind, f.Place, f.Note = FaultHTTPSilent, PlaceService, true
		case l.HTTP.Kind == Reset || l.HTTP.Kind == Closed:
			f.Kind = FaultReset
		case l.HTTP.Kind == Redirected:
			f.Kind, f.Place, f.Detail = FaultPortal, PlaceService, l.HTTP.RedirectHost
			f.Note = true // over a connection that its certificate vouches for
		default:
			continue
		}
		j.add(f)
	}
}

// webSockets judges upgrades. An answer that comes sooner than the service's
// could is somebody's in between, and so is one over a connection whose TLS ends
// before the service.
func (j *judgement) webSockets() {
	for _, l := range j.r.Ladders {
		ws := l.WS
		if ws.State != Failed {
			continue
		}
		f := Fault{Hosts: []string{l.Host}, Detail: statusWord(ws.Status)}
		between, taken := j.endsTLS(l)
		switch {
		case ws.Kind == NoPong:
			f.Kind = FaultWSMute
		case ws.Kind == UpgradeRefused && (ws.Status == 426 || ws.Status/100 == 2):
			f.Kind = FaultWSStripped
		case ws.Kind == UpgradeRefused && ws.Status/100 == 3:
			f.Kind, f.Note = FaultWSDenied, true
		case ws.Kind == UpgradeRefused:
			f.Kind = FaultWSDenied
			if p, near := j.nearer(ws.TTFB, l.TLS.Connect); near && taken {
				between = p
			} else {
				taken = false // the service's own answer takes as long as the way to it
			}
		case ws.Kind == Timeout && l.HTTP.State == OK:
			f.Kind = FaultWSSilent
		case (ws.Kind == Reset || ws.Kind == Closed) && l.HTTP.State == OK:
			f.Kind = FaultWSFailed
		default:
			continue // the page's rung says it already
		}
		f.Place = PlaceService
		if taken {
			f.Place = between
		} else if l.Proxy != "" {
			f.Place = PlaceUnknown
		}
		// Without a login a push host may well say no; it answered, which is what counts.
		f.Note = f.Note || f.Kind == FaultWSDenied && f.Place == PlaceService
		j.add(f)
	}
}

// endsTLS tells whether somebody before the service ends the TLS connection: the
// handshake took less than the way to the service does.
func (j *judgement) endsTLS(l LadderResult) (Place, bool) {
	if j.r.TakenOver == 0 || l.TLS.State != OK {
		return PlaceUnknown, false
	}
	const work = 3 * time.Millisecond // of the two ends
	// The quickest of all handshakes: a busy machine only ever adds.
	shake, connect := l.TLS.Duration, l.TLS.Connect
	for _, o := range j.r.Ladders {
		if o.TLS.State == OK && o.Proxy == "" {
			shake, connect = min(shake, o.TLS.Duration), min(connect, o.TLS.Connect)
		}
	}
	return j.nearer(max(0, shake-work), connect)
}
