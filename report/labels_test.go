package report

import (
	"go/ast"
	"go/parser"
	"go/token"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"unicode"

	"meiqia-diag/diag"
)

// Every observation that the checks can make has a name in both languages. The
// ids are read off the checks' own source: their constants and what they add.
func TestEveryObservationHasALabel(t *testing.T) {
	files, err := filepath.Glob("../checks/*.go")
	if err != nil || len(files) == 0 {
		t.Fatalf("%v, %v", files, err)
	}
	id := regexp.MustCompile(`^(?:attempt|` + strings.Join(diag.CheckIDs, "|") + `)\.[a-z_]+(?:\.[a-z_]+)?$`)
	ids := map[string]string{}
	fset := token.NewFileSet()
	for _, name := range files {
		if strings.HasSuffix(name, "_test.go") {
			continue
		}
		f, err := parser.ParseFile(fset, name, nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		take := func(e ast.Expr) {
			if l, ok := e.(*ast.BasicLit); ok && l.Kind == token.STRING {
				if s, err := strconv.Unquote(l.Value); err == nil && id.MatchString(s) {
					ids[s] = fset.Position(l.Pos()).String()
				}
			}
		}
		ast.Inspect(f, func(n ast.Node) bool {
			switch x := n.(type) {
			case *ast.ValueSpec:
				for _, v := range x.Values {
					take(v)
				}
			case *ast.CallExpr:
				sel, ok := x.Fun.(*ast.SelectorExpr)
				if !ok || len(x.Args) == 0 {
					return true
				}
				switch sel.Sel.Name {
				case "add", "stated":
					take(x.Args[0])
				case "signals":
					if l, ok := x.Args[0].(*ast.BasicLit); ok {
						check, _ := strconv.Unquote(l.Value)
						ids[check+".signal"], ids[check+".hint"] = fset.Position(l.Pos()).String(), fset.Position(l.Pos()).String()
					}
				}
			}
			return true
		})
	}
	if len(ids) < 60 {
		t.Errorf("only %d ids were found: the search is broken", len(ids))
	}
	for s, where := range ids {
		name, ok := observationNames[s]
		if !ok || name.EN == "" || !strings.ContainsFunc(name.ZH, func(r rune) bool { return unicode.Is(unicode.Han, r) }) {
			t.Errorf("%s: %s has no label in both languages: %+v", where, s, name)
		}
	}
}
