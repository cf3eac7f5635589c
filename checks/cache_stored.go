package checks

import (
	"cmp"
	"context"
	"math"
	"net/http"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	"meiqia-diag/checks/machine"
	"meiqia-diag/checks/probe"
	"meiqia-diag/checks/webcache"
	"meiqia-diag/diag"
	"meiqia-diag/diag/attempt"
	"meiqia-diag/diag/clock"
	"meiqia-diag/diag/incident"
	"meiqia-diag/diag/profile"
)

// What browsers have stored. All carry in the detail which browser and profile
// (of an Electron client, which partition) it is about.
const (
	// CacheView is a stored answer of the service that a page shows messages from: kept (the
	// browser uses it without asking), asks (it is validated first). The detail says how it
	// shows the incident's message, where it does: plain, withdrawn.
	CacheView = "cache.view"
	// CacheWorker is a service worker registered for the workbench: active, waiting.
	CacheWorker = "cache.worker"
	// CacheTorn is the number of records of the caches that were half-written each time they were read.
	CacheTorn = "cache.torn"
)

// Kinds of stored copies.
const (
	pageCopy   = "page"
	scriptCopy = "script"
	viewCopy   = "view"
)

// httpCache and workerCache are where a copy lies.
const (
	httpCache   = "http-cache"
	workerCache = "service-worker"
)

// stored is one copy in a browser's store.
type stored struct {
	webcache.Entry
	kind  string // pageCopy, scriptCopy, viewCopy
	place *place
	where string
	fresh webcache.Freshness // by the device's own clock, as the browser reckons
	age   time.Duration      // by the service's clock
	half  time.Duration      // bound of its error
	kept  bool               // the browser uses it without asking
}

// place is one profile's stores.
type place struct {
	dir     string // profile folder, or a bare cache
	name    string // browser, and the profile or partition below
	source  string
	live    bool
	firefox bool
	now     time.Time // the device's clock: now, or at the incident
	workers []webcache.Worker
}

// Bounds of what is shown of one run.
const (
	maxPlaces     = 16
	maxShownAges  = 8
	maxShownViews = 8
	storedTime    = 4 * time.Second // for reading all stores
)

// storedCopies reads the caches of this machine's browsers, where it can be the one that
// failed, and of the profile folders that were handed in.
func (s *sheet) storedCopies(ctx context.Context, in *diag.Input, seen diag.Observations) []stored {
	ctx, cancel := context.WithTimeout(ctx, storedTime)
	defer cancel()
	want := wantedHosts(in.Profile)
	if want == nil {
		return nil
	}
	var all []stored
	torn, looked := 0, 0
	for _, p := range places(ctx, in) {
		if ctx.Err() != nil {
			break
		}
		for _, r := range p.read(ctx, want) {
			torn, looked = torn+r.Torn, looked+r.Seen
			for _, e := range r.Entries {
				if c, ok := p.copyOf(e, in, seen); ok {
					all = append(all, c)
				}
			}
		}
		for _, w := range p.workers {
			state := "waiting"
			if w.Active {
				state = "active"
			}
			s.add(CacheWorker, state, p.opts(detail("scope", clip(pathOf(w.Scope), 120), "script", clip(pathOf(w.Script), 120)))...)
		}
	}
	if torn > 0 {
		s.add(CacheTorn, torn, unit("count"), from("browser cache"), detail("records", itoa(looked)))
	}
	s.storedAges(all)
	s.storedViews(all, in)
	return all
}

// opts are what every observation about a place carries.
func (p *place) opts(more ...option) []option {
	out := append([]option{from(p.source)}, more...)
	out = append(out, detail("profile", p.name))
	if p.live {
		out = append(out, live())
	}
	return out
}

// wantedHosts tells the URLs of the workbench's, its scripts' and its API's hosts; nil where the profile names none.
func wantedHosts(p *profile.Profile) webcache.Wanted {
	hosts := map[string]bool{}
	for _, role := range []profile.Role{profile.Workbench, profile.Static, profile.API} {
		for _, h := range p.HostsOf(role) {
			if authority := authorityOf(h.URL); authority != "" {
				hosts[authority] = true
			}
		}
	}
	if len(hosts) == 0 {
		return nil
	}
	return func(url string) bool { return hosts[authorityOf(url)] }
}

// authorityOf cuts scheme, host and port out of an address, without a port that
// is the scheme's own. It is asked for every record of a cache.
func authorityOf(raw string) string {
	i := strings.Index(raw, "://")
	if i < 0 || !strings.HasPrefix(raw, "http") {
		return ""
	}
	end := strings.IndexAny(raw[i+3:], "/?#")
	if end < 0 {
		end = len(raw) - i - 3
	}
	a := raw[:i+3+end]
	switch raw[:i] {
	case "https":
		a = strings.TrimSuffix(a, ":443")
	case "http":
		a = strings.TrimSuffix(a, ":80")
	}
	return strings.ToLower(a)
}

