package profile

import (
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"

	"gopkg.in/yaml.v3"

	"meiqia-diag/diag/incident"
	"meiqia-diag/diag/schematest"
)

type node = schematest.Node

func TestProfilesFollowTheSchema(t *testing.T) {
	_, schema := schematest.Load(t, Schema)
	var paths []string
	for _, pattern := range []string{"profiles/*.yaml", "testdata/*.yaml", "../../examples/profile.yaml", "../../examples/*/profile*.yaml", "../../*/testdata/*profile*.yaml"} {
		found, err := filepath.Glob(pattern)
		if err != nil {
			t.Fatal(err)
		}
		paths = append(paths, found...)
	}
	if len(paths) < 2 {
		t.Fatalf("only %v", paths)
	}
	for _, path := range paths {
		data, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		if err := schematest.Validate(t, schema, data); err != nil {
			t.Errorf("%s: %v", path, err)
		}
	}
	if err := schematest.Validate(t, schema, []byte(overlay)); err != nil {
		t.Errorf("the contract's: %v", err)
	}
}

func TestSchemaRefusesWhatLoadingDoes(t *testing.T) {
	_, schema := schematest.Load(t, Schema)
	for _, c := range badProfiles {
		if !c.beyond && schematest.Validate(t, schema, []byte(c.text)) == nil {
			t.Errorf("%s: the schema takes %q", c.name, c.text)
		}
	}
}

// full has every key once.
const full = `
name: my-site
version: "2026.11"
base: meiqia
hosts: [{role: api, url: "https://desk.example/"}]
time_servers: ["ntp.example:123"]
ca_file: ca.pem
expected_issuers: [Example]
recall_requests: ["POST https://desk.example/recall"]
report_recipients: [age1ql3z7hjy54pw3hyww5ayyfg7zqgvc7w3j2elw8zmrj2kg5sfn9aqmcac8p]
window: 2m
recallable_types: [text]
recallable_channels: [web]
recalling_roles: [agent]
min_versions: {visitor_android: "3.6.1"}
clients: [{name: desk, path: "~/desk"}]
updates: {agent_desktop: "https://desk.example/latest.yml"}
request_timeout: 10s
recall: {verbs: [recall], objects: [message]}
refusals: [{means: read, text: [seen], codes: ["40311"]}]
events: [{means: recalled, text: [gone], codes: ["7"]}]
signals: [{means: offline, text: [gone], codes: ["7"]}]
notes: {window: {basis: stated, source: "the admin"}}
`

// every gives each place in a document: its path, what stands there, and how to
// put something else there, or nothing.
func every(v any, path string, visit func(path string, old any, put func(any), drop func())) {
	switch v := v.(type) {
	case node:
		for _, k := range slices.Sorted(maps.Keys(v)) {
			old := v[k]
			visit(path+"."+k, old, func(x any) { v[k] = x }, func() { delete(v, k) })
			v[k] = old
			every(old, path+"."+k, visit)
		}
	case []any:
		for i, old := range v {
			visit(path+"[]", old, func(x any) { v[i] = x }, nil)
			v[i] = old
			every(old, path+"[]", visit)
		}
	}
}

// Whatever is put in the place of a value, left out or added: schema and loading agree on it.
func TestSchemaAndLoadingAgree(t *testing.T) {
	_, schema := schematest.Load(t, Schema)
	exceptions := map[string]string{
		`.base=""`: "an empty name is taken for none; nobody writes it but by a slip",
	}
	n := 0
	compare := func(doc any, what string) {
		t.Helper()
		data, err := yaml.Marshal(doc)
		if err != nil {
			t.Fatal(err)
		}
		_, ps := Parse(data, "x.yaml")
		err = schematest.Validate(t, schema, data)
		if _, known := exceptions[what]; (len(ps) == 0) != (err == nil) && !known {
			t.Errorf("%s: loading says %v, the schema says %v", what, ps, err)
		}
		n++
	}
	var doc node
	if err := yaml.Unmarshal([]byte(full), &doc); err != nil {
		t.Fatal(err)
	}
	compare(doc, "full")
	compare(nil, "nothing")
	compare(node{"never": "x"}, ".never added")
	values := []any{nil, true, 12, 1.5, -1, "x", "", "0", "0.5h", "00s", "2m", "９０秒", "1 hour 30 min", "https://a.example", Default,
		[]any{}, []any{nil}, []any{"x"}, []any{[]any{}}, []any{node{}}, node{}, node{"x": "y"}, node{"x": nil}, node{"x": 3}, node{"x": node{}}, node{"x": []any{}}}
	for key, part := range doc {
		part := node{key: part}
		every(part, "", func(path string, old any, put func(any), drop func()) {
			for _, x := range values {
				put(x)
				compare(part, fmt.Sprintf("%s=%#v", path, x))
			}
			if drop != nil {
				drop()
				compare(part, path+" left out")
			}
			put(old)
			if m, ok := old.(node); ok {
				m["never"] = "x"
				compare(part, path+".never added")
				delete(m, "never")
			}
		})
	}
	if n < 1000 {
		t.Errorf("only %d documents were compared", n)
	}
}

