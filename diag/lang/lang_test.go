package lang

import (
	"errors"
	"fmt"
	"testing"
)

func TestParse(t *testing.T) {
	for in, want := range map[string]Lang{
		"zh": ZH, "zh_CN.UTF-8": ZH, "zh-Hans": ZH, "zh-TW": ZH, "ZH": ZH, "ZH_cn": ZH,
		"en": EN, "en-US": EN, "en_GB.UTF-8": EN, "EN": EN, "english": EN,
		"": "", "C": "", "C.UTF-8": "", "POSIX": "", "de_DE": "", "z": "", "e": "", "1en": "",
	} {
		got, ok := Parse(in)
		if got != want || ok != (want != "") {
			t.Errorf("Parse(%q) = %q, %v; want %q", in, got, ok, want)
		}
	}
}

func TestIn(t *testing.T) {
	x := T("撤回", "recall")
	for l, want := range map[Lang]string{ZH: "撤回", EN: "recall", "": "recall", "de": "recall"} {
		if got := x.In(l); got != want {
			t.Errorf("In(%q) = %q, want %q", l, got, want)
		}
	}
	if s := Same("8842"); s.In(ZH) != "8842" || s.In(EN) != "8842" {
		t.Errorf("Same: %+v", s)
	}
}

func TestIsZero(t *testing.T) {
	for _, c := range []struct {
		t    Text
		want bool
	}{{Text{}, true}, {T("", ""), true}, {T("有", ""), false}, {T("", "some"), false}} {
		if c.t.IsZero() != c.want {
			t.Errorf("%+v: IsZero is %v", c.t, !c.want)
		}
	}
}

func TestFFillsBothLanguages(t *testing.T) {
	for _, c := range []struct {
		text Text
		args []any
		want Text
	}{
		{T("第 %d 行", "line %d"), []any{4}, T("第 4 行", "line 4")},
		{T("还差 %s", "missing %s"), []any{T("时间", "a time")}, T("还差 时间", "missing a time")},
		{T("%[2]s的%[1]s", "%[1]s of %[2]s"), []any{T("标题", "title"), Same("HAR")}, T("HAR的标题", "title of HAR")},
		{T("%q 与 %.1f", "%q and %.1f"), []any{"x", 2.25}, T(`"x" 与 2.2`, `"x" and 2.2`)},
	} {
		got := c.text.F(c.args...)
		if got != c.want {
			t.Errorf("F(%v) = %+v, want %+v", c.args, got, c.want)
		}
	}
}

func TestCount(t *testing.T) {
	for n, want := range map[int]Text{0: T("0 份报告", "0 reports"), 1: T("1 份报告", "1 report"), 2: T("2 份报告", "2 reports"), 21: T("21 份报告", "21 reports")} {
		if got := Count(n, "%d 份报告", "%d report", "%d reports"); got != want {
			t.Errorf("%d: %+v", n, got)
		}
	}
}

func TestFLeavesTheTextAlone(t *testing.T) {
	x := T("%d 次", "%d times")
	_ = x.F(3)
	if x != T("%d 次", "%d times") {
		t.Errorf("F changed its receiver: %+v", x)
	}
}

func TestProblemWhere(t *testing.T) {
	for _, c := range []struct {
		p    Problem
		want string
	}{
		{Problem{}, ""},
		{Problem{File: "a.yaml"}, "a.yaml"},
		{Problem{File: "a.yaml", Line: 3}, "a.yaml:3"},
		{Problem{File: "a.har", Byte: 1024}, "a.har@1024"},
		{Problem{File: "a.har", Byte: -1}, "a.har"},
		{Problem{File: "a.yaml", Line: 3, Byte: 50}, "a.yaml:3"},
		{Problem{Field: "message.id"}, "message.id"},
		{Problem{File: "a.yaml", Line: 3, Field: "message.id"}, "a.yaml:3: message.id"},
	} {
		if got := c.p.Where(); got != c.want {
			t.Errorf("%+v: %q, want %q", c.p, got, c.want)
		}
	}
}

func TestProblemText(t *testing.T) {
	p := &Problem{File: "a.yaml", Line: 3, Field: "message.read", What: T("不认识", "unknown word"), Hint: T("可用:是 否", "use yes or no")}
	want := T("a.yaml:3: message.read\uFF1A不认识\uFF08可用:是 否\uFF09", "a.yaml:3: message.read: unknown word (use yes or no)")
	if got := p.Text(); got != want {
		t.Errorf("got %+v\nwant %+v", got, want)
	}
	if p.Error() != want.EN {
		t.Errorf("Error() = %q", p.Error())
	}
	bare := &Problem{What: T("坏了", "broken")}
	if got := bare.Text(); got != T("坏了", "broken") {
		t.Errorf("without place and hint: %+v", got)
	}
}

func TestProblemIsAnError(t *testing.T) {
	err := fmt.Errorf("read the incident: %w", &Problem{File: "a.yaml", What: T("坏了", "broken")})
	var p *Problem
	if !errors.As(err, &p) || p.File != "a.yaml" {
		t.Errorf("the problem is lost in %v", err)
	}
}
