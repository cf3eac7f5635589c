package profile

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"reflect"
	"slices"
	"strings"

	"gopkg.in/yaml.v3"

	"meiqia-diag/diag/incident"
	"meiqia-diag/diag/lang"
)

func decodeStrict(data []byte, name string, into any) []*lang.Problem {
	dec := yaml.NewDecoder(bytes.NewReader(data))
	dec.KnownFields(true)
	err := dec.Decode(into)
	if errors.Is(err, io.EOF) {
		return nil
	}
	if err == nil {
		return incident.MoreDocuments(dec, name, data)
	}
	var te *yaml.TypeError
	if !errors.As(err, &te) {
		return []*lang.Problem{incident.YAMLProblem(err, name, data)}
	}
	var out []*lang.Problem
	for _, e := range te.Errors {
		p := &lang.Problem{File: name}
		rest := e
		if n, _ := fmt.Sscanf(e, "line %d:", &p.Line); n == 1 {
			_, rest, _ = strings.Cut(e, ": ")
		}
		var key string
		if n, _ := fmt.Sscanf(rest, "field %s not found", &key); n == 1 {
			p.What = lang.T("没有 %q 这个键", "there is no key %q").F(key)
			if near := incident.Nearest(key, yamlKeys(reflect.TypeOf(into).Elem())); near != "" {
				p.Hint = lang.T("是不是 %q？", "did you mean %q?").F(near)
			} else {
				p.Hint = lang.T("可用的键见 examples/profile.yaml", "see examples/profile.yaml for the keys")
			}
		} else {
			p.What = lang.T("值的类型不对：%s", "wrong kind of value: %s").F(incident.TypeProblem(rest))
			p.Hint = lang.T("可用的写法见 examples/profile.yaml", "see examples/profile.yaml for how it is written")
		}
		out = append(out, p)
	}
	return out
}

func yamlKeys(t reflect.Type) []string {
	var out []string
	for i := range t.NumField() {
		if tag := t.Field(i).Tag.Get("yaml"); tag != "" {
			out = append(out, tag)
		}
	}
	return out
}

// lineOf gives the line of the value at a place: keys, and places in lists. A
// key that is absent from an entry gives the entry's line.
func lineOf(data []byte, place ...any) int {
	var doc yaml.Node
	if yaml.Unmarshal(data, &doc) != nil || len(doc.Content) == 0 {
		return 0
	}
	n, line := doc.Content[0], 0
	for _, step := range place {
		switch step := step.(type) {
		case int:
			items := slices.DeleteFunc(slices.Clone(aim(n).Content), func(x *yaml.Node) bool { return x.Tag == "!!null" }) // decoding leaves them out
			if aim(n).Kind != yaml.SequenceNode || step >= len(items) {
				return 0
			}
			n = items[step]
		case string:
			if n = member(n, step); n == nil {
				return line
			}
		}
		line = n.Line
	}
	return line
}

// aim follows an alias to what it stands for.
func aim(n *yaml.Node) *yaml.Node {
	for n.Kind == yaml.AliasNode {
		n = n.Alias
	}
	return n
}

// member gives the value of a key, also of one merged in by "<<".
func member(n *yaml.Node, key string) *yaml.Node {
	n = aim(n)
	if n.Kind != yaml.MappingNode {
		return nil
	}
	for i := 0; i+1 < len(n.Content); i += 2 {
		if n.Content[i].Value == key {
			return n.Content[i+1]
		}
	}
	for i := 0; i+1 < len(n.Content); i += 2 {
		if n.Content[i].Tag == "!!merge" {
			from := aim(n.Content[i+1])
			all := []*yaml.Node{from}
			if from.Kind == yaml.SequenceNode {
				all = from.Content
			}
			for _, m := range all {
				if v := member(m, key); v != nil {
					return v
				}
			}
		}
	}
	return nil
}

// UnmarshalYAML reads a duration as people write it.
func (d *Duration) UnmarshalYAML(n *yaml.Node) error {
	v, p := incident.ParseWindow(n.Value)
	if p != nil {
		return &yaml.TypeError{Errors: []string{incident.TypeError(n.Line, p.What)}}
	}
	*d = Duration(v)
	return nil
}

// MarshalText writes a duration as it would be typed.
func (d Duration) MarshalText() ([]byte, error) { return []byte(d.D().String()), nil }
