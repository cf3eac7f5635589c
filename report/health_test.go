package report

import (
	"bytes"
	"strings"
	"testing"

	"meiqia-diag/diag"
	"meiqia-diag/diag/lang"
)

// Where nobody tried there are no stages that a recall travelled, no outcomes
// and no message to make up for; the document keeps its shape.
func TestHealthRun(t *testing.T) {
	for _, outcome := range []string{diag.Healthy, diag.Explained, diag.Inconclusive} {
		d := base(outcome)
		d.Health = true
		d.Stages = allStages("??????", nil)
		d.Verdict.Summary = lang.T("结论", "The result.")
		d.RemedyList = diag.Remedies()
		for _, r := range d.RemedyList {
			d.Remedies = append(d.Remedies, r.Text.EN)
		}
		if outcome != diag.Healthy {
			d.Verdict.Causes = []diag.CauseReport{{Code: "transport.local-network", Role: "primary", Probability: 0.9, Fix: []string{}}}
		}
		for _, l := range []lang.Lang{lang.ZH, lang.EN} {
			for _, format := range []string{"text", "markdown", "html"} {
				var b bytes.Buffer
				if err := Write(&b, format, d, Options{Lang: l}); err != nil {
					t.Fatal(err)
				}
				for _, never := range []lang.Text{sStages, sRemedies, outcomeLabels[0].label, outcomeLabels[2].label, diag.Remedies()[0].Text, lang.T("失败的原因", "Why the recall failed")} {
					if strings.Contains(b.String(), ">"+never.In(l)+"<") || format != "html" && strings.Contains(b.String(), never.In(l)+sColon.In(l)) || never == diag.Remedies()[0].Text && strings.Contains(b.String(), never.In(l)) || never == sStages && strings.Contains(b.String(), never.In(l)) {
						t.Errorf("%s %s %s: %q is there", outcome, format, l, never.In(l))
					}
				}
			}
			if s := Summary(d, l); strings.Contains(s, outcomeLabels[0].label.In(l)+sColon.In(l)) || strings.Contains(s, diag.Sync.Name().In(l)) {
				t.Errorf("%s: %s", l, s)
			}
		}
		data, err := d.JSON()
		if err != nil || !bytes.Contains(data, []byte(`"visitor_view": "unknown"`)) || !bytes.Contains(data, []byte(`"stage": "sync"`)) || !bytes.Contains(data, []byte(`"remedies"`)) {
			t.Errorf("%v: %s", err, data)
		}
	}
}
