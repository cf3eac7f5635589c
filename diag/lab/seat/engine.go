package seat

import (
	"errors"
	"fmt"
	"net/url"
	"slices"
	"strings"
	"time"
)

// Engine is how a browser is set and what it can do; the zero value is a
// current browser as it comes.
type Engine struct {
	Version   int    // of Chrome, a current one when zero
	NoScript  bool   // site setting: no JavaScript
	NoStorage bool   // site setting: no data kept
	Filter    string // an extension blocks requests whose address holds this
}

const (
	currentVersion = 142 // of Chrome, for browsers of today
	withResolvers  = 119 // of Chrome, that Promise.withResolvers came with
)

// UserAgent puts the engine's version into a User-Agent.
func (e Engine) UserAgent(format string) string {
	v := e.Version
	if v == 0 {
		v = currentVersion
	}
	return fmt.Sprintf(format, fmt.Sprintf("%d.0.0.0", v))
}

// has tells whether the engine knows a function that came with a version.
func (e Engine) has(since int) bool { return e.Version == 0 || e.Version >= since }

// What Chrome throws where a site may keep no data, and where a function is not there.
const (
	noStorage = "SecurityError: Failed to read the 'localStorage' property from 'Window': Access is denied for this document."
	lacking   = "TypeError: Promise.withResolvers is not a function"
)

// errFiltered is a request that an extension blocked.
var errFiltered = errors.New("blocked by an extension")

// thrown is how the console shows what a script did not catch.
func (b *Browser) thrown(text, at string) {
	b.Console.add(time.Now(), "error", scriptName(b.pageURL()), fmt.Sprintf("Uncaught (in promise) %s\n    at %s (%s/static/%s:181:3)", text, at, origin(b.pageURL()), scriptName(b.pageURL())))
}

// forbids tells whether the page's Content-Security-Policy keeps its script
// from an address. The developer tools record no such request; the console
// shows two lines.
func (b *Browser) forbids(a Ask, u *url.URL) bool {
	b.mu.Lock()
	policy := b.policy
	b.mu.Unlock()
	p := b.pageURL()
	if policy == "" || p == nil || a.Kind != "fetch" {
		return false
	}
	for _, d := range strings.Split(policy, ";") {
		f := strings.Fields(d)
		if len(f) == 0 || f[0] != "connect-src" {
			continue
		}
		if slices.Contains(f[1:], origin(u)) || slices.Contains(f[1:], "'self'") && origin(u) == origin(p) {
			return false
		}
		b.Console.add(time.Now(), "error", b.source(a), fmt.Sprintf("Connecting to '%s' violates the following Content Security Policy directive: \"%s\". The action has been blocked.", a.URL, strings.Join(f, " ")))
		b.Console.add(time.Now(), "error", b.source(a), fmt.Sprintf("Fetch API cannot load %s. Refused to connect because it violates the document's Content Security Policy.", a.URL))
		return true
	}
	return false
}

// Set changes how the browser is set; no page may be running.
func (b *Browser) Set(e Engine) { b.set.Engine = e }
