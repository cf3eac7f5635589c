package incident

import (
	"bytes"
	"fmt"
	"strings"
	"unicode/utf8"

	"meiqia-diag/diag/lang"
	"meiqia-diag/diag/lazy"
)

// yamlTexts are what the YAML library says, in words. What it says more at its end is left out.
var yamlTexts = []struct {
	says string
	text lang.Text
}{
	{"found a tab character", lang.T("缩进用了制表符（Tab），只能用空格", "a tab in the indentation, which may hold only spaces")},
	{"found character that cannot start any token", lang.T("有不能放在开头的字符（如 Tab、@、`）", "a character that nothing may begin with, such as a tab, @ or `")},
	{"mapping values are not allowed", lang.T("这里不该有“字段: 值”：缩进不对，或值里的冒号没有加引号", "no “key: value” may stand here: the indentation is wrong, or a colon in a value needs quotes")},
	{"block sequence entries are not allowed", lang.T("这里不该有列表项（-）", "no list entry (-) may stand here")},
	{"could not find expected ':'", lang.T("键的后面缺冒号", "a colon is missing behind a key")},
	{"did not find expected key", lang.T("这里应是一个键：缩进不对，或前一行没有写完", "a key should stand here: the indentation is wrong, or the line before is not finished")},
	{"did not find expected ',' or ']'", lang.T("列表的方括号没有闭合", "a list's bracket is not closed")},
	{"did not find expected ',' or '}'", lang.T("花括号没有闭合", "a brace is not closed")},
	{"did not find expected '-' indicator", lang.T("这里应是列表的下一项（-）", "the list's next entry (-) should stand here")},
	{"did not find expected node content", lang.T("这里缺一个值", "a value is missing here")},
	{"found unexpected end of stream", lang.T("引号没有闭合", "a quote is not closed")},
	{"found unknown escape character", lang.T("双引号里的反斜杠写法不认识", "an unknown escape in double quotes")},
	{"control characters are not allowed", lang.T("有控制字符", "a control character")},
	{"invalid leading UTF-8 octet", lang.T("不是 UTF-8 编码", "it is not UTF-8")},
	{"invalid trailing UTF-8 octet", lang.T("不是 UTF-8 编码", "it is not UTF-8")},
	{"incomplete UTF-8 octet", lang.T("不是 UTF-8 编码", "it is not UTF-8")},
	{"unknown anchor", lang.T("引用（*名称）没有对应的锚点（&名称）", "an alias (*name) with no anchor (&name)")},
	{"found incompatible YAML document", lang.T("这一版本的 YAML 不支持", "a version of YAML that is not supported")},
	{"document contains excessive aliasing", lang.T("引用太多", "too many aliases")},
	{"mapping key", lang.T("同一个键写了两次", "one key is written twice")},
	{"anchor", lang.T("锚点写错了", "a broken anchor")},
	{"did not find", lang.T("语法不完整", "something is missing")},
	{"found", lang.T("有不该出现的字符", "a character that may not stand here")},
}

// YAMLProblem turns the YAML library's error about a file into one line with its place.
func YAMLProblem(err error, name string, data []byte) *lang.Problem {
	msg := strings.TrimPrefix(err.Error(), "yaml: ")
	p := &lang.Problem{File: name, Hint: lang.T("请检查缩进、冒号后的空格与引号", "check the indentation, the space after a colon, and the quotes")}
	if n, _ := fmt.Sscanf(msg, "line %d:", &p.Line); n == 1 {
		_, msg, _ = strings.Cut(msg, ": ")
		if strings.HasPrefix(msg, "did not find expected") {
			p.Line++ // the library counts these from 0
		}
		p.Line = min(p.Line, 1+bytes.Count(bytes.TrimRight(data, " \t\r\n"), []byte("\n"))) // not behind the end
	} else {
		p.Line = lineOfFault(msg, data)
	}
	what := lang.T("原文是 %q", "%q").F(msg)
	for _, t := range yamlTexts {
		if strings.HasPrefix(msg, t.says) {
			what = t.text
			break
		}
	}
	p.What = lang.T("不是有效的 YAML：%s", "not valid YAML: %s").F(what)
	return p
}

// lineOfFault finds the line of an error for which the library names none, as it
// does for the first line and for whatever it finds before it counts lines.
func lineOfFault(msg string, data []byte) int {
	_, anchor, _ := strings.Cut(msg, "unknown anchor '")
	anchor, _, _ = strings.Cut(anchor, "'")
	for i, line := range bytes.Split(data, []byte("\n")) {
		switch {
		case anchor != "" && bytes.Contains(line, []byte("*"+anchor)),
			strings.Contains(msg, "UTF-8") && !utf8.Valid(line),
			strings.HasPrefix(msg, "control characters") && bytes.ContainsFunc(bytes.TrimSuffix(line, []byte("\r")), func(r rune) bool { return r < ' ' && r != '\t' || r == 0x7f }):
			return i + 1
		}
	}
	return 1
}

var (
	wrongKind = lazy.MustCompile("^cannot unmarshal !!(\\w+)(?: `(.*)`)? into (.+)$")
	twice     = lazy.MustCompile(`^mapping key "?(.*?)"? already defined at line (\d+)$`)
	kindWords = map[string]lang.Text{
		"str": lang.T("文字", "a text"), "string": lang.T("文字", "a text"), "int": lang.T("整数", "a whole number"), "float": lang.T("数", "a number"), "bool": lang.T("是或否", "yes or no"),
		"seq": lang.T("列表", "a list"), "map": lang.T("若干“字段: 值”", "“key: value” lines"), "null": lang.T("空值", "nothing"), "timestamp": lang.T("时间", "a time"), "binary": lang.T("二进制", "binary data"),
	}
)

// TypeProblem puts into words what the YAML library says of a value that does not fit.
func TypeProblem(says string) lang.Text {
	if zh, en, ok := strings.Cut(says, bothLanguages); ok {
		return lang.T(zh, en)
	}
	if m := twice.FindStringSubmatch(says); m != nil {
		return lang.T("%q 写了两次，第 %s 行已写过", "%q is written twice, first on line %s").F(m[1], m[2])
	}
	m := wrongKind.FindStringSubmatch(says)
	if m == nil {
		return lang.T("原文是 %q", "%q").F(says)
	}
	got, ok := kindWords[m[1]]
	if !ok {
		got = lang.Same(m[1])
	}
	into := "map" // a struct, too, is written as keys and values
	switch {
	case strings.HasPrefix(m[3], "[]"):
		into = "seq"
	case strings.HasPrefix(m[3], "int"), strings.HasPrefix(m[3], "uint"):
		into = "int"
	case strings.HasPrefix(m[3], "float"):
		into = "float"
	case kindWords[m[3]].EN != "":
		into = m[3]
	case m[1] == "map" || m[1] == "seq":
		into = "string"
	}
	return lang.T("写的是%s，应是%s", "it is %s and should be %s").F(got, kindWords[into])
}

// bothLanguages parts the two languages in an error of a type that reads itself.
const bothLanguages = "\x00"

// TypeError is a problem as a type that reads itself has to tell it to the YAML library.
func TypeError(line int, what lang.Text) string {
	return fmt.Sprintf("line %d: %s%s%s", line, what.ZH, bothLanguages, what.EN)
}
