package checks

import (
	"context"
	"net/url"
	"slices"
	"strings"
	"time"

	"meiqia-diag/checks/machine"
	"meiqia-diag/diag"
	"meiqia-diag/diag/profile"
)

// workbenchLately is how long ago a page of the service may have been used for
// the browser to count as the one that agents work in.
const workbenchLately = 30 * 24 * time.Hour

// setUp is what was found of this machine's browsers and of profiles handed in.
type setUp struct {
	browsers int    // browsers and profiles
	unread   int    // profiles handed in whose settings could not be read
	blocked  string // what a browser in use keeps the service from, "" for nothing that matters
	engine   string // ok, below; "" unknown
}

// usedProfile is a profile that recalls are pressed in, as far as can be told.
type usedProfile struct {
	machine.Browser
	machine.Profile
	use   string // workbench, running, default, last
	among int    // how many profiles it may be as well, itself with them
}

// setUpNow lists this machine's browsers, and of those in use the engine, the
// settings and the extensions that can touch the service's hosts. Then the same
// of profiles that were handed in.
func (s *sheet) setUpNow(ctx context.Context, in *diag.Input) setUp {
	var out setUp
	if attemptLive(in) {
		list := machine.Browsers(ctx, sitesOf(in).Pages)
		used := inUse(list, in.Now())
		for _, b := range list {
			out.browsers++
			s.addInstalled(b, used)
		}
		for _, u := range used {
			if word := s.engineNow(in, u); word != "" && out.engine != "below" {
				out.engine = word
			}
			if u.Dir == "" { // a browser whose data may not be read, or that has none
				continue
			}
			for _, set := range machine.Settings(ctx, u.Browser, u.Profile, sitesOf(in)) {
				if s.addSetting(in, set, u, "this machine") && out.blocked == "" {
					out.blocked = set.What
				}
			}
			if p := machine.Policies(u.Browser); len(p) > 0 {
				s.addPolicies(u.Browser.Name, p)
			}
			s.extensions(ctx, in, u, "this machine", true)
		}
	}
	for _, dir := range in.Attempt.Evidence.Browsers {
		out.browsers++
		for _, u := range handedIn(dir, sitesOf(in).Pages) {
			if !s.extensions(ctx, in, u, "browser profile", false) {
				out.unread++
			}
			sites := sitesOf(in)
			// Another site may be the service's own only as long as nothing says which it is.
			sites.Others = !in.Attempt.KnowsHosts() && !in.Profile.OwnHosts() && u.use != "workbench"
			for _, set := range machine.ProfileSettings(ctx, u.Dir, sites) {
				if s.addSetting(in, set, u, "browser profile") && out.blocked == "" {
					out.blocked = set.What
				}
			}
		}
	}
	return out
}

// Name names a profile in use as people know it.
func (u usedProfile) Name() string {
	switch {
	case u.Profile.Name == "":
		return u.Browser.Name
	case u.Browser.Name == "":
		return u.Profile.Name
	}
	return u.Browser.Name + " · " + u.Profile.Name
}

// sitesOf gives the addresses of the service: the profile's, and what the
// evidence itself shows to be the service's.
func sitesOf(in *diag.Input) machine.Sites {
	var out machine.Sites
	for _, h := range in.Profile.HostsOf(profile.Workbench) {
		out.Pages = append(out.Pages, h.URL)
	}
	for _, role := range []profile.Role{profile.API, profile.Push, profile.Static} {
		for _, h := range in.Profile.HostsOf(role) {
			out.Requests = append(out.Requests, h.URL)
		}
	}
	out.Mine = func(host string) bool { return in.Attempt.Service("https://" + host + "/") }
	return out
}

// inUse picks the profiles that recalls are pressed in: those in which the
// workbench was used lately; where no browser tells of one, the profile used
// last of the browsers that run, else of the default one, else of the only one.
func inUse(list []machine.Browser, now time.Time) []usedProfile {
	var lately, running, standard, last []usedProfile
	for _, b := range list {
		profiles := b.Profiles
		if len(profiles) == 0 {
			profiles = []machine.Profile{{Last: true}}
		}
		for _, p := range profiles {
			u := usedProfile{Browser: b, Profile: p}
			switch {
			case !p.Workbench.IsZero() && now.Sub(p.Workbench) < workbenchLately:
				u.use = "workbench"
				lately = append(lately, u)
			case !p.Last:
			case p.Dir == "" && b.Running != machine.Yes && b.Default != machine.Yes: // it is there, and nobody used it
			case b.Running == machine.Yes:
				u.use = "running"
				running = append(running, u)
			case b.Default == machine.Yes:
				u.use = "default"
				standard = append(standard, u)
			default:
				u.use = "last"
				last = append(last, u)
			}
		}
	}
	used := lately
	switch {
	case len(lately) > 0:
	case len(running)+len(standard) > 0:
		used = append(running, standard...)
	case len(last) == 1:
		used = last
	}
	for i := range used {
		used[i].among = len(used)
	}
	return used
}

