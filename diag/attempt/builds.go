package attempt

import (
	"strings"
	"sync"

	"meiqia-diag/diag/lazy"
)

// A web build is named by its day, or by a hash where a word says that it is one:
// ids of messages and people look like hashes too.
const (
	buildDay   = `20\d\d[.-]?[01]\d[.-]?[0-3]\d(?:[-.+_][0-9A-Za-z]{1,16})?`
	buildToken = `(` + buildDay + `|(?:build|bundle|commit|release|rev|hash)[ :=#/"']{1,3}[0-9a-f]{7,40})\b`
)

var (
	liveBuild = lazy.MustCompile(`(?i)(?:\b(?:server|latest|newest|remote|network|live|deployed|available|new|announce[sd]?|expected|required|current on (?:the )?server|origin|upstream|cdn)|服务端|服务器|最新|线上|新版本?)[^\w]{0,4}(?:(?:has|is|says|reports?|announces?|at|web|app|client|page|front ?end|build|version|release|bundle|hash|id|版本|构建)[^\w]{1,4}){0,4}` + buildToken)
	ownBuild  = lazy.MustCompile(`(?i)(?:\b(?:cached|running|loaded|local|own|page|my|this|client|web|shell|current|old|stale|ui)|本地|当前|页面|缓存)[^\w]{0,4}(?:(?:is|shell|web|app|client|page|front ?end|build|version|release|bundle|hash|id|版本|构建)[^\w]{1,4}){0,4}` + buildToken)
	bareBuild = lazy.MustCompile(`(?i)\b(?:build|bundle|release)[ :=#]{1,3}(` + buildDay + `|[0-9a-f]{7,40})\b`)
	goneSince = lazy.MustCompile(`(?i)\b(?:removed|dropped|retired|deleted|gone|changed) (?:in|since|with|as of) (?:the )?(?:build |version |release )?` + buildToken)
	deployed  = lazy.MustCompile(`(?i)\b(?:deploy(?:ed|ment|ing)?|released?|rolled out|published|发布|上线)\b[ :=]{1,3}(?:build |version |web )?` + buildToken)
)

// What a recording tells of the two: the addresses of scripts name the build
// they are of, and pages poll a small file for the build that the service has.
var (
	scriptBuild = lazy.MustCompile(`[/?&=_-](?:v|ver|version|build)?[=/-]?(` + buildDay + `)(?:[/&#?]|$|\.m?js)`)
	versionPath = lazy.MustCompile(`(?i)/(?:version|build|release|deploy|app-?version|build-?info|meta)(?:\.json|\.txt)?(?:\?|$)`)
	versionKey  = lazy.MustCompile(`^(?:app|web|client|front ?end|page|current|latest)? ?(?:build|version|release|hash|commit|rev(?:ision)?|bundle)(?: ?(?:id|hash|no|number))?$`)
)

var saysBuild = sync.OnceValue(func() *hints {
	return newHints("build", "version", "release", "bundle", "deploy", "shell", "removed", "版本", "构建", "发布", "上线")
})

// BuildOf gives the build that a page or a script names: a page in a meta element,
// either in its address or its first lines; "" where it names none.
func BuildOf(address, text string) string {
	text = head(text, 8192)
	if m := buildMeta.FindStringSubmatch(text); m != nil {
		return m[1]
	}
	if m := scriptBuild.FindStringSubmatch(address); m != nil {
		return m[1]
	}
	if m := bareBuild.FindStringSubmatch(text); m != nil {
		return m[1]
	}
	return ""
}

// learnBuilds takes from a log which build of the page ran and which one the
// service has. Server logs tell of everybody's pages: there only the lines about
// this message count.
func (a *Attempt) learnBuilds(text string, mine, server bool) {
	if server && !mine || !saysBuild().in(text) {
		return
	}
	text = stampText.ReplaceAllStringFunc(text, func(s string) string {
		if strings.HasSuffix(s, "T") || strings.HasSuffix(s, " ") || strings.Contains(s, ":") {
			return " " // a stamp's day is no build
		}
		return s
	})
	f := &a.Client
	set := func(to *string, res ...*lazy.Regexp) (found bool) {
		for _, re := range res {
			m := re.FindStringSubmatchIndex(text)
			if m == nil {
				continue
			}
			if *to == "" {
				*to = text[m[2]:m[3]]
				if i := strings.LastIndexAny(*to, " :=#/\"'"); i >= 0 {
					*to = (*to)[i+1:]
				}
			}
			text, found = text[:m[0]]+" , "+text[m[1]:], true // each token is of one side
		}
		return found
	}
	live := set(&f.liveTold, goneSince, liveBuild, deployed)
	if !set(&f.pageTold, ownBuild) && !live {
		set(&f.pageTold, bareBuild) // a page that logs a build logs its own
	}
}

var dayBuild = lazy.MustCompile(`^v?` + buildDay + `$`)

// settleBuilds lets the logs tell the builds where a recording does not. Only
// names of one make can be compared, and a page that is newer than what is told
// of the service is not stale.
func (f *ClientFacts) settleBuilds() {
	page, live := firstText(f.PageBuild, f.pageTold), firstText(f.LiveBuild, f.liveTold)
	if page == f.PageBuild && live == f.LiveBuild && !f.pageByURL {
		return
	}
	day := dayBuild.MatchString(page)
	if page != "" && live != "" && (day != dayBuild.MatchString(live) || day && len(page) >= 10 && len(live) >= 10 && page[:10] > live[:10]) {
		if f.pageByURL {
			f.PageBuild = ""
		}
		return
	}
	f.PageBuild, f.LiveBuild = page, live
}