// resolve follows a reference; what stands beside it goes first.
func resolve(root node, n any) node {
	m, _ := n.(node)
	ref, ok := m["$ref"].(string)
	if !ok {
		return m
	}
	out := maps.Clone(resolve(root, root["$defs"].(node)[strings.TrimPrefix(ref, "#/$defs/")]))
	maps.Copy(out, m)
	return out
}

// TestSchemaIsTheStructs walks both: the same keys, of the same kinds.
func TestSchemaIsTheStructs(t *testing.T) {
	root, _ := schematest.Load(t, Schema)
	var doc node
	if err := yaml.Unmarshal([]byte(full), &doc); err != nil {
		t.Fatal(err)
	}
	var walk func(typ reflect.Type, n node, path string)
	walk = func(typ reflect.Type, n node, path string) {
		n = resolve(root, n)
		var types []string
		switch x := n["type"].(type) {
		case string:
			types = []string{x}
		case []any:
			for _, w := range x {
				types = append(types, fmt.Sprint(w))
			}
		}
		want := map[reflect.Kind]string{reflect.Struct: "object", reflect.Map: "object", reflect.Slice: "array", reflect.String: "string", reflect.Int64: "string"}[typ.Kind()]
		if want == "" || !slices.Contains(types, want) {
			t.Errorf("%s: the schema has %v, the struct %s", path, types, typ)
		}
		switch typ.Kind() {
		case reflect.Struct:
			if n["additionalProperties"] != false {
				t.Errorf("%s: the schema takes unknown keys, which loading refuses", path)
			}
			props, _ := n["properties"].(node)
			var keys []string
			for i := range typ.NumField() {
				f := typ.Field(i)
				if !f.IsExported() {
					continue
				}
				key := f.Tag.Get("yaml")
				if keys = append(keys, key); key == "" || props[key] == nil {
					t.Errorf("%s: the schema lacks %s.%s (%q)", path, typ, f.Name, key)
					continue
				}
				walk(f.Type, props[key].(node), path+"."+key)
			}
			for key := range props {
				if !slices.Contains(keys, key) {
					t.Errorf("%s: the schema has %q, the struct has not", path, key)
				}
			}
			if typ == reflect.TypeFor[Profile]() {
				for _, key := range keys { // else the places of TestSchemaAndLoadingAgree are not all
					if doc[key] == nil {
						t.Errorf("full lacks %q", key)
					}
				}
			}
		case reflect.Slice:
			walk(typ.Elem(), merged(root, n, "items"), path+"[]")
		case reflect.Map:
			walk(typ.Elem(), n["additionalProperties"].(node), path+".*")
		}
	}
	walk(reflect.TypeFor[Profile](), root, "")
}

// merged gives a sub-schema, also where only a hint stands beside a reference that has one.
func merged(root, n node, key string) node {
	sub, _ := n[key].(node)
	if sub["type"] == nil && sub["$ref"] == nil {
		return root["$defs"].(node)["list"].(node)[key].(node)
	}
	return sub
}

func TestSchemaWords(t *testing.T) {
	root, _ := schematest.Load(t, Schema)
	props, defs := root["properties"].(node), root["$defs"].(node)
	same := func(what string, got any, want []string) {
		t.Helper()
		a, b := slices.Sorted(slices.Values(schematest.Words(got))), slices.Sorted(slices.Values(want))
		if !slices.Equal(a, b) {
			t.Errorf("%s: the schema has %v, the program %v", what, a, b)
		}
	}
	var rs []string
	for _, r := range roles {
		rs = append(rs, string(r))
	}
	choices := func(f incident.Field) (out []string) {
		for _, c := range incident.SpecOf(f).Choices {
			out = append(out, c.Word)
		}
		return out
	}
	same("roles", defs["host"].(node)["properties"].(node)["role"].(node)["enum"], rs)
	same("meanings", defs["meaning"].(node)["enum"], Meanings())
	same("bases", defs["note"].(node)["properties"].(node)["basis"].(node)["enum"], bases)
	same("base", props["base"].(node)["enum"], append(Names(), "<nil>"))
	same("types", props["recallable_types"].(node)["items"].(node)["examples"], choices(incident.MessageType))
	same("channels", props["recallable_channels"].(node)["items"].(node)["examples"], choices(incident.MessageChannel))
}

var han = regexp.MustCompile(`\p{Han}`)

// Whatever a person reads in an editor reads in both languages.
func TestSchemaReadsInBothLanguages(t *testing.T) {
	root, _ := schematest.Load(t, Schema)
	schematest.Objects(root, "", func(path string, n node) {
		props, _ := n["properties"].(node)
		for key, p := range props {
			if r := resolve(root, p); r["title"] == nil {
				t.Errorf("%s.%s has no title", path, key)
			}
		}
		if words, ok := n["enumDescriptions"].([]any); ok && len(words) != len(n["enum"].([]any)) {
			t.Errorf("%s: %d words, %d descriptions", path, len(n["enum"].([]any)), len(words))
		}
	})
	// A title without Chinese is a name, as Chrome is.
	name := func(key, text string) bool { return key == "title" && !han.MatchString(text) }
	if n := schematest.BothLanguages(t, root, name); n < 100 {
		t.Errorf("only %d texts were read", n)
	}
}
