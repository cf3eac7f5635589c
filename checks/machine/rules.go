package machine

import (
	"context"
	"encoding/json"
	"errors"
	"io/fs"
	"os"
	"path"
	"slices"
	"strings"

	"meiqia-diag/checks/dnr"
)

// ExtensionRules is what an enabled extension does by rules and settings that
// lie on disk. What it does by code, or by rules for one session, which are kept
// in memory alone, cannot be known.
type ExtensionRules struct {
	Extension Extension
	Set       *dnr.Set
	Lists     []RuleList // the rulesets in use, the dynamic one last
	// Listeners are the addresses that Firefox has noted the extension to hold
	// requests of until its code has decided.
	Listeners []Listener
	Proxy     string // the proxy that it has set: mode and server; "" for none

	installed float64 // when it was installed or updated, in the browser's own count
}

// RuleList is one file of rules in use.
type RuleList struct {
	ID      string // as the manifest names it, dnr.DynamicID for added ones
	File    string // below the extension's folder; below the profile for added ones
	Title   string // the filter list's name, "" where the extension keeps none
	Rules   int
	Dropped int  // rules that no browser would take
	Unread  bool // it is in use, and could not be read: what it does is not known
}

// Listener is a listener that may stop requests.
type Listener struct {
	URLs  []string // match patterns
	Types []string // resource types, none for all
}

// Rules reads the rules of the enabled extensions of a profile folder, sorted by
// id. When the context ends, the rulesets that are left are not read, and say so.
// The errors are those of Extensions.
func Rules(ctx context.Context, profileDir string) ([]ExtensionRules, error) {
	return rules(ctx, os.DirFS(profileDir), func(dir string) fs.FS { return os.DirFS(dir) })
}

func rules(ctx context.Context, root fs.FS, at func(string) fs.FS) ([]ExtensionRules, error) {
	list, err := extensions(root, at)
	if err != nil {
		return nil, err
	}
	fox := readFirefoxRules(root)
	var out []ExtensionRules
	for _, e := range list {
		x := ExtensionRules{Extension: e, Set: &dnr.Set{}}
		x.Set.Access = func(url string) bool { return matchesHost(e.Hosts, hostOf(url)) }
		x.Set.AccessAlways = !e.Has("declarativeNetRequest")
		if e.Has("declarativeNetRequest") || e.Has("declarativeNetRequestWithHostAccess") {
			if e.Family == Firefox {
				x.Extension.files, x.Extension.manifest = xpi(root, at, e.ID, e.Dir)
				x.firefoxRules(ctx, fox)
			} else {
				x.chromiumRules(ctx, root)
			}
		}
		if e.Family == Firefox {
			x.Listeners = fox.listeners[e.ID]
		} else {
			x.chromiumMade()
		}
		out = append(out, x)
	}
	return out, nil
}

// Knows reports whether all of its rules that are on disk could be read.
func (x *ExtensionRules) Knows() bool {
	return !slices.ContainsFunc(x.Lists, func(l RuleList) bool { return l.Unread })
}

// List gives the ruleset of an id.
func (x *ExtensionRules) List(id string) RuleList {
	for _, l := range x.Lists {
		if l.ID == id {
			return l
		}
	}
	return RuleList{ID: id}
}

// Line gives the line of the filter list that a rule was made of, "" where the
// extension does not keep the list or several lines could be meant; and the
// list's own title.
func (x *ExtensionRules) Line(ruleset string, r *dnr.Rule) (title, line string) {
	l := x.List(ruleset)
	title = l.Title
	if x.Extension.files == nil || l.File == "" || ruleset == dnr.DynamicID {
		return title, ""
	}
	f, err := openFile(x.Extension.files, l.File)
	if err != nil {
		return title, ""
	}
	defer f.Close()
	own, line := dnr.Source(f, r)
	if title == "" {
		title = own
	}
	return title, line
}

// resource is one of the rulesets that a manifest names.
type resource struct {
	id, file string
	enabled  bool
}

func resources(manifest object) (out []resource) {
	for _, o := range objects(get[object](manifest, "declarative_net_request"), "rule_resources") {
		file := path.Clean("/" + strings.ReplaceAll(get[string](o, "path"), `\`, "/"))[1:]
		out = append(out, resource{get[string](o, "id"), file, get[bool](o, "enabled")})
	}
	return out
}

// addStatic reads one static ruleset; order counts from 1.
func (x *ExtensionRules) addStatic(ctx context.Context, r resource, order int, disabled []int) {
	l := RuleList{ID: r.id, File: r.file, Title: x.titleOf(r.id)}
	var f fs.File
	err := errors.New("the extension's files are not here")
	if ctx.Err() != nil {
		err = ctx.Err()
	} else if x.Extension.files != nil {
		f, err = openFile(x.Extension.files, r.file)
	}
	if err != nil {
		l.Unread = true
		x.Lists = append(x.Lists, l)
		return
	}
	defer f.Close()
	s, problems := dnr.Load(f)
	s.ID, s.Order = r.id, order
	if x.Extension.Family == Firefox {
		s.DisableAll(disabled...)
	} else {
		s.Disable(disabled...)
	}
	l.Rules, l.Dropped, l.Unread = s.Len(), problems.Dropped, problems.Err != nil
	x.Lists, x.Set.Rulesets = append(x.Lists, l), append(x.Set.Rulesets, s)
}

// titleOf looks up the name of a ruleset where uBlock Origin Lite keeps them.
func (x *ExtensionRules) titleOf(id string) string {
	if x.Extension.files == nil {
		return ""
	}
	data, err := readFile(x.Extension.files, "rulesets/ruleset-details.json")
	if err != nil {
		return ""
	}
	var list []json.RawMessage
	if json.Unmarshal(trimBOM(data), &list) != nil {
		return ""
	}
	for _, raw := range list {
		if o, err := readObject(raw); err == nil && get[string](o, "id") == id {
			return get[string](o, "name")
		}
	}
	return ""
}

// Hit is what an extension's rules do to one request.
type Hit struct {
	By      *ExtensionRules
	Outcome dnr.Outcome
}

// Stopped gives the extensions by whose rules a request does not arrive. Each
// that blocks it does; of those that redirect it, where none blocks, the one
// that was installed or updated last (Chromium's ruleset_manager). A rule lets
// requests through its own extension alone.
func Stopped(list []ExtensionRules, r dnr.Request) (out []Hit) {
	var redirect *Hit
	for i := range list {
		x := &list[i]
		o := x.Set.Match(r)
		switch o.Action {
		case dnr.Block:
			out = append(out, Hit{x, o})
		case dnr.Redirect:
			if redirect == nil || x.installed > redirect.By.installed || x.installed == redirect.By.installed && x.Extension.ID > redirect.By.Extension.ID {
				redirect = &Hit{x, o}
			}
		}
	}
	if len(out) == 0 && redirect != nil {
		out = append(out, *redirect)
	}
	return out
}

// hostOf gives the host of an address, with its port where it names one.
func hostOf(url string) string {
	_, rest, ok := strings.Cut(url, "://")
	if !ok {
		return ""
	}
	if i := strings.IndexAny(rest, `/?#\`); i >= 0 {
		rest = rest[:i]
	}
	return rest[strings.LastIndexByte(rest, '@')+1:]
}
