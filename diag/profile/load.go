package profile

import (
	"bytes"
	"crypto/x509"
	"embed"
	"errors"
	"io"
	"io/fs"
	"maps"
	"net/url"
	"os"
	"path/filepath"
	"reflect"
	"regexp/syntax"
	"slices"
	"strings"

	"meiqia-diag/diag/incident"
	"meiqia-diag/diag/lang"
	"meiqia-diag/diag/lazy"
)

//go:embed profiles/*.yaml
var embedded embed.FS

// words.yaml is no profile: it says how things are called wherever they happen.
//
//go:embed words.yaml
var wordsYAML []byte

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
			return parse(data, "embedded:"+nameOrPath, true)
		}
	}
	data, err := readFile(nameOrPath)
	if err != nil {
		p := &lang.Problem{File: nameOrPath, What: lang.T("打不开配置：%s", "cannot open the profile: %s").F(lang.Reason(err)),
			Hint: lang.T("内置配置：%s；或给出一个 YAML 文件", "embedded profiles: %s; or name a YAML file").F(strings.Join(Names(), " "))}
		return nil, []*lang.Problem{p}
	}
	if len(bytes.TrimSpace(data)) == 0 {
		return nil, []*lang.Problem{{File: nameOrPath, What: lang.T("配置文件是空的", "the profile is empty"), Hint: lang.T("写上 base（例如 meiqia）和要改的内容，或去掉 --profile", "write base: meiqia and what is to differ, or leave --profile out")}}
	}
	p, ps := Parse(data, nameOrPath)
	if p == nil || p.CAFile == "" || len(ps) > 0 {
		return p, ps
	}
	// Offline nobody would come to read it, and online a missing one looks like a bad certificate of the service.
	if what := unusableCA(p.CAFile); !what.IsZero() {
		return nil, []*lang.Problem{{File: nameOrPath, Line: lineOf(data, "ca_file"), Field: "ca_file", What: what,
			Hint: lang.T("路径从配置文件所在的文件夹算起；文件里应有 PEM 格式的证书", "the path starts from the profile's folder; the file should hold certificates in PEM")}}
	}
	return p, ps
}

// readFile reads no more than tells that a file is too long: a device never ends.
func readFile(path string) ([]byte, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	return io.ReadAll(io.LimitReader(f, maxFile+1))
}

// unusableCA says what is wrong with a file of certificates.
func unusableCA(file string) lang.Text {
	data, err := readFile(file)
	switch {
	case err != nil:
		return lang.T("证书文件 %s 打不开：%s", "the certificate file %s cannot be opened: %s").F(file, lang.Reason(err))
	case !x509.NewCertPool().AppendCertsFromPEM(data):
		return lang.T("%s 里没有能用的证书", "there is no usable certificate in %s").F(file)
	}
	return lang.Text{}
}

// Parse reads a profile, lays it over its base, and checks it. Problems name their line.
func Parse(data []byte, name string) (*Profile, []*lang.Problem) { return parse(data, name, false) }

