package compare

import "strings"

// How a value is held against its like.
const (
	byBounds  = "bounds"            // ± bounds that hold: a change is more than both together
	bySpans   = "interval"          // two 95 % intervals, combined in squares (MOVER)
	byShares  = "two-proportion"    // two shares of counted things (Newcombe 1998, method 10)
	byMedians = "median-and-jitter" // medians of round trips, by how much these swing
	byThumb   = "rule-of-thumb"     // its uncertainty is not known: twice as much, or half of it, over a floor
	byWord    = "exact"
	byVersion = "version"
)

// scale says how observations of one id are compared and which way is better.
// Without one, numbers are compared by what they carry and words as they stand.
type scale struct {
	better    int     // -1 less is better, +1 more is better, 0 neither
	magnitude bool    // it is the distance from 0 that counts
	floor     float64 // in the observation's unit: what is less never mattered to a recall
	momentary bool    // it is another the next minute, whatever was mended
	exact     bool    // a number that is a word: a status, a count
	good      string  // the words that are as they should be, "|" between them
	bad       string  // the words that are not; "*" for any: that it is there at all is bad
	same      []string
	version   bool // its detail "version" is compared too
}

// scales is in the observations' own units. Floors: clocks wander by tens of
// milliseconds between two settings, a schedule's tick and a cache miss take
// some milliseconds, and a recall's window is seconds to minutes long.
var scales = map[string]scale{
	"clock.offset":          {better: -1, magnitude: true, floor: 50},
	"clock.offset.incident": {better: -1, magnitude: true, floor: 50},
	"clock.ntp":             {good: "good"},
	"clock.skewed":          {good: "none"},
	"clock.step":            {bad: "*"},
	"clock.conflict":        {bad: "*"},

	"network.rtt":             {better: -1, floor: 5},
	"network.echo_rtt":        {better: -1, floor: 5},
	"network.gateway_rtt":     {better: -1, floor: 5},
	"network.recorded_rtt":    {better: -1, floor: 5},
	"network.jitter":          {better: -1, floor: 10},
	"network.loss":            {better: -1},
	"network.gateway_loss":    {better: -1},
	"network.bloat":           {better: -1, floor: 50},
	"network.setup":           {better: -1, floor: 100},
	"network.others_failing":  {better: -1, floor: 10},
	"network.recorded_swings": {better: -1, floor: 20},
	"network.quality":         {good: "good"},
	"network.push":            {bad: "*"},
	"network.fault":           {bad: "*"},
	"network.rung":            {bad: "*", same: []string{"role"}},
	"network.error":           {bad: "*"},
	"network.dropped":         {bad: "*"},
	"network.barred":          {bad: "*"},
	"network.place":           {bad: "*"},

	"server.queueing": {better: -1, floor: 100},
	"server.ttfb":     {better: -1, floor: 100},
	"server.slow":     {better: -1, floor: 100},
	"server.failing":  {better: -1},
	"server.limited":  {better: -1},
	"server.overdue":  {better: -1},
	"server.status":   {exact: true},
	"server.backends": {good: "even"},
	"server.answer":   {good: "accepted"},
	"server.refusal":  {bad: "*"},
	"server.session":  {bad: "lost"},
	"server.route":    {bad: "missing"},
	"server.bug":      {bad: "*"},

	"client.version":   {good: "ok", version: true},
	"client.installed": {version: true},
	"client.update":    {bad: "behind"},

	"device.load":        {better: -1, momentary: true, floor: 30},
	"device.memory":      {better: 1, momentary: true, floor: 30},
	"device.press_delay": {better: -1, floor: 100},
	"device.long_task":   {better: -1, floor: 100},
	"device.tap":         {good: "hit"},
	"device.button":      {good: "visible"},

	"cache.app":            {good: "current"},
	"cache.age":            {momentary: true, floor: 60},
	"cache.freshness_left": {momentary: true, floor: 60},
	"cache.view":           {bad: "kept"},
	"cache.torn":           {bad: "*"},

	"browser.blocked_by": {bad: "*", same: []string{"rule", "hits"}},
	"browser.dispatch":   {good: "sent"},
	"browser.version":    {good: "ok", version: true, same: []string{"browser"}},
	"browser.engine":     {good: "ok", version: true, same: []string{"browser"}},
	"browser.installed":  {version: true},
	"browser.extension":  {version: true, same: []string{"id"}},
	"browser.setting":    {same: []string{"effect", "site", "key"}},
	"browser.policy":     {exact: true, same: []string{"browser", "names"}},
	"browser.script":     {bad: "*"},
	"browser.lacks":      {bad: "*"},
	"browser.threw":      {bad: "*"},

	"permission.account":        {good: "yes"},
	"permission.role":           {good: "allowed"},
	"permission.type":           {good: "recallable"},
	"permission.channel":        {good: "recallable"},
	"permission.sender":         {good: "self"},
	"permission.read":           {good: "no"},
	"permission.visitor_action": {good: "none"},
	"permission.processed_by":   {good: "none", bad: "*"},
	"permission.target":         {bad: "*"},

	"window.margin":   {better: 1, floor: 1000}, // people are that quick and that slow
	"window.forecast": {better: 1},
	"window.travel":   {better: -1, floor: 100},
	"window.length":   {exact: true},
	"window.elapsed":  {momentary: true, floor: 1000}, // how long a person took this time
	"window.left":     {momentary: true, floor: 1000},
	"window.asked":    {good: "in"},
	"window.arrived":  {good: "in"},
	"window.paradox":  {bad: "*"},

	"sync.event":          {good: "seen"},
	"sync.push":           {good: "up", bad: "down"},
	"sync.history":        {good: "withdrawn", bad: "still|cached"},
	"sync.session":        {bad: "behind"},
	"sync.delivery":       {bad: "failed|none"},
	"sync.kicked":         {bad: "*"},
	"sync.other_logins":   {exact: true},
	"sync.visitor_client": {good: "ok", bad: "below", version: true},
}

func oneOf(word, list string) bool {
	for l := range strings.SplitSeq(list, "|") {
		if l == word && l != "" {
			return true
		}
	}
	return false
}

// rank puts a word on a scale: 1 as it should be, -1 not so, 0 nothing is known of it.
func (s scale) rank(word string) int {
	switch {
	case word == "" || word == "unknown":
		return 0
	case oneOf(word, s.good):
		return 1
	case s.bad == "*" || oneOf(word, s.bad):
		return -1
	case s.good != "" && s.bad == "":
		return -1
	}
	return 0
}

// beside are observations that repeat others or quote logs: they differ between
// any two recordings, or the incident has them, and they tell nothing that others do not.
func beside(id string) bool {
	return strings.HasSuffix(id, ".hint") || strings.HasSuffix(id, ".signal") || id == "clock.server" || id == "window.edge" || id == "window.order" || id == "window.shown" || id == "cache.used" ||
		id == "attempt.symptom" || id == "device.kind"
}
