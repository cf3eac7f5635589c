package attempt

import (
	"regexp"
	"strings"
)

// Feature is a function of browsers' engines, with the version of each browser
// that it came with, 0 where it never did.
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
var lackingCall = regexp.MustCompile(`(?:([\w$.]{2,80})(?:\(\.{3}\))? is not (?:a (?:function|constructor)|defined)\b|Can't find variable: (\w{2,40}))`)

// Lacking names the engine's function that a line of a page says is not there;
// ok is false for any other line, and for functions of the page's own.
func Lacking(text string) (f Feature, ok bool) {
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
