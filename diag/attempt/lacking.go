package attempt

import (
	"strings"

	"meiqia-diag/diag/lazy"
)

// Feature is a function or a piece of syntax of browsers' engines, with the
// version of each browser that it came with, 0 where it never did.
type Feature struct {
	Name                    string
	Chrome, Firefox, Safari float64
}

// Since gives the version of a browser that the feature came with; ok is false
// for a browser that the table does not know, or that never got it.
func (f Feature) Since(browser string) (version float64, ok bool) {
	switch browser {
	case "chrome", "edge": // one engine, one numbering
		version = f.Chrome
	case "firefox":
		version = f.Firefox
	case "safari":
		version = f.Safari
	}
	return version, version > 0
}

// features are the functions whose lack stops scripts on browsers of the last
// ten years, by the compatibility tables of MDN (browser-compat-data).
var features = []Feature{
	{"Promise.withResolvers", 119, 121, 17.4}, {"Promise.allSettled", 76, 71, 13}, {"Promise.any", 85, 79, 14}, {"Promise.try", 128, 134, 18.2},
	{"Object.groupBy", 117, 119, 17.4}, {"Map.groupBy", 117, 119, 17.4}, {"Object.hasOwn", 93, 92, 15.4}, {"Object.fromEntries", 73, 63, 12.1},
	{"Array.fromAsync", 121, 115, 16.4}, {"URL.canParse", 120, 115, 17}, {"URL.parse", 126, 126, 18},
	{"AbortSignal.timeout", 103, 100, 16}, {"AbortSignal.any", 116, 124, 17.4}, {"crypto.randomUUID", 92, 95, 15.4}, {"Response.json", 105, 115, 17},
	{".toSorted", 110, 115, 16}, {".toReversed", 110, 115, 16}, {".toSpliced", 110, 115, 16}, {".findLast", 97, 104, 15.4}, {".findLastIndex", 97, 104, 15.4},
	{".replaceAll", 85, 77, 13.1}, {".matchAll", 73, 67, 13}, {".flatMap", 69, 62, 12}, {".padStart", 57, 48, 10}, {".padEnd", 57, 48, 10}, {".trimEnd", 66, 61, 12},
	{".replaceChildren", 86, 78, 14}, {".showModal", 37, 98, 15.4}, {".showPopover", 114, 125, 17}, {".isWellFormed", 111, 119, 16.4}, {".isSubsetOf", 122, 127, 17}, {".symmetricDifference", 122, 127, 17},
	{"structuredClone", 98, 94, 15.4}, {"queueMicrotask", 71, 69, 12.1}, {"globalThis", 71, 65, 12.1}, {"WeakRef", 84, 79, 14.1}, {"FinalizationRegistry", 84, 79, 14.1},
	{"BigInt", 67, 68, 14}, {"AbortController", 66, 57, 12.1}, {"ResizeObserver", 64, 69, 13.1}, {"IntersectionObserver", 51, 55, 12.1}, {"BroadcastChannel", 54, 38, 15.4},
	{"TextEncoder", 38, 19, 10.1}, {"URLSearchParams", 49, 29, 10.1}, {"PointerEvent", 55, 59, 13}, {"requestIdleCallback", 47, 55, 0}, {"TransformStream", 67, 102, 14.1}, {"CompressionStream", 80, 113, 16.4},
}

// lackingCall is how V8, SpiderMonkey and JavaScriptCore say that a name is not there.
var lackingCall = lazy.MustCompile(`(?:([\w$.]{2,80})(?:\(\.{3}\))? is not (?:a (?:function|constructor)|defined)\b|Can't find variable: (\w{2,40}))`)

// syntax is what parsers stumble over that are older than a piece of syntax, by
// the token at which they stop, with the versions that know all syntax in which
// it stands there. One that is recent stops at the same tokens in a damaged file.
var syntax = []struct {
	tokens []string
	Feature
}{
	{[]string{"??=", "||=", "&&="}, Feature{"logical assignment", 85, 79, 14}},
	{[]string{"?", "?.", "??", "."}, Feature{"optional chaining", 80, 74, 13.1}}, // a ?. b is read as a ? .b
	{[]string{"..."}, Feature{"object spread", 60, 55, 11.1}},
	{[]string{"**", "**="}, Feature{"exponentiation", 52, 52, 10.1}},
	{[]string{"=>"}, Feature{"arrow function", 45, 22, 10}},
	{[]string{"#"}, Feature{"private field", 74, 90, 14.1}},
	{[]string{"import", "import."}, Feature{"dynamic import", 63, 67, 11.1}},
}

var (
	// wrongToken is how the three engines say at which token they stopped; V8 of old has no quotes.
	wrongToken = lazy.MustCompile(`(?:SyntaxError: (?:Unexpected (?:token|keyword) |(?:expected expression|missing [^\n,]{1,40}|unexpected token: [^\n,]{0,20}|illegal character)[^\n']{0,32}(?:got |before ))|Unexpected token )['‘]?([?.#*|&=]{1,3}|import\.?)(?:['’]|[\s.)]|$)`)
	// lookBehind is a regular expression that engines older than look-behind and named groups refuse.
	lookBehind  = lazy.MustCompile(`(?i)SyntaxError: (?:Invalid regular expression: .{0,200}invalid group|invalid regexp group)`)
	jsonParsing = lazy.MustCompile(`\bJSON\b|is not valid JSON|JSON\.parse`)
)

// lackingSyntax names the syntax at which a script's parser stopped. JSON's parser
// stops with the same words.
func lackingSyntax(text string) (Feature, bool) {
	if !strings.Contains(text, "SyntaxError") || jsonParsing.MatchString(text) {
		return Feature{}, false
	}
	if lookBehind.MatchString(text) {
		return Feature{"look-behind", 64, 78, 16.4}, true
	}
	m := wrongToken.FindStringSubmatch(text)
	if m == nil {
		return Feature{}, false
	}
	for _, s := range syntax {
		for _, t := range s.tokens {
			if m[1] == t {
				return s.Feature, true
			}
		}
	}
	return Feature{}, false
}

// Lacking names the engine's function or syntax that a line of a page says is not
// there; ok is false for any other line, and for functions of the page's own.
func Lacking(text string) (f Feature, ok bool) {
	if f, ok := lackingSyntax(head(text, 2048)); ok {
		return f, true
	}
	if !strings.Contains(text, " is not ") && !strings.Contains(text, "find variable") {
		return Feature{}, false
	}
	for _, m := range lackingCall.FindAllStringSubmatch(head(text, 2048), 4) {
		name := m[1] + m[2]
		name = strings.TrimPrefix(strings.TrimPrefix(name, "window."), "self.")
		for _, f := range features {
			if name == f.Name || strings.HasPrefix(f.Name, ".") && strings.HasSuffix(name, f.Name) {
				return f, true
			}
		}
	}
	return Feature{}, false
}
