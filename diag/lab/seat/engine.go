package seat

import "fmt"

// Engine is how a browser is set and what it can do; the zero value is a
// current browser as it comes.
type Engine struct {
	Version   int    // of Chrome, a current one when zero
	NoScript  bool   // site setting: no JavaScript
	NoStorage bool   // site setting: no data kept
	Filter    string // an extension blocks requests whose address holds this
}

// currentVersion is of the browsers that the seats are.
const currentVersion = 142

// UserAgent fits a browser's name with the engine's version.
func (e Engine) UserAgent(format string) string {
	v := e.Version
	if v == 0 {
		v = currentVersion
	}
	return fmt.Sprintf(format, fmt.Sprintf("%d.0.0.0", v))
}

// has tells whether the engine knows a function that came with a version.
func (e Engine) has(since int) bool { return e.Version == 0 || e.Version >= since }

// withResolvers is the version of Chrome that Promise.withResolvers came with.
const withResolvers = 119
