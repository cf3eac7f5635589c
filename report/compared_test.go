package report

import (
	"bytes"
	"strings"
	"testing"

	"meiqia-diag/diag"
	"meiqia-diag/diag/evidence/recording"
	"meiqia-diag/diag/lang"
)

// What two recordings say together stands in every format that people read, in both languages.
func TestComparison(t *testing.T) {
	doc := base(diag.Inconclusive)
	doc.Compared = &recording.Comparison{Says: "works-without", Differences: []recording.Difference{
		{What: "request", Of: "api https://desk.test/<b>/recall", With: "blocked by an extension", Without: "ok"},
		{What: "request", Of: "script https://desk.test/a.js", With: "failed: reset", Without: "cached"},
		{What: "extensions", With: "Shield <i>", Without: ""},
	}}
	for _, format := range []string{"text", "markdown", "html"} {
		for l, want := range map[lang.Lang][]string{
			lang.ZH: {"不带扩展和设置，同样的撤回成功了", "被扩展拦截", "正常", "失败（reset）", "取自缓存", "无"},
			lang.EN: {"Without extensions and settings the same recall worked", "blocked by an extension", "failed (reset)", "from a cache", "none"},
		} {
			var out bytes.Buffer
			if err := Write(&out, format, doc, Options{Lang: l, Width: 400}); err != nil {
				t.Fatal(err)
			}
			for _, w := range want {
				if !strings.Contains(out.String(), w) {
					t.Errorf("%s %s: no %q", format, l, w)
				}
			}
			if format == "html" && (strings.Contains(out.String(), "<i>") || strings.Contains(out.String(), "/<b>/")) {
				t.Errorf("markup of the evidence is in the page")
			}
		}
	}
}