// handedIn picks, of the profiles in a folder that was handed in, those in which
// the workbench was used. Where none tells of it, it may be any of them; an
// Electron client works in its partitions all at once.
func handedIn(dir string, pages []string) []usedProfile {
	var all, used []usedProfile
	side := 0
	for _, p := range machine.ProfileFolders(dir) {
		u := usedProfile{Profile: machine.Profile{Name: machine.NameOfProfile(dir, p), Dir: p, Workbench: machine.UsedLast(p, pages)}}
		if u.Profile.Name != "" && !strings.HasPrefix(u.Profile.Name, "Partitions/") {
			side++
		}
		if !u.Workbench.IsZero() {
			u.use = "workbench"
			used = append(used, u)
		}
		all = append(all, u)
	}
	if len(used) == 0 {
		used = all
	} else {
		side = len(used)
	}
	for i := range used {
		used[i].among = side
	}
	return used
}

// choice tells how many profiles it may be that a recall is pressed in, "" for this one alone.
func (u usedProfile) choice() string {
	if u.among < 2 {
		return ""
	}
	return itoa(u.among)
}

func (s *sheet) addInstalled(b machine.Browser, used []usedProfile) {
	var names []string
	use := ""
	for _, u := range used {
		if u.DataDir == b.DataDir && u.ID == b.ID {
			names, use = append(names, u.Profile.Name), u.use
		}
	}
	readable := ""
	if b.Unreadable {
		readable = "no"
	}
	engine := b.Engine
	if engine == b.Version {
		engine = ""
	}
	s.add(BrowserInstalled, b.Name, live(), from("this machine"), detail("version", b.Version, "version_from", b.VersionFrom, "engine", engine, "default", string(b.Default),
		"running", string(b.Running), "profiles", strings.Join(names, ", "), "use", use, "readable", readable))
}

// engineNow compares the engine of a browser in use with the profile's minimum:
// for the browser itself, else for the engine that it is built on.
func (s *sheet) engineNow(in *diag.Input, u usedProfile) string {
	version, key := u.Engine, "browser_"+u.ID
	if in.Profile.MinVersions[key] == "" {
		key = map[machine.Family]string{machine.Chromium: "browser_chrome", machine.Firefox: "browser_firefox", machine.Safari: "browser_safari"}[u.Family]
	}
	want := in.Profile.MinVersions[key]
	if u.Family == machine.IE {
		version, want = firstOf(version, u.Version, "11"), "any other browser"
	}
	if version == "" || want == "" || slices.ContainsFunc(s.list, func(o diag.Observation) bool {
		return o.ID == BrowserEngine && o.Detail["browser"] == u.Browser.Name && o.Detail["version"] == version
	}) {
		return ""
	}
	word := "ok"
	if u.Family == machine.IE || older(version, want) {
		word = "below"
	}
	s.add(BrowserEngine, word, live(), from("this machine"), detail("browser", u.Browser.Name, "version", version, "brand_version", brandVersion(u.Browser), "minimum", want,
		"minimum_basis", in.Profile.NoteOf(key).Basis, "use", u.use, "among", u.choice()))
	return word
}

func brandVersion(b machine.Browser) string {
	if b.Version == b.Engine {
		return ""
	}
	return b.Version
}

// matters are the settings that keep a recall from being sent where they block
// the service; the others are told and accuse nothing.
var matters = []string{"site", "javascript", "cookies", "storage", "insecure-content", "https-only"}

// addSetting reports one setting, and whether it keeps the service from working.
func (s *sheet) addSetting(in *diag.Input, set machine.Setting, u usedProfile, source string) bool {
	opts := []option{from(source)}
	if source == "this machine" {
		opts = append(opts, live())
	}
	if set.What == "proxy" && set.Effect == "fixed" && !in.Offline && deadProxy(set.Value) {
		set.Effect = "dead"
	}
	needed := ""
	if set.Needed {
		needed = "yes"
	}
	s.add(BrowserSetting, set.What, append(opts, detail("site", set.Whose, "effect", set.Effect, "value", clip(set.Value, 120), "host", clip(set.Host, 120), "by", set.By, "extension", set.Who,
		"key", clip(set.Key, 120), "place", placeName(set.Place), "since", day(set.Since), "undo", set.Undo, "profile", u.Name(), "use", u.use, "among", u.choice(), "needed", needed))...)
	return set.Effect == "dead" || set.Whose != "other" && (slices.Contains(matters, set.What) || set.What == "local-network" && set.Needed)
}

// placeName leaves out of a path the folder of the person.
func placeName(p string) string {
	if strings.HasPrefix(p, "/etc/") || strings.HasPrefix(p, "HKLM") || strings.HasPrefix(p, "HKCU") || strings.HasPrefix(p, "/Library/") {
		return p
	}
	return p[strings.LastIndexAny(p, `/\`)+1:]
}

func day(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.Format(time.DateOnly)
}

// addPolicies tells that an organisation manages a browser: who and where, not what for.
func (s *sheet) addPolicies(name string, list []machine.Policy) {
	var names, places []string
	for _, p := range list {
		names = append(names, p.Name)
		if p := placeName(p.Place); !slices.Contains(places, p) {
			places = append(places, p)
		}
	}
	s.add(BrowserPolicy, len(list), unit("count"), live(), from("this machine"), detail("browser", name, "places", clip(strings.Join(places, ", "), 200), "names", clip(strings.Join(names, " "), 300)))
}

// deadProxy reports whether a proxy on this machine does not listen. One
// elsewhere is not asked: it is no host of the profile's.
func deadProxy(value string) bool {
	u, err := url.Parse(value)
	if err != nil || u.Host == "" {
		u, err = url.Parse("http://" + value)
	}
	if err != nil || u.Port() == "" {
		return false
	}
	return machine.Listens(u.Hostname(), u.Port()) == machine.No
}
