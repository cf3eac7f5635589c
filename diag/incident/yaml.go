package incident

import (
	"bytes"
	_ "embed"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"

	"gopkg.in/yaml.v3"

	"meiqia-diag/diag/lang"
)

// maxFile bounds an incident file: a person's facts are a page, not a dump.
const maxFile = 1 << 20

// Parse reads an incident file (YAML; JSON is YAML too). Every problem names its
// line; the readable fields are kept all the same.
func Parse(data []byte, name string, now time.Time) (*Incident, []*lang.Problem) {
	in := New()
	if len(data) > maxFile {
		return in, []*lang.Problem{{File: name, What: lang.T("事件文件超过 1 MiB", "the incident file is over 1 MiB"),
			Hint: lang.T("日志与 HAR 请用 --evidence 提供", "give logs and HARs with --evidence")}}
	}
	data = bytes.TrimPrefix(data, []byte("\xef\xbb\xbf"))
	dec := yaml.NewDecoder(bytes.NewReader(data))
	var doc yaml.Node
	if err := dec.Decode(&doc); errors.Is(err, io.EOF) {
		return in, nil
	} else if err != nil {
		return in, []*lang.Problem{YAMLProblem(err, name, data)}
	}
	problems := MoreDocuments(dec, name, data)
	root := doc.Content[0]
	if root.Kind == yaml.ScalarNode && root.Tag == "!!null" {
		return in, problems
	}
	if root.Kind != yaml.MappingNode {
		return in, append(problems, &lang.Problem{File: name, Line: root.Line, What: lang.T("事件文件应是“字段: 值”的列表", "an incident file is a list of `field: value`"),
			Hint: lang.T("样例见 examples/incident.yaml", "see examples/incident.yaml")})
	}
	seen := map[string]int{}
	for i := 0; i+1 < len(root.Content); i += 2 {
		section, body := root.Content[i], root.Content[i+1]
		if body.Kind == yaml.ScalarNode && body.Tag == "!!null" && sectionKnown(section.Value) {
			continue
		}
		if !sectionKnown(section.Value) {
			problems = append(problems, unknownKey(name, section, section.Value))
			continue
		}
		if body.Kind != yaml.MappingNode {
			problems = append(problems, &lang.Problem{File: name, Line: body.Line, Field: section.Value,
				What: lang.T("这里应是若干“字段: 值”", "this should hold `field: value` lines"), Hint: lang.T("样例见 examples/incident.yaml", "see examples/incident.yaml")})
			continue
		}
		for j := 0; j+1 < len(body.Content); j += 2 {
			key, val := body.Content[j], body.Content[j+1]
			path := section.Value + "." + key.Value
			if _, ok := specOf(Field(path)); !ok {
				problems = append(problems, unknownKey(name, key, path))
				continue
			}
			if first, dup := seen[path]; dup {
				problems = append(problems, &lang.Problem{File: name, Line: key.Line, Field: path,
					What: lang.T("重复的字段，第 %d 行已写过", "written twice, first on line %d").F(first), Hint: lang.T("请删去一个", "remove one")})
				continue
			}
			seen[path] = key.Line
			if p := in.setNode(Field(path), val, fmt.Sprintf("%s:%d", name, val.Line), now); p != nil {
				p.File, p.Line = name, val.Line
				problems = append(problems, p)
			}
		}
	}
	return in, problems
}

func (in *Incident) setNode(f Field, val *yaml.Node, source string, now time.Time) *lang.Problem {
	for val.Kind == yaml.AliasNode {
		val = val.Alias
	}
	switch val.Kind {
	case yaml.ScalarNode:
		if val.Tag == "!!null" {
			return nil
		}
		return in.Set(f, val.Value, source, now)
	case yaml.SequenceNode:
		if spec, _ := specOf(f); spec.kind == kindList {
			list := []string{}
			for _, item := range val.Content {
				if item.Kind != yaml.ScalarNode {
					return &lang.Problem{Field: string(f), What: lang.T("列表里只能是词", "the list may hold only words"), Hint: lang.T("每项写一个词，例如 crm", "write one word for each, as in crm")}
				}
				list = append(list, splitList(item.Value)...)
			}
			in.facts[f] = Fact{Value: list, Basis: Stated, Source: source}
			return nil
		}
	}
	return &lang.Problem{Field: string(f), What: lang.T("这里应是一个值", "this should be a single value"), Hint: lang.T("样例见 examples/incident.yaml", "see examples/incident.yaml")}
}

func sectionKnown(name string) bool {
	for _, s := range specs {
		if strings.HasPrefix(string(s.Field), name+".") {
			return true
		}
	}
	return false
}

func unknownKey(name string, key *yaml.Node, path string) *lang.Problem {
	p := unknownField(path)
	if !strings.Contains(path, ".") {
		var sections []string
		for _, s := range specs {
			sec, _, _ := strings.Cut(string(s.Field), ".")
			sections = append(sections, sec)
		}
		if near := Nearest(path, sections); near != "" {
			p.Hint = lang.T("是不是 %q？", "did you mean %q?").F(near)
		}
	}
	p.File, p.Line, p.Field = name, key.Line, path
	return p
}

// MoreDocuments says what stands in a file behind the document that a decoder
// has read: a file holds one, and nobody would be told that the rest is lost.
func MoreDocuments(dec *yaml.Decoder, name string, data []byte) []*lang.Problem {
	for {
		var doc yaml.Node
		switch err := dec.Decode(&doc); {
		case errors.Is(err, io.EOF):
			return nil
		case err != nil:
			return []*lang.Problem{YAMLProblem(err, name, data)}
		case doc.Content[0].Tag != "!!null":
			return []*lang.Problem{{File: name, Line: doc.Line,
				What: lang.T("从这里起是另一份 YAML 文档，而一个文件只能写一份", "another YAML document begins here, and a file holds only one"),
				Hint: lang.T("请删去分隔用的 ---，或拆成两个文件", "remove the --- that parts them, or make two files of it")}}
		}
	}
}

// Schema is the JSON Schema of incident files, for editors.
//
//go:embed incident.schema.json
var Schema string
