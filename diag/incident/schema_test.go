package incident

import (
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"meiqia-diag/diag/schematest"

	"gopkg.in/yaml.v3"
)

type node = schematest.Node

func TestIncidentsFollowTheSchema(t *testing.T) {
	_, schema := schematest.Load(t, Schema)
	paths, err := filepath.Glob("../../examples/*/incident.yaml")
	if err != nil || len(paths) < 3 {
		t.Fatalf("%v, %v", paths, err)
	}
	for _, path := range append(paths, "../../examples/incident.yaml") {
		data, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		if err := schematest.Validate(t, schema, data); err != nil {
			t.Errorf("%s: %v", path, err)
		}
	}
	if err := schematest.Validate(t, schema, []byte(whole)); err != nil {
		t.Errorf("the contract's: %v", err)
	}
}

func TestSchemaRefusesWhatParsingDoes(t *testing.T) {
	// What a schema cannot know: YAML itself, and whether a time is one.
	beyond := []string{"wrong time", "duplicate", "duplicate in a second section", "a tab", "an open quote", "an unknown anchor",
		"a second document", "a second document, broken", "an empty document first"}
	_, schema := schematest.Load(t, Schema)
	for _, c := range badIncidents {
		if i := slices.Index(beyond, c.name); i >= 0 {
			beyond = slices.Delete(beyond, i, i+1)
		} else if schematest.Validate(t, schema, []byte(c.text)) == nil {
			t.Errorf("%s: the schema takes %q", c.name, c.text)
		}
	}
	if len(beyond) > 0 {
		t.Errorf("nowhere: %q", beyond)
	}
}

// Whatever is put in the place of a value, left out or added: schema and parsing agree on it.
func TestSchemaAndParsingAgree(t *testing.T) {
	_, schema := schematest.Load(t, Schema)
	n := 0
	compare := func(doc any, what string) {
		t.Helper()
		data, err := yaml.Marshal(doc)
		if err != nil {
			t.Fatal(err)
		}
		_, ps := Parse(data, "i.yaml", friday)
		if err := schematest.Validate(t, schema, data); (len(ps) == 0) != (err == nil) {
			t.Errorf("%s: parsing says %v, the schema says %v", what, ps, err)
		}
		n++
	}
	// Every word that some field knows, every way to say yes, no and nothing, and what is none of it.
	values := []any{nil, true, false, 0, 1, 12, -3, 1.5, "", " ", "12", "unknown", "Unknown", "未知", "不知道", "soon", "2m", "９０秒", "1 hour 30 min", "2 fortnights",
		"10:21:03", "昨天 22:15", "下午3点5分", "２２：１５", "2026-11-20T10:21:03+08:00", []any{}, []any{nil}, []any{"x", 3}, []any{[]any{}}, []any{node{}}, node{}, node{"x": 1}}
	for w := range yesWords {
		values = append(values, w)
	}
	for _, s := range Specs() {
		for _, c := range s.Choices {
			values = append(values, c.Word, c.Label.ZH, c.Label.EN)
		}
	}
	var doc node
	if err := yaml.Unmarshal([]byte(whole), &doc); err != nil {
		t.Fatal(err)
	}
	compare(nil, "nothing")
	doc["never"] = node{}
	for _, section := range slices.Sorted(maps.Keys(doc)) {
		fields := doc[section].(node)
		fields["never"] = "x"
		for _, v := range values {
			compare(node{section: v}, fmt.Sprintf("%s=%#v", section, v))
			for _, key := range slices.Sorted(maps.Keys(fields)) {
				compare(node{section: node{key: v}}, fmt.Sprintf("%s.%s=%#v", section, key, v))
			}
		}
		for key, old := range fields {
			delete(fields, key)
			compare(doc, section+"."+key+" left out")
			fields[key] = old
		}
	}
	if n < 2000 {
		t.Errorf("only %d documents were compared", n)
	}
}

// The schema has the specified fields, by the names that people are asked by, with the words that each knows.
func TestSchemaIsTheSpecs(t *testing.T) {
	root, _ := schematest.Load(t, Schema)
	defs := root["$defs"].(node)
	seen := 0
	sections := root["properties"].(node)
	for _, section := range sections {
		seen += len(section.(node)["properties"].(node))
	}
	if seen != len(Specs()) {
		t.Errorf("the schema has %d fields, the program %d", seen, len(Specs()))
	}
	for _, s := range Specs() {
		section, key, _ := strings.Cut(string(s.Field), ".")
		at, _ := sections[section].(node)
		props, _ := at["properties"].(node)
		f, _ := props[key].(node)
		if f == nil {
			t.Errorf("the schema lacks %s", s.Field)
			continue
		}
		if want := s.Label.ZH + " / " + s.Label.EN; f["title"] != want {
			t.Errorf("%s: its title is %q, not %q", s.Field, f["title"], want)
		}
		words, texts, kind := []string{}, []string{}, "text"
		for _, c := range s.Choices {
			words, texts = append(words, c.Word), append(texts, c.Label.ZH+" / "+c.Label.EN)
		}
		listed, _ := f["examples"].([]any)
		switch s.kind {
		case kindTime:
			kind = "time"
		case kindList:
			kind = "list"
		case kindNumber, kindWindow:
			kind = ""
		default:
			if s.Choices != nil && !s.Open {
				if kind = ""; len(s.Choices) == 2 {
					kind = "yesno"
				}
				from := f
				if kind != "" {
					from = defs[kind].(node)
				}
				first := from["anyOf"].([]any)[0].(node)
				listed = first["enum"].([]any)
				if got := schematest.Words(first["enumDescriptions"]); !slices.Equal(got, texts) {
					t.Errorf("%s: %q are called %q, not %q", s.Field, words, got, texts)
				}
			}
		}
		if s.Choices != nil && !slices.Equal(schematest.Words(listed), words) {
			t.Errorf("%s: the schema knows %q, the program %q", s.Field, schematest.Words(listed), words)
		}
		if ref, _ := f["$ref"].(string); strings.TrimPrefix(ref, "#/$defs/") != kind {
			t.Errorf("%s: its kind is %q, not %q", s.Field, ref, kind)
		}
	}
}

// Whatever a person reads in an editor reads in both languages.
func TestSchemaReadsInBothLanguages(t *testing.T) {
	root, _ := schematest.Load(t, Schema)
	schematest.Objects(root, "", func(path string, n node) {
		props, _ := n["properties"].(node)
		for key, p := range props {
			if p := p.(node); p["title"] == nil || p["description"] == nil {
				t.Errorf("%s.%s has no title or no description", path, key)
			}
		}
	})
	if n := schematest.BothLanguages(t, root, func(string, string) bool { return false }); n < 60 {
		t.Errorf("only %d texts were read", n)
	}
}
