package report

import (
	"go/ast"
	"go/parser"
	"go/token"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"unicode"

	"meiqia-diag/diag"
	"meiqia-diag/diag/lang"
)

// wordsOf gives the words that package machine puts in a field of its settings,
// read off its source: in literals, assignments, and what a function returns.
func wordsOf(t *testing.T, field, function string) []string {
	t.Helper()
	names, err := filepath.Glob("../checks/machine/*.go")
	if err != nil || len(names) == 0 {
		t.Fatalf("%v, %v", names, err)
	}
	var out []string
	take := func(e ast.Expr) {
		if l, ok := e.(*ast.BasicLit); ok && l.Kind == token.STRING {
			if s, err := strconv.Unquote(l.Value); err == nil && s != "" && !slices.Contains(out, s) {
				out = append(out, s)
			}
		}
	}
	fset := token.NewFileSet()
	for _, name := range names {
		if strings.HasSuffix(name, "_test.go") {
			continue
		}
		f, err := parser.ParseFile(fset, name, nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		ast.Inspect(f, func(n ast.Node) bool {
			switch x := n.(type) {
			case *ast.KeyValueExpr:
				if k, ok := x.Key.(*ast.Ident); ok && k.Name == field {
					take(x.Value)
				}
			case *ast.AssignStmt:
				for i, l := range x.Lhs {
					if sel, ok := l.(*ast.SelectorExpr); ok && sel.Sel.Name == field && i < len(x.Rhs) {
						take(x.Rhs[i])
					}
				}
			case *ast.FuncDecl:
				if function != "" && x.Name.Name == function {
					ast.Inspect(x, func(n ast.Node) bool {
						if r, ok := n.(*ast.ReturnStmt); ok && len(r.Results) == 1 {
							take(r.Results[0])
						}
						return true
					})
				}
			case *ast.ValueSpec:
				if len(x.Names) == 1 && x.Names[0].Name == function && len(x.Values) == 1 {
					if lit, ok := x.Values[0].(*ast.CompositeLit); ok {
						for _, e := range lit.Elts {
							take(e)
						}
					}
				}
			}
			return true
		})
	}
	return out
}

var gap = regexp.MustCompile(`%!|%\[?\d*\]?s`)

// Each setting that the checks can report has a name, and each way of setting it
// back a sentence, in both languages, with all its gaps filled in.
func TestEverySettingCanBeSetBack(t *testing.T) {
	whats, undos := wordsOf(t, "What", "settingOrder"), wordsOf(t, "Undo", "undoOf")
	if len(whats) < 15 || len(undos) < 10 {
		t.Fatalf("the search is broken: %v, %v", whats, undos)
	}
	for _, w := range whats {
		if n, ok := settingNames[w]; !ok || n.ZH == "" || n.EN == "" {
			t.Errorf("%s has no name: %+v", w, n)
		}
	}
	for _, u := range undos {
		if _, ok := undoTexts[u]; !ok {
			t.Errorf("%s says nothing", u)
		}
	}
	for u := range undoTexts {
		if !slices.Contains(undos, u) {
			t.Errorf("%s is no word of the checks", u)
		}
		for _, what := range []string{"javascript", "cookies"} {
			o := diag.Observation{ID: "browser.setting", Value: what, Detail: map[string]string{"undo": u, "host": "https://app.example:443,*", "key": "the.key", "place": "the place", "extension": "abc", "site": "service", "effect": "block"}}
			text := undoText(o)
			for _, s := range []string{text.ZH, text.EN} {
				if s == "" || gap.MatchString(s) || strings.Contains(s, "/ ，") {
					t.Errorf("%s: %q", u, s)
				}
			}
			if !strings.ContainsFunc(text.ZH, func(r rune) bool { return unicode.Is(unicode.Han, r) }) {
				t.Errorf("%s: %q", u, text.ZH)
			}
		}
	}
	// What has a page of its own in Chromium's settings is sent there.
	for _, w := range wordsOf(t, "what", "") {
		if _, ok := settingNames[w]; !ok {
			t.Errorf("%s", w)
		}
	}
}

func TestSettingsAreSetBackFirst(t *testing.T) {
	set := diag.Observation{ID: "browser.setting", Value: "javascript", Detail: map[string]string{"undo": "chromium-site", "host": "https://app.example:443,*", "key": "k", "place": "Preferences", "site": "service", "effect": "block", "by": "user"}}
	harmless := diag.Observation{ID: "browser.setting", Value: "popups", Detail: map[string]string{"undo": "chromium-site", "host": "https://app.example:443,*", "site": "service", "effect": "block"}}
	cause := diag.CauseReport{Code: "dispatch.browser-settings", Role: "primary", Probability: 0.9, For: []diag.Weighing{{Observation: "browser.setting", DB: 22}}, Fix: []string{"Try another browser with default settings."}}
	doc := &diag.Document{Checks: []diag.CheckJSON{{ID: "browser", Observations: []diag.Observation{harmless, set}}}, Verdict: diag.Verdict{Outcome: diag.Explained, Causes: []diag.CauseReport{cause}}}
	list := todo(doc)
	if len(list) != 2 || !strings.Contains(list[0].EN, "chrome://settings/content/javascript") || !strings.Contains(list[0].ZH, "https://app.example:443,*") || strings.Contains(list[1].EN, "chrome:") {
		t.Errorf("%+v", list)
	}
	doc.Verdict.Causes[0].For = nil // another reason: the setting is not what is to be mended
	if list := todo(doc); len(list) != 1 {
		t.Errorf("%+v", list)
	}
	if v := observationValue(set); v.In(lang.EN) != "JavaScript: blocked, for the service (k in Preferences)" || v.In(lang.ZH) != "JavaScript：禁止，对该服务（Preferences 的 k）" {
		t.Errorf("%+v", v)
	}
	if v := observationValue(diag.Observation{ID: "browser.installed", Value: "360", Detail: map[string]string{"version": "15.3", "engine": "122.0"}}); v.EN != "360 15.3 (engine 122.0)" {
		t.Errorf("%+v", v)
	}
}
