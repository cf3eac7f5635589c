package checks

import (
	"context"
	"time"

	"meiqia-diag/checks/machine"
	"meiqia-diag/diag"
	"meiqia-diag/diag/incident"
	"meiqia-diag/diag/profile"
)

// clientLately is how long ago a client may have been used for it to count as
// the one that agents work in, where nobody says what they work in.
const clientLately = 7 * 24 * time.Hour

// foundClient is the client that recalls are pressed in, as far as can be told.
type foundClient struct {
	machine.Client
	source string
	live   bool
}

// clientsNow lists the desktop clients that were handed in and, where this
// machine can be the incident's, those on it. It gives the one in use: what was
// handed in is, and one that is merely installed is not.
func (s *sheet) clientsNow(ctx context.Context, in *diag.Input) foundClient {
	var use foundClient
	for _, place := range in.Attempt.Evidence.Clients {
		c, ok := machine.ClientAt(place)
		if !ok {
			continue
		}
		s.add(ClientInstalled, c.Name, from("client folder"), detail("version", c.Version, "version_from", c.From))
		if use.Version == "" {
			use = foundClient{c, "client folder", false}
		}
	}
	if !attemptLive(in) {
		return use
	}
	list, named := clientsHere(ctx, in)
	device := in.Incident.String(incident.Device)
	for i, c := range list {
		found, lately := "", ""
		if c.Missing {
			found = "no"
		}
		inUse := !c.Used.IsZero() && in.Now().Sub(c.Used) < clientLately
		if inUse {
			lately = "yes"
		}
		s.add(ClientInstalled, c.Name, live(), from("this machine"), detail("version", c.Version, "version_from", c.From, "used_lately", lately, "found", found))
		inUse = inUse || i < named && !c.Missing // somebody said that it is the agents'
		if use.Version == "" && (device == "desktop_app" || device == "" && inUse) {
			use = foundClient{c, "this machine", true}
		}
	}
	return use
}

// clientsHere finds the service's clients on this machine; the first ones are
// those that the profile names.
func clientsHere(ctx context.Context, in *diag.Input) (list []machine.Client, named int) {
	var hosts []string
	for _, h := range in.Profile.HostsOf(profile.Workbench) {
		hosts = append(hosts, h.Name())
	}
	var byName []machine.NamedClient
	for _, c := range in.Profile.Clients {
		byName = append(byName, machine.NamedClient{Name: c.Name, Path: c.Path})
	}
	return machine.Clients(ctx, hosts, byName), len(byName)
}

// updateNow compares a client with what its updater would fetch.
func (s *sheet) updateNow(ctx context.Context, in *diag.Input, version string) string {
	if version == "" {
		return ""
	}
	for _, key := range clientKinds[in.Incident.String(incident.Device)] {
		latest := offered(ctx, in, in.Profile.Updates[key])
		if latest == "" {
			continue
		}
		word := "current"
		if older(version, latest) {
			word = "behind"
		}
		s.add(ClientUpdate, word, live(), from("update manifest"), detail("version", version, "latest", latest))
		return word
	}
	return ""
}
