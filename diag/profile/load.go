package profile

import (
	"bytes"
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"net/url"
	"os"
	"path/filepath"
	"reflect"
	"regexp/syntax"
	"strings"

	"gopkg.in/yaml.v3"

	"meiqia-diag/diag/incident"
	"meiqia-diag/diag/lang"
)

//go:embed profiles/*.yaml
var embedded embed.FS

// maxFile bounds a profile file.
const maxFile = 4 << 20

// Default is the embedded profile used when none is named.
const Default = "meiqia"

// Names lists the embedded profiles.
func Names() []string {
	entries, _ := fs.ReadDir(embedded, "profiles")
	var out []string
	for _, e := range entries {
		out = append(out, strings.TrimSuffix(e.Name(), ".yaml"))
	}
	return out
}

// Load gives a profile by the name of an embedded one or by the path of a file.
func Load(nameOrPath string) (*Profile, []*lang.Problem) {
	if nameOrPath == "" {
		nameOrPath = Default
	}
	if !strings.ContainsAny(nameOrPath, `./\`) {
		if data, err := embedded.ReadFile("profiles/" + nameOrPath + ".yaml"); err == nil {
			return Parse(data, "embedded:"+nameOrPath)
		}
	}
	data, err := os.ReadFile(nameOrPath)
	if err != nil {
		p := &lang.Problem{File: nameOrPath, What: lang.T("打不开配置:%s", "cannot open the profile: %s").F(plainError(err)),
			Hint: lang.T("内置配置:%s;或给出一个 YAML 文件", "embedded profiles: %s; or name a YAML file").F(strings.Join(Names(), " "))}
		return nil, []*lang.Problem{p}
	}
	return Parse(data, nameOrPath)
}

// Parse reads a profile, lays it over its base, and checks it. Problems name their line.
func Parse(data []byte, name string) (*Profile, []*lang.Problem) {
	if len(data) > maxFile {
		return nil, []*lang.Problem{{File: name, What: lang.T("配置文件超过 4 MiB", "the profile is over 4 MiB"), Hint: lang.T("请确认文件是否给对", "check that this is the right file")}}
	}
	data = bytes.TrimPrefix(data, []byte("\xef\xbb\xbf"))
	var own Profile
	if ps := decodeStrict(data, name, &own); len(ps) > 0 {
		return nil, ps
	}
	p := &Profile{}
	if own.Base != "" {
		base, err := embedded.ReadFile("profiles/" + own.Base + ".yaml")
		if err != nil {
			return nil, []*lang.Problem{{File: name, Line: lineOf(data, "base"), Field: "base",
				What: lang.T("没有名为 %q 的内置配置", "there is no embedded profile %q").F(own.Base),
				Hint: lang.T("可用:%s", "use one of: %s").F(strings.Join(Names(), " "))}}
		}
		var ps []*lang.Problem
		if p, ps = Parse(base, "embedded:"+own.Base); len(ps) > 0 {
			return nil, ps
		}
	}
	p.overlay(&own)
	if ps := p.check(data, name); len(ps) > 0 {
		return nil, ps
	}
	if p.CAFile != "" && !filepath.IsAbs(p.CAFile) {
		p.CAFile = filepath.Join(filepath.Dir(name), p.CAFile)
	}
	return p, nil
}

// overlay puts every field that own sets in place of p's. Patterns are tried
// first where own has them, and the base's stay behind them.
func (p *Profile) overlay(own *Profile) {
	dst, src := reflect.ValueOf(p).Elem(), reflect.ValueOf(own).Elem()
	for i := range src.NumField() {
		if !dst.Field(i).CanSet() || src.Field(i).IsZero() {
			continue
		}
		switch field := src.Type().Field(i).Name; field {
		case "Refusals", "Events", "Signals":
			dst.Field(i).Set(reflect.AppendSlice(src.Field(i), dst.Field(i)))
		case "Recall":
			p.Recall.Verbs = append(own.Recall.Verbs, p.Recall.Verbs...)
			p.Recall.Objects = append(own.Recall.Objects, p.Recall.Objects...)
		case "MinVersions":
			merged := map[string]string{}
			for k, v := range p.MinVersions {
				merged[k] = v
			}
			for k, v := range own.MinVersions {
				merged[k] = v
			}
			p.MinVersions = merged
			for k := range own.MinVersions {
				p.restate(own, k)
			}
		case "Notes":
			notes := map[string]Note{}
			for k, v := range p.Notes {
				notes[k] = v
			}
			for k, v := range own.Notes {
				notes[k] = v
			}
			p.Notes = notes
		default:
			dst.Field(i).Set(src.Field(i))
			p.restate(own, src.Type().Field(i).Tag.Get("yaml"))
		}
	}
	if own.Base != "" && own.Name != "" && own.Version == "" {
		p.Version = ""
	}
	p.compiled = nil
}

// restate notes that the user's own profile said so: the base's note on this
// value no longer holds. The user's own note on it does.
func (p *Profile) restate(own *Profile, key string) {
	if _, noted := own.Notes[key]; noted || own.Base == "" {
		return
	}
	notes := maps.Clone(p.Notes)
	if notes == nil {
		notes = map[string]Note{}
	}
	notes[key] = Note{Basis: string(incident.Stated), Source: "profile " + own.Name}
	p.Notes = notes
}

func decodeStrict(data []byte, name string, into any) []*lang.Problem {
	dec := yaml.NewDecoder(bytes.NewReader(data))
	dec.KnownFields(true)
	err := dec.Decode(into)
	if err == nil || err.Error() == "EOF" {
		return nil
	}
	var te *yaml.TypeError
	if !errors.As(err, &te) {
		return []*lang.Problem{incident.YAMLProblem(err, name)}
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
				p.Hint = lang.T("是不是 %q?", "did you mean %q?").F(near)
			} else {
				p.Hint = lang.T("可用的键见 examples/profile.yaml", "see examples/profile.yaml for the keys")
			}
		} else {
			p.What = lang.T("值的类型不对:%s", "wrong kind of value: %s").F(rest)
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

// check validates what the YAML types cannot: URLs, expressions, versions.
func (p *Profile) check(data []byte, name string) []*lang.Problem {
	var out []*lang.Problem
	bad := func(field string, what, hint lang.Text, place ...any) {
		out = append(out, &lang.Problem{File: name, Line: lineOf(data, place...), Field: field, What: what, Hint: hint})
	}
	expression := func(re, field string, place ...any) {
		if _, err := syntax.Parse(re, syntax.Perl); err != nil {
			bad(field, lang.T("正则表达式 %q 写错了:%s", "bad regular expression %q: %s").F(re, err), lang.T("语法见 RE2", "the syntax is RE2's"), place...)
		}
	}
	for i, h := range p.Hosts {
		u, err := url.Parse(h.URL)
		if err != nil || u.Hostname() == "" || !oneOf(u.Scheme, "http", "https", "ws", "wss") {
			bad("hosts.url", lang.T("%q 不是 http/https/ws/wss 地址", "%q is not an http, https, ws or wss address").F(h.URL),
				lang.T("例如 https://app.meiqia.com/", "as in https://app.meiqia.com/"), "hosts", i, "url")
		}
		if !oneOf(string(h.Role), string(Workbench), string(API), string(Push), string(Static), string(Media), string(Visitor), string(Discovery)) {
			bad("hosts.role", lang.T("不认识角色 %q", "unknown role %q").F(string(h.Role)),
				lang.T("可用:workbench api push static media visitor discovery", "use one of: workbench api push static media visitor discovery"), "hosts", i, "role")
		}
	}
	for i, re := range p.Recall.Verbs {
		expression(re, "recall.verbs", "recall", "verbs", i)
	}
	for i, re := range p.Recall.Objects {
		expression(re, "recall.objects", "recall", "objects", i)
	}
	for _, list := range []struct {
		key string
		ps  []Pattern
	}{{"refusals", p.Refusals}, {"events", p.Events}, {"signals", p.Signals}} {
		for i, pat := range list.ps {
			if !KnownMeaning(pat.Means) {
				bad("means", lang.T("不认识含义 %q", "unknown meaning %q").F(pat.Means), lang.T("可用:%s", "use one of: %s").F(strings.Join(Meanings(), " ")), list.key, i, "means")
			}
			for j, re := range pat.Text {
				expression(re, "patterns", list.key, i, "text", j)
			}
			for j, re := range pat.Codes {
				expression(re, "patterns", list.key, i, "codes", j)
			}
		}
	}
	return out
}

func oneOf(s string, words ...string) bool {
	for _, w := range words {
		if s == w {
			return true
		}
	}
	return false
}

// lineOf gives the line of the value at a place: keys, and places in lists. A
// list of the user's own stands before the base's, so its places are those of
// the merged one; 0 for what stands in the base. A key that is absent from an
// entry of a list gives the entry's line.
func lineOf(data []byte, place ...any) int {
	var doc yaml.Node
	if yaml.Unmarshal(data, &doc) != nil || len(doc.Content) == 0 {
		return 0
	}
	n, line := doc.Content[0], 0
	for _, step := range place {
		switch step := step.(type) {
		case int:
			if n = aim(n); n.Kind != yaml.SequenceNode || step >= len(n.Content) {
				return 0
			}
			n = n.Content[step]
			line = n.Line
		case string:
			if n = member(n, step); n == nil {
				return line
			}
		}
	}
	return n.Line
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

func plainError(err error) string {
	var pe *fs.PathError
	if errors.As(err, &pe) {
		return pe.Err.Error()
	}
	return err.Error()
}

// UnmarshalYAML reads a duration as people write it.
func (d *Duration) UnmarshalYAML(n *yaml.Node) error {
	v, p := incident.ParseWindow(n.Value)
	if p != nil {
		return &yaml.TypeError{Errors: []string{fmt.Sprintf("line %d: %s", n.Line, p.What.EN)}}
	}
	*d = Duration(v)
	return nil
}

// MarshalText writes a duration as it would be typed.
func (d Duration) MarshalText() ([]byte, error) { return []byte(d.D().String()), nil }