// places lists the profiles to look at: those in use on this machine, and those handed in.
func places(ctx context.Context, in *diag.Input) []*place {
	var out []*place
	now := in.Now()
	if attemptLive(in) {
		for _, u := range inUse(machine.Browsers(ctx, sitesOf(in).Pages), now) {
			if u.Dir != "" {
				out = append(out, &place{dir: u.Dir, name: u.Name(), source: "this machine", live: true, firefox: u.Family == machine.Firefox, now: now})
			}
		}
		list, _ := clientsHere(ctx, in)
		for _, c := range list {
			if c.DataDir == "" {
				continue
			}
			for _, p := range machine.ProfileFolders(c.DataDir) {
				name := strings.TrimSuffix(c.Name+" · "+machine.NameOfProfile(c.DataDir, p), " · ")
				out = append(out, &place{dir: p, name: name, source: "this machine", live: true, now: now})
			}
		}
	}
	at := now
	if m, ok := in.Incident.Moment(incident.AttemptAt); ok && m.T.Before(now) {
		at = m.T
	}
	for _, dir := range in.Attempt.Evidence.Browsers {
		folders := machine.ProfileFolders(dir)
		if len(folders) == 0 {
			folders = []string{dir}
		}
		for _, p := range folders {
			out = append(out, &place{dir: p, name: firstOf(machine.NameOfProfile(dir, p), filepath.Base(p)), source: "browser profile", now: at})
		}
	}
	return out[:min(len(out), maxPlaces)]
}

// read reads all stores of a place. What cannot be read is not known, and nothing is said of it.
func (p *place) read(ctx context.Context, want webcache.Wanted) (out []webcache.Reading) {
	stores := machine.CachesOf(p.dir)
	if webcache.IsCache(p.dir, "") {
		stores = append(stores, machine.Store{Dir: p.dir})
	}
	for _, st := range stores {
		if r, err := webcache.Read(ctx, st.Dir, st.Sub, want); err == nil {
			p.firefox = p.firefox || r.Format == webcache.Cache2
			out = append(out, r)
		}
	}
	if r, err := webcache.ReadCacheStorage(ctx, p.dir, want); err == nil {
		out = append(out, r)
	}
	if r, err := webcache.ReadFirefoxCaches(ctx, p.dir, want); err == nil {
		p.firefox = p.firefox || r.Seen > 0
		out = append(out, r)
	}
	if list, err := webcache.ReadWorkers(ctx, p.dir, want); err == nil {
		p.workers = list
	} else if list, err := webcache.ReadFirefoxWorkers(p.dir, want); err == nil {
		p.workers = list
	}
	return out
}

// copyOf tells what a stored entry is; ok is false for what tells nothing here.
func (p *place) copyOf(e webcache.Entry, in *diag.Input, seen diag.Observations) (stored, bool) {
	c := stored{Entry: e, place: p, where: httpCache, kind: kindOfCopy(e)}
	if c.kind == "" || e.Status != http.StatusOK && e.Status != 0 || e.Format == webcache.ScriptCache {
		return c, false
	}
	if !p.live && e.ResponseTime.After(p.now) {
		return c, false // stored after the incident: it tells nothing of then
	}
	answer := e.Answer()
	answer.Firefox = p.firefox
	c.fresh = webcache.FreshnessOf(answer, p.now)
	c.kept = c.fresh.Kept()
	if e.Format == webcache.CacheStorage {
		// A worker hands out what it put aside for as long as it likes.
		c.where, c.kept = workerCache, slices.ContainsFunc(p.workers, func(w webcache.Worker) bool {
			return w.Active && w.Fetches && strings.HasPrefix(e.URL, originOf(w.Scope))
		})
	}
	if !c.fresh.Known {
		return c, false
	}
	c.age, c.half = c.fresh.Age, time.Second // whole seconds, as a Date has them
	if off, ok := offsetFor(p, in, seen); ok {
		c.age, c.half = serviceAge(answer, clock.Stamp{T: p.now, Clock: clock.Device}.OnService(off), p.now)
	}
	return c, true
}

// offsetFor gives the clock offset of the device that a place is on.
func offsetFor(p *place, in *diag.Input, seen diag.Observations) (clock.Offset, bool) {
	if p.live {
		return liveOffset(seen)
	}
	return in.Attempt.Offset, in.Attempt.Offset.Known
}

