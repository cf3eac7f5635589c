// Package profile holds what is known, or assumed, of the service under
// diagnosis: its hosts by role, its recall window, what it can recall, the
// versions it asks for, and how its dialect says "recall", "refused" and
// "recalled". Nothing of this is built into code: the embedded profile is a
// YAML file like a user's own.
package profile

import (
	"net/url"
	"strings"
	"time"

	"meiqia-diag/diag/incident"
)

// Role tells what a host is for.
type Role string

// The roles a profile may give to a host.
const (
	Workbench Role = "workbench" // the agents' page
	API       Role = "api"       // where requests go
	Push      Role = "push"      // the WebSocket that tells of changes
	Static    Role = "static"    // scripts and style sheets
	Media     Role = "media"     // pictures and files
	Visitor   Role = "visitor"   // the visitor's page or SDK's API
	Discovery Role = "discovery" // tells clients which hosts to use
)

var roles = []Role{Workbench, API, Push, Static, Media, Visitor, Discovery}

// Host is one host by its role.
type Host struct {
	Role Role   `yaml:"role" json:"role"`
	URL  string `yaml:"url" json:"url"`
}

// Name gives the host's name without port, lower case.
func (h Host) Name() string {
	u, err := url.Parse(h.URL)
	if err != nil {
		return ""
	}
	return strings.ToLower(u.Hostname())
}

// Client is where a client of the agents' is installed: its folder, program,
// bundle or app.asar. A leading ~ is the home folder, %NAME% a variable.
type Client struct {
	Name string `yaml:"name" json:"name,omitempty"`
	Path string `yaml:"path" json:"path"`
}

// Note tells how a value is known and from where.
type Note struct {
	Basis  string `yaml:"basis" json:"basis"` // stated (published by the maker), measured, assumed
	Source string `yaml:"source" json:"source"`
}

var bases = []string{string(incident.Stated), string(incident.Measured), string(incident.Assumed)}

// Pattern says which words mean one thing in the service's dialect.
type Pattern struct {
	Means string   `yaml:"means" json:"means"`           // what it means: one word of the vocabulary in patterns.go
	Text  []string `yaml:"text" json:"text,omitempty"`   // regular expressions (RE2) on lower-cased text
	Codes []string `yaml:"codes" json:"codes,omitempty"` // regular expressions on whole codes, lower-cased
}

// Recall says how a request or frame that asks for a recall looks.
type Recall struct {
	Verbs   []string `yaml:"verbs" json:"verbs,omitempty"`     // words for "recall" in URLs, bodies and frames
	Objects []string `yaml:"objects" json:"objects,omitempty"` // words for "message"
}

// Profile is all of it. The zero value of a field means unknown.
type Profile struct {
	Name    string `yaml:"name" json:"name"`
	Version string `yaml:"version" json:"version"`
	Base    string `yaml:"base" json:"base,omitempty"`

	Hosts           []Host            `yaml:"hosts" json:"hosts,omitempty"`
	TimeServers     []string          `yaml:"time_servers" json:"time_servers,omitempty"` // host:port, SNTP
	CAFile          string            `yaml:"ca_file" json:"ca_file,omitempty"`
	ExpectedIssuers []string          `yaml:"expected_issuers" json:"expected_issuers,omitempty"`
	RecallRequests  []string          `yaml:"recall_requests" json:"recall_requests,omitempty"` // "METHOD URL" samples
	Window          Duration          `yaml:"window" json:"window,omitempty"`
	RecallableTypes []string          `yaml:"recallable_types" json:"recallable_types,omitempty"`
	Channels        []string          `yaml:"recallable_channels" json:"recallable_channels,omitempty"`
	Roles           []string          `yaml:"recalling_roles" json:"recalling_roles,omitempty"`
	MinVersions     map[string]string `yaml:"min_versions" json:"min_versions,omitempty"` // visitor_android, visitor_ios, agent_desktop, browser_chrome, …
	Clients         []Client          `yaml:"clients" json:"clients,omitempty"`           // where the agents' desktop client is
	Updates         map[string]string `yaml:"updates" json:"updates,omitempty"`           // the updater's manifest of a client: agent_desktop, …
	RequestTimeout  Duration          `yaml:"request_timeout" json:"request_timeout,omitempty"`
	Recipients      []string          `yaml:"report_recipients" json:"report_recipients,omitempty"` // age public keys: reports are encrypted to them

	Recall   Recall          `yaml:"recall" json:"recall"`
	Refusals []Pattern       `yaml:"refusals" json:"refusals,omitempty"`
	Events   []Pattern       `yaml:"events" json:"events,omitempty"`
	Signals  []Pattern       `yaml:"signals" json:"signals,omitempty"`
	Notes    map[string]Note `yaml:"notes" json:"notes,omitempty"`

	compiled *matchers
	ownHosts bool
}

// Duration is a time span written as people write it: 2m, 90s.
type Duration time.Duration

// D gives the span as a time.Duration.
func (d Duration) D() time.Duration { return time.Duration(d) }

// NoteOf tells how a value is known; assumed when nothing is noted.
func (p *Profile) NoteOf(key string) Note {
	if n, ok := p.Notes[key]; ok {
		return n
	}
	return Note{Basis: "assumed", Source: "profile " + p.Name}
}

// OwnHosts reports whether a user's own profile names the hosts, so that they are no guess.
func (p *Profile) OwnHosts() bool { return p.ownHosts }

// HostsOf gives the hosts of one role, in the profile's order.
func (p *Profile) HostsOf(role Role) []Host {
	var out []Host
	for _, h := range p.Hosts {
		if h.Role == role {
			out = append(out, h)
		}
	}
	return out
}

// RoleOf gives the role of a listed host, the first where it is listed with
// several; "" for any other. A host beside a listed one has none: under one
// domain live all roles, so the domain tells nothing but what Related tells.
func (p *Profile) RoleOf(host string) Role {
	host = strings.ToLower(host)
	for _, h := range p.Hosts {
		if h.Name() == host {
			return h.Role
		}
	}
	return ""
}

// Related reports whether a host belongs to the service: listed, or in the
// same registered domain as a listed one.
func (p *Profile) Related(host string) bool {
	host = strings.ToLower(host)
	for _, h := range p.Hosts {
		n := h.Name()
		if n == host || (n != "" && Site(n) == Site(host)) {
			return true
		}
	}
	return false
}

// Site gives the last two labels of a name (three under a two-letter country's
// second level such as com.cn); an address is its own site.
func Site(host string) string {
	if strings.Contains(host, ":") || strings.Trim(host, "0123456789.") == "" {
		return host
	}
	labels := strings.Split(host, ".")
	n := 2
	if len(labels) >= 3 && len(labels[len(labels)-1]) == 2 && len(labels[len(labels)-2]) <= 3 {
		n = 3
	}
	if len(labels) <= n {
		return host
	}
	return strings.Join(labels[len(labels)-n:], ".")
}