// parse checks what is not trusted: the embedded profiles are checked by the
// tests, and the expressions of one take longer to check than a small run lasts.
func parse(data []byte, name string, trusted bool) (*Profile, []*lang.Problem) {
	if len(data) > maxFile {
		return nil, []*lang.Problem{{File: name, What: lang.T("配置文件超过 4 MiB", "the profile is over 4 MiB"), Hint: lang.T("请确认文件是否给对", "check that this is the right file")}}
	}
	data = bytes.TrimPrefix(data, []byte("\xef\xbb\xbf"))
	var own Profile
	if ps := decodeStrict(data, name, &own); len(ps) > 0 {
		return nil, ps
	}
	p := &Profile{}
	if own.Base == "" {
		if ps := decodeStrict(wordsYAML, "embedded:words", p); len(ps) > 0 {
			return nil, ps
		}
	} else {
		base, err := embedded.ReadFile("profiles/" + own.Base + ".yaml")
		if err != nil {
			return nil, []*lang.Problem{{File: name, Line: lineOf(data, "base"), Field: "base",
				What: lang.T("没有名为 %q 的内置配置", "there is no embedded profile %q").F(own.Base),
				Hint: oneOfThese(Names())}}
		}
		var ps []*lang.Problem
		if p, ps = parse(base, "embedded:"+own.Base, true); len(ps) > 0 {
			return nil, ps
		}
	}
	if !trusted {
		if ps := own.check(data, name); len(ps) > 0 {
			return nil, ps
		}
	}
	p.overlay(&own)
	p.ownHosts = !trusted && len(own.Hosts) > 0
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
			p.MinVersions = joined(p.MinVersions, own.MinVersions)
			for k := range own.MinVersions {
				p.restate(own, k)
			}
		case "Notes":
			p.Notes = joined(p.Notes, own.Notes)
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

// joined puts own over base, in a map of its own: others may hold base.
func joined[V any](base, own map[string]V) map[string]V {
	out := map[string]V{}
	maps.Copy(out, base)
	maps.Copy(out, own)
	return out
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

// check validates what the YAML types cannot: URLs, expressions, versions.
func (p *Profile) check(data []byte, name string) []*lang.Problem {
	var out []*lang.Problem
	bad := func(field string, what, hint lang.Text, place ...any) {
		out = append(out, &lang.Problem{File: name, Line: lineOf(data, place...), Field: field, What: what, Hint: hint})
	}
	expression := func(re, field string, place ...any) {
		if _, err := syntax.Parse(re, syntax.Perl); err != nil {
			bad(field, lang.T("正则表达式 %q 写错了：%s", "bad regular expression %q: %s").F(re, expressionError(err)), lang.T("语法见 RE2", "the syntax is RE2's"), place...)
		}
	}
	for i, h := range p.Hosts {
		u, err := url.Parse(h.URL)
		if err != nil || u.Hostname() == "" || !oneOf(u.Scheme, "http", "https", "ws", "wss") {
			bad("hosts.url", lang.T("%q 不是 http/https/ws/wss 地址", "%q is not an http, https, ws or wss address").F(h.URL),
				lang.T("例如 https://app.meiqia.com/", "as in https://app.meiqia.com/"), "hosts", i, "url")
		}
		if !slices.Contains(roles, h.Role) {
			bad("hosts.role", lang.T("不认识角色 %q", "unknown role %q").F(string(h.Role)), oneOfThese(roles), "hosts", i, "role")
		}
	}
	for i, c := range p.Clients {
		if strings.TrimSpace(c.Path) == "" {
			bad("clients.path", lang.T("没有写客户端在哪里", "it is not said where the client is"), lang.T("例如 %LOCALAPPDATA%/Programs/desk", "as in %LOCALAPPDATA%/Programs/desk"), "clients", i, "path")
		}
	}
	for _, key := range slices.Sorted(maps.Keys(p.Updates)) {
		if u, err := url.Parse(p.Updates[key]); err != nil || u.Hostname() == "" || !oneOf(u.Scheme, "http", "https") {
			bad("updates", lang.T("%q 不是 http/https 地址", "%q is not an http or https address").F(p.Updates[key]),
				lang.T("例如 https://desk.example/desktop/latest.yml", "as in https://desk.example/desktop/latest.yml"), "updates", key)
		}
	}
	for i, key := range p.Recipients {
		if !publicKey.MatchString(key) { // whether it is a whole one shows when it is used
			bad("report_recipients", lang.T("不是公钥", "this is no public key"), lang.T("请写 age1… 开头的公钥", "write a public key, which begins with age1"), "report_recipients", i)
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
				bad("means", lang.T("不认识含义 %q", "unknown meaning %q").F(pat.Means), oneOfThese(Meanings()), list.key, i, "means")
			}
			for j, re := range pat.Text {
				expression(re, "patterns", list.key, i, "text", j)
			}
			for j, re := range pat.Codes {
				expression(re, "patterns", list.key, i, "codes", j)
			}
		}
	}
	for _, key := range slices.Sorted(maps.Keys(p.Notes)) {
		if basis := p.Notes[key].Basis; !slices.Contains(bases, basis) {
			bad("notes.basis", lang.T("不认识依据 %q", "unknown basis %q").F(basis), oneOfThese(bases), "notes", key, "basis")
		}
	}
	return out
}

// publicKey is what a key looks like to which reports can be encrypted.
var publicKey = lazy.MustCompile(`^(age1[0-9a-z]+|ssh-(ed25519|rsa) [A-Za-z0-9+/=]+( .*)?)$`)

var expressionTexts = map[syntax.ErrorCode]lang.Text{
	syntax.ErrMissingParen: lang.T("括号没有闭合", "a missing closing )"), syntax.ErrUnexpectedParen: lang.T("多了右括号", "an unexpected )"),
	syntax.ErrMissingBracket: lang.T("方括号没有闭合", "a missing closing ]"), syntax.ErrMissingRepeatArgument: lang.T("重复号前面没有内容", "nothing stands before a repetition"),
	syntax.ErrInvalidRepeatOp: lang.T("重复号连用", "repetitions in a row"), syntax.ErrInvalidRepeatSize: lang.T("重复次数不对", "an invalid number of repetitions"),
	syntax.ErrInvalidCharRange: lang.T("字符范围不对", "an invalid range of characters"), syntax.ErrInvalidCharClass: lang.T("字符类不对", "an invalid class of characters"),
	syntax.ErrInvalidEscape: lang.T("不认识的转义", "an unknown escape"), syntax.ErrTrailingBackslash: lang.T("末尾多了反斜杠", "a backslash at the end"),
	syntax.ErrInvalidNamedCapture: lang.T("命名分组不对", "an invalid named group"), syntax.ErrInvalidPerlOp: lang.T("不支持的写法", "a syntax that is not supported"),
	syntax.ErrInvalidUTF8: lang.T("不是 UTF-8", "it is not UTF-8"), syntax.ErrNestingDepth: lang.T("嵌套太深", "it nests too deep"), syntax.ErrLarge: lang.T("太大", "it is too large"),
}

// expressionError says what is wrong with an expression, and where.
func expressionError(err error) lang.Text {
	var e *syntax.Error
	if !errors.As(err, &e) {
		return lang.Reason(err)
	}
	t, ok := expressionTexts[e.Code]
	if !ok {
		t = lang.Same(string(e.Code))
	}
	return lang.T("%s（%q）", "%s (%q)").F(t, e.Expr)
}

func oneOfThese[S ~string](words []S) lang.Text {
	var list strings.Builder
	for _, w := range words {
		list.WriteString(" " + string(w))
	}
	return lang.T("可用：%s", "use one of: %s").F(list.String()[1:])
}

func oneOf(s string, words ...string) bool {
	for _, w := range words {
		if s == w {
			return true
		}
	}
	return false
}

// Schema is the JSON Schema of profile files, for editors.
//
//go:embed profile.schema.json
var Schema string