// serviceAge reckons an answer's age by the service's clock, which its Date is
// of: a device whose clock is off makes answers older or younger than they are.
func serviceAge(a webcache.Answer, at clock.Interval, now time.Time) (age, half time.Duration) {
	half = at.Half() + time.Second
	date, err := http.ParseTime(a.Header("Date"))
	if err != nil {
		return webcache.FreshnessOf(a, now).Age, half
	}
	age = max(0, at.Middle().Sub(date))
	if n, err := strconv.Atoi(a.Header("Age")); err == nil && n >= 0 && n < math.MaxInt32 && !a.ResponseTime.IsZero() {
		age = max(age, time.Duration(n)*time.Second+max(0, now.Sub(a.ResponseTime)))
	}
	return age, half
}

func originOf(raw string) string { return authorityOf(raw) + "/" }

// kindOfCopy tells what an entry holds by what the service called it, and by its name where it did not.
func kindOfCopy(e webcache.Entry) string {
	mime := strings.ToLower(e.Header.Get("Content-Type"))
	ext := strings.ToLower(filepath.Ext(pathOf(e.URL)))
	switch {
	case strings.HasPrefix(mime, "text/html"), mime == "" && (ext == ".html" || ext == ".htm"):
		return pageCopy
	case strings.Contains(mime, "javascript"), mime == "" && (ext == ".js" || ext == ".mjs"):
		return scriptCopy
	case strings.Contains(mime, "json") && attempt.HistoryPath(e.URL):
		return viewCopy
	}
	return ""
}

// partition names what keeps a copy apart, "" for none.
func (c stored) partition() string {
	return strings.Join(slices.DeleteFunc([]string{c.Entry.Partition, c.Cache}, func(s string) bool { return s == "" }), " ")
}

// left is how long the browser goes on using the copy, by its own reckoning.
func (c stored) left() float64 { return math.Trunc(c.fresh.Left().Seconds()) }

// storedAges reports for each place and partition how old the page is, or the
// script that names of builds do not keep current.
func (s *sheet) storedAges(all []stored) {
	best := map[string]stored{}
	var order []string
	rank := func(c stored) int {
		switch {
		case c.kind == pageCopy:
			return 0
		case !namedByContent(c.URL):
			return 1
		}
		return 2
	}
	for _, c := range all {
		if c.kind == viewCopy {
			continue
		}
		key := c.place.dir + "\n" + c.where + "\n" + c.partition()
		have, ok := best[key]
		if !ok {
			order = append(order, key)
		}
		if !ok || cmp.Or(cmp.Compare(rank(c), rank(have)), cmp.Compare(have.age, c.age)) < 0 {
			best[key] = c
		}
	}
	for _, key := range order[:min(len(order), maxShownAges)] {
		c := best[key]
		d := detail("copy", "stored", "where", c.where, "url", clip(pathOf(c.URL), 120), "partition", c.partition(), "kept", yesNo(c.kept), "named_by_content", yesNo(c.kind == scriptCopy && namedByContent(c.URL)), "lifetime_by", c.fresh.By)
		s.add(CacheAge, math.Trunc(c.age.Seconds()), c.place.opts(unit("s"), plusMinus(math.Ceil(c.half.Seconds())), d)...)
		s.add(CacheFreshnessLeft, c.left(), c.place.opts(unit("s"), plusMinus(1), d)...)
	}
}

// storedViews reports stored answers that a page shows messages from. Of what they
// say only the state of the incident's message is looked at, and nothing is kept.
func (s *sheet) storedViews(all []stored, in *diag.Input) {
	id, n := in.Incident.String(incident.MessageID), 0
	for _, c := range all {
		if c.kind != viewCopy || n == maxShownViews {
			continue
		}
		n++
		word, shows := "asks", ""
		if c.kept {
			word = "kept"
		}
		if id != "" {
			if b, err := c.Text(1 << 20); err == nil {
				shows = attempt.MessageState(string(b), id)
			}
		}
		s.add(CacheView, word, c.place.opts(at(clock.Stamp{T: c.ResponseTime}), detail("url", clip(pathOf(c.URL), 120), "message", shows, "where", c.where, "partition", c.partition(),
			"age_s", strconv.Itoa(int(c.age.Seconds())), "left_s", strconv.Itoa(int(c.left()))))...)
	}
}

// askable reports whether a copy may be asked for: the profile names its host as the workbench's or its scripts'.
func askable(in *diag.Input, raw string) bool {
	for _, role := range []profile.Role{profile.Workbench, profile.Static} {
		for _, h := range in.Profile.HostsOf(role) {
			if probe.SameHost(h.URL, raw) {
				return plainQuery(raw)
			}
		}
	}
	return false
}
