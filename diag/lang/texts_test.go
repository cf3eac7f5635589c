package lang

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"unicode/utf8"
)

var verb = regexp.MustCompile(`%[-+#0]*(?:\[(\d+)\])?[\d.]*(?:\[(\d+)\])?([a-zA-Z%])`)

// spacedPercent is a percent sign apart from its number; the whole program writes 95%.
var spacedPercent = regexp.MustCompile(`[0-9a-z] %(?:%|[^a-zA-Z0-9.+#\[\-]|$)`)

// verbsOf gives which argument is printed by which verb, sorted: both languages must use the same ones.
func verbsOf(s string) []string {
	var out []string
	next := 1
	for _, m := range verb.FindAllStringSubmatch(s, -1) {
		if m[3] == "%" {
			continue
		}
		for _, index := range m[1:3] {
			if n, err := strconv.Atoi(index); err == nil {
				next = n
			}
		}
		out = append(out, strconv.Itoa(next)+m[3])
		next++
	}
	slices.Sort(out)
	return out
}

func literal(e ast.Expr) (string, bool) {
	switch x := e.(type) {
	case *ast.BasicLit:
		s, err := strconv.Unquote(x.Value)
		return s, err == nil && x.Kind == token.STRING
	case *ast.BinaryExpr:
		a, ok1 := literal(x.X)
		b, ok2 := literal(x.Y)
		return a + b, ok1 && ok2
	}
	return "", false
}

// Every text of the whole program is written in both languages, and both print
// the same arguments in the same manner.
func TestEveryTextOfTheProgramReadsInBothLanguages(t *testing.T) {
	n := 0
	fset := token.NewFileSet()
	err := filepath.WalkDir("../..", func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() && path != "../.." && strings.HasPrefix(d.Name(), ".") {
			return filepath.SkipDir
		}
		if d.IsDir() || !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") {
			return nil
		}
		f, err := parser.ParseFile(fset, path, nil, 0)
		if err != nil {
			return nil // being edited; the compiler tells
		}
		ast.Inspect(f, func(node ast.Node) bool {
			call, ok := node.(*ast.CallExpr)
			if !ok || len(call.Args) != 2 {
				return true
			}
			sel, ok := call.Fun.(*ast.SelectorExpr)
			if !ok || sel.Sel.Name != "T" {
				return true
			}
			if pkg, ok := sel.X.(*ast.Ident); !ok || pkg.Name != "lang" {
				return true
			}
			zh, ok1 := literal(call.Args[0])
			en, ok2 := literal(call.Args[1])
			if !ok1 || !ok2 {
				return true
			}
			n++
			at := fset.Position(call.Pos())
			measureWord := en == "" && utf8.RuneCountInString(zh) == 1 // 个: English has none
			if (strings.TrimSpace(zh) == "" || strings.TrimSpace(en) == "") && !measureWord {
				t.Errorf("%s: only one language: %q, %q", at, zh, en)
			}
			if spacedPercent.MatchString(zh) || spacedPercent.MatchString(en) {
				t.Errorf("%s: a percent sign stands beside its number: %q, %q", at, zh, en)
			}
			if a, b := verbsOf(zh), verbsOf(en); !slices.Equal(a, b) {
				t.Errorf("%s: the languages print different arguments: %q %v, %q %v", at, zh, a, en, b)
			}
			return true
		})
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if n < 200 {
		t.Errorf("only %d texts were found: the search is broken", n)
	}
	t.Logf("%d texts", n)
}

func TestVerbsOf(t *testing.T) {
	for s, want := range map[string][]string{
		"%s and %d": {"1s", "2d"}, "%[2]s %[1]d": {"1d", "2s"}, "50 %%": nil, "%.1f s ± %.1f": {"1f", "2f"}, "%q(%v)": {"1q", "2v"},
	} {
		if got := verbsOf(s); !slices.Equal(got, want) {
			t.Errorf("%q: %v, want %v", s, got, want)
		}
	}
}

// What may stand in a Chinese text in half width: code, addresses, times and
// YAML, as a person has to write them.
var halfWidth = regexp.MustCompile(`\{"(?:log|constants)":|字段: 值|\babout:\w+|\w+://\S*|%s:%d|\d+(?::\d\d)+|\?[a-z]+=\S*|<[a-z]+#…>`)

// Folders whose literals are patterns and signs to recognise, or what the
// simulated service says; their texts are looked at all the same.
var recognisers = []string{"diag/attempt/", "diag/evidence/", "diag/profile/", "diag/incident/", "diag/lab/", "diag/record/", "report/redact/", "report/slice/"}

var (
	sign      = regexp.MustCompile(`[,;:?!()]`)
	besideHan = regexp.MustCompile(`\p{Han}[,;:?!()]|[()]\p{Han}`)
	zhOfYAML  = regexp.MustCompile(`\bzh: *"((?:[^"\\]|\\.)*)"`)
)

// Chinese texts are written with Chinese signs.
func TestChineseTextsHaveFullWidthSigns(t *testing.T) {
	in := func(path string, folders []string) bool {
		return slices.ContainsFunc(folders, func(f string) bool { return strings.HasPrefix(path, f) })
	}
	n := 0
	check := func(path string, line int, text string, bad *regexp.Regexp) {
		n++
		if bad.MatchString(halfWidth.ReplaceAllString(text, "")) {
			t.Errorf("%s:%d: half-width signs in %q", path, line, text)
		}
	}
	fset := token.NewFileSet()
	err := filepath.WalkDir("../..", func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() && path != "../.." && strings.HasPrefix(d.Name(), ".") {
			return filepath.SkipDir
		}
		name := filepath.ToSlash(strings.TrimPrefix(path, filepath.FromSlash("../../")))
		switch {
		case strings.HasSuffix(path, ".yaml") && !strings.Contains(name, "testdata/"):
			data, err := os.ReadFile(path)
			if err != nil {
				return err
			}
			for i, line := range strings.Split(string(data), "\n") {
				for _, m := range zhOfYAML.FindAllStringSubmatch(line, -1) {
					check(name, i+1, m[1], sign)
				}
			}
		case strings.HasSuffix(path, ".go") && !strings.HasSuffix(path, "_test.go"):
			f, err := parser.ParseFile(fset, path, nil, 0)
			if err != nil {
				return nil // being edited; the compiler tells
			}
			texts := map[*ast.BasicLit]bool{}
			mark := func(e ast.Expr) {
				ast.Inspect(e, func(node ast.Node) bool {
					if l, ok := node.(*ast.BasicLit); ok {
						texts[l] = true
					}
					return true
				})
			}
			ast.Inspect(f, func(node ast.Node) bool {
				switch x := node.(type) {
				case *ast.CallExpr:
					if sel, ok := x.Fun.(*ast.SelectorExpr); ok && sel.Sel.Name == "T" && len(x.Args) == 2 {
						mark(x.Args[0])
					}
				case *ast.KeyValueExpr:
					if key, ok := x.Key.(*ast.Ident); ok && key.Name == "ZH" {
						mark(x.Value)
					}
				}
				return true
			})
			ast.Inspect(f, func(node ast.Node) bool {
				l, ok := node.(*ast.BasicLit)
				if !ok || l.Kind != token.STRING {
					return true
				}
				s, err := strconv.Unquote(l.Value)
				line := fset.Position(l.Pos()).Line
				switch {
				case err != nil:
				case texts[l]:
					check(name, line, s, sign)
				case !in(name, recognisers):
					check(name, line, s, besideHan)
				}
				return true
			})
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if n < 1000 {
		t.Errorf("only %d literals were looked at: the search is broken", n)
	}
	t.Logf("%d literals", n)
}
