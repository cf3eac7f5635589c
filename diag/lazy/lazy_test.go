package lazy

import (
	"fmt"
	"regexp"
	"testing"
)

// Every method gives what package regexp's gives.
func TestMethods(t *testing.T) {
	const text, in = `(?P<a>\d)(x?)`, "a1x 2 3xx"
	r, want := MustCompile(text), regexp.MustCompile(text)
	up := func(s string) string { return "<" + s + ">" }
	for name, p := range map[string][2]any{
		"String": {r.String(), want.String()}, "MatchString": {r.MatchString(in), want.MatchString(in)}, "Match": {r.Match([]byte(in)), want.Match([]byte(in))},
		"FindString": {r.FindString(in), want.FindString(in)}, "FindStringIndex": {r.FindStringIndex(in), want.FindStringIndex(in)},
		"FindStringSubmatch": {r.FindStringSubmatch(in), want.FindStringSubmatch(in)}, "FindSubmatch": {r.FindSubmatch([]byte(in)), want.FindSubmatch([]byte(in))},
		"FindStringSubmatchIndex": {r.FindStringSubmatchIndex(in), want.FindStringSubmatchIndex(in)}, "FindAllString": {r.FindAllString(in, -1), want.FindAllString(in, -1)},
		"FindAllStringIndex": {r.FindAllStringIndex(in, 2), want.FindAllStringIndex(in, 2)}, "FindAllStringSubmatch": {r.FindAllStringSubmatch(in, -1), want.FindAllStringSubmatch(in, -1)},
		"FindAllStringSubmatchIndex": {r.FindAllStringSubmatchIndex(in, -1), want.FindAllStringSubmatchIndex(in, -1)},
		"ReplaceAllString":           {r.ReplaceAllString(in, "$a."), want.ReplaceAllString(in, "$a.")}, "ReplaceAllStringFunc": {r.ReplaceAllStringFunc(in, up), want.ReplaceAllStringFunc(in, up)},
		"Split": {r.Split(in, -1), want.Split(in, -1)}, "SubexpIndex": {r.SubexpIndex("a"), want.SubexpIndex("a")}, "SubexpNames": {r.SubexpNames(), want.SubexpNames()},
	} {
		if got, w := fmt.Sprint(p[0]), fmt.Sprint(p[1]); got != w {
			t.Errorf("%s: %s, want %s", name, got, w)
		}
	}
}

func TestWrong(t *testing.T) {
	defer func() {
		all = nil
		if recover() == nil {
			t.Error("a wrong expression compiled")
		}
	}()
	MustCompile(`(`)
	CompileAll()
}
