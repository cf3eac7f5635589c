// Package schematest has what the tests of the program's JSON schemas share:
// those of incident files and of profiles.
package schematest

import (
	"encoding/json"
	"fmt"
	"regexp"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"
	"gopkg.in/yaml.v3"
)

// Node is an object of a schema or of a document.
type Node = map[string]any

// Load gives a schema as written, and ready to validate.
func Load(t *testing.T, text string) (Node, *jsonschema.Schema) {
	t.Helper()
	var raw Node
	if err := json.Unmarshal([]byte(text), &raw); err != nil {
		t.Fatal(err)
	}
	c := jsonschema.NewCompiler()
	if err := c.AddResource("schema.json", raw); err != nil {
		t.Fatal(err)
	}
	s, err := c.Compile("schema.json")
	if err != nil {
		t.Fatal(err)
	}
	return raw, s
}

// Validate says what the schema has against a YAML document.
func Validate(t *testing.T, s *jsonschema.Schema, data []byte) error {
	t.Helper()
	var doc yaml.Node
	if err := yaml.Unmarshal(data, &doc); err != nil {
		t.Fatal(err)
	}
	return s.Validate(plain(t, &doc))
}

// plain gives YAML's values as an editor sees them: dates are text.
func plain(t *testing.T, n *yaml.Node) any {
	t.Helper()
	switch n.Kind {
	case yaml.DocumentNode:
		return plain(t, n.Content[0])
	case yaml.AliasNode:
		return plain(t, n.Alias)
	case yaml.SequenceNode:
		list := []any{}
		for _, x := range n.Content {
			list = append(list, plain(t, x))
		}
		return list
	case yaml.MappingNode:
		m := Node{}
		for i := 0; i+1 < len(n.Content); i += 2 {
			m[n.Content[i].Value] = plain(t, n.Content[i+1])
		}
		return m
	case yaml.ScalarNode:
		switch n.ShortTag() {
		case "!!null", "!!bool", "!!int", "!!float":
			var v any
			if err := n.Decode(&v); err != nil {
				t.Fatal(err)
			}
			return v
		}
		return n.Value
	}
	return nil
}

// Objects hands out every object of a schema, with where it stands.
func Objects(v any, path string, visit func(path string, n Node)) {
	switch v := v.(type) {
	case Node:
		visit(path, v)
		for key, x := range v {
			Objects(x, path+"."+key, visit)
		}
	case []any:
		for _, x := range v {
			Objects(x, path+"[]", visit)
		}
	}
}

// shown are the keys whose texts an editor shows to people.
var shown = []string{"title", "description", "enumDescriptions", "patternErrorMessage"}

var (
	bilingual = regexp.MustCompile(`\p{Han}.* / [^\p{Han}]+$`)
	halfSign  = regexp.MustCompile(`\p{Han}[,:;?!()]|[,:;?!()]\p{Han}`)
)

// BothLanguages checks that whatever a person reads in an editor reads in both
// languages, but for what needs no translation, and counts the texts.
func BothLanguages(t *testing.T, root Node, same func(key, text string) bool) (n int) {
	t.Helper()
	Objects(root, "", func(path string, o Node) {
		for _, key := range shown {
			for _, s := range Words(o[key]) {
				if n++; !bilingual.MatchString(s) && !same(key, s) || halfSign.MatchString(s) {
					t.Errorf("%s.%s: %q", path, key, s)
				}
			}
		}
	})
	return n
}

// Words gives a list's items, or a text as a list of one.
func Words(v any) (out []string) {
	switch v := v.(type) {
	case string:
		return []string{v}
	case []any:
		for _, x := range v {
			out = append(out, fmt.Sprint(x))
		}
	}
	return out
}
